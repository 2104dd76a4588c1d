//! `usher registrants`

use std::collections::HashSet;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{Write, stdout};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use domain::{FieldProblem, MeetingId, Registration};
use store::Hosted;
use tokio::sync::mpsc;

use super::progress::Progress;
use super::registrants_csv::{Line, Lines, Numbered};
use super::{ConfigFile, failed, say};
use crate::app::App;
use crate::clock::{Clock, Source};
use crate::error::ApiError;
use crate::graph::{Broken, Enroller, List, NewRow, Reader, check_rows, enroll_rows, write_export};
use crate::sheet::{Columns, Format};
use crate::start::{StartProblem, build};

/// How many lines are enrolled together.
const CHUNK: usize = 1_000;

/// Import and export the registrants of a meeting
#[derive(Debug, Subcommand)]
pub(super) enum Registrants {
    /// Enroll the people of a CSV file, all or nobody where a line is at fault
    ///
    /// Columns are called as in an export. The same file can be imported again: see docs/bulk.md.
    Import {
        #[command(flatten)]
        at: At,
        /// The CSV file
        file: PathBuf,
        /// Only say what would be done, and every line at fault
        #[arg(long)]
        dry_run: bool,
    },
    /// Write the registrants to a file, or to standard output
    Export {
        #[command(flatten)]
        at: At,
        /// `csv`, `csv-with-bom` for Excel, or `xlsx`
        #[arg(long, value_enum, default_value_t = Form::Csv, hide_possible_values = true)]
        format: Form,
        /// The file; it must not be there yet
        file: Option<PathBuf>,
    },
}

#[derive(Args, Debug)]
pub(super) struct At {
    #[command(flatten)]
    config: ConfigFile,
    /// Id of the meeting, as the API gives it
    #[arg(long, value_name = "ID")]
    meeting: String,
}

/// The forms of an export, as the command line spells them.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Form {
    Csv,
    CsvWithBom,
    Xlsx,
}

impl Registrants {
    pub(super) async fn run(self) -> Result<(), StartProblem> {
        match self {
            Self::Import { at, file, dry_run } => {
                let (app, hosted, registration) = at.open().await?;
                let import = Import { app: &app, meeting: hosted.meeting.id, registration: &registration };
                say(if dry_run { import.rehearse(&file).await? } else { import.run(&file).await? })
            }
            Self::Export { at, format, file } => {
                let (app, hosted, registration) = at.open().await?;
                let format = match format {
                    Form::Csv => Format::Csv,
                    Form::CsvWithBom => Format::CsvWithBom,
                    Form::Xlsx => Format::Xlsx,
                };
                let columns = Columns::of(&registration, None);
                let list = List { meeting: hosted.meeting, registration, columns, format };
                export(&app, &list, file.as_deref()).await
            }
        }
    }
}

impl At {
    async fn open(&self) -> Result<(App, Hosted, Registration), StartProblem> {
        let config = self.config.load()?;
        let no_meeting = || StartProblem(format!("there is no meeting `{}`", self.meeting));
        let (organizer, meeting) = wire::ids::read_meeting(&self.meeting).ok_or_else(no_meeting)?;
        let app = build(&config, Clock::System, Source::from_system()).await?.app;
        let hosted = app.store.find_hosted(meeting).await.map_err(failed)?;
        let hosted = hosted.filter(|hosted| hosted.meeting.organizer == organizer).ok_or_else(no_meeting)?;
        let registration = hosted.registration.clone();
        let registration =
            registration.ok_or_else(|| StartProblem("the meeting has no registration".to_owned()))?;
        Ok((app, hosted, registration))
    }
}

/// What became of the lines of a file.
#[derive(Debug, Default)]
struct Tally {
    enrolled: u64,
    were_registered: u64,
    canceled: u64,
    faults: Vec<String>,
    /// Hashes of whom a rehearsal met.
    met: HashSet<u64>,
}

struct Import<'a> {
    app: &'a App,
    meeting: MeetingId,
    registration: &'a Registration,
}

impl Import<'_> {
    /// Checks the whole file before the first of it is stored.
    async fn run(&self, file: &Path) -> Result<String, StartProblem> {
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
    async fn rehearse(&self, file: &Path) -> Result<String, StartProblem> {
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
            told += &format!("only {free} places are left: the registration would be full for the others\n");
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
                Line::Canceled => tally.canceled += 1,
                Line::Row(row) => {
                    rows.push(*row);
                    numbers.push(line);
                }
            }
        }
        if step == Step::Enroll {
            let results = enroll_rows(self.app, &Enroller::Operator, self.meeting, &rows).await;
            for (line, result) in numbers.into_iter().zip(results.map_err(refused)?) {
                match (result.error, result.was_registered) {
                    (Some(error), _) => tally.faults.push(format!("line {line}: {}", error.message)),
                    (None, Some(true)) => tally.were_registered += 1,
                    (None, _) => tally.enrolled += 1,
                }
            }
            return Ok(());
        }
        let checked =
            check_rows(self.app, &Enroller::Operator, self.meeting, &rows).await.map_err(refused)?;
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
    match tally.canceled {
        0 => String::new(),
        canceled => format!("; {canceled} that canceled were passed over"),
    }
}

fn refused(error: ApiError) -> StartProblem {
    error.log_cause();
    StartProblem(error.for_row(0).message)
}

async fn export(app: &App, list: &List, file: Option<&Path>) -> Result<(), StartProblem> {
    let mut out: Box<dyn Write> = match file {
        None => Box::new(stdout()),
        Some(file) => {
            let made = fs::OpenOptions::new().write(true).create_new(true).open(file);
            let made =
                made.map_err(|error| StartProblem(format!("cannot write `{}`: {error}", file.display())));
            Box::new(made?)
        }
    };
    let (sender, mut pages) = mpsc::channel(1);
    let writing = async {
        let written = write_export(app, list, &sender, &Reader::Operator).await;
        drop(sender);
        written
    };
    let taking = async {
        while let Some(Ok(page)) = pages.recv().await {
            out.write_all(&page)?;
        }
        out.flush()
    };
    let (written, taken) = tokio::join!(writing, taking);
    match (written, taken) {
        (_, Err(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        (_, Err(error)) => Err(StartProblem(format!("cannot write the export: {error}"))),
        (Err(Broken::Off(error)), _) => Err(refused(error)),
        (Ok(()) | Err(Broken::Unread), Ok(())) => Ok(()),
    }
}
