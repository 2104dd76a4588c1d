//! The comparison: what durability costs, and what company saves, measured side by side.
//!
//! Every measurement gets a fresh server on a fresh database, so that none inherits another's memory, pages or
//! unfinished work; questions about a long list, which change nothing, share one that is filled. The order turns once
//! around in all rounds, so that a machine that slows down slows all of them.

pub(super) mod child;
mod filled;
pub(super) mod programme;
mod round;
pub(super) mod table;
mod write_up;

use std::path::PathBuf;
use std::time::Duration;

use clap::ValueEnum;
use tokio::signal::unix::{SignalKind, signal};

use self::filled::Filled;
use self::programme::{Item, Programme, What};
use self::round::{Round, measure};
use self::write_up::WriteUp;
use super::database::{Database, Settings};
use super::machine::Watched;
use super::pgbench;
use crate::start::StartProblem;

/// What is compared, and how long.
#[derive(Clone, Debug)]
pub(crate) struct Comparison {
    /// How often everything is measured.
    pub(crate) rounds: usize,
    /// How long one measurement takes.
    pub(crate) length: Duration,
    /// How many ask at once, where the programme does not say.
    pub(crate) callers: usize,
    /// Where databases, keys and logs are made and removed again.
    pub(crate) folder: PathBuf,
    /// Whether the answer is for a page of documentation.
    pub(crate) markdown: bool,
    /// The PostgreSQL database to measure on; without one SQLite is measured.
    pub(crate) database: Option<Database>,
    /// The signs of what is measured; everything when there are none.
    pub(crate) only: Vec<String>,
    /// What is compared.
    pub(crate) subject: Subject,
    /// How long a list is that questions are asked about.
    pub(crate) registrants: u64,
}

/// What is compared with what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Subject {
    /// Durable enrolments, with what stores less or otherwise.
    Enrolments,
    /// Batches, many people in a request, and questions about a list, with enrolments one by one.
    Many,
}

/// What every measurement needs.
struct Bench<'a> {
    comparison: &'a Comparison,
    programme: &'static Programme,
    cluster: Option<Cluster<'a>>,
}

/// A PostgreSQL server, and what measures it.
struct Cluster<'a> {
    database: &'a Database,
    settings: Settings,
    /// Where the programme has it.
    pgbench: Option<PathBuf>,
}

/// Measures, and gives what is to be printed. Progress goes to standard error.
pub(crate) async fn compare(comparison: &Comparison) -> Result<String, StartProblem> {
    let bench = Bench::open(comparison).await?;
    let rounds = tokio::select! {
        rounds = bench.run() => rounds,
        stopped = interrupted() => Err(stopped),
    };
    bench.clear().await?;
    Ok(WriteUp { bench: &bench, rounds: &rounds? }.to_string())
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

impl<'a> Bench<'a> {
    /// Everything that can be missing is missed here, before anything is measured.
    async fn open(comparison: &'a Comparison) -> Result<Self, StartProblem> {
        let programme = match (comparison.subject, &comparison.database) {
            (Subject::Many, _) => &programme::MANY,
            (Subject::Enrolments, Some(_)) => &programme::POSTGRES,
            (Subject::Enrolments, None) => &programme::SQLITE,
        };
        let signs: Vec<&str> = programme.all().map(|item| item.sign).collect();
        if let Some(unknown) = comparison.only.iter().find(|sign| !signs.contains(&sign.as_str())) {
            let signs = signs.join("`, `");
            return Err(StartProblem(format!("`{unknown}` is none of what is measured: `{signs}`")));
        }
        let cluster = match &comparison.database {
            Some(database) => Some(Cluster::open(database, programme).await?),
            None => None,
        };
        Ok(Self { comparison, programme, cluster })
    }

    async fn run(&self) -> Result<Vec<Round>, StartProblem> {
        let mut rounds = Vec::with_capacity(self.comparison.rounds);
        let mut filled = None;
        for number in 0..self.comparison.rounds {
            let mut order: Vec<&Item> = self.programme.items.iter().collect();
            let turn = number * order.len() / self.comparison.rounds;
            order.rotate_left(turn);
            order.extend(self.programme.last);
            order.retain(|item| self.is_wanted(item));
            let mut round = Round(Vec::with_capacity(order.len()));
            for item in order {
                let sample = measure(item, self.peak(&round, item), self, &mut filled).await?;
                eprintln!(
                    "round {}: {:>7.0} a second, {}: {}",
                    number + 1,
                    sample.rate,
                    item.sign,
                    item.name
                );
                round.0.push(sample);
            }
            rounds.push(round);
        }
        end(&mut filled).await?;
        Ok(rounds)
    }

    fn database(&self) -> Option<&'a Database> {
        self.cluster.as_ref().map(|cluster| cluster.database)
    }

    /// Empties the database for the next measurement; a file is a new one anyway.
    async fn clear(&self) -> Result<(), StartProblem> {
        match self.database() {
            Some(database) => database.clear().await,
            None => Ok(()),
        }
    }

    /// Whether it is to be measured at all.
    fn is_wanted(&self, item: &Item) -> bool {
        let only = &self.comparison.only;
        only.is_empty() || only.iter().any(|sign| sign == item.sign)
    }

    /// The best rate so far of what is to arrive by plan; 0 where nothing is.
    fn peak(&self, round: &Round, planned: &Item) -> f64 {
        let What::Planned(_, load) = planned.what else { return 0.0 };
        let alike = self.programme.items.iter().filter(|item| item.is_of(load));
        alike.filter_map(|item| round.find(item.sign)).map(|sample| sample.rate).fold(0.0, f64::max)
    }

    fn watched(&self, server: Option<u32>) -> Watched {
        let postmaster = self.cluster.as_ref().and_then(|cluster| cluster.settings.postmaster);
        Watched { server, postmaster }
    }
}

/// Ends the server with the list, if there is one: the next measurement has the machine to itself.
async fn end(filled: &mut Option<Filled>) -> Result<(), StartProblem> {
    match filled.take() {
        Some(filled) => filled.child.end().await,
        None => Ok(()),
    }
}

impl<'a> Cluster<'a> {
    async fn open(database: &'a Database, programme: &Programme) -> Result<Self, StartProblem> {
        let has_pgbench = programme.all().any(|item| matches!(item.what, What::Pgbench(..)));
        let pgbench = has_pgbench.then(pgbench::find).transpose()?;
        database.refuse_used().await?;
        Ok(Self { settings: database.settings().await?, database, pgbench })
    }
}
