//! Subscriptions: made, found, renewed and ended. What is sent to them is in [`crate::delivering`].

use domain::change::ChangeType;
use domain::subscription::{
    ClientState, LifecycleEvent, OVERLAP, Owner, RENEWABLE_FOR, Subscription, SubscriptionId, Watched,
    warn_at,
};
use domain::{AppId, MeetingId, PersonId, TenantId};
use jiff::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use crate::engine::{Engine, Tx, query};
use crate::feed::{FeedOf, keep_feed};
use crate::rows::{instant, instant_or_none, micros, number};
use crate::{Fault, Kept, Made, Once, Store, once, write_tx};

/// How many subscriptions there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubscriptionLimits {
    /// Of one application, or of one person through it.
    pub per_app: u32,
    /// Of an organisation.
    pub per_tenant: u32,
}

/// What became of a new subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subscribed {
    /// It is stored.
    Now,
    /// One of that id is there.
    Before,
    /// There are too many.
    TooMany,
}

/// What of a subscription is to be otherwise. What is not named stays as it is then, whoever changed it meanwhile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubscriptionChange {
    /// Until when it runs.
    pub expires_at: Option<Timestamp>,
    /// Where notifications go.
    pub notification_url: Option<String>,
}

/// What became of a subscription that is to be otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Renewed {
    /// It is this now.
    To(Box<Subscription>),
    /// It is no more.
    Gone,
    /// Its time was over, and there are too many others by now.
    TooMany,
}

/// What became of a secret that is to be another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotated {
    /// It is of this generation.
    To(u32),
    /// There is no such subscription.
    Gone,
    /// The key belongs to another request; nothing changed.
    KeyReused,
}

#[derive(FromRow)]
pub(crate) struct SubscriptionRow {
    subscription_id: Uuid,
    tenant_id: Uuid,
    app_id: Option<String>,
    person_id: Option<Uuid>,
    organizer_id: Uuid,
    meeting_id: Option<Uuid>,
    watched: String,
    resource: String,
    change_types: String,
    notification_url: String,
    lifecycle_url: Option<String>,
    client_state: Option<String>,
    created_at: i64,
    expires_at: i64,
    secret_generation: i64,
    overlap_until: Option<i64>,
}

const INSERT: &str = "INSERT INTO subscription (slot, subscription_id, feed_id, tenant_id, app_id, person_id, organizer_id,
        meeting_id, watched, resource, change_types, notification_url, lifecycle_url, client_state, created_at,
        expires_at, warn_at, secret_generation, after_no, last_delivery, visited_at, leased_until, rest_until,
        due_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, 0, $15, 0, 0, $17)
    ON CONFLICT (slot, subscription_id) DO NOTHING";
const FIND: &str = "SELECT subscription_id, tenant_id, app_id, person_id, organizer_id, meeting_id, watched, resource,
        change_types, notification_url, lifecycle_url, client_state, created_at, expires_at, secret_generation,
        overlap_until
    FROM subscription WHERE slot = $1 AND subscription_id = $2 AND (removed_at IS NULL OR removed_at >= expires_at)";
/// By whose they are, wherever they live.
const LIST: &str = "SELECT subscription_id, tenant_id, app_id, person_id, organizer_id, meeting_id, watched, resource,
        change_types, notification_url, lifecycle_url, client_state, created_at, expires_at, secret_generation,
        overlap_until
    FROM subscription WHERE tenant_id = $1 AND app_id IS NOT DISTINCT FROM $2 AND person_id IS NOT DISTINCT FROM $3
        AND (removed_at IS NULL OR removed_at >= expires_at)
    ORDER BY created_at, subscription_id";
/// All of the organisation and of the owner, and how many of them run.
const COUNT: &str = "SELECT COUNT(*), COUNT(CASE WHEN removed_at IS NULL THEN 1 END),
        COUNT(CASE WHEN app_id IS NOT DISTINCT FROM $2 AND person_id IS NOT DISTINCT FROM $3 THEN 1 END),
        COUNT(CASE WHEN app_id IS NOT DISTINCT FROM $2 AND person_id IS NOT DISTINCT FROM $3
            AND removed_at IS NULL THEN 1 END)
    FROM subscription WHERE tenant_id = $1";
const LOCK_TENANT: &str = "SELECT tenant_id FROM tenant WHERE tenant_id = $1 FOR NO KEY UPDATE";
/// One whose time was over goes on, for as long as its feed is kept.
const RENEW: &str = "UPDATE subscription SET expires_at = $3, warn_at = $4,
        due_at = CASE WHEN removed_at IS NOT NULL THEN $5 WHEN due_at > $4 THEN $4 ELSE due_at END,
        rest_until = CASE WHEN removed_at IS NOT NULL THEN 0 ELSE rest_until END, removed_at = NULL
    WHERE slot = $1 AND subscription_id = $2";
const REDIRECT: &str =
    "UPDATE subscription SET notification_url = $3 WHERE slot = $1 AND subscription_id = $2";
/// What it had to say at its end is no longer so.
const TAKE_BACK: &str = "UPDATE delivery SET status = 'dropped'
    WHERE slot = $1 AND subscription_id = $2 AND status = 'waiting' AND kind = $3";
/// Whoever does something to it as well waits.
const HOLD: &str = "UPDATE subscription SET secret_generation = secret_generation
    WHERE slot = $1 AND subscription_id = $2 AND (removed_at IS NULL OR removed_at >= expires_at)
    RETURNING secret_generation, expires_at, removed_at";
/// Once in an overlap: whoever asks again has the secret of the last time, and what the receiver has still signs.
const ROTATE: &str = "UPDATE subscription SET secret_generation = secret_generation + 1, overlap_until = $3
    WHERE slot = $1 AND subscription_id = $2 AND (removed_at IS NULL OR removed_at >= expires_at)
        AND (overlap_until IS NULL OR overlap_until <= $4)
    RETURNING secret_generation";
const REMOVE: &str = "DELETE FROM subscription WHERE slot = $1 AND subscription_id = $2";
pub(crate) const REMOVE_DELIVERIES: &str = "DELETE FROM delivery WHERE slot = $1 AND subscription_id = $2";

impl Store {
    /// Stores a subscription, which is told of whatever is gathered from now on. Its feed is opened under `epoch` where
    /// there is none yet.
    pub async fn create_subscription(
        &self,
        new: &Subscription,
        epoch: Uuid,
        limits: SubscriptionLimits,
    ) -> Result<Subscribed, Fault> {
        let (feed, owner) = (new.feed(), &new.owner);
        Ok(write_tx!(self, |tx| {
            let counted = count(tx, owner).await?;
            // Those that can be renewed are kept for days: as many again.
            if counted.may_none_run(limits) || counted.may_none_be_kept(limits) {
                return Ok(Subscribed::TooMany);
            }
            let opened = keep_feed(tx, &feed_of(new), epoch, needed_until(new.expires_at)).await?;
            let stored = query(INSERT)
                .bind(number(feed.slot))
                .bind(new.id.0)
                .bind(feed.id)
                .bind(owner.tenant.0)
                .bind(owner.app.as_ref().map(|app| &*app.0))
                .bind(owner.person.map(|person| person.0))
                .bind(new.organizer.0)
                .bind(new.watched.meeting().map(|meeting| meeting.0))
                .bind(new.watched.name())
                .bind(&new.resource)
                .bind(ChangeType::names(&new.change_types))
                .bind(&new.notification_url)
                .bind(&new.lifecycle_url)
                .bind(new.client_state.as_ref().map(|state| &*state.0))
                .bind(micros(new.created_at))
                .bind(micros(new.expires_at))
                .bind(micros(warn_at(new.expires_at, new.created_at)))
                .bind(i64::from(new.secret_generation))
                .bind(opened.last_no)
                .execute(&mut *tx)
                .await?;
            if stored == 1 { Subscribed::Now } else { Subscribed::Before }
        }))
    }

    /// The subscription of that id, unless it is no more.
    pub async fn find_subscription(&self, id: SubscriptionId) -> Result<Option<Subscription>, Fault> {
        let Some(slot) = id.slot() else { return Ok(None) };
        let row: Option<SubscriptionRow> =
            query(FIND).bind(number(slot)).bind(id.0).fetch_optional(&self.readers).await?;
        row.map(SubscriptionRow::into_subscription).transpose()
    }

    /// The subscriptions of an owner, the oldest first.
    pub async fn list_subscriptions(&self, owner: &Owner) -> Result<Vec<Subscription>, Fault> {
        let rows: Vec<SubscriptionRow> = query(LIST)
            .bind(owner.tenant.0)
            .bind(owner.app.as_ref().map(|app| &*app.0))
            .bind(owner.person.map(|person| person.0))
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter().map(SubscriptionRow::into_subscription).collect()
    }

    /// Lets a subscription go on until another time, or tell another receiver. One whose time is over goes on where it
    /// stopped, if as many may run and it is not over for longer than [`RENEWABLE_FOR`].
    pub async fn renew_subscription(
        &self,
        known: &Subscription,
        change: &SubscriptionChange,
        epoch: Uuid,
        limits: SubscriptionLimits,
        now: Timestamp,
    ) -> Result<Renewed, Fault> {
        let slot = number(known.feed().slot);
        let lapsed_since = micros(now.saturating_sub(RENEWABLE_FOR).unwrap_or(now));
        let about = |text: &'static str| query(text).bind(slot).bind(known.id.0);
        Ok(write_tx!(self, |tx| {
            // The organisation's row first, as whoever makes one takes them.
            let counted =
                if change.expires_at.is_some() { Some(count(tx, &known.owner).await?) } else { None };
            let held: Option<(i64, i64, Option<i64>)> = about(HOLD).fetch_optional(&mut *tx).await?;
            let Some((_, _, removed_at)) = held.filter(|(_, expires_at, _)| *expires_at > lapsed_since)
            else {
                return Ok(Renewed::Gone);
            };
            if removed_at.is_some() && counted.is_some_and(|counted| counted.may_none_run(limits)) {
                return Ok(Renewed::TooMany);
            }
            if let Some(expires_at) = change.expires_at {
                keep_feed(tx, &feed_of(known), epoch, needed_until(expires_at)).await?;
                let renew = about(RENEW).bind(micros(expires_at)).bind(micros(warn_at(expires_at, now)));
                renew.bind(micros(now)).execute(&mut *tx).await?;
                about(TAKE_BACK).bind(LifecycleEvent::SubscriptionRemoved.name()).execute(&mut *tx).await?;
            }
            if let Some(url) = &change.notification_url {
                about(REDIRECT).bind(url).execute(&mut *tx).await?;
            }
            let changed: SubscriptionRow = about(FIND).fetch_one(&mut *tx).await?;
            Renewed::To(Box::new(changed.into_subscription()?))
        }))
    }

    /// Signs by the next secret from now on, and for a while by the last one as well. While that goes on, nothing changes.
    /// A request that is answered once gets the same generation again; of `once` the answer is made here.
    pub async fn rotate_secret(
        &self,
        id: SubscriptionId,
        now: Timestamp,
        once: Option<&Once>,
    ) -> Result<Rotated, Fault> {
        let Some(slot) = id.slot() else { return Ok(Rotated::Gone) };
        let until = now.saturating_add(OVERLAP).unwrap_or(now);
        Ok(write_tx!(self, |tx| {
            let held: Option<(i64, i64, Option<i64>)> =
                query(HOLD).bind(number(slot)).bind(id.0).fetch_optional(&mut *tx).await?;
            let Some((held, ..)) = held else { return Ok(Rotated::Gone) };
            match once::find_known::<()>(tx, once, now).await? {
                Some(Made::Before(kept)) => return Ok(Rotated::To(generation(kept.body.parse().ok())?)),
                Some(Made::KeyReused) => return Ok(Rotated::KeyReused),
                Some(Made::Now(())) | None => {}
            }
            let rotate = query(ROTATE).bind(number(slot)).bind(id.0).bind(micros(until)).bind(micros(now));
            let rotated = generation(rotate.fetch_optional_value(&mut *tx).await?.or(Some(held)))?;
            if let Some(once) = once {
                let answer = Kept { status: 200, body: rotated.to_string() };
                once::keep(tx, Some(&Once { answer, ..once.clone() }), now).await?;
            }
            Rotated::To(rotated)
        }))
    }

    /// Ends a subscription and forgets what was sent to it; `false` where there is none.
    pub async fn delete_subscription(&self, id: SubscriptionId) -> Result<bool, Fault> {
        let Some(slot) = id.slot() else { return Ok(false) };
        Ok(write_tx!(self, |tx| {
            // The subscription's row first, as every visit takes them.
            let removed = query(REMOVE).bind(number(slot)).bind(id.0).execute(&mut *tx).await?;
            query(REMOVE_DELIVERIES).bind(number(slot)).bind(id.0).execute(&mut *tx).await?;
            removed == 1
        }))
    }
}

/// How many subscriptions there are of an organisation and of an owner, and how many of them run.
struct Counted {
    of_tenant: i64,
    run_of_tenant: i64,
    of_owner: i64,
    run_of_owner: i64,
}

impl Counted {
    fn may_none_run(&self, limits: SubscriptionLimits) -> bool {
        self.run_of_tenant >= limits.per_tenant.into() || self.run_of_owner >= limits.per_app.into()
    }

    fn may_none_be_kept(&self, limits: SubscriptionLimits) -> bool {
        self.of_tenant >= 2 * i64::from(limits.per_tenant) || self.of_owner >= 2 * i64::from(limits.per_app)
    }
}

/// Whoever else counts them waits until the end of the transaction, so that it stays exact.
async fn count(tx: &mut Tx, owner: &Owner) -> Result<Counted, Fault> {
    if tx.engine() == Engine::Postgres {
        query(LOCK_TENANT).bind(owner.tenant.0).execute(&mut *tx).await?;
    }
    let (of_tenant, run_of_tenant, of_owner, run_of_owner) = query(COUNT)
        .bind(owner.tenant.0)
        .bind(owner.app.as_ref().map(|app| &*app.0))
        .bind(owner.person.map(|person| person.0))
        .fetch_one(&mut *tx)
        .await?;
    Ok(Counted { of_tenant, run_of_tenant, of_owner, run_of_owner })
}

fn feed_of(subscription: &Subscription) -> FeedOf {
    FeedOf {
        tenant: subscription.owner.tenant,
        organizer: subscription.organizer,
        meeting: subscription.watched.meeting(),
    }
}

/// Until when the changes of a subscription are needed: whoever renews it late is told of them.
fn needed_until(expires_at: Timestamp) -> Timestamp {
    expires_at.saturating_add(RENEWABLE_FOR).unwrap_or(expires_at)
}

fn generation(number: Option<i64>) -> Result<u32, Fault> {
    let generation = number.and_then(|number| u32::try_from(number).ok());
    generation.ok_or(Fault::corrupt("a secret of no generation"))
}

impl SubscriptionRow {
    pub(crate) fn into_subscription(self) -> Result<Subscription, Fault> {
        let watched = Watched::from_name(&self.watched, self.meeting_id.map(MeetingId))
            .ok_or(Fault::corrupt("a subscription to nothing"))?;
        Ok(Subscription {
            id: SubscriptionId(self.subscription_id),
            owner: Owner {
                tenant: TenantId(self.tenant_id),
                app: self.app_id.map(AppId),
                person: self.person_id.map(PersonId),
            },
            organizer: PersonId(self.organizer_id),
            watched,
            resource: self.resource,
            change_types: self.change_types.split(',').filter_map(ChangeType::from_name).collect(),
            notification_url: self.notification_url,
            lifecycle_url: self.lifecycle_url,
            client_state: self.client_state.map(ClientState),
            created_at: instant(self.created_at)?,
            expires_at: instant(self.expires_at)?,
            secret_generation: generation(Some(self.secret_generation))?,
            overlap_until: instant_or_none(self.overlap_until)?,
        })
    }
}
