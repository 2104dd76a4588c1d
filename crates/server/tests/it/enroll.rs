//! Getting a place, by the API.

mod audience;
mod idempotency;
mod place;
mod race;

use serde_json::{Value, json};
use testkit::{Call, TestApp, TestMeeting};

/// An enrolment of somebody no directory knows.
fn guest(n: usize) -> Value {
    let email = format!("guest{n}@pinewater.example");
    json!({"firstName": "Guest", "lastName": format!("Number {n}"), "email": email})
}

/// An enrolment of Ines's application for external registrants.
fn ticket(id: &str) -> Value {
    json!({"@odata.type": "#microsoft.graph.externalMeetingRegistrant", "id": id})
}

/// An enrolment by Tomas, who may enroll himself and, under `everyone`, anybody.
fn by_tomas(app: &TestApp, meeting: &TestMeeting, body: &Value) -> Call {
    app.post(meeting.registrants()).token(&app.token(&app.people.tomas)).json(body)
}

/// A meeting of Ines with a built-in registration of so many places.
async fn places(app: &TestApp, capacity: Option<usize>) -> TestMeeting {
    let meeting = app.meeting(&app.people.ines).await;
    app.register(&meeting, &json!({"allowedRegistrant": "everyone", "capacity": capacity})).await;
    meeting
}

fn statuses(registrants: &[Value]) -> Vec<&str> {
    registrants.iter().map(|registrant| registrant["status"].as_str().unwrap()).collect()
}
