//! People and meetings: where every sample begins.

use domain::Scope;
use serde_json::{Value, json};
use testkit::TestApp;

#[tokio::test]
async fn a_person_is_shown_to_themselves_and_to_who_may_read_the_directory() {
    let app = TestApp::new().await;
    let tomas = &app.people.tomas;
    let reader = app.delegated(&app.people.ines, &[Scope::UserReadBasicAll]);

    let me = app.get("/beta/me").token(&app.token(tomas)).await.expect(200).json();

    assert_eq!(
        me.to_string(),
        format!(
            concat!(
                r#"{{"@odata.context":"https://usher.example/beta/$metadata#users/$entity","#,
                r#""displayName":"Tomas Virtanen","givenName":"Tomas","mail":"tomas.virtanen@riverbend.example","#,
                r#""preferredLanguage":null,"surname":"Virtanen","#,
                r#""userPrincipalName":"tomas.virtanen@riverbend.example","id":"{}"}}"#
            ),
            tomas.id
        )
    );
    for path in [
        format!("/beta/users/{}", tomas.id),
        format!("/beta/users/{}", tomas.mail.to_uppercase()),
        "/beta/users/tomas.virtanen%40riverbend.example".to_owned(),
    ] {
        assert_eq!(app.get(path).token(&reader).await.expect(200).json(), me);
    }
    for unknown in [app.people.sanna.id.to_string(), app.people.sanna.mail.clone(), "nobody".to_owned()] {
        app.get(format!("/beta/users/{unknown}")).token(&reader).await.expect(404);
    }
}

#[tokio::test]
async fn create_or_get_creates_once_and_gets_ever_after() {
    let app = TestApp::new().await;
    let send = |person, key: &str| {
        let body = json!({"externalId": key, "subject": "Planning"});
        app.post("/beta/me/onlineMeetings/createOrGet").token(&app.token(person)).json(&body).send()
    };

    let created = send(&app.people.ines, "crm-1").await.expect(201).json();
    let got = send(&app.people.ines, "crm-1").await.expect(200).json();
    let others = send(&app.people.bram, "crm-1").await.expect(201).json();
    let another = send(&app.people.ines, "crm-2").await.expect(201).json();

    assert_eq!(got, created);
    assert_eq!(created["externalId"], "crm-1");
    assert_eq!(
        (&created["startDateTime"], &created["endDateTime"]),
        (&json!("2027-02-01T09:10:00Z"), &json!("2027-02-01T10:10:00Z"))
    );
    let ids = [&created["id"], &others["id"], &another["id"]];
    assert!(ids[0] != ids[1] && ids[1] != ids[2] && ids[0] != ids[2]);
}

#[tokio::test]
async fn a_meeting_that_was_deleted_leaves_its_key_to_a_new_one() {
    let app = TestApp::new().await;
    let token = app.token(&app.people.ines);
    let send = || {
        app.post("/beta/me/onlineMeetings/createOrGet").token(&token).json(&json!({"externalId": "k"})).send()
    };
    let first = send().await.expect(201).json();
    let path = format!("/beta/me/onlineMeetings/{}", first["id"].as_str().unwrap());

    app.delete(&path).token(&token).await.expect(204);

    app.get(&path).token(&token).await.expect(404);
    app.delete(&path).token(&token).await.expect(404);
    assert_ne!(send().await.expect(201).json()["id"], first["id"]);
}

#[tokio::test]
async fn a_meeting_is_found_by_its_link_and_by_its_number() {
    let app = TestApp::new().await;
    let meeting = app.meeting(&app.people.ines).await;
    let token = app.token(&app.people.ines);
    let whole = app.get(meeting.path()).token(&token).await.expect(200).json();
    let number = whole["joinMeetingIdSettings"]["joinMeetingId"].as_str().unwrap();
    let link =
        percent_encoding::utf8_percent_encode(&meeting.join_web_url, percent_encoding::NON_ALPHANUMERIC)
            .to_string();
    let twice = percent_encoding::utf8_percent_encode(&link, percent_encoding::NON_ALPHANUMERIC).to_string();
    let find =
        |filter: &str| app.get(format!("/beta/me/onlineMeetings?$filter={filter}")).token(&token).send();

    for filter in [
        format!("JoinWebUrl%20eq%20'{link}'"),
        format!("joinWebUrl+eq+'{twice}'"),
        format!("joinMeetingIdSettings/joinMeetingId%20eq%20'{number}'"),
    ] {
        let found = find(&filter).await.expect(200).json();
        let mut item = whole.clone();
        item.as_object_mut().unwrap().shift_remove("@odata.context");
        assert_eq!(found["value"], json!([item]), "{filter}");
    }
    for filter in [
        "JoinWebUrl%20eq%20'https://usher.example/elsewhere'",
        "joinMeetingIdSettings/joinMeetingId%20eq%20'00000000000'",
        "joinMeetingIdSettings/joinMeetingId%20eq%20'''%20OR%201=1--'",
        "VideoTeleconferenceId%20eq%20'123'",
    ] {
        assert_eq!(find(filter).await.expect(200).json()["value"], json!([]), "{filter}");
    }
    for filter in
        ["subject%20eq%20'x'", "JoinWebUrl%20ne%20'x'", "JoinWebUrl", "contains(JoinWebUrl,'x')", ""]
    {
        let refused = find(filter).await.expect(400);
        assert_eq!(
            (refused.inner_code(), refused.target()),
            ("unsupportedQuery".into(), "$filter".into()),
            "{filter}"
        );
    }
    app.get("/beta/me/onlineMeetings").token(&token).await.expect(400);
}

#[tokio::test]
async fn the_number_of_a_meeting_finds_nothing_for_anybody_else() {
    let app = TestApp::new().await;
    let meeting = app.meeting(&app.people.ines).await;
    let whole = app.get(meeting.path()).token(&app.token(&app.people.ines)).await.expect(200).json();
    let number = whole["joinMeetingIdSettings"]["joinMeetingId"].as_str().unwrap();
    let path =
        format!("/beta/me/onlineMeetings?$filter=joinMeetingIdSettings/joinMeetingId%20eq%20'{number}'");

    for person in [&app.people.tomas, &app.people.sanna] {
        assert_eq!(app.get(&path).token(&app.token(person)).await.expect(200).json()["value"], json!([]));
    }
    assert_eq!(
        app.get(&path).token(&app.token(&app.people.ines)).await.expect(200).json()["value"][0]["id"],
        json!(meeting.id)
    );
}

#[tokio::test]
async fn a_meeting_keeps_what_it_was_given() {
    let app = TestApp::new().await;
    let token = app.token(&app.people.ines);
    let body = json!({
        "subject": "Planning", "startDateTime": "2027-03-01T10:00:00+01:00", "endDateTime": "2027-03-01T11:00:00+01:00",
        "joinUrl": "https://meet.riverbend.example/x", "isEntryExitAnnounced": false, "allowedPresenters": "organizer",
        "allowMeetingChat": "limited", "allowTeamworkReactions": false, "recordAutomatically": true,
        "participants": {"attendees": [{"upn": "tomas.virtanen@riverbend.example", "role": "coorganizer"}]},
        "lobbyBypassSettings": {"scope": "everyone", "isDialInBypassEnabled": true},
        "joinMeetingIdSettings": {"isPasscodeRequired": true},
        "joinOpensMinutesBeforeStart": 0, "joinOneDeviceAtATime": true,
    });

    let created = app.post("/beta/me/onlineMeetings").token(&token).json(&body).await.expect(201).json();
    let path = format!("/beta/me/onlineMeetings/{}", created["id"].as_str().unwrap());
    let got = app.get(path).token(&token).await.expect(200).json();

    assert_eq!(got, created);
    assert_eq!(got["startDateTime"], "2027-03-01T09:00:00Z");
    for name in [
        "subject",
        "joinUrl",
        "isEntryExitAnnounced",
        "allowedPresenters",
        "allowMeetingChat",
        "allowTeamworkReactions",
        "recordAutomatically",
        "lobbyBypassSettings",
        "joinOpensMinutesBeforeStart",
        "joinOneDeviceAtATime",
    ] {
        assert_eq!(got[name], body[name], "{name}");
    }
    let attendee = &got["participants"]["attendees"][0];
    assert_eq!(
        (&attendee["upn"], &attendee["role"]),
        (&json!("tomas.virtanen@riverbend.example"), &json!("coorganizer"))
    );
    assert_eq!(got["participants"]["organizer"]["upn"], app.people.ines.mail);
    assert!(got["joinMeetingIdSettings"]["passcode"].as_str().is_some_and(|passcode| passcode.len() == 6));
    assert_eq!(got["videoTeleconferenceId"], Value::Null);
}
