//! An open loop: people arrive by plan, whether or not those before them were answered.
//!
//! A closed loop asks less of a server that slows down, and so hides the wait. Here a latency counts from the
//! planned arrival: whoever has to queue, at the server or for a free connection, is seen to.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::drive::{Caller, Outcome, PATIENCE, Tally, gather, on_a_thread, sum};
use super::target::Target;
use crate::start::StartProblem;

/// How many can be under way at once, each on a connection of its own. Who arrives beyond them waits, and that
/// counts.
const CONNECTIONS: usize = 512;

/// Arrivals at even distances.
#[derive(Clone, Copy, Debug)]
struct Schedule {
    start_at: Instant,
    per_second: f64,
    count: u64,
}

impl Schedule {
    /// So many a second, from now on and for so long.
    fn new(start_at: Instant, per_second: f64, length: Duration) -> Self {
        Self { start_at, per_second, count: (per_second * length.as_secs_f64()) as u64 }
    }

    /// When the one with this number is to arrive, the first being 0.
    fn arrival(&self, number: u64) -> Instant {
        self.start_at + Duration::from_secs_f64(number as f64 / self.per_second)
    }

    /// How many should have arrived by now.
    fn due(&self, now: Instant) -> u64 {
        let passed = now.saturating_duration_since(self.start_at).as_secs_f64();
        ((passed * self.per_second) as u64 + 1).min(self.count)
    }
}

/// What the callers share: each permit is somebody who has arrived.
struct Hall {
    schedule: Schedule,
    arrived: Semaphore,
    next: AtomicU64,
}

/// Lets so many people a second arrive for so long; `run` tells them from those of another load. Tells when
/// everybody is connected and knows the questions.
pub(super) async fn arrive(
    target: Target,
    per_second: f64,
    length: Duration,
    run: u64,
    ready: impl FnOnce() + Send + 'static,
) -> Result<Outcome, StartProblem> {
    on_a_thread(async move || {
        let (callers, questions) = gather(&target, CONNECTIONS, run).await?;
        ready();
        let schedule = Schedule::new(Instant::now(), per_second, length);
        let hall = Arc::new(Hall { schedule, arrived: Semaphore::new(0), next: AtomicU64::new(0) });
        let keeper = thread::spawn({
            let hall = hall.clone();
            move || hall.keep()
        });
        let mut calls = JoinSet::new();
        for caller in callers {
            calls.spawn(call(hall.clone(), caller));
        }
        let tallies = calls.join_all().await;
        let elapsed = schedule.start_at.elapsed();
        keeper.join().map_err(|_| StartProblem("the arrivals broke off".to_owned()))?;
        let mut outcome = sum(tallies, questions, elapsed);
        let answered = outcome.latencies.count() as u64 + outcome.errors.values().sum::<u64>();
        outcome.unanswered = schedule.count.saturating_sub(answered);
        Ok(outcome)
    })
    .await
}

impl Hall {
    /// Lets people in as they are due. A thread sleeps to some fifty microseconds, the runtime's timer to a
    /// thousand.
    fn keep(&self) {
        let mut let_in = 0;
        while let_in < self.schedule.count {
            let now = Instant::now();
            let due = self.schedule.due(now);
            self.arrived.add_permits((due - let_in) as usize);
            let_in = due;
            thread::sleep(self.schedule.arrival(due).saturating_duration_since(now));
        }
        self.arrived.add_permits(CONNECTIONS);
    }
}

/// One connection, free for whoever is next, until all have come.
async fn call(hall: Arc<Hall>, mut caller: Caller) -> Tally {
    let patience = tokio::time::Instant::from_std(hall.schedule.arrival(hall.schedule.count) + PATIENCE);
    let asking = async {
        while let Ok(permit) = hall.arrived.acquire().await {
            permit.forget();
            let number = hall.next.fetch_add(1, Ordering::Relaxed);
            if number >= hall.schedule.count || !caller.ask(number, hall.schedule.arrival(number)).await {
                return;
            }
        }
    };
    if tokio::time::timeout_at(patience, asking).await.is_err() {
        caller.tally.unanswered += 1;
    }
    caller.tally
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_arrive_at_even_distances_and_are_due_from_then_on() {
        let start_at = Instant::now();
        let schedule = Schedule::new(start_at, 250.0, Duration::from_secs(2));
        let after = |millis| start_at + Duration::from_millis(millis);

        assert_eq!(schedule.count, 500);
        assert_eq!([0, 1, 250].map(|number| schedule.arrival(number)), [after(0), after(4), after(1_000)]);
        assert_eq!([0, 3, 5, 1_001].map(|millis| schedule.due(after(millis))), [1, 1, 2, 251]);
        assert_eq!(schedule.due(after(60_000)), 500, "no more than were planned");
    }

    #[test]
    fn whoever_is_due_has_arrived_however_the_rate_divides() {
        let start_at = Instant::now();
        let schedule = Schedule::new(start_at, 17_321.0, Duration::from_secs(1));

        for micros in (0..1_000_000).step_by(997) {
            let now = start_at + Duration::from_micros(micros);
            let due = schedule.due(now);
            assert!(schedule.arrival(due - 1) <= now + Duration::from_nanos(1), "{micros}");
            assert!(
                due == schedule.count || schedule.arrival(due) + Duration::from_nanos(1) >= now,
                "{micros}"
            );
        }
    }
}
