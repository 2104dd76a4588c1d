//! Change notifications and delta queries, through the front door and to a real receiver.

mod access;
mod asking;
mod delivery;
mod delta;
mod guard;
mod killed;
mod late;
mod nodes;
mod rude;
mod subscriptions;

use domain::Role;
use serde_json::{Value, json};
use testkit::{APP, NewMeeting, Received, Receiver, TestApp, TestMeeting};

/// An application whose notifications may go to this machine.
pub async fn app() -> TestApp {
    TestApp::builder().config(OWN_MACHINE).build().await
}

pub const OWN_MACHINE: &str = "[subscriptions]\nhttp_to_loopback = true\ntimeout_seconds = 1";

/// What a subscription is asked for with.
pub fn wish(resource: &str, receiver: &Receiver) -> Value {
    json!({
        "resource": resource,
        "changeType": "created,updated,deleted",
        "notificationUrl": receiver.url(),
        "lifecycleNotificationUrl": receiver.url(),
        "clientState": "a canary in a coal mine",
        "expirationDateTime": "2027-03-01T00:00:00Z",
    })
}

/// The registrants of a meeting as a resource.
pub fn registrants_of(meeting: &TestMeeting) -> String {
    meeting.registrants().trim_start_matches("/beta/").to_owned()
}

/// A meeting of Ines, weeks ahead, that anybody may register for.
pub async fn far_ahead(app: &TestApp) -> TestMeeting {
    let new =
        NewMeeting { start: "2027-02-20T10:00:00Z", end: "2027-02-20T11:00:00Z", ..NewMeeting::default() };
    let meeting = app.meeting_with(&app.people.ines, new).await;
    app.register(&meeting, &json!({"allowedRegistrant": "everyone"})).await;
    meeting
}

/// Subscribes Ines, signed in; the answer.
pub async fn subscribe(app: &TestApp, wish: &Value) -> Value {
    let token = app.token(&app.people.ines);
    app.post("/v1.0/subscriptions").token(&token).json(wish).await.expect(201).json()
}

/// Enrolls somebody of that name; the registrant's id.
pub async fn enroll(app: &TestApp, meeting: &TestMeeting, name: &str) -> String {
    app.allow(APP, &app.people.ines).await;
    let body =
        json!({"firstName": name, "lastName": "Marchetti", "email": format!("{name}@pinewater.example")});
    let token = app.application(APP, &[Role::MeetingsReadWriteAll]);
    app.post(meeting.registrants()).token(&token).json(&body).await.expect(200);
    let all = app.registrants(meeting).await;
    all.last().unwrap()["id"].as_str().unwrap().to_owned()
}

/// What was told of, in order: the kind of change and the id of what changed.
pub fn told(received: &[Received]) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    received
        .iter()
        .filter(|one| one.is_taken && one.lifecycle().is_empty())
        .flat_map(Received::items)
        .map(|item| (text(&item["changeType"]), text(&item["resourceData"]["id"])))
        .collect()
}

/// Which lifecycle events were told of.
pub fn lifecycle(received: &[Received]) -> Vec<String> {
    received.iter().map(Received::lifecycle).filter(|event| !event.is_empty()).collect()
}
