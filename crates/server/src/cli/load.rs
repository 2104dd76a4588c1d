//! `usher load`.

use std::fs::File;
use std::io::{BufRead, BufReader, stdin};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{ArgGroup, Args};
use url::Url;

use super::say;
use crate::clock::Source;
use crate::load::{
    Asked, Comparison, Database, DemoLine, Growth, LONGEST, Plan, Report, Sent, Subject, Target, Until,
    compare, drive, grow,
};
use crate::start::StartProblem;

/// Enrol new people as fast as the server answers, and print rate and latencies. Load goes to this machine alone.
///
/// Name a meeting of a running server by --url, --token, --organizer and --meeting, or by what the demo prints:
/// `usher demo --json | usher load --demo-json -`. With --compare nothing needs to run: servers are started and
/// ended, and durable enrolments are held against the same requests without storing and against one transaction
/// each; on a file, or with --database on PostgreSQL, beside pgbench. With --compare many, batches, many people in a
/// request and questions about a list are measured beside enrolments one by one. With --growth a meeting is filled in
/// steps, and at each size it is measured what a page, one registrant, the count and an enrolment cost.
#[derive(Args, Debug)]
#[command(group = ArgGroup::new("where").required(true).args(["url", "demo_json", "compare", "growth"]))]
#[command(group = ArgGroup::new("own").args(["compare", "growth"]))]
pub(super) struct Load {
    /// Address of a running server
    #[arg(long, requires_all = ["token", "organizer", "meeting"])]
    url: Option<String>,
    /// Bearer token to enrol with
    #[arg(long, requires = "url")]
    token: Option<String>,
    /// Object id of the meeting's organizer
    #[arg(long, value_name = "ID", requires = "url")]
    organizer: Option<String>,
    /// Id of the meeting, as the API gave it
    #[arg(long, value_name = "ID", requires = "url")]
    meeting: Option<String>,
    /// File with the line of `usher demo --json`; `-` is standard input
    #[arg(long, value_name = "FILE")]
    demo_json: Option<PathBuf>,
    /// How many ask at once, each without a pause [default: 64; `many`: 16]
    #[arg(long, value_name = "N", conflicts_with = "database",
        value_parser = clap::value_parser!(u16).range(1..=1024))]
    callers: Option<u16>,
    /// Enrol so many people in each request: see docs/bulk.md
    #[arg(long, value_name = "N", conflicts_with = "own", value_parser = clap::value_parser!(u16).range(1..=1000))]
    rows: Option<u16>,
    /// How long; 10 without --compare, 4 for each measurement with it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=LONGEST.as_secs()))]
    seconds: Option<u64>,
    /// How many enrolments, instead of how long
    #[arg(long, value_name = "N", conflicts_with_all = ["seconds", "compare"],
        value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    count: Option<u64>,
    /// Print one line of JSON for scripts instead
    #[arg(long, conflicts_with = "compare")]
    json: bool,
    /// Start servers and compare: enrolments, or `many` at once and lists
    #[arg(long, value_name = "WHAT", num_args = 0..=1, default_missing_value = "enrolments",
        hide_possible_values = true)]
    compare: Option<Subject>,
    /// How many registrants a list has
    #[arg(long, hide = true, value_name = "N", requires = "compare", default_value_t = 100_000,
        value_parser = clap::value_parser!(u64).range(3_000..=10_000_000))]
    registrants: u64,
    /// Use this PostgreSQL database; it has to be empty, and is emptied
    #[arg(long, value_name = "URL", requires = "own")]
    database: Option<Url>,
    /// Measure only these rows of the first table: `a,b`
    #[arg(long, value_name = "SIGN", requires = "compare", value_delimiter = ',')]
    only: Vec<String>,
    /// How often everything is measured
    #[arg(long, value_name = "N", default_value_t = 5, requires = "compare",
        value_parser = clap::value_parser!(u8).range(1..=50))]
    rounds: u8,
    /// Folder for databases and logs, on a real disk [default: a temporary one]
    #[arg(long, value_name = "FOLDER", requires = "own")]
    data: Option<PathBuf>,
    /// Print Markdown
    #[arg(long, requires = "own")]
    markdown: bool,
    /// Fill one meeting in steps and measure at each size
    #[arg(long)]
    growth: bool,
    /// The sizes, in rising order
    #[arg(long, value_name = "N,…", requires = "growth", value_delimiter = ',',
        default_values_t = [10_000, 1_000_000, 5_000_000], value_parser = clap::value_parser!(u64).range(200..))]
    sizes: Vec<u64>,
    /// How often each request is measured at each size
    #[arg(long, hide = true, value_name = "N", requires = "growth", default_value_t = 300,
        value_parser = clap::value_parser!(u16).range(1..=10_000))]
    asks: u16,
}

impl Load {
    pub(super) async fn run(self) -> Result<(), StartProblem> {
        if let Some(subject) = self.compare {
            say(compare(&self.comparison(subject)?).await?)?;
            return Ok(());
        }
        if self.growth {
            say(grow(&self.growth()?).await?)?;
            return Ok(());
        }
        let until = match self.count {
            Some(count) => Until::Asked(count),
            None => Until::Passed(Duration::from_secs(self.seconds.unwrap_or(10))),
        };
        let callers = self.callers(64);
        let run = u64::from_be_bytes(Source::from_system().bytes());
        let asked = Asked::Places(self.rows.map_or(Sent::Alone, Sent::Rows));
        let target = Target { asked, ..self.target()? };
        let outcome = drive(target, Plan { callers, until, run }).await?;
        let report = Report::new(callers, &outcome);
        if self.json {
            say(format_args!(
                "{}\n",
                serde_json::to_string(&report).map_err(|error| StartProblem(error.to_string()))?
            ))?;
        } else {
            say(report)?;
        }
        if outcome.done > 0 { Ok(()) } else { Err(StartProblem("nobody was enrolled".to_owned())) }
    }

    fn comparison(&self, subject: Subject) -> Result<Comparison, StartProblem> {
        let callers = match subject {
            Subject::Enrolments => 64,
            Subject::Many => 16,
        };
        Ok(Comparison {
            rounds: usize::from(self.rounds),
            length: Duration::from_secs(self.seconds.unwrap_or(4)),
            callers: self.callers(callers),
            folder: self.data.clone().unwrap_or_else(std::env::temp_dir),
            markdown: self.markdown,
            database: self.database.clone().map(Database::new).transpose()?,
            only: self.only.clone(),
            subject,
            registrants: self.registrants,
        })
    }

    fn callers(&self, unsaid: u16) -> usize {
        usize::from(self.callers.unwrap_or(unsaid))
    }

    fn growth(&self) -> Result<Growth, StartProblem> {
        Ok(Growth {
            sizes: self.sizes.clone(),
            asks: u64::from(self.asks),
            folder: self.data.clone().unwrap_or_else(std::env::temp_dir),
            database: self.database.clone().map(Database::new).transpose()?,
            markdown: self.markdown,
        })
    }

    fn target(&self) -> Result<Target, StartProblem> {
        if let Some(file) = &self.demo_json {
            return DemoLine::read(&first_line(file)?)?.target();
        }
        match (&self.url, &self.token, &self.organizer, &self.meeting) {
            (Some(url), Some(token), Some(organizer), Some(meeting)) => {
                Target::new(url, token, organizer, meeting)
            }
            _ => Err(StartProblem("say where: --url, --token, --organizer and --meeting".to_owned())),
        }
    }
}

/// One line and no more: the demo keeps running behind it.
fn first_line(file: &Path) -> Result<String, StartProblem> {
    let mut line = String::new();
    let read = if file == Path::new("-") {
        stdin().lock().read_line(&mut line)
    } else {
        File::open(file).and_then(|file| BufReader::new(file).read_line(&mut line))
    };
    read.map_err(|error| StartProblem(format!("cannot read `{}`: {error}", file.display())))?;
    Ok(line)
}
