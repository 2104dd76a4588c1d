//! Clients that are slow, silent or many: none of them keeps others from being served.

use std::net::SocketAddr;
use std::process::Command;

use serde_json::{Value, json};
use testkit::{TestApp, capture_logs};

use crate::program::{Running, USHER};
use crate::socket::Client;

const LIVE: &str = "GET /health/live HTTP/1.1\r\nhost: usher.example\r\n\r\n";

/// Whether somebody who behaves is served.
async fn is_served(address: SocketAddr) -> bool {
    let mut client = Client::open(address).await;
    client.say(LIVE).await;
    client.answer().await.status == 200
}

#[tokio::test]
async fn a_client_that_does_not_finish_a_head_is_cut_off_while_others_are_served() {
    let app = TestApp::builder().server("idle_seconds = 1").build().await.listen().await;
    let patient = TestApp::new().await.listen().await;
    let silent = Client::open(app.address).await;
    let mut idle = Client::open(app.address).await;
    let mut halfway = Client::open(app.address).await;
    let mut dawdling = Client::open(app.address).await;
    let mut endured = Client::open(patient.address).await;
    idle.say(LIVE).await;
    assert_eq!(idle.answer().await.status, 200);
    for client in [&mut halfway, &mut dawdling, &mut endured] {
        client.say("GET /health/live HTTP/1.1\r\nhost: usher.example\r\nx-slow: ").await;
    }

    assert!(is_served(app.address).await);
    dawdling.dawdle().await;
    for mut client in [silent, idle, halfway, dawdling] {
        assert_eq!(client.rest().await, "");
    }

    assert!(is_served(app.address).await);
    endured.say("yes\r\n\r\n").await;
    assert_eq!(endured.answer().await.status, 200, "the control: without the limit it may take its time");
}

#[tokio::test]
async fn a_body_that_trickles_is_cut_off_wherever_it_goes() {
    let app = TestApp::builder().server("body_seconds = 1").build().await;
    let meeting = app.built_in("everyone").await;
    let registration = app.get(meeting.registration()).token(&app.token(&app.people.ines)).await.json();
    let page = registration["registrationPageWebUrl"].as_str().unwrap();
    let page = &page[page.find("/registration/").unwrap()..];
    let graph = format!(
        "/beta/me/onlineMeetings HTTP/1.1\r\nauthorization: Bearer {}\r\ncontent-type: application/json",
        app.token(&app.people.ines)
    );
    let form = |path: &str| format!("{path} HTTP/1.1\r\ncontent-type: application/x-www-form-urlencoded");
    let listening = app.listen().await;
    let rows = [
        (graph, 408, "bodytooslow"),
        (form(page), 408, ""),
        (form("/identity/oauth2/v2.0/token"), 408, "invalid_request"),
        (form("/identity/oauth2/v2.0/authorize"), 408, ""),
    ];
    for (request, status, words) in rows {
        let head = format!("POST {request}\r\nhost: usher.example\r\ncontent-length: 5000\r\n\r\n");
        let mut client = Client::open(listening.address).await;
        client.say(&head).await;
        assert!(client.is_kept_waiting().await, "the control: {request} reads its body");

        client.dawdle().await;

        let answer = client.answer().await;
        assert_eq!(answer.status, status, "{request}: {answer:?}");
        assert!(answer.body.to_lowercase().contains(words), "{request}: {answer:?}");
        assert_eq!(client.rest().await, "", "{request}");
    }
    assert!(is_served(listening.address).await);
}

#[tokio::test]
async fn a_body_in_two_parts_is_read() {
    let app = TestApp::new().await;
    let listening = app.listen().await;
    let mut client = Client::open(listening.address).await;
    let (first, second) = halves(&app);
    client.say(&first).await;
    assert_eq!(client.answer().await.status, 100, "it reads the body");

    client.say(&second).await;

    assert_eq!(client.answer().await.status, 201);
}

/// As programs do that pipe a request to the service.
#[tokio::test]
async fn whoever_has_said_all_and_closes_their_half_of_the_connection_is_answered() {
    let app = TestApp::new().await;
    let listening = app.listen().await;
    let (head, body) = halves(&app);
    let request = head.replace("expect: 100-continue\r\n", "") + &body;

    for _ in 0..5 {
        let mut client = Client::open(listening.address).await;
        client.say_at_last(&request).await;

        assert_eq!(client.answer().await.status, 201);
        assert_eq!(client.rest().await, "");
    }
}

#[tokio::test]
async fn a_refusal_given_before_the_body_was_read_leaves_a_connection_that_goes_on_or_says_that_it_ends() {
    let app = TestApp::new().await;
    let listening = app.listen().await;
    let (right, body) = halves(&app);
    let unasked = right.replace("expect: 100-continue\r\n", "");
    let wrong = |head: &str| head.replace("authorization: Bearer ", "authorization: Bearer x");

    let mut client = Client::open(listening.address).await;
    client.say(&wrong(&unasked)).await;
    assert!(client.is_kept_waiting().await, "it is heard out first");
    client.say(&body).await;
    let refused = client.answer().await;
    assert_eq!(refused.status, 401);
    assert!(!refused.head.contains("connection: close"), "{refused:?}");
    client.say(&unasked).await;
    client.say(&body).await;
    assert_eq!(client.answer().await.status, 201, "the same connection serves the next try");

    let never_sends = wrong(&unasked);
    let waits_for_a_word = wrong(&right);
    for head in [never_sends, waits_for_a_word] {
        let mut client = Client::open(listening.address).await;
        client.say(&head).await;
        let refused = client.answer().await;
        assert_eq!(refused.status, 401, "the control: no body is waited for without end");
        assert!(refused.head.contains("connection: close"), "{refused:?}");
        assert_eq!(client.rest().await, "");
    }
}

#[tokio::test]
async fn whoever_asks_for_the_head_of_an_answer_gets_no_body() {
    let listening = TestApp::new().await.listen().await;
    for (method, has_body) in [("HEAD", false), ("GET", true)] {
        let mut client = Client::open(listening.address).await;

        client.say(&format!("{method} /beta/me HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")).await;

        let answer = client.rest().await;
        assert!(answer.starts_with("HTTP/1.1 401 ") && answer.contains("content-length: "), "{answer}");
        assert_eq!(!answer.ends_with("\r\n\r\n"), has_body, "{answer}");
    }
}

#[tokio::test]
async fn a_request_that_is_being_read_is_not_idle() {
    let app = TestApp::builder().server("idle_seconds = 1").build().await;
    let listening = app.listen().await;
    let mut client = Client::open(listening.address).await;
    let (head, body) = halves(&app);
    client.say(&head).await;
    assert_eq!(client.answer().await.status, 100, "it reads the body");

    for _ in 0..3 {
        // Each takes a second to be cut off: the control, and the time that passes.
        assert_eq!(Client::open(listening.address).await.rest().await, "");
    }
    client.say(&body).await;

    assert_eq!(client.answer().await.status, 201);
}

/// A request to create a meeting, which asks to be told when its body is read, and then its body.
fn halves(app: &TestApp) -> (String, String) {
    let body =
        json!({"startDateTime": "2027-02-01T10:00:00Z", "endDateTime": "2027-02-01T11:00:00Z"}).to_string();
    let head = format!(
        "POST /beta/me/onlineMeetings HTTP/1.1\r\nhost: usher.example\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\nexpect: 100-continue\r\n\r\n",
        app.token(&app.people.ines),
        body.len(),
    );
    (head, body)
}

#[tokio::test]
async fn connections_above_the_bound_wait_and_are_then_served() {
    let app = TestApp::builder().server("max_connections = 2").build().await.listen().await;
    let logs = capture_logs();
    let mut held = [Client::open(app.address).await, Client::open(app.address).await];
    for client in &mut held {
        client.say(LIVE).await;
        assert_eq!(client.answer().await.status, 200, "the control: two are within the bound");
    }
    let mut third = Client::open(app.address).await;
    let mut fourth = Client::open(app.address).await;
    third.say(LIVE).await;
    fourth.say(LIVE).await;
    assert!(third.is_kept_waiting().await);

    let [first, second] = held;
    drop(first);

    assert_eq!(third.answer().await.status, 200);
    assert!(fourth.is_kept_waiting().await);
    drop(second);
    assert_eq!(fourth.answer().await.status, 200);
    let logged = logs.text();
    let told = logged.lines().filter(|line| line.contains("further connections wait"));
    let told = told.filter(|line| line.contains("connections=2"));
    assert_eq!(told.count(), 1, "the bound was met three times and told once");
}

#[tokio::test]
async fn a_client_that_takes_no_answers_is_cut_off() {
    let limits = "max_connections = 1\nidle_seconds = 1";
    let app = TestApp::builder().server(limits).build().await.listen().await;
    let patient = TestApp::builder().server("max_connections = 1").build().await.listen().await;
    let asking = "GET /openapi.json HTTP/1.1\r\nhost: usher.example\r\n\r\n".repeat(5_000);
    let (mut greedy, mut endured) = (Client::open(app.address).await, Client::open(patient.address).await);
    for client in [&mut greedy, &mut endured] {
        assert!(client.press(&asking).await > 0);
    }

    let mut waiting = Client::open(patient.address).await;
    waiting.say(LIVE).await;

    assert!(is_served(app.address).await);
    assert!(waiting.is_kept_waiting().await, "the control: without the limit it keeps its place");
}

#[tokio::test]
async fn what_was_asked_is_answered_after_the_stop_and_idle_connections_end() {
    let app = TestApp::new().await;
    let listening = app.listen().await;
    let address = listening.address;
    let mut silent = Client::open(address).await;
    let mut idle = Client::open(address).await;
    idle.say(LIVE).await;
    assert_eq!(idle.answer().await.status, 200);
    let mut asking = Client::open(address).await;
    let (head, body) = halves(&app);
    asking.say(&head).await;
    assert_eq!(asking.answer().await.status, 100);

    listening.stop();

    assert_eq!((silent.rest().await, idle.rest().await), (String::new(), String::new()));
    asking.say(&body).await;
    let answer = asking.answer().await;
    assert_eq!(answer.status, 201);
    assert!(answer.head.contains("connection: close"), "{answer:?}");
    assert_eq!(asking.rest().await, "");
    listening.ended().await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}

/// The control is the test's own time: the client never ends, and nothing else would end it for an hour.
#[tokio::test]
async fn half_a_head_does_not_hold_the_stop_up() {
    let app = TestApp::builder().server("idle_seconds = 3600").build().await;
    let listening = app.listen().await;
    let mut halfway = Client::open(listening.address).await;
    halfway.say("GET /health/ready HT").await;
    // Nothing tells when the half has been read; one that was not would end with the listener.
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;

    listening.stop();

    assert_eq!(halfway.rest().await, "");
    listening.ended().await;
}

/// Without file descriptors the service goes on with the connections it has, does not spin, and takes new ones
/// as soon as it can.
#[tokio::test]
async fn a_process_without_file_descriptors_recovers() {
    let start = format!("ulimit -n 64; exec {USHER} demo --json --listen 127.0.0.1:0");
    let mut demo = Running::start(Command::new("sh").args(["-c", &start]));
    let printed: Value = demo.json_line();
    let address: SocketAddr = printed["baseUrl"].as_str().unwrap()["http://".len()..].parse().unwrap();
    let mut first = Client::open(address).await;
    let mut crowd = Vec::new();
    for _ in 0..80 {
        crowd.push(Client::open(address).await);
    }
    let mut late = crowd.pop().unwrap();
    late.say(LIVE).await;
    assert!(late.is_kept_waiting().await, "the control: the limit is met");
    let before = demo.busy();

    first.say(LIVE).await;
    assert_eq!(first.answer().await.status, 200);
    drop(crowd);
    assert_eq!(late.answer().await.status, 200);

    let busy = demo.busy() - before;
    assert!(busy.as_millis() < 500, "it was busy for {busy:?} while it could do nothing");
}

/// Work that is broken off in the middle of a question costs its connection to PostgreSQL. So it goes on without its
/// client, who keeps their place among the connections until it has ended.
#[tokio::test]
async fn whoever_hangs_up_breaks_nothing_off_and_keeps_their_place_until_it_is_done() {
    let app = TestApp::builder().postgres().server("max_connections = 1").build().await;
    let listening = app.listen().await;
    let holder = app.db_hold("LOCK TABLE meeting IN EXCLUSIVE MODE").await;
    let body =
        r#"{"subject":"Tides","startDateTime":"2027-03-09T10:00:00Z","endDateTime":"2027-03-09T11:00:00Z"}"#;
    let mut hasty = Client::open(listening.address).await;
    hasty
        .say(&format!(
            "POST /beta/me/onlineMeetings HTTP/1.1\r\nhost: usher.example\r\nauthorization: Bearer {}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            app.token(&app.people.ines),
            body.len()
        ))
        .await;
    let is_held = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while app.db_count(is_held).await == 0 {}

    drop(hasty);
    let mut next = Client::open(listening.address).await;
    next.say(LIVE).await;

    assert!(next.is_kept_waiting().await, "the place is taken");
    drop(holder);
    assert_eq!(next.answer().await.status, 200);
    assert_eq!(app.db_count("SELECT count(*) FROM meeting WHERE subject = 'Tides'").await, 1);
}
