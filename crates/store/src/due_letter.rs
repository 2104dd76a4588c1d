//! A letter that is due, with the rows it is written from.

use std::borrow::Cow;

use domain::{LetterKind, Meeting, MeetingId, OutboxId, Registrant, Reminders};
use jiff::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use crate::engine::{On, query};
use crate::meeting::MeetingRow;
use crate::registrant::RegistrantRow;
use crate::rows::{instant, instant_or_none, number};
use crate::{Fault, Store, reminding};

/// A letter that is due, with the live rows it is written from.
#[derive(Clone, Debug)]
pub struct DueLetter {
    /// Its id: also the id of the fact it tells of.
    pub id: OutboxId,
    /// What it tells.
    pub kind: LetterKind,
    /// What exactly it is about: of an update the version told, of a reminder its moment and of an offered place its end
    /// in microseconds since 1970, of a cancellation 1 where everybody was canceled.
    pub about: i64,
    /// Which try this is, from 1.
    pub attempts: u32,
    /// To whom.
    pub registrant: Registrant,
    /// Of which meeting, deleted or not.
    pub meeting: Meeting,
    /// Title, description and times as the registration tells them, deleted or not.
    pub told: Told,
}

/// What a registration says of its meeting where it differs.
// Title, start and end are read under names of their own, because the meeting's stand in the same row.
#[derive(Clone, Debug, Default, FromRow)]
pub struct Told {
    /// Title.
    #[sqlx(rename = "told_subject")]
    pub subject: Option<String>,
    /// Description.
    pub description: Option<String>,
    /// Whether the registration is live.
    pub is_live: bool,
    /// Counts changes of title, start and end.
    pub told_version: i64,
    told_at: Option<i64>,
    reminders: Option<String>,
    #[sqlx(rename = "told_start_at")]
    start_at: Option<i64>,
    #[sqlx(rename = "told_end_at")]
    end_at: Option<i64>,
}

/// What the outbox says of a letter.
#[derive(FromRow)]
pub(crate) struct OutboxRow {
    pub(crate) outbox_id: Uuid,
    pub(crate) meeting_id: Uuid,
    pub(crate) registrant_id: Uuid,
    kind: String,
    about: i64,
    attempts: i64,
}

/// What a letter is written from.
#[derive(FromRow)]
struct WrittenFrom {
    #[sqlx(flatten)]
    meeting: MeetingRow,
    #[sqlx(flatten)]
    registrant: RegistrantRow,
    #[sqlx(flatten)]
    told: Told,
}

/// The first registrant from an id on, for the reason given at [`crate::registrant::FIND_FROM`], with the meeting and the
/// registration. Every letter asks this before it is sent. A single statement sees one snapshot without a transaction, so
/// it is one message to the database, where three questions and the transaction around them are five.
const FIND: &str =
    "SELECT m.meeting_id, m.tenant_id, m.organizer_id, m.created_at, m.start_at, m.end_at, m.subject, m.join_url,
        m.join_meeting_id, m.passcode, m.external_id AS meeting_external_id, m.attendees, m.settings, m.version,
        r.registrant_id, r.registration_id, r.first_name, r.last_name, r.email, r.external_id, r.user_id,
        r.user_tenant_id, r.answers, r.consent, r.language, r.time_zone, r.generation, r.registered_at,
        r.canceled_at, r.canceled_by, r.canceled_reason, r.standing, r.offer_expires_at,
        r.reminders_stopped_at IS NULL AS wants_reminders, g.subject AS told_subject, g.description,
        COALESCE(g.is_live, FALSE) AS is_live, COALESCE(g.told_version, 0) AS told_version, g.told_at, g.reminders,
        g.start_at AS told_start_at, g.end_at AS told_end_at
    FROM registrant r
    JOIN meeting m ON m.slot = $1 AND m.meeting_id = $2
    LEFT JOIN registration g ON g.slot = $1 AND g.meeting_id = $2 AND g.registration_id = r.registration_id
    WHERE r.slot = $1 AND r.meeting_id = $2 AND r.registrant_id >= $3
    ORDER BY r.registrant_id LIMIT 1";

impl Store {
    /// The letter with its rows as they are now, all of one moment; `None` where its meeting or registrant is missing.
    pub async fn read_again(&self, letter: &DueLetter) -> Result<Option<DueLetter>, Fault> {
        let (kind, about, attempts) = (letter.kind, letter.about, letter.attempts);
        read_letter(&self.readers, &OutboxRow::new(letter.id, &letter.registrant, kind, about, attempts))
            .await
    }

    /// The confirmation of somebody registered as it would be written now, whether one waits or not; `None` where the
    /// meeting or the registrant is missing.
    pub async fn confirmation_of(&self, registrant: &Registrant) -> Result<Option<DueLetter>, Fault> {
        let id = OutboxId(registrant.id.0);
        read_letter(&self.readers, &OutboxRow::new(id, registrant, LetterKind::Confirmation, 0, 0)).await
    }
}

/// The letter of a row with what it is written from, all of one moment; `None` where its meeting or registrant is missing. A
/// registration that is missing tells nothing of its own.
pub(crate) async fn read_letter(on: impl Into<On<'_>>, row: &OutboxRow) -> Result<Option<DueLetter>, Fault> {
    let first: Option<WrittenFrom> = query(FIND)
        .bind(number(MeetingId(row.meeting_id).slot()))
        .bind(row.meeting_id)
        .bind(row.registrant_id)
        .fetch_optional(on)
        .await?;
    let Some(found) = first.filter(|found| found.registrant.registrant_id == row.registrant_id) else {
        return Ok(None);
    };
    let (meeting, registrant) = (found.meeting.into_meeting()?, found.registrant.into_registrant()?);
    row.letter(meeting, registrant, found.told).map(Some)
}

impl OutboxRow {
    fn new(id: OutboxId, to: &Registrant, kind: LetterKind, about: i64, attempts: u32) -> Self {
        Self {
            outbox_id: id.0,
            meeting_id: to.meeting.0,
            registrant_id: to.id.0,
            kind: kind.name().to_owned(),
            about,
            attempts: i64::from(attempts),
        }
    }

    /// The letter, where what it is written from has been read.
    pub(crate) fn letter(
        &self,
        meeting: Meeting,
        registrant: Registrant,
        told: Told,
    ) -> Result<DueLetter, Fault> {
        Ok(DueLetter {
            id: OutboxId(self.outbox_id),
            kind: LetterKind::from_name(&self.kind).ok_or(Fault::corrupt("an unknown kind of letter"))?,
            about: self.about,
            attempts: u32::try_from(self.attempts).unwrap_or(u32::MAX),
            registrant,
            meeting,
            told,
        })
    }
}

impl DueLetter {
    /// Start as the registrant was told.
    pub fn start_at(&self) -> Result<Timestamp, Fault> {
        Ok(instant_or_none(self.told.start_at)?.unwrap_or(self.meeting.start_at))
    }

    /// When what the registrant was told last changed, their own place included.
    pub fn told_at(&self) -> Result<Timestamp, Fault> {
        let registrant = &self.registrant;
        let changed_at = instant_or_none(self.told.told_at)?;
        let canceled_at = registrant.standing.end().map(|end| end.at);
        Ok(registrant.registered_at.max(changed_at.max(canceled_at).unwrap_or(Timestamp::MIN)))
    }

    /// By which list the registrant is reminded: the registration's own, or else `default`.
    pub fn reminders<'a>(&self, default: &'a Reminders) -> Result<Cow<'a, Reminders>, Fault> {
        reminding::in_force(self.told.reminders.as_deref(), default)
    }

    /// The moment of a reminder.
    pub fn moment(&self) -> Result<Timestamp, Fault> {
        instant(self.about)
    }

    /// End as the registrant was told.
    pub fn end_at(&self) -> Result<Timestamp, Fault> {
        Ok(instant_or_none(self.told.end_at)?.unwrap_or(self.meeting.end_at))
    }
}
