//! An issuer elsewhere, on a socket.

use std::sync::{Arc, Mutex};

use aws_lc_rs::digest;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub const CLIENT: &str = "usher pages";
pub const SECRET: &str = "a secret: with a colon & a blank";

/// An issuer that signs in whoever the test says, until it is dropped.
pub struct Elsewhere {
    pub url: String,
    shared: Arc<Shared>,
    served: JoinHandle<()>,
}

struct Shared {
    url: String,
    key: EcdsaKeyPair,
    /// The authorization request of the one code there is.
    asked: Mutex<Option<Value>>,
    /// What the next id token says; what is not there is said as it should be.
    claims: Mutex<Value>,
    /// What the discovery document says beside the usual.
    more: Value,
}

impl Elsewhere {
    pub async fn start(more: Value) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://127.0.0.1:{}/realm", listener.local_addr().unwrap().port());
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let shared = Arc::new(Shared {
            url: url.clone(),
            key,
            asked: Mutex::default(),
            claims: Mutex::new(json!({})),
            more,
        });
        let router = Router::new()
            .route("/realm/.well-known/openid-configuration", get(discovery))
            .route("/realm/keys", get(keys))
            .route("/realm/token", post(token))
            .with_state(shared.clone());
        let served = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, shared, served }
    }

    /// What the next id token says.
    pub fn say(&self, claims: Value) {
        *self.shared.claims.lock().unwrap() = claims;
    }

    /// Signs somebody in at once: where the browser is sent.
    pub fn answer(&self, begun: &str) -> String {
        let begun = url::Url::parse(begun).unwrap();
        assert_eq!(begun.as_str().split('?').next().unwrap(), format!("{}/sign-in", self.url));
        let asked: Value =
            begun.query_pairs().map(|(name, value)| (name.into_owned(), json!(value))).collect();
        assert_eq!((&asked["response_type"], &asked["client_id"]), (&json!("code"), &json!(CLIENT)));
        assert_eq!(asked["code_challenge_method"], "S256");
        let state = asked["state"].as_str().unwrap().to_owned();
        *self.shared.asked.lock().unwrap() = Some(asked);
        format!("/sign-in/callback?code=one&state={state}")
    }
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        self.served.abort();
    }
}

async fn discovery(State(shared): State<Arc<Shared>>) -> String {
    let url = &shared.url;
    let mut document = json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}/sign-in?kept=1"),
        "token_endpoint": format!("{url}/token"),
        "jwks_uri": format!("{url}/keys"),
    });
    document.as_object_mut().unwrap().extend(shared.more.as_object().unwrap().clone());
    document.to_string()
}

async fn keys(State(shared): State<Arc<Shared>>) -> String {
    let (x, y) = shared.key.public_key().as_ref()[1..].split_at(32);
    let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
    json!({"keys": [{"kty": "EC", "kid": "k", "crv": "P-256", "x": x, "y": y}]}).to_string()
}

async fn token(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Form(form): Form<Vec<(String, String)>>,
) -> Response {
    let asked = shared.asked.lock().unwrap().take();
    let value = |name: &str| form.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let basic = format!("Basic {}", STANDARD.encode("usher+pages:a+secret%3A+with+a+colon+%26+a+blank"));
    let is_client = match headers.get("authorization") {
        Some(header) => header == &*basic && value("client_secret").is_none(),
        None => value("client_id") == Some(CLIENT) && value("client_secret") == Some(SECRET),
    };
    let by_basic = headers.contains_key("authorization");
    let wants_basic = shared.more["token_endpoint_auth_methods_supported"].is_null();
    let verifier = digest::digest(&digest::SHA256, value("code_verifier").unwrap_or_default().as_bytes());
    let challenge = URL_SAFE_NO_PAD.encode(verifier);
    let Some(asked) = asked.filter(|asked| {
        is_client
            && by_basic == wants_basic
            && asked["code_challenge"] == challenge
            && asked["redirect_uri"] == value("redirect_uri").unwrap_or_default()
            && value("grant_type") == Some("authorization_code")
            && value("code") == Some("one")
    }) else {
        return (StatusCode::BAD_REQUEST, json!({"error": "invalid_grant"}).to_string()).into_response();
    };
    let mut claims = json!({"iss": shared.url, "aud": CLIENT, "nonce": asked["nonce"]});
    claims.as_object_mut().unwrap().extend(shared.claims.lock().unwrap().as_object().unwrap().clone());
    claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    let id_token = sign(&shared.key, &claims);
    json!({"access_token": "none of ours", "token_type": "Bearer", "id_token": id_token})
        .to_string()
        .into_response()
}

fn sign(key: &EcdsaKeyPair, claims: &Value) -> String {
    let header = json!({"alg": "ES256", "kid": "k", "typ": "JWT"}).to_string();
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims.to_string()));
    let signature = key.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
}
