//! Bodies: what is read, what is kept, and how it comes back.

use serde_json::{Value, json};
use testkit::{PUBLIC_URL, TestApp, TestMeeting};

async fn patch(app: &TestApp, meeting: &TestMeeting, body: &Value) -> Value {
    app.patch(meeting.registration()).token(&app.token(&app.people.ines)).json(body).await.expect(200).json()
}

async fn get(app: &TestApp, meeting: &TestMeeting) -> Value {
    app.get(meeting.registration()).token(&app.token(&app.people.ines)).await.expect(200).json()
}

/// Programs change what they got and send the whole of it back.
#[tokio::test]
async fn a_whole_object_may_be_sent_back() {
    let app = TestApp::new().await;
    let meeting = app.meeting(&app.people.ines).await;
    let registration = json!({
        "allowedRegistrant": "everyone", "subject": "Before", "description": "Kept",
        "startDateTime": "2027-02-01T10:00:00Z", "endDateTime": "2027-02-01T11:00:00Z",
        "speakers": [{"displayName": "Nils Abara", "bio": null}], "capacity": 5, "reminderMinutesBeforeStart": [60, 10],
        "customQuestions": [{"displayName": "Which river?", "answerInputType": "text"}],
    });
    app.register(&meeting, &registration).await;
    let token = app.token(&app.people.ines);
    let path = format!("{}?$expand=customQuestions", meeting.registration());
    let mut whole = app.get(&path).token(&token).await.expect(200).json();
    whole["subject"] = json!("After");

    let patched = patch(&app, &meeting, &whole).await;

    assert_eq!(
        patched["@odata.context"],
        whole["@odata.context"]
            .as_str()
            .unwrap()
            .replace("(microsoft.graph.meetingRegistration/customQuestions())", "")
    );
    assert_eq!((&patched["subject"], &patched["registrationPageViewCount"]), (&json!("After"), &Value::Null));
    let mut after = app.get(&path).token(&token).await.expect(200).json();
    assert_ne!(after["@odata.etag"], whole["@odata.etag"], "it is another version");
    after["@odata.etag"] = whole["@odata.etag"].clone();
    assert_eq!(after, whole);
    let mut meeting_whole = app.get(meeting.path()).token(&token).await.expect(200).json();
    meeting_whole["subject"] = json!("Changed");
    let mut changed = app.patch(meeting.path()).token(&token).json(&meeting_whole).await.expect(200).json();
    changed["@odata.etag"] = meeting_whole["@odata.etag"].clone();
    assert_eq!(changed, meeting_whole);
}

/// Decision 10 of docs/graph-compat.md: the generated SDKs have PATCH and no POST.
#[tokio::test]
async fn a_patch_of_a_registration_that_is_not_there_creates_it() {
    let app = TestApp::new().await;
    let meeting = app.meeting(&app.people.ines).await;
    let token = app.token(&app.people.ines);
    let body = json!({
        "@odata.type": "#microsoft.graph.externalMeetingRegistration",
        "allowedRegistrant": "organization",
    });
    let send = |body: &Value| app.patch(meeting.registration()).token(&token).json(body).send();

    send(&json!({"subject": "No audience"})).await.expect(400);
    let created = send(&body).await.expect(201).json();

    assert_eq!(created["@odata.type"], "#microsoft.graph.externalMeetingRegistration");
    assert_eq!(get(&app, &meeting).await["id"], created["id"]);
    send(&body).await.expect(400);
}

#[tokio::test]
async fn an_absent_member_is_kept_a_null_clears_and_a_list_is_replaced_whole() {
    let app = TestApp::new().await;
    let meeting = app.meeting(&app.people.ines).await;
    let registration = json!({
        "allowedRegistrant": "everyone", "subject": "Own title", "description": "Own words", "capacity": 9,
        "reminderMinutesBeforeStart": [10, 60, 10],
        "startDateTime": "2027-02-01T10:15:00Z", "endDateTime": "2027-02-01T10:45:00Z",
        "speakers": [{"displayName": "One"}, {"displayName": "Two"}],
    });
    app.register(&meeting, &registration).await;

    let kept = patch(&app, &meeting, &json!({"speakers": [{"bio": "Three"}]})).await;
    assert_eq!(kept["speakers"], json!([{"displayName": null, "bio": "Three"}]));
    assert_eq!((&kept["subject"], &kept["capacity"]), (&json!("Own title"), &json!(9)));
    assert_eq!(kept["reminderMinutesBeforeStart"], json!([60, 10]), "in the order in which they are sent");

    let nulls = json!({
        "subject": null, "description": null, "capacity": null, "startDateTime": null, "endDateTime": null,
        "speakers": null, "reminderMinutesBeforeStart": null,
    });
    patch(&app, &meeting, &nulls).await;
    let cleared = get(&app, &meeting).await;
    for name in
        ["subject", "description", "capacity", "startDateTime", "endDateTime", "reminderMinutesBeforeStart"]
    {
        assert_eq!(cleared[name], Value::Null, "{name} is there, and null");
    }
    assert_eq!(cleared["speakers"], json!([]));
}

#[tokio::test]
async fn dates_are_read_in_every_spelling_and_written_in_one() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;

    for (sent, shown) in [
        ("2027-02-01T10:00:00Z", "2027-02-01T10:00:00Z"),
        ("2027-02-01T12:00:00+02:00", "2027-02-01T10:00:00Z"),
        ("2027-02-01T02:00:00-08:00", "2027-02-01T10:00:00Z"),
        ("2027-02-01T10:00:00", "2027-02-01T10:00:00Z"),
        ("2027-02-01T10:00:00.0000000Z", "2027-02-01T10:00:00Z"),
        ("2027-02-01T10:00:00.5630000Z", "2027-02-01T10:00:00.563Z"),
        ("2027-02-01T10:00:00.1053222Z", "2027-02-01T10:00:00.105322Z"),
        ("2027-02-01t10:00:00z", "2027-02-01T10:00:00Z"),
    ] {
        assert_eq!(
            patch(&app, &meeting, &json!({"startDateTime": sent})).await["startDateTime"],
            shown,
            "{sent}"
        );
        assert_eq!(get(&app, &meeting).await["startDateTime"], shown, "{sent}");
    }
}

#[tokio::test]
async fn texts_come_back_byte_for_byte() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;

    for text in
        ["", " Microsoft Ignite", "November 2–4", "e\u{301}", "\u{202e}abc", "👩‍🚀", "a\r\nb\tc", "\"\\/"]
    {
        patch(&app, &meeting, &json!({"subject": text, "description": text})).await;
        let shown = get(&app, &meeting).await;
        assert_eq!((&shown["subject"], &shown["description"]), (&json!(text), &json!(text)));
    }
}

#[tokio::test]
async fn questions_are_expanded_in_both_spellings_and_nothing_else_is() {
    let app = TestApp::new().await;
    let meeting = app.meeting(&app.people.ines).await;
    let question = json!({"displayName": "Which river?", "answerInputType": "text", "isRequired": true});
    app.register(&meeting, &json!({"allowedRegistrant": "everyone", "customQuestions": [question]})).await;
    let token = app.token(&app.people.ines);
    let mut list = app.get(meeting.questions()).token(&token).await.expect(200).json();
    list["value"][0].as_object_mut().unwrap().shift_remove("@odata.etag");
    let expanded = |query: &str| app.get(format!("{}?{query}", meeting.registration())).token(&token).send();

    for query in [
        "$expand=customQuestions",
        "expand=customQuestions",
        "%24expand=customQuestions",
        "$expand=microsoft.graph.meetingRegistration/customQuestions",
        "$expand=microsoft.graph.meetingRegistration%2FcustomQuestions",
    ] {
        let got = expanded(query).await.expect(200).json();
        assert_eq!(got["customQuestions"], list["value"], "{query}");
        let context = got["@odata.context"].as_str().unwrap();
        assert!(
            context.ends_with("/registration(microsoft.graph.meetingRegistration/customQuestions())/$entity"),
            "{context}"
        );
    }
    assert_eq!(get(&app, &meeting).await.get("customQuestions"), None);
    for query in ["$expand=registrants", "$expand=*", "$expand=customQuestions,registrants", "$expand="] {
        assert_eq!(expanded(query).await.expect(400).target(), "$expand", "{query}");
    }
}

#[tokio::test]
async fn only_the_members_that_are_selected_are_shown() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    let token = app.token(&app.people.ines);

    let one = app
        .get(format!("{}?$select=subject,id", meeting.registration()))
        .token(&token)
        .await
        .expect(200)
        .json();

    let names: Vec<&str> =
        one.as_object().unwrap().keys().map(String::as_str).filter(|name| !name.starts_with('@')).collect();
    assert_eq!(names, ["id", "subject"]);
}

#[tokio::test]
async fn a_hundred_members_may_be_selected_and_no_more() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    let token = app.token(&app.people.ines);
    let select = |count: usize| {
        let path = format!("{}?$select=subject{}", meeting.registration(), ",x".repeat(count - 1));
        app.get(path).token(&token).send()
    };

    let (most, more) = (select(100).await.expect(200), select(101).await.expect(400));

    assert_eq!(most.json()["subject"], "Reading a river");
    assert_eq!((more.inner_code(), more.target()), ("unsupportedQuery".into(), "$select".into()));
}

/// What fits `Accept-Language` best of the languages there are is kept for letters, on the registration and on each
/// registrant; who asks for none gets the registration's.
#[tokio::test]
async fn the_language_that_was_asked_for_is_kept() {
    let app = TestApp::new().await;
    let meeting = app.meeting(&app.people.ines).await;
    let body = json!({"allowedRegistrant": "everyone"});
    let token = app.token(&app.people.ines);
    let create = app
        .post(meeting.registration())
        .token(&token)
        .header("accept-language", "fi-FI, pl-PL;q=0.5")
        .json(&body);
    create.await.expect(201);

    for (header, n) in [("pt-BR;q=0.9", 1), ("*", 2), ("<script>", 3), (&"x".repeat(36), 4)] {
        let body = json!({"firstName": "G", "lastName": "N", "email": format!("g{n}@pinewater.example")});
        app.post(meeting.registrants())
            .token(&token)
            .header("accept-language", header)
            .json(&body)
            .await
            .expect(200);
    }

    assert_eq!(app.db_count("SELECT count(*) FROM registration WHERE language = 'pl'").await, 1);
    assert_eq!(app.db_count("SELECT count(*) FROM registrant WHERE language = 'pt-BR'").await, 1);
    assert_eq!(app.db_count("SELECT count(*) FROM registrant WHERE language = 'pl'").await, 3);
    assert_eq!(app.mail().await.len(), 4, "a language without texts is no fault");
}

#[tokio::test]
async fn every_answer_has_its_own_context() {
    let app = TestApp::new().await;
    let meeting = app.meeting(&app.people.ines).await;
    let token = app.token(&app.people.ines);
    let own = format!("{PUBLIC_URL}/beta/$metadata#users('{}')/onlineMeetings", app.people.ines.id);
    let of_meeting = format!("{own}('{}')/registration", meeting.id);
    let question = json!({"displayName": "?", "answerInputType": "text"});
    let context = |answer: &Value| answer["@odata.context"].as_str().unwrap().to_owned();

    app.register(&meeting, &json!({"allowedRegistrant": "everyone"})).await;
    let created = app.post(meeting.questions()).token(&token).json(&question).await.expect(201).json();
    let one = format!("{}/{}", meeting.questions(), created["id"].as_str().unwrap());
    let patched = app.patch(&one).token(&token).json(&json!({"isRequired": true})).await.expect(200).json();
    let get = |path: String| app.get(path).token(&token).send();

    assert_eq!(
        context(&created),
        format!("{of_meeting}/microsoft.graph.meetingRegistration/customQuestions/$entity")
    );
    assert_eq!(context(&patched), format!("{of_meeting}/customQuestions/$entity"));
    assert_eq!(context(&get(one).await.json()), format!("{of_meeting}/customQuestions/$entity"));
    assert_eq!(
        context(&get(meeting.questions()).await.json()),
        format!("{of_meeting}/microsoft.graph.meetingRegistration/customQuestions")
    );
    assert_eq!(context(&get(meeting.registrants()).await.json()), format!("{of_meeting}/registrants"));
    assert_eq!(context(&get(meeting.registration()).await.json()), format!("{of_meeting}/$entity"));
    assert_eq!(context(&get(meeting.path()).await.json()), format!("{own}/$entity"));
    assert_eq!(
        context(&get("/beta/me".to_owned()).await.json()),
        format!("{PUBLIC_URL}/beta/$metadata#users/$entity")
    );
}
