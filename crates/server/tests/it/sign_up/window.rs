//! From when until when people can register.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;

use serde_json::{Value, json};
use testkit::TestApp;

use super::{has_form, sign_up};

const OPENS: &str = "2027-02-01T09:20:00Z";
const CLOSES: &str = "2027-02-01T09:30:00Z";

#[tokio::test]
async fn the_page_says_when_it_opens_shows_the_form_then_and_says_since_when_it_is_closed() {
    let app = TestApp::new().await;
    let sign_up = sign_up(&app, json!({"opensDateTime": OPENS, "closesDateTime": CLOSES})).await;
    let at = async |time: &str| {
        app.set_clock(time);
        app.get(&sign_up.page).await.expect(200)
    };

    let early = at("2027-02-01T09:19:50Z").await;
    assert!(early.text().contains("Registration is not open yet") && early.text().contains("09:20 UTC"));
    let again: i64 = early.header("refresh").expect("it asks for itself again").parse().unwrap();
    assert!((11..=25).contains(&again), "{again} seconds");
    assert!(!has_form(&early));
    let long_before = at("2027-01-01T00:00:00Z").await;
    assert_eq!(
        long_before.header("refresh").unwrap().parse::<i64>().unwrap() / 60,
        5,
        "it may have been moved"
    );

    let open = at(OPENS).await;
    assert!(has_form(&open) && open.header("refresh").is_none());
    assert!(has_form(&at("2027-02-01T09:29:59.999999Z").await));

    let closed = at(CLOSES).await;
    assert!(!has_form(&closed) && closed.text().contains("Registration is closed"));
    assert!(closed.text().contains("It closed on Monday, 1 February 2027, 09:30 UTC."), "{}", closed.text());
    let over = at("2027-02-01T11:00:00Z").await;
    assert!(!has_form(&over) && over.text().contains("This meeting is over"));
}

/// Over the page and over the API alike, whatever the process remembers of the registration.
#[tokio::test]
async fn nobody_is_registered_before_the_opening_or_from_the_close_on() {
    let app = TestApp::new().await;
    let sign_up = sign_up(&app, json!({"opensDateTime": OPENS, "closesDateTime": CLOSES})).await;
    let enroll = async |name: &str| {
        let body = json!({"firstName": name, "lastName": "M", "email": format!("{name}@pinewater.example")});
        app.post(sign_up.meeting.registrants()).token(&app.token(&app.people.ines)).json(&body).await
    };

    for (time, code, message) in [
        (
            "2027-02-01T09:19:59.999999Z",
            "registrationNotOpen",
            "Registration opens at `2027-02-01T09:20:00Z`.",
        ),
        (CLOSES, "registrationClosed", "Registration closed at `2027-02-01T09:30:00Z`."),
        ("2027-02-01T11:00:00Z", "registrationEnded", "Registration ended at `2027-02-01T11:00:00Z`."),
    ] {
        app.set_clock(time);
        let refused = enroll("Early").await.expect(400).json();
        assert_eq!(refused["error"]["innerError"]["code"], code);
        assert_eq!(refused["error"]["message"], message);
        let page = sign_up.send(&app, "Late", &[]).await.expect(409).text();
        assert!(!page.contains("Check your mailbox"), "{time}");
        assert_eq!(app.registrants(&sign_up.meeting).await.len(), 0, "{time}");
    }
    app.set_clock(OPENS);
    enroll("First").await.expect(200);
    app.set_clock("2027-02-01T09:29:59.999999Z");
    sign_up.send(&app, "Last", &[]).await.expect(200);
    assert_eq!(app.registrants(&sign_up.meeting).await.len(), 2);
}

/// Another process has the old times in memory: what it decided on them is held against the version.
#[tokio::test]
async fn a_registration_that_is_closed_by_another_process_takes_nobody_through_this_one() {
    let app = TestApp::new().await;
    let sign_up = sign_up(&app, json!({})).await;
    sign_up.send(&app, "First", &[]).await.expect(200);
    let beside = app.beside().await;

    let closed = json!({"closesDateTime": "2027-02-01T09:10:00Z"});
    sign_up.patch(&beside, &closed).await.expect(200);

    let refused = sign_up.send(&app, "Second", &[]).await.expect(409);
    assert!(refused.text().contains("Registration is closed"), "{}", refused.text());
    assert_eq!(app.registrants(&sign_up.meeting).await.len(), 1);
}

/// What counts is whose turn it is: somebody who sent the form in time, and whose turn comes when it is closed, has no
/// place. PostgreSQL holds the one before them up for as long as the test wants.
#[tokio::test]
async fn whoever_waits_until_the_close_has_no_place() {
    let app = TestApp::builder().postgres().build().await;
    let sign_up = sign_up(&app, json!({"closesDateTime": CLOSES})).await;
    app.set_clock("2027-02-01T09:29:59Z");
    sign_up.send(&app, "Known", &[]).await.expect(200);
    let holder = app.db_hold("SELECT version FROM meeting FOR UPDATE").await;
    let mut in_time = pin!(sign_up.send(&app, "First", &[]));
    begin(&mut in_time).await;
    let is_held = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while app.db_count(is_held).await == 0 {}
    let mut too_late = pin!(sign_up.send(&app, "Second", &[]));
    begin(&mut too_late).await;

    app.set_clock(CLOSES);
    drop(holder);

    let (in_time, too_late) = (in_time.await.expect(200).text(), too_late.await.expect(409).text());
    assert!(in_time.contains("Check your mailbox"), "{in_time}");
    assert!(too_late.contains("Registration is closed"), "{too_late}");
    let registrants = app.registrants(&sign_up.meeting).await;
    let names: Vec<&Value> = registrants.iter().map(|registrant| &registrant["firstName"]).collect();
    assert_eq!(names, ["Known", "First"]);
}

/// Goes on as far as it comes without waiting: into the queue.
async fn begin(work: &mut Pin<&mut impl Future>) {
    poll_fn(|context| {
        assert!(work.as_mut().poll(context).is_pending());
        Poll::Ready(())
    })
    .await;
}

#[tokio::test]
async fn times_are_given_changed_cleared_and_kept() {
    let app = TestApp::new().await;
    let sign_up = sign_up(&app, json!({"opensDateTime": "2027-02-01T10:20:00+01:00"})).await;
    let times = |of: &Value| (of["opensDateTime"].clone(), of["closesDateTime"].clone());
    assert_eq!(times(&sign_up.get(&app).await), (json!(OPENS), Value::Null));

    for (body, expected) in [
        (json!({"closesDateTime": CLOSES}), (json!(OPENS), json!(CLOSES))),
        (json!({"subject": "Another"}), (json!(OPENS), json!(CLOSES))),
        (json!({"opensDateTime": null}), (Value::Null, json!(CLOSES))),
        (json!({"closesDateTime": null}), (Value::Null, Value::Null)),
    ] {
        assert_eq!(times(&sign_up.patch(&app, &body).await.expect(200).json()), expected);
        assert_eq!(times(&sign_up.get(&app).await), expected);
    }
}

#[tokio::test]
async fn times_at_which_nobody_could_register_are_refused() {
    let app = TestApp::new().await;
    let sign_up = sign_up(&app, json!({"opensDateTime": OPENS, "closesDateTime": CLOSES})).await;

    for (body, target, code) in [
        (json!({"closesDateTime": OPENS}), "closesDateTime", "closeNotAfterOpening"),
        (json!({"opensDateTime": CLOSES}), "closesDateTime", "closeNotAfterOpening"),
        (
            json!({"opensDateTime": "2027-02-01T11:00:00Z", "closesDateTime": null}),
            "opensDateTime",
            "openingNotBeforeEnd",
        ),
        (
            json!({"startDateTime": "2027-02-01T09:00:00Z", "endDateTime": OPENS}),
            "opensDateTime",
            "openingNotBeforeEnd",
        ),
        (json!({"opensDateTime": "tomorrow"}), "opensDateTime", "invalidValue"),
        (json!({"closesDateTime": "0001-01-01T00:00:00Z"}), "closesDateTime", "invalidValue"),
    ] {
        let refused = sign_up.patch(&app, &body).await.expect(400).json();
        assert_eq!(refused["error"]["innerError"]["code"], code, "{body}");
        assert_eq!(refused["error"]["target"], target, "{body}");
    }
    let after_the_end = json!({"closesDateTime": "2027-02-02T00:00:00Z"});
    sign_up.patch(&app, &after_the_end).await.expect(200);
}
