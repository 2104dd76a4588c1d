//! What a run of load prints.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::drive::Outcome;

/// A run of load in figures. Scripts rely on the names of its JSON.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Report {
    /// How many asked at once.
    pub(crate) callers: usize,
    /// How many questions each enrolment answered.
    pub(crate) questions: usize,
    /// How long it took, in seconds.
    pub(crate) seconds: f64,
    /// How many people were enrolled.
    pub(crate) enrolments: u64,
    /// How many of those a second.
    pub(crate) per_second: f64,
    /// Latencies in milliseconds.
    pub(crate) p50_ms: f64,
    /// See `p50_ms`.
    pub(crate) p99_ms: f64,
    /// See `p50_ms`.
    pub(crate) p999_ms: f64,
    /// See `p50_ms`.
    pub(crate) max_ms: f64,
    /// How many were answered otherwise, by status.
    pub(crate) errors: BTreeMap<u16, u64>,
    /// How many people were refused a place in an answer with 200.
    pub(crate) refused: u64,
    /// How many got no answer.
    pub(crate) unanswered: u64,
}

impl Report {
    /// The figures of a run.
    pub(crate) fn new(callers: usize, outcome: &Outcome) -> Self {
        let latencies = &outcome.latencies;
        Self {
            callers,
            questions: outcome.questions,
            seconds: outcome.elapsed.as_secs_f64(),
            enrolments: outcome.done,
            per_second: outcome.rate(),
            p50_ms: latencies.percentile(500),
            p99_ms: latencies.percentile(990),
            p999_ms: latencies.percentile(999),
            max_ms: latencies.max(),
            errors: outcome.errors.clone(),
            refused: outcome.refused,
            unanswered: outcome.unanswered,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { callers, seconds, enrolments, per_second, p50_ms, p99_ms, p999_ms, max_ms, .. } = self;
        writeln!(
            f,
            "{enrolments} enrolments in {seconds:.2} s by {callers} callers: {per_second:.0} a second"
        )?;
        writeln!(f, "p50 {p50_ms:.2} ms, p99 {p99_ms:.2} ms, p99.9 {p999_ms:.2} ms, max {max_ms:.2} ms")?;
        if self.errors.is_empty() && self.refused == 0 && self.unanswered == 0 {
            return writeln!(f, "errors: none");
        }
        let mut errors: Vec<String> =
            self.errors.iter().map(|(status, count)| format!("{count} × {status}")).collect();
        if self.refused > 0 {
            errors.push(format!("{} × refused", self.refused));
        }
        if self.unanswered > 0 {
            errors.push(format!("{} × no answer", self.unanswered));
        }
        writeln!(f, "errors: {}", errors.join(", "))
    }
}
