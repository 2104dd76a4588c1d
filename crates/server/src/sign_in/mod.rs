//! Signing in on Usher's own pages: OpenID Connect's authorization code flow with PKCE, then a session in a cookie.
//!
//! Nothing is kept here between two requests. What a sign-in under way and a session need is in cookies sealed with
//! keys that derive from the key of the links, so every process that opens the links opens them too.

mod external;
mod flow;
mod provider;
mod session;

use domain::TenantId;
use domain::link::LinkKey;
use jiff::Timestamp;
use url::Url;

pub use external::External;
pub use flow::Flow;
pub use provider::{Client, Provider, Unfinished, builtin_client_id, builtin_tenant};
pub use session::Session;

use crate::sealed::Seal;

/// Where issuers send people back to, below the public URL.
pub const CALLBACK_PATH: &str = "/sign-in/callback";

/// How people sign in here.
pub struct SignIn {
    providers: Vec<Provider>,
    callback: String,
    flows: Seal,
    sessions: Seal,
}

impl SignIn {
    /// Sign-ins with these providers, the first that serves an organisation being its own.
    pub fn new(providers: Vec<Provider>, public_url: &str, key: &LinkKey) -> Self {
        Self {
            providers,
            callback: format!("{public_url}{CALLBACK_PATH}"),
            flows: Seal::new(key.derive(b"sign-in 1")),
            sessions: Seal::new(key.derive(b"session 1")),
        }
    }

    /// Where members of that organisation end the session that they have at their provider.
    pub async fn end_session(&self, tenant: TenantId, now: Timestamp) -> Option<Url> {
        self.provider(tenant)?.end_session(tenant, now).await
    }

    /// Where the members of that organisation sign in.
    pub fn provider(&self, tenant: TenantId) -> Option<&Provider> {
        self.providers.iter().find(|provider| provider.serves(tenant))
    }
}
