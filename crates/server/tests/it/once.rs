//! `Idempotency-Key` on every POST: whatever happens between, one request has one effect and one answer.

use serde_json::{Value, json};
use testkit::{APP, Call, TestApp, TestMeeting};

use crate::at_once::{all_at_once, tally};

const MEETINGS: &str = "/beta/me/onlineMeetings";

fn keyed(app: &TestApp, path: &str, key: &str, body: &Value) -> Call {
    app.post(path).token(&app.token(&app.people.ines)).header("idempotency-key", key).json(body)
}

/// A POST of every kind but enrolling, with a body that would be refused or make a second one if it were done twice.
fn posts(meeting: &TestMeeting) -> [(String, Value); 4] {
    [
        (MEETINGS.to_owned(), json!({"subject": "Planning"})),
        (format!("{MEETINGS}/createOrGet"), json!({"subject": "Planning", "externalId": "crm-7"})),
        (meeting.registration(), json!({"allowedRegistrant": "everyone"})),
        (meeting.questions(), json!({"displayName": "Which river?", "answerInputType": "text"})),
    ]
}

#[tokio::test]
async fn a_request_sent_again_gets_the_first_answer_to_the_byte() {
    let app = TestApp::new().await;
    let meeting = app.meeting(&app.people.ines).await;

    for (path, body) in posts(&meeting) {
        let first = keyed(&app, &path, "a", &body).await.expect(201);
        let again = keyed(&app.beside().await, &path, "a", &body).await.expect(201);

        assert_eq!(again.body, first.body, "{path}");
        assert_eq!(again.header("etag"), first.header("etag"));
    }
    assert_eq!(app.db_count("SELECT count(*) FROM meeting").await, 3);
    assert_eq!(app.db_count("SELECT count(*) FROM question").await, 1);
    assert_eq!(app.db_count("SELECT count(*) FROM registration").await, 1);
}

/// The control: without a key a second one is made, or refused.
#[tokio::test]
async fn another_key_or_none_is_another_request() {
    let app = TestApp::new().await;
    let meeting = app.meeting(&app.people.ines).await;
    let [(meetings, body), _, (registration, audience), _] = posts(&meeting);

    let first = keyed(&app, &meetings, "a", &body).await.expect(201);
    let other = keyed(&app, &meetings, "b", &body).await.expect(201);
    keyed(&app, &registration, "a", &audience).await.expect(201);
    keyed(&app, &registration, "b", &audience).await.expect(409);

    assert_ne!(first.json()["id"], other.json()["id"]);
}

#[tokio::test]
async fn a_key_belongs_to_one_request_and_one_caller() {
    let app = TestApp::new().await;
    app.allow(APP, &app.people.ines).await;
    let meeting = app.meeting(&app.people.ines).await;
    for (path, body) in posts(&meeting) {
        keyed(&app, &path, "a", &body).await.expect(201);
        let mut other = body.clone();
        other["subject"] = json!("Another");

        let refused = keyed(&app, &path, "a", &other).await.expect(422).json();

        assert_eq!(refused["error"]["innerError"]["code"], "idempotencyKeyReused", "{path}");
    }
    let of_app = format!("/beta/users/{}/onlineMeetings", app.people.ines.id);
    let roles = [domain::Role::MeetingsReadWriteAll];
    let theirs = app.post(of_app).token(&app.application(APP, &roles)).header("idempotency-key", "a");
    theirs.json(&json!({"subject": "Another"})).await.expect(201);
}

#[tokio::test]
async fn a_refusal_is_not_kept_and_a_key_is_forgotten_after_a_day() {
    let app = TestApp::new().await;
    let body = json!({"subject": "Planning", "startDateTime": "2027-03-01T10:00:00Z", "endDateTime": "2027-03-01T09:00:00Z"});
    keyed(&app, MEETINGS, "a", &body).await.expect(400);
    let body = json!({"subject": "Planning"});
    let first = keyed(&app, MEETINGS, "a", &body).await.expect(201).json();

    app.set_clock("2027-02-02T09:09:59Z");
    assert_eq!(keyed(&app, MEETINGS, "a", &body).await.expect(201).json()["id"], first["id"]);
    app.set_clock("2027-02-02T09:10:00Z");
    assert_ne!(keyed(&app, MEETINGS, "a", &body).await.expect(201).json()["id"], first["id"]);
}

#[tokio::test]
async fn a_retry_gets_its_answer_whatever_has_changed_meanwhile() {
    let app = TestApp::new().await;
    let meeting = app.meeting(&app.people.ines).await;
    let token = app.token(&app.people.ines);
    let [_, _, (path, body), _] = posts(&meeting);
    let first = keyed(&app, &path, "a", &body).await.expect(201);

    app.patch(&path).token(&token).json(&json!({"subject": "Later"})).await.expect(200);
    assert_eq!(keyed(&app, &path, "a", &body).await.expect(201).body, first.body);
    app.delete(&path).token(&token).await.expect(204);
    assert_eq!(keyed(&app, &path, "a", &body).await.expect(201).body, first.body);
    app.get(&path).token(&token).await.expect(404);
}

/// Two processes, forty requests at once under one key: one thing is made, and everybody is told the same of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn forty_at_once_on_two_nodes_make_one() {
    let app = TestApp::new().await;
    let other = app.beside().await;
    let meeting = app.meeting(&app.people.ines).await;
    for (path, body) in posts(&meeting) {
        let node = |n| if n % 2 == 0 { &app } else { &other };
        let calls = (0..40).map(|n| keyed(node(n), &path, "a", &body)).collect();

        let answers = all_at_once(calls).await;

        assert_eq!(tally(&answers).get(&201), Some(&40), "{path}: {:?}", tally(&answers));
        assert!(answers.iter().all(|answer| answer.body == answers[0].body), "{path}");
    }
    assert_eq!(app.db_count("SELECT count(*) FROM meeting").await, 3);
    assert_eq!(app.db_count("SELECT count(*) FROM question").await, 1);
}

#[tokio::test]
async fn a_key_of_a_batch_is_one_for_each_of_its_requests() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    let headers = json!({"Content-Type": "application/json"});
    let question = json!({"displayName": "Which river?", "answerInputType": "text"});
    let requests: Vec<Value> = ["1", "2"].map(|id| {
        json!({"id": id, "method": "POST", "url": meeting.questions(), "headers": headers, "body": question})
    }).to_vec();
    let body = json!({ "requests": requests });

    let first = keyed(&app, "/beta/$batch", "a", &body).await.expect(200).json();
    let again = keyed(&app, "/beta/$batch", "a", &body).await.expect(200).json();

    for n in 0..2 {
        assert_eq!(first["responses"][n]["status"], 201);
        assert_eq!(first["responses"][n]["body"], again["responses"][n]["body"]);
    }
    assert_eq!(app.db_count("SELECT count(*) FROM question").await, 2);
}
