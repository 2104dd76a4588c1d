//! Receivers that misbehave below HTTP: each costs its own call and no more.

use std::io::{Cursor, Read, Write};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::SignedDuration;
use serde_json::{Value, json};
use testkit::{Receiver, TestApp};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::interval;
use url::Url;
use zip::write::SimpleFileOptions;

use super::{app, subscribe, told};

/// A receiver may have half a minute, so that whoever is served meanwhile did not wait for its end.
const PATIENT: &str = "[subscriptions]\nhttp_to_loopback = true\ntimeout_seconds = 30";
/// As much of an endless answer as may be on its way when it is cut off: what connections hold by themselves.
const ON_ITS_WAY: u64 = 16 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    /// As it should be: it proves itself and takes what comes.
    Polite,
    /// An answer that comes a byte a second.
    Slow,
    /// It takes the connection and reads nothing.
    Deaf,
    /// Headers without an end.
    EndlessHead,
    /// A good answer, and behind it a body without an end.
    EndlessBody,
    /// The same, of which each sixty kilobytes unpack to sixty megabytes.
    Bomb,
}

const RUDE: [Manner; 5] =
    [Manner::Slow, Manner::Deaf, Manner::EndlessHead, Manner::EndlessBody, Manner::Bomb];

/// Such a receiver.
struct Rude {
    address: String,
    state: Arc<State>,
}

struct State {
    manner: Mutex<Manner>,
    bomb: Vec<u8>,
    /// Bytes of its answers that somebody took, or that are on their way.
    given: AtomicU64,
    /// Connections that are open.
    open: AtomicUsize,
}

impl Rude {
    async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/hook", listener.local_addr().unwrap());
        let state = Arc::new(State {
            manner: Mutex::new(Manner::Polite),
            bomb: bomb(),
            given: AtomicU64::default(),
            open: AtomicUsize::default(),
        });
        let serving = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let state = Arc::clone(&serving);
                tokio::spawn(async move {
                    state.open.fetch_add(1, Ordering::SeqCst);
                    state.serve(&mut stream).await;
                    state.open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self { address, state }
    }

    fn turn(&self, manner: Manner) {
        *self.state.manner.lock().unwrap() = manner;
    }

    fn given(&self) -> u64 {
        self.state.given.load(Ordering::SeqCst)
    }

    /// Waits until it holds on to so many calls.
    async fn holds(&self, count: usize) {
        while self.state.open.load(Ordering::SeqCst) < count {
            tokio::task::yield_now().await;
        }
    }
}

impl State {
    async fn serve(&self, stream: &mut TcpStream) {
        let manner = *self.manner.lock().unwrap();
        if manner == Manner::Deaf {
            return std::future::pending().await;
        }
        let mut asked = vec![0; 16 * 1024];
        let length = stream.read(&mut asked).await.unwrap_or_default();
        let head: &[u8] = b"HTTP/1.1 202 Accepted\r\ncontent-type: text/plain\r\n";
        match manner {
            Manner::Deaf => {}
            Manner::Polite => {
                let answer = polite(&String::from_utf8_lossy(&asked[..length]));
                let _ = stream.write_all(answer.as_bytes()).await;
            }
            Manner::Slow => {
                let mut seconds = interval(Duration::from_secs(1));
                for byte in head {
                    seconds.tick().await;
                    if stream.write_all(&[*byte]).await.is_err() {
                        return;
                    }
                }
            }
            Manner::EndlessHead => self.give(stream, head, b"x-more: and more and more and more\r\n").await,
            Manner::EndlessBody => self.give(stream, &[head, b"\r\n"].concat(), &[b'a'; 65_536]).await,
            Manner::Bomb => {
                let head = [head, b"content-encoding: gzip\r\n\r\n"].concat();
                self.give(stream, &head, &self.bomb).await;
            }
        }
    }

    /// The beginning of an answer, and the rest of it again and again until nobody takes it any more.
    async fn give(&self, stream: &mut TcpStream, head: &[u8], rest: &[u8]) {
        let _ = stream.write_all(head).await;
        while stream.write_all(rest).await.is_ok() {
            self.given.fetch_add(rest.len() as u64, Ordering::SeqCst);
        }
    }
}

fn polite(asked: &str) -> String {
    let target = asked.split(' ').nth(1).unwrap_or_default();
    let url = Url::parse("http://localhost").unwrap().join(target).unwrap();
    let token = url.query_pairs().find(|(name, _)| name == "validationToken").map(|(_, token)| token);
    let (status, text) =
        token.map_or(("202 Accepted", String::new()), |token| ("200 OK", token.into_owned()));
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: text/plain\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{text}",
        text.len()
    )
}

/// What gzip makes of many zeros. Such pieces behind each other are one file.
fn bomb() -> Vec<u8> {
    const ZEROS: usize = 60 << 20;
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    archive.start_file("zeros", options).unwrap();
    for _ in 0..ZEROS >> 20 {
        archive.write_all(&vec![0; 1 << 20]).unwrap();
    }
    let mut archive = zip::ZipArchive::new(archive.finish().unwrap()).unwrap();
    let mut zeros = archive.by_index_raw(0).unwrap();
    let mut gzip = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let sum = zeros.crc32();
    zeros.read_to_end(&mut gzip).unwrap();
    gzip.extend(sum.to_le_bytes());
    gzip.extend((ZEROS as u32).to_le_bytes());
    assert!(gzip.len() * 500 < ZEROS, "it is a bomb: {}", gzip.len());
    gzip
}

async fn log(app: &TestApp, subscription: &Value) -> Vec<(Value, i64)> {
    let path = format!("/beta/subscriptions/{}/deliveries", subscription["id"].as_str().unwrap());
    let list = app.get(path).token(&app.token(&app.people.ines)).await.expect(200).json();
    let of = |one: &Value| (one["answer"].clone(), one["attemptCount"].as_i64().unwrap());
    list["value"].as_array().unwrap().iter().map(of).collect()
}

fn wish(address: &str) -> Value {
    json!({"resource": "me/onlineMeetings", "changeType": "created", "notificationUrl": address,
        "expirationDateTime": "2027-03-01T00:00:00Z"})
}

/// Takes what a receiver gives until `enough` bytes have come.
async fn swallow(rude: &Rude, enough: u64) {
    let mut stream = TcpStream::connect(rude.address.trim_start_matches("http://").trim_end_matches("/hook"))
        .await
        .unwrap();
    stream.write_all(b"POST /hook HTTP/1.1\r\nhost: rude\r\n\r\n").await.unwrap();
    let (mut taken, mut piece) = (0, vec![0; 1 << 20]);
    while taken < enough {
        taken += stream.read(&mut piece).await.unwrap() as u64;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_however_rude_costs_its_own_call_and_is_tried_again() {
    let app = app().await;
    let good = Receiver::new().await;
    for manner in RUDE {
        let rude = Rude::new().await;
        let made = subscribe(&app, &wish(&rude.address)).await;
        let other = subscribe(&app, &super::wish("me/onlineMeetings", &good)).await;
        let before = rude.given();
        rude.turn(manner);
        app.meeting(&app.people.ines).await;

        app.notify().await;

        let said = match manner {
            Manner::Slow | Manner::Deaf => "no answer in time",
            Manner::EndlessHead => "no connection, or no trusted one",
            Manner::EndlessBody | Manner::Bomb => "answered 202",
            Manner::Polite => unreachable!("it is not rude"),
        };
        assert_eq!(log(&app, &made).await, [(json!(said), 1)], "{manner:?}");
        assert!(rude.given() - before < ON_ITS_WAY, "{manner:?}: {} bytes", rude.given() - before);
        if matches!(manner, Manner::EndlessHead | Manner::EndlessBody | Manner::Bomb) {
            swallow(&rude, 2 * ON_ITS_WAY).await;
            assert!(rude.given() > ON_ITS_WAY, "the control: whoever reads on gets more");
        }
        assert_eq!(told(&good.received()).len(), 1, "{manner:?}: the other is told");
        rude.turn(Manner::Polite);
        app.advance(SignedDuration::from_mins(1));
        app.notify().await;
        let answers: Vec<Value> = log(&app, &made).await.into_iter().map(|(answer, _)| answer).collect();
        assert_eq!(answers, [json!("answered 202")], "{manner:?}: nothing is lost");
        for subscription in [made, other] {
            let path = format!("/beta/subscriptions/{}", subscription["id"].as_str().unwrap());
            app.delete(path).token(&app.token(&app.people.ines)).await.expect(204);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_is_rude_when_it_is_to_prove_itself_gets_no_subscription() {
    let app = app().await;
    let token = app.token(&app.people.ines);
    for manner in RUDE {
        let rude = Rude::new().await;
        rude.turn(manner);
        let ask = || app.post("/v1.0/subscriptions").token(&token).json(&wish(&rude.address)).send();

        let refused = ask().await.expect(400);

        assert_eq!(refused.inner_code(), "receiverNotValidated", "{manner:?}");
        assert!(rude.given() < ON_ITS_WAY, "{manner:?}: {} bytes", rude.given());
        rude.turn(Manner::Polite);
        ask().await.expect(201);
    }
}

/// As many as an organisation has hands for hold on to their calls: whoever is of another organisation is served meanwhile.
/// The control is who is of the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn while_receivers_of_one_organisation_hold_on_those_of_another_are_served() {
    const HANDS: usize = 8;
    for manner in [Manner::Slow, Manner::Deaf] {
        let app = TestApp::builder().config(PATIENT).build().await;
        let (rude, same, other) = (Rude::new().await, Receiver::new().await, Receiver::new().await);
        let mut held = Vec::new();
        for _ in 0..HANDS {
            held.push(subscribe(&app, &wish(&rude.address)).await);
        }
        app.advance(SignedDuration::from_secs(1));
        subscribe(&app, &wish(&same.url())).await;
        let token = app.token(&app.people.sanna);
        app.post("/v1.0/subscriptions").token(&token).json(&wish(&other.url())).await.expect(201);
        rude.turn(manner);
        app.meeting(&app.people.ines).await;
        let courier = app.notify_until(std::future::pending());
        rude.holds(HANDS).await;

        app.meeting(&app.people.sanna).await;
        let served = other.wait_for(1).await;

        assert_eq!(told(&served).len(), 1, "{manner:?}");
        assert!(
            same.received().is_empty(),
            "{manner:?}, the control: all hands of the organisation are held"
        );
        for subscription in &held {
            assert_eq!(
                log(&app, subscription).await,
                [(Value::Null, 0)],
                "{manner:?}, the control: still held"
            );
        }
        courier.abort();
    }
}

/// One that holds on to its call takes one hand: others of its own organisation are served meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn while_one_receiver_holds_on_the_others_of_its_organisation_are_served() {
    let app = TestApp::builder().config(PATIENT).build().await;
    for manner in [Manner::Slow, Manner::Deaf] {
        let (rude, good) = (Rude::new().await, Receiver::new().await);
        let held = subscribe(&app, &wish(&rude.address)).await;
        app.advance(SignedDuration::from_secs(1));
        let made = subscribe(&app, &wish(&good.url())).await;
        rude.turn(manner);
        app.meeting(&app.people.ines).await;
        let courier = app.notify_until(std::future::pending());
        rude.holds(1).await;
        good.wait_for(1).await;
        app.meeting(&app.people.ines).await;

        good.wait_for(1).await;

        assert_eq!(log(&app, &held).await, [(Value::Null, 0)], "{manner:?}, the control: still held");
        courier.abort();
        for subscription in [held, made] {
            let path = format!("/beta/subscriptions/{}", subscription["id"].as_str().unwrap());
            app.delete(path).token(&app.token(&app.people.ines)).await.expect(204);
        }
    }
}
