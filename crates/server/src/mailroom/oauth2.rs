//! Tokens to log in by at the mail server, where it takes no password.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use tokio::sync::Mutex;
use url::Url;
use url::form_urlencoded::Serializer;

use super::smtp::Unusable;
use crate::auth::KeyClient;
use crate::clock::Clock;
use crate::config::{self, Secret};

/// A token is renewed so long before its end: what is begun with it shall be finished with it.
const BEFORE_ITS_END: SignedDuration = SignedDuration::from_mins(2);
/// How long one lives that does not say.
const USUAL_LIFE: i64 = 3_600;
/// The longest that getting one may take.
pub(super) const LONGEST_FETCH: Duration = Duration::from_secs(10);

/// Where tokens come from. Everybody who needs one at once waits for the same.
pub struct TokenSource {
    url: Url,
    client_id: String,
    client_secret: Option<Secret>,
    scope: Option<String>,
    http: KeyClient,
    clock: Clock,
    held: Mutex<Held>,
}

struct Held {
    /// The last one given: issuers may take the one before out of use.
    refresh_token: Option<String>,
    token: Option<(String, Timestamp)>,
}

#[derive(Deserialize)]
struct Given {
    access_token: String,
    expires_in: Option<i64>,
    refresh_token: Option<String>,
}

impl TokenSource {
    /// As configured; `None` without a token endpoint.
    pub fn from_config(settings: &config::OAuth2, clock: &Clock) -> Result<Option<Self>, Unusable> {
        let (Some(url), Some(client_id)) = (settings.token_url.clone(), settings.client_id.clone()) else {
            return Ok(None);
        };
        let http = KeyClient::build(reqwest::Client::builder())
            .map_err(|error| Unusable(format!("no encrypted connection can be made: {error}")))?;
        let refresh_token = settings.refresh_token.as_ref().map(|token| token.reveal().to_owned());
        Ok(Some(Self {
            url,
            client_id,
            client_secret: settings.client_secret.clone(),
            scope: settings.scope.clone(),
            http,
            clock: clock.clone(),
            held: Mutex::new(Held { refresh_token, token: None }),
        }))
    }

    /// A token that can be used now; otherwise why not, without secrets.
    pub(super) async fn token(&self) -> Result<String, String> {
        self.other_than("").await
    }

    /// The same, once `refused` was not taken.
    pub(super) async fn other_than(&self, refused: &str) -> Result<String, String> {
        let mut held = self.held.lock().await;
        let now = self.clock.now();
        if let Some((token, until)) = &held.token
            && *until > now
            && token != refused
        {
            return Ok(token.clone());
        }
        held.token = None;
        let given = self.fetch(held.refresh_token.as_deref()).await?;
        let life = SignedDuration::from_secs(given.expires_in.unwrap_or(USUAL_LIFE).clamp(0, 86_400));
        let until = now.saturating_add(life.saturating_sub(BEFORE_ITS_END)).unwrap_or(now);
        held.token = Some((given.access_token.clone(), until));
        if given.refresh_token.is_some() {
            held.refresh_token = given.refresh_token;
        }
        Ok(given.access_token)
    }

    async fn fetch(&self, refresh_token: Option<&str>) -> Result<Given, String> {
        let grant = if refresh_token.is_some() { "refresh_token" } else { "client_credentials" };
        let form = Serializer::new(String::new())
            .append_pair("grant_type", grant)
            .append_pair("client_id", &self.client_id)
            .extend_pairs(self.client_secret.as_ref().map(|secret| ("client_secret", secret.reveal())))
            .extend_pairs(self.scope.as_deref().map(|scope| ("scope", scope)))
            .extend_pairs(refresh_token.map(|token| ("refresh_token", token)))
            .finish();
        let answer = self.http.post_form(self.url.as_str(), None, form).await;
        let answer = answer.map_err(|problem| format!("no token could be had: {problem}"))?;
        answer.map_err(|code| format!("the token endpoint refuses us: `{code}`"))
    }
}
