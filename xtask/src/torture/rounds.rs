//! The rounds of one fault, and what is held against them.

use std::collections::{BTreeMap, BTreeSet};
use std::thread;
use std::time::{Duration, Instant};

use super::check::{Letters, Row, Rows, check_letters, check_rows};
use super::http::Client;
use super::json::Json;
use super::load::{Crowd, Recovery};
use super::plan::{Fault, Plan};
use super::service::Service;
use super::stage::Stage;
use crate::run::Failure;

/// Between two looks at the letters.
const LOOK: Duration = Duration::from_millis(200);
/// Of the time after a fault, the service's own part, at the worst.
const SLOWEST_RECOVERY: Duration = Duration::from_secs(10);
/// Pages of the list that are followed at most.
const MOST_PAGES: usize = 10_000;

/// What was seen in all rounds.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) crowd: Crowd,
    pub(super) rounds: u64,
    pub(super) recoveries: Vec<Recovery>,
    /// Requests that were cut off before their answer, up to the last fault.
    pub(super) cut_off: BTreeMap<String, u64>,
    pub(super) rows: Rows,
    /// How many stand in the list in the end.
    pub(super) listed: usize,
    pub(super) letters: Letters,
    pub(super) waiting: u64,
    /// How long the end took after SIGTERM.
    pub(super) end: Duration,
    /// Who got a place while the service was ending, and no answer.
    pub(super) dropped: Vec<String>,
    /// Whose request was read before or while the service was ending, and not answered.
    pub(super) abandoned: Vec<String>,
}

/// All rounds, one that ends in order, and the letters.
pub(super) fn run(plan: &Plan, stage: &mut Stage, seen: &mut Seen) -> Result<(), Failure> {
    let mut chance = plan.seed | 1;
    let watcher = stage.watch()?;
    let rows = interrupt(plan, stage, seen, &mut chance)?;
    seen.listed = rows.len();
    if seen.rows.is_clean() {
        drain(plan, stage, &rows, seen)?;
    }
    stage.service.terminate()?;
    if let Some(watcher) = watcher {
        watcher.end()?;
    }
    stage.check()
}

/// The list as it is at the end; the service is running.
fn interrupt(plan: &Plan, stage: &mut Stage, seen: &mut Seen, chance: &mut u64) -> Result<Vec<Row>, Failure> {
    for round in 1..=plan.rounds {
        let pause = pause(chance, plan.seconds);
        stage.prepare(false)?;
        let recovery = stage.strike(&seen.crowd, round, pause)?;
        seen.recoveries.push(recovery);
        seen.rounds = round;
        let rows = list(&stage.service)?;
        add(&mut seen.rows, check_rows(&seen.crowd.knows(), &rows));
        println!(
            "{round:3}: struck after {:4} ms, a place again after {:5} ms, {:5} of them Usher's, {:6} acknowledged",
            pause.as_millis(),
            recovery.whole.as_millis(),
            recovery.own.as_millis(),
            seen.crowd.acknowledged()
        );
        if !seen.rows.is_clean() {
            return Ok(rows);
        }
    }
    seen.cut_off = seen.crowd.unanswered();
    end_in_order(plan, stage, seen, chance)
}

/// A kill leaves places that nobody was told of, and requests that nobody answers. An orderly end must not: what was read
/// is answered.
fn end_in_order(
    plan: &Plan,
    stage: &mut Stage,
    seen: &mut Seen,
    chance: &mut u64,
) -> Result<Vec<Row>, Failure> {
    let before = untold(&seen.crowd, &list(&stage.service)?);
    let pause = pause(chance, plan.seconds);
    seen.end = seen.crowd.press(&mut stage.service, &stage.sink, |service| {
        thread::sleep(pause);
        service.terminate()
    })?;
    stage.service.start_all()?;
    seen.abandoned = seen.crowd.abandoned();
    let rows = list(&stage.service)?;
    add(&mut seen.rows, check_rows(&seen.crowd.knows(), &rows));
    seen.dropped = untold(&seen.crowd, &rows).difference(&before).cloned().collect();
    Ok(rows)
}

/// One round on ground that forgets: what is found missing then shows that the rounds above would find it, and so does a
/// count made wrong by hand.
pub(super) fn control(plan: &Plan, stage: &mut Stage, seen: &mut Seen) -> Result<(), Failure> {
    let pause = Duration::from_secs(1);
    stage.prepare(true)?;
    if plan.fault == Fault::KillUsher {
        stage.service.terminate()?;
        stage.service.copy()?;
        stage.service.start_all()?;
        seen.crowd.press(&mut stage.service, &stage.sink, |service| {
            thread::sleep(pause);
            service.kill(0)
        })?;
        stage.service.go_back()?;
        stage.service.start_all()?;
    } else {
        seen.recoveries.push(stage.strike(&seen.crowd, 1, pause)?);
    }
    seen.rounds = 1;
    let rows = list(&stage.service)?;
    seen.listed = rows.len();
    seen.rows = check_rows(&seen.crowd.knows(), &rows);
    let (lost, acknowledged) = (seen.rows.lost.len(), seen.crowd.acknowledged());
    println!("{}: {lost} of {acknowledged} acknowledged enrolments were found missing", plan.name());
    if lost == 0 || plan.fault == Fault::KillUsher && lost != acknowledged {
        return Err(Failure("commits were taken away, and they were not found missing".to_owned()));
    }
    // Commits go as a whole, so that counts are right all the same, until one is made wrong.
    stage.service.verify()?;
    stage.ask("UPDATE roster SET seats_taken = seats_taken + 1")?;
    if stage.service.verify().is_ok() {
        return Err(Failure("one place too many was counted, and `usher verify` said nothing".to_owned()));
    }
    Ok(())
}

/// Who has a place and was not told.
fn untold(crowd: &Crowd, rows: &[Row]) -> BTreeSet<String> {
    let told = crowd.knows();
    rows.iter().map(|row| row.email.clone()).filter(|email| !told.acknowledged.contains(email)).collect()
}

/// At least a fifth of a second, at most `seconds`. Xorshift: good enough to choose moments by, and repeatable.
fn pause(chance: &mut u64, seconds: u64) -> Duration {
    *chance ^= *chance << 13;
    *chance ^= *chance >> 7;
    *chance ^= *chance << 17;
    Duration::from_millis(200 + *chance % (seconds * 1_000 - 200))
}

fn add(sum: &mut Rows, mut found: Rows) {
    sum.lost.append(&mut found.lost);
    sum.doubled.append(&mut found.doubled);
    sum.revived.append(&mut found.revived);
    sum.unasked.append(&mut found.unasked);
}

/// All pages of the list.
fn list(service: &Service) -> Result<Vec<Row>, Failure> {
    let mut client = Client::new(service.address(), &service.token);
    let mut rows = Vec::new();
    let mut path = format!("{}?$top=1000", service.registrants);
    for _ in 0..MOST_PAGES {
        let broken = |what: &str| Failure(format!("GET {path}: {what}"));
        let answer = client.get(&path).map_err(|error| broken(&error.to_string()))?;
        let page = Json::read(&answer.body).filter(|_| answer.status == 200);
        let page = page.ok_or_else(|| broken(&format!("{}: {:.200}", answer.status, answer.body)))?;
        let Some(Json::Array(items)) = page.get("value") else { return Err(broken("no `value`")) };
        for item in items {
            let email = item.text("email").ok_or_else(|| broken("a registrant without `email`"))?;
            let is_registered = item.text("status") == Some("registered");
            rows.push(Row { email: email.to_owned(), is_registered });
        }
        match page
            .text("@odata.nextLink")
            .and_then(|link| link.strip_prefix(&format!("http://{}", service.address())))
        {
            Some(next) => path = next.to_owned(),
            None => return Ok(rows),
        }
    }
    Err(Failure("the list does not end".to_owned()))
}

/// Waits until every letter has left, or the time for it is over.
fn drain(plan: &Plan, stage: &Stage, rows: &[Row], seen: &mut Seen) -> Result<(), Failure> {
    let start = Instant::now();
    loop {
        let is_late = start.elapsed() >= Duration::from_secs(plan.drain);
        seen.waiting = waiting(stage)?;
        seen.letters = check_letters(rows, &stage.sink.letters());
        if is_late || (seen.waiting == 0 && seen.letters.missing.is_empty()) {
            println!("letters: waited {} s for them", start.elapsed().as_secs());
            return Ok(());
        }
        thread::sleep(LOOK);
    }
}

/// How many letters are queued.
pub(super) fn waiting(stage: &Stage) -> Result<u64, Failure> {
    let counted = stage.ask("SELECT count(*) FROM outbox WHERE failed_at IS NULL")?;
    counted.parse().map_err(|_| Failure(format!("the outbox holds `{counted}` letters")))
}

/// What was wrong, a line each.
pub(super) fn judge(plan: &Plan, seen: &Seen) -> Vec<String> {
    let Letters { missing, doubled, unasked, .. } = &seen.letters;
    // Beyond what waits, a letter that is missing is lost.
    let lost_letters: &[String] = if missing.len() as u64 > seen.waiting { missing } else { &[] };
    let unexpected = seen.crowd.unexpected();
    let faults = [
        ("acknowledged and lost", &seen.rows.lost[..]),
        ("twice in the list", &seen.rows.doubled),
        ("canceled and back again", &seen.rows.revived),
        ("in the list unasked", &seen.rows.unasked),
        ("without a letter", lost_letters),
        ("with two different letters", doubled),
        ("written to unasked", unasked),
        ("given a place without an answer at SIGTERM", &seen.dropped),
        ("read and not answered at SIGTERM", &seen.abandoned),
        ("answered in an unexpected way", &unexpected),
    ];
    let mut told: Vec<String> = faults
        .iter()
        .filter(|(_, whom)| !whom.is_empty())
        .map(|(what, whom)| format!("{} {what}: {}", whom.len(), whom[..whom.len().min(10)].join(", ")))
        .collect();
    let is_alive = !matches!(plan.fault, Fault::KillUsher | Fault::KillOneOfTwo);
    if is_alive {
        let without = |(what, number): (&String, &u64)| {
            format!("{number} requests got no answer, though Usher was there: {what}")
        };
        told.extend(seen.cut_off.iter().map(without));
    }
    let slow = seen.recoveries.iter().filter(|recovery| recovery.own > SLOWEST_RECOVERY).count();
    if slow > 0 {
        told.push(format!("{slow} times Usher itself took longer than {SLOWEST_RECOVERY:?} until a place"));
    }
    told
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::torture::plan::{Asked, read};

    #[test]
    fn a_recovery_may_be_slow_where_that_is_not_the_services_own_doing() {
        let Ok(Asked::One(plan)) = read(&[], Path::new("usher")) else { panic!("there is a plan") };
        let seen = |whole: u64, own: u64| {
            let [whole, own] = [whole, own].map(Duration::from_secs);
            Seen { recoveries: vec![Recovery { whole, own }], ..Seen::default() }
        };

        assert!(judge(&plan, &seen(40, 10)).is_empty());
        assert_eq!(judge(&plan, &seen(40, 11)).len(), 1);
    }
}
