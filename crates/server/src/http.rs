//! The whole HTTP surface.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, FromRequestParts, State};
use axum::response::Response;
use http::header::STRICT_TRANSPORT_SECURITY;
use http::{HeaderValue, Request};
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;

use crate::app::App;
use crate::attend::Reader;
use crate::issuer::IssuerService;
use crate::{attend, graph, issuer, ops};

/// Where the built-in issuer answers, below the public URL.
pub const ISSUER_PATH: &str = "/identity";

/// Everything that is served. Cheap to clone.
#[derive(Clone)]
pub struct Surface {
    app: App,
    pages: TowerToHyperService<Router>,
}

impl Surface {
    /// What an application and its built-in issuer, if it has one, serve.
    pub fn new(app: App, issuer: Option<Arc<IssuerService>>) -> Self {
        let mut pages = Router::new()
            .merge(ops::routes())
            .merge(attend::routes(&app))
            .fallback(nowhere)
            .with_state(app.clone());
        if let Some(issuer) = issuer {
            pages = pages.nest(ISSUER_PATH, issuer::routes(issuer));
        }
        let pages = pages.layer(DefaultBodyLimit::max(app.settings.max_body_bytes));
        // Made ready for requests here, once, and not by each of them.
        Self { app, pages: TowerToHyperService::new(pages.with_state(())) }
    }

    /// Answers a request. One for Graph passes no router, and none of its layers, each of which costs memory: Graph's paths
    /// have a reader of their own, because their names are compared without case and their ids may hold an encoded slash.
    pub async fn answer(self, request: Request<Body>) -> Response {
        // Lent to Graph, so that no level below keeps a copy while it waits.
        let (parts, mut body) = request.into_parts();
        let answer = pin!(async {
            if is_for_graph(parts.uri.path()) {
                return graph::serve(&self.app, &parts, &mut body).await;
            }
            let request = Request::from_parts(parts, body);
            self.pages.call(request).await.unwrap_or_else(|never| match never {})
        });
        let mut response = whatever_happens(answer).await;
        if self.app.settings.is_https() {
            // Whoever came over https once comes back over https alone, for a year: RFC 6797. Who stands behind a name is
            // the operator's to decide, so the names below it are not meant.
            let for_a_year = HeaderValue::from_static("max-age=31536000");
            response.headers_mut().insert(STRICT_TRANSPORT_SECURITY, for_a_year);
        }
        response
    }
}

/// The answer, though whoever makes it may panic. What panicked is not asked again.
async fn whatever_happens(mut answer: Pin<&mut impl Future<Output = Response>>) -> Response {
    poll_fn(|context| {
        catch_unwind(AssertUnwindSafe(|| answer.as_mut().poll(context)))
            .unwrap_or_else(|cause| Poll::Ready(ops::after_panic(cause)))
    })
    .await
}

fn is_for_graph(path: &str) -> bool {
    let version = path.split('/').nth(1).unwrap_or_default();
    version.eq_ignore_ascii_case("beta") || version.eq_ignore_ascii_case("v1.0")
}

async fn nowhere(State(app): State<App>, request: Request<Body>) -> Response {
    let mut parts = request.into_parts().0;
    match Reader::from_request_parts(&mut parts, &app).await {
        Ok(reader) => attend::not_found(&reader),
        Err(switched) => switched,
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;

    #[tokio::test]
    async fn a_request_whose_handler_panics_is_answered() {
        let broken = whatever_happens(pin!(async { panic!("a fault of ours") })).await;
        let sound = whatever_happens(pin!(async { Response::default() })).await;

        assert_eq!(broken.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(sound.status(), StatusCode::OK, "the control");
    }
}
