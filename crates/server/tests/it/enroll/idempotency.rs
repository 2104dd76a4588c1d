//! `Idempotency-Key`.
//!
//! Enrolling twice is harmless by itself, so these tests cancel in between: a replay is known by not enrolling
//! again.

use domain::Role;
use jiff::SignedDuration;
use serde_json::Value;
use testkit::{APP, Call, NewMeeting, TestApp, TestMeeting};

use super::{guest, places, statuses};

/// A meeting of Ines far in the future, for people of the organisation.
async fn far_meeting(app: &TestApp) -> TestMeeting {
    let new =
        NewMeeting { start: "2027-06-01T10:00:00Z", end: "2027-06-01T11:00:00Z", ..NewMeeting::default() };
    let meeting = app.meeting_with(&app.people.ines, new).await;
    app.register(&meeting, &serde_json::json!({"allowedRegistrant": "organization"})).await;
    meeting
}

fn keyed(app: &TestApp, meeting: &TestMeeting, key: &str) -> Call {
    let tomas = &app.people.tomas;
    app.post(meeting.registrants())
        .token(&app.token(tomas))
        .header("idempotency-key", key)
        .json(&tomas.enrolment())
}

async fn cancel(app: &TestApp, meeting: &TestMeeting, answer: &Value) {
    let path = format!("{}/{}", meeting.registrants(), answer["id"].as_str().unwrap());
    app.delete(path).token(&app.token(&app.people.tomas)).await.expect(204);
}

#[tokio::test]
async fn a_replay_gets_the_same_bytes_and_does_nothing() {
    let app = TestApp::new().await;
    let meeting = far_meeting(&app).await;
    let first = keyed(&app, &meeting, "key").await.expect(200);
    cancel(&app, &meeting, &first.json()).await;

    let replayed = keyed(&app, &meeting, "key").await.expect(200);

    assert_eq!(replayed.body, first.body);
    assert_eq!(statuses(&app.registrants(&meeting).await), ["canceled"]);
    let control = keyed(&app, &meeting, "another key").await.expect(200);
    assert_ne!(control.body, first.body);
    assert_eq!(statuses(&app.registrants(&meeting).await), ["canceled", "registered"]);
}

#[tokio::test]
async fn a_retry_gets_the_first_answer_though_registration_has_ended() {
    let app = TestApp::new().await;
    let meeting = app.built_in("organization").await;
    let first = keyed(&app, &meeting, "key").await.expect(200);
    app.set_clock("2027-02-01T11:00:00Z");

    let retried = keyed(&app, &meeting, "key").await.expect(200);

    assert_eq!(retried.body, first.body);
    let control = keyed(&app, &meeting, "another key").await.expect(400);
    assert_eq!(control.inner_code(), "registrationEnded");
}

#[tokio::test]
async fn a_registration_that_was_made_again_knows_nothing_of_the_keys_before() {
    let app = TestApp::new().await;
    let meeting = far_meeting(&app).await;
    let first = keyed(&app, &meeting, "key").await.expect(200);
    app.delete(meeting.registration()).token(&app.token(&app.people.ines)).await.expect(204);
    app.register(&meeting, &serde_json::json!({"allowedRegistrant": "organization"})).await;

    let again = keyed(&app, &meeting, "key").await.expect(200);

    assert_ne!(again.body, first.body);
    assert_eq!(statuses(&app.registrants(&meeting).await), ["registered"]);
}

#[tokio::test]
async fn a_replay_does_not_lengthen_the_life_of_a_key() {
    let app = TestApp::new().await;
    let meeting = far_meeting(&app).await;
    let first = keyed(&app, &meeting, "key").await.expect(200);
    cancel(&app, &meeting, &first.json()).await;
    app.advance(SignedDuration::from_hours(23));
    keyed(&app, &meeting, "key").await.expect(200);

    app.advance(SignedDuration::from_hours(2));
    let after = keyed(&app, &meeting, "key").await.expect(200);

    assert_ne!(after.body, first.body);
}

#[tokio::test]
async fn a_key_with_another_body_is_refused() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    let send = |body: Value| {
        app.post(meeting.registrants())
            .token(&app.token(&app.people.tomas))
            .header("idempotency-key", "key")
            .json(&body)
            .send()
    };
    send(guest(1)).await.expect(200);

    let other = send(guest(2)).await.expect(422);

    assert_eq!(
        (other.inner_code(), other.target()),
        ("idempotencyKeyReused".into(), "Idempotency-Key".into())
    );
    assert_eq!(app.registrants(&meeting).await.len(), 1);
    send(guest(1)).await.expect(200);
}

#[tokio::test]
async fn a_key_belongs_to_who_sent_it() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    app.allow(APP, &app.people.ines).await;
    let tokens = [
        app.token(&app.people.tomas),
        app.token(&app.people.bram),
        app.application(APP, &[Role::MeetingsReadAll]),
    ];

    for (n, token) in tokens.iter().enumerate() {
        let call = app.post(meeting.registrants()).token(token).header("idempotency-key", "key");
        call.json(&guest(n)).await.expect(200);
    }

    assert_eq!(app.registrants(&meeting).await.len(), 3);
}

#[tokio::test]
async fn a_key_is_forgotten_after_a_day() {
    let app = TestApp::new().await;
    let meeting = far_meeting(&app).await;
    let first = keyed(&app, &meeting, "key").await.expect(200);
    keyed(&app, &meeting, "a key that nobody uses in the meantime").await.expect(200);
    cancel(&app, &meeting, &first.json()).await;

    app.advance(SignedDuration::from_hours(24) - SignedDuration::from_micros(1));
    let within = keyed(&app, &meeting, "key").await.expect(200);
    app.advance(SignedDuration::from_micros(1));
    let after = keyed(&app, &meeting, "a key that nobody uses in the meantime").await.expect(200);

    assert_eq!(within.body, first.body);
    assert_ne!(after.body, first.body);
    assert_eq!(statuses(&app.registrants(&meeting).await), ["canceled", "registered"]);
}

#[tokio::test]
async fn a_replay_after_a_restart_finds_what_was_committed() {
    let app = TestApp::new().await;
    let meeting = far_meeting(&app).await;
    let first = keyed(&app, &meeting, "key").await.expect(200);
    cancel(&app, &meeting, &first.json()).await;

    let app = app.restart().await;

    assert_eq!(keyed(&app, &meeting, "key").await.expect(200).body, first.body);
    assert_eq!(statuses(&app.registrants(&meeting).await), ["canceled"]);
}

#[tokio::test]
async fn a_refusal_is_not_kept_and_the_same_key_may_try_again() {
    let app = TestApp::new().await;
    let meeting = places(&app, Some(1)).await;
    let send = |body: Value, key: &str| {
        app.post(meeting.registrants())
            .token(&app.token(&app.people.tomas))
            .header("idempotency-key", key)
            .json(&body)
            .send()
    };
    send(guest(1), "one").await.expect(200);
    send(guest(2), "two").await.expect(409);

    let token = app.token(&app.people.ines);
    app.patch(meeting.registration())
        .token(&token)
        .json(&serde_json::json!({"capacity": 2}))
        .await
        .expect(200);

    send(guest(2), "two").await.expect(200);
    assert_eq!(app.registrants(&meeting).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn retries_that_overtake_each_other_get_one_answer() {
    let app = TestApp::new().await;
    let meeting = far_meeting(&app).await;
    let sent: Vec<_> = (0..20).map(|_| tokio::spawn(keyed(&app, &meeting, "key").send())).collect();

    let mut answers = Vec::new();
    for answer in sent {
        answers.push(answer.await.unwrap().expect(200));
    }

    assert!(answers.iter().all(|answer| answer.body == answers[0].body));
    assert_eq!(app.registrants(&meeting).await.len(), 1);
}

#[tokio::test]
async fn a_key_has_one_to_255_characters() {
    let app = TestApp::new().await;
    let meeting = far_meeting(&app).await;

    for key in [String::new(), "k".repeat(256)] {
        let answer = keyed(&app, &meeting, &key).await.expect(400);
        assert_eq!(answer.target(), "Idempotency-Key");
    }
    assert_eq!(app.registrants(&meeting).await.len(), 0);
    keyed(&app, &meeting, &"k".repeat(255)).await.expect(200);
}

#[tokio::test]
async fn neither_key_nor_body_is_kept() {
    let app = TestApp::new().await;
    let meeting = far_meeting(&app).await;

    keyed(&app, &meeting, "canary-key-0815").await.expect(200);

    assert!(!app.db_holds("canary-key-0815"));
    assert!(app.db_holds(&app.people.tomas.mail), "the control: what is kept is found");
}
