//! The life of a registrant: changed, approved, rejected, waiting, offered a place, gone; over the API and on pages.

mod approval;
mod changes;
mod list;

use domain::LetterKind;
use serde_json::{Value, json};
use testkit::{PUBLIC_URL, TestApp, TestMeeting, TestResponse};

/// A meeting of Ines that begins two days after the tests do.
async fn meeting(app: &TestApp, registration: Value) -> (TestMeeting, String) {
    let new = testkit::NewMeeting {
        start: "2027-02-03T10:00:00Z",
        end: "2027-02-03T11:00:00Z",
        join_url: Some("https://meet.riverbend.example/gauging"),
    };
    let meeting = app.meeting_with(&app.people.ines, new).await;
    let mut body = json!({"allowedRegistrant": "everyone", "subject": "Reading a river"});
    for (name, value) in registration.as_object().unwrap() {
        body[name] = value.clone();
    }
    let made = app.register(&meeting, &body).await;
    let page = made["registrationPageWebUrl"].as_str().map(path).unwrap_or_default();
    (meeting, page)
}

fn path(url: &str) -> String {
    url.strip_prefix(PUBLIC_URL).unwrap().to_owned()
}

/// Somebody signs up on the page.
async fn sign_up(app: &TestApp, page: &str, name: &str) -> TestResponse {
    let email = format!("{name}@pinewater.example");
    app.post(page).form(&[("firstName", name), ("lastName", "Moreau"), ("email", &email)]).await
}

/// The path of a registrant, by first name.
async fn registrant(app: &TestApp, meeting: &TestMeeting, name: &str) -> (String, Value) {
    let all = app.registrants(meeting).await;
    let found = all.into_iter().rfind(|registrant| registrant["firstName"] == name).unwrap();
    (format!("{}/{}", meeting.registrants(), found["id"].as_str().unwrap()), found)
}

/// Statuses in the order of the list.
async fn statuses(app: &TestApp, meeting: &TestMeeting) -> Vec<String> {
    let all = app.registrants(meeting).await;
    all.iter().map(|registrant| registrant["status"].as_str().unwrap().to_owned()).collect()
}

/// What is done to somebody by Ines.
async fn act(app: &TestApp, meeting: &TestMeeting, name: &str, action: &str, body: &Value) -> TestResponse {
    let (path, _) = registrant(app, meeting, name).await;
    app.post(format!("{path}/{action}")).token(&app.token(&app.people.ines)).json(body).await
}

/// The kinds of the letters that wait, in order, by name.
async fn letters(app: &TestApp) -> Vec<(String, LetterKind)> {
    let name = |to: &str| to.split('@').next().unwrap_or_default().to_owned();
    app.mail().await.iter().map(|letter| (name(&letter.to), letter.kind)).collect()
}

fn told(name: &str, kind: LetterKind) -> (String, LetterKind) {
    (name.to_owned(), kind)
}
