//! Canceling everybody of a registration that is closed: the first at once, the others by a mailing.

use domain::{Fact, LetterKind, MeetingId, RegistrationId};
use jiff::Timestamp;
use uuid::Uuid;

use crate::Fault;
use crate::engine::{Engine, Tx, query};
use crate::mailing::{DueMailing, MailingRow, advance, end, list, take};
use crate::rows::{micros, number};
use crate::waiting::leave_all;

/// The most registrants that are canceled in one go.
const CANCELED_AT_ONCE: i64 = 1_000;

const BEGIN_CANCELLATION: &str =
    "INSERT INTO mailing (slot, meeting_id, registration_id, kind, due_at, about, since_at,
        actor, until_registrant)
    SELECT slot, meeting_id, registration_id, 'cancellation', $4, 1, $4, $5, last_registrant FROM roster
    WHERE slot = $1 AND meeting_id = $2 AND registration_id = $3
        AND seats_taken + waitlist_count + pending_count > 0";
const DROP_ALL: &str = "DELETE FROM mailing WHERE slot = $1 AND meeting_id = $2 AND registration_id = $3";
const LIST_CANCELLATIONS: &str = "SELECT registration_id FROM mailing
    WHERE slot = $1 AND meeting_id = $2 AND registration_id > $3 AND kind = 'cancellation' ORDER BY registration_id LIMIT 1";
/// Registrants before their letters, in which order others take them: two would wait for each other.
const HOLD: &str = "SELECT COUNT(*) FROM (SELECT registrant_id FROM registrant
    WHERE slot = $1 AND meeting_id = $2 AND registration_id = $3 AND registrant_id > $4 AND registrant_id <= $5
    ORDER BY registrant_id FOR UPDATE) held";
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
        AND live_key IS NOT NULL AND standing IS NULL";
/// Those who stand so: each of the three counts in another way.
const SEND_AWAY: &str = "UPDATE registrant SET live_key = NULL, canceled_at = $6, canceled_by = $7, standing = 'withdrawn',
        offer_expires_at = NULL
    WHERE slot = $1 AND meeting_id = $2 AND registration_id = $3 AND registrant_id > $4 AND registrant_id <= $5
        AND live_key IS NOT NULL AND standing = $8";
/// Never below nothing: an earlier version, which may have begun this, took everybody who waits off the counts at once.
const GIVE_BACK: &str = "UPDATE roster SET seats_taken = seats_taken - $4,
        waitlist_count = CASE WHEN waitlist_count > $5 THEN waitlist_count - $5 ELSE 0 END,
        pending_count = CASE WHEN pending_count > $6 THEN pending_count - $6 ELSE 0 END
    WHERE slot = $1 AND meeting_id = $2 AND registration_id = $3";

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
    leave_all(tx, meeting, registration).await?;
    let due = DueMailing { meeting, registration: registration.0, kind: LetterKind::Cancellation };
    if let Some(row) = take(tx, &due, fact.at).await? {
        cancel_piece(tx, &due, &row).await?;
    }
    Ok(())
}

/// Cancels the next piece of a meeting's cancellations that still go on; `false` where none does. Under its lock.
pub(crate) async fn cancel_next_piece(tx: &mut Tx, meeting: MeetingId) -> Result<bool, Fault> {
    let slot = number(meeting.slot());
    let list = query(LIST_CANCELLATIONS).bind(slot).bind(meeting.0).bind(Uuid::nil());
    let found: Option<Uuid> = list.fetch_optional_value(&mut *tx).await?;
    let Some(registration) = found else { return Ok(false) };
    let due = DueMailing { meeting, registration, kind: LetterKind::Cancellation };
    let Some(row) = take(tx, &due, Timestamp::MAX).await? else { return Ok(false) };
    cancel_piece(tx, &due, &row).await?;
    Ok(true)
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

/// Gives the places of a piece back and queues the letters about it.
pub(crate) async fn cancel_piece(tx: &mut Tx, due: &DueMailing, row: &MailingRow) -> Result<(), Fault> {
    let listed = list(tx, due, row, CANCELED_AT_ONCE).await?;
    let Some(last) = listed.last() else { return end(tx, due).await };
    let (after, last) = (row.after_registrant.unwrap_or_default(), last.registrant_id);
    if tx.engine() == Engine::Postgres {
        let _: i64 = due.about(HOLD).bind(after).bind(last).fetch_value(&mut *tx).await?;
    }
    due.about(TELL_CANCELED).bind(after).bind(last).bind(row.since_at).execute(&mut *tx).await?;
    let cancel = |text| due.about(text).bind(after).bind(last).bind(row.since_at).bind(&row.actor);
    let registered = cancel(CANCEL).execute(&mut *tx).await?;
    let [offered, waitlisted, pending] = ["offered", "waitlisted", "pendingApproval"];
    let offered = cancel(SEND_AWAY).bind(offered).execute(&mut *tx).await?;
    let waitlisted = cancel(SEND_AWAY).bind(waitlisted).execute(&mut *tx).await?;
    let pending = cancel(SEND_AWAY).bind(pending).execute(&mut *tx).await?;
    let count = |rows: u64| i64::try_from(rows).unwrap_or(i64::MAX);
    due.about(GIVE_BACK)
        .bind(count(registered + offered))
        .bind(count(waitlisted))
        .bind(count(pending))
        .execute(&mut *tx)
        .await?;
    if listed.len() as i64 == CANCELED_AT_ONCE {
        advance(tx, due, row, last).await
    } else {
        end(tx, due).await
    }
}
