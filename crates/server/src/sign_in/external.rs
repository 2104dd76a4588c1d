//! An issuer elsewhere: where its endpoints are, and exchanging a code there.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::Deserialize;
use tokio::sync::Mutex;
use url::form_urlencoded::{self, Serializer};

use super::provider::{Ask, Unfinished};
use crate::auth::KeyClient;
use crate::config::Secret;

/// A client at an issuer elsewhere.
pub struct External {
    pub(super) client_id: String,
    secret: Option<Secret>,
    http: KeyClient,
    refresh: Duration,
    min_interval: Duration,
    /// Whoever holds this may be asking the issuer; all others wait for that answer.
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    endpoints: Option<(Timestamp, Arc<Endpoints>)>,
    asked_at: Option<Timestamp>,
}

/// What its discovery document says.
#[derive(Debug, Deserialize)]
pub(super) struct Endpoints {
    issuer: String,
    pub(super) authorization_endpoint: String,
    token_endpoint: String,
    /// Where its own session of the person ends (OpenID Connect RP-Initiated Logout).
    #[serde(default)]
    pub(super) end_session_endpoint: Option<String>,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
    /// Whether every answer carries `iss` (RFC 9207).
    #[serde(default, rename = "authorization_response_iss_parameter_supported")]
    pub(super) always_names_itself: bool,
}

#[derive(Deserialize)]
struct Tokens {
    id_token: String,
}

impl External {
    /// A client with that id, and a secret if it has one.
    pub fn new(
        client_id: String,
        secret: Option<Secret>,
        http: KeyClient,
        refresh: Duration,
        min_interval: Duration,
    ) -> Self {
        Self { client_id, secret, http, refresh, min_interval, held: Mutex::default() }
    }

    /// Where to sign in and where to exchange codes. The last answer serves while the issuer is away.
    pub(super) async fn endpoints(&self, issuer: &str, now: Timestamp) -> Result<Arc<Endpoints>, Unfinished> {
        let mut held = self.held.lock().await;
        let age = |then: Timestamp| now.duration_since(then).unsigned_abs();
        let is_fresh = held.endpoints.as_ref().is_some_and(|(since, _)| age(*since) < self.refresh);
        let may_ask = held.asked_at.is_none_or(|asked_at| age(asked_at) >= self.min_interval);
        if !is_fresh && may_ask {
            held.asked_at = Some(now);
            match self.discover(issuer).await {
                Ok(endpoints) => held.endpoints = Some((now, Arc::new(endpoints))),
                Err(reason) => {
                    tracing::warn!(issuer, %reason, "where people sign in could not be asked");
                }
            }
        }
        let known = held.endpoints.as_ref().map(|(_, endpoints)| Arc::clone(endpoints));
        known.ok_or_else(|| Unfinished::Away("its discovery document could not be read".to_owned()))
    }

    async fn discover(&self, issuer: &str) -> Result<Endpoints, String> {
        let mut endpoints: Endpoints = self.http.discover(issuer).await?;
        if endpoints.issuer != issuer {
            return Err(format!("its discovery document calls it `{}`", endpoints.issuer));
        }
        let is_https = issuer.starts_with("https:");
        endpoints.end_session_endpoint.take_if(|address| is_https && !address.starts_with("https:"));
        let both = [&endpoints.authorization_endpoint, &endpoints.token_endpoint];
        if is_https && !both.into_iter().all(|address| address.starts_with("https:")) {
            return Err("its endpoints are not offered over https".to_owned());
        }
        Ok(endpoints)
    }

    pub(super) async fn redeem(
        &self,
        endpoints: &Endpoints,
        ask: &Ask<'_>,
        code: &str,
    ) -> Result<String, Unfinished> {
        let secret = self.secret.as_ref().map(Secret::reveal);
        let basic = secret.filter(|_| endpoints.takes_basic()).map(|secret| self.basic(secret));
        let form = self.form(ask, code, secret.filter(|_| basic.is_none()), basic.is_none());
        let tokens = self.http.post(&endpoints.token_endpoint, basic.as_deref(), form).await;
        let tokens: Option<Tokens> = tokens.map_err(Unfinished::Away)?;
        let tokens = tokens.ok_or(Unfinished::Refused("the issuer refuses the code or the client"))?;
        Ok(tokens.id_token)
    }

    fn form(&self, ask: &Ask<'_>, code: &str, secret: Option<&str>, names_itself: bool) -> String {
        let parameters = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", ask.redirect_uri),
            ("code_verifier", ask.verifier),
        ];
        Serializer::new(String::new())
            .extend_pairs(parameters)
            .extend_pairs(names_itself.then_some(("client_id", &*self.client_id)))
            .extend_pairs(secret.map(|secret| ("client_secret", secret)))
            .finish()
    }

    /// RFC 6749, section 2.3.1: both halves are form-encoded before base64.
    fn basic(&self, secret: &str) -> String {
        let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let both = format!("{}:{}", encode(&self.client_id), encode(secret));
        format!("Basic {}", STANDARD.encode(both))
    }
}

impl Endpoints {
    /// Where nothing is said, it does (OpenID Connect Discovery, section 3).
    fn takes_basic(&self) -> bool {
        let takes =
            |method: &str| self.token_endpoint_auth_methods_supported.iter().any(|known| known == method);
        takes("client_secret_basic") || !takes("client_secret_post")
    }
}
