//! From SQLite to PostgreSQL by one command: a site furnished over HTTP, moved by the program, served again.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use domain::LetterKind;
use serde_json::{Value, json};
use sqlx::{
    AssertSqlSafe, Connection, PgConnection, SqliteConnection, query, query_as, query_scalar, raw_sql,
};
use store::Store;
use testkit::{PUBLIC_URL, Stopped, TestApp, TestMeeting, TestResponse};
use testpg::{Cluster, Relay, Scratch, Standing};

use crate::program::{USHER, fail, run};

/// Between two looks at where a program is.
pub const LOOK: Duration = Duration::from_millis(1);
/// More than the rows that a move carries at once.
const CROWD: usize = 450;
const TENANT: &str = "6f0d2c58-3b1e-4a77-9c24-8d51b0e7f3a2";

/// A site on SQLite that has ended, and what was told about it before.
struct Site {
    stopped: Stopped,
    meeting: TestMeeting,
    /// The list of registrants as the organizer saw it.
    list: Vec<Value>,
    /// The link to the meeting of somebody who comes, and the link of somebody who canceled to her registration.
    join: String,
    canceled: String,
    /// Whose confirmation still waits.
    pending: String,
    /// When somebody looks next who has to be reminded.
    reminder_due_at: i64,
}

const REMINDER_DUE: &str = "SELECT MIN(due_at) FROM mailing WHERE kind = 'reminder'";

fn person(n: usize) -> Value {
    json!({"firstName": format!("First{n}"), "lastName": "O'Brien, \"Dr.\" ✓", "email": format!("p{n}@pinewater.example")})
}

async fn enroll(app: &TestApp, meeting: &TestMeeting, n: usize) -> TestResponse {
    let token = app.token(&app.people.ines);
    let key = format!("key-{n}");
    app.post(meeting.registrants()).token(&token).header("idempotency-key", &key).json(&person(n)).await
}

fn path(url: &str) -> String {
    url.strip_prefix(PUBLIC_URL).unwrap().to_owned()
}

/// All places but one are taken, one was given back, everybody but the last has their letter.
async fn furnish() -> Site {
    let app = TestApp::builder().sqlite().build().await;
    let meeting = app.meeting(&app.people.ines).await;
    app.register(
        &meeting,
        &json!({"allowedRegistrant": "everyone", "capacity": CROWD, "subject": "Reading a river"}),
    )
    .await;
    for n in 0..CROWD {
        enroll(&app, &meeting, n).await.expect(200);
    }
    app.external("everyone").await;
    app.allow("some-app", &app.people.ines).await;
    let letters = app.mail().await;
    assert_eq!(letters.len(), CROWD);
    let (join, canceled) = (path(&letters[0].join_url), path(&letters[1].manage_url));
    app.post(canceled.as_str()).form(&[]).await.expect(200);
    assert_eq!(app.mail().await.len(), 1, "the cancellation");
    enroll(&app, &meeting, CROWD).await.expect(200);
    let list = app.registrants(&meeting).await;
    let reminder_due_at = app.db_count(REMINDER_DUE).await;
    assert!(reminder_due_at > app.now().as_microsecond(), "what is due later shows when it is reckoned anew");
    Site {
        stopped: app.stop().await,
        meeting,
        list,
        join,
        canceled,
        pending: format!("p{CROWD}@pinewater.example"),
        reminder_due_at,
    }
}

fn usher(config: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(USHER);
    command.args(words).env("USHER_CONFIG", config).env_remove("PGPASSWORD");
    command
}

fn migrate(config: &Path, to: &str) -> Command {
    usher(config, &["migrate", "sqlite-to-postgres", "--to", to])
}

fn begin(config: &Path, to: &str) -> Child {
    migrate(config, to).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

/// `usher serve`, which has to refuse, and is ended if it does not.
fn serve(config: &Path) -> String {
    let mut command = Command::new("timeout");
    command.args(["60", USHER, "serve"]).env("USHER_CONFIG", config);
    fail(command.env("USHER_MAIL__MAILBOX", "false").env("USHER_SERVER__LISTEN", "127.0.0.1:0"))
}

/// An empty database with its tables, so that locks can be taken before the move comes.
async fn ready() -> Arc<Scratch> {
    let scratch = Cluster::shared().create();
    Store::open_postgres(&scratch.url(), None, 2).await.unwrap().close().await;
    Arc::new(scratch)
}

async fn execute(scratch: &Scratch, sql: &str) -> u64 {
    let mut database = PgConnection::connect(&scratch.url()).await.unwrap();
    query(AssertSqlSafe(sql.to_owned())).execute(&mut database).await.unwrap().rows_affected()
}

/// Kills the move as soon as it waits for what this holds in the database.
async fn kill_at(config: &Path, scratch: &Scratch, hold: &str) {
    let mut holder = PgConnection::connect(&scratch.url()).await.unwrap();
    raw_sql(AssertSqlSafe(format!("BEGIN; {hold}"))).execute(&mut holder).await.unwrap();
    let mut child = begin(config, &scratch.url());
    let waits = "SELECT COUNT(*) FROM pg_stat_activity WHERE application_name = 'usher migrate'
        AND datname = current_database() AND wait_event_type = 'Lock'";
    let mut beside = PgConnection::connect(&scratch.url()).await.unwrap();
    while query_scalar::<_, i64>(waits).fetch_one(&mut beside).await.unwrap() == 0 {
        assert!(child.try_wait().unwrap().is_none(), "the move ended before it came to what is held");
        tokio::task::yield_now().await;
    }
    kill(child);
}

/// The move, stopped before it says something with this text to the database, and what it said there before.
async fn hold_before(config: &Path, scratch: &Scratch, text: &str) -> (Child, Relay, Vec<String>) {
    let relay = Relay::open(scratch);
    relay.step(true);
    let mut child = begin(config, relay.url());
    let said = stop_before(text, &mut child, &relay).await;
    (child, relay, said)
}

/// Lets a program go on until it is about to say something with this text to the database; what it said there before.
pub async fn stop_before(text: &str, child: &mut Child, relay: &Relay) -> Vec<String> {
    let mut said = Vec::new();
    loop {
        match relay.standing() {
            Standing::Waiting(statement) if statement.contains(text) => return said,
            Standing::Waiting(statement) => {
                said.push(statement);
                relay.let_through();
            }
            Standing::Quiet | Standing::Running => {
                assert!(child.try_wait().unwrap().is_none(), "it ended before it said `{text}`");
                tokio::time::sleep(LOOK).await;
            }
        }
    }
}

/// Kills the move when its database is marked as complete, which it has not heard of.
async fn kill_between_the_last_marks(config: &Path, scratch: &Scratch) {
    let relay = Relay::open(scratch);
    relay.keep_commits_of("move_state = 'arrived'");
    let mut child = begin(config, relay.url());
    let complete = "SELECT COUNT(*) FROM deployment WHERE move_state = 'arrived'";
    let mut beside = PgConnection::connect(&scratch.url()).await.unwrap();
    while query_scalar::<_, i64>(complete).fetch_one(&mut beside).await.unwrap() == 0 {
        assert!(child.try_wait().unwrap().is_none(), "the move ended before it marked its database");
        tokio::time::sleep(LOOK).await;
    }
    kill(child);
}

/// Neither end can be served; `other` is the configuration with the new one.
fn check_unserved(config: &Path, other: &Path, when: &str) {
    assert!(serve(config).contains("on the way to PostgreSQL"), "{when}");
    assert!(serve(other).contains("is not complete"), "{when}");
    assert!(fail(&mut usher(other, &["users", "list"])).contains("is not complete"), "{when}");
}

/// The file of a site that has ended.
async fn file(stopped: &Stopped) -> SqliteConnection {
    let url = format!("sqlite:{}", stopped.file("usher.db").display());
    SqliteConnection::connect(&url).await.unwrap()
}

/// A row that stands in the way of the event with this number: whoever stores that has to wait.
async fn in_the_way(stopped: &Stopped, number: usize) -> String {
    let mut database = file(stopped).await;
    let text = format!(
        "SELECT slot || ', ''' || hex(meeting_id) || ''', ''' || hex(event_id) || '''' FROM event
         ORDER BY slot, meeting_id, event_id LIMIT 1 OFFSET {number}"
    );
    let key: String = query_scalar(AssertSqlSafe(text)).fetch_one(&mut database).await.unwrap();
    database.close().await.unwrap();
    format!("INSERT INTO event (slot, meeting_id, event_id, at, kind, actor) VALUES ({key}, 0, 'x', 'x')")
}

/// What was promised before the move holds after it.
async fn check_served(site: Site, scratch: Arc<Scratch>) {
    let app = site.stopped.on(scratch).start().await;

    assert_eq!(app.db_count(REMINDER_DUE).await, site.reminder_due_at, "no reminder is reckoned anew");
    assert_eq!(app.registrants(&site.meeting).await, site.list);
    let mail: Vec<_> = app.mail().await.iter().map(|letter| (letter.to.clone(), letter.kind)).collect();
    assert_eq!(mail, [(site.pending, LetterKind::Confirmation)], "what had left is not sent again");
    assert!(app.mail().await.is_empty());
    app.set_clock("2027-02-01T09:50:00Z");
    app.get(site.join.as_str()).await.expect(303);
    assert!(
        app.get(site.canceled.as_str()).await.expect(200).text().contains("Your registration is cancelled")
    );
    assert_eq!(enroll(&app, &site.meeting, CROWD + 1).await.expect(409).inner_code(), "registrationFull");
    enroll(&app, &site.meeting, 7).await.expect(200);
    assert_eq!(app.registrants(&site.meeting).await, site.list, "who is there already stays once");
    let token = app.token(&app.people.ines);
    let counted = format!("{}?$count=true&$top=1", site.meeting.registrants());
    let counted = app.get(counted).token(&token).await.expect(200).json();
    assert_eq!(counted["@odata.count"], CROWD + 1);
    assert_eq!(
        app.db_count("SELECT seats_taken FROM roster WHERE registrant_count > 0").await,
        app.db_count("SELECT COUNT(*) FROM registrant WHERE live_key IS NOT NULL").await,
    );
}

#[tokio::test]
async fn a_site_moves_with_everything_that_was_promised() {
    let site = furnish().await;
    let (config, scratch) = (site.stopped.config_file(), Arc::new(Cluster::shared().create()));

    let output = migrate(&config, &scratch.url()).output().unwrap();

    let (said, log) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{log}");
    assert!(said.contains("link.key") && said.contains(&format!("url = {:?}", scratch.url())), "{said}");
    assert!(log.contains("copying `registrant`") && log.contains("comparing `event`"), "{log}");
    assert!(!log.contains('\r') && !log.contains("pinewater"), "{log}");
    assert!(
        serve(&config).contains("was moved to PostgreSQL"),
        "two services must not send the same letters"
    );
    check_served(site, scratch).await;
}

#[tokio::test]
async fn a_move_interrupted_at_any_stage_goes_on_where_it_was_and_is_not_served_before_it_is_whole() {
    let site = furnish().await;
    let (config, scratch) = (site.stopped.config_file(), ready().await);
    let middle = in_the_way(&site.stopped, 250).await;
    let other = site.stopped.file("other.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    let section = format!("[database]\nurl = {:?}", scratch.url());
    std::fs::write(&other, text.replace("[database]", &section)).unwrap();

    // One end is marked; the other is empty and knows of nothing yet.
    kill(hold_before(&config, &scratch, "SET move_id").await.0);
    assert!(serve(&config).contains("on the way to PostgreSQL"));

    // While it copies. What the database was told last it does after the move has died.
    for hold in ["LOCK TABLE tenant IN SHARE MODE", "LOCK TABLE registrant IN SHARE MODE", &middle] {
        kill_at(&config, &scratch, hold).await;
        check_unserved(&config, &other, hold);
    }
    let (child, relay, _) = hold_before(&config, &scratch, "INSERT INTO event ").await;
    execute(&scratch, &format!("SELECT pg_terminate_backend({})", relay.backend())).await;
    assert!(!child.wait_with_output().unwrap().status.success());
    check_unserved(&config, &other, "cut off");

    // While it compares: the first page, a later one, and all is compared.
    for text in ["LIMIT 200", "FROM registrant WHERE", "move_state = 'arrived'"] {
        let (child, _, said) = hold_before(&config, &scratch, text).await;
        kill(child);
        check_unserved(&config, &other, text);
        let sends_again = |statement: &String| statement.starts_with("INSERT INTO registrant ");
        assert!(!said.iter().any(sends_again), "what has arrived stays");
    }

    kill_between_the_last_marks(&config, &scratch).await;
    assert!(serve(&config).contains("on the way to PostgreSQL"));
    run(&mut usher(&other, &["users", "list", "--tenant", TENANT]), b"");

    for _ in 0..2 {
        let again = run(&mut migrate(&config, &scratch.url()), b"");
        assert!(again.contains("complete already"), "once more does no harm: {again}");
        assert!(serve(&config).contains("was moved to PostgreSQL"));
    }
    check_served(site, scratch).await;
}

/// The control of the comparison: what is wrong in one row of the target is found, whatever it is.
#[tokio::test]
async fn a_row_that_is_not_the_same_is_found() {
    let site = furnish().await;
    let (config, scratch) = (site.stopped.config_file(), ready().await);
    kill_at(&config, &scratch, "LOCK TABLE idempotency IN SHARE MODE").await;
    let one = "(SELECT registrant_id FROM registrant ORDER BY slot, registrant_id LIMIT 1 OFFSET 222)";

    for (change, found, undo) in [
        (
            format!("UPDATE registrant SET last_name = last_name || ' ' WHERE registrant_id = {one}"),
            "differs in `last_name`",
            format!("UPDATE registrant SET last_name = rtrim(last_name) WHERE registrant_id = {one}"),
        ),
        (
            format!("UPDATE registrant SET language = '' WHERE registrant_id = {one}"),
            "differs in `language`",
            format!("UPDATE registrant SET language = NULL WHERE registrant_id = {one}"),
        ),
        (format!("DELETE FROM registrant WHERE registrant_id = {one}"), "missing on one side", String::new()),
    ] {
        assert_eq!(execute(&scratch, &change).await, 1);

        let problem = fail(&mut migrate(&config, &scratch.url()));

        assert!(problem.contains(found) && problem.contains("`registrant`"), "{problem}");
        assert!(!problem.contains("O'Brien"), "{problem}");
        assert!(serve(&config).contains("on the way"));
        if !undo.is_empty() {
            assert_eq!(execute(&scratch, &undo).await, 1);
        }
    }
}

/// There is one row of it, which is easily forgotten: by which list reminders are reckoned once was.
#[tokio::test]
async fn what_is_known_of_the_whole_database_is_moved_and_compared_whatever_a_later_version_adds() {
    const KNOWN: &str = "SELECT link_key_fingerprint, reminders, later FROM deployment";
    type Known = (Option<Vec<u8>>, Option<String>, Option<String>);
    let stopped = TestApp::builder().sqlite().build().await.stop().await;
    let (config, scratch) = (stopped.config_file(), ready().await);
    let mut source = file(&stopped).await;
    let step = "ALTER TABLE deployment ADD COLUMN later TEXT; UPDATE deployment SET later = 'known'";
    raw_sql(step).execute(&mut source).await.unwrap();
    let known: Known = query_as(KNOWN).fetch_one(&mut source).await.unwrap();
    source.close().await.unwrap();
    execute(&scratch, "ALTER TABLE deployment ADD COLUMN later TEXT").await;
    assert!(known.0.is_some() && known.1.is_some() && known.2.is_some(), "{known:?}");

    // Spoiled when all is copied and nothing is compared.
    let (child, relay, _) = hold_before(&config, &scratch, "LIMIT 200").await;
    assert_eq!(execute(&scratch, "UPDATE deployment SET reminders = '[5]'").await, 1);
    relay.step(false);
    let problem = child.wait_with_output().unwrap();

    let said = String::from_utf8_lossy(&problem.stderr);
    assert!(!problem.status.success(), "{said}");
    assert!(said.contains("in `deployment`") && said.contains("differs in `reminders`"), "{said}");

    run(&mut migrate(&config, &scratch.url()), b"");

    let mut target = PgConnection::connect(&scratch.url()).await.unwrap();
    let arrived: Known = query_as(KNOWN).fetch_one(&mut target).await.unwrap();
    assert_eq!(arrived, known);
}

#[tokio::test]
async fn a_file_in_use_and_a_database_in_use_are_refused() {
    let app = TestApp::builder().sqlite().build().await;
    let (config, scratch) = (app.config_file(), Cluster::shared().create());

    assert!(fail(&mut migrate(&config, &scratch.url())).contains("stop `usher serve` first"));
    app.get("/health/live").await.expect(200);
    let stopped = app.stop().await;

    let other = TestApp::builder().postgres().build().await;
    let used = other.db().url();
    assert!(fail(&mut migrate(&config, &used)).contains("has rows in `tenant`"));
    run(&mut usher(&config, &["users", "list", "--tenant", TENANT]), b"");

    run(&mut migrate(&config, &scratch.url()), b"");
    assert!(serve(&config).contains("keep-sqlite"));
    let elsewhere = Cluster::shared().create();
    assert!(fail(&mut migrate(&config, &elsewhere.url())).contains("was moved to another database already"));

    run(&mut usher(&config, &["migrate", "keep-sqlite"]), b"");
    assert!(fail(&mut migrate(&config, &scratch.url())).contains("has rows in"));
    stopped.start().await;
}

#[tokio::test]
async fn a_move_that_was_given_up_is_not_taken_up_again() {
    let stopped = TestApp::builder().sqlite().build().await.stop().await;
    let (config, scratch) = (stopped.config_file(), ready().await);
    kill_at(&config, &scratch, "LOCK TABLE person IN SHARE MODE").await;

    run(&mut usher(&config, &["migrate", "keep-sqlite"]), b"");

    assert!(fail(&mut migrate(&config, &scratch.url())).contains("part of another move"));
    let app = stopped.start().await;
    app.get("/health/live").await.expect(200);
}

#[tokio::test]
async fn the_password_is_said_nowhere() {
    const CANARY: &str = "canary of the marshes";
    let stopped = TestApp::builder().sqlite().build().await.stop().await;
    let (config, secret) = (stopped.config_file(), stopped.file("password"));
    write_secret(&secret, CANARY.as_bytes());
    let file = secret.display().to_string();
    let moving = |to: &str| {
        let output = migrate(&config, to).args(["--password-file", &file]).output().unwrap();
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
    };

    let in_argv = moving(&format!("postgres://usher:{}@localhost/usher", CANARY.replace(' ', "-")));
    let nowhere = moving("postgres://usher@localhost/usher?host=/nowhere");
    let moved = moving(&Cluster::shared().create().url());

    assert!(in_argv.contains("holds a password"), "{in_argv}");
    assert!(nowhere.contains("No such file"), "{nowhere}");
    assert!(moved.contains(&format!("password_file = {file:?}")), "{moved}");
    for said in [in_argv, nowhere, moved] {
        assert!(!said.contains("canary"), "{said}");
    }
}

#[tokio::test]
async fn another_link_key_stops_the_start_on_every_engine_and_after_a_move() {
    let app = TestApp::builder().sqlite().build().await;
    let (stopped, scratch) = (app.stop().await, Arc::new(Cluster::shared().create()));
    run(&mut migrate(&stopped.config_file(), &scratch.url()), b"");
    let moved = stopped.on(scratch);
    let kept = std::fs::read(moved.file("link.key")).unwrap();

    std::fs::remove_file(moved.file("link.key")).unwrap();
    assert!(moved.problem().await.contains("is missing"));
    assert!(!moved.file("link.key").exists(), "no other is made in its place");
    let mut other = String::new();
    writeln!(other, "{}=", "A".repeat(43)).unwrap();
    write_secret(&moved.file("link.key"), other.as_bytes());
    assert!(moved.problem().await.contains("is another"));

    write_secret(&moved.file("link.key"), &kept);
    let moved = moved.start().await.stop().await;
    let said = fail(&mut usher(&moved.config_file(), &["renew-links"]));
    assert!(said.contains("is still there"), "{said}");
    std::fs::remove_file(moved.file("link.key")).unwrap();
    let said = fail(usher(&moved.config_file(), &["backup"]).arg(moved.file("copy")));
    assert!(said.contains("nothing was backed up") && !moved.file("copy").exists(), "{said}");
    run(&mut usher(&moved.config_file(), &["renew-links"]), b"");
    moved.start().await;
}

fn write_secret(file: &Path, bytes: &[u8]) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::write(file, bytes).unwrap();
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).unwrap();
}
