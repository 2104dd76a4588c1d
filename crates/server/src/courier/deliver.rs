//! One call to a receiver.

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use crate::outgoing::{CallProblem, Outgoing};

/// Standard Webhooks' headers, and which secrets signed, in the order of the signatures.
const ID: HeaderName = HeaderName::from_static("webhook-id");
const TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
const SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");
const KEY_ID: HeaderName = HeaderName::from_static("webhook-key-id");

/// The most bytes of an answer to a validation: the token is far shorter.
const LONGEST_TOKEN: usize = 1_024;

/// What is sent.
pub(super) struct Parcel<'p> {
    pub(super) id: &'p str,
    pub(super) timestamp: i64,
    /// One for each secret, the newest first.
    pub(super) signatures: Vec<String>,
    pub(super) key_ids: Vec<String>,
    pub(super) body: &'p str,
}

/// Sends a parcel: what the receiver said, where it took it, or else why not.
pub(super) async fn send(outgoing: &Outgoing, address: &str, parcel: &Parcel<'_>) -> Result<String, String> {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    for (name, value) in [
        (ID, parcel.id.to_owned()),
        (TIMESTAMP, parcel.timestamp.to_string()),
        (SIGNATURE, parcel.signatures.join(" ")),
        (KEY_ID, parcel.key_ids.join(" ")),
    ] {
        headers.insert(
            name,
            HeaderValue::from_str(&value).map_err(|_| "the delivery cannot be written".to_owned())?,
        );
    }
    let sent = match outgoing.read(address) {
        Ok(url) => outgoing.post(&url, headers, parcel.body.as_bytes().to_vec(), 0).await,
        Err(problem) => Err(problem),
    };
    match sent {
        Ok(answer) if answer.status.is_success() => Ok(format!("answered {}", answer.status.as_u16())),
        Ok(answer) => Err(format!("answered {}", answer.status.as_u16())),
        Err(problem) => Err(problem.to_string()),
    }
}

/// Sends a receiver a token that it has to give back as plain text, with 200.
pub(super) async fn validate(outgoing: &Outgoing, address: &str, token: &str) -> Result<(), String> {
    let url = outgoing.read(address).map_err(|problem| problem.to_string())?;
    let mut asked: Url = url;
    asked.query_pairs_mut().append_pair("validationToken", token);
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    let answer = outgoing.post(&asked, headers, Vec::new(), LONGEST_TOKEN).await;
    let answer = answer.map_err(|problem: CallProblem| problem.to_string())?;
    if answer.status.as_u16() != 200 {
        return Err(format!("it answered {} where 200 is right", answer.status.as_u16()));
    }
    let media_type = answer.content_type.as_deref().unwrap_or_default().split(';').next().unwrap_or_default();
    if !media_type.trim().eq_ignore_ascii_case("text/plain") {
        return Err("it did not answer with `text/plain`".to_owned());
    }
    if answer.text.strip_suffix(b"\n").unwrap_or(&answer.text) != token.as_bytes() {
        return Err("it did not give back the decoded `validationToken`".to_owned());
    }
    Ok(())
}
