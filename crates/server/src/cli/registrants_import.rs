//! Enrolling the people of a file.

use std::collections::HashSet;
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use domain::{FieldProblem, MeetingId, Registration};

use super::failed;
use super::progress::Progress;
use super::registrants_csv::{Line, Lines, Numbered};
use crate::app::App;
use crate::error::ApiError;
use crate::graph::{Enroller, NewRow, check_rows, enroll_rows};
use crate::start::StartProblem;

/// How many lines are enrolled together.
const CHUNK: usize = 1_000;

/// What became of the lines of a file.
#[derive(Debug, Default)]
struct Tally {
    enrolled: u64,
    were_registered: u64,
    /// Given no place yet: they wait for one, or for the organizer.
    waiting: u64,
    /// Canceled or rejected before.
    over: u64,
    faults: Vec<String>,
    /// Hashes of whom a rehearsal met.
    met: HashSet<u64>,
}

/// A file that is imported into a registration.
pub(super) struct Import<'a> {
    pub(super) app: &'a App,
    pub(super) meeting: MeetingId,
    pub(super) registration: &'a Registration,
}

impl Import<'_> {
    /// Checks the whole file before the first of it is stored.
    pub(super) async fn run(&self, file: &Path) -> Result<String, StartProblem> {
        let checked = self.go(file, "checking", Step::Check).await?;
        if !checked.faults.is_empty() {
            return Err(StartProblem(format!("nobody was enrolled:\n{}", checked.faults.join("\n"))));
        }
        let done = self.go(file, "enrolling", Step::Enroll).await?;
        let told = format!(
            "enrolled {} people; {} were registered already{}\n",
            done.enrolled,
            done.were_registered,
            passed_over(&done)
        );
        if done.faults.is_empty() {
            return Ok(told);
        }
        Err(StartProblem(format!(
            "{told}{} lines were not enrolled; import the same file again once what they say is done:\n{}",
            done.faults.len(),
            done.faults.join("\n")
        )))
    }

    /// What would be done.
    pub(super) async fn rehearse(&self, file: &Path) -> Result<String, StartProblem> {
        let found = self.go(file, "checking", Step::Rehearse).await?;
        let mut told = format!(
            "would enroll {} people; {} are registered already{}; nothing was stored\n",
            found.enrolled,
            found.were_registered,
            passed_over(&found)
        );
        let free = self.registration.built_in().ok().and_then(|built_in| {
            let capacity = i64::from(built_in.capacity?);
            u64::try_from((capacity - built_in.seats_taken).max(0)).ok()
        });
        if let Some(free) = free.filter(|free| *free < found.enrolled) {
            let built_in = self.registration.built_in().ok();
            let others = match built_in.is_some_and(|built_in| built_in.is_waitlist_enabled) {
                true => "the others would wait for one",
                false => "the registration would be full for the others",
            };
            told += &format!("only {free} places are left: {others}\n");
        }
        if self.registration.built_in().is_ok_and(|built_in| built_in.is_manual_approval_enabled) {
            told += "the organizer decides about each of them\n";
        }
        if found.faults.is_empty() {
            return Ok(told);
        }
        Err(StartProblem(format!(
            "{told}{} lines are at fault:\n{}",
            found.faults.len(),
            found.faults.join("\n")
        )))
    }

    async fn go(&self, file: &Path, word: &str, step: Step) -> Result<Tally, StartProblem> {
        let unreadable = |error| StartProblem(format!("cannot read `{}`: {error}", file.display()));
        let open = File::open(file).map_err(unreadable)?;
        let length = open.metadata().map_err(unreadable)?.len();
        let mut lines = Lines::open(open, &self.registration.kind, self.meeting)
            .map_err(|problems| StartProblem(format!("nobody was enrolled:\n{}", problems.join("\n"))))?;
        if step != Step::Enroll && !lines.passed_over().is_empty() {
            eprintln!("these columns are passed over: `{}`", lines.passed_over().join("`, `"));
        }
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut progress = Progress::new();
        let mut tally = Tally::default();
        loop {
            let chunk = lines.next_chunk(CHUNK);
            let Some(last) = chunk.last() else { break };
            progress.show(word, &name, last.at, length);
            self.take(chunk, step, &mut tally).await?;
        }
        progress.end();
        Ok(tally)
    }

    async fn take(&self, chunk: Vec<Numbered>, step: Step, tally: &mut Tally) -> Result<(), StartProblem> {
        let mut rows: Vec<Result<NewRow, FieldProblem>> = Vec::with_capacity(chunk.len());
        let mut numbers = Vec::with_capacity(chunk.len());
        for Numbered { line, held, .. } in chunk {
            match held {
                Line::Over => tally.over += 1,
                Line::Row(row) => {
                    rows.push(*row);
                    numbers.push(line);
                }
            }
        }
        if step == Step::Enroll {
            let results = enroll_rows(self.app, &Enroller::Operator, self.meeting, &rows).await;
            for (line, result) in numbers.into_iter().zip(results.map_err(|error| refused(&error))?) {
                match (result.error, result.was_registered) {
                    (Some(error), _) => tally.faults.push(format!("line {line}: {}", error.message)),
                    (None, Some(true)) => tally.were_registered += 1,
                    (None, _) if result.status == Some("registered") => tally.enrolled += 1,
                    (None, _) => tally.waiting += 1,
                }
            }
            return Ok(());
        }
        let checked = check_rows(self.app, &Enroller::Operator, self.meeting, &rows)
            .await
            .map_err(|error| refused(&error))?;
        for (line, checked) in numbers.into_iter().zip(checked) {
            match checked {
                Err(error) if error.details.is_empty() => {
                    tally.faults.push(format!("line {line}: {}", error.message));
                }
                Err(error) => {
                    let each = error.details.iter().map(|detail| format!("line {line}: {}", detail.message));
                    tally.faults.extend(each);
                }
                Ok(person) if step == Step::Rehearse => {
                    let found = self.app.store.find_live_registrant(self.meeting, &person.key()).await;
                    let mut hasher = DefaultHasher::new();
                    person.key().hash(&mut hasher);
                    let is_first = tally.met.insert(hasher.finish());
                    match found.map_err(failed)? {
                        None if is_first => tally.enrolled += 1,
                        _ => tally.were_registered += 1,
                    }
                }
                Ok(_) => tally.enrolled += 1,
            }
        }
        Ok(())
    }
}

/// What is done with the lines of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// Find what is at fault.
    Check,
    /// And who is registered already.
    Rehearse,
    Enroll,
}

fn passed_over(tally: &Tally) -> String {
    let waiting = match tally.waiting {
        0 => String::new(),
        waiting => format!("; {waiting} wait for a place or for the organizer"),
    };
    match tally.over {
        0 => waiting,
        over => format!("{waiting}; {over} whose registration is over were passed over"),
    }
}

/// A refusal, in words for the terminal.
pub(super) fn refused(error: &ApiError) -> StartProblem {
    error.log_cause();
    StartProblem(error.for_row(0).message)
}
