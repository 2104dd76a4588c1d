//! The steps of a registrant's life, each in one transaction with its counts, its event, its letter and what follows from
//! it: a place that becomes free is offered to whoever waits. What leads where is `domain::standing`'s.

use domain::seats::Admission;
use domain::standing::{Counts, Step, Transition};
use domain::{Cancellation, Fact, MeetingId, Person, Refusal, Registrant, RegistrantId, Standing};

use crate::engine::{Tx, query};
use crate::meeting::record;
use crate::once::Made;
use crate::registrant::{read_registrant, standing_name};
use crate::rows::{micros, number};
use crate::waiting::{Queue, fill, look};
use crate::{Fault, OnceOf, Store, lock, once, waiting, write_tx};

/// What somebody asks to be done about a registrant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Let them in.
    Approve,
    /// Turn them down.
    Reject,
    /// They leave, or are made to.
    Cancel,
    /// They take the place that is held for them.
    Accept,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stepped {
    /// It is done; the registrant as they are now.
    Done(Box<Registrant>),
    /// It was so before: nothing changed.
    Unchanged(Box<Registrant>),
    /// They are not as they were looked at, or their registration is gone: look again.
    Stale,
    /// It leads nowhere from where they stand, or there is no place.
    Refused(Refusal),
}

/// What is asked for, and on which terms.
#[derive(Clone, Copy)]
pub struct Asking<'a> {
    /// What.
    pub act: Act,
    /// Why, for the organizer to read.
    pub reason: Option<&'a str>,
    /// Only if they are still exactly as they were looked at.
    pub is_conditional: bool,
}

const STEP: &str = "UPDATE registrant SET live_key = CASE WHEN $4 THEN live_key ELSE NULL END, standing = $5,
        offer_expires_at = $6, canceled_at = $7, canceled_by = $8, canceled_reason = $9
    WHERE slot = $1 AND meeting_id = $2 AND registrant_id = $3 AND live_key IS NOT NULL";
const COUNT: &str = "UPDATE roster SET seats_taken = seats_taken + $4, waitlist_count = waitlist_count + $5,
        pending_count = pending_count + $6
    WHERE slot = $1 AND meeting_id = $2 AND registration_id = $3
    RETURNING waitlist_count";
const TELL: &str =
    "INSERT INTO outbox (slot, outbox_id, meeting_id, registrant_id, kind, due_at, attempts, about)
    VALUES ($1, $2, $3, $4, $5, $6, 0, $7)";

impl Store {
    /// Takes a step with somebody who was looked at.
    pub async fn take_step(
        &self,
        seen: &Registrant,
        asking: Asking<'_>,
        fact: &Fact,
        kept: Option<&OnceOf<'_, Registrant>>,
    ) -> Result<Made<Stepped>, Fault> {
        let meeting = seen.meeting;
        Ok(write_tx!(self, |tx| {
            lock(tx, meeting).await?;
            if let Some(known) = once::find_known(tx, kept.map(|kept| &kept.once), fact.at).await? {
                return Ok(known);
            }
            let stepped = step(tx, seen, asking, fact).await?;
            if let (Some(kept), Stepped::Done(now) | Stepped::Unchanged(now)) = (kept, &stepped) {
                kept.keep(tx, now, fact.at).await?;
            }
            Made::Now(stepped)
        }))
    }
}

async fn step(tx: &mut Tx, seen: &Registrant, asking: Asking<'_>, fact: &Fact) -> Result<Stepped, Fault> {
    let Some(current) = read_registrant(&mut *tx, seen.meeting, seen.id).await? else {
        return Ok(Stepped::Stale);
    };
    if asking.is_conditional && current != *seen {
        return Ok(Stepped::Stale);
    }
    let step = match asking.act {
        Act::Cancel => Step::Cancel(ended(fact, asking.reason)),
        Act::Reject => Step::Reject(ended(fact, asking.reason)),
        Act::Approve | Act::Accept => {
            let queue = look(tx, current.meeting).await?.filter(|queue| queue.is_of(&current));
            match (queue, asking.act) {
                (None, _) => return Ok(Stepped::Stale),
                (Some(queue), Act::Approve) => Step::Approve(room(&queue)),
                (Some(queue), _) => Step::Accept { start_at: queue.start_at()? },
            }
        }
    };
    Ok(match current.standing.step(step, fact.at) {
        Err(refusal) => Stepped::Refused(refusal),
        Ok(None) => Stepped::Unchanged(Box::new(current)),
        Ok(Some(transition)) => {
            let now = take(tx, current, transition, fact, true).await?;
            Stepped::Done(Box::new(now))
        }
    })
}

/// What somebody finds whom the organizer lets in.
fn room(queue: &Queue) -> Admission {
    queue.door().let_in()
}

fn ended(fact: &Fact, reason: Option<&str>) -> Cancellation {
    Cancellation { at: fact.at, by: fact.actor.clone(), reason: reason.map(str::to_owned) }
}

/// Lets somebody leave, if they are in; under the meeting's lock. `tells` whether by a letter.
pub(crate) async fn leave(
    tx: &mut Tx,
    meeting: MeetingId,
    registrant: RegistrantId,
    fact: &Fact,
    tells: bool,
) -> Result<bool, Fault> {
    let Some(current) = read_registrant(&mut *tx, meeting, registrant).await? else { return Ok(false) };
    match current.standing.step(Step::Cancel(ended(fact, None)), fact.at) {
        Ok(Some(transition)) => take(tx, current, transition, fact, tells).await.map(|_| true),
        Ok(None) | Err(_) => Ok(false),
    }
}

/// Stores a transition, and offers the place that it frees; under the meeting's lock.
async fn take(
    tx: &mut Tx,
    from: Registrant,
    transition: Transition,
    fact: &Fact,
    tells: bool,
) -> Result<Registrant, Fault> {
    let (meeting, frees) = (from.meeting, transition.counts(&from.standing).seats < 0);
    let (now, waiting) = apply(tx, from, transition, fact, tells).await?;
    if frees && waiting > 0 {
        fill(tx, meeting, fact.at).await?;
    }
    Ok(now)
}

/// Stores a transition by itself; tells how many wait then.
pub(crate) async fn apply(
    tx: &mut Tx,
    from: Registrant,
    transition: Transition,
    fact: &Fact,
    tells: bool,
) -> Result<(Registrant, i64), Fault> {
    let (meeting, slot) = (from.meeting, number(from.meeting.slot()));
    let counts = transition.counts(&from.standing);
    waiting::leave_queue(tx, &from).await?;
    let letter = transition.letter;
    let now = Registrant { standing: transition.to, ..from };
    let end = now.standing.end();
    query(STEP)
        .bind(slot)
        .bind(meeting.0)
        .bind(now.id.0)
        .bind(now.standing.is_live())
        .bind(standing_name(&now.standing))
        .bind(offer_expires_at(&now.standing))
        .bind(end.map(|end| micros(end.at)))
        .bind(end.map(|end| &end.by))
        .bind(end.and_then(|end| end.reason.as_ref()))
        .execute(&mut *tx)
        .await?;
    waiting::join_queue(tx, &now).await?;
    let Counts { seats, waitlisted, pending } = counts;
    let waiting: Option<i64> = query(COUNT)
        .bind(slot)
        .bind(meeting.0)
        .bind(now.registration.0)
        .bind(seats)
        .bind(waitlisted)
        .bind(pending)
        .fetch_optional_value(&mut *tx)
        .await?;
    record!(tx, meeting, fact, transition.event, Some(now.id.0), None::<&str>);
    // External registrants have no address here: their own system writes to them.
    if tells && matches!(now.person, Some(Person::Named { .. })) {
        query(TELL)
            .bind(slot)
            .bind(fact.id)
            .bind(meeting.0)
            .bind(now.id.0)
            .bind(letter.name())
            .bind(micros(fact.at))
            .bind(offer_expires_at(&now.standing).unwrap_or_default())
            .execute(&mut *tx)
            .await?;
    }
    Ok((now, waiting.unwrap_or_default()))
}

/// What a letter about an offer is about.
pub(crate) fn offer_expires_at(standing: &Standing) -> Option<i64> {
    match standing {
        Standing::Offered { expires_at } => Some(micros(*expires_at)),
        _ => None,
    }
}
