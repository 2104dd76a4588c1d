//! Giving many places back at once.

use domain::{Fact, MeetingId, RegistrantId};

use crate::life::leave;
use crate::{Canceled, Fault, Store, lock, write_tx};

impl Store {
    /// Cancels registrants of one meeting, each with a fact of its own, all or none. The meeting is locked meanwhile, and
    /// each takes some statements: a few dozen at once is a good measure.
    pub async fn cancel_registrants(
        &self,
        meeting: MeetingId,
        registrants: &[(RegistrantId, Fact)],
    ) -> Result<Vec<Canceled>, Fault> {
        Ok(write_tx!(self, |tx| {
            lock(tx, meeting).await?;
            let mut canceled = Vec::with_capacity(registrants.len());
            for (registrant, fact) in registrants {
                canceled.push(Canceled::of(leave(tx, meeting, *registrant, fact, true).await?));
            }
            canceled
        }))
    }
}
