//! The courier: takes change notifications to whoever subscribed, in order, until they are taken.
//!
//! It gathers what changed into feeds (`store/src/gather.rs`) and visits every subscription that has something to be
//! told. A visit is leased by one node for a time: so a subscription gets one delivery at a time, a node that dies gives
//! it back by doing nothing, and several nodes share the work without knowing of each other. What is sent is stored
//! first, to the byte: a retry, a replay and a second try after a crash send the same under the same `webhook-id`.

mod deliver;
mod sign;
mod tell;
mod visit;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::TenantId;
use domain::subscription::{Subscription, SubscriptionId};
use jiff::SignedDuration;
use store::{DueSubscription, Fault, Store};
use tokio::sync::{Notify, watch};
use tokio::task::{self, JoinError, JoinSet};

use self::visit::Visitor;
use crate::clock::{Clock, Source};
use crate::mailroom::{LetterLinks, between};
use crate::outgoing::Outgoing;
use crate::sealed::Seal;

/// How many subscriptions are visited at once, and how many of one organisation: receivers that are slow hold up no
/// others than those of their own.
const HANDS: usize = 32;
const HANDS_OF_A_TENANT: usize = 8;
/// Between two looks for something to do.
const POLL: (SignedDuration, SignedDuration) =
    (SignedDuration::from_millis(250), SignedDuration::from_millis(750));
/// Between two gatherings, while visits come and go.
const GATHERED: Duration = Duration::from_millis(200);
/// For so long the answer holds to who is due: asking looks through all subscriptions, and visits may end by the hundred.
const KNOWN: Duration = Duration::from_millis(100);

/// Takes notifications to their receivers. Cheap to clone; clones are the same courier.
#[derive(Clone)]
pub struct Courier(Arc<Desk>);

/// What everybody who takes notifications shares.
struct Desk {
    store: Store,
    clock: Clock,
    source: Source,
    links: LetterLinks,
    outgoing: Outgoing,
    nudge: Notify,
}

impl Courier {
    /// A courier that signs by secrets made from the key of `links`.
    pub(crate) fn new(
        store: Store,
        clock: Clock,
        source: Source,
        links: LetterLinks,
        outgoing: Outgoing,
    ) -> Self {
        Self(Arc::new(Desk { store, clock, source, links, outgoing, nudge: Notify::new() }))
    }

    /// Something may be to be told: look at once, not at the next poll.
    pub fn nudge(&self) {
        self.0.nudge.notify_one();
    }

    /// Takes notifications until `shutdown` is ready; then ends the calls that are under way and returns.
    pub async fn run(&self, shutdown: impl Future<Output = ()>) {
        let (stop, stopped) = watch::channel(false);
        let mut hands = Hands::default();
        let mut gathered_at: Option<Instant> = None;
        tokio::pin!(shutdown);
        loop {
            if gathered_at.is_none_or(|at| at.elapsed() >= GATHERED) {
                gathered_at = Some(Instant::now());
                self.gather().await;
            }
            self.send_out(&mut hands, &stopped).await;
            let pause = between(POLL.0, POLL.1, &self.0.source).unsigned_abs();
            tokio::select! {
                () = &mut shutdown => break,
                true = hands.free_one() => {}
                () = tokio::time::sleep(pause) => {}
                () = self.0.nudge.notified() => {}
            }
        }
        let _ = stop.send(true);
        while hands.free_one().await {}
    }

    /// Gathers and delivers until nothing is due; how many deliveries were taken.
    pub async fn deliver_due(&self) -> Result<usize, Fault> {
        let (_stop, stopped) = watch::channel(false);
        let mut taken = 0;
        loop {
            let now = self.0.clock.now();
            let gathered = self.0.store.gather(now).await?;
            let due = self.0.store.due_subscriptions(now, HANDS as u32, HANDS as u32).await?;
            if gathered == 0 && due.is_empty() {
                return Ok(taken);
            }
            for due in due {
                taken += self.visitor(&stopped).visit(due.id).await?;
            }
        }
    }

    /// What the receiver of a subscription checks signatures with, as Standard Webhooks writes it.
    pub fn secret(&self, subscription: &Subscription) -> String {
        sign::write_secret(&self.secret_of(subscription.id, subscription.secret_generation))
    }

    /// What tokens of delta queries are sealed with.
    pub(crate) fn delta_seal(&self) -> Seal {
        Seal::new(self.0.links.key.derive(b"delta"))
    }

    /// Whether an address may be called at all, and its owner wants to be: it has to give back a text that it is sent, as
    /// Graph asks of it. The reason where not.
    pub(crate) async fn validate(&self, address: &str) -> Result<(), String> {
        let token = format!("Validation: {}", self.0.source.random_id());
        deliver::validate(&self.0.outgoing, address, &token).await
    }

    /// Made from the key of the links, so that no database holds it.
    fn secret_of(&self, subscription: SubscriptionId, generation: u32) -> [u8; 32] {
        self.0.links.key.derive(format!("notifications\0{subscription}\0{generation}").as_bytes())
    }

    fn visitor(&self, stopped: &watch::Receiver<bool>) -> Visitor {
        Visitor { courier: self.clone(), stopped: stopped.clone() }
    }

    async fn gather(&self) {
        match self.0.store.gather(self.0.clock.now()).await {
            Ok(0) => {}
            Ok(count) => metrics::counter!("usher_changes_total").increment(count),
            Err(fault) => tracing::error!(%fault, "changes could not be gathered"),
        }
    }

    /// Begins visits to whoever is due, as far as there are hands.
    async fn send_out(&self, hands: &mut Hands, stopped: &watch::Receiver<bool>) {
        let room = HANDS.saturating_sub(hands.at_work.len());
        if room == 0 {
            return;
        }
        if hands.asked_at.is_none_or(|at| at.elapsed() >= KNOWN) {
            let (window, per_tenant) = (4 * HANDS as u32, HANDS_OF_A_TENANT as u32);
            match self.0.store.due_subscriptions(self.0.clock.now(), window, per_tenant).await {
                Ok(due) => (hands.due, hands.asked_at) = (due, Some(Instant::now())),
                Err(fault) => return tracing::error!(%fault, "subscriptions could not be looked up"),
            }
        }
        let chosen = choose(hands.due.clone(), &hands.of_tenants(), room);
        hands.due.retain(|due| !chosen.contains(due));
        for due in chosen {
            let visitor = self.visitor(stopped);
            let pause = between(POLL.0, POLL.1, &self.0.source).unsigned_abs();
            hands.begin(due, async move {
                if let Err(fault) = visitor.visit(due.id).await {
                    tracing::error!(subscription.id = %due.id, %fault, "a subscription could not be visited to its end");
                    // Its hand stays taken meanwhile: it would be due again at once.
                    tokio::time::sleep(pause).await;
                }
            });
        }
    }
}

/// Visits under way. Whatever ends one, a panic too, frees its hand: what is not running holds none.
#[derive(Default)]
struct Hands {
    visits: JoinSet<()>,
    at_work: HashMap<task::Id, DueSubscription>,
    /// Who was due when that was last asked, and is not visited yet.
    due: Vec<DueSubscription>,
    asked_at: Option<Instant>,
}

impl Hands {
    fn begin(&mut self, due: DueSubscription, visit: impl Future<Output = ()> + Send + 'static) {
        let id = self.visits.spawn(visit).id();
        self.at_work.insert(id, due);
    }

    /// Waits until a visit has ended; `false` at once where there is none.
    async fn free_one(&mut self) -> bool {
        let Some(ended) = self.visits.join_next_with_id().await else { return false };
        let id = ended.as_ref().map_or_else(JoinError::id, |(id, ())| *id);
        if let (Some(due), true) = (self.at_work.remove(&id), ended.is_err()) {
            // Its lease is over by itself: it is visited again then.
            tracing::error!(subscription.id = %due.id, "a visit to a subscription panicked");
        }
        true
    }

    fn of_tenants(&self) -> HashMap<TenantId, usize> {
        let mut of_tenants = HashMap::new();
        for due in self.at_work.values() {
            *of_tenants.entry(due.tenant).or_default() += 1;
        }
        of_tenants
    }
}

/// Whom to visit with so many free hands: whoever's organisation has the fewest hands gets the next, and none gets more than
/// its part. Within that, in the order of `due`.
fn choose(
    due: Vec<DueSubscription>,
    of_tenants: &HashMap<TenantId, usize>,
    room: usize,
) -> Vec<DueSubscription> {
    let mut hands = of_tenants.clone();
    let with_hand = |due: DueSubscription| {
        let hand = hands.entry(due.tenant).or_default();
        *hand += 1;
        (*hand, due)
    };
    let mut ranked: Vec<(usize, DueSubscription)> =
        due.into_iter().map(with_hand).filter(|(hand, _)| *hand <= HANDS_OF_A_TENANT).collect();
    ranked.sort_by_key(|(hand, _)| *hand);
    ranked.into_iter().map(|(_, due)| due).take(room).collect()
}

#[cfg(test)]
mod tests;
