//! One measurement of a round.

use std::time::Duration;

use super::Comparison;
use super::child::{Child, new_folder};
use crate::clock::Source;
use crate::load::bench_server::Mode;
use crate::load::drive::{Outcome, Plan, Until, drive};
use crate::load::machine::{CpuTime, resident_megabytes};
use crate::load::naive::{Naive, fill};
use crate::load::stats::Latencies;
use crate::load::target::Target;
use crate::start::StartProblem;

/// Before figures count: connections, caches and the first pages are warm after it.
const WARM_UP: Duration = Duration::from_millis(500);
/// How long a server is left alone before its memory at rest is read.
const REST: Duration = Duration::from_millis(300);
/// Between two looks at memory under load.
const LOOK: Duration = Duration::from_millis(200);

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// Enrolments over HTTP.
    Http(Mode),
    /// Transactions straight into the database.
    Direct(Naive),
}

/// What one measurement found. Times in milliseconds unless their name says otherwise.
#[derive(Debug)]
pub(super) struct Sample {
    pub(super) what: What,
    pub(super) rate: f64,
    pub(super) p50: f64,
    pub(super) p99: f64,
    pub(super) p999: f64,
    pub(super) max: f64,
    /// Requests that were not answered with 200.
    pub(super) failures: u64,
    /// CPU time of the server for one enrolment, in microseconds; `None` where there is no server.
    pub(super) cpu_micros: Option<f64>,
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

impl What {
    /// Everything, in the order of the first round.
    pub(super) const ALL: [Self; 5] = [
        Self::Http(Mode::Store),
        Self::Http(Mode::Ceiling),
        Self::Direct(Naive::TwoRows),
        Self::Direct(Naive::Everything),
        Self::Http(Mode::Mailbox),
    ];

    /// In words.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Http(Mode::Store) => "a: enrolments over HTTP, on disk",
            Self::Http(Mode::Ceiling) => "b: the same requests, nothing stored",
            Self::Http(Mode::Mailbox) => "a': as a, the mailbox takes letters meanwhile",
            Self::Direct(Naive::TwoRows) => "c: one transaction each, two rows",
            Self::Direct(Naive::Everything) => "c': one transaction each, everything",
        }
    }
}

/// Measures.
pub(super) async fn measure(what: What, comparison: &Comparison) -> Result<Sample, StartProblem> {
    match what {
        What::Http(mode) => over_http(mode, comparison).await,
        What::Direct(naive) => straight(naive, comparison).await,
    }
}

async fn over_http(mode: Mode, comparison: &Comparison) -> Result<Sample, StartProblem> {
    let child = Child::start(mode, &comparison.folder, None).await?;
    let id = child.id().ok_or_else(|| StartProblem("the server ended by itself".to_owned()))?;
    let memory = || resident_megabytes(id).unwrap_or_default();
    tokio::time::sleep(REST).await;
    let at_rest = memory();
    load(&child.target, comparison.callers, WARM_UP).await?;

    let before = CpuTime::now(Some(id));
    let (outcome, peak) = watch(load(&child.target, comparison.callers, comparison.length), memory).await;
    let spent = CpuTime::now(Some(id)).since(before);
    let outcome = outcome?;
    tokio::time::sleep(REST).await;
    let after = memory();
    let footprint =
        Footprint { first_answer: child.first_answer, at_rest, under_load: peak.max(after), after };
    child.end().await?;

    let mut sample = Sample::new(What::Http(mode), &outcome.latencies, outcome.elapsed, spent);
    sample.failures = outcome.failures();
    sample.cpu_micros = Some(spent.other * 1e6 / (outcome.latencies.count().max(1)) as f64);
    sample.footprint = Some(footprint);
    Ok(sample)
}

async fn straight(naive: Naive, comparison: &Comparison) -> Result<Sample, StartProblem> {
    let folder = new_folder(&comparison.folder)?;
    let before = CpuTime::now(None);
    let (latencies, elapsed) = fill(folder.path(), naive, comparison.length).await?;
    let spent = CpuTime::now(None).since(before);
    Ok(Sample::new(What::Direct(naive), &latencies, elapsed, spent))
}

async fn load(target: &Target, callers: usize, length: Duration) -> Result<Outcome, StartProblem> {
    let run = u64::from_be_bytes(Source::from_system().bytes());
    drive(target.clone(), Plan { callers, until: Until::Passed(length), run }).await
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
    fn new(what: What, latencies: &Latencies, elapsed: Duration, spent: CpuTime) -> Self {
        let seconds = elapsed.as_secs_f64().max(f64::MIN_POSITIVE);
        Self {
            what,
            rate: latencies.count() as f64 / seconds,
            p50: latencies.percentile(500),
            p99: latencies.percentile(990),
            p999: latencies.percentile(999),
            max: latencies.max(),
            failures: 0,
            cpu_micros: None,
            strangers: spent.strangers() / seconds,
            footprint: None,
        }
    }
}
