//! The turnstile: whoever queued up while the last transaction was committing goes through together.
//! There is no timer, so a lone caller never waits. Where it stands: "One enrolment, end to end" in ARCHITECTURE.md.

use std::sync::Arc;
use std::time::Duration;
use std::{io, thread};

use domain::{Enrolment, MeetingId, RegistrantId};
use jiff::Timestamp;
use store::{Fault, Interrupted, Store, Verdict};
use tokio::runtime::{Builder, Handle};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use crate::clock::{Clock, Source};
use crate::mailroom::Mailroom;
use crate::returning::{ReturnDesk, Returning};

/// How many go through together at most.
const PARTY: usize = 128;
/// After the first one, for how many locks a batch waits in vain, one after the other. Where there are more, somebody holds
/// a whole table rather than some meetings, and everybody waits behind the batch.
const LOCKS_WAITED_FOR: usize = 2;
/// For so long whoever asks for health waits for an answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where enrolments queue. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Turnstile(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Storing { queue: mpsc::Sender<Waiting>, probes: mpsc::Sender<Probe> },
    Pretending(Source, Clock),
}

#[derive(Debug)]
struct Waiting {
    enrolment: Enrolment,
    /// From when on nobody can enrol any more.
    until: Timestamp,
    /// Whether somebody who has a place already gets their letter again.
    is_written_to_again: bool,
    answer: oneshot::Sender<Result<Verdict, Arc<Fault>>>,
}

/// The answer to whether the database answers the turnstile.
type Probe = oneshot::Sender<bool>;

/// Somebody who queues, and is told their verdict.
#[derive(Debug)]
#[must_use = "whoever queues is enrolled whether the verdict is heard or not"]
pub struct Queued(Told);

#[derive(Debug)]
enum Told {
    Later(oneshot::Receiver<Result<Verdict, Arc<Fault>>>),
    Already(Verdict),
}

impl Queued {
    /// Waits for the verdict, which is on disk when it is given.
    pub async fn verdict(self) -> Result<Verdict, Undecided> {
        match self.0 {
            Told::Later(verdict) => verdict.await.map_err(|_| Undecided::Busy)?.map_err(Undecided::Fault),
            Told::Already(verdict) => Ok(verdict),
        }
    }
}

/// Why an enrolment was not decided.
#[derive(Debug)]
pub enum Undecided {
    /// The queue is full, or the service is going down. Nothing was stored.
    Busy,
    /// The store failed. Unless it failed in the very commit nothing was stored, and asking again is safe.
    Fault(Arc<Fault>),
}

/// Why nobody can go through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blocked {
    /// There is nobody who turns it.
    Gone,
    /// Whoever turns it is busy with something for too long.
    Silent,
    /// The database does not answer.
    NoDatabase,
}

impl Turnstile {
    /// Opens a turnstile with room for `depth` people. After each commit the mailroom is woken, and whoever has
    /// a place already is seen to.
    ///
    /// # Errors
    ///
    /// The system gives no thread.
    pub fn open(
        store: Store,
        clock: Clock,
        ids: Source,
        depth: usize,
        mailroom: Mailroom,
        returning: ReturnDesk,
    ) -> io::Result<Self> {
        let (queue, waiting) = mpsc::channel(depth);
        let (probes, probing) = mpsc::channel(PARTY);
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let callers = Handle::current();
        let turn = move || {
            runtime.block_on(async {
                // Apart from others only where it is used.
                let keeper = Keeper { store: store.apart(), clock, ids, mailroom, returning, callers };
                keeper.turn(waiting, probing).await;
            });
        };
        // Whoever waits here waits for the one who turns it. On a thread of its own that one is woken when the database
        // has answered, and not when all who ask meanwhile have had their turn.
        thread::Builder::new().name("turnstile".to_owned()).spawn(turn)?;
        Ok(Self(Kind::Storing { queue, probes }))
    }

    /// A turnstile that gives everybody a place and stores nothing: the ceiling that the load generator
    /// measures against. No configuration reaches it.
    pub fn pretending(ids: Source, clock: Clock) -> Self {
        Self(Kind::Pretending(ids, clock))
    }

    /// Whether anybody can go through: the database answers over the turnstile's own connection, between two parties. Waits
    /// for five seconds at most.
    pub async fn probe(&self) -> Result<(), Blocked> {
        self.probe_within(PATIENCE).await
    }

    async fn probe_within(&self, patience: Duration) -> Result<(), Blocked> {
        let Kind::Storing { probes, .. } = &self.0 else { return Ok(()) };
        let (answer, answered) = oneshot::channel();
        let answered = async {
            probes.send(answer).await.map_err(|_| Blocked::Gone)?;
            answered.await.map_err(|_| Blocked::Gone)
        };
        match timeout(patience, answered).await.map_err(|_| Blocked::Silent)?? {
            true => Ok(()),
            false => Err(Blocked::NoDatabase),
        }
    }

    /// Queues without waiting, so that many can be queued before the first is asked for: those who queue one after the
    /// other go through together and in their order. `until` is the moment from which on the registration, as it was seen,
    /// takes nobody: whoever's turn comes then is stale, and has to look again. That it still is that moment, the store
    /// holds against the version that was seen. Where `is_written_to_again` is false, whoever asks learns who was registered
    /// already, and nobody gets a letter for it.
    ///
    /// # Errors
    ///
    /// [`Undecided::Busy`]: the queue is full, or the service is going down.
    pub fn queue(
        &self,
        enrolment: Enrolment,
        until: Timestamp,
        is_written_to_again: bool,
    ) -> Result<Queued, Undecided> {
        let queue = match &self.0 {
            Kind::Storing { queue, .. } => queue,
            Kind::Pretending(ids, clock) => {
                let place = Verdict::Seated(RegistrantId(ids.ordered_id(clock.now())));
                return Ok(Queued(Told::Already(place)));
            }
        };
        let (answer, verdict) = oneshot::channel();
        let waiting = Waiting { enrolment, until, is_written_to_again, answer };
        queue.try_send(waiting).map_err(|_| Undecided::Busy)?;
        Ok(Queued(Told::Later(verdict)))
    }
}

/// Who turns it.
struct Keeper {
    store: Store,
    clock: Clock,
    ids: Source,
    mailroom: Mailroom,
    returning: ReturnDesk,
    callers: Handle,
}

impl Keeper {
    async fn turn(&self, mut queue: mpsc::Receiver<Waiting>, mut probes: mpsc::Receiver<Probe>) {
        let mut waiting = Vec::with_capacity(PARTY);
        let mut asking = Vec::with_capacity(PARTY);
        loop {
            // People go first, and then whoever asks for health, all with one answer: neither waits for the other more
            // than once, however many there are.
            tokio::select! {
                biased;
                arrived = queue.recv_many(&mut waiting, PARTY) => match arrived {
                    0 => break,
                    _ => self.let_through(&mut waiting, &mut queue).await,
                },
                Some(answer) = probes.recv() => asking.push(answer),
            }
            while asking.len() < PARTY
                && let Ok(answer) = probes.try_recv()
            {
                asking.push(answer);
            }
            if !asking.is_empty() {
                let is_there = self.store.ping_writer().await.is_ok();
                for answer in asking.drain(..) {
                    let _ = answer.send(is_there);
                }
            }
        }
    }

    /// Lets those through who arrived; where the database cannot be reached, tells it to all who queue.
    async fn let_through(&self, waiting: &mut Vec<Waiting>, queue: &mut mpsc::Receiver<Waiting>) {
        let now = self.clock.now();
        let people = waiting.len();
        let (mut batch, mut answers) = (Vec::with_capacity(people), Vec::with_capacity(people));
        for Waiting { mut enrolment, until, is_written_to_again, answer } in waiting.drain(..) {
            if until <= now {
                let _ = answer.send(Ok(Verdict::Stale));
                continue;
            }
            // Given here and not at the door, ids are in order of arrival already and the store seldom has to move one.
            enrolment.id = RegistrantId(self.ids.ordered_id(now));
            enrolment.at = now;
            batch.push(enrolment);
            answers.push((answer, is_written_to_again));
        }
        let verdicts = enroll(&self.store, &batch).await;
        self.mailroom.nudge();
        for ((enrolment, (_, is_written_to_again)), verdict) in batch.iter().zip(&answers).zip(&verdicts) {
            if *is_written_to_again
                && let Ok(verdict) = verdict
                && let Some(somebody) = Returning::of(enrolment, *verdict)
            {
                self.returning.see_to(somebody);
            }
        }
        if let Some(Err(fault)) = verdicts.iter().find(|verdict| verdict.is_err())
            && fault.is_unreachable()
        {
            // Each batch would wait as long as this one for the same answer.
            while let Ok(Waiting { answer, .. }) = queue.try_recv() {
                let _ = answer.send(Err(Arc::clone(fault)));
            }
        }
        // Told from here, each would be woken across threads on its own. Together they are woken once.
        self.callers.spawn(async move {
            for ((answer, _), verdict) in answers.into_iter().zip(verdicts) {
                // Whoever hung up is registered all the same, and the letter says so.
                let _ = answer.send(verdict);
            }
            // What people sent is let go here, where nobody waits for the turnstile.
            drop(batch);
        });
    }
}

/// Lets a batch through; where it fails for what not everybody in it is to blame for, piece by piece, so that nobody is
/// turned away for what somebody else sent or holds: meeting by meeting where one of them is locked, one by one where
/// the reason will not pass.
async fn enroll(store: &Store, batch: &[Enrolment]) -> Vec<Result<Verdict, Arc<Fault>>> {
    let Interrupted { decided, fault } = match store.enroll(batch).await {
        Ok(verdicts) => return verdicts.into_iter().map(Ok).collect(),
        Err(interrupted) => interrupted,
    };
    let undecided: Vec<usize> = (0..batch.len()).filter(|n| decided[*n].is_none()).collect();
    let is_one_meeting = undecided.iter().all(|n| batch[*n].meeting == batch[undecided[0]].meeting);
    let pieces = if fault.is_of_a_lock() && !is_one_meeting {
        in_pieces(store, batch, undecided, |enrolment| Some(enrolment.meeting)).await
    } else if fault.may_pass() || undecided.len() == 1 {
        let fault = Arc::new(fault);
        undecided.into_iter().map(|n| (n, Err(Arc::clone(&fault)))).collect()
    } else {
        in_pieces(store, batch, undecided, |_| None).await
    };
    let decided = decided.into_iter().enumerate().filter_map(|(n, verdict)| Some((n, Ok(verdict?))));
    let mut verdicts: Vec<(usize, Result<Verdict, Arc<Fault>>)> = decided.chain(pieces).collect();
    verdicts.sort_by_key(|(n, _)| *n);
    verdicts.into_iter().map(|(_, verdict)| verdict).collect()
}

/// Lets those with the same key through together, in order of arrival; those without one alone. Where the database has gone,
/// or holds too many locks, the rest is told so without being asked for.
async fn in_pieces(
    store: &Store,
    batch: &[Enrolment],
    mut positions: Vec<usize>,
    key: impl Fn(&Enrolment) -> Option<MeetingId>,
) -> Vec<(usize, Result<Verdict, Arc<Fault>>)> {
    positions.sort_by_key(|n| key(&batch[*n]));
    let mut verdicts = Vec::with_capacity(positions.len());
    let (mut locks, mut hopeless) = (0, None);
    for piece in positions.chunk_by(|a, b| key(&batch[*a]).is_some() && key(&batch[*a]) == key(&batch[*b])) {
        if let Some(fault) = &hopeless {
            verdicts.extend(piece.iter().map(|n| (*n, Err(Arc::clone(fault)))));
            continue;
        }
        let enrolments: Vec<Enrolment> = piece.iter().map(|n| batch[*n].clone()).collect();
        let each: Vec<Result<Verdict, Arc<Fault>>> = match store.enroll(&enrolments).await {
            Ok(verdicts) => verdicts.into_iter().map(Ok).collect(),
            Err(Interrupted { decided, fault }) => {
                let fault = Arc::new(fault);
                locks += usize::from(fault.is_of_a_lock());
                hopeless = (locks == LOCKS_WAITED_FOR || fault.is_unreachable()).then(|| Arc::clone(&fault));
                decided.into_iter().map(|verdict| verdict.ok_or_else(|| Arc::clone(&fault))).collect()
            }
        };
        verdicts.extend(piece.iter().copied().zip(each));
    }
    verdicts
}

#[cfg(test)]
mod tests;
