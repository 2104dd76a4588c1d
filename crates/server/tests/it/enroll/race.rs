//! Many at once, on one machine.

use std::collections::HashMap;

use serde_json::{Value, json};
use testkit::TestApp;

use super::{by_tomas, guest, places, ticket};
use crate::at_once::{all_at_once, tally};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_person_a_hundred_times_at_once_gets_one_place_one_letter_and_one_answer() {
    let app = TestApp::new().await;
    let meeting = app.built_in("organization").await;
    let tomas = app.people.tomas.enrolment();

    let answers = all_at_once((0..100).map(|_| by_tomas(&app, &meeting, &tomas)).collect()).await;

    assert_eq!(tally(&answers), HashMap::from([(200, 100)]));
    assert!(answers.iter().all(|answer| answer.body == answers[0].body), "all answers are the same");
    assert_eq!(app.registrants(&meeting).await.len(), 1);
    assert_eq!(app.mail().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_address_a_hundred_times_at_once_by_api_by_page_and_among_many_gets_one_place() {
    let app = TestApp::builder().config("[protection]\nproof_of_work = \"never\"").build().await;
    let meeting = app.meeting(&app.people.ines).await;
    let registration = app.register(&meeting, &json!({"allowedRegistrant": "everyone"})).await;
    let page =
        registration["registrationPageWebUrl"].as_str().unwrap().strip_prefix(testkit::PUBLIC_URL).unwrap();
    let body = guest(1);
    let fields = ["firstName", "lastName", "email"].map(|name| (name, body[name].as_str().unwrap()));
    let (many, token) =
        (format!("{}/enrollRegistrants", meeting.registration()), app.token(&app.people.ines));
    let calls = (0..100).map(|n| match n % 3 {
        0 => by_tomas(&app, &meeting, &body),
        1 => app.post(page).form(&fields),
        _ => app.post(&many).token(&token).json(&json!({"registrants": [body]})),
    });

    let answers = all_at_once(calls.collect()).await;

    assert_eq!(tally(&answers), HashMap::from([(200, 100)]));
    let registrants = app.registrants(&meeting).await;
    assert_eq!(registrants.len(), 1);
    for answer in answers.iter().skip(2).step_by(3) {
        let result = &answer.json()["value"][0];
        assert_eq!((&result["status"], &result["id"]), (&json!("registered"), &registrants[0]["id"]));
    }
    assert_eq!(app.mail().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_ticket_a_hundred_times_at_once_has_one_link() {
    let app = TestApp::new().await;
    let meeting = app.external("everyone").await;
    let token = app.token(&app.people.ines);
    let call = |_| app.post(meeting.registrants()).token(&token).json(&ticket("crm/7731"));

    let answers = all_at_once((0..100).map(call).collect()).await;

    assert!(answers.iter().all(|answer| answer.status == 200 && answer.body == answers[0].body));
    assert_eq!(app.registrants(&meeting).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_three_hundred_people_fifty_get_the_fifty_places() {
    let app = TestApp::new().await;
    let meeting = places(&app, Some(50)).await;

    let answers = all_at_once((0..300).map(|n| by_tomas(&app, &meeting, &guest(n))).collect()).await;

    assert_eq!(tally(&answers), HashMap::from([(200, 50), (409, 250)]));
    for refused in answers.iter().filter(|answer| answer.status == 409) {
        assert_eq!(
            (refused.json()["error"]["code"].as_str(), refused.inner_code()),
            (Some("Conflict"), "registrationFull".into())
        );
    }
    assert_eq!(app.registrants(&meeting).await.len(), 50);
    assert_eq!(app.mail().await.len(), 50, "nobody gets a letter without a place");
}

/// The control of the test above: without the limit the same crowd gets in, so it is the limit that held.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_three_hundred_people_all_get_in_where_there_is_no_limit() {
    let app = TestApp::new().await;
    let meeting = places(&app, None).await;

    let answers = all_at_once((0..300).map(|n| by_tomas(&app, &meeting, &guest(n))).collect()).await;

    assert_eq!(tally(&answers), HashMap::from([(200, 300)]));
    assert_eq!(app.registrants(&meeting).await.len(), 300);
    assert_eq!(app.mail().await.len(), 300);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_on_one_database_give_no_place_twice() {
    let app = TestApp::new().await;
    let meeting = places(&app, Some(50)).await;
    let other = app.beside().await;
    // Everybody tries at both doors.
    let calls = (0..200).map(|n| by_tomas(if n % 2 == 0 { &app } else { &other }, &meeting, &guest(n / 2)));

    let answers = all_at_once(calls.collect()).await;

    assert_eq!(answers.iter().filter(|answer| !matches!(answer.status.as_u16(), 200 | 409)).count(), 0);
    assert_eq!(app.registrants(&meeting).await.len(), 50);
    let taken = app.db_count("SELECT seats_taken FROM roster").await;
    assert_eq!(taken, 50);
    assert_eq!(app.db_count("SELECT count(*) FROM outbox").await, 50);
}

/// Enrolling and giving back at the same time: the count of places is right at the end, whatever the order was.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn places_given_back_while_others_are_taken_are_counted_right() {
    let app = TestApp::new().await;
    let meeting = places(&app, Some(30)).await;
    all_at_once((0..30).map(|n| by_tomas(&app, &meeting, &guest(n))).collect()).await;
    let manage: Vec<String> = app.mail().await.iter().map(|letter| letter.manage_url.clone()).collect();
    let back =
        manage.iter().take(20).map(|url| app.post(url.strip_prefix(testkit::PUBLIC_URL).unwrap()).form(&[]));
    let calls = back.chain((100..150).map(|n| by_tomas(&app, &meeting, &guest(n)))).collect();

    let answers = all_at_once(calls).await;

    let given = answers.iter().skip(20).filter(|answer| answer.status == 200).count();
    assert!(answers.iter().take(20).all(|answer| answer.status == 200) && given <= 20, "{given}");
    let registrants: Vec<Value> = app.registrants(&meeting).await;
    let live = registrants.iter().filter(|registrant| registrant["status"] == "registered").count();
    assert_eq!(live, 10 + given);
    assert_eq!(app.db_count("SELECT seats_taken FROM roster").await, live as i64);
}

/// Whoever waits goes through together in one transaction, which one of them can make fail.
#[tokio::test]
async fn an_enrolment_that_cannot_be_stored_turns_nobody_else_away() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    let guests = || (0..40).map(|n| by_tomas(&app, &meeting, &guest(n))).collect();
    app.db_poison(Some("guest5@pinewater.example")).await;

    let answers: Vec<u16> = all_at_once(guests()).await.iter().map(|answer| answer.status.as_u16()).collect();

    let expected: Vec<u16> = (0..40).map(|n| if n == 5 { 500 } else { 200 }).collect();
    assert_eq!(answers, expected);
    assert_eq!(app.registrants(&meeting).await.len(), 39);
    assert_eq!(app.mail().await.len(), 39);
    app.db_poison(None).await;
    assert_eq!(tally(&all_at_once(guests()).await), HashMap::from([(200, 40)]), "the control");
}

/// Whoever waits goes through together, and one of them may wait for a meeting that somebody else holds for too long.
#[tokio::test]
async fn a_meeting_that_is_held_turns_nobody_away_from_another() {
    let app = TestApp::builder().postgres().build().await;
    let held = app.built_in("everyone").await;
    by_tomas(&app, &held, &guest(100)).await.expect(200);
    let holder = app.db_hold("SELECT version FROM meeting FOR UPDATE").await;
    let free = app.built_in("everyone").await;
    by_tomas(&app, &free, &guest(100)).await.expect(200);

    let answers = all_at_once(vec![by_tomas(&app, &held, &guest(1)), by_tomas(&app, &free, &guest(1))]).await;

    assert_eq!(answers.iter().map(|answer| answer.status.as_u16()).collect::<Vec<_>>(), [503, 200]);
    assert_eq!(app.registrants(&free).await.len(), 2);
    drop(holder);
    by_tomas(&app, &held, &guest(1)).await.expect(200);
}
