//! A new version brings the schema up to date, and is killed while it does.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, query_scalar, raw_sql};
use testkit::{Stopped, TestApp, TestMeeting};

use crate::program::{USHER, run};

const TENANT: &str = "6f0d2c58-3b1e-4a77-9c24-8d51b0e7f3a2";
/// What a step made, undone.
const ONE_STEP_BACK: &str = "DROP TABLE mailing; ALTER TABLE outbox DROP COLUMN about;
    ALTER TABLE registration DROP COLUMN told_version; ALTER TABLE registration DROP COLUMN told_at;
    ALTER TABLE deployment DROP COLUMN reminders; DELETE FROM _sqlx_migrations WHERE version = 4";
/// The signal for a file that grows beyond what is allowed.
const SIGXFSZ: i32 = 25;

/// A site as the first version left it.
async fn site_of_old(app: TestApp) -> (Stopped, TestMeeting, Vec<Value>) {
    let meeting = app.built_in("everyone").await;
    let token = app.token(&app.people.ines);
    for n in 0..40 {
        let body = json!({"firstName": "Odile", "lastName": "Marchetti", "email": format!("p{n}@pinewater.example")});
        app.post(meeting.registrants()).token(&token).json(&body).await.expect(200);
    }
    let list = app.registrants(&meeting).await;
    app.db_execute(ONE_STEP_BACK).await;
    (app.stop().await, meeting, list)
}

/// A command that opens the database, brings it up to date and ends.
fn open(config: &Path) -> Command {
    let mut command = Command::new(USHER);
    command.args(["users", "list", "--tenant", TENANT]).env("USHER_CONFIG", config);
    command
}

/// The same, killed by the system at the first write behind so many pages of any file.
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

async fn steps_taken(stopped: &Stopped) -> i64 {
    let mut file = SqliteConnectOptions::new().filename(stopped.file("usher.db")).connect().await.unwrap();
    let sound: String = query_scalar("PRAGMA integrity_check").fetch_one(&mut file).await.unwrap();
    assert_eq!(sound, "ok");
    query_scalar("SELECT COUNT(*) FROM _sqlx_migrations WHERE success").fetch_one(&mut file).await.unwrap()
}

#[tokio::test]
async fn a_sqlite_schema_brought_up_to_date_and_killed_at_any_write_is_whole_afterwards() {
    let (stopped, meeting, list) = site_of_old(TestApp::builder().sqlite().build().await).await;
    let before = steps_taken(&stopped).await;

    let kills = kill_at_every_write(&stopped.config_file());

    assert!(kills > 5, "only {kills} kills");
    assert_eq!(steps_taken(&stopped).await, before + 1);
    let app = stopped.start().await;
    assert_eq!(app.registrants(&meeting).await, list);
}

#[tokio::test]
async fn a_new_sqlite_file_killed_at_any_write_is_whole_afterwards() {
    let stopped = TestApp::builder().sqlite().build().await.stop().await;
    let all = steps_taken(&stopped).await;
    std::fs::remove_file(stopped.file("usher.db")).unwrap();

    let kills = kill_at_every_write(&stopped.config_file());

    assert!(kills > 20, "only {kills} kills");
    assert_eq!(steps_taken(&stopped).await, all);
    stopped.start().await.built_in("everyone").await;
}

#[tokio::test]
async fn a_postgres_schema_brought_up_to_date_and_killed_halfway_is_whole_afterwards() {
    let app = TestApp::builder().postgres().build().await;
    let url = app.db().url();
    let (stopped, meeting, list) = site_of_old(app).await;
    let config = stopped.config_file();
    let mut beside = PgConnection::connect(&url).await.unwrap();
    let count = async |database: &mut PgConnection, text: &str| {
        query_scalar::<_, i64>(AssertSqlSafe(text.to_owned())).fetch_one(database).await.unwrap()
    };
    let made = "SELECT COUNT(*) FROM pg_attribute WHERE attname = 'told_version' AND NOT attisdropped";

    for _ in 0..3 {
        // The step is done and cannot be recorded, so it does not come to its end.
        let mut holder = PgConnection::connect(&url).await.unwrap();
        raw_sql("BEGIN; LOCK TABLE _sqlx_migrations IN SHARE MODE").execute(&mut holder).await.unwrap();
        let mut child = open(&config).spawn().unwrap();
        let waits = "SELECT COUNT(*) FROM pg_stat_activity WHERE application_name = 'usher'
            AND datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%_sqlx_migrations%'";
        while count(&mut beside, waits).await == 0 {
            assert!(child.try_wait().unwrap().is_none(), "it ended before it was halfway");
            tokio::task::yield_now().await;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        holder.close().await.unwrap();
        let gone = "SELECT COUNT(*) FROM pg_stat_activity WHERE application_name = 'usher'
            AND datname = current_database()";
        while count(&mut beside, gone).await > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(count(&mut beside, made).await, 0, "the half step is undone");
    }

    run(&mut open(&config), b"");

    assert_eq!(count(&mut beside, made).await, 1);
    let app = stopped.start().await;
    assert_eq!(app.registrants(&meeting).await, list);
}
