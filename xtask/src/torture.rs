//! Breaks the service and what it stands on, under load, again and again, and holds what it acknowledged against what
//! is there afterwards.
//!
//! Everything happens on loopback and in folders of its own; only processes started here are ended.

mod check;
mod disk;
mod full;
mod http;
mod json;
mod load;
mod plan;
mod relay;
mod rounds;
mod service;
mod sink;
mod soak;
mod stage;
mod table;

use std::env;

use plan::{ALL, Asked, Plan};
use rounds::Seen;
use stage::Stage;
use table::Outcome;

use crate::run::{Failure, cargo, run};

/// `cargo xtask torture`
pub(crate) fn torture(words: &[&str]) -> Result<(), Failure> {
    attempt(words).map(drop)
}

/// The same; which runs this machine could not do, each with the reason.
pub(crate) fn attempt(words: &[&str]) -> Result<Vec<String>, Failure> {
    // Cargo puts all binaries of a build side by side.
    let here = env::current_exe().map_err(|error| Failure(format!("cannot find myself: {error}")))?;
    let asked = plan::read(words, &here.with_file_name("usher"))?;
    run(&mut cargo(&["build", "--locked", "--package", "server", "--bin", "usher"]))?;
    match asked {
        Asked::One(plan) => several(vec![plan]),
        Asked::All(plan) => several(every(&plan)),
        Asked::Soak(plan, minutes) => soak::soak(&plan, minutes).map(|()| Vec::new()),
    }
}

/// Each fault by this plan, followed by its control.
fn every(plan: &Plan) -> Vec<Plan> {
    let mut plans = Vec::new();
    for (engine, fault, has_control) in ALL {
        let real = Plan { engine, fault, ..plan.clone() };
        let control = has_control.then(|| Plan { is_control: true, ..real.clone() });
        plans.push(real);
        plans.extend(control);
    }
    plans
}

/// One after the other, whatever becomes of them, and then the table. Those that were skipped.
fn several(plans: Vec<Plan>) -> Result<Vec<String>, Failure> {
    let mut rows = Vec::new();
    let mut failures = Vec::new();
    for plan in plans {
        let (outcome, told) = one(&plan)?;
        if !told.is_empty() {
            println!("FAILED: {}", told.join("\n"));
            failures.push(format!("{}: {}", plan.name(), told.join("\n")));
        }
        rows.push((plan, outcome));
    }
    table::print_summary(&rows);
    let skipped: Vec<String> = rows.iter().filter_map(|(plan, outcome)| skipped(plan, outcome)).collect();
    for run in &skipped {
        // Whoever keeps standard error alone has to see it as well.
        eprintln!("\nNOT TRIED: {run}");
    }
    if failures.is_empty() { Ok(skipped) } else { Err(Failure(failures.join("\n"))) }
}

fn skipped(plan: &Plan, outcome: &Outcome) -> Option<String> {
    match outcome {
        Outcome::Skipped(reason) => Some(format!("{}: {reason}", plan.name())),
        Outcome::Ran(_) => None,
    }
}

/// What was seen of one fault, and what was wrong.
fn one(plan: &Plan) -> Result<(Outcome, Vec<String>), Failure> {
    println!(
        "\n--- {}: up to {} rounds of up to {} s, --seed {}",
        plan.name(),
        plan.rounds,
        plan.seconds,
        plan.seed
    );
    let mut stage = match Stage::open(plan)? {
        Ok(stage) => stage,
        Err(reason) => {
            println!("SKIPPED: {reason}");
            return Ok((Outcome::Skipped(reason), Vec::new()));
        }
    };
    let mut seen = Seen::default();
    let act = if plan.is_control { rounds::control } else { rounds::run };
    let mut told: Vec<String> =
        act(plan, &mut stage, &mut seen).err().map(|Failure(reason)| reason).into_iter().collect();
    if !plan.is_control {
        table::print_details(&seen);
        told.extend(rounds::judge(plan, &seen));
    }
    if told.is_empty() {
        stage.service.clear()?;
    } else {
        told.push(format!("the service's log: {}", stage.service.log()));
    }
    Ok((Outcome::Ran(Box::new(seen)), told))
}
