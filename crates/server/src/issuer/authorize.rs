//! `GET` and `POST /oauth2/v2.0/authorize`: the sign-in page and the sign-in.
//!
//! The form carries the whole request, sealed and good for ten minutes. Nothing else connects the two calls, so
//! a form from elsewhere is worth nothing and no cookie is needed.

use std::sync::Arc;

use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query, State};
use axum::http::header::{CACHE_CONTROL, LOCATION, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use pages::{NoSignIn, SignInProblem, SignInView};
use serde::{Deserialize, Serialize};
use url::Url;

use super::code::Pending;
use super::directory::{Account, App, DirectoryFault};
use super::grant::Grant;
use super::oauth_error::{OauthError, seconds};
use super::page;
use super::scope::Asked;
use super::service::IssuerService;
use super::throttle::Suspect;
use crate::attend::Reader;
use crate::client_address::ClientAddress;
use crate::connections::is_too_slow;

const FORM_SECONDS: i64 = 600;

/// Longer values are refused; the form has to carry them.
const MAX_PARAMETER_BYTES: usize = 2048;

/// What an application sends a browser with. A repeated parameter does not parse.
#[derive(Deserialize)]
pub(super) struct AuthorizeRequest {
    client_id: Option<String>,
    redirect_uri: Option<String>,
    response_type: Option<String>,
    response_mode: Option<String>,
    scope: Option<String>,
    state: Option<String>,
    nonce: Option<String>,
    code_challenge: Option<String>,
    code_challenge_method: Option<String>,
    prompt: Option<String>,
    login_hint: Option<String>,
}

/// What the form brings.
#[derive(Deserialize)]
pub(super) struct SignIn {
    request: String,
    user_name: String,
    password: String,
}

/// Where and how an answer goes back to the application.
#[derive(Serialize, Deserialize)]
struct Return {
    redirect_uri: String,
    fragment: bool,
    state: Option<String>,
}

/// A request in order, as the form carries it.
#[derive(Serialize, Deserialize)]
struct Asking {
    client_id: String,
    back: Return,
    scope: String,
    nonce: Option<String>,
    challenge: String,
    good_until: i64,
}

/// Shows the sign-in page.
pub(super) async fn show(
    State(service): State<Arc<IssuerService>>,
    reader: Reader,
    request: Result<Query<AuthorizeRequest>, QueryRejection>,
) -> Response {
    let Ok(Query(request)) = request else {
        return dead_end(&reader, NoSignIn::Malformed);
    };
    // Until the address to return to is known to be the application's own, nothing is sent there.
    let (app, back) = match find_return(&service, &reader, &request).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let login_hint = request.login_hint.clone().unwrap_or_default();
    match check(&service, &app, &request) {
        Err(problem) => send_error(&service, &reader, &back, &problem),
        Ok(()) => {
            let asking = Asking {
                client_id: app.id.0.clone(),
                back,
                scope: request.scope.unwrap_or_default(),
                nonce: request.nonce,
                challenge: request.code_challenge.unwrap_or_default(),
                good_until: service.now().as_second() + FORM_SECONDS,
            };
            form(&service, &reader, StatusCode::OK, &app, &asking, &login_hint, None)
        }
    }
}

async fn find_return(
    service: &IssuerService,
    reader: &Reader,
    request: &AuthorizeRequest,
) -> Result<(App, Return), Response> {
    let client_id = request.client_id.as_deref().unwrap_or_default();
    let found = service.directory.find_app(client_id).await.map_err(|fault| away(reader, fault))?;
    let app = found.ok_or_else(|| dead_end(reader, NoSignIn::UnknownApp))?;
    let redirect_uri = request.redirect_uri.clone().unwrap_or_default();
    if !app.redirect_uris.contains(&redirect_uri) || Url::parse(&redirect_uri).is_err() {
        return Err(dead_end(reader, NoSignIn::UnknownReturn));
    }
    let fragment = request.response_mode.as_deref() == Some("fragment");
    Ok((app, Return { redirect_uri, fragment, state: request.state.clone() }))
}

fn check(service: &IssuerService, app: &App, request: &AuthorizeRequest) -> Result<(), OauthError> {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    if text(&request.response_type) != "code" {
        let description = "`response_type` must be `code`";
        return Err(OauthError::bad_request("unsupported_response_type", description));
    }
    if !["", "query", "fragment"].contains(&text(&request.response_mode).as_str()) {
        return Err(OauthError::invalid_request("`response_mode` must be `query` or `fragment`"));
    }
    // An absent method means `plain`, which protects nothing.
    if text(&request.code_challenge_method) != "S256" || text(&request.code_challenge).len() != 43 {
        return Err(OauthError::invalid_request("PKCE with `code_challenge_method=S256` is needed"));
    }
    let carried = [&request.scope, &request.state, &request.nonce];
    if carried.into_iter().any(|value| text(value).len() > MAX_PARAMETER_BYTES) {
        return Err(OauthError::invalid_request("a parameter is longer than 2048 bytes"));
    }
    if text(&request.prompt).split(' ').any(|word| word == "none") {
        // No session is ever kept, so nobody can be signed in without being asked.
        return Err(OauthError::bad_request("login_required", "the person has to sign in"));
    }
    tracing::debug!(issuer = service.issuer.url(), app = %app.id, "sign-in asked for");
    Asked::parse(&text(&request.scope)).scopes(&app.scopes).map(|_| ())
}

/// Signs in.
pub(super) async fn sign_in(
    State(service): State<Arc<IssuerService>>,
    address: ClientAddress,
    reader: Reader,
    form: Result<Form<SignIn>, FormRejection>,
) -> Response {
    let sign_in = match form {
        Ok(Form(sign_in)) => sign_in,
        Err(rejection) if is_too_slow(&rejection) => {
            return page::dead_end(StatusCode::REQUEST_TIMEOUT, &reader, NoSignIn::Late);
        }
        Err(_) => return dead_end(&reader, NoSignIn::Incomplete),
    };
    // A form on another site could carry a seal its maker was given. Browsers tell.
    let site = reader.headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    if site.is_some_and(|site| site != b"same-origin") {
        return page::dead_end(StatusCode::FORBIDDEN, &reader, NoSignIn::Stale);
    }
    let asking: Option<Asking> = service.seal.open(&sign_in.request);
    let Some(asking) = asking.filter(|asking| service.now().as_second() < asking.good_until) else {
        return page::dead_end(StatusCode::FORBIDDEN, &reader, NoSignIn::Stale);
    };
    match attempt(&service, &reader, &asking, &sign_in, address).await {
        Ok(answer) => answer,
        Err(fault) => away(&reader, fault),
    }
}

async fn attempt(
    service: &IssuerService,
    reader: &Reader,
    asking: &Asking,
    sign_in: &SignIn,
    address: ClientAddress,
) -> Result<Response, DirectoryFault> {
    // Asked again: it may have been removed, or its address, while the page was open.
    let app = service.directory.find_app(&asking.client_id).await?;
    let Some(app) = app.filter(|app| app.redirect_uris.contains(&asking.back.redirect_uri)) else {
        return Ok(dead_end(reader, NoSignIn::AppGone));
    };

    let [near, far] = Suspect::people_at(address.0);
    let suspects = [Suspect::account(app.tenant, &sign_in.user_name), near, far];
    let again =
        |status, problem| form(service, reader, status, &app, asking, &sign_in.user_name, Some(problem));
    let account = service.directory.find_account(app.tenant, &sign_in.user_name).await?;
    let hash = account.as_ref().and_then(|account| account.password_hash.clone());
    let fits = match service.prove(&suspects, hash, sign_in.password.clone()).await {
        Ok(fits) => fits,
        Err(wait) => {
            let mut answer = again(StatusCode::TOO_MANY_REQUESTS, SignInProblem::SlowDown);
            answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds(wait)));
            return Ok(answer);
        }
    };
    let Some(account) = account.filter(|_| fits) else {
        tracing::info!(app = %app.id, "a sign-in was refused");
        return Ok(again(StatusCode::FORBIDDEN, SignInProblem::Wrong));
    };
    Ok(send_code(service, reader, &app, asking, account))
}

fn send_code(
    service: &IssuerService,
    reader: &Reader,
    app: &App,
    asking: &Asking,
    account: Account,
) -> Response {
    let asked = Asked::parse(&asking.scope);
    let scopes = match asked.scopes(&app.scopes) {
        Ok(scopes) => scopes,
        Err(problem) => return send_error(service, reader, &asking.back, &problem),
    };
    let pending = Pending {
        grant: Grant::Delegated {
            tenant: app.tenant,
            person: account.person,
            app: app.id.clone(),
            scopes,
            profile: account.profile,
        },
        redirect_uri: asking.back.redirect_uri.clone(),
        challenge: asking.challenge.clone(),
        openid: asked.openid,
        nonce: asking.nonce.clone(),
    };
    let code = service.new_code();
    if service.codes.put(&code, pending, service.now()) {
        send(service, reader, &asking.back, &[("code", &code)])
    } else {
        send_error(service, reader, &asking.back, &OauthError::from(DirectoryFault))
    }
}

fn form(
    service: &IssuerService,
    reader: &Reader,
    status: StatusCode,
    app: &App,
    asking: &Asking,
    user_name: &str,
    problem: Option<SignInProblem>,
) -> Response {
    let Some(request) = service.seal.close(asking) else { return dead_end(reader, NoSignIn::Malformed) };
    let view = SignInView {
        language: reader.language(None),
        query: &reader.query,
        app_name: &app.name,
        request: &request,
        user_name,
        problem,
    };
    page::sign_in(status, &view, &asking.back.redirect_uri)
}

fn send_error(service: &IssuerService, reader: &Reader, back: &Return, problem: &OauthError) -> Response {
    send(service, reader, back, &[("error", problem.code), ("error_description", problem.description)])
}

/// Sends the browser back, always with `state` as it came and with `iss` (RFC 9207), so that a client of several
/// issuers knows whose answer it holds.
fn send(service: &IssuerService, reader: &Reader, back: &Return, answer: &[(&str, &str)]) -> Response {
    let Ok(mut target) = Url::parse(&back.redirect_uri) else {
        return dead_end(reader, NoSignIn::UnknownReturn);
    };
    let state = back.state.as_deref().map(|state| ("state", state));
    let parameters = answer.iter().copied().chain(state).chain([("iss", service.issuer.url())]);
    if back.fragment {
        let fragment = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
        target.set_fragment(Some(&fragment));
    } else {
        target.query_pairs_mut().extend_pairs(parameters);
    }
    let Ok(location) = HeaderValue::from_str(target.as_str()) else {
        return dead_end(reader, NoSignIn::UnknownReturn);
    };
    let no_store = HeaderValue::from_static("no-store");
    (StatusCode::SEE_OTHER, [(LOCATION, location), (CACHE_CONTROL, no_store)]).into_response()
}

fn dead_end(reader: &Reader, why: NoSignIn) -> Response {
    page::dead_end(StatusCode::BAD_REQUEST, reader, why)
}

fn away(reader: &Reader, _: DirectoryFault) -> Response {
    page::dead_end(StatusCode::SERVICE_UNAVAILABLE, reader, NoSignIn::Away)
}
