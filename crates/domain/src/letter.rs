//! The letters people get.

use jiff::{SignedDuration, Timestamp};

use crate::standing::Standing;

/// What a letter tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LetterKind {
    /// You are registered; here is your link.
    Confirmation,
    /// What you were told of the meeting has changed.
    Update,
    /// The meeting begins soon.
    Reminder,
    /// Your registration is canceled.
    Cancellation,
    /// Your calendar says that you do not come: you may give your place back.
    Offer,
    /// You are on the waiting list.
    Waitlisted,
    /// A place is held for you until then.
    PlaceOffered,
    /// The place that was held for you is somebody else's.
    OfferExpired,
    /// The organizer decides about your registration.
    PendingApproval,
    /// The organizer turned your registration down.
    Rejected,
}

impl LetterKind {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::Confirmation,
        Self::Update,
        Self::Reminder,
        Self::Cancellation,
        Self::Offer,
        Self::Waitlisted,
        Self::PlaceOffered,
        Self::OfferExpired,
        Self::PendingApproval,
        Self::Rejected,
    ];

    /// The name it is stored under.
    pub fn name(self) -> &'static str {
        match self {
            Self::Confirmation => "confirmation",
            Self::Update => "update",
            Self::Reminder => "reminder",
            Self::Cancellation => "cancellation",
            Self::Offer => "offer",
            Self::Waitlisted => "waitlisted",
            Self::PlaceOffered => "placeOffered",
            Self::OfferExpired => "offerExpired",
            Self::PendingApproval => "pendingApproval",
            Self::Rejected => "rejected",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether it goes to people with a place.
    pub fn is_with_a_place(self) -> bool {
        matches!(self, Self::Confirmation | Self::Update | Self::Reminder | Self::Offer)
    }

    /// Whether it is true of somebody who stands there: nobody who canceled is told that they are registered. Once the
    /// registration is deleted (`is_live` no more), all that were in it are canceled, be it a moment later.
    pub fn is_true_of(self, standing: &Standing, is_live: bool) -> bool {
        match self {
            Self::Confirmation | Self::Update | Self::Reminder | Self::Offer => {
                is_live && *standing == Standing::Registered
            }
            Self::Cancellation if !is_live && standing.is_live() => true,
            Self::Waitlisted | Self::PlaceOffered | Self::PendingApproval => {
                is_live && standing.letter() == self
            }
            Self::Cancellation | Self::OfferExpired | Self::Rejected => standing.letter() == self,
        }
    }
}

/// Why a letter is never sent that would be true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WithheldReason {
    /// Its mailbox has had as many letters as strangers may cause.
    MailboxHadEnough,
    /// Nothing arrives at its address.
    AddressSuppressed,
}

impl WithheldReason {
    const ALL: [Self; 2] = [Self::MailboxHadEnough, Self::AddressSuppressed];

    /// The name it is stored and told under.
    pub fn name(self) -> &'static str {
        match self {
            Self::MailboxHadEnough => "mailboxHadEnough",
            Self::AddressSuppressed => "addressSuppressed",
        }
    }

    /// The reason of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }
}

/// Who gave a place back: each is told in other words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CanceledBy {
    /// The person, by their link or signed in.
    Registrant,
    /// The organizer, or an application for them: this one place.
    Organizer,
    /// The organizer, for everybody: the registration or the meeting is deleted.
    OrganizerForAll,
}

/// How long before the start of a meeting people are reminded of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reminders(Vec<SignedDuration>);

impl Reminders {
    /// The longest before the start, in minutes: thirty days.
    pub const LONGEST: u32 = 43_200;

    /// Reminders so many minutes before the start, in any order.
    pub fn new(minutes: impl IntoIterator<Item = u32>) -> Self {
        let mut before: Vec<_> =
            minutes.into_iter().map(|minutes| SignedDuration::from_mins(i64::from(minutes))).collect();
        before.sort_unstable();
        before.dedup();
        before.reverse();
        Self(before)
    }

    /// How many minutes before the start each of them is, the first one first.
    pub fn minutes(&self) -> impl Iterator<Item = i64> {
        self.0.iter().map(SignedDuration::as_mins)
    }

    /// The moment of the reminder that is to be sent at `now`: the last one due, because it takes the place of those
    /// before it. `None` before the first, and once the meeting has begun.
    pub fn due(&self, start_at: Timestamp, now: Timestamp) -> Option<Timestamp> {
        self.moments(start_at).filter(|moment| *moment <= now && now < start_at).last()
    }

    /// The first moment behind `after`.
    pub fn next(&self, start_at: Timestamp, after: Timestamp) -> Option<Timestamp> {
        self.moments(start_at).find(|moment| *moment > after)
    }

    /// In order of time. One before all time is none.
    fn moments(&self, start_at: Timestamp) -> impl Iterator<Item = Timestamp> {
        self.0.iter().filter_map(move |before| start_at.checked_sub(*before).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        format!("2027-03-{text}Z").parse().unwrap()
    }

    #[test]
    fn a_kind_is_read_by_its_name() {
        for kind in LetterKind::ALL {
            assert_eq!(LetterKind::from_name(kind.name()), Some(kind));
        }
    }

    #[test]
    fn a_reason_is_read_by_its_name() {
        for reason in WithheldReason::ALL {
            assert_eq!(WithheldReason::from_name(reason.name()), Some(reason));
        }
        assert_eq!(WithheldReason::from_name("250 ok"), None);
    }

    #[test]
    fn the_last_reminder_that_is_due_is_the_one_to_send() {
        let reminders = Reminders::new([60, 1_440, 60]);
        let start_at = at("09T11:00:00");

        for (now, due, next) in [
            ("08T10:59:59.999999", None, Some("08T11:00:00")),
            ("08T11:00:00", Some("08T11:00:00"), Some("09T10:00:00")),
            ("09T09:59:59", Some("08T11:00:00"), Some("09T10:00:00")),
            ("09T10:00:00", Some("09T10:00:00"), None),
            ("09T10:59:59", Some("09T10:00:00"), None),
            ("09T11:00:00", None, None),
        ] {
            assert_eq!(reminders.due(start_at, at(now)), due.map(at), "{now}");
            assert_eq!(reminders.next(start_at, at(now)), next.map(at), "{now}");
        }
        assert_eq!(Reminders::new([]).due(start_at, start_at), None);
        assert_eq!(Reminders::new([5]).next(Timestamp::MIN, Timestamp::MIN), None, "before all time");
    }
}
