//! Kills the service under load, again and again, and holds what it acknowledged against what is there afterwards.
//!
//! Everything happens on loopback and in a folder of its own; only processes started here are ended.

mod check;
mod http;
mod json;
mod load;
mod service;
mod sink;

use std::collections::BTreeSet;
use std::collections::hash_map::RandomState;
use std::env;
use std::hash::{BuildHasher, Hasher};
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use check::{Letters, Row, Rows, check_letters, check_rows};
use http::Client;
use json::Json;
use load::Crowd;
use service::Service;
use sink::Sink;

use crate::run::{Failure, cargo, run};

const USAGE: &str = "usage: cargo xtask torture [--rounds N] [--seconds S] [--drain S] [--seed X], or cargo xtask torture --control";
/// Between two looks at the letters.
const LOOK: Duration = Duration::from_millis(200);
/// Pages of the list that are followed at most.
const MOST_PAGES: usize = 10_000;

#[derive(Clone, Copy, Debug)]
struct Plan {
    /// How often the service is killed.
    rounds: u64,
    /// How long it is under load before that, at most.
    seconds: u64,
    /// How long letters may take afterwards. A killed process takes its leases with it: its letters are due
    /// again after some minutes.
    drain: u64,
    seed: u64,
}

/// What was seen in all rounds.
#[derive(Debug, Default)]
struct Seen {
    recoveries: Vec<Duration>,
    rows: Rows,
    letters: Letters,
    waiting: u64,
    /// How long the end took after SIGTERM.
    end: Duration,
    /// Who got a place while the service was ending, and no answer.
    dropped: Vec<String>,
}

/// `cargo xtask torture`
pub(crate) fn torture(words: &[&str]) -> Result<(), Failure> {
    if words == ["--control"] {
        return control();
    }
    let plan = read_plan(words)?;
    println!("{} rounds of up to {} s, --seed {}", plan.rounds, plan.seconds, plan.seed);
    let (mut service, sink) = open()?;
    let crowd = Crowd::default();
    let mut seen = Seen::default();
    let rows = interrupt(plan, &mut service, &sink, &crowd, &mut seen)?;
    drain(plan, &service, &sink, &rows, &mut seen)?;
    report(plan, &crowd, &rows, &seen);
    service.terminate()?;
    let log = service.log();
    judge(&crowd, &seen).map_err(|Failure(reason)| Failure(format!("{reason}\nthe service's log: {log}")))?;
    service.clear()
}

/// One round on a disk that forgets: what is found missing then shows that the rounds above would find it.
fn control() -> Result<(), Failure> {
    let (mut service, sink) = open()?;
    service.terminate()?;
    service.copy()?;
    service.start()?;
    let crowd = Crowd::default();
    crowd.press(&mut service, &sink, |service| {
        thread::sleep(Duration::from_secs(1));
        service.kill()
    })?;
    service.go_back()?;
    service.start()?;
    let acknowledged = crowd.knows().acknowledged.len();
    let lost = check_rows(&crowd.knows(), &list(&service)?).lost.len();
    println!("control: {lost} of {acknowledged} acknowledged enrolments were found missing");
    if lost == 0 || lost != acknowledged {
        return Err(Failure(
            "every commit was taken away, and not every enrolment was found missing".to_owned(),
        ));
    }
    service.clear()
}

/// Builds the service, furnishes it and starts it, with a mail server beside it.
fn open() -> Result<(Service, Sink), Failure> {
    run(&mut cargo(&["build", "--locked", "--package", "server", "--bin", "usher"]))?;
    // Cargo puts all binaries of a build side by side.
    let here = env::current_exe().map_err(|error| Failure(format!("cannot find myself: {error}")))?;
    let sink = Sink::open().map_err(|error| Failure(format!("cannot open the mail server: {error}")))?;
    let mut service = Service::furnish(here.with_file_name("usher"), sink.port())?;
    service.start()?;
    service.create_meeting()?;
    Ok((service, sink))
}

fn read_plan(words: &[&str]) -> Result<Plan, Failure> {
    // The one source of chance that the standard library has.
    let seed = RandomState::new().build_hasher().finish();
    let mut plan = Plan { rounds: 20, seconds: 3, drain: 300, seed };
    let usage = || Failure(USAGE.to_owned());
    for pair in words.chunks(2) {
        let [name, value] = pair else { return Err(usage()) };
        let value: u64 = value.parse().map_err(|_| usage())?;
        let (place, allowed) = match *name {
            "--rounds" => (&mut plan.rounds, 1..=1_000),
            "--seconds" => (&mut plan.seconds, 1..=60),
            "--drain" => (&mut plan.drain, 0..=3_600),
            "--seed" => (&mut plan.seed, 0..=u64::MAX),
            _ => return Err(usage()),
        };
        if !allowed.contains(&value) {
            return Err(usage());
        }
        *place = value;
    }
    Ok(plan)
}

/// The rounds, and then one that ends in order. The list as it is at the end; the service is running.
fn interrupt(
    plan: Plan,
    service: &mut Service,
    sink: &Sink,
    crowd: &Crowd,
    seen: &mut Seen,
) -> Result<Vec<Row>, Failure> {
    let mut chance = plan.seed | 1;
    for round in 1..=plan.rounds {
        let pause = pause(&mut chance, plan.seconds);
        crowd.press(service, sink, |service| {
            thread::sleep(pause);
            service.kill()
        })?;
        seen.recoveries.push(service.start()?);
        let rows = list(service)?;
        add(&mut seen.rows, check_rows(&crowd.knows(), &rows));
        let acknowledged = crowd.knows().acknowledged.len();
        println!("{round:3}: killed after {:4} ms, {acknowledged:6} acknowledged", pause.as_millis());
        if !seen.rows.is_clean() {
            return Ok(rows);
        }
    }
    // A kill leaves places that nobody was told of. An orderly end must not: what was begun is answered.
    let before = untold(crowd, &list(service)?);
    let pause = pause(&mut chance, plan.seconds);
    seen.end = crowd.press(service, sink, |service| {
        thread::sleep(pause);
        service.terminate()
    })?;
    service.start()?;
    let rows = list(service)?;
    add(&mut seen.rows, check_rows(&crowd.knows(), &rows));
    seen.dropped = untold(crowd, &rows).difference(&before).cloned().collect();
    Ok(rows)
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
    let mut client = Client::new(service.address, &service.token);
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
            .and_then(|link| link.strip_prefix(&format!("http://{}", service.address)))
        {
            Some(next) => path = next.to_owned(),
            None => return Ok(rows),
        }
    }
    Err(Failure("the list does not end".to_owned()))
}

/// Waits until every letter has left, or the time for it is over.
fn drain(plan: Plan, service: &Service, sink: &Sink, rows: &[Row], seen: &mut Seen) -> Result<(), Failure> {
    let start = Instant::now();
    loop {
        let is_late = start.elapsed() >= Duration::from_secs(plan.drain);
        seen.waiting = waiting(service)?;
        seen.letters = check_letters(rows, &sink.letters());
        if is_late || (seen.waiting == 0 && seen.letters.missing.is_empty()) {
            println!("letters: waited {} s for them", start.elapsed().as_secs());
            return Ok(());
        }
        thread::sleep(LOOK);
    }
}

/// How many letters the service says are waiting, as of at most ten seconds ago.
fn waiting(service: &Service) -> Result<u64, Failure> {
    let answer = Client::new(service.address, "").get("/metrics");
    let answer = answer.map_err(|error| Failure(format!("GET /metrics: {error}")))?;
    let figure = answer.body.lines().find_map(|line| line.strip_prefix("usher_outbox_waiting "));
    let figure = figure.and_then(|figure| figure.trim().parse::<f64>().ok());
    Ok(figure.ok_or_else(|| Failure("no figure `usher_outbox_waiting`".to_owned()))? as u64)
}

fn report(plan: Plan, crowd: &Crowd, rows: &[Row], seen: &Seen) {
    let mut recoveries = seen.recoveries.clone();
    recoveries.sort();
    let millis = |time: Option<&Duration>| format!("{} ms", time.copied().unwrap_or_default().as_millis());
    let told = crowd.knows();
    let figures = [
        ("rounds with kill -9", plan.rounds.to_string()),
        ("enrolments acknowledged", told.acknowledged.len().to_string()),
        ("cancellations acknowledged", told.cancel_acknowledged.len().to_string()),
        ("rows in the end", rows.len().to_string()),
        ("lost", seen.rows.lost.len().to_string()),
        ("doubled", seen.rows.doubled.len().to_string()),
        ("cancellations lost", seen.rows.revived.len().to_string()),
        ("never asked for", seen.rows.unasked.len().to_string()),
        ("letters missing", seen.letters.missing.len().to_string()),
        ("of them still waiting", seen.letters.missing.len().min(seen.waiting as usize).to_string()),
        ("letters doubled", seen.letters.doubled.len().to_string()),
        ("letters never asked for", seen.letters.unasked.len().to_string()),
        ("same letter again (SMTP window)", seen.letters.again.to_string()),
        ("requests without an answer", crowd.unanswered.load(Ordering::Relaxed).to_string()),
        ("requests told to come again", crowd.busy.load(Ordering::Relaxed).to_string()),
        ("begun and unanswered at SIGTERM", seen.dropped.len().to_string()),
        ("start to first answer, median", millis(recoveries.get(recoveries.len() / 2))),
        ("start to first answer, longest", millis(recoveries.last())),
        ("SIGTERM under load to the end", millis(Some(&seen.end))),
    ];
    println!();
    for (name, figure) in figures {
        println!("| {name:31} | {figure:>8} |");
    }
}

fn judge(crowd: &Crowd, seen: &Seen) -> Result<(), Failure> {
    let Letters { missing, doubled, unasked, .. } = &seen.letters;
    // Beyond what waits, a letter that is missing is lost.
    let lost_letters: &[String] = if missing.len() as u64 > seen.waiting { missing } else { &[] };
    let unexpected = crowd.unexpected();
    let faults = [
        ("acknowledged and lost", &seen.rows.lost[..]),
        ("twice in the list", &seen.rows.doubled),
        ("canceled and back again", &seen.rows.revived),
        ("in the list unasked", &seen.rows.unasked),
        ("without a letter", lost_letters),
        ("with two different letters", doubled),
        ("written to unasked", unasked),
        ("given a place without an answer at SIGTERM", &seen.dropped),
        ("answered in an unexpected way", &unexpected),
    ];
    let told: Vec<String> = faults
        .iter()
        .filter(|(_, whom)| !whom.is_empty())
        .map(|(what, whom)| format!("{} {what}: {}", whom.len(), whom[..whom.len().min(10)].join(", ")))
        .collect();
    if told.is_empty() { Ok(()) } else { Err(Failure(told.join("\n"))) }
}
