//! The program itself, killed again and again while it delivers.

use std::fs;
use std::process::{Child, Command, Stdio};

use domain::subscription::SubscriptionId;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use server::clock::Clock;
use testkit::{Answer, NewMeeting, PUBLIC_URL, Received, Receiver, TestApp, TestMeeting};

use super::{enroll, registrants_of, subscribe, told};
use crate::program::USHER;

const ROUNDS: usize = 6;
const RECEIVERS: usize = 3;

/// A service that takes the test's own changes to their receivers.
struct Serving(Child);

impl Serving {
    fn start(app: &TestApp) -> Self {
        // The mailbox of the tests is for a service that the world does not reach.
        let config = fs::read_to_string(app.config_file()).unwrap().replace(PUBLIC_URL, "http://localhost");
        let file = app.file("serving.toml");
        fs::write(&file, config).unwrap();
        let mut command = Command::new(USHER);
        command.arg("serve").arg("--config").arg(file);
        Self(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Serving {
    /// As `kill -9` does.
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

/// Whoever was killed gives nothing back: its leases are over after minutes, which this stands for.
async fn let_leases_pass(app: &TestApp, subscriptions: &[SubscriptionId]) {
    for id in subscriptions {
        let later = app.now() + SignedDuration::from_hours(1);
        let visit = app.store().visit_subscription(*id, later, later + SignedDuration::from_secs(1)).await;
        app.store().end_visit(&visit.unwrap().expect("the lease is over by then")).await.unwrap();
    }
}

async fn stage() -> (TestApp, TestMeeting) {
    let app = TestApp::builder()
        .config("[subscriptions]\nhttp_to_loopback = true\ntimeout_seconds = 30")
        .server("listen = \"127.0.0.1:0\"")
        .build()
        .await;
    // The program has the clock of the machine.
    app.set_clock(&Timestamp::from_second(Clock::System.now().as_second()).unwrap().to_string());
    let times =
        NewMeeting { start: "2020-02-20T10:00:00Z", end: "2099-02-20T11:00:00Z", ..NewMeeting::default() };
    let meeting = app.meeting_with(&app.people.ines, times).await;
    app.register(&meeting, &json!({"allowedRegistrant": "everyone"})).await;
    (app, meeting)
}

/// How often something came once more; fails where that was another text or out of its order.
fn doubles(received: &[Received]) -> usize {
    let mut numbers: Vec<u64> = Vec::new();
    for one in received {
        let number = one.header("webhook-id").rsplit('.').next().unwrap().parse().unwrap();
        assert!(numbers.last().is_none_or(|last| *last <= number), "{number} behind {numbers:?}");
        numbers.push(number);
    }
    let again =
        received.windows(2).filter(|pair| pair[0].header("webhook-id") == pair[1].header("webhook-id"));
    again.inspect(|pair| assert_eq!(pair[0].body, pair[1].body, "the very bytes")).count()
}

/// What came, each delivery once: as it came last.
fn once(received: &[Received]) -> Vec<Received> {
    let same = |one: &Received, next: &Received| one.header("webhook-id") == next.header("webhook-id");
    received.chunk_by(same).filter_map(<[Received]>::last).cloned().collect()
}

/// Each round somebody is killed while one receiver has yet to answer and another has just answered.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_service_that_is_killed_while_it_delivers_loses_nothing_and_keeps_the_order() {
    let (app, meeting) = stage().await;
    let mut receivers = Vec::new();
    let mut subscriptions = Vec::new();
    for _ in 0..RECEIVERS {
        let receiver = Receiver::new().await;
        let end = app.now() + SignedDuration::from_hours(24 * 9);
        let wish = json!({"resource": registrants_of(&meeting), "changeType": "created",
            "notificationUrl": receiver.url(), "expirationDateTime": end.to_string()});
        let made = subscribe(&app, &wish).await;
        subscriptions.push(SubscriptionId(made["id"].as_str().unwrap().parse().unwrap()));
        receivers.push(receiver);
    }
    let mut expected = Vec::new();
    let mut received: Vec<Vec<Received>> = vec![Vec::new(); RECEIVERS];

    for round in 0..ROUNDS {
        let (silent, answering) = (round % RECEIVERS, (round + 1) % RECEIVERS);
        receivers[silent].answer(Answer::Silence);
        let serving = Serving::start(&app);
        for person in 0..2 {
            let name = format!("p{round}n{person}");
            expected.push(("created".to_owned(), enroll(&app, &meeting, &name).await));
            received[answering].extend(receivers[answering].wait_for(1).await);
        }
        received[silent].extend(receivers[silent].wait_for(1).await);

        drop(serving);

        receivers[silent].answer(Answer::Status(202));
        for (receiver, received) in receivers.iter().zip(&mut received) {
            received.extend(receiver.received());
        }
        let_leases_pass(&app, &subscriptions).await;
    }
    let last = Serving::start(&app);
    for (receiver, received) in receivers.iter().zip(&mut received) {
        while told(&once(received)).len() < expected.len() {
            received.extend(receiver.wait_for(1).await);
        }
    }
    drop(last);

    let mut again = 0;
    for (receiver, received) in receivers.iter().zip(&mut received) {
        received.extend(receiver.received());
        assert_eq!(told(&once(received)), expected, "nothing is lost or told twice, and all in order");
        again += doubles(received);
    }
    assert!(again >= ROUNDS, "the control: {again} deliveries were cut off and came again");
    assert!(again <= ROUNDS * RECEIVERS, "{again}: one at most of each subscription and kill");
}
