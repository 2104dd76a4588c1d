//! Tokens that were proven before.

use std::sync::Arc;

use aws_lc_rs::digest;
use domain::caller::Caller;
use jiff::Timestamp;
use quick_cache::sync::Cache;

/// More than enough for the clients of one service; beyond it, tokens are proven again.
const CAPACITY: usize = 10_000;

/// Proven tokens, by the SHA-256 of their text: memory never holds a token that could be stolen from it.
pub(super) struct Remembered(Cache<[u8; 32], Proven>);

/// What a token came to.
#[derive(Clone)]
pub(super) struct Proven {
    /// Who is asking.
    pub(super) caller: Arc<Caller>,
    /// The second the token ends. No skew here: whether its last minute of grace counts is decided anew.
    pub(super) expires_at: i64,
    /// Which of the configured issuers.
    pub(super) issuer: usize,
    /// Which generation of the issuer's keys proved it.
    pub(super) generation: u64,
}

/// The name of a token.
#[derive(Clone, Copy)]
pub(super) struct Fingerprint([u8; 32]);

impl Fingerprint {
    pub(super) fn of(token: &str) -> Self {
        let digest = digest::digest(&digest::SHA256, token.as_bytes());
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest.as_ref());
        Self(bytes)
    }
}

impl Remembered {
    pub(super) fn new() -> Self {
        Self(Cache::new(CAPACITY))
    }

    /// What the token came to, unless it has ended since. Whether its keys still count is the caller's to ask.
    pub(super) fn find(&self, token: Fingerprint, now: Timestamp) -> Option<Proven> {
        self.0.get(&token.0).filter(|proven| now.as_second() < proven.expires_at)
    }

    pub(super) fn keep(&self, token: Fingerprint, proven: Proven) {
        self.0.insert(token.0, proven);
    }
}
