//! Counting how often something is done, in memory that does not grow.

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use governor::clock::Clock as _;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::StateStore;
use governor::{Quota, RateLimiter};
use quick_cache::sync::Cache;

use super::client::{Client, Prefix};
use crate::clock::{Clock, Ticks};

/// So many addresses are remembered by each meter. Beyond that those that were quiet longest start anew.
const CAPACITY: usize = 20_000;

/// So much in a minute for each address, all of it at once if need be.
pub(super) struct Meter(RateLimiter<Prefix, Cells, Ticks, NoOpMiddleware<Nanos>>);

impl Meter {
    pub(super) fn per_minute(count: u32, clock: &Clock) -> Self {
        let quota = Quota::per_minute(NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN));
        Self(RateLimiter::new(quota, Cells(Cache::new(CAPACITY)), Ticks(clock.clone())))
    }

    /// Counts one more, or tells how long to wait until there may be another.
    pub(super) fn count(&self, whose: Prefix) -> Result<(), Duration> {
        self.0.check_key(&whose).map_err(|until| until.wait_time_from(self.0.clock().now()))
    }
}

/// So much in a minute for each address, and several times as much for each network.
pub(super) struct Limit {
    addresses: Meter,
    networks: Meter,
}

impl Limit {
    pub(super) fn per_minute(count: u32, factor: u32, clock: &Clock) -> Self {
        Self {
            addresses: Meter::per_minute(count, clock),
            networks: Meter::per_minute(count.saturating_mul(factor), clock),
        }
    }

    /// Counts one more; otherwise whose limit it was and how long to wait.
    pub(super) fn count(&self, client: Client) -> Result<(), (Prefix, Duration)> {
        let of = |meter: &Meter, whose| meter.count(whose).map_err(|wait| (whose, wait));
        of(&self.addresses, client.address)?;
        of(&self.networks, client.network)
    }
}

/// The state of each address.
struct Cells(Cache<Prefix, Arc<Mutex<Option<Nanos>>>>);

impl StateStore for Cells {
    type Key = Prefix;

    fn measure_and_replace<T, F, E>(&self, key: &Prefix, measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let Ok(cell) = self.0.get_or_insert_with(key, || Ok::<_, std::convert::Infallible>(Arc::default()));
        let mut cell = cell.lock().unwrap_or_else(PoisonError::into_inner);
        let (outcome, next) = measure(*cell)?;
        *cell = Some(next);
        Ok(outcome)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::{SignedDuration, Timestamp};

    fn client(text: &str) -> Client {
        Client::of(text.parse().unwrap())
    }

    fn clock() -> Clock {
        Clock::frozen(Timestamp::from_second(1_800_000_000).unwrap())
    }

    #[test]
    fn a_minutes_worth_goes_at_once_and_more_as_time_goes_by() {
        let clock = clock();
        let meter = Meter::per_minute(60, &clock);
        let whose = client("192.0.2.1").address;
        assert!((0..60).all(|_| meter.count(whose).is_ok()));

        assert_eq!(meter.count(whose), Err(Duration::from_secs(1)));
        assert_eq!(meter.count(client("192.0.2.2").address), Ok(()), "another has its own");
        clock.set(clock.now() + SignedDuration::from_secs(2));
        assert_eq!((0..5).filter(|_| meter.count(whose).is_ok()).count(), 2);
    }

    #[test]
    fn a_network_is_held_to_several_times_what_an_address_is() {
        let limit = Limit::per_minute(10, 3, &clock());
        let from =
            |host: u8| limit.count(client(&format!("2001:db8:1:{host:x}::1"))).map_err(|(whose, _)| whose);

        let passed = (0..100).filter(|n| from(n % 50).is_ok()).count();

        assert_eq!(passed, 30);
        assert_eq!(from(60), Err(client("2001:db8:1::").network));
        assert!(limit.count(client("2001:db8:2::1")).is_ok(), "the control");
    }

    #[test]
    fn memory_stays_bounded_however_many_addresses_there_are() {
        let clock = clock();
        let cells = Cells(Cache::new(CAPACITY));
        for n in 0..3 * CAPACITY as u32 {
            let key = client(&std::net::Ipv4Addr::from_bits(n << 8).to_string()).address;
            cells.measure_and_replace(&key, |_| Ok::<_, ()>(((), Ticks(clock.clone()).now()))).unwrap();
        }

        assert!((CAPACITY / 2..=CAPACITY).contains(&cells.0.len()), "{}", cells.0.len());
    }
}
