//! The pages of the sign-in, as all others look and in all their languages.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use pages::{NoSignIn, SignInView, no_sign_in_page, sign_in_page};
use url::Url;

use super::service::IssuerService;
use crate::attend::{Reader, html, leading_on};

impl FromRequestParts<Arc<IssuerService>> for Reader {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<IssuerService>) -> Result<Self, Response> {
        let issuer = service.issuer.url();
        let mount =
            Url::parse(issuer).map(|url| url.path().trim_end_matches('/').to_owned()).unwrap_or_default();
        let path = format!("{mount}{}", parts.uri.path());
        Self::of(parts, &path, issuer.starts_with("https://"))
    }
}

/// The form. It returns to `redirect_uri`: browsers want to know before they follow.
pub(super) fn sign_in(status: StatusCode, view: &SignInView<'_>, redirect_uri: &str) -> Response {
    leading_on(html(status, view.language, sign_in_page(view)), &origin(redirect_uri))
}

/// A page that says why there is no form.
pub(super) fn dead_end(status: StatusCode, reader: &Reader, why: NoSignIn) -> Response {
    let language = reader.language(None);
    html(status, language, no_sign_in_page(language, &reader.query, why))
}

/// Chromium applies `form-action` to the redirect that answers the form as well.
fn origin(redirect_uri: &str) -> String {
    let Ok(target) = Url::parse(redirect_uri) else { return String::new() };
    match target.origin() {
        url::Origin::Tuple(..) => target.origin().ascii_serialization(),
        // An application's own scheme.
        url::Origin::Opaque(_) => format!("{}:", target.scheme()),
    }
}
