//! What is delivered: its shape, its signature, its order, and what becomes of it when the receiver fails.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::Role;
use jiff::SignedDuration;
use serde_json::{Value, json};
use store::Tried;
use testkit::{APP, Answer, Received, Receiver, TestApp, TestMeeting};

use super::{app, enroll, far_ahead, lifecycle, registrants_of, subscribe, told, wish};

async fn cancel(app: &TestApp, meeting: &TestMeeting, registrant: &str) {
    let token = app.application(APP, &[Role::MeetingsReadWriteAll]);
    app.delete(format!("{}/{registrant}", meeting.registrants())).token(&token).await.expect(204);
}

/// As a receiver checks it by the published rule: id, time and body, and any of the signatures.
fn is_signed(received: &Received, secret: &str) -> bool {
    let secret = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let key = hmac::Key::new(hmac::HMAC_SHA256, &secret);
    let text = format!(
        "{}.{}.{}",
        received.header("webhook-id"),
        received.header("webhook-timestamp"),
        received.body
    );
    let signatures = received.header("webhook-signature").split(' ');
    signatures
        .filter_map(|signature| signature.strip_prefix("v1,"))
        .any(|signature| hmac::verify(&key, text.as_bytes(), &STANDARD.decode(signature).unwrap()).is_ok())
}

async fn deliveries(app: &TestApp, subscription: &Value) -> Vec<Value> {
    let path = format!("/beta/subscriptions/{}/deliveries", subscription["id"].as_str().unwrap());
    let list = app.get(path).token(&app.token(&app.people.ines)).await.expect(200).json();
    list["value"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notification_has_graphs_shape_and_a_signature() {
    let app = app().await;
    app.metrics().await;
    let receiver = Receiver::new().await;
    let meeting = app.built_in("everyone").await;
    let made = subscribe(&app, &wish(&registrants_of(&meeting), &receiver)).await;
    let id = enroll(&app, &meeting, "odile").await;

    assert_eq!(app.notify().await, 1);

    let [received] = receiver.received().try_into().unwrap();
    let list = app.get(format!("{}?$top=1", meeting.registrants())).token(&app.token(&app.people.ines));
    let etag = list.await.expect(200).json()["value"][0]["@odata.etag"].clone();
    let path = format!("{}/{id}", registrants_of(&meeting));
    let expected = json!({"value": [{
        "subscriptionId": made["id"],
        "clientState": "a canary in a coal mine",
        "changeType": "created",
        "resource": path,
        "subscriptionExpirationDateTime": "2027-03-01T00:00:00Z",
        "tenantId": app.people.ines.tenant.to_string(),
        "resourceData": {
            "@odata.type": "#microsoft.graph.meetingRegistrant",
            "@odata.id": path,
            "id": id,
            "@odata.etag": etag,
        },
    }]});
    assert_eq!(serde_json::from_str::<Value>(&received.body).unwrap(), expected);
    assert_eq!(received.header("content-type"), "application/json; charset=utf-8");
    assert_eq!(received.header("webhook-id"), format!("{}.1", made["id"].as_str().unwrap()));
    assert_eq!(received.header("webhook-timestamp"), app.now().as_second().to_string());
    assert_eq!(received.header("webhook-key-id"), "k1");
    let secret = made["signingSecret"].as_str().unwrap();
    assert!(is_signed(&received, secret));
    let mut forged = received.clone();
    forged.body.push(' ');
    assert!(!is_signed(&forged, secret), "the control: one byte more");
    let mut replayed = received.clone();
    replayed.headers.insert("webhook-timestamp", "1".parse().unwrap());
    assert!(!is_signed(&replayed, secret), "the control: another time");
    app.get(format!("/beta/{}", path)).token(&app.token(&app.people.ines)).await.expect(200);
    assert!(app.metrics().await.contains(r#"usher_notifications_total{outcome="delivered"}"#));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_of_change_is_told_to_whoever_asked_for_it() {
    let app = app().await;
    let (all, created) = (Receiver::new().await, Receiver::new().await);
    let meeting = app.built_in("everyone").await;
    let resource = registrants_of(&meeting);
    subscribe(&app, &wish(&resource, &all)).await;
    let mut only = wish(&resource, &created);
    only["changeType"] = json!("created");
    subscribe(&app, &only).await;
    let (one, two) = (enroll(&app, &meeting, "odile").await, enroll(&app, &meeting, "bram").await);
    cancel(&app, &meeting, &one).await;

    app.notify().await;

    let say = |kind: &str, id: &str| (kind.to_owned(), id.to_owned());
    let (one_came, two_came) = (say("created", &one), say("created", &two));
    assert_eq!(told(&all.received()), [one_came.clone(), two_came.clone(), say("deleted", &one)]);
    assert_eq!(told(&created.received()), [one_came, two_came]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organizer_is_told_of_meetings_and_of_registrations() {
    let app = app().await;
    let (meetings, registrations) = (Receiver::new().await, Receiver::new().await);
    subscribe(&app, &wish("me/onlineMeetings", &meetings)).await;
    subscribe(&app, &wish("/me/onlineMeetings/getAllRegistrations", &registrations)).await;
    let token = app.token(&app.people.ines);

    let meeting = app.built_in("everyone").await;
    app.patch(meeting.registration()).token(&token).json(&json!({"subject": "Other"})).await.expect(200);
    app.patch(meeting.path()).token(&token).json(&json!({"subject": "Other"})).await.expect(200);
    app.delete(meeting.registration()).token(&token).await.expect(204);
    app.delete(meeting.path()).token(&token).await.expect(204);
    app.notify().await;

    let kinds = |received: &[Received]| {
        let items = received.iter().flat_map(Received::items);
        items
            .map(|item| {
                let of = item["resourceData"]["@odata.type"]
                    .as_str()
                    .unwrap()
                    .rsplit('.')
                    .next()
                    .unwrap()
                    .to_owned();
                format!("{} {of}", item["changeType"].as_str().unwrap())
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(
        kinds(&meetings.received()),
        ["created onlineMeeting", "updated onlineMeeting", "deleted onlineMeeting"]
    );
    assert_eq!(
        kinds(&registrations.received()),
        [
            "created meetingRegistrationBase",
            "updated meetingRegistrationBase",
            "deleted meetingRegistrationBase",
            "deleted onlineMeeting"
        ]
    );
}

/// Down for a day: everything comes afterwards, in order, each under the id it was first sent by.
#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_was_down_for_a_day_misses_nothing() {
    let app = app().await;
    let mut receiver = Receiver::new().await;
    let meeting = far_ahead(&app).await;
    let made = subscribe(&app, &wish(&registrants_of(&meeting), &receiver)).await;
    let mut expected = Vec::new();
    for (round, answer) in [500, 503, 429, 404, 302, 410].into_iter().enumerate() {
        receiver.answer(Answer::Status(answer));
        expected.push(("created".to_owned(), enroll(&app, &meeting, &format!("p{round}")).await));
        assert_eq!(app.notify().await, 0);
        app.advance(SignedDuration::from_hours(2));
    }
    let refused = receiver.received();
    receiver.stop().await;
    app.advance(SignedDuration::from_hours(12));
    assert_eq!(app.notify().await, 0);
    let waiting = deliveries(&app, &made).await;
    assert_eq!((waiting.len(), &waiting[0]["status"]), (1, &json!("waiting")), "one at a time");
    assert_eq!(waiting[0]["answer"], "no connection, or no trusted one");

    receiver.answer(Answer::Status(200));
    receiver.start().await;
    app.advance(SignedDuration::from_hours(1));
    assert_eq!(app.notify().await, 2);

    let received = receiver.received();
    assert_eq!(told(&received), expected);
    assert!(refused.len() >= 6, "{}", refused.len());
    for earlier in &refused {
        assert_eq!(earlier.header("webhook-id"), received[0].header("webhook-id"));
        assert_eq!(earlier.body, received[0].body, "the very bytes");
    }
    assert_eq!(lifecycle(&received), Vec::<String>::new());
    let states: Vec<Value> = deliveries(&app, &made).await.iter().map(|one| one["status"].clone()).collect();
    assert_eq!(states, ["delivered", "delivered"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_three_days_a_notification_is_given_up_and_its_receiver_told() {
    let app = app().await;
    let (receiver, lifeline) = (Receiver::new().await, Receiver::new().await);
    let meeting = far_ahead(&app).await;
    let mut asked = wish(&registrants_of(&meeting), &receiver);
    asked["lifecycleNotificationUrl"] = json!(lifeline.url());
    let made = subscribe(&app, &asked).await;
    receiver.answer(Answer::Status(500));
    let lost = enroll(&app, &meeting, "odile").await;
    app.notify().await;
    app.advance(SignedDuration::from_hours(71));
    app.notify().await;
    assert_eq!(deliveries(&app, &made).await[0]["status"], "waiting", "the control: an hour is left");
    app.advance(SignedDuration::from_hours(1));

    app.notify().await;
    receiver.answer(Answer::Status(202));
    receiver.received();
    let kept = enroll(&app, &meeting, "bram").await;
    app.notify().await;

    assert_eq!(told(&receiver.received()), [("created".to_owned(), kept)], "it goes on with what comes next");
    assert_eq!(lifecycle(&lifeline.received()), ["missed"]);
    let log = deliveries(&app, &made).await;
    let states: Vec<(&Value, &Value)> = log.iter().map(|one| (&one["kind"], &one["status"])).collect();
    assert_eq!(states[0], (&json!("change"), &json!("dropped")));
    assert!(log[0]["attemptCount"].as_i64().unwrap() >= 3);
    assert!(log[0]["body"].as_str().unwrap().contains(&lost), "and can still be sent again");
}

/// The service did nothing for a month: what it forgot meanwhile is missed, and the receiver told so.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_told_nothing_for_a_month_is_told_what_comes_next_and_that_something_is_missing() {
    let app = app().await;
    let (receiver, lifeline) = (Receiver::new().await, Receiver::new().await);
    let mut asked = wish("me/onlineMeetings", &receiver);
    asked["lifecycleNotificationUrl"] = json!(lifeline.url());
    let made = subscribe(&app, &asked).await;
    let token = || app.token(&app.people.ines);
    let forgotten = far_ahead(&app).await;
    // Whoever asks what changed has it gathered.
    app.get(format!("{}/delta", forgotten.registrants())).token(&token()).await.expect(200);
    app.set_clock("2027-02-20T00:00:00Z");
    let renewal = json!({"expirationDateTime": "2027-03-20T00:00:00Z"});
    let path = format!("/beta/subscriptions/{}", made["id"].as_str().unwrap());
    app.patch(&path).token(&token()).json(&renewal).await.expect(200);
    app.set_clock("2027-03-05T00:00:00Z");
    assert!(app.forget_changes().await > 0, "the control");

    app.notify().await;
    let nothing = receiver.received();
    let next = app.meeting(&app.people.ines).await;
    app.notify().await;

    assert_eq!(told(&nothing), []);
    assert_eq!(told(&receiver.received()), [("created".to_owned(), next.id)]);
    assert_eq!(lifecycle(&lifeline.received()), ["missed"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_is_sent_again_from_where_one_likes_to_the_byte() {
    let app = app().await;
    let receiver = Receiver::new().await;
    let meeting = app.built_in("everyone").await;
    let made = subscribe(&app, &wish(&registrants_of(&meeting), &receiver)).await;
    for name in ["odile", "bram", "kaya"] {
        enroll(&app, &meeting, name).await;
        app.notify().await;
    }
    let first = receiver.received();
    let (id, token) = (made["id"].as_str().unwrap(), app.token(&app.people.ines));
    let second = deliveries(&app, &made).await[1]["id"].clone();
    let replay = |from: Value| {
        let call = app.post(format!("/beta/subscriptions/{id}/replay")).token(&token);
        call.json(&json!({ "fromDeliveryId": from })).send()
    };

    let accepted = replay(second).await.expect(202).json();
    app.notify().await;
    let foreign = replay(json!("5d0a7c3e-1f24-4b6d-8e90-2a41c7d30a6b.1")).await.expect(400);

    assert_eq!(accepted["deliveryCount"], 2);
    let again = receiver.received();
    let bytes = |received: &[Received]| {
        received.iter().map(|one| (one.header("webhook-id").to_owned(), one.body.clone())).collect::<Vec<_>>()
    };
    assert_eq!(bytes(&again), bytes(&first[1..]));
    assert_eq!(foreign.inner_code(), "invalidId");
    assert_eq!(app.notify().await, 0, "once");
}

/// A key makes either once: what was sent again is not sent a third time, and the secret is the one of the first answer.
#[tokio::test(flavor = "multi_thread")]
async fn sending_again_and_another_secret_are_asked_for_once_under_one_key() {
    let app = app().await;
    let receiver = Receiver::new().await;
    let token = || app.token(&app.people.ines);
    let of_meeting = far_ahead(&app).await;
    for resource in ["me/onlineMeetings".to_owned(), registrants_of(&of_meeting)] {
        let made = subscribe(&app, &wish(&resource, &receiver)).await;
        let path = format!("/beta/subscriptions/{}", made["id"].as_str().unwrap());
        app.meeting(&app.people.ines).await;
        enroll(&app, &of_meeting, if resource.starts_with("me") { "odile" } else { "bram" }).await;
        app.notify().await;
        let first = deliveries(&app, &made).await[0]["id"].clone();
        let replay = |key: &'static str, from: Value| {
            let call = app.post(format!("{path}/replay")).token(&token()).header("idempotency-key", key);
            call.json(&json!({ "fromDeliveryId": from })).send()
        };
        let rotate = |key: &'static str| {
            let call = app.post(format!("{path}/rotateSigningSecret")).token(&token());
            call.header("idempotency-key", key).send()
        };

        let accepted = replay("one", first.clone()).await.expect(202);
        app.notify().await;
        receiver.received();
        let again = replay("one", first.clone()).await.expect(202);
        assert_eq!((app.notify().await, &again.body), (0, &accepted.body));
        replay("one", json!("other")).await.expect(422);
        replay("two", first).await.expect(202);
        assert_eq!(app.notify().await, 1, "the control");

        // While two secrets hold there is no third; the day after there is.
        rotate("zero").await.expect(200);
        app.advance(SignedDuration::from_hours(23));
        let rotated = rotate("one").await.expect(200);
        app.advance(SignedDuration::from_hours(2));
        let other = rotate("two").await.expect(200).json();
        let once_more = rotate("one").await.expect(200);
        assert_eq!(once_more.body, rotated.body);
        assert_eq!((&rotated.json()["signingKeyId"], &other["signingKeyId"]), (&json!("k2"), &json!("k3")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_rotation_both_secrets_hold_for_a_day() {
    let app = app().await;
    let receiver = Receiver::new().await;
    let made = subscribe(&app, &wish("me/onlineMeetings", &receiver)).await;
    let old = made["signingSecret"].as_str().unwrap();
    let path = format!("/beta/subscriptions/{}/rotateSigningSecret", made["id"].as_str().unwrap());
    let rotated = app.post(path).token(&app.token(&app.people.ines)).await.expect(200).json();
    let new = rotated["signingSecret"].as_str().unwrap();

    app.meeting(&app.people.ines).await;
    app.notify().await;
    app.advance(SignedDuration::from_hours(24));
    app.meeting(&app.people.ines).await;
    app.notify().await;

    let [during, after] = receiver.received().try_into().unwrap();
    assert_eq!((during.header("webhook-key-id"), after.header("webhook-key-id")), ("k2 k1", "k2"));
    assert!(old != new && is_signed(&during, old) && is_signed(&during, new));
    assert!(!is_signed(&after, old) && is_signed(&after, new));
}

/// Each ends within the time that a receiver has, and holds up nobody else.
#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_is_silent_endless_or_leads_elsewhere_is_left_alone() {
    let app = app().await;
    let (elsewhere, other) = (Receiver::new().await, Receiver::new().await);
    let receiver = Receiver::new().await;
    let made = subscribe(&app, &wish("me/onlineMeetings", &receiver)).await;
    subscribe(&app, &wish("me/onlineMeetings", &other)).await;
    for (answer, said) in [
        (Answer::Redirect(elsewhere.url()), "answered 302"),
        (Answer::Silence, "no answer in time"),
        (Answer::Endless, "answered 202"),
    ] {
        receiver.answer(answer.clone());
        app.meeting(&app.people.ines).await;
        app.advance(SignedDuration::from_hours(1));

        app.notify().await;

        assert!(!receiver.received().is_empty(), "{answer:?}");
        let log = deliveries(&app, &made).await;
        assert!(log.iter().any(|one| one["answer"] == said), "{answer:?}: {log:?}");
    }
    assert!(elsewhere.received().is_empty(), "nobody is led elsewhere");
    assert_eq!(told(&other.received()).len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_says_when_it_ends_and_that_it_ended() {
    let app = app().await;
    let (receiver, lifeline) = (Receiver::new().await, Receiver::new().await);
    let mut asked = wish("me/onlineMeetings", &receiver);
    asked["lifecycleNotificationUrl"] = json!(lifeline.url());
    let made = subscribe(&app, &asked).await;
    let path = format!("/beta/subscriptions/{}", made["id"].as_str().unwrap());
    let token = || app.token(&app.people.ines);

    app.set_clock("2027-02-27T23:59:59Z");
    app.notify().await;
    let early = lifecycle(&lifeline.received());
    app.set_clock("2027-02-28T00:00:00Z");
    app.notify().await;
    let warned = lifeline.received();
    app.post(format!("{path}/reauthorize")).token(&token()).await.expect(204);
    let renewal = json!({"expirationDateTime": "2027-03-05T00:00:00Z"});
    app.patch(&path).token(&token()).json(&renewal).await.expect(200);
    app.set_clock("2027-03-04T00:00:00Z");
    app.notify().await;
    let again = lifecycle(&lifeline.received());
    app.set_clock("2027-03-05T00:00:00Z");
    app.notify().await;

    assert!(early.is_empty());
    assert_eq!(
        (lifecycle(&warned), again),
        (vec!["reauthorizationRequired".to_owned()], vec!["reauthorizationRequired".to_owned()])
    );
    let item = &warned[0].items()[0];
    assert_eq!(
        (&item["subscriptionId"], &item["clientState"], &item["resource"]),
        (&made["id"], &json!("a canary in a coal mine"), &json!("me/onlineMeetings"))
    );
    assert_eq!(lifecycle(&lifeline.received()), ["subscriptionRemoved"]);
    app.meeting(&app.people.ines).await;
    assert_eq!(app.notify().await, 0, "it is told nothing any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_to_a_meeting_ends_with_it_although_a_node_dies_between() {
    let app = app().await;
    let receiver = Receiver::new().await;
    let meeting = app.built_in("everyone").await;
    let made = subscribe(&app, &wish(&registrants_of(&meeting), &receiver)).await;
    let id = domain::subscription::SubscriptionId(made["id"].as_str().unwrap().parse().unwrap());
    app.delete(meeting.path()).token(&app.token(&app.people.ines)).await.expect(204);
    let (store, now) = (app.store(), app.now());
    store.gather(now).await.unwrap();
    let lease = SignedDuration::from_mins(3);
    let dying = store.visit_subscription(id, now, now + lease).await.unwrap().unwrap();
    let told = store.list_changes(dying.subscription.feed(), dying.after, 9).await.unwrap();
    let last = told.last().unwrap().number;
    let begun = store.begin_delivery(&dying, "{}", last, now, now).await.unwrap().unwrap();
    let taken = Tried::Delivered("answered 202".to_owned());
    assert!(store.settle_delivery(&dying, &begun, &taken, now).await.unwrap());

    app.notify().await;
    let too_early = receiver.received();
    app.advance(lease);
    app.notify().await;

    assert_eq!(lifecycle(&too_early), Vec::<String>::new(), "the control");
    assert_eq!(lifecycle(&receiver.received()), ["subscriptionRemoved"]);
    let path = format!("/beta/subscriptions/{id}");
    app.get(path).token(&app.token(&app.people.ines)).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_to_a_meeting_ends_with_it() {
    let app = app().await;
    let receiver = Receiver::new().await;
    let meeting = app.built_in("everyone").await;
    let made = subscribe(&app, &wish(&registrants_of(&meeting), &receiver)).await;
    let token = app.token(&app.people.ines);
    app.delete(meeting.path()).token(&token).await.expect(204);

    app.notify().await;

    let received = receiver.received();
    assert_eq!(told(&received), [("deleted".to_owned(), meeting.id.clone())]);
    assert_eq!(lifecycle(&received), ["subscriptionRemoved"]);
    app.get(format!("/beta/subscriptions/{}", made["id"].as_str().unwrap())).token(&token).await.expect(404);
}
