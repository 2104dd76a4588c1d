//! Feeds: changes in an order that a reader can trust, a number each.
//!
//! A number is given under the lock of the feed's row, so whoever has read up to a number has read everything below it,
//! and nothing comes in below it later. [`crate::gather`] gives them.

use domain::change::{self, Change, FeedKey};
use domain::{MeetingId, PersonId, RegistrantId, RegistrationId, TenantId};
use jiff::{SignedDuration, Timestamp};
use sqlx::FromRow;
use uuid::Uuid;

use crate::engine::{Engine, On, Tx, query};
use crate::rows::{instant, micros, number};
use crate::{Fault, Store, write_tx};

/// How far a feed is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feed {
    /// Its last change's number; 0 where there was none.
    pub last: i64,
    /// The last number that is no longer kept.
    pub dropped: i64,
    /// Tells it from one of before under the same id.
    pub epoch: Uuid,
}

/// Whose feed is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeedOf {
    /// The organisation.
    pub tenant: TenantId,
    /// Whose meetings.
    pub organizer: PersonId,
    /// One meeting; `None` for all of them.
    pub meeting: Option<MeetingId>,
}

impl FeedOf {
    /// Where it is.
    pub fn key(&self) -> FeedKey {
        self.meeting.map_or_else(|| FeedKey::of_organizer(self.tenant, self.organizer), FeedKey::of_meeting)
    }
}

#[derive(FromRow)]
pub(crate) struct FeedRow {
    pub(crate) epoch: Uuid,
    pub(crate) last_no: i64,
    pub(crate) dropped_no: i64,
    pub(crate) needed_until: i64,
    pub(crate) registration_id: Option<Uuid>,
    pub(crate) after_registrant: Option<Uuid>,
}

#[derive(FromRow)]
struct ChangeRow {
    change_no: i64,
    at: i64,
    noted_at: i64,
    kind: String,
    meeting_id: Uuid,
    registration_id: Option<Uuid>,
    registrant_id: Option<Uuid>,
}

const FIND: &str =
    "SELECT epoch, last_no, dropped_no, needed_until, registration_id, after_registrant FROM feed
    WHERE slot = $1 AND feed_id = $2";
const TAKE: &str =
    "SELECT epoch, last_no, dropped_no, needed_until, registration_id, after_registrant FROM feed
    WHERE slot = $1 AND feed_id = $2 FOR NO KEY UPDATE";
/// A meeting's feed begins behind whoever is on its list. Whoever is being stored meanwhile gets a later id: see
/// `last_registrant`.
const OPEN: &str =
    "INSERT INTO feed (slot, feed_id, tenant_id, organizer_id, meeting_id, registration_id, after_registrant,
        epoch, last_no, dropped_no, needed_until)
    VALUES ($1, $2, $3, $4, $5,
        (SELECT g.registration_id FROM registration g WHERE g.slot = $1 AND g.meeting_id = $5 AND g.is_live),
        (SELECT o.last_registrant FROM roster o JOIN registration g ON g.slot = $1 AND g.meeting_id = $5
            AND g.registration_id = o.registration_id AND g.is_live WHERE o.slot = $1 AND o.meeting_id = $5),
        $6, 0, 0, $7)
    ON CONFLICT (slot, feed_id) DO UPDATE SET needed_until = excluded.needed_until";
const LIST: &str =
    "SELECT change_no, at, noted_at, kind, meeting_id, registration_id, registrant_id FROM change
    WHERE slot = $1 AND feed_id = $2 AND change_no > $3 ORDER BY change_no LIMIT $4";

impl Store {
    /// The feed, kept until that time at least; opened under `epoch` where there is none yet.
    pub async fn open_feed(&self, of: &FeedOf, epoch: Uuid, until: Timestamp) -> Result<Feed, Fault> {
        let key = of.key();
        let found = find_feed(&self.readers, key).await?;
        // Asked for again and again, it is written once a day.
        let enough = micros(until.saturating_sub(SignedDuration::from_hours(24)).unwrap_or(until));
        if let Some(found) = found.filter(|found| found.needed_until >= enough) {
            return Ok(found.into_feed());
        }
        Ok(write_tx!(self, |tx| { keep_feed(tx, of, epoch, until).await?.into_feed() }))
    }

    /// The last number of a feed whose change is no longer kept; 0 where all are, or there is no feed.
    pub async fn find_dropped(&self, feed: FeedKey) -> Result<i64, Fault> {
        Ok(find_feed(&self.readers, feed).await?.map_or(0, |feed| feed.dropped_no))
    }

    /// The next changes of a feed, in order.
    pub async fn list_changes(&self, feed: FeedKey, after: i64, limit: u32) -> Result<Vec<Change>, Fault> {
        list_changes(&self.readers, feed, after, limit).await
    }
}

/// The same inside a transaction.
pub(crate) async fn keep_feed(
    tx: &mut Tx,
    of: &FeedOf,
    epoch: Uuid,
    until: Timestamp,
) -> Result<FeedRow, Fault> {
    let key = of.key();
    let found = take_feed(tx, key).await?;
    if let Some(found) = found.filter(|found| found.needed_until >= micros(until)) {
        return Ok(found);
    }
    query(OPEN)
        .bind(number(key.slot))
        .bind(key.id)
        .bind(of.tenant.0)
        .bind(of.organizer.0)
        .bind(of.meeting.map(|meeting| meeting.0))
        .bind(epoch)
        .bind(micros(until))
        .execute(&mut *tx)
        .await?;
    take_feed(tx, key).await?.ok_or(Fault::corrupt("a feed that was just opened is gone"))
}

/// The feed's row, held until the transaction ends.
pub(crate) async fn take_feed(tx: &mut Tx, key: FeedKey) -> Result<Option<FeedRow>, Fault> {
    hold_feed(tx, number(key.slot), key.id).await
}

/// The same by the names of its columns.
pub(crate) async fn hold_feed(tx: &mut Tx, slot: i64, id: Uuid) -> Result<Option<FeedRow>, Fault> {
    let text = match tx.engine() {
        Engine::Sqlite => FIND,
        Engine::Postgres => TAKE,
    };
    query(text).bind(slot).bind(id).fetch_optional(&mut *tx).await
}

pub(crate) async fn find_feed(on: impl Into<On<'_>>, key: FeedKey) -> Result<Option<FeedRow>, Fault> {
    query(FIND).bind(number(key.slot)).bind(key.id).fetch_optional(on).await
}

pub(crate) async fn list_changes(
    on: impl Into<On<'_>>,
    feed: FeedKey,
    after: i64,
    limit: u32,
) -> Result<Vec<Change>, Fault> {
    let rows: Vec<ChangeRow> = query(LIST)
        .bind(number(feed.slot))
        .bind(feed.id)
        .bind(after)
        .bind(i64::from(limit))
        .fetch_all(on)
        .await?;
    rows.into_iter().map(ChangeRow::into_change).collect()
}

impl FeedRow {
    pub(crate) fn into_feed(self) -> Feed {
        Feed { last: self.last_no, dropped: self.dropped_no, epoch: self.epoch }
    }
}

impl ChangeRow {
    fn into_change(self) -> Result<Change, Fault> {
        let (subject, change_type) =
            change::of_event(&self.kind).ok_or(Fault::corrupt("a change of nothing"))?;
        Ok(Change {
            number: self.change_no,
            at: instant(self.at)?,
            noted_at: instant(self.noted_at)?,
            subject,
            change_type,
            meeting: MeetingId(self.meeting_id),
            registration: self.registration_id.map(RegistrationId),
            registrant: self.registrant_id.map(RegistrantId),
        })
    }
}
