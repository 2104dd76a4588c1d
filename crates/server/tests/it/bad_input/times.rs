//! Times that would end before they begin, however they come together.

use serde_json::{Value, json};
use testkit::{NewMeeting, TestApp, TestMeeting};

/// A meeting from ten to eleven whose registration sets these times itself.
async fn stage(app: &TestApp, own_times: Value) -> TestMeeting {
    let new =
        NewMeeting { start: "2027-06-01T10:00:00Z", end: "2027-06-01T11:00:00Z", ..NewMeeting::default() };
    let meeting = app.meeting_with(&app.people.ines, new).await;
    let mut registration = own_times;
    registration["allowedRegistrant"] = json!("everyone");
    app.register(&meeting, &registration).await;
    meeting
}

#[tokio::test]
async fn a_cleared_end_is_the_meetings_and_still_after_the_start() {
    let app = TestApp::new().await;
    let own = json!({"startDateTime": "2027-06-01T12:00:00Z", "endDateTime": "2027-06-01T13:00:00Z"});
    let meeting = stage(&app, own).await;
    let token = app.token(&app.people.ines);
    let patch = |body: Value| app.patch(meeting.registration()).token(&token).json(&body).send();

    let refused = patch(json!({"endDateTime": null})).await.expect(400);

    assert_eq!(refused.inner_code(), "endNotAfterStart");
    patch(json!({"startDateTime": null, "endDateTime": null})).await.expect(200);
}

#[tokio::test]
async fn a_meeting_does_not_end_before_its_registration_begins() {
    let app = TestApp::new().await;
    let meeting = stage(&app, json!({"startDateTime": "2027-06-01T10:30:00Z"})).await;
    let token = app.token(&app.people.ines);
    let path = format!("/beta/me/onlineMeetings/{}", meeting.id);
    let end_at =
        |time: &str| app.patch(path.clone()).token(&token).json(&json!({"endDateTime": time})).send();

    let refused = end_at("2027-06-01T10:15:00Z").await.expect(400);

    assert_eq!((refused.inner_code(), refused.target()), ("endNotAfterStart".into(), "endDateTime".into()));
    end_at("2027-06-01T10:45:00Z").await.expect(200);
}

/// What is accepted can be read again: a date that no database or calendar holds would shut the meeting for good.
#[tokio::test]
async fn a_date_beyond_every_calendar_is_refused() {
    let app = TestApp::new().await;
    let meeting = stage(&app, json!({})).await;
    let token = app.token(&app.people.ines);
    let end_at = |time: &str| {
        app.patch(meeting.registration()).token(&token).json(&json!({"endDateTime": time})).send()
    };

    for time in ["9999-12-30T22:00:00.000001Z", "9999-12-31T23:59:59Z", "9000-01-01T00:00:00Z"] {
        let refused = end_at(time).await.expect(400);
        assert_eq!(refused.inner_code(), "invalidValue", "{time}");
    }

    end_at("8999-12-31T23:59:59.999999Z").await.expect(200);
    app.get(meeting.registration()).token(&token).await.expect(200);
}
