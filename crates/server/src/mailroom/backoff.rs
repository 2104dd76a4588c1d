//! How long to wait before the next try.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::clock::Source;

/// A letter that was put off: one minute at first, then twice as long each time.
const FIRST_WAIT: SignedDuration = SignedDuration::from_mins(1);
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(4);
/// A mail server that is down. Short, because every letter waits for it.
const FIRST_REST: SignedDuration = SignedDuration::from_secs(2);
pub(super) const LONGEST_REST: SignedDuration = SignedDuration::from_mins(5);

/// How long a letter waits after its `attempts`th try, counted from one.
pub(super) fn wait_after(attempts: u32, source: &Source) -> SignedDuration {
    grown(FIRST_WAIT, LONGEST_WAIT, attempts, source)
}

/// Between a tenth and the whole of `first` doubled `times - 1` times, but of `longest` at most. The spread keeps
/// letters that failed together from coming back together.
pub(crate) fn grown(
    first: SignedDuration,
    longest: SignedDuration,
    times: u32,
    source: &Source,
) -> SignedDuration {
    let doubled = 1_i32.checked_shl(times.saturating_sub(1).min(30)).unwrap_or(i32::MAX);
    let ceiling = first.saturating_mul(doubled).min(longest);
    between(ceiling / 10, ceiling, source)
}

/// Any length from `least` to `most`.
pub(crate) fn between(least: SignedDuration, most: SignedDuration, source: &Source) -> SignedDuration {
    let chance = u32::from_be_bytes(source.bytes());
    let spread = (most - least).as_micros() * i128::from(chance) / i128::from(u32::MAX);
    least + SignedDuration::from_micros(i64::try_from(spread).unwrap_or_default())
}

/// The rest the mail server gets when it cannot be reached or refuses us: nobody tries meanwhile, and afterwards
/// one letter goes ahead alone.
#[derive(Default)]
pub(super) struct Rest(Mutex<State>);

#[derive(Default)]
struct State {
    failures: u32,
    until: Option<Timestamp>,
}

impl Rest {
    /// Until when the mail server is left alone; `None` when it may be tried.
    pub(super) fn until(&self, now: Timestamp) -> Option<Timestamp> {
        self.state().until.filter(|until| *until > now)
    }

    /// Whether the last try failed, so that the next one should be small.
    pub(super) fn is_probing(&self) -> bool {
        self.state().failures > 0
    }

    /// Notes a failure: until when to rest, and whether the rest begins with it. Those who fail during a rest,
    /// because they had begun before it, do not make it longer.
    pub(super) fn begin(&self, now: Timestamp, source: &Source) -> (Timestamp, bool) {
        let mut state = self.state();
        if let Some(until) = state.until.filter(|until| *until > now) {
            return (until, false);
        }
        state.failures = state.failures.saturating_add(1);
        let until = now.saturating_add(grown(FIRST_REST, LONGEST_REST, state.failures, source));
        let until = until.unwrap_or(now);
        state.until = Some(until);
        (until, true)
    }

    /// The mail server talks to us. Whether it did not before.
    pub(super) fn end(&self) -> bool {
        std::mem::take(&mut *self.state()).failures > 0
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_four_hours_and_are_never_all_alike() {
        let source = Source::seeded(1);
        let minute = SignedDuration::from_mins(1);

        for (attempts, ceiling) in [
            (0, minute),
            (1, minute),
            (2, minute * 2),
            (8, minute * 128),
            (9, minute * 240),
            (u32::MAX, minute * 240),
        ] {
            let waits: Vec<SignedDuration> = (0..50).map(|_| wait_after(attempts, &source)).collect();

            assert!(
                waits.iter().all(|wait| (ceiling / 10..=ceiling).contains(wait)),
                "{attempts}: {waits:?}"
            );
            let spread = waits.iter().max().zip(waits.iter().min()).map(|(most, least)| *most - *least);
            assert!(spread > Some(ceiling / 2), "{attempts}: {waits:?}");
        }
    }

    #[test]
    fn failures_during_a_rest_do_not_prolong_it() {
        let (rest, source) = (Rest::default(), Source::seeded(1));
        let start = Timestamp::from_second(1_000).unwrap();

        let (until, is_new) = rest.begin(start, &source);

        assert!(is_new && until > start && until <= start + FIRST_REST);
        assert_eq!(rest.begin(start, &source), (until, false));
        assert_eq!(rest.until(start), Some(until));
        assert_eq!(rest.until(until), None, "the rest is over");
        assert!(rest.is_probing());
        assert!(rest.begin(until, &source).1);
        assert!(rest.end() && !rest.end() && !rest.is_probing());
    }
}
