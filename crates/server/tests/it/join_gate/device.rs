//! One device at a time, and doors that meetings have of their own.

use serde_json::{Value, json};
use testkit::{TestApp, TestResponse};

use super::{ROOM, came, leads_to, path, place, press};

const ONE_DEVICE: &str = "[join]\none_device = true";

#[track_caller]
fn cookie_of(response: &TestResponse) -> String {
    let set = response.header("set-cookie").expect("the device is known from now on");
    let (pair, attributes) = set.split_once("; ").unwrap();
    assert_eq!(attributes, "Path=/; Max-Age=86400; HttpOnly; SameSite=Lax; Secure");
    pair.to_owned()
}

#[tokio::test]
async fn a_second_device_is_told_of_the_first_and_takes_over_only_when_asked_to() {
    let app = TestApp::builder().config(ONE_DEVICE).build().await;
    let (_, short, graph) = place(&app, ROOM).await;
    app.set_clock("2027-02-01T09:50:00Z");
    let phone = press(&app, &short, None, false).await;
    assert_eq!(leads_to(&phone).as_str(), ROOM);
    let phone = cookie_of(&phone);

    for link in [&short, &graph] {
        let told = press(&app, link, None, false).await.expect(409);
        assert!(told.text().contains("You are in on another device"), "{}", told.text());
        assert!(!told.text().contains("meet.riverbend.example") && told.header("set-cookie").is_none());
    }
    assert_eq!(leads_to(&press(&app, &graph, Some(&phone), false).await).as_str(), ROOM, "the same device");
    let desk = press(&app, &graph, None, true).await;
    assert_eq!(leads_to(&desk).as_str(), ROOM);
    let desk = cookie_of(&desk);
    assert_ne!(desk, phone);

    press(&app, &short, Some(&phone), false).await.expect(409);
    press(&app.beside().await, &short, Some(&phone), false).await.expect(409);
    leads_to(&press(&app, &short, Some(&desk), false).await);
    app.set_clock("2027-02-01T09:55:00Z");
    leads_to(&press(&app, &short, Some(&phone), false).await);
    press(&app, &short, Some(&desk), false).await.expect(409);
    assert!(!app.db_holds(phone.split_once('=').unwrap().1), "no cookie is stored");
}

/// What looks into mails follows links, keeps no cookie and presses no button.
#[tokio::test]
async fn whoever_only_follows_the_link_locks_nobody_out_and_counts_for_nothing() {
    let app = TestApp::builder().config(ONE_DEVICE).build().await;
    let (meeting, short, graph) = place(&app, ROOM).await;
    app.set_clock("2027-02-01T09:50:00Z");

    for link in [&short, &graph, &short] {
        let page = app.get(link).await.expect(200);
        assert!(page.text().contains("The door is open") && page.text().contains("<form method=\"post\">"));
        assert!(!page.text().contains("meet.riverbend.example") && page.header("set-cookie").is_none());
        let policy = page.header("content-security-policy").unwrap();
        assert!(
            policy.contains("form-action 'self' https: http:") && !policy.contains("riverbend"),
            "{policy}"
        );
    }

    assert_eq!(came(&app, &meeting).await, [""; 0]);
    leads_to(&press(&app, &short, None, false).await);
    assert_eq!(came(&app, &meeting).await, ["2027-02-01T09:50:00Z"]);
}

#[tokio::test]
async fn how_long_a_device_is_in_is_configured() {
    let app = TestApp::builder().config(&format!("{ONE_DEVICE}\ndevice_minutes = 60")).build().await;
    let (_, short, _) = place(&app, ROOM).await;
    app.set_clock("2027-02-01T09:50:00Z");
    leads_to(&press(&app, &short, None, false).await);

    app.set_clock("2027-02-01T10:49:59Z");
    press(&app, &short, None, false).await.expect(409);
    app.set_clock("2027-02-01T10:50:00Z");
    leads_to(&press(&app, &short, None, false).await);
}

#[tokio::test]
async fn the_button_opens_nothing_that_the_link_does_not() {
    let app = TestApp::builder().config(ONE_DEVICE).build().await;
    let (meeting, short, _) = place(&app, ROOM).await;

    let early = press(&app, &short, None, true).await.expect(200);
    assert!(early.text().contains("The door is not open yet"));
    press(&app, &format!("{}A", &short[..short.len() - 1]), None, true).await.expect(404);
    app.set_clock("2027-02-01T09:50:00Z");
    press(&app, &path(&meeting.join_web_url), None, true).await.expect(403);
    app.set_clock("2027-02-01T11:00:00Z");
    press(&app, &short, None, true).await.expect(410);

    assert_eq!(app.db_count("SELECT count(*) FROM entry").await, 0);
}

/// What a meeting says goes before what the service says, in either direction.
#[tokio::test]
async fn a_meeting_has_a_door_of_its_own() {
    for (of_the_service, own, turned_away) in [("false", true, 409), ("true", false, 303)] {
        let app = TestApp::builder().config(&format!("[join]\none_device = {of_the_service}")).build().await;
        let (meeting, short, _) = place(&app, ROOM).await;
        let ines = app.token(&app.people.ines);
        let change = |body: Value| app.patch(meeting.path()).token(&ines).json(&body).send();
        let reports = format!("{}/attendanceReports", meeting.path());
        let count = async || {
            app.get(&reports).token(&ines).await.expect(200).json()["value"].as_array().unwrap().len()
        };
        app.set_clock("2027-02-01T09:15:00Z");
        let early = press(&app, &short, None, false).await.expect(200).text();

        change(json!({"joinOpensMinutesBeforeStart": 45, "joinOneDeviceAtATime": own})).await.expect(200);

        assert!(early.contains("The door is not open yet"), "the control: {early}");
        assert_eq!(count().await, 1, "a report from when its own door opens");
        press(&app, &short, None, false).await.expect(303);
        assert_eq!(press(&app, &short, None, false).await.status.as_u16(), turned_away);
        change(json!({"joinOpensMinutesBeforeStart": 44})).await.expect(200);
        let early = press(&app, &short, None, false).await.expect(200).text();
        assert!(early.contains("09:16 UTC"), "{early}");
        assert_eq!(count().await, 0);
        change(json!({"joinOpensMinutesBeforeStart": null, "joinOneDeviceAtATime": null})).await.expect(200);
        app.set_clock("2027-02-01T09:50:00Z");
        let other = press(&app, &short, None, false).await.status.as_u16();
        assert_eq!(other, 303, "nobody passed within five minutes");
        let again = press(&app, &short, None, false).await.status.as_u16();
        assert_eq!(again, if of_the_service == "true" { 409 } else { 303 }, "as the service again");
    }
}
