//! A short run against a server in this process, over a real socket.

use std::net::SocketAddr;
use std::time::Duration;

use tempfile::TempDir;
use tokio::net::TcpListener;

use super::bench_server::{Mode, site};
use super::drive::{Plan, Until, drive};
use super::naive::{Naive, fill};
use super::report::Report;
use super::target::DemoLine;
use crate::app::App;

struct Running {
    app: App,
    line: DemoLine,
    _folder: TempDir,
}

async fn start(mode: Mode) -> Running {
    let folder = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address: SocketAddr = listener.local_addr().unwrap();
    let (service, printed) = site(mode, address, folder.path(), None).await.unwrap();
    let line = DemoLine::read(&serde_json::to_string(&printed).unwrap()).unwrap();
    let app = service.app.clone();
    tokio::spawn(axum::serve(listener, crate::http::router(service.app, service.issuer)).into_future());
    Running { app, line, _folder: folder }
}

const PLAN: Plan = Plan { callers: 8, until: Until::Asked(50), run: 1 };

impl Running {
    async fn registered(&self) -> i64 {
        let target = self.line.target().unwrap();
        let id = target.registration.split('/').nth(5).unwrap();
        let id = percent_encoding::percent_decode_str(id).decode_utf8().unwrap();
        let (_, meeting) = wire::ids::read_meeting(&id).unwrap();
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
