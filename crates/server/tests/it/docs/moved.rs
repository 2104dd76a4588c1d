//! The sample for Rust of docs/recipes/moving-from-graph.md, to the letter.

use reqwest::Client;
use serde_json::{Value, json};

pub async fn sign_up_page(base: &str, token: &str) -> Result<String, reqwest::Error> {
    let (graph, meetings) = (Client::new(), format!("{base}/me/onlineMeetings"));
    let body = json!({
        "subject": "Ferry safety talk",
        "startDateTime": "2035-03-09T13:00:00+01:00",
        "endDateTime": "2035-03-09T14:00:00+01:00",
    });
    let made = graph.post(&meetings).bearer_auth(token).json(&body).send().await?;
    let meeting: Value = made.json().await?;

    let registration = format!("{meetings}/{}/registration", meeting["id"].as_str().unwrap_or_default());
    let body = json!({"subject": "Ferry safety talk", "allowedRegistrant": "everyone"});
    let made = graph.post(registration).bearer_auth(token).json(&body).send().await?;
    let registration: Value = made.json().await?;
    Ok(registration["registrationPageWebUrl"].as_str().unwrap_or_default().to_owned())
}
