//! Giving a place back, or leaving before one had one.

use domain::{Fact, MeetingId, Registrant, RegistrantId};

use crate::life::leave;
use crate::registrant::read_registrant;
use crate::{Fault, Store, lock, write_tx};

/// What a cancellation did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Canceled {
    /// The place was given back.
    Now,
    /// It had been given back before: nothing changed.
    Before,
}

impl Canceled {
    pub(crate) fn of(is_now: bool) -> Self {
        if is_now { Self::Now } else { Self::Before }
    }
}

impl Store {
    /// Cancels a registrant: the place is free or offered to whoever waits, the links are dead and the letter is queued, all
    /// at once.
    pub async fn cancel_registrant(
        &self,
        meeting: MeetingId,
        registrant: RegistrantId,
        fact: &Fact,
    ) -> Result<Canceled, Fault> {
        Ok(write_tx!(self, |tx| {
            lock(tx, meeting).await?;
            Canceled::of(leave(tx, meeting, registrant, fact, true).await?)
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
                Some(Canceled::of(leave(tx, meeting, registrant.id, fact, true).await?))
            } else {
                None
            }
        }))
    }
}
