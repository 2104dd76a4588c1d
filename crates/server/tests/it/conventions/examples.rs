//! The examples of the reference: each is sent as it stands there and does what is promised.

use serde_json::{Value, json};
use testkit::{Receiver, TestApp};

use super::operations::describes;
use crate::notifications::{OWN_MACHINE, subscribe, wish};

/// The path on a server where everything is that the path names; what is made does not stand in its own way.
async fn fill(app: &TestApp, receiver: &Receiver, path: &str, operation: &str) -> String {
    let meeting = if operation.starts_with("registration-create") {
        app.meeting(&app.people.ines).await
    } else if operation.starts_with("registrant-reject") {
        let meeting = app.meeting(&app.people.ines).await;
        let asks = json!({"allowedRegistrant": "everyone", "isManualApprovalEnabled": true});
        app.register(&meeting, &asks).await;
        meeting
    } else {
        app.built_in("everyone").await
    };
    let mut filled =
        path.replace("{userId}", &app.people.ines.id.to_string()).replace("{meetingId}", &meeting.id);
    if path.contains("{questionId}") {
        let body = json!({"displayName": "Which river?", "answerInputType": "text"});
        let token = app.token(&app.people.ines);
        let question = app.post(meeting.questions()).token(&token).json(&body).await.expect(201).json();
        filled = filled.replace("{questionId}", question["id"].as_str().unwrap());
    }
    if path.contains("{registrantId}") {
        let (tomas, token) = (&app.people.tomas, app.token(&app.people.ines));
        app.post(meeting.registrants()).token(&token).json(&tomas.enrolment()).await.expect(200);
        let registrants = app.registrants(&meeting).await;
        filled = filled.replace("{registrantId}", registrants[0]["id"].as_str().unwrap());
    }
    if path.contains("{subscriptionId}") {
        let made = subscribe(app, &wish("me/onlineMeetings", receiver)).await;
        app.meeting(&app.people.ines).await;
        app.notify().await;
        filled = filled.replace("{subscriptionId}", made["id"].as_str().unwrap());
    }
    format!("/beta{filled}")
}

/// The example where it names what is nobody's here: the receiver is the test's, and so is the delivery.
fn own(example: &Value, path: &str, receiver: &Receiver) -> Value {
    let mut own = example.clone();
    for (name, value) in [
        ("notificationUrl", receiver.url()),
        ("expirationDateTime", "2027-03-02T00:00:00Z".to_owned()),
        ("fromDeliveryId", format!("{}.1", path.split('/').nth(3).unwrap_or_default())),
    ] {
        if own.get(name).is_some() {
            own[name] = json!(value);
        }
    }
    own
}

#[tokio::test]
async fn every_example_of_the_reference_works_as_it_stands() {
    let app = TestApp::builder().config(OWN_MACHINE).build().await;
    let receiver = Receiver::new().await;
    let token = app.token(&app.people.ines);
    let document = app.get("/openapi.json").await.expect(200).json();
    let mut sent = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, described) in methods.as_object().unwrap() {
            let takes = &described["requestBody"]["content"]["application/json"];
            if takes.is_null() {
                continue;
            }
            let example = takes.get("example").unwrap_or_else(|| panic!("{method} {path} has no example"));
            let operation = described["operationId"].as_str().unwrap();
            let filled = fill(&app, &receiver, path, operation).await;
            let example = &own(example, &filled, &receiver);
            let call = app.call(method.to_uppercase().parse().unwrap(), filled).token(&token).json(example);

            let answer = call.await;

            let promised = &described["responses"][answer.status.as_str()];
            assert!(answer.status.is_success() && !promised.is_null(), "{method} {path}: {}", answer.text());
            let schema = &promised["content"]["application/json"]["schema"];
            if answer.status == 204 {
                sent += 1;
                continue;
            }
            for name in answer.json().as_object().unwrap().keys() {
                assert!(describes(&document, schema, name), "`{name}` of {method} {path}");
            }
            sent += 1;
        }
    }
    assert!(sent > 10, "only {sent} examples");
}
