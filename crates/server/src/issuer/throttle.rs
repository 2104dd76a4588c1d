//! Slowing down those who guess.
//!
//! Failures are counted and nothing else: whoever knows the secret is served as often as they ask. After some free
//! failures each further one doubles the wait for the next attempt: for an account 1 second after the fifth, up to
//! a minute; for a client address 1 second after the twentieth, for a network after the hundredth, up to five minutes. The wait begins with the last
//! failure. A counter loses one failure in each of its longest waits, whatever happens meanwhile, and all of them
//! after an hour without a failure. The account's wait is short because strangers can cause it. People and
//! applications at one address are counted apart, so that an office whose people mistype does not stop its
//! applications.
//!
//! How many attempts are made side by side is not decided here: they are let in one turn after the other, see
//! [`super::service::IssuerService::prove`].

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::ids::TenantId;
use jiff::Timestamp;

use crate::client::{Client, Prefix};

const FORGET_AFTER: Duration = Duration::from_secs(3600);

/// So many accounts and addresses are watched; beyond that, the one that was quiet longest is forgotten.
const CAPACITY: usize = 10_000;

/// Whose failures are counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Suspect {
    /// Attempts for one account, whoever makes them and whether it exists or not.
    Account(TenantId, String),
    /// Passwords from one address.
    People(Prefix),
    /// Client secrets from one address.
    Applications(Prefix),
    /// Passwords from one network: a customer of a provider may have 65,536 addresses of IPv6 that each count as one.
    PeopleOfNetwork(Prefix),
    /// Client secrets from one network.
    ApplicationsOfNetwork(Prefix),
}

impl Suspect {
    pub(super) fn account(tenant: TenantId, user_name: &str) -> Self {
        // Cut, because the name is whatever a stranger typed.
        Self::Account(tenant, user_name.trim().to_lowercase().chars().take(256).collect())
    }

    pub(super) fn people_at(address: IpAddr) -> [Self; 2] {
        let Client { address, network } = Client::of(address);
        [Self::People(address), Self::PeopleOfNetwork(network)]
    }

    pub(super) fn applications_at(address: IpAddr) -> [Self; 2] {
        let Client { address, network } = Client::of(address);
        [Self::Applications(address), Self::ApplicationsOfNetwork(network)]
    }

    fn free_failures(&self) -> u32 {
        match self {
            Self::Account(..) => 5,
            Self::People(_) | Self::Applications(_) => 20,
            Self::PeopleOfNetwork(_) | Self::ApplicationsOfNetwork(_) => 100,
        }
    }

    fn longest_wait(&self) -> Duration {
        match self {
            Self::Account(..) => Duration::from_secs(60),
            _ => Duration::from_secs(300),
        }
    }

    fn wait_after(&self, failures: u32) -> Duration {
        match failures.checked_sub(self.free_failures()) {
            None => Duration::ZERO,
            Some(beyond) => Duration::from_secs(1 << beyond.min(16)).min(self.longest_wait()),
        }
    }

    /// How long one failure counts.
    fn fades_in(&self) -> Duration {
        self.longest_wait()
    }
}

/// The failures of one suspect. `gone_at` is when the last of them will have faded, so it says how many are left.
#[derive(Clone, Copy)]
struct Failures {
    gone_at: Timestamp,
    last_at: Timestamp,
}

impl Failures {
    fn none(now: Timestamp) -> Self {
        Self { gone_at: now, last_at: now }
    }

    fn left(self, suspect: &Suspect, now: Timestamp) -> u32 {
        let left = now.duration_until(self.gone_at).as_millis();
        let one = i128::try_from(suspect.fades_in().as_millis()).unwrap_or(i128::MAX);
        u32::try_from((left + one - 1) / one).unwrap_or(0)
    }

    /// One failure more. Beyond the longest wait there is nothing to count for, and it would only last.
    fn and_one(self, suspect: &Suspect, now: Timestamp) -> Self {
        let is_most = suspect.wait_after(self.left(suspect, now)) == suspect.longest_wait();
        let more = if is_most { Duration::ZERO } else { suspect.fades_in() };
        let gone_at = self.gone_at.max(now).saturating_add(more).unwrap_or(self.gone_at);
        Self { gone_at, last_at: now }
    }

    fn wait(self, suspect: &Suspect, now: Timestamp) -> Option<Duration> {
        let passed = now.duration_since(self.last_at).unsigned_abs();
        suspect.wait_after(self.left(suspect, now)).checked_sub(passed).filter(|wait| !wait.is_zero())
    }

    fn is_forgotten(self, now: Timestamp) -> bool {
        self.gone_at <= now || now.duration_since(self.last_at).unsigned_abs() > FORGET_AFTER
    }
}

/// The counters.
#[derive(Default)]
pub(super) struct Throttle(Mutex<HashMap<Suspect, Failures>>);

/// An attempt that was let in. It has failed unless it [succeeds](Self::succeed): whoever hangs up before the answer
/// has guessed all the same.
pub(super) struct Attempt<'a> {
    throttle: &'a Throttle,
    suspects: &'a [Suspect],
    at: Timestamp,
    has_succeeded: bool,
}

impl Attempt<'_> {
    /// The secret was right. An account starts anew; an address keeps its failures, or one good account would wash
    /// away all guesses made beside it.
    pub(super) fn succeed(mut self) {
        self.has_succeeded = true;
        let mut counters = self.throttle.counters();
        for suspect in self.suspects.iter().filter(|suspect| matches!(suspect, Suspect::Account(..))) {
            counters.remove(suspect);
        }
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        if !self.has_succeeded {
            self.throttle.count(self.suspects, self.at);
        }
    }
}

impl Throttle {
    /// Says how long to wait, if an attempt would not be let in.
    pub(super) fn look(&self, suspects: &[Suspect], now: Timestamp) -> Result<(), Duration> {
        let counters = self.counters();
        let known = suspects.iter().filter_map(|suspect| Some((suspect, *counters.get(suspect)?)));
        let watched = known.filter(|(_, failures)| !failures.is_forgotten(now));
        watched.filter_map(|(suspect, failures)| failures.wait(suspect, now)).max().map_or(Ok(()), Err)
    }

    /// Lets an attempt in, or says how long to wait.
    pub(super) fn admit<'a>(
        &'a self,
        suspects: &'a [Suspect],
        now: Timestamp,
    ) -> Result<Attempt<'a>, Duration> {
        self.look(suspects, now)?;
        Ok(Attempt { throttle: self, suspects, at: now, has_succeeded: false })
    }

    fn count(&self, suspects: &[Suspect], now: Timestamp) {
        let mut counters = self.counters();
        for suspect in suspects {
            make_room(&mut counters, now);
            let counter = counters.entry(suspect.clone()).or_insert(Failures::none(now));
            if counter.is_forgotten(now) {
                *counter = Failures::none(now);
            }
            *counter = counter.and_one(suspect, now);
        }
    }

    fn counters(&self) -> MutexGuard<'_, HashMap<Suspect, Failures>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn make_room(counters: &mut HashMap<Suspect, Failures>, now: Timestamp) {
    if counters.len() < CAPACITY {
        return;
    }
    counters.retain(|_, failures| !failures.is_forgotten(now));
    if counters.len() < CAPACITY {
        return;
    }
    let quietest =
        counters.iter().min_by_key(|(_, failures)| failures.last_at).map(|(suspect, _)| suspect.clone());
    if let Some(quietest) = quietest {
        counters.remove(&quietest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + second).unwrap()
    }

    fn ada() -> [Suspect; 1] {
        [Suspect::account(TenantId(uuid::Uuid::nil()), "Ada")]
    }

    fn office() -> [Suspect; 1] {
        let [near, _] = Suspect::applications_at([192, 0, 2, 1].into());
        [near]
    }

    /// An attempt that fails, or how many seconds it has to wait.
    fn fail(throttle: &Throttle, suspects: &[Suspect], now: Timestamp) -> Result<(), u64> {
        throttle.admit(suspects, now).map(drop).map_err(|wait| wait.as_secs())
    }

    fn succeed(throttle: &Throttle, suspects: &[Suspect], now: Timestamp) -> Result<(), u64> {
        throttle.admit(suspects, now).map(Attempt::succeed).map_err(|wait| wait.as_secs())
    }

    #[test]
    fn the_wait_doubles_after_the_free_failures_and_ends_with_a_success() {
        let (throttle, ada) = (Throttle::default(), ada());
        for _ in 0..5 {
            assert_eq!(fail(&throttle, &ada, at(0)), Ok(()));
        }

        assert_eq!(fail(&throttle, &ada, at(0)), Err(1));
        assert_eq!(fail(&throttle, &ada, at(1)), Ok(()));
        assert_eq!(fail(&throttle, &ada, at(1)), Err(2));
        assert_eq!(succeed(&throttle, &ada, at(3)), Ok(()));
        assert_eq!(fail(&throttle, &ada, at(3)), Ok(()));
        assert_eq!(fail(&throttle, &ada, at(3)), Ok(()), "an account starts anew");
    }

    #[test]
    fn attempts_in_flight_are_no_failures() {
        let (throttle, office) = (Throttle::default(), office());

        let in_flight: Vec<_> = (0..60).map(|_| throttle.admit(&office, at(0)).ok().unwrap()).collect();
        in_flight.into_iter().for_each(Attempt::succeed);
        assert_eq!(succeed(&throttle, &office, at(0)), Ok(()));

        drop((0..20).map(|_| throttle.admit(&office, at(0)).ok().unwrap()).collect::<Vec<_>>());
        assert_eq!(succeed(&throttle, &office, at(0)), Err(1), "the control: these failed");
    }

    #[test]
    fn a_success_of_an_address_neither_restarts_its_wait_nor_washes_away_its_failures() {
        let (throttle, office) = (Throttle::default(), office());
        for second in [0; 20].into_iter().chain([1, 3, 7, 15]) {
            assert_eq!(fail(&throttle, &office, at(second)), Ok(()));
        }
        assert_eq!(succeed(&throttle, &office, at(30)), Err(1));

        for _ in 0..60 {
            assert_eq!(succeed(&throttle, &office, at(31)), Ok(()));
        }

        assert_eq!(fail(&throttle, &office, at(31)), Ok(()));
        assert_eq!(succeed(&throttle, &office, at(31)), Err(32), "the control: the failures are still there");
    }

    #[test]
    fn the_longest_wait_is_bounded_however_many_fail() {
        for (suspects, longest) in [(ada(), 60), (office(), 300)] {
            let throttle = Throttle::default();
            let mut now = 0;
            for _ in 0..200 {
                now += fail(&throttle, &suspects, at(now)).err().unwrap_or(0) as i64;
            }
            let last = (now..).find(|second| fail(&throttle, &suspects, at(*second)).is_ok()).unwrap();

            assert_eq!(fail(&throttle, &suspects, at(last)), Err(longest));
        }
    }

    #[test]
    fn failures_fade_while_others_come_and_an_hour_without_one_forgets_all() {
        let (throttle, office) = (Throttle::default(), office());
        for minute in 0..400 {
            assert_eq!(fail(&throttle, &office, at(minute * 300)), Ok(()), "one in five minutes is free");
        }

        let throttle = Throttle::default();
        let five_in_a_row = |now| (0..5).try_for_each(|_| fail(&throttle, &ada(), at(now)));
        assert_eq!((five_in_a_row(0), fail(&throttle, &ada(), at(0))), (Ok(()), Err(1)));
        assert_eq!((five_in_a_row(59), fail(&throttle, &ada(), at(120))), (Err(2), Ok(())));
        assert_eq!((five_in_a_row(120 + 3601), fail(&throttle, &ada(), at(120 + 3601))), (Ok(()), Err(1)));
    }

    #[test]
    fn a_whole_ipv6_network_is_counted_as_one_address() {
        let people = |text: &str| Suspect::people_at(text.parse().unwrap());

        assert_eq!(people("2001:db8::1"), people("2001:db8::ffff:1"));
        assert_ne!(people("2001:db8::1"), people("2001:db8:0:1::1"));
        assert_eq!(people("::ffff:192.0.2.1"), people("192.0.2.1"));
    }

    #[test]
    fn whoever_has_a_whole_network_gets_no_further_by_changing_addresses() {
        let throttle = Throttle::default();
        let guess = |n: u16| {
            let address = std::net::Ipv6Addr::from([0x2001, 0xdb8, 1, n, 0, 0, 0, 1]);
            fail(&throttle, &Suspect::people_at(address.into()), at(0))
        };

        assert!((0..100).all(|n| guess(n) == Ok(())));

        assert_eq!(guess(100), Err(1));
        let beside = Suspect::people_at("2001:db8:2::1".parse().unwrap());
        assert_eq!(fail(&throttle, &beside, at(0)), Ok(()));
    }

    #[test]
    fn the_counters_stay_bounded() {
        let throttle = Throttle::default();
        for n in 0..CAPACITY + 50 {
            let name = [Suspect::account(TenantId(uuid::Uuid::nil()), &n.to_string())];
            fail(&throttle, &name, at(n as i64 / 1000)).unwrap();
        }

        assert_eq!(throttle.counters().len(), CAPACITY);
    }
}
