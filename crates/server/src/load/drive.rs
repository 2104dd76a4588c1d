//! A closed loop: every caller asks again as soon as it is answered.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::runtime::Builder;
use tokio::task::JoinSet;

use super::client::Connection;
use super::request::{Enrolment, fetch_questions};
use super::stats::Latencies;
use super::target::Target;
use crate::start::StartProblem;

/// The longest that any load runs.
pub(crate) const LONGEST: Duration = Duration::from_secs(600);
/// How long an answer may take when nothing more is asked.
const PATIENCE: Duration = Duration::from_secs(10);
/// Before a caller whose connection broke connects again.
const PAUSE: Duration = Duration::from_millis(20);

/// How much load.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    /// How many ask at once, each on a connection of its own.
    pub(crate) callers: usize,
    /// When it ends.
    pub(crate) until: Until,
    /// Tells the people of this run from those of another.
    pub(crate) run: u64,
}

/// When the load ends.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Until {
    /// After this time; [`LONGEST`] at most.
    Passed(Duration),
    /// After this many requests, or [`LONGEST`].
    Asked(u64),
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// From the first request to the last answer.
    pub(crate) elapsed: Duration,
    /// How many questions each enrolment answered.
    pub(crate) questions: usize,
    /// Of the enrolments that were answered with 200.
    pub(crate) latencies: Latencies,
    /// How many were answered otherwise, by status.
    pub(crate) errors: BTreeMap<u16, u64>,
    /// How many got no answer, or none that can be read.
    pub(crate) unanswered: u64,
}

impl Outcome {
    /// Enrolments a second.
    pub(crate) fn rate(&self) -> f64 {
        self.latencies.count() as f64 / self.elapsed.as_secs_f64().max(f64::MIN_POSITIVE)
    }

    /// How many went wrong.
    pub(crate) fn failures(&self) -> u64 {
        self.errors.values().sum::<u64>() + self.unanswered
    }
}

/// What the callers share: whose turn it is, and when to stop.
struct Course {
    next: AtomicU64,
    count: u64,
    end: Instant,
}

impl Course {
    fn next(&self) -> Option<u64> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        (number < self.count && Instant::now() < self.end).then_some(number)
    }
}

#[derive(Default)]
struct Tally {
    micros: Vec<u32>,
    errors: BTreeMap<u16, u64>,
    unanswered: u64,
}

/// Runs the load. It has a thread of its own: callers that move between threads cost the server's cores more.
pub(crate) async fn drive(target: Target, plan: Plan) -> Result<Outcome, StartProblem> {
    let work = tokio::task::spawn_blocking(move || {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| StartProblem(format!("cannot start the load: {error}")))?;
        runtime.block_on(run(&target, plan))
    });
    work.await.map_err(|error| StartProblem(format!("the load broke off: {error}")))?
}

async fn run(target: &Target, plan: Plan) -> Result<Outcome, StartProblem> {
    let unreachable = |error| StartProblem(format!("cannot connect to `{}`: {error}", target.address));
    let mut connections = Vec::with_capacity(plan.callers);
    for _ in 0..plan.callers {
        connections.push(Connection::open(target.address).await.map_err(unreachable)?);
    }
    let first = connections.first_mut().ok_or_else(|| StartProblem("load needs a caller".to_owned()))?;
    let questions = fetch_questions(first, target).await?;
    let enrolment = Enrolment::new(target, &questions, plan.run);

    let started_at = Instant::now();
    let (count, limit) = match plan.until {
        Until::Passed(limit) => (u64::MAX, limit.min(LONGEST)),
        Until::Asked(count) => (count, LONGEST),
    };
    let course = Arc::new(Course { next: AtomicU64::new(0), count, end: started_at + limit });
    let mut callers = JoinSet::new();
    for connection in connections {
        callers.spawn(call(target.clone(), course.clone(), connection, enrolment.clone()));
    }
    let tallies = callers.join_all().await;
    Ok(sum(tallies, questions.len(), started_at.elapsed()))
}

/// One caller, who gives up waiting for the last answer at some point.
async fn call(target: Target, course: Arc<Course>, connection: Connection, enrolment: Enrolment) -> Tally {
    let mut tally = Tally::default();
    let patience = tokio::time::Instant::from_std(course.end + PATIENCE);
    let asking = ask_on(&target, &course, connection, enrolment, &mut tally);
    if tokio::time::timeout_at(patience, asking).await.is_err() {
        tally.unanswered += 1;
    }
    tally
}

async fn ask_on(
    target: &Target,
    course: &Course,
    mut connection: Connection,
    mut enrolment: Enrolment,
    tally: &mut Tally,
) {
    while let Some(number) = course.next() {
        let asked_at = Instant::now();
        match connection.ask(enrolment.of(number)).await.map(|reply| reply.status) {
            Ok(200) => tally.micros.push(u32::try_from(asked_at.elapsed().as_micros()).unwrap_or(u32::MAX)),
            Ok(status) => *tally.errors.entry(status).or_default() += 1,
            Err(_) => {
                tally.unanswered += 1;
                tokio::time::sleep(PAUSE).await;
                match Connection::open(target.address).await {
                    Ok(another) => connection = another,
                    Err(_) => return,
                }
            }
        }
    }
}

fn sum(tallies: Vec<Tally>, questions: usize, elapsed: Duration) -> Outcome {
    let (mut micros, mut errors, mut unanswered) = (Vec::new(), BTreeMap::new(), 0);
    for tally in tallies {
        micros.extend(tally.micros);
        unanswered += tally.unanswered;
        for (status, count) in tally.errors {
            *errors.entry(status).or_default() += count;
        }
    }
    Outcome { elapsed, questions, latencies: Latencies::of(micros), errors, unanswered }
}
