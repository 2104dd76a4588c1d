//! `POST /oauth2/v2.0/token`

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::http::HeaderMap;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use domain::ids::AppId;
use serde::Deserialize;
use serde_json::json;

use super::client::{self, Credentials};
use super::code::Pending;
use super::directory::App;
use super::grant::Grant;
use super::oauth_error::OauthError;
use super::routes::json_body;
use super::scope::Asked;
use super::service::IssuerService;
use crate::client_address::ClientAddress;
use crate::connections::is_too_slow;

/// The parameters of both grants. A repeated one does not parse, as RFC 6749 section 3.2 wants.
#[derive(Deserialize)]
pub(super) struct TokenRequest {
    grant_type: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
    scope: Option<String>,
    code: Option<String>,
    redirect_uri: Option<String>,
    code_verifier: Option<String>,
}

pub(super) async fn give_token(
    State(service): State<Arc<IssuerService>>,
    address: ClientAddress,
    headers: HeaderMap,
    request: Result<Form<TokenRequest>, FormRejection>,
) -> Result<Response, OauthError> {
    let Form(request) = request.map_err(|rejection| match is_too_slow(&rejection) {
        true => OauthError::too_slow(),
        false => OauthError::invalid_request("the body is not a proper form"),
    })?;
    let grant_type = request.grant_type.as_deref().unwrap_or_default();
    if !["client_credentials", "authorization_code"].contains(&grant_type) {
        let description = "only `authorization_code` and `client_credentials` are served";
        return Err(OauthError::bad_request("unsupported_grant_type", description));
    }
    let credentials = Credentials::read(&headers, request.client_id.clone(), request.client_secret.clone())?;
    let app = client::authenticate(&service, credentials, address).await?;
    match grant_type {
        "client_credentials" => for_the_application(&service, app, &request),
        _ => for_a_person(&service, &app, &request),
    }
}

fn for_the_application(
    service: &IssuerService,
    app: App,
    request: &TokenRequest,
) -> Result<Response, OauthError> {
    // Without a secret anybody could be this application.
    if app.secret_hash.is_none() || app.roles.is_empty() {
        return Err(OauthError::unauthorized_client("this client gets no tokens of its own"));
    }
    let roles = Asked::parse(request.scope.as_deref().unwrap_or_default()).roles(&app.roles)?;
    answer(service, &Grant::Application { tenant: app.tenant, app: app.id, roles }, None)
}

fn for_a_person(service: &IssuerService, app: &App, request: &TokenRequest) -> Result<Response, OauthError> {
    let parameter = |value: &Option<String>, description| {
        value.clone().ok_or_else(|| OauthError::invalid_request(description))
    };
    let code = parameter(&request.code, "`code` is missing")?;
    let redirect_uri = parameter(&request.redirect_uri, "`redirect_uri` is missing")?;
    let verifier = parameter(&request.code_verifier, "`code_verifier` is missing")?;

    let pending = redeem(service, &app.id, &code, &redirect_uri, &verifier)?;
    let id_token = if pending.openid { Some(mint_id(service, &pending)?) } else { None };
    answer(service, &pending.grant, id_token)
}

fn redeem(
    service: &IssuerService,
    app: &AppId,
    code: &str,
    redirect_uri: &str,
    verifier: &str,
) -> Result<Pending, OauthError> {
    let pending = service.codes.take(code, service.now()).ok_or_else(OauthError::invalid_grant)?;
    let belongs = pending.belongs_to(app, redirect_uri, verifier);
    if belongs { Ok(pending) } else { Err(OauthError::invalid_grant()) }
}

fn mint_id(service: &IssuerService, pending: &Pending) -> Result<String, OauthError> {
    let (now, lifetime) = (service.now(), service.token_lifetime);
    Ok(service.issuer.mint_id(&pending.grant, pending.nonce.as_deref(), now, lifetime)?)
}

impl IssuerService {
    /// The id token for a code, for an application of this very process that has no secret; `None` for a code that
    /// is not its own. The same as `POST /oauth2/v2.0/token` without the way through the network.
    pub fn redeem_id_token(
        &self,
        app: &AppId,
        code: &str,
        redirect_uri: &str,
        verifier: &str,
    ) -> Option<String> {
        let pending = redeem(self, app, code, redirect_uri, verifier).ok()?;
        mint_id(self, &pending).ok()
    }
}

fn answer(service: &IssuerService, grant: &Grant, id_token: Option<String>) -> Result<Response, OauthError> {
    let lifetime = service.token_lifetime;
    let access_token = service.issuer.mint(grant, service.now(), lifetime, service.new_jti())?;
    let mut body = json!({
        "token_type": "Bearer",
        "expires_in": lifetime.as_secs(),
        "scope": grant.permissions(),
        "access_token": access_token,
    });
    if let Some(id_token) = id_token {
        body["id_token"] = json!(id_token);
    }
    Ok(([(CACHE_CONTROL, "no-store")], json_body(&body)).into_response())
}
