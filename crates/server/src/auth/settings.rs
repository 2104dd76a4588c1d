//! What the operator says of an issuer.

use std::time::Duration;

use domain::ids::TenantId;
use jsonwebtoken::{Algorithm, AlgorithmFamily};

/// One issuer whose tokens are accepted, and on what terms.
#[derive(Clone, Debug)]
pub struct IssuerSettings {
    /// The issuer's name, compared with `iss` letter by letter; also where discovery starts.
    pub url: String,
    /// A token must be meant for one of these. Never the client id of an application that signs people in:
    /// its id tokens carry that.
    pub audiences: Vec<String>,
    /// Which organisation a token belongs to.
    pub tenant: TenantRule,
    /// Signature algorithms to accept. Symmetric ones are refused by [`super::Verifier::new`].
    pub algorithms: Vec<Algorithm>,
    /// Where this issuer puts what we need.
    pub claims: ClaimNames,
    /// Keys older than this are fetched anew when the next token arrives; the old ones answer meanwhile.
    /// A withdrawn key therefore works for at most twice this long while the issuer can be reached.
    pub keys_refresh: Duration,
    /// The issuer is asked for keys at most once in this time, whatever tokens arrive.
    pub keys_min_interval: Duration,
    /// A token that lives longer than this is refused: no sane issuer makes one.
    pub max_lifetime: Duration,
}

/// Which organisation the tokens of an issuer belong to.
#[derive(Clone, Debug)]
pub enum TenantRule {
    /// Always this one; a tenant claim in the token is not read.
    Fixed(TenantId),
    /// The one a claim names, if it is served here.
    Claim {
        /// The claim, `tid` at Entra.
        name: String,
        /// The organisations served. An empty list serves nobody.
        allowed: Vec<TenantId>,
    },
}

/// The names of the claims we read. The default is Entra's.
#[derive(Clone, Debug)]
pub struct ClaimNames {
    /// The person's id, a UUID.
    pub person: String,
    /// The application's id; the first that is present counts.
    pub app: Vec<String>,
    /// Delegated permissions: one text separated by blanks, or a list.
    pub scope: String,
    /// Application permissions, likewise.
    pub roles: String,
}

impl Default for ClaimNames {
    fn default() -> Self {
        Self {
            person: "oid".to_owned(),
            app: vec!["azp".to_owned(), "appid".to_owned()],
            scope: "scp".to_owned(),
            roles: "roles".to_owned(),
        }
    }
}

/// Why settings cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingsProblem {
    /// The same issuer twice.
    IssuerTwice(String),
    /// No audience, so no token could ever be accepted.
    NoAudience(String),
    /// No algorithm, or one that shares a secret with the issuer.
    Algorithm(String),
}

impl std::fmt::Display for SettingsProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::IssuerTwice(url) => write!(f, "issuer `{url}` is configured twice"),
            Self::NoAudience(url) => write!(f, "issuer `{url}` needs at least one audience"),
            Self::Algorithm(url) => {
                write!(f, "issuer `{url}` needs at least one algorithm, and none of HS256, HS384, HS512")
            }
        }
    }
}

impl std::error::Error for SettingsProblem {}

impl IssuerSettings {
    pub(super) fn check(&self) -> Result<(), SettingsProblem> {
        if self.audiences.is_empty() {
            return Err(SettingsProblem::NoAudience(self.url.clone()));
        }
        // A shared secret would let everyone who can verify a token make one.
        let symmetric = |algorithm: &Algorithm| algorithm.family() == AlgorithmFamily::Hmac;
        if self.algorithms.is_empty() || self.algorithms.iter().any(symmetric) {
            return Err(SettingsProblem::Algorithm(self.url.clone()));
        }
        Ok(())
    }
}
