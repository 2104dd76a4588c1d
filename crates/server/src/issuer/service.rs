//! Everything the issuer's routes share.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRef;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use uuid::Uuid;

use super::code::Codes;
use super::directory::Directory;
use super::key::{Issuer, KeyFault};
use super::password::Passwords;
use super::throttle::{Suspect, Throttle};
use crate::client_address::TrustedProxies;
use crate::sealed::Seal;

/// When to come again where too many wait for a turn.
const BUSY: Duration = Duration::from_secs(1);

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Gives bytes nobody can guess.
pub type Random = Arc<dyn Fn() -> [u8; 32] + Send + Sync>;

/// What an [`IssuerService`] is made of.
pub struct ServiceParts {
    /// The key and the names in its tokens.
    pub issuer: Issuer,
    /// Accounts and applications.
    pub directory: Directory,
    /// How long its tokens live.
    pub token_lifetime: Duration,
    /// Who is believed about where a request came from.
    pub trusted_proxies: TrustedProxies,
    /// The time.
    pub clock: Clock,
    /// The source of codes and token ids.
    pub random: Random,
}

/// The built-in issuer at work.
pub struct IssuerService {
    pub(super) issuer: Issuer,
    pub(super) directory: Directory,
    pub(super) token_lifetime: Duration,
    pub(super) passwords: Passwords,
    pub(super) throttle: Throttle,
    pub(super) codes: Codes,
    pub(super) seal: Seal,
    trusted_proxies: TrustedProxies,
    clock: Clock,
    random: Random,
}

impl IssuerService {
    /// An issuer ready to serve. Hashes one password, which takes some 20 ms.
    pub fn new(parts: ServiceParts) -> Result<Self, KeyFault> {
        let ServiceParts { issuer, directory, token_lifetime, trusted_proxies, clock, random } = parts;
        Ok(Self {
            passwords: Passwords::new(random(), random()),
            seal: Seal(issuer.derive("usher sign-in form 1")?),
            throttle: Throttle::default(),
            codes: Codes::default(),
            issuer,
            directory,
            token_lifetime,
            trusted_proxies,
            clock,
            random,
        })
    }

    /// The key and the names in its tokens.
    pub fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// Whether the secret is the one that was hashed, or how long to wait because too many were wrong. The counters
    /// are asked when it is this attempt's turn: whoever sends many at once waits here and not for failures that
    /// have not happened, and guesses no more than by asking one after the other.
    pub(super) async fn prove(
        &self,
        suspects: &[Suspect],
        hash: Option<String>,
        secret: String,
    ) -> Result<bool, Duration> {
        // Whoever has to wait anyhow stands in nobody's way, and beyond so many nobody queues.
        self.throttle.look(suspects, self.now())?;
        let Some(turn) = self.passwords.turn().await else { return Err(BUSY) };
        let attempt = self.throttle.admit(suspects, self.now())?;
        let fits = self.passwords.fits(&turn, hash, secret).await;
        if fits {
            attempt.succeed();
        }
        Ok(fits)
    }

    pub(super) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    pub(super) fn new_jti(&self) -> Uuid {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&(self.random)()[..16]);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }

    pub(super) fn new_code(&self) -> String {
        URL_SAFE_NO_PAD.encode((self.random)())
    }
}

impl FromRef<Arc<IssuerService>> for TrustedProxies {
    fn from_ref(service: &Arc<IssuerService>) -> Self {
        service.trusted_proxies.clone()
    }
}
