//! Making, looking at, renewing and ending subscriptions.

use domain::{Role, Scope};
use http::StatusCode;
use serde_json::json;
use testkit::{APP, Proof, Receiver, TestApp, capture_logs};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::{app, registrants_of, subscribe, told, wish};

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_is_shown_as_graph_shows_it_and_its_secrets_once() {
    let app = app().await;
    let receiver = Receiver::new().await;
    let meeting = app.built_in("everyone").await;
    let resource = registrants_of(&meeting);

    let made = subscribe(&app, &wish(&resource, &receiver)).await;

    let id = made["id"].as_str().unwrap();
    let secret = made["signingSecret"].as_str().unwrap();
    assert!(secret.starts_with("whsec_"), "{secret}");
    let expected = json!({
        "@odata.context": "https://usher.example/v1.0/$metadata#subscriptions/$entity",
        "id": id,
        "resource": resource,
        "changeType": "created,updated,deleted",
        "notificationUrl": receiver.url(),
        "lifecycleNotificationUrl": receiver.url(),
        "clientState": null,
        "expirationDateTime": "2027-03-01T00:00:00Z",
        "applicationId": "a-desk-app",
        "creatorId": app.people.ines.id.to_string(),
        "signingKeyId": "k1",
        "signingSecret": secret,
    });
    assert_eq!(made, expected);
    let token = app.token(&app.people.ines);
    let shown = app.get(format!("/v1.0/subscriptions/{id}")).token(&token).await.expect(200).json();
    let mut expected = expected;
    expected["signingSecret"] = json!(null);
    assert_eq!(shown, expected);
    let list = app.get("/v1.0/subscriptions").token(&token).await.expect(200).json();
    expected.as_object_mut().unwrap().shift_remove("@odata.context");
    assert_eq!(list["value"], json!([expected]));

    app.delete(format!("/v1.0/subscriptions/{id}")).token(&token).await.expect(204);
    let gone = app.get(format!("/v1.0/subscriptions/{id}")).token(&token).await.expect(404);
    assert_eq!(gone.inner_code(), "subscriptionNotFound");
    app.delete(format!("/v1.0/subscriptions/{id}")).token(&token).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_does_not_prove_itself_gets_no_subscription() {
    let app = app().await;
    let mut receiver = Receiver::new().await;
    let meeting = app.built_in("everyone").await;
    let token = app.token(&app.people.ines);
    let body = wish(&registrants_of(&meeting), &receiver);
    let ask = || app.post("/v1.0/subscriptions").token(&token).json(&body).send();

    for proof in [
        Proof::Other(200, "text/plain", "Validation: something else"),
        Proof::Other(200, "text/html", "<p>hello</p>"),
        Proof::Other(404, "text/plain", ""),
        Proof::Other(302, "text/plain", ""),
    ] {
        receiver.prove(proof.clone());
        let refused = ask().await.expect(400);
        assert_eq!(refused.json()["error"]["code"], "ValidationError", "{proof:?}");
        assert_eq!(
            (refused.inner_code(), refused.target()),
            ("receiverNotValidated".into(), "notificationUrl".into())
        );
    }
    receiver.stop().await;
    assert_eq!(ask().await.expect(400).inner_code(), "receiverNotValidated");
    let list = app.get("/v1.0/subscriptions").token(&token).await.expect(200).json();
    assert_eq!(list["value"], json!([]));

    receiver.prove(Proof::Given);
    receiver.start().await;
    ask().await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_at_fault_is_named() {
    let app = app().await;
    let receiver = Receiver::new().await;
    let meeting = app.built_in("everyone").await;
    let token = app.token(&app.people.ines);
    let good = wish(&registrants_of(&meeting), &receiver);
    let with = |name: &str, value: serde_json::Value| {
        let mut body = good.clone();
        body[name] = value;
        app.post("/v1.0/subscriptions").token(&token).json(&body).send()
    };

    for (name, value, code) in [
        ("resource", json!("me/messages"), "invalidValue"),
        ("changeType", json!("created,gone"), "unknownEnumMember"),
        ("changeType", json!(null), "memberMissing"),
        ("notificationUrl", json!(""), "memberMissing"),
        ("expirationDateTime", json!("2027-03-03T09:11:00Z"), "invalidValue"),
        ("expirationDateTime", json!("2027-02-01T09:00:00Z"), "invalidValue"),
        ("clientState", json!("x".repeat(129)), "tooLong"),
        ("includeResourceData", json!(true), "invalidValue"),
    ] {
        let refused = with(name, value).await.expect(400);
        assert_eq!((refused.target(), refused.inner_code()), (name.into(), code.into()));
    }
    with("clientState", json!("x".repeat(128))).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_is_renewed_and_moved_to_a_receiver_that_proves_itself() {
    let app = app().await;
    let (old, new) = (Receiver::new().await, Receiver::new().await);
    let made = subscribe(&app, &wish("me/onlineMeetings", &old)).await;
    let path = format!("/beta/subscriptions/{}", made["id"].as_str().unwrap());
    let token = app.token(&app.people.ines);
    let patch = |body: serde_json::Value| app.patch(path.clone()).token(&token).json(&body).send();

    let renewed = patch(json!({"expirationDateTime": "2027-03-02T00:00:00Z"})).await.expect(200).json();
    new.prove(Proof::Other(200, "text/plain", "no"));
    let unproven = patch(json!({"notificationUrl": new.url()})).await.expect(400);
    new.prove(Proof::Given);
    let moved = patch(json!({"notificationUrl": new.url()})).await.expect(200).json();
    let fixed = patch(json!({"resource": "me/onlineMeetings", "clientState": "other"})).await.expect(400);
    let too_long = patch(json!({"expirationDateTime": "2027-04-01T00:00:00Z"})).await.expect(400);

    assert_eq!(renewed["expirationDateTime"], "2027-03-02T00:00:00Z");
    assert_eq!(unproven.inner_code(), "receiverNotValidated");
    assert_eq!(
        (&moved["notificationUrl"], &moved["expirationDateTime"]),
        (&json!(new.url()), &json!("2027-03-02T00:00:00Z"))
    );
    assert_eq!((fixed.inner_code(), too_long.target()), ("notUpdatable".into(), "expirationDateTime".into()));
    app.meeting(&app.people.ines).await;
    assert_eq!(app.notify().await, 1);
    assert_eq!((old.received().len(), new.received().len()), (0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn there_are_no_more_subscriptions_than_may_be() {
    let limits = "[subscriptions]\nhttp_to_loopback = true\nper_app = 2\nper_tenant = 3";
    let app = TestApp::builder().config(limits).build().await;
    let receiver = Receiver::new().await;
    app.allow(APP, &app.people.ines).await;
    let person = app.token(&app.people.ines);
    let machine = app.application(APP, &[Role::MeetingsReadWriteAll]);
    let resource = format!("users/{}/onlineMeetings", app.people.ines.id);
    let ask =
        |token: &str| app.post("/beta/subscriptions").token(token).json(&wish(&resource, &receiver)).send();

    let first = ask(&person).await.expect(201).json();
    ask(&person).await.expect(201);
    let of_app = ask(&person).await.expect(403);
    let mut to_nobody = wish(&resource, &receiver);
    to_nobody["notificationUrl"] = "http://127.0.0.1:1/".into();
    let unasked = app.post("/beta/subscriptions").token(&person).json(&to_nobody).await.expect(403);
    ask(&machine).await.expect(201);
    let of_tenant = ask(&machine).await.expect(403);

    assert_eq!(of_app.inner_code(), "tooManySubscriptions");
    assert_eq!(of_tenant.inner_code(), "tooManySubscriptions");
    assert_eq!(unasked.inner_code(), "tooManySubscriptions", "nobody is called who would not answer");
    let deaf = app.post("/beta/subscriptions").token(&machine).json(&to_nobody).await.expect(400);
    assert_eq!(deaf.inner_code(), "receiverNotValidated", "the control");
    app.delete(format!("/beta/subscriptions/{}", first["id"].as_str().unwrap()))
        .token(&person)
        .await
        .expect(204);
    ask(&machine).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organisation_has_four_receivers_asked_at_once_and_no_more() {
    let app = app().await;
    let meeting = app.built_in("everyone").await;
    let (token, resource) = (app.token(&app.people.ines), registrants_of(&meeting));
    let receiver = Receiver::new().await;
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let ask = |address: &str| {
        let mut body = wish(&resource, &receiver);
        body["notificationUrl"] = address.into();
        app.post("/v1.0/subscriptions").token(&token).json(&body).send()
    };

    let address = format!("http://{}/", silent.local_addr().unwrap());
    let mut waiting: JoinSet<_> = (0..4).map(|_| ask(&address)).collect();
    let mut held = Vec::new();
    while held.len() < 4 {
        held.push(silent.accept().await.unwrap());
    }
    let beyond = ask(&receiver.url()).await;
    drop(held);
    while let Some(answer) = waiting.join_next().await {
        assert_eq!(answer.unwrap().expect(400).inner_code(), "receiverNotValidated");
    }
    let later = ask(&receiver.url()).await;

    assert_eq!(beyond.status, StatusCode::SERVICE_UNAVAILABLE, "an organisation has four asked at once");
    assert_eq!(later.status, StatusCode::CREATED, "the control");
}

/// Neither what a receiver knows a notification by nor what it checks signatures with leaves the house otherwise.
#[tokio::test]
async fn secrets_are_in_no_log_and_in_no_answer() {
    let logs = capture_logs();
    let app = app().await;
    let receiver = Receiver::new().await;
    let made = subscribe(&app, &wish("me/onlineMeetings", &receiver)).await;
    let secret = made["signingSecret"].as_str().unwrap().to_owned();
    let token = app.delegated(&app.people.ines, &[Scope::MeetingsRead]);
    app.meeting(&app.people.ines).await;
    receiver.answer(testkit::Answer::Status(500));
    app.notify().await;

    let id = made["id"].as_str().unwrap();
    let mut said = logs.text();
    for path in [
        "/beta/subscriptions".to_owned(),
        format!("/beta/subscriptions/{id}"),
        format!("/beta/subscriptions/{id}/deliveries"),
    ] {
        said += &app.get(path).token(&token).await.expect(200).text();
    }

    assert!(said.contains("answered 500"), "the control: {said}");
    assert!(receiver.received()[0].body.contains("canary"), "the control: the receiver is told");
    assert!(!said.contains("canary") && !said.contains(&secret), "{said}");
    assert!(!said.contains("coal mine"));
    let dump = std::fs::read(app.file("usher.db")).unwrap_or_default();
    let raw = secret.strip_prefix("whsec_").unwrap();
    assert!(!dump.windows(raw.len()).any(|window| window == raw.as_bytes()), "the database holds no secret");
}

/// A retry gets the first answer, secret and all, and makes no second subscription.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_sent_again_makes_one_subscription() {
    let app = app().await;
    let receiver = Receiver::new().await;
    let token = app.token(&app.people.ines);
    let body = wish("me/onlineMeetings", &receiver);
    let ask = |body: &serde_json::Value, key: &str| {
        app.post("/beta/subscriptions").token(&token).json(body).header("idempotency-key", key).send()
    };

    let first = ask(&body, "one").await.expect(201).json();
    let again = ask(&body, "one").await.expect(201).json();
    let mut other = body.clone();
    other["changeType"] = json!("created");
    let reused = ask(&other, "one").await.expect(422);
    let second = ask(&body, "two").await.expect(201).json();

    assert_eq!(first, again);
    assert_eq!(reused.inner_code(), "idempotencyKeyReused");
    assert!(first["id"] != second["id"] && first["signingSecret"] != second["signingSecret"]);
    let list = app.get("/beta/subscriptions").token(&token).await.expect(200).json();
    assert_eq!(list["value"].as_array().unwrap().len(), 2);
}

/// Two requests under one key at once: one makes it, and the other tells of what was made, or that it asked for another.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_requests_at_once_under_one_key_each_tells_what_was_made() {
    let app = app().await;
    let receiver = Receiver::new().await;
    let token = app.token(&app.people.ines);
    let ask = |n: usize, state: &'static str| {
        let mut body = wish("me/onlineMeetings", &receiver);
        body["clientState"] = json!(state);
        // Of the same question each says another end: what is shown is what is stored.
        body["expirationDateTime"] = json!(format!("2027-02-2{n}T00:00:00Z"));
        app.post("/beta/subscriptions").token(&token).json(&body).header("idempotency-key", "one").send()
    };

    let (a, b, c, d) = tokio::join!(ask(1, "same"), ask(2, "same"), ask(3, "same"), ask(4, "another"));

    let list = app.get("/beta/subscriptions").token(&token).await.expect(200).json();
    let [stored] = list["value"].as_array().unwrap().as_slice() else { panic!("{list}") };
    let answers = [a, b, c, d];
    let made: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
    assert!(!made.is_empty());
    for answer in &made {
        assert_eq!(answer.json()["expirationDateTime"], stored["expirationDateTime"]);
    }
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!((answer.status.as_u16(), answer.inner_code()), (422, "idempotencyKeyReused".to_owned()));
    }
    let is_same = made.len() == 3 && answers[3].status == 422;
    assert!(
        is_same || made.len() == 1 && answers[3].status == 201,
        "three are the same and the fourth is not"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_told_of_what_happened_before_they_subscribed() {
    let app = app().await;
    let (first, late) = (Receiver::new().await, Receiver::new().await);
    // Somebody reads the organizer's changes already.
    subscribe(&app, &wish("me/onlineMeetings", &first)).await;
    let meeting = app.built_in("everyone").await;

    subscribe(&app, &wish("me/onlineMeetings", &late)).await;
    subscribe(&app, &wish("me/onlineMeetings/getAllRegistrations", &late)).await;
    subscribe(&app, &wish(&registrants_of(&meeting), &late)).await;
    app.notify().await;

    assert_eq!(told(&late.received()), []);
    assert!(!told(&first.received()).is_empty(), "the control");
}
