//! Time and randomness: the only place that asks the system for either.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use governor::nanos::Nanos;
use jiff::Timestamp;
use rand::rngs::{StdRng, SysRng};
use rand::{Rng, SeedableRng};
use uuid::Uuid;

/// The time. Tests freeze it and move it by hand.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The system's clock.
    System,
    /// A clock that stands until it is set.
    Frozen(Arc<Mutex<Standing>>),
}

/// What a frozen clock says.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    at: Timestamp,
    /// The latest that it ever said: time that has passed does not come back when a clock is set back.
    latest: Timestamp,
}

impl Clock {
    /// A clock that stands at `at`.
    pub fn frozen(at: Timestamp) -> Self {
        Self::Frozen(Arc::new(Mutex::new(Standing { at, latest: at })))
    }

    /// The time, cut to microseconds: the resolution in which everything is stored.
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => {
                #[expect(clippy::disallowed_methods, reason = "this is where the system clock is read")]
                let now = Timestamp::now();
                Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
            }
            Self::Frozen(standing) => standing.lock().unwrap_or_else(PoisonError::into_inner).at,
        }
    }

    /// Time since some moment of before. Unlike [`Self::now`] it goes on when somebody sets the system's clock: for
    /// counting how often something is done.
    pub fn elapsed(&self) -> Duration {
        static START: OnceLock<Instant> = OnceLock::new();
        match self {
            Self::System => {
                let now = Instant::now();
                now.duration_since(*START.get_or_init(|| now))
            }
            Self::Frozen(standing) => {
                let latest = standing.lock().unwrap_or_else(PoisonError::into_inner).latest;
                latest.duration_since(Timestamp::UNIX_EPOCH).unsigned_abs()
            }
        }
    }

    /// Moves a frozen clock; the system's stays as it is.
    pub fn set(&self, to: Timestamp) {
        if let Self::Frozen(standing) = self {
            let mut standing = standing.lock().unwrap_or_else(PoisonError::into_inner);
            *standing = Standing { at: to, latest: standing.latest.max(to) };
        }
    }
}

/// The clock as limits read it: time that only goes on.
#[derive(Clone, Debug)]
pub struct Ticks(pub Clock);

impl governor::clock::Clock for Ticks {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::from(self.0.elapsed())
    }
}

/// Ids and random bytes. Tests seed it.
#[derive(Clone, Debug)]
pub struct Source(Arc<Mutex<Drawer>>);

#[derive(Debug)]
struct Drawer {
    random: StdRng,
    last: u64,
}

impl Source {
    /// Seeded by the operating system: a cryptographic generator (ChaCha).
    pub fn from_system() -> Self {
        let random = StdRng::try_from_rng(&mut SysRng).expect("the operating system has a random generator");
        Self(Arc::new(Mutex::new(Drawer { random, last: 0 })))
    }

    /// The same ids every time: for tests.
    pub fn seeded(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(Drawer { random: StdRng::seed_from_u64(seed), last: 0 })))
    }

    /// Random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.with(|drawer| drawer.random.fill_bytes(&mut bytes));
        bytes
    }

    /// A version 4 UUID.
    pub fn random_id(&self) -> Uuid {
        uuid::Builder::from_random_bytes(self.bytes()).into_uuid()
    }

    /// A version 7 UUID that sorts behind every one this source gave before: 60 bits of time and counter
    /// (RFC 9562, section 6.2, method 3) and 62 random ones.
    pub fn ordered_id(&self, now: Timestamp) -> Uuid {
        self.with(|drawer| {
            let micros = u64::try_from(now.as_microsecond()).unwrap_or_default();
            // Milliseconds in the upper 48 bits, then 4096 steps within the millisecond.
            let ticks = ((micros / 1_000) << 12) | ((micros % 1_000) * 4_096 / 1_000);
            drawer.last = ticks.max(drawer.last + 1);
            let mut bytes = [0; 16];
            drawer.random.fill_bytes(&mut bytes[8..]);
            bytes[..6].copy_from_slice(&(drawer.last >> 12).to_be_bytes()[2..]);
            bytes[6..8].copy_from_slice(&(0x7000 | (drawer.last & 0xfff) as u16).to_be_bytes());
            bytes[8] = 0x80 | (bytes[8] & 0x3f);
            Uuid::from_bytes(bytes)
        })
    }

    fn with<T>(&self, draw: impl FnOnce(&mut Drawer) -> T) -> T {
        draw(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordered_ids_sort_in_the_order_they_were_given_whatever_the_clock_does() {
        let source = Source::seeded(1);
        let at = |second| Timestamp::from_second(second).unwrap();

        let ids: Vec<Uuid> = [1_000, 1_000, 1_000, 999, 1_001]
            .into_iter()
            .map(|second| source.ordered_id(at(second)))
            .collect();

        assert!(ids.is_sorted() && ids.windows(2).all(|pair| pair[0] != pair[1]), "{ids:?}");
        assert!(ids.iter().all(|id| id.get_version_num() == 7));
        assert_eq!(ids[4].get_timestamp().map(|at| at.to_unix().0), Some(1_001));
    }
}
