//! Giving a place back.

use domain::{Fact, MeetingId, Registrant, RegistrantId};
use uuid::Uuid;

use crate::engine::{Tx, query};
use crate::meeting::record;
use crate::registrant::read_registrant;
use crate::rows::{micros, number};
use crate::{Fault, Store, lock, write_tx};

/// What a cancellation did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Canceled {
    /// The place was given back.
    Now,
    /// It had been given back before: nothing changed.
    Before,
}

const CANCEL: &str = "UPDATE registrant SET live_key = NULL, canceled_at = $4, canceled_by = $5
    WHERE slot = $1 AND meeting_id = $2 AND registrant_id = $3 AND live_key IS NOT NULL
    RETURNING registration_id, email IS NOT NULL AS has_mail";
const TELL: &str = "INSERT INTO outbox (slot, outbox_id, meeting_id, registrant_id, kind, due_at, attempts)
    VALUES ($1, $2, $3, $4, 'cancellation', $5, 0)";
const GIVE_BACK: &str = "UPDATE roster SET seats_taken = seats_taken - 1
    WHERE slot = $1 AND meeting_id = $2 AND registration_id = $3";

impl Store {
    /// Cancels a registrant: the place is free, the links are dead and the letter is queued, all at once.
    pub async fn cancel_registrant(
        &self,
        meeting: MeetingId,
        registrant: RegistrantId,
        fact: &Fact,
    ) -> Result<Canceled, Fault> {
        Ok(write_tx!(self, |tx| {
            lock(tx, meeting).await?;
            cancel(tx, meeting, registrant, fact).await?
        }))
    }

    /// The same, if the registrant is still as they were looked at; `None` otherwise.
    pub async fn cancel_registrant_unchanged(
        &self,
        registrant: &Registrant,
        fact: &Fact,
    ) -> Result<Option<Canceled>, Fault> {
        let meeting = registrant.meeting;
        Ok(write_tx!(self, |tx| {
            lock(tx, meeting).await?;
            let current = read_registrant(&mut *tx, meeting, registrant.id).await?;
            if current.as_ref() == Some(registrant) {
                Some(cancel(tx, meeting, registrant.id, fact).await?)
            } else {
                None
            }
        }))
    }
}

pub(crate) async fn cancel(
    tx: &mut Tx,
    meeting: MeetingId,
    registrant: RegistrantId,
    fact: &Fact,
) -> Result<Canceled, Fault> {
    let Some(has_mail) = give_back(tx, meeting, registrant, fact).await? else { return Ok(Canceled::Before) };
    if has_mail {
        query(TELL)
            .bind(number(meeting.slot()))
            .bind(fact.id)
            .bind(meeting.0)
            .bind(registrant.0)
            .bind(micros(fact.at))
            .execute(tx)
            .await?;
    }
    Ok(Canceled::Now)
}

/// Frees the place of somebody registered and tells whether they have an address; `None` where it was free before. Under
/// the meeting's lock.
pub(crate) async fn give_back(
    tx: &mut Tx,
    meeting: MeetingId,
    registrant: RegistrantId,
    fact: &Fact,
) -> Result<Option<bool>, Fault> {
    let slot = number(meeting.slot());
    let canceled: Option<(Uuid, bool)> = query(CANCEL)
        .bind(slot)
        .bind(meeting.0)
        .bind(registrant.0)
        .bind(micros(fact.at))
        .bind(&fact.actor)
        .fetch_optional(&mut *tx)
        .await?;
    let Some((registration, has_mail)) = canceled else { return Ok(None) };
    record!(tx, meeting, fact, "registrantCanceled", Some(registrant.0), None::<&str>);
    query(GIVE_BACK).bind(slot).bind(meeting.0).bind(registration).execute(&mut *tx).await?;
    Ok(Some(has_mail))
}
