//! One sign-in under way.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{Delegated, TenantId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;
use uuid::Uuid;

use super::SignIn;
use super::provider::{Ask, Unfinished};
use crate::auth::{ExpectedSignIn, Verifier};

const GOOD_FOR_SECONDS: i64 = 600;

/// What the browser keeps from the start of a sign-in to its end, in a cookie of its own. PKCE's verifier and the
/// nonce are not in there: they are made of `state` and of a key that stays here.
#[derive(Debug, Serialize, Deserialize)]
pub struct Flow {
    state: String,
    pub(super) issuer: String,
    tenant: Uuid,
    /// The registration whose page it began on, which is where it ends.
    pub registration: String,
    good_until: i64,
}

impl Flow {
    /// How long its cookie is kept.
    pub const SECONDS: i64 = GOOD_FOR_SECONDS;

    /// What distinguishes the cookie of this sign-in from that of another in the same browser; `None` for what is no
    /// `state` of ours.
    pub fn mark(state: &str) -> Option<&str> {
        let is_ours = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        (state.len() == 43 && state.bytes().all(is_ours)).then(|| &state[..8])
    }

    /// The parameter that comes back with the answer.
    pub fn state(&self) -> &str {
        &self.state
    }
}

impl SignIn {
    /// Begins: the sign-in and where to send the browser. `None` where nobody of that organisation can sign in.
    pub async fn begin(
        &self,
        tenant: TenantId,
        registration: &str,
        random: [u8; 32],
        now: Timestamp,
    ) -> Result<Option<(Flow, Url)>, Unfinished> {
        let Some(provider) = self.provider(tenant) else { return Ok(None) };
        let flow = Flow {
            state: URL_SAFE_NO_PAD.encode(random),
            issuer: provider.issuer.clone(),
            tenant: tenant.0,
            registration: registration.to_owned(),
            good_until: now.as_second() + GOOD_FOR_SECONDS,
        };
        let ask = Ask {
            tenant,
            redirect_uri: &self.callback,
            state: &flow.state,
            nonce: &self.nonce(&flow),
            verifier: &self.pkce_verifier(&flow),
        };
        let address = provider.address(&ask, now).await?;
        Ok(Some((flow, address)))
    }

    /// The cookie's value.
    pub fn close_flow(&self, flow: &Flow) -> Option<String> {
        self.flows.close(flow)
    }

    /// The sign-in that a cookie tells of, if it is the one that `state` belongs to and its time is not over.
    pub fn open_flow(&self, cookie: &str, state: &str, now: Timestamp) -> Option<Flow> {
        let flow: Flow = self.flows.open(cookie)?;
        (flow.state == state && now.as_second() < flow.good_until).then_some(flow)
    }

    /// Ends it: who signed in. `issuer` is the answer's `iss` (RFC 9207), which tells a mix-up of two issuers.
    pub async fn finish(
        &self,
        flow: &Flow,
        code: &str,
        issuer: Option<&str>,
        verifier: &Verifier,
        now: Timestamp,
    ) -> Result<Delegated, Unfinished> {
        let tenant = TenantId(flow.tenant);
        let provider = self.provider(tenant).filter(|provider| provider.issuer == flow.issuer);
        let provider = provider.ok_or(Unfinished::Refused("its issuer signs nobody in any longer"))?;
        if issuer.is_some_and(|issuer| issuer != flow.issuer) {
            return Err(Unfinished::Refused("another issuer answered"));
        }
        let ask = Ask {
            tenant,
            redirect_uri: &self.callback,
            state: &flow.state,
            nonce: &self.nonce(flow),
            verifier: &self.pkce_verifier(flow),
        };
        let id_token = provider.redeem(&ask, code, issuer.is_some(), now).await?;
        let client_id = provider.client_id(tenant);
        let expected = ExpectedSignIn { issuer: &provider.issuer, client_id: &client_id, nonce: ask.nonce };
        let proven = verifier.verify_sign_in(&id_token, &expected, now).await;
        proven.map_err(|refusal| Unfinished::Refused(refusal.inner_code()))
    }

    fn nonce(&self, flow: &Flow) -> String {
        self.flows.mark("nonce", &flow.state)
    }

    fn pkce_verifier(&self, flow: &Flow) -> String {
        self.flows.mark("code_verifier", &flow.state)
    }
}
