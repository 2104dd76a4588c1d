//! A client for HTTP/1.1 on loopback that keeps its connection. An answer that did not come whole is none.

use std::io::{BufRead, BufReader, Error, ErrorKind, Read, Result, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Longer than any answer takes: the service gives up on a database after 15 seconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// One connection, opened when it is needed.
pub(super) struct Client {
    address: SocketAddr,
    token: String,
    stream: Option<BufReader<TcpStream>>,
}

/// A whole answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// Whether it says when to come again.
    pub(super) has_retry_after: bool,
    pub(super) body: String,
}

impl Client {
    /// A client that shows `token`, unless it is empty.
    pub(super) fn new(address: SocketAddr, token: &str) -> Self {
        Self { address, token: token.to_owned(), stream: None }
    }

    pub(super) fn get(&mut self, path: &str) -> Result<Answer> {
        self.send("GET", path, "", None)
    }

    pub(super) fn post(&mut self, path: &str, body: &str) -> Result<Answer> {
        self.send("POST", path, body, None)
    }

    /// With an `Idempotency-Key`.
    pub(super) fn post_with_key(&mut self, path: &str, body: &str, key: &str) -> Result<Answer> {
        self.send("POST", path, body, Some(key))
    }

    fn send(&mut self, method: &str, path: &str, body: &str, key: Option<&str>) -> Result<Answer> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => open(self.address)?,
        };
        let mut request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nContent-Length: {}\r\n",
            self.address,
            body.len()
        );
        if !self.token.is_empty() {
            request += &format!("Authorization: Bearer {}\r\n", self.token);
        }
        if let Some(key) = key {
            request += &format!("Idempotency-Key: {key}\r\n");
        }
        if !body.is_empty() {
            request += "Content-Type: application/json\r\n";
        }
        request += "\r\n";
        request += body;
        stream.get_mut().write_all(request.as_bytes())?;
        let (answer, is_kept) = read(&mut stream)?;
        self.stream = is_kept.then_some(stream);
        Ok(answer)
    }
}

fn open(address: SocketAddr) -> Result<BufReader<TcpStream>> {
    let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    Ok(BufReader::new(stream))
}

fn read(stream: &mut BufReader<TcpStream>) -> Result<(Answer, bool)> {
    let first = line(stream)?;
    let status = first.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| broken(format!("no status in `{first}`")))?;
    let (mut length, mut is_kept, mut has_retry_after) = (0, true, false);
    loop {
        let header = line(stream)?;
        if header.is_empty() {
            break;
        }
        let (name, value) = header.split_once(':').unwrap_or((&header, ""));
        match (name.to_ascii_lowercase().as_str(), value.trim()) {
            ("content-length", value) => length = value.parse().map_err(|_| broken("a length".to_owned()))?,
            ("retry-after", value) => has_retry_after = value.parse::<u32>().is_ok(),
            ("connection", value) => is_kept = !value.eq_ignore_ascii_case("close"),
            // Every answer of the service is complete when it begins.
            ("transfer-encoding", value) => return Err(broken(format!("transfer encoding `{value}`"))),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    let body = String::from_utf8(body).map_err(|_| broken("no UTF-8".to_owned()))?;
    Ok((Answer { status, has_retry_after, body }, is_kept))
}

fn line(stream: &mut BufReader<TcpStream>) -> Result<String> {
    let mut line = String::new();
    if stream.read_line(&mut line)? == 0 || !line.ends_with('\n') {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim_end().to_owned())
}

fn broken(what: String) -> Error {
    Error::new(ErrorKind::InvalidData, what)
}
