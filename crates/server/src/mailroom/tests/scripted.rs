//! A mail server that answers as it is told.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Instead of the usual answer.
#[derive(Clone, Copy, Debug)]
pub(super) enum Instead {
    /// Says this.
    Say(&'static str),
    /// Ends the connection.
    HangUp,
    /// Says nothing more.
    Silence,
}

/// The step that an answer belongs to: a command, `greeting`, or `.` for the end of a letter.
type Step = &'static str;

pub(super) struct MailServer {
    pub(super) port: u16,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    extensions: Vec<&'static str>,
    /// How many letters were read to their end, answered or not.
    read: watch::Sender<usize>,
    /// How many letters may be answered; those after them wait.
    answered: watch::Sender<usize>,
    script: Mutex<HashMap<Step, VecDeque<Instead>>>,
    always: Mutex<HashMap<Step, Instead>>,
    lines: Mutex<Vec<String>>,
    letters: watch::Sender<Vec<Vec<u8>>>,
    connections: AtomicUsize,
    open: AtomicUsize,
    most_open: AtomicUsize,
}

impl MailServer {
    pub(super) async fn start() -> Self {
        Self::offering(&[]).await
    }

    /// A server that offers these extensions.
    pub(super) async fn offering(extensions: &[&'static str]) -> Self {
        let server = Self::listen(State { extensions: extensions.to_vec(), ..State::default() }).await;
        server.go_on();
        server
    }

    /// A server that answers so many letters and keeps those after them waiting.
    pub(super) async fn answering(letters: usize) -> Self {
        Self::listen(State { answered: watch::Sender::new(letters), ..State::default() }).await
    }

    async fn listen(state: State) -> Self {
        let listener = TcpListener::bind(("localhost", 0)).await.unwrap();
        let (port, state) = (listener.local_addr().unwrap().port(), Arc::new(state));
        tokio::spawn(listen(listener, state.clone()));
        Self { port, state }
    }

    /// Answers every letter from now on, those that wait included.
    pub(super) fn go_on(&self) {
        self.state.answered.send_replace(usize::MAX);
    }

    /// Until so many letters were read, whether they were answered or not.
    pub(super) async fn has_read(&self, count: usize) {
        reaches(&self.state.read, |read| *read >= count).await;
    }

    /// Until so many letters came whole and were answered.
    pub(super) async fn has_taken(&self, count: usize) {
        reaches(&self.state.letters, |letters| letters.len() >= count).await;
    }

    /// The next time the step comes, this is the answer; one after the other if called more than once.
    pub(super) fn once(&self, step: Step, instead: Instead) {
        self.state.script.lock().unwrap().entry(step).or_default().push_back(instead);
    }

    pub(super) fn always(&self, step: Step, instead: Instead) {
        self.state.always.lock().unwrap().insert(step, instead);
    }

    pub(super) fn usually(&self, step: Step) {
        self.state.always.lock().unwrap().remove(step);
    }

    /// The letters that came whole, in order.
    pub(super) fn letters(&self) -> Vec<Vec<u8>> {
        self.state.letters.borrow().clone()
    }

    /// Everything that was said to it, but for the letters themselves.
    pub(super) fn lines(&self) -> Vec<String> {
        self.state.lines.lock().unwrap().clone()
    }

    pub(super) fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }

    pub(super) fn most_open(&self) -> usize {
        self.state.most_open.load(Ordering::SeqCst)
    }
}

impl State {
    fn instead(&self, step: &str) -> Option<Instead> {
        let once = self.script.lock().unwrap().get_mut(step).and_then(VecDeque::pop_front);
        once.or_else(|| self.always.lock().unwrap().get(step).copied())
    }

    fn usual(&self, step: &str) -> String {
        match step {
            "greeting" => "220 localhost".into(),
            "EHLO" => {
                let lines = ["localhost"].iter().chain(&self.extensions);
                let lines: Vec<String> = lines.map(|line| format!("250-{line}\r\n")).collect();
                lines.concat() + "250 SIZE"
            }
            "AUTH" => "235 2.7.0 welcome".into(),
            "DATA" => "354 go on".into(),
            "QUIT" => "221 bye".into(),
            _ => "250 2.0.0 ok".into(),
        }
    }
}

/// Waits for what has to happen, and no longer than half a minute.
async fn reaches<T>(state: &watch::Sender<T>, is_enough: impl FnMut(&T) -> bool) {
    let mut state = state.subscribe();
    tokio::time::timeout(Duration::from_secs(30), state.wait_for(is_enough))
        .await
        .expect("it happens within half a minute")
        .expect("the server is there");
}

async fn listen(listener: TcpListener, state: Arc<State>) {
    while let Ok((stream, _)) = listener.accept().await {
        let state = state.clone();
        tokio::spawn(async move {
            state.connections.fetch_add(1, Ordering::SeqCst);
            let open = state.open.fetch_add(1, Ordering::SeqCst) + 1;
            state.most_open.fetch_max(open, Ordering::SeqCst);
            let _ = serve(BufReader::new(stream), &state).await;
            state.open.fetch_sub(1, Ordering::SeqCst);
        });
    }
}

/// Until somebody hangs up.
async fn serve(mut stream: BufReader<TcpStream>, state: &State) -> Option<()> {
    answer(&mut stream, state, "greeting").await?;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        state.lines.lock().unwrap().push(line.trim_end().to_owned());
        let step = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        let is_positive = answer(&mut stream, state, &step).await?;
        if step == "QUIT" {
            return None;
        }
        if step == "DATA" && is_positive {
            let letter = read_letter(&mut stream).await?;
            let mut earlier = 0;
            state.read.send_modify(|read| {
                earlier = *read;
                *read += 1;
            });
            state.answered.subscribe().wait_for(|answered| earlier < *answered).await.ok()?;
            let hangs_up_with_it =
                matches!(state.always.lock().unwrap().get("."), None | Some(Instead::HangUp));
            let next = state.script.lock().unwrap().get(".").and_then(|next| next.front().copied());
            if matches!(next, Some(Instead::HangUp | Instead::Silence)) || next.is_none() && hangs_up_with_it
            {
                state.letters.send_modify(|letters| letters.push(letter));
            }
            answer(&mut stream, state, ".").await?;
        }
    }
}

async fn read_letter(stream: &mut BufReader<TcpStream>) -> Option<Vec<u8>> {
    let mut letter = Vec::new();
    loop {
        let start = letter.len();
        if stream.read_until(b'\n', &mut letter).await.ok()? == 0 {
            return None;
        }
        if &letter[start..] == b".\r\n" {
            letter.truncate(start);
            return Some(letter);
        }
        if letter[start] == b'.' {
            letter.remove(start);
        }
    }
}

/// Whether the answer was a good one; `None` once the connection is at its end.
async fn answer(stream: &mut BufReader<TcpStream>, state: &State, step: &str) -> Option<bool> {
    let text = match state.instead(step) {
        None => state.usual(step),
        Some(Instead::Say(text)) => text.to_owned(),
        Some(Instead::HangUp) => return None,
        Some(Instead::Silence) => std::future::pending().await,
    };
    stream.write_all(format!("{text}\r\n").as_bytes()).await.ok()?;
    Some(text.starts_with(['2', '3']))
}
