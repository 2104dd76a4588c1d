//! Connections to PostgreSQL while they are in use, and how long they are waited for.

use std::io;
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{PgPool, Postgres};

use crate::Fault;

/// A connection to PostgreSQL in use. Unless its work came to its end the connection is closed, not used again: what
/// was begun on it is undone by the server, and a server that does not answer is not waited for.
pub(crate) struct Held {
    pub(super) connection: PoolConnection<Postgres>,
    pub(super) is_done: bool,
    /// How long an answer may take.
    pub(super) patience: Duration,
}

impl Drop for Held {
    fn drop(&mut self) {
        if !self.is_done {
            self.connection.close_on_drop();
        }
    }
}

impl Held {
    pub(super) async fn take(pool: &PgPool) -> Result<Self, Fault> {
        let connection = pool.acquire().await.map_err(unreachable)?;
        Ok(Self { connection, is_done: false, patience: LONGEST_ANSWER })
    }

    /// Runs a word of transactions.
    pub(super) async fn say(&mut self, word: &'static str) -> Result<(), Fault> {
        in_time(self.patience, sqlx::raw_sql(word).execute(&mut *self.connection)).await?;
        Ok(())
    }
}

/// Whatever keeps a connection from being made, the database cannot be asked: a proxy that hangs up, a certificate that
/// has expired and a password that was changed are all told as one that cannot be reached, by their own words.
fn unreachable(error: sqlx::Error) -> sqlx::Error {
    match error {
        sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) => error,
        other => sqlx::Error::Io(io::Error::other(other)),
    }
}

/// Longer than the server lets any statement run. Only a server that is gone without a word takes longer, and then no
/// limit of its own helps.
pub(super) const LONGEST_ANSWER: Duration = Duration::from_secs(12);

/// For an operator who has everything read.
pub(super) const LONGEST_READ: Duration = Duration::from_secs(3_600);

pub(super) async fn in_time<T>(
    patience: Duration,
    work: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, Fault> {
    let answer = tokio::time::timeout(patience, work).await;
    Ok(answer.map_err(|elapsed| sqlx::Error::Io(elapsed.into()))??)
}
