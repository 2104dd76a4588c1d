//! What is to be done, from the words of the command line.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::path::{Path, PathBuf};

use crate::run::Failure;

const USAGE: &str =
    "usage: cargo xtask torture [--engine sqlite|postgres] [--kill usher|postgres] [--nodes 1|2]
    [--fail-over] [--disk-full] [--wal-full] [--control] [--rounds N] [--seconds S] [--drain S] [--seed X]
or cargo xtask torture --all [--rounds N] [--seconds S] [--drain S] [--seed X]
or cargo xtask torture --soak MINUTES [--engine sqlite|postgres]";

/// Where the database is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Engine {
    Sqlite,
    Postgres,
}

/// What befalls the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    KillUsher,
    /// Two processes on one database, of which one goes on.
    KillOneOfTwo,
    KillPostgres,
    FailOver,
    FullDisk,
    /// The disk that is full holds PostgreSQL's log of transactions alone, without which it ends itself.
    FullWal,
}

/// Every fault on every engine that knows it, and whether it has a control.
pub(super) const ALL: [(Engine, Fault, bool); 8] = [
    (Engine::Sqlite, Fault::KillUsher, true),
    (Engine::Postgres, Fault::KillUsher, false),
    (Engine::Postgres, Fault::KillOneOfTwo, false),
    (Engine::Postgres, Fault::KillPostgres, true),
    (Engine::Postgres, Fault::FailOver, true),
    (Engine::Sqlite, Fault::FullDisk, false),
    (Engine::Postgres, Fault::FullDisk, false),
    (Engine::Postgres, Fault::FullWal, false),
];

/// What the command line asks for.
#[derive(Clone, Debug)]
pub(super) enum Asked {
    One(Plan),
    /// Every fault, each by this plan.
    All(Plan),
    /// Steady load for so many minutes.
    Soak(Plan, u64),
}

#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) program: PathBuf,
    pub(super) engine: Engine,
    pub(super) fault: Fault,
    /// On a ground that forgets: the run has to report losses.
    pub(super) is_control: bool,
    /// How often it happens.
    pub(super) rounds: u64,
    /// How long there is load before it happens, at most.
    pub(super) seconds: u64,
    /// How long letters may take afterwards. A killed process takes its leases with it: its letters are due
    /// again after some minutes.
    pub(super) drain: u64,
    pub(super) seed: u64,
}

impl Engine {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

impl Plan {
    /// How the fault is called in the table.
    pub(super) fn name(&self) -> String {
        let fault = match (self.fault, self.is_control) {
            (Fault::KillUsher, false) => "`kill -9` of Usher",
            (Fault::KillUsher, true) => "control: every commit taken away",
            (Fault::KillOneOfTwo, _) => "`kill -9` of one Usher of two",
            (Fault::KillPostgres, false) => "`kill -9` of PostgreSQL",
            (Fault::KillPostgres, true) => "control: `synchronous_commit=off`",
            (Fault::FailOver, false) => "fail-over to a standby",
            (Fault::FailOver, true) => "control: standby nobody waits for",
            (Fault::FullDisk, _) => "full disk",
            (Fault::FullWal, _) => "full disk under `pg_wal`",
        };
        format!("{}, {fault}", self.engine.name())
    }
}

/// Reads the words. `program` is the binary of the service.
pub(super) fn read(words: &[&str], program: &Path) -> Result<Asked, Failure> {
    // The one source of chance that the standard library has.
    let seed = RandomState::new().build_hasher().finish();
    let mut plan = Plan {
        program: program.to_owned(),
        engine: Engine::Sqlite,
        fault: Fault::KillUsher,
        is_control: false,
        rounds: 20,
        seconds: 3,
        drain: 300,
        seed,
    };
    let usage = || Failure(USAGE.to_owned());
    let (mut is_all, mut is_single, mut soak) = (false, false, None);
    let mut engine = None;
    let mut words = words.iter().copied();
    while let Some(word) = words.next() {
        is_single |= matches!(
            word,
            "--engine" | "--kill" | "--nodes" | "--fail-over" | "--disk-full" | "--wal-full" | "--control"
        );
        match word {
            "--all" => is_all = true,
            "--fail-over" => plan.fault = Fault::FailOver,
            "--disk-full" => plan.fault = Fault::FullDisk,
            "--wal-full" => plan.fault = Fault::FullWal,
            "--control" => plan.is_control = true,
            _ => {
                let value = words.next().ok_or_else(usage)?;
                match (word, value) {
                    ("--engine", "sqlite") => engine = Some(Engine::Sqlite),
                    ("--engine", "postgres") => engine = Some(Engine::Postgres),
                    ("--kill", "usher") | ("--nodes", "1") => {}
                    ("--kill", "postgres") => plan.fault = Fault::KillPostgres,
                    ("--nodes", "2") => plan.fault = Fault::KillOneOfTwo,
                    ("--rounds", _) => plan.rounds = within(value, 1, 1_000)?,
                    ("--seconds", _) => plan.seconds = within(value, 1, 60)?,
                    ("--drain", _) => plan.drain = within(value, 0, 3_600)?,
                    ("--seed", _) => plan.seed = within(value, 0, u64::MAX)?,
                    ("--soak", _) => soak = Some(within(value, 1, 10_000)?),
                    _ => return Err(usage()),
                }
            }
        }
    }
    let needs_server =
        matches!(plan.fault, Fault::KillOneOfTwo | Fault::KillPostgres | Fault::FailOver | Fault::FullWal);
    plan.engine = engine.unwrap_or(if needs_server { Engine::Postgres } else { Engine::Sqlite });
    match soak {
        _ if is_all && (is_single || soak.is_some()) => Err(usage()),
        _ if is_all => Ok(Asked::All(plan)),
        Some(minutes) => Ok(Asked::Soak(plan, minutes)),
        None if ALL.iter().any(|(engine, fault, has_control)| {
            (*engine, *fault) == (plan.engine, plan.fault) && (*has_control || !plan.is_control)
        }) =>
        {
            Ok(Asked::One(plan))
        }
        None => Err(Failure(format!("nothing is known to happen to {}", plan.name()))),
    }
}

fn within(value: &str, least: u64, most: u64) -> Result<u64, Failure> {
    let number = value.parse().ok().filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| Failure(format!("`{value}` is not a number from {least} to {most}")))
}
