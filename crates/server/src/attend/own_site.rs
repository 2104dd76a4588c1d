//! What is sent to a page comes from a page of ours, so that no other site can send it in somebody's name.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, Method, header};

use super::page::forbidden;
use super::reader::Reader;
use crate::app::App;

/// Refuses what a browser posts from another site.
pub async fn only(State(app): State<App>, reader: Reader, request: Request, next: Next) -> Response {
    if request.method() == Method::POST && !is_own(&app, request.headers()) {
        return forbidden(&app, &reader);
    }
    next.run(request).await
}

/// Browsers tell in `Sec-Fetch-Site`, which no page can forge. Older ones say `Origin`, and that is `null` on a page
/// that sends no referrer, as all of ours. What says neither is no browser, and nobody's cookies are with it.
fn is_own(app: &App, headers: &HeaderMap) -> bool {
    match (headers.get("sec-fetch-site"), headers.get(header::ORIGIN)) {
        (Some(site), _) => site == "same-origin" || site == "none",
        (None, Some(origin)) => origin == "null" || origin == app.settings.public_url.as_str(),
        (None, None) => true,
    }
}
