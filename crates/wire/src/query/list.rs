//! The lists that can be asked about, and of which kind each property of their items is. docs/queries.md#what-can-be-asked.

use domain::query::Property;
use domain::subscription::DeliveryStatus;

/// A list.
#[derive(Debug)]
pub struct List {
    /// What is known of its items.
    pub members: &'static [Member],
    /// Where `$search` looks.
    pub searched: &'static [Property],
    /// Whether its items have answers.
    pub has_answers: bool,
}

/// A property of the items of a list.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// Which.
    pub property: Property,
    /// What it is compared with.
    pub kind: Kind,
}

/// What a property is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A text that is kept in normal form C: case makes no difference.
    Name,
    /// A text as somebody wrote it: case makes no difference.
    Text,
    /// A text that programs make.
    Exact,
    /// One of these.
    Choice(&'static [&'static str]),
    /// An id that Usher or a directory gave.
    Id,
    /// An instant.
    Instant,
    /// A whole number.
    Number,
    /// Yes or no.
    Flag,
}

impl Kind {
    /// Whether one can be greater than another.
    pub(super) fn has_order(self) -> bool {
        !matches!(self, Self::Choice(_) | Self::Id | Self::Flag)
    }

    /// Whether functions of text can be asked of it.
    pub(super) fn is_text(self) -> bool {
        matches!(self, Self::Name | Self::Text | Self::Exact)
    }
}

impl List {
    pub(super) fn find(&self, name: &str) -> Option<Member> {
        self.members.iter().copied().find(|member| member.property.name().eq_ignore_ascii_case(name))
    }

    /// The names of its properties, for a message.
    pub(super) fn names(&self) -> String {
        let mut names: Vec<&str> = self.members.iter().map(|member| member.property.name()).collect();
        if self.has_answers {
            names.push(ANSWERS_NAME);
        }
        names.join(", ")
    }
}

/// What a registrant's answers are called.
pub(super) const ANSWERS_NAME: &str = "customQuestionAnswers";

const fn member(property: Property, kind: Kind) -> Member {
    Member { property, kind }
}

/// Members of Graph's `meetingRegistrantStatus`, and those that approval and a waiting list add.
const STATUS: Kind = Kind::Choice(&[
    "registered",
    "canceled",
    "processing",
    "waitlisted",
    "pendingApproval",
    "rejectedByOrganizer",
]);

/// Registrants of a built-in registration.
pub static REGISTRANTS: List = List {
    members: &[
        member(Property::Id, Kind::Id),
        member(Property::RegistrationDateTime, Kind::Instant),
        member(Property::FirstName, Kind::Name),
        member(Property::LastName, Kind::Name),
        member(Property::Email, Kind::Name),
        member(Property::Status, STATUS),
    ],
    searched: &[Property::FirstName, Property::LastName, Property::Email],
    has_answers: true,
};

/// Registrants of an external registration.
pub static EXTERNAL_REGISTRANTS: List = List {
    members: &[
        member(Property::Id, Kind::Exact),
        member(Property::UserId, Kind::Id),
        member(Property::TenantId, Kind::Id),
    ],
    searched: &[Property::Id],
    has_answers: false,
};

/// Answers of a registrant.
pub(super) static ANSWERS: List = List {
    members: &[
        member(Property::QuestionId, Kind::Id),
        member(Property::DisplayName, Kind::Text),
        member(Property::Value, Kind::Text),
    ],
    searched: &[],
    has_answers: false,
};

/// Questions of a built-in registration.
pub static QUESTIONS: List = List {
    members: &[
        member(Property::Id, Kind::Exact),
        member(Property::DisplayName, Kind::Text),
        member(Property::IsRequired, Kind::Flag),
        member(Property::AnswerInputType, Kind::Choice(&["text", "radioButton"])),
    ],
    searched: &[Property::DisplayName],
    has_answers: false,
};

/// Letters to a registrant.
pub static LETTERS: List = List {
    members: &[
        member(Property::Id, Kind::Exact),
        member(Property::Kind, Kind::Exact),
        member(Property::Status, Kind::Exact),
        member(Property::StatusDateTime, Kind::Instant),
        member(Property::Answer, Kind::Text),
        member(Property::WithheldReason, Kind::Exact),
    ],
    searched: &[Property::Answer],
    has_answers: false,
};

/// Attendance reports of a meeting.
pub static REPORTS: List = List {
    members: &[
        member(Property::Id, Kind::Exact),
        member(Property::TotalParticipantCount, Kind::Number),
        member(Property::MeetingStartDateTime, Kind::Instant),
        member(Property::MeetingEndDateTime, Kind::Instant),
    ],
    searched: &[],
    has_answers: false,
};

/// Records of an attendance report of a built-in registration.
pub static RECORDS: List = List {
    members: &[
        member(Property::Id, Kind::Id),
        member(Property::EmailAddress, Kind::Name),
        member(Property::RegistrantId, Kind::Id),
        member(Property::Role, Kind::Exact),
        member(Property::TotalAttendanceInSeconds, Kind::Number),
    ],
    searched: &[],
    has_answers: false,
};

/// Records of an attendance report of an external registration.
pub static EXTERNAL_RECORDS: List = List {
    members: &[
        member(Property::Id, Kind::Id),
        member(Property::EmailAddress, Kind::Name),
        member(Property::RegistrantId, Kind::Exact),
        member(Property::Role, Kind::Exact),
        member(Property::TotalAttendanceInSeconds, Kind::Number),
    ],
    searched: &[],
    has_answers: false,
};

/// Subscriptions of a caller.
pub static SUBSCRIPTIONS: List = List {
    members: &[
        member(Property::Id, Kind::Exact),
        member(Property::Resource, Kind::Exact),
        member(Property::ChangeType, Kind::Exact),
        member(Property::NotificationUrl, Kind::Exact),
        member(Property::LifecycleNotificationUrl, Kind::Exact),
        member(Property::ExpirationDateTime, Kind::Instant),
        member(Property::ApplicationId, Kind::Exact),
        member(Property::CreatorId, Kind::Exact),
    ],
    searched: &[],
    has_answers: false,
};

/// Deliveries to a subscription.
pub static DELIVERIES: List = List {
    members: &[
        member(Property::Kind, Kind::Exact),
        member(Property::Status, Kind::Choice(&DeliveryStatus::NAMES)),
        member(Property::CreatedDateTime, Kind::Instant),
        member(Property::LastAttemptDateTime, Kind::Instant),
        member(Property::NextAttemptDateTime, Kind::Instant),
        member(Property::AttemptCount, Kind::Number),
        member(Property::Answer, Kind::Text),
    ],
    searched: &[],
    has_answers: false,
};
