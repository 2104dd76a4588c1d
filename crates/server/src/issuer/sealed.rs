//! A request that travels through a browser and comes back unchanged.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Signs what a form carries, which makes the form its own proof of where it came from: no cookie, no session.
pub(super) struct Seal(pub(super) hmac::Key);

impl Seal {
    /// A text that [`Seal::open`] accepts.
    pub(super) fn close<T: Serialize>(&self, content: &T) -> Option<String> {
        let content = URL_SAFE_NO_PAD.encode(serde_json::to_vec(content).ok()?);
        let tag = hmac::sign(&self.0, content.as_bytes());
        Some(format!("{content}.{}", URL_SAFE_NO_PAD.encode(tag.as_ref())))
    }

    /// The content, if we closed it.
    pub(super) fn open<T: DeserializeOwned>(&self, text: &str) -> Option<T> {
        let (content, tag) = text.split_once('.')?;
        let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
        hmac::verify(&self.0, content.as_bytes(), &tag).ok()?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(content).ok()?).ok()
    }
}
