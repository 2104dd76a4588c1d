//! The Graph surface, `/beta` and `/v1.0`: one door for every operation.
//!
//! The order never varies: budget, token, path, method, permission, query, body, permission of what is expanded, account, and
//! then the operation's own rules.

mod ask;
mod attendance;
mod batch;
mod budget;
mod delta;
mod enroll;
mod export;
mod life;
mod many;
mod meeting;
mod metadata;
mod once;
mod paging;
mod prefer;
mod question;
mod registrant;
mod registration;
mod reply;
mod sent;
mod subscription;
mod user;

use std::iter::successors;
use std::pin::Pin;
use std::sync::Arc;

use axum::body::{Body, HttpBody};
use axum::response::Response;
use domain::operation::Method;
use domain::{Caller, Operation};
use http::header::{self, HeaderName};
use http::request::Parts;
use http::{HeaderMap, HeaderValue};
use percent_encoding::percent_decode_str;
use wire::{GraphPath, Query, UserRef};

pub use ask::Ask;
pub use budget::{Budgets, Excess, Left, Scope};
pub use enroll::{Asked, Place, private_key, take_place};
pub use export::{Broken, List, Reader, write as write_export};
pub use many::{Enroller, NewRow, check_rows, enroll_rows};
pub(crate) use paging::{PageTokens, Question};
pub(crate) use registrant::public_id;
pub use reply::Reply;

use self::ask::throw_away;
use crate::app::App;
use crate::error::{ApiError, RequestIds};

/// What an operation answers.
pub type Answer = Result<Reply, ApiError>;

const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");
const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");
const ODATA_VERSION: HeaderName = HeaderName::from_static("odata-version");
const DIAGNOSTIC: HeaderName = HeaderName::from_static("x-ms-ags-diagnostic");

/// Answers a request below `/beta` or `/v1.0`.
pub async fn serve(app: &App, request: &Parts, body: &mut Body) -> Response {
    let waits_for_a_word = request.headers.contains_key(header::EXPECT);
    let mut response = if is_for("$batch", request) {
        batch::serve(app, request, body).await
    } else if is_for("$metadata", request) {
        metadata::serve(app, request)
    } else {
        one(app, request, body).await
    };
    // Who waits for a word before sending the body gets the answer for it.
    let is_read =
        body.is_end_stream() || !waits_for_a_word && throw_away(body, app.settings.max_body_bytes).await;
    if !is_read {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// Whether a request is for what is called so and stands directly below the version, beside all nouns.
fn is_for(name: &str, request: &Parts) -> bool {
    let below = request.uri.path().splitn(3, '/').nth(2).unwrap_or_default().trim_end_matches('/');
    // Nearly every path has more segments than one, and need not be decoded for this.
    !below.contains('/')
        && percent_decode_str(below).decode_utf8().is_ok_and(|below| below.eq_ignore_ascii_case(name))
}

/// Answers one request, whether it came by itself or in a batch.
async fn one(app: &App, request: &Parts, body: &mut Body) -> Response {
    let ids = request_ids(app, &request.headers);
    let mut left = None;
    let (operation, answer) = answer(app, request, body, &mut left).await;
    finish(app, &ids, operation.map_or("none", Operation::name), left, answer)
}

/// Counts a request by whom it came from and whose it is, and proves who asks. `left` is what is left of the scarcest
/// budget.
async fn admit(app: &App, request: &Parts, left: &mut Option<Left>) -> Result<Arc<Caller>, ApiError> {
    let budgets = &app.settings.budgets;
    *left = budgets.take_address(app.settings.trusted_proxies.client_of(request).0)?;
    let authorization = request.headers.get(header::AUTHORIZATION);
    let caller = app.verifier.verify(authorization, app.clock.now()).await;
    let caller = caller.map_err(ApiError::Unauthenticated)?;
    *left = budget::scarcest([*left, budgets.take_caller(&caller)?]);
    Ok(caller)
}

/// The answer with the headers that every one has. `name` is what it is counted as, `left` what is left of the scarcest
/// budget.
fn finish(app: &App, ids: &RequestIds, name: &'static str, left: Option<Left>, answer: Answer) -> Response {
    let left = match &answer {
        Err(ApiError::Throttled(excess)) => Some(excess.left()),
        _ => left,
    };
    let mut response = match answer {
        Ok(reply) => reply.into_response(),
        Err(error) => error.into_response(ids, app.clock.now()),
    };
    let status = response.status().as_str().to_owned();
    metrics::counter!("usher_graph_requests_total", "operation" => name, "status" => status).increment(1);
    let headers = response.headers_mut();
    // Room for all of them at once.
    headers.reserve(8);
    app.settings.budgets.tell(left, headers);
    for (name, value) in [(REQUEST_ID, &ids.request), (CLIENT_REQUEST_ID, &ids.client)] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(ODATA_VERSION, HeaderValue::from_static("4.0"));
    headers.insert(DIAGNOSTIC, HeaderValue::from_static(r#"{"ServerInfo":{"DataCenter":"usher","Slice":"E","Ring":"0","ScaleUnit":"000","RoleInstance":"usher"}}"#));
    response
}

/// The client's id is echoed when it is short and printable, as Graph asks of it.
fn request_ids(app: &App, headers: &HeaderMap) -> RequestIds {
    let ours = app.ids.random_id().to_string();
    let is_usable = |id: &&str| !id.is_empty() && id.len() <= 128 && id.bytes().all(|b| b.is_ascii_graphic());
    let theirs = headers.get(CLIENT_REQUEST_ID).and_then(|id| id.to_str().ok()).filter(is_usable);
    RequestIds { client: theirs.unwrap_or(&ours).to_owned(), request: ours }
}

async fn answer(
    app: &App,
    request: &Parts,
    body: &mut Body,
    left: &mut Option<Left>,
) -> (Option<Operation>, Answer) {
    let caller = match admit(app, request, left).await {
        Ok(caller) => caller,
        Err(error) => return (None, Err(error)),
    };
    let (path, operation) = match route(request) {
        Ok(route) => route,
        Err(error) => return (None, Err(error)),
    };
    let for_me = path.user == UserRef::Me;
    let answer = async {
        domain::permission::opens(operation, app.settings.permissions, &caller, for_me)?;
        *left = budget::scarcest([*left, app.settings.budgets.take_weight(&caller, operation)?]);
        let query = Query::read(request.uri.query().unwrap_or_default())?;
        query.allow(operation, path.counts)?;
        let mut ask = Ask::read(app, caller, operation, path, query, request, body).await?;
        // Whatever is expanded takes the permission that it takes by itself.
        for expanded in successors(ask.expanded.as_ref(), |expanded| expanded.within.as_deref()) {
            domain::permission::opens(expanded.by, app.settings.permissions, &ask.caller, for_me)?;
        }
        // Enrolling holds the account against the directory in its own transaction: it costs no question here.
        if operation != Operation::EnrollRegistrant {
            ask.check_account().await?;
        }
        let reply = perform(&mut ask).await?;
        let reply = reply.choose(ask.query.select.as_deref(), ask.expanded.as_ref());
        let reply = match operation.method() {
            Method::Get => reply.unless_known(&ask.conditions())?,
            _ => reply,
        };
        Ok(prefer::apply(&ask, reply))
    };
    (Some(operation), answer.await)
}

fn route(request: &Parts) -> Result<(GraphPath, Operation), ApiError> {
    let below = request.uri.path().splitn(3, '/').nth(2).unwrap_or_default();
    let path = GraphPath::read(below).map_err(ApiError::Path)?;
    let for_me = path.user == UserRef::Me;
    let method = Method::from_name(request.method.as_str());
    if path.counts && method != Some(Method::Get) {
        return Err(ApiError::Method(vec![Method::Get.name()]));
    }
    match method.and_then(|method| path.resource.operation(method, for_me)) {
        Some(operation) => Ok((path, operation)),
        None => Err(ApiError::Method(path.resource.methods().into_iter().map(Method::name).collect())),
    }
}

/// Exhaustive on purpose: a new operation does not compile until it has a handler. Each has a box of its own size, so that no
/// request takes room for the largest.
fn perform<'a>(ask: &'a mut Ask<'_>) -> Pin<Box<dyn Future<Output = Answer> + Send + 'a>> {
    match ask.operation {
        Operation::GetMe => Box::pin(user::get_me(ask)),
        Operation::GetUser => Box::pin(user::get(ask)),
        Operation::CreateMeeting => Box::pin(meeting::create(ask)),
        Operation::CreateOrGetMeeting => Box::pin(meeting::create_or_get(ask)),
        Operation::FindMeetings => Box::pin(meeting::find(ask)),
        Operation::GetMeeting => Box::pin(meeting::get(ask)),
        Operation::UpdateMeeting => Box::pin(meeting::update(ask)),
        Operation::DeleteMeeting => Box::pin(meeting::delete(ask)),
        Operation::CreateRegistration => Box::pin(registration::create(ask)),
        Operation::GetRegistration => Box::pin(registration::get(ask)),
        Operation::UpdateRegistration => Box::pin(registration::update(ask)),
        Operation::DeleteRegistration => Box::pin(registration::delete(ask)),
        Operation::ListQuestions => Box::pin(question::list(ask)),
        Operation::CreateQuestion => Box::pin(question::create(ask)),
        Operation::GetQuestion => Box::pin(question::get(ask)),
        Operation::UpdateQuestion => Box::pin(question::update(ask)),
        Operation::DeleteQuestion => Box::pin(question::delete(ask)),
        Operation::EnrollRegistrant => Box::pin(enroll::enroll(ask)),
        Operation::EnrollRegistrants => Box::pin(many::enroll(ask)),
        Operation::CancelRegistrants => Box::pin(many::cancel(ask)),
        Operation::ExportRegistrants => Box::pin(export::export(ask)),
        Operation::ListRegistrants => Box::pin(registrant::list(ask)),
        Operation::GetRegistrant => Box::pin(registrant::get(ask)),
        Operation::CancelRegistrant => Box::pin(registrant::cancel(ask)),
        Operation::UpdateRegistrant => Box::pin(life::update(ask)),
        Operation::ApproveRegistrant => Box::pin(life::approve(ask)),
        Operation::RejectRegistrant => Box::pin(life::reject(ask)),
        Operation::AcceptOffer => Box::pin(life::accept(ask)),
        Operation::CancelForReason => Box::pin(life::cancel(ask)),
        Operation::ListLetters => Box::pin(registrant::list_letters(ask)),
        Operation::ListAttendanceReports => Box::pin(attendance::list_reports(ask)),
        Operation::GetAttendanceReport => Box::pin(attendance::get_report(ask)),
        Operation::ListAttendanceRecords => Box::pin(attendance::list_records(ask)),
        Operation::DeltaMeetings => Box::pin(delta::meetings(ask)),
        Operation::DeltaRegistrants => Box::pin(delta::registrants(ask)),
        Operation::CreateSubscription => Box::pin(subscription::create(ask)),
        Operation::ListSubscriptions => Box::pin(subscription::list(ask)),
        Operation::GetSubscription => Box::pin(subscription::get(ask)),
        Operation::UpdateSubscription => Box::pin(subscription::update(ask)),
        Operation::DeleteSubscription => Box::pin(subscription::delete(ask)),
        Operation::ReauthorizeSubscription => Box::pin(subscription::reauthorize(ask)),
        Operation::RotateSigningSecret => Box::pin(subscription::rotate_secret(ask)),
        Operation::ListDeliveries => Box::pin(sent::list_deliveries(ask)),
        Operation::ReplayDeliveries => Box::pin(sent::replay(ask)),
    }
}
