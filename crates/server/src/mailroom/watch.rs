//! Keeping an eye on the outbox: a mail that does not leave must be noticed by somebody.

use std::error::Error;
use std::time::Duration;

use jiff::SignedDuration;

use super::{Mailroom, Postman};

/// Between two looks.
const PACE: Duration = Duration::from_secs(10);
/// The alarm is raised with every so manieth look: once a minute.
const LOOKS_PER_ALARM: u64 = 6;
/// A letter that is due for longer is worth an alarm.
const LATE: SignedDuration = SignedDuration::from_mins(5);

/// What is wrong with the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alarm {
    /// So many letters wait and nobody takes them.
    NoPostman(i64),
    /// The oldest is due for so long.
    Late(SignedDuration),
}

impl Mailroom {
    /// Looks after the outbox for ever.
    pub(super) async fn watch(&self) {
        for look in 0_u64.. {
            let alarm = self.look().await;
            if look.is_multiple_of(LOOKS_PER_ALARM) {
                raise(alarm);
            }
            self.0.postman.tidy_up().await;
            tokio::time::sleep(PACE).await;
        }
    }

    /// Measures the outbox; what is wrong with it, if anything.
    pub(super) async fn look(&self) -> Option<Alarm> {
        let (waiting, oldest) = match self.0.store.backlog().await {
            Ok(backlog) => backlog,
            Err(fault) => {
                tracing::error!(error = %chain(&fault), "the outbox could not be counted");
                return None;
            }
        };
        let age = oldest.map_or(SignedDuration::ZERO, |oldest| self.0.clock.now().duration_since(oldest));
        let age = age.max(SignedDuration::ZERO);
        metrics::gauge!("usher_outbox_waiting").set(waiting as f64);
        metrics::gauge!("usher_outbox_oldest_seconds").set(age.as_secs_f64());
        match self.0.postman {
            Postman::Nobody if waiting > 0 => Some(Alarm::NoPostman(waiting)),
            _ => (age > LATE).then_some(Alarm::Late(age)),
        }
    }
}

fn raise(alarm: Option<Alarm>) {
    match alarm {
        Some(Alarm::NoPostman(waiting)) => {
            tracing::error!(waiting, "no mail server is configured: {waiting} letters wait");
        }
        Some(Alarm::Late(age)) => {
            tracing::warn!(age_seconds = age.as_secs(), "letters wait for longer than five minutes");
        }
        None => {}
    }
}

/// An error with everything that led to it.
pub(super) fn chain(error: &dyn Error) -> String {
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
