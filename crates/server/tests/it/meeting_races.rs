//! Changes of one meeting at the same time, by several processes.

use std::collections::HashMap;

use serde_json::{Value, json};
use testkit::{Call, TestApp};

use crate::at_once::{all_at_once, tally};

fn create_or_get(app: &TestApp, external_id: &str) -> Call {
    let body = json!({"externalId": external_id, "subject": "Planning"});
    app.post("/beta/me/onlineMeetings/createOrGet").token(&app.token(&app.people.ines)).json(&body)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_external_id_forty_times_at_once_makes_one_meeting() {
    let app = TestApp::new().await;
    let other = app.beside().await;
    let calls = (0..40).map(|n| create_or_get(if n % 2 == 0 { &app } else { &other }, "crm-1"));

    let answers = all_at_once(calls.collect()).await;

    assert_eq!(tally(&answers), HashMap::from([(201, 1), (200, 39)]));
    assert!(answers.iter().all(|answer| answer.body == answers[0].body), "everybody gets the same one");
    assert_eq!(app.db_count("SELECT count(*) FROM meeting").await, 1);
    assert_eq!(app.db_count("SELECT count(*) FROM organizer_meeting").await, 1);
}

/// The control of the test above: it is the external id that makes them one.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn forty_external_ids_at_once_make_forty_meetings() {
    let app = TestApp::new().await;
    let calls = (0..40).map(|n| create_or_get(&app, &format!("crm-{n}")));

    let answers = all_at_once(calls.collect()).await;

    assert_eq!(tally(&answers), HashMap::from([(201, 40)]));
    assert_eq!(app.db_count("SELECT count(*) FROM meeting").await, 40);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_asks_for_a_meeting_gets_one_though_it_is_deleted_at_the_same_time() {
    let app = TestApp::new().await;
    let token = app.token(&app.people.ines);

    for _ in 0..200 {
        let known = create_or_get(&app, "crm-1").await.json();
        let path = format!("/beta/me/onlineMeetings/{}", known["id"].as_str().unwrap());
        let mut calls: Vec<Call> = (0..8).map(|_| create_or_get(&app, "crm-1")).collect();
        calls.insert(4, app.delete(path).token(&token));

        let mut answers = all_at_once(calls).await;

        answers.remove(4).expect(204);
        assert!(answers.iter().all(|answer| answer.status.is_success()), "{:?}", tally(&answers));
    }
}

/// Members that nobody else's change touches, each with its new value.
fn changes() -> [(&'static str, Value); 4] {
    [
        ("subject", json!("Reading a lake")),
        ("joinUrl", json!("https://meet.riverbend.example/lake")),
        ("allowedPresenters", json!("organizer")),
        ("recordAutomatically", json!(true)),
    ]
}

/// Changes every member of a new meeting, each by a request of its own, all at the same time and through two
/// processes; gives those whose change was acknowledged and is not there.
async fn lost_members(app: &TestApp, other: &TestApp) -> Vec<&'static str> {
    let meeting = app.meeting(&app.people.ines).await;
    let token = app.token(&app.people.ines);
    let patch = |(n, (name, value)): (usize, (&'static str, Value))| {
        let door = if n % 2 == 0 { app } else { other };
        door.patch(meeting.path()).token(&token).json(&json!({ name: value }))
    };
    let answers = all_at_once(changes().into_iter().enumerate().map(patch).collect()).await;
    assert_eq!(tally(&answers), HashMap::from([(200, 4)]));

    let now = app.get(meeting.path()).token(&token).await.expect(200).json();
    let is_lost = |(name, value): &(&'static str, Value)| now[*name] != *value;
    changes().into_iter().filter(is_lost).map(|(name, _)| name).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn members_changed_at_the_same_time_are_all_changed() {
    let app = TestApp::new().await;
    let other = app.beside().await;

    for _ in 0..30 {
        assert_eq!(lost_members(&app, &other).await, [""; 0]);
    }
}

/// The control of the test above: with versions that stand still, changes are lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn without_versions_members_changed_at_the_same_time_are_lost() {
    let app = TestApp::new().await;
    let other = app.beside().await;
    app.db_stop_versions().await;

    for _ in 0..300 {
        if !lost_members(&app, &other).await.is_empty() {
            return;
        }
    }
    panic!("nothing was lost");
}
