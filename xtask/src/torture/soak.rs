//! A long steady load, and what grows under it that should not.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use super::load::{CALLERS, Crowd};
use super::plan::Plan;
use super::rounds::waiting;
use super::service::trouble;
use super::stage::Stage;
use crate::run::Failure;

/// How long it is found out what the service can do, before three tenths of it are asked for.
const FULL: Duration = Duration::from_secs(5);
const SHARE: f64 = 0.3;
/// A token is renewed as often.
const LONGEST_PIECE: Duration = Duration::from_secs(4 * 3600);
/// Since the middle of the run: this many times as much memory, and this much on top.
const MEMORY: (f64, u64) = (1.1, 32 << 20);
const HANDLES: u64 = 16;
/// Letters that may wait at any time: those of about ten seconds.
const LETTERS_SECONDS: f64 = 10.0;

/// What the service holds at one moment.
struct Held {
    after: Duration,
    memory: u64,
    handles: u64,
    letters: u64,
    keys: u64,
}

/// Loads the service for so many minutes.
pub(super) fn soak(plan: &Plan, minutes: u64) -> Result<(), Failure> {
    let mut stage = Stage::open(plan)?.map_err(Failure)?;
    let crowd = Crowd::default();
    crowd.press(&mut stage.service, &stage.sink, |_| thread::sleep(FULL));
    let rate = crowd.acknowledged() as f64 / FULL.as_secs_f64() * SHARE;
    crowd.slow_down(Duration::from_secs_f64(CALLERS as f64 / rate.max(1.0)));
    println!("{}: {rate:.0} enrolments a second for {minutes} min", plan.engine.name());

    let half = Duration::from_secs(minutes * 30);
    let start = Instant::now();
    let mut held = vec![look(&stage, &crowd, start)?];
    for _ in 0..2 {
        press(&mut stage, &crowd, half)?;
        held.push(look(&stage, &crowd, start)?);
    }
    let keys = crowd.keyed();
    print(&held);
    let unexpected = crowd.unexpected();
    if !unexpected.is_empty() {
        return Err(Failure(format!("answered in an unexpected way: {}", unexpected.join(", "))));
    }
    judge(&held[1], &held[2], (rate * LETTERS_SECONDS) as u64, keys)?;
    stage.service.terminate()?;
    stage.check()?;
    stage.service.clear()
}

fn press(stage: &mut Stage, crowd: &Crowd, mut rest: Duration) -> Result<(), Failure> {
    while !rest.is_zero() {
        let piece = rest.min(LONGEST_PIECE);
        stage.service.renew_token()?;
        crowd.press(&mut stage.service, &stage.sink, |_| thread::sleep(piece));
        rest -= piece;
    }
    Ok(())
}

fn look(stage: &Stage, crowd: &Crowd, start: Instant) -> Result<Held, Failure> {
    let after = start.elapsed();
    let id = stage.service.process_id().ok_or_else(|| Failure("the service does not run".to_owned()))?;
    let status =
        fs::read_to_string(format!("/proc/{id}/status")).map_err(trouble("cannot ask for the memory"))?;
    let memory =
        status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.split_whitespace().next()?.parse().ok());
    let memory: u64 =
        memory.ok_or_else(|| Failure("Linux does not tell how much memory is used".to_owned()))?;
    let handles =
        fs::read_dir(format!("/proc/{id}/fd")).map_err(trouble("cannot count open files"))?.count() as u64;
    let keys = stage.ask("SELECT count(*) FROM idempotency")?;
    let keys = keys.parse().map_err(|_| Failure(format!("there are `{keys}` idempotency keys")))?;
    println!("after {:5} s: {:7} acknowledged", after.as_secs(), crowd.acknowledged());
    Ok(Held { after, memory: memory << 10, handles, letters: waiting(stage)?, keys })
}

fn print(held: &[Held]) {
    println!(
        "\n| after | memory | open files | letters waiting | idempotency keys |\n|---:|---:|---:|---:|---:|"
    );
    for Held { after, memory, handles, letters, keys } in held {
        println!("| {} s | {} MiB | {handles} | {letters} | {keys} |", after.as_secs(), memory >> 20);
    }
}

/// Compares the middle with the end: at the start nothing is warm. Keys are kept for a day, so no more of them may be
/// there than were sent.
fn judge(middle: &Held, end: &Held, letters: u64, keys: u64) -> Result<(), Failure> {
    let memory = (middle.memory as f64 * MEMORY.0) as u64 + MEMORY.1;
    let bounds = [
        ("bytes of memory", end.memory, memory),
        ("open files", end.handles, middle.handles + HANDLES),
        ("letters waiting", end.letters, letters.max(100)),
        ("idempotency keys", end.keys, keys),
    ];
    let grown: Vec<String> = bounds
        .iter()
        .filter(|(_, figure, bound)| figure > bound)
        .map(|(what, figure, bound)| format!("{figure} {what}, where {bound} is the bound"))
        .collect();
    if grown.is_empty() { Ok(()) } else { Err(Failure(grown.join("\n"))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_grows_is_told_and_what_stands_still_is_not() {
        let held = |memory, handles, letters, keys| Held { after: FULL, memory, handles, letters, keys };
        let middle = held(100 << 20, 40, 10, 500);

        assert!(judge(&middle, &held(120 << 20, 50, 90, 900), 100, 900).is_ok());
        let Failure(told) =
            judge(&middle, &held(150 << 20, 80, 101, 901), 100, 900).expect_err("all have grown");
        assert_eq!(told.lines().count(), 4, "{told}");
    }
}
