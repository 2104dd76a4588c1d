//! Looking at a database without changing anything.

use std::path::Path;
use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection, query_scalar};

use crate::opening::check_server;
use crate::{Fault, STEPS};

/// How far the schema of a database has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    /// The numbers of the steps that it took; none where the database is empty.
    pub taken: Vec<i64>,
}

const TAKEN: &str = "SELECT version FROM _sqlx_migrations WHERE success ORDER BY version";

impl Schema {
    /// Whether the next start brings it up to date.
    pub fn is_behind(&self) -> bool {
        STEPS.iter().any(|(version, ..)| !self.taken.contains(version))
    }

    /// Whether a newer program than this one has brought it further.
    pub fn is_ahead(&self) -> bool {
        self.taken.iter().any(|taken| STEPS.iter().all(|(version, ..)| version != taken))
    }

    /// Of a SQLite file, which is there.
    pub async fn of_sqlite(file: &Path) -> Result<Self, Fault> {
        let mut connection = SqliteConnectOptions::new().filename(file).read_only(true).connect().await?;
        let taken = query_scalar(TAKEN).fetch_all(&mut connection).await;
        connection.close().await?;
        Self::of(taken)
    }

    /// Of a PostgreSQL database; a fault where its server is too old, as for [`crate::Store::open_postgres`].
    pub async fn of_postgres(url: &str, password: Option<&str>) -> Result<Self, Fault> {
        let options = PgConnectOptions::from_str(url)?.application_name("usher");
        let options = match password {
            Some(password) => options.password(password),
            None => options,
        };
        let mut connection = PgConnection::connect_with(&options).await?;
        check_server(&mut connection).await?;
        let taken = query_scalar(TAKEN).fetch_all(&mut connection).await;
        connection.close().await?;
        Self::of(taken)
    }

    fn of(taken: Result<Vec<i64>, sqlx::Error>) -> Result<Self, Fault> {
        match taken {
            Ok(taken) => Ok(Self { taken }),
            Err(error) if is_of_no_table(&error) => Ok(Self { taken: Vec::new() }),
            Err(error) => Err(error.into()),
        }
    }
}

/// Whether the table of steps is not there: PostgreSQL's undefined_table, and SQLite's words, which has one code for
/// every mistake in a statement.
fn is_of_no_table(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| {
        error.code().is_some_and(|code| code == "42P01") || error.message().starts_with("no such table")
    })
}
