//! Many registrants at once: enrolling, canceling, importing and exporting. docs/bulk.md.

mod cancel;
mod enroll;
mod export;
mod import;

use serde_json::{Value, json};
use testkit::{Call, TestApp, TestMeeting};

/// Enrols Ines's guests.
fn enroll(app: &TestApp, meeting: &TestMeeting, rows: &[Value]) -> Call {
    enroll_as(app, meeting, &app.token(&app.people.ines), rows)
}

fn enroll_as(app: &TestApp, meeting: &TestMeeting, token: &str, rows: &[Value]) -> Call {
    app.post(format!("{}/enrollRegistrants", meeting.registration()))
        .token(token)
        .json(&json!({"registrants": rows}))
}

fn guest(n: usize) -> Value {
    let email = format!("guest{n}@pinewater.example");
    json!({"firstName": "Guest", "lastName": format!("Number {n}"), "email": email})
}

/// The results of an answer.
async fn results(call: Call) -> Vec<Value> {
    call.await.expect(200).json()["value"].as_array().unwrap().clone()
}

/// One member of each result.
fn each<'r>(results: &'r [Value], member: &str) -> Vec<&'r Value> {
    results.iter().map(|result| &result[member]).collect()
}

/// `target` of each result's error, `null` where there is none.
fn targets(results: &[Value]) -> Vec<&Value> {
    results.iter().map(|result| &result["error"]["target"]).collect()
}
