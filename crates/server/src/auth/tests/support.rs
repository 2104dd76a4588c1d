//! Keys, forged tokens and an issuer on a socket.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair,
    RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaKeyPair,
};
use axum::Router;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::caller::Caller;
use domain::ids::TenantId;
use jiff::Timestamp;
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::auth::{ClaimNames, IssuerSettings, KeyClient, KeySource, TenantRule, TokenRefusal, Verifier};

pub(super) const ISSUER: &str = "https://issuer.example/v2.0";
pub(super) const AUDIENCE: &str = "api://usher";
pub(super) const TENANT: Uuid = Uuid::from_u128(0x7a);
pub(super) const PERSON: Uuid = Uuid::from_u128(0x9e);

const NOW: i64 = 1_790_000_000;

pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(NOW + second).unwrap()
}

/// A key of each kind, made once for all tests.
pub(super) static RSA: LazyLock<RsaKeyPair> =
    LazyLock::new(|| RsaKeyPair::generate(KeySize::Rsa2048).unwrap());
pub(super) static P256: LazyLock<EcdsaKeyPair> =
    LazyLock::new(|| EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap());
pub(super) static P384: LazyLock<EcdsaKeyPair> =
    LazyLock::new(|| EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap());
pub(super) static ED: LazyLock<Ed25519KeyPair> = LazyLock::new(|| Ed25519KeyPair::generate().unwrap());

pub(super) fn rs256(message: &[u8]) -> Vec<u8> {
    let mut signature = vec![0; RSA.public_modulus_len()];
    RSA.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).unwrap();
    signature
}

pub(super) fn ps256(message: &[u8]) -> Vec<u8> {
    let mut signature = vec![0; RSA.public_modulus_len()];
    RSA.sign(&RSA_PSS_SHA256, &SystemRandom::new(), message, &mut signature).unwrap();
    signature
}

pub(super) fn es256(message: &[u8]) -> Vec<u8> {
    P256.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec()
}

pub(super) fn es384(message: &[u8]) -> Vec<u8> {
    P384.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec()
}

pub(super) fn eddsa(message: &[u8]) -> Vec<u8> {
    ED.sign(message).as_ref().to_vec()
}

pub(super) fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The public half as a key set shows it.
pub(super) fn rsa_jwk(kid: &str) -> Value {
    let public = RSA.public_key();
    let (n, e) = (public.modulus().big_endian_without_leading_zero().to_vec(), public.exponent());
    json!({ "kty": "RSA", "kid": kid, "use": "sig", "n": b64(n), "e": b64(e.big_endian_without_leading_zero()) })
}

pub(super) fn ec_jwk(kid: &str, pair: &EcdsaKeyPair, curve: &str) -> Value {
    let (x, y) = pair.public_key().as_ref()[1..].split_at(pair.public_key().as_ref().len() / 2);
    json!({ "kty": "EC", "kid": kid, "crv": curve, "x": b64(x), "y": b64(y) })
}

pub(super) fn p256_jwk(kid: &str) -> Value {
    ec_jwk(kid, &P256, "P-256")
}

pub(super) fn all_keys() -> Value {
    let ed = json!({ "kty": "OKP", "kid": "ed", "crv": "Ed25519", "x": b64(ED.public_key().as_ref()) });
    json!({ "keys": [rsa_jwk("rsa"), p256_jwk("p256"), ec_jwk("p384", &P384, "P-384"), ed] })
}

/// Texts of the public keys that a confused library might take for a shared secret.
pub(super) fn public_keys_as_secrets() -> Vec<Vec<u8>> {
    let rsa = RSA.public_key().as_der().unwrap().as_ref().to_vec();
    let ec = P256.public_key().as_der().unwrap().as_ref().to_vec();
    let raw = [RSA.public_key().as_ref().to_vec(), P256.public_key().as_ref().to_vec()];
    let pem = |der: &[u8]| {
        let text = base64::engine::general_purpose::STANDARD.encode(der);
        let lines: Vec<_> =
            text.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into_owned()).collect();
        format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n")).into_bytes()
    };
    [pem(&rsa), pem(&ec), rsa, ec].into_iter().chain(raw).collect()
}

/// A token of any make.
pub(super) fn forge(header: &Value, claims: &Value, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let signed = format!("{}.{}", b64(header.to_string()), b64(claims.to_string()));
    let signature = sign(signed.as_bytes());
    format!("{signed}.{}", b64(signature))
}

pub(super) fn header() -> Value {
    json!({ "typ": "JWT", "alg": "ES256", "kid": "p256" })
}

/// The claims of a delegated token in order, good for an hour.
pub(super) fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": AUDIENCE, "tid": TENANT, "oid": PERSON, "azp": "client-1",
        "scp": "OnlineMeetings.ReadWrite User.Read Something.Else",
        "iat": NOW, "nbf": NOW, "exp": NOW + 3600,
        "name": "Ada Lovelace", "preferred_username": "ada@meet.example",
    })
}

/// The same with some claims changed; `null` takes one away.
pub(super) fn claims_with(changes: Value) -> Value {
    let mut claims = claims();
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        }
    }
    claims
}

pub(super) fn settings(url: &str) -> IssuerSettings {
    use Algorithm::{ES256, ES384, EdDSA, PS256, RS256};
    IssuerSettings {
        url: url.to_owned(),
        audiences: vec![AUDIENCE.to_owned(), "https://graph.microsoft.com".to_owned()],
        tenant: TenantRule::Claim { name: "tid".to_owned(), allowed: vec![TenantId(TENANT)] },
        algorithms: vec![RS256, PS256, ES256, ES384, EdDSA],
        claims: ClaimNames::default(),
        keys_refresh: Duration::from_secs(3600),
        keys_min_interval: Duration::from_secs(60),
        max_lifetime: Duration::from_secs(86_400),
    }
}

pub(super) fn verifier_of(keys: Value, settings: IssuerSettings) -> Verifier {
    let keys = KeySource::Static(serde_json::from_value(keys).unwrap());
    Verifier::new(vec![(settings, keys)], true).unwrap()
}

pub(super) fn verifier() -> Verifier {
    verifier_of(all_keys(), settings(ISSUER))
}

pub(super) async fn ask(
    verifier: &Verifier,
    token: &str,
    now: Timestamp,
) -> Result<Arc<Caller>, TokenRefusal> {
    let header = HeaderValue::from_str(&format!("Bearer {token}")).unwrap();
    verifier.verify(Some(&header), now).await
}

/// `ok`, or the inner code of the refusal.
pub(super) async fn outcome(verifier: &Verifier, token: &str, now: Timestamp) -> &'static str {
    ask(verifier, token, now).await.map_or_else(|refusal| refusal.inner_code(), |_| "ok")
}

/// An issuer on a socket whose keys change and which can go away.
#[derive(Clone)]
pub(super) struct FakeIssuer {
    pub(super) url: String,
    keys: Arc<Mutex<Value>>,
    pub(super) discovery: Arc<Mutex<Option<Value>>>,
    is_down: Arc<AtomicBool>,
    asked: Arc<AtomicUsize>,
}

impl FakeIssuer {
    pub(super) async fn start(keys: Value) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            keys: Arc::new(Mutex::new(keys)),
            discovery: Arc::default(),
            is_down: Arc::default(),
            asked: Arc::default(),
        };
        let (one, other) = (issuer.clone(), issuer.clone());
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(async move || one.discover()))
            .route("/keys", get(async move || other.publish()));
        tokio::spawn(async move { axum::serve(listener, router).await });
        issuer
    }

    /// How often the keys were asked for.
    pub(super) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    pub(super) fn publish_only(&self, keys: &[Value]) {
        *self.keys.lock().unwrap() = json!({ "keys": keys });
    }

    pub(super) fn go_down(&self, is_down: bool) {
        self.is_down.store(is_down, Ordering::SeqCst);
    }

    pub(super) fn verifier(&self) -> Verifier {
        self.verifier_with(settings(&self.url))
    }

    pub(super) fn verifier_with(&self, settings: IssuerSettings) -> Verifier {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let client = KeyClient::build(reqwest::Client::builder()).unwrap();
        Verifier::new(vec![(settings, KeySource::Discovery(client))], true).unwrap()
    }

    /// A token of this issuer, good for a day.
    pub(super) fn token(&self, kid: &str) -> String {
        let claims = claims_with(json!({ "iss": self.url, "exp": NOW + 86_400 }));
        match kid {
            "rsa" => forge(&json!({ "alg": "RS256", "kid": kid }), &claims, rs256),
            _ => forge(&json!({ "alg": "ES256", "kid": kid }), &claims, es256),
        }
    }

    fn discover(&self) -> Response {
        let usual = json!({ "issuer": self.url, "jwks_uri": format!("{}/keys", self.url) });
        let document = self.discovery.lock().unwrap().clone().unwrap_or(usual);
        document.to_string().into_response()
    }

    fn publish(&self) -> Response {
        self.asked.fetch_add(1, Ordering::SeqCst);
        if self.is_down.load(Ordering::SeqCst) {
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
        self.keys.lock().unwrap().to_string().into_response()
    }
}
