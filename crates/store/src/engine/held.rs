//! Connections while they are in use, and how long they are waited for.

use std::io;
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{Postgres, Sqlite};

use super::line::{Kept, Line, Taken};
use crate::Fault;

/// Where connections come from.
#[derive(Debug)]
pub(crate) enum Source<DB: Kept> {
    /// Several, for whoever comes.
    Shared(sqlx::Pool<DB>),
    /// One.
    Single(Line<DB>),
}

impl<DB: Kept> Clone for Source<DB> {
    fn clone(&self) -> Self {
        match self {
            Self::Shared(pool) => Self::Shared(pool.clone()),
            Self::Single(line) => Self::Single(line.clone()),
        }
    }
}

impl<DB: Kept> Source<DB> {
    pub(super) async fn close(&self) {
        match self {
            Self::Shared(pool) => pool.close().await,
            Self::Single(line) => line.close().await,
        }
    }
}

/// A connection in use. What was begun on it and did not come to its end is undone; a connection of several, and one to
/// PostgreSQL, is closed for that, not used again: the server undoes it, and one that does not answer is not waited for. A
/// statement alone that PostgreSQL breaks off has come to its end.
pub(crate) struct Held<DB: Kept> {
    link: Link<DB>,
    pub(super) is_done: bool,
    /// How long an answer of PostgreSQL may take.
    pub(super) patience: Duration,
}

enum Link<DB: Kept> {
    Shared(PoolConnection<DB>),
    Single(Taken<DB>),
}

impl<DB: Kept> Drop for Held<DB> {
    fn drop(&mut self) {
        match &mut self.link {
            Link::Shared(connection) if !self.is_done => connection.close_on_drop(),
            Link::Single(taken) if self.is_done => taken.leave_clean(),
            Link::Shared(_) | Link::Single(_) => {}
        }
    }
}

impl<DB: Kept> Held<DB> {
    async fn of(source: &Source<DB>) -> Result<Self, sqlx::Error> {
        let link = match source {
            // Boxed, as questions are.
            Source::Shared(pool) => Link::Shared(Box::pin(pool.acquire()).await?),
            Source::Single(line) => Link::Single(line.take().await?),
        };
        Ok(Self { link, is_done: false, patience: LONGEST_ANSWER })
    }

    pub(super) fn connection(&mut self) -> &mut DB::Connection {
        match &mut self.link {
            Link::Shared(connection) => connection,
            Link::Single(taken) => taken,
        }
    }
}

impl Held<Sqlite> {
    pub(super) async fn take(source: &Source<Sqlite>) -> Result<Self, Fault> {
        Ok(Self::of(source).await?)
    }

    /// Runs a word of transactions, which stays prepared.
    pub(super) async fn say(&mut self, word: &'static str) -> Result<(), Fault> {
        sqlx::query(word).execute(self.connection()).await?;
        Ok(())
    }
}

impl Held<Postgres> {
    pub(super) async fn take(source: &Source<Postgres>) -> Result<Self, Fault> {
        Ok(Self::of(source).await.map_err(unreachable)?)
    }

    /// Runs a word of transactions.
    pub(super) async fn say(&mut self, word: &'static str) -> Result<(), Fault> {
        in_time(self.patience, sqlx::raw_sql(word).execute(self.connection())).await?;
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
