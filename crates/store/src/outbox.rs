//! The outbox: letters that committed with the fact they tell of, until the mail server has taken them.

use std::borrow::Cow;
use std::collections::HashMap;

use domain::{LetterKind, Meeting, MeetingId, OutboxId, Registrant, RegistrantId, Reminders};
use jiff::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use crate::engine::{Engine, Tx, query};
use crate::listing::read_these;
use crate::meeting::MeetingRow;
use crate::registrant::{RegistrantRow, read_registrant};
use crate::rows::{micros, number, pieces};
use crate::{Fault, Store, read_tx, write_tx};

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
#[derive(Clone, Debug, Default, FromRow)]
pub struct Told {
    /// Title.
    pub subject: Option<String>,
    /// Description.
    pub description: Option<String>,
    /// Whether the registration is live.
    pub is_live: bool,
    /// Counts changes of title, start and end.
    pub told_version: i64,
    told_at: Option<i64>,
    reminders: Option<String>,
    start_at: Option<i64>,
    end_at: Option<i64>,
}

#[derive(FromRow)]
struct LeasedRow {
    outbox_id: Uuid,
    meeting_id: Uuid,
    registrant_id: Uuid,
    kind: String,
    about: i64,
    attempts: i64,
}

/// Walks the distinct slots by seeks, however many letters wait in each. Whether one is due is asked for each slot alone:
/// what stands behind `EXISTS` PostgreSQL may join, and read all that waits.
const DUE_SLOTS: &str = "WITH RECURSIVE s (slot) AS (
        SELECT MIN(slot) FROM outbox
        UNION ALL
        SELECT (SELECT MIN(o.slot) FROM outbox o WHERE o.slot > s.slot) FROM s WHERE s.slot IS NOT NULL
    )
    SELECT slot FROM s WHERE slot IS NOT NULL
        AND (SELECT o.slot FROM outbox o WHERE o.slot = s.slot AND o.due_at <= $1 AND o.failed_at IS NULL LIMIT 1)
            IS NOT NULL";
/// The same on Citus, which asks its nodes for nothing recursive. Each gives its own slots, in the order of their key.
const DUE_SLOTS_OF_NODES: &str =
    "SELECT DISTINCT slot FROM outbox WHERE due_at <= $1 AND failed_at IS NULL LIMIT 1000";
const LEASE: &str = "UPDATE outbox SET due_at = $3, attempts = attempts + 1
    WHERE slot = $1 AND outbox_id IN (SELECT outbox_id FROM outbox
        WHERE slot = $1 AND due_at <= $2 AND failed_at IS NULL ORDER BY outbox_id LIMIT $4)
    RETURNING outbox_id, meeting_id, registrant_id, kind, about, attempts";
/// The same on PostgreSQL, where several workers lease at once: each passes over what another is just taking. The list
/// is made once: a plan may run what stands behind `IN` again for each row, past those it has taken. And its end is said,
/// or a plan from days when little waited reads all that waits.
const LEASE_BESIDE_OTHERS: &str = "WITH taken (ids) AS MATERIALIZED (SELECT ARRAY (SELECT outbox_id FROM outbox
        WHERE slot = $1 AND due_at <= $2 AND failed_at IS NULL ORDER BY outbox_id LIMIT $4 FOR UPDATE SKIP LOCKED))
    UPDATE outbox SET due_at = $3, attempts = attempts + 1
    WHERE slot = $1 AND outbox_id = ANY ((SELECT ids FROM taken)::UUID[])
        AND outbox_id <= (SELECT ids[CARDINALITY(ids)] FROM taken)
    RETURNING outbox_id, meeting_id, registrant_id, kind, about, attempts";
const FIND_MEETING: &str =
    "SELECT meeting_id, tenant_id, organizer_id, created_at, start_at, end_at, subject, join_url,
        join_meeting_id, passcode, external_id, attendees, settings, version
    FROM meeting WHERE slot = $1 AND meeting_id = $2";
const FIND_TOLD: &str = "SELECT subject, description, COALESCE(is_live, FALSE) AS is_live, told_version, told_at, reminders, start_at, end_at
    FROM registration WHERE slot = $1 AND meeting_id = $2 AND registration_id = $3";
const BACKLOG: &str = "SELECT COUNT(*), MIN(due_at) FROM outbox WHERE failed_at IS NULL";

impl Store {
    /// The slots in which letters are due.
    pub async fn due_slots(&self, now: Timestamp) -> Result<Vec<i64>, Fault> {
        let text = if self.is_spread { DUE_SLOTS_OF_NODES } else { DUE_SLOTS };
        query(text).bind(micros(now)).fetch_values(&self.readers).await
    }

    /// Takes up to `limit` due letters of a slot, oldest first. Nobody else is given them before `until`,
    /// and then they are due again, so that letters of a worker that died are not lost.
    pub async fn lease_letters(
        &self,
        slot: i64,
        now: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<DueLetter>, Fault> {
        let mut leased: Vec<LeasedRow> = write_tx!(self, |tx| {
            let lease = match tx.engine() {
                Engine::Sqlite => LEASE,
                Engine::Postgres => LEASE_BESIDE_OTHERS,
            };
            query(lease)
                .bind(slot)
                .bind(micros(now))
                .bind(micros(until))
                .bind(i64::from(limit))
                .fetch_all(&mut *tx)
                .await?
        });
        leased.sort_by_key(|row| row.outbox_id);
        let mut letters = Vec::with_capacity(leased.len());
        let mut tx = self.readers.begin_read().await?;
        let mut known = Known::default();
        known.read_registrants(&mut tx, &leased).await?;
        for row in leased {
            let id = row.outbox_id;
            match read_letter(&mut tx, slot, row, &mut known).await {
                Ok(Some(letter)) => letters.push(letter),
                Ok(None) => tracing::error!(outbox.id = %id, "a letter has no meeting or registrant"),
                // What was read can be sent; the others are due again when their lease is over.
                Err(fault) if fault.may_pass() && !letters.is_empty() => {
                    tracing::warn!(outbox.id = %id, %fault, "letters wait for the end of their lease");
                    return Ok(letters);
                }
                Err(fault) if fault.may_pass() => return Err(fault),
                // One row that cannot be read must not hold up its neighbours.
                Err(fault) => tracing::error!(outbox.id = %id, %fault, "a letter cannot be read"),
            }
        }
        tx.commit().await?;
        Ok(letters)
    }

    /// The letter with its rows as they are now; `None` where one of them is missing.
    pub async fn read_again(&self, letter: &DueLetter) -> Result<Option<DueLetter>, Fault> {
        let row = LeasedRow {
            outbox_id: letter.id.0,
            meeting_id: letter.meeting.id.0,
            registrant_id: letter.registrant.id.0,
            kind: letter.kind.name().to_owned(),
            about: letter.about,
            attempts: i64::from(letter.attempts),
        };
        Ok(read_tx!(self, |tx| {
            read_letter(tx, number(letter.meeting.id.slot()), row, &mut Known::default()).await?
        }))
    }

    /// The confirmation of somebody registered as it would be written now, whether one waits or not; `None` where a row is
    /// missing.
    pub async fn confirmation_of(&self, registrant: &Registrant) -> Result<Option<DueLetter>, Fault> {
        let row = LeasedRow {
            outbox_id: registrant.id.0,
            meeting_id: registrant.meeting.0,
            registrant_id: registrant.id.0,
            kind: LetterKind::Confirmation.name().to_owned(),
            about: 0,
            attempts: 0,
        };
        Ok(read_tx!(self, |tx| {
            read_letter(tx, number(registrant.meeting.slot()), row, &mut Known::default()).await?
        }))
    }

    /// How many letters wait, and since when the oldest is due.
    pub async fn backlog(&self) -> Result<(i64, Option<Timestamp>), Fault> {
        let (waiting, oldest): (i64, Option<i64>) = query(BACKLOG).fetch_one(&self.readers).await?;
        Ok((waiting, oldest.map(crate::rows::instant).transpose()?))
    }

    /// The kinds of event stored of one registrant, oldest first: what an audit or a test asks.
    pub async fn list_events(
        &self,
        meeting: MeetingId,
        registrant: RegistrantId,
    ) -> Result<Vec<String>, Fault> {
        query(
            "SELECT kind FROM event WHERE slot = $1 AND meeting_id = $2 AND registrant_id = $3 ORDER BY event_id",
        )
        .bind(number(meeting.slot()))
        .bind(meeting.0)
        .bind(registrant.0)
        .fetch_values(&self.readers)
        .await
    }
}

/// What was read already for letters of one lease.
#[derive(Default)]
struct Known {
    registrants: HashMap<Uuid, RegistrantRow>,
    meetings: HashMap<Uuid, Meeting>,
    told: HashMap<(Uuid, Uuid), Told>,
}

impl Known {
    /// Reads registrants together. Where one among them cannot be read, each is read by itself later.
    async fn read_registrants(&mut self, tx: &mut Tx, leased: &[LeasedRow]) -> Result<(), Fault> {
        let mut by_meeting: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
        for row in leased {
            by_meeting.entry(row.meeting_id).or_default().push(row.registrant_id);
        }
        for (meeting, mut ids) in by_meeting {
            ids.sort_unstable();
            ids.dedup();
            for piece in pieces(&ids) {
                match read_these(&mut *tx, MeetingId(meeting), piece).await {
                    Ok(rows) => self.registrants.extend(rows.into_iter().map(|row| (row.registrant_id, row))),
                    Err(fault) if fault.may_pass() => return Err(fault),
                    Err(_) => {}
                }
            }
        }
        Ok(())
    }

    async fn registrant(
        &mut self,
        tx: &mut Tx,
        meeting: MeetingId,
        id: RegistrantId,
    ) -> Result<Option<Registrant>, Fault> {
        match self.registrants.remove(&id.0) {
            Some(row) => row.into_registrant().map(Some),
            None => read_registrant(tx, meeting, id).await,
        }
    }

    async fn meeting(&mut self, tx: &mut Tx, slot: i64, id: Uuid) -> Result<Option<Meeting>, Fault> {
        if let Some(known) = self.meetings.get(&id) {
            return Ok(Some(known.clone()));
        }
        let row: Option<MeetingRow> = query(FIND_MEETING).bind(slot).bind(id).fetch_optional(tx).await?;
        let meeting = row.map(MeetingRow::into_meeting).transpose()?;
        self.meetings.extend(meeting.iter().map(|meeting| (id, meeting.clone())));
        Ok(meeting)
    }

    async fn told(&mut self, tx: &mut Tx, slot: i64, (meeting, id): (Uuid, Uuid)) -> Result<Told, Fault> {
        if let Some(known) = self.told.get(&(meeting, id)) {
            return Ok(known.clone());
        }
        let row: Option<Told> = query(FIND_TOLD).bind(slot).bind(meeting).bind(id).fetch_optional(tx).await?;
        let told = row.unwrap_or_default();
        self.told.insert((meeting, id), told.clone());
        Ok(told)
    }
}

/// The letter of a leased row, with the rows it is written from; `None` where one of them is missing.
async fn read_letter(
    tx: &mut Tx,
    slot: i64,
    row: LeasedRow,
    known: &mut Known,
) -> Result<Option<DueLetter>, Fault> {
    let kind = LetterKind::from_name(&row.kind).ok_or(Fault::corrupt("an unknown kind of letter"))?;
    let meeting = known.meeting(tx, slot, row.meeting_id).await?;
    let id = RegistrantId(row.registrant_id);
    let registrant = known.registrant(tx, MeetingId(row.meeting_id), id).await?;
    let (Some(meeting), Some(registrant)) = (meeting, registrant) else { return Ok(None) };
    let told = known.told(tx, slot, (row.meeting_id, registrant.registration.0)).await?;
    Ok(Some(DueLetter {
        id: OutboxId(row.outbox_id),
        kind,
        about: row.about,
        attempts: u32::try_from(row.attempts).unwrap_or(u32::MAX),
        registrant,
        meeting,
        told,
    }))
}

impl DueLetter {
    /// Start as the registrant was told.
    pub fn start_at(&self) -> Result<Timestamp, Fault> {
        Ok(crate::rows::instant_or_none(self.told.start_at)?.unwrap_or(self.meeting.start_at))
    }

    /// When what the registrant was told last changed, their own place included.
    pub fn told_at(&self) -> Result<Timestamp, Fault> {
        let registrant = &self.registrant;
        let changed_at = crate::rows::instant_or_none(self.told.told_at)?;
        let canceled_at = registrant.standing.end().map(|end| end.at);
        Ok(registrant.registered_at.max(changed_at.max(canceled_at).unwrap_or(Timestamp::MIN)))
    }

    /// By which list the registrant is reminded: the registration's own, or else `default`.
    pub fn reminders<'a>(&self, default: &'a Reminders) -> Result<Cow<'a, Reminders>, Fault> {
        crate::reminding::in_force(self.told.reminders.as_deref(), default)
    }

    /// The moment of a reminder.
    pub fn moment(&self) -> Result<Timestamp, Fault> {
        crate::rows::instant(self.about)
    }

    /// End as the registrant was told.
    pub fn end_at(&self) -> Result<Timestamp, Fault> {
        Ok(crate::rows::instant_or_none(self.told.end_at)?.unwrap_or(self.meeting.end_at))
    }
}
