//! What is asked of a list: which items, in which order, from where on. docs/queries.md.
//!
//! `wire` reads it from the options of a request and knows which property of which list is of which kind; `store` says it
//! in SQL; [`Filter::matches`] says what it means, and a test holds the two against each other.

mod meaning;

use jiff::Timestamp;
use uuid::Uuid;

use crate::registrant::Registrant;

pub use meaning::{ATTENDEE, Answered, Attended, Subject, fold, in_order, pairs};

/// The bounds of a query; docs/queries.md#bounds.
pub mod bound {
    /// Characters of one option, decoded.
    pub const LENGTH: usize = 4_000;
    /// How deep parentheses, `not` and `any` may stand in each other.
    pub const DEPTH: usize = 20;
    /// Comparisons, functions and members of lists of one filter.
    pub const TERMS: usize = 100;
    /// Letters beyond ASCII that have a capital, each once in every text or list of texts that a property is compared with,
    /// and once for every property that a word is searched in. The database looks for each of them in every row.
    pub const LETTERS: usize = 64;
    /// Properties that a list is ordered by.
    pub const ORDERS: usize = 4;
    /// Words and phrases that are searched for.
    pub const WORDS: usize = 10;
    /// Items that are passed over by number.
    pub const SKIP: u32 = 100_000;
}

/// A property of an item that can be asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "`Property::name` is Graph's word for each")]
pub enum Property {
    Id,
    RegistrationDateTime,
    FirstName,
    LastName,
    Email,
    Status,
    UserId,
    TenantId,
    QuestionId,
    DisplayName,
    Value,
    IsRequired,
    AnswerInputType,
    Kind,
    StatusDateTime,
    Answer,
    WithheldReason,
    TotalParticipantCount,
    MeetingStartDateTime,
    MeetingEndDateTime,
    EmailAddress,
    RegistrantId,
    Role,
    TotalAttendanceInSeconds,
    Resource,
    ChangeType,
    NotificationUrl,
    LifecycleNotificationUrl,
    ExpirationDateTime,
    ApplicationId,
    CreatorId,
    CreatedDateTime,
    LastAttemptDateTime,
    NextAttemptDateTime,
    AttemptCount,
}

impl Property {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::RegistrationDateTime => "registrationDateTime",
            Self::FirstName => "firstName",
            Self::LastName => "lastName",
            Self::Email => "email",
            Self::Status => "status",
            Self::UserId => "userId",
            Self::TenantId => "tenantId",
            Self::QuestionId => "questionId",
            Self::DisplayName => "displayName",
            Self::Value => "value",
            Self::IsRequired => "isRequired",
            Self::AnswerInputType => "answerInputType",
            Self::Kind => "kind",
            Self::StatusDateTime => "statusDateTime",
            Self::Answer => "answer",
            Self::WithheldReason => "withheldReason",
            Self::TotalParticipantCount => "totalParticipantCount",
            Self::MeetingStartDateTime => "meetingStartDateTime",
            Self::MeetingEndDateTime => "meetingEndDateTime",
            Self::EmailAddress => "emailAddress",
            Self::RegistrantId => "registrantId",
            Self::Role => "role",
            Self::TotalAttendanceInSeconds => "totalAttendanceInSeconds",
            Self::Resource => "resource",
            Self::ChangeType => "changeType",
            Self::NotificationUrl => "notificationUrl",
            Self::LifecycleNotificationUrl => "lifecycleNotificationUrl",
            Self::ExpirationDateTime => "expirationDateTime",
            Self::ApplicationId => "applicationId",
            Self::CreatorId => "creatorId",
            Self::CreatedDateTime => "createdDateTime",
            Self::LastAttemptDateTime => "lastAttemptDateTime",
            Self::NextAttemptDateTime => "nextAttemptDateTime",
            Self::AttemptCount => "attemptCount",
        }
    }
}

/// A value that a property has, or is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Literal {
    /// None.
    Null,
    /// A text that people wrote: letters are compared without regard to case.
    Text(String),
    /// A text that programs wrote: compared byte for byte.
    Exact(String),
    /// An id of ours; `None` is a text that is none, and so nobody's.
    Id(Option<Uuid>),
    /// An instant, in whole microseconds.
    Instant(Timestamp),
    /// A whole number.
    Number(i64),
    /// Yes or no.
    Flag(bool),
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "these are OData's")]
pub enum Comparison {
    Eq,
    Ne,
    Gt,
    Ge,
    Lt,
    Le,
}

/// What is asked of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "these are OData's")]
pub enum Function {
    StartsWith,
    EndsWith,
    Contains,
}

/// Which items: a tree of questions about one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filter {
    /// All of these hold; never empty.
    And(Vec<Self>),
    /// One of these holds; never empty.
    Or(Vec<Self>),
    /// It does not hold.
    Not(Box<Self>),
    /// A property compares so with a value of its own kind.
    Compare(Property, Comparison, Literal),
    /// A property has one of these values.
    In(Property, Vec<Literal>),
    /// A text is such a one.
    Text(Property, Function, String),
    /// One of the answers is such a one; `None`: there is an answer.
    AnyAnswer(Option<Box<Self>>),
}

impl Filter {
    /// Both, where one alone may be asked.
    pub fn both(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        match (one, other) {
            (Some(one), Some(other)) => Some(Self::And(vec![one, other])),
            (one, other) => one.or(other),
        }
    }
}

/// One of the properties that a list is ordered by. Whatever is equal by all of them stands in order of arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// The property.
    pub property: Property,
    /// From the largest to the smallest.
    pub is_descending: bool,
}

/// What an item is ordered by: no value before any value, texts by their letters with A to Z in lower case, as bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OrderKey {
    /// Of an instant.
    Number(i64),
    /// Of a text: blank where there is none, behind a dot otherwise.
    Text(String),
}

/// Where a page of a list starts: behind this item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// What it is ordered by, in order; of a delivery last its number.
    pub keys: Vec<OrderKey>,
    /// Its id; of a delivery that of its subscription.
    pub id: Uuid,
}

impl Position {
    /// Where a registrant stands.
    pub fn of(registrant: &Registrant, orders: &[Order]) -> Self {
        let answered = Answered { registrant, questions: &[] };
        let key = |order: &Order| OrderKey::of(&answered.value(order.property));
        let before = orders.iter().take_while(|order| !is_arrival(order, registrant));
        Self { keys: before.map(key).collect(), id: registrant.id.0 }
    }
}

/// Whether that is the order of arrival: of registrants whose ids we gave.
fn is_arrival(order: &Order, registrant: &Registrant) -> bool {
    order.property == Property::Id && matches!(registrant.person, None | Some(crate::Person::Named { .. }))
}

impl OrderKey {
    /// The key of a value.
    pub fn of(value: &Literal) -> Self {
        match value {
            Literal::Instant(at) => Self::Number(at.as_microsecond()),
            Literal::Number(number) => Self::Number(*number),
            Literal::Flag(flag) => Self::Number(i64::from(*flag)),
            Literal::Text(text) => Self::Text(format!(".{}", text.to_ascii_lowercase())),
            Literal::Exact(text) => Self::Text(format!(".{text}")),
            Literal::Id(Some(id)) => Self::Text(format!(".{id}")),
            Literal::Null | Literal::Id(None) => Self::Text(String::new()),
        }
    }
}
