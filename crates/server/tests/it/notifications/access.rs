//! Who may subscribe to what, and that it is asked again each time something is delivered.

use domain::{Role, Scope};
use serde_json::json;
use testkit::{APP, Receiver, TestApp, TestPerson};

use super::{app, enroll, lifecycle, registrants_of, subscribe, told, wish};

/// Everything that can be done to a subscription, as its path and what it answers to its owner.
const OPERATIONS: [(&str, &str, u16); 7] = [
    ("GET", "", 200),
    ("GET", "/deliveries", 200),
    ("POST", "/reauthorize", 204),
    ("POST", "/rotateSigningSecret", 200),
    ("PATCH", "", 200),
    ("POST", "/replay", 202),
    ("DELETE", "", 204),
];

async fn ask(app: &TestApp, id: &str, (method, tail, _): (&str, &str, u16), token: &str) -> u16 {
    let body = match tail {
        "/replay" => json!({"fromDeliveryId": format!("{id}.1")}),
        _ => json!({"expirationDateTime": "2027-03-02T00:00:00Z"}),
    };
    let call = app.call(method.parse().unwrap(), format!("/beta/subscriptions/{id}{tail}"));
    call.token(token).json(&body).await.status.as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_list_the_registrants_may_subscribe_to_them() {
    let app = app().await;
    let receiver = Receiver::new().await;
    let meeting = app.built_in("everyone").await;
    app.allow(APP, &app.people.ines).await;
    let people = &app.people;
    let resource = registrants_of(&meeting);
    let body = wish(&resource, &receiver);
    let status = |token: String| {
        let call = app.post("/beta/subscriptions").token(&token).json(&body);
        async move { call.await.status.as_u16() }
    };

    for scope in Scope::ALL {
        let expected =
            if matches!(scope, Scope::MeetingsRead | Scope::MeetingsReadWrite) { 201 } else { 403 };
        assert_eq!(status(app.delegated(&people.ines, &[scope])).await, expected, "{scope:?}");
    }
    for role in Role::ALL {
        let expected = if role == Role::MeetingsReadWriteAll { 201 } else { 403 };
        assert_eq!(status(app.application(APP, &[role])).await, expected, "{role:?}");
    }
    assert_eq!(status(app.token(&people.tomas)).await, 403, "a colleague");
    assert_eq!(status(app.token(&people.sanna)).await, 404, "another organisation");
    let other = app.application("91c2f6d8-0b4e-4c7d-a3e5-6f8d1b2c9e07", &[Role::MeetingsReadWriteAll]);
    assert_eq!(status(other).await, 403, "an application without a policy");
    let foreign = app.application_of(people.sanna.tenant, APP, &[Role::MeetingsReadWriteAll]);
    assert_eq!(status(foreign).await, 404);
    app.post("/beta/subscriptions").json(&body).await.expect(401);
    let machine = app.application(APP, &[Role::MeetingsReadWriteAll]);
    let as_me = json!({"resource": "me/onlineMeetings", "changeType": "created", "notificationUrl": receiver.url(),
        "expirationDateTime": "2027-03-01T00:00:00Z"});
    app.post("/beta/subscriptions").token(&machine).json(&as_me).await.expect(403);
    let without = app.meeting(&people.ines).await;
    let list = wish(&registrants_of(&without), &receiver);
    app.post("/beta/subscriptions").token(&machine).json(&list).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_is_its_owners_alone() {
    let app = app().await;
    let receiver = Receiver::new().await;
    let made = subscribe(&app, &wish("me/onlineMeetings", &receiver)).await;
    app.meeting(&app.people.ines).await;
    app.notify().await;
    let id = made["id"].as_str().unwrap();
    app.allow(APP, &app.people.ines).await;
    let strangers = [
        app.token(&app.people.tomas),
        app.token(&app.people.sanna),
        app.application(APP, &[Role::MeetingsReadWriteAll]),
    ];

    for operation in OPERATIONS {
        for token in &strangers {
            assert_eq!(ask(&app, id, operation, token).await, 404, "{operation:?}");
        }
        let unknown = "5d0a7c3e-1f24-4b6d-8e90-2a41c7d30a6b";
        assert_eq!(ask(&app, unknown, operation, &app.token(&app.people.ines)).await, 404, "{operation:?}");
        assert_eq!(ask(&app, "x", operation, &app.token(&app.people.ines)).await, 404, "{operation:?}");
        let lacking = app.delegated(&app.people.ines, &[Scope::UserRead]);
        assert_eq!(ask(&app, id, operation, &lacking).await, 403, "{operation:?}");
    }
    for operation in OPERATIONS {
        assert_eq!(
            ask(&app, id, operation, &app.token(&app.people.ines)).await,
            operation.2,
            "{operation:?}"
        );
    }
    for token in &strangers {
        let list = app.get("/beta/subscriptions").token(token).await.expect(200).json();
        assert_eq!(list["value"], json!([]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_taken_away_ends_the_subscription_before_anything_is_told() {
    let app = app().await;
    let receiver = Receiver::new().await;
    let meeting = app.built_in("everyone").await;
    app.allow(APP, &app.people.ines).await;
    let token = app.application(APP, &[Role::MeetingsReadWriteAll]);
    let body = wish(&registrants_of(&meeting), &receiver);
    let made = app.post("/beta/subscriptions").token(&token).json(&body).await.expect(201).json();
    let first = enroll(&app, &meeting, "odile").await;
    app.notify().await;
    let control = receiver.received();
    enroll(&app, &meeting, "bram").await;
    app.disallow(&app.people.ines).await;

    app.notify().await;

    assert_eq!(told(&control), [("created".to_owned(), first)]);
    let received = receiver.received();
    assert_eq!((told(&received), lifecycle(&received)), (vec![], vec!["subscriptionRemoved".to_owned()]));
    app.allow(APP, &app.people.ines).await;
    let path = format!("/beta/subscriptions/{}", made["id"].as_str().unwrap());
    app.get(path).token(&token).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_account_is_told_nothing_any_more() {
    let app = app().await;
    let receiver = Receiver::new().await;
    subscribe(&app, &wish("me/onlineMeetings", &receiver)).await;
    app.meeting(&app.people.ines).await;
    app.put_person(&TestPerson { is_active: false, ..app.people.ines.clone() }).await;

    app.notify().await;

    let received = receiver.received();
    assert_eq!((told(&received), lifecycle(&received)), (vec![], vec!["subscriptionRemoved".to_owned()]));
}
