//! The Graph surface, `/beta` and `/v1.0`: one door for every operation.
//!
//! The order never varies: token, path, method, permission, query, body, account, and then the operation's own rules.

mod ask;
mod attendance;
mod enroll;
mod meeting;
mod question;
mod registrant;
mod registration;
mod user;

use axum::body::{Body, HttpBody};
use axum::extract::State;
use axum::response::Response;
use domain::Operation;
use domain::operation::Method;
use http::header::{self, HeaderName};
use http::request::Parts;
use http::{HeaderValue, Request, StatusCode};
use serde::Serialize;
use serde_json::Value;
use wire::{GraphPath, Query, UserRef};

pub use ask::Ask;
pub use enroll::{Asked, Place, private_key, take_place};

use self::ask::throw_away;
use crate::app::App;
use crate::error::{ApiError, RequestIds};

/// What an operation answers.
pub type Answer = Result<Reply, ApiError>;

/// The answer of an operation that went well.
#[derive(Debug)]
pub struct Reply {
    status: StatusCode,
    body: Option<Vec<u8>>,
}

impl Reply {
    /// 200 with a body.
    pub fn ok(body: &impl Serialize) -> Self {
        Self::with(StatusCode::OK, body)
    }

    /// 201 with a body.
    pub fn created(body: &impl Serialize) -> Self {
        Self::with(StatusCode::CREATED, body)
    }

    /// 204 without a body.
    pub fn no_content() -> Self {
        Self { status: StatusCode::NO_CONTENT, body: None }
    }

    /// The answer with the members that `$select` names, and the annotations. Names that are none select nothing.
    fn select(self, names: &[String]) -> Self {
        let is_kept = |name: &str| {
            let bare = name.split('@').next().unwrap_or_default();
            bare.is_empty() || names.iter().any(|wanted| wanted == bare || wanted == "*")
        };
        let mut value: Value =
            self.body.as_deref().and_then(|body| serde_json::from_slice(body).ok()).unwrap_or_default();
        let entities = match value.get_mut("value").and_then(Value::as_array_mut) {
            Some(items) => items.iter_mut().collect(),
            None => vec![&mut value],
        };
        for entity in entities.into_iter().filter_map(Value::as_object_mut) {
            entity.retain(|name, _| is_kept(name));
        }
        Self::with(self.status, &value)
    }

    fn with(status: StatusCode, body: &impl Serialize) -> Self {
        let body = serde_json::to_vec(body).expect("values with text keys always serialize");
        Self { status, body: Some(body) }
    }
}

const JSON: &str = "application/json;odata.metadata=minimal;odata.streaming=true;\
    IEEE754Compatible=false;charset=utf-8";
const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");
const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");
const ODATA_VERSION: HeaderName = HeaderName::from_static("odata-version");
const DIAGNOSTIC: HeaderName = HeaderName::from_static("x-ms-ags-diagnostic");

/// Answers a request below `/beta` or `/v1.0`.
pub async fn serve(State(app): State<App>, request: Request<Body>) -> Response {
    let ids = request_ids(&app, &request);
    let (parts, mut body) = request.into_parts();
    let waits_for_a_word = parts.headers.contains_key(header::EXPECT);
    let (operation, answer) = answer(&app, parts, &mut body).await;
    // Who waits for a word before sending the body gets the answer for it.
    let is_read =
        body.is_end_stream() || !waits_for_a_word && throw_away(&mut body, app.settings.max_body_bytes).await;
    let mut response = match answer {
        Ok(reply) => respond(reply),
        Err(error) => error.into_response(&ids, app.clock.now()),
    };
    count(operation, response.status());
    let headers = response.headers_mut();
    for (name, value) in [(REQUEST_ID, &ids.request), (CLIENT_REQUEST_ID, &ids.client)] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    if !is_read {
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(ODATA_VERSION, HeaderValue::from_static("4.0"));
    headers.insert(DIAGNOSTIC, HeaderValue::from_static(r#"{"ServerInfo":{"DataCenter":"usher","Slice":"E","Ring":"0","ScaleUnit":"000","RoleInstance":"usher"}}"#));
    response
}

/// The client's id is echoed when it is short and printable, as Graph asks of it.
fn request_ids(app: &App, request: &Request<Body>) -> RequestIds {
    let ours = app.ids.random_id().to_string();
    let is_usable = |id: &&str| !id.is_empty() && id.len() <= 128 && id.bytes().all(|b| b.is_ascii_graphic());
    let theirs = request.headers().get(CLIENT_REQUEST_ID).and_then(|id| id.to_str().ok()).filter(is_usable);
    RequestIds { client: theirs.unwrap_or(&ours).to_owned(), request: ours }
}

fn respond(reply: Reply) -> Response {
    let mut response = Response::new(reply.body.map_or_else(Body::empty, Body::from));
    *response.status_mut() = reply.status;
    if reply.status != StatusCode::NO_CONTENT {
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(JSON));
    }
    response
}

fn count(operation: Option<Operation>, status: StatusCode) {
    let operation = operation.map_or("none", Operation::name);
    metrics::counter!("usher_graph_requests_total", "operation" => operation, "status" => status.as_str().to_owned())
        .increment(1);
}

async fn answer(app: &App, request: Parts, body: &mut Body) -> (Option<Operation>, Answer) {
    let authorization = request.headers.get(header::AUTHORIZATION);
    let caller = match app.verifier.verify(authorization, app.clock.now()).await {
        Ok(caller) => caller,
        Err(refusal) => return (None, Err(ApiError::Unauthenticated(refusal))),
    };
    let (path, operation) = match route(&request) {
        Ok(route) => route,
        Err(error) => return (None, Err(error)),
    };
    let for_me = path.user == UserRef::Me;
    let answer = async {
        domain::permission::opens(operation, app.settings.permissions, &caller, for_me)?;
        let query = Query::read(request.uri.query().unwrap_or_default())?;
        query.allow(operation)?;
        let ask = Ask::read(app, caller, operation, path, query, request, body).await?;
        // Enrolling holds the account against the directory in its own transaction: it costs no question here.
        if operation != Operation::EnrollRegistrant {
            ask.check_account().await?;
        }
        let reply = perform(&ask, operation).await?;
        Ok(match &ask.query.select {
            Some(names) => reply.select(names),
            None => reply,
        })
    };
    (Some(operation), answer.await)
}

fn route(request: &Parts) -> Result<(GraphPath, Operation), ApiError> {
    let below = request.uri.path().splitn(3, '/').nth(2).unwrap_or_default();
    let path = GraphPath::read(below).map_err(ApiError::Path)?;
    let for_me = path.user == UserRef::Me;
    let method = Method::from_name(request.method.as_str());
    match method.and_then(|method| path.resource.operation(method, for_me)) {
        Some(operation) => Ok((path, operation)),
        None => Err(ApiError::Method(path.resource.methods().into_iter().map(Method::name).collect())),
    }
}

/// Exhaustive on purpose: a new operation does not compile until it has a handler.
async fn perform(ask: &Ask<'_>, operation: Operation) -> Answer {
    match operation {
        Operation::GetMe => user::get_me(ask).await,
        Operation::GetUser => user::get(ask).await,
        Operation::CreateMeeting => meeting::create(ask).await,
        Operation::CreateOrGetMeeting => meeting::create_or_get(ask).await,
        Operation::FindMeetings => meeting::find(ask).await,
        Operation::GetMeeting => meeting::get(ask).await,
        Operation::UpdateMeeting => meeting::update(ask).await,
        Operation::DeleteMeeting => meeting::delete(ask).await,
        Operation::CreateRegistration => registration::create(ask).await,
        Operation::GetRegistration => registration::get(ask).await,
        Operation::UpdateRegistration => registration::update(ask).await,
        Operation::DeleteRegistration => registration::delete(ask).await,
        Operation::ListQuestions => question::list(ask).await,
        Operation::CreateQuestion => question::create(ask).await,
        Operation::GetQuestion => question::get(ask).await,
        Operation::UpdateQuestion => question::update(ask).await,
        Operation::DeleteQuestion => question::delete(ask).await,
        Operation::EnrollRegistrant => enroll::enroll(ask).await,
        Operation::ListRegistrants => registrant::list(ask).await,
        Operation::GetRegistrant => registrant::get(ask).await,
        Operation::CancelRegistrant => registrant::cancel(ask).await,
        Operation::ListLetters => registrant::list_letters(ask).await,
        Operation::ListAttendanceReports => attendance::list_reports(ask).await,
        Operation::GetAttendanceReport => attendance::get_report(ask).await,
        Operation::ListAttendanceRecords => attendance::list_records(ask).await,
    }
}
