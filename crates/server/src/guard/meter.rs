//! Counting how often something is done.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::Clock as _;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::{Quota, RateLimiter};

use crate::cells::Cells;
use crate::client::{Client, Prefix};
use crate::clock::{Clock, Ticks};

/// So much in a minute for each address, all of it at once if need be.
pub(super) struct Meter(RateLimiter<Prefix, Cells<Prefix>, Ticks, NoOpMiddleware<Nanos>>);

impl Meter {
    pub(super) fn per_minute(count: u32, clock: &Clock) -> Self {
        let quota = Quota::per_minute(NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN));
        Self(RateLimiter::new(quota, Cells::new(), Ticks(clock.clone())))
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
}
