//! What strangers can do to the service and to others, and what they can learn.

mod letters;
mod limits;
mod proof;
mod silence;

use serde_json::json;
use testkit::{PUBLIC_URL, TestApp, TestMeeting, TestResponse};

/// Requests without a connection come from a proxy that is believed.
const PROXY: &str = "trusted_proxies = [\"0.0.0.0\"]";

/// A registration with its page.
struct SignUp {
    meeting: TestMeeting,
    page: String,
}

/// An application with these lines in its section `[protection]`.
async fn open(lines: &str) -> TestApp {
    TestApp::builder().server(PROXY).config(&format!("[protection]\n{lines}")).build().await
}

async fn sign_up(app: &TestApp, capacity: Option<u32>) -> SignUp {
    let meeting = app.meeting(&app.people.ines).await;
    let body = json!({"allowedRegistrant": "everyone", "subject": "Reading a river", "capacity": capacity});
    let registration = app.register(&meeting, &body).await;
    let page = registration["registrationPageWebUrl"].as_str().unwrap();
    SignUp { meeting, page: page.strip_prefix(PUBLIC_URL).unwrap().to_owned() }
}

impl SignUp {
    /// The page as somebody at that address sees it.
    async fn look(&self, app: &TestApp, from: &str) -> TestResponse {
        app.get(&self.page).header("x-forwarded-for", from).await
    }

    /// A form as somebody at that address sends it.
    async fn send(&self, app: &TestApp, from: &str, email: &str, more: &[(&str, &str)]) -> TestResponse {
        let mut fields = vec![("firstName", "Odile"), ("lastName", "Marchetti"), ("email", email)];
        fields.extend(more);
        app.post(&self.page).header("x-forwarded-for", from).form(&fields).await
    }

    async fn count(&self, app: &TestApp) -> usize {
        app.registrants(&self.meeting).await.len()
    }
}

/// The value of a hidden field.
fn hidden(page: &TestResponse, name: &str) -> Option<String> {
    let text = page.text();
    let (_, rest) = text.split_once(&format!(r#"name="{name}" value=""#))?;
    rest.split('"').next().map(str::to_owned)
}

fn guest(number: usize) -> String {
    format!("guest{number:03}@pinewater.example")
}
