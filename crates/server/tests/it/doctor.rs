//! `usher doctor`, as an operator runs it: against a service, a mail server and rooms that are really asked.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Command, Output};

use axum::Router;
use axum::extract::RawQuery;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection};
use store::Store;

use crate::join_gate::{SECRET, checksum};
use crate::program::{Running, USHER, free_address};

/// A BigBlueButton server and a Jitsi server on one machine, whose clock says what `date` does.
async fn rooms(date: Option<&'static str>) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let meetings = get(async |RawQuery(query): RawQuery| {
        let query = query.unwrap_or_default();
        let (rest, sum) = query.rsplit_once("checksum=").unwrap_or((&query, ""));
        let answer = match sum == checksum("-sha256", "getMeetings", rest.trim_end_matches('&')) {
            true => "<returncode>SUCCESS</returncode><meetings/>",
            false => "<returncode>FAILED</returncode><messageKey>checksumError</messageKey>",
        };
        format!("<response>{answer}</response>")
    });
    let front = get(async move || match date {
        Some(date) => ([(header::DATE, date)], "a room").into_response(),
        None => "a room".into_response(),
    });
    let router = Router::new().route("/bigbluebutton/api/getMeetings", meetings).route("/", front);
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

/// A mail server that is greeted and left again.
fn mail_server() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            std::thread::spawn(move || {
                let _ = stream.write_all(b"220 here\r\n");
                for line in BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok) {
                    let answer = if line.starts_with("QUIT") { "221 bye\r\n" } else { "250 here\r\n" };
                    if stream.write_all(answer.as_bytes()).is_err() {
                        return;
                    }
                }
            });
        }
    });
    address
}

struct Site<'a> {
    public: String,
    /// The address of a database that is not the file in the data folder.
    database: Option<String>,
    mail_port: u16,
    rooms: SocketAddr,
    bbb_secret: &'a str,
    jitsi_secret: &'a str,
}

impl Site<'_> {
    /// Writes the configuration into the folder.
    fn write(&self, folder: &Path) {
        let Self { public, database, mail_port, rooms, bbb_secret, jitsi_secret } = self;
        let database = database.as_ref().map(|url| format!("[database]\nurl = \"{url}\"\n"));
        let text = format!(
            "[server]\nlisten = \"{listen}\"\npublic_url = \"{public}\"\ndata_dir = {data:?}\n\
             [identity.builtin]\nenabled = true\n\
             [[identity.tenant]]\nid = \"6f0d2c58-3b1e-4a77-9c24-8d51b0e7f3a2\"\nname = \"Riverbend\"\n\
             [mail]\nfrom = \"events@riverbend.example\"\nhost = \"127.0.0.1\"\nport = {mail_port}\n\
             security = \"none\"\ntimeout_seconds = 5\n\
             [[join.jitsi]]\nurl = \"http://{rooms}\"\napp_id = \"usher\"\napp_secret = \"{jitsi_secret}\"\n\
             [[join.bigbluebutton]]\nurl = \"http://{rooms}/bigbluebutton\"\nsecret = \"{bbb_secret}\"\n{}",
            database.unwrap_or_default(),
            listen = public.trim_start_matches("http://"),
            data = folder.join("data"),
        );
        fs::write(folder.join("usher.toml"), text).unwrap();
    }
}

fn doctor(folder: &Path) -> Output {
    Command::new(USHER).args(["doctor", "--config"]).arg(folder.join("usher.toml")).output().unwrap()
}

fn lines(output: &Output) -> Vec<String> {
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}

const LONG_ENOUGH: &str = "a-secret-that-both-sides-know-and-nobody-else";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_that_is_in_order_is_found_so() {
    let folder = tempfile::tempdir().unwrap();
    let (public, rooms) = (format!("http://{}", free_address()), rooms(None).await);
    let site = Site {
        public: public.clone(),
        database: None,
        mail_port: mail_server().port(),
        rooms,
        bbb_secret: SECRET,
        jitsi_secret: LONG_ENOUGH,
    };
    site.write(folder.path());
    let mut serve = Command::new("sh");
    serve.args(["-c", "exec \"$0\" serve --config \"$1\" 2>&1", USHER]).arg(folder.path().join("usher.toml"));
    let mut serve = Running::start(&mut serve);
    serve.wait_for("serving");

    let found = doctor(folder.path());

    let database = folder.path().join("data/usher.db");
    let said = lines(&found);
    assert!(found.status.success(), "{said:#?} {}", String::from_utf8_lossy(&found.stderr));
    let expected = [
        "good  configuration: it can be read".to_owned(),
        format!("good  database: `{}` answers, its schema is up to date", database.display()),
        format!("good  mail: `127.0.0.1:{}` answered", site.mail_port),
        format!("good  public address {public}: this Usher answers"),
        format!(
            "good  Jitsi http://{rooms}/: it answers; whether it takes our tokens shows when somebody joins"
        ),
        format!("good  BigBlueButton http://{rooms}/bigbluebutton: it answers a signed call"),
    ];
    assert_eq!(said[..6], expected);
    assert!(said[6].starts_with("good  clock: at most "), "{said:#?}");
    assert_eq!(said.len(), 7);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_that_is_wrong_is_told_at_once_and_nothing_is_changed() {
    let folder = tempfile::tempdir().unwrap();
    let rooms = rooms(Some("Tue, 02 Nov 2021 08:00:00 GMT")).await;
    let mail_port = free_address().port();
    let site = Site {
        public: format!("http://{rooms}"),
        database: None,
        mail_port,
        rooms,
        bbb_secret: "another secret",
        jitsi_secret: "too short",
    };
    site.write(folder.path());

    let found = doctor(folder.path());

    let said = lines(&found);
    assert_eq!(found.status.code(), Some(1), "{said:#?}");
    assert_eq!(String::from_utf8_lossy(&found.stderr), "usher: 4 things are wrong\n");
    assert!(said[1].starts_with("note  database: `") && said[1].ends_with("the first start makes it"));
    assert!(said[2].starts_with(&format!("WRONG mail: `127.0.0.1:{mail_port}`: ")), "{said:#?}");
    assert_eq!(
        said[3],
        format!(
            "WRONG public address http://{rooms}: something answers, and it is not Usher: look at what stands in front \
             of it"
        )
    );
    assert!(said[4].ends_with("`app_secret` has 9 bytes: 32 or more are needed"), "{said:#?}");
    assert!(said[5].contains("it refuses our signature: compare `secret`"), "{said:#?}");
    assert!(said.iter().all(|line| !line.contains("another secret") && !line.contains("too short")));
    assert!(!folder.path().join("data").exists(), "a look makes nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn organisations_that_read_alike_are_pointed_out() {
    let folder = tempfile::tempdir().unwrap();
    let rooms = rooms(None).await;
    let site = Site {
        public: format!("http://{}", free_address()),
        database: None,
        mail_port: mail_server().port(),
        rooms,
        bbb_secret: SECRET,
        jitsi_secret: LONG_ENOUGH,
    };
    site.write(folder.path());
    let file = folder.path().join("usher.toml");
    let told =
        || lines(&doctor(folder.path())).into_iter().filter(|line| line.contains("read alike")).count();
    assert_eq!(told(), 0, "the control");

    // The second letter is Cyrillic.
    let other =
        "[[identity.tenant]]\nid = \"6f0d2c58-3b1e-4a77-9c24-8d51b0e7f3a3\"\nname = \"R\u{456}verbend\"\n";
    let text = fs::read_to_string(&file).unwrap().replace("[mail]", &format!("{other}[mail]"));
    fs::write(&file, text).unwrap();

    assert_eq!(told(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_off_is_found_by_what_others_say() {
    let folder = tempfile::tempdir().unwrap();
    let rooms = rooms(Some("Tue, 02 Nov 2021 08:00:00 GMT")).await;
    let site = Site {
        public: format!("http://{}", free_address()),
        database: None,
        mail_port: mail_server().port(),
        rooms,
        bbb_secret: SECRET,
        jitsi_secret: LONG_ENOUGH,
    };
    site.write(folder.path());

    let found = doctor(folder.path());

    let said = lines(&found);
    let clock = said.last().unwrap();
    assert!(
        clock.starts_with("WRONG clock: ") && clock.contains("seconds off that of 127.0.0.1"),
        "{said:#?}"
    );
    assert!(said[3].starts_with("WRONG public address"), "nobody serves: {said:#?}");
    assert_eq!(String::from_utf8_lossy(&found.stderr), "usher: 2 things are wrong\n");
}

/// The line about a database, of which nothing else is asked here.
fn database_line(folder: &Path, database: Option<String>) -> String {
    let nowhere = free_address();
    let site = Site {
        public: format!("http://{nowhere}"),
        database,
        mail_port: nowhere.port(),
        rooms: nowhere,
        bbb_secret: SECRET,
        jitsi_secret: LONG_ENOUGH,
    };
    site.write(folder);
    lines(&doctor(folder)).swap_remove(1)
}

const ONE_BACK: &str = "DELETE FROM _sqlx_migrations WHERE version = 3";
const ONE_AHEAD: &str =
    "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
    SELECT 9998, 'more', success, checksum, 0 FROM _sqlx_migrations WHERE version = 1";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn how_far_a_schema_is_shows_on_both_engines_and_stays_so() {
    let folder = tempfile::tempdir().unwrap();
    let scratch = testpg::Cluster::shared().create();
    let url = scratch.url();
    let file = folder.path().join("usher.db");
    fs::write(&file, "").unwrap();
    let address = format!("sqlite:{}", file.display());
    let look = |what: &str| {
        for address in [&address, &url] {
            let line = database_line(folder.path(), Some(address.clone()));
            assert!(line.contains(what), "{line} should say: {what}");
        }
    };
    let run = async |text: &'static str| {
        let mut sqlite = SqliteConnectOptions::new().filename(&file).connect().await.unwrap();
        sqlx::raw_sql(text).execute(&mut sqlite).await.unwrap();
        let mut postgres = PgConnection::connect(&url).await.unwrap();
        sqlx::raw_sql(text).execute(&mut postgres).await.unwrap();
    };

    look("answers and is empty: the first start fills it");
    look("answers and is empty: the first start fills it");
    Store::open_sqlite(&file).await.unwrap().close().await;
    Store::open_postgres(&url, None, 2).await.unwrap().close().await;
    look("answers, its schema is up to date");
    run(ONE_BACK).await;
    look("answers; the next start brings its schema up to date");
    run(ONE_AHEAD).await;
    look("answers; a newer version of Usher has brought its schema further");

    let nobody = format!("postgres://usher@{}/usher", free_address());
    let line = database_line(folder.path(), Some(nobody.clone()));
    assert!(line.starts_with(&format!("WRONG database: `{nobody}`: ")), "{line}");
}
