//! The whole check. Cheap steps come first; the first one that fails ends it.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::run::{Failure, cargo, command, run};
use crate::{docs, setup, torture};

/// One step: its name, what it does, and what helps when it fails.
struct Step {
    name: &'static str,
    act: fn() -> Result<Done, Failure>,
    help: &'static str,
}

/// How a step can end well.
enum Done {
    Checked,
    /// With what was left out, and the reason.
    InPart(String),
    /// With the reason.
    Skipped(&'static str),
}

/// The address of a database on the coordinator of a Citus cluster.
const SCALE_URL: &str = "USHER_TEST_SCALE_URL";

const STEPS: &[Step] = &[
    Step { name: "setup", act: set_up, help: "install by hand what could not be installed, then try again" },
    Step { name: "format", act: format, help: "run `cargo fmt --all`" },
    Step { name: "dependencies", act: dependencies, help: "the rules and their reasons are in deny.toml" },
    Step {
        name: "advisories",
        act: advisories,
        help: "raise the crate, or write the reason to ignore it into deny.toml",
    },
    Step { name: "clippy", act: clippy, help: "run `cargo clippy --workspace --all-targets`" },
    Step { name: "rustdoc", act: rustdoc, help: "run `cargo doc --workspace --no-deps`" },
    Step {
        name: "test",
        act: test,
        help: "CONTRIBUTING.md says how to run one test and how to accept a snapshot",
    },
    Step {
        name: "PostgreSQL",
        act: test_on_postgres,
        help: "the tests of the service, on the other engine: USHER_TEST_DATABASE=postgres cargo test -p server",
    },
    Step {
        name: "Citus",
        act: test_on_citus,
        help: "a cluster alone: USHER_TEST_SCALE_URL=… cargo test -p store --test it scale",
    },
    Step {
        name: "torture",
        act: torture,
        help: "docs/reliability.md says what it does and how to run it again",
    },
    Step { name: "generated", act: generated, help: "run `cargo xtask docs` and commit what it changed" },
];

/// `cargo xtask ci`
pub(crate) fn check(_: &[&str]) -> Result<(), Failure> {
    let mut rows = Vec::new();
    for (number, step) in STEPS.iter().enumerate() {
        println!("\n=== {}/{} {} ===", number + 1, STEPS.len(), step.name);
        let start = Instant::now();
        let outcome = (step.act)();
        let took = start.elapsed();

        let result = match &outcome {
            Ok(Done::Checked) => "ok".to_owned(),
            Ok(Done::InPart(left_out)) => format!("ok, but NOT TRIED: {left_out}"),
            Ok(Done::Skipped(reason)) => format!("SKIPPED: {reason}"),
            Err(_) => "FAILED".to_owned(),
        };
        println!("=== {}: {result}, {} ===", step.name, in_words(took));
        rows.push((step.name, took, result));
        if let Err(Failure(reason)) = outcome {
            print_summary(&rows);
            return Err(Failure(format!("step `{}` failed: {reason}\n{}", step.name, step.help)));
        }
    }
    print_summary(&rows);
    Ok(())
}

fn print_summary(rows: &[(&str, Duration, String)]) {
    println!("\n{:14} {:>10}  result", "step", "time");
    for (name, took, result) in rows {
        println!("{name:14} {:>10}  {result}", in_words(*took));
    }
    println!("{:14} {:>10}", "together", in_words(rows.iter().map(|(_, took, _)| took).sum()));
}

fn in_words(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 60.. => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{:.1} s", time.as_secs_f64()),
    }
}

fn set_up() -> Result<Done, Failure> {
    setup::install(&[]).map(checked)
}

fn format() -> Result<Done, Failure> {
    run(&mut cargo(&["fmt", "--all", "--check"])).map(checked)
}

fn dependencies() -> Result<Done, Failure> {
    // The graphs of who needs what would bury the few lines that matter.
    let check = ["--locked", "check", "--hide-inclusion-graph", "licenses", "bans", "sources"];
    run(&mut command(setup::cargo_deny(), &check)).map(checked)
}

/// Known vulnerabilities. The database is a repository of its own, which a closed network does not reach, so only
/// a copy that is already there is asked.
fn advisories() -> Result<Done, Failure> {
    let is_there = advisory_databases()
        .is_some_and(|folder| fs::read_dir(folder).is_ok_and(|mut all| all.next().is_some()));
    if !is_there {
        println!(
            "NOT CHECKED for known vulnerabilities: there is no copy of the advisory database on this machine."
        );
        println!("`cargo deny fetch db` gets one where the network allows it.");
        return Ok(Done::Skipped("no copy of the advisory database"));
    }
    let check = ["--locked", "check", "--hide-inclusion-graph", "--disable-fetch", "advisories"];
    run(&mut command(setup::cargo_deny(), &check)).map(checked)
}

fn advisory_databases() -> Option<PathBuf> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo")))?;
    Some(home.join("advisory-dbs"))
}

fn clippy() -> Result<Done, Failure> {
    run(&mut cargo(&["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"]))
        .map(checked)
}

fn rustdoc() -> Result<Done, Failure> {
    run(cargo(&["doc", "--locked", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings"))
        .map(checked)
}

fn test() -> Result<Done, Failure> {
    // A cluster has a step of its own.
    run(cargo(&["test", "--locked", "--workspace"]).env_remove(SCALE_URL)).map(checked)
}

/// Of these the engine is the same whatever is asked for, or makes no difference.
const OF_ONE_ENGINE: [&str; 10] = [
    "backup::",
    "browser::",
    "compare::",
    "docs::",
    "doctor::",
    "growth::",
    "moving::",
    "nodes::",
    "python::the_server_does",
    "upgrade::",
];

/// The store's own tests run on both engines anyway.
fn test_on_postgres() -> Result<Done, Failure> {
    let mut test = cargo(&["test", "--locked", "--package", "server", "--test", "it", "--"]);
    test.args(OF_ONE_ENGINE.iter().flat_map(|name| ["--skip", name]));
    run(test.env("USHER_TEST_DATABASE", "postgres")).map(checked)
}

/// A cluster is started elsewhere, and where there is none the table says so.
fn test_on_citus() -> Result<Done, Failure> {
    if env::var_os(SCALE_URL).is_none() {
        println!(
            "NOT TESTED on Citus: {SCALE_URL} names no cluster. docs/operate.md says what that leaves open."
        );
        return Ok(Done::Skipped("USHER_TEST_SCALE_URL names no cluster"));
    }
    run(&mut cargo(&["test", "--locked", "--package", "store", "--test", "it", "scale"])).map(checked)
}

fn torture() -> Result<Done, Failure> {
    // Short: letters that killed processes had leased are counted as waiting, not waited for.
    let left_out = torture::attempt(&["--all", "--rounds", "2", "--seconds", "1", "--drain", "3"])?;
    Ok(if left_out.is_empty() { Done::Checked } else { Done::InPart(left_out.join("; ")) })
}

fn generated() -> Result<Done, Failure> {
    docs::renew(&["--check"]).map(checked)
}

fn checked(_: ()) -> Done {
    Done::Checked
}
