//! `usher migrate`

use std::path::{Path, PathBuf};

use clap::Subcommand;
use store::{MoveProblem, Moving, Stage, keep_sqlite, move_to_postgres};

use super::progress::Progress;
use super::{ConfigFile, say};
use crate::clock::Source;
use crate::config::{Config, Database, DatabaseUrl, Secret};
use crate::start::{StartProblem, because, with_ssl_mode};

/// Move everything to another database
#[derive(Debug, Subcommand)]
pub(super) enum Migrate {
    /// Move from the SQLite file of the configuration to an empty PostgreSQL database
    ///
    /// Stop `usher serve` first: the move refuses a file that anybody has open, and keeps it for itself. Interrupted,
    /// the same command goes on where it was. At the end every row is compared, and until then neither database can
    /// be served.
    SqliteToPostgres {
        #[command(flatten)]
        config: ConfigFile,
        /// The PostgreSQL database, as `database.url` takes it: without the password
        #[arg(long, value_name = "postgres://USER@HOST/NAME")]
        to: String,
        /// File with its password [default: what PGPASSWORD or ~/.pgpass say]
        #[arg(long, value_name = "FILE")]
        password_file: Option<PathBuf>,
    },
    /// Give a move up, begun or done, and serve the SQLite file again as it was then
    KeepSqlite {
        #[command(flatten)]
        config: ConfigFile,
    },
}

impl Migrate {
    pub(super) async fn run(self) -> Result<(), StartProblem> {
        match self {
            Self::SqliteToPostgres { config, to, password_file } => {
                let config = config.load()?;
                let file = sqlite_file(&config)?;
                let section = section(&to, password_file.as_deref());
                let rows = carry(file, &target(&section)?).await?;
                say(format_args!("{}\n", farewell(&config, file, &section, rows)))?;
            }
            Self::KeepSqlite { config } => {
                let config = config.load()?;
                let file = sqlite_file(&config)?;
                keep_sqlite(file).await.map_err(problem)?;
                say(format_args!(
                    "`{}` can be served again, as it was when the move began; the PostgreSQL database should not be\n",
                    file.display()
                ))?;
            }
        }
        Ok(())
    }
}

/// The file that the configuration names. It has to be there: nothing is moved out of a new one.
fn sqlite_file(config: &Config) -> Result<&Path, StartProblem> {
    match &config.database.url {
        DatabaseUrl::Sqlite(file) if file.exists() => Ok(file),
        DatabaseUrl::Sqlite(file) => {
            Err(StartProblem(format!("there is no database `{}`: see `database.url`", file.display())))
        }
        DatabaseUrl::Postgres(_) => Err(StartProblem(
            "`database.url` names PostgreSQL: the move wants the configuration with the SQLite file"
                .to_owned(),
        )),
    }
}

/// What the configuration will say of the new database.
fn section(to: &str, password_file: Option<&Path>) -> String {
    let password = password_file.map(|file| format!("password_file = {file:?}\n")).unwrap_or_default();
    format!("[database]\nurl = {to:?}\n{password}")
}

/// The new database, judged as the configuration will be.
fn target(section: &str) -> Result<Database, StartProblem> {
    let text = format!("[server]\npublic_url = \"https://usher.invalid\"\n{section}");
    let config = Config::from_toml_str(&text)
        .map_err(|problems| StartProblem(format!("cannot move there, as the configuration:\n{problems}")))?;
    Ok(config.database)
}

async fn carry(file: &Path, target: &Database) -> Result<Option<u64>, StartProblem> {
    let DatabaseUrl::Postgres(url) = &target.url else {
        return Err(StartProblem("`--to` wants an address as `postgres://user@host/name`".to_owned()));
    };
    let password = target.password.as_ref().map(Secret::reveal);
    let id = Source::from_system().random_id();
    let mut progress = Progress::new();
    let moved = move_to_postgres(file, with_ssl_mode(url).as_str(), password, id, &mut |now| {
        show(&mut progress, now)
    })
    .await;
    progress.end();
    moved.map_err(problem)
}

fn problem(problem: MoveProblem) -> StartProblem {
    because("cannot move")(problem)
}

fn show(progress: &mut Progress, now: Moving<'_>) {
    let word = match now.stage {
        Stage::Copying => "copying",
        Stage::Comparing => "comparing",
    };
    progress.show(word, now.table, now.done, now.of);
}

fn farewell(config: &Config, file: &Path, section: &str, rows: Option<u64>) -> String {
    let done = match rows {
        Some(rows) => format!("moved and compared {rows} rows"),
        None => "the move was complete already; nothing was compared again".to_owned(),
    };
    format!(
        "{done}\n\n\
         In the configuration let the section `[database]` be:\n\n{section}\n\
         Change nothing else: `{}` stays the same, or all links sent so far are dead. Then start `usher serve`.\n\
         `{}` is not served any more; keep it until you have a backup of the new database.",
        config.links.key_file.display(),
        file.display(),
    )
}
