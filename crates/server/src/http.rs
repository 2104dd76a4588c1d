//! The whole HTTP surface on one router.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, FromRequestParts, State};
use axum::middleware::map_response;
use axum::response::Response;
use http::header::STRICT_TRANSPORT_SECURITY;
use http::{HeaderValue, Request};
use tower_http::catch_panic::CatchPanicLayer;

use crate::app::App;
use crate::attend::Reader;
use crate::issuer::IssuerService;
use crate::{attend, graph, issuer, ops};

/// Where the built-in issuer answers, below the public URL.
pub const ISSUER_PATH: &str = "/identity";

/// Everything that is served. Graph's paths have a reader of their own and come in by the fallback, because
/// their names are compared without case and their ids may hold an encoded slash.
pub fn router(app: App, issuer: Option<Arc<IssuerService>>) -> Router {
    let limit = app.settings.max_body_bytes;
    let is_secure = app.settings.is_https();
    let mut router = Router::new()
        .merge(ops::routes())
        .merge(attend::routes(&app))
        .fallback(graph_or_nothing)
        .with_state(app);
    if let Some(issuer) = issuer {
        router = router.nest(ISSUER_PATH, issuer::routes(issuer));
    }
    let router = router.layer(DefaultBodyLimit::max(limit)).layer(CatchPanicLayer::custom(ops::after_panic));
    if is_secure { router.layer(map_response(stay_secure)) } else { router }
}

/// Whoever came over https once comes back over https alone, for a year: RFC 6797. Who stands behind a name is the
/// operator's to decide, so the names below it are not meant.
async fn stay_secure(mut response: Response) -> Response {
    response.headers_mut().insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    response
}

async fn graph_or_nothing(State(app): State<App>, request: Request<Body>) -> Response {
    let version = request.uri().path().split('/').nth(1).unwrap_or_default();
    if version.eq_ignore_ascii_case("beta") || version.eq_ignore_ascii_case("v1.0") {
        graph::serve(State(app), request).await
    } else {
        let mut parts = request.into_parts().0;
        match Reader::from_request_parts(&mut parts, &app).await {
            Ok(reader) => attend::not_found(&reader),
            Err(switched) => switched,
        }
    }
}
