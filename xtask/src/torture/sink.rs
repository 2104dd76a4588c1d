//! A mail server that takes every letter and remembers it, however often its client dies.

use std::io::{BufRead, BufReader, Result, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::check::Letter;

/// What one letter said.
#[derive(Clone, Debug)]
pub(super) struct Taken {
    pub(super) letter: Letter,
    /// Path of the page where the place can be given back.
    pub(super) manage_path: Option<String>,
}

/// The letters taken so far. Its threads end with the process.
#[derive(Clone)]
pub(super) struct Sink {
    address: SocketAddr,
    taken: Arc<Mutex<Vec<Taken>>>,
}

impl Sink {
    pub(super) fn open() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let sink = Self { address: listener.local_addr()?, taken: Arc::default() };
        let taken = Arc::clone(&sink.taken);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let taken = Arc::clone(&taken);
                // A client that died in the middle leaves no letter.
                thread::spawn(move || drop(serve(&stream, &taken)));
            }
        });
        Ok(sink)
    }

    pub(super) fn port(&self) -> u16 {
        self.address.port()
    }

    /// What came after the first `seen` letters.
    pub(super) fn since(&self, seen: usize) -> Vec<Taken> {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.get(seen..).unwrap_or_default().to_vec()
    }

    pub(super) fn letters(&self) -> Vec<Letter> {
        self.since(0).into_iter().map(|taken| taken.letter).collect()
    }
}

fn serve(stream: &TcpStream, taken: &Mutex<Vec<Taken>>) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut input = BufReader::new(stream.try_clone()?);
    let mut output = stream.try_clone()?;
    let mut recipient = String::new();
    output.write_all(b"220 sink\r\n")?;
    loop {
        let mut line = String::new();
        if input.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let verb = line.split([' ', '\r']).next().unwrap_or_default().to_ascii_uppercase();
        let answer = match verb.as_str() {
            "EHLO" => "250-sink\r\n250 8BITMIME\r\n",
            "RCPT" => {
                recipient = between(&line, "<", ">").unwrap_or_default().to_owned();
                "250 ok\r\n"
            }
            "DATA" => {
                output.write_all(b"354 go on\r\n")?;
                let Some(text) = read_data(&mut input)? else { return Ok(()) };
                let taken_now = read_letter(&recipient, &text);
                taken.lock().unwrap_or_else(PoisonError::into_inner).push(taken_now);
                "250 taken\r\n"
            }
            "QUIT" => {
                output.write_all(b"221 bye\r\n")?;
                return Ok(());
            }
            _ => "250 ok\r\n",
        };
        output.write_all(answer.as_bytes())?;
    }
}

/// The letter up to the lone full stop; `None` when the client went away before it.
fn read_data(input: &mut impl BufRead) -> Result<Option<String>> {
    let mut text = Vec::new();
    loop {
        let begin = text.len();
        if input.read_until(b'\n', &mut text)? == 0 {
            return Ok(None);
        }
        if &text[begin..] == b".\r\n" {
            text.truncate(begin);
            return Ok(Some(String::from_utf8_lossy(&text).into_owned()));
        }
    }
}

fn read_letter(recipient: &str, text: &str) -> Taken {
    let message_id = text.lines().find_map(|line| line.strip_prefix("Message-ID:"));
    let message_id = message_id.unwrap_or_default().trim().to_owned();
    // Quoted-printable breaks lines and spells `=` out; nothing else in a link is touched by it.
    let plain = text.replace("=\r\n", "").replace("=3D", "=");
    let token = between(&plain, "/m/", "\r").and_then(|rest| {
        rest.split(|letter: char| !(letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_'))).next()
    });
    Taken {
        letter: Letter {
            email: recipient.to_owned(),
            is_confirmation: message_id.contains(".confirmation@"),
            message_id,
        },
        manage_path: token.map(|token| format!("/m/{token}")),
    }
}

fn between<'a>(text: &'a str, begin: &str, end: &str) -> Option<&'a str> {
    let rest = &text[text.find(begin)? + begin.len()..];
    rest.find(end).map(|end| &rest[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_read() {
        let text = "To: P <p@torture.example>\r\nMessage-ID: <1.confirmation@127.0.0.1>\r\n\r\n\
            http://127.0.0.1:1/m/AbC-_=\r\n9z\r\n.\r\nlate";

        let data = read_data(&mut text.as_bytes()).expect("it can be read").expect("it ends");
        let taken = read_letter("p@torture.example", &data);

        assert_eq!(taken.letter.message_id, "<1.confirmation@127.0.0.1>");
        assert!(taken.letter.is_confirmation);
        assert_eq!(taken.manage_path.as_deref(), Some("/m/AbC-_9z"));
    }

    #[test]
    fn a_letter_cut_short_is_none() {
        let cut = read_data(&mut "Message-ID: <1>\r\n\r\nhalf".as_bytes()).expect("it can be read");

        assert_eq!(cut, None);
    }
}
