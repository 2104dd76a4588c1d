//! The only door for errors: everything that goes wrong becomes Graph's error body here.
//! docs/graph-compat.md#errors lists the inner codes.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use domain::refusal::Denial;
use domain::{FieldProblem, ProblemCode, Refusal, Scope};
use http::{HeaderValue, StatusCode, header};
use jiff::Timestamp;
use store::Fault;
use wire::error::{ErrorBody, ErrorDetail, ErrorObject, InnerError};
use wire::many::{RowError, RowErrorDetail, RowInnerError, row_target};
use wire::path::PathProblem;

use crate::auth::TokenRefusal;
use crate::graph::{Excess, Scope as BudgetScope};
use crate::turnstile::Undecided;

/// Why a request was not answered as it hoped.
#[derive(Debug)]
pub enum ApiError {
    /// The rules said no.
    Refused(Refusal),
    /// The token proves nothing.
    Unauthenticated(TokenRefusal),
    /// The path names nothing that is served.
    Path(PathProblem),
    /// The method is not offered on this path; these are.
    Method(Vec<&'static str>),
    /// The body is no JSON object, or is not declared as JSON.
    NotJson,
    /// The body is longer than this many bytes.
    TooLarge(usize),
    /// The body did not arrive in time.
    Slow,
    /// More is asked at once than can be done.
    Busy,
    /// More was asked in a minute than the budget allows.
    Throttled(Excess),
    /// A request of a batch that waited for another one, which failed.
    Dependency,
    /// A request of a batch whose answers are as long as they may be.
    BatchFull,
    /// The machinery broke.
    Fault(Arc<Fault>),
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Denial> for ApiError {
    fn from(denial: Denial) -> Self {
        Self::Refused(Refusal::Denied(denial))
    }
}

impl From<Vec<FieldProblem>> for ApiError {
    fn from(problems: Vec<FieldProblem>) -> Self {
        Self::Refused(Refusal::Invalid(problems))
    }
}

impl From<Fault> for ApiError {
    fn from(fault: Fault) -> Self {
        Self::Fault(Arc::new(fault))
    }
}

impl From<Undecided> for ApiError {
    fn from(undecided: Undecided) -> Self {
        match undecided {
            Undecided::Busy => Self::Busy,
            Undecided::Fault(fault) => Self::Fault(fault),
        }
    }
}

/// What identifies a request in answers and logs.
#[derive(Clone, Debug)]
pub struct RequestIds {
    /// Ours.
    pub request: String,
    /// The client's, or else ours again.
    pub client: String,
}

/// One row of the contract: status, code, inner code.
struct Row(StatusCode, &'static str, Option<&'static str>);

impl ApiError {
    /// The whole contract. Exhaustive on purpose: a new refusal does not compile until it has a row.
    fn row(&self) -> Row {
        use StatusCode as S;
        match self {
            Self::Refused(refusal) => refusal_row(refusal),
            Self::Unauthenticated(refusal) => {
                Row(S::UNAUTHORIZED, "InvalidAuthenticationToken", Some(refusal.inner_code()))
            }
            Self::Path(PathProblem::UnknownSegment(_)) => {
                Row(S::BAD_REQUEST, "BadRequest", Some("unknownSegment"))
            }
            Self::Path(PathProblem::Encoding) => Row(S::BAD_REQUEST, "BadRequest", Some("pathEncoding")),
            Self::Method(_) => Row(S::METHOD_NOT_ALLOWED, "Request_BadRequest", Some("methodNotAllowed")),
            Self::NotJson => Row(S::BAD_REQUEST, "BadRequest", Some("invalidJson")),
            Self::TooLarge(_) => Row(S::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", Some("bodyTooLarge")),
            Self::Slow => Row(S::REQUEST_TIMEOUT, "RequestTimeout", Some("bodyTooSlow")),
            Self::Throttled(excess) => {
                let code = match excess.scope {
                    BudgetScope::App => "appBudget",
                    BudgetScope::Tenant => "tenantBudget",
                    BudgetScope::Address => "addressBudget",
                };
                Row(S::TOO_MANY_REQUESTS, "TooManyRequests", Some(code))
            }
            Self::Dependency => Row(S::FAILED_DEPENDENCY, "FailedDependency", Some("dependencyFailed")),
            Self::BatchFull => Row(S::TOO_MANY_REQUESTS, "TooManyRequests", Some("batchBudget")),
            Self::Busy => Row(S::SERVICE_UNAVAILABLE, "ServiceUnavailable", Some("busy")),
            Self::Fault(fault) if fault.may_pass() => {
                Row(S::SERVICE_UNAVAILABLE, "ServiceUnavailable", Some("serviceNotAvailable"))
            }
            Self::Fault(_) => Row(S::INTERNAL_SERVER_ERROR, "InternalServerError", Some("generalException")),
        }
    }

    /// What was wrong and what would be right.
    fn message(&self) -> String {
        match self {
            Self::Refused(refusal) => refusal_message(refusal),
            Self::Unauthenticated(refusal) => refusal.message(),
            Self::Path(PathProblem::UnknownSegment(segment)) => {
                format!("Resource not found for the segment '{segment}'.")
            }
            Self::Path(PathProblem::Encoding) => "The path is not percent-encoded UTF-8.".to_owned(),
            Self::Method(_) => "Specified HTTP method is not allowed for the request target.".to_owned(),
            Self::NotJson => {
                "Unable to read JSON request payload. Please ensure Content-Type header is set and \
                payload is of valid JSON format."
                    .to_owned()
            }
            Self::TooLarge(limit) => format!("The request body is longer than {limit} bytes."),
            Self::Slow => "The request body did not arrive in time.".to_owned(),
            Self::Throttled(excess) => {
                let whose = match excess.scope {
                    BudgetScope::App => "The application",
                    BudgetScope::Tenant => "The organisation",
                    BudgetScope::Address => "The client address",
                };
                let per_minute = excess.per_minute;
                format!(
                    "Please retry again later. {whose} has used its {per_minute} requests a minute: send the next after \
                     the time in `Retry-After`."
                )
            }
            Self::Dependency => {
                "A request that this one depends on failed; this one was not tried.".to_owned()
            }
            Self::BatchFull => {
                "The answers of this batch are as long as they may be; this request was not tried. \
                Please send it in another batch after the time in `Retry-After`."
                    .to_owned()
            }
            Self::Busy => "The service is busy. Please retry after the time in `Retry-After`.".to_owned(),
            Self::Fault(fault) if fault.may_pass() => {
                "The service is not available for a moment. Please retry after the time in `Retry-After`."
                    .to_owned()
            }
            Self::Fault(_) => "Internal Server Error".to_owned(),
        }
    }

    fn target(&self) -> Option<String> {
        match self {
            Self::Refused(Refusal::Invalid(problems)) => {
                problems.first().map(|problem| problem.target.clone())
            }
            Self::Refused(Refusal::DirectoryMismatch { member } | Refusal::Unvalidated { member, .. }) => {
                Some((*member).to_owned())
            }
            Self::Refused(Refusal::RegistrantKind { .. }) => Some("@odata.type".to_owned()),
            Self::Refused(Refusal::IdempotencyKeyReused) => Some("Idempotency-Key".to_owned()),
            _ => None,
        }
    }

    fn details(&self) -> Vec<ErrorDetail> {
        match self {
            Self::Refused(Refusal::Invalid(problems)) if problems.len() > 1 => problems
                .iter()
                .map(|problem| ErrorDetail {
                    code: problem.code.name().to_owned(),
                    message: problem.message.clone(),
                    target: problem.target.clone(),
                })
                .collect(),
            _ => Vec::new(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Busy | Self::BatchFull => Some(Duration::from_secs(1)),
            // Whoever comes a moment early is limited again.
            Self::Throttled(excess) => Some(excess.wait + Duration::from_secs(1)),
            Self::Fault(fault) if fault.may_pass() => Some(Duration::from_secs(2)),
            _ => None,
        }
    }

    /// Writes the cause of a fault to the log. Answers to a whole request do so themselves.
    pub fn log_cause(&self) {
        if let Self::Fault(fault) = self {
            let cause =
                std::error::Error::source(fault.as_ref()).map(ToString::to_string).unwrap_or_default();
            tracing::error!(cause, "the database failed for a row of a request");
        }
    }

    /// The same for one row of a request: what it would be answered by itself, with targets in that row.
    pub fn for_row(&self, index: usize) -> RowError {
        let Row(_, code, inner_code) = self.row();
        let row = row_target(index);
        let within = |target: String| if target.is_empty() { row.clone() } else { format!("{row}/{target}") };
        let details = self.details().into_iter().map(|detail| RowErrorDetail {
            code: detail.code,
            message: detail.message,
            target: within(detail.target),
        });
        let target = match self {
            Self::Refused(Refusal::IdempotencyKeyReused) => "idempotencyKey".to_owned(),
            _ => self.target().unwrap_or_default(),
        };
        RowError {
            code: code.to_owned(),
            message: self.message(),
            target: within(target),
            details: details.collect(),
            inner_error: RowInnerError { code: inner_code.map(str::to_owned) },
        }
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.row().0
    }

    /// The finer code.
    pub fn inner_code(&self) -> Option<&'static str> {
        self.row().2
    }

    /// The answer. The cause of a fault goes to the log here, once, with the same request id.
    pub fn into_response(self, ids: &RequestIds, now: Timestamp) -> Response {
        let Row(status, code, inner_code) = self.row();
        if let Self::Fault(fault) = &self {
            let cause =
                std::error::Error::source(fault.as_ref()).map(ToString::to_string).unwrap_or_default();
            tracing::error!(request.id = %ids.request, cause, "the database failed");
        }
        let body = ErrorBody {
            error: ErrorObject {
                code: code.to_owned(),
                message: self.message(),
                target: self.target(),
                details: self.details(),
                inner: InnerError::new(inner_code, now, &ids.request, &ids.client),
            },
        };
        let bytes = serde_json::to_vec(&body).expect("an error of texts always serializes");
        let mut response = Response::new(Body::from(bytes));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
        if let Self::Unauthenticated(refusal) = &self {
            headers.insert(header::WWW_AUTHENTICATE, refusal.www_authenticate());
        }
        if let Self::Method(allowed) = &self
            && let Ok(value) = HeaderValue::from_str(&allowed.join(", "))
        {
            headers.insert(header::ALLOW, value);
        }
        if let Some(after) = self.retry_after() {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(after.as_secs()));
        }
        response
    }
}

fn refusal_row(refusal: &Refusal) -> Row {
    use StatusCode as S;
    let not_found = |inner| Row(S::NOT_FOUND, "NotFound", Some(inner));
    let conflict = |inner| Row(S::CONFLICT, "Conflict", Some(inner));
    let bad = |inner| Row(S::BAD_REQUEST, "BadRequest", Some(inner));
    match refusal {
        Refusal::NoMeeting => not_found("meetingNotFound"),
        Refusal::NoRegistration => not_found("registrationNotFound"),
        Refusal::NoQuestion => not_found("questionNotFound"),
        Refusal::NoRegistrant => not_found("registrantNotFound"),
        Refusal::NoAttendanceReport => not_found("attendanceReportNotFound"),
        Refusal::NoPerson => not_found("personNotFound"),
        Refusal::NoSubscription => not_found("subscriptionNotFound"),
        Refusal::TooManySubscriptions => Row(S::FORBIDDEN, "Forbidden", Some("tooManySubscriptions")),
        Refusal::Unvalidated { .. } => Row(S::BAD_REQUEST, "ValidationError", Some("receiverNotValidated")),
        Refusal::SyncStateNotFound => Row(S::GONE, "syncStateNotFound", Some("resyncRequired")),
        Refusal::RegistrationExists => conflict("registrationExists"),
        Refusal::RegistrationFull => conflict("registrationFull"),
        Refusal::RegistrantStatus { .. } => conflict("registrantStatus"),
        Refusal::OfferExpired { .. } => conflict("offerExpired"),
        Refusal::TooManyQuestions => bad("tooManyQuestions"),
        Refusal::NotBuiltIn => bad("notBuiltIn"),
        Refusal::RegistrantKind { .. } => bad("registrantKind"),
        Refusal::RegistrationNotOpen { .. } => bad("registrationNotOpen"),
        Refusal::RegistrationClosed { .. } => bad("registrationClosed"),
        Refusal::RegistrationEnded { .. } => bad("registrationEnded"),
        Refusal::DirectoryMismatch { .. } => bad("directoryMismatch"),
        Refusal::UnknownPerson => Row(S::FORBIDDEN, "Forbidden", Some("unknownPerson")),
        Refusal::IdempotencyKeyReused => {
            Row(S::UNPROCESSABLE_ENTITY, "UnprocessableEntity", Some("idempotencyKeyReused"))
        }
        Refusal::PreconditionFailed => {
            Row(S::PRECONDITION_FAILED, "PreconditionFailed", Some("preconditionFailed"))
        }
        Refusal::Denied(denial) => Row(S::FORBIDDEN, "Forbidden", Some(denial_code(denial))),
        Refusal::Invalid(problems) => {
            bad(problems.first().map_or("invalidValue", |problem| problem.code.name()))
        }
    }
}

fn denial_code(denial: &Denial) -> &'static str {
    match denial {
        Denial::Permission { .. } => "permissionMissing",
        Denial::MeNeedsPerson => "meNeedsPerson",
        Denial::NotOrganizer => "notOrganizer",
        Denial::NotOwnRow => "notOwnRegistration",
        Denial::NoAccessPolicy => "noAccessPolicy",
        Denial::OnlyMembersThemselves => "onlyMembersThemselves",
        Denial::Colleague => "colleagueEnrolment",
    }
}

fn refusal_message(refusal: &Refusal) -> String {
    match refusal {
        Refusal::NoMeeting => "Meeting not found.".to_owned(),
        Refusal::NoRegistration => "Registration not found.".to_owned(),
        Refusal::NoQuestion => "Question not found.".to_owned(),
        Refusal::NoRegistrant => "Registrant not found.".to_owned(),
        Refusal::NoAttendanceReport => "Attendance report not found: there is one from when the door of a meeting with \
            a registration has opened."
            .to_owned(),
        Refusal::NoPerson => "User not found.".to_owned(),
        Refusal::NoSubscription => "Subscription not found.".to_owned(),
        Refusal::TooManySubscriptions => "There are as many subscriptions of the application or the organisation as \
            there may be: end one that nobody reads."
            .to_owned(),
        Refusal::Unvalidated { member, reason } => {
            format!("Subscription validation request failed. The receiver in `{member}` did not prove itself: {reason}.")
        }
        Refusal::SyncStateNotFound => "Resync required. What changed since then is no longer known: ask without a \
            token, and take what is listed for all there is."
            .to_owned(),
        Refusal::RegistrationExists => "A registration is already enabled for this meeting.".to_owned(),
        Refusal::RegistrationFull => "Every place of this registration is taken.".to_owned(),
        Refusal::RegistrantStatus { status, needed } => {
            format!("The registrant is `{status}`: this can be done to one who is `{needed}`.")
        }
        Refusal::OfferExpired { expired_at } => {
            format!("The place was held until `{}`.", wire::time::write(*expired_at))
        }
        Refusal::TooManyQuestions => {
            format!("The registration has {} questions, which is the most it can hold.", domain::text::limit::QUESTIONS)
        }
        Refusal::NotBuiltIn => {
            "The meeting has an external registration: it has no page and no questions, and cannot be updated."
                .to_owned()
        }
        Refusal::RegistrantKind { needed } => {
            format!("The registration takes registrants of another type. Provide `@odata.type` `{needed}`.")
        }
        Refusal::RegistrationNotOpen { opens_at } => {
            format!("Registration opens at `{}`.", wire::time::write(*opens_at))
        }
        Refusal::RegistrationClosed { closed_at } => {
            format!("Registration closed at `{}`.", wire::time::write(*closed_at))
        }
        Refusal::RegistrationEnded { end_at } => {
            format!("Registration ended at `{}`.", wire::time::write(*end_at))
        }
        Refusal::DirectoryMismatch { member } => {
            format!("`{member}` is not what the organisation's directory holds for the person.")
        }
        Refusal::UnknownPerson => {
            "The organisation's directory does not know the signed-in person as an active member.".to_owned()
        }
        Refusal::IdempotencyKeyReused => {
            "The `Idempotency-Key` was used for another request: use a new key for each request.".to_owned()
        }
        Refusal::PreconditionFailed => "What is there has changed, or is not of the version that `If-Match` or \
            `If-None-Match` asks for: get it again, then decide."
            .to_owned(),
        Refusal::Denied(denial) => denial_message(denial),
        Refusal::Invalid(problems) => invalid_message(problems),
    }
}

fn denial_message(denial: &Denial) -> String {
    match denial {
        Denial::Permission { delegated, application } => {
            let delegated: Vec<&str> = delegated.iter().map(|scope: &Scope| scope.name()).collect();
            let application: Vec<&str> = application.iter().map(|role| role.name()).collect();
            format!(
                "The token lacks the permission. Delegated: one of [{}]; application: one of [{}].",
                delegated.join(", "),
                application.join(", ")
            )
        }
        Denial::MeNeedsPerson => {
            "`/me` needs a signed-in person: an application uses `/users/{userId}` with the organizer's object id."
                .to_owned()
        }
        Denial::NotOrganizer => "Only the organizer of the meeting may do this.".to_owned(),
        Denial::NotOwnRow => {
            "Only the person who is registered may cancel: signed in as themselves, or by the link in their mail. The organizer \
             uses `POST …/cancel`."
                .to_owned()
        }
        Denial::NoAccessPolicy => "No application access policy found for this app".to_owned(),
        Denial::OnlyMembersThemselves => {
            "The registration is for the organisation: each person enrolls with their own delegated token.".to_owned()
        }
        Denial::Colleague => {
            "An organizer cannot enroll a colleague: each person enrolls with their own delegated token.".to_owned()
        }
    }
}

/// The first fault in words; Graph's own text where its type is at fault, since clients know it.
fn invalid_message(problems: &[FieldProblem]) -> String {
    match problems {
        [only] if only.code == ProblemCode::RegistrationType => only.message.clone(),
        [only] => format!("Invalid request: {}.", only.message),
        [first, rest @ ..] => {
            format!("Invalid request: {}; and {} more, see `details`.", first.message, rest.len())
        }
        [] => "Invalid request.".to_owned(),
    }
}
