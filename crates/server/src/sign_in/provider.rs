//! Whom we ask to sign somebody in.

use std::sync::Arc;

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{AppId, TenantId};
use jiff::Timestamp;
use url::Url;
use uuid::Uuid;

use super::external::External;
use crate::issuer::IssuerService;

/// The built-in issuer knows Usher's pages under this name and the organisation's id, without anybody having
/// registered them.
const BUILTIN_CLIENT: &str = "usher-sign-in-";

/// An issuer that signs people in, and the organisations whose members they are.
pub struct Provider {
    /// Its name, as in `iss`.
    pub issuer: String,
    /// The organisations it speaks for.
    pub tenants: Vec<TenantId>,
    /// How we are known there.
    pub client: Client,
}

/// How Usher's pages are known to an issuer.
pub enum Client {
    /// As the built-in issuer's own application, one for each organisation.
    Builtin(Arc<IssuerService>),
    /// As a client that somebody registered there.
    External(External),
}

/// Why a sign-in did not come to its end, in words for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfinished {
    /// The issuer, or what it answered, said no.
    Refused(&'static str),
    /// The issuer could not be asked, or answered what nobody can read.
    Away(String),
}

/// What one sign-in asks for.
pub(super) struct Ask<'a> {
    pub(super) tenant: TenantId,
    pub(super) redirect_uri: &'a str,
    pub(super) state: &'a str,
    pub(super) nonce: &'a str,
    pub(super) verifier: &'a str,
}

/// The id of Usher's pages at the built-in issuer.
pub fn builtin_client_id(tenant: TenantId) -> String {
    format!("{BUILTIN_CLIENT}{}", tenant.0)
}

/// The organisation in such an id.
pub fn builtin_tenant(client_id: &str) -> Option<TenantId> {
    let tenant = TenantId(Uuid::try_parse(client_id.strip_prefix(BUILTIN_CLIENT)?).ok()?);
    (builtin_client_id(tenant) == client_id).then_some(tenant)
}

impl Provider {
    pub(super) fn serves(&self, tenant: TenantId) -> bool {
        self.tenants.contains(&tenant)
    }

    pub(super) fn client_id(&self, tenant: TenantId) -> String {
        match &self.client {
            Client::Builtin(_) => builtin_client_id(tenant),
            Client::External(external) => external.client_id.clone(),
        }
    }

    /// Where the browser goes to sign in.
    pub(super) async fn address(&self, ask: &Ask<'_>, now: Timestamp) -> Result<Url, Unfinished> {
        let endpoint = match &self.client {
            Client::Builtin(_) => format!("{}/oauth2/v2.0/authorize", self.issuer),
            Client::External(external) => {
                external.endpoints(&self.issuer, now).await?.authorization_endpoint.clone()
            }
        };
        let mut address = Url::parse(&endpoint)
            .map_err(|_| Unfinished::Away(format!("`{endpoint}` is no address to sign in at")))?;
        let challenge = digest::digest(&digest::SHA256, ask.verifier.as_bytes());
        address.query_pairs_mut().extend_pairs([
            ("client_id", self.client_id(ask.tenant).as_str()),
            ("redirect_uri", ask.redirect_uri),
            ("response_type", "code"),
            ("scope", "openid profile email"),
            ("state", ask.state),
            ("nonce", ask.nonce),
            ("code_challenge", &URL_SAFE_NO_PAD.encode(challenge)),
            ("code_challenge_method", "S256"),
        ]);
        Ok(address)
    }

    /// Where the browser goes to end the provider's own session, if it has any. The built-in issuer keeps none.
    ///
    /// It is not asked to send anybody back: it would only do so to an address that somebody registered there, and many
    /// refuse the whole request otherwise.
    pub(super) async fn end_session(&self, tenant: TenantId, now: Timestamp) -> Option<Url> {
        let Client::External(external) = &self.client else { return None };
        let endpoints = external.endpoints(&self.issuer, now).await.ok()?;
        let mut address = Url::parse(endpoints.end_session_endpoint.as_deref()?).ok()?;
        address.query_pairs_mut().append_pair("client_id", &self.client_id(tenant));
        Some(address)
    }

    /// The id token for a code. `named_itself` says whether the answer told its issuer.
    pub(super) async fn redeem(
        &self,
        ask: &Ask<'_>,
        code: &str,
        named_itself: bool,
        now: Timestamp,
    ) -> Result<String, Unfinished> {
        match &self.client {
            Client::Builtin(_) if !named_itself => Err(Unfinished::Refused("the answer names no issuer")),
            Client::Builtin(service) => {
                let app = AppId(self.client_id(ask.tenant));
                let id_token = service.redeem_id_token(&app, code, ask.redirect_uri, ask.verifier);
                id_token.ok_or(Unfinished::Refused("the code is not good"))
            }
            Client::External(external) => {
                let endpoints = external.endpoints(&self.issuer, now).await?;
                if endpoints.always_names_itself && !named_itself {
                    return Err(Unfinished::Refused("the answer names no issuer"));
                }
                external.redeem(&endpoints, ask, code).await
            }
        }
    }
}
