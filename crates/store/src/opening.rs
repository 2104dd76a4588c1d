//! Opening a database: how it is spoken to, and its schema brought up to date.

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, PgConnection, SqlitePool};

use crate::engine::{Checkpointer, Engine, Line, Pool, Source};
use crate::turns::Turns;
use crate::{Fault, Store, citus, migrator, pool_of, rows};

/// How long a connection to SQLite is waited for while others use it.
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// Connections that read a SQLite file.
const SQLITE_READERS: u32 = 4;

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
            // Room for statements of many rows in their usual lengths, beside everything else.
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
        let first = connect(1, &writer_options).await?;
        // Under the write lock, so that of several processes on a new file one makes the schema and the others
        // find it made. A step that fails halfway leaves nothing.
        let mut tx = first.begin_with("BEGIN IMMEDIATE").await?;
        migrator(Engine::Sqlite).run(&mut *tx).await.map_err(|error| Fault(error.into()))?;
        tx.commit().await?;
        let beside = Line::new(options.clone(), LONGEST_WAIT);
        let readers = Source::Shared(connect(SQLITE_READERS, &options.read_only(true)).await?);
        first.close().await;
        let (writer, checkpointer) = Checkpointer::beside(Line::new(writer_options, LONGEST_WAIT), beside);
        let store = Self {
            writer: Pool::Sqlite(Source::Single(writer)),
            readers: Pool::Sqlite(readers),
            is_spread: false,
            searches: Turns::among(SQLITE_READERS),
            checkpointer: Some(checkpointer),
        };
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
            // Room for statements of many rows in their usual lengths, beside everything else.
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
        let pool = Pool::Postgres(Source::Shared(pool));
        let searches = Turns::among(connections);
        let store = Self { writer: pool.clone(), readers: pool, is_spread, searches, checkpointer: None };
        store.check_usable().await?;
        Ok(store)
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
                .acquire_timeout(LONGEST_WAIT)
                // There is nothing between it and the file that could break.
                .test_before_acquire(false)
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

/// A fault where the server is too old, or cannot hold every text.
pub(crate) async fn check_server(connection: &mut PgConnection) -> Result<(), Fault> {
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
