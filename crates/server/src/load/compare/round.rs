//! One measurement of a round.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::child::{Child, new_folder};
use super::filled::Filled;
use super::programme::{Item, Load, What};
use super::{Bench, Comparison, end};
use crate::clock::Source;
use crate::load::drive::{Outcome, Plan, Until, drive_from};
use crate::load::machine::{CpuTime, Watched, resident_megabytes};
use crate::load::naive::{Naive, fill};
use crate::load::open_loop::arrive;
use crate::load::pgbench::{self, Script};
use crate::load::reading::Reading;
use crate::load::stats::Latencies;
use crate::load::target::{Asked, Target};
use crate::start::StartProblem;

/// Before figures count: connections, caches and the first pages are warm after it.
const WARM_UP: Duration = Duration::from_millis(500);
/// How long a server is left alone before its memory at rest is read.
const REST: Duration = Duration::from_millis(300);
/// Between two looks at memory under load.
const LOOK: Duration = Duration::from_millis(200);

/// What one measurement found. Times in milliseconds unless their name says otherwise.
#[derive(Debug)]
pub(super) struct Sample {
    /// Of which item.
    pub(super) sign: &'static str,
    /// Enrolments or answers a second, however many a request has. Latencies are those of requests.
    pub(super) rate: f64,
    pub(super) p50: f64,
    pub(super) p99: f64,
    pub(super) p999: f64,
    pub(super) max: f64,
    /// Requests that were not answered with 200, and people whom an answer refused a place.
    pub(super) failures: u64,
    /// CPU time of the server for one enrolment or answer, in microseconds; `None` where there is no server.
    pub(super) cpu_micros: Option<f64>,
    /// That of PostgreSQL; `None` where it runs elsewhere or not at all.
    pub(super) database_micros: Option<f64>,
    /// Cores that other processes kept busy meanwhile.
    pub(super) strangers: f64,
    /// What the server itself used.
    pub(super) footprint: Option<Footprint>,
}

/// What a server used, in megabytes, and how long it took to start.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Footprint {
    pub(super) first_answer: Duration,
    pub(super) at_rest: f64,
    pub(super) under_load: f64,
    pub(super) after: f64,
}

/// What was measured together, in the order measured.
#[derive(Debug)]
pub(super) struct Round(pub(super) Vec<Sample>);

impl Round {
    pub(super) fn find(&self, sign: &str) -> Option<&Sample> {
        self.0.iter().find(|sample| sample.sign == sign)
    }

    /// The rate of one over that of another.
    pub(super) fn rates(&self, above: &str, below: &str) -> Option<f64> {
        Some(self.find(above)?.rate / self.find(below)?.rate)
    }
}

/// Measures. `peak` is the best rate of the round so far of what arrives by plan, `filled` the server with the list, as long
/// as nothing else is measured.
pub(super) async fn measure(
    item: &Item,
    peak: f64,
    bench: &Bench<'_>,
    filled: &mut Option<Filled>,
) -> Result<Sample, StartProblem> {
    if !matches!(item.what, What::Reading(_)) {
        end(filled).await?;
        bench.clear().await?;
    }
    let mut sample = match item.what {
        What::Reading(reading) => about_a_list(reading, bench, filled).await?,
        What::Http(load) => over_http(load, bench).await?,
        What::Planned(percent, load) => by_plan(load, peak * f64::from(percent) / 100.0, bench).await?,
        What::Direct(naive) => straight(naive, bench.comparison).await?,
        What::Pgbench(script, clients) => by_pgbench(script, clients, bench).await?,
    };
    sample.sign = item.sign;
    Ok(sample)
}

async fn over_http(load: Load, bench: &Bench<'_>) -> Result<Sample, StartProblem> {
    let callers = load.callers.unwrap_or(bench.comparison.callers);
    on_a_server(load, bench, in_a_loop(callers, bench.comparison.length)).await
}

/// Every caller asks again as soon as it is answered.
fn in_a_loop(
    callers: usize,
    length: Duration,
) -> impl AsyncFn(Target, bool, Ready) -> Result<Outcome, StartProblem> {
    async move |target: Target, is_warm: bool, ready: Ready| {
        let until = Until::Passed(if is_warm { length } else { WARM_UP });
        drive_from(target, Plan { callers, until, run: new_run() }, ready).await
    }
}

async fn about_a_list(
    reading: Reading,
    bench: &Bench<'_>,
    filled: &mut Option<Filled>,
) -> Result<Sample, StartProblem> {
    let Comparison { callers, length, .. } = *bench.comparison;
    let filled = match filled {
        Some(filled) => filled,
        None => filled.insert(Filled::start(bench).await?),
    };
    let target = filled.target(reading).await?;
    load_server(&filled.child, &target, bench, in_a_loop(callers, length)).await
}

async fn by_plan(load: Load, per_second: f64, bench: &Bench<'_>) -> Result<Sample, StartProblem> {
    if per_second <= 0.0 {
        let why = "arrivals by plan need a rate that was measured before: `a`, `hot` or `spread`";
        return Err(StartProblem(why.to_owned()));
    }
    let length = bench.comparison.length;
    on_a_server(load, bench, async |target, is_warm, ready| {
        arrive(target, per_second, if is_warm { length } else { WARM_UP }, new_run(), ready).await
    })
    .await
}

/// Called when the callers are about to begin: what came before is not the load.
type Ready = Box<dyn FnOnce() + Send>;

/// Starts a server, loads it, and ends it.
async fn on_a_server(
    load: Load,
    bench: &Bench<'_>,
    drive: impl AsyncFn(Target, bool, Ready) -> Result<Outcome, StartProblem>,
) -> Result<Sample, StartProblem> {
    let child = Child::start(load, bench.database(), &bench.comparison.folder).await?;
    let asked = Asked::Places(load.sent);
    let target = Target { in_order: load.in_order, asked, ..child.target.clone() };
    let sample = load_server(&child, &target, bench, drive).await?;
    child.end().await?;
    Ok(sample)
}

/// Loads a server once to warm it and once for the figures.
async fn load_server(
    child: &Child,
    target: &Target,
    bench: &Bench<'_>,
    drive: impl AsyncFn(Target, bool, Ready) -> Result<Outcome, StartProblem>,
) -> Result<Sample, StartProblem> {
    let id = child.id().ok_or_else(|| StartProblem("the server ended by itself".to_owned()))?;
    let memory = || resident_megabytes(id).unwrap_or_default();
    tokio::time::sleep(REST).await;
    let at_rest = memory();
    drive(target.clone(), false, Box::new(|| ())).await?;

    let watched = bench.watched(Some(id));
    let before = Arc::new(OnceLock::new());
    let ready: Ready = Box::new({
        let before = before.clone();
        move || {
            let _ = before.set(CpuTime::now(watched));
        }
    });
    let (outcome, peak) = watch(drive(target.clone(), true, ready), memory).await;
    let after_load = CpuTime::now(watched);
    let outcome = outcome?;
    let spent = after_load.since(before.get().copied().unwrap_or(after_load));
    tokio::time::sleep(REST).await;
    let after = memory();
    let footprint =
        Footprint { first_answer: child.first_answer, at_rest, under_load: peak.max(after), after };

    let mut sample = Sample::new(&outcome.latencies, outcome.elapsed, spent);
    let each = 1e6 / outcome.done.max(1) as f64;
    sample.rate = outcome.rate();
    sample.failures = outcome.failures();
    sample.cpu_micros = Some(spent.server * each);
    sample.database_micros = watched.postmaster.map(|_| spent.database * each);
    sample.footprint = Some(footprint);
    Ok(sample)
}

async fn straight(naive: Naive, comparison: &Comparison) -> Result<Sample, StartProblem> {
    let folder = new_folder(&comparison.folder)?;
    let before = CpuTime::now(Watched::default());
    let (latencies, elapsed) = fill(folder.path(), naive, comparison.length).await?;
    let spent = CpuTime::now(Watched::default()).since(before);
    Ok(Sample::new(&latencies, elapsed, spent))
}

async fn by_pgbench(script: Script, clients: usize, bench: &Bench<'_>) -> Result<Sample, StartProblem> {
    let cluster = bench.cluster.as_ref();
    let cluster = cluster.ok_or_else(|| StartProblem("`pgbench` needs a `--database`".to_owned()))?;
    let folder = new_folder(&bench.comparison.folder)?;
    let watched = bench.watched(None);
    let before = CpuTime::now(watched);
    let (program, database) = (cluster.pgbench.as_ref(), cluster.database);
    let program = program.ok_or_else(|| StartProblem("`pgbench` was not looked for".to_owned()))?;
    let done =
        pgbench::run(program, database, (script, clients), bench.comparison.length, folder.path()).await?;
    let spent = CpuTime::now(watched).since(before);

    let mut sample = Sample::new(&done.latencies, done.elapsed, spent);
    sample.failures = done.failures;
    // It spent on those that do not count as well.
    let each = 1e6 / done.transactions.max(1) as f64;
    sample.database_micros = watched.postmaster.map(|_| spent.database * each);
    Ok(sample)
}

fn new_run() -> u64 {
    u64::from_be_bytes(Source::from_system().bytes())
}

/// The highest value that `look` saw while `work` went on.
async fn watch<T>(work: impl Future<Output = T>, look: impl Fn() -> f64) -> (T, f64) {
    let mut peak = look();
    let mut work = std::pin::pin!(work);
    loop {
        match tokio::time::timeout(LOOK, &mut work).await {
            Ok(done) => return (done, peak.max(look())),
            Err(_) => peak = peak.max(look()),
        }
    }
}

impl Sample {
    fn new(latencies: &Latencies, elapsed: Duration, spent: CpuTime) -> Self {
        let seconds = elapsed.as_secs_f64().max(f64::MIN_POSITIVE);
        Self {
            sign: "",
            rate: latencies.count() as f64 / seconds,
            p50: latencies.percentile(500),
            p99: latencies.percentile(990),
            p999: latencies.percentile(999),
            max: latencies.max(),
            failures: 0,
            cpu_micros: None,
            database_micros: None,
            strangers: spent.strangers(),
            footprint: None,
        }
    }

    /// Some figures for tests of what is made of them.
    #[cfg(test)]
    pub(super) fn example(sign: &'static str, rate: f64) -> Self {
        Self {
            sign,
            rate,
            p50: 2.0,
            p99: 5.0,
            p999: 6.0,
            max: 7.0,
            failures: 0,
            cpu_micros: None,
            database_micros: None,
            strangers: 0.3,
            footprint: None,
        }
    }
}
