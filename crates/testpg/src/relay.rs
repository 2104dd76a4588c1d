//! A relay on the way to the server. It passes on what a client says, and on request only step by step; or it keeps the
//! answer to a `COMMIT` to itself. The client is the program as it is: nothing in it knows of this.
//!
//! Of PostgreSQL's protocol (<https://www.postgresql.org/docs/15/protocol-message-formats.html>) it reads what it needs:
//! where a message ends, which statement it runs, and when the server is ready for the next.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::{SOCKET, STANDARD_PORT, Scratch};

/// A way to a database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Relay {
    url: String,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    is_stepped: bool,
    /// The text by which a transaction is known whose commit nobody hears of.
    kept: Option<String>,
    /// The statement that waits to be let through.
    waiting: Option<String>,
    is_let_through: bool,
    /// Whether the server is at work on a statement that was let through.
    is_running: bool,
    /// How many transactions were committed.
    commits: u64,
    /// The server's process for the line that was opened last.
    backend: i32,
}

/// Where the client of a stepped relay is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It has said nothing that has not been answered.
    Quiet,
    /// This statement waits to be let through.
    Waiting(String),
    /// A statement was let through and is not answered yet.
    Running,
}

impl Relay {
    /// Opens a way to the database.
    pub fn open(scratch: &Scratch) -> Self {
        static NEXT: AtomicU16 = AtomicU16::new(STANDARD_PORT + 1);
        let port = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = &scratch.cluster.folder;
        // Beside the server's own, so that it goes with it.
        let client = folder.join(format!("{SOCKET}{port}"));
        let listener = UnixListener::bind(client).expect("a socket in the cluster's folder");
        let server = scratch.socket();
        let shared = Arc::new(Shared::default());
        thread::spawn({
            let shared = Arc::clone(&shared);
            move || listen(&listener, &server, &shared)
        });
        let url = format!(
            "postgres://usher@localhost:{port}/{}?host={}&sslmode=disable",
            scratch.name,
            folder.display()
        );
        Self { url, shared }
    }

    /// Its address, as `database.url` takes it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// From now on every statement waits for [`Relay::let_through`]; with `false` none does. There has to be one
    /// connection alone. What only prepares a statement passes.
    pub fn step(&self, is_stepped: bool) {
        self.shared.state().is_stepped = is_stepped;
        self.shared.changed.notify_all();
    }

    /// From now on nobody hears that a transaction was committed in which a statement held this text.
    pub fn keep_commits_of(&self, text: &str) {
        self.shared.state().kept = Some(text.to_owned());
    }

    /// Lets the waiting statement through.
    pub fn let_through(&self) {
        let mut state = self.shared.state();
        state.is_let_through = true;
        // Until the client's thread has woken up nobody may take the statement for one that still waits.
        state.waiting = None;
        state.is_running = true;
        self.shared.changed.notify_all();
    }

    /// Where the client is.
    pub fn standing(&self) -> Standing {
        let state = self.shared.state();
        match &state.waiting {
            Some(text) => Standing::Waiting(text.clone()),
            None if state.is_running => Standing::Running,
            None => Standing::Quiet,
        }
    }

    /// How many transactions the server has committed here, those of one statement among them.
    pub fn commits(&self) -> u64 {
        self.shared.state().commits
    }

    /// The server's process for this client, as `pg_blocking_pids` takes it.
    pub fn backend(&self) -> i32 {
        self.shared.state().backend
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits at the gate, if there is one.
    fn pass(&self, statement: &str) {
        let mut state = self.state();
        // What begins with a comment asks whether anybody is there.
        if !state.is_stepped || statement.starts_with("/*") {
            return;
        }
        state.waiting = Some(statement.to_owned());
        state.is_let_through = false;
        while state.is_stepped && !state.is_let_through {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.waiting = None;
    }
}

fn listen(listener: &UnixListener, server: &Path, shared: &Arc<Shared>) {
    for client in listener.incoming() {
        // Whoever has gone again needs no line, and a server that is gone is what the client is told by its end.
        let (Ok(client), Ok(server)) = (client, UnixStream::connect(server)) else { continue };
        let line = Arc::new(Line { client, server, is_kept: AtomicBool::new(false) });
        for carry in [carry_questions, carry_answers] {
            let (line, shared) = (Arc::clone(&line), Arc::clone(shared));
            thread::spawn(move || {
                // An end of the line, whichever, is the end of both.
                let _ = carry(&line, &shared);
                let _ = line.client.shutdown(Shutdown::Both);
                let _ = line.server.shutdown(Shutdown::Both);
            });
        }
    }
}

/// One connection.
struct Line {
    client: UnixStream,
    server: UnixStream,
    /// Whether the answer to what the server is at work on is kept, where that is the end of a transaction.
    is_kept: AtomicBool,
}

/// A message: its letter (0 for the first of a connection) and all its bytes.
struct Message {
    letter: u8,
    bytes: Vec<u8>,
}

impl Message {
    fn read(mut from: &UnixStream, has_letter: bool) -> io::Result<Self> {
        let mut letter = [0; 1];
        if has_letter {
            from.read_exact(&mut letter)?;
        }
        let mut length = [0; 4];
        from.read_exact(&mut length)?;
        // The length counts itself.
        let rest = (u32::from_be_bytes(length) as usize).saturating_sub(length.len());
        let mut bytes = if has_letter { letter.to_vec() } else { Vec::new() };
        bytes.extend(length);
        let start = bytes.len();
        bytes.resize(start + rest, 0);
        from.read_exact(&mut bytes[start..])?;
        Ok(Self { letter: letter[0], bytes })
    }

    /// The texts it begins with.
    fn texts(&self) -> impl Iterator<Item = String> {
        let body = self.bytes.get(5..).unwrap_or_default();
        body.split(|byte| *byte == 0).map(|text| String::from_utf8_lossy(text).into_owned())
    }
}

fn carry_questions(line: &Line, shared: &Shared) -> io::Result<()> {
    let mut server = &line.server;
    server.write_all(&Message::read(&line.client, false)?.bytes)?;
    let mut prepared: HashMap<String, String> = HashMap::new();
    let (mut is_known, mut is_begun) = (false, false);
    loop {
        let (mut bytes, mut statement) = (Vec::new(), String::new());
        // What is sent together goes together: up to a query, or a word that asks for the answers.
        loop {
            let message = Message::read(&line.client, true)?;
            let mut texts = message.texts();
            match message.letter {
                b'Q' => statement = texts.next().unwrap_or_default(),
                b'P' => {
                    drop(prepared.insert(texts.next().unwrap_or_default(), texts.next().unwrap_or_default()))
                }
                b'B' => {
                    let name = texts.nth(1).unwrap_or_default();
                    statement = prepared.get(&name).cloned().unwrap_or_default();
                }
                _ => {}
            }
            bytes.extend(&message.bytes);
            if matches!(message.letter, b'Q' | b'S' | b'H' | b'X' | b'p') {
                break;
            }
        }
        if !statement.is_empty() {
            shared.pass(&statement);
            let is_named = shared.state().kept.as_ref().is_some_and(|text| statement.contains(text));
            is_begun = statement.starts_with("BEGIN") || (is_begun && statement != "COMMIT");
            is_known = is_named || (is_known && !statement.starts_with("BEGIN"));
            line.is_kept.store(is_known && !is_begun, Ordering::Release);
        }
        server.write_all(&bytes)?;
    }
}

fn carry_answers(line: &Line, shared: &Shared) -> io::Result<()> {
    let mut client = &line.client;
    let mut is_done = false;
    loop {
        let message = Message::read(&line.server, true)?;
        match message.letter {
            b'C' => is_done = message.bytes.get(5..) != Some(b"ROLLBACK\0"),
            b'E' => is_done = false,
            _ => {}
        }
        match message.letter {
            b'K' => {
                let backend = message.bytes.get(5..9).and_then(|bytes| bytes.try_into().ok());
                shared.state().backend = i32::from_be_bytes(backend.unwrap_or_default());
            }
            b'D' | b'C' | b'Z' if line.is_kept.load(Ordering::Acquire) => continue,
            _ => {}
        }
        if message.letter == b'Z' {
            // Before the client hears it: what it says next must find the statement before it over.
            let mut state = shared.state();
            state.is_running = false;
            // Ready, and in no transaction.
            state.commits += u64::from(is_done && message.bytes.ends_with(b"I"));
            is_done = false;
        }
        client.write_all(&message.bytes)?;
    }
}
