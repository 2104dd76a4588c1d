//! The end of an offer: its time is over, or the meeting begins. What held for a meeting that is moved meanwhile is held
//! against its new times here, under the meeting's lock.

use domain::standing::{Step, THE_WAITING_LIST};
use domain::{Cancellation, MeetingId, RegistrantId};
use jiff::Timestamp;
use uuid::Uuid;

use crate::Fault;
use crate::engine::{Tx, query};
use crate::rows::{micros, number};
use crate::waiting::{AT_ONCE, advance, fill, join_queue, leave_queue, look, on_the_list};

const EXPIRED: &str = "SELECT registrant_id FROM waiting
    WHERE slot = $1 AND meeting_id = $2 AND is_offered = $3 AND due_at <= $4 LIMIT $5";
const CALL_IN: &str = "UPDATE waiting SET due_at = $4
    WHERE slot = $1 AND meeting_id = $2 AND is_offered = $3 AND due_at > $5";

/// After a change of the meeting or of its registration: no place is held past the start, and what is free is offered.
/// A hundred at most of each, the others are found by the next round.
pub(crate) async fn review(tx: &mut Tx, meeting: MeetingId, now: Timestamp) -> Result<usize, Fault> {
    let Some(queue) = look(tx, meeting).await? else { return Ok(0) };
    query(CALL_IN)
        .bind(number(meeting.slot()))
        .bind(meeting.0)
        .bind(true)
        .bind(micros(now))
        .bind(micros(queue.start_at()?))
        .execute(&mut *tx)
        .await?;
    Ok(end_offers(tx, meeting, now).await? + fill(tx, meeting, now).await?)
}

/// Ends the offers whose time is over, and shortens those that were called in to the start of the meeting.
pub(crate) async fn end_offers(tx: &mut Tx, meeting: MeetingId, now: Timestamp) -> Result<usize, Fault> {
    let Some(queue) = look(tx, meeting).await? else { return Ok(0) };
    let start_at = queue.start_at()?;
    let due: Vec<Uuid> = query(EXPIRED)
        .bind(number(meeting.slot()))
        .bind(meeting.0)
        .bind(true)
        .bind(micros(now))
        .bind(AT_ONCE)
        .fetch_values(&mut *tx)
        .await?;
    let end = Cancellation { at: now, by: THE_WAITING_LIST.to_owned(), reason: None };
    let mut steps = 0;
    for id in due.into_iter().map(RegistrantId) {
        let registrant = on_the_list(tx, meeting, id).await?;
        let is_over = advance(tx, &registrant, Step::Expire { end: end.clone(), start_at }, now).await?;
        if is_over || advance(tx, &registrant, Step::Offer { expires_at: start_at }, now).await? {
            steps += 1;
        } else {
            // Moved and moved back: it is due when it was.
            leave_queue(tx, &registrant).await?;
            join_queue(tx, &registrant).await?;
        }
    }
    Ok(steps)
}
