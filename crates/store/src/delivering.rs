//! Telling subscriptions of changes: one visit at a time to each, by a lease that is over by itself. Whatever a visit
//! stores names its lease, so that one that took too long changes nothing any more.

use domain::TenantId;
use domain::subscription::{DeliveryStatus, LifecycleEvent, RENEWABLE_FOR, Subscription, SubscriptionId};
use jiff::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use crate::engine::{Query, Tx, query};
use crate::rows::{instant, instant_or_none, micros, number};
use crate::subscription::{REMOVE_DELIVERIES, SubscriptionRow};
use crate::{Fault, Made, OnceOf, Store, once, write_tx};

/// A subscription with something to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueSubscription {
    /// Which.
    pub id: SubscriptionId,
    /// Whose.
    pub tenant: TenantId,
}

/// A visit to a subscription that nobody else may make meanwhile.
#[derive(Clone, Debug)]
pub struct Visit {
    /// The subscription, as it was when the visit began.
    pub subscription: Subscription,
    /// Delivered up to this number of its feed.
    pub after: i64,
    /// When its end is to be told of; `None` once it was.
    pub warn_at: Option<Timestamp>,
    /// Since when it is no more, or its time is over: only its last word is still to be said.
    pub removed_at: Option<Timestamp>,
    lease: i64,
}

/// What is sent to a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Its number among those of its subscription.
    pub number: i64,
    /// `change`, or Graph's name of a lifecycle event.
    pub kind: String,
    /// The very bytes.
    pub body: String,
    /// When it was written.
    pub created_at: Timestamp,
    /// Since when it is tried: given up three days later.
    pub since_at: Timestamp,
    /// When it is tried next, while it waits.
    pub due_at: Timestamp,
    /// How often it was tried.
    pub attempts: u32,
    /// Where it is.
    pub status: DeliveryStatus,
    /// When it was last tried.
    pub tried_at: Option<Timestamp>,
    /// What came of that, in a few words.
    pub answer: Option<String>,
    until: Option<i64>,
}

/// How a try ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tried {
    /// The receiver took it.
    Delivered(String),
    /// To be tried again then.
    Later(Timestamp, String),
    /// Given up; the body that tells so, for a receiver that wants to know.
    Dropped(String, Option<String>),
}

#[derive(FromRow)]
struct VisitRow {
    after_no: i64,
    warn_at: Option<i64>,
    removed_at: Option<i64>,
}

#[derive(FromRow)]
pub(crate) struct DeliveryRow {
    delivery_no: i64,
    kind: String,
    body: String,
    until_no: Option<i64>,
    created_at: i64,
    since_at: i64,
    due_at: i64,
    attempts: i64,
    status: String,
    tried_at: Option<i64>,
    answer: Option<String>,
}

/// Where nothing waits but changes, a receiver that does not answer has its rest.
/// Of each organisation so many and no more, and the first of each before the second of any.
const DUE: &str = "SELECT w.subscription_id, w.tenant_id FROM (
        SELECT s.subscription_id, s.tenant_id, s.visited_at,
            ROW_NUMBER() OVER (PARTITION BY s.tenant_id ORDER BY s.visited_at, s.subscription_id) AS nth
        FROM subscription s JOIN feed f ON f.slot = s.slot AND f.feed_id = s.feed_id
        WHERE s.leased_until <= $1 AND (s.due_at <= $1 OR s.rest_until <= $1 AND s.after_no < f.last_no)) w
    WHERE w.nth <= $3 ORDER BY w.nth, w.visited_at, w.subscription_id LIMIT $2";
/// Due at once again, should nobody end the visit.
const LEASE: &str = "UPDATE subscription SET leased_until = $4, visited_at = $3, due_at = $3
    WHERE slot = $1 AND subscription_id = $2 AND leased_until <= $3
    RETURNING after_no, warn_at, removed_at";
const FIND_LEASED: &str =
    "SELECT subscription_id, tenant_id, app_id, person_id, organizer_id, meeting_id, watched,
        resource, change_types, notification_url, lifecycle_url, client_state, created_at, expires_at,
        secret_generation, overlap_until
    FROM subscription WHERE slot = $1 AND subscription_id = $2";
/// The number first, from the index of what waits: the log behind it may be long. What it is is said twice, or PostgreSQL,
/// while the log is short, finds the row by an index that does not lead to it alone.
const NEXT_CHANGES: &str =
    "SELECT delivery_no, kind, body, until_no, created_at, since_at, due_at, attempts, status,
        tried_at, answer
    FROM delivery d WHERE d.slot = $1 AND d.subscription_id = $2 AND d.status = 'waiting' AND d.kind = 'change'
        AND d.delivery_no = (SELECT MIN(w.delivery_no) FROM delivery w
            WHERE w.slot = $1 AND w.subscription_id = $2 AND w.status = 'waiting' AND w.kind = 'change')";
const LIFECYCLE: &str =
    "SELECT delivery_no, kind, body, until_no, created_at, since_at, due_at, attempts, status,
        tried_at, answer
    FROM delivery d WHERE d.slot = $1 AND d.subscription_id = $2 AND d.delivery_no IN (SELECT w.delivery_no
        FROM delivery w WHERE w.slot = $1 AND w.subscription_id = $2 AND w.status = 'waiting' AND w.kind <> 'change')
    ORDER BY d.delivery_no LIMIT 10";
const NUMBER: &str = "UPDATE subscription SET last_delivery = last_delivery + 1
    WHERE slot = $1 AND subscription_id = $2 AND leased_until = $3 RETURNING last_delivery";
const INSERT: &str =
    "INSERT INTO delivery (slot, subscription_id, delivery_no, kind, body, until_no, created_at, since_at,
        due_at, attempts, status)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $7, 0, 'waiting')";
const SETTLE: &str =
    "UPDATE delivery SET status = $4, attempts = attempts + 1, tried_at = $5, answer = $6, due_at = $7
    WHERE slot = $1 AND subscription_id = $2 AND delivery_no = $3";
const ADVANCE: &str = "UPDATE subscription
    SET after_no = CASE WHEN after_no < $4 THEN $4 ELSE after_no END, rest_until = $5
    WHERE slot = $1 AND subscription_id = $2 AND leased_until = $3";
const IS_LEASED: &str = "UPDATE subscription SET leased_until = leased_until
    WHERE slot = $1 AND subscription_id = $2 AND leased_until = $3";
const WARNED: &str = "UPDATE subscription SET warn_at = NULL
    WHERE slot = $1 AND subscription_id = $2 AND leased_until = $3";
const END_SUBSCRIPTION: &str = "UPDATE subscription SET removed_at = $4
    WHERE slot = $1 AND subscription_id = $2 AND leased_until = $3 AND removed_at IS NULL";
/// Unless it was renewed meanwhile.
const LAPSE: &str = "UPDATE subscription SET removed_at = $4
    WHERE slot = $1 AND subscription_id = $2 AND leased_until = $3 AND removed_at IS NULL AND expires_at <= $4";
const FORGET: &str =
    "DELETE FROM subscription WHERE slot = $1 AND subscription_id = $2 AND leased_until = $3";
const DROP_WAITING: &str = "UPDATE delivery SET status = 'dropped'
    WHERE slot = $1 AND subscription_id = $2 AND status = 'waiting' AND kind = 'change'";
/// In the order of the index of what waits, or PostgreSQL, while the log is short, takes the key and later reads all of it.
const NEXT_DUE: &str = "SELECT MIN(w.due_at), MIN(CASE WHEN w.kind <> 'change' THEN w.due_at END)
    FROM (SELECT kind, due_at FROM delivery WHERE slot = $1 AND subscription_id = $2 AND status = 'waiting'
        ORDER BY kind, delivery_no) w";
/// Changes of one that is no more are not due: it has its last word to say, and then is to be forgotten.
const GIVE_BACK: &str = "UPDATE subscription
    SET leased_until = 0, rest_until = CASE WHEN removed_at IS NULL THEN rest_until ELSE $5 END,
        due_at = CASE WHEN removed_at IS NOT NULL THEN CASE WHEN $6 < $5 THEN $6 ELSE expires_at + $7 END
            WHEN warn_at < $4 THEN warn_at
            WHEN expires_at < $4 THEN expires_at ELSE $4 END
    WHERE slot = $1 AND subscription_id = $2 AND leased_until = $3";
const REPLAY: &str = "UPDATE delivery SET status = 'waiting', attempts = 0, since_at = $4, due_at = $4
    WHERE slot = $1 AND subscription_id = $2 AND delivery_no >= $3 AND kind = 'change' AND status <> 'waiting'";
const WAKE: &str =
    "UPDATE subscription SET rest_until = 0, due_at = $3 WHERE slot = $1 AND subscription_id = $2";

impl Store {
    /// Up to `limit` subscriptions with something to do that nobody is at, and up to `per_tenant` of an organisation: in
    /// rounds with one of each, those first that were visited longest ago.
    pub async fn due_subscriptions(
        &self,
        now: Timestamp,
        limit: u32,
        per_tenant: u32,
    ) -> Result<Vec<DueSubscription>, Fault> {
        let rows: Vec<(Uuid, Uuid)> = query(DUE)
            .bind(micros(now))
            .bind(i64::from(limit))
            .bind(i64::from(per_tenant))
            .fetch_all(&self.readers)
            .await?;
        let due = |(id, tenant)| DueSubscription { id: SubscriptionId(id), tenant: TenantId(tenant) };
        Ok(rows.into_iter().map(due).collect())
    }

    /// Begins a visit that nobody else may make before `until`; `None` where somebody is at it.
    pub async fn visit_subscription(
        &self,
        id: SubscriptionId,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Visit>, Fault> {
        let Some(slot) = id.slot() else { return Ok(None) };
        let begun: Option<(VisitRow, SubscriptionRow)> = write_tx!(self, |tx| {
            let lease = query(LEASE).bind(number(slot)).bind(id.0).bind(micros(now)).bind(micros(until));
            match lease.fetch_optional(&mut *tx).await? {
                None => None,
                Some(leased) => {
                    let find = query(FIND_LEASED).bind(number(slot)).bind(id.0);
                    Some((leased, find.fetch_one(&mut *tx).await?))
                }
            }
        });
        // One that cannot be read is leased all the same: nobody tries again before the lease is over.
        let visit = |(leased, row): (VisitRow, SubscriptionRow)| {
            Ok(Visit {
                subscription: row.into_subscription()?,
                after: leased.after_no,
                warn_at: instant_or_none(leased.warn_at)?,
                removed_at: instant_or_none(leased.removed_at)?,
                lease: micros(until),
            })
        };
        begun.map(visit).transpose()
    }

    /// The delivery of changes that comes next, if one was begun.
    pub async fn next_delivery(&self, visit: &Visit) -> Result<Option<Delivery>, Fault> {
        let row: Option<DeliveryRow> = visit.about(NEXT_CHANGES).fetch_optional(&self.readers).await?;
        row.map(DeliveryRow::into_delivery).transpose()
    }

    /// What is to be told of the subscription itself.
    pub async fn lifecycle_deliveries(&self, visit: &Visit) -> Result<Vec<Delivery>, Fault> {
        let rows: Vec<DeliveryRow> = visit.about(LIFECYCLE).fetch_all(&self.readers).await?;
        rows.into_iter().map(DeliveryRow::into_delivery).collect()
    }

    /// Begins a delivery of changes up to `until`, the oldest of which happened at `since`; `None` where the visit was
    /// over meanwhile.
    pub async fn begin_delivery(
        &self,
        visit: &Visit,
        body: &str,
        until: i64,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<Option<Delivery>, Fault> {
        Ok(write_tx!(self, |tx| {
            let begun = begin(tx, visit, "change", body, Some(until), since, now).await?;
            begun.map(|number| Delivery {
                number,
                kind: "change".to_owned(),
                body: body.to_owned(),
                created_at: now,
                since_at: since,
                due_at: now,
                attempts: 0,
                status: DeliveryStatus::Waiting,
                tried_at: None,
                answer: None,
                until: Some(until),
            })
        }))
    }

    /// Passes over changes that the subscription does not ask for; `false` where the visit was over meanwhile.
    pub async fn pass_over(&self, visit: &Visit, until: i64) -> Result<bool, Fault> {
        Ok(write_tx!(self, |tx| { advance(tx, visit, until, 0).await? }))
    }

    /// Passes over changes that are no longer kept, and tells the receiver by `notice`, where it wants to know, that it
    /// missed them; `false` where the visit was over meanwhile.
    pub async fn pass_gap(
        &self,
        visit: &Visit,
        until: i64,
        notice: Option<&str>,
        now: Timestamp,
    ) -> Result<bool, Fault> {
        Ok(write_tx!(self, |tx| {
            let is_leased = advance(tx, visit, until, 0).await?;
            if let Some(notice) = notice.filter(|_| is_leased) {
                begin(tx, visit, LifecycleEvent::Missed.name(), notice, None, now, now).await?;
            }
            is_leased
        }))
    }

    /// Stores how a try ended; `false` where the visit was over meanwhile, and nothing is stored.
    pub async fn settle_delivery(
        &self,
        visit: &Visit,
        delivery: &Delivery,
        tried: &Tried,
        now: Timestamp,
    ) -> Result<bool, Fault> {
        let (status, due, answer) = match tried {
            Tried::Delivered(answer) => (DeliveryStatus::Delivered, delivery.due_at, answer),
            Tried::Later(at, answer) => (DeliveryStatus::Waiting, *at, answer),
            Tried::Dropped(answer, _) => (DeliveryStatus::Dropped, delivery.due_at, answer),
        };
        Ok(write_tx!(self, |tx| {
            if visit.about(IS_LEASED).bind(visit.lease).execute(&mut *tx).await? == 0 {
                return Ok(false);
            }
            visit
                .about(SETTLE)
                .bind(delivery.number)
                .bind(status.name())
                .bind(micros(now))
                .bind(answer)
                .bind(micros(due))
                .execute(&mut *tx)
                .await?;
            if delivery.kind == "change" {
                let (until, rest) = match tried {
                    Tried::Later(at, _) => (0, micros(*at)),
                    Tried::Delivered(_) | Tried::Dropped(..) => (delivery.until.unwrap_or_default(), 0),
                };
                advance(tx, visit, until, rest).await?;
            }
            if let Tried::Dropped(_, Some(notice)) = tried {
                begin(tx, visit, LifecycleEvent::Missed.name(), notice, None, now, now).await?;
            }
            true
        }))
    }

    /// Tells the receiver that the subscription ends soon, once.
    pub async fn warn_subscription(
        &self,
        visit: &Visit,
        notice: Option<&str>,
        now: Timestamp,
    ) -> Result<(), Fault> {
        write_tx!(self, |tx| {
            let is_leased = visit.about(WARNED).bind(visit.lease).execute(&mut *tx).await? == 1;
            if let Some(notice) = notice.filter(|_| is_leased) {
                let kind = LifecycleEvent::ReauthorizationRequired.name();
                begin(tx, visit, kind, notice, None, now, now).await?;
            }
        });
        Ok(())
    }

    /// Ends a subscription; `notice` is its last word, for a receiver that wants it.
    pub async fn end_subscription(
        &self,
        visit: &Visit,
        notice: Option<&str>,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let Some(notice) = notice else {
            return self.forget_subscription(visit).await;
        };
        write_tx!(self, |tx| {
            let ended =
                visit.about(END_SUBSCRIPTION).bind(visit.lease).bind(micros(now)).execute(&mut *tx).await?;
            if ended == 1 {
                visit.about(DROP_WAITING).execute(&mut *tx).await?;
                let kind = LifecycleEvent::SubscriptionRemoved.name();
                begin(tx, visit, kind, notice, None, now, now).await?;
            }
        });
        Ok(())
    }

    /// Forgets a subscription that has nothing to say any more, and what was sent to it.
    pub async fn forget_subscription(&self, visit: &Visit) -> Result<(), Fault> {
        write_tx!(self, |tx| {
            if visit.about(FORGET).bind(visit.lease).execute(&mut *tx).await? == 1 {
                visit.about(REMOVE_DELIVERIES).execute(&mut *tx).await?;
            }
        });
        Ok(())
    }

    /// Lays a subscription whose time is over to rest, with what waits: for a while it can be renewed. `notice` says so to a
    /// receiver that wants to know. `false` where it was renewed meanwhile, or the visit was over.
    pub async fn lapse_subscription(
        &self,
        visit: &Visit,
        notice: Option<&str>,
        now: Timestamp,
    ) -> Result<bool, Fault> {
        Ok(write_tx!(self, |tx| {
            let lapse = visit.about(LAPSE).bind(visit.lease).bind(micros(now));
            let is_lapsed = lapse.execute(&mut *tx).await? == 1;
            if let Some(notice) = notice.filter(|_| is_lapsed) {
                begin(tx, visit, LifecycleEvent::SubscriptionRemoved.name(), notice, None, now, now).await?;
            }
            is_lapsed
        }))
    }

    /// Ends a visit: whoever is due next, at whatever time, may be visited again.
    pub async fn end_visit(&self, visit: &Visit) -> Result<(), Fault> {
        write_tx!(self, |tx| {
            let (due, of_itself): (Option<i64>, Option<i64>) =
                visit.about(NEXT_DUE).fetch_one(&mut *tx).await?;
            visit
                .about(GIVE_BACK)
                .bind(visit.lease)
                .bind(due.unwrap_or(i64::MAX))
                .bind(i64::MAX)
                .bind(of_itself.unwrap_or(i64::MAX))
                .bind(RENEWABLE_FOR.as_micros() as i64)
                .execute(&mut *tx)
                .await?;
        });
        Ok(())
    }

    /// Sends all changes from that delivery on once more, in order and to the byte; tells how many deliveries that are.
    pub async fn replay_deliveries(
        &self,
        id: SubscriptionId,
        from: i64,
        now: Timestamp,
        once: Option<&OnceOf<'_, u64>>,
    ) -> Result<Made<u64>, Fault> {
        let Some(slot) = id.slot() else { return Ok(Made::Now(0)) };
        Ok(write_tx!(self, |tx| {
            // The subscription's row first, as every visit takes them.
            query(WAKE).bind(number(slot)).bind(id.0).bind(micros(now)).execute(&mut *tx).await?;
            if let Some(known) = once::find_known(tx, once.map(|once| &once.once), now).await? {
                return Ok(known);
            }
            let replay = query(REPLAY).bind(number(slot)).bind(id.0).bind(from).bind(micros(now));
            let count = replay.execute(&mut *tx).await?;
            if let Some(once) = once {
                once.keep(tx, &count, now).await?;
            }
            Made::Now(count)
        }))
    }
}

/// Stores a delivery under the next number; `None` where the visit is over.
async fn begin(
    tx: &mut Tx,
    visit: &Visit,
    kind: &str,
    body: &str,
    until: Option<i64>,
    since: Timestamp,
    now: Timestamp,
) -> Result<Option<i64>, Fault> {
    let next: Option<i64> = visit.about(NUMBER).bind(visit.lease).fetch_optional_value(&mut *tx).await?;
    let Some(next) = next else { return Ok(None) };
    let insert = visit.about(INSERT).bind(next).bind(kind).bind(body).bind(until);
    insert.bind(micros(now)).bind(micros(since)).execute(&mut *tx).await?;
    Ok(Some(next))
}

async fn advance(tx: &mut Tx, visit: &Visit, until: i64, rest: i64) -> Result<bool, Fault> {
    Ok(visit.about(ADVANCE).bind(visit.lease).bind(until).bind(rest).execute(tx).await? == 1)
}

impl Visit {
    /// A question about the visit's subscription: its key is bound.
    fn about<'q>(&self, text: &'static str) -> Query<'q> {
        query(text).bind(number(self.subscription.feed().slot)).bind(self.subscription.id.0)
    }
}

impl Delivery {
    /// How far the subscription is once this is settled; 0 of what is told of the subscription itself.
    pub fn until(&self) -> i64 {
        self.until.unwrap_or_default()
    }
}

impl DeliveryRow {
    pub(crate) fn into_delivery(self) -> Result<Delivery, Fault> {
        Ok(Delivery {
            number: self.delivery_no,
            kind: self.kind,
            body: self.body,
            created_at: instant(self.created_at)?,
            since_at: instant(self.since_at)?,
            due_at: instant(self.due_at)?,
            attempts: u32::try_from(self.attempts).map_err(|_| Fault::corrupt("tries below 0"))?,
            status: DeliveryStatus::from_name(&self.status)
                .ok_or(Fault::corrupt("a delivery of another status"))?,
            tried_at: instant_or_none(self.tried_at)?,
            answer: self.answer,
            until: self.until_no,
        })
    }
}
