//! One way to ask, whichever engine is open: the text is written once, values are bound in order, rows come back as
//! the same types. Where an engine truly differs, the one function concerned matches on [`Engine`] and says why.

mod bounded;
mod checkpoint;
mod held;
mod line;
mod query;
mod value;

use sqlx::{Postgres, Sqlite};

pub(crate) use self::bounded::LONGEST_SEARCH;
pub(crate) use self::checkpoint::Checkpointer;
pub(crate) use self::held::Source;
use self::held::{Held, LONGEST_READ};
pub(crate) use self::line::{Line, UNTESTED};
pub(crate) use self::query::{Query, Readable, Text, query};
pub(crate) use self::value::{Value, arguments};
use crate::Fault;

/// The databases that Usher runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// Connections to the database.
#[derive(Clone, Debug)]
pub(crate) enum Pool {
    Sqlite(Source<Sqlite>),
    Postgres(Source<Postgres>),
}

/// A transaction. Dropped without a commit it is rolled back.
pub(crate) enum Tx {
    Sqlite(Held<Sqlite>),
    Postgres(Held<Postgres>),
}

/// Where a query runs: inside a transaction, or on a connection of its own.
pub(crate) enum On<'c> {
    Tx(&'c mut Tx),
    Pool(&'c Pool),
}

/// How SQLite begins a transaction that writes.
const BEGIN_IMMEDIATE: &str = "BEGIN IMMEDIATE";
/// What a text for SQLite begins with that begins a transaction that writes.
pub(crate) const BEGIN: &str = "BEGIN IMMEDIATE; ";
/// What a text for SQLite ends with that ends a transaction.
pub(crate) const COMMIT: &str = "; COMMIT";

impl Pool {
    /// Begins a transaction that reads one snapshot.
    pub(crate) async fn begin_read(&self) -> Result<Tx, Fault> {
        self.begin("BEGIN", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await
    }

    /// Begins a transaction that writes. SQLite takes its one write lock at the start, so that whatever is read
    /// stays true until the commit; on PostgreSQL see [`crate::lock`].
    pub(crate) async fn begin_write(&self) -> Result<Tx, Fault> {
        self.begin(BEGIN_IMMEDIATE, "BEGIN ISOLATION LEVEL READ COMMITTED").await
    }

    /// Begins a transaction that writes, with a question. SQLite takes both as one message, in a text that begins with
    /// [`BEGIN`].
    pub(crate) async fn begin_write_asking<T: Readable>(
        &self,
        question: Query<'_>,
    ) -> Result<(Tx, Vec<T>), Fault> {
        let mut tx = match self {
            Self::Sqlite(source) => Tx::Sqlite(Held::<Sqlite>::take(source).await?),
            Self::Postgres(_) => self.begin_write().await?,
        };
        let rows = question.fetch_all(&mut tx).await?;
        Ok((tx, rows))
    }

    async fn begin(&self, sqlite: &'static str, postgres: &'static str) -> Result<Tx, Fault> {
        Ok(match self {
            Self::Sqlite(source) => {
                let mut held = Held::<Sqlite>::take(source).await?;
                held.say(sqlite).await?;
                Tx::Sqlite(held)
            }
            Self::Postgres(source) => {
                let mut held = Held::<Postgres>::take(source).await?;
                held.say(postgres).await?;
                Tx::Postgres(held)
            }
        })
    }

    pub(crate) fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Tx {
    pub(crate) fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }

    /// Prepares for reading whole tables and joining them, however long that takes: nothing that anybody waits for.
    pub(crate) async fn read_everything(&mut self) -> Result<(), Fault> {
        match self {
            // It stays on for this connection, where nothing else makes use of it.
            Self::Sqlite(held) => {
                held.say("PRAGMA automatic_index = ON").await?;
            }
            Self::Postgres(held) => {
                held.say(
                    "SET LOCAL statement_timeout = 0; SET LOCAL enable_seqscan = on;
                    SET LOCAL enable_bitmapscan = on; SET LOCAL enable_hashjoin = on; SET LOCAL enable_mergejoin = on;
                    SET LOCAL enable_nestloop = off",
                )
                .await?;
                held.patience = LONGEST_READ;
            }
        }
        Ok(())
    }

    /// Runs the last statement and commits. SQLite takes both as one message, in a text that ends with [`COMMIT`].
    pub(crate) async fn commit_with(mut self, last: Query<'_>) -> Result<(), Fault> {
        last.execute(&mut self).await?;
        match self.engine() {
            Engine::Sqlite => {
                self.has_ended();
                Ok(())
            }
            Engine::Postgres => self.commit().await,
        }
    }

    /// Says that a text has ended it.
    pub(super) fn has_ended(mut self) {
        match &mut self {
            Self::Sqlite(held) => held.is_done = true,
            Self::Postgres(held) => held.is_done = true,
        }
    }

    pub(crate) async fn commit(self) -> Result<(), Fault> {
        match self {
            Self::Sqlite(mut held) => {
                held.say("COMMIT").await?;
                held.is_done = true;
            }
            Self::Postgres(mut held) => {
                held.say("COMMIT").await?;
                held.is_done = true;
            }
        }
        Ok(())
    }
}

impl<'c> From<&'c mut Tx> for On<'c> {
    fn from(tx: &'c mut Tx) -> Self {
        Self::Tx(tx)
    }
}

impl<'c> From<&'c Pool> for On<'c> {
    fn from(pool: &'c Pool) -> Self {
        Self::Pool(pool)
    }
}

#[cfg(test)]
mod tests {
    use sqlx::postgres::PgPoolOptions;
    use testpg::Cluster;

    use super::*;

    /// The server ends a session that says nothing in the middle of a transaction for too long: 25P03.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_transaction_that_was_idle_for_too_long_is_put_off_and_its_connection_not_used_again() {
        let database = Cluster::shared().create();
        let pool =
            PgPoolOptions::new().max_connections(1).connect(&database.url()).await.expect("a database");
        let beside = PgPoolOptions::new().connect(&database.url()).await.expect("a database");
        let (pool, beside) = (Pool::Postgres(Source::Shared(pool)), Pool::Postgres(Source::Shared(beside)));
        let mut tx = pool.begin_write().await.expect("a transaction");
        query("SET idle_in_transaction_session_timeout = '10ms'").execute(&mut tx).await.expect("a limit");
        let idle = "SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND state LIKE 'idle in transaction%'";
        while query(idle).fetch_value::<i64>(&beside).await.expect("a count") > 0 {
            tokio::task::yield_now().await;
        }

        let fault = query("SELECT 1").execute(&mut tx).await.expect_err("the session is over");

        // Told by its code, or by the end of the connection, whichever comes first.
        assert!(fault.may_pass(), "{fault:?}");
        drop(tx);
        pool.begin_write().await.expect("another session").commit().await.expect("it works");
    }

    /// One statement that took too long says nothing of those who wait behind it.
    #[tokio::test]
    async fn a_statement_that_was_stopped_leaves_a_server_that_can_be_reached() {
        let database = Cluster::shared().create();
        let pool = PgPoolOptions::new().connect(&database.url()).await.expect("a database");
        let mut tx = Pool::Postgres(Source::Shared(pool)).begin_write().await.expect("a transaction");
        query("SET LOCAL statement_timeout = '1ms'").execute(&mut tx).await.expect("a limit");

        let fault = query("SELECT pg_sleep(60)").execute(&mut tx).await.expect_err("it takes too long");

        assert!(fault.may_pass() && !fault.is_unreachable(), "{fault:?}");
    }
}
