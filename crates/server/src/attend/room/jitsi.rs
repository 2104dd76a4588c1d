//! Jitsi with token authentication: <https://github.com/jitsi/lib-jitsi-meet/blob/master/doc/tokens.md>.

use jiff::SignedDuration;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use url::Url;

use super::Visitor;
use crate::config::{self, Secret};

/// How far the server's clock may be behind ours.
const LEEWAY: SignedDuration = SignedDuration::from_secs(60);

/// A Jitsi server.
#[derive(Clone, Debug)]
pub struct Jitsi {
    url: Url,
    app_id: String,
    app_secret: Secret,
    audience: String,
    subject: String,
    share_email: bool,
}

impl Jitsi {
    /// As configured.
    pub fn from_config(jitsi: &config::Jitsi) -> Self {
        Self {
            url: jitsi.url.clone(),
            app_id: jitsi.app_id.clone(),
            app_secret: jitsi.app_secret.clone(),
            audience: jitsi.audience.clone(),
            subject: jitsi.subject.clone(),
            share_email: jitsi.share_email,
        }
    }

    /// What stands before a room's name.
    pub fn base(&self) -> &Url {
        &self.url
    }

    /// The room's own address with a token for one person and this room alone.
    pub fn entry(&self, address: &Url, room: &str, visitor: &Visitor<'_>) -> Option<String> {
        let claims = self.claims(room, visitor);
        let key = EncodingKey::from_secret(self.app_secret.reveal().as_bytes());
        let token = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key).ok()?;
        let mut entry = address.clone();
        entry.query_pairs_mut().append_pair("jwt", &token);
        Some(entry.into())
    }

    fn claims(&self, room: &str, visitor: &Visitor<'_>) -> Value {
        let mut user = json!({"id": visitor.id, "name": visitor.name});
        if let Some(email) = visitor.email.filter(|_| self.share_email) {
            user["email"] = json!(email);
        }
        json!({
            "aud": self.audience,
            "iss": self.app_id,
            "sub": self.subject,
            // The server knows rooms by their names in small letters, whatever stands in the address.
            "room": room.to_lowercase(),
            "nbf": (visitor.now - LEEWAY).as_second(),
            "exp": visitor.until.as_second(),
            "context": {"user": user},
        })
    }
}
