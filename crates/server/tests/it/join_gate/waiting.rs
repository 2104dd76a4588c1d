//! In front of the door.

use serde_json::json;
use testkit::TestApp;

use super::{ROOM, external_place, leads_to, place};

/// Seconds after which the page asks for itself again.
async fn looks_again_after(app: &TestApp, link: &str) -> i64 {
    let page = app.get(link).await.expect(200);
    assert!(page.text().contains("The door is not open yet") && !page.text().contains("http-equiv"));
    page.header("refresh").unwrap().parse().unwrap()
}

/// Nobody has to come back by hand.
#[tokio::test]
async fn an_early_page_asks_again_when_the_door_opens_and_then_lets_in() {
    let app = TestApp::new().await;
    let (_, short, graph) = place(&app, ROOM).await;

    let far = looks_again_after(&app, &short).await;
    assert!((300..320).contains(&far), "every few minutes, in case the meeting is moved: {far}");
    app.set_clock("2027-02-01T09:33:00Z");
    let counted = app.get(&short).await.expect(200).text();
    assert!(
        counted.contains("It opens in 12 minutes.") && counted.contains("data-left=\"720\""),
        "{counted}"
    );
    app.set_clock("2027-02-01T09:44:20.5Z");
    for link in [&short, &graph] {
        let near = looks_again_after(&app, link).await;
        assert!((40..60).contains(&near), "{near}");
        app.set_clock("2027-02-01T09:44:20.5Z");
        app.advance(jiff::SignedDuration::from_secs(near));
        assert_eq!(leads_to(&app.get(link).await).as_str(), ROOM);
        app.set_clock("2027-02-01T09:44:20.5Z");
    }
}

#[tokio::test]
async fn a_crowd_before_the_door_does_not_come_in_the_same_second() {
    let app = TestApp::new().await;
    let meeting = app.external("everyone").await;
    app.set_clock("2027-02-01T09:44:00Z");

    let mut seconds = std::collections::BTreeSet::new();
    for n in 0..40 {
        let link = external_place(&app, &meeting, &format!("ticket {n}")).await;
        let wait = looks_again_after(&app, &link).await;
        assert_eq!(looks_again_after(&app, &link).await, wait, "one person keeps to one second");
        seconds.insert(wait);
    }

    assert!(seconds.len() > 5, "{seconds:?}");
    assert!(seconds.iter().all(|wait| (61..=75).contains(wait)), "{seconds:?}");
}

#[tokio::test]
async fn whoever_waits_for_the_address_is_let_in_when_it_is_there() {
    let app = TestApp::new().await;
    let (meeting, short, _) = place(&app, ROOM).await;
    let ines = app.token(&app.people.ines);
    app.patch(meeting.path()).token(&ines).json(&json!({"joinUrl": null})).await.expect(200);
    app.set_clock("2027-02-01T10:00:00Z");

    let page = app.get(&short).await.expect(200);
    let wait: i64 = page.header("refresh").unwrap().parse().unwrap();
    assert!((61..=75).contains(&wait), "{wait}");
    app.patch(meeting.path()).token(&ines).json(&json!({"joinUrl": ROOM})).await.expect(200);

    assert_eq!(leads_to(&app.get(&short).await).as_str(), ROOM);
}
