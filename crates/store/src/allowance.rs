//! How many letters a mailbox gets that strangers can cause, over all meetings and nodes.

use std::collections::HashSet;

use domain::{AddressHash, Allowance, OutboxId};
use jiff::Timestamp;
use uuid::Uuid;

use crate::engine::{Tx, query};
use crate::expiring::Expiring;
use crate::rows::{from_json, instant, json, micros, number};
use crate::{Fault, Store, write_tx};

/// Holds the mailbox's row until the end of the transaction, so that of two nodes one counts after the other.
const TAKE: &str = "INSERT INTO mail_allowance (slot, mailbox, letters, expires_at) VALUES ($1, $2, '[]', $3)
    ON CONFLICT (slot, mailbox) DO UPDATE SET expires_at = excluded.expires_at RETURNING letters";
const KEEP: &str = "UPDATE mail_allowance SET letters = $3 WHERE slot = $1 AND mailbox = $2";

const EXPIRED_SLOTS: &str = "WITH RECURSIVE s (slot) AS (
        SELECT MIN(slot) FROM mail_allowance
        UNION ALL
        SELECT (SELECT MIN(i.slot) FROM mail_allowance i WHERE i.slot > s.slot) FROM s WHERE s.slot IS NOT NULL
    )
    SELECT slot FROM s WHERE slot IS NOT NULL
        AND (SELECT i.slot FROM mail_allowance i WHERE i.slot = s.slot AND i.expires_at <= $1 LIMIT 1) IS NOT NULL";
const EXPIRED_SLOTS_OF_NODES: &str =
    "SELECT DISTINCT slot FROM mail_allowance WHERE expires_at <= $1 LIMIT 1000";
/// The rows of a slot are those of the last hour, and few: they are read by their key. A second one that begins with the
/// slot as well would be taken for it by plans made while the table was small.
const REMOVE_EXPIRED: &str = "DELETE FROM mail_allowance WHERE slot = $1 AND mailbox IN (
        SELECT i.mailbox FROM mail_allowance i WHERE i.slot = $1 AND i.expires_at <= $2 LIMIT $3)
    AND expires_at <= $2";

impl Store {
    /// Counts letters against what their mailboxes may get, `limit` in any hour, in the order given; the ones to withhold. A
    /// letter asked for again is counted once.
    pub async fn withhold_letters(
        &self,
        asked: &[(AddressHash, OutboxId)],
        limit: u32,
        now: Timestamp,
    ) -> Result<HashSet<OutboxId>, Fault> {
        // In one order, so that two who count never wait for each other.
        let mut asked: Vec<_> = asked.iter().copied().enumerate().collect();
        asked.sort_by_key(|(n, (mailbox, _))| (mailbox.slot(), *mailbox, *n));
        let mut withheld = HashSet::new();
        for party in asked.chunk_by(|a, b| !self.is_spread || a.1.0 == b.1.0) {
            // On Citus each mailbox has a transaction of its own, on its own node.
            let refused = write_tx!(self, |tx| {
                let mut refused = Vec::new();
                for (_, (mailbox, letter)) in party {
                    if !grant(tx, *mailbox, *letter, limit, now).await? {
                        refused.push(*letter);
                    }
                }
                refused
            });
            withheld.extend(refused);
        }
        Ok(withheld)
    }

    /// Removes what is remembered of mailboxes that had no letter for an hour; tells how many there were.
    pub async fn remove_expired_allowances(&self, now: Timestamp) -> Result<u64, Fault> {
        let table =
            Expiring { slots: EXPIRED_SLOTS, slots_of_nodes: EXPIRED_SLOTS_OF_NODES, remove: REMOVE_EXPIRED };
        self.remove_expired(&table, now).await
    }
}

async fn grant(
    tx: &mut Tx,
    mailbox: AddressHash,
    letter: OutboxId,
    limit: u32,
    now: Timestamp,
) -> Result<bool, Fault> {
    let slot = number(mailbox.slot());
    let expires_at = now.saturating_add(Allowance::PERIOD).unwrap_or(Timestamp::MAX);
    let take = query(TAKE).bind(slot).bind(mailbox.0.as_slice()).bind(micros(expires_at));
    let stored: Vec<(Uuid, i64)> = from_json(&take.fetch_value::<String>(&mut *tx).await?)?;
    let letters = stored.into_iter().map(|(id, at)| Ok((OutboxId(id), instant(at)?)));
    let before = Allowance(letters.collect::<Result<_, Fault>>()?);
    let mut allowance = before.clone();
    let is_granted = allowance.grant(letter, limit, now);
    if allowance != before {
        let kept: Vec<(Uuid, i64)> = allowance.0.iter().map(|(id, at)| (id.0, micros(*at))).collect();
        let keep = query(KEEP).bind(slot).bind(mailbox.0.as_slice()).bind(json(&kept));
        keep.execute(&mut *tx).await?;
    }
    Ok(is_granted)
}
