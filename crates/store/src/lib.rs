//! The database. Every method of [`Store`] is an operation: it opens a transaction, does one business fact
//! with everything that belongs to it, and commits.
//!
//! SQL is written once, as text, in the words that SQLite, PostgreSQL and PostgreSQL with Citus share. Time and ids
//! come in as arguments; nothing here reads a clock.

mod access;
mod allowance;
mod announce;
mod application;
mod aside;
mod at_once;
mod attendance;
mod audit;
mod backup;
mod calendar_answer;
mod cancel;
mod cancel_many;
mod citus;
mod closing;
mod colleagues;
mod condition;
mod consent;
mod delivering;
mod deployment;
mod directory;
mod due_letter;
mod engine;
mod enroll;
mod expiring;
mod fault;
mod feed;
mod forgetting;
mod gather;
mod idempotency;
mod letters;
mod life;
mod listing;
mod mail_quota;
mod mailing;
mod meeting;
mod moving;
mod moving_table;
mod offers;
mod once;
mod opening;
mod ordering;
mod outbox;
mod own;
mod own_meetings;
mod past;
mod question;
mod registrant;
mod registration;
mod reminding;
mod returned;
mod rows;
mod schema;
mod seating;
mod sent;
mod settling;
mod subscription;
mod suppressing;
mod turns;
mod waiting;

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use domain::MeetingId;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::postgres::PgPoolOptions;
use sqlx::{Connection, SqlSafeStr};

use engine::{Checkpointer, Engine, Line, Pool, Source, Tx, UNTESTED, query};
use turns::Turns;

pub use access::{AccessPolicy, Grantee};
pub use application::RegisteredApplication;
pub use attendance::{AttendancePage, Pass};
pub use audit::{Audit, Breach};
pub use backup::backup_sqlite;
pub use calendar_answer::CalendarAnswer;
pub use cancel::Canceled;
pub use colleagues::Colleagues;
pub use delivering::{Delivery, DueSubscription, Tried, Visit};
pub use directory::{DirectoryView, Tenant};
pub use due_letter::{DueLetter, Told};
pub use enroll::{Interrupted, Verdict};
pub use fault::Fault;
pub use feed::{Feed, FeedOf};
pub use life::{Act, Asking, Stepped};
pub use listing::{ListedPage, Listing};
pub use mailing::DueMailing;
pub use meeting::{Hosted, MeetingKey};
pub use moving::{MoveProblem, Moving, Stage, keep_sqlite, move_to_postgres};
pub use once::{Kept, Made, Once, OnceOf};
pub use own::Changed;
pub use past::Past;
pub use registrant::RegistrantPage;
pub use returned::Return;
pub use schema::Schema;
pub use sent::{Sent, SentPage};
pub use settling::Settlement;
pub use subscription::{Renewed, Rotated, Subscribed, SubscriptionChange, SubscriptionLimits};
pub use suppressing::Suppressed;

/// The schema's steps, in order; forward only, in each engine's words. Listed by hand because the macro that would
/// read the folder builds both database drivers a second time. A step after which older programs cannot serve is
/// called `breaking_…`: see [`deployment`].
const STEPS: [(i64, &str, &str, &str); 15] = [
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
    (
        11,
        "changes",
        include_str!("../migrations/sqlite/0011_changes.sql"),
        include_str!("../migrations/postgres/0011_changes.sql"),
    ),
    (
        12,
        "standing",
        include_str!("../migrations/sqlite/0012_standing.sql"),
        include_str!("../migrations/postgres/0012_standing.sql"),
    ),
    (
        13,
        "registrant_mail",
        include_str!("../migrations/sqlite/0013_registrant_mail.sql"),
        include_str!("../migrations/postgres/0013_registrant_mail.sql"),
    ),
    (
        14,
        "time_zone",
        include_str!("../migrations/sqlite/0014_time_zone.sql"),
        include_str!("../migrations/postgres/0014_time_zone.sql"),
    ),
    (
        15,
        "mail_quota",
        include_str!("../migrations/sqlite/0015_mail_quota.sql"),
        include_str!("../migrations/postgres/0015_mail_quota.sql"),
    ),
];

/// How long a connection to PostgreSQL is waited for while others use it.
const LONGEST_WAIT: Duration = Duration::from_secs(3);

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
            match Box::pin(attempt).await {
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
    /// Who may look through lists.
    searches: Arc<Turns>,
    /// Of SQLite.
    checkpointer: Option<Checkpointer>,
}

impl Store {
    /// The same database over a connection of its own, made where it is used: for one who works on a thread of their own,
    /// and shall wait neither for others' connections nor for the runtime that carries those. Inside a runtime.
    #[must_use]
    pub fn apart(&self) -> Self {
        match &self.writer {
            Pool::Sqlite(_) | Pool::Postgres(Source::Single(_)) => self.clone(),
            Pool::Postgres(Source::Shared(pool)) => {
                let options = (*pool.connect_options()).clone();
                let own = Pool::Postgres(Source::Single(Line::new(options, LONGEST_WAIT)));
                Self { writer: own.clone(), readers: own, ..self.clone() }
            }
        }
    }

    fn engine(&self) -> Engine {
        self.writer.engine()
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
        // The last to go copies what is left, and removes the log.
        if let Some(checkpointer) = &self.checkpointer {
            checkpointer.close().await;
        }
    }
}

/// A pool of PostgreSQL connections.
fn pool_of(connections: u32) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(LONGEST_WAIT)
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
    // The driver's own lock, an advisory one, stays on: nothing else makes starts on PostgreSQL take turns at the steps. Of
    // Citus one node alone knows of it, which is enough while everybody opens the coordinator. Without it a start would
    // fail, and no step be taken twice: a step commits together with its row, of which there can be one.
    migrator
}
