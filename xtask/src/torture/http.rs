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
    silent: Option<Silent>,
}

/// A connection over which a request was sent and no whole answer came.
pub(super) struct Silent {
    stream: TcpStream,
    has_begun: bool,
    is_reset: bool,
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
        Self { address, token: token.to_owned(), stream: None, silent: None }
    }

    /// The connection of the last request, where that was sent and got no whole answer.
    pub(super) fn take_silent(&mut self) -> Option<Silent> {
        self.silent.take()
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
        let begun = has_begun(&mut stream);
        let has_begun = matches!(begun, Ok(true));
        let answer = begun.and_then(|_| read(&mut stream));
        match answer {
            Ok((answer, is_kept)) => {
                self.stream = is_kept.then_some(stream);
                Ok(answer)
            }
            Err(error) => {
                let is_reset = error.kind() == ErrorKind::ConnectionReset;
                self.silent = Some(Silent { stream: stream.into_inner(), has_begun, is_reset });
                Err(error)
            }
        }
    }
}

/// Whether an answer begins, or the connection ends.
fn has_begun(stream: &mut BufReader<TcpStream>) -> Result<bool> {
    loop {
        match stream.fill_buf() {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            begun => return begun.map(|bytes| !bytes.is_empty()),
        }
    }
}

impl Silent {
    /// Whether the service has read the request; to be asked when its process is gone. Then Linux has closed the
    /// connection, with a reset if bytes were still unread, or came after the service had closed it. A request is sent in
    /// one piece, so it is read as a whole or not at all.
    pub(super) fn was_read(self) -> bool {
        // After the peer's last byte a reset ends no call; only the socket knows of it, and tells it once.
        let was_reset = self.is_reset || !matches!(self.stream.take_error(), Ok(None));
        self.has_begun || !was_reset
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

#[cfg(test)]
mod tests {
    use std::net::{Shutdown, TcpListener};
    use std::thread;

    use super::*;

    /// Whether a request was read, as its client sees it when this has befallen the connection.
    fn was_read(befall: impl FnOnce(TcpStream) + Send + 'static) -> bool {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it has an address");
        let server = thread::spawn(move || befall(listener.accept().expect("a client comes").0));
        let mut client = Client::new(address, "");

        assert!(client.post("/", "{}").is_err(), "there is no whole answer");
        server.join().expect("the server ends");
        client.take_silent().expect("the request was sent").was_read()
    }

    fn take_all(stream: &mut TcpStream) {
        assert!(stream.read(&mut [0; 4096]).expect("a request comes") > 0);
    }

    fn wait_for_it(stream: &TcpStream) {
        assert!(stream.peek(&mut [0]).expect("a request comes") > 0);
    }

    #[test]
    fn a_request_that_was_read_and_left_is_told_from_one_that_never_was_read() {
        assert!(was_read(|mut stream| take_all(&mut stream)));
        assert!(was_read(|mut stream| {
            take_all(&mut stream);
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Len").expect("the client takes it");
        }));
        assert!(!was_read(|stream| wait_for_it(&stream)));
        assert!(!was_read(|stream| {
            wait_for_it(&stream);
            stream.shutdown(Shutdown::Write).expect("the client is there");
        }));
    }

    #[test]
    fn a_request_on_a_connection_that_was_closed_meanwhile_was_not_read() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it has an address");
        let server = thread::spawn(move || {
            let mut stream = listener.accept().expect("a client comes").0;
            take_all(&mut stream);
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").expect("the client takes it");
        });
        let mut client = Client::new(address, "");
        client.post("/", "{}").expect("the first is answered");
        server.join().expect("the server ends");

        assert!(client.post("/", "{}").is_err(), "the second is not");
        assert!(!client.take_silent().expect("it was sent").was_read());
    }
}
