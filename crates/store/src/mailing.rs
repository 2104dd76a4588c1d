//! Mailings: one letter to everybody registered, worked off in pieces. However long the list, the fact commits with one
//! row, and each piece is a short transaction: killed half way, a mailing goes on where it was.

use std::sync::LazyLock;

use domain::{LetterKind, MeetingId, Reminders};
use jiff::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use crate::closing::cancel_piece;
use crate::engine::{Engine, Query, Text, Tx, query};
use crate::reminding::remind;
use crate::rows::{PerLength, insert_rows, micros, number, pieces};
use crate::{Fault, Store, lock, write_tx};

/// A mailing with something to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueMailing {
    pub(crate) meeting: MeetingId,
    pub(crate) registration: Uuid,
    pub(crate) kind: LetterKind,
}

#[derive(FromRow)]
struct DueRow {
    meeting_id: Uuid,
    registration_id: Uuid,
    kind: String,
}

/// How far a mailing is.
#[derive(FromRow)]
pub(crate) struct MailingRow {
    pub(crate) about: i64,
    pub(crate) since_at: i64,
    pub(crate) actor: String,
    pub(crate) after_registrant: Option<Uuid>,
    pub(crate) until_registrant: Option<Uuid>,
}

/// Somebody on the list.
#[derive(FromRow)]
pub(crate) struct Listed {
    pub(crate) registrant_id: Uuid,
    pub(crate) registered_at: i64,
    /// Registered here, with an address, and not about to be told everything by a confirmation that nobody has taken
    /// out yet.
    pub(crate) is_to_be_told: bool,
}

/// The most mailings of a slot that are looked at in one round.
const LOOK: i64 = 32;

/// Walks the slots as [`crate::outbox`] does.
pub(crate) const DUE_SLOTS: &str = "WITH RECURSIVE s (slot) AS (
        SELECT MIN(slot) FROM mailing
        UNION ALL
        SELECT (SELECT MIN(o.slot) FROM mailing o WHERE o.slot > s.slot) FROM s WHERE s.slot IS NOT NULL
    )
    SELECT slot FROM s WHERE slot IS NOT NULL
        AND (SELECT o.slot FROM mailing o WHERE o.slot = s.slot AND o.due_at <= $1 LIMIT 1) IS NOT NULL";
pub(crate) const DUE_SLOTS_OF_NODES: &str = "SELECT DISTINCT slot FROM mailing WHERE due_at <= $1 LIMIT 4096";
const LIST_DUE: &str = "SELECT meeting_id, registration_id, kind FROM mailing
    WHERE slot = $1 AND due_at <= $2 ORDER BY due_at LIMIT $3";
const TAKE: &str = "SELECT about, since_at, actor, after_registrant, until_registrant FROM mailing
    WHERE slot = $1 AND meeting_id = $2 AND registration_id = $3 AND kind = $4 AND due_at <= $5";
/// The same on PostgreSQL, where another node may have it in hand.
const TAKE_BESIDE_OTHERS: &str =
    "SELECT about, since_at, actor, after_registrant, until_registrant FROM mailing
    WHERE slot = $1 AND meeting_id = $2 AND registration_id = $3 AND kind = $4 AND due_at <= $5
    FOR UPDATE SKIP LOCKED";
/// A waiting confirmation that nobody has in hand will be written from what holds then.
const LIST: &str = "SELECT r.registrant_id, r.registered_at,
        (r.registration_id = $3 AND r.live_key IS NOT NULL AND r.standing IS NULL AND r.email IS NOT NULL
            AND (SELECT o.outbox_id FROM outbox o WHERE o.slot = $1 AND o.outbox_id = r.registrant_id
                AND o.kind = 'confirmation' AND o.attempts = 0 AND o.failed_at IS NULL) IS NULL) AS is_to_be_told
    FROM registrant r
    WHERE r.slot = $1 AND r.meeting_id = $2 AND r.registrant_id > $4 AND r.registrant_id <= $5
    ORDER BY r.registrant_id LIMIT $6";
const ADVANCE: &str = "UPDATE mailing SET after_registrant = $5, until_registrant = $6, about = $7
    WHERE slot = $1 AND meeting_id = $2 AND registration_id = $3 AND kind = $4";
const END: &str =
    "DELETE FROM mailing WHERE slot = $1 AND meeting_id = $2 AND registration_id = $3 AND kind = $4";
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
                        LetterKind::Confirmation
                        | LetterKind::Offer
                        | LetterKind::Waitlisted
                        | LetterKind::PlaceOffered
                        | LetterKind::OfferExpired
                        | LetterKind::PendingApproval
                        | LetterKind::Rejected => {
                            return Err(Fault::corrupt("a mailing of letters that go to one"));
                        }
                    }
                    true
                }
            }
        }))
    }
}

pub(crate) async fn take(tx: &mut Tx, due: &DueMailing, now: Timestamp) -> Result<Option<MailingRow>, Fault> {
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

/// The next registrants, in order of arrival.
pub(crate) async fn list(
    tx: &mut Tx,
    due: &DueMailing,
    row: &MailingRow,
    limit: i64,
) -> Result<Vec<Listed>, Fault> {
    due.about(LIST)
        .bind(row.after_registrant.unwrap_or_default())
        .bind(row.until_registrant.unwrap_or_default())
        .bind(limit)
        .fetch_all(&mut *tx)
        .await
}

pub(crate) async fn queue<'l>(
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

pub(crate) async fn advance(
    tx: &mut Tx,
    due: &DueMailing,
    row: &MailingRow,
    last: Uuid,
) -> Result<(), Fault> {
    due.about(ADVANCE)
        .bind(due.kind.name())
        .bind(last)
        .bind(row.until_registrant)
        .bind(row.about)
        .execute(&mut *tx)
        .await?;
    Ok(())
}

pub(crate) async fn end(tx: &mut Tx, due: &DueMailing) -> Result<(), Fault> {
    due.about(END).bind(due.kind.name()).execute(&mut *tx).await?;
    Ok(())
}

impl DueMailing {
    /// A question about the mailing's registration: its key is bound.
    pub(crate) fn about(&self, text: &'static str) -> Query<'_> {
        query(text).bind(number(self.meeting.slot())).bind(self.meeting.0).bind(self.registration)
    }
}
