//! `$expand=registration` on meetings: docs/graph-compat.md#query-options.

use domain::{Role, Scope};
use serde_json::{Value, json};
use testkit::{APP, PUBLIC_URL, TestApp, TestMeeting, TestResponse};

/// As the organizer asks for it.
async fn ask(app: &TestApp, meeting: &TestMeeting, query: &str) -> TestResponse {
    let token = app.token(&meeting.organizer);
    app.get(format!("{}?{query}", meeting.path())).token(&token).await
}

/// The registration as it is got by itself, without what only an answer of its own has.
async fn by_itself(app: &TestApp, meeting: &TestMeeting, query: &str) -> Value {
    let token = app.token(&meeting.organizer);
    let path = format!("{}?{query}", meeting.registration());
    without_annotations(app.get(path).token(&token).await.expect(200).json())
}

fn without_annotations(mut entity: Value) -> Value {
    let members = entity.as_object_mut().unwrap();
    members.shift_remove("@odata.context");
    members.shift_remove("@odata.etag");
    entity
}

/// A meeting of Ines whose registration has a question.
async fn with_question(app: &TestApp) -> TestMeeting {
    let meeting = app.meeting(&app.people.ines).await;
    let question = json!({"displayName": "Which river?", "answerInputType": "text"});
    let body = json!({"allowedRegistrant": "everyone", "subject": "Gauging", "customQuestions": [question]});
    app.register(&meeting, &body).await;
    meeting
}

fn names(entity: &Value) -> Vec<&str> {
    let names = entity.as_object().unwrap().keys().map(String::as_str);
    names.filter(|name| !name.starts_with('@')).collect()
}

fn context(meeting: &TestMeeting, expanded: &str, tail: &str) -> String {
    let organizer = meeting.organizer.id;
    format!("{PUBLIC_URL}/beta/$metadata#users('{organizer}')/onlineMeetings({expanded}){tail}")
}

#[tokio::test]
async fn a_meeting_shows_its_registration_in_every_spelling_as_it_is_got_by_itself() {
    let app = TestApp::new().await;
    let (built_in, external) = (with_question(&app).await, app.external("everyone").await);
    for meeting in [&built_in, &external] {
        let registration = by_itself(&app, meeting, "").await;
        let plain = ask(&app, meeting, "").await.expect(200).json();
        assert_eq!(plain.get("registration"), None);

        for query in [
            "$expand=registration",
            "expand=registration",
            "%24expand=registration",
            "$expand=microsoft.graph.onlineMeeting/registration",
            "$expand=microsoft.graph.onlineMeeting%2Fregistration",
        ] {
            let mut got = ask(&app, meeting, query).await.expect(200).json();
            let members = got.as_object_mut().unwrap();
            assert_eq!(members.shift_remove("registration").unwrap(), registration, "{query}");
            assert_eq!(got["@odata.context"], context(meeting, "registration()", "/$entity"));
            assert_eq!(got["@odata.etag"], plain["@odata.etag"]);
            assert_eq!(without_annotations(got), without_annotations(plain.clone()), "{query}");
        }
    }
    let token = app.token(&app.people.ines);
    for path in [
        format!("/beta/me/onlineMeetings/{}", built_in.id),
        format!("/beta/me/onlineMeetings('{}')", built_in.id),
        format!("/v1.0/users/{}/onlinemeetings/{}", built_in.organizer.id, built_in.id),
    ] {
        let got = app.get(format!("{path}?$expand=registration")).token(&token).await.expect(200).json();
        assert_eq!(got["registration"], by_itself(&app, &built_in, "").await, "{path}");
    }
}

#[tokio::test]
async fn a_meeting_without_a_registration_says_that_it_has_none() {
    let app = TestApp::new().await;
    let meeting = app.meeting(&app.people.ines).await;
    let registration = async || {
        let got = ask(&app, &meeting, "$expand=registration($expand=customQuestions)").await.expect(200);
        got.json().get("registration").cloned()
    };
    assert_eq!(registration().await, Some(Value::Null));

    app.register(&meeting, &json!({"allowedRegistrant": "everyone"})).await;
    assert_ne!(registration().await, Some(Value::Null));
    app.delete(meeting.registration()).token(&app.token(&meeting.organizer)).await.expect(204);

    assert_eq!(registration().await, Some(Value::Null), "nobody can register any more");
}

#[tokio::test]
async fn the_questions_come_with_the_registration_if_they_are_expanded_as_well() {
    let app = TestApp::new().await;
    let meeting = with_question(&app).await;
    let registration = by_itself(&app, &meeting, "$expand=customQuestions").await;
    let expanded = "registration(microsoft.graph.meetingRegistration/customQuestions())";

    for query in [
        "$expand=registration($expand=customQuestions)",
        "expand=registration(expand=customQuestions)",
        "%24expand=registration%28%24expand%3DcustomQuestions%29",
        "$expand=registration($expand=microsoft.graph.meetingRegistration/customQuestions)",
    ] {
        let got = ask(&app, &meeting, query).await.expect(200).json();
        assert_eq!(got["registration"], registration, "{query}");
        assert_eq!(got["@odata.context"], context(&meeting, expanded, "/$entity"), "{query}");
    }
    assert_eq!(registration["customQuestions"][0]["displayName"], "Which river?");

    // Whoever asks for a meeting need not know of which kind its registration is.
    let external = app.external("everyone").await;
    let got = ask(&app, &external, "$expand=registration($expand=customQuestions)").await.expect(200).json();
    assert_eq!(got["registration"], by_itself(&app, &external, "").await);
}

#[tokio::test]
async fn members_are_selected_of_the_meeting_and_of_what_is_expanded() {
    let app = TestApp::new().await;
    let meeting = with_question(&app).await;

    let of_meeting = ask(&app, &meeting, "$select=subject&$expand=registration").await.expect(200).json();
    assert_eq!(names(&of_meeting), ["subject", "registration"], "what is expanded need not be named");
    assert_eq!(of_meeting["registration"], by_itself(&app, &meeting, "").await);
    let of_both =
        "$select=id&$expand=registration($select=subject;$expand=customQuestions($select=displayName))";
    let of_both = ask(&app, &meeting, of_both).await.expect(200).json();
    assert_eq!(names(&of_both), ["id", "registration"]);
    let registration = json!({
        "@odata.type": "#microsoft.graph.meetingRegistration", "subject": "Gauging",
        "customQuestions": [{"displayName": "Which river?"}],
    });
    assert_eq!(of_both["registration"], registration);
    let of_registration = ask(&app, &meeting, "$expand=registration($select=id)").await.expect(200).json();
    assert_eq!(names(&of_registration["registration"]), ["id"]);
    assert!(names(&of_registration).len() > 10, "the meeting is whole");

    let alone = by_itself(&app, &meeting, "$select=id&$expand=customQuestions($select=displayName)").await;
    assert_eq!(alone["customQuestions"], registration["customQuestions"]);
    assert_eq!(names(&alone), ["id", "customQuestions"]);
}

#[tokio::test]
async fn what_cannot_be_expanded_of_a_meeting_is_refused_by_name_and_place() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    for (query, told) in [
        ("$expand=attendanceReports", "`$expand`, column 1: only `registration` can be expanded"),
        ("$expand=registration,attendanceReports", "column 14: only `registration`"),
        ("$expand=*", "column 1: only `registration`"),
        ("$expand=", "column 1: only `registration`"),
        ("$expand=registration($expand=registrants)", "column 22: only `customQuestions`"),
        ("$expand=registration($top=1)", "column 14: the option `$top` is not served of `registration`"),
        ("$expand=registration($select=id", "column 24: `;` or `)` would stand here"),
    ] {
        let refused = ask(&app, &meeting, query).await.expect(400);
        assert_eq!(
            (refused.inner_code().as_str(), refused.target().as_str()),
            ("unsupportedQuery", "$expand")
        );
        let message = refused.json()["error"]["message"].as_str().unwrap().to_owned();
        assert!(message.contains(told), "{query}: {message}");
    }
    let token = app.token(&app.people.ines);
    let path = format!("{}?$expand=registration", meeting.path());
    app.patch(path).token(&token).json(&json!({"subject": "Later"})).await.expect(400);
}

/// The meeting is open to more people and permissions than its registration is.
#[tokio::test]
async fn whoever_may_not_get_the_registration_does_not_get_it_with_the_meeting() {
    let app = TestApp::new().await;
    let (ines, tomas) = (&app.people.ines, &app.people.tomas);
    app.allow(APP, ines).await;
    let meeting = with_question(&app).await;
    let attendees = json!({"participants": {"attendees": [{"upn": tomas.mail}]}});
    app.patch(meeting.path()).token(&app.token(ines)).json(&attendees).await.expect(200);
    let artifacts = app.application(APP, &[Role::ArtifactReadAll]);

    for (token, inner_code) in [
        (app.token(tomas), "notOrganizer"),
        (app.delegated(ines, &[Scope::ArtifactReadAll]), "permissionMissing"),
        (artifacts, "permissionMissing"),
    ] {
        app.get(meeting.path()).token(&token).await.expect(200);
        let alone = app.get(meeting.registration()).token(&token).await.expect(403);
        let path = format!("{}?$select=id&$expand=registration($select=id)", meeting.path());

        let refused = app.get(path).token(&token).await.expect(403);

        assert_eq!(refused.inner_code(), inner_code);
        assert_eq!(refused.timeless_error(), alone.timeless_error());
    }
    for token in [app.delegated(ines, &[Scope::MeetingsRead]), app.application(APP, &[Role::MeetingsReadAll])]
    {
        let path = format!("{}?$expand=registration", meeting.path());
        let got = app.get(path).token(&token).await.expect(200).json();
        assert_eq!(got["registration"], by_itself(&app, &meeting, "").await);
    }
}

#[tokio::test]
async fn a_meeting_of_another_organisation_is_not_there_expanded_or_not() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    let token = app.token(&app.people.sanna);
    let plain = app.get(meeting.path()).token(&token).await.expect(404);

    let expanded = app.get(format!("{}?$expand=registration", meeting.path())).token(&token).await;

    assert_eq!(expanded.expect(404).timeless_error(), plain.timeless_error());
    let foreign = app.application_of(app.people.sanna.tenant, APP, &[Role::MeetingsReadAll]);
    app.get(format!("{}?$expand=registration", meeting.path())).token(&foreign).await.expect(404);
}

#[tokio::test]
async fn a_meeting_that_is_found_shows_its_registration_as_well() {
    let app = TestApp::new().await;
    let meeting = with_question(&app).await;
    let (ines, tomas) = (&app.people.ines, &app.people.tomas);
    let whole = ask(&app, &meeting, "").await.expect(200).json();
    let number = whole["joinMeetingIdSettings"]["joinMeetingId"].as_str().unwrap();
    let path = format!(
        "/beta/me/onlineMeetings?$filter=joinMeetingIdSettings/joinMeetingId%20eq%20'{number}'\
         &$select=id&$expand=registration($expand=customQuestions)"
    );

    let found = app.get(&path).token(&app.token(ines)).await.expect(200).json();

    let registration = by_itself(&app, &meeting, "$expand=customQuestions").await;
    let item = json!({"@odata.etag": whole["@odata.etag"], "id": meeting.id, "registration": registration});
    assert_eq!(found["value"], json!([item]));
    let expanded = "registration(microsoft.graph.meetingRegistration/customQuestions())";
    assert_eq!(found["@odata.context"], context(&meeting, expanded, ""));
    let reader = app.delegated(ines, &[Scope::ArtifactReadAll]);
    assert_eq!(app.get(&path).token(&reader).await.expect(403).inner_code(), "permissionMissing");
    let others = app.get(&path).token(&app.token(tomas)).await.expect(200).json();
    assert_eq!(others["value"], json!([]));
}

/// A registration changes without its meeting, whose version would not tell.
#[tokio::test]
async fn nobody_is_told_that_nothing_is_new_where_the_registration_may_be() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    let token = app.token(&app.people.ines);
    let first = ask(&app, &meeting, "$expand=registration").await.expect(200);
    assert_eq!(first.header("etag"), None);
    let tag = first.json()["@odata.etag"].as_str().unwrap().to_owned();
    let path = format!("{}?$expand=registration", meeting.path());
    app.patch(meeting.registration()).token(&token).json(&json!({"subject": "Later"})).await.expect(200);

    for known in [tag.as_str(), "*"] {
        let got = app.get(&path).token(&token).header("if-none-match", known).await.expect(200).json();
        assert_eq!((&got["registration"]["subject"], &got["@odata.etag"]), (&json!("Later"), &json!(tag)));
    }
    app.get(&path).token(&token).header("if-match", &tag).await.expect(200);
    app.get(&path).token(&token).header("if-match", "W/\"0\"").await.expect(412);
    app.get(meeting.path()).token(&token).header("if-none-match", &tag).await.expect(304);

    let whole = ask(&app, &meeting, "$expand=registration").await.expect(200).json();
    let patched =
        app.patch(meeting.path()).token(&token).header("if-match", &tag).json(&whole).await.expect(200);
    assert_eq!(patched.json().get("registration"), None, "what is sent back with it changes nothing");
    assert_eq!(by_itself(&app, &meeting, "").await, whole["registration"]);
}

#[tokio::test]
async fn it_is_expanded_inside_a_batch() {
    let app = TestApp::new().await;
    let meeting = with_question(&app).await;
    let url = format!("/me/onlineMeetings/{}?$expand=registration($expand=customQuestions)", meeting.id);
    let body = json!({"requests": [{"id": "1", "method": "GET", "url": url}]});

    let batch = app.post("/beta/$batch").token(&app.token(&app.people.ines)).json(&body).await.expect(200);

    let registration = by_itself(&app, &meeting, "$expand=customQuestions").await;
    assert_eq!(batch.json()["responses"][0]["body"]["registration"], registration);
}
