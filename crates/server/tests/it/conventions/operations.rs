//! What operators and their machines ask.

use std::collections::BTreeSet;

use domain::operation::Operation;
use serde_json::{Value, json};
use testkit::TestApp;

#[tokio::test]
async fn health_is_told_without_a_token() {
    let app = TestApp::new().await;

    app.get("/health/live").await.expect(200);
    let ready = app.get("/health/ready").await.expect(200);

    assert_eq!(ready.text(), "ready\n");
}

#[tokio::test]
async fn what_was_answered_is_counted_by_operation_and_status() {
    let app = TestApp::new().await;
    // Counting starts with the first look, as it does in `usher serve`.
    app.get("/metrics").await.expect(200);
    let meeting = app.built_in("everyone").await;
    app.post(meeting.registrants()).token(&app.token(&app.people.ines)).json(&json!({})).await.expect(400);

    let metrics = app.get("/metrics").await.expect(200);

    assert_eq!(metrics.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    let line = r#"usher_graph_requests_total{operation="registrant-enroll",status="400"}"#;
    assert!(metrics.text().contains(line), "{}", metrics.text());
}

#[tokio::test]
async fn every_route_of_the_reference_is_served_and_every_operation_is_in_it() {
    let app = TestApp::new().await;
    let token = app.token(&app.people.ines);

    let reference = app.get("/openapi.json").await.expect(200);

    assert_eq!(reference.header("content-type"), Some("application/json"));
    let document = reference.json();
    assert_eq!(
        (&document["openapi"], &document["servers"][0]["url"]),
        (&json!("3.1.0"), &json!("https://usher.example/beta"))
    );
    let mut served = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, described) in methods.as_object().unwrap() {
            let filled = path.replace("{userId}", &app.people.ines.id.to_string());
            let call =
                app.call(method.to_uppercase().parse().unwrap(), format!("/beta{filled}")).token(&token);
            let answer = call.json(&json!({})).await;
            assert_ne!(answer.status, 405, "{method} {path}");
            if answer.status.is_client_error() {
                assert_ne!(answer.inner_code(), "unknownSegment", "{method} {path}");
            }
            served.insert(described["operationId"].as_str().unwrap().to_owned());
        }
    }
    for operation in Operation::ALL {
        for (tail, is_served) in
            [("-me", operation.on_me()), ("-users", operation.on_users()), ("", operation.on_root())]
        {
            assert_eq!(served.contains(&format!("{}{tail}", operation.name())), is_served, "{operation:?}");
        }
    }
    app.get("/beta/me/nothing").token(&token).await.expect(400);
}

/// The document describes what is really answered: each member of an answer is a property of its schema.
#[tokio::test]
async fn what_is_answered_has_the_shape_the_reference_gives_it() {
    let app = TestApp::new().await;
    let meeting = app.built_in("everyone").await;
    let token = app.token(&app.people.ines);
    let document = app.get("/openapi.json").await.expect(200).json();

    for (template, path) in [
        ("/me", "/beta/me".to_owned()),
        ("/me/onlineMeetings/{meetingId}", meeting.path()),
        ("/me/onlineMeetings/{meetingId}/registration", meeting.registration()),
        ("/me/onlineMeetings/{meetingId}/registration/registrants", meeting.registrants()),
    ] {
        let schema =
            &document["paths"][template]["get"]["responses"]["200"]["content"]["application/json"]["schema"];
        let answer = app.get(path).token(&token).await.expect(200).json();
        for name in answer.as_object().unwrap().keys() {
            assert!(
                describes(&document, schema, name),
                "{template} answers `{name}`, which is not in {schema}"
            );
        }
        assert!(!describes(&document, schema, "nothingOfTheKind"));
    }
}

/// Whether the schema has the property, itself or by what it refers to.
pub fn describes(document: &Value, schema: &Value, name: &str) -> bool {
    let referred = schema["$ref"].as_str().and_then(|reference| document.pointer(&reference[1..]));
    let parts = ["allOf", "anyOf", "oneOf"].into_iter().filter_map(|kind| schema[kind].as_array()).flatten();
    schema["properties"].get(name).is_some()
        || referred.into_iter().chain(parts).any(|part| describes(document, part, name))
}

#[tokio::test]
async fn the_reference_for_readers_names_every_operation() {
    let app = TestApp::new().await;

    let page = app.get("/docs").await.expect(200).text();

    for operation in Operation::ALL {
        assert!(page.contains(&operation.summary().replace('\'', "&#39;")), "{operation:?}");
    }
}

#[tokio::test]
async fn pages_of_the_demo_are_served_and_the_mailbox_shows_what_was_sent() {
    let app = TestApp::new().await;
    app.get("/").await.expect(200);
    assert!(app.get("/mailbox").await.expect(200).text().contains("No letters yet"));
    let stylesheet = app.get("/").await.text();
    let href =
        stylesheet.split(r#"rel="stylesheet" href=""#).nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert_eq!(app.get(href).await.expect(200).header("content-type"), Some("text/css; charset=utf-8"));
    app.get("/mailbox/01a37028-8240-7001-9a0d-05f4673ef5a1").await.expect(404);
}
