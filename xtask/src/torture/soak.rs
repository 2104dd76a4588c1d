//! A long steady load, and what grows under it that should not.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use super::load::{CALLERS, Crowd};
use super::plan::{Engine, Plan};
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
/// Letters that may wait at any time: those of about ten seconds, and as many at least.
const LETTERS: (f64, u64) = (10.0, 100);
/// Since the middle of the run: this many times as much room that letters took and left. Twice as much is what there is of
/// something that grows all the time.
const CHURNED: f64 = 1.1;
/// On top, the room of the letters of so many seconds: PostgreSQL cleans up once a minute, perhaps just before the middle
/// and just after the end.
const CHURNED_SECONDS: f64 = 120.0;
/// Bytes that a letter leaves, generously, and how many of them do not matter.
const CHURNED_EACH: f64 = 1024.0;
const CHURNED_LEAST: u64 = 8 << 20;

/// What the service holds at one moment.
struct Held {
    after: Duration,
    acknowledged: usize,
    memory: u64,
    handles: u64,
    letters: u64,
    keys: u64,
    churned: u64,
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
    print(plan.engine, &held);
    let unexpected = crowd.unexpected();
    if !unexpected.is_empty() {
        return Err(Failure(format!("answered in an unexpected way: {}", unexpected.join(", "))));
    }
    judge(&held[1], &held[2], rate, keys)?;
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
    let acknowledged = crowd.acknowledged();
    println!("after {:5} s: {acknowledged:7} acknowledged", after.as_secs());
    let (memory, letters, churned) = (memory << 10, waiting(stage)?, stage.churned()?);
    Ok(Held { after, acknowledged, memory, handles, letters, keys, churned })
}

fn print(engine: Engine, held: &[Held]) {
    let churned = match engine {
        Engine::Sqlite => "empty pages",
        Engine::Postgres => "`outbox`",
    };
    println!(
        "\n| after | acknowledged | memory | open files | letters waiting | idempotency keys | {churned} |"
    );
    println!("|---:|---:|---:|---:|---:|---:|---:|");
    for Held { after, acknowledged, memory, handles, letters, keys, churned } in held {
        let (after, memory, churned) = (after.as_secs(), memory >> 20, churned >> 10);
        println!(
            "| {after} s | {acknowledged} | {memory} MiB | {handles} | {letters} | {keys} | {churned} KiB |"
        );
    }
}

/// Compares the middle with the end: at the start nothing is warm. Keys are kept for a day, so no more of them may be
/// there than were sent. `rate` is in enrolments a second.
fn judge(middle: &Held, end: &Held, rate: f64, keys: u64) -> Result<(), Failure> {
    let memory = (middle.memory as f64 * MEMORY.0) as u64 + MEMORY.1;
    let letters = (rate * LETTERS.0) as u64;
    let left_behind = (rate * CHURNED_SECONDS * CHURNED_EACH) as u64;
    let churned = (middle.churned as f64 * CHURNED) as u64 + left_behind.max(CHURNED_LEAST);
    let bounds = [
        ("bytes of memory", end.memory, memory),
        ("open files", end.handles, middle.handles + HANDLES),
        ("letters waiting", end.letters, letters.max(LETTERS.1)),
        ("idempotency keys", end.keys, keys),
        ("bytes that letters took and left", end.churned, churned),
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

    /// Enrolments a second.
    const RATE: f64 = 100.0;

    fn held(memory: u64, handles: u64, letters: u64, keys: u64, churned: u64) -> Held {
        Held { after: FULL, acknowledged: 0, memory, handles, letters, keys, churned }
    }

    #[test]
    fn what_grows_is_told_and_what_stands_still_is_not() {
        let middle = held(100 << 20, 40, 10, 500, 20 << 20);

        assert!(judge(&middle, &held(120 << 20, 50, 990, 900, 30 << 20), RATE, 900).is_ok());
        let Failure(told) = judge(&middle, &held(150 << 20, 80, 1_001, 901, 40 << 20), RATE, 900)
            .expect_err("all have grown");
        assert_eq!(told.lines().count(), 5, "{told}");
    }

    #[test]
    fn what_is_never_cleaned_up_is_told_after_an_hour_and_what_is_cleaned_up_at_times_is_not() {
        let outbox = |bytes: f64| held(0, 0, 0, 0, bytes as u64);
        // By the sizes of its columns a row with its line in the index is as large, one version alone.
        let left_in = |seconds: f64| outbox(RATE * 160.0 * seconds);

        assert!(judge(&left_in(1_800.0), &left_in(3_600.0), RATE, 0).is_err());
        assert!(judge(&outbox(0.0), &left_in(120.0), RATE, 0).is_ok());
    }
}
