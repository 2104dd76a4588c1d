//! A registrant: a person with a place, or one who had it.

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::consent::ConsentVersion;
use crate::enrolment::{Answer, Person};
use crate::ids::{MeetingId, PersonId, RegistrantId, RegistrationId};
use crate::link::Link;
use crate::standing::Standing;

/// A registrant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registrant {
    /// Its id; enrolling again after a cancellation gives another.
    pub id: RegistrantId,
    /// The meeting.
    pub meeting: MeetingId,
    /// The registration.
    pub registration: RegistrationId,
    /// Who it is; `None` once they had their data erased.
    pub person: Option<Person>,
    /// Answers, as many as there were questions on the day.
    pub answers: Vec<Answer>,
    /// What they agreed to when they registered; `None` where nothing was asked for, or another system asked.
    pub consent: Option<ConsentVersion>,
    /// Language tag for letters.
    pub language: Option<String>,
    /// The zone they read times in, by its IANA name; `None` where it is not known.
    pub time_zone: Option<String>,
    /// Generation of the live links.
    pub generation: u8,
    /// Whether they are reminded: not after they said that they do not want to be.
    pub wants_reminders: bool,
    /// When they asked for a place.
    pub registered_at: Timestamp,
    /// Whether it is theirs, and what else may be.
    pub standing: Standing,
}

/// For so many milliseconds a letter is sent again once.
const LETTER_REQUESTS: u64 = 10 * 60 * 1_000;

impl Registrant {
    /// Whether a place is theirs: the only ones whom the door lets in.
    pub fn is_registered(&self) -> bool {
        self.standing == Standing::Registered
    }

    /// The name of their status; see [`Standing::status`].
    pub fn status(&self) -> &'static str {
        self.standing.status()
    }

    /// What the registrant's links name.
    pub fn link(&self) -> Link {
        Link { meeting: self.meeting, registrant: self.id, generation: self.generation }
    }

    /// The person of the organizer's directory the row belongs to, if it knows one.
    pub fn user(&self) -> Option<PersonId> {
        match self.person.as_ref()? {
            Person::Named { user, .. } => *user,
            Person::External { user, .. } => user.map(|user| user.person),
        }
    }

    /// Whether somebody who asks for the place again is past sending the same request twice: the letter of the first one
    /// has had its time, and may have been lost.
    pub fn came_long_ago(&self, now: Timestamp) -> bool {
        now.duration_since(self.registered_at).as_millis() >= i128::from(LETTER_REQUESTS)
    }

    /// The id under which the person asks for their letter again: the same for all of ten minutes, so that however often
    /// and wherever they ask, they get one.
    pub fn letter_request(&self, at: Timestamp) -> Uuid {
        let millis = u64::try_from(at.as_millisecond()).unwrap_or_default();
        let hash = Sha256::digest(self.id.0.as_bytes());
        let random = std::array::from_fn(|n| hash[n]);
        uuid::Builder::from_unix_timestamp_millis(millis - millis % LETTER_REQUESTS, &random).into_uuid()
    }

    /// The id of something that happens to them at that moment without anybody asking for it, and of the letter about it:
    /// the same for the same.
    pub fn fact_id(&self, what: &str, at: Timestamp) -> Uuid {
        let millis = u64::try_from(at.as_millisecond()).unwrap_or_default();
        let moment = at.as_microsecond().to_be_bytes();
        let hash = Sha256::new()
            .chain_update(self.id.0.as_bytes())
            .chain_update(moment)
            .chain_update(what)
            .finalize();
        uuid::Builder::from_unix_timestamp_millis(millis, &std::array::from_fn(|n| hash[n])).into_uuid()
    }

    /// The id of the letter that offers to cancel after their calendar declined what they were told in that version: one
    /// for each version, however often it declines.
    pub fn offer_id(&self, told_version: i64) -> Uuid {
        self.id_by(format!("offer.{told_version}").as_bytes())
    }

    /// The id under which something that came back about a letter is recorded: the same for the same bytes, so that what
    /// is delivered twice is known once.
    pub fn returned_id(&self, message: &[u8]) -> Uuid {
        self.id_by(message)
    }

    fn id_by(&self, what: &[u8]) -> Uuid {
        let millis = u64::try_from(self.registered_at.as_millisecond()).unwrap_or_default();
        let hash = Sha256::new().chain_update(self.id.0.as_bytes()).chain_update(what).finalize();
        uuid::Builder::from_unix_timestamp_millis(millis, &std::array::from_fn(|n| hash[n])).into_uuid()
    }

    /// Whether the person gave the place back themself, by their link or signed in.
    pub fn canceled_themself(&self) -> bool {
        let is_theirs =
            |by: &str| by == "registrant" || self.user().is_some_and(|user| by == format!("person:{user}"));
        self.standing.end().is_some_and(|canceled| is_theirs(&canceled.by))
    }

    /// Sequence number of the calendar entry (RFC 5545, section 3.8.7.4): a cancellation raises it.
    pub fn calendar_sequence(&self) -> u32 {
        u32::from(!self.standing.is_live())
    }
}
