//! A database that is overloaded, breaks things off, or goes away: tried again within limits, then 503 with
//! `Retry-After`, never 500. And others who are silent while it works: nothing is locked meanwhile.

use std::future::pending;
use std::process::Command;

use serde_json::{Value, json};
use testkit::{Answer, Receiver, TestApp, TestMeeting, TestResponse, capture_logs};
use testpg::Server;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::at_once::all_at_once;
use crate::notifications::{registrants_of, subscribe, wish};
use crate::program::{USHER, fail, run};

const CREATE: &str = "CREATE DATABASE usher ENCODING 'UTF8' TEMPLATE template0";

fn enroll(app: &TestApp, meeting: &TestMeeting, n: usize) -> testkit::Call {
    let email = format!("guest{n}@pinewater.example");
    let body = json!({"firstName": "Guest", "lastName": format!("Number {n}"), "email": email});
    app.post(meeting.registrants()).token(&app.token(&app.people.tomas)).json(&body)
}

/// The answer says that the same is worth another try, and when.
#[track_caller]
fn expect_put_off(answer: TestResponse) {
    let answer = answer.expect(503);
    assert_eq!(answer.header("retry-after"), Some("2"));
    if answer.header("content-type") == Some("application/json; charset=utf-8") {
        assert_eq!(answer.inner_code(), "serviceNotAvailable");
    }
}

/// When a server breaks a transaction off.
#[derive(Clone, Copy, Debug)]
enum Moment {
    /// At the statement that changes a row.
    Statement,
    /// At the commit, when every statement has gone well.
    Commit,
}

/// More failures than anybody tries to get past.
const ALWAYS: u32 = 1_000;

/// Lets the first changes of a kind (`INSERT ON registrant`) fail with a code, as the server does when it breaks something
/// off, and counts the tries: a sequence is not taken back with the transaction. It also fails where nobody set the limits,
/// or what plans rest on.
fn trip(code: &str, failures: u32, change: &str, moment: Moment) -> String {
    let (before, after) = match moment {
        Moment::Statement => ("TRIGGER trip BEFORE", ""),
        Moment::Commit => ("CONSTRAINT TRIGGER trip AFTER", "DEFERRABLE INITIALLY DEFERRED"),
    };
    format!(
        "CREATE SEQUENCE IF NOT EXISTS tries;
        SELECT setval('tries', 1, false);
        {TRIP_NOTHING};
        CREATE FUNCTION trip() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF nextval('tries') <= {failures} THEN
                RAISE EXCEPTION 'tripped' USING ERRCODE = '{code}';
            END IF;
            IF current_setting('statement_timeout') <> '10s' OR current_setting('lock_timeout') <> '2s'
                OR current_setting('idle_in_transaction_session_timeout') <> '30s'
                OR 'on' IN (current_setting('enable_seqscan'), current_setting('enable_bitmapscan'),
                    current_setting('enable_hashjoin'), current_setting('enable_mergejoin'), current_setting('jit')) THEN
                RAISE EXCEPTION 'not set up' USING ERRCODE = 'XX000';
            END IF;
            RETURN NEW;
        END $$;
        CREATE {before} {change} {after} FOR EACH ROW EXECUTE FUNCTION trip()"
    )
}

/// The triggers go with their function.
const TRIP_NOTHING: &str = "DROP FUNCTION IF EXISTS trip CASCADE";

#[tokio::test]
async fn what_a_server_breaks_off_is_tried_again_within_limits_and_then_put_off() {
    const ENROLMENT: &str = "INSERT ON registrant";
    let app = TestApp::builder().postgres().build().await;
    let meeting = app.built_in("everyone").await;
    let rows = [
        ("serialization_failure", "40001", 4, 200, 5),
        ("serialization_failure", "40001", ALWAYS, 503, 6),
        ("deadlock_detected", "40P01", 4, 200, 5),
        ("deadlock_detected", "40P01", ALWAYS, 503, 6),
        ("query_canceled, by the statement's time limit", "57014", ALWAYS, 503, 1),
        ("lock_not_available, by the lock's time limit", "55P03", ALWAYS, 503, 1),
        ("idle_in_transaction_session_timeout", "25P03", ALWAYS, 503, 1),
        ("transaction_timeout, of PostgreSQL 17", "25P04", ALWAYS, 503, 1),
        ("read_only_sql_transaction, after a fail-over", "25006", ALWAYS, 503, 1),
        ("disk_full", "53100", ALWAYS, 503, 1),
        ("out_of_memory", "53200", ALWAYS, 503, 1),
        ("too_many_connections", "53300", ALWAYS, 503, 1),
        ("admin_shutdown", "57P01", ALWAYS, 503, 1),
        ("cannot_connect_now", "57P03", ALWAYS, 503, 1),
        ("io_error", "58030", ALWAYS, 503, 1),
        ("the control: what is broken for good", "XX001", ALWAYS, 500, 1),
    ];
    for (n, (what, code, failures, status, tries)) in rows.into_iter().enumerate() {
        app.db_execute(&trip(code, failures, ENROLMENT, Moment::Statement)).await;

        let answer = enroll(&app, &meeting, n).await;

        assert_eq!(answer.status.as_u16(), status, "{what}: {}", answer.text());
        assert_eq!(app.db_count("SELECT last_value FROM tries").await, tries, "{what}");
        if status == 503 {
            expect_put_off(answer);
        }
    }
    app.db_execute(&trip("40001", 0, ENROLMENT, Moment::Statement)).await;
    enroll(&app, &meeting, 100).await.expect(200);
    assert_eq!(app.registrants(&meeting).await.len(), 3, "whoever was put off has no place");
}

/// What people do that changes something.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Enrol,
    Describe,
    Cancel,
}

impl Deed {
    /// The change that the server hears of, once in each try.
    fn change(self) -> &'static str {
        match self {
            Self::Enrol => "INSERT ON registrant",
            Self::Describe => "UPDATE ON registration",
            Self::Cancel => "UPDATE ON registrant",
        }
    }

    /// How often it is tried at most. An enrolment is tried as one statement first.
    fn tries(self) -> u32 {
        match self {
            Self::Enrol => 6,
            Self::Describe | Self::Cancel => 5,
        }
    }

    async fn send(self, app: &TestApp, meeting: &TestMeeting) -> TestResponse {
        let token = app.token(&app.people.ines);
        match self {
            Self::Enrol => enroll(app, meeting, 2).await,
            Self::Describe => {
                // Of another title people are told, which changes the row twice.
                let description = json!({"description": "Bring boots."});
                app.patch(meeting.registration()).token(&token).json(&description).await
            }
            Self::Cancel => {
                let id = app.registrants(meeting).await[0]["id"].as_str().unwrap().to_owned();
                app.post(format!("{}/{id}/cancel", meeting.registrants())).token(&token).await
            }
        }
    }
}

#[tokio::test]
async fn what_a_server_breaks_off_at_a_statement_or_at_the_commit_is_done_once_or_not_at_all() {
    let app = TestApp::builder().postgres().build().await;
    for deed in [Deed::Enrol, Deed::Describe, Deed::Cancel] {
        let most = deed.tries();
        for moment in [Moment::Statement, Moment::Commit] {
            let mut traces = Vec::new();
            for failures in [0, most - 1, ALWAYS] {
                let meeting = app.built_in("everyone").await;
                enroll(&app, &meeting, 1).await.expect(200);
                app.db_execute(&trip("40001", failures, deed.change(), moment)).await;
                let before = app.db_traces().await;

                let answer = deed.send(&app, &meeting).await;

                traces.push(app.db_traces().await - before);
                let tries = app.db_count("SELECT last_value FROM tries").await;
                assert_eq!(tries, i64::from(most.min(failures + 1)), "{deed:?}, {moment:?}");
                if failures < most {
                    assert!(answer.status.is_success(), "{deed:?}, {moment:?}: {}", answer.text());
                } else {
                    expect_put_off(answer);
                }
                app.db_execute(TRIP_NOTHING).await;
            }
            assert!(traces[0] > 0, "the control: {deed:?} leaves traces");
            assert_eq!(traces, [traces[0], traces[0], 0], "{deed:?}, {moment:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_finds_no_free_connection_is_put_off() {
    let app = TestApp::builder().postgres().database("connections = 2").build().await;
    let meeting = app.built_in("everyone").await;
    enroll(&app, &meeting, 1).await.expect(200);
    let logs = capture_logs();
    let holder = app.db_hold("SELECT version FROM meeting FOR UPDATE").await;
    let change = || {
        let token = app.token(&app.people.ines);
        app.patch(meeting.registration()).token(&token).json(&json!({"subject": "Reading a lake"}))
    };
    // Two at a time wait for the lock, for two seconds; the rest, for a connection.
    let calls: Vec<_> = (0..6).map(|_| change()).collect();

    let answers = all_at_once(calls).await;

    let logs = logs.text();
    let found_none = answers.iter().filter(|answer| {
        let id = answer.json()["error"]["innerError"]["request-id"].as_str().unwrap().to_owned();
        logs.lines().any(|line| line.contains(&id) && line.contains("pool timed out"))
    });
    assert!(found_none.count() > 0, "the control: it was not the lock alone");
    answers.into_iter().for_each(expect_put_off);
    drop(holder);
    change().await.expect(200);
    assert_eq!(app.registrants(&meeting).await.len(), 1);
}

/// A mail server that greets, and has no answer for whoever brings a letter: at which port, and how they began.
async fn mute_mail_server() -> (u16, oneshot::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, told) = oneshot::channel();
    tokio::spawn(async move {
        let mut client = BufReader::new(listener.accept().await.unwrap().0);
        let (mut greeting, mut letter) = (String::new(), String::new());
        client.write_all(b"220 localhost\r\n").await.unwrap();
        client.read_line(&mut greeting).await.unwrap();
        client.write_all(b"250 localhost\r\n").await.unwrap();
        client.read_line(&mut letter).await.unwrap();
        tell.send(letter).unwrap();
        pending::<()>().await;
    });
    (port, told)
}

/// How many of the transactions that are open now stay open: whoever is at work in one comes to its end meanwhile.
async fn held_transactions(app: &TestApp) -> i64 {
    let now = app.db_count("SELECT extract(epoch FROM clock_timestamp()) * 1000000").await;
    let begun_before = format!(
        "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
            AND extract(epoch FROM xact_start) * 1000000 <= {now}"
    );
    let mut held = 0;
    for _ in 0..100 {
        held = app.db_count(&begun_before).await;
        if held == 0 {
            break;
        }
    }
    held
}

/// A letter, a notification and the question whether somebody wants notifications are on their way at once, about one
/// meeting, and nobody answers.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_a_mail_server_and_receivers_are_silent_no_transaction_is_open_and_nothing_is_locked() {
    let (port, letter) = mute_mail_server().await;
    let (receiver, mute) = (Receiver::new().await, TcpListener::bind("127.0.0.1:0").await.unwrap());
    let patience = "[subscriptions]\nhttp_to_loopback = true\ntimeout_seconds = 30";
    let app = TestApp::builder().postgres().config(patience).build().await;
    let host = format!("host = \"127.0.0.1\"\nport = {port}\nsecurity = \"none\"\ntimeout_seconds = 600");
    let app = app.restart_with("mailbox = true", &host).await;
    let meeting = app.built_in("everyone").await;
    let mut wished = wish(&registrants_of(&meeting), &receiver);
    subscribe(&app, &wished).await;
    receiver.answer(Answer::Silence);
    let (mailroom, courier) = (app.send_mail_until(pending()), app.notify_until(pending()));
    enroll(&app, &meeting, 1).await.expect(200);
    receiver.wait_for(1).await;
    assert!(letter.await.unwrap().starts_with("MAIL FROM:"));
    wished["notificationUrl"] = json!(format!("http://{}/hook", mute.local_addr().unwrap()));
    let ines = app.token(&app.people.ines);
    let subscribing = app.post("/v1.0/subscriptions").token(&ines).json(&wished).send();
    let subscribing = tokio::spawn(subscribing);
    let _asked = mute.accept().await.unwrap();

    let held = held_transactions(&app).await;
    enroll(&app, &meeting, 2).await.expect(200);
    let description = json!({"description": "Bring boots."});
    app.patch(meeting.registration()).token(&ines).json(&description).await.expect(200);

    assert_eq!(held, 0);
    assert!(!subscribing.is_finished() && receiver.received().is_empty(), "the control: nobody was answered");
    let holder = app.db_hold("SELECT version FROM meeting FOR UPDATE").await;
    assert!(held_transactions(&app).await > 0, "the control: one that is held is seen");
    expect_put_off(enroll(&app, &meeting, 3).await);
    drop(holder);
    mailroom.abort();
    courier.abort();
    subscribing.abort();
}

/// A server and a database on it. Starting one takes seconds, so it dies more than once.
async fn on_own_server() -> (Server, TestApp) {
    let server = Server::create(&["fsync=off"], None).unwrap();
    server.sql("postgres", &[CREATE]).unwrap();
    let app = TestApp::builder().postgres_at(&server.url("usher")).build().await;
    (server, app)
}

/// People go through a turnstile with a connection of its own. That there are others is of no use to them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_whose_turnstile_has_no_connection_is_not_ready() {
    let (server, app) = on_own_server().await;
    let meeting = app.built_in("everyone").await;

    server.sql("postgres", &["ALTER DATABASE usher ALLOW_CONNECTIONS false"]).unwrap();
    let without = app.get("/health/ready").await.expect(503).text();
    app.get(meeting.registrants()).token(&app.token(&app.people.ines)).await.expect(200);
    server.sql("postgres", &["ALTER DATABASE usher ALLOW_CONNECTIONS true"]).unwrap();

    assert_eq!(without, "nobody can enrol: the database does not answer\n");
    app.get("/health/ready").await.expect(200);
    enroll(&app, &meeting, 1).await.expect(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_was_killed_is_used_again_when_it_is_back() {
    let (mut server, app) = on_own_server().await;
    let meeting = app.meeting(&app.people.ines).await;
    let registration = app.register(&meeting, &json!({"allowedRegistrant": "everyone"})).await;
    let page = registration["registrationPageWebUrl"].as_str().unwrap();
    let page = page.strip_prefix(testkit::PUBLIC_URL).unwrap();
    let fields = [("firstName", "Odile"), ("lastName", "Marchetti"), ("email", "odile@pinewater.example")];
    let list = || app.get(meeting.registrants()).token(&app.token(&app.people.ines));
    enroll(&app, &meeting, 1).await.expect(200);

    server.kill();

    let calls = vec![enroll(&app, &meeting, 2), list(), app.post(page).form(&fields)];
    all_at_once(calls).await.into_iter().for_each(expect_put_off);
    app.get("/health/ready").await.expect(503);
    app.get("/health/live").await.expect(200);
    // A proxy in front of nobody takes every connection, listens, and hangs up.
    let proxy = TcpListener::bind(("127.0.0.1", server.port())).await.unwrap();
    let proxy = tokio::spawn(async move {
        loop {
            let (mut client, _) = proxy.accept().await.unwrap();
            client.read_exact(&mut [0; 8]).await.unwrap();
        }
    });
    expect_put_off(enroll(&app, &meeting, 3).await);
    proxy.abort();
    assert!(proxy.await.unwrap_err().is_cancelled());
    server.start().unwrap();
    enroll(&app, &meeting, 2).await.expect(200);
    app.post(page).form(&fields).await.expect(200);
    // One of several connections may have lain since before: whoever takes it finds it dead, and it is gone then.
    let mut looks = 0;
    while app.get("/health/ready").await.status != 200 && looks < 4 {
        looks += 1;
    }
    app.get("/health/ready").await.expect(200);
    let emails: Vec<Value> =
        app.registrants(&meeting).await.into_iter().map(|row| row["email"].clone()).collect();
    let expected = ["guest1@pinewater.example", "guest2@pinewater.example", "odile@pinewater.example"];
    assert_eq!(emails, expected);
}

/// Nothing tells that it is frozen: its connections stay open and silent, and no limit of its own helps.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_falls_silent_in_the_middle_of_a_transaction_is_not_waited_for() {
    let (server, app) = on_own_server().await;
    let meeting = app.built_in("everyone").await;
    enroll(&app, &meeting, 1).await.expect(200);
    let wait = "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_sleep(600); RETURN NEW; END'";
    let on = "CREATE TRIGGER wait BEFORE INSERT ON registrant FOR EACH ROW EXECUTE FUNCTION wait()";
    server.sql("usher", &[wait, on]).unwrap();
    let enrolling = tokio::spawn(enroll(&app, &meeting, 2).send());
    let is_waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
    while server.sql("usher", &[is_waiting]).unwrap() != "1" {
        tokio::task::yield_now().await;
    }

    server.freeze();

    expect_put_off(enrolling.await.unwrap());
    server.thaw();
    let end = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
    server.sql("usher", &[end, "DROP TRIGGER wait ON registrant"]).unwrap();
    enroll(&app, &meeting, 2).await.expect(200);
}

#[tokio::test]
async fn a_server_that_is_absent_at_the_start_is_named_and_the_next_start_finds_it() {
    let mut server = Server::create(&["fsync=off"], None).unwrap();
    server.sql("postgres", &[CREATE]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let usher = |words: &[&str]| {
        let mut command = Command::new(USHER);
        command.current_dir(folder.path()).args(words);
        command.env("USHER_DATABASE__URL", server.url("usher")).env("USHER_SERVER__LISTEN", "127.0.0.1:0");
        command.env("USHER_SERVER__PUBLIC_URL", "http://localhost:8080");
        command.env("USHER_IDENTITY__BUILTIN__ENABLED", "true");
        command.env("USHER_IDENTITY__TENANT__0__ID", "2f1d0c5e-7a57-4b5e-9d0b-6c1f0a6f7d11");
        command.env("USHER_IDENTITY__TENANT__0__NAME", "Pinewater");
        command
    };
    let (mut serve, mut policy) = (usher(&["serve"]), usher(&["policy", "create", "desk", "--app", "desk"]));
    server.kill();

    let complaint = fail(&mut serve);

    assert!(complaint.contains("cannot open the database `postgres://usher@127.0.0.1:"), "{complaint}");
    assert!(complaint.contains("Connection refused"), "{complaint}");
    server.start().unwrap();
    run(&mut policy, b"");
}
