//! The naive way: one person, one durable transaction, straight into a database of the same schema, without HTTP,
//! tokens, rules or company.

use std::path::Path;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, FromRow, SqlSafeStr, SqlStr, SqliteConnection, query, query_as,
};
use tokio::runtime::Builder;
use uuid::Uuid;

use super::bench_server::{BenchServer, Mode};
use super::request::scattered;
use super::stats::Latencies;
use crate::clock::{Clock, Source};
use crate::start::StartProblem;

/// How much of an enrolment is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Naive {
    /// All that the service writes (registrant, letter, event, counters), statement by statement, as an
    /// application would.
    Everything,
    /// Registrant and letter only, the transaction sent as one text: as little beside the database's own work as
    /// this driver can do.
    TwoRows,
}

#[derive(FromRow)]
struct Site {
    slot: i64,
    meeting_id: Uuid,
    registration_id: Uuid,
}

/// One person's row.
struct Row {
    id: Uuid,
    at: i64,
    email: String,
}

const BEGIN: &str = "BEGIN IMMEDIATE";
const REGISTRANT: &str =
    "INSERT INTO registrant (slot, meeting_id, registrant_id, registration_id, live_key, first_name,
    last_name, email, answers, language, generation, registered_at, registered_by)
    VALUES ($1, $2, $3, $4, $5, 'Odile', 'Marchetti', $5, $6, NULL, 0, $7, $8)";
const LETTER: &str = "INSERT INTO outbox (slot, outbox_id, meeting_id, registrant_id, kind, due_at, attempts)
    VALUES ($1, $3, $2, $3, 'confirmation', $7, 0)";
const EVENT: &str = "INSERT INTO event (slot, meeting_id, event_id, at, kind, registrant_id, actor)
    VALUES ($1, $2, $3, $7, 'registrantEnrolled', $3, $8)";
const COUNT: &str = "UPDATE roster SET seats_taken = seats_taken + 1, registrant_count = registrant_count + 1
    WHERE slot = $1 AND meeting_id = $2 AND registration_id = $4";
const COMMIT: &str = "COMMIT";
const ACTOR: &str = "app:2f1c6d0a-9a7e-4c39-8c7e-0f6a5f0d9b11";

/// Makes a site in `folder`, as the service does, and fills it for a while; one caller alone, like the load on a
/// thread of its own.
pub(super) async fn fill(
    folder: &Path,
    naive: Naive,
    limit: Duration,
) -> Result<(Latencies, Duration), StartProblem> {
    let address = "127.0.0.1:9".parse().expect("a constant address");
    let server = BenchServer {
        mode: Mode::Store,
        data: folder.to_owned(),
        database: None,
        verify_each: false,
        meetings: None,
    };
    let (service, _) = server.site(address).await?;
    service.app.store.close().await;
    let file = folder.join("usher.db");
    let work = tokio::task::spawn_blocking(move || {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(write(&file, naive, limit)).map_err(std::io::Error::other)
    });
    let written = work.await.map_err(|error| StartProblem(format!("the naive way broke off: {error}")))?;
    written.map_err(|error| StartProblem(format!("the naive way failed: {error}")))
}

async fn write(file: &Path, naive: Naive, limit: Duration) -> Result<(Latencies, Duration), sqlx::Error> {
    let mut database = open(file).await?;
    let site: Site = query_as("SELECT slot, meeting_id, registration_id FROM registration")
        .fetch_one(&mut database)
        .await?;
    let (clock, ids) = (Clock::System, Source::from_system());
    let answers = format!(r#"[["{0}","Yes"],["{0}","The upper Ardle"]]"#, ids.random_id());
    let mut micros = Vec::new();
    let started_at = Instant::now();
    while started_at.elapsed() < limit {
        let now = clock.now();
        let email = format!("p{:09}.0123456789abcdef@load.example", scattered(micros.len() as u64));
        let row = Row { id: ids.ordered_id(now), at: now.as_microsecond(), email };
        let asked_at = Instant::now();
        match naive {
            Naive::Everything => everything(&mut database, &site, &row, &answers).await?,
            Naive::TwoRows => two_rows(&mut database, &site, &row, &answers).await?,
        }
        micros.push(u32::try_from(asked_at.elapsed().as_micros()).unwrap_or(u32::MAX));
    }
    let elapsed = started_at.elapsed();
    database.close().await?;
    Ok((Latencies::of(micros), elapsed))
}

/// A connection like the store's own.
async fn open(file: &Path) -> Result<SqliteConnection, sqlx::Error> {
    SqliteConnectOptions::new()
        .filename(file)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .connect()
        .await
}

/// Binds everything that any of the statements names: they share their numbers.
macro_rules! run {
    ($database:expr, $text:expr, $site:expr, $row:expr, $answers:expr) => {
        query($text)
            .bind($site.slot)
            .bind($site.meeting_id)
            .bind($row.id)
            .bind($site.registration_id)
            .bind(&$row.email)
            .bind($answers)
            .bind($row.at)
            .bind(ACTOR)
            .execute(&mut *$database)
            .await?;
    };
}

async fn everything(
    database: &mut SqliteConnection,
    site: &Site,
    row: &Row,
    answers: &str,
) -> Result<(), sqlx::Error> {
    let mut tx = database.begin_with(BEGIN).await?;
    for statement in [REGISTRANT, LETTER, EVENT, COUNT] {
        run!(tx, statement, site, row, answers);
    }
    tx.commit().await
}

async fn two_rows(
    database: &mut SqliteConnection,
    site: &Site,
    row: &Row,
    answers: &str,
) -> Result<(), sqlx::Error> {
    static TEXT: LazyLock<SqlStr> = LazyLock::new(|| {
        // Nothing in this text comes from outside: every value is bound.
        AssertSqlSafe([BEGIN, REGISTRANT, LETTER, COMMIT].join(";")).into_sql_str()
    });
    run!(database, TEXT.clone(), site, row, answers);
    Ok(())
}
