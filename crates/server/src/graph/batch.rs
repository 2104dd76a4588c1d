//! `POST /$batch`: up to twenty requests in one. CONTRACT section 5.6, CLIENTS sections 17 to 20.
//!
//! Each goes through the same door as a request by itself, with the token of the batch: it is authorised, limited,
//! counted and answered on its own, and nothing of one is undone because another failed.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use domain::{FieldProblem, ProblemCode};
use http::header::{self, HeaderName};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use http_body_util::BodyExt;
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use tokio::task::JoinSet;
use wire::batch::{Answered, Item};
use wire::path::PathProblem;

use super::ask::{is_json, read_body};
use super::once::IDEMPOTENCY_KEY;
use super::prefer::{ENTITY_ID, PREFERENCE_APPLIED};
use super::{
    Answer, CLIENT_REQUEST_ID, Left, ODATA_VERSION, REQUEST_ID, Reply, admit, finish, one, request_ids,
};
use crate::app::App;
use crate::error::ApiError;
use crate::ops;

/// What requests take from their batch, whatever they say themselves: who asks, from where, and at which host.
const OF_THE_BATCH: [HeaderName; 3] =
    [header::AUTHORIZATION, header::HOST, HeaderName::from_static("x-forwarded-for")];

/// Headers of connections, which a request in a batch has none of.
const OF_CONNECTIONS: [HeaderName; 5] =
    [header::CONNECTION, header::CONTENT_LENGTH, header::EXPECT, header::TE, header::TRANSFER_ENCODING];

/// What a request in a batch is told by headers, spelled as clients look for it: the JavaScript one asks for
/// `Content-Type` to the letter.
const TOLD: [(HeaderName, &str); 12] = [
    (header::CACHE_CONTROL, "Cache-Control"),
    (ODATA_VERSION, "OData-Version"),
    (header::CONTENT_TYPE, "Content-Type"),
    (header::RETRY_AFTER, "Retry-After"),
    (header::ALLOW, "Allow"),
    (header::WWW_AUTHENTICATE, "WWW-Authenticate"),
    (header::ETAG, "ETag"),
    (header::LOCATION, "Location"),
    (ENTITY_ID, "OData-EntityId"),
    (PREFERENCE_APPLIED, "Preference-Applied"),
    (REQUEST_ID, "request-id"),
    (CLIENT_REQUEST_ID, "client-request-id"),
];

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

/// Whether the request is for `/$batch`.
pub(super) fn is_meant(request: &Parts) -> bool {
    let below = request.uri.path().splitn(3, '/').nth(2).unwrap_or_default().trim_end_matches('/');
    percent_decode_str(below).decode_utf8().is_ok_and(|below| below.eq_ignore_ascii_case("$batch"))
}

/// Answers a batch.
pub(super) async fn serve(app: &App, request: &Parts, body: &mut Body) -> Response {
    let ids = request_ids(app, &request.headers);
    let mut left = None;
    let answer = answer(app, request, body, &mut left).await;
    finish(app, &ids, "batch", left, answer)
}

async fn answer(app: &App, request: &Parts, body: &mut Body, left: &mut Option<Left>) -> Answer {
    admit(app, request, left).await?;
    if request.method != Method::POST {
        return Err(ApiError::Method(vec!["POST"]));
    }
    let bytes = read_body(body, &request.headers, app.settings.max_body_bytes).await?;
    let body = wire::Body::read(&bytes).filter(|_| is_json(&request.headers)).ok_or(ApiError::NotJson)?;
    let items = wire::batch::read(&body)?;
    Ok(Reply::of_json(write(&run(app, &Arc::new(request.clone()), &items).await)))
}

/// One request's answer.
struct ItemAnswer {
    told: Answered,
    body: Option<Vec<u8>>,
}

impl ItemAnswer {
    fn has_failed(&self) -> bool {
        self.told.status >= 400
    }
}

/// How much the answers of a batch may hold, in bytes: two of the longest pages. Behind it nothing is begun any more.
const MOST_ANSWERED: usize = 8 << 20;
/// How many run at once: as much again may be on its way when the budget is used up, and no more.
const AT_ONCE: usize = 4;

/// Answers all of them: at once what does not wait for another, as far as there is room for the answers.
async fn run(app: &App, batch: &Arc<Parts>, items: &[Item]) -> Vec<ItemAnswer> {
    let mut answers: Vec<Option<ItemAnswer>> = items.iter().map(|_| None).collect();
    let (mut begun, mut tasks, mut running) = (vec![false; items.len()], HashMap::new(), JoinSet::new());
    let mut answered = 0;
    loop {
        // Each stands behind those it waits for, so one look is enough.
        for (n, item) in items.iter().enumerate() {
            if begun[n] {
                continue;
            }
            let before = || item.after.iter().map(|other| answers[*other].as_ref());
            let refusal = if before().flatten().any(ItemAnswer::has_failed) {
                Some(ApiError::Dependency)
            } else {
                (answered >= MOST_ANSWERED).then_some(ApiError::BatchFull)
            };
            if let Some(refusal) = refusal {
                begun[n] = true;
                let ids = request_ids(app, &HeaderMap::new());
                let refusal = finish(app, &ids, "none", None, Err(refusal));
                answers[n] = Some(read_answer(&item.id, refusal).await);
            } else if running.len() < AT_ONCE && before().all(|answer| answer.is_some()) {
                let (app, batch, item) = (app.clone(), Arc::clone(batch), item.clone());
                let task = running.spawn(async move { answer_one(&app, &batch, &item).await });
                tasks.insert(task.id(), n);
                begun[n] = true;
            }
        }
        let (task, response) = match running.join_next_with_id().await {
            None => break,
            Some(Ok((task, response))) => (task, response),
            Some(Err(broken)) => (broken.id(), ops::after_panic(Box::new(()))),
        };
        if let Some(n) = tasks.get(&task) {
            let answer = read_answer(&items[*n].id, response).await;
            answered += answer.body.as_ref().map_or(0, Vec::len);
            answers[*n] = Some(answer);
        }
    }
    answers.into_iter().flatten().collect()
}

async fn answer_one(app: &App, batch: &Parts, item: &Item) -> Response {
    match unpack(batch, item, &app.settings.public_url) {
        Ok(request) => {
            let (parts, mut body) = request.into_parts();
            one(app, parts, &mut body).await
        }
        Err(error) => finish(app, &request_ids(app, &HeaderMap::new()), "none", None, Err(error)),
    }
}

/// The request, as it would have come by itself.
fn unpack(batch: &Parts, item: &Item, public_url: &str) -> Result<Request<Body>, ApiError> {
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

async fn read_answer(id: &str, response: Response) -> ItemAnswer {
    let (parts, body) = response.into_parts();
    let mut headers = Map::new();
    for (name, spelled) in TOLD {
        if let Some(value) = parts.headers.get(name).and_then(|value| value.to_str().ok()) {
            headers.insert(spelled.to_owned(), Value::from(value));
        }
    }
    // It was written by us and is in memory: there is nothing to fail.
    let body = body.collect().await.map(|body| body.to_bytes().to_vec()).unwrap_or_default();
    let body = (parts.status != StatusCode::NO_CONTENT && !body.is_empty()).then_some(body);
    ItemAnswer { told: Answered { id: id.to_owned(), status: parts.status.as_u16(), headers }, body }
}

/// The answer to the batch. Bodies are JSON already and are copied as they are; a request without one has no such
/// member.
fn write(answers: &[ItemAnswer]) -> Vec<u8> {
    let mut text = b"{\"responses\":[".to_vec();
    for (n, answer) in answers.iter().enumerate() {
        if n > 0 {
            text.push(b',');
        }
        let head = serde_json::to_vec(&answer.told).expect("texts and a number always serialize");
        match &answer.body {
            None => text.extend(head),
            Some(body) => {
                text.extend(&head[..head.len() - 1]);
                text.extend(b",\"body\":");
                text.extend(body);
                text.push(b'}');
            }
        }
    }
    text.extend(b"]}");
    text
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
