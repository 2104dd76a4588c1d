//! Subscriptions that are renewed after their end.

use jiff::SignedDuration;
use serde_json::{Value, json};
use testkit::{Answer, Receiver, TestApp};

use super::{app, enroll, far_ahead, lifecycle, registrants_of, subscribe, told, wish};

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const THREE_DAYS: SignedDuration = SignedDuration::from_hours(72);

fn path(subscription: &Value) -> String {
    format!("/v1.0/subscriptions/{}", subscription["id"].as_str().unwrap())
}

/// Asks for ten more days.
async fn renew(app: &TestApp, subscription: &Value) -> u16 {
    let end = (app.now() + SignedDuration::from_hours(240)).to_string();
    let call = app.patch(path(subscription)).token(&app.token(&app.people.ines));
    call.json(&json!({"expirationDateTime": end})).await.status.as_u16()
}

/// Receiver and renewer are down together, as they are where they are one program. Back again, it renews and is told of
/// everything, also of what happened while its subscription was over.
#[tokio::test(flavor = "multi_thread")]
async fn who_was_down_and_renews_late_misses_nothing() {
    let app = app().await;
    let (receiver, lifeline) = (Receiver::new().await, Receiver::new().await);
    let meeting = far_ahead(&app).await;
    let mut asked = wish(&registrants_of(&meeting), &receiver);
    asked["lifecycleNotificationUrl"] = json!(lifeline.url());
    let end = (app.now() + HOUR).to_string();
    asked["expirationDateTime"] = json!(end);
    let made = subscribe(&app, &asked).await;
    receiver.answer(Answer::Status(503));
    let mut expected = vec![("created".to_owned(), enroll(&app, &meeting, "odile").await)];
    app.notify().await;
    app.advance(HOUR);
    expected.push(("created".to_owned(), enroll(&app, &meeting, "bram").await));
    app.notify().await;
    receiver.answer(Answer::Status(202));
    receiver.received();
    app.advance(SignedDuration::from_hours(24));
    expected.push(("created".to_owned(), enroll(&app, &meeting, "kaya").await));
    app.notify().await;
    let before = receiver.received();
    let shown = app.get(path(&made)).token(&app.token(&app.people.ines)).await.expect(200).json();

    let status = renew(&app, &made).await;
    app.notify().await;

    assert_eq!(told(&before), [], "the control: whoever does not renew is told nothing");
    assert_eq!(lifecycle(&lifeline.received()), ["subscriptionRemoved"], "once, when it ended");
    assert_eq!(shown["expirationDateTime"], json!(end), "it is still there, and says since when it is over");
    assert_eq!((status, told(&receiver.received())), (200, expected));
    enroll(&app, &meeting, "tamsin").await;
    assert_eq!(app.notify().await, 1, "and it goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_can_be_renewed_for_three_days_after_its_end() {
    for (late, expected) in [(THREE_DAYS - SignedDuration::from_secs(1), 200), (THREE_DAYS, 404)] {
        let app = app().await;
        let receiver = Receiver::new().await;
        let mut asked = wish("me/onlineMeetings", &receiver);
        asked["expirationDateTime"] = json!((app.now() + HOUR).to_string());
        asked["lifecycleNotificationUrl"] = json!(null);
        let made = subscribe(&app, &asked).await;
        app.meeting(&app.people.ines).await;
        receiver.answer(Answer::Status(500));
        app.notify().await;
        app.advance(HOUR);
        app.notify().await;

        app.advance(late);
        app.notify().await;

        assert_eq!(renew(&app, &made).await, expected, "{late:?}");
        let rows =
            app.db_count("SELECT (SELECT count(*) FROM subscription) + (SELECT count(*) FROM delivery)");
        assert_eq!(rows.await, if expected == 200 { 2 } else { 0 }, "what cannot be renewed is forgotten");
    }
}

/// What it had to say at its end was not taken yet, and is not so any more.
#[tokio::test(flavor = "multi_thread")]
async fn a_renewed_subscription_does_not_say_that_it_is_removed() {
    let app = app().await;
    let (receiver, lifeline) = (Receiver::new().await, Receiver::new().await);
    for is_renewed in [false, true] {
        let mut asked = wish("me/onlineMeetings", &receiver);
        asked["expirationDateTime"] = json!((app.now() + HOUR).to_string());
        asked["lifecycleNotificationUrl"] = json!(lifeline.url());
        let made = subscribe(&app, &asked).await;
        app.advance(SignedDuration::from_mins(50));
        app.notify().await;
        lifeline.answer(Answer::Status(500));
        app.advance(SignedDuration::from_mins(10));
        app.notify().await;
        lifeline.answer(Answer::Status(202));
        lifeline.received();

        if is_renewed {
            assert_eq!(renew(&app, &made).await, 200);
        }
        app.advance(HOUR);
        app.notify().await;

        let expected: &[&str] = if is_renewed { &[] } else { &["subscriptionRemoved"] };
        assert_eq!(lifecycle(&lifeline.received()), expected);
    }
}

/// A right that was lost meanwhile is not had again by renewing late.
#[tokio::test(flavor = "multi_thread")]
async fn who_may_no_longer_see_it_does_not_renew_late() {
    use domain::Role;
    use testkit::APP;
    let app = app().await;
    let receiver = Receiver::new().await;
    app.allow(APP, &app.people.ines).await;
    let token = || app.application(APP, &[Role::MeetingsReadWriteAll]);
    let mut asked = wish(&format!("users/{}/onlineMeetings", app.people.ines.id), &receiver);
    asked["expirationDateTime"] = json!((app.now() + HOUR).to_string());
    let made = app.post("/v1.0/subscriptions").token(&token()).json(&asked).await.expect(201).json();
    app.advance(HOUR);
    app.notify().await;
    app.meeting(&app.people.ines).await;
    receiver.received();
    let renewal = json!({"expirationDateTime": (app.now() + HOUR).to_string()});
    let renew = || app.patch(path(&made)).token(&token()).json(&renewal).send();

    app.disallow(&app.people.ines).await;
    renew().await.expect(403);
    app.notify().await;
    let told_without = told(&receiver.received());
    app.allow(APP, &app.people.ines).await;
    renew().await.expect(200);
    app.notify().await;

    assert_eq!((told_without.len(), told(&receiver.received()).len()), (0, 1));
}
