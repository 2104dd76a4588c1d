//! What breaks, and what that says of the next call.

use std::fmt;

use sqlx::error::DatabaseError;
use sqlx::postgres::PgDatabaseError;
use sqlx::sqlite::SqliteError;

/// The machinery broke: the database cannot be reached, is full, or holds what it cannot hold.
#[derive(Debug)]
pub struct Fault(pub(crate) sqlx::Error);

impl Fault {
    /// Whether the same call may succeed a moment later.
    pub fn may_pass(&self) -> bool {
        match &self.0 {
            sqlx::Error::WorkerCrashed => true,
            _ if self.is_unreachable() => true,
            _ => match (self.sqlite_code(), self.sqlstate()) {
                // Busy, locked, an I/O error, a full disk, no file to be opened.
                (Some(code), _) => matches!(code, 5 | 6 | 10 | 13 | 14),
                // No connection, broken off, not enough of something, told to stop, a broken disk, not writable.
                (None, Some(state)) => {
                    matches!(&state[..2], "08" | "40" | "53" | "57" | "58")
                        || matches!(&*state, "25006" | "25P03" | "25P04" | "55P03")
                }
                (None, None) => false,
            },
        }
    }

    /// Whether the database could not be asked at all: whoever waits for it may be told at once. A proxy with no server
    /// behind it takes a connection and drops it, which the driver calls an answer against the protocol.
    pub fn is_unreachable(&self) -> bool {
        use sqlx::Error::{Io, PoolClosed, PoolTimedOut, Protocol, Tls};
        matches!(&self.0, PoolTimedOut | PoolClosed | Io(_) | Protocol(_) | Tls(_))
            || self.sqlstate().is_some_and(|state| state.starts_with("08") || state.starts_with("57P"))
    }

    /// Whether somebody else held a lock for too long: PostgreSQL's lock_not_available.
    pub fn is_of_a_lock(&self) -> bool {
        self.sqlstate().is_some_and(|state| state == "55P03")
    }

    /// Whether PostgreSQL broke the transaction off for the sake of another: serialization_failure or
    /// deadlock_detected.
    pub(crate) fn is_broken_off(&self) -> bool {
        self.sqlstate().is_some_and(|state| matches!(&*state, "40001" | "40P01"))
    }

    /// Whether a key was in use already: PostgreSQL's unique_violation.
    pub(crate) fn is_of_a_key(&self) -> bool {
        self.sqlstate().is_some_and(|state| state == "23505")
    }

    /// Whether PostgreSQL broke a statement off for the sake of others or of its time limit, or for a key in use, and goes on
    /// listening: a connection on which nothing else was begun is as good as before. What else it refuses may lie in what it
    /// keeps for that connection, as a plan that a step of the schema has outdated.
    pub(crate) fn leaves_the_session(&self) -> bool {
        self.is_broken_off()
            || self.is_of_a_key()
            || self.is_of_a_lock()
            || self.sqlstate().is_some_and(|state| state == "57014")
    }

    /// PostgreSQL's code of the error: five characters.
    fn sqlstate(&self) -> Option<String> {
        let error = self.0.as_database_error()?.try_downcast_ref::<PgDatabaseError>()?;
        Some(error.code().to_owned()).filter(|code| code.len() == 5 && code.is_ascii())
    }

    /// SQLITE_BUSY: another connection holds a lock that this one needs.
    pub(crate) fn is_busy(&self) -> bool {
        self.sqlite_code() == Some(5)
    }

    /// SQLite's primary result code.
    fn sqlite_code(&self) -> Option<u32> {
        let error = self.0.as_database_error()?.try_downcast_ref::<SqliteError>()?;
        error.code()?.parse::<u32>().ok().map(|code| code & 0xff)
    }

    /// The database is in order and not for this program, now.
    pub(crate) fn unusable(why: String) -> Self {
        Self(sqlx::Error::Configuration(why.into()))
    }

    pub(crate) fn corrupt(what: &'static str) -> Self {
        Self(sqlx::Error::Decode(what.into()))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the database failed")
    }
}

impl std::error::Error for Fault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

impl From<sqlx::Error> for Fault {
    fn from(error: sqlx::Error) -> Self {
        Self(error)
    }
}
