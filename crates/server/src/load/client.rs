//! A client of HTTP/1.1 with as little in it as the load needs.
//!
//! It shares the machine with the server it measures, so every microsecond it spends is missing there. One
//! request is one write of bytes made beforehand, one answer mostly one read; hyper's client would spend about as
//! much on a request as the server does.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;

use httparse::{EMPTY_HEADER, Response, Status};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::start::{StartProblem, because};

/// Longest answer that is read, in bytes.
const LONGEST: usize = 1 << 20;

/// So many headers an answer has at most.
const MOST_HEADERS: usize = 32;

/// A connection that is kept alive.
pub(super) struct Connection {
    stream: TcpStream,
    inbox: Vec<u8>,
}

/// An answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reply<'a> {
    /// Status code.
    pub(super) status: u16,
    /// The whole body.
    pub(super) body: &'a [u8],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Head {
    status: u16,
    /// Where the body begins.
    body: usize,
    /// Where it ends.
    end: usize,
}

impl Connection {
    /// Connects.
    pub(super) async fn open(address: SocketAddr) -> Result<Self, StartProblem> {
        let connect = async {
            let stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            io::Result::Ok(Self { stream, inbox: Vec::with_capacity(4_096) })
        };
        connect.await.map_err(because(format!("cannot connect to `{address}`")))
    }

    /// Sends a whole request and waits for the whole answer. After an error the connection is of no use.
    pub(super) async fn ask(&mut self, request: &[u8]) -> io::Result<Reply<'_>> {
        self.stream.write_all(request).await?;
        self.inbox.clear();
        let mut head = None;
        loop {
            if self.stream.read_buf(&mut self.inbox).await? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            if head.is_none() {
                head = read_head(&self.inbox)?;
            }
            if let Some(Head { status, body, end }) = head.filter(|head| head.end <= self.inbox.len()) {
                return Ok(Reply { status, body: &self.inbox[body..end] });
            }
        }
    }
}

/// `None` while the head is incomplete.
fn read_head(bytes: &[u8]) -> io::Result<Option<Head>> {
    let mut headers = [EMPTY_HEADER; MOST_HEADERS];
    let mut response = Response::new(&mut headers);
    let body = match response.parse(bytes).map_err(|error| unreadable(&error.to_string()))? {
        Status::Complete(body) => body,
        Status::Partial if bytes.len() > LONGEST => return Err(unreadable("its head is too long")),
        Status::Partial => return Ok(None),
    };
    let status = response.code.ok_or_else(|| unreadable("it has no status"))?;
    let length = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-length"));
    let length = length.and_then(|header| std::str::from_utf8(header.value).ok()?.parse::<usize>().ok());
    let length = match (length, status) {
        (Some(length), _) if length <= LONGEST => length,
        (None, 204 | 304) => 0,
        _ => return Err(unreadable("it does not say how long it is, or is too long")),
    };
    Ok(Some(Head { status, body, end: body + length }))
}

fn unreadable(why: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, format!("cannot read the answer: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_complete_when_its_body_is() {
        let head = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nCONTENT-length:  5\r\n\r\nhel";

        let found = read_head(head).unwrap().unwrap();
        assert_eq!((found.status, &head[found.body..], found.end), (200, &b"hel"[..], head.len() + 2));
        assert_eq!(read_head(&head[..40]).unwrap(), None);
        assert_eq!(read_head(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap().unwrap().status, 204);
    }

    #[test]
    fn an_answer_that_cannot_be_measured_is_an_error() {
        for bytes in
            ["HTTP/1.1 200 OK\r\n\r\n", "hello\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 9999999\r\n\r\n"]
        {
            read_head(bytes.as_bytes()).expect_err(bytes);
        }
    }
}
