//! Changes and deliveries that nobody may ask for any more.

use domain::subscription::KEPT_FOR;
use jiff::Timestamp;
use uuid::Uuid;

use crate::engine::{Tx, query};
use crate::feed::hold_feed;
use crate::rows::micros;
use crate::{Fault, Store, write_tx};

/// How many rows are looked at in one transaction.
const AT_ONCE: i64 = 1_000;

const FEEDS: &str = "SELECT f.slot, f.feed_id FROM feed f";
const SUBSCRIPTIONS: &str = "SELECT s.slot, s.subscription_id FROM subscription s";
const OLDEST_CHANGES: &str = "SELECT change_no, noted_at FROM change
    WHERE slot = $1 AND feed_id = $2 ORDER BY change_no LIMIT $3";
const REMOVE_CHANGES: &str = "DELETE FROM change WHERE slot = $1 AND feed_id = $2 AND change_no <= $3";
const DROPPED: &str = "UPDATE feed SET dropped_no = $3 WHERE slot = $1 AND feed_id = $2";
const CLOSE: &str = "DELETE FROM feed WHERE slot = $1 AND feed_id = $2";
const OLDEST_DELIVERIES: &str = "SELECT delivery_no, created_at FROM delivery
    WHERE slot = $1 AND subscription_id = $2 AND status <> 'waiting' ORDER BY delivery_no LIMIT $3";
const REMOVE_DELIVERIES: &str = "DELETE FROM delivery
    WHERE slot = $1 AND subscription_id = $2 AND delivery_no <= $3 AND status <> 'waiting'";

impl Store {
    /// Removes changes and deliveries that were kept long enough, and feeds that nobody reads; tells how many rows.
    pub async fn forget_changes(&self, now: Timestamp) -> Result<u64, Fault> {
        let before = micros(now.saturating_sub(KEPT_FOR).unwrap_or(now));
        let mut removed = 0;
        let feeds: Vec<(i64, Uuid)> = query(FEEDS).fetch_all(&self.readers).await?;
        for (slot, feed) in feeds {
            loop {
                let gone = write_tx!(self, |tx| { forget_piece(tx, slot, feed, before, now).await? });
                removed += gone;
                if gone < AT_ONCE as u64 {
                    break;
                }
            }
        }
        let subscriptions: Vec<(i64, Uuid)> = query(SUBSCRIPTIONS).fetch_all(&self.readers).await?;
        for (slot, subscription) in subscriptions {
            loop {
                let gone = write_tx!(self, |tx| { forget_deliveries(tx, slot, subscription, before).await? });
                removed += gone;
                if gone < AT_ONCE as u64 {
                    break;
                }
            }
        }
        Ok(removed)
    }
}

/// Forgets the oldest changes of a feed: those before a moment, or all where nobody reads it, and then the feed itself. Who
/// reads it may say so meanwhile, so that is asked when the feed is held.
async fn forget_piece(tx: &mut Tx, slot: i64, feed: Uuid, before: i64, now: Timestamp) -> Result<u64, Fault> {
    let Some(held) = hold_feed(tx, slot, feed).await? else { return Ok(0) };
    let is_needed = held.needed_until > micros(now);
    let oldest: Vec<(i64, i64)> =
        query(OLDEST_CHANGES).bind(slot).bind(feed).bind(AT_ONCE).fetch_all(&mut *tx).await?;
    let mut gone = 0;
    if let Some(last) = last_before(&oldest, if is_needed { before } else { i64::MAX }) {
        query(DROPPED).bind(slot).bind(feed).bind(last).execute(&mut *tx).await?;
        gone = query(REMOVE_CHANGES).bind(slot).bind(feed).bind(last).execute(&mut *tx).await?;
    }
    if !is_needed && gone < AT_ONCE as u64 {
        gone += query(CLOSE).bind(slot).bind(feed).execute(&mut *tx).await?;
    }
    Ok(gone)
}

/// Forgets the oldest deliveries to a subscription that do not wait.
async fn forget_deliveries(tx: &mut Tx, slot: i64, subscription: Uuid, before: i64) -> Result<u64, Fault> {
    let find = query(OLDEST_DELIVERIES).bind(slot).bind(subscription).bind(AT_ONCE);
    let oldest: Vec<(i64, i64)> = find.fetch_all(&mut *tx).await?;
    let Some(last) = last_before(&oldest, before) else { return Ok(0) };
    query(REMOVE_DELIVERIES).bind(slot).bind(subscription).bind(last).execute(&mut *tx).await
}

/// The last number of those that are older, where rows come in order of both.
fn last_before(rows: &[(i64, i64)], before: i64) -> Option<i64> {
    rows.iter().take_while(|(_, at)| *at < before).last().map(|(number, _)| *number)
}
