//! A short run against a server in this process, over a real socket.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use domain::RegistrationKind;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::bench_server::{BenchServer, Mode};
use super::database::Database;
use super::drive::{Plan, Until, drive};
use super::naive::{Naive, fill};
use super::open_loop::arrive;
use super::pgbench::{self, Script};
use super::report::Report;
use super::target::{Asked, DemoLine, Sent, Target};
use crate::app::App;
use crate::connections;
use crate::http::Surface;

struct Running {
    app: App,
    line: DemoLine,
    meetings: Vec<String>,
    _stop: watch::Sender<bool>,
    _folder: TempDir,
}

async fn start(mode: Mode) -> Running {
    start_with(mode, None).await
}

async fn start_with(mode: Mode, meetings: Option<u32>) -> Running {
    let folder = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address: SocketAddr = listener.local_addr().unwrap();
    let data = folder.path().to_owned();
    let server = BenchServer { mode, data, database: None, verify_each: false, meetings };
    let (service, printed) = server.site(address).await.unwrap();
    let meetings = server.meetings(&service, &printed).await.unwrap();
    let line = DemoLine::read(&serde_json::to_string(&printed).unwrap()).unwrap();
    let app = service.app.clone();
    let (limits, surface) = (app.settings.limits, Surface::new(service.app, service.issuer));
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(connections::serve(listener, surface, limits, stopped));
    Running { app, line, meetings, _stop: stop, _folder: folder }
}

const PLAN: Plan = Plan { callers: 8, until: Until::Asked(50), run: 1 };

impl Running {
    async fn registered(&self) -> i64 {
        self.registered_in(&self.meetings[0]).await
    }

    async fn registered_in(&self, meeting: &str) -> i64 {
        let (_, meeting) = wire::ids::read_meeting(meeting).unwrap();
        let hosted = self.app.store.find_hosted(meeting).await.unwrap().unwrap();
        let registration = hosted.registration.unwrap().id;
        self.app.store.count_registrants(meeting, registration, false).await.unwrap()
    }
}

#[tokio::test]
async fn everybody_whom_the_load_counts_is_registered() {
    let running = start(Mode::Store).await;

    let outcome = drive(running.line.target().unwrap(), PLAN).await.unwrap();

    let report = Report::new(PLAN.callers, &outcome);
    assert_eq!((report.enrolments, outcome.failures(), report.questions), (50, 0, 2), "{report}");
    assert_eq!(running.registered().await, 50);
    assert!(report.p50_ms <= report.p99_ms && report.p99_ms <= report.max_ms && report.per_second > 0.0);
}

#[tokio::test]
async fn everybody_is_registered_whom_the_load_counts_in_rows_and_batches() {
    for (sent, people) in [(Sent::Rows(30), 30), (Sent::Batch(20), 20)] {
        let running = start(Mode::Store).await;
        let target = Target { asked: Asked::Places(sent), ..running.line.target().unwrap() };

        let outcome = drive(target, Plan { until: Until::Asked(10), ..PLAN }).await.unwrap();

        let found = (outcome.done, outcome.failures(), outcome.latencies.count());
        assert_eq!(found, (10 * people, 0, 10), "{sent:?}");
        assert_eq!(running.registered().await, i64::try_from(10 * people).unwrap(), "{sent:?}");
    }
}

#[tokio::test]
async fn a_batch_that_is_answered_while_its_requests_are_refused_has_failed() {
    let running = start(Mode::Store).await;
    let mut target = Target { asked: Asked::Places(Sent::Batch(20)), ..running.line.target().unwrap() };
    target.registrations[0].push('x');

    let outcome = drive(target, Plan { until: Until::Asked(3), ..PLAN }).await.unwrap();

    let report = Report::new(PLAN.callers, &outcome);
    assert_eq!((outcome.latencies.count(), outcome.done, outcome.failures()), (3, 0, 60), "{report}");
    assert!(report.to_string().contains("errors: 60 × refused"), "{report}");
    assert_eq!(running.registered().await, 0);
}

#[tokio::test]
async fn a_wrong_token_is_an_error_fifty_times_and_registers_nobody() {
    let running = start(Mode::Store).await;
    let mut target = running.line.target().unwrap();
    target.token.push('x');

    let outcome = drive(target, PLAN).await.unwrap();

    assert_eq!((outcome.latencies.count(), outcome.failures(), outcome.errors.get(&401)), (0, 50, Some(&50)));
    assert_eq!(running.registered().await, 0);
}

#[tokio::test]
async fn the_ceiling_answers_as_the_store_does_and_stores_nothing() {
    let running = start(Mode::Ceiling).await;

    let outcome = drive(running.line.target().unwrap(), PLAN).await.unwrap();

    assert_eq!((outcome.latencies.count(), outcome.failures()), (50, 0));
    assert_eq!(running.registered().await, 0);
}

#[tokio::test]
async fn a_load_over_many_meetings_fills_each_alike() {
    let running = start_with(Mode::Store, Some(3)).await;
    let target = running.line.target_of(&running.meetings).unwrap();

    let outcome = drive(target, Plan { callers: 2, until: Until::Asked(60), ..PLAN }).await.unwrap();

    assert_eq!((outcome.latencies.count(), outcome.failures()), (60, 0));
    let mut registered = Vec::new();
    for meeting in &running.meetings {
        registered.push(running.registered_in(meeting).await);
        let (_, meeting) = wire::ids::read_meeting(meeting).unwrap();
        let hosted = running.app.store.find_hosted(meeting).await.unwrap().unwrap();
        let RegistrationKind::BuiltIn(built_in) = hosted.registration.unwrap().kind else { panic!() };
        assert!(built_in.capacity.is_some(), "places are counted");
    }
    assert_eq!((registered.len(), registered.iter().sum::<i64>()), (3, 60));
    assert!(registered.iter().all(|count| *count > 0), "{registered:?}");
}

#[tokio::test]
async fn everybody_who_arrives_by_plan_is_registered() {
    let running = start(Mode::Store).await;
    let (is_ready, length) = (Arc::new(AtomicBool::new(false)), Duration::from_millis(200));
    let ready = is_ready.clone();

    let outcome = arrive(running.line.target().unwrap(), 500.0, length, 1, move || {
        ready.store(true, Ordering::Relaxed);
    })
    .await
    .unwrap();

    assert_eq!((outcome.latencies.count(), outcome.failures()), (100, 0));
    assert_eq!(running.registered().await, 100);
    // The last one was not to come before.
    assert!(outcome.elapsed >= Duration::from_millis(198), "{:?}", outcome.elapsed);
    assert!(is_ready.load(Ordering::Relaxed));
}

/// Answers nobody before `hold` has passed since the first enrolment.
async fn holding_server(hold: Duration) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let first = Arc::new(OnceLock::new());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let first = first.clone();
            tokio::spawn(async move {
                let mut inbox = [0; 4_096];
                // A request of the load is short, and written at once.
                while let Ok(1..) = stream.read(&mut inbox).await {
                    let is_question = inbox.starts_with(b"GET");
                    if !is_question {
                        let first = *first.get_or_init(tokio::time::Instant::now);
                        tokio::time::sleep_until(first + hold).await;
                    }
                    let body = if is_question { r#"{"value":[]}"# } else { "{}" };
                    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
                    stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
                }
            });
        }
    });
    address
}

#[tokio::test]
async fn whoever_waits_for_a_free_connection_has_waited() {
    let address = holding_server(Duration::from_millis(400)).await;
    let target = Target::new(&format!("http://{address}"), "token", "organizer", "meeting").unwrap();

    // More than there are connections, the last of them 300 ms after the first.
    let outcome = arrive(target, 2_000.0, Duration::from_millis(300), 1, || ()).await.unwrap();

    assert_eq!((outcome.latencies.count(), outcome.failures()), (600, 0));
    let shortest = outcome.latencies.percentile(0);
    assert!(
        shortest >= 100.0,
        "somebody planned for 300 ms at the latest was answered at 400: {shortest} ms"
    );
}

#[tokio::test]
async fn arrivals_at_a_server_that_refuses_them_are_failures() {
    let running = start(Mode::Store).await;
    let mut target = running.line.target().unwrap();
    target.token.push('x');

    let outcome = arrive(target, 500.0, Duration::from_millis(100), 1, || ()).await.unwrap();

    assert_eq!((outcome.latencies.count(), outcome.failures(), outcome.unanswered), (0, 50, 0));
}

#[tokio::test]
async fn pgbench_runs_its_scripts_and_its_log_says_how_long_they_took() {
    let database = testpg::Cluster::shared().create();
    let database = Database::new(database.url().parse().unwrap()).unwrap();
    let program = pgbench::find().unwrap();
    for script in [Script::TwoRows, Script::Counter] {
        let folder = tempfile::tempdir().unwrap();
        database.clear().await.unwrap();

        let length = Duration::from_secs(1);
        let done = pgbench::run(&program, &database, (script, 2), length, folder.path()).await.unwrap();

        assert_eq!(done.failures, 0, "{script:?}");
        assert!(done.latencies.count() > 0 && done.latencies.percentile(500) > 0.0, "{script:?}");
        assert!(done.transactions > done.latencies.count(), "the first second does not count");
        database.refuse_used().await.expect_err("its tables are there");
    }
    database.clear().await.unwrap();
    database.refuse_used().await.expect("everything is gone");
}

#[tokio::test]
async fn a_server_that_is_gone_is_said_to_be() {
    let running = start(Mode::Ceiling).await;
    let mut target = running.line.target().unwrap();
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    target.address = free;

    let problem = drive(target, PLAN).await.unwrap_err().0;

    assert!(problem.contains(&format!("cannot connect to `{free}`")), "{problem}");
}

#[tokio::test]
async fn the_naive_way_fills_the_same_schema() {
    for naive in [Naive::TwoRows, Naive::Everything] {
        let folder = tempfile::tempdir().unwrap();

        let (latencies, elapsed) = fill(folder.path(), naive, Duration::from_millis(100)).await.unwrap();

        assert!(latencies.count() > 0 && elapsed >= Duration::from_millis(100), "{naive:?}: {latencies:?}");
    }
}
