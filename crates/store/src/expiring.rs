//! Removing rows whose time is over, from tables that say when that is.

use jiff::Timestamp;

use crate::engine::query;
use crate::rows::micros;
use crate::{Fault, Store, write_tx};

/// How many rows one transaction removes: whoever enrols meanwhile waits for no more than that.
const REMOVED_AT_ONCE: u32 = 1_000;

/// What is asked of such a table.
pub(crate) struct Expiring {
    /// The slots that hold rows to remove; found by seeks, as the due slots are.
    pub(crate) slots: &'static str,
    /// The same on Citus, which asks its nodes for nothing recursive.
    pub(crate) slots_of_nodes: &'static str,
    /// Removes so many of a slot.
    pub(crate) remove: &'static str,
}

impl Store {
    /// Removes the rows of a table whose time is over, slot by slot and a thousand in a transaction; tells how many there
    /// were.
    pub(crate) async fn remove_expired(&self, table: &Expiring, now: Timestamp) -> Result<u64, Fault> {
        let text = if self.is_spread { table.slots_of_nodes } else { table.slots };
        let slots: Vec<i64> = query(text).bind(micros(now)).fetch_values(&self.readers).await?;
        let mut removed = 0;
        for slot in slots {
            loop {
                let gone = write_tx!(self, |tx| {
                    query(table.remove)
                        .bind(slot)
                        .bind(micros(now))
                        .bind(i64::from(REMOVED_AT_ONCE))
                        .execute(&mut *tx)
                        .await?
                });
                removed += gone;
                if gone < u64::from(REMOVED_AT_ONCE) {
                    break;
                }
            }
        }
        Ok(removed)
    }
}
