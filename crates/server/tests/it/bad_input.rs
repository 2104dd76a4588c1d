//! Bad input: a clear error with `target` and inner code, and nothing stored.

mod bodies;
mod paths;
mod sizes;
mod times;

use serde_json::{Value, json};
use testkit::{Call, TestApp, TestMeeting};

/// One fault: what is sent, where the answer must point, and what it must call the fault.
struct Fault {
    body: Value,
    target: &'static str,
    code: &'static str,
}

fn fault(body: Value, target: &'static str, code: &'static str) -> Fault {
    Fault { body, target, code }
}

/// `body` with one member changed; `null` stands for itself.
fn with(body: &Value, member: &str, value: Value) -> Value {
    let mut body = body.clone();
    body[member] = value;
    body
}

fn without(body: &Value, member: &str) -> Value {
    let mut body = body.clone();
    body.as_object_mut().unwrap().shift_remove(member);
    body
}

/// Sends each faulty body and holds the answer against its row; none may leave a trace. `good` is the control:
/// the body that the faulty ones were made from is taken, and leaves one.
async fn check(app: &TestApp, faults: &[Fault], good: &Value, call: impl Fn() -> Call) {
    let traces = app.db_traces().await;
    for Fault { body, target, code } in faults {
        let answer = call().json(body).await;
        assert_eq!(answer.status, 400, "{body:.200} was answered {}", answer.text());
        assert_eq!(
            (answer.target().as_str(), answer.inner_code().as_str()),
            (*target, *code),
            "{}",
            answer.text()
        );
        assert_eq!(answer.json()["error"]["code"], "BadRequest");
        assert!(answer.json()["error"]["message"].as_str().is_some_and(|message| message.len() > 20));
        assert_eq!(app.db_traces().await, traces, "{body:.200} was refused, yet something was stored");
    }
    let answer = call().json(good).await;
    assert!(answer.status.is_success(), "the control was refused: {}", answer.text());
    assert_ne!(app.db_traces().await, traces);
}

/// A meeting of Ines that asks a question to be answered and one that need not be, and a good enrolment into it.
async fn asking(app: &TestApp) -> (TestMeeting, Value) {
    let meeting = app.meeting(&app.people.ines).await;
    let registration = json!({
        "allowedRegistrant": "everyone",
        "customQuestions": [
            {"displayName": "Deck or engine?", "answerInputType": "radioButton",
             "answerOptions": ["Deck", "Engine"], "isRequired": true},
            {"displayName": "Which river?", "answerInputType": "text"},
        ],
    });
    app.register(&meeting, &registration).await;
    let questions =
        app.get(meeting.questions()).token(&app.token(&meeting.organizer)).await.expect(200).json();
    let enrolment = json!({
        "firstName": "Odile",
        "lastName": "Marchetti",
        "email": "odile@pinewater.example",
        "customQuestionAnswers": [
            {"questionId": questions["value"][0]["id"], "value": "Deck"},
            {"questionId": questions["value"][1]["id"], "value": "Loire"},
        ],
    });
    (meeting, enrolment)
}
