//! Where the issuer answers.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use domain::caller::Scope;
use serde_json::{Value, json};

use super::service::IssuerService;
use super::{authorize, token};

/// Forms here are small.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// The issuer's routes, to be mounted where its URL points.
pub fn routes(service: Arc<IssuerService>) -> Router {
    Router::new()
        .route("/.well-known/openid-configuration", get(discovery))
        .route("/oauth2/v2.0/keys", get(keys))
        .route("/oauth2/v2.0/token", post(token::give_token))
        .route("/oauth2/v2.0/authorize", get(authorize::show).post(authorize::sign_in))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .with_state(service)
}

async fn discovery(State(service): State<Arc<IssuerService>>) -> Response {
    let issuer = service.issuer.url();
    let at = |path: &str| format!("{}/oauth2/v2.0/{path}", issuer.trim_end_matches('/'));
    let oidc = ["openid", "profile", "email", "offline_access"].into_iter();
    let scopes: Vec<_> = oidc.chain(Scope::ALL.into_iter().map(Scope::name)).collect();
    json_body(&json!({
        "issuer": issuer,
        "authorization_endpoint": at("authorize"),
        "token_endpoint": at("token"),
        "jwks_uri": at("keys"),
        "scopes_supported": scopes,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "fragment"],
        "grant_types_supported": ["authorization_code", "client_credentials"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "authorization_response_iss_parameter_supported": true,
    }))
}

async fn keys(State(service): State<Arc<IssuerService>>) -> Response {
    json_body(&json!(service.issuer.jwks()))
}

/// An answer of 200 with this body.
pub(super) fn json_body(body: &Value) -> Response {
    ([(CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}
