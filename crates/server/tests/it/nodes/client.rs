//! A connection to one node that is kept, and a crowd that uses many of them.

use std::io;
use std::net::SocketAddr;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::cluster::Nodes;

/// What is sent.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: &'static str,
    pub path: String,
    pub body: String,
    pub token: Option<String>,
    pub key: Option<String>,
    pub is_form: bool,
}

/// A whole answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    pub status: u16,
    pub body: String,
    pub retry_after: bool,
}

pub struct Client {
    address: SocketAddr,
    sender: SendRequest<Full<Bytes>>,
}

impl Request {
    pub fn of(method: &'static str, path: &str, body: String) -> Self {
        Self { method, path: path.to_owned(), body, token: None, key: None, is_form: false }
    }

    pub fn post(path: &str, body: String) -> Self {
        Self::of("POST", path, body)
    }

    pub fn token(self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self }
    }

    pub fn key(self, key: &str) -> Self {
        Self { key: Some(key.to_owned()), ..self }
    }

    pub fn form(self) -> Self {
        Self { is_form: true, ..self }
    }
}

impl Client {
    pub async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        let (sender, connection) = handshake(TokioIo::new(stream)).await.unwrap();
        // Its end, good or bad, is what the sender is told.
        tokio::spawn(connection);
        Self { address, sender }
    }

    /// An error where the node went away before its answer had come.
    pub async fn send(&mut self, request: &Request) -> io::Result<Answered> {
        let kind = if request.is_form { "application/x-www-form-urlencoded" } else { "application/json" };
        let mut head = http::Request::builder()
            .method(request.method)
            .uri(&request.path)
            .header("host", self.address.to_string())
            .header("content-type", kind);
        if let Some(token) = &request.token {
            head = head.header("authorization", format!("Bearer {token}"));
        }
        if let Some(key) = &request.key {
            head = head.header("idempotency-key", key);
        }
        let request = head.body(Full::from(request.body.clone())).unwrap();
        self.sender.ready().await.map_err(io::Error::other)?;
        let answer = self.sender.send_request(request).await.map_err(io::Error::other)?;
        let (status, retry_after) = (answer.status().as_u16(), answer.headers().contains_key("retry-after"));
        let body = answer.into_body().collect().await.map_err(io::Error::other)?.to_bytes();
        Ok(Answered { status, body: String::from_utf8_lossy(&body).into_owned(), retry_after })
    }

    /// The answer that is not "come again": how often it was that, and the answer.
    pub async fn insist(&mut self, request: &Request) -> (usize, Answered) {
        let mut busy = 0;
        loop {
            let answered = self.send(request).await.unwrap();
            if answered.status != 503 {
                return (busy, answered);
            }
            assert!(answered.retry_after, "a 503 says when to come again");
            busy += 1;
        }
    }
}

/// Sends all of them through so many connections, spread over the nodes, each one behind the other's answer; the answers
/// in no order, and how often somebody had to come again.
pub async fn crowd(nodes: &Nodes, connections: usize, requests: Vec<Request>) -> (usize, Vec<Answered>) {
    let mut callers = JoinSet::new();
    for n in 0..connections {
        let mut client = nodes.client(n).await;
        let share: Vec<Request> = requests.iter().skip(n).step_by(connections).cloned().collect();
        callers.spawn(async move {
            let (mut busy, mut answers) = (0, Vec::new());
            for request in share {
                let (again, answered) = client.insist(&request).await;
                busy += again;
                answers.push(answered);
            }
            (busy, answers)
        });
    }
    let (busy, answers): (Vec<usize>, Vec<_>) = callers.join_all().await.into_iter().unzip();
    (busy.into_iter().sum(), answers.concat())
}
