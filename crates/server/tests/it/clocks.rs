//! Clocks that jump, days of 23 hours, and days that most years do not have: reminders come once, at the right time.

use std::sync::Arc;

use domain::LetterKind;
use serde_json::json;
use server::mailroom::MailboxLetter;
use testkit::{NewMeeting, TestApp};

/// Somebody registered for a meeting from `start` to `end` in an organisation in Berlin, their confirmation sent.
async fn registered(start: &'static str, end: &'static str) -> TestApp {
    let app = TestApp::builder().tenant("zone = \"Europe/Berlin\"").build().await;
    let meeting =
        app.meeting_with(&app.people.ines, NewMeeting { start, end, ..NewMeeting::default() }).await;
    app.register(&meeting, &json!({"allowedRegistrant": "everyone"})).await;
    let body = json!({"firstName": "Odile", "lastName": "Marchetti", "email": "odile@pinewater.example"});
    app.post(meeting.registrants()).token(&app.token(&app.people.tomas)).json(&body).await.expect(200);
    assert_eq!(app.mail().await.len(), 1, "the confirmation");
    app
}

async fn reminders_at(app: &TestApp, now: &str) -> Vec<Arc<MailboxLetter>> {
    app.set_clock(now);
    let letters = app.mail().await;
    assert!(letters.iter().all(|letter| letter.kind == LetterKind::Reminder));
    letters
}

#[tokio::test]
async fn a_clock_that_jumps_sends_no_reminder_twice_and_leaves_none_out() {
    let app = registered("2027-03-09T10:00:00Z", "2027-03-09T11:00:00Z").await;

    assert_eq!(reminders_at(&app, "2027-03-08T09:59:59Z").await.len(), 0);
    assert_eq!(reminders_at(&app, "2027-03-08T10:00:01Z").await.len(), 1);
    assert_eq!(reminders_at(&app, "2027-03-08T09:00:00Z").await.len(), 0, "an hour back");
    assert_eq!(reminders_at(&app, "2027-03-08T11:30:00Z").await.len(), 0, "and forward again");
    assert_eq!(reminders_at(&app, "2027-03-09T09:59:00Z").await.len(), 1, "over the moment of the last one");
    assert_eq!(reminders_at(&app, "2027-03-09T08:59:00Z").await.len(), 0);
    assert_eq!(reminders_at(&app, "2027-03-09T10:30:00Z").await.len(), 0);
}

/// On 28 March 2027 Berlin goes from UTC+1 to UTC+2 at 01:00 UTC.
#[tokio::test]
async fn a_day_before_is_24_hours_also_where_a_day_has_23_and_the_time_is_that_of_the_meetings_day() {
    let app = registered("2027-03-28T08:00:00Z", "2027-03-28T09:00:00Z").await;

    assert_eq!(reminders_at(&app, "2027-03-27T07:59:59Z").await.len(), 0);
    let [reminder] = &reminders_at(&app, "2027-03-27T08:00:01Z").await[..] else { panic!("one reminder") };

    assert!(reminder.text.contains("28 March 2027") && reminder.text.contains("10:00"), "{}", reminder.text);
    assert!(!reminder.text.contains("09:00 (UTC+1)"), "{}", reminder.text);
}

#[tokio::test]
async fn the_day_before_the_first_of_march_is_a_leap_day_where_there_is_one() {
    let app = registered("2028-03-01T10:00:00Z", "2028-03-01T11:00:00Z").await;

    assert_eq!(reminders_at(&app, "2028-02-28T23:00:00Z").await.len(), 0);
    assert_eq!(reminders_at(&app, "2028-02-29T10:00:01Z").await.len(), 1);
}
