//! One request of a batch, unpacked: its address in any spelling, its own headers and those it has from the batch.

use axum::body::Body;
use domain::{FieldProblem, ProblemCode};
use http::header::{self, HeaderName};
use http::request::Parts;
use http::{HeaderValue, Method, Request};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::Value;
use sha2::{Digest, Sha256};
use wire::batch::Item;
use wire::path::PathProblem;

use crate::error::ApiError;
use crate::graph::once::IDEMPOTENCY_KEY;

/// What requests take from their batch, whatever they say themselves: who asks, from where, and at which host.
const OF_THE_BATCH: [HeaderName; 3] =
    [header::AUTHORIZATION, header::HOST, HeaderName::from_static("x-forwarded-for")];

/// Headers of connections, which a request in a batch has none of.
const OF_CONNECTIONS: [HeaderName; 5] =
    [header::CONNECTION, header::CONTENT_LENGTH, header::EXPECT, header::TE, header::TRANSFER_ENCODING];

/// Characters that JSON carries and an address does not; the others are encoded already, or meant as they are.
const NOT_IN_ADDRESSES: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// The request, as it would have come by itself.
pub(super) fn unpack(batch: &Parts, item: &Item, public_url: &str) -> Result<Request<Body>, ApiError> {
    let bad = |target: String, message: &str| {
        ApiError::from(vec![FieldProblem::new(target, ProblemCode::InvalidValue, message)])
    };
    let address = localize(batch, &item.url, public_url)?;
    let body = item.body.as_ref().map(Value::to_string).unwrap_or_default();
    let mut request = Request::new(Body::from(body));
    *request.method_mut() = Method::from_bytes(item.method.to_ascii_uppercase().as_bytes())
        .map_err(|_| bad("method".to_owned(), "`method` is none of HTTP's"))?;
    *request.uri_mut() =
        address.parse().map_err(|_| bad("url".to_owned(), "`url` is no address, or too long for one"))?;
    *request.extensions_mut() = batch.extensions.clone();
    for (name, value) in &item.headers {
        let read = name.parse::<HeaderName>().ok().zip(HeaderValue::from_bytes(value.as_bytes()).ok());
        let (name, value) = read.ok_or_else(|| {
            bad(format!("headers/{name}"), "the header has a name or text that none may have")
        })?;
        if !OF_CONNECTIONS.contains(&name) && !OF_THE_BATCH.contains(&name) {
            request.headers_mut().insert(name, value);
        }
    }
    for name in &OF_THE_BATCH {
        for value in batch.headers.get_all(name) {
            request.headers_mut().append(name, value.clone());
        }
    }
    // A key for the whole batch is one for each of its requests.
    if let Some(key) =
        batch.headers.get(IDEMPOTENCY_KEY).filter(|_| !request.headers().contains_key(IDEMPOTENCY_KEY))
    {
        let hash =
            Sha256::new().chain_update(key.as_bytes()).chain_update([0]).chain_update(&item.id).finalize();
        let own: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        let own = HeaderValue::from_str(&own).map_err(|_| ApiError::NotJson)?;
        request.headers_mut().insert(IDEMPOTENCY_KEY, own);
    }
    Ok(request)
}

/// Path and query of an address in any of its spellings: `/me`, `me`, `/beta/me`, or with our own host before it.
/// Without a version it is of the batch's.
fn localize(batch: &Parts, url: &str, public_url: &str) -> Result<String, ApiError> {
    let url = utf8_percent_encode(url.trim(), NOT_IN_ADDRESSES).to_string();
    let below = match url.split_once("://") {
        Some((scheme, rest)) if matches!(&*scheme.to_ascii_lowercase(), "http" | "https") => {
            let (authority, below) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
            let own = batch.headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
            let public = public_url.split_once("://").map_or(public_url, |(_, host)| host);
            if ![own, public].into_iter().any(|known| host(known).eq_ignore_ascii_case(host(authority))) {
                return Err(ApiError::Path(PathProblem::UnknownSegment(authority.to_owned())));
            }
            below
        }
        _ => &url,
    };
    let below = below.trim_start_matches('/');
    let first = below.split(['/', '?']).next().unwrap_or_default();
    if first.eq_ignore_ascii_case("beta") || first.eq_ignore_ascii_case("v1.0") {
        return Ok(format!("/{below}"));
    }
    let version = batch.uri.path().split('/').nth(1).unwrap_or("beta");
    Ok(format!("/{version}/{below}"))
}

/// The host without its port: a proxy in front listens on another one.
fn host(authority: &str) -> &str {
    let end = authority.rfind(':').filter(|colon| !authority[*colon..].contains(']'));
    &authority[..end.unwrap_or(authority.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_an_address_is_understood() {
        let (batch, ()) =
            Request::post("/v1.0/$batch").header("host", "inside:8080").body(()).unwrap().into_parts();
        let read = |url: &str| localize(&batch, url, "https://usher.example");

        for (url, expected) in [
            ("/me/onlineMeetings", "/v1.0/me/onlineMeetings"),
            ("me?$select=id", "/v1.0/me?$select=id"),
            ("/beta/me", "/beta/me"),
            ("https://usher.example/beta/me", "/beta/me"),
            ("HTTP://INSIDE:9/me", "/v1.0/me"),
            ("https://usher.example:443?x", "/v1.0/?x"),
            (
                "/me/onlineMeetings?$filter=JoinWebUrl eq 'é'",
                "/v1.0/me/onlineMeetings?$filter=JoinWebUrl%20eq%20'%C3%A9'",
            ),
            ("/users/a%2Fb?x=http://elsewhere/", "/v1.0/users/a%2Fb?x=http://elsewhere/"),
        ] {
            assert_eq!(read(url).ok().as_deref(), Some(expected), "{url}");
        }
        for url in ["https://elsewhere.example/beta/me", "http://usher.example@elsewhere/me"] {
            assert!(read(url).is_err(), "{url}");
        }
    }
}
