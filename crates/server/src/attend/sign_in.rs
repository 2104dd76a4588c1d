//! Signing in and out on pages, for registrations of an organisation.
//!
//! The way out to the issuer is a GET: browsers hold the redirect after a form against the page's `form-action`, and it
//! would have to name every issuer.

use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query, State};
use axum::response::Response;
use domain::{AllowedRegistrant, TenantId};
use http::{StatusCode, header};
use pages::SignedOutView;
use url::form_urlencoded::byte_serialize;
use uuid::Uuid;

use super::cookie;
use super::form::{self, Fields};
use super::page::{forbidden, html, not_found, problem, see_other};
use super::reader::Reader;
use super::signup::find_now;
use crate::app::App;
use crate::error::ApiError;
use crate::sign_in::{Flow, Session, Unfinished};

/// The name of the session's cookie.
pub const SESSION: &str = "session";

/// Where signing in for a registration begins.
pub fn address(registration: &str) -> String {
    format!("/sign-in?registration={}", byte_serialize(registration.as_bytes()).collect::<String>())
}

/// `GET /sign-in?registration={id}`: on to the issuer of the meeting's organisation.
pub async fn begin(
    State(app): State<App>,
    reader: Reader,
    query: Result<Query<Fields>, QueryRejection>,
) -> Response {
    let Ok(Query(query)) = query else { return not_found(&reader) };
    let registration = only(&query, "registration").unwrap_or_default();
    match try_begin(&app, registration).await {
        Ok(Some(response)) => response,
        Ok(None) => not_found(&reader),
        Err(error) => problem(&app, &reader, &error),
    }
}

async fn try_begin(app: &App, registration: &str) -> Result<Option<Response>, ApiError> {
    let Some(hosted) = find_now(app, registration).await? else { return Ok(None) };
    let allowed = hosted.registration.as_ref().map(|registration| registration.allowed_registrant);
    if allowed != Some(AllowedRegistrant::Organization) {
        return Ok(see_other(&page_of(app, registration)));
    }
    let random = app.ids.bytes();
    let begun = app.sign_in.begin(hosted.meeting.tenant, registration, random, app.clock.now()).await;
    let Some((flow, target)) = begun.map_err(|unfinished| told(&unfinished))? else { return Ok(None) };
    let name = Flow::mark(flow.state()).map(flow_cookie);
    let kept = app.sign_in.close_flow(&flow);
    let kept = name
        .zip(kept)
        .and_then(|(name, value)| cookie::set(app.settings.is_https(), &name, &value, Flow::SECONDS));
    let (Some(mut response), Some(kept)) = (see_other(target.as_str()), kept) else { return Ok(None) };
    response.headers_mut().append(header::SET_COOKIE, kept);
    Ok(Some(response))
}

/// `GET /sign-in/callback`: back from the issuer. Whatever comes without the cookie of a sign-in that began in this
/// very browser is refused, so nobody is signed in as somebody else by a link.
pub async fn callback(
    State(app): State<App>,
    reader: Reader,
    query: Result<Query<Fields>, QueryRejection>,
) -> Response {
    let query = query.map(|Query(query)| query).unwrap_or_default();
    let state = only(&query, "state").unwrap_or_default();
    let name = Flow::mark(state).map(flow_cookie).unwrap_or_default();
    let kept = cookie::read(app.settings.is_https(), &reader.headers, &name);
    let flow = kept.and_then(|kept| app.sign_in.open_flow(kept, state, app.clock.now()));
    let Some(flow) = flow else { return failed(StatusCode::FORBIDDEN, &reader, None) };
    let mut response = match finish(&app, &query, &flow).await {
        Ok(response) => response,
        Err(unfinished) => {
            let away = matches!(told(&unfinished), ApiError::Busy);
            let status = if away { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::FORBIDDEN };
            failed(status, &reader, Some(&page_of(&app, &flow.registration)))
        }
    };
    // A sign-in ends once, well or badly.
    response
        .headers_mut()
        .extend(cookie::set(app.settings.is_https(), &name, "", 0).map(|over| (header::SET_COOKIE, over)));
    response
}

async fn finish(app: &App, query: &Fields, flow: &Flow) -> Result<Response, Unfinished> {
    let code = only(query, "code").ok_or(Unfinished::Refused("the answer holds no code"))?;
    if form::value(query, "iss").is_some() && only(query, "iss").is_none() {
        return Err(Unfinished::Refused("the answer names two issuers"));
    }
    let now = app.clock.now();
    let caller = app.sign_in.finish(flow, code, only(query, "iss"), &app.verifier, now).await?;
    let with_profile = app.settings.people_from_claims;
    let session = app.sign_in.open_session(flow, caller, with_profile, app.ids.bytes(), now);
    let session =
        session.and_then(|session| cookie::set(app.settings.is_https(), SESSION, &session, Session::SECONDS));
    let back = see_other(&page_of(app, &flow.registration));
    let (Some(mut response), Some(session)) = (back, session) else {
        return Err(Unfinished::Refused("no cookie can hold the session"));
    };
    response.headers_mut().append(header::SET_COOKIE, session);
    Ok(response)
}

/// `POST /sign-out`
pub async fn end(
    State(app): State<App>,
    reader: Reader,
    form: Result<Form<Fields>, FormRejection>,
) -> Response {
    let fields = match form::read(&app, form) {
        Ok(fields) => fields,
        Err(error) => return problem(&app, &reader, &error),
    };
    let kept = cookie::read(app.settings.is_https(), &reader.headers, SESSION);
    let session = kept.and_then(|kept| app.sign_in.session(kept, app.clock.now()));
    let mark = form::value(&fields, "session").unwrap_or_default();
    if session.as_ref().is_some_and(|session| !app.sign_in.is_form_of(session, mark)) {
        return forbidden(&app, &reader);
    }
    let registration = form::value(&fields, "registration").unwrap_or_default();
    if wire::ids::read_registration(registration).is_none() {
        return not_found(&reader);
    }
    let way = match session.map(|session| session.caller.tenant) {
        Some(tenant) if app.sign_in.end_session(tenant, app.clock.now()).await.is_some() => {
            let tenant = tenant.0;
            format!("{}/signed-out?registration={registration}&tenant={tenant}", app.settings.public_url)
        }
        _ => page_of(&app, registration),
    };
    let Some(mut response) = see_other(&way) else { return not_found(&reader) };
    response
        .headers_mut()
        .extend(cookie::set(app.settings.is_https(), SESSION, "", 0).map(|over| (header::SET_COOKIE, over)));
    response
}

/// `GET /signed-out?registration={id}&tenant={id}`: what is left to do, at the identity provider. By a link: browsers hold
/// where a form leads against the page's policy, and whoever shares the computer decides.
pub async fn ended(
    State(app): State<App>,
    reader: Reader,
    query: Result<Query<Fields>, QueryRejection>,
) -> Response {
    let query = query.map(|Query(query)| query).unwrap_or_default();
    let registration = only(&query, "registration").unwrap_or_default();
    if wire::ids::read_registration(registration).is_none() {
        return not_found(&reader);
    }
    let back = page_of(&app, registration);
    let tenant = only(&query, "tenant").and_then(|tenant| Uuid::try_parse(tenant).ok()).map(TenantId);
    let there = match tenant {
        Some(tenant) => app.sign_in.end_session(tenant, app.clock.now()).await,
        None => None,
    };
    let Some(there) = there else { return see_other(&back).unwrap_or_else(|| not_found(&reader)) };
    let language = reader.language(None);
    let view =
        SignedOutView { language, query: &reader.query, provider_url: there.as_str(), back_url: &back };
    html(StatusCode::OK, language, pages::signed_out_page(&view))
}

/// The sign-up page, which is the only place anything here leads back to.
fn page_of(app: &App, registration: &str) -> String {
    format!("{}/registration/{registration}", app.settings.public_url)
}

fn flow_cookie(mark: &str) -> String {
    format!("sign-in-{mark}")
}

/// A parameter that is there once: of one that is there twice nobody knows which was meant.
fn only<'f>(fields: &'f Fields, name: &str) -> Option<&'f str> {
    let mut values = fields.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str());
    values.next().filter(|_| values.next().is_none())
}

/// What the log is told of it. Neither code nor token is in there.
fn told(unfinished: &Unfinished) -> ApiError {
    match unfinished {
        Unfinished::Refused(reason) => {
            tracing::info!(reason, "a sign-in on a page was refused");
            ApiError::NotJson
        }
        Unfinished::Away(reason) => {
            tracing::warn!(%reason, "nobody can sign in on pages, their issuer does not answer");
            ApiError::Busy
        }
    }
}

fn failed(status: StatusCode, reader: &Reader, again: Option<&str>) -> Response {
    let language = reader.language(None);
    html(status, language, pages::sign_in_failed_page(language, again))
}
