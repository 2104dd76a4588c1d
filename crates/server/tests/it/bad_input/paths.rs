//! Paths that name nothing, methods that are not offered, ids of elsewhere, and members nobody may set.

use domain::operation::{Method, Operation};
use domain::{Role, Scope};
use serde_json::{Value, json};
use testkit::{APP, TestApp};

use super::{asking, with};

#[tokio::test]
async fn a_method_that_is_not_offered_is_refused_with_those_that_are() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    let token = app.token(&app.people.ines);
    let (path, registration) = (meeting.path(), meeting.registration());

    for (path, offered) in [
        ("/beta/me".to_owned(), vec!["GET"]),
        ("/beta/me/onlineMeetings".to_owned(), vec!["GET", "POST"]),
        ("/beta/me/onlineMeetings/createOrGet".to_owned(), vec!["POST"]),
        (path, vec!["DELETE", "GET", "PATCH"]),
        (registration.clone(), vec!["DELETE", "GET", "PATCH", "POST"]),
        (format!("{registration}/customQuestions"), vec!["GET", "POST"]),
        (format!("{registration}/customQuestions/x"), vec!["DELETE", "GET", "PATCH"]),
        (format!("{registration}/registrants"), vec!["GET", "POST"]),
        (format!("{registration}/registrants/x"), vec!["DELETE", "GET", "PATCH"]),
        (format!("{registration}/registrants/x/approve"), vec!["POST"]),
    ] {
        for method in ["GET", "POST", "PATCH", "DELETE", "PUT", "OPTIONS", "BREW"] {
            let answer = app.call(method.parse().unwrap(), &path).token(&token).json(&json!({})).await;
            assert_eq!(
                answer.status == 405,
                !offered.contains(&method),
                "{method} {path}: {}",
                answer.text()
            );
            if answer.status == 405 {
                let mut allowed: Vec<&str> = answer.header("allow").unwrap().split(", ").collect();
                allowed.sort_unstable();
                assert_eq!(allowed, offered, "{path}");
                assert_eq!(answer.json()["error"]["code"], "Request_BadRequest");
                assert_eq!(answer.inner_code(), "methodNotAllowed");
            }
            if method == "DELETE" && answer.status == 204 {
                // The registration that the next rows are about was just deleted.
                app.post(&registration).token(&token).json(&json!({"allowedRegistrant": "everyone"})).await;
            }
        }
    }
}

#[tokio::test]
async fn an_unknown_segment_is_named() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    let token = app.token(&app.people.ines);

    for (path, segment) in [
        ("/beta/groups".to_owned(), "groups"),
        ("/beta/me/events".to_owned(), "events"),
        (format!("{}/recordings", meeting.path()), "recordings"),
        (format!("{}/speakers", meeting.registration()), "speakers"),
        (format!("{}/x/y", meeting.registrants()), "y"),
        (format!("{}/microsoft.graph.event", meeting.registration()), "microsoft.graph.event"),
    ] {
        let answer = app.get(&path).token(&token).await.expect(400);
        assert_eq!(answer.inner_code(), "unknownSegment");
        assert_eq!(
            answer.json()["error"]["message"],
            format!("Resource not found for the segment '{segment}'.")
        );
    }
    app.get(meeting.registration()).token(&token).await.expect(200);
}

#[tokio::test]
async fn a_path_that_is_no_utf_8_is_refused() {
    let app = TestApp::new().await;

    for path in ["/beta/users/%ff%fe", "/beta/users/a%00b"] {
        let answer = app.get(path).token(&app.token(&app.people.ines)).await.expect(400);

        assert_eq!(answer.inner_code(), "pathEncoding", "{path}");
    }
}

#[tokio::test]
async fn a_meeting_id_that_is_none_is_told_apart_from_a_meeting_that_is_not_there() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    let token = app.token(&app.people.ines);
    let cut = &meeting.id[..meeting.id.len() - 8];

    for id in ["1", "x", cut, "MSo=", "..", "'%20OR%201=1--", "%F0%9F%9A%A2"] {
        let answer =
            app.get(format!("/beta/me/onlineMeetings/{id}/registration")).token(&token).await.expect(400);
        assert_eq!(
            (answer.inner_code(), answer.target()),
            ("invalidId".to_owned(), "meetingId".to_owned()),
            "{id}"
        );
    }

    app.delete(meeting.path()).token(&token).await.expect(204);
    let gone = app.get(meeting.registration()).token(&token).await.expect(404);
    assert_eq!(gone.inner_code(), "meetingNotFound");
}

#[tokio::test]
async fn ids_of_another_meeting_lead_nowhere_and_change_nothing() {
    let app = TestApp::new().await;
    let ((here, _), (there, enrolment)) = (asking(&app).await, asking(&app).await);
    app.post(there.registrants()).token(&app.token(&app.people.tomas)).json(&enrolment).await.expect(200);
    let question = enrolment["customQuestionAnswers"][0]["questionId"].as_str().unwrap();
    let registrant = app.registrants(&there).await[0]["id"].as_str().unwrap().to_owned();
    app.allow(APP, &app.people.ines).await;
    let token = app.application(APP, &[Role::MeetingsReadWriteAll]);
    let traces = app.db_traces().await;

    for (place, wanted) in [(&here, 404), (&there, 200)] {
        let (questions, registrants) = (place.questions(), place.registrants());
        app.get(format!("{questions}/{question}")).token(&token).await.expect(wanted);
        app.get(format!("{registrants}/{registrant}")).token(&token).await.expect(wanted);
    }
    for method in ["PATCH", "DELETE"] {
        let call =
            app.call(method.parse().unwrap(), format!("{}/{question}", here.questions())).token(&token);
        assert_eq!(
            call.json(&json!({"isRequired": false})).await.expect(404).inner_code(),
            "questionNotFound"
        );
    }
    let canceled = app.delete(format!("{}/{registrant}", here.registrants())).token(&token).await.expect(404);
    assert_eq!(canceled.inner_code(), "registrantNotFound");
    assert_eq!(app.db_traces().await, traces);

    app.delete(format!("{}/{registrant}", there.registrants())).token(&token).await.expect(204);
}

#[tokio::test]
async fn what_hangs_on_a_registration_is_not_there_without_one() {
    let app = TestApp::new().await;
    let meeting = app.meeting(&app.people.ines).await;
    let token = app.token(&app.people.ines);

    for operation in Operation::ALL {
        let path = format!("/beta/me{}", operation.resource().template()).replace("{meetingId}", &meeting.id);
        // To update a registration that is not there creates it (decision 10 of docs/graph-compat.md).
        let creates = matches!(operation, Operation::CreateRegistration | Operation::UpdateRegistration);
        if !path.contains("/registration") || creates {
            continue;
        }
        let call = app.call(operation.method().name().parse().unwrap(), path).token(&token);
        let call =
            if operation.method() == Method::Get { call } else { call.json(&app.people.ines.enrolment()) };
        assert_eq!(call.await.expect(404).inner_code(), "registrationNotFound", "{operation:?}");
    }
}

/// Whatever the server decides, a body may say, and nothing comes of it.
#[tokio::test]
async fn members_that_only_the_server_sets_are_ignored() {
    let app = TestApp::new().await;
    let token = app.token(&app.people.ines);
    let sanna = app.people.sanna.clone();
    let canary = "canary-4711";
    let forged = json!({
        "id": canary, "tenantId": sanna.tenant.to_string(), "creationDateTime": "2001-01-01T00:00:00Z",
        "joinWebUrl": format!("https://evil.example/{canary}"), "videoTeleconferenceId": canary,
        "registrationPageWebUrl": format!("https://evil.example/{canary}"), "registrationPageViewCount": 99,
        "registrants": [{"id": canary}], "status": "canceled", "registrationDateTime": "2001-01-01T00:00:00Z",
        "role": canary, "organizer": canary, "version": 99, "generation": 9, "seatsTaken": 99, canary: canary,
        "participants": {"organizer": {"upn": canary, "identity": {"user": {"id": sanna.id.to_string()}}}},
        "joinMeetingIdSettings": {"joinMeetingId": "1", "passcode": canary},
    });
    let and = |more: Value| {
        let mut body = forged.clone();
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };

    let meeting = app.post("/beta/me/onlineMeetings").token(&token).json(&forged).await.expect(201).json();
    let path = format!("/beta/me/onlineMeetings/{}", meeting["id"].as_str().unwrap());
    app.patch(&path).token(&token).json(&forged).await.expect(200);
    let registration = format!("{path}/registration");
    let created = app
        .post(&registration)
        .token(&token)
        .json(&and(json!({"allowedRegistrant": "everyone"})))
        .await
        .expect(201);
    app.patch(&registration).token(&token).json(&forged).await.expect(200);
    let question = and(json!({"displayName": "?", "answerInputType": "text"}));
    app.post(format!("{registration}/customQuestions")).token(&token).json(&question).await.expect(201);
    app.post(format!("{registration}/registrants"))
        .token(&token)
        .json(&and(app.people.ines.enrolment()))
        .await
        .expect(200);

    let list = app.get(format!("{registration}/registrants")).token(&token).await.expect(200).json();
    assert_eq!(list["value"][0]["status"], "registered");
    assert_eq!(list["value"][0]["registrationDateTime"], "2027-02-01T09:10:00Z");
    assert_eq!(
        meeting["participants"]["organizer"]["identity"]["user"]["id"],
        app.people.ines.id.to_string()
    );
    assert_eq!(meeting["creationDateTime"], "2027-02-01T09:10:00Z");
    let seen = app.get(&registration).token(&token).await.expect(200);
    assert_eq!(seen.json()["registrationPageViewCount"], 0);
    for text in [meeting.to_string(), list.to_string(), created.text(), seen.text()] {
        assert!(!text.contains(canary) && !text.contains("evil.example"), "{text}");
    }
    assert!(!app.db_holds(canary));
    app.patch(&registration).token(&token).json(&with(&forged, "subject", json!(canary))).await.expect(200);
    assert!(app.db_holds(canary), "the control: what may be set is found in the file");
}

#[tokio::test]
async fn query_options_that_are_not_served_are_refused_by_name() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    let token = app.delegated(&app.people.ines, &[Scope::MeetingsRead]);

    for (path, query, target) in [
        (meeting.registrants(), "$apply=aggregate($count%20as%20n)", "$apply"),
        (meeting.registrants(), "$expand=letters", "$expand"),
        (meeting.registrants(), "$top=0", "$top"),
        (meeting.registrants(), "$top=many", "$top"),
        (meeting.registrants(), "$count=1", "$count"),
        (meeting.registrants(), "$skiptoken=x", "$skiptoken"),
        (meeting.registrants(), "skip=many", "$skip"),
        (format!("{}/$count", meeting.registrants()), "$top=3", "$top"),
        (meeting.path(), "$expand=attendanceReports", "$expand"),
        (meeting.registration(), "$expand=registrants", "$expand"),
        (meeting.registration(), "$top=1", "$top"),
        (
            format!("/beta/users/{}/onlineMeetings", app.people.ines.id),
            "$filter=subject%20eq%20'x'",
            "$filter",
        ),
    ] {
        let answer = app.get(format!("{path}?{query}")).token(&token).await.expect(400);
        assert_eq!(
            (answer.inner_code().as_str(), answer.target().as_str()),
            ("unsupportedQuery", target),
            "{query}"
        );
    }
    app.get(format!("{}?$top=1&$count=true&utm_source=x", meeting.registrants()))
        .token(&token)
        .await
        .expect(200);
}
