//! What integrators are told of: which events are changes, of what, and of which kind. The one place where that is
//! decided; a new kind of event about a registrant is a change of them until it says otherwise here.

use jiff::Timestamp;
use uuid::Uuid;

use crate::ids::{MeetingId, PersonId, RegistrantId, RegistrationId, Slot, TenantId};

/// What changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A meeting.
    Meeting,
    /// Its registration, the questions included.
    Registration,
    /// Somebody on its list.
    Registrant,
}

/// How it changed: Graph's `changeType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChangeType {
    /// It is new.
    Created,
    /// It is another.
    Updated,
    /// It is gone; of a registrant, their place was given back or they were erased.
    Deleted,
}

impl ChangeType {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Created, Self::Updated, Self::Deleted];

    /// Graph's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Deleted => "deleted",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Several, as Graph writes them: `created,updated`.
    pub fn names(kinds: &[Self]) -> String {
        kinds.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(",")
    }
}

/// What a kind of event changes, as it stands in the audit trail; `None` where nothing changes that anybody can read.
pub fn of_event(kind: &str) -> Option<(Subject, ChangeType)> {
    use ChangeType::{Created, Deleted, Updated};
    Some(match kind {
        "meetingCreated" => (Subject::Meeting, Created),
        "meetingUpdated" => (Subject::Meeting, Updated),
        "meetingDeleted" => (Subject::Meeting, Deleted),
        "registrationCreated" => (Subject::Registration, Created),
        "registrationDeleted" => (Subject::Registration, Deleted),
        "registrationUpdated" | "questionCreated" | "questionUpdated" | "questionDeleted" => {
            (Subject::Registration, Updated)
        }
        ENROLLED | "approvalRequested" => (Subject::Registrant, Created),
        "registrantCanceled"
        | "registrantWithdrawn"
        | "registrantRejected"
        | "registrantErased"
        | "offerDeclined"
        | "offerExpired" => (Subject::Registrant, Deleted),
        "offerAccepted" | "offerShortened" => (Subject::Registrant, Updated),
        other if other.starts_with("registrant") => (Subject::Registrant, Updated),
        _ => return None,
    })
}

/// The kind of event by which somebody comes onto the list.
pub const ENROLLED: &str = "registrantEnrolled";

/// Something that changed, as a feed holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its number in the feed: the order in which to be told of it.
    pub number: i64,
    /// When it happened.
    pub at: Timestamp,
    /// When it got its number.
    pub noted_at: Timestamp,
    /// What changed.
    pub subject: Subject,
    /// How.
    pub change_type: ChangeType,
    /// The meeting it is about.
    pub meeting: MeetingId,
    /// The registration, of a change of one.
    pub registration: Option<RegistrationId>,
    /// The registrant, of a change of one.
    pub registrant: Option<RegistrantId>,
}

/// Where changes are kept in order: those of a meeting, or those of an organizer's meetings and registrations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FeedKey {
    /// Where its rows live.
    pub slot: Slot,
    /// Its id.
    pub id: Uuid,
}

impl FeedKey {
    /// The feed of a meeting, its registration and registrants; its rows live beside theirs.
    pub fn of_meeting(meeting: MeetingId) -> Self {
        Self { slot: meeting.slot(), id: meeting.0 }
    }

    /// The feed of an organizer's meetings and their registrations.
    pub fn of_organizer(tenant: TenantId, organizer: PersonId) -> Self {
        Self { slot: organizer.organizer_slot(tenant), id: organizer.feed_id(tenant) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_is_a_change_or_is_none() {
        use ChangeType::{Created, Deleted, Updated};
        for (kind, expected) in [
            ("meetingCreated", Some((Subject::Meeting, Created))),
            ("meetingDeleted", Some((Subject::Meeting, Deleted))),
            ("questionDeleted", Some((Subject::Registration, Updated))),
            ("registrationDeleted", Some((Subject::Registration, Deleted))),
            ("registrantEnrolled", Some((Subject::Registrant, Created))),
            ("approvalRequested", Some((Subject::Registrant, Created))),
            ("registrantCanceled", Some((Subject::Registrant, Deleted))),
            ("registrantErased", Some((Subject::Registrant, Deleted))),
            ("registrantWithdrawn", Some((Subject::Registrant, Deleted))),
            ("registrantRejected", Some((Subject::Registrant, Deleted))),
            ("offerExpired", Some((Subject::Registrant, Deleted))),
            ("offerDeclined", Some((Subject::Registrant, Deleted))),
            ("offerAccepted", Some((Subject::Registrant, Updated))),
            ("offerShortened", Some((Subject::Registrant, Updated))),
            ("registrantOffered", Some((Subject::Registrant, Updated))),
            ("registrantApproved", Some((Subject::Registrant, Updated))),
            ("registrantUpdated", Some((Subject::Registrant, Updated))),
            ("registrantSomethingNew", Some((Subject::Registrant, Updated))),
            ("remindersStopped", None),
            ("letterRequested", None),
            ("", None),
        ] {
            assert_eq!(of_event(kind), expected, "{kind}");
        }
    }
}
