//! Slowing down those who guess.
//!
//! Every attempt counts as failed until it succeeds, so attempts made side by side count too. After some free
//! failures each further one doubles the wait for the next: for an account 1 second after the fifth, up to a
//! minute; for a client address 1 second after the twentieth, up to five minutes. An hour without an attempt
//! forgets everything. The account's wait is short because strangers can cause it. People and applications at one
//! address are counted apart, so that an office whose people mistype does not stop its applications.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::ids::TenantId;
use jiff::Timestamp;

const FORGET_AFTER: Duration = Duration::from_secs(3600);

/// So many accounts and addresses are watched; beyond that, the one that was quiet longest is forgotten.
const CAPACITY: usize = 10_000;

/// Whose failures are counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Suspect {
    /// Attempts for one account, whoever makes them and whether it exists or not.
    Account(TenantId, String),
    /// Passwords from one address.
    People(IpAddr),
    /// Client secrets from one address.
    Applications(IpAddr),
}

impl Suspect {
    pub(super) fn account(tenant: TenantId, user_name: &str) -> Self {
        // Cut, because the name is whatever a stranger typed.
        Self::Account(tenant, user_name.trim().to_lowercase().chars().take(256).collect())
    }

    pub(super) fn people_at(address: IpAddr) -> Self {
        Self::People(network_of(address))
    }

    pub(super) fn applications_at(address: IpAddr) -> Self {
        Self::Applications(network_of(address))
    }

    fn free_failures(&self) -> u32 {
        match self {
            Self::Account(..) => 5,
            Self::People(_) | Self::Applications(_) => 20,
        }
    }

    fn longest_wait(&self) -> Duration {
        match self {
            Self::Account(..) => Duration::from_secs(60),
            Self::People(_) | Self::Applications(_) => Duration::from_secs(300),
        }
    }

    fn wait_after(&self, failures: u32) -> Duration {
        match failures.checked_sub(self.free_failures()) {
            None => Duration::ZERO,
            Some(beyond) => Duration::from_secs(1 << beyond.min(16)).min(self.longest_wait()),
        }
    }
}

fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        // Whoever has one IPv6 address has its whole /64.
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
        v4 => v4,
    }
}

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    last_at: Timestamp,
}

/// The counters.
#[derive(Default)]
pub(super) struct Throttle(Mutex<HashMap<Suspect, Failures>>);

impl Throttle {
    /// Lets an attempt through and counts it against every suspect, or says how long to wait.
    pub(super) fn admit(&self, suspects: &[Suspect], now: Timestamp) -> Result<(), Duration> {
        let mut counters = self.counters();
        let wait =
            suspects.iter().filter_map(|suspect| remaining(suspect, *counters.get(suspect)?, now)).max();
        if let Some(wait) = wait {
            return Err(wait);
        }
        for suspect in suspects {
            make_room(&mut counters, now);
            let counter = counters.entry(suspect.clone()).or_insert(Failures { count: 0, last_at: now });
            if is_forgotten(*counter, now) {
                counter.count = 0;
            }
            *counter = Failures { count: counter.count.saturating_add(1), last_at: now };
        }
        Ok(())
    }

    /// Takes an attempt back because it succeeded. An account starts anew; an address only gets this one back, or
    /// one good account would wash away all guesses made beside it.
    pub(super) fn forgive(&self, suspects: &[Suspect]) {
        let mut counters = self.counters();
        for suspect in suspects {
            match suspect {
                Suspect::Account(..) => {
                    counters.remove(suspect);
                }
                Suspect::People(_) | Suspect::Applications(_) => {
                    if let Some(counter) = counters.get_mut(suspect) {
                        counter.count = counter.count.saturating_sub(1);
                    }
                }
            }
        }
    }

    fn counters(&self) -> MutexGuard<'_, HashMap<Suspect, Failures>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn remaining(suspect: &Suspect, failures: Failures, now: Timestamp) -> Option<Duration> {
    let passed = now.duration_since(failures.last_at).unsigned_abs();
    suspect.wait_after(failures.count).checked_sub(passed).filter(|wait| !wait.is_zero())
}

fn is_forgotten(failures: Failures, now: Timestamp) -> bool {
    now.duration_since(failures.last_at).unsigned_abs() > FORGET_AFTER
}

fn make_room(counters: &mut HashMap<Suspect, Failures>, now: Timestamp) {
    if counters.len() < CAPACITY {
        return;
    }
    counters.retain(|_, failures| !is_forgotten(*failures, now));
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

    #[test]
    fn the_wait_doubles_after_the_free_failures_and_ends_with_a_success() {
        let throttle = Throttle::default();
        let ada = [Suspect::account(TenantId(uuid::Uuid::nil()), "Ada")];
        for _ in 0..5 {
            assert_eq!(throttle.admit(&ada, at(0)), Ok(()));
        }

        assert_eq!(throttle.admit(&ada, at(0)), Err(Duration::from_secs(1)));
        assert_eq!(throttle.admit(&ada, at(1)), Ok(()));
        assert_eq!(throttle.admit(&ada, at(1)), Err(Duration::from_secs(2)));
        assert_eq!(throttle.admit(&ada, at(3)), Ok(()));
        throttle.forgive(&ada);
        assert_eq!(throttle.admit(&ada, at(3)), Ok(()));
    }

    #[test]
    fn an_account_waits_a_minute_at_most_and_is_forgotten_after_an_hour() {
        let throttle = Throttle::default();
        let ada = [Suspect::account(TenantId(uuid::Uuid::nil()), "ada")];
        for minute in 0..40 {
            assert_eq!(throttle.admit(&ada, at(minute * 60)), Ok(()), "after {minute} minutes");
        }

        assert_eq!(throttle.admit(&ada, at(39 * 60)), Err(Duration::from_secs(60)));
        for _ in 0..5 {
            assert_eq!(throttle.admit(&ada, at(39 * 60 + 3601)), Ok(()));
        }
    }

    #[test]
    fn a_whole_ipv6_network_is_counted_as_one_address() {
        let people = |text: &str| Suspect::people_at(text.parse().unwrap());

        assert_eq!(people("2001:db8::1"), people("2001:db8::ffff:1"));
        assert_ne!(people("2001:db8::1"), people("2001:db8:0:1::1"));
        assert_eq!(people("::ffff:192.0.2.1"), people("192.0.2.1"));
    }

    #[test]
    fn the_counters_stay_bounded() {
        let throttle = Throttle::default();
        for n in 0..CAPACITY + 50 {
            let name = [Suspect::account(TenantId(uuid::Uuid::nil()), &n.to_string())];
            throttle.admit(&name, at(n as i64 / 100)).unwrap();
        }

        assert_eq!(throttle.counters().len(), CAPACITY);
    }
}
