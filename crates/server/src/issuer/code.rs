//! Authorization codes: good for one exchange within a minute.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ids::AppId;
use jiff::{SignedDuration, Timestamp};

use super::grant::Grant;

const LIFETIME: SignedDuration = SignedDuration::from_secs(60);

/// Only people who signed in within the last minute hold codes.
const CAPACITY: usize = 10_000;

/// What a code stands for.
#[derive(Clone)]
pub(super) struct Pending {
    /// What the exchange will give.
    pub(super) grant: Grant,
    /// Where the code was sent.
    pub(super) redirect_uri: String,
    /// PKCE's challenge, S256.
    pub(super) challenge: String,
    /// Whether an id token was asked for.
    pub(super) openid: bool,
    /// To be repeated in the id token.
    pub(super) nonce: Option<String>,
}

impl Pending {
    /// Whether the one who brings the code is the one who asked for it.
    pub(super) fn belongs_to(&self, app: &AppId, redirect_uri: &str, verifier: &str) -> bool {
        self.grant.app() == app && self.redirect_uri == redirect_uri && fits(&self.challenge, verifier)
    }
}

/// RFC 7636, sections 4.1 and 4.6.
fn fits(challenge: &str, verifier: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let is_verifier = (43..=128).contains(&verifier.len()) && verifier.bytes().all(is_allowed);
    let expected = digest_of(verifier);
    let given = URL_SAFE_NO_PAD.decode(challenge).unwrap_or_default();
    is_verifier && verify_slices_are_equal(&expected, &given).is_ok()
}

/// The codes out now, by the SHA-256 of each.
#[derive(Default)]
pub(super) struct Codes(Mutex<HashMap<[u8; 32], (Timestamp, Pending)>>);

impl Codes {
    /// Puts a code out; `false` when there are too many.
    pub(super) fn put(&self, code: &str, pending: Pending, now: Timestamp) -> bool {
        let mut codes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        codes.retain(|_, (made_at, _)| is_good(*made_at, now));
        if codes.len() >= CAPACITY {
            return false;
        }
        codes.insert(digest_of(code), (now, pending));
        true
    }

    /// Takes a code in. It is gone afterwards, even if whoever brought it had no right to it.
    pub(super) fn take(&self, code: &str, now: Timestamp) -> Option<Pending> {
        let mut codes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (made_at, pending) = codes.remove(&digest_of(code))?;
        is_good(made_at, now).then_some(pending)
    }
}

fn is_good(made_at: Timestamp, now: Timestamp) -> bool {
    now.duration_since(made_at) < LIFETIME
}

fn digest_of(text: &str) -> [u8; 32] {
    let digest = digest::digest(&digest::SHA256, text.as_bytes());
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest.as_ref());
    bytes
}
