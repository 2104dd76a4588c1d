//! Places: taken once, given back, given again, and gone when the meeting is over.

use serde_json::{Value, json};
use testkit::{NewMeeting, TestApp, TestMeeting};

use super::{by_tomas, guest, places, statuses, ticket};

async fn join(app: &TestApp, link: &Value) -> u16 {
    let link = link.as_str().unwrap().strip_prefix(testkit::PUBLIC_URL).unwrap();
    app.get(link).await.status.as_u16()
}

#[tokio::test]
async fn the_same_person_again_gets_the_same_answer_and_no_second_letter() {
    let app = TestApp::new().await;
    let (anyone, members, external) =
        (app.built_in("everyone").await, app.built_in("organization").await, app.external("everyone").await);
    let tomas = app.people.tomas.enrolment();
    let mut shouting = tomas.clone();
    shouting["email"] = json!(app.people.tomas.mail.to_uppercase());
    let ines = app.token(&app.people.ines);

    for (meeting, token, first, again) in [
        (&anyone, app.token(&app.people.tomas), &tomas, &shouting),
        (&members, app.token(&app.people.tomas), &tomas, &shouting),
        (&external, ines.clone(), &ticket("7"), &ticket("7")),
    ] {
        let first = app.post(meeting.registrants()).token(&token).json(first).await.expect(200);
        let again = app.post(meeting.registrants()).token(&token).json(again).await.expect(200);
        assert_eq!(again.body, first.body);
        assert_eq!(app.registrants(meeting).await.len(), 1);
    }

    assert_eq!(app.mail().await.len(), 2, "one for each built-in registration");
    by_tomas(&app, &anyone, &guest(1)).await.expect(200);
    assert_eq!(app.mail().await.len(), 1, "the control: another person gets another");
}

#[tokio::test]
async fn whoever_cancels_frees_the_place_and_a_new_enrolment_makes_a_new_link() {
    let app = TestApp::new().await;
    let meeting = app.meeting(&app.people.ines).await;
    app.register(&meeting, &json!({"allowedRegistrant": "organization", "capacity": 1})).await;
    app.set_clock("2027-02-01T09:50:00Z");
    let bram = || {
        app.post(meeting.registrants()).token(&app.token(&app.people.bram)).json(&app.people.bram.enrolment())
    };
    let tomas = || by_tomas(&app, &meeting, &app.people.tomas.enrolment());
    let first = tomas().await.expect(200).json();
    assert_eq!(bram().await.expect(409).inner_code(), "registrationFull");

    cancel(&app, &meeting, &first).await;
    bram().await.expect(200);
    assert_eq!(tomas().await.expect(409).inner_code(), "registrationFull");
    let of_bram = app.registrants(&meeting).await[1].clone();
    app.delete(format!("{}/{}", meeting.registrants(), of_bram["id"].as_str().unwrap()))
        .token(&app.token(&app.people.bram))
        .await
        .expect(204);
    let second = tomas().await.expect(200).json();

    assert_ne!(first["id"], second["id"]);
    assert_eq!(join(&app, &first["joinWebUrl"]).await, 403, "the old link is dead");
    assert_eq!(join(&app, &second["joinWebUrl"]).await, 303);
    let registrants = app.registrants(&meeting).await;
    assert_eq!(statuses(&registrants), ["canceled", "canceled", "registered"]);
}

async fn cancel(app: &TestApp, meeting: &TestMeeting, registrant: &Value) {
    let path = format!("{}/{}", meeting.registrants(), registrant["id"].as_str().unwrap());
    let token = app.token(&app.people.tomas);
    app.delete(&path).token(&token).await.expect(204);
    app.delete(&path).token(&token).await.expect(204);
}

#[tokio::test]
async fn an_external_registrant_who_was_removed_may_come_again_by_a_new_link() {
    let app = TestApp::new().await;
    let meeting = app.external("everyone").await;
    app.set_clock("2027-02-01T09:50:00Z");
    let token = app.token(&app.people.ines);
    let enroll = || app.post(meeting.registrants()).token(&token).json(&ticket("a/b ü?#")).send();
    let first = enroll().await.expect(200).json();

    app.delete(format!("{}/a%2Fb%20%C3%BC%3F%23", meeting.registrants())).token(&token).await.expect(204);
    app.delete(format!("{}/a%2Fb%20%C3%BC%3F%23", meeting.registrants())).token(&token).await.expect(404);
    let second = enroll().await.expect(200).json();

    assert_eq!(first["id"], second["id"]);
    assert_eq!(join(&app, &first["joinWebUrl"]).await, 404, "whoever is removed leaves no name behind");
    assert_eq!(join(&app, &second["joinWebUrl"]).await, 303);
}

/// What one process remembers of a registration is held against the database in the enrolment's transaction.
#[tokio::test]
async fn a_question_that_another_process_adds_counts_from_the_next_enrolment_on() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    let other = app.beside().await;
    by_tomas(&app, &meeting, &guest(1)).await.expect(200);

    let question = json!({"displayName": "Which river?", "answerInputType": "text", "isRequired": true});
    let added = other
        .post(meeting.questions())
        .token(&other.token(&other.people.ines))
        .json(&question)
        .await
        .expect(201);

    let unanswered = by_tomas(&app, &meeting, &guest(2)).await.expect(400);
    assert_eq!(unanswered.inner_code(), "requiredAnswerMissing");
    let mut answered = guest(2);
    answered["customQuestionAnswers"] = json!([{"questionId": added.json()["id"], "value": "Loire"}]);
    by_tomas(&app, &meeting, &answered).await.expect(200);

    // The other way round: what this process would refuse by its memory is asked for no longer.
    let token = other.token(&other.people.ines);
    let path = format!("{}/{}", meeting.questions(), added.json()["id"].as_str().unwrap());
    other.delete(path).token(&token).await.expect(204);
    by_tomas(&app, &meeting, &guest(3)).await.expect(200);
}

#[tokio::test]
async fn what_another_process_changes_of_a_registration_counts_at_once() {
    let app = TestApp::new().await;
    let meeting = places(&app, Some(1)).await;
    let other = app.beside().await;
    let token = other.token(&other.people.ines);
    let change = |body: Value| other.patch(meeting.registration()).token(&token).json(&body).send();
    by_tomas(&app, &meeting, &guest(1)).await.expect(200);
    by_tomas(&app, &meeting, &guest(2)).await.expect(409);

    change(json!({"capacity": 2})).await.expect(200);
    by_tomas(&app, &meeting, &guest(2)).await.expect(200);
    change(json!({"capacity": 1})).await.expect(200);
    by_tomas(&app, &meeting, &guest(3)).await.expect(409);
    let past = json!({"startDateTime": "2027-02-01T08:00:00Z", "endDateTime": "2027-02-01T09:00:00Z"});
    change(past).await.expect(200);
    change(json!({"capacity": null})).await.expect(200);
    assert_eq!(by_tomas(&app, &meeting, &guest(3)).await.expect(400).inner_code(), "registrationEnded");
    change(json!({"endDateTime": "2027-02-01T11:00:00Z"})).await.expect(200);
    by_tomas(&app, &meeting, &guest(3)).await.expect(200);
    other.delete(meeting.registration()).token(&token).await.expect(204);
    assert_eq!(by_tomas(&app, &meeting, &guest(3)).await.expect(404).inner_code(), "registrationNotFound");
}

#[tokio::test]
async fn the_directory_that_another_process_changes_counts_at_once() {
    let app = TestApp::new().await;
    let meeting = app.built_in("organization").await;
    by_tomas(&app, &meeting, &app.people.tomas.enrolment()).await.expect(200);
    let other = app.beside().await;
    let mut bram = other.people.bram.clone();
    bram.surname = "Oyelaran-Voss".to_owned();

    other.put_person(&bram).await;

    let token = app.token(&bram);
    let enroll = |body: Value| app.post(meeting.registrants()).token(&token).json(&body).send();
    assert_eq!(enroll(app.people.bram.enrolment()).await.expect(400).target(), "lastName");
    enroll(bram.enrolment()).await.expect(200);
}

#[tokio::test]
async fn nobody_enrolls_once_the_meeting_is_over() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    app.set_clock("2027-02-01T10:59:59.999999Z");
    by_tomas(&app, &meeting, &guest(1)).await.expect(200);

    app.set_clock("2027-02-01T11:00:00Z");

    let over = by_tomas(&app, &meeting, &guest(2)).await.expect(400);
    assert_eq!(over.inner_code(), "registrationEnded");
    assert!(over.text().contains("`2027-02-01T11:00:00Z`"), "the message says when: {}", over.text());
    assert_eq!(app.registrants(&meeting).await.len(), 1);
}

#[tokio::test]
async fn the_registrations_own_end_counts_and_an_external_one_has_the_meetings() {
    let app = TestApp::new().await;
    let built_in = app.meeting(&app.people.ines).await;
    let body = json!({"allowedRegistrant": "everyone", "endDateTime": "2027-02-01T10:30:00Z"});
    app.register(&built_in, &body).await;
    let external = app.external("everyone").await;
    let enroll = |id: &str| {
        app.post(external.registrants()).token(&app.token(&app.people.ines)).json(&ticket(id)).send()
    };

    app.set_clock("2027-02-01T10:30:00Z");
    by_tomas(&app, &built_in, &guest(1)).await.expect(400);
    enroll("1").await.expect(200);
    app.set_clock("2027-02-01T11:00:00Z");
    enroll("2").await.expect(400);
}

#[tokio::test]
async fn whoever_deletes_a_registration_tells_everybody_and_makes_room_for_another() {
    let app = TestApp::new().await;
    let meeting = app.meeting_with(&app.people.ines, NewMeeting::default()).await;
    app.register(&meeting, &json!({"allowedRegistrant": "everyone"})).await;
    by_tomas(&app, &meeting, &guest(1)).await.expect(200);
    by_tomas(&app, &meeting, &guest(2)).await.expect(200);
    assert_eq!(app.mail().await.len(), 2);

    app.delete(meeting.registration()).token(&app.token(&app.people.ines)).await.expect(204);

    let mut told: Vec<String> =
        app.mail().await.iter().map(|letter| format!("{} {}", letter.kind.name(), letter.to)).collect();
    told.sort();
    assert_eq!(told, ["cancellation guest1@pinewater.example", "cancellation guest2@pinewater.example"]);
    app.register(&meeting, &json!({"allowedRegistrant": "everyone"})).await;
    assert_eq!(app.registrants(&meeting).await.len(), 0);
    by_tomas(&app, &meeting, &guest(1)).await.expect(200);
}
