//! People who sign up, come back and give their place back, all at once, until the service is gone.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::check::Told;
use super::http::{Answer, Client};
use super::service::Service;
use super::sink::Sink;

/// How many sign up at once.
const CALLERS: usize = 6;
/// Of ten people, the one who asks twice, and the one who gives the place back.
const TWICE: u64 = 3;
const GIVES_BACK: u64 = 7;

/// What the clients of all rounds know.
#[derive(Default)]
pub(super) struct Crowd {
    told: Mutex<Told>,
    /// The number of the next newcomer: nobody's address is used again in a later round.
    next: AtomicU64,
    /// Letters that were looked through for places to give back.
    letters_seen: AtomicU64,
    /// Requests that got no whole answer.
    pub(super) unanswered: AtomicU64,
    /// Answers that said to come again.
    pub(super) busy: AtomicU64,
    /// Answers that nobody expects.
    unexpected: Mutex<Vec<String>>,
}

impl Crowd {
    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the clients know by now.
    pub(super) fn knows(&self) -> Told {
        self.told().clone()
    }

    /// The first answers that nobody expects.
    pub(super) fn unexpected(&self) -> Vec<String> {
        self.unexpected.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Runs everybody against the service while `interrupt` waits and then strikes. Nobody begins anything new
    /// once it has; what is on its way is waited for.
    pub(super) fn press<T>(
        &self,
        service: &mut Service,
        sink: &Sink,
        interrupt: impl FnOnce(&mut Service) -> T,
    ) -> T {
        let is_over = AtomicBool::new(false);
        let (address, token, path) = (service.address, service.token.clone(), service.registrants.clone());
        thread::scope(|scope| {
            for _ in 0..CALLERS {
                scope.spawn(|| self.sign_up(&mut Client::new(address, &token), &path, &is_over));
            }
            scope.spawn(|| self.give_back(&mut Client::new(address, ""), sink, &is_over));
            let outcome = interrupt(service);
            is_over.store(true, Ordering::Release);
            outcome
        })
    }

    fn sign_up(&self, client: &mut Client, path: &str, is_over: &AtomicBool) {
        while !is_over.load(Ordering::Acquire) {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let email = format!("p{number}@torture.example");
            let body =
                format!(r#"{{"firstName":"First{number}","lastName":"Last{number}","email":"{email}"}}"#);
            self.told().asked.insert(email.clone());
            let times = if number % 10 == TWICE { 2 } else { 1 };
            for _ in 0..times {
                if !self.heard(client.post(path, &body), &[200, 201], &email) {
                    break;
                }
                self.told().acknowledged.insert(email.clone());
            }
        }
    }

    /// Uses the links in the letters that have come, as people do.
    fn give_back(&self, client: &mut Client, sink: &Sink, is_over: &AtomicBool) {
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
                self.told().cancel_asked.insert(email.clone());
                if self.heard(client.post(page, ""), &[200], email) {
                    self.told().cancel_acknowledged.insert(email.clone());
                }
                if is_over.load(Ordering::Acquire) {
                    return;
                }
            }
            // The mail server has nothing that could wake us.
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Whether a request was answered as it should be. Silence is no answer, and not an error either: the
    /// service may be gone.
    fn heard(&self, answer: std::io::Result<Answer>, good: &[u16], email: &str) -> bool {
        match answer {
            Ok(answer) if good.contains(&answer.status) => return true,
            Ok(answer) if matches!(answer.status, 429 | 503) => {
                self.busy.fetch_add(1, Ordering::Relaxed);
            }
            Ok(answer) => {
                let mut unexpected = self.unexpected.lock().unwrap_or_else(PoisonError::into_inner);
                if unexpected.len() < 10 {
                    unexpected.push(format!("{email} got {}: {:.200}", answer.status, answer.body));
                }
            }
            Err(_) => {
                self.unanswered.fetch_add(1, Ordering::Relaxed);
                // A service that is gone refuses at once; without a pause everybody would call it all the time.
                thread::sleep(Duration::from_millis(2));
            }
        }
        false
    }
}
