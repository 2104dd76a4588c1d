//! A backup taken under load, and everything lost afterwards but the backup.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use mail_parser::MessageParser;
use serde_json::{Value, json};
use server::mailroom::MailboxLetter;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, query_scalar, raw_sql};
use tempfile::TempDir;
use testkit::{PUBLIC_URL, Stopped, TestApp, TestMeeting};
use testpg::{Cluster, Scratch};

use crate::program::{USHER, fail, run};

/// Where docs/backup.md puts what `pg_dump` writes.
const DUMP: &str = "usher.dump";

fn address(n: usize) -> String {
    format!("p{n}@pinewater.example")
}

async fn enroll(app: &TestApp, meeting: &TestMeeting, n: usize) {
    let body = json!({"firstName": format!("First{n}"), "lastName": "Marchetti", "email": address(n)});
    let token = app.token(&app.people.ines);
    app.post(meeting.registrants()).token(&token).json(&body).await.expect(200);
}

fn backup(config: &Path, folder: &Path) -> Command {
    let mut command = Command::new(USHER);
    command.arg("backup").arg(folder).env("USHER_CONFIG", config);
    command
}

fn verify(app: &TestApp) -> Command {
    let mut command = Command::new(USHER);
    command.arg("verify").env("USHER_CONFIG", app.config_file());
    command
}

fn path(url: &str) -> String {
    url.strip_prefix(PUBLIC_URL).unwrap().to_owned()
}

fn message_id(letter: &MailboxLetter) -> String {
    MessageParser::new().parse(&letter.message).unwrap().message_id().unwrap().to_owned()
}

fn addresses(list: &[Value]) -> BTreeSet<String> {
    list.iter().map(|one| one["email"].as_str().unwrap().to_owned()).collect()
}

/// What was promised before everything was lost.
struct Promised {
    meeting: TestMeeting,
    told: BTreeSet<String>,
    acknowledged: BTreeSet<String>,
    /// Of two people of the first hour: the address, and the link to the meeting or to the registration.
    coming: (String, String),
    canceled: (String, String),
    /// The link of somebody who came after the backup.
    late: String,
    sent_since: Vec<(String, String)>,
}

/// Takes `save` while people sign up, and goes on for a while as if nothing could happen.
async fn live(app: &TestApp, save: impl FnOnce() + Send + 'static) -> Promised {
    let meeting = app.meeting(&app.people.ines).await;
    app.register(&meeting, &json!({"allowedRegistrant": "everyone", "capacity": 100_000})).await;
    for n in 0..20 {
        enroll(app, &meeting, n).await;
    }
    let letters = app.mail().await;
    let coming = (letters[0].to.clone(), path(&letters[0].join_url));
    let canceled = (letters[1].to.clone(), path(&letters[1].manage_url));
    app.post(canceled.1.as_str()).form(&[]).await.expect(200);
    app.mail().await;
    let told = addresses(&app.registrants(&meeting).await);
    for n in 20..30 {
        enroll(app, &meeting, n).await;
    }
    let acknowledged = addresses(&app.registrants(&meeting).await);

    let is_saved = Arc::new(AtomicBool::new(false));
    let load = async {
        for n in 30.. {
            // The mailbox of the tests keeps a thousand letters.
            if is_saved.load(Ordering::Relaxed) || n == 900 {
                return n;
            }
            enroll(app, &meeting, n).await;
        }
        0
    };
    let saving = tokio::task::spawn_blocking({
        let is_saved = Arc::clone(&is_saved);
        move || {
            save();
            is_saved.store(true, Ordering::Relaxed);
        }
    });
    let (next, saved) = tokio::join!(load, saving);
    saved.unwrap();
    assert!(next > 30, "nobody signed up meanwhile");

    enroll(app, &meeting, next).await;
    let sent = app.mail().await;
    let late = sent.iter().find(|letter| letter.to == address(next)).unwrap();
    let late = path(&late.join_url);
    let sent_since = sent.iter().map(|letter| (letter.to.clone(), message_id(letter))).collect();
    Promised { meeting, told, acknowledged, coming, canceled, late, sent_since }
}

/// What holds after the restore, and what honestly cannot.
async fn check(app: &TestApp, promised: &Promised) {
    let said = run(&mut verify(app), b"");
    let list = app.registrants(&promised.meeting).await;
    assert!(said.contains(&format!("registrants: {}, breaches: 0", list.len())), "{said}");
    let here = addresses(&list);
    assert!(
        here.is_superset(&promised.acknowledged),
        "whoever was told before the backup began has their place"
    );
    assert_eq!(here.len(), list.len(), "and has it once");
    for (counted, rows) in [("seats_taken", "live_key IS NOT NULL"), ("registrant_count", "1 = 1")] {
        assert_eq!(
            app.db_count(&format!("SELECT SUM({counted}) FROM roster")).await,
            app.db_count(&format!("SELECT COUNT(*) FROM registrant WHERE {rows}")).await,
            "{counted}"
        );
    }
    let status = |email: &str| list.iter().find(|one| one["email"] == email).unwrap()["status"].clone();
    assert_eq!(status(&promised.coming.0), "registered");
    assert_eq!(status(&promised.canceled.0), "canceled");

    let again: Vec<_> =
        app.mail().await.iter().map(|letter| (letter.to.clone(), message_id(letter))).collect();
    let to: BTreeSet<String> = again.iter().map(|(to, _)| to.clone()).collect();
    assert_eq!(to, &here - &promised.told, "who was written to before the backup is not written to again");
    assert_eq!(to.len(), again.len(), "nobody twice");
    assert!(!again.is_empty(), "some letters waited in the backup");
    for letter in again {
        assert!(
            promised.sent_since.contains(&letter),
            "{letter:?}: a letter of after the backup keeps its name"
        );
    }

    app.set_clock("2027-02-01T09:50:00Z");
    app.get(promised.coming.1.as_str()).await.expect(303);
    assert!(app.get(promised.canceled.1.as_str()).await.expect(200).text().contains("is cancelled"));
    assert_ne!(app.get(promised.late.as_str()).await.status, 303, "a place taken after the backup is lost");
}

/// As docs/backup.md says: into an empty data folder, under the names they had.
fn put_back(saved: &Path) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(saved).unwrap() {
        let file = entry.unwrap().path();
        fs::copy(&file, folder.path().join(file.file_name().unwrap())).unwrap();
    }
    folder
}

/// The dump beside a backup, in a database of its own.
fn restore(saved: &Path) -> Scratch {
    let scratch = Cluster::shared().create();
    scratch.restore(&saved.join(DUMP));
    scratch
}

fn names(folder: &Path) -> BTreeSet<String> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

async fn live_and_lose(
    app: TestApp,
    save: impl FnOnce(&Path) + Send + 'static,
) -> (Promised, Stopped, TempDir) {
    let (config, home) = (app.config_file(), tempfile::tempdir().unwrap());
    let saved = home.path().join("saved");
    let promised = live(&app, move || {
        run(&mut backup(&config, &saved), b"");
        save(&saved);
    })
    .await;
    (promised, app.stop().await, home)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sqlite_site_comes_back_from_a_backup_taken_under_load() {
    let app = TestApp::builder().sqlite().build().await;
    let file = app.file("usher.db");
    let plain = tempfile::tempdir().unwrap();
    let copy = plain.path().join("usher.db");
    // Somebody who goes on looking at what was there before, so that the log is not copied into the file meanwhile.
    let mut looking = SqliteConnectOptions::new().filename(&file).connect().await.unwrap();
    raw_sql("BEGIN; SELECT slot FROM registrant").execute(&mut looking).await.unwrap();

    let (promised, stopped, home) = live_and_lose(app, {
        let copy = copy.clone();
        move |_| {
            fs::copy(file, copy).unwrap();
        }
    })
    .await;

    let saved = home.path().join("saved");
    assert_eq!(names(&saved), ["issuer.pem", "link.key", "usher.db", "usher.toml"].map(str::to_owned).into());
    check(&stopped.within(put_back(&saved)).start().await, &promised).await;

    // The control: what a plain copy of the file misses is noticed.
    let mut copied = SqliteConnectOptions::new().filename(&copy).connect().await.unwrap();
    let rows: Result<i64, _> = query_scalar("SELECT COUNT(*) FROM registrant").fetch_one(&mut copied).await;
    assert!(rows.unwrap_or_default() < 30, "a plain copy would do as well");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postgres_site_comes_back_from_a_dump_taken_under_load() {
    let app = TestApp::builder().postgres().build().await;
    let database = app.db();
    let url = database.url();

    let (promised, stopped, home) =
        live_and_lose(app, move |saved| database.back_up(&saved.join(DUMP))).await;

    let saved = home.path().join("saved");
    assert!(fs::read_to_string(saved.join("usher.toml")).unwrap().contains(&url));
    assert!(!saved.join("usher.db").exists());
    let restored = Arc::new(restore(&saved));
    let app = stopped.on(restored).within(put_back(&saved)).start().await;
    check(&app, &promised).await;

    // The control: a dump that lacks one row of the last person is noticed.
    let last = "(SELECT registrant_id FROM registrant ORDER BY registrant_id DESC LIMIT 1)";
    for lost in ["registrant WHERE registrant_id", "event WHERE event_id", "outbox WHERE outbox_id"] {
        let spoiled = restore(&saved);
        spoiled.execute(&format!("DELETE FROM {lost} = {last}"));
        let said = fail(verify(&app).env("USHER_DATABASE__URL", spoiled.url()));
        assert!(said.contains("counts and rows differ"), "{lost}: {said}");
    }
}

#[tokio::test]
async fn whoever_had_their_data_erased_after_the_backup_of_a_sqlite_site_is_erased_again_by_the_log() {
    erase_and_restore(TestApp::builder().sqlite().build().await, None).await;
}

#[tokio::test]
async fn whoever_had_their_data_erased_after_the_dump_of_a_postgres_site_is_erased_again_by_the_log() {
    let app = TestApp::builder().postgres().build().await;
    let database = app.db();
    erase_and_restore(app, Some(database)).await;
}

/// On PostgreSQL with `database`.
async fn erase_and_restore(app: TestApp, database: Option<Arc<Scratch>>) {
    let meeting = app.built_in("everyone").await;
    enroll(&app, &meeting, 0).await;
    enroll(&app, &meeting, 1).await;
    let letters = app.mail().await;
    let (stays, goes) = (path(&letters[0].manage_url), path(&letters[1].manage_url));
    let (home, config) = (tempfile::tempdir().unwrap(), app.config_file());
    let saved = home.path().join("saved");
    run(&mut backup(&config, &saved), b"");
    if let Some(database) = &database {
        database.back_up(&saved.join(DUMP));
    }
    app.post(goes.as_str()).form(&[("do", "erase")]).await.expect(200);
    let log = home.path().join("erasures.log");
    fs::copy(app.file("erasures.log"), &log).unwrap();
    for secret in ["Marchetti", "pinewater"] {
        assert!(!fs::read_to_string(&log).unwrap().contains(secret), "it names nobody");
    }

    let stopped = app.stop().await.within(put_back(&saved));
    let stopped = match database {
        Some(_) => stopped.on(Arc::new(restore(&saved))),
        None => stopped,
    };
    let restored = stopped.start().await;
    let page = restored.get(goes.as_str()).await.expect(200).text();
    assert!(page.contains("Marchetti"), "the control: the backup has them back");
    let mut command = Command::new(USHER);
    command.args(["registrants", "erase-again"]).arg(&log).env("USHER_CONFIG", restored.config_file());
    let said = run(&mut command, b"");

    assert!(said.contains("whoever is left of 1 in the log"), "{said}");
    assert!(!restored.get(goes.as_str()).await.text().contains("Marchetti"));
    assert!(restored.get(stays.as_str()).await.expect(200).text().contains("Marchetti"));
    run(&mut command, b"");
}

#[tokio::test]
async fn a_backup_is_whole_or_not_there_and_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let app = TestApp::builder().sqlite().build().await;
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("saved");
    let config = app.config_file();

    run(&mut backup(&config, &folder), b"");

    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    for name in names(&folder) {
        assert_eq!(mode(&folder.join(&name)), 0o600, "{name}");
    }
    assert!(fail(&mut backup(&config, &folder)).contains("is there already"));
    fs::remove_file(app.file("link.key")).unwrap();
    fs::create_dir(app.file("link.key")).unwrap();
    assert!(fail(&mut backup(&config, &home.path().join("half"))).contains("cannot read"));
    assert_eq!(names(home.path()), ["saved".to_owned()].into(), "nothing is left of what failed");
}
