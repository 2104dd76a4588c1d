//! The database. Every method of [`Store`] is an operation: it opens a transaction, does one business fact
//! with everything that belongs to it, and commits.
//!
//! SQL is written once, as text, in the words that SQLite, PostgreSQL and PostgreSQL with Citus share. Time and ids
//! come in as arguments; nothing here reads a clock.

mod access;
mod allowance;
mod announce;
mod application;
mod attendance;
mod audit;
mod backup;
mod calendar_answer;
mod cancel;
mod citus;
mod closing;
mod consent;
mod deployment;
mod directory;
mod engine;
mod enroll;
mod expiring;
mod idempotency;
mod keeping;
mod letters;
mod mailing;
mod meeting;
mod moving;
mod moving_table;
mod outbox;
mod own;
mod past;
mod question;
mod registrant;
mod registration;
mod reminding;
mod returned;
mod rows;
mod schema;
mod seating;
mod suppressing;

use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::sync::LazyLock;
use std::time::Duration;

use domain::MeetingId;
use sqlx::error::DatabaseError;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteError, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Connection, PgConnection, SqlSafeStr, SqlitePool};

use engine::{Engine, Pool, Tx, query};

pub use access::{AccessPolicy, Grantee};
pub use application::RegisteredApplication;
pub use attendance::Pass;
pub use audit::{Audit, Breach};
pub use backup::backup_sqlite;
pub use calendar_answer::CalendarAnswer;
pub use cancel::Canceled;
pub use directory::{DirectoryView, Tenant};
pub use enroll::{Interrupted, Verdict};
pub use keeping::{Kept, Made, Once};
pub use mailing::DueMailing;
pub use meeting::{Hosted, MeetingKey};
pub use moving::{MoveProblem, Moving, Stage, keep_sqlite, move_to_postgres};
pub use outbox::{DueLetter, Settlement, Told};
pub use own::Changed;
pub use past::Past;
pub use registrant::RegistrantPage;
pub use returned::Return;
pub use schema::Schema;
pub use suppressing::Suppressed;

/// The schema's steps, in order; forward only, in each engine's words. Listed by hand because the macro that would
/// read the folder builds both database drivers a second time. A step after which older programs cannot serve is
/// called `breaking_…`: see [`deployment`].
const STEPS: [(i64, &str, &str, &str); 10] = [
    (
        1,
        "registrations",
        include_str!("../migrations/sqlite/0001_registrations.sql"),
        include_str!("../migrations/postgres/0001_registrations.sql"),
    ),
    (
        2,
        "deployment",
        include_str!("../migrations/sqlite/0002_deployment.sql"),
        include_str!("../migrations/postgres/0002_deployment.sql"),
    ),
    (
        3,
        "last_registrant",
        include_str!("../migrations/sqlite/0003_last_registrant.sql"),
        include_str!("../migrations/postgres/0003_last_registrant.sql"),
    ),
    (
        4,
        "mailing",
        include_str!("../migrations/sqlite/0004_mailing.sql"),
        include_str!("../migrations/postgres/0004_mailing.sql"),
    ),
    (
        5,
        "attendance",
        include_str!("../migrations/sqlite/0005_attendance.sql"),
        include_str!("../migrations/postgres/0005_attendance.sql"),
    ),
    (
        6,
        "mail_allowance",
        include_str!("../migrations/sqlite/0006_mail_allowance.sql"),
        include_str!("../migrations/postgres/0006_mail_allowance.sql"),
    ),
    (
        7,
        "sign_up",
        include_str!("../migrations/sqlite/0007_sign_up.sql"),
        include_str!("../migrations/postgres/0007_sign_up.sql"),
    ),
    (
        8,
        "delivery",
        include_str!("../migrations/sqlite/0008_delivery.sql"),
        include_str!("../migrations/postgres/0008_delivery.sql"),
    ),
    (
        9,
        "reminders",
        include_str!("../migrations/sqlite/0009_reminders.sql"),
        include_str!("../migrations/postgres/0009_reminders.sql"),
    ),
    (
        10,
        "kept_answers",
        include_str!("../migrations/sqlite/0010_kept_answers.sql"),
        include_str!("../migrations/postgres/0010_kept_answers.sql"),
    ),
];

/// A connection to PostgreSQL that was used so lately is taken for alive.
const UNTESTED: Duration = Duration::from_millis(500);

/// How often a transaction is tried that the database broke off for the sake of another.
const TRIES: u32 = 5;

/// Runs a body in a write transaction. Falling off its end commits; `?` rolls back, and so does `return` with an outcome.
/// A transaction that PostgreSQL
/// broke off to end a deadlock runs again, so a body does nothing that its transaction does not undo.
macro_rules! write_tx {
    ($store:expr, |$tx:ident| $body:block) => {{
        let mut tries = 1;
        loop {
            let attempt = async {
                let mut tx = $store.writer.begin_write().await?;
                let outcome = {
                    let $tx = &mut tx;
                    $body
                };
                tx.commit().await?;
                Ok::<_, $crate::Fault>(outcome)
            };
            match attempt.await {
                Ok(outcome) => break outcome,
                Err(fault) if fault.is_broken_off() && tries < $crate::TRIES => tries += 1,
                Err(fault) => return Err(fault),
            }
        }
    }};
}

/// Runs a body on one consistent snapshot.
macro_rules! read_tx {
    ($store:expr, |$tx:ident| $body:block) => {{
        let mut tx = $store.readers.begin_read().await?;
        let outcome = {
            let $tx = &mut tx;
            $body
        };
        tx.commit().await?;
        outcome
    }};
}

pub(crate) use {read_tx, write_tx};

/// Takes the lock of all that hangs on a meeting, until the transaction ends. Whoever changes a registration, its
/// questions or its registrants takes it first: so what is read after it stays true until the commit, and nobody waits
/// for two who wait for each other. Several meetings are locked in the order of their ids. SQLite has taken its one
/// lock already.
pub(crate) async fn lock(tx: &mut Tx, meeting: MeetingId) -> Result<(), Fault> {
    lock_all(tx, &[meeting]).await
}

/// Takes the locks of several meetings, which come in the order of their ids.
pub(crate) async fn lock_all(tx: &mut Tx, meetings: &[MeetingId]) -> Result<(), Fault> {
    if tx.engine() == Engine::Postgres {
        for piece in rows::pieces(meetings) {
            rows::bind_meetings(query(LOCKS.text(piece.len())), piece).execute(&mut *tx).await?;
        }
    }
    Ok(())
}

const LOCK: &str = "SELECT m.version FROM meeting m WHERE m.slot = $1 AND m.meeting_id = $2
    ORDER BY m.meeting_id FOR NO KEY UPDATE";
static LOCKS: LazyLock<rows::PerLength> = LazyLock::new(|| rows::about_meetings(LOCK));

/// The database, open and migrated. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    /// On SQLite one connection: it has one writer, and waiting here beats polling its lock.
    writer: Pool,
    readers: Pool,
    /// Whether the tables are spread over nodes by Citus.
    is_spread: bool,
}

/// The machinery broke: the database cannot be reached, is full, or holds what it cannot hold.
#[derive(Debug)]
pub struct Fault(sqlx::Error);

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
                        || matches!(&*state, "25006" | "25P03" | "55P03")
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
    fn is_broken_off(&self) -> bool {
        self.sqlstate().is_some_and(|state| matches!(&*state, "40001" | "40P01"))
    }

    /// Whether a key was in use already: PostgreSQL's unique_violation.
    fn is_of_a_key(&self) -> bool {
        self.sqlstate().is_some_and(|state| state == "23505")
    }

    /// PostgreSQL's code of the error: five characters.
    fn sqlstate(&self) -> Option<String> {
        let error = self.0.as_database_error()?.try_downcast_ref::<sqlx::postgres::PgDatabaseError>()?;
        Some(error.code().to_owned()).filter(|code| code.len() == 5 && code.is_ascii())
    }

    /// SQLITE_BUSY: another connection holds a lock that this one needs.
    fn is_busy(&self) -> bool {
        self.sqlite_code() == Some(5)
    }

    /// SQLite's primary result code.
    fn sqlite_code(&self) -> Option<u32> {
        let error = self.0.as_database_error()?.try_downcast_ref::<SqliteError>()?;
        error.code()?.parse::<u32>().ok().map(|code| code & 0xff)
    }

    /// The database is in order and not for this program, now.
    fn unusable(why: String) -> Self {
        Self(sqlx::Error::Configuration(why.into()))
    }

    fn corrupt(what: &'static str) -> Self {
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

impl Store {
    /// Opens the SQLite file, making it if need be, and brings its schema up to date.
    /// Every commit is on disk before it is acknowledged (`synchronous=FULL`).
    pub async fn open_sqlite(file: &Path) -> Result<Self, Fault> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5))
            // Every statement has its key: an index made for one statement would only hide that it has none.
            .pragma("automatic_index", "OFF")
            // Room for the row inserts in all their lengths, beside everything else.
            .statement_cache_capacity(8 * rows::PIECE + 128);
        // The unique key of a large meeting is written all over: what does not fit into memory is read again.
        // A statement of many rows keeps the pages it changes until it has ended: in memory, or else in a file
        // made and removed for each batch. And a checkpoint, which everybody waits for, is worth its while when
        // the pages it copies have been changed more than once: every 64 MiB of log, some 30 ms each.
        let writer_options = options
            .clone()
            .pragma("cache_size", "-16384")
            .pragma("temp_store", "MEMORY")
            .pragma("wal_autocheckpoint", "16000");
        let writer = connect(1, &writer_options).await?;
        // Under the write lock, so that of several processes on a new file one makes the schema and the others
        // find it made. A step that fails halfway leaves nothing.
        let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
        migrator(Engine::Sqlite).run(&mut *tx).await.map_err(|error| Fault(error.into()))?;
        tx.commit().await?;
        let readers = connect(4, &options.read_only(true)).await?;
        let store = Self { writer: Pool::Sqlite(writer), readers: Pool::Sqlite(readers), is_spread: false };
        store.check_usable().await?;
        Ok(store)
    }

    /// Opens a PostgreSQL database by its URL, with so many connections at most, and brings its schema up to date.
    /// Every commit is as durable as the server's `synchronous_commit` says. A fault where the server is older than
    /// PostgreSQL 15 or the database cannot hold every text (`UTF8`). Where the database has the Citus extension, the
    /// tables are spread over its nodes.
    pub async fn open_postgres(url: &str, password: Option<&str>, connections: u32) -> Result<Self, Fault> {
        let options = PgConnectOptions::from_str(url)?.application_name("usher");
        let options = match password {
            Some(password) => options.password(password),
            None => options,
        };
        // A connection of its own tells at once why there is none, and a step may take its time. That its table of
        // steps is there already is no news.
        let quiet = options.clone().options([("client_min_messages", "warning")]);
        let mut first = PgConnection::connect_with(&quiet).await?;
        check_server(&mut first).await?;
        migrator(Engine::Postgres).run(&mut first).await.map_err(|error| Fault(error.into()))?;
        let is_spread = citus::spread(&mut first).await?;
        first.close().await?;
        let options = options
            // Room for the row inserts in all their lengths, beside everything else.
            .statement_cache_capacity(8 * rows::PIECE + 128)
            // Who waits longer than a client does, waits for nothing.
            .options([
                ("statement_timeout", "10s"),
                ("lock_timeout", "2s"),
                ("idle_in_transaction_session_timeout", "30s"),
                // Making a plan costs as much as what it is made for, so there is one for all values. It is kept while
                // tables grow, and what a small table forgives (reading all of it, or all that a slot holds, to sort or
                // to join it) costs seconds once it is large. Everything here is read by a key and in its order, so it
                // says so; without `jit`, which would be tried on whatever then has no other way.
                ("plan_cache_mode", "force_generic_plan"),
                ("enable_seqscan", "off"),
                ("enable_bitmapscan", "off"),
                ("enable_hashjoin", "off"),
                ("enable_mergejoin", "off"),
                ("jit", "off"),
            ]);
        // One is for enrolments; see `apart`.
        let pool = pool_of(connections.saturating_sub(1).max(1)).connect_with(options).await?;
        let store = Self { writer: Pool::Postgres(pool.clone()), readers: Pool::Postgres(pool), is_spread };
        store.check_usable().await?;
        Ok(store)
    }

    /// The same database over a connection of its own, made where it is used: for one who works on a thread of their own,
    /// and shall wait neither for others' connections nor for the runtime that carries those. Inside a runtime.
    #[must_use]
    pub fn apart(&self) -> Self {
        match &self.writer {
            Pool::Sqlite(_) => self.clone(),
            Pool::Postgres(pool) => {
                let own = pool_of(1).connect_lazy_with((*pool.connect_options()).clone());
                Self { writer: Pool::Postgres(own.clone()), readers: Pool::Postgres(own), ..*self }
            }
        }
    }

    fn engine(&self) -> Engine {
        match &self.writer {
            Pool::Sqlite(_) => Engine::Sqlite,
            Pool::Postgres(_) => Engine::Postgres,
        }
    }

    /// Whether the database answers: what a readiness probe asks.
    pub async fn ping(&self) -> Result<(), Fault> {
        query("SELECT 1").execute(&self.readers).await?;
        Ok(())
    }

    /// The same over the connection that whoever writes waits for.
    pub async fn ping_writer(&self) -> Result<(), Fault> {
        query("SELECT 1").execute(&self.writer).await?;
        Ok(())
    }

    /// Waits for running operations and closes every connection.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// Opens a pool. Of several processes that switch a new file to WAL at the same time one succeeds and SQLite turns
/// the others away instead of letting them wait, so they try again: each round leaves one less. Whoever keeps the file
/// for itself for longer than that is not waited for.
async fn connect(connections: u32, options: &SqliteConnectOptions) -> Result<SqlitePool, Fault> {
    let opened = tokio::time::timeout(Duration::from_secs(20), async {
        loop {
            let pool = SqlitePoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(Duration::from_secs(10))
                // SQLite ends a transaction itself when the disk is full or fails; the driver goes on believing in it
                // and would never begin another.
                .before_acquire(|connection, _| Box::pin(async { Ok(!connection.is_in_transaction()) }))
                .connect_with(options.clone())
                .await;
            match pool.map_err(Fault) {
                Err(fault) if fault.is_busy() => {}
                outcome => return outcome,
            }
        }
    });
    let held = "another process keeps the file for itself: wait until `usher migrate` has ended";
    opened.await.unwrap_or_else(|_| Err(Fault::unusable(held.to_owned())))
}

/// A pool of PostgreSQL connections.
fn pool_of(connections: u32) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(3))
        // Asking each time whether a connection lives would be a sixth of an enrolment's way.
        .test_before_acquire(false)
        .before_acquire(|connection, unused| {
            Box::pin(async move {
                if unused.idle_for >= UNTESTED {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
}

async fn check_server(connection: &mut PgConnection) -> Result<(), Fault> {
    let refuse = |why: String| Err(Fault(sqlx::Error::Configuration(why.into())));
    if let Some(version) = connection.server_version_num().filter(|version| *version < 150_000) {
        return refuse(format!("PostgreSQL {} is too old: 15 or newer is needed", version / 10_000));
    }
    let encoding: String = sqlx::query_scalar("SHOW server_encoding").fetch_one(connection).await?;
    if encoding != "UTF8" {
        return refuse(format!("the database's encoding is {encoding}: create one with `--encoding UTF8`"));
    }
    Ok(())
}

fn migrator(engine: Engine) -> Migrator {
    let step = |(version, name, sqlite, postgres): (i64, &'static str, &'static str, &'static str)| {
        let text = match engine {
            Engine::Sqlite => sqlite,
            Engine::Postgres => postgres,
        };
        Migration::new(version, name.into(), MigrationType::Simple, text.into_sql_str(), false)
    };
    let mut migrator = Migrator::with_migrations(STEPS.into_iter().map(step).collect());
    // During a rolling update this program meets steps of the next one: `check_usable` judges them.
    migrator.set_ignore_missing(true);
    migrator
}
