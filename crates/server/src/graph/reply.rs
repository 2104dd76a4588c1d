//! What an operation answers when all went well.

use axum::body::Body;
use axum::response::Response;
use http::header::{self, HeaderName};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use serde_json::Value;
use store::Kept;
use wire::delta::Delta;
use wire::etag::Conditions;
use wire::query::Expanded;
use wire::{Collection, Entity};

use super::Answer;

const JSON: &str = "application/json;odata.metadata=minimal;odata.streaming=true;\
    IEEE754Compatible=false;charset=utf-8";
const TEXT: &str = "text/plain;charset=utf-8";

/// The answer of an operation that went well.
#[derive(Debug)]
pub struct Reply {
    pub(super) status: StatusCode,
    pub(super) body: Option<Vec<u8>>,
    content_type: &'static str,
    etag: Option<String>,
    /// Whether that version changes with all that is shown.
    etag_covers_all: bool,
    file: Option<File>,
    pub(super) told: Vec<(HeaderName, HeaderValue)>,
}

/// A file that is written while it is read.
#[derive(Debug)]
pub struct File {
    /// Its bytes.
    pub body: Body,
    /// Its media type.
    pub media_type: &'static str,
    /// What it is called where it is saved: ASCII without quotes.
    pub name: &'static str,
}

impl Reply {
    /// 200 with a list.
    pub fn list<T: Serialize>(list: &Collection<T>) -> Self {
        Self::with(StatusCode::OK, list)
    }

    /// 200 with an entity.
    pub fn entity<T: Serialize>(entity: &Entity<T>) -> Self {
        Self { etag: entity.etag.clone(), ..Self::with(StatusCode::OK, entity) }
    }

    /// 201 with an entity.
    pub fn created<T: Serialize>(entity: &Entity<T>) -> Self {
        Self { etag: entity.etag.clone(), ..Self::with(StatusCode::CREATED, entity) }
    }

    /// What was answered before.
    pub(super) fn kept(kept: Kept) -> Self {
        let value: Value = serde_json::from_str(&kept.body).unwrap_or_default();
        Self {
            status: StatusCode::from_u16(kept.status).unwrap_or(StatusCode::OK),
            body: Some(kept.body.into_bytes()).filter(|body| !body.is_empty()),
            content_type: JSON,
            etag: value["@odata.etag"].as_str().map(str::to_owned),
            etag_covers_all: true,
            file: None,
            told: Vec::new(),
        }
    }

    /// 200 with a body that is JSON already.
    pub(super) fn of_json(body: Vec<u8>) -> Self {
        Self {
            status: StatusCode::OK,
            body: Some(body),
            content_type: JSON,
            etag: None,
            etag_covers_all: true,
            file: None,
            told: Vec::new(),
        }
    }

    /// 200 with how many items a list has: a number and nothing else.
    pub(super) fn count(count: i64) -> Self {
        Self { content_type: TEXT, ..Self::of_json(count.to_string().into_bytes()) }
    }

    /// 202 with an entity.
    pub fn accepted<T: Serialize>(entity: &Entity<T>) -> Self {
        Self::with(StatusCode::ACCEPTED, entity)
    }

    /// 200 with what changed.
    pub fn delta<T: Serialize>(delta: &Delta<T>) -> Self {
        Self::with(StatusCode::OK, delta)
    }

    /// 200 with a file. `$select` has been heeded already.
    pub(super) fn file(file: File) -> Self {
        Self { status: StatusCode::OK, file: Some(file), ..Self::no_content() }
    }

    /// 204 without a body.
    pub fn no_content() -> Self {
        Self {
            status: StatusCode::NO_CONTENT,
            body: None,
            content_type: JSON,
            etag: None,
            etag_covers_all: true,
            file: None,
            told: Vec::new(),
        }
    }

    /// The same of an entity that shows more than its version counts: the version stands in the body alone, where it is
    /// the entity's, and nobody who knows it is told that there is nothing new.
    pub(super) fn with_more(self) -> Self {
        Self { etag_covers_all: false, ..self }
    }

    /// The answer with the members that `$select` names, what is expanded, and the annotations; of what is expanded by its
    /// own `$select`. Names that are none select nothing.
    pub(super) fn choose(self, select: Option<&[String]>, expanded: Option<&Expanded>) -> Self {
        let is_whole = select.is_none() && !expanded.is_some_and(Expanded::selects);
        if self.file.is_some() || is_whole {
            return self;
        }
        let mut value: Value =
            self.body.as_deref().and_then(|body| serde_json::from_slice(body).ok()).unwrap_or_default();
        match value.get_mut("value").and_then(Value::as_array_mut) {
            Some(items) => items.iter_mut().for_each(|item| keep_chosen(item, select, expanded)),
            None => keep_chosen(&mut value, select, expanded),
        }
        Self { etag: self.etag, etag_covers_all: self.etag_covers_all, ..Self::with(self.status, &value) }
    }

    /// What whoever has this version already is told: nothing new.
    pub(super) fn unless_known(self, conditions: &Conditions) -> Answer {
        conditions.allow(self.etag.as_deref())?;
        match &self.etag {
            Some(etag) if self.etag_covers_all && conditions.know(etag) => {
                Ok(Self { status: StatusCode::NOT_MODIFIED, body: None, ..self })
            }
            _ => Ok(self),
        }
    }

    fn with(status: StatusCode, body: &impl Serialize) -> Self {
        let body = serde_json::to_vec(body).expect("values with text keys always serialize");
        Self { status, ..Self::of_json(body) }
    }

    /// As it is sent.
    pub(super) fn into_response(self) -> Response {
        let media_type = match (&self.file, &self.body) {
            (Some(file), _) => Some(file.media_type),
            (None, Some(_)) => Some(self.content_type),
            (None, None) => None,
        };
        let name = self.file.as_ref().map(|file| file.name);
        let body = self.body.map(Body::from).or(self.file.map(|file| file.body));
        let mut response = Response::new(body.unwrap_or_else(Body::empty));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        if let Some(media_type) = media_type {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
        }
        if let Some(name) = name
            && let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""))
        {
            headers.insert(header::CONTENT_DISPOSITION, value);
            headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        }
        let etag = self.etag.filter(|_| self.etag_covers_all);
        if let Some(etag) = etag.and_then(|etag| HeaderValue::from_str(&etag).ok()) {
            headers.insert(header::ETAG, etag);
        }
        headers.extend(self.told);
        response
    }
}

/// What is expanded may be one entity, several or none; it is kept whether or not it is named.
fn keep_chosen(entity: &mut Value, select: Option<&[String]>, expanded: Option<&Expanded>) {
    let Some(members) = entity.as_object_mut() else { return };
    if let Some(names) = select {
        let is_kept = |name: &str| {
            let bare = name.split('@').next().unwrap_or_default();
            let is_expanded = expanded.is_some_and(|expanded| expanded.name == bare);
            bare.is_empty() || is_expanded || names.iter().any(|wanted| wanted == bare || wanted == "*")
        };
        members.retain(|name, _| is_kept(name));
    }
    let Some(expanded) = expanded else { return };
    let (select, within) = (expanded.select.as_deref(), expanded.within.as_deref());
    match members.get_mut(expanded.name) {
        Some(Value::Array(items)) => items.iter_mut().for_each(|item| keep_chosen(item, select, within)),
        Some(one) => keep_chosen(one, select, within),
        None => {}
    }
}
