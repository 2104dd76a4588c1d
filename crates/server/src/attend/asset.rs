//! What pages load: the style sheet, the scripts, the picture in a tab, and an organisation's colours and logo. Each is served as what it is and
//! as nothing else, from an address that nobody's file name is part of.

use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::TenantId;
use http::{HeaderValue, header};
use uuid::Uuid;

use super::page::not_found;
use super::reader::Reader;
use crate::app::App;
use crate::house::House;

const CSS: &str = "text/css; charset=utf-8";

/// The stylesheet of every page.
pub async fn stylesheet() -> Response {
    asset(CSS, pages::STYLESHEET)
}

/// The picture of every page in a browser's tabs.
pub async fn icon() -> Response {
    asset("image/png", pages::ICON)
}

/// The script of pages with times.
pub async fn script() -> Response {
    asset("text/javascript; charset=utf-8", pages::SCRIPT)
}

/// The script of forms that ask the browser to work.
pub async fn proof_script() -> Response {
    asset("text/javascript; charset=utf-8", pages::PROOF_SCRIPT)
}

type Tenant = Result<Path<Uuid>, PathRejection>;

/// An organisation's logo.
pub async fn logo(State(app): State<App>, tenant: Tenant, reader: Reader) -> Response {
    let logo = |house: &House| house.logo.as_ref().map(|logo| asset(logo.content_type, logo.bytes.clone()));
    of(&app, tenant, logo).unwrap_or_else(|| not_found(&reader))
}

/// An organisation's colours.
pub async fn colours(State(app): State<App>, tenant: Tenant, reader: Reader) -> Response {
    let colours = |house: &House| house.stylesheet.as_ref().map(|text| asset(CSS, text.clone()));
    of(&app, tenant, colours).unwrap_or_else(|| not_found(&reader))
}

fn of(app: &App, tenant: Tenant, serve: impl Fn(&House) -> Option<Response>) -> Option<Response> {
    let Path(tenant) = tenant.ok()?;
    serve(app.settings.houses.of(TenantId(tenant)))
}

/// Looked at by itself, a file is shown as in a box without scripts.
fn asset(content_type: &'static str, content: impl Into<Body>) -> Response {
    let mut response = Response::new(content.into());
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, content_type),
        (header::CACHE_CONTROL, "public, max-age=3600"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
