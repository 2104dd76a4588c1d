//! Every example of the five seed documents: the request as printed, and the whole answer, to the order of its
//! members. What the documents get wrong is sent as well, and refused.

use domain::Role;
use serde_json::{Value, json};
use testkit::{APP, PUBLIC_URL, TestApp, TestMeeting, TestResponse};

const SUCCESS: &str = "application/json;odata.metadata=minimal;odata.streaming=true;\
    IEEE754Compatible=false;charset=utf-8";

/// The meeting's own part of every context.
fn context(meeting: &TestMeeting) -> String {
    format!("{PUBLIC_URL}/beta/$metadata#users('{}')/onlineMeetings('{}')", meeting.organizer.id, meeting.id)
}

#[track_caller]
fn assert_graph_headers(response: &TestResponse) {
    assert_eq!(response.header("content-type"), Some(SUCCESS));
    assert_eq!(response.header("odata-version"), Some("4.0"));
    assert_eq!(response.header("cache-control"), Some("no-cache"));
    assert_eq!(response.header("request-id"), response.header("client-request-id"));
    assert!(response.header("x-ms-ags-diagnostic").is_some());
}

/// The request of seed 000 with its quote and its end date mended.
const SEED_000: &str = r#"{
  "subject":"Microsoft Ignite",
  "description": "Join us November 2–4, 2021 to explore the latest tools, training sessions, technical expertise, networking opportunities, and more.",
  "startDateTime":"2021-11-02T08:00:00Z",
  "endDateTime":"2021-11-04T04:00:00Z",
  "allowedRegistrant": "everyone",
  "speakers": [
    {
      "displayName": "Satya Nadella",
      "bio": "Chairman and Chief Executive Officer, Microsoft"
    },
    {
      "displayName": "Scott Guthrie",
      "bio": "EVP, Cloud and AI Group, Microsoft"
    }
  ],
  "customQuestions": [
    {
      "displayName": "Are you a developer?",
      "answerInputType": "radioButton",
      "answerOptions": [ "Yes", "No" ],
      "isRequired": true
    },
    {
      "displayName": "Where did you hear about us?",
      "answerInputType": "text",
      "isRequired": false
    }
  ]
}"#;

#[tokio::test]
async fn seed_000_create_meeting_registration() {
    let app = TestApp::new().await;
    let meeting = app.meeting(&app.people.ines).await;
    let path = format!("/beta/me/onlineMeetings/{}/registration", meeting.id);

    let created = app
        .post(&path)
        .token(&app.token(&app.people.ines))
        .header("accept-language", "en-US")
        .text("application/json", SEED_000)
        .await
        .expect(201);

    let id = created.json()["id"].as_str().unwrap().to_owned();
    let parts: Vec<&str> = id.split(',').collect();
    assert_eq!(parts.iter().map(|part| part.len()).collect::<Vec<_>>(), [22; 6], "{id}");
    assert_eq!(parts[0], "WCwNbx47d0qcJI1RsOfzog", "the tenant, in the byte order of .NET");
    assert_eq!(
        created.text(),
        format!(
            concat!(
                r#"{{"@odata.context":"{context}/registration/$entity","@odata.etag":{etag},"#,
                r##""@odata.type":"#microsoft.graph.meetingRegistration","##,
                r#""id":"{id}","#,
                r#""registrationPageWebUrl":"{url}/registration/{id}?mode=read&tenantId={tenant}","#,
                r#""allowedRegistrant":"everyone","subject":"Microsoft Ignite","#,
                r#""description":"Join us November 2–4, 2021 to explore the latest tools, training sessions, "#,
                r#"technical expertise, networking opportunities, and more.","#,
                r#""startDateTime":"2021-11-02T08:00:00Z","endDateTime":"2021-11-04T04:00:00Z","#,
                r#""registrationPageViewCount":null,"speakers":["#,
                r#"{{"displayName":"Satya Nadella","bio":"Chairman and Chief Executive Officer, Microsoft"}},"#,
                r#"{{"displayName":"Scott Guthrie","bio":"EVP, Cloud and AI Group, Microsoft"}}],"#,
                r#""capacity":null,"isWaitlistEnabled":false,"isManualApprovalEnabled":false,"waitlistOfferMinutes":null,"opensDateTime":null,"closesDateTime":null,"embeddingOrigins":[],"reminderMinutesBeforeStart":null}}"#,
            ),
            context = context(&meeting),
            etag = created.json()["@odata.etag"],
            id = id,
            url = PUBLIC_URL,
            tenant = meeting.organizer.tenant,
        )
    );
    assert_graph_headers(&created);
}

#[tokio::test]
async fn seed_000_create_meeting_registration_by_an_application() {
    let app = TestApp::new().await;
    let meeting = app.meeting(&app.people.ines).await;
    app.allow(APP, &app.people.ines).await;
    let token = app.application(APP, &[Role::MeetingsReadWriteAll]);

    let created =
        app.post(meeting.registration()).token(&token).text("application/json", SEED_000).await.expect(201);

    let expected = format!("{}/registration/$entity", context(&meeting));
    assert_eq!(
        created.json()["@odata.context"],
        expected,
        "the context names the organizer for `/users` as for `/me`"
    );
}

#[tokio::test]
async fn seed_000_questions_are_asked_as_they_were_given() {
    let app = TestApp::new().await;
    let meeting = app.meeting(&app.people.ines).await;
    let body: Value = serde_json::from_str(SEED_000).unwrap();

    app.register(&meeting, &body).await;

    let token = app.token(&app.people.ines);
    let list = app.get(meeting.questions()).token(&token).await.expect(200).json();
    let without_ids: Vec<Value> = list["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|question| {
            let mut question = question.clone();
            question.as_object_mut().unwrap().shift_remove("@odata.etag");
            assert!(
                question
                    .as_object_mut()
                    .unwrap()
                    .shift_remove("id")
                    .is_some_and(|id| id.as_str().unwrap().starts_with("MS"))
            );
            question
        })
        .collect();
    assert_eq!(
        Value::from(without_ids).to_string(),
        concat!(
            r#"[{"displayName":"Are you a developer?","isRequired":true,"answerInputType":"radioButton","#,
            r#""answerOptions":["Yes","No"]},"#,
            r#"{"displayName":"Where did you hear about us?","isRequired":false,"answerInputType":"text","#,
            r#""answerOptions":[]}]"#,
        )
    );
}

#[tokio::test]
async fn seed_000_as_printed_is_no_json_and_its_dates_are_upside_down() {
    let app = TestApp::new().await;
    let meeting = app.meeting(&app.people.ines).await;
    let token = app.token(&app.people.ines);
    let traces = app.db_traces().await;
    let post = |body: &str| app.post(meeting.registration()).token(&token).text("application/json", body);

    let missing_quote = post(&SEED_000.replace("\"speakers\":", "\"speakers:")).await.expect(400);
    let ends_before_it_starts = post(&SEED_000.replace("2021-11-04T04", "2021-11-02T04")).await.expect(400);

    assert_eq!(missing_quote.inner_code(), "invalidJson");
    assert_eq!(ends_before_it_starts.inner_code(), "endNotAfterStart");
    assert_eq!(ends_before_it_starts.target(), "endDateTime");
    assert_eq!(app.db_traces().await, traces);
    post(SEED_000).await.expect(201);
    assert_ne!(app.db_traces().await, traces, "the control: what is stored leaves a trace");
}

/// Seeds 001 and 003 show the same request; the first with a comma too many.
async fn create_external(body: &str) -> (TestApp, TestMeeting, TestResponse) {
    let app = TestApp::new().await;
    let meeting = app.meeting(&app.people.ines).await;
    let path = format!("/beta/me/onlineMeetings/{}/registration", meeting.id);
    let answer = app.post(&path).token(&app.token(&app.people.ines)).text("application/json", body).await;
    (app, meeting, answer)
}

#[track_caller]
fn assert_external(meeting: &TestMeeting, answer: &TestResponse, audience: &str) {
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    assert!(uuid::Uuid::try_parse(&id).is_ok_and(|guid| guid.to_string() == id), "{id}");
    assert_eq!(
        answer.text(),
        format!(
            concat!(
                r#"{{"@odata.context":"{}/registration/$entity","@odata.etag":"W/\"{}.1\"","#,
                r##""@odata.type":"#microsoft.graph.externalMeetingRegistration","##,
                r#""id":"{}","allowedRegistrant":"{}"}}"#
            ),
            context(meeting),
            id.replace('-', ""),
            id,
            audience,
        )
    );
    assert_graph_headers(answer);
}

#[tokio::test]
async fn seed_001_create_external_meeting_registration() {
    let mended = r##"{
  "@odata.type": "#microsoft.graph.externalMeetingRegistration",
  "allowedRegistrant": "everyone"
}"##;

    let (_, meeting, answer) = create_external(mended).await;

    assert_external(&meeting, &answer.expect(201), "everyone");
}

#[tokio::test]
async fn seed_001_as_printed_ends_in_a_comma_and_is_refused() {
    let printed = r##"{
  "@odata.type": "#microsoft.graph.externalMeetingRegistration",
  "allowedRegistrant": "everyone",
}"##;

    let (app, meeting, answer) = create_external(printed).await;

    assert_eq!(answer.expect(400).inner_code(), "invalidJson");
    app.get(meeting.registration()).token(&app.token(&app.people.ines)).await.expect(404);
}

#[tokio::test]
async fn seed_003_create_external_meeting_registration_for_the_organization() {
    let body = r##"{"@odata.type":"#microsoft.graph.externalMeetingRegistration","allowedRegistrant":"organization"}"##;

    let (_, meeting, answer) = create_external(body).await;

    assert_external(&meeting, &answer.expect(201), "organization");
}

/// A meeting of Ines with the questions of seed 000, and the body of seed 002 that answers them.
async fn asking_two_questions(app: &TestApp, audience: &str) -> (TestMeeting, Value) {
    let meeting = app.meeting(&app.people.ines).await;
    let mut registration: Value = serde_json::from_str(SEED_000).unwrap();
    registration["allowedRegistrant"] = json!(audience);
    registration["startDateTime"] = json!("2027-02-01T10:00:00Z");
    registration["endDateTime"] = json!("2027-02-01T11:00:00Z");
    app.register(&meeting, &registration).await;
    let questions = app.get(meeting.questions()).token(&app.token(&app.people.ines)).await.expect(200).json();
    let body = json!({
        "firstName": "Foo",
        "lastName": "Bar",
        "email": "foo.bar@contoso.com",
        "customQuestionAnswers": [
            {"questionId": questions["value"][0]["id"], "value": "No"},
            {"questionId": questions["value"][1]["id"], "value": "Internet"},
        ],
    });
    (meeting, body)
}

#[tokio::test]
async fn seed_002_example_1_enroll_a_signed_in_registrant() {
    let app = TestApp::new().await;
    let (meeting, body) = asking_two_questions(&app, "organization").await;
    let mut foo = app.people.tomas.clone();
    (foo.given_name, foo.surname, foo.mail) =
        ("Foo".to_owned(), "Bar".to_owned(), "foo.bar@contoso.com".to_owned());
    app.put_person(&foo).await;

    let enrolled = app.post(meeting.registrants()).token(&app.token(&foo)).json(&body).await.expect(200);

    let (id, link) = id_and_link(&enrolled);
    let parts: Vec<&str> = id.split(',').collect();
    assert_eq!(parts.iter().map(|part| part.len()).collect::<Vec<_>>(), [22; 7], "{id}");
    assert_eq!(
        enrolled.text(),
        format!(
            concat!(
                r#"{{"@odata.context":"{}/registration/registrants/$entity","#,
                r##""@odata.type":"#microsoft.graph.meetingRegistrant","##,
                r#""id":"{}","registrationDateTime":null,"joinWebUrl":"{}","#,
                r#""firstName":null,"lastName":null,"email":null,"status":null,"customQuestionAnswers":[]}}"#
            ),
            context(&meeting),
            id,
            link,
        )
    );
    assert_personal_link(&link, &meeting, &id.replace(',', "%2c"), false);
    assert_graph_headers(&enrolled);
    assert_eq!(app.mail().await.len(), 1, "in either scenario the registrant gets a mail");
}

#[tokio::test]
async fn seed_002_example_2_enroll_an_anonymous_registrant() {
    let app = TestApp::new().await;
    let (meeting, body) = asking_two_questions(&app, "everyone").await;
    app.allow(APP, &app.people.ines).await;
    let token = app.application(APP, &[Role::MeetingsReadAll]);

    let enrolled = app.post(meeting.registrants()).token(&token).json(&body).await.expect(200);

    assert_eq!(
        enrolled.text(),
        format!(
            concat!(
                r#"{{"@odata.context":"{}/registration/registrants/$entity","#,
                r##""@odata.type":"#microsoft.graph.meetingRegistrant","##,
                r#""id":"","registrationDateTime":null,"joinWebUrl":"","#,
                r#""firstName":null,"lastName":null,"email":null,"status":null,"customQuestionAnswers":[]}}"#
            ),
            context(&meeting),
        )
    );
    assert_graph_headers(&enrolled);
    let letters = app.mail().await;
    assert_eq!(letters.iter().map(|letter| letter.to.as_str()).collect::<Vec<_>>(), ["foo.bar@contoso.com"]);
}

#[tokio::test]
async fn seed_004_example_1_enroll_an_external_registrant_under_everyone() {
    let app = TestApp::new().await;
    let meeting = app.external("everyone").await;
    let path = format!("/beta/me/onlineMeetings/{}/registration/registrants", meeting.id);
    let body = r##"{
  "@odata.type": "#microsoft.graph.externalMeetingRegistrant",
  "id": "9d96988d-a66a-46ce-aad7-0b245615b297"
}"##;

    let token = app.token(&app.people.ines);
    let enrolled = app.post(&path).token(&token).text("application/json", body).await.expect(200);

    let (_, link) = id_and_link(&enrolled);
    assert_eq!(
        enrolled.text(),
        format!(
            concat!(
                r#"{{"@odata.context":"{}/registration/registrants/$entity","#,
                r##""@odata.type":"#microsoft.graph.externalMeetingRegistrant","##,
                r#""id":"9d96988d-a66a-46ce-aad7-0b245615b297","joinWebUrl":"{}","#,
                r#""userId":null,"tenantId":null}}"#
            ),
            context(&meeting),
            link,
        )
    );
    assert_personal_link(&link, &meeting, "9d96988d-a66a-46ce-aad7-0b245615b297", true);
    assert_graph_headers(&enrolled);
}

#[tokio::test]
async fn seed_004_example_2_enroll_an_external_registrant_under_organization() {
    let app = TestApp::new().await;
    let meeting = app.external("organization").await;
    app.allow(APP, &app.people.ines).await;
    let tenant = app.people.ines.tenant;
    let body = json!({
        "@odata.type": "#microsoft.graph.externalMeetingRegistrant",
        "id": "30494ab7-7338-4592-bfec-a4333be2a0a6",
        "tenantId": tenant.to_string(),
        "userId": "cc515404-b55c-466e-b896-992c918ecc01",
    });

    let token = app.application(APP, &[Role::MeetingsReadWriteAll]);
    let enrolled = app.post(meeting.registrants()).token(&token).json(&body).await.expect(200);

    let (_, link) = id_and_link(&enrolled);
    assert_eq!(
        enrolled.text(),
        format!(
            concat!(
                r#"{{"@odata.context":"{}/registration/registrants/$entity","#,
                r##""@odata.type":"#microsoft.graph.externalMeetingRegistrant","##,
                r#""id":"30494ab7-7338-4592-bfec-a4333be2a0a6","joinWebUrl":"{}","#,
                r#""userId":"cc515404-b55c-466e-b896-992c918ecc01","tenantId":"{}"}}"#
            ),
            context(&meeting),
            link,
            tenant,
        ),
        "the document swaps the two ids; we do not"
    );
    assert_personal_link(&link, &meeting, "30494ab7-7338-4592-bfec-a4333be2a0a6", false);
}

fn id_and_link(enrolled: &TestResponse) -> (String, String) {
    let body = enrolled.json();
    (body["id"].as_str().unwrap().to_owned(), body["joinWebUrl"].as_str().unwrap().to_owned())
}

/// The link's shape as the documents print it, lower-case escapes included, then our own seal.
#[track_caller]
fn assert_personal_link(link: &str, meeting: &TestMeeting, prid: &str, is_public: bool) {
    let (before, seal) = link.split_once("&k=").expect("a personal link is sealed");
    let thread = before
        .strip_prefix(&format!("{PUBLIC_URL}/l/meetup-join/19%3ameeting_"))
        .and_then(|rest| rest.split_once("%40thread.v2/0?"))
        .map(|(thread, _)| thread);
    assert_eq!(thread.map(str::len), Some(48), "{link}");
    let expected = format!(
        "?context=%7b%22Tid%22%3a%22{}%22%2c%22Oid%22%3a%22{}%22%2c%22prid%22%3a%22{prid}%22%2c%22isPublic%22%3a{is_public}%7d",
        meeting.organizer.tenant, meeting.organizer.id,
    );
    assert!(before.ends_with(&expected), "{link}\n{expected}");
    assert_eq!(seal.len(), 23);
}
