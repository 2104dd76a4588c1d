//! Bodies that are no JSON, or say what cannot be.

use domain::Role;
use serde_json::{Value, json};
use testkit::{APP, TestApp};

use super::{asking, check, fault, with, without};

#[tokio::test]
async fn a_body_that_is_no_json_object_is_told_so() {
    let app = TestApp::new().await;
    let meeting = app.meeting(&app.people.ines).await;
    let token = app.token(&app.people.ines);
    let post =
        |kind: &str, body: &str| app.post(meeting.registration()).token(&token).text(kind, body).send();
    let good = r#"{"allowedRegistrant":"everyone"}"#;
    let deep = "[".repeat(100_000);
    let traces = app.db_traces().await;

    for (kind, body) in [
        ("application/json", ""),
        ("application/json", "{"),
        ("application/json", "[]"),
        ("application/json", "null"),
        ("application/json", "\"everyone\""),
        ("application/json", r#"{"allowedRegistrant":"everyone",}"#),
        ("application/json", r#"{"allowedRegistrant: "everyone"}"#),
        ("application/json", r#"{"allowedRegistrant":"everyone"}{}"#),
        ("application/json", "\u{feff}{\"allowedRegistrant\":\"everyone\"}"),
        ("application/json", deep.as_str()),
        ("text/plain", good),
        ("application/x-www-form-urlencoded", good),
        ("", good),
    ] {
        let answer = post(kind, body).await.expect(400);
        assert_eq!(answer.inner_code(), "invalidJson", "{kind} {body:.60}");
        assert_eq!(
            answer.json()["error"]["message"],
            "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of \
             valid JSON format."
        );
    }

    assert_eq!(app.db_traces().await, traces);
    post("Application/JSON; charset=utf-8", good).await.expect(201);
}

#[tokio::test]
async fn a_faulty_registration_is_refused_at_its_faulty_member() {
    let app = TestApp::new().await;
    let meeting = app.meeting(&app.people.ines).await;
    let token = app.token(&app.people.ines);
    let good = json!({"allowedRegistrant": "everyone", "subject": "Ferry safety talk"});
    let dated = |start: Value, end: Value| with(&with(&good, "startDateTime", start), "endDateTime", end);
    let asking = |question: Value| with(&good, "customQuestions", json!([question]));
    let reminders = |minutes: Value| with(&good, "reminderMinutesBeforeStart", minutes);
    let radio = |options: Value| {
        asking(json!({"displayName": "?", "answerInputType": "radioButton", "answerOptions": options}))
    };
    let speaking = |speaker: Value| with(&good, "speakers", json!([speaker]));
    let text = json!({"displayName": "Which river?", "answerInputType": "text"});

    let faults = [
        fault(without(&good, "allowedRegistrant"), "allowedRegistrant", "memberMissing"),
        fault(with(&good, "allowedRegistrant", Value::Null), "allowedRegistrant", "memberMissing"),
        fault(with(&good, "allowedRegistrant", json!(1)), "allowedRegistrant", "invalidValue"),
        fault(with(&good, "allowedRegistrant", json!("nobody")), "allowedRegistrant", "unknownEnumMember"),
        fault(with(&good, "allowedRegistrant", json!("Everyone")), "allowedRegistrant", "unknownEnumMember"),
        fault(
            with(&good, "allowedRegistrant", json!("unknownFutureValue")),
            "allowedRegistrant",
            "unknownEnumMember",
        ),
        fault(json!({"allowedregistrant": "everyone"}), "allowedRegistrant", "memberMissing"),
        fault(
            with(&good, "@odata.type", json!("#microsoft.graph.meetingRegistrationBase")),
            "@odata.type",
            "registrationType",
        ),
        fault(with(&good, "@odata.type", json!("#microsoft.graph.event")), "@odata.type", "registrationType"),
        fault(with(&good, "@odata.type", json!(5)), "@odata.type", "registrationType"),
        fault(with(&good, "subject", json!(5)), "subject", "invalidValue"),
        fault(with(&good, "description", json!({})), "description", "invalidValue"),
        fault(with(&good, "startDateTime", json!("yesterday")), "startDateTime", "invalidValue"),
        fault(with(&good, "startDateTime", json!("2021-11-02T016:00:00Z")), "startDateTime", "invalidValue"),
        fault(with(&good, "startDateTime", json!("0001-01-01T00:00:00Z")), "startDateTime", "invalidValue"),
        fault(with(&good, "startDateTime", json!(1_800_000_000)), "startDateTime", "invalidValue"),
        fault(
            dated(json!("2027-03-01T10:00:00Z"), json!("2027-03-01T10:00:00Z")),
            "endDateTime",
            "endNotAfterStart",
        ),
        fault(
            dated(json!("2027-03-01T10:00:00Z"), json!("2027-03-01T11:00:00+02:00")),
            "endDateTime",
            "endNotAfterStart",
        ),
        fault(with(&good, "endDateTime", json!("2027-01-01T00:00:00Z")), "endDateTime", "endNotAfterStart"),
        fault(with(&good, "speakers", json!("Nils")), "speakers", "invalidValue"),
        fault(speaking(json!("Nils")), "speakers/0", "invalidValue"),
        fault(speaking(json!({"displayName": 5})), "speakers/0/displayName", "invalidValue"),
        fault(with(&good, "customQuestions", json!({})), "customQuestions", "invalidValue"),
        fault(asking(json!("?")), "customQuestions/0", "invalidValue"),
        fault(asking(without(&text, "displayName")), "customQuestions/0/displayName", "memberMissing"),
        fault(
            asking(with(&text, "displayName", json!("  "))),
            "customQuestions/0/displayName",
            "memberMissing",
        ),
        fault(
            asking(without(&text, "answerInputType")),
            "customQuestions/0/answerInputType",
            "memberMissing",
        ),
        fault(
            asking(with(&text, "answerInputType", json!("checkBox"))),
            "customQuestions/0/answerInputType",
            "unknownEnumMember",
        ),
        fault(
            asking(with(&text, "answerInputType", json!("unknownFutureValue"))),
            "customQuestions/0/answerInputType",
            "unknownEnumMember",
        ),
        fault(
            asking(with(&text, "isRequired", json!("yes"))),
            "customQuestions/0/isRequired",
            "invalidValue",
        ),
        fault(radio(json!([])), "customQuestions/0/answerOptions", "invalidOptions"),
        fault(radio(Value::Null), "customQuestions/0/answerOptions", "invalidOptions"),
        fault(radio(json!(["Deck", "Deck"])), "customQuestions/0/answerOptions/1", "invalidOptions"),
        fault(radio(json!(["Deck", " "])), "customQuestions/0/answerOptions/1", "invalidOptions"),
        fault(radio(json!(["Deck", 5])), "customQuestions/0/answerOptions/1", "invalidValue"),
        fault(with(&good, "capacity", json!(0)), "capacity", "invalidValue"),
        fault(with(&good, "capacity", json!(-1)), "capacity", "invalidValue"),
        fault(with(&good, "capacity", json!(1.5)), "capacity", "invalidValue"),
        fault(with(&good, "capacity", json!("50")), "capacity", "invalidValue"),
        fault(with(&good, "capacity", json!(3_000_000_000_i64)), "capacity", "invalidValue"),
        fault(reminders(json!(60)), "reminderMinutesBeforeStart", "invalidValue"),
        fault(reminders(json!(vec![60; 11])), "reminderMinutesBeforeStart", "tooLong"),
        fault(reminders(json!([60, 0])), "reminderMinutesBeforeStart/1", "invalidValue"),
        fault(reminders(json!([43_201])), "reminderMinutesBeforeStart/0", "invalidValue"),
        fault(reminders(json!([1.5])), "reminderMinutesBeforeStart/0", "invalidValue"),
        fault(reminders(json!(["60"])), "reminderMinutesBeforeStart/0", "invalidValue"),
    ];

    check(&app, &faults, &good, || app.post(meeting.registration()).token(&token)).await;
}

#[tokio::test]
async fn an_unknown_registration_type_is_answered_in_graphs_own_words() {
    let app = TestApp::new().await;
    let meeting = app.meeting(&app.people.ines).await;
    let body =
        json!({"@odata.type": "#microsoft.graph.virtualEventWebinar", "allowedRegistrant": "everyone"});

    let answer =
        app.post(meeting.registration()).token(&app.token(&app.people.ines)).json(&body).await.expect(400);

    assert_eq!(
        answer.json()["error"]["message"],
        "Invalid request. Provide microsoft.graph.meetingRegistration or \
         microsoft.graph.externalMeetingRegistration in request body."
    );
}

#[tokio::test]
async fn a_second_registration_is_a_conflict() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    let token = app.token(&app.people.ines);
    let traces = app.db_traces().await;

    for kind in ["#microsoft.graph.meetingRegistration", "#microsoft.graph.externalMeetingRegistration"] {
        let body = json!({"@odata.type": kind, "allowedRegistrant": "everyone"});
        let answer = app.post(meeting.registration()).token(&token).json(&body).await.expect(409);
        assert_eq!(
            (answer.json()["error"]["code"].as_str(), answer.inner_code()),
            (Some("Conflict"), "registrationExists".into())
        );
    }

    assert_eq!(app.db_traces().await, traces);
}

#[tokio::test]
async fn a_faulty_enrolment_is_refused_at_its_faulty_member() {
    let app = TestApp::new().await;
    let (meeting, good) = asking(&app).await;
    let (_, elsewhere) = asking(&app).await;
    let token = app.token(&app.people.tomas);
    let answers = |answers: Value| with(&good, "customQuestionAnswers", answers);
    let (choice, line) = (&good["customQuestionAnswers"][0], &good["customQuestionAnswers"][1]);
    let foreign = &elsewhere["customQuestionAnswers"][0];

    let mut faults = vec![
        fault(
            with(&good, "@odata.type", json!("#microsoft.graph.externalMeetingRegistrant")),
            "@odata.type",
            "registrantKind",
        ),
        fault(
            with(&good, "@odata.type", json!("#microsoft.graph.meetingRegistrantBase")),
            "@odata.type",
            "registrantKind",
        ),
        fault(without(&good, "customQuestionAnswers"), "customQuestionAnswers", "requiredAnswerMissing"),
        fault(answers(json!([line])), "customQuestionAnswers", "requiredAnswerMissing"),
        fault(
            answers(json!([with(choice, "value", json!("")), line])),
            "customQuestionAnswers/0/value",
            "requiredAnswerMissing",
        ),
        fault(
            answers(json!([with(choice, "value", json!("Bridge")), line])),
            "customQuestionAnswers/0/value",
            "answerNotAllowed",
        ),
        fault(
            answers(json!([with(choice, "value", json!("deck"))])),
            "customQuestionAnswers/0/value",
            "answerNotAllowed",
        ),
        fault(
            answers(json!([with(choice, "value", json!(5))])),
            "customQuestionAnswers/0/value",
            "invalidValue",
        ),
        fault(answers(json!([choice, choice])), "customQuestionAnswers/1/questionId", "repeatedAnswer"),
        fault(
            answers(json!([choice, with(line, "questionId", json!("MSMx"))])),
            "customQuestionAnswers/1/questionId",
            "unknownQuestion",
        ),
        fault(
            answers(json!([choice, without(line, "questionId")])),
            "customQuestionAnswers/1/questionId",
            "unknownQuestion",
        ),
        fault(answers(json!([choice, foreign])), "customQuestionAnswers/1/questionId", "unknownQuestion"),
        fault(answers(json!("Deck")), "customQuestionAnswers", "invalidValue"),
        fault(answers(json!(["Deck"])), "customQuestionAnswers/0", "invalidValue"),
    ];
    for member in ["firstName", "lastName"] {
        for missing in [Value::Null, json!(""), json!(" \t\u{a0}")] {
            faults.push(fault(with(&good, member, missing), member, "memberMissing"));
        }
        for wrong in
            [json!(5), json!("O\r\nBcc: x"), json!("O\u{2028}dile"), json!("O\u{85}dile"), json!("O\0dile")]
        {
            faults.push(fault(with(&good, member, wrong), member, "invalidValue"));
        }
        faults.push(fault(without(&good, member), member, "memberMissing"));
    }
    faults.push(fault(without(&good, "email"), "email", "memberMissing"));
    faults.push(fault(with(&good, "email", json!(" ")), "email", "memberMissing"));
    faults.push(fault(with(&good, "email", json!(5)), "email", "invalidValue"));
    for address in [
        "odile",
        "@pinewater.example",
        "odile@",
        "odile@pinewater",
        "a..b@pinewater.example",
        "a b@pinewater.example",
        "odile@pinewater.example,mallory@evil.example",
        "odile@pinewater.example\r\nBcc: m@evil.example",
        "Odile <odile@pinewater.example>",
        "odile@127.0.0.1",
        "odile@-pinewater.example",
        "zoë@pinewater.example",
    ] {
        faults.push(fault(with(&good, "email", json!(address)), "email", "invalidEmail"));
    }

    check(&app, &faults, &good, || app.post(meeting.registrants()).token(&token)).await;
}

#[tokio::test]
async fn every_fault_of_a_body_is_told_at_once() {
    let app = TestApp::new().await;
    let (meeting, good) = asking(&app).await;
    let mut body = with(&with(&good, "firstName", json!("")), "email", json!("nobody"));
    body["customQuestionAnswers"][0]["value"] = json!("Bridge");

    let answer =
        app.post(meeting.registrants()).token(&app.token(&app.people.tomas)).json(&body).await.expect(400);

    let details = answer.json()["error"]["details"].clone();
    let told: Vec<(&str, &str)> = details
        .as_array()
        .unwrap()
        .iter()
        .map(|detail| (detail["target"].as_str().unwrap(), detail["code"].as_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            ("firstName", "memberMissing"),
            ("email", "invalidEmail"),
            ("customQuestionAnswers/0/value", "answerNotAllowed"),
        ]
    );
}

#[tokio::test]
async fn a_faulty_external_enrolment_is_refused_at_its_faulty_member() {
    let app = TestApp::new().await;
    let meeting = app.external("organization").await;
    app.allow(APP, &app.people.ines).await;
    let token = app.application(APP, &[Role::MeetingsReadWriteAll]);
    let good = json!({
        "@odata.type": "#microsoft.graph.externalMeetingRegistrant",
        "id": "crm/7731",
        "tenantId": app.people.ines.tenant.to_string(),
        "userId": app.people.tomas.id.to_string(),
    });

    let faults = [
        fault(without(&good, "@odata.type"), "@odata.type", "registrantKind"),
        fault(
            with(&good, "@odata.type", json!("#microsoft.graph.meetingRegistrant")),
            "@odata.type",
            "registrantKind",
        ),
        fault(without(&good, "id"), "id", "memberMissing"),
        fault(with(&good, "id", json!("")), "id", "memberMissing"),
        fault(with(&good, "id", json!(7731)), "id", "invalidValue"),
        fault(without(&good, "tenantId"), "tenantId", "memberMissing"),
        fault(with(&good, "tenantId", json!("riverbend")), "tenantId", "invalidValue"),
        fault(
            with(&good, "tenantId", json!(app.people.sanna.tenant.to_string())),
            "tenantId",
            "invalidValue",
        ),
        fault(without(&good, "userId"), "userId", "memberMissing"),
        fault(with(&good, "userId", json!("tomas")), "userId", "invalidValue"),
    ];

    check(&app, &faults, &good, || app.post(meeting.registrants()).token(&token)).await;
}

#[tokio::test]
async fn a_faulty_meeting_is_refused_at_its_faulty_member() {
    let app = TestApp::new().await;
    let token = app.token(&app.people.ines);
    let good = json!({
        "startDateTime": "2027-03-01T10:00:00Z", "endDateTime": "2027-03-01T11:00:00Z", "externalId": "k",
    });
    let attendee = |attendee: Value| with(&good, "participants", json!({"attendees": [attendee]}));

    let mut faults = vec![
        fault(with(&good, "endDateTime", json!("2027-03-01T10:00:00Z")), "endDateTime", "endNotAfterStart"),
        fault(without(&good, "startDateTime"), "startDateTime", "memberMissing"),
        fault(without(&good, "externalId"), "externalId", "memberMissing"),
        fault(with(&good, "subject", json!([])), "subject", "invalidValue"),
        fault(with(&good, "participants", json!([])), "participants", "invalidValue"),
        fault(with(&good, "participants", json!({"attendees": 1})), "participants/attendees", "invalidValue"),
        fault(attendee(json!({"upn": 1})), "participants/attendees/0/upn", "invalidValue"),
        fault(attendee(json!({"role": "king"})), "participants/attendees/0/role", "unknownEnumMember"),
        fault(with(&good, "allowMeetingChat", json!("loud")), "allowMeetingChat", "unknownEnumMember"),
        fault(with(&good, "recordAutomatically", json!("no")), "recordAutomatically", "invalidValue"),
        fault(
            with(&good, "lobbyBypassSettings", json!({"scope": "all"})),
            "lobbyBypassSettings/scope",
            "unknownEnumMember",
        ),
    ];
    for url in [
        "http://meet.example.org",
        "javascript:alert(1)",
        "data:text/html,x",
        "//meet.example.org",
        "https://u:p@meet.example.org",
        "https://meet.example.org\r\nX: y",
        // Cyrillic letters, some of them and all.
        "https://meet.p\u{430}ypal.example/room",
        "https://\u{441}\u{43e}\u{441}\u{43e}.example",
    ] {
        faults.push(fault(with(&good, "joinUrl", json!(url)), "joinUrl", "invalidValue"));
    }
    for minutes in [json!(-1), json!(1_441), json!(1.5), json!("15"), json!([15])] {
        let name = "joinOpensMinutesBeforeStart";
        faults.push(fault(with(&good, name, minutes), name, "invalidValue"));
    }
    faults.push(fault(with(&good, "joinOneDeviceAtATime", json!(1)), "joinOneDeviceAtATime", "invalidValue"));

    check(&app, &faults, &good, || app.post("/beta/me/onlineMeetings/createOrGet").token(&token)).await;
}

#[tokio::test]
async fn a_faulty_question_is_refused_and_the_hundred_and_first_too() {
    let app = TestApp::new().await;
    let meeting = app.meeting(&app.people.ines).await;
    let question = json!({"displayName": "Which river?", "answerInputType": "text"});
    let registration =
        json!({"allowedRegistrant": "everyone", "customQuestions": vec![question.clone(); 99]});
    app.register(&meeting, &registration).await;
    let token = app.token(&app.people.ines);
    let faults = [
        fault(json!({"answerInputType": "text"}), "displayName", "memberMissing"),
        fault(with(&question, "answerInputType", json!("radioButton")), "answerOptions", "invalidOptions"),
        fault(with(&question, "answerInputType", json!(1)), "answerInputType", "invalidValue"),
    ];

    check(&app, &faults, &question, || app.post(meeting.questions()).token(&token)).await;

    let one_too_many = app.post(meeting.questions()).token(&token).json(&question).await.expect(400);
    assert_eq!(one_too_many.inner_code(), "tooManyQuestions");
}

#[tokio::test]
async fn the_audience_cannot_be_changed_but_may_be_sent_back() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    let token = app.token(&app.people.ines);
    let faults = [
        fault(json!({"allowedRegistrant": "organization"}), "allowedRegistrant", "notUpdatable"),
        fault(json!({"allowedRegistrant": "nobody"}), "allowedRegistrant", "unknownEnumMember"),
        fault(
            json!({"@odata.type": "#microsoft.graph.externalMeetingRegistration"}),
            "@odata.type",
            "registrationType",
        ),
        fault(
            json!({"subject": "x", "endDateTime": "2027-01-01T00:00:00Z"}),
            "endDateTime",
            "endNotAfterStart",
        ),
    ];
    let sent_back = json!({"allowedRegistrant": "everyone", "subject": "Changed"});

    check(&app, &faults, &sent_back, || app.patch(meeting.registration()).token(&token)).await;

    // The sentinel stands for a member this client does not know, and changes nothing.
    let sentinel = json!({"allowedRegistrant": "unknownFutureValue"});
    let answer = app.patch(meeting.registration()).token(&token).json(&sentinel).await.expect(200);
    assert_eq!(
        (&answer.json()["allowedRegistrant"], &answer.json()["subject"]),
        (&json!("everyone"), &json!("Changed"))
    );
}
