//! A move from a SQLite file to an empty PostgreSQL database.
//!
//! Both ends remember the move, so that it goes on after whatever interrupted it, and neither end is served before it is
//! whole. The file is held for this process alone while it runs. Rows go over in the order of their keys and arrive
//! page by page, so what has arrived is known by the last key. At the end every cell is compared, but for the marks of
//! the move itself.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteLockingMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, PgConnection, SqliteConnection, query, query_as};
use uuid::Uuid;

use crate::engine::Engine;
use crate::moving_table::{Cells, PAGE, Table, tables};
use crate::opening::check_server;
use crate::{Fault, migrator};

/// How far a move is: so many rows of all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moving<'a> {
    /// What is being done.
    pub stage: Stage,
    /// With which table.
    pub table: &'a str,
    /// Rows behind us in this stage, of all tables.
    pub done: u64,
    /// Rows there are.
    pub of: u64,
}

/// What a move does: first the one, then the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Rows are read here and stored there.
    Copying,
    /// Rows of both sides are compared.
    Comparing,
}

/// Why a move was not begun, or not completed.
#[derive(Debug)]
pub enum MoveProblem {
    /// The machinery broke.
    Fault(Fault),
    /// Somebody else has the SQLite file open.
    InUse,
    /// The file was moved already, and not to this database.
    MovedAway,
    /// The database has rows in this table, and no move put them there.
    NotEmpty(String),
    /// The database is the target of another move, or of one that was given up.
    OfAnotherMove,
    /// The two hold different columns.
    OfAnotherVersion,
    /// A row that is not the same on both sides: table, key, and in what they differ.
    Differs(String),
}

impl fmt::Display for MoveProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fault(fault) => fault.fmt(f),
            Self::InUse => f.write_str("another process has the SQLite file open: stop `usher serve` first"),
            Self::MovedAway => f.write_str(
                "this file was moved to another database already: to move it again, give that move up by \
                 `usher migrate keep-sqlite`",
            ),
            Self::NotEmpty(table) => {
                write!(f, "the PostgreSQL database has rows in `{table}`: give the move an empty one (`createdb`)")
            }
            Self::OfAnotherMove => f.write_str(
                "the PostgreSQL database holds part of another move, or of one that was given up: give this one an \
                 empty database (`dropdb`, `createdb`)",
            ),
            Self::OfAnotherVersion => f.write_str(
                "the two databases do not have the same columns: one was changed by a newer version, use that one",
            ),
            Self::Differs(row) => write!(
                f,
                "the databases are not the same: {row}. The PostgreSQL database cannot be served like this: begin again \
                 with an empty one (`usher migrate keep-sqlite`, `dropdb`, `createdb`)"
            ),
        }
    }
}

impl std::error::Error for MoveProblem {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Fault(fault) => std::error::Error::source(fault),
            _ => None,
        }
    }
}

impl<E: Into<Fault>> From<E> for MoveProblem {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

const FIND: &str = "SELECT move_id, move_state FROM deployment WHERE deployment_id = 1";
const MARK: &str = "UPDATE deployment SET move_id = $1, move_state = $2 WHERE deployment_id = 1";
const COMPLETE: &str = "UPDATE deployment SET move_state = 'arrived' WHERE deployment_id = 1";

/// What a database remembers of a move.
type Mark = (Option<Uuid>, Option<String>);

/// Moves everything, or goes on with a move that was interrupted, and tells how many rows were compared; none where the
/// move was complete already. `fresh` names the
/// move if it is a new one. When this returns well, the PostgreSQL database may be served and the file no longer.
pub async fn move_to_postgres(
    file: &Path,
    url: &str,
    password: Option<&str>,
    fresh: Uuid,
    tell: &mut (dyn FnMut(Moving<'_>) + Send),
) -> Result<Option<u64>, MoveProblem> {
    let mut source = hold(file).await?;
    let mut target = connect(url, password).await?;
    let tables = tables(&mut source, &mut target).await?.ok_or(MoveProblem::OfAnotherVersion)?;
    let mut of = 0;
    for table in &tables {
        of += table.count(&mut source).await?;
    }
    let is_to_do = begin(&mut source, &mut target, &tables, fresh).await?;
    if is_to_do {
        copy(&mut source, &mut target, &tables, of, tell).await?;
        compare(&mut source, &mut target, &tables, of, tell).await?;
        complete(&mut source, &mut target).await?;
    }
    target.close().await?;
    source.close().await?;
    Ok(is_to_do.then_some(of))
}

/// Gives up a move from this file, begun or done: it may be served again, and the other end may not go on.
pub async fn keep_sqlite(file: &Path) -> Result<(), MoveProblem> {
    let mut source = hold(file).await?;
    query(MARK).bind(None::<Uuid>).bind(None::<&str>).execute(&mut source).await?;
    source.close().await?;
    Ok(())
}

/// Opens the file for this process alone, until it ends.
async fn hold(file: &Path) -> Result<SqliteConnection, MoveProblem> {
    let held = async {
        let mut source = SqliteConnectOptions::new()
            .filename(file)
            // In WAL mode this finds out whether anybody has the file open, at work or not.
            .locking_mode(SqliteLockingMode::Exclusive)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .connect()
            .await?;
        let mut tx = source.begin_with("BEGIN IMMEDIATE").await?;
        migrator(Engine::Sqlite).run(&mut *tx).await?;
        tx.commit().await?;
        Ok::<_, sqlx::Error>(source)
    };
    held.await.map_err(|error| match Fault(error) {
        fault if fault.is_busy() => MoveProblem::InUse,
        fault => MoveProblem::Fault(fault),
    })
}

async fn connect(url: &str, password: Option<&str>) -> Result<PgConnection, Fault> {
    let options = PgConnectOptions::from_str(url)?.application_name("usher migrate");
    let options = match password {
        Some(password) => options.password(password),
        None => options,
    };
    let mut target = options.connect().await?;
    check_server(&mut target).await?;
    migrator(Engine::Postgres).run(&mut target).await.map_err(|error| Fault(error.into()))?;
    Ok(target)
}

/// Marks both ends, or finds them marked. Whether there is anything left to do: not where all was done and only the
/// last mark is missing, which this then makes.
async fn begin(
    source: &mut SqliteConnection,
    target: &mut PgConnection,
    tables: &[Table],
    fresh: Uuid,
) -> Result<bool, MoveProblem> {
    let (from, leaving): Mark = query_as(FIND).fetch_one(&mut *source).await?;
    let (to, arriving): Mark = query_as(FIND).fetch_one(&mut *target).await?;
    match (leaving.as_deref(), arriving.as_deref()) {
        (Some(_), Some("arriving")) if from == to => Ok(true),
        (Some(_), Some("arrived")) if from == to => {
            query(MARK).bind(from).bind("left").execute(source).await?;
            Ok(false)
        }
        (_, Some("arriving")) => Err(MoveProblem::OfAnotherMove),
        (Some("left"), _) => Err(MoveProblem::MovedAway),
        _ => {
            refuse_used(target, tables).await?;
            let id = from.unwrap_or(fresh);
            query(MARK).bind(id).bind("leaving").execute(source).await?;
            query(MARK).bind(id).bind("arriving").execute(target).await?;
            Ok(true)
        }
    }
}

async fn refuse_used(target: &mut PgConnection, tables: &[Table]) -> Result<(), MoveProblem> {
    for table in tables {
        if table.last_key(target).await?.is_some() {
            return Err(MoveProblem::NotEmpty(table.name.clone()));
        }
    }
    Ok(())
}

async fn copy(
    source: &mut SqliteConnection,
    target: &mut PgConnection,
    tables: &[Table],
    of: u64,
    tell: &mut (dyn FnMut(Moving<'_>) + Send),
) -> Result<(), MoveProblem> {
    let mut done = 0;
    for table in tables {
        let mut after = table.last_key(target).await?;
        if let Some(last) = &after {
            done += table.count_up_to(source, last).await?;
        }
        loop {
            tell(Moving { stage: Stage::Copying, table: &table.name, done, of });
            let rows = table.read_sqlite(source, after.as_ref()).await?;
            let Some(last) = rows.last() else { break };
            after = Some(table.key_of(last));
            done += u64::try_from(rows.len()).unwrap_or_default();
            table.write(target, rows).await?;
        }
    }
    Ok(())
}

async fn compare(
    source: &mut SqliteConnection,
    target: &mut PgConnection,
    tables: &[Table],
    of: u64,
    tell: &mut (dyn FnMut(Moving<'_>) + Send),
) -> Result<(), MoveProblem> {
    let mut done = 0;
    for table in tables {
        let mut after = None;
        loop {
            tell(Moving { stage: Stage::Comparing, table: &table.name, done, of });
            let ours = table.read_sqlite(source, after.as_ref()).await?;
            let theirs = table.read_postgres(target, after.as_ref()).await?;
            if let Some(difference) = difference(table, &ours, &theirs) {
                return Err(MoveProblem::Differs(difference));
            }
            let Some(last) = ours.last() else { break };
            after = Some(table.key_of(last));
            done += u64::try_from(ours.len()).unwrap_or_default();
        }
    }
    Ok(())
}

/// Where two pages that begin behind the same key first differ.
fn difference(table: &Table, ours: &[Cells], theirs: &[Cells]) -> Option<String> {
    for n in 0..PAGE {
        let (name, row) = match (ours.get(n), theirs.get(n)) {
            (None, None) => return None,
            (Some(ours), Some(theirs)) if ours == theirs => continue,
            (Some(ours), Some(theirs)) if table.key_of(ours) == table.key_of(theirs) => {
                (format!("differs in {}", table.differing(ours, theirs)), ours)
            }
            // Of two rows the one that comes first in the order of keys is alone; which that is need not be known.
            (Some(ours), _) => ("or its neighbour is missing on one side".to_owned(), ours),
            (None, Some(theirs)) => ("is in PostgreSQL alone".to_owned(), theirs),
        };
        return Some(format!("in `{}` the row with {} {name}", table.name, table.describe(row)));
    }
    None
}

/// Opens the one end and closes the other, in this order: interrupted in between, the next run closes it.
async fn complete(source: &mut SqliteConnection, target: &mut PgConnection) -> Result<(), MoveProblem> {
    // What was filled in one go has no figures yet from which the engine would plan.
    query("ANALYZE").execute(&mut *target).await?;
    query(COMPLETE).execute(&mut *target).await?;
    let (id, _): Mark = query_as(FIND).fetch_one(&mut *source).await?;
    query(MARK).bind(id).bind("left").execute(&mut *source).await?;
    Ok(())
}
