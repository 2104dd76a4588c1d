//! A closed loop: every caller asks again as soon as it is answered.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::runtime::Builder;
use tokio::task::JoinSet;

use super::client::Connection;
use super::request::{Request, prepare};
use super::stats::Latencies;
use super::target::{Asked, Target};
use crate::start::StartProblem;

/// The longest that any load runs.
pub(crate) const LONGEST: Duration = Duration::from_secs(600);
/// How long an answer may take when nothing more is asked.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
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
    /// How many people were enrolled, or questions answered.
    pub(crate) done: u64,
    /// Of the requests that were answered with 200.
    pub(crate) latencies: Latencies,
    /// How many were answered otherwise, by status.
    pub(crate) errors: BTreeMap<u16, u64>,
    /// How many people an answer with 200 refused a place.
    pub(crate) refused: u64,
    /// How many got no answer, or none that can be read.
    pub(crate) unanswered: u64,
}

impl Outcome {
    /// Enrolments or answers a second.
    pub(crate) fn rate(&self) -> f64 {
        self.done as f64 / self.elapsed.as_secs_f64().max(f64::MIN_POSITIVE)
    }

    /// How many went wrong.
    pub(crate) fn failures(&self) -> u64 {
        self.errors.values().sum::<u64>() + self.refused + self.unanswered
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

/// Runs the load.
pub(crate) async fn drive(target: Target, plan: Plan) -> Result<Outcome, StartProblem> {
    drive_from(target, plan, || ()).await
}

/// Runs the load, and tells when everybody is connected and knows the questions.
pub(super) async fn drive_from(
    target: Target,
    plan: Plan,
    ready: impl FnOnce() + Send + 'static,
) -> Result<Outcome, StartProblem> {
    on_a_thread(async move || run(&target, plan, ready).await).await
}

/// The load has a thread of its own: callers that move between threads cost the server's cores more.
pub(super) async fn on_a_thread<T, F>(load: F) -> Result<T, StartProblem>
where
    T: Send + 'static,
    F: AsyncFnOnce() -> Result<T, StartProblem> + Send + 'static,
{
    let work = tokio::task::spawn_blocking(move || {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| StartProblem(format!("cannot start the load: {error}")))?;
        runtime.block_on(load())
    });
    work.await.map_err(|error| StartProblem(format!("the load broke off: {error}")))?
}

async fn run(target: &Target, plan: Plan, ready: impl FnOnce()) -> Result<Outcome, StartProblem> {
    let (callers, questions) = gather(target, plan.callers, plan.run).await?;
    ready();
    let started_at = Instant::now();
    let (count, limit) = match plan.until {
        Until::Passed(limit) => (u64::MAX, limit.min(LONGEST)),
        Until::Asked(count) => (count, LONGEST),
    };
    let course = Arc::new(Course { next: AtomicU64::new(0), count, end: started_at + limit });
    let mut calls = JoinSet::new();
    for caller in callers {
        calls.spawn(call(course.clone(), caller));
    }
    let tallies = calls.join_all().await;
    Ok(sum(tallies, questions, started_at.elapsed()))
}

/// One caller, who gives up waiting for the last answer at some point.
async fn call(course: Arc<Course>, mut caller: Caller) -> Tally {
    let patience = tokio::time::Instant::from_std(course.end + PATIENCE);
    let asking = async {
        while let Some(number) = course.next()
            && caller.ask(number, Instant::now()).await
        {}
    };
    if tokio::time::timeout_at(patience, asking).await.is_err() {
        caller.tally.unanswered += 1;
    }
    caller.tally
}

/// Somebody with a connection, who sends some of the requests in turn.
pub(super) struct Caller {
    address: SocketAddr,
    connection: Connection,
    requests: Vec<Request>,
    turn: usize,
    asked: Asked,
    /// What it was answered so far.
    pub(super) tally: Tally,
}

/// What one caller was answered.
#[derive(Default)]
pub(super) struct Tally {
    done: u64,
    refused: u64,
    micros: Vec<u32>,
    errors: BTreeMap<u16, u64>,
    pub(super) unanswered: u64,
}

/// Connects so many callers and shares the requests out among them. Also how many questions are asked.
pub(super) async fn gather(
    target: &Target,
    count: usize,
    run: u64,
) -> Result<(Vec<Caller>, usize), StartProblem> {
    let mut connections = Vec::with_capacity(count);
    for _ in 0..count {
        connections.push(Connection::open(target.address).await?);
    }
    let first = connections.first_mut().ok_or_else(|| StartProblem("load needs a caller".to_owned()))?;
    let (requests, questions) = prepare(first, target, run).await?;
    let callers = connections.into_iter().enumerate().map(|(number, connection)| {
        let own = requests.iter().skip(number % requests.len()).step_by(count).cloned().collect();
        let (address, asked) = (target.address, target.asked.clone());
        Caller { address, connection, requests: own, turn: 0, asked, tally: Tally::default() }
    });
    Ok((callers.collect(), questions))
}

impl Caller {
    /// Sends the request with this number; the latency counts from `since`. False when the server is gone.
    pub(super) async fn ask(&mut self, number: u64, since: Instant) -> bool {
        self.turn = (self.turn + 1) % self.requests.len();
        let request = self.requests[self.turn].of(number);
        match self.connection.ask(request).await.map(|reply| (reply.status, reply.body)) {
            Ok((200, body)) => {
                self.tally.micros.push(u32::try_from(since.elapsed().as_micros()).unwrap_or(u32::MAX));
                let (done, refused) = self.asked.count(body);
                self.tally.done += done;
                self.tally.refused += refused;
            }
            Ok((status, _)) => *self.tally.errors.entry(status).or_default() += 1,
            Err(_) => {
                self.tally.unanswered += 1;
                tokio::time::sleep(PAUSE).await;
                match Connection::open(self.address).await {
                    Ok(another) => self.connection = another,
                    Err(_) => return false,
                }
            }
        }
        true
    }
}

/// Everything that all callers were answered.
pub(super) fn sum(tallies: Vec<Tally>, questions: usize, elapsed: Duration) -> Outcome {
    let (mut micros, mut errors) = (Vec::new(), BTreeMap::new());
    let (mut done, mut refused, mut unanswered) = (0, 0, 0);
    for tally in tallies {
        micros.extend(tally.micros);
        done += tally.done;
        refused += tally.refused;
        unanswered += tally.unanswered;
        for (status, count) in tally.errors {
            *errors.entry(status).or_default() += count;
        }
    }
    Outcome { elapsed, questions, done, latencies: Latencies::of(micros), errors, refused, unanswered }
}
