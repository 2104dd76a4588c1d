//! `GET /$metadata`: what is served, for tools that read OData. For everybody, like `/openapi.json`: it tells what stands
//! in the documentation. It counts against the budget of whatever address asks.

use std::sync::LazyLock;

use axum::body::Body;
use axum::response::Response;
use http::header::{self, HeaderMap};
use http::request::Parts;
use http::{HeaderValue, Method};
use percent_encoding::percent_decode_str;
use wire::csdl::{Model, write_json, write_xml};

use super::{finish, request_ids};
use crate::app::App;
use crate::error::ApiError;

static XML: LazyLock<String> = LazyLock::new(|| write_xml(&Model::new()));
static JSON: LazyLock<String> = LazyLock::new(|| write_json(&Model::new()).to_string());

/// The description: XML, or JSON where it is asked for.
pub(super) fn serve(app: &App, request: &Parts) -> Response {
    let ids = request_ids(app, &request.headers);
    let left = match app.settings.budgets.take_address(app.settings.trusted_proxies.client_of(request).0) {
        Ok(left) => left,
        Err(excess) => return finish(app, &ids, "metadata", None, Err(excess)),
    };
    if request.method != Method::GET {
        return finish(app, &ids, "metadata", left, Err(ApiError::Method(vec!["GET"])));
    }
    let (text, media_type) = match wants_json(&request.headers, request.uri.query().unwrap_or_default()) {
        true => (JSON.as_str(), "application/json"),
        false => (XML.as_str(), "application/xml; charset=utf-8"),
    };
    let mut response = finish(app, &ids, "metadata", left, Ok(super::Reply::of_json(Vec::new())));
    *response.body_mut() = Body::from(text);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}

/// By `$format`, else by whichever of the two `Accept` names first.
fn wants_json(headers: &HeaderMap, query: &str) -> bool {
    let format = query.split('&').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        let name = percent_decode_str(name).decode_utf8().ok()?;
        (name.trim_start_matches('$') == "format").then(|| value.to_ascii_lowercase())
    });
    let accept =
        || headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).map(str::to_ascii_lowercase);
    let wanted = format.or_else(accept).unwrap_or_default();
    match (wanted.find("json"), wanted.find("xml")) {
        (Some(json), Some(xml)) => json < xml,
        (json, _) => json.is_some(),
    }
}
