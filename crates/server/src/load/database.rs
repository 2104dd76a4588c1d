//! The PostgreSQL database that a comparison uses up.

use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, PgConnection, query, query_as, query_scalar, raw_sql};
use tokio::process::Command;
use url::Url;

use super::machine;
use crate::cli::demo::without_password;
use crate::start::{StartProblem, because};

/// Where the tables of pgbench are.
pub(super) const PGBENCH_SCHEMA: &str = "usher_pgbench";

/// What the comparison empties again and again has to be empty at first.
const TABLES: &str =
    "SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')";

/// Only what the comparison made can be there: it began with an empty database.
const CLEAR: &str = "DROP SCHEMA IF EXISTS usher_pgbench CASCADE;
    DO $$ DECLARE name text; BEGIN
        FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = current_schema() LOOP
            EXECUTE format('DROP TABLE %I CASCADE', name);
        END LOOP;
    END $$";

/// Its address, with the password apart: programs are told it where no list of processes shows it.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    url: Url,
    password: Option<String>,
}

/// What decides how fast and how durable a server is.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    /// In words.
    pub(super) text: String,
    /// Whether an answer means that the disk has it.
    pub(super) is_durable: bool,
    /// Where its files are, when the role may ask.
    pub(super) folder: Option<String>,
    /// Its first process, when it runs on this machine.
    pub(super) postmaster: Option<u32>,
}

impl Database {
    /// Refuses what is no address of PostgreSQL.
    pub(crate) fn new(url: Url) -> Result<Self, StartProblem> {
        let (url, password) = without_password(url)?;
        Ok(Self { url, password })
    }

    /// Without a password.
    pub(super) fn url(&self) -> &str {
        self.url.as_str()
    }

    /// With its password.
    pub(super) fn whole(&self) -> Url {
        let mut url = self.url.clone();
        // An address of PostgreSQL has a host, and so can have a password.
        let _ = url.set_password(self.password.as_deref());
        url
    }

    /// Lets a program of PostgreSQL's, or one that uses its driver, know the password.
    pub(super) fn introduce(&self, command: &mut Command) {
        if let Some(password) = &self.password {
            command.env("PGPASSWORD", password);
        }
    }

    /// Refuses a database that holds anything: all of it would be lost.
    pub(super) async fn refuse_used(&self) -> Result<(), StartProblem> {
        let mut connection = self.connect().await?;
        let tables: i64 = query_scalar(TABLES)
            .fetch_one(&mut connection)
            .await
            .map_err(because("cannot ask the database"))?;
        if tables == 0 {
            return Ok(());
        }
        Err(StartProblem(
            "the database is in use: give the comparison an empty one of its own (`createdb`), which it empties \
             before each measurement"
                .to_owned(),
        ))
    }

    /// Empties the database, and lets the server write down what waits, so that no measurement pays for another.
    pub(super) async fn clear(&self) -> Result<(), StartProblem> {
        let mut connection = self.connect().await?;
        raw_sql(CLEAR).execute(&mut connection).await.map_err(because("cannot empty the database"))?;
        // A role that may not ask for it measures all the same: the settings say so.
        let _ = query("CHECKPOINT").execute(&mut connection).await;
        connection.close().await.map_err(because("cannot leave the database"))
    }

    /// Runs statements that are constants of ours.
    pub(super) async fn run(&self, statements: &'static str) -> Result<(), StartProblem> {
        let mut connection = self.connect().await?;
        raw_sql(statements).execute(&mut connection).await.map_err(because("cannot make tables"))?;
        connection.close().await.map_err(because("cannot leave the database"))
    }

    /// Asks the server.
    pub(super) async fn settings(&self) -> Result<Settings, StartProblem> {
        let mut connection = self.connect().await?;
        let (process, is_by_tcp): (i32, bool) =
            query_as("SELECT pg_backend_pid(), inet_client_addr() IS NOT NULL")
                .fetch_one(&mut connection)
                .await
                .map_err(because("cannot ask the database"))?;
        let way = if is_by_tcp { "by TCP" } else { "over a socket of this machine" };
        let version = show(&mut connection, "server_version").await?;
        let mut text = format!("PostgreSQL {version}, reached {way}");
        let names = ["fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "max_wal_size"];
        let mut values = Vec::new();
        for name in names {
            values.push(show(&mut connection, name).await?);
        }
        for (name, value) in names.iter().zip(&values) {
            text.push_str(&format!(", {name} {value}"));
        }
        text.push_str(match query("CHECKPOINT").execute(&mut connection).await {
            Ok(_) => "; a checkpoint before each measurement",
            Err(_) => "; no checkpoint before each measurement, the role may not ask for one",
        });
        Ok(Settings {
            text,
            is_durable: values[0] == "on" && values[1] != "off",
            folder: show(&mut connection, "data_directory").await.ok(),
            postmaster: u32::try_from(process).ok().and_then(machine::postmaster_of),
        })
    }

    async fn connect(&self) -> Result<PgConnection, StartProblem> {
        let cannot = || format!("cannot open the database `{}`", self.url);
        let options = PgConnectOptions::from_str(self.url()).map_err(because(cannot()))?;
        let options = match &self.password {
            Some(password) => options.password(password),
            None => options,
        };
        PgConnection::connect_with(&options).await.map_err(because(cannot()))
    }
}

async fn show(connection: &mut PgConnection, name: &str) -> Result<String, StartProblem> {
    query_scalar("SELECT current_setting($1)")
        .bind(name)
        .fetch_one(connection)
        .await
        .map_err(because(format!("cannot ask the database for `{name}`")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_kept_out_of_the_address() {
        let database = Database::new("postgres://ines:s%23cret@localhost/bench".parse().unwrap()).unwrap();

        assert_eq!(database.url(), "postgres://ines@localhost/bench");
        assert_eq!(database.password.as_deref(), Some("s#cret"));
        let problem = Database::new("sqlite:usher.db".parse().unwrap()).unwrap_err();
        assert!(problem.0.contains("postgres://user@host/name"), "{problem}");
    }
}
