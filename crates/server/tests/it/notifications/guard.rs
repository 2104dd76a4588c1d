//! Where notifications are not sent: refused when a subscription is made, and each time again.

use serde_json::json;
use testkit::{Receiver, TestApp};

use super::{OWN_MACHINE, app, subscribe, wish};

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_not_public_gets_no_subscription() {
    let app = TestApp::new().await;
    let receiver = Receiver::new().await;
    let token = app.token(&app.people.ines);
    for address in [
        receiver.url(),
        receiver.url().replace("http:", "https:"),
        "https://localhost/".to_owned(),
        "https://10.1.2.3/hook".to_owned(),
        "https://169.254.169.254/latest/meta-data/".to_owned(),
        "https://[::ffff:127.0.0.1]/".to_owned(),
        "https://[fd00::1]/".to_owned(),
        "https://0x7f000001/".to_owned(),
        "https://100.64.0.1/".to_owned(),
        "file:///etc/passwd".to_owned(),
        "hook".to_owned(),
    ] {
        for member in ["notificationUrl", "lifecycleNotificationUrl"] {
            let mut body = json!({"resource": "me/onlineMeetings", "changeType": "created",
                "notificationUrl": address, "expirationDateTime": "2027-03-01T00:00:00Z"});
            body[member] = json!(address);
            let refused = app.post("/beta/subscriptions").token(&token).json(&body).await.expect(400);
            assert_eq!(refused.inner_code(), "receiverNotValidated", "{address}");
        }
    }
    assert!(receiver.received().is_empty());
}

/// The rules at the time of a delivery count, not those under which the subscription was made.
#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_judged_again_at_each_delivery() {
    let app = app().await;
    let receiver = Receiver::new().await;
    let made = subscribe(&app, &wish("me/onlineMeetings", &receiver)).await;
    app.meeting(&app.people.ines).await;
    app.notify().await;
    assert_eq!(receiver.received().len(), 1, "the control");

    let app = app.restart_with(OWN_MACHINE, "").await;
    app.meeting(&app.people.ines).await;
    app.notify().await;

    assert!(receiver.received().is_empty());
    let path = format!("/beta/subscriptions/{}/deliveries", made["id"].as_str().unwrap());
    let log = app.get(path).token(&app.token(&app.people.ines)).await.expect(200).json();
    assert_eq!(log["value"][1]["status"], "waiting");
    assert_eq!(log["value"][1]["answer"], "the address does not begin with `https://`");
}
