//! Bearer token → [`Caller`].
//!
//! A token is believed when a configured issuer signed it with a key it publishes, in a way the operator
//! allowed, for this service, for an organisation served here, and for now. RFC 8725 and RFC 9068 say the rest.
//!
//! - The issuer is chosen by `iss`; the key by `kid` among that issuer's own. Nothing else in a token decides
//!   where a key comes from.
//! - A clock may be 60 seconds off, either way, for `exp`, `nbf` and `iat`.
//! - Keys are fetched when the first token comes, again after `keys_refresh` (the old ones answer meanwhile),
//!   and for an unknown `kid` at most once per `keys_min_interval`. Keys that nobody needed for twice
//!   `keys_refresh` are fetched before they answer again. While the issuer is away they serve for up to a week.
//! - A proven token is remembered until the second of its `exp`, and only while the issuer publishes the same
//!   keys. Its minute of grace after that is proven anew each time.

mod claims;
mod fetch;
mod keyring;
mod keys;
mod refusal;
mod remembered;
mod settings;
#[cfg(test)]
mod tests;
mod token;

use std::sync::Arc;

use axum::http::HeaderValue;
use domain::caller::{Caller, Delegated};
use jiff::Timestamp;

pub use claims::ExpectedSignIn;
pub use fetch::KeyClient;
pub(crate) use fetch::in_words;
pub use keyring::KeySource;
pub use refusal::TokenRefusal;
pub use settings::{ClaimNames, IssuerSettings, SettingsProblem, TenantRule};

use keyring::KeyRing;
use remembered::{Fingerprint, Proven, Remembered};
use token::Unproven;

/// Proves tokens. Cheap to clone; clones share keys and memory.
#[derive(Clone)]
pub struct Verifier(Arc<Inner>);

struct Inner {
    issuers: Vec<Issuer>,
    remembered: Option<Remembered>,
}

struct Issuer {
    settings: IssuerSettings,
    keys: Arc<KeyRing>,
}

impl Verifier {
    /// A verifier for these issuers. `remember` keeps up to 10,000 proven tokens, which saves their signature
    /// check; without it every token is proven every time. Asks nobody anything yet.
    pub fn new(issuers: Vec<(IssuerSettings, KeySource)>, remember: bool) -> Result<Self, SettingsProblem> {
        let mut known: Vec<Issuer> = Vec::with_capacity(issuers.len());
        for (settings, source) in issuers {
            settings.check()?;
            if known.iter().any(|other| other.settings.url == settings.url) {
                return Err(SettingsProblem::IssuerTwice(settings.url));
            }
            let keys = Arc::new(KeyRing::new(&settings, source));
            known.push(Issuer { settings, keys });
        }
        let remembered = remember.then(Remembered::new);
        Ok(Self(Arc::new(Inner { issuers: known, remembered })))
    }

    /// Who is asking, by the `Authorization` header of the request.
    ///
    /// Waits for an issuer's keys when they are not at hand, at most ten seconds; an issuer that cannot be
    /// reached is a refusal, never a fault.
    pub async fn verify(
        &self,
        authorization: Option<&HeaderValue>,
        now: Timestamp,
    ) -> Result<Arc<Caller>, TokenRefusal> {
        let token = token::bearer(authorization)?;
        let Some(remembered) = &self.0.remembered else {
            return Ok(self.prove(token, now).await?.caller);
        };

        let fingerprint = Fingerprint::of(token);
        if let Some(known) = remembered.find(fingerprint, now)
            && self.0.issuers[known.issuer].keys.generation(now).await == Some(known.generation)
        {
            return Ok(known.caller);
        }
        let proven = self.prove(token, now).await?;
        let caller = proven.caller.clone();
        remembered.keep(fingerprint, proven);
        Ok(caller)
    }

    /// Who signed in, by the id token that a sign-in of ours ended with. It is proven like every token, and is good
    /// for the one sign-in it was made for.
    pub async fn verify_sign_in(
        &self,
        id_token: &str,
        expected: &ExpectedSignIn<'_>,
        now: Timestamp,
    ) -> Result<Delegated, TokenRefusal> {
        if id_token.len() > token::MAX_TOKEN_BYTES {
            return Err(TokenRefusal::Malformed);
        }
        let token = Unproven::parse(id_token)?;
        if token.issuer() != Some(expected.issuer) {
            return Err(TokenRefusal::Issuer);
        }
        if !token.may_be_id_token() {
            return Err(TokenRefusal::Type);
        }
        let (index, _) = self.prove_signature(&token, now).await?;
        claims::read_sign_in(&token.claims, &self.0.issuers[index].settings, expected, now)
    }

    async fn prove(&self, token: &str, now: Timestamp) -> Result<Proven, TokenRefusal> {
        let token = Unproven::parse(token)?;
        if !token.may_be_access_token() {
            return Err(TokenRefusal::Type);
        }
        let (index, generation) = self.prove_signature(&token, now).await?;
        let reading = claims::read(&token.claims, &self.0.issuers[index].settings, now)?;
        Ok(Proven {
            caller: Arc::new(reading.caller),
            expires_at: reading.expires_at,
            issuer: index,
            generation,
        })
    }

    /// Which issuer signed it, and with which generation of its keys.
    async fn prove_signature(
        &self,
        token: &Unproven<'_>,
        now: Timestamp,
    ) -> Result<(usize, u64), TokenRefusal> {
        let named = token.issuer().ok_or(TokenRefusal::Issuer)?;
        let chosen = self.0.issuers.iter().position(|issuer| issuer.settings.url == named);
        let index = chosen.ok_or(TokenRefusal::Issuer)?;
        let Issuer { settings, keys } = &self.0.issuers[index];

        if !settings.algorithms.contains(&token.algorithm) {
            return Err(TokenRefusal::Algorithm);
        }
        let kid = token.kid.as_deref();
        let current = keys.current(now, |keys| keys.knows(kid, token.algorithm)).await;
        current.keys.prove(kid, token.algorithm, token.signed, &token.signature)?;
        Ok((index, current.generation))
    }
}
