//! What travels through a browser and comes back unchanged.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Signs what a form or a cookie carries, which makes it its own proof of where it came from. Whoever carries it can
/// read it.
pub(crate) struct Seal(pub(crate) hmac::Key);

impl Seal {
    /// A seal with that key.
    pub(crate) fn new(key: [u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, &key))
    }

    /// A text that [`Seal::open`] accepts.
    pub(crate) fn close<T: Serialize>(&self, content: &T) -> Option<String> {
        let content = URL_SAFE_NO_PAD.encode(serde_json::to_vec(content).ok()?);
        let tag = hmac::sign(&self.0, content.as_bytes());
        Some(format!("{content}.{}", URL_SAFE_NO_PAD.encode(tag.as_ref())))
    }

    /// The content, if we closed it.
    pub(crate) fn open<T: DeserializeOwned>(&self, text: &str) -> Option<T> {
        let (content, tag) = text.split_once('.')?;
        let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
        hmac::verify(&self.0, content.as_bytes(), &tag).ok()?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(content).ok()?).ok()
    }

    /// What nobody else can make of `text`: 43 characters, other ones for another use.
    pub(crate) fn mark(&self, usage: &str, text: &str) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.0, &marked(usage, text)).as_ref())
    }

    /// Whether `mark` is what [`Seal::mark`] makes of `text`.
    pub(crate) fn is_mark(&self, usage: &str, text: &str, mark: &str) -> bool {
        let mark = URL_SAFE_NO_PAD.decode(mark).unwrap_or_default();
        hmac::verify(&self.0, &marked(usage, text), &mark).is_ok()
    }
}

/// No content of a seal holds the byte in the middle, so neither is ever taken for the other.
fn marked(usage: &str, text: &str) -> Vec<u8> {
    [usage.as_bytes(), &[0], text.as_bytes()].concat()
}
