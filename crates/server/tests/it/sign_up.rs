//! The sign-up page around its form: when it is open, what people agree to, in whose time it speaks, whom it counts, who
//! may show it in a frame, and what it looks like.

mod consent;
mod frames;
mod look;
mod visits;
mod window;
mod zones;

use serde_json::{Value, json};
use testkit::{PUBLIC_URL, TestApp, TestMeeting, TestResponse};

/// As a person's browser calls itself.
const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:147.0) Gecko/20100101 Firefox/147.0";

/// A registration for everyone, without questions, and the path of its page.
struct SignUp {
    meeting: TestMeeting,
    page: String,
}

async fn sign_up(app: &TestApp, more: Value) -> SignUp {
    let meeting = app.meeting(&app.people.ines).await;
    let mut body = json!({"allowedRegistrant": "everyone", "subject": "Reading a river"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let registration = app.register(&meeting, &body).await;
    let page = registration["registrationPageWebUrl"].as_str().unwrap();
    SignUp { meeting, page: page.strip_prefix(PUBLIC_URL).unwrap().to_owned() }
}

impl SignUp {
    /// Sends the form for somebody of that name, with what else it holds.
    async fn send(&self, app: &TestApp, name: &str, more: &[(&str, &str)]) -> TestResponse {
        let email = format!("{}@pinewater.example", name.to_lowercase());
        let mut fields =
            vec![("firstName", name), ("lastName", "Marchetti"), ("email", &*email), ("nonce", name)];
        fields.extend(more);
        app.post(&self.page).form(&fields).await
    }

    async fn patch(&self, app: &TestApp, body: &Value) -> TestResponse {
        app.patch(self.meeting.registration()).token(&app.token(&self.meeting.organizer)).json(body).await
    }

    async fn get(&self, app: &TestApp) -> Value {
        let token = app.token(&self.meeting.organizer);
        app.get(self.meeting.registration()).token(&token).await.expect(200).json()
    }
}

/// Whether there is a form to register with.
fn has_form(page: &TestResponse) -> bool {
    page.text().contains("name=\"firstName\"")
}
