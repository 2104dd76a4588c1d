//! A connection that is kept. A pool asks each connection that comes back whether it lives, and whoever wants the only
//! one there is waits for the answer.

use std::fmt::Debug;
use std::future::ready;
use std::mem::replace;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

use sqlx::{Connection, Database, Postgres, Sqlite};
use tokio::runtime::Handle;
use tokio::sync::{Mutex, OwnedMappedMutexGuard, OwnedMutexGuard};
use tokio::time::{Instant, timeout};

use super::checkpoint::Uses;

/// A connection to PostgreSQL that was used so lately is taken for alive.
pub(crate) const UNTESTED: Duration = Duration::from_millis(500);

/// Whatever is between us and the server may have dropped a connection without a word that was quiet for so long.
const FORGOTTEN: Duration = Duration::from_secs(600);
/// Longer than that nobody waits to hear whether a connection lives: a new one is made sooner.
const LONGEST_PING: Duration = Duration::from_millis(500);
/// Nor is it waited longer for what was left undone: a connection whose thread has died never answers.
const LONGEST_UNDO: Duration = Duration::from_secs(1);

/// What a connection is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trust {
    Alive,
    /// It has to be asked whether it lives.
    Doubtful,
    Gone,
}

/// One connection, made when it is first wanted and again when it was lost. Whoever comes while it is in use waits, in
/// order of arrival. Cheap to clone.
#[derive(Debug)]
pub(crate) struct Line<DB: Kept> {
    end: Arc<Mutex<End<DB>>>,
    options: Arc<<DB::Connection as Connection>::Options>,
    /// How long it is waited for.
    patience: Duration,
    uses: Option<Arc<Uses>>,
}

/// What is at the end of a line.
#[derive(Debug)]
enum End<DB: Kept> {
    Nothing,
    Open(Open<DB>),
    Closed,
}

#[derive(Debug)]
struct Open<DB: Kept> {
    connection: DB::Connection,
    used: Instant,
    /// Whether nothing was begun that has not ended.
    is_clean: bool,
}

/// A database whose connections can be kept.
pub(crate) trait Kept: Database<Connection: Debug> {
    /// Undoes what was begun on a connection and not ended; none where it had better be closed.
    fn undo(connection: Self::Connection) -> impl Future<Output = Option<Self::Connection>> + Send;

    /// What a connection is worth that nobody used for so long.
    fn trust(unused: Duration) -> Trust;
}

impl Kept for Sqlite {
    async fn undo(mut connection: Self::Connection) -> Option<Self::Connection> {
        // Where SQLite has ended the transaction itself, as it does when the disk is full, this fails.
        sqlx::query("ROLLBACK").execute(&mut connection).await.is_ok().then_some(connection)
    }

    fn trust(_: Duration) -> Trust {
        Trust::Alive
    }
}

impl Kept for Postgres {
    /// The server undoes it, and one that does not answer is not waited for.
    fn undo(_: Self::Connection) -> impl Future<Output = Option<Self::Connection>> + Send {
        ready(None)
    }

    fn trust(unused: Duration) -> Trust {
        if unused >= FORGOTTEN {
            Trust::Gone
        } else if unused >= UNTESTED {
            Trust::Doubtful
        } else {
            Trust::Alive
        }
    }
}

impl<DB: Kept> Line<DB> {
    /// A line on which nothing is open yet.
    pub(crate) fn new(options: <DB::Connection as Connection>::Options, patience: Duration) -> Self {
        Self { end: Arc::new(Mutex::new(End::Nothing)), options: Arc::new(options), patience, uses: None }
    }

    /// The same, where somebody counts how often it is used.
    pub(super) fn counted(self, uses: Uses) -> Self {
        Self { uses: Some(Arc::new(uses)), ..self }
    }

    /// The connection, for as long as what is returned lives.
    pub(crate) async fn take(&self) -> Result<Taken<DB>, sqlx::Error> {
        timeout(self.patience, self.take_at_last()).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
    }

    async fn take_at_last(&self) -> Result<Taken<DB>, sqlx::Error> {
        let mut end = Arc::clone(&self.end).lock_owned().await;
        let kept = match replace(&mut *end, End::Nothing) {
            End::Nothing => None,
            End::Open(open) => open.fit_for_use().await,
            End::Closed => {
                *end = End::Closed;
                return Err(sqlx::Error::PoolClosed);
            }
        };
        let connection = match kept {
            Some(connection) => connection,
            None => Box::pin(DB::Connection::connect_with(&self.options)).await?,
        };
        *end = End::Open(Open { connection, used: Instant::now(), is_clean: false });
        let open = OwnedMutexGuard::try_map(end, |end| match end {
            End::Open(open) => Some(open),
            End::Nothing | End::Closed => None,
        });
        if let Some(uses) = &self.uses {
            uses.count();
        }
        Ok(Taken { open: open.map_err(|_| sqlx::Error::PoolClosed)?, line: self.clone() })
    }

    /// Waits for whoever uses the connection and closes it for good.
    pub(crate) async fn close(&self) {
        let mut end = self.end.lock().await;
        if let End::Open(open) = replace(&mut *end, End::Closed) {
            // It is closed whatever becomes of the farewell.
            let _ = open.connection.close().await;
        }
    }

    /// Undoes what somebody began and left, so that it holds no lock until the next one comes.
    async fn tidy(&self) {
        let mut end = self.end.lock().await;
        match replace(&mut *end, End::Nothing) {
            End::Open(open) if !open.is_clean => {
                let Open { connection, used, .. } = open;
                if let Some(connection) = undone::<DB>(connection).await {
                    *end = End::Open(Open { connection, used, is_clean: true });
                }
            }
            other => *end = other,
        }
    }
}

async fn undone<DB: Kept>(connection: DB::Connection) -> Option<DB::Connection> {
    timeout(LONGEST_UNDO, DB::undo(connection)).await.ok()?
}

impl<DB: Kept> Open<DB> {
    async fn fit_for_use(self) -> Option<DB::Connection> {
        let Self { mut connection, used, is_clean } = self;
        if !is_clean {
            return undone::<DB>(connection).await;
        }
        match DB::trust(used.elapsed()) {
            Trust::Alive => Some(connection),
            Trust::Doubtful => {
                timeout(LONGEST_PING, connection.ping()).await.ok()?.ok()?;
                Some(connection)
            }
            Trust::Gone => None,
        }
    }
}

impl<DB: Kept> Clone for Line<DB> {
    fn clone(&self) -> Self {
        Self {
            end: Arc::clone(&self.end),
            options: Arc::clone(&self.options),
            patience: self.patience,
            uses: self.uses.clone(),
        }
    }
}

/// The connection of a [`Line`], while somebody uses it.
pub(crate) struct Taken<DB: Kept> {
    open: OwnedMappedMutexGuard<End<DB>, Open<DB>>,
    line: Line<DB>,
}

impl<DB: Kept> Taken<DB> {
    /// Says that what was begun has ended.
    pub(crate) fn leave_clean(&mut self) {
        self.open.is_clean = true;
    }
}

impl<DB: Kept> Deref for Taken<DB> {
    type Target = DB::Connection;

    fn deref(&self) -> &Self::Target {
        &self.open.connection
    }
}

impl<DB: Kept> DerefMut for Taken<DB> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.open.connection
    }
}

impl<DB: Kept> Drop for Taken<DB> {
    fn drop(&mut self) {
        if !self.open.is_clean
            && let Ok(runtime) = Handle::try_current()
        {
            let line = self.line.clone();
            runtime.spawn(async move { line.tidy().await });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use sqlx::postgres::PgConnectOptions;
    use sqlx::sqlite::SqliteConnectOptions;
    use tempfile::TempDir;
    use testpg::{Cluster, Scratch};

    use super::*;
    use crate::engine::{BEGIN, COMMIT, Pool, Source, Text, query};

    const PATIENCE: Duration = Duration::from_secs(10);

    fn sqlite(folder: &TempDir) -> Pool {
        let options =
            SqliteConnectOptions::new().filename(folder.path().join("a.db")).create_if_missing(true);
        Pool::Sqlite(Source::Single(Line::new(options, PATIENCE)))
    }

    fn postgres(database: &Scratch) -> Pool {
        let options = PgConnectOptions::from_str(&database.url()).expect("an address");
        Pool::Postgres(Source::Single(Line::new(options, PATIENCE)))
    }

    #[tokio::test]
    async fn what_was_begun_and_left_is_undone_and_the_connection_kept() {
        let folder = TempDir::new().expect("a folder");
        let pool = sqlite(&folder);
        // Only the connection that made it sees a temporary table.
        query("CREATE TEMPORARY TABLE kept (n INTEGER)").execute(&pool).await.expect("a table");
        query("CREATE TABLE left (n INTEGER)").execute(&pool).await.expect("a table");

        let mut tx = pool.begin_write().await.expect("a transaction");
        query("INSERT INTO left VALUES (1)").execute(&mut tx).await.expect("a row");
        drop(tx);

        let beside = sqlite(&folder);
        query("INSERT INTO left VALUES (2)").execute(&beside).await.expect("nobody holds the lock");
        let rows: Vec<i64> = query("SELECT n FROM left").fetch_values(&pool).await.expect("rows");
        assert_eq!(rows, [2]);
        query("INSERT INTO kept VALUES (1)").execute(&pool).await.expect("the same connection");
    }

    #[tokio::test]
    async fn a_statement_that_fails_leaves_the_connection_as_it_was() {
        let folder = TempDir::new().expect("a folder");
        let pool = sqlite(&folder);
        query("CREATE TEMPORARY TABLE kept (n INTEGER PRIMARY KEY)").execute(&pool).await.expect("a table");
        query("INSERT INTO kept VALUES (1)").execute(&pool).await.expect("a row");

        query("INSERT INTO kept VALUES (1)").execute(&pool).await.expect_err("the key is in use");

        query("INSERT INTO kept VALUES (2)").execute(&pool).await.expect("the same connection");
    }

    /// Nobody who waits for it waits for another connection as well.
    #[tokio::test]
    async fn a_statement_that_postgresql_breaks_off_leaves_the_connection_as_it_was() {
        let database = Cluster::shared().create();
        let pool = postgres(&database);
        query("CREATE TEMPORARY TABLE kept (n INTEGER PRIMARY KEY)").execute(&pool).await.expect("a table");
        query("INSERT INTO kept VALUES (1)").execute(&pool).await.expect("a row");
        query("SET statement_timeout = '50ms'").execute(&pool).await.expect("a limit");

        query("INSERT INTO kept VALUES (1)").execute(&pool).await.expect_err("the key is in use");
        query("SELECT pg_sleep(10)").execute(&pool).await.expect_err("it takes too long");

        query("INSERT INTO kept VALUES (2)").execute(&pool).await.expect("the same connection");
        query("SELECT nothing FROM kept").execute(&pool).await.expect_err("there is no such column");
        let gone = query("INSERT INTO kept VALUES (3)").execute(&pool).await;
        gone.expect_err("the control: another connection, as for all that it may be to blame for");
    }

    /// Where a connection knows of a schema that one statement of several does not fit any more, that statement ends the
    /// driver's thread, and now and then the thread takes one more message with it that it never answers.
    #[tokio::test]
    async fn a_connection_whose_thread_has_died_is_made_again() {
        let folder = TempDir::new().expect("a folder");
        let (pool, beside) = (sqlite(&folder), sqlite(&folder));
        query("CREATE TABLE kept (n INTEGER)").execute(&pool).await.expect("a table");
        let insert = || query(Text::same(format!("{BEGIN}INSERT INTO kept VALUES (1) RETURNING n{COMMIT}")));
        for _ in 0..5 {
            insert().run_transaction::<i64>(&pool).await.expect("a row");
            let mark = query("CREATE TEMPORARY TABLE kept_by_it (n INTEGER)");
            mark.execute(&pool).await.expect("a table");
            query("ALTER TABLE kept RENAME TO gone").execute(&beside).await.expect("another name");
            let rows: i64 = query("SELECT COUNT(*) FROM gone").fetch_value(&pool).await.expect("rows");

            insert().run_transaction::<i64>(&pool).await.expect_err("there is no such table");

            let after: i64 = query("SELECT COUNT(*) FROM gone").fetch_value(&pool).await.expect("an answer");
            assert_eq!(after, rows);
            let mark = query("SELECT n FROM kept_by_it").fetch_values::<i64>(&pool).await;
            mark.expect_err("the control: it is another connection");
            query("ALTER TABLE gone RENAME TO kept").execute(&beside).await.expect("its name");
        }
    }

    #[tokio::test]
    async fn a_connection_that_was_lost_is_made_again() {
        let database = Cluster::shared().create();
        let pool = postgres(&database);
        query("SELECT 1").execute(&pool).await.expect("a connection");

        let end = "SELECT pg_terminate_backend(pg_backend_pid())";
        query(end).execute(&pool).await.expect_err("it is ended by its own question");

        query("SELECT 1").execute(&pool).await.expect("another connection");
    }

    #[tokio::test]
    async fn whoever_comes_after_the_end_is_turned_away() {
        let folder = TempDir::new().expect("a folder");
        let pool = sqlite(&folder);
        query("SELECT 1").execute(&pool).await.expect("a connection");

        pool.close().await;

        query("SELECT 1").execute(&pool).await.expect_err("it is closed");
    }
}
