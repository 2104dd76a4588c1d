//! Every error there is.

use std::time::Duration;

use domain::refusal::Denial;
use domain::{FieldProblem, ProblemCode, Refusal};
use jiff::Timestamp;
use server::auth::TokenRefusal;
use server::error::ApiError;
use server::graph::{Excess, Scope};
use store::Fault;
use wire::path::PathProblem;

/// Every error there is. What is missing here does not compile.
pub fn every_error() -> Vec<ApiError> {
    let problem = |code| ApiError::from(vec![FieldProblem::new("member", code, "message")]);
    let throttled = |scope| ApiError::Throttled(Excess { scope, per_minute: 1, wait: Duration::ZERO });
    let mut errors: Vec<ApiError> = ProblemCode::ALL.into_iter().map(problem).collect();
    errors.extend(refusals().into_iter().map(ApiError::Refused));
    errors.extend(denials().into_iter().map(ApiError::from));
    errors.extend(token_refusals().into_iter().map(ApiError::Unauthenticated));
    errors.extend([
        ApiError::Path(PathProblem::UnknownSegment("segment".to_owned())),
        ApiError::Path(PathProblem::Encoding),
        ApiError::Method(vec!["GET"]),
        ApiError::NotJson,
        ApiError::TooLarge(1),
        ApiError::Slow,
        ApiError::Busy,
        ApiError::Dependency,
        ApiError::BatchFull,
        ApiError::NoToken,
        throttled(Scope::App),
        throttled(Scope::Tenant),
        throttled(Scope::Address),
        ApiError::from(Fault::from(sqlx::Error::PoolTimedOut)),
        ApiError::from(Fault::from(sqlx::Error::RowNotFound)),
    ]);
    for error in &errors {
        match error {
            ApiError::Refused(_)
            | ApiError::Unauthenticated(_)
            | ApiError::Path(PathProblem::UnknownSegment(_) | PathProblem::Encoding)
            | ApiError::Method(_)
            | ApiError::NotJson
            | ApiError::TooLarge(_)
            | ApiError::Slow
            | ApiError::Busy
            | ApiError::Dependency
            | ApiError::BatchFull
            | ApiError::NoToken
            | ApiError::Throttled(Excess { scope: Scope::App | Scope::Tenant | Scope::Address, .. })
            | ApiError::Fault(_) => {}
        }
    }
    errors
}

fn refusals() -> Vec<Refusal> {
    let all = vec![
        Refusal::NoMeeting,
        Refusal::NoRegistration,
        Refusal::NoQuestion,
        Refusal::NoRegistrant,
        Refusal::NoAttendanceReport,
        Refusal::NoPerson,
        Refusal::NoSubscription,
        Refusal::TooManySubscriptions,
        Refusal::Unvalidated { member: "notificationUrl", reason: "no answer in time".to_owned() },
        Refusal::SyncStateNotFound,
        Refusal::RegistrationExists,
        Refusal::TooManyQuestions,
        Refusal::NotBuiltIn,
        Refusal::RegistrantKind { needed: "#microsoft.graph.meetingRegistrant" },
        Refusal::RegistrationNotOpen { opens_at: Timestamp::UNIX_EPOCH },
        Refusal::RegistrationClosed { closed_at: Timestamp::UNIX_EPOCH },
        Refusal::RegistrationEnded { end_at: Timestamp::UNIX_EPOCH },
        Refusal::RegistrationFull,
        Refusal::RegistrantStatus { status: "canceled", needed: "pendingApproval" },
        Refusal::OfferExpired { expired_at: Timestamp::UNIX_EPOCH },
        Refusal::DirectoryMismatch { member: "email" },
        Refusal::UnknownPerson,
        Refusal::IdempotencyKeyReused,
        Refusal::PreconditionFailed,
    ];
    for refusal in &all {
        match refusal {
            Refusal::NoMeeting
            | Refusal::NoRegistration
            | Refusal::NoQuestion
            | Refusal::NoRegistrant
            | Refusal::NoAttendanceReport
            | Refusal::NoPerson
            | Refusal::NoSubscription
            | Refusal::TooManySubscriptions
            | Refusal::Unvalidated { .. }
            | Refusal::SyncStateNotFound
            | Refusal::RegistrationExists
            | Refusal::TooManyQuestions
            | Refusal::NotBuiltIn
            | Refusal::RegistrantKind { .. }
            | Refusal::RegistrationNotOpen { .. }
            | Refusal::RegistrationClosed { .. }
            | Refusal::RegistrationEnded { .. }
            | Refusal::RegistrationFull
            | Refusal::RegistrantStatus { .. }
            | Refusal::OfferExpired { .. }
            | Refusal::DirectoryMismatch { .. }
            | Refusal::UnknownPerson
            | Refusal::IdempotencyKeyReused
            | Refusal::PreconditionFailed => {}
            // These two have lists of their own.
            Refusal::Denied(_) | Refusal::Invalid(_) => {}
        }
    }
    all
}

fn denials() -> Vec<Denial> {
    let all = vec![
        Denial::Permission { delegated: Vec::new(), application: Vec::new() },
        Denial::MeNeedsPerson,
        Denial::NotOrganizer,
        Denial::NotOwnRow,
        Denial::NoAccessPolicy,
        Denial::OnlyMembersThemselves,
        Denial::Colleague,
    ];
    for denial in &all {
        match denial {
            Denial::Permission { .. }
            | Denial::MeNeedsPerson
            | Denial::NotOrganizer
            | Denial::NotOwnRow
            | Denial::NoAccessPolicy
            | Denial::OnlyMembersThemselves
            | Denial::Colleague => {}
        }
    }
    all
}

fn token_refusals() -> Vec<TokenRefusal> {
    let all = vec![
        TokenRefusal::Missing,
        TokenRefusal::Malformed,
        TokenRefusal::Expired,
        TokenRefusal::NotYetValid,
        TokenRefusal::Audience,
        TokenRefusal::Issuer,
        TokenRefusal::Algorithm,
        TokenRefusal::KeyUnknown,
        TokenRefusal::Signature,
        TokenRefusal::Tenant,
        TokenRefusal::Claims("`oid` is missing".into()),
        TokenRefusal::Type,
    ];
    for refusal in &all {
        match refusal {
            TokenRefusal::Missing
            | TokenRefusal::Malformed
            | TokenRefusal::Expired
            | TokenRefusal::NotYetValid
            | TokenRefusal::Audience
            | TokenRefusal::Issuer
            | TokenRefusal::Algorithm
            | TokenRefusal::KeyUnknown
            | TokenRefusal::Signature
            | TokenRefusal::Tenant
            | TokenRefusal::Claims(_)
            | TokenRefusal::Type => {}
        }
    }
    all
}
