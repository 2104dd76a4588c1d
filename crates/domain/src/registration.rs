//! A registration: the sign-up rules attached to one meeting.

use jiff::Timestamp;

use crate::ids::{MeetingId, RegistrationId};
use crate::letter::Reminders;
use crate::meeting::Meeting;
use crate::origin::Origin;
use crate::question::Question;
use crate::refusal::Refusal;
use crate::seats::{Admission, Door, Seats};

/// The one registration of a meeting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// Its id.
    pub id: RegistrationId,
    /// The meeting it belongs to.
    pub meeting: MeetingId,
    /// Who may enrol; fixed when the registration is created.
    pub allowed_registrant: AllowedRegistrant,
    /// Who runs the sign-up form, and what that needs.
    pub kind: RegistrationKind,
    /// Counts changes of the registration, its questions and its meeting: a decision made on an older
    /// version is made again.
    pub version: i64,
}

/// Who runs the sign-up form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegistrationKind {
    /// This service does: `meetingRegistration`.
    BuiltIn(Box<BuiltIn>),
    /// Another system does, and enrols people by ids of its own: `externalMeetingRegistration`.
    External,
}

/// What a built-in registration shows and asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BuiltIn {
    /// Title of the page, echoed byte for byte.
    pub subject: Option<String>,
    /// Text of the page.
    pub description: Option<String>,
    /// Start shown to people; the meeting's own where it is absent.
    pub start_at: Option<Timestamp>,
    /// End shown to people, after which nobody can enrol; the meeting's own where it is absent.
    pub end_at: Option<Timestamp>,
    /// From when on people can enrol; `None` for at once.
    pub opens_at: Option<Timestamp>,
    /// From when on they can no more; `None` for until the end.
    pub closes_at: Option<Timestamp>,
    /// Sites that may show the page inside a page of theirs.
    pub embedding_origins: Vec<Origin>,
    /// Speakers, in order.
    pub speakers: Vec<Speaker>,
    /// How many people may be registered at once; `None` for no limit. Our extension, named as the
    /// successor API names it.
    pub capacity: Option<u32>,
    /// Whether people may wait where every place is taken.
    pub is_waitlist_enabled: bool,
    /// Whether the organizer decides about each.
    pub is_manual_approval_enabled: bool,
    /// How long a place that becomes free is held for whoever waits, in minutes; [`crate::seats::OFFER_MINUTES`] where it
    /// is absent.
    pub offer_minutes: Option<u32>,
    /// How many people wait, those without an offer: for showing, as `seats_taken`.
    pub waitlist_count: i64,
    /// How often the page was looked at.
    pub view_count: i64,
    /// How many places were taken when it was read: for showing, never for deciding.
    pub seats_taken: i64,
    /// Tag of its own language, for readers who prefer none: what was asked for when it was created
    /// (`Accept-Language`, seed 000), else its organisation's.
    pub language: Option<String>,
    /// When people are reminded; the service's own list where it is absent.
    pub reminders: Option<Reminders>,
    /// Questions, in order.
    pub questions: Vec<Question>,
}

/// A speaker, known by position alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Speaker {
    /// Name.
    pub display_name: Option<String>,
    /// Biography.
    pub bio: Option<String>,
}

/// Who may enrol: Graph's `meetingAudience`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AllowedRegistrant {
    /// Anyone.
    Everyone,
    /// People of the organizer's own organisation.
    Organization,
}

impl AllowedRegistrant {
    /// Graph's name, which is also how it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Everyone => "everyone",
            Self::Organization => "organization",
        }
    }

    /// The member of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Everyone, Self::Organization].into_iter().find(|audience| audience.name() == name)
    }
}

impl BuiltIn {
    /// What decides about newcomers, as it was read.
    fn door(&self) -> Door {
        Door {
            seats: Seats { capacity: self.capacity.map(i64::from), taken: self.seats_taken },
            is_waitlist_enabled: self.is_waitlist_enabled,
            is_manual_approval_enabled: self.is_manual_approval_enabled,
            has_waiting: self.waitlist_count > 0,
        }
    }
}

impl Registration {
    /// The built-in part; refuses an external registration, which has no questions and no page.
    pub fn built_in(&self) -> Result<&BuiltIn, Refusal> {
        match &self.kind {
            RegistrationKind::BuiltIn(built_in) => Ok(built_in),
            RegistrationKind::External => Err(Refusal::NotBuiltIn),
        }
    }

    /// Tag of the language of its page and letters where a reader prefers none.
    pub fn language(&self) -> Option<&str> {
        self.built_in().ok()?.language.as_deref()
    }

    /// Start as people see it.
    pub fn start_at(&self, meeting: &Meeting) -> Timestamp {
        self.own_time(|built_in| built_in.start_at).unwrap_or(meeting.start_at)
    }

    /// End as people see it, and the last moment at which somebody can enrol.
    pub fn end_at(&self, meeting: &Meeting) -> Timestamp {
        self.own_time(|built_in| built_in.end_at).unwrap_or(meeting.end_at)
    }

    /// Title as people see it: the registration's own, or else the meeting's.
    pub fn subject<'a>(&'a self, meeting: &'a Meeting) -> Option<&'a str> {
        let own = match &self.kind {
            RegistrationKind::BuiltIn(built_in) => built_in.subject.as_deref(),
            RegistrationKind::External => None,
        };
        own.or(meeting.subject.as_deref())
    }

    /// Whether people can enrol at `now`.
    pub fn accepts_at(&self, meeting: &Meeting, now: Timestamp) -> Result<(), Refusal> {
        let end_at = self.end_at(meeting);
        if now >= end_at {
            return Err(Refusal::RegistrationEnded { end_at });
        }
        if let Some(closed_at) = self.own_time(|built_in| built_in.closes_at).filter(|at| now >= *at) {
            return Err(Refusal::RegistrationClosed { closed_at });
        }
        if let Some(opens_at) = self.own_time(|built_in| built_in.opens_at).filter(|at| now < *at) {
            return Err(Refusal::RegistrationNotOpen { opens_at });
        }
        Ok(())
    }

    /// The first moment at which nobody can enrol any more.
    pub fn accepts_until(&self, meeting: &Meeting) -> Timestamp {
        let end_at = self.end_at(meeting);
        self.own_time(|built_in| built_in.closes_at).map_or(end_at, |closes_at| closes_at.min(end_at))
    }

    /// What a newcomer would have found when it was read. Somebody may have come or gone since.
    pub fn seemed(&self) -> Admission {
        self.built_in().map_or(Admission::Seat, |built_in| built_in.door().admit())
    }

    fn own_time(&self, pick: impl Fn(&BuiltIn) -> Option<Timestamp>) -> Option<Timestamp> {
        match &self.kind {
            RegistrationKind::BuiltIn(built_in) => pick(built_in),
            RegistrationKind::External => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{MeetingSettings, PersonId, TenantId};

    fn at(hour: &str) -> Timestamp {
        format!("2027-03-09T{hour}Z").parse().unwrap()
    }

    fn meeting() -> Meeting {
        Meeting {
            id: MeetingId(Uuid::nil()),
            tenant: TenantId(Uuid::nil()),
            organizer: PersonId(Uuid::nil()),
            created_at: at("00:00:00"),
            start_at: at("11:00:00"),
            end_at: at("12:00:00"),
            subject: None,
            join_url: None,
            join_meeting_id: String::new(),
            passcode: None,
            external_id: None,
            attendees: Vec::new(),
            settings: MeetingSettings::default(),
            version: 1,
        }
    }

    fn registration(opens_at: Option<&str>, closes_at: Option<&str>) -> Registration {
        let built_in =
            BuiltIn { opens_at: opens_at.map(at), closes_at: closes_at.map(at), ..BuiltIn::default() };
        Registration {
            id: RegistrationId(Uuid::nil()),
            meeting: MeetingId(Uuid::nil()),
            allowed_registrant: AllowedRegistrant::Everyone,
            kind: RegistrationKind::BuiltIn(Box::new(built_in)),
            version: 1,
        }
    }

    #[test]
    fn people_can_enrol_from_the_opening_until_just_before_the_close() {
        let not_open = Err(Refusal::RegistrationNotOpen { opens_at: at("08:00:00") });
        let closed = Err(Refusal::RegistrationClosed { closed_at: at("10:00:00") });
        let ended = Err(Refusal::RegistrationEnded { end_at: at("12:00:00") });
        let both = registration(Some("08:00:00"), Some("10:00:00"));
        let late = registration(None, Some("13:00:00"));

        for (of, now, expected) in [
            (&both, "07:59:59.999999", not_open.clone()),
            (&both, "08:00:00", Ok(())),
            (&both, "09:59:59.999999", Ok(())),
            (&both, "10:00:00", closed.clone()),
            (&both, "12:00:00", ended.clone()),
            (&late, "00:00:00", Ok(())),
            (&late, "11:59:59", Ok(())),
            (&late, "12:00:00", ended.clone()),
            (&registration(None, None), "11:59:59", Ok(())),
            (&registration(None, None), "12:00:00", ended),
        ] {
            assert_eq!(of.accepts_at(&meeting(), at(now)), expected, "{now}");
            let is_over = at(now) >= of.accepts_until(&meeting());
            assert_eq!(is_over, expected.is_err() && expected != not_open, "{now}");
        }
    }
}
