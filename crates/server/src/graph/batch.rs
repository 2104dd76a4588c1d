//! `POST /$batch`: up to twenty requests in one. docs/graph-compat.md#batches.
//!
//! Each goes through the same door as a request by itself, with the token of the batch: it is authorised, limited,
//! counted and answered on its own, and nothing of one is undone because another failed.

mod item;

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use domain::{FieldProblem, Operation, ProblemCode};
use http::header::{self, HeaderName};
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Map, Value};
use tokio::task::JoinSet;
use wire::batch::{Answered, Item};

use self::item::unpack;
use super::ask::{collect_body, is_json};
use super::prefer::{ENTITY_ID, PREFERENCE_APPLIED};
use super::{
    Answer, CLIENT_REQUEST_ID, Left, ODATA_VERSION, REQUEST_ID, Reply, admit, finish, one, request_ids, route,
};
use crate::app::App;
use crate::error::ApiError;
use crate::ops;

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
    let bytes = collect_body(body, &request.headers, app.settings.max_body_bytes).await?;
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
            if matches!(route(&parts), Ok((_, Operation::ExportRegistrants))) {
                let message = "an export is a file, and no part of a batch: ask for it by itself";
                let problem = FieldProblem::new("url", ProblemCode::InvalidBatch, message);
                let ids = request_ids(app, &parts.headers);
                return finish(app, &ids, "none", None, Err(vec![problem].into()));
            }
            one(app, &parts, &mut body).await
        }
        Err(error) => finish(app, &request_ids(app, &HeaderMap::new()), "none", None, Err(error)),
    }
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
