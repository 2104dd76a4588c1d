//! The clerk of a shift: settles letters, several in one transaction.

use std::collections::HashMap;
use std::time::Duration;

use domain::RegistrantId;
use store::{Fault, Settlement};
use tokio::sync::mpsc::Receiver;

use super::shift::{GROUP, Settled, Shift, Until};
use super::watch::chain;

/// Between two tries to store what became of letters, and how often that is tried when the shift is over.
const PAUSE: Duration = Duration::from_secs(1);
const LAST_TRIES: u32 = 5;

impl Shift {
    /// Settles whatever is reported, until nobody is left to report; how many letters were sent.
    pub(super) async fn clerk(self, mut reports: Receiver<Settled>) -> Result<usize, Fault> {
        let (mut sent, mut lost) = (0, None);
        let mut settled = Vec::with_capacity(GROUP);
        while reports.recv_many(&mut settled, GROUP).await > 0 {
            let recipients: Vec<RegistrantId> =
                settled.iter().map(|(letter, _)| letter.registrant.id).collect();
            let count = recipients.len();
            sent +=
                settled.iter().filter(|(_, settlement)| matches!(settlement, Settlement::Sent(_))).count();
            if let Err(fault) = self.record(settled.drain(..)).await {
                tracing::error!(count, "what became of letters could not be stored: some may be sent again");
                lost = Some(fault);
            }
            self.let_go(&recipients);
        }
        lost.map_or(Ok(sent), Err)
    }

    /// Stores how letters ended, and does not give up easily: what is not stored is sent again.
    async fn record(&self, settled: impl Iterator<Item = Settled>) -> Result<(), Fault> {
        let room = self.room();
        let now = room.clock.now();
        let rows: Vec<_> =
            settled.map(|(letter, settlement)| (letter, settlement, room.source.ordered_id(now))).collect();
        let mut tries = 0;
        while let Err(fault) = room.store.settle_letters(&rows, now).await {
            tries += 1;
            tracing::error!(error = %chain(&fault), tries, "what became of letters could not be stored yet");
            if !fault.may_pass() || tries >= LAST_TRIES && (self.is_stopping() || self.0.until == Until::Idle)
            {
                return Err(fault);
            }
            tokio::time::sleep(PAUSE).await;
        }
        let mut counts: HashMap<&'static str, u64> = HashMap::new();
        rows.iter().for_each(|(_, settlement, _)| *counts.entry(name(settlement)).or_default() += 1);
        for (outcome, count) in counts {
            metrics::counter!("usher_letters_total", "outcome" => outcome).increment(count);
        }
        Ok(())
    }
}

fn name(settlement: &Settlement) -> &'static str {
    match settlement {
        Settlement::Sent(_) => "sent",
        Settlement::Dropped => "dropped",
        Settlement::Withheld(_) => "withheld",
        Settlement::Later(..) | Settlement::Untried(..) => "later",
        Settlement::Failed(_) | Settlement::NoMailbox { .. } => "failed",
    }
}
