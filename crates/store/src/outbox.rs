//! The outbox: letters that committed with the fact they tell of, until the mail server has taken them.

use std::collections::HashMap;

use domain::{Meeting, MeetingId, RegistrantId};
use jiff::Timestamp;
use uuid::Uuid;

use crate::due_letter::{DueLetter, OutboxRow, Told, read_letter};
use crate::engine::{Engine, Tx, query};
use crate::listing::read_these;
use crate::registrant::RegistrantRow;
use crate::rows::{micros, number, pieces};
use crate::{Fault, Store, write_tx};

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
        let mut leased: Vec<OutboxRow> = write_tx!(self, |tx| {
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
        for row in &leased {
            let id = row.outbox_id;
            match known.letter(&mut tx, row).await {
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
    /// Meetings and what their registrations tell, by the ids of both.
    told: HashMap<(Uuid, Uuid), (Meeting, Told)>,
}

impl Known {
    /// Reads registrants together. Where one among them cannot be read, each is read by itself later.
    async fn read_registrants(&mut self, tx: &mut Tx, leased: &[OutboxRow]) -> Result<(), Fault> {
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

    /// The letter of a leased row; `None` where its meeting or registrant is missing. The first of a registration reads what
    /// the others share, with its registrant: reading that one twice is cheaper than a statement of its own.
    async fn letter(&mut self, tx: &mut Tx, row: &OutboxRow) -> Result<Option<DueLetter>, Fault> {
        let known = self.registrants.remove(&row.registrant_id);
        if let Some(registrant) = known.map(RegistrantRow::into_registrant).transpose()?
            && let Some((meeting, told)) = self.told.get(&(row.meeting_id, registrant.registration.0))
        {
            return row.letter(meeting.clone(), registrant, told.clone()).map(Some);
        }
        let letter = read_letter(tx, row).await?;
        self.told.extend(letter.iter().map(|letter| {
            let key = (row.meeting_id, letter.registrant.registration.0);
            (key, (letter.meeting.clone(), letter.told.clone()))
        }));
        Ok(letter)
    }
}
