//! `usher verify`

use std::collections::HashSet;
use std::time::{Duration, Instant};

use clap::Args;
use store::{Audit, Store};
use tokio::time::{MissedTickBehavior, interval};

use super::{ConfigFile, failed, say};
use crate::config::DatabaseUrl;
use crate::load::left;
use crate::start::{StartProblem, open_database};

/// Hold what is counted against what is there: places, lists, events and letters
///
/// Reads everything, changes no row, and may run beside the service. Prints each rule that does not hold with its
/// meeting, what stands there and what would be right, and then ends with 1. The last line says how often it looked, how
/// many milliseconds that took from the first look to the last, how many of them it looked, and how many the longest took.
#[derive(Args, Debug)]
pub(super) struct Verify {
    #[command(flatten)]
    config: ConfigFile,
    /// Look again every so many milliseconds, until standard input ends
    #[arg(long, value_name = "MS", value_parser = clap::value_parser!(u64).range(1..=3_600_000))]
    every: Option<u64>,
}

impl Verify {
    pub(super) async fn run(self) -> Result<(), StartProblem> {
        let config = self.config.load()?;
        if let DatabaseUrl::Sqlite(file) = &config.database.url
            && !file.exists()
        {
            return Err(StartProblem(format!(
                "there is no database `{}`: see `database.url`",
                file.display()
            )));
        }
        let store = open_database(&config.database).await?;
        if store.list_tenants().await.map_err(failed)?.is_empty() {
            return Err(StartProblem("the database holds nothing: see `database.url`".to_owned()));
        }
        let mut seen = Seen::begin();
        seen.look(&store).await?;
        if let Some(every) = self.every {
            let mut clock = interval(Duration::from_millis(every));
            // A look that takes longer than the time between two is not made up for.
            clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
            let left = left();
            tokio::pin!(left);
            loop {
                tokio::select! {
                    _ = clock.tick() => seen.look(&store).await?,
                    () = &mut left => break,
                }
            }
            // What was done before the end of the input is looked at as well.
            seen.look(&store).await?;
        }
        seen.report()
    }
}

/// All looks so far.
#[derive(Debug)]
struct Seen {
    begun_at: Instant,
    looks: u64,
    looking: Duration,
    longest: Duration,
    last: Audit,
    broken: HashSet<String>,
}

impl Seen {
    fn begin() -> Self {
        Self {
            begun_at: Instant::now(),
            looks: 0,
            looking: Duration::ZERO,
            longest: Duration::ZERO,
            last: Audit::default(),
            broken: HashSet::new(),
        }
    }

    async fn look(&mut self, store: &Store) -> Result<(), StartProblem> {
        let look_at = Instant::now();
        let audit = store.audit().await.map_err(failed)?;
        let took = look_at.elapsed();
        self.looking += took;
        self.longest = self.longest.max(took);
        self.add(audit)
    }

    fn add(&mut self, audit: Audit) -> Result<(), StartProblem> {
        self.looks += 1;
        for breach in &audit.breaches {
            let line = format!(
                "meeting {}: {}: {} stands there, {} would be right",
                breach.meeting, breach.rule, breach.stands, breach.right
            );
            if self.broken.insert(line.clone()) {
                say(format!("{line}\n"))?;
            }
        }
        self.last = audit;
        Ok(())
    }

    fn report(self) -> Result<(), StartProblem> {
        let Self { begun_at, looks, looking, longest, last, broken } = self;
        say(format_args!(
            "looks: {looks}, milliseconds: {}, looking: {}, longest: {}, registrations: {}, registrants: {}, breaches: {}\n",
            begun_at.elapsed().as_millis(),
            looking.as_millis(),
            longest.as_millis(),
            last.registrations,
            last.registrants,
            broken.len()
        ))?;
        if broken.is_empty() {
            return Ok(());
        }
        Err(StartProblem(
            "counts and rows differ: keep a backup of the database as it is and report what was printed"
                .to_owned(),
        ))
    }
}
