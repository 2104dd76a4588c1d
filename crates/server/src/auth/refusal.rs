//! Why a token was not believed.

use std::borrow::Cow;

use axum::http::HeaderValue;

/// Why a token was not believed: always answered with 401.
///
/// Messages tell the developer of a client what to look at. They never repeat anything out of the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenRefusal {
    /// No bearer token came.
    Missing,
    /// Not a signed JWT, or longer than 16 KiB.
    Malformed,
    /// Its time is over.
    Expired,
    /// Its time has not come, or it claims to have been made in the future.
    NotYetValid,
    /// Made for somebody else.
    Audience,
    /// From an issuer we do not know.
    Issuer,
    /// Signed in a way that is not allowed, or not with a key of that kind.
    Algorithm,
    /// Signed with a key its issuer does not publish, or publishes no longer.
    KeyUnknown,
    /// The signature does not fit.
    Signature,
    /// Of an organisation that is not served here.
    Tenant,
    /// A claim is missing or says nothing we can use; the text names it.
    Claims(Cow<'static, str>),
    /// A token, but not an access token.
    Type,
}

impl TokenRefusal {
    /// The documented inner code of the error body.
    pub fn inner_code(&self) -> &'static str {
        match self {
            Self::Missing => "tokenMissing",
            Self::Malformed => "tokenMalformed",
            Self::Expired => "tokenExpired",
            Self::NotYetValid => "tokenNotYetValid",
            Self::Audience => "tokenAudience",
            Self::Issuer => "tokenIssuer",
            Self::Algorithm => "tokenAlgorithm",
            Self::KeyUnknown => "tokenKeyUnknown",
            Self::Signature => "tokenSignature",
            Self::Tenant => "tokenTenant",
            Self::Claims(_) => "tokenClaims",
            Self::Type => "tokenType",
        }
    }

    /// The message of the error body, beginning as Graph's own.
    pub fn message(&self) -> String {
        match self {
            Self::Missing => "Access token is empty.".to_owned(),
            _ => format!("Access token validation failure. {}.", self.reason()),
        }
    }

    /// The `WWW-Authenticate` header of the answer (RFC 6750, section 3).
    pub fn www_authenticate(&self) -> HeaderValue {
        // Whoever brought no token did nothing wrong yet and is told no error.
        let plain = HeaderValue::from_static("Bearer realm=\"usher\"");
        if *self == Self::Missing {
            return plain;
        }
        let mut reason = self.reason().into_owned();
        reason.retain(|c| matches!(c, ' '..='~') && c != '"' && c != '\\');
        let header =
            format!("Bearer realm=\"usher\", error=\"invalid_token\", error_description=\"{reason}\"");
        HeaderValue::from_str(&header).unwrap_or(plain)
    }

    fn reason(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Missing => "No bearer token was sent",
            Self::Malformed => "It is not a signed JWT of at most 16 KiB",
            Self::Expired => "It has expired",
            Self::NotYetValid => "It is not valid yet",
            Self::Audience => "Its audience is not this service",
            Self::Issuer => "Its issuer is not known here",
            Self::Algorithm => "Its signature algorithm is not allowed for this issuer and key",
            Self::KeyUnknown => "Its issuer publishes no key of that id",
            Self::Signature => "Its signature is wrong",
            Self::Tenant => "Its tenant is not served here",
            Self::Claims(problem) => return problem.clone(),
            Self::Type => "It is not an access token",
        })
    }
}
