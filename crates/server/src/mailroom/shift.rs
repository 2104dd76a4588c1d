//! A shift in the mailroom: one feeder leases letters, some hands send them, one clerk settles.
//!
//! They work side by side, so that a slow recipient holds up one hand and nobody else. Whoever finished while the
//! clerk was writing is settled together, in one transaction.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, MutexGuard, PoisonError};

use domain::{AddressHash, RegistrantId};
use jiff::{SignedDuration, Timestamp};
use store::{DueLetter, Fault, Settlement};
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::{Mutex, Notify, watch};
use tokio::task::JoinSet;

use super::answer::{Outcome, Trouble};
use super::backoff::{LONGEST_REST, between, wait_after};
use super::watch::chain;
use super::write::Written;
use super::{Mailroom, Room};

/// The most letters leased at once, and settled at once.
pub(super) const GROUP: usize = 32;
/// The most leased letters that wait for a hand: one group while the next is being leased.
const QUEUE: usize = 2 * GROUP;
/// How long a leased letter may wait for a hand.
const LONGEST_QUEUE: SignedDuration = SignedDuration::from_mins(2);
/// Between two looks for due letters.
const POLL: (SignedDuration, SignedDuration) =
    (SignedDuration::from_millis(250), SignedDuration::from_millis(1_000));

/// When a shift ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Until {
    /// When nothing is due, or the mail server rests.
    Idle,
    /// When it is told to.
    Stopped,
}

/// One shift. Clones are the same shift.
#[derive(Clone)]
pub(super) struct Shift(pub(super) Arc<State>);

pub(super) struct State {
    mailroom: Mailroom,
    pub(super) until: Until,
    stop: watch::Sender<bool>,
    /// Leased, and not settled yet.
    pub(super) at_hand: AtomicUsize,
    /// Whose letters those are.
    recipients: std::sync::Mutex<Vec<RegistrantId>>,
    pub(super) settled: Notify,
}

struct Leased {
    letter: DueLetter,
    /// How it ends without being tried.
    untried: Option<Settlement>,
    until: Timestamp,
}

/// A letter and how it ended this time.
pub(super) type Settled = (DueLetter, Settlement);

impl Shift {
    pub(super) fn new(mailroom: &Mailroom, until: Until) -> Self {
        Self(Arc::new(State {
            mailroom: mailroom.clone(),
            until,
            stop: watch::Sender::new(false),
            at_hand: AtomicUsize::new(0),
            recipients: std::sync::Mutex::default(),
            settled: Notify::new(),
        }))
    }

    /// Ends the shift as soon as no conversation is under way.
    pub(super) fn stop(&self) {
        self.0.stop.send_replace(true);
    }

    /// Works to the end of the shift; how many letters were sent in it.
    pub(super) async fn work(&self) -> Result<usize, Fault> {
        let (give, take) = mpsc::channel(QUEUE);
        let (report, reports) = mpsc::channel(QUEUE);
        let take = Arc::new(Mutex::new(take));
        let mut hands = JoinSet::new();
        for _ in 0..self.room().postman.hands() {
            hands.spawn(self.clone().hand(take.clone(), report.clone()));
        }
        drop(report);
        let clerk = tokio::spawn(self.clone().clerk(reports));
        let fed = if hands.is_empty() { self.stopped().await } else { self.feed(&give).await };
        drop(give);
        while hands.join_next().await.is_some() {}
        let sent = clerk.await.expect("the clerk does nothing that can panic");
        fed.and(sent)
    }

    pub(super) fn room(&self) -> &Room {
        &self.0.mailroom.0
    }

    pub(super) fn is_stopping(&self) -> bool {
        *self.0.stop.borrow()
    }

    /// Nobody takes letters: there is nothing to do until the end.
    async fn stopped(&self) -> Result<(), Fault> {
        if self.0.until == Until::Stopped {
            let _ = self.0.stop.subscribe().wait_for(|is_over| *is_over).await;
        }
        Ok(())
    }

    async fn feed(&self, give: &Sender<Leased>) -> Result<(), Fault> {
        while !self.is_stopping() {
            match (self.round(give).await, self.0.until) {
                (Ok(0), Until::Idle) if self.0.at_hand.load(Ordering::Acquire) == 0 => break,
                (Ok(0), Until::Idle) => self.0.settled.notified().await,
                (Ok(0), Until::Stopped) => self.pause().await,
                (Ok(_), _) => {}
                (Err(fault), Until::Idle) => return Err(fault),
                (Err(fault), Until::Stopped) => {
                    tracing::error!(error = %chain(&fault), "letters could not be fetched from the outbox");
                    self.pause().await;
                }
            }
        }
        Ok(())
    }

    /// Until something may be due again.
    async fn pause(&self) {
        let wait = between(POLL.0, POLL.1, &self.room().source);
        let mut stop = self.0.stop.subscribe();
        tokio::select! {
            () = tokio::time::sleep(wait.unsigned_abs()) => {}
            () = self.room().nudge.notified() => {}
            _ = stop.wait_for(|is_over| *is_over) => {}
        }
    }

    /// Works off a piece of every waiting list and mailing, then leases one group from every slot in which letters are due, so that a big
    /// meeting does not hold up a small one. How many pieces and letters that were; a slot that failed does not keep the others from theirs.
    async fn round(&self, give: &Sender<Leased>) -> Result<usize, Fault> {
        let room = self.room();
        let now = room.clock.now();
        room.last_round_at.store(now.as_microsecond(), Ordering::Relaxed);
        let looks = self.is_time_to_look(now);
        // Offers end whether or not the mail server takes letters.
        let waiting = if looks { self.work_waiting(now).await } else { Ok(0) };
        if room.rest.until(now).is_some() {
            return waiting.map(|_| 0);
        }
        let mailings = if looks { self.work_mailings(now).await } else { Ok(0) };
        let (mut count, mut failed) = (0, None);
        for worked in [waiting, mailings] {
            match worked {
                Ok(pieces) => count += pieces,
                Err(fault) => failed = Some(fault),
            }
        }
        let slots = room.store.due_slots(now).await?;
        if slots.is_empty() || !self.is_ready().await {
            return failed.map_or(Ok(count), Err);
        }
        for slot in slots {
            match self.lease(slot, give).await {
                Ok(leased) => count += leased,
                Err(fault) => failed = Some(fault),
            }
            if self.is_stopping() || room.rest.until(room.clock.now()).is_some() {
                break;
            }
        }
        failed.map_or(Ok(count), Err)
    }

    /// Finds out before a letter is leased, not with one in hand, that there is nobody to take it: each lease
    /// counts as a try.
    async fn is_ready(&self) -> bool {
        if self.0.at_hand.load(Ordering::Acquire) > 0 {
            return true;
        }
        match self.room().postman.is_ready().await {
            Ok(()) => true,
            Err(trouble) => {
                self.rest(&trouble);
                false
            }
        }
    }

    /// Leases as many letters as there is room for. After a failure that is one, and the next waits for it.
    async fn lease(&self, slot: i64, give: &Sender<Leased>) -> Result<usize, Fault> {
        let room = self.room();
        let is_probing = room.rest.is_probing();
        let group = if is_probing { 1 } else { GROUP };
        let Ok(places) = give.reserve_many(group).await else { return Ok(0) };
        if self.is_stopping() {
            return Ok(0);
        }
        let now = room.clock.now();
        let lease = LONGEST_QUEUE.saturating_add(room.postman.longest_send());
        let until = now.saturating_add(lease).unwrap_or(Timestamp::MAX);
        let letters = room.store.lease_letters(slot, now, until, group as u32).await?;
        let (mut kept_back, failed) = match self.kept_back(&letters, now).await {
            Ok(kept_back) => (kept_back, None),
            // They are in hand: given back, so that no try is spent and nobody waits for the end of a lease.
            Err(fault) => (HashMap::new(), Some(fault)),
        };
        let mut count = 0;
        for (place, letter) in places.zip(letters) {
            // Whoever gets two letters gets them one after the other.
            while self.recipients().contains(&letter.registrant.id) {
                self.0.settled.notified().await;
            }
            self.recipients().push(letter.registrant.id);
            self.0.at_hand.fetch_add(1, Ordering::AcqRel);
            let untried = if failed.is_some() {
                Some(Settlement::Untried(self.after_a_fault(now), "the database failed".to_owned()))
            } else {
                kept_back.remove(&letter.id)
            };
            place.send(Leased { letter, untried, until });
            count += 1;
        }
        while is_probing && self.0.at_hand.load(Ordering::Acquire) > 0 {
            self.0.settled.notified().await;
        }
        failed.map_or(Ok(count), Err)
    }

    /// What has been settled is no longer in hand.
    pub(super) fn let_go(&self, settled: &[RegistrantId]) {
        self.recipients().retain(|recipient| !settled.contains(recipient));
        self.0.at_hand.fetch_sub(settled.len(), Ordering::AcqRel);
        self.0.settled.notify_one();
    }

    fn recipients(&self) -> MutexGuard<'_, Vec<RegistrantId>> {
        self.0.recipients.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn hand(self, take: Arc<Mutex<Receiver<Leased>>>, report: Sender<Settled>) {
        loop {
            // The guard is gone before the letter is sent: it only says whose turn it is to take one.
            let next = take.lock().await.recv().await;
            let Some(Leased { letter, untried, until }) = next else { return };
            if let Some(settlement) = untried {
                if report.send((letter, settlement)).await.is_err() {
                    return;
                }
                continue;
            }
            let task = tokio::spawn(self.clone().deliver(letter.clone(), until));
            let settlement = task.await.unwrap_or_else(|_| {
                tracing::error!(letter.id = %letter.id, "a letter could not be written: this is a defect of Usher");
                self.put_off(letter.attempts, "the letter could not be written".to_owned())
            });
            if report.send((letter, settlement)).await.is_err() {
                return;
            }
        }
    }

    async fn deliver(self, letter: DueLetter, until: Timestamp) -> Settlement {
        let room = self.room();
        let now = room.clock.now();
        if let Some(until) = room.rest.until(now) {
            return Settlement::Untried(until, "the mail server does not take letters".to_owned());
        }
        // Given back, because it could still be on its way when somebody else is given it.
        if self.is_stopping() || now.saturating_add(room.postman.longest_send()).is_ok_and(|end| end > until)
        {
            return Settlement::Untried(now, "given back untried".to_owned());
        }
        match self.0.mailroom.write(&letter).await {
            Ok(Written::Untrue) => Settlement::Dropped,
            Ok(Written::Withheld(reason)) => Settlement::Withheld(reason),
            Ok(Written::Sealed(sealed, address)) => {
                let outcome = room.postman.send(*sealed, &room.source, now).await;
                self.settlement(letter.attempts, address, outcome)
            }
            Err(fault) => {
                tracing::error!(error = %chain(&fault), letter.id = %letter.id, "a letter could not be read");
                Settlement::Later(self.after_a_fault(now), "the database failed".to_owned())
            }
        }
    }

    fn settlement(&self, attempts: u32, address: AddressHash, outcome: Outcome) -> Settlement {
        if !matches!(outcome, Outcome::Down(_)) && self.room().rest.end() {
            tracing::info!("the mail server takes letters again");
        }
        match outcome {
            Outcome::Sent(answer) => Settlement::Sent(answer),
            Outcome::Refused(answer) => Settlement::Failed(answer),
            Outcome::NoMailbox { answer, status } => Settlement::NoMailbox { answer, status, address },
            Outcome::Later(answer) => self.put_off(attempts, answer),
            // The server may mean this letter alone after all: others are asked about first.
            Outcome::Down(trouble) if trouble.is_of_a_letter => {
                let after_others = self.rest(&trouble).saturating_add(LONGEST_REST);
                Settlement::Untried(after_others.unwrap_or(Timestamp::MAX), trouble.what)
            }
            // A letter is not given up for what is not its fault.
            Outcome::Down(trouble) => Settlement::Untried(self.rest(&trouble), trouble.what),
        }
    }

    fn put_off(&self, attempts: u32, answer: String) -> Settlement {
        let room = self.room();
        if attempts >= room.limits.attempts {
            return Settlement::Failed(answer);
        }
        let now = room.clock.now();
        let due_at = now.saturating_add(wait_after(attempts, &room.source)).unwrap_or(now);
        Settlement::Later(due_at, answer)
    }

    /// When to try again what the database kept from being tried.
    fn after_a_fault(&self, now: Timestamp) -> Timestamp {
        now.saturating_add(wait_after(1, &self.room().source)).unwrap_or(now)
    }

    /// Leaves the mail server alone for a while; until when.
    fn rest(&self, trouble: &Trouble) -> Timestamp {
        let room = self.room();
        let (until, is_new) = room.rest.begin(room.clock.now(), &room.source);
        if is_new && trouble.needs_somebody {
            tracing::error!(reason = trouble.what, until = %until, "the mail server takes no letters: check `[mail]`");
        } else if is_new {
            tracing::warn!(reason = trouble.what, until = %until, "the mail server takes no letters for now");
        }
        until
    }
}
