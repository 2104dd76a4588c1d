//! The waiting list: places that become free are offered to whoever waits longest, and an offer whose time is over goes to
//! the next one.
//!
//! All of it happens under the meeting's lock, so that a place is never held for two. Whoever frees a place offers it in the
//! same transaction; offers that are over are found by [`Store::due_waiting`], which any number of nodes may ask: whoever
//! takes the lock second finds nothing left to do.

use domain::seats::{Door, Seats, offer_until};
use domain::standing::{Step, THE_WAITING_LIST};
use domain::{Fact, MeetingId, Registrant, RegistrantId, RegistrationId, Standing};
use jiff::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use crate::engine::{Tx, query};
use crate::life::{apply, offer_expires_at};
use crate::offers::end_offers;
use crate::registrant::read_registrant;
use crate::rows::{instant, micros, number};
use crate::{Fault, Store, lock, write_tx};

/// So many are offered a place in one go, and so many offers end: a transaction that nobody has to wait for long.
pub(crate) const AT_ONCE: i64 = 100;
/// The most meetings of a slot that are looked at in one round.
const LOOK_AT: i64 = 32;

/// What decides about those who wait, of the live registration of a meeting that is not deleted.
#[derive(FromRow)]
pub(crate) struct Queue {
    registration_id: Uuid,
    capacity: Option<i64>,
    is_waitlist_enabled: bool,
    is_manual_approval_enabled: bool,
    offer_minutes: Option<i64>,
    seats_taken: i64,
    waitlist_count: i64,
    start_at: i64,
    end_at: i64,
}

const LOOK: &str = "SELECT g.registration_id, g.capacity, COALESCE(g.is_waitlist_enabled, FALSE) AS is_waitlist_enabled,
        COALESCE(g.is_manual_approval_enabled, FALSE) AS is_manual_approval_enabled, g.offer_minutes, o.seats_taken,
        o.waitlist_count, COALESCE(g.start_at, m.start_at) AS start_at, COALESCE(g.end_at, m.end_at) AS end_at
    FROM meeting m
    JOIN registration g ON g.slot = m.slot AND g.meeting_id = m.meeting_id AND g.is_live
    JOIN roster o ON o.slot = m.slot AND o.meeting_id = m.meeting_id AND o.registration_id = g.registration_id
    WHERE m.slot = $1 AND m.meeting_id = $2 AND m.deleted_at IS NULL";
const FIRST: &str =
    "SELECT registrant_id FROM waiting WHERE slot = $1 AND meeting_id = $2 AND is_offered = $3
    ORDER BY registrant_id LIMIT $4";
const JOIN: &str =
    "INSERT INTO waiting (slot, meeting_id, is_offered, registrant_id, registration_id, due_at)
    VALUES ($1, $2, $3, $4, $5, $6)";
const LEAVE: &str =
    "DELETE FROM waiting WHERE slot = $1 AND meeting_id = $2 AND is_offered = $3 AND registrant_id = $4";
const LEAVE_ALL: &str = "DELETE FROM waiting WHERE slot = $1 AND meeting_id = $2 AND registration_id = $3";
const FORGET_DUE: &str = "UPDATE waiting SET due_at = NULL
    WHERE slot = $1 AND meeting_id = $2 AND is_offered = $3 AND due_at <= $4";
const COME_BACK: &str = "UPDATE waiting SET due_at = $5
    WHERE slot = $1 AND meeting_id = $2 AND is_offered = $3 AND registrant_id = $4";
/// Walks the slots as [`crate::outbox`] does.
const DUE_SLOTS: &str = "WITH RECURSIVE s (slot) AS (
        SELECT MIN(slot) FROM waiting
        UNION ALL
        SELECT (SELECT MIN(o.slot) FROM waiting o WHERE o.slot > s.slot) FROM s WHERE s.slot IS NOT NULL
    )
    SELECT slot FROM s WHERE slot IS NOT NULL
        AND (SELECT o.slot FROM waiting o WHERE o.slot = s.slot AND o.due_at <= $1 LIMIT 1) IS NOT NULL";
const DUE_SLOTS_OF_NODES: &str = "SELECT DISTINCT slot FROM waiting WHERE due_at <= $1 LIMIT 4096";
const LIST_DUE: &str =
    "SELECT meeting_id FROM waiting WHERE slot = $1 AND due_at <= $2 ORDER BY due_at LIMIT $3";

impl Queue {
    /// Whether it is the list of their registration.
    pub(crate) fn is_of(&self, registrant: &Registrant) -> bool {
        RegistrationId(self.registration_id) == registrant.registration
    }

    pub(crate) fn door(&self) -> Door {
        Door {
            seats: Seats { capacity: self.capacity, taken: self.seats_taken },
            is_waitlist_enabled: self.is_waitlist_enabled,
            is_manual_approval_enabled: self.is_manual_approval_enabled,
            has_waiting: self.waitlist_count > 0,
        }
    }

    /// When the meeting begins, by the registration's own time or else the meeting's.
    pub(crate) fn start_at(&self) -> Result<Timestamp, Fault> {
        instant(self.start_at)
    }

    /// What a place that is free now is to whoever waits longest.
    fn step(&self, now: Timestamp) -> Result<Step, Fault> {
        let minutes = self.offer_minutes.and_then(|minutes| u32::try_from(minutes).ok());
        let until = offer_until(now, self.start_at()?, minutes);
        Ok(until.map_or(Step::Promote, |expires_at| Step::Offer { expires_at }))
    }
}

impl Store {
    /// Meetings in which an offer is over, or places are free that were not offered yet.
    pub async fn due_waiting(&self, now: Timestamp) -> Result<Vec<MeetingId>, Fault> {
        let text = if self.is_spread { DUE_SLOTS_OF_NODES } else { DUE_SLOTS };
        let slots: Vec<i64> = query(text).bind(micros(now)).fetch_values(&self.readers).await?;
        let mut meetings: Vec<MeetingId> = Vec::new();
        for slot in slots {
            let due: Vec<Uuid> = query(LIST_DUE)
                .bind(slot)
                .bind(micros(now))
                .bind(LOOK_AT)
                .fetch_values(&self.readers)
                .await?;
            meetings.extend(due.into_iter().map(MeetingId));
        }
        meetings.sort_unstable();
        meetings.dedup();
        Ok(meetings)
    }

    /// Ends the offers of a meeting whose time is over, a hundred at most, and offers the free places; how many steps that
    /// were.
    pub async fn work_waiting(&self, meeting: MeetingId, now: Timestamp) -> Result<usize, Fault> {
        Ok(write_tx!(self, |tx| {
            lock(tx, meeting).await?;
            let ended = end_offers(tx, meeting, now).await?;
            query(FORGET_DUE)
                .bind(number(meeting.slot()))
                .bind(meeting.0)
                .bind(false)
                .bind(micros(now))
                .execute(&mut *tx)
                .await?;
            ended + fill(tx, meeting, now).await?
        }))
    }
}

/// Offers the places that are free to whoever waits longest, a hundred at most, and lets the others be found by the next
/// round; how many that were. Under the meeting's lock.
pub(crate) async fn fill(tx: &mut Tx, meeting: MeetingId, now: Timestamp) -> Result<usize, Fault> {
    let Some(queue) = look(tx, meeting).await? else { return Ok(0) };
    let free = queue.door().seats.left().min(queue.waitlist_count);
    if free <= 0 || micros(now) >= queue.end_at {
        return Ok(0);
    }
    let slot = number(meeting.slot());
    let first: Vec<Uuid> = query(FIRST)
        .bind(slot)
        .bind(meeting.0)
        .bind(false)
        .bind(free.min(AT_ONCE + 1))
        .fetch_values(&mut *tx)
        .await?;
    let mut offered = 0;
    for (n, id) in (0..).zip(first) {
        if n == AT_ONCE {
            query(COME_BACK)
                .bind(slot)
                .bind(meeting.0)
                .bind(false)
                .bind(id)
                .bind(micros(now))
                .execute(&mut *tx)
                .await?;
        } else {
            let registrant = on_the_list(tx, meeting, RegistrantId(id)).await?;
            offered += usize::from(advance(tx, &registrant, queue.step(now)?, now).await?);
        }
    }
    Ok(offered)
}

/// Somebody whom the list names.
pub(crate) async fn on_the_list(
    tx: &mut Tx,
    meeting: MeetingId,
    id: RegistrantId,
) -> Result<Registrant, Fault> {
    let registrant = read_registrant(&mut *tx, meeting, id).await?;
    let registrant = registrant.ok_or(Fault::corrupt("somebody on a waiting list who is nobody"))?;
    match is_offered(&registrant.standing) {
        Some(_) => Ok(registrant),
        None => Err(Fault::corrupt("somebody on a waiting list who does not wait")),
    }
}

/// Takes a step with somebody on the list that nobody asked for; whether it led anywhere.
pub(crate) async fn advance(
    tx: &mut Tx,
    registrant: &Registrant,
    step: Step,
    now: Timestamp,
) -> Result<bool, Fault> {
    let Ok(Some(transition)) = registrant.standing.step(step, now) else { return Ok(false) };
    // An offer may be shortened twice in one moment.
    let until = offer_expires_at(&transition.to).map(|until| format!(".{until}")).unwrap_or_default();
    let id = registrant.fact_id(&format!("{}{until}", transition.event), now);
    let fact = Fact { id, at: now, actor: THE_WAITING_LIST.to_owned() };
    apply(tx, registrant.clone(), transition, &fact, true).await?;
    Ok(true)
}

/// The live registration of a meeting, as it decides about those who wait.
pub(crate) async fn look(tx: &mut Tx, meeting: MeetingId) -> Result<Option<Queue>, Fault> {
    query(LOOK).bind(number(meeting.slot())).bind(meeting.0).fetch_optional(tx).await
}

/// Takes somebody off the list, if they stand on it.
pub(crate) async fn leave_queue(tx: &mut Tx, registrant: &Registrant) -> Result<(), Fault> {
    let Some(is_offered) = is_offered(&registrant.standing) else { return Ok(()) };
    query(LEAVE)
        .bind(number(registrant.meeting.slot()))
        .bind(registrant.meeting.0)
        .bind(is_offered)
        .bind(registrant.id.0)
        .execute(tx)
        .await?;
    Ok(())
}

/// Puts somebody on the list where their arrival puts them, if they wait.
pub(crate) async fn join_queue(tx: &mut Tx, registrant: &Registrant) -> Result<(), Fault> {
    let Some(is_offered) = is_offered(&registrant.standing) else { return Ok(()) };
    query(JOIN)
        .bind(number(registrant.meeting.slot()))
        .bind(registrant.meeting.0)
        .bind(is_offered)
        .bind(registrant.id.0)
        .bind(registrant.registration.0)
        .bind(offer_expires_at(&registrant.standing))
        .execute(tx)
        .await?;
    Ok(())
}

/// Takes everybody of a registration off the list.
pub(crate) async fn leave_all(
    tx: &mut Tx,
    meeting: MeetingId,
    registration: RegistrationId,
) -> Result<(), Fault> {
    query(LEAVE_ALL).bind(number(meeting.slot())).bind(meeting.0).bind(registration.0).execute(tx).await?;
    Ok(())
}

/// `None` of whoever does not stand on the list.
fn is_offered(standing: &Standing) -> Option<bool> {
    match standing {
        Standing::Waitlisted => Some(false),
        Standing::Offered { .. } => Some(true),
        _ => None,
    }
}
