//! People who sign up, come back and give their place back, all at once, whatever happens to the service.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::mem;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::check::Told;
use super::http::{Answer, Client, Silent};
use super::service::Service;
use super::sink::Sink;
use crate::run::Failure;

/// How many sign up at once.
pub(super) const CALLERS: usize = 6;
/// Of ten people, the one who asks twice, and the one who gives the place back.
const TWICE: u64 = 3;
const GIVES_BACK: u64 = 7;
/// Before somebody who was told to come again does. `Retry-After` is longer; the test has less time.
const COMES_AGAIN: Duration = Duration::from_millis(20);
/// So long the first acknowledged enrolment after a fault is waited for. Longer than it may take: what is lost is to be
/// counted even where it comes late.
const LONGEST_RECOVERY: Duration = Duration::from_secs(60);

/// What the clients of all rounds know.
#[derive(Default)]
pub(super) struct Crowd {
    told: Mutex<Told>,
    /// The number of the next newcomer: nobody's address is used again in a later round.
    next: AtomicU64,
    /// Letters that were looked through for places to give back.
    letters_seen: AtomicU64,
    /// Requests that got no whole answer, by what became of them. Those that nobody was there to take are not counted.
    unanswered: Mutex<BTreeMap<String, u64>>,
    /// The connections of those since the load began, by who had asked.
    silent: Mutex<Vec<(String, Silent)>>,
    /// Enrolments that carried an `Idempotency-Key`.
    keyed: AtomicU64,
    /// Answers by status.
    answers: Mutex<BTreeMap<u16, u64>>,
    /// Answers that nobody expects.
    unexpected: Mutex<Vec<String>>,
    /// What came since somebody began to watch.
    watch: Mutex<Option<Watch>>,
    /// How long each caller waits between two people, in microseconds.
    pause: AtomicU64,
}

#[derive(Clone, Copy)]
struct Watch {
    since: Instant,
    /// When the first enrolment was acknowledged that was sent after it.
    acknowledged: Option<Instant>,
    refused: u64,
}

/// How long it took after a fault.
#[derive(Clone, Copy, Debug)]
pub(super) struct Recovery {
    /// From the fault, or the end of one, to the first acknowledged enrolment that was sent after it.
    pub(super) whole: Duration,
    /// The part of it that is the service's own: since everything was there again that it stands on.
    pub(super) own: Duration,
}

/// How a request was answered.
enum Heard {
    Good,
    /// Not now, or not at all: asking again is right.
    Again,
    Bad,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Crowd {
    /// What the clients know by now.
    pub(super) fn knows(&self) -> Told {
        lock(&self.told).clone()
    }

    /// How many enrolments were acknowledged.
    pub(super) fn acknowledged(&self) -> usize {
        lock(&self.told).acknowledged.len()
    }

    /// The first answers that nobody expects.
    pub(super) fn unexpected(&self) -> Vec<String> {
        lock(&self.unexpected).clone()
    }

    /// Answers by status.
    pub(super) fn answers(&self) -> BTreeMap<u16, u64> {
        lock(&self.answers).clone()
    }

    /// Requests that were cut off before their answer, by what became of them.
    pub(super) fn unanswered(&self) -> BTreeMap<String, u64> {
        lock(&self.unanswered).clone()
    }

    /// Whose requests were read since the load began, and not answered as a whole. To be asked once, when the processes
    /// that read them are gone.
    pub(super) fn abandoned(&self) -> Vec<String> {
        let silent = mem::take(&mut *lock(&self.silent));
        silent.into_iter().filter_map(|(email, silent)| silent.was_read().then_some(email)).collect()
    }

    /// Enrolments that were sent with an `Idempotency-Key`.
    pub(super) fn keyed(&self) -> u64 {
        self.keyed.load(Ordering::Relaxed)
    }

    /// Lets every caller wait so long between two people.
    pub(super) fn slow_down(&self, pause: Duration) {
        self.pause.store(u64::try_from(pause.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// From now on what comes is watched: called when a fault is complete, so that nobody is still answered by what
    /// is about to break. When that was.
    pub(super) fn watch(&self) -> Instant {
        let since = Instant::now();
        *lock(&self.watch) = Some(Watch { since, acknowledged: None, refused: 0 });
        since
    }

    /// Waits for the first acknowledgement of an enrolment sent since the watch began; how long after that it came, and
    /// how long after `ready`, when what the service stands on was there.
    pub(super) fn recovered(&self, ready: Instant) -> Result<Recovery, Failure> {
        let seen = self.watched_until(LONGEST_RECOVERY, |watch| watch.acknowledged.is_some());
        let took = |watch: Watch| {
            let acknowledged = watch.acknowledged?;
            let whole = acknowledged.saturating_duration_since(watch.since);
            Some(Recovery { whole, own: acknowledged.saturating_duration_since(ready) })
        };
        let late =
            || Failure(format!("nobody got a place for {LONGEST_RECOVERY:?}, and everything was there"));
        seen.and_then(took).ok_or_else(late)
    }

    /// Waits until so many were told to come again since the watch began; whether they were.
    pub(super) fn refused(&self, number: u64, patience: Duration) -> bool {
        self.watched_until(patience, |watch| watch.refused >= number).is_some()
    }

    fn watched_until(&self, patience: Duration, is_met: impl Fn(&Watch) -> bool) -> Option<Watch> {
        let start = Instant::now();
        loop {
            let watch = *lock(&self.watch);
            if let Some(watch) = watch.filter(&is_met) {
                return Some(watch);
            }
            if start.elapsed() > patience {
                return None;
            }
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Runs everybody against the service while `interrupt` waits and strikes. Nobody begins anything new once it has
    /// come to its end; what is on its way is waited for.
    pub(super) fn press<T>(
        &self,
        service: &mut Service,
        sink: &Sink,
        interrupt: impl FnOnce(&mut Service) -> T,
    ) -> T {
        lock(&self.silent).clear();
        let is_over = AtomicBool::new(false);
        let (addresses, token, path) =
            (service.addresses(), service.token.clone(), service.registrants.clone());
        let home = |number: usize| addresses[number % addresses.len()];
        thread::scope(|scope| {
            for number in 0..CALLERS {
                let address = home(number);
                scope.spawn({
                    let (token, path, is_over) = (&token, &path, &is_over);
                    move || self.sign_up(&mut Client::new(address, token), path, is_over)
                });
            }
            scope.spawn(|| self.give_back(home(0), sink, &is_over));
            let outcome = interrupt(service);
            is_over.store(true, Ordering::Release);
            outcome
        })
    }

    fn sign_up(&self, client: &mut Client, path: &str, is_over: &AtomicBool) {
        while !is_over.load(Ordering::Acquire) {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let email = format!("p{number}@torture.example");
            lock(&self.told).asked.insert(email.clone());
            let times = if number % 10 == TWICE { 2 } else { 1 };
            for _ in 0..times {
                if !self.insist(client, path, number, &email, is_over) {
                    break;
                }
            }
            thread::sleep(Duration::from_micros(self.pause.load(Ordering::Relaxed)));
        }
    }

    /// Asks for a place until there is an answer, every time the same: every other person with a key for retries.
    fn insist(
        &self,
        client: &mut Client,
        path: &str,
        number: u64,
        email: &str,
        is_over: &AtomicBool,
    ) -> bool {
        let body = format!(r#"{{"firstName":"First{number}","lastName":"Last{number}","email":"{email}"}}"#);
        let key = (number % 2 == 1).then(|| format!("key-{number}"));
        self.keyed.fetch_add(u64::from(key.is_some()), Ordering::Relaxed);
        loop {
            let sent = Instant::now();
            let answer = match &key {
                Some(key) => client.post_with_key(path, &body, key),
                None => client.post(path, &body),
            };
            match self.heard(answer, client.take_silent(), &[200, 201], email) {
                Heard::Good => {
                    self.acknowledge(email, sent);
                    return true;
                }
                Heard::Again if !is_over.load(Ordering::Acquire) => thread::sleep(COMES_AGAIN),
                Heard::Again | Heard::Bad => return false,
            }
        }
    }

    fn acknowledge(&self, email: &str, sent: Instant) {
        lock(&self.told).acknowledged.insert(email.to_owned());
        if let Some(watch) = &mut *lock(&self.watch)
            && sent >= watch.since
        {
            watch.acknowledged.get_or_insert_with(Instant::now);
        }
    }

    /// Uses the links in the letters that have come, as people do.
    fn give_back(&self, address: SocketAddr, sink: &Sink, is_over: &AtomicBool) {
        let mut client = Client::new(address, "");
        while !is_over.load(Ordering::Acquire) {
            let letters = sink.since(self.letters_seen.load(Ordering::Relaxed) as usize);
            self.letters_seen.fetch_add(letters.len() as u64, Ordering::Relaxed);
            for taken in &letters {
                let email = &taken.letter.email;
                let number =
                    email.trim_start_matches('p').split('@').next().and_then(|number| number.parse().ok());
                let gives_back = number.is_some_and(|number: u64| number % 10 == GIVES_BACK);
                let Some(page) =
                    taken.manage_path.as_ref().filter(|_| gives_back && taken.letter.is_confirmation)
                else {
                    continue;
                };
                lock(&self.told).cancel_asked.insert(email.clone());
                let answer = client.post(page, "");
                if matches!(self.heard(answer, client.take_silent(), &[200], email), Heard::Good) {
                    lock(&self.told).cancel_acknowledged.insert(email.clone());
                }
                if is_over.load(Ordering::Acquire) {
                    return;
                }
            }
            // The mail server has nothing that could wake us.
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// What an answer says. Silence is no answer, and not an error either: the service may be gone.
    fn heard(&self, answer: io::Result<Answer>, silent: Option<Silent>, good: &[u16], email: &str) -> Heard {
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => {
                if error.kind() != ErrorKind::ConnectionRefused {
                    *lock(&self.unanswered).entry(error.to_string()).or_default() += 1;
                }
                lock(&self.silent).extend(silent.map(|silent| (email.to_owned(), silent)));
                return Heard::Again;
            }
        };
        *lock(&self.answers).entry(answer.status).or_default() += 1;
        if good.contains(&answer.status) {
            return Heard::Good;
        }
        if answer.status == 503 && answer.has_retry_after {
            if let Some(watch) = &mut *lock(&self.watch) {
                watch.refused += 1;
            }
            return Heard::Again;
        }
        let mut unexpected = lock(&self.unexpected);
        if answer.status != 409 && unexpected.len() < 10 {
            let without = if answer.status == 503 { " without `Retry-After`" } else { "" };
            let said = answer.body.lines().next().unwrap_or_default();
            unexpected.push(format!("{email} got {}{without}: {said:.200}", answer.status));
        }
        Heard::Bad
    }
}
