//! How many letters a mailbox gets that strangers can cause, over all meetings and nodes.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use domain::{AddressHash, Allowance, OutboxId};
use jiff::Timestamp;
use uuid::Uuid;

use crate::engine::{Text, Tx, Value, query};
use crate::expiring::Expiring;
use crate::rows::{PIECE, PerLength, from_json, insert_rows, instant, json, micros, number};
use crate::{Fault, Store, write_tx};

/// Holds the rows of mailboxes until the end of the transaction, so that of two nodes one counts after the other.
static TAKE: LazyLock<PerLength> =
    LazyLock::new(|| upsert("DO UPDATE SET expires_at = excluded.expires_at RETURNING mailbox, letters"));
/// The rows are there: as conflicts they are found by their key, whatever a plan for an update would do.
static KEEP: LazyLock<PerLength> = LazyLock::new(|| upsert("DO UPDATE SET letters = excluded.letters"));

fn upsert(on_conflict: &str) -> PerLength {
    PerLength::new(|mailboxes| {
        let insert = insert_rows("mail_allowance (slot, mailbox, letters, expires_at)", mailboxes, 4);
        Text::same(format!("{insert} ON CONFLICT (slot, mailbox) {on_conflict}"))
    })
}

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
        let mut asked = asked.to_vec();
        asked.sort_by_key(|(mailbox, _)| (mailbox.slot(), *mailbox));
        let parties: Vec<&[(AddressHash, OutboxId)]> = asked.chunk_by(|a, b| a.0 == b.0).collect();
        // On Citus each mailbox has a transaction of its own, on its own node.
        let most = if self.is_spread { 1 } else { PIECE };
        let mut withheld = HashSet::new();
        for piece in parties.chunks(most) {
            withheld.extend(write_tx!(self, |tx| { count(tx, piece, limit, now).await? }));
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

/// Counts the letters to several mailboxes; the ones to withhold.
async fn count(
    tx: &mut Tx,
    parties: &[&[(AddressHash, OutboxId)]],
    limit: u32,
    now: Timestamp,
) -> Result<Vec<OutboxId>, Fault> {
    let expires_at = micros(now.saturating_add(Allowance::PERIOD).unwrap_or(Timestamp::MAX));
    let row = |mailbox: AddressHash, letters: String| -> [Value<'static>; 4] {
        let hash = Value::Bytes(Some(mailbox.0.to_vec().into()));
        [number(mailbox.slot()).into(), hash, letters.into(), expires_at.into()]
    };
    let take = query(TAKE.text(parties.len()));
    let taken = take.bind_rows(parties.iter().map(|party| row(party[0].0, "[]".to_owned())));
    let stored: Vec<(Vec<u8>, String)> = taken.fetch_all(&mut *tx).await?;
    let stored: HashMap<Vec<u8>, String> = stored.into_iter().collect();
    let (mut refused, mut changed) = (Vec::new(), Vec::new());
    for party in parties {
        let mailbox = party[0].0;
        let before = stored.get(mailbox.0.as_slice()).map_or(Ok(Allowance::default()), |text| read(text))?;
        let mut allowance = before.clone();
        let is_refused = |(_, letter): &&(AddressHash, OutboxId)| !allowance.grant(*letter, limit, now);
        refused.extend(party.iter().filter(is_refused).map(|(_, letter)| *letter));
        if allowance != before {
            changed.push(row(mailbox, write(&allowance)));
        }
    }
    if !changed.is_empty() {
        query(KEEP.text(changed.len())).bind_rows(changed.into_iter()).execute(&mut *tx).await?;
    }
    Ok(refused)
}

fn read(letters: &str) -> Result<Allowance, Fault> {
    let stored: Vec<(Uuid, i64)> = from_json(letters)?;
    let letters = stored.into_iter().map(|(id, at)| Ok((OutboxId(id), instant(at)?)));
    Ok(Allowance(letters.collect::<Result<_, Fault>>()?))
}

fn write(allowance: &Allowance) -> String {
    json(&allowance.0.iter().map(|(id, at)| (id.0, micros(*at))).collect::<Vec<_>>())
}
