//! The comparison: what durability costs, and what company saves, measured side by side.
//!
//! Every measurement gets a fresh server on a fresh database, so that none inherits another's memory, pages or
//! unfinished work. The order turns by one each round, so that a machine that slows down slows all of them.

pub(super) mod child;
mod round;
pub(super) mod table;
mod write_up;

use std::path::PathBuf;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};

use self::round::{Sample, What, measure};
use self::write_up::WriteUp;
use crate::start::StartProblem;

/// What is compared, and how long.
#[derive(Clone, Debug)]
pub(crate) struct Comparison {
    /// How often everything is measured.
    pub(crate) rounds: usize,
    /// How long one measurement takes.
    pub(crate) length: Duration,
    /// How many ask at once.
    pub(crate) callers: usize,
    /// Where databases are made and removed again.
    pub(crate) folder: PathBuf,
    /// Whether the answer is for a page of documentation.
    pub(crate) markdown: bool,
}

/// Measures, and gives what is to be printed. Progress goes to standard error.
pub(crate) async fn compare(comparison: &Comparison) -> Result<String, StartProblem> {
    tokio::select! {
        samples = run(comparison) => Ok(WriteUp { comparison, samples: &samples? }.to_string()),
        stopped = interrupted() => Err(stopped),
    }
}

/// Until somebody asks us to stop. Then servers are ended and folders removed as their owners are dropped.
pub(super) async fn interrupted() -> StartProblem {
    let listen =
        |kind| signal(kind).map_err(|error| StartProblem(format!("cannot listen for signals: {error}")));
    let (mut terminate, mut interrupt) =
        match (listen(SignalKind::terminate()), listen(SignalKind::interrupt())) {
            (Ok(terminate), Ok(interrupt)) => (terminate, interrupt),
            (Err(problem), _) | (_, Err(problem)) => return problem,
        };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    StartProblem("stopped before everything was measured".to_owned())
}

async fn run(comparison: &Comparison) -> Result<Vec<Vec<Sample>>, StartProblem> {
    let mut rounds = Vec::with_capacity(comparison.rounds);
    for round in 0..comparison.rounds {
        let mut order = What::ALL;
        order.rotate_left(round % What::ALL.len());
        let mut samples = Vec::with_capacity(order.len());
        for what in order {
            let sample = measure(what, comparison).await?;
            eprintln!("round {}: {:>7.0} a second, {}", round + 1, sample.rate, what.name());
            samples.push(sample);
        }
        rounds.push(samples);
    }
    Ok(rounds)
}
