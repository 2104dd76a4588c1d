//! How pages leave the house.

use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use jiff::SignedDuration;
use pages::{Language, Problem, ProblemView};
use url::Url;

use super::policy::POLICY;
use super::reader::Reader;
use crate::app::App;
use crate::error::ApiError;

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
