//! What configuration changes for clients: each switch of docs/graph-compat.md#switches both ways, and nothing else by it.
//! `matrix.rs` has the whole table of permissions under either edition.

use domain::caller::Role;
use serde_json::{Value, json};
use testkit::{APP, TestApp, TestMeeting};

async fn with(configuration: &str) -> TestApp {
    TestApp::builder().config(configuration).build().await
}

/// Somebody who is registered, with an answer.
async fn registered(app: &TestApp) -> TestMeeting {
    let meeting = app.meeting(&app.people.ines).await;
    let questions = json!([{"displayName": "Which river?", "answerInputType": "text"}]);
    app.register(&meeting, &json!({"allowedRegistrant": "everyone", "customQuestions": questions})).await;
    let token = app.token(&app.people.ines);
    let asked = app.get(meeting.questions()).token(&token).await.expect(200).json();
    let mut body = app.people.tomas.enrolment();
    body["customQuestionAnswers"] = json!([{"questionId": asked["value"][0]["id"], "value": "Loire"}]);
    app.post(meeting.registrants()).token(&token).json(&body).await.expect(200);
    meeting
}

#[tokio::test]
async fn a_permission_to_read_creates_a_registration_in_the_first_seeds_edition_alone() {
    for (configuration, status) in [("", 403), ("[compat]\npermissions = \"seed\"", 201)] {
        let app = with(configuration).await;
        let meeting = app.meeting(&app.people.ines).await;
        app.allow(APP, &app.people.ines).await;
        let token = app.application(APP, &[Role::MeetingsReadAll]);

        let create = app.post(meeting.registration()).token(&token);
        let answer = create.json(&json!({"allowedRegistrant": "everyone"})).await.expect(status);

        if status == 403 {
            assert_eq!(answer.inner_code(), "permissionMissing");
        }
        // What reads goes on writing nothing else.
        let change = app.patch(meeting.registration()).token(&token).json(&json!({"subject": "x"}));
        assert_eq!(change.await.expect(403).inner_code(), "permissionMissing", "{configuration}");
    }
}

#[tokio::test]
async fn lists_hold_links_and_question_ids_but_for_the_edition_of_2021() {
    for (configuration, is_filled) in [("", true), ("[compat]\nlists = \"2021\"", false)] {
        let app = with(configuration).await;
        let meeting = registered(&app).await;

        let row = &app.registrants(&meeting).await[0];

        let answer = &row["customQuestionAnswers"][0];
        assert_eq!((row["joinWebUrl"].is_string(), answer["questionId"].is_string()), (is_filled, is_filled));
        assert_eq!((&answer["value"], &row["email"]), (&json!("Loire"), &json!(app.people.tomas.mail)));
    }
}

#[tokio::test]
async fn contexts_begin_with_the_metadata_root_and_links_do_not() {
    for (configuration, root) in [
        ("", format!("{}/beta", testkit::PUBLIC_URL)),
        (
            "[compat]\nmetadata_root = \"https://graph.microsoft.com/beta\"",
            "https://graph.microsoft.com/beta".into(),
        ),
    ] {
        let app = with(configuration).await;
        let meeting = registered(&app).await;
        let token = app.token(&app.people.ines);

        let list =
            app.get(format!("{}?$top=1", meeting.registrants())).token(&token).await.expect(200).json();
        let registration = app.get(meeting.registration()).token(&token).await.expect(200).json();

        for answer in [&list, &registration] {
            assert!(begins(&answer["@odata.context"], &format!("{root}/$metadata#")), "{answer}");
        }
        for link in [&registration["registrationPageWebUrl"], &list["value"][0]["joinWebUrl"]] {
            assert!(begins(link, testkit::PUBLIC_URL), "{link}");
        }
    }
}

#[tokio::test]
async fn join_links_begin_with_their_base_and_pages_do_not() {
    for (configuration, base) in [
        ("", testkit::PUBLIC_URL),
        ("[join]\nbase_url = \"https://teams.microsoft.com\"", "https://teams.microsoft.com"),
    ] {
        let app = with(configuration).await;
        let meeting = registered(&app).await;
        let token = app.token(&app.people.ines);

        let registration = app.get(meeting.registration()).token(&token).await.expect(200).json();

        let row = &app.registrants(&meeting).await[0];
        assert!(begins(&row["joinWebUrl"], &format!("{base}/l/meetup-join/")), "{row}");
        assert!(begins(&registration["registrationPageWebUrl"], testkit::PUBLIC_URL), "{registration}");
        assert!(begins(&registration["@odata.context"], testkit::PUBLIC_URL), "{registration}");
    }
}

fn begins(value: &Value, start: &str) -> bool {
    value.as_str().is_some_and(|text| text.starts_with(start))
}
