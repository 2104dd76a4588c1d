//! `usher registrants`

use std::fs;
use std::io::{Write, stdout};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use domain::Registration;
use store::Hosted;
use tokio::sync::mpsc;

use super::registrants_import::{Import, refused};
use super::{ConfigFile, failed, say};
use crate::app::App;
use crate::clock::{Clock, Source};
use crate::erasures::{self, Erased};
use crate::graph::{Broken, List, Reader, write_export};
use crate::sheet::{Columns, Format};
use crate::start::{StartProblem, build};

/// Import and export the registrants of a meeting, and erase again after a restore
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
    /// Erase again whoever a log of erasures names, after a backup was restored
    EraseAgain {
        #[command(flatten)]
        config: ConfigFile,
        /// The file `erasures.log` of a data folder
        log: PathBuf,
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
            Self::EraseAgain { config, log } => erase_again(&config, &log).await,
        }
    }
}

async fn erase_again(config: &ConfigFile, log: &Path) -> Result<(), StartProblem> {
    let (erased, unreadable) = erasures::read(log)?;
    let app = build(&config.load()?, Clock::System, Source::from_system()).await?.app;
    for Erased { meeting, registrant } in &erased {
        let (cancellation, erasure) = (app.fact("operator".to_owned()), app.fact("operator".to_owned()));
        app.store.erase_registrant(*meeting, *registrant, &cancellation, &erasure).await.map_err(failed)?;
    }
    say(format!("erased: whoever is left of {} in the log", erased.len()))?;
    match &*unreadable {
        [] => Ok(()),
        lines => {
            let lines: Vec<String> = lines.iter().map(usize::to_string).collect();
            let log = log.display();
            Err(StartProblem(format!("no erasure in line {} of `{log}`: it was cut off", lines.join(", "))))
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
        (Err(Broken::Off(error)), _) => Err(refused(&error)),
        (Err(Broken::Unwritten(error)), _) => Err(StartProblem(format!("cannot write the table: {error}"))),
        (Ok(()) | Err(Broken::Unread), Ok(())) => Ok(()),
    }
}
