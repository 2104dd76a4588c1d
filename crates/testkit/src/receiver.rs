//! A receiver of change notifications on this machine: a real HTTP server that does as it is told.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// What a receiver answers to a notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// This status.
    Status(u16),
    /// A redirect to that address.
    Redirect(String),
    /// Nothing, ever.
    Silence,
    /// 202, and then a body that never ends.
    Endless,
}

/// Whether and how a receiver proves that it wants notifications.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// As Graph asks of it.
    Given,
    /// It gives back this instead, as that type, with that status.
    Other(u16, &'static str, &'static str),
}

/// A notification as it came.
#[derive(Clone, Debug)]
pub struct Received {
    /// Its headers.
    pub headers: HeaderMap,
    /// Its very bytes.
    pub body: String,
    /// Whether it was taken.
    pub is_taken: bool,
}

/// A receiver.
pub struct Receiver {
    port: u16,
    state: Arc<Script>,
    server: Option<JoinHandle<()>>,
}

struct Script {
    answer: Mutex<Answer>,
    proof: Mutex<Proof>,
    received: Mutex<Vec<Received>>,
    came: Notify,
}

impl Receiver {
    /// A receiver that proves itself and takes everything.
    pub async fn new() -> Self {
        let state = Arc::new(Script {
            answer: Mutex::new(Answer::Status(202)),
            proof: Mutex::new(Proof::Given),
            received: Mutex::default(),
            came: Notify::new(),
        });
        let mut receiver = Self { port: 0, state, server: None };
        receiver.start().await;
        receiver
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook?room=7", self.port)
    }

    /// From now on it answers so.
    pub fn answer(&self, answer: Answer) {
        *self.state.answer.lock().unwrap() = answer;
    }

    /// From now on it proves itself so.
    pub fn prove(&self, proof: Proof) {
        *self.state.proof.lock().unwrap() = proof;
    }

    /// Nobody is there any more.
    pub async fn stop(&mut self) {
        if let Some(server) = self.server.take() {
            server.abort();
            let _ = server.await;
        }
    }

    /// Somebody is there again, at the same address.
    pub async fn start(&mut self) {
        let listener = TcpListener::bind(("127.0.0.1", self.port)).await.unwrap();
        self.port = listener.local_addr().unwrap().port();
        let router = Router::new().fallback(take).with_state(Arc::clone(&self.state));
        self.server = Some(tokio::spawn(async move { axum::serve(listener, router).await.unwrap() }));
    }

    /// What came since this was last asked, in order.
    pub fn received(&self) -> Vec<Received> {
        std::mem::take(&mut self.state.received.lock().unwrap())
    }

    /// Waits until so many have come, and gives them.
    pub async fn wait_for(&self, count: usize) -> Vec<Received> {
        loop {
            let came = self.state.came.notified();
            if self.state.received.lock().unwrap().len() >= count {
                return self.received();
            }
            came.await;
        }
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        if let Some(server) = self.server.take() {
            server.abort();
        }
    }
}

impl Received {
    /// A header's text; blank where it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    /// What is told.
    pub fn items(&self) -> Vec<Value> {
        let body: Value = serde_json::from_str(&self.body).unwrap();
        body["value"].as_array().unwrap().clone()
    }

    /// The lifecycle event; blank of a notification of changes.
    pub fn lifecycle(&self) -> String {
        self.items()[0]["lifecycleEvent"].as_str().unwrap_or_default().to_owned()
    }
}

async fn take(
    State(script): State<Arc<Script>>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if let Some(token) = query.get("validationToken") {
        let proof = script.proof.lock().unwrap().clone();
        return match proof {
            Proof::Given => ([(header::CONTENT_TYPE, "text/plain")], token.clone()).into_response(),
            Proof::Other(status, content_type, text) => {
                let status = StatusCode::from_u16(status).unwrap();
                (status, [(header::CONTENT_TYPE, content_type)], text).into_response()
            }
        };
    }
    let answer = script.answer.lock().unwrap().clone();
    let body = String::from_utf8(body.to_vec()).unwrap();
    let is_taken = matches!(answer, Answer::Endless | Answer::Status(200..300));
    script.received.lock().unwrap().push(Received { headers, body, is_taken });
    script.came.notify_waiters();
    match answer {
        Answer::Status(status) => StatusCode::from_u16(status).unwrap().into_response(),
        Answer::Redirect(to) => (StatusCode::FOUND, [(header::LOCATION, to)]).into_response(),
        Answer::Silence => std::future::pending().await,
        Answer::Endless => {
            let mut response = StatusCode::ACCEPTED.into_response();
            *response.body_mut() = axum::body::Body::new(Endless);
            response
        }
    }
}

/// A body without an end.
struct Endless;

impl hyper::body::Body for Endless {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<hyper::body::Frame<Bytes>, Self::Error>>> {
        std::task::Poll::Ready(Some(Ok(hyper::body::Frame::data(Bytes::from_static(&[b'a'; 65_536])))))
    }
}
