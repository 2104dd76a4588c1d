//! Subscriptions: who is told of which changes, where, and until when. The words are those of Graph's `subscription`.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::caller::Caller;
use crate::change::{ChangeType, FeedKey, Subject};
use crate::ids::{AppId, MeetingId, PersonId, Slot, TenantId};

/// The longest time a subscription is given, and renewed by: thirty days.
pub const LONGEST_LIFE: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How long a delivery is tried.
pub const TRIED_FOR: SignedDuration = SignedDuration::from_hours(3 * 24);
/// How long one whose time is over can still be renewed and then goes on where it stopped. What it was not told of is kept
/// as long.
pub const RENEWABLE_FOR: SignedDuration = TRIED_FOR;
/// How long changes and deliveries are kept to be asked for again.
pub const KEPT_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How long the secret before the last one still signs beside it.
pub const OVERLAP: SignedDuration = SignedDuration::from_hours(24);
/// When the end is told of beforehand: a day, or a third of a shorter life.
const WARNED: SignedDuration = SignedDuration::from_hours(24);

/// A subscription's id: version 4, and in its last two bytes the slot it lives in, so that the id alone leads there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubscriptionId(pub Uuid);

impl SubscriptionId {
    /// An id for a subscription to that feed.
    pub fn from_random(mut random: [u8; 16], feed: FeedKey) -> Self {
        random[14..].copy_from_slice(&feed.slot.to_bytes());
        Self(uuid::Builder::from_random_bytes(random).into_uuid())
    }

    /// Where it lives; `None` of an id that is none of ours.
    pub fn slot(self) -> Option<Slot> {
        let bytes = self.0.as_bytes();
        Slot::from_bytes([bytes[14], bytes[15]])
    }
}

impl fmt::Display for SubscriptionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a subscription is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watched {
    /// Every meeting of an organizer.
    Meetings,
    /// The registration of every meeting of an organizer.
    Registrations,
    /// A meeting.
    Meeting(MeetingId),
    /// The registration of a meeting.
    Registration(MeetingId),
    /// The registrants of a meeting.
    Registrants(MeetingId),
}

impl Watched {
    /// As it is stored, beside the meeting's id.
    pub fn name(self) -> &'static str {
        match self {
            Self::Meetings => "meetings",
            Self::Registrations => "registrations",
            Self::Meeting(_) => "meeting",
            Self::Registration(_) => "registration",
            Self::Registrants(_) => "registrants",
        }
    }

    /// What was stored.
    pub fn from_name(name: &str, meeting: Option<MeetingId>) -> Option<Self> {
        match (name, meeting) {
            ("meetings", None) => Some(Self::Meetings),
            ("registrations", None) => Some(Self::Registrations),
            ("meeting", Some(meeting)) => Some(Self::Meeting(meeting)),
            ("registration", Some(meeting)) => Some(Self::Registration(meeting)),
            ("registrants", Some(meeting)) => Some(Self::Registrants(meeting)),
            _ => None,
        }
    }

    /// The meeting, where it is about one.
    pub fn meeting(self) -> Option<MeetingId> {
        match self {
            Self::Meetings | Self::Registrations => None,
            Self::Meeting(meeting) | Self::Registration(meeting) | Self::Registrants(meeting) => {
                Some(meeting)
            }
        }
    }

    /// Where its changes are kept.
    pub fn feed(self, tenant: TenantId, organizer: PersonId) -> FeedKey {
        self.meeting().map_or_else(|| FeedKey::of_organizer(tenant, organizer), FeedKey::of_meeting)
    }

    /// Whether a change concerns it: one of its own kind, or the end of what holds it.
    pub fn concerns(self, subject: Subject, change_type: ChangeType) -> bool {
        let is_end = change_type == ChangeType::Deleted;
        match self {
            Self::Meetings | Self::Meeting(_) => subject == Subject::Meeting,
            Self::Registrations | Self::Registration(_) => {
                subject == Subject::Registration || is_end && subject == Subject::Meeting
            }
            Self::Registrants(_) => subject == Subject::Registrant || is_end,
        }
    }
}

/// Where a delivery to a subscription is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryStatus {
    /// It is still to be taken.
    Waiting,
    /// The receiver took it.
    Delivered,
    /// It was given up.
    Dropped,
}

impl DeliveryStatus {
    /// Every one, as it is stored and shown.
    pub const NAMES: [&str; 3] = ["waiting", "delivered", "dropped"];

    /// As it is stored and shown.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    /// What was stored.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Waiting, Self::Delivered, Self::Dropped].into_iter().find(|status| status.name() == name)
    }
}

/// Whose a subscription is: the application's, or a person's through an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The organisation.
    pub tenant: TenantId,
    /// The application; `None` where the issuer of the person's token does not say.
    pub app: Option<AppId>,
    /// The person who was signed in; `None` of an application acting as itself.
    pub person: Option<PersonId>,
}

impl Owner {
    /// Whose a subscription is that this caller makes.
    pub fn of(caller: &Caller) -> Self {
        let app = match caller {
            Caller::Application(caller) => Some(caller.app.clone()),
            Caller::Delegated(caller) => caller.app.clone(),
        };
        Self { tenant: caller.tenant(), app, person: caller.person() }
    }
}

/// What a receiver knows a notification by. Never shown again, nor logged.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientState(pub String);

impl fmt::Debug for ClientState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientState(…)")
    }
}

/// Who is told of which changes, where, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// Its id.
    pub id: SubscriptionId,
    /// Whose it is.
    pub owner: Owner,
    /// Whose meetings it is about.
    pub organizer: PersonId,
    /// What it is about.
    pub watched: Watched,
    /// The same as a path, as Graph spells it.
    pub resource: String,
    /// Which kinds of change, none of them twice.
    pub change_types: Vec<ChangeType>,
    /// Where notifications go.
    pub notification_url: String,
    /// Where it is told how the subscription fares.
    pub lifecycle_url: Option<String>,
    /// What the receiver knows a notification by.
    pub client_state: Option<ClientState>,
    /// Since when.
    pub created_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
    /// Which of its secrets signs, from 1.
    pub secret_generation: u32,
    /// Until when the one before signs as well.
    pub overlap_until: Option<Timestamp>,
}

impl Subscription {
    /// Where its changes are kept.
    pub fn feed(&self) -> FeedKey {
        self.watched.feed(self.owner.tenant, self.organizer)
    }

    /// Whether it is to be told of such a change.
    pub fn wants(&self, subject: Subject, change_type: ChangeType) -> bool {
        self.watched.concerns(subject, change_type) && self.change_types.contains(&change_type)
    }

    /// Whether its time is over, and it can be renewed all the same.
    pub fn is_lapsed(&self, now: Timestamp) -> bool {
        self.expires_at <= now && now.duration_since(self.expires_at) < RENEWABLE_FOR
    }

    /// The generations of the secrets that sign now, the newest first.
    pub fn signing_generations(&self, now: Timestamp) -> Vec<u32> {
        let is_overlap = self.overlap_until.is_some_and(|until| now < until);
        let before = (is_overlap && self.secret_generation > 1).then(|| self.secret_generation - 1);
        std::iter::once(self.secret_generation).chain(before).collect()
    }
}

/// Whether a subscription may end then: in the future, and not too far.
pub fn may_end_at(expires_at: Timestamp, now: Timestamp) -> bool {
    expires_at > now && expires_at.duration_since(now) <= LONGEST_LIFE
}

/// When its receiver is told that a subscription is about to end.
pub fn warn_at(expires_at: Timestamp, now: Timestamp) -> Timestamp {
    let beforehand = WARNED.min(expires_at.duration_since(now) / 3);
    expires_at.checked_sub(beforehand).unwrap_or(expires_at)
}

/// What a subscription's receiver is told of the subscription itself: Graph's `lifecycleEvent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LifecycleEvent {
    /// It ends soon: renew it.
    ReauthorizationRequired,
    /// It is no more.
    SubscriptionRemoved,
    /// Notifications were given up: ask what is there.
    Missed,
}

impl LifecycleEvent {
    /// Graph's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::ReauthorizationRequired => "reauthorizationRequired",
            Self::SubscriptionRemoved => "subscriptionRemoved",
            Self::Missed => "missed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn an_id_leads_to_its_slot() {
        let feed = FeedKey::of_meeting(MeetingId(Uuid::from_u128(0x0c5a_9d3e)));

        let id = SubscriptionId::from_random([0xff; 16], feed);

        assert_eq!(id.slot(), Some(feed.slot));
        assert_eq!(id.0.get_version_num(), 4);
        assert_eq!(SubscriptionId(Uuid::from_u128(u128::MAX)).slot(), None);
    }

    #[test]
    fn the_end_of_what_holds_it_concerns_a_list() {
        use ChangeType::{Deleted, Updated};
        let meeting = MeetingId(Uuid::from_u128(1));
        for (watched, subject, change_type, expected) in [
            (Watched::Registrants(meeting), Subject::Registrant, Updated, true),
            (Watched::Registrants(meeting), Subject::Registration, Updated, false),
            (Watched::Registrants(meeting), Subject::Registration, Deleted, true),
            (Watched::Registrants(meeting), Subject::Meeting, Deleted, true),
            (Watched::Registration(meeting), Subject::Registrant, Updated, false),
            (Watched::Registrations, Subject::Meeting, Deleted, true),
            (Watched::Registrations, Subject::Meeting, Updated, false),
            (Watched::Meetings, Subject::Registration, Deleted, false),
            (Watched::Meetings, Subject::Meeting, Updated, true),
        ] {
            assert_eq!(watched.concerns(subject, change_type), expected, "{watched:?} {subject:?}");
        }
    }

    #[test]
    fn a_life_is_thirty_days_at_most_and_its_end_is_told_of() {
        let month = LONGEST_LIFE.as_secs();

        assert!(!may_end_at(at(0), at(0)) && may_end_at(at(1), at(0)));
        assert!(may_end_at(at(month), at(0)) && !may_end_at(at(month + 1), at(0)));
        assert_eq!(warn_at(at(month), at(0)), at(month - 24 * 3_600));
        assert_eq!(warn_at(at(3_600), at(0)), at(2_400));
    }
}
