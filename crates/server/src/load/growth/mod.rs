//! Growth: whether a page, one registrant, the count and an enrolment cost the same in a meeting of millions.
//!
//! One server runs all the while, so that its memory is seen to stay. Beside it one meeting is filled in steps, by the
//! store's own operations, and at each size the same requests go over HTTP, each in turn, with one among them that has
//! nothing to do with the size: what moves that one is noise.

mod ask;
mod write_up;

use std::path::PathBuf;

use self::ask::Asker;
use self::write_up::WriteUp;
use super::compare::child::Child;
use super::compare::interrupted;
use super::compare::programme::Load;
use super::database::Database;
use super::fill::Filler;
use super::machine::resident_megabytes;
use super::stats::Latencies;
use crate::start::StartProblem;

/// What is filled, and how it is measured.
#[derive(Clone, Debug)]
pub(crate) struct Growth {
    /// How many registrants the meeting has at each step, rising.
    pub(crate) sizes: Vec<u64>,
    /// How often each request is measured at each size.
    pub(crate) asks: u64,
    /// Where a database is made and removed again.
    pub(crate) folder: PathBuf,
    /// An empty database to fill instead, and to empty again.
    pub(crate) database: Option<Database>,
    /// Whether the answer is for a page of documentation.
    pub(crate) markdown: bool,
}

/// What was found at one size.
#[derive(Debug)]
struct Step {
    /// How many registrants the meeting had when it was measured.
    size: u64,
    /// Registrants a second while it was filled.
    fill_rate: f64,
    /// Of each request, in the order of [`ask::What::ALL`].
    samples: Vec<Latencies>,
    /// What of the server is in memory afterwards, in megabytes.
    resident: f64,
}

/// Fills and measures, and gives what is to be printed. Progress goes to standard error.
pub(crate) async fn grow(growth: &Growth) -> Result<String, StartProblem> {
    if !growth.sizes.is_sorted_by(|one, next| one < next) {
        return Err(StartProblem("`--sizes` wants numbers in rising order".to_owned()));
    }
    tokio::select! {
        steps = run(growth) => Ok(WriteUp { growth, steps: &steps? }.to_string()),
        stopped = interrupted() => Err(stopped),
    }
}

async fn run(growth: &Growth) -> Result<Vec<Step>, StartProblem> {
    if let Some(database) = &growth.database {
        database.refuse_used().await?;
    }
    let child = Child::start(Load::STORE, growth.database.as_ref(), &growth.folder).await?;
    let id = child.id().ok_or_else(|| StartProblem("the server ended by itself".to_owned()))?;
    let mut filler = Filler::beside(&child, growth.database.as_ref()).await?;

    let mut steps = Vec::with_capacity(growth.sizes.len());
    for size in &growth.sizes {
        let fill_rate = filler.fill(*size).await?;
        // Filling takes longer than the server keeps a silent connection.
        let mut asker = Asker::new(&child.target).await?;
        let samples = asker.measure(&filler.landmarks(), growth.asks).await?;
        let resident = resident_megabytes(id).unwrap_or_default();
        eprintln!("{size} registrants: measured");
        steps.push(Step { size: *size, fill_rate, samples, resident });
    }
    filler.close().await;
    child.end().await?;
    if let Some(database) = &growth.database {
        database.clear().await?;
    }
    Ok(steps)
}
