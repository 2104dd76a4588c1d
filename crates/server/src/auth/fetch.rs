//! Asking an issuer for its keys.

use std::time::Duration;

use jsonwebtoken::jwk::{Jwk, JwkSet};
use reqwest::redirect::Policy;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Both requests together may take this long.
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// No issuer needs more for a document or a set of keys.
const SIZE_LIMIT_BYTES: usize = 1024 * 1024;

/// The client for an issuer's documents: it follows no redirects, so that an answer comes from where the
/// operator pointed us or not at all.
#[derive(Clone, Debug)]
pub struct KeyClient(reqwest::Client);

impl KeyClient {
    /// Finishes a client, which may already carry root certificates or a proxy. A fault means that TLS could
    /// not be set up.
    pub fn build(builder: reqwest::ClientBuilder) -> Result<Self, reqwest::Error> {
        builder.redirect(Policy::none()).timeout(TIME_LIMIT).build().map(Self)
    }

    /// The keys the issuer publishes now, or what went wrong, in words for the log.
    pub(crate) async fn fetch(&self, issuer: &str) -> Result<JwkSet, String> {
        let both = async {
            let discovery: Discovery = self.discover(issuer).await?;
            check(&discovery, issuer)?;
            let published: PublishedKeys = self.get(&discovery.jwks_uri).await?;
            Ok(published.readable())
        };
        tokio::time::timeout(TIME_LIMIT, both).await.unwrap_or_else(|_| Err("it took too long".to_owned()))
    }

    /// The issuer's discovery document, nothing in it checked.
    pub(crate) async fn discover<T: DeserializeOwned>(&self, issuer: &str) -> Result<T, String> {
        self.get(&format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'))).await
    }

    async fn get<T: DeserializeOwned>(&self, address: &str) -> Result<T, String> {
        self.read(address, self.send(self.0.get(address)).await?).await
    }

    /// Sends a form and reads the JSON that is answered; `None` when the form or its sender is refused.
    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        address: &str,
        authorization: Option<&str>,
        form: String,
    ) -> Result<Option<T>, String> {
        Ok(self.post_form(address, authorization, form).await?.ok())
    }

    /// The same; a refusal gives its error code (RFC 6749, section 5.2).
    pub(crate) async fn post_form<T: DeserializeOwned>(
        &self,
        address: &str,
        authorization: Option<&str>,
        form: String,
    ) -> Result<Result<T, String>, String> {
        let request = self.0.post(address).header("content-type", "application/x-www-form-urlencoded");
        let request = match authorization {
            Some(authorization) => request.header("authorization", authorization),
            None => request,
        };
        let answer = self.send(request.body(form)).await?;
        if [400, 401].contains(&answer.status().as_u16()) {
            let refusal: Option<RefusedForm> = Self::read_body(address, answer).await.ok();
            return Ok(Err(refusal.map_or("no reason given".to_owned(), RefusedForm::code)));
        }
        self.read(address, answer).await.map(Ok)
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<reqwest::Response, String> {
        let answer = request.header("accept", "application/json").send().await;
        answer.map_err(|fault| in_words(&fault))
    }

    async fn read<T: DeserializeOwned>(&self, address: &str, answer: reqwest::Response) -> Result<T, String> {
        if !answer.status().is_success() {
            return Err(format!("{address} answered {}", answer.status()));
        }
        Self::read_body(address, answer).await
    }

    async fn read_body<T: DeserializeOwned>(
        address: &str,
        mut answer: reqwest::Response,
    ) -> Result<T, String> {
        let mut body = Vec::new();
        while let Some(piece) = answer.chunk().await.map_err(|fault| in_words(&fault))? {
            if body.len() + piece.len() > SIZE_LIMIT_BYTES {
                return Err(format!("{address} answered more than 1 MiB"));
            }
            body.extend_from_slice(&piece);
        }
        serde_json::from_slice(&body).map_err(|problem| format!("{address}: {problem}"))
    }
}

#[derive(Deserialize)]
struct RefusedForm {
    error: String,
}

impl RefusedForm {
    /// It goes into logs: no more than a code may hold.
    fn code(self) -> String {
        let is_plain = |letter: &char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.');
        self.error.chars().filter(is_plain).take(60).collect()
    }
}

#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
}

fn check(discovery: &Discovery, issuer: &str) -> Result<(), String> {
    if discovery.issuer != issuer {
        return Err(format!("its discovery document calls it `{}`", discovery.issuer));
    }
    if issuer.starts_with("https:") && !discovery.jwks_uri.starts_with("https:") {
        return Err("its keys are not offered over https".to_owned());
    }
    Ok(())
}

/// Kept raw at first, so that one key we cannot read does not cost us the others.
#[derive(Deserialize)]
struct PublishedKeys {
    keys: Vec<Value>,
}

impl PublishedKeys {
    fn readable(self) -> JwkSet {
        let keys = self.keys.into_iter().filter_map(|key| serde_json::from_value::<Jwk>(key).ok());
        JwkSet { keys: keys.collect() }
    }
}

/// The whole chain: the outermost error of an HTTP client says little.
pub(crate) fn in_words(fault: &dyn std::error::Error) -> String {
    let mut words = fault.to_string();
    let mut cause = fault.source();
    while let Some(inner) = cause {
        words = format!("{words}: {inner}");
        cause = inner.source();
    }
    words
}
