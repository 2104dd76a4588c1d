//! Mailings: one letter to everybody registered, worked off in pieces. However long the list, the fact commits with one
//! row, and each piece is a short transaction: killed half way, a mailing goes on where it was.

use std::sync::LazyLock;

use domain::{Fact, LetterKind, MeetingId, RegistrationId, Reminders};
use jiff::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use crate::engine::{Engine, Text, Tx, query};
use crate::rows::{PerLength, insert_rows, instant, json, micros, number, pieces};
use crate::{Fault, Store, lock, write_tx};

/// A mailing with something to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueMailing {
    meeting: MeetingId,
    registration: Uuid,
    kind: LetterKind,
}

/// What people are told of a meeting: title, start and end, the registration's own or else the meeting's.
#[derive(FromRow, PartialEq)]
pub(crate) struct Telling {
    registration_id: Uuid,
    subject: Option<String>,
    start_at: i64,
    end_at: i64,
}

#[derive(FromRow)]
struct DueRow {
    meeting_id: Uuid,
    registration_id: Uuid,
    kind: String,
}

#[derive(FromRow)]
struct MailingRow {
    about: i64,
    since_at: i64,
    actor: String,
    after_registrant: Option<Uuid>,
    until_registrant: Option<Uuid>,
}

/// Somebody on the list.
#[derive(FromRow)]
struct Listed {
    registrant_id: Uuid,
    registered_at: i64,
    /// Registered here, with an address, and not about to be told everything by a confirmation that nobody has taken
    /// out yet.
    is_to_be_told: bool,
}

/// The most registrants that are canceled in one go.
const CANCELED_AT_ONCE: i64 = 1_000;
/// The most mailings of a slot that are looked at in one round.
const LOOK: i64 = 32;

/// Walks the slots as [`crate::outbox`] does.
const DUE_SLOTS: &str = "WITH RECURSIVE s (slot) AS (
        SELECT MIN(slot) FROM mailing
        UNION ALL
        SELECT (SELECT MIN(o.slot) FROM mailing o WHERE o.slot > s.slot) FROM s WHERE s.slot IS NOT NULL
    )
    SELECT slot FROM s WHERE slot IS NOT NULL
        AND (SELECT o.slot FROM mailing o WHERE o.slot = s.slot AND o.due_at <= $1 LIMIT 1) IS NOT NULL";
const DUE_SLOTS_OF_NODES: &str = "SELECT DISTINCT slot FROM mailing WHERE due_at <= $1 LIMIT 4096";
const LIST_DUE: &str = "SELECT meeting_id, registration_id, kind FROM mailing
    WHERE slot = $1 AND due_at <= $2 ORDER BY due_at LIMIT $3";
const TAKE: &str = "SELECT about, since_at, actor, after_registrant, until_registrant FROM mailing
    WHERE slot = $1 AND meeting_id = $2 AND registration_id = $3 AND kind = $4 AND due_at <= $5";
/// The same on PostgreSQL, where another node may have it in hand.
const TAKE_BESIDE_OTHERS: &str =
    "SELECT about, since_at, actor, after_registrant, until_registrant FROM mailing
    WHERE slot = $1 AND meeting_id = $2 AND registration_id = $3 AND kind = $4 AND due_at <= $5
    FOR UPDATE SKIP LOCKED";
const TELLING: &str = "SELECT g.registration_id, COALESCE(g.subject, m.subject) AS subject,
        COALESCE(g.start_at, m.start_at) AS start_at, COALESCE(g.end_at, m.end_at) AS end_at
    FROM meeting m
    JOIN registration g ON g.slot = m.slot AND g.meeting_id = m.meeting_id AND g.is_live AND NOT g.is_external
    WHERE m.slot = $1 AND m.meeting_id = $2 AND m.deleted_at IS NULL";
const RAISE_TOLD: &str = "UPDATE registration SET told_version = told_version + 1, told_at = $4
    WHERE slot = $1 AND meeting_id = $2 AND registration_id = $3";
/// One row, however often it changes: what is told is read when a letter is written. Begun anew, because those who have
/// a letter may have been told the state before.
const BEGIN_UPDATE: &str =
    "INSERT INTO mailing (slot, meeting_id, registration_id, kind, due_at, about, since_at,
        actor, until_registrant)
    SELECT o.slot, o.meeting_id, o.registration_id, 'update', $4, g.told_version, $4, $5, o.last_registrant
    FROM roster o
    JOIN registration g ON g.slot = $1 AND g.meeting_id = $2 AND g.registration_id = $3
    WHERE o.slot = $1 AND o.meeting_id = $2 AND o.registration_id = $3 AND o.seats_taken > 0
    ON CONFLICT (slot, meeting_id, registration_id, kind) DO UPDATE SET due_at = excluded.due_at,
        about = excluded.about, since_at = excluded.since_at, actor = excluded.actor, after_registrant = NULL,
        until_registrant = excluded.until_registrant";
const BEGIN_REMINDERS: &str =
    "INSERT INTO mailing (slot, meeting_id, registration_id, kind, due_at, about, since_at, actor)
    VALUES ($1, $2, $3, 'reminder', $4, 0, $4, $5)
    ON CONFLICT (slot, meeting_id, registration_id, kind) DO UPDATE SET due_at = excluded.due_at, about = 0,
        since_at = excluded.since_at, actor = excluded.actor, after_registrant = NULL, until_registrant = NULL";
const BEGIN_CANCELLATION: &str =
    "INSERT INTO mailing (slot, meeting_id, registration_id, kind, due_at, about, since_at,
        actor, until_registrant)
    SELECT slot, meeting_id, registration_id, 'cancellation', $4, 1, $4, $5, last_registrant FROM roster
    WHERE slot = $1 AND meeting_id = $2 AND registration_id = $3 AND seats_taken > 0";
const DROP_ALL: &str = "DELETE FROM mailing WHERE slot = $1 AND meeting_id = $2 AND registration_id = $3";
const LIST_CANCELLATIONS: &str = "SELECT registration_id FROM mailing
    WHERE slot = $1 AND meeting_id = $2 AND registration_id > $3 AND kind = 'cancellation' ORDER BY registration_id LIMIT 1";
const FIND_LAST: &str =
    "SELECT last_registrant FROM roster WHERE slot = $1 AND meeting_id = $2 AND registration_id = $3";
/// A waiting confirmation that nobody has in hand will be written from what holds then.
const LIST: &str = "SELECT r.registrant_id, r.registered_at,
        (r.registration_id = $3 AND r.live_key IS NOT NULL AND r.email IS NOT NULL
            AND (SELECT o.outbox_id FROM outbox o WHERE o.slot = $1 AND o.outbox_id = r.registrant_id
                AND o.kind = 'confirmation' AND o.attempts = 0 AND o.failed_at IS NULL) IS NULL) AS is_to_be_told
    FROM registrant r
    WHERE r.slot = $1 AND r.meeting_id = $2 AND r.registrant_id > $4 AND r.registrant_id <= $5
    ORDER BY r.registrant_id LIMIT $6";
const ADVANCE: &str = "UPDATE mailing SET after_registrant = $5, until_registrant = $6, about = $7
    WHERE slot = $1 AND meeting_id = $2 AND registration_id = $3 AND kind = $4";
const SLEEP: &str = "UPDATE mailing SET due_at = $4, since_at = $5, about = 0, after_registrant = NULL,
        until_registrant = NULL
    WHERE slot = $1 AND meeting_id = $2 AND registration_id = $3 AND kind = 'reminder'";
const WAKE: &str = "UPDATE mailing SET due_at = $2 WHERE slot = $1 AND due_at > $2 AND kind = 'reminder'";
const FIND_REMINDERS: &str = "SELECT reminders FROM deployment WHERE deployment_id = 1";
const KEEP_REMINDERS: &str = "UPDATE deployment SET reminders = $1 WHERE deployment_id = 1";
const END: &str =
    "DELETE FROM mailing WHERE slot = $1 AND meeting_id = $2 AND registration_id = $3 AND kind = $4";
/// The letter takes the place of a confirmation that was still waiting.
const TELL_CANCELED: &str = "INSERT INTO outbox (slot, outbox_id, meeting_id, registrant_id, kind, due_at, attempts, about)
    SELECT slot, registrant_id, meeting_id, registrant_id, 'cancellation', $6, 0, 1 FROM registrant
    WHERE slot = $1 AND meeting_id = $2 AND registration_id = $3 AND registrant_id > $4 AND registrant_id <= $5
        AND live_key IS NOT NULL AND email IS NOT NULL
    ORDER BY registrant_id
    ON CONFLICT (slot, outbox_id) DO UPDATE SET kind = excluded.kind, due_at = excluded.due_at, attempts = 0,
        failed_at = NULL, last_answer = NULL, about = excluded.about";
const CANCEL: &str = "UPDATE registrant SET live_key = NULL, canceled_at = $6, canceled_by = $7
    WHERE slot = $1 AND meeting_id = $2 AND registration_id = $3 AND registrant_id > $4 AND registrant_id <= $5
        AND live_key IS NOT NULL";
const GIVE_BACK: &str = "UPDATE roster SET seats_taken = seats_taken - $4
    WHERE slot = $1 AND meeting_id = $2 AND registration_id = $3";
static INSERT_LETTERS: LazyLock<PerLength> = LazyLock::new(|| {
    PerLength::new(|rows| {
        let into = "outbox (slot, outbox_id, meeting_id, registrant_id, kind, due_at, attempts, about)";
        Text::same(insert_rows(into, rows, 8))
    })
});

impl Store {
    /// The mailings that have something to do.
    pub async fn due_mailings(&self, now: Timestamp) -> Result<Vec<DueMailing>, Fault> {
        let text = if self.is_spread { DUE_SLOTS_OF_NODES } else { DUE_SLOTS };
        let slots: Vec<i64> = query(text).bind(micros(now)).fetch_values(&self.readers).await?;
        let mut due = Vec::new();
        for slot in slots {
            let rows: Vec<DueRow> =
                query(LIST_DUE).bind(slot).bind(micros(now)).bind(LOOK).fetch_all(&self.readers).await?;
            for row in rows {
                let kind = LetterKind::from_name(&row.kind)
                    .ok_or(Fault::corrupt("a mailing of an unknown kind of letter"))?;
                due.push(DueMailing {
                    meeting: MeetingId(row.meeting_id),
                    registration: row.registration_id,
                    kind,
                });
            }
        }
        Ok(due)
    }

    /// Works off one piece of a mailing: queues the letters of the next registrants and moves on, in one transaction.
    /// `ids` are those of the letters, in their order, and say how many registrants are a piece. `false` where there was
    /// nothing to do any more, or another node is at it.
    pub async fn work_mailing(
        &self,
        due: &DueMailing,
        reminders: &Reminders,
        ids: &[Uuid],
        now: Timestamp,
    ) -> Result<bool, Fault> {
        Ok(write_tx!(self, |tx| {
            // Its pieces change registrants.
            if due.kind == LetterKind::Cancellation {
                lock(tx, due.meeting).await?;
            }
            match take(tx, due, now).await? {
                None => false,
                Some(row) => {
                    match due.kind {
                        LetterKind::Update => queue_piece(tx, due, &row, ids, now).await?,
                        LetterKind::Reminder => remind(tx, due, row, reminders, ids, now).await?,
                        LetterKind::Cancellation => cancel_piece(tx, due, &row).await?,
                        LetterKind::Confirmation => {
                            return Err(Fault::corrupt("a mailing of confirmations"));
                        }
                    }
                    true
                }
            }
        }))
    }
}

impl Store {
    /// Lets every reminder be reckoned anew where the list of reminders is no longer the one they were reckoned by.
    pub async fn keep_to_reminders(&self, reminders: &Reminders, now: Timestamp) -> Result<(), Fault> {
        let list = json(&reminders.minutes().collect::<Vec<_>>());
        let known: Option<String> = query(FIND_REMINDERS).fetch_value(&self.readers).await?;
        if known.as_deref() == Some(&*list) {
            return Ok(());
        }
        let text = if self.is_spread { DUE_SLOTS_OF_NODES } else { DUE_SLOTS };
        let slots: Vec<i64> = query(text).bind(i64::MAX).fetch_values(&self.readers).await?;
        for slot in slots {
            query(WAKE).bind(slot).bind(micros(now)).execute(&self.writer).await?;
        }
        query(KEEP_REMINDERS).bind(list).execute(&self.writer).await?;
        Ok(())
    }
}

/// What people are told of the meeting by its live registration, if that is a built-in one.
pub(crate) async fn telling(tx: &mut Tx, meeting: MeetingId) -> Result<Option<Telling>, Fault> {
    query(TELLING).bind(number(meeting.slot())).bind(meeting.0).fetch_optional(&mut *tx).await
}

/// Where what people are told is no longer what it was before, lets everybody registered be told; under the meeting's
/// lock.
pub(crate) async fn announce(
    tx: &mut Tx,
    meeting: MeetingId,
    before: Option<Telling>,
    fact: &Fact,
) -> Result<(), Fault> {
    let now = telling(tx, meeting).await?;
    let (Some(before), Some(now)) = (before, now) else { return Ok(()) };
    if before == now {
        return Ok(());
    }
    let slot = number(meeting.slot());
    query(RAISE_TOLD)
        .bind(slot)
        .bind(meeting.0)
        .bind(now.registration_id)
        .bind(micros(fact.at))
        .execute(&mut *tx)
        .await?;
    if before.start_at != now.start_at {
        schedule_reminders(tx, meeting, now.registration_id, fact).await?;
    }
    if now.end_at > micros(fact.at) {
        query(BEGIN_UPDATE)
            .bind(slot)
            .bind(meeting.0)
            .bind(now.registration_id)
            .bind(micros(fact.at))
            .bind(&fact.actor)
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

/// Lets the reminders of a registration be reckoned anew, from now on.
pub(crate) async fn schedule_reminders(
    tx: &mut Tx,
    meeting: MeetingId,
    registration: Uuid,
    fact: &Fact,
) -> Result<(), Fault> {
    query(BEGIN_REMINDERS)
        .bind(number(meeting.slot()))
        .bind(meeting.0)
        .bind(registration)
        .bind(micros(fact.at))
        .bind(&fact.actor)
        .execute(&mut *tx)
        .await?;
    Ok(())
}

/// Cancels and tells everybody of a registration that was closed, the first piece of them at once; under the meeting's
/// lock.
pub(crate) async fn cancel_everybody(
    tx: &mut Tx,
    meeting: MeetingId,
    registration: RegistrationId,
    fact: &Fact,
) -> Result<(), Fault> {
    let slot = number(meeting.slot());
    query(DROP_ALL).bind(slot).bind(meeting.0).bind(registration.0).execute(&mut *tx).await?;
    query(BEGIN_CANCELLATION)
        .bind(slot)
        .bind(meeting.0)
        .bind(registration.0)
        .bind(micros(fact.at))
        .bind(&fact.actor)
        .execute(&mut *tx)
        .await?;
    let due = DueMailing { meeting, registration: registration.0, kind: LetterKind::Cancellation };
    if let Some(row) = take(tx, &due, fact.at).await? {
        cancel_piece(tx, &due, &row).await?;
    }
    Ok(())
}

/// Ends the cancellations of a meeting that still go on; under its lock.
pub(crate) async fn finish_cancellations(tx: &mut Tx, meeting: MeetingId) -> Result<(), Fault> {
    let mut after = Uuid::nil();
    loop {
        let found: Option<Uuid> = query(LIST_CANCELLATIONS)
            .bind(number(meeting.slot()))
            .bind(meeting.0)
            .bind(after)
            .fetch_optional_value(&mut *tx)
            .await?;
        let Some(registration) = found else { return Ok(()) };
        let due = DueMailing { meeting, registration, kind: LetterKind::Cancellation };
        while let Some(row) = take(tx, &due, Timestamp::MAX).await? {
            cancel_piece(tx, &due, &row).await?;
        }
        after = registration;
    }
}

async fn take(tx: &mut Tx, due: &DueMailing, now: Timestamp) -> Result<Option<MailingRow>, Fault> {
    let text = match tx.engine() {
        Engine::Sqlite => TAKE,
        Engine::Postgres => TAKE_BESIDE_OTHERS,
    };
    due.about(text).bind(due.kind.name()).bind(micros(now)).fetch_optional(&mut *tx).await
}

/// Queues the letters of a piece.
async fn queue_piece(
    tx: &mut Tx,
    due: &DueMailing,
    row: &MailingRow,
    ids: &[Uuid],
    now: Timestamp,
) -> Result<(), Fault> {
    let listed = list(tx, due, row, ids.len() as i64).await?;
    let is_last = listed.len() < ids.len();
    queue(tx, due, row, listed.iter().filter(|listed| listed.is_to_be_told), ids, now).await?;
    match listed.last().filter(|_| !is_last) {
        Some(last) => advance(tx, due, row, last.registrant_id).await,
        None => end(tx, due).await,
    }
}

/// Sends the reminder that is due, a piece at a time, and sleeps until the next one.
async fn remind(
    tx: &mut Tx,
    due: &DueMailing,
    row: MailingRow,
    reminders: &Reminders,
    ids: &[Uuid],
    now: Timestamp,
) -> Result<(), Fault> {
    let told = telling(tx, due.meeting).await?.filter(|told| told.registration_id == due.registration);
    let Some(told) = told else { return end(tx, due).await };
    let (start_at, since_at) = (instant(told.start_at)?, instant(row.since_at)?);
    if now >= start_at {
        return end(tx, due).await;
    }
    let sleep = async |tx: &mut Tx, since_at: Timestamp| {
        let next = reminders.next(start_at, now.max(since_at)).unwrap_or(start_at);
        due.about(SLEEP).bind(micros(next)).bind(micros(since_at)).execute(&mut *tx).await.map(drop)
    };
    let Some(moment) = reminders.due(start_at, now).filter(|moment| *moment > since_at) else {
        return sleep(tx, since_at).await;
    };
    let about = micros(moment);
    let row = if row.about == about { row } else { begin_reminder(tx, due, row, about).await? };
    let listed = list(tx, due, &row, ids.len() as i64).await?;
    // Whoever came later knows the time from their confirmation, a moment ago as it were.
    let reminded = listed.iter().filter(|listed| listed.is_to_be_told && listed.registered_at < about);
    queue(tx, due, &row, reminded, ids, now).await?;
    match listed.last().filter(|_| listed.len() == ids.len()) {
        Some(last) => advance(tx, due, &row, last.registrant_id).await,
        None => sleep(tx, moment).await,
    }
}

/// A reminder from the beginning of the list, as far as it goes now.
async fn begin_reminder(
    tx: &mut Tx,
    due: &DueMailing,
    row: MailingRow,
    about: i64,
) -> Result<MailingRow, Fault> {
    let last: Option<Option<Uuid>> = due.about(FIND_LAST).fetch_optional_value(&mut *tx).await?;
    Ok(MailingRow { about, after_registrant: None, until_registrant: last.flatten(), ..row })
}

/// Gives the places of a piece back and queues the letters about it.
async fn cancel_piece(tx: &mut Tx, due: &DueMailing, row: &MailingRow) -> Result<(), Fault> {
    let listed = list(tx, due, row, CANCELED_AT_ONCE).await?;
    let Some(last) = listed.last() else { return end(tx, due).await };
    let (after, last) = (row.after_registrant.unwrap_or_default(), last.registrant_id);
    due.about(TELL_CANCELED).bind(after).bind(last).bind(row.since_at).execute(&mut *tx).await?;
    let canceled = due
        .about(CANCEL)
        .bind(after)
        .bind(last)
        .bind(row.since_at)
        .bind(&row.actor)
        .execute(&mut *tx)
        .await?;
    due.about(GIVE_BACK).bind(i64::try_from(canceled).unwrap_or(i64::MAX)).execute(&mut *tx).await?;
    if listed.len() as i64 == CANCELED_AT_ONCE {
        advance(tx, due, row, last).await
    } else {
        end(tx, due).await
    }
}

/// The next registrants, in order of arrival.
async fn list(tx: &mut Tx, due: &DueMailing, row: &MailingRow, limit: i64) -> Result<Vec<Listed>, Fault> {
    due.about(LIST)
        .bind(row.after_registrant.unwrap_or_default())
        .bind(row.until_registrant.unwrap_or_default())
        .bind(limit)
        .fetch_all(&mut *tx)
        .await
}

async fn queue<'l>(
    tx: &mut Tx,
    due: &DueMailing,
    row: &MailingRow,
    people: impl Iterator<Item = &'l Listed>,
    ids: &[Uuid],
    now: Timestamp,
) -> Result<(), Fault> {
    let letters: Vec<(Uuid, Uuid)> =
        ids.iter().copied().zip(people.map(|person| person.registrant_id)).collect();
    for piece in pieces(&letters) {
        let rows = piece.iter().map(|(letter, registrant)| {
            [
                number(due.meeting.slot()).into(),
                (*letter).into(),
                due.meeting.0.into(),
                (*registrant).into(),
                due.kind.name().into(),
                micros(now).into(),
                0_i64.into(),
                row.about.into(),
            ]
        });
        query(INSERT_LETTERS.text(piece.len())).bind_rows(rows).execute(&mut *tx).await?;
    }
    Ok(())
}

async fn advance(tx: &mut Tx, due: &DueMailing, row: &MailingRow, last: Uuid) -> Result<(), Fault> {
    due.about(ADVANCE)
        .bind(due.kind.name())
        .bind(last)
        .bind(row.until_registrant)
        .bind(row.about)
        .execute(&mut *tx)
        .await?;
    Ok(())
}

async fn end(tx: &mut Tx, due: &DueMailing) -> Result<(), Fault> {
    due.about(END).bind(due.kind.name()).execute(&mut *tx).await?;
    Ok(())
}

impl DueMailing {
    /// A question about the mailing's registration: its key is bound.
    fn about(&self, text: &'static str) -> crate::engine::Query<'_> {
        query(text).bind(number(self.meeting.slot())).bind(self.meeting.0).bind(self.registration)
    }
}
