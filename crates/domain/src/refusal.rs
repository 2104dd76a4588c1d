//! What the rules answer when the answer is no. A refusal is expected; it is never a fault of the machinery.

use jiff::Timestamp;

use crate::caller::{Role, Scope};

/// A "no" the rules give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The meeting is unknown, or the caller may not know of it.
    NoMeeting,
    /// The meeting has no registration.
    NoRegistration,
    /// The registration has no such question.
    NoQuestion,
    /// The registration has no such registrant.
    NoRegistrant,
    /// The meeting has no such attendance report, or not yet.
    NoAttendanceReport,
    /// The caller has no such subscription.
    NoSubscription,
    /// There are as many subscriptions as there may be.
    TooManySubscriptions,
    /// The receiver of notifications did not prove that it wants them.
    Unvalidated {
        /// The member that holds its address.
        member: &'static str,
        /// What went wrong.
        reason: String,
    },
    /// What changed since then is no longer known: begin anew.
    SyncStateNotFound,
    /// The directory has no such person.
    NoPerson,
    /// The meeting has a registration already.
    RegistrationExists,
    /// The registration has as many questions as it can hold.
    TooManyQuestions,
    /// The operation is for built-in registrations.
    NotBuiltIn,
    /// The body names a registrant of the kind that the registration does not take.
    RegistrantKind {
        /// The type that would be right.
        needed: &'static str,
    },
    /// Registration has not begun.
    RegistrationNotOpen {
        /// When it begins.
        opens_at: Timestamp,
    },
    /// The organizer's time for registering is over.
    RegistrationClosed {
        /// Since when.
        closed_at: Timestamp,
    },
    /// Registration is over.
    RegistrationEnded {
        /// When it ended.
        end_at: Timestamp,
    },
    /// Every place is taken.
    RegistrationFull,
    /// What is asked for leads nowhere from where the registrant stands.
    RegistrantStatus {
        /// Where that is.
        status: &'static str,
        /// From where it would lead somewhere.
        needed: &'static str,
    },
    /// The place is held for them no longer.
    OfferExpired {
        /// Since when.
        expired_at: Timestamp,
    },
    /// The directory knows the person otherwise.
    DirectoryMismatch {
        /// The member of the body that differs.
        member: &'static str,
    },
    /// The person is not in the directory, or the account may not be used.
    UnknownPerson,
    /// The idempotency key was used before, for another request.
    IdempotencyKeyReused,
    /// What is there is of another version than the request means.
    PreconditionFailed,
    /// The caller may not do it.
    Denied(Denial),
    /// Members of the body are at fault; never empty.
    Invalid(Vec<FieldProblem>),
}

/// Why a caller may not do it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Denial {
    /// None of the permissions that open the operation was granted.
    Permission {
        /// Delegated permissions that would do.
        delegated: Vec<Scope>,
        /// Application permissions that would do.
        application: Vec<Role>,
    },
    /// `/me` was called by an application acting as itself.
    MeNeedsPerson,
    /// Only the organizer may.
    NotOrganizer,
    /// Only the person themselves may.
    NotOwnRow,
    /// The application has no access policy for that organizer.
    NoAccessPolicy,
    /// An application may not enrol people of an organisation: they enrol themselves, signed in.
    OnlyMembersThemselves,
    /// The organizer tried to enrol a colleague.
    Colleague,
}

/// One member of a body that is at fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldProblem {
    /// Path of the member, e.g. `customQuestions/0/answerOptions`.
    pub target: String,
    /// What kind of fault.
    pub code: ProblemCode,
    /// What was wrong and what would be right.
    pub message: String,
}

impl FieldProblem {
    /// A problem at a member.
    pub fn new(target: impl Into<String>, code: ProblemCode, message: impl Into<String>) -> Self {
        Self { target: target.into(), code, message: message.into() }
    }
}

/// The kind of fault of a member, sent as `innerError.code`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProblemCode {
    /// The member is needed.
    Missing,
    /// The member has the wrong JSON type, or is of a form that cannot be read.
    InvalidValue,
    /// The member is no member of the enumeration, or the sentinel.
    UnknownEnumMember,
    /// The text or list is too long.
    TooLong,
    /// The address is none.
    InvalidEmail,
    /// The end is not after the start.
    EndNotAfterStart,
    /// The close of a registration is not after its opening.
    CloseNotAfterOpening,
    /// A registration would open when all is over.
    OpeningNotBeforeEnd,
    /// The text is no origin that a page may be framed by.
    InvalidOrigin,
    /// The member cannot be changed.
    NotUpdatable,
    /// A choice has no options, or one twice.
    InvalidOptions,
    /// The registration has no such question.
    UnknownQuestion,
    /// A required question has no answer.
    RequiredAnswerMissing,
    /// The answer is not among the options.
    AnswerNotAllowed,
    /// The answer is too long.
    AnswerTooLong,
    /// One question is answered twice.
    RepeatedAnswer,
    /// `@odata.type` names no type that fits.
    RegistrationType,
    /// The query option is unknown or cannot be served.
    UnsupportedQuery,
    /// The id is none of this service.
    InvalidId,
    /// The requests of a batch do not fit together.
    InvalidBatch,
}

impl ProblemCode {
    /// Every code, for the documentation.
    pub const ALL: [Self; 20] = [
        Self::Missing,
        Self::InvalidValue,
        Self::UnknownEnumMember,
        Self::TooLong,
        Self::InvalidEmail,
        Self::EndNotAfterStart,
        Self::CloseNotAfterOpening,
        Self::OpeningNotBeforeEnd,
        Self::InvalidOrigin,
        Self::NotUpdatable,
        Self::InvalidOptions,
        Self::UnknownQuestion,
        Self::RequiredAnswerMissing,
        Self::AnswerNotAllowed,
        Self::AnswerTooLong,
        Self::RepeatedAnswer,
        Self::RegistrationType,
        Self::UnsupportedQuery,
        Self::InvalidId,
        Self::InvalidBatch,
    ];

    /// The code on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Missing => "memberMissing",
            Self::InvalidValue => "invalidValue",
            Self::UnknownEnumMember => "unknownEnumMember",
            Self::TooLong => "tooLong",
            Self::InvalidEmail => "invalidEmail",
            Self::EndNotAfterStart => "endNotAfterStart",
            Self::CloseNotAfterOpening => "closeNotAfterOpening",
            Self::OpeningNotBeforeEnd => "openingNotBeforeEnd",
            Self::InvalidOrigin => "invalidOrigin",
            Self::NotUpdatable => "notUpdatable",
            Self::InvalidOptions => "invalidOptions",
            Self::UnknownQuestion => "unknownQuestion",
            Self::RequiredAnswerMissing => "requiredAnswerMissing",
            Self::AnswerNotAllowed => "answerNotAllowed",
            Self::AnswerTooLong => "answerTooLong",
            Self::RepeatedAnswer => "repeatedAnswer",
            Self::RegistrationType => "registrationType",
            Self::UnsupportedQuery => "unsupportedQuery",
            Self::InvalidId => "invalidId",
            Self::InvalidBatch => "invalidBatch",
        }
    }
}
