//! A visit to one subscription: what is to be said of itself, and then the changes, in order.

use std::time::{Duration, Instant};

use domain::MeetingId;
use domain::change::Change;
use domain::subscription::{LifecycleEvent, Subscription, SubscriptionId, TRIED_FOR};
use jiff::{SignedDuration, Timestamp};
use store::{Delivery, Fault, Tried, Visit};
use tokio::sync::watch;
use wire::subscription::{key_id, write_delivery_id, write_lifecycle, write_notifications};

use super::deliver::{Parcel, send};
use super::{Courier, sign, tell};
use crate::mailroom::grown;

/// How long nobody else visits a subscription; longer than a visit takes.
const LEASE: SignedDuration = SignedDuration::from_mins(3);
/// After so long a visit begins no other delivery.
const LONGEST_VISIT: Duration = Duration::from_secs(60);
/// The most changes in one notification.
const IN_ONE: usize = 100;
/// The most changes that are looked at at once.
const AT_ONCE: u32 = 512;
/// How long a receiver is left alone that did not take a delivery: this at first, then twice as long each time.
const FIRST_WAIT: SignedDuration = SignedDuration::from_secs(10);
const LONGEST_WAIT: SignedDuration = SignedDuration::from_mins(30);

/// Somebody who visits.
pub(super) struct Visitor {
    pub(super) courier: Courier,
    pub(super) stopped: watch::Receiver<bool>,
}

impl Visitor {
    /// Visits a subscription, unless somebody is at it; how many deliveries were taken.
    pub(super) async fn visit(&self, id: SubscriptionId) -> Result<usize, Fault> {
        let now = self.courier.0.clock.now();
        let until = now.saturating_add(LEASE).unwrap_or(Timestamp::MAX);
        let Some(visit) = self.courier.0.store.visit_subscription(id, now, until).await? else {
            return Ok(0);
        };
        let worked = self.work(&visit).await;
        self.courier.0.store.end_visit(&visit).await?;
        worked
    }

    async fn work(&self, visit: &Visit) -> Result<usize, Fault> {
        let store = &self.courier.0.store;
        let now = self.courier.0.clock.now();
        if visit.removed_at.is_some() {
            return self.say_farewell(visit).await;
        }
        if visit.subscription.expires_at <= now {
            return self.lapse(visit, now).await;
        }
        if !self.may_be_told(&visit.subscription).await? {
            self.end(visit, now).await?;
            return self.say_farewell(visit).await;
        }
        if visit.warn_at.is_some_and(|at| at <= now) {
            let notice = notice(&visit.subscription, LifecycleEvent::ReauthorizationRequired);
            store.warn_subscription(visit, notice.as_deref(), now).await?;
        }
        let mut taken = self.tell_of_itself(visit).await?;
        let (changes, is_over) = self.tell_of_changes(visit).await?;
        taken += changes;
        if is_over {
            self.end(visit, now).await?;
            taken += self.say_farewell(visit).await?;
        }
        Ok(taken)
    }

    /// Whether whoever made the subscription may still see what it tells of.
    async fn may_be_told(&self, subscription: &Subscription) -> Result<bool, Fault> {
        let (store, owner) = (&self.courier.0.store, &subscription.owner);
        match (owner.person, &owner.app) {
            (Some(person), _) => {
                let found = store.find_person(owner.tenant, person).await?.person;
                Ok(person == subscription.organizer && found.is_none_or(|person| person.is_active))
            }
            (None, Some(app)) => Ok(store.may_act_for(owner.tenant, app, subscription.organizer).await?.0),
            (None, None) => Ok(false),
        }
    }

    /// Its time is over: nothing is told any more, but nothing is forgotten either for as long as it can be renewed.
    async fn lapse(&self, visit: &Visit, now: Timestamp) -> Result<usize, Fault> {
        let notice = notice(&visit.subscription, LifecycleEvent::SubscriptionRemoved);
        if !self.courier.0.store.lapse_subscription(visit, notice.as_deref(), now).await? {
            return Ok(0);
        }
        tracing::info!(subscription.id = %visit.subscription.id, "a subscription was not renewed in time");
        self.say_farewell(visit).await
    }

    async fn end(&self, visit: &Visit, now: Timestamp) -> Result<(), Fault> {
        tracing::info!(subscription.id = %visit.subscription.id, "a subscription ended");
        let notice = notice(&visit.subscription, LifecycleEvent::SubscriptionRemoved);
        self.courier.0.store.end_subscription(visit, notice.as_deref(), now).await
    }

    /// Says what is left to say of one that is no more, and forgets it after that, unless it can still be renewed.
    async fn say_farewell(&self, visit: &Visit) -> Result<usize, Fault> {
        let taken = self.tell_of_itself(visit).await?;
        let (store, now) = (&self.courier.0.store, self.courier.0.clock.now());
        // One that ended before its time was over comes to no new life.
        let is_renewable = visit.subscription.is_lapsed(now)
            && visit.removed_at.is_none_or(|at| at >= visit.subscription.expires_at);
        if !is_renewable && store.lifecycle_deliveries(visit).await?.is_empty() {
            store.forget_subscription(visit).await?;
        }
        Ok(taken)
    }

    /// What is to be told of the subscription itself goes to an address of its own, past changes that wait.
    async fn tell_of_itself(&self, visit: &Visit) -> Result<usize, Fault> {
        let Some(address) = &visit.subscription.lifecycle_url else { return Ok(0) };
        let mut taken = 0;
        for delivery in self.courier.0.store.lifecycle_deliveries(visit).await? {
            if delivery.due_at > self.courier.0.clock.now() || *self.stopped.borrow() {
                break;
            }
            let tried = self.attempt(visit, &delivery, address).await;
            let is_taken = matches!(tried, Tried::Delivered(_));
            let is_stored = self.settle(visit, &delivery, &tried).await?;
            taken += usize::from(is_taken);
            if !is_taken || !is_stored {
                break;
            }
        }
        Ok(taken)
    }

    /// Delivers changes in order; how many deliveries were taken, and whether what was watched is no more.
    async fn tell_of_changes(&self, visit: &Visit) -> Result<(usize, bool), Fault> {
        let store = &self.courier.0.store;
        let (begun, mut after, mut taken, mut is_over) = (Instant::now(), visit.after, 0, false);
        while !*self.stopped.borrow() && begun.elapsed() < LONGEST_VISIT {
            let delivery = match store.next_delivery(visit).await? {
                Some(delivery) => Some(delivery),
                None => self.begin_next(visit, &mut after).await?,
            };
            let Some(delivery) = delivery else {
                if is_over {
                    return Ok((taken, true));
                }
                let Some(gone) = self.gone(visit).await? else { break };
                // Its last changes come first: they may have been stored since what is told was gathered.
                store.gather_meeting(gone, self.courier.0.clock.now()).await?;
                is_over = true;
                continue;
            };
            if delivery.due_at > self.courier.0.clock.now() {
                break;
            }
            let tried = self.attempt(visit, &delivery, &visit.subscription.notification_url).await;
            let is_stored = self.settle(visit, &delivery, &tried).await?;
            taken += usize::from(matches!(tried, Tried::Delivered(_)));
            if !is_stored || matches!(tried, Tried::Later(..)) {
                break;
            }
            after = after.max(delivery.until());
        }
        Ok((taken, false))
    }

    /// The meeting that a subscription is about, if it was deleted.
    async fn gone(&self, visit: &Visit) -> Result<Option<MeetingId>, Fault> {
        let Some(meeting) = visit.subscription.watched.meeting() else { return Ok(None) };
        Ok(self.courier.0.store.find_hosted(meeting).await?.is_none().then_some(meeting))
    }

    /// Writes the next notification, if there is anything to tell; what nobody asked for is passed over.
    async fn begin_next(&self, visit: &Visit, after: &mut i64) -> Result<Option<Delivery>, Fault> {
        let store = &self.courier.0.store;
        loop {
            let feed = visit.subscription.feed();
            let changes = store.list_changes(feed, *after, AT_ONCE).await?;
            // Numbers have no gaps: what lies between was kept long enough.
            let dropped = match changes.first() {
                Some(first) => first.number - 1,
                None => store.find_dropped(feed).await?,
            };
            if dropped > *after {
                let notice = notice(&visit.subscription, LifecycleEvent::Missed);
                tracing::warn!(subscription.id = %visit.subscription.id, "changes were forgotten before they were told");
                if !store.pass_gap(visit, dropped, notice.as_deref(), self.courier.0.clock.now()).await? {
                    return Ok(None);
                }
                *after = dropped;
                continue;
            }
            let Some(last) = changes.last() else { return Ok(None) };
            let is_wanted = |change: &&Change| visit.subscription.wants(change.subject, change.change_type);
            let wanted: Vec<&Change> = changes.iter().filter(is_wanted).take(IN_ONE).collect();
            let until = if wanted.len() == IN_ONE { wanted[IN_ONE - 1].number } else { last.number };
            let told = tell::tell(store, &visit.subscription, &wanted).await?;
            if told.is_empty() {
                if !store.pass_over(visit, until).await? {
                    return Ok(None);
                }
                *after = until;
                continue;
            }
            let body = write_notifications(&visit.subscription, &told);
            let since = wanted.first().map_or(Timestamp::MAX, |change| change.noted_at);
            let now = self.courier.0.clock.now();
            return store.begin_delivery(visit, &body, until, since.min(now), now).await;
        }
    }

    async fn attempt(&self, visit: &Visit, delivery: &Delivery, address: &str) -> Tried {
        let (desk, subscription) = (&self.courier.0, &visit.subscription);
        let now = desk.clock.now();
        let id = write_delivery_id(&subscription.id.to_string(), delivery.number);
        let generations = subscription.signing_generations(now);
        let signatures = generations.iter().map(|generation| {
            let secret = self.courier.secret_of(subscription.id, *generation);
            sign::sign(&secret, &id, now.as_second(), &delivery.body)
        });
        let parcel = Parcel {
            id: &id,
            timestamp: now.as_second(),
            signatures: signatures.collect(),
            key_ids: generations.iter().map(|generation| key_id(*generation)).collect(),
            body: &delivery.body,
        };
        match send(&desk.outgoing, address, &parcel).await {
            Ok(answer) => Tried::Delivered(answer),
            Err(why) => self.put_off(subscription, delivery, why),
        }
    }

    /// Later, or not at all any more.
    fn put_off(&self, subscription: &Subscription, delivery: &Delivery, why: String) -> Tried {
        let desk = &self.courier.0;
        let now = desk.clock.now();
        let end = delivery.since_at.saturating_add(TRIED_FOR).unwrap_or(Timestamp::MAX);
        if now >= end {
            let is_change = delivery.kind == "change";
            let missed = notice(subscription, LifecycleEvent::Missed).filter(|_| is_change);
            return Tried::Dropped(why, missed);
        }
        let wait = grown(FIRST_WAIT, LONGEST_WAIT, delivery.attempts + 1, &desk.source);
        Tried::Later(now.saturating_add(wait).unwrap_or(end).min(end), why)
    }

    async fn settle(&self, visit: &Visit, delivery: &Delivery, tried: &Tried) -> Result<bool, Fault> {
        let outcome = match tried {
            Tried::Delivered(_) => "delivered",
            Tried::Later(..) => "later",
            Tried::Dropped(..) => "dropped",
        };
        metrics::counter!("usher_notifications_total", "outcome" => outcome).increment(1);
        if outcome == "dropped" {
            tracing::warn!(subscription.id = %visit.subscription.id, "a notification was given up after three days");
        }
        let desk = &self.courier.0;
        desk.store.settle_delivery(visit, delivery, tried, desk.clock.now()).await
    }
}

/// What the subscription's receiver is told of it, where it wants to know.
fn notice(subscription: &Subscription, event: LifecycleEvent) -> Option<String> {
    subscription.lifecycle_url.as_ref().map(|_| write_lifecycle(subscription, event))
}
