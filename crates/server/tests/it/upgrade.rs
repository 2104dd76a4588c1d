//! A new version brings the schema up to date: killed while it does, and started several times at once.

mod rolling;
mod site;

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection, SqliteConnection, query_as, query_scalar, raw_sql};
use testkit::TestApp;
use testpg::{Cluster, Relay, Scratch, Standing};

use crate::moving::{LOOK, stop_before};
use crate::program::{USHER, fail, run};
use site::{Database, Site, steps};

const TENANT: &str = "6f0d2c58-3b1e-4a77-9c24-8d51b0e7f3a2";
/// The signal for a file that grows beyond what is allowed.
const SIGXFSZ: i32 = 25;
/// How many nodes start at once.
const SIDES: usize = 6;

/// What a start says to PostgreSQL on its way through a step: before each nothing of the step is there, all that it makes,
/// or its record as well, and none of it is committed.
const UNCOMMITTED: [&str; 3] = ["BEGIN", "INSERT INTO _sqlx_migrations", "COMMIT"];
/// What it says first when the step is committed.
const COMMITTED: &str = "SET execution_time";

/// PostgreSQL's lock is granted to everybody: the program runs as it is shipped, and has no such switch.
const NO_LOCK: &str = "
    CREATE FUNCTION pg_advisory_lock(BIGINT) RETURNS void LANGUAGE sql AS '';
    CREATE FUNCTION pg_advisory_unlock(BIGINT) RETURNS BOOLEAN LANGUAGE sql AS 'SELECT TRUE';
    DO $$ BEGIN
        EXECUTE format('ALTER DATABASE %I SET search_path = public, pg_catalog', current_database());
    END $$";

/// A command that opens the database, brings it up to date and ends.
fn open(config: &Path) -> Command {
    open_by(USHER.as_ref(), config)
}

fn open_by(program: &Path, config: &Path) -> Command {
    let mut command = Command::new(program);
    command.args(["users", "list", "--tenant", TENANT]).env("USHER_CONFIG", config);
    command
}

fn begin(command: &mut Command) -> Child {
    command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

/// The same command, killed by the system at the first write behind so many pages of any file.
fn open_with_pages(config: &Path, pages: usize) -> Output {
    let mut command = Command::new("sh");
    let limited = format!("ulimit -c 0; ulimit -f {}; exec \"$0\" users list --tenant {TENANT}", 8 * pages);
    command.args(["-c", &limited, USHER]).env("USHER_CONFIG", config).output().unwrap()
}

/// Kills it at one write after the other, until none is left; tells how often.
fn kill_at_every_write(config: &Path) -> usize {
    for pages in 0..200 {
        let output = open_with_pages(config, pages);
        if output.status.success() {
            return pages;
        }
        assert_eq!(output.status.signal(), Some(SIGXFSZ), "{}", String::from_utf8_lossy(&output.stderr));
    }
    panic!("it never came to its end")
}

/// A copy of the program that begins its transactions on SQLite without the write lock. Nothing in the file could give that
/// lock to everybody, so in the copy a word as long as the other stands in its place.
fn without_write_lock(folder: &Path) -> PathBuf {
    let copy = folder.join("usher");
    // Made by others: what this process writes may still be open in a child that another test has just begun, and Linux
    // starts no program that is open to be written.
    let change = "LC_ALL=C sed 's/BEGIN IMMEDIATE/BEGIN DEFERRED /g' \"$0\" > \"$1\" && chmod 700 \"$1\"";
    run(Command::new("sh").args(["-c", change, USHER]).arg(&copy), b"");
    copy
}

/// Holds the write lock of a file of SQLite, as a start does that is at the steps.
async fn hold(file: &Path) -> SqliteConnection {
    let mut holder = SqliteConnectOptions::new().filename(file).connect().await.unwrap();
    raw_sql("BEGIN IMMEDIATE").execute(&mut holder).await.unwrap();
    holder
}

async fn let_go(mut holder: SqliteConnection) {
    raw_sql("ROLLBACK").execute(&mut holder).await.unwrap();
    holder.close().await.unwrap();
}

/// Kills a start on this database that is about to say something with this text to it.
async fn kill_before(text: &str, config: &Path, scratch: &Scratch, relay: &Relay) {
    relay.step(true);
    let mut child = begin(open(config).env("USHER_DATABASE__URL", relay.url()));
    stop_before(text, &mut child, relay).await;
    child.kill().unwrap();
    child.wait().unwrap();
    // A server undoes what it has begun when the line is cut. Here the relay has hold of the line.
    let mut beside = PgConnection::connect(&scratch.url()).await.unwrap();
    let end = "SELECT pg_terminate_backend($1, 10000)";
    let is_gone: bool = query_scalar(end).bind(relay.backend()).fetch_one(&mut beside).await.unwrap();
    assert!(is_gone, "the server does not hear of it");
    relay.step(false);
    // Or what was held would be taken for what the next start says.
    while matches!(relay.standing(), Standing::Waiting(_)) {
        tokio::time::sleep(LOOK).await;
    }
}

fn check_all_came_up(sides: Vec<Child>) {
    for side in sides {
        let output = side.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

fn check_none_has_ended(sides: &mut [Child]) {
    let is_under_way = |side: &mut Child| side.try_wait().unwrap().is_none();
    assert!(sides.iter_mut().all(is_under_way), "one ended while it should have waited");
}

/// Whether a process has a file of this name open, as Linux tells.
fn has_open(side: &Child, name: &str) -> bool {
    let files = fs::read_dir(format!("/proc/{}/fd", side.id())).unwrap();
    files.filter_map(|file| fs::read_link(file.ok()?.path()).ok()).any(|file| file.ends_with(name))
}

#[tokio::test]
async fn a_sqlite_schema_brought_up_to_date_and_killed_at_any_write_is_whole_afterwards() {
    let site = Site::sqlite().await;

    let kills = kill_at_every_write(&site.stopped.config_file());

    assert!(kills > 20, "only {kills} kills");
    site.check().await;
}

#[tokio::test]
async fn a_new_sqlite_file_killed_at_any_write_is_whole_afterwards() {
    let stopped = TestApp::builder().sqlite().build().await.stop().await;
    let database = Database::Sqlite(stopped.file("usher.db"));
    let fresh = database.schema().await;
    fs::remove_file(stopped.file("usher.db")).unwrap();

    let kills = kill_at_every_write(&stopped.config_file());

    assert!(kills > 20, "only {kills} kills");
    assert_eq!(database.schema().await, fresh);
    stopped.start().await.built_in("everyone").await;
}

/// A client that dies while the server is at work is missed when that is done, so these are all the states there are.
#[tokio::test]
async fn a_postgres_schema_brought_up_to_date_and_killed_anywhere_in_any_step_is_whole_afterwards() {
    let site = Site::postgres().await;
    let (config, relay) = (site.stopped.config_file(), Relay::open(site.scratch()));

    for taken in 1..steps(&site.fresh) {
        let before = site.database.schema().await;
        assert_eq!(steps(&before), taken, "a step that is committed stays");
        for text in UNCOMMITTED {
            kill_before(text, &config, site.scratch(), &relay).await;
            assert_eq!(site.database.schema().await, before, "half a step is undone: `{text}`");
        }
        kill_before(COMMITTED, &config, site.scratch(), &relay).await;
    }
    run(&mut open(&config), b"");

    site.check().await;
}

#[tokio::test]
async fn a_new_postgres_database_killed_anywhere_in_its_first_step_is_whole_afterwards() {
    let app = TestApp::builder().postgres().build().await;
    let fresh = Database::Postgres(app.db()).schema().await;
    let scratch = Arc::new(Cluster::shared().create());
    let stopped = app.stop().await.on(Arc::clone(&scratch));
    let (config, relay) = (stopped.config_file(), Relay::open(&scratch));

    for text in UNCOMMITTED.into_iter().chain([COMMITTED]) {
        kill_before(text, &config, &scratch, &relay).await;
    }
    run(&mut open(&config), b"");

    assert_eq!(Database::Postgres(scratch).schema().await, fresh);
    stopped.start().await.built_in("everyone").await;
}

#[tokio::test]
async fn nodes_that_start_at_once_on_an_old_sqlite_file_all_come_up_and_nobody_is_lost() {
    let site = Site::sqlite().await;
    let config = site.stopped.config_file();
    // So that none is through before the last has come.
    let holder = hold(&site.stopped.file("usher.db")).await;

    let mut sides: Vec<Child> = (0..SIDES).map(|_| begin(&mut open(&config))).collect();
    while !sides.iter().all(|side| has_open(side, "usher.db-wal")) {
        check_none_has_ended(&mut sides);
        tokio::time::sleep(LOOK).await;
    }
    let_go(holder).await;

    check_all_came_up(sides);
    site.check().await;
}

/// The control of the case above. SQLite lets nobody wait for the lock who has read already, here which steps are left: what
/// they read may be changing.
#[tokio::test]
async fn without_the_lock_a_node_that_meets_another_at_a_sqlite_file_does_not_come_up() {
    let site = Site::sqlite().await;
    let config = site.stopped.config_file();
    let folder = tempfile::tempdir().unwrap();
    let careless = without_write_lock(folder.path());
    let holder = hold(&site.stopped.file("usher.db")).await;

    let said = fail(&mut open_by(&careless, &config));
    let_go(holder).await;

    // In the midst: who begins with the lock has come to no step when it has waited too long.
    assert!(said.contains("while executing migration 2: ") && said.contains("database is locked"), "{said}");
    // Where it meets nobody it comes up.
    run(&mut open_by(&careless, &config), b"");
    site.check().await;
}

#[tokio::test]
async fn nodes_that_start_at_once_on_an_old_postgres_schema_take_turns_and_nobody_is_lost() {
    let site = Site::postgres().await;
    let config = site.stopped.config_file();
    let url = site.scratch().url();
    let mut beside = PgConnection::connect(&url).await.unwrap();
    // The third step changes this table.
    let mut holder = PgConnection::connect(&url).await.unwrap();
    raw_sql("BEGIN; LOCK TABLE roster IN ACCESS SHARE MODE").execute(&mut holder).await.unwrap();

    let mut sides: Vec<Child> = (0..SIDES).map(|_| begin(&mut open(&config))).collect();
    let waiting = "SELECT COUNT(*) FILTER (WHERE locktype = 'relation'),
            COUNT(*) FILTER (WHERE locktype = 'advisory')
        FROM pg_locks WHERE NOT granted
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    let one_in_the_midst: (i64, i64) = (1, SIDES as i64 - 1);
    while query_as::<_, (i64, i64)>(waiting).fetch_one(&mut beside).await.unwrap() != one_in_the_midst {
        check_none_has_ended(&mut sides);
        tokio::time::sleep(LOOK).await;
    }
    holder.close().await.unwrap();

    check_all_came_up(sides);
    site.check().await;
}

/// The control of the case above. No step is taken twice even so: it commits together with its record.
#[tokio::test]
async fn without_the_lock_a_node_that_meets_another_at_a_postgres_schema_does_not_come_up() {
    let site = Site::postgres().await;
    let config = site.stopped.config_file();
    site.scratch().execute(NO_LOCK);
    let relay = Relay::open(site.scratch());
    relay.step(true);
    let mut late = begin(open(&config).env("USHER_DATABASE__URL", relay.url()));
    // It knows which steps are left to take.
    stop_before("BEGIN", &mut late, &relay).await;

    run(&mut open(&config), b"");
    relay.step(false);

    let output = late.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("already exists"), "{said}");
    site.check().await;
}
