//! Giving places: the hot path. "One enrolment, end to end" in ARCHITECTURE.md tells the steps.
//!
//! Whoever waits at the turnstile goes through in one transaction. The number of statements is
//! the same for one person as for 64 in as many meetings (they travel in rows; [`crate::seating`]), duplicates are found by the
//! unique key and not by asking first, and whatever an enrolment was checked against is compared by version,
//! so that a check made on old data is made again.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use domain::seats::{Admission, decide};
use domain::{Enrolment, MeetingId, RegistrantId};

use crate::aside::{Aside, put_aside};
use crate::at_once::seat_at_once;
use crate::engine::Pool;
use crate::idempotency;
use crate::seating::{
    LiveRegistration, Registered, find_registered, follow_up_and_commit, list, look, parties,
};
use crate::{Fault, Store, TRIES};

/// What became of one enrolment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A place was given; the letter is queued.
    Seated(RegistrantId),
    /// The person had a place already, or the same request was answered before: nothing changed.
    Known {
        /// The registrant they are.
        registrant: RegistrantId,
        /// Generation of their links.
        generation: u8,
    },
    /// Every place is taken.
    Full {
        /// The registrant they are all the same, where they have a place and whoever asks may not be told; see
        /// [`Enrolment::sees_list`].
        known: Option<RegistrantId>,
    },
    /// The registration, its questions, the directory or the policies changed meanwhile: check again.
    Stale,
    /// The idempotency key belongs to another request.
    KeyReused,
    /// There is no place for them now: they wait for one, or for the organizer's decision; the letter is queued.
    Waits {
        /// The registrant they are.
        registrant: RegistrantId,
        /// [`Admission::Wait`] or [`Admission::Ask`].
        admission: Admission,
        /// Whether they came just now. Of somebody who was there before and may not be told how they stand, it says what
        /// somebody new would have found; see [`Enrolment::sees_list`].
        is_new: bool,
    },
}

/// A batch that the database failed.
#[derive(Debug)]
pub struct Interrupted {
    /// Who was decided before, at their position in the batch.
    pub decided: Vec<Option<Verdict>>,
    /// What happened.
    pub fault: Fault,
}

impl From<Interrupted> for Fault {
    fn from(Interrupted { fault, .. }: Interrupted) -> Self {
        fault
    }
}

impl Store {
    /// Decides a batch, in order of arrival, and stores who got a place with their letters and events. The verdicts come
    /// in the order of the batch, each on disk.
    ///
    /// # Errors
    ///
    /// The database failed before everybody was decided. Unless it failed in the very commit, nothing is stored of
    /// whoever got no verdict, and asking again is safe.
    pub async fn enroll(&self, batch: &[Enrolment]) -> Result<Vec<Verdict>, Interrupted> {
        let mut decided = vec![None; batch.len()];
        match self.decide(batch, &mut decided).await {
            Ok(()) => Ok(decided.into_iter().map(|verdict| verdict.unwrap_or(Verdict::Stale)).collect()),
            Err(fault) => Err(Interrupted { decided, fault }),
        }
    }

    async fn decide(&self, batch: &[Enrolment], verdicts: &mut [Option<Verdict>]) -> Result<(), Fault> {
        let mut order: Vec<usize> = (0..batch.len()).collect();
        order.sort_by_key(|n| batch[*n].meeting);
        if self.is_spread {
            // Each meeting has a transaction of its own, on its own node.
            for (_, party) in parties(batch, &order) {
                self.seat_together(batch, party, verdicts).await?;
            }
            return Ok(());
        }
        if !order.is_empty() {
            order = self.seat_at_once(batch, order, verdicts).await?;
        }
        if !order.is_empty() {
            self.seat_together(batch, &order, verdicts).await?;
        }
        Ok(())
    }

    /// Tells who still has to be decided.
    async fn seat_at_once(
        &self,
        batch: &[Enrolment],
        wanted: Vec<usize>,
        verdicts: &mut [Option<Verdict>],
    ) -> Result<Vec<usize>, Fault> {
        // Of several requests with one key the first stands; the others are held against it, the long way.
        let mut keys = HashSet::new();
        let (ready, mut others): (Vec<usize>, Vec<usize>) = wanted
            .into_iter()
            .partition(|n| batch[*n].idempotency.is_none_or(|key| keys.insert((batch[*n].meeting, key.key))));
        let mut came = HashSet::with_capacity(ready.len());
        let outcome = seat_at_once(&self.writer, batch, &ready, &mut came).await;
        for n in ready {
            if came.contains(&batch[n].id) {
                verdicts[n] = Some(Verdict::Seated(batch[n].id));
            } else {
                others.push(n);
            }
        }
        match outcome {
            Err(fault) if fault.is_broken_off() || fault.is_of_a_key() => {}
            outcome => outcome?,
        }
        others.sort_by_key(|n| (batch[*n].meeting, *n));
        Ok(others)
    }

    async fn seat_together(
        &self,
        batch: &[Enrolment],
        wanted: &[usize],
        verdicts: &mut [Option<Verdict>],
    ) -> Result<(), Fault> {
        let mut tries = 1;
        let decided = loop {
            match seat(&self.writer, batch, wanted.to_vec()).await {
                Err(fault) if fault.is_broken_off() && tries < TRIES => tries += 1,
                outcome => break outcome?,
            }
        };
        for (n, verdict) in decided {
            verdicts[n] = Some(verdict);
        }
        Ok(())
    }
}

/// Decides these positions, where those of a meeting stand together in order of arrival, in one transaction. Who gets no
/// verdict here is stale. The transaction begins with the first question and ends with the last statement: on SQLite each
/// message wakes two threads, which costs as much as storing several rows.
async fn seat(
    pool: &Pool,
    batch: &[Enrolment],
    mut wanted: Vec<usize>,
) -> Result<Vec<(usize, Verdict)>, Fault> {
    let (mut tx, live) = look(pool, batch, &wanted).await?;
    let batch = &*behind(batch, &wanted, &live);
    wanted.retain(|n| live.get(&batch[*n].meeting).is_some_and(|live| live.is_current_for(&batch[*n])));
    let replayed = idempotency::replay(&mut tx, batch, &mut wanted).await?;

    // Where there is a place for everybody who came, nobody is asked for first.
    let (mut newcomers, scarce) = by_room(batch, &wanted, &live);
    let mut known = find_registered(&mut tx, batch, &scarce).await?;
    let found = first_come(batch, &scarce, &known, &live);
    newcomers.extend(&found.seated);
    let others = list(&mut tx, batch, &newcomers).await?;
    newcomers.retain(|n| !others.contains_key(n));
    known.extend(others);
    put_aside(&mut tx, batch, &found.aside).await?;

    let mut verdicts = verdicts(batch, &wanted, &newcomers, &known, &found);
    idempotency::remember(&mut tx, batch, &verdicts).await?;
    follow_up_and_commit(tx, batch, &newcomers, &found.aside).await?;
    verdicts.extend(replayed);
    Ok(verdicts)
}

/// The batch with the ids of each meeting behind the last one stored. A list is read page by page, each behind the last
/// id of the one before: somebody stored later under an earlier id, by another process, would be passed over.
fn behind<'b>(
    batch: &'b [Enrolment],
    wanted: &[usize],
    live: &HashMap<MeetingId, LiveRegistration>,
) -> Cow<'b, [Enrolment]> {
    let mut moved = Cow::Borrowed(batch);
    for (meeting, party) in parties(batch, wanted) {
        let last = live.get(&meeting).and_then(|live| live.last_registrant);
        let mut last = RegistrantId(last.unwrap_or_default());
        for n in party {
            let id = batch[*n].id.behind(last);
            if id != batch[*n].id {
                moved.to_mut()[*n].id = id;
            }
            last = id;
        }
    }
    moved
}

/// Who comes to a meeting with a place for all of its party, and who does not.
fn by_room(
    batch: &[Enrolment],
    wanted: &[usize],
    live: &HashMap<MeetingId, LiveRegistration>,
) -> (Vec<usize>, Vec<usize>) {
    let (mut plenty, mut scarce) = (Vec::with_capacity(wanted.len()), Vec::new());
    for (meeting, party) in parties(batch, wanted) {
        let has_room = live
            .get(&meeting)
            .map(LiveRegistration::door)
            .is_some_and(|door| door.is_plain() && decide(door.seats, party.len()).last() == Some(&true));
        if has_room { &mut plenty } else { &mut scarce }.extend(party);
    }
    (plenty, scarce)
}

/// What those found who came to a meeting without a place for everybody.
#[derive(Default)]
struct Found {
    /// Who got a place.
    seated: Vec<usize>,
    /// Who got none, and stays all the same.
    aside: Vec<Aside>,
    /// What somebody new found, or would have found, at each position.
    by_position: HashMap<usize, Admission>,
}

impl Found {
    /// Where there was a place for everybody, that is what people found.
    fn at(&self, n: usize) -> Admission {
        self.by_position.get(&n).copied().unwrap_or(Admission::Seat)
    }
}

/// What people find where there is not a place for everybody, in order of arrival. Whoever is known takes nothing, and
/// whoever asks twice is counted once.
fn first_come(
    batch: &[Enrolment],
    scarce: &[usize],
    known: &HashMap<usize, Registered>,
    live: &HashMap<MeetingId, LiveRegistration>,
) -> Found {
    let mut found = Found::default();
    for (meeting, party) in parties(batch, scarce) {
        let Some(mut door) = live.get(&meeting).map(LiveRegistration::door) else { continue };
        let mut newcomers: HashSet<String> = HashSet::with_capacity(party.len());
        for n in party.iter().copied() {
            if known.contains_key(&n) || !newcomers.insert(batch[n].person.key()) {
                let mut as_if = door;
                found.by_position.insert(n, as_if.admit());
                continue;
            }
            let admission = door.admit();
            found.by_position.insert(n, admission);
            match admission {
                Admission::Seat => found.seated.push(n),
                Admission::Wait | Admission::Ask => found.aside.push((n, admission)),
                Admission::Full => {}
            }
        }
    }
    found
}

/// Everybody's verdict: a place of their own, the one they have, the one that the same person was just given, or none.
/// Whoever may not learn who is registered is told what somebody new would be told; the same request again is not kept
/// from its answer.
fn verdicts(
    batch: &[Enrolment],
    wanted: &[usize],
    seated: &[usize],
    known: &HashMap<usize, Registered>,
    found: &Found,
) -> Vec<(usize, Verdict)> {
    let aside: HashMap<usize, Admission> = found.aside.iter().copied().collect();
    let mut given: HashMap<(MeetingId, String), usize> = HashMap::new();
    let person = |n: usize| (batch[n].meeting, batch[n].person.key());
    if seated.len() + known.len() < wanted.len() {
        given.extend(seated.iter().chain(aside.keys()).map(|n| (person(*n), *n)));
    }
    let is_seated: HashSet<usize> = seated.iter().copied().collect();
    let is_repeated = |n: usize, first: usize| {
        batch[n].idempotency.is_some() && batch[n].idempotency == batch[first].idempotency
    };
    let there_before = |n: usize, registrant: RegistrantId, generation: u8, may_know: bool| match found.at(n)
    {
        Admission::Full if !may_know => Verdict::Full { known: Some(registrant) },
        admission @ (Admission::Wait | Admission::Ask) if !may_know => {
            Verdict::Waits { registrant, admission, is_new: false }
        }
        _ => Verdict::Known { registrant, generation },
    };
    let verdict = |n: usize| match (known.get(&n), aside.get(&n)) {
        (Some(Registered { id, generation }), _) => there_before(n, *id, *generation, batch[n].sees_list),
        (None, Some(admission)) => {
            Verdict::Waits { registrant: batch[n].id, admission: *admission, is_new: true }
        }
        (None, None) if is_seated.contains(&n) => Verdict::Seated(batch[n].id),
        (None, None) => match given.get(&person(n)) {
            Some(first) => {
                let (registrant, is_same) = (batch[*first].id, is_repeated(n, *first));
                match aside.get(first) {
                    Some(admission) if is_same => {
                        Verdict::Waits { registrant, admission: *admission, is_new: false }
                    }
                    _ => there_before(n, registrant, 0, batch[n].sees_list || is_same),
                }
            }
            None => Verdict::Full { known: None },
        },
    };
    wanted.iter().map(|n| (*n, verdict(*n))).collect()
}
