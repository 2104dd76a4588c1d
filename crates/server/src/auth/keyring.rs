//! An issuer's keys over time: fetched lazily, refreshed, withdrawn, kept while the issuer is away.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use jiff::Timestamp;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::fetch::KeyClient;
use super::keys::KeySet;
use super::settings::IssuerSettings;

/// How long keys serve when their issuer cannot be reached: longer than a long weekend, not for ever.
pub(super) const KEYS_KEPT_AT_MOST: Duration = Duration::from_secs(7 * 24 * 3600);

/// Where an issuer's keys come from.
pub enum KeySource {
    /// From the place its discovery document names.
    Discovery(KeyClient),
    /// From the program itself: the built-in issuer hands its keys over without HTTP.
    Static(JwkSet),
}

/// One issuer's keys.
pub(super) struct KeyRing {
    issuer: String,
    client: Option<KeyClient>,
    refresh: Duration,
    min_interval: Duration,
    held: RwLock<Held>,
    /// Whoever holds this is asking the issuer; all others wait for that answer.
    asking: Arc<Mutex<()>>,
}

#[derive(Default)]
struct Held {
    published: Vec<Jwk>,
    keys: Arc<KeySet>,
    /// Counts the changes of the published set: what was proven under one number must be proven anew under
    /// the next.
    generation: u64,
    loaded_at: Option<Timestamp>,
    asked_at: Option<Timestamp>,
    last_ask_failed: bool,
}

impl Held {
    /// Whether the keys have outlived what we trust without a word from their issuer.
    fn is_spent(&self, now: Timestamp) -> bool {
        self.loaded_at.is_some_and(|loaded_at| between(loaded_at, now) > KEYS_KEPT_AT_MOST)
    }
}

/// Which keys, and which generation of them.
pub(super) struct Current {
    /// The keys.
    pub(super) keys: Arc<KeySet>,
    /// Their number.
    pub(super) generation: u64,
}

enum Age {
    Fresh,
    /// Old, yet good enough to answer with while new ones are fetched.
    Stale,
    /// Too old to answer with before asking once.
    Overdue,
}

impl KeyRing {
    pub(super) fn new(settings: &IssuerSettings, source: KeySource) -> Self {
        let mut held = Held::default();
        let client = match source {
            KeySource::Discovery(client) => Some(client),
            KeySource::Static(published) => {
                held.keys = Arc::new(KeySet::from_jwks(&published));
                None
            }
        };
        Self {
            issuer: settings.url.clone(),
            client,
            refresh: settings.keys_refresh,
            min_interval: settings.keys_min_interval,
            held: RwLock::new(held),
            asking: Arc::default(),
        }
    }

    /// The keys to prove a token with. Waits for the issuer only when `is_enough` does not hold of the keys at
    /// hand, or when they are too old, and then at most once per interval.
    pub(super) async fn current(
        self: &Arc<Self>,
        now: Timestamp,
        is_enough: impl Fn(&KeySet) -> bool,
    ) -> Current {
        self.freshen(now).await;
        let current = self.at_hand(now);
        if is_enough(&current.keys) {
            return current;
        }
        self.ask_and_wait(now).await;
        self.at_hand(now)
    }

    /// The generation of keys that counts now, `None` when they are too old to count. Cheap while they are fresh.
    pub(super) async fn generation(self: &Arc<Self>, now: Timestamp) -> Option<u64> {
        self.freshen(now).await;
        let held = self.read();
        (!held.is_spent(now)).then_some(held.generation)
    }

    async fn freshen(self: &Arc<Self>, now: Timestamp) {
        match self.age(now) {
            Age::Fresh => {}
            Age::Stale => self.ask_in_background(now),
            Age::Overdue => self.ask_and_wait(now).await,
        }
    }

    fn age(&self, now: Timestamp) -> Age {
        if self.client.is_none() {
            return Age::Fresh;
        }
        let held = self.read();
        let Some(loaded_at) = held.loaded_at else { return Age::Overdue };
        let age = between(loaded_at, now);
        if age < self.refresh {
            return Age::Fresh;
        }
        // Once an attempt has failed nobody waits for the next: the issuer may be away for hours.
        if age < self.refresh * 2 || held.last_ask_failed { Age::Stale } else { Age::Overdue }
    }

    fn at_hand(&self, now: Timestamp) -> Current {
        let held = self.read();
        let keys = if held.is_spent(now) { Arc::default() } else { held.keys.clone() };
        Current { keys, generation: held.generation }
    }

    fn may_ask(&self, now: Timestamp) -> bool {
        self.client.is_some()
            && self.read().asked_at.is_none_or(|asked_at| between(asked_at, now) >= self.min_interval)
    }

    /// Asks, or waits for the one who is asking. Does nothing when the issuer was asked a moment ago.
    async fn ask_and_wait(self: &Arc<Self>, now: Timestamp) {
        let turn = self.asking.clone().lock_owned().await;
        if let Some(asking) = self.ask(turn, now) {
            // A caller who hangs up does not stop the fetch: it runs as a task of its own.
            let _ = asking.await;
        }
    }

    fn ask_in_background(self: &Arc<Self>, now: Timestamp) {
        if let Ok(turn) = self.asking.clone().try_lock_owned() {
            self.ask(turn, now);
        }
    }

    fn ask(
        self: &Arc<Self>,
        turn: OwnedMutexGuard<()>,
        now: Timestamp,
    ) -> Option<tokio::task::JoinHandle<()>> {
        if !self.may_ask(now) {
            return None;
        }
        self.write().asked_at = Some(now);
        let client = self.client.clone()?;
        let ring = self.clone();
        Some(tokio::spawn(async move {
            let answer = client.fetch(&ring.issuer).await;
            ring.settle(answer, now);
            drop(turn);
        }))
    }

    fn settle(&self, answer: Result<JwkSet, String>, now: Timestamp) {
        let published = match answer {
            Ok(published) => published,
            Err(reason) => {
                tracing::warn!(issuer = %self.issuer, %reason, "keys could not be fetched, the old ones stay");
                self.write().last_ask_failed = true;
                return;
            }
        };
        let keys = KeySet::from_jwks(&published);
        if keys.is_empty() {
            tracing::warn!(issuer = %self.issuer, "the issuer publishes no key that can be used");
        }
        let mut held = self.write();
        // An answer like the last one leaves remembered tokens alone.
        if held.published != published.keys {
            held.generation += 1;
            held.keys = Arc::new(keys);
            held.published = published.keys;
        }
        held.loaded_at = Some(now);
        held.last_ask_failed = false;
    }

    fn read(&self) -> RwLockReadGuard<'_, Held> {
        self.held.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Held> {
        self.held.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The distance of two moments. Requests that run side by side may bring their clocks out of order by a little.
fn between(one: Timestamp, other: Timestamp) -> Duration {
    one.duration_since(other).unsigned_abs()
}
