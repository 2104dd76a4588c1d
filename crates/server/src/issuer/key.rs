//! The issuer's key and what it signs.

use std::time::Duration;

use aws_lc_rs::encoding::AsBigEndian;
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use jsonwebtoken::jwk::{
    AlgorithmParameters, CommonParameters, EllipticCurve, EllipticCurveKeyParameters, EllipticCurveKeyType,
    Jwk, JwkSet, KeyAlgorithm, PublicKeyUse, ThumbprintHash,
};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject;
use serde_json::{Value, json};
use uuid::Uuid;

use super::grant::Grant;

/// An ES256 key, the name it signs under and the service it signs for.
pub struct Issuer {
    pair: EcdsaKeyPair,
    public: Jwk,
    kid: String,
    url: String,
    audience: String,
}

/// The key cannot be made, read, written or used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyFault;

impl std::fmt::Display for KeyFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the issuer's key is not a usable P-256 key in PKCS#8")
    }
}

impl std::error::Error for KeyFault {}

impl Issuer {
    /// An issuer with a new key. `url` becomes `iss`, `audience` becomes `aud`.
    pub fn generate(url: &str, audience: &str) -> Result<Self, KeyFault> {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(|_| KeyFault)?;
        Self::with(pair, url, audience)
    }

    /// An issuer with the key that [`Issuer::to_pem`] wrote.
    pub fn from_pem(pem: &str, url: &str, audience: &str) -> Result<Self, KeyFault> {
        let der = PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| KeyFault)?;
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der.secret_pkcs8_der())
            .map_err(|_| KeyFault)?;
        Self::with(pair, url, audience)
    }

    /// The private key, as PKCS#8 in PEM. For a file that only the service can read.
    pub fn to_pem(&self) -> Result<String, KeyFault> {
        let der = self.pair.to_pkcs8v1().map_err(|_| KeyFault)?;
        let text = STANDARD.encode(der.as_ref());
        let mut pem = "-----BEGIN PRIVATE KEY-----\n".to_owned();
        let mut rest = text.as_str();
        while !rest.is_empty() {
            let (line, later) = rest.split_at(rest.len().min(64));
            pem.push_str(line);
            pem.push('\n');
            rest = later;
        }
        pem.push_str("-----END PRIVATE KEY-----\n");
        Ok(pem)
    }

    /// The public key, as it is published. Its `kid` is its thumbprint (RFC 7638).
    pub fn jwks(&self) -> JwkSet {
        JwkSet { keys: vec![self.public.clone()] }
    }

    /// The name it signs under.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The service its access tokens are for.
    pub fn audience(&self) -> &str {
        &self.audience
    }

    /// An access token for `grant`, valid from `now`; `jti` makes it unlike any other.
    pub fn mint(
        &self,
        grant: &Grant,
        now: Timestamp,
        lifetime: Duration,
        jti: Uuid,
    ) -> Result<String, KeyFault> {
        let mut claims = grant.claims();
        claims["aud"] = json!(self.audience);
        claims["jti"] = json!(jti);
        self.sign_for("at+jwt", claims, now, lifetime)
    }

    /// An id token for the application of `grant`.
    pub(super) fn mint_id(
        &self,
        grant: &Grant,
        nonce: Option<&str>,
        now: Timestamp,
        lifetime: Duration,
    ) -> Result<String, KeyFault> {
        let mut claims = grant.identity();
        claims["aud"] = json!(grant.app().0);
        if let Some(nonce) = nonce {
            claims["nonce"] = json!(nonce);
        }
        self.sign_for("JWT", claims, now, lifetime)
    }

    /// A key for a secret of this issuer's own; the same for every process that holds its private key.
    pub(super) fn derive(&self, purpose: &str) -> Result<hmac::Key, KeyFault> {
        let secret = self.pair.private_key().as_be_bytes().map_err(|_| KeyFault)?;
        let root = hmac::Key::new(hmac::HMAC_SHA256, secret.as_ref());
        Ok(hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&root, purpose.as_bytes()).as_ref()))
    }

    fn sign_for(
        &self,
        typ: &str,
        mut claims: Value,
        now: Timestamp,
        lifetime: Duration,
    ) -> Result<String, KeyFault> {
        let start = now.as_second();
        claims["iss"] = json!(self.url);
        claims["iat"] = json!(start);
        claims["nbf"] = json!(start);
        claims["exp"] = json!(start.saturating_add(i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX)));

        let header = json!({ "typ": typ, "alg": "ES256", "kid": self.kid });
        let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let signed = format!("{}.{}", encode(&header), encode(&claims));
        let signature = self.pair.sign(&SystemRandom::new(), signed.as_bytes()).map_err(|_| KeyFault)?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref())))
    }

    fn with(pair: EcdsaKeyPair, url: &str, audience: &str) -> Result<Self, KeyFault> {
        let mut public = published(&pair)?;
        let kid = public.thumbprint(ThumbprintHash::SHA256).map_err(|_| KeyFault)?;
        public.common.key_id = Some(kid.clone());
        Ok(Self { pair, public, kid, url: url.to_owned(), audience: audience.to_owned() })
    }
}

fn published(pair: &EcdsaKeyPair) -> Result<Jwk, KeyFault> {
    // The uncompressed form of SEC 1: 4, x, y.
    let point = pair.public_key().as_ref();
    let (x, y) = point.get(1..).and_then(|both| both.split_at_checked(32)).ok_or(KeyFault)?;
    Ok(Jwk {
        common: CommonParameters {
            public_key_use: Some(PublicKeyUse::Signature),
            key_algorithm: Some(KeyAlgorithm::ES256),
            ..CommonParameters::default()
        },
        algorithm: AlgorithmParameters::EllipticCurve(EllipticCurveKeyParameters {
            key_type: EllipticCurveKeyType::EC,
            curve: EllipticCurve::P256,
            x: URL_SAFE_NO_PAD.encode(x),
            y: URL_SAFE_NO_PAD.encode(y),
        }),
    })
}
