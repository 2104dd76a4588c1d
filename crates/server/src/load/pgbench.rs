//! `pgbench`, the load generator that comes with PostgreSQL: what the database itself makes of one transaction a
//! person, without HTTP, tokens, rules or company.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::process::Command;
use tokio::time::timeout;

use super::database::{Database, PGBENCH_SCHEMA};
use super::stats::Latencies;
use crate::start::{StartProblem, because};

/// Where Debian's packages put what is in no search path.
const DEBIAN: &str = "/usr/lib/postgresql";
/// How long it may take beyond what it was told.
const PATIENCE: Duration = Duration::from_secs(30);
/// Before figures count: connections and plans are warm after it.
const WARM_UP: Duration = Duration::from_secs(1);

/// As few and as thin columns as an enrolment can have.
const TABLES: &str = "CREATE SCHEMA usher_pgbench;
    CREATE TABLE usher_pgbench.registration (id UUID PRIMARY KEY, seat_limit BIGINT, seats_taken BIGINT NOT NULL);
    CREATE TABLE usher_pgbench.registrant (id UUID PRIMARY KEY, registration_id UUID NOT NULL, email TEXT NOT NULL,
        registered_at BIGINT NOT NULL, UNIQUE (registration_id, email));
    CREATE TABLE usher_pgbench.outbox (registrant_id UUID PRIMARY KEY, kind TEXT NOT NULL);
    INSERT INTO usher_pgbench.registration VALUES ('00000000-0000-7000-8000-000000000008', 1000000000, 0)";

/// As with the service's load, ids grow and addresses are scattered.
const PERSON: &str = r"\set n :n + 1
\set id :n * 4096 + :client_id
\set address abs(hash(:id))
";
const ID: &str = "('00000000-0000-7000-8000-' || lpad(to_hex(:id::bigint), 12, '0'))::uuid";
const MEETING: &str = "'00000000-0000-7000-8000-000000000008'";

/// What one transaction does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Script {
    /// Inserts a registrant and a letter.
    TwoRows,
    /// The same, and then counts the place in the one meeting's row.
    Counter,
}

impl Script {
    fn text(self) -> String {
        let count = match self {
            Self::TwoRows => String::new(),
            Self::Counter => format!(
                "UPDATE {PGBENCH_SCHEMA}.registration SET seats_taken = seats_taken + 1 WHERE id = {MEETING};\n"
            ),
        };
        format!(
            "{PERSON}BEGIN;\n\
             INSERT INTO {PGBENCH_SCHEMA}.registrant VALUES ({ID}, {MEETING}, 'p' || :address || '@load.example', :id);\n\
             INSERT INTO {PGBENCH_SCHEMA}.outbox VALUES ({ID}, 'enrolled');\n\
             {count}END;\n"
        )
    }
}

/// What came of a run.
#[derive(Debug)]
pub(super) struct Benched {
    /// Of the transactions that counted.
    pub(super) latencies: Latencies,
    /// How long they took together.
    pub(super) elapsed: Duration,
    /// How many there were, those before figures counted included.
    pub(super) transactions: usize,
    /// How many were broken off.
    pub(super) failures: u64,
}

/// Finds the program.
pub(super) fn find() -> Result<PathBuf, StartProblem> {
    let paths = env::var_os("PATH").unwrap_or_default();
    find_in(env::split_paths(&paths), Path::new(DEBIAN)).ok_or_else(|| {
        StartProblem(format!(
            "`pgbench` is neither in PATH nor below {DEBIAN}: it comes with PostgreSQL's server (Debian's \
             package `postgresql`), and is what PostgreSQL is held against"
        ))
    })
}

/// In a search path, or of the newest version that is installed.
fn find_in(paths: impl Iterator<Item = PathBuf>, versions: &Path) -> Option<PathBuf> {
    let entries = fs::read_dir(versions).into_iter().flatten().flatten();
    let mut installed: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    installed.sort();
    let installed = installed.into_iter().rev().map(|(_, folder)| folder);
    paths.chain(installed).map(|folder| folder.join("pgbench")).find(|program| program.is_file())
}

/// Makes the tables and runs a script; `folder` takes its log.
pub(super) async fn run(
    program: &Path,
    database: &Database,
    (script, clients): (Script, usize),
    length: Duration,
    folder: &Path,
) -> Result<Benched, StartProblem> {
    database.run(TABLES).await?;
    let file = folder.join("script.sql");
    fs::write(&file, script.text()).map_err(because("cannot write the script of `pgbench`"))?;
    let seconds = (length + WARM_UP).as_secs_f64().ceil();
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(clients);
    let mut command = Command::new(program);
    command
        .args(["--no-vacuum", "--protocol=prepared", "--define=n=0", "--log"])
        .arg(format!("--log-prefix={}", folder.join("log").display()))
        .arg(format!("--file={}", file.display()))
        .args([format!("--client={clients}"), format!("--jobs={threads}"), format!("--time={seconds}")])
        .arg(database.url())
        .kill_on_drop(true);
    database.introduce(&mut command);
    let limit = Duration::from_secs_f64(seconds) + PATIENCE;
    let done = timeout(limit, command.output()).await.map_err(because("cannot wait for `pgbench`"))?;
    let done = done.map_err(because("cannot start `pgbench`"))?;
    if !done.status.success() {
        let said = String::from_utf8_lossy(&done.stderr);
        return Err(StartProblem(format!("`pgbench` ended with {}: {}", done.status, said.trim())));
    }
    Ok(count(&read_log(&read_logs(folder)?)?))
}

/// The logs of all its threads.
fn read_logs(folder: &Path) -> Result<String, StartProblem> {
    let cannot = || because("cannot read the log of `pgbench`");
    let mut text = String::new();
    for entry in fs::read_dir(folder).map_err(cannot())? {
        let file = entry.map_err(cannot())?.path();
        if file.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with("log.")) {
            text.push_str(&fs::read_to_string(file).map_err(cannot())?);
        }
    }
    Ok(text)
}

/// A transaction that ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Logged {
    /// When, in microseconds since 1970.
    at: u64,
    /// How long it took, in microseconds; `None` when it was broken off.
    micros: Option<u32>,
}

/// Lines as `client transaction microseconds script seconds microseconds`: of the last two the moment of the end.
fn read_log(text: &str) -> Result<Vec<Logged>, StartProblem> {
    let read = |line: &str| {
        let words: Vec<&str> = line.split(' ').collect();
        let [_, _, took, _, seconds, rest, ..] = words[..] else { return None };
        let at = seconds.parse::<u64>().ok()? * 1_000_000 + rest.parse::<u64>().ok()?;
        let micros = if took == "failed" { None } else { Some(took.parse().ok()?) };
        Some(Logged { at, micros })
    };
    let unreadable = |line| StartProblem(format!("cannot read the line `{line}` of the log of `pgbench`"));
    text.lines().map(|line| read(line).ok_or_else(|| unreadable(line))).collect()
}

/// Leaves out what ended while everything was getting warm.
fn count(logged: &[Logged]) -> Benched {
    let first = logged.iter().map(|one| one.at).min().unwrap_or_default();
    let start = first + WARM_UP.as_micros() as u64;
    let counted = || logged.iter().filter(|one| one.at >= start);
    let end = counted().map(|one| one.at).max().unwrap_or(start);
    Benched {
        latencies: Latencies::of(counted().filter_map(|one| one.micros).collect()),
        elapsed: Duration::from_micros(end - start),
        transactions: logged.len(),
        failures: counted().filter(|one| one.micros.is_none()).count() as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "0 1 700 0 1764000000 900000
1 1 3000 0 1764000001 100000
0 2 500 0 1764000001 900000
1 2 failed 0 1764000002 0
0 3 1500 0 1764000002 400000 17
";

    #[test]
    fn a_log_is_read_and_its_first_second_left_out() {
        let logged = read_log(LOG).unwrap();

        assert_eq!(logged[0], Logged { at: 1_764_000_000_900_000, micros: Some(700) });
        assert_eq!(logged[3], Logged { at: 1_764_000_002_000_000, micros: None });
        let benched = count(&logged);
        let (p50, max) = (benched.latencies.percentile(500), benched.latencies.max());
        assert_eq!((benched.latencies.count(), p50, max), (2, 0.5, 1.5));
        assert_eq!((benched.elapsed, benched.failures), (Duration::from_millis(500), 1));
        assert_eq!(benched.transactions, 5);
    }

    #[test]
    fn a_log_that_is_none_is_an_error() {
        for line in ["", "0 1 700 0 1764000000", "0 1 some 0 1764000000 900000", "pgbench: error"] {
            let problem = read_log(&format!("{LOG}{line}\n")).unwrap_err();
            assert!(problem.0.contains(&format!("`{line}`")), "{problem}");
        }
        assert_eq!(count(&read_log("").unwrap()).latencies.count(), 0);
    }

    #[test]
    fn the_search_path_comes_before_the_newest_version() {
        let folder = tempfile::tempdir().unwrap();
        for version in ["9", "15", "common", "20"] {
            fs::create_dir_all(folder.path().join(version).join("bin")).unwrap();
        }
        for version in ["9", "15", "common"] {
            fs::write(folder.path().join(version).join("bin/pgbench"), "").unwrap();
        }
        let below = |version: &str| folder.path().join(version).join("bin");

        let found = find_in([folder.path().to_owned()].into_iter(), folder.path());
        assert_eq!(found, Some(below("15").join("pgbench")));
        let found = find_in([below("9")].into_iter(), folder.path());
        assert_eq!(found, Some(below("9").join("pgbench")));
        assert_eq!(find_in(std::iter::empty(), &below("15")), None);
    }
}
