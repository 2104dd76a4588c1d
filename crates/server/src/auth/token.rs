//! A bearer token taken apart, nothing in it believed yet.

use axum::http::HeaderValue;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Algorithm;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use super::refusal::TokenRefusal;

/// Tokens beyond this are refused before any work is done on them.
pub(super) const MAX_TOKEN_BYTES: usize = 16 * 1024;

/// The token of an `Authorization` header. Another scheme counts as no token.
pub(super) fn bearer(authorization: Option<&HeaderValue>) -> Result<&str, TokenRefusal> {
    let header = authorization.ok_or(TokenRefusal::Missing)?.as_bytes().trim_ascii();
    let (scheme, token) = match header.iter().position(|byte| *byte == b' ') {
        Some(blank) => (&header[..blank], header[blank..].trim_ascii()),
        None => (header, &header[..0]),
    };
    if !scheme.eq_ignore_ascii_case(b"Bearer") || token.is_empty() {
        return Err(TokenRefusal::Missing);
    }
    if token.len() > MAX_TOKEN_BYTES {
        return Err(TokenRefusal::Malformed);
    }
    std::str::from_utf8(token).map_err(|_| TokenRefusal::Malformed)
}

/// A token taken apart. What it says is not proven.
pub(super) struct Unproven<'a> {
    /// How it says it is signed.
    pub(super) algorithm: Algorithm,
    /// The key it names.
    pub(super) kid: Option<String>,
    /// What it says it is.
    typ: Option<String>,
    /// What it says.
    pub(super) claims: Map<String, Value>,
    /// What the signature covers.
    pub(super) signed: &'a [u8],
    /// The signature.
    pub(super) signature: Vec<u8>,
}

/// Only what we act upon. `jku`, `jwk`, `x5u` and `x5c` are not even read: a token does not get to say which
/// key proves it.
#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    crit: Option<IgnoredAny>,
}

impl<'a> Unproven<'a> {
    pub(super) fn parse(token: &'a str) -> Result<Self, TokenRefusal> {
        let malformed = || TokenRefusal::Malformed;
        let (signed, signature) = token.rsplit_once('.').ok_or_else(malformed)?;
        let (header, claims) = signed.split_once('.').ok_or_else(malformed)?;

        let header: Header = serde_json::from_slice(&decode(header)?).map_err(|_| malformed())?;
        // An extension that must be understood is none we understand (RFC 7515, section 4.1.11).
        if header.crit.is_some() {
            return Err(malformed());
        }
        // `none`, in whatever spelling, is no algorithm here.
        let algorithm = header.alg.parse().map_err(|_| TokenRefusal::Algorithm)?;
        let claims = serde_json::from_slice(&decode(claims)?).map_err(|_| malformed())?;
        let signature = decode(signature)?;
        let signed = signed.as_bytes();
        Ok(Self { algorithm, kid: header.kid, typ: header.typ, claims, signed, signature })
    }

    /// Whether the header allows it to be an access token. Most issuers say `JWT` or nothing at all.
    pub(super) fn may_be_access_token(&self) -> bool {
        const TYPES: [&str; 3] = ["JWT", "at+jwt", "application/at+jwt"];
        self.typ.as_deref().is_none_or(|typ| TYPES.iter().any(|known| typ.eq_ignore_ascii_case(known)))
    }

    /// Whether the header allows it to be an id token: what says that it is an access token is none.
    pub(super) fn may_be_id_token(&self) -> bool {
        self.typ.as_deref().is_none_or(|typ| typ.eq_ignore_ascii_case("JWT"))
    }

    /// The issuer it says it is from.
    pub(super) fn issuer(&self) -> Option<&str> {
        self.claims.get("iss").and_then(Value::as_str)
    }
}

fn decode(part: &str) -> Result<Vec<u8>, TokenRefusal> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| TokenRefusal::Malformed)
}
