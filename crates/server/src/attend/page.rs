//! How pages leave the house.

use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use domain::Origin;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use jiff::SignedDuration;
use pages::{Language, Problem, ProblemView};
use url::Url;

use super::reader::Reader;
use crate::app::App;
use crate::error::ApiError;

/// Nothing from elsewhere, no script, no frame.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; \
    frame-ancestors 'none'; base-uri 'none'";

/// A page in `language`.
pub fn html(status: StatusCode, language: Language, page: String) -> Response {
    let mut response = Response::new(Body::from(page));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Language, Cookie"));
    private(headers);
    response
}

/// A page with a button that leads to another address. Naming that address would tell it to whoever only looks.
pub fn html_with_way_out(status: StatusCode, language: Language, page: String) -> Response {
    html_leading_on(status, language, page, "https: http:")
}

/// A page with a form that leads on to `targets`: browsers hold that against the policy as well.
pub fn html_leading_on(status: StatusCode, language: Language, page: String, targets: &str) -> Response {
    let page = html(status, language, page);
    with_policy(page, |policy| policy.replace("form-action 'self'", &format!("form-action 'self' {targets}")))
}

/// A page that runs a script of ours.
pub fn scripted(page: Response) -> Response {
    with_policy(page, |policy| format!("{policy}; script-src 'self'"))
}

/// A page that these sites may show in a frame; none where the list is empty. Older browsers than those that know
/// `frame-ancestors` would take `X-Frame-Options` for all of them.
pub fn framed_by(page: Response, origins: &[Origin]) -> Response {
    if origins.is_empty() {
        return page;
    }
    let listed: Vec<&str> = origins.iter().map(Origin::as_str).collect();
    let frame = format!("frame-ancestors {}", listed.join(" "));
    let mut page = with_policy(page, |policy| policy.replace("frame-ancestors 'none'", &frame));
    page.headers_mut().remove(header::X_FRAME_OPTIONS);
    page
}

/// The page under another policy than it has.
fn with_policy(mut page: Response, change: impl FnOnce(&str) -> String) -> Response {
    let headers = page.headers_mut();
    let policy = headers.get(header::CONTENT_SECURITY_POLICY).and_then(|policy| policy.to_str().ok());
    // Only a text of ours is put in: what cannot stand in a header leaves the stricter policy.
    if let Some(policy) = policy.and_then(|policy| HeaderValue::from_str(&change(policy)).ok()) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    page
}

/// A page that waits longer looks again all the same: what it waits for may have been moved, and a computer that slept
/// has lost count.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_mins(5);
/// Over so many seconds is spread when people look again: they were all told the same moment.
const SPREAD_SECONDS: u8 = 15;

/// Has the browser ask for the same page again after `wait`, a few seconds later for one person than for another, by
/// whatever tells them apart. By a header: it needs no script, and pages that carry such an element fail checks of
/// accessibility.
pub fn look_again(mut page: Response, wait: SignedDuration, person: u8) -> Response {
    // A part of a second too early would be early.
    let seconds = wait.min(LONGEST_WAIT).as_secs() + 1 + i64::from(person % SPREAD_SECONDS);
    page.headers_mut().insert(header::REFRESH, HeaderValue::from(seconds));
    page
}

/// A way on to another address, which learns nothing of the link that led there.
pub fn see_other(address: &str) -> Option<Response> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    let headers = response.headers_mut();
    // As browsers spell it: the header carries ASCII alone.
    let address = Url::parse(address).ok()?;
    headers.insert(header::LOCATION, HeaderValue::from_str(address.as_str()).ok()?);
    private(headers);
    Some(response)
}

/// A page for a link or a registration that is not there, always the same.
pub fn not_found(reader: &Reader) -> Response {
    let language = reader.language(None);
    html(StatusCode::NOT_FOUND, language, pages::not_found_page(language))
}

/// A page for what was not sent from a page of ours.
pub fn forbidden(app: &App, reader: &Reader) -> Response {
    let request_id = app.ids.random_id().to_string();
    let language = reader.language(None);
    let view = ProblemView { language, problem: Problem::Refused, request_id: &request_id };
    html(StatusCode::FORBIDDEN, language, pages::problem_page(&view))
}

/// A page for a request that cannot be answered now.
pub fn problem(app: &App, reader: &Reader, error: &ApiError) -> Response {
    let request_id = app.ids.random_id().to_string();
    if let ApiError::Fault(fault) = error {
        let cause = std::error::Error::source(fault.as_ref()).map(ToString::to_string).unwrap_or_default();
        tracing::error!(request.id = %request_id, cause, "the database failed");
    }
    let status = error.status();
    let problem = match status {
        StatusCode::SERVICE_UNAVAILABLE => Problem::Unavailable,
        StatusCode::TOO_MANY_REQUESTS => Problem::TooMany,
        status if status.is_client_error() => Problem::Refused,
        _ => Problem::Fault,
    };
    let language = reader.language(None);
    let page = pages::problem_page(&ProblemView { language, problem, request_id: &request_id });
    let mut response = html(status, language, page);
    if problem == Problem::Unavailable {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
    }
    response
}

/// A page for whoever asks too often; when they may ask again.
pub fn too_many(app: &App, reader: &Reader, wait: Duration) -> Response {
    let request_id = app.ids.random_id().to_string();
    let language = reader.language(None);
    let view = ProblemView { language, problem: Problem::TooMany, request_id: &request_id };
    let mut response = html(StatusCode::TOO_MANY_REQUESTS, language, pages::problem_page(&view));
    // A part of a second too early would be early.
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
    response
}

/// Links are capabilities: they are kept by nobody on the way.
pub(super) fn private(headers: &mut HeaderMap) {
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
}
