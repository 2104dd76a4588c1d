//! Names and answers changed over the API, and cancellations with a reason.

use domain::{LetterKind, Role};
use serde_json::{Value, json};
use testkit::{APP, TestApp, TestMeeting};

use super::{act, letters, meeting, registrant, sign_up, told};

/// A meeting that asks one question which must be answered, with Odile in it.
async fn with_question(app: &TestApp) -> (TestMeeting, String, String) {
    let question = json!({"displayName": "Deck or engine?", "answerInputType": "radioButton",
        "answerOptions": ["Deck", "Engine"], "isRequired": true});
    let (meeting, page) = meeting(app, json!({"customQuestions": [question]})).await;
    let list = app.get(meeting.questions()).token(&app.token(&app.people.ines)).await.expect(200).json();
    let question = list["value"][0]["id"].as_str().unwrap().to_owned();
    let answer = format!("answer-{question}");
    let fields = [
        ("firstName", "odile"),
        ("lastName", "Moreau"),
        ("email", "odile@pinewater.example"),
        (&*answer, "Deck"),
    ];
    app.post(&page).form(&fields).await.expect(200);
    (meeting, page, question)
}

fn answer(question: &str, value: &str) -> Value {
    json!({"customQuestionAnswers": [{"questionId": question, "value": value}]})
}

#[tokio::test]
async fn the_organizer_changes_answers_and_names_and_nobody_is_written_to() {
    let app = TestApp::new().await;
    let (meeting, _, question) = with_question(&app).await;
    app.mail().await;
    let token = app.token(&app.people.ines);
    let (path, before) = registrant(&app, &meeting, "odile").await;

    let changed = app.patch(&path).token(&token).json(&answer(&question, "Engine")).await.expect(200);
    assert_eq!(changed.json()["customQuestionAnswers"][0]["value"], "Engine");
    assert_eq!(changed.json()["firstName"], "odile", "what is not sent stays");
    let named =
        app.patch(&path).token(&token).json(&json!({"lastName": " Marchetti "})).await.expect(200).json();
    assert_eq!((&named["lastName"], &named["joinWebUrl"]), (&json!("Marchetti"), &before["joinWebUrl"]));
    assert_eq!(named["customQuestionAnswers"][0]["value"], "Engine");

    assert_eq!(app.mail().await.len(), 0);
    let shown = app.get(&path).token(&token).await.expect(200).json();
    assert_eq!(shown["lastName"], "Marchetti");
    assert_ne!(before["@odata.etag"], changed.json()["@odata.etag"]);
    assert_ne!(changed.json()["@odata.etag"], named["@odata.etag"], "names are part of the version");
}

#[tokio::test]
async fn every_fault_of_a_change_is_named_at_once() {
    let app = TestApp::new().await;
    let (meeting, _, question) = with_question(&app).await;
    let token = app.token(&app.people.ines);
    let (path, before) = registrant(&app, &meeting, "odile").await;
    let patch = |body: Value| app.patch(&path).token(&token).json(&body).send();

    let mut body = answer(&question, "Galley");
    body["firstName"] = json!("");
    body["email"] = json!("other@pinewater.example");
    let refused = patch(body).await.expect(400).json();
    let details = refused["error"]["details"].as_array().unwrap();
    let targets: Vec<_> = details.iter().map(|detail| detail["target"].as_str().unwrap()).collect();
    assert_eq!(targets, ["email", "firstName", "customQuestionAnswers/0/value"]);
    let missing = patch(json!({"customQuestionAnswers": []})).await.expect(400);
    assert_eq!(missing.inner_code(), "requiredAnswerMissing");
    // What is sent back as it was is no change.
    patch(before.clone()).await.expect(200);
    assert_eq!(registrant(&app, &meeting, "odile").await.1, before);
}

#[tokio::test]
async fn a_change_heeds_the_version_it_means() {
    let app = TestApp::new().await;
    let (meeting, _, question) = with_question(&app).await;
    let token = app.token(&app.people.ines);
    let (path, before) = registrant(&app, &meeting, "odile").await;
    let etag = before["@odata.etag"].as_str().unwrap();
    let patch =
        || app.patch(&path).token(&token).header("if-match", etag).json(&answer(&question, "Engine")).send();

    patch().await.expect(200);
    assert_eq!(patch().await.expect(412).inner_code(), "preconditionFailed");
    let cancel = app.post(format!("{path}/cancel")).token(&token).header("if-match", etag);
    cancel.json(&json!({})).await.expect(412);
    assert_eq!(super::statuses(&app, &meeting).await, ["registered"]);
}

/// Under `organization` the person has a row of their own, whose names are the directory's.
#[tokio::test]
async fn a_person_changes_their_own_row_and_no_other() {
    let app = TestApp::new().await;
    let (tomas, ines) = (&app.people.tomas, &app.people.ines);
    let (meeting, _) = meeting(&app, json!({"allowedRegistrant": "organization"})).await;
    let question = json!({"displayName": "Which river?", "answerInputType": "text"});
    let question =
        app.post(meeting.questions()).token(&app.token(ines)).json(&question).await.expect(201).json();
    let question = question["id"].as_str().unwrap();
    for person in [tomas, ines] {
        app.post(meeting.registrants()).token(&app.token(person)).json(&person.enrolment()).await.expect(200);
    }
    let list = app.registrants(&meeting).await;
    let path = |n: usize| format!("{}/{}", meeting.registrants(), list[n]["id"].as_str().unwrap());
    let patch = |n: usize, body: Value| app.patch(path(n)).token(&app.token(tomas)).json(&body).send();

    patch(0, answer(question, "Loire")).await.expect(200);
    assert_eq!(patch(1, answer(question, "Loire")).await.expect(403).inner_code(), "notOwnRegistration");
    let renamed = patch(0, json!({"firstName": "Thomas"})).await.expect(400);
    assert_eq!((renamed.inner_code(), renamed.target()), ("notUpdatable".into(), "firstName".into()));
    app.set_clock("2027-02-03T10:00:00Z");
    assert_eq!(patch(0, answer(question, "Po")).await.expect(400).inner_code(), "registrationEnded");
    let by_organizer = app.patch(path(0)).token(&app.token(ines)).json(&answer(question, "Po"));
    by_organizer.await.expect(200);
    app.post(format!("{}/cancel", path(0)))
        .token(&app.token(tomas))
        .json(&json!({"reason": "Ill"}))
        .await
        .expect(204);
    let gone = patch(0, answer(question, "Po")).await.expect(409);
    assert_eq!(gone.inner_code(), "registrantStatus");
}

#[tokio::test]
async fn a_cancellation_says_who_and_why_to_the_organizer_and_not_to_the_person() {
    let app = TestApp::new().await;
    app.allow(APP, &app.people.ines).await;
    let (meeting, page) = meeting(&app, json!({})).await;
    for name in ["odile", "berit", "kaj"] {
        sign_up(&app, &page, name).await.expect(200);
    }
    app.mail().await;

    act(&app, &meeting, "odile", "cancel", &json!({"reason": "Rang and said so"})).await.expect(204);
    let (path, _) = registrant(&app, &meeting, "berit").await;
    let by_app = app.application(APP, &[Role::MeetingsReadWriteAll]);
    app.post(format!("{path}/cancel")).token(&by_app).await.expect(204);
    // A retry changes nothing, whatever it says.
    act(&app, &meeting, "odile", "cancel", &json!({"reason": "Another"})).await.expect(204);

    let (_, odile) = registrant(&app, &meeting, "odile").await;
    assert_eq!(
        (&odile["status"], &odile["cancelationReason"]),
        (&json!("canceled"), &json!("Rang and said so"))
    );
    assert_eq!(odile["cancelationDateTime"], "2027-02-01T09:10:00Z");
    assert_eq!(odile["canceledBy"], format!("person:{}", app.people.ines.id));
    let (_, berit) = registrant(&app, &meeting, "berit").await;
    assert_eq!((&berit["canceledBy"], berit.get("cancelationReason")), (&json!(format!("app:{APP}")), None));
    let (_, kaj) = registrant(&app, &meeting, "kaj").await;
    assert_eq!((kaj.get("canceledBy"), kaj.get("cancelationDateTime")), (None, None));
    let letters = app.mail().await;
    assert_eq!(letters.len(), 2);
    assert!(letters.iter().all(|letter| !letter.text.contains("Rang") && !letter.html.contains("Rang")));
    let actors =
        app.db_count("SELECT count(*) FROM event WHERE kind = 'registrantCanceled' AND actor LIKE 'app:%'");
    assert_eq!(actors.await, 1);
}

#[tokio::test]
async fn who_canceled_registers_again_and_has_a_new_row() {
    let app = TestApp::new().await;
    let (meeting, page) = meeting(&app, json!({})).await;
    sign_up(&app, &page, "odile").await.expect(200);
    act(&app, &meeting, "odile", "cancel", &json!({"reason": "By mistake"})).await.expect(204);

    sign_up(&app, &page, "odile").await.expect(200);

    assert_eq!(super::statuses(&app, &meeting).await, ["canceled", "registered"]);
    let kinds = letters(&app).await;
    assert!(kinds.contains(&told("odile", LetterKind::Cancellation)), "{kinds:?}");
    assert_eq!(
        kinds.iter().filter(|(_, kind)| *kind == LetterKind::Confirmation).count(),
        1,
        "the first is no longer true"
    );
}

#[tokio::test]
async fn a_reason_too_long_or_of_another_kind_is_refused() {
    let app = TestApp::new().await;
    let (meeting, page) = meeting(&app, json!({})).await;
    sign_up(&app, &page, "odile").await.expect(200);

    for (reason, code) in [(json!("x".repeat(4_001)), "tooLong"), (json!(7), "invalidValue")] {
        let refused = act(&app, &meeting, "odile", "cancel", &json!({"reason": reason})).await.expect(400);
        assert_eq!((refused.inner_code(), refused.target()), (code.into(), "reason".into()));
    }
    assert_eq!(super::statuses(&app, &meeting).await, ["registered"]);
}

/// Whose meeting it is not, and whose registrant it is not, is told that there is none.
#[tokio::test]
async fn what_belongs_to_others_is_not_there() {
    let app = TestApp::new().await;
    let (meeting_a, page) = meeting(&app, json!({})).await;
    let (meeting_b, _) = meeting(&app, json!({})).await;
    sign_up(&app, &page, "odile").await.expect(200);
    let (path, found) = registrant(&app, &meeting_a, "odile").await;
    let id = found["id"].as_str().unwrap();

    for action in ["approve", "reject", "accept", "cancel"] {
        let foreign =
            app.post(format!("{path}/{action}")).token(&app.token(&app.people.sanna)).json(&json!({}));
        assert_eq!(foreign.await.expect(404).inner_code(), "meetingNotFound");
        let elsewhere = format!("{}/{id}/{action}", meeting_b.registrants());
        let elsewhere = app.post(elsewhere).token(&app.token(&app.people.ines)).json(&json!({}));
        assert_eq!(elsewhere.await.expect(404).inner_code(), "registrantNotFound");
    }
    assert_eq!(super::statuses(&app, &meeting_a).await, ["registered"]);
}
