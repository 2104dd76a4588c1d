//! Proof of work: a number that takes a browser a moment to find and us none to check. Whose browser runs no scripts waits
//! a while instead, with the same challenge.
//!
//! A challenge is sealed and not stored: for one registration, for the network it was asked from, for half an hour. It is
//! good for one request. What is remembered is which were used, and for what.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use domain::RegistrationId;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::client::Client;
use crate::sealed::Seal;

/// How long a challenge is good: as long as somebody may take to fill a form in.
pub(super) const LIFETIME: SignedDuration = SignedDuration::from_mins(30);
/// How long somebody waits who does not let their browser work. The texts of the pages name it.
pub(super) const WAIT: SignedDuration = SignedDuration::from_secs(15);
/// So many used challenges are remembered, twice. Beyond that all are stale that were made before.
const CAPACITY: usize = 200_000;

#[derive(Serialize, Deserialize)]
struct Content {
    id: [u8; 12],
    registration: Uuid,
    network: String,
    bits: u32,
    /// In microseconds since 1970.
    made_at: i64,
}

/// A challenge as it is given to a browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// Sealed.
    pub text: String,
    /// With how many zero bits the hash has to begin.
    pub bits: u32,
}

/// What came back.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// A challenge, or anything.
    pub challenge: &'a str,
    /// The number that was found, blank where none was looked for.
    pub number: &'a str,
    /// A hash of all of the request.
    pub request: [u8; 32],
}

/// What somebody did to be let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effort {
    /// Their browser worked.
    Worked,
    /// They waited.
    Waited,
}

/// Why nothing is shown by it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unshown {
    /// Nothing is wrong with the challenge but that too little time has passed: it goes on counting.
    TooEarly(Challenge),
    /// It is none of ours, another registration's or network's, used, too old, or the number is wrong.
    Worthless,
}

/// Makes challenges and knows which were used.
pub(super) struct Proofs {
    seal: Seal,
    bits: u32,
    used: Mutex<Used>,
}

/// The used challenges: the later and the earlier ones, each with a part of the request's hash.
struct Used {
    later: HashMap<[u8; 12], [u8; 16]>,
    earlier: HashMap<[u8; 12], [u8; 16]>,
    turned_at: Timestamp,
    /// Older challenges are stale: what was used of them is forgotten.
    remembers_since: Timestamp,
}

impl Proofs {
    /// What was used before `now`, by a process before this one, is not known: such challenges are stale.
    pub(super) fn new(key: [u8; 32], bits: u32, now: Timestamp) -> Self {
        let used =
            Used { later: HashMap::new(), earlier: HashMap::new(), turned_at: now, remembers_since: now };
        Self { seal: Seal::new(key), bits, used: Mutex::new(used) }
    }

    /// A new challenge; `None` never, but for a defect.
    pub(super) fn make(
        &self,
        registration: RegistrationId,
        client: Client,
        id: [u8; 12],
        now: Timestamp,
    ) -> Option<Challenge> {
        let text = self.seal.close(&Content {
            id,
            registration: registration.0,
            network: self.mark(client),
            bits: self.bits,
            made_at: now.as_microsecond(),
        })?;
        Some(Challenge { text, bits: self.bits })
    }

    /// What is shown by it. Nothing is used up yet.
    pub(super) fn look(
        &self,
        shown: Shown<'_>,
        registration: RegistrationId,
        client: Client,
        now: Timestamp,
    ) -> Result<Effort, Unshown> {
        let content: Content = self.seal.open(shown.challenge).ok_or(Unshown::Worthless)?;
        let made_at = Timestamp::from_microsecond(content.made_at).map_err(|_| Unshown::Worthless)?;
        let age = now.duration_since(made_at);
        let is_theirs = content.registration == registration.0 && content.network == self.mark(client);
        if !is_theirs || age >= LIFETIME || !self.is_free(&content, made_at, &shown.request, now) {
            return Err(Unshown::Worthless);
        }
        match shown.number.parse() {
            Ok(number) if is_solution(shown.challenge, number, content.bits) => Ok(Effort::Worked),
            Ok(_) => Err(Unshown::Worthless),
            Err(_) if age >= WAIT => Ok(Effort::Waited),
            Err(_) => {
                Err(Unshown::TooEarly(Challenge { text: shown.challenge.to_owned(), bits: content.bits }))
            }
        }
    }

    /// Uses the challenge up. Whoever sends the same request again, because nobody answered or by pressing twice, may show
    /// it again: it is one request to the database, too. `false` where somebody else was faster.
    pub(super) fn spend(&self, shown: Shown<'_>, now: Timestamp) -> bool {
        let Some(content) = self.seal.open::<Content>(shown.challenge) else { return false };
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.turn(now);
        let request = part(&shown.request);
        match used.find(&content.id) {
            Some(known) => known == request,
            None => {
                used.later.insert(content.id, request);
                true
            }
        }
    }

    fn is_free(&self, content: &Content, made_at: Timestamp, request: &[u8; 32], now: Timestamp) -> bool {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.turn(now);
        made_at >= used.remembers_since && used.find(&content.id).is_none_or(|known| known == part(request))
    }

    fn mark(&self, client: Client) -> String {
        self.seal.mark("network", &client.network.to_string())
    }
}

impl Used {
    fn find(&self, id: &[u8; 12]) -> Option<[u8; 16]> {
        self.later.get(id).or_else(|| self.earlier.get(id)).copied()
    }

    /// Forgets what can no longer be shown anyway; where that is not enough, everything.
    fn turn(&mut self, now: Timestamp) {
        if now.duration_since(self.turned_at) >= LIFETIME {
            self.earlier = std::mem::take(&mut self.later);
            self.turned_at = now;
        }
        if self.later.len() >= CAPACITY {
            self.later.clear();
            self.earlier.clear();
            self.remembers_since = now;
        }
    }
}

fn part(hash: &[u8; 32]) -> [u8; 16] {
    std::array::from_fn(|n| hash[n])
}

/// SHA-256 of the challenge's own SHA-256 and the number, as 8 bytes with the highest first.
fn is_solution(challenge: &str, number: u64, bits: u32) -> bool {
    let mut hash = Sha256::new();
    hash.update(Sha256::digest(challenge));
    hash.update(number.to_be_bytes());
    let hash = hash.finalize();
    let first = u64::from_be_bytes(std::array::from_fn(|n| hash[n]));
    first.leading_zeros() >= bits
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: RegistrationId = RegistrationId(Uuid::from_u128(1));

    fn solve(challenge: &str, bits: u32) -> u64 {
        (0..).find(|number| is_solution(challenge, *number, bits)).unwrap()
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn home() -> Client {
        Client::of([192, 0, 2, 1].into())
    }

    fn proofs() -> Proofs {
        Proofs::new([7; 32], 8, at(0))
    }

    fn made(proofs: &Proofs, id: u8, at: Timestamp) -> Challenge {
        proofs.make(HERE, home(), [id; 12], at).unwrap()
    }

    fn shown<'a>(challenge: &'a Challenge, number: &'a str, request: u8) -> Shown<'a> {
        Shown { challenge: &challenge.text, number, request: [request; 32] }
    }

    #[test]
    fn what_a_browser_found_counts_once() {
        let proofs = proofs();
        let challenge = made(&proofs, 1, at(0));
        let number = solve(&challenge.text, challenge.bits).to_string();
        let mine = shown(&challenge, &number, 1);

        assert_eq!(proofs.look(mine, HERE, home(), at(1)), Ok(Effort::Worked));
        assert!(proofs.spend(mine, at(1)));

        assert_eq!(proofs.look(mine, HERE, home(), at(2)), Ok(Effort::Worked), "the same request again");
        assert!(proofs.spend(mine, at(2)));
        let other = shown(&challenge, &number, 2);
        assert_eq!(proofs.look(other, HERE, home(), at(2)), Err(Unshown::Worthless));
        assert!(!proofs.spend(other, at(2)));
    }

    #[test]
    fn it_counts_for_one_registration_and_network_and_half_an_hour() {
        let proofs = proofs();
        let challenge = made(&proofs, 1, at(0));
        let number = solve(&challenge.text, challenge.bits).to_string();
        let mine = shown(&challenge, &number, 1);
        let look = |registration: u128, client: [u8; 4], second| {
            let (registration, client) =
                (RegistrationId(Uuid::from_u128(registration)), Client::of(client.into()));
            proofs.look(mine, registration, client, at(second))
        };

        assert_eq!(look(1, [192, 0, 2, 99], 1_799), Ok(Effort::Worked), "the control");
        for (registration, client, second) in
            [(2, [192, 0, 2, 1], 1), (1, [192, 0, 3, 1], 1), (1, [192, 0, 2, 1], 1_800)]
        {
            assert_eq!(look(registration, client, second), Err(Unshown::Worthless));
        }
        let forged = Challenge { text: challenge.text.replace('.', "A."), ..challenge.clone() };
        let forged = proofs.look(shown(&forged, &number, 1), HERE, home(), at(1));
        assert_eq!(forged, Err(Unshown::Worthless));
        let wrong = (0_u64..).find(|n| !is_solution(&challenge.text, *n, 8)).unwrap().to_string();
        let wrong = proofs.look(shown(&challenge, &wrong, 1), HERE, home(), at(1));
        assert_eq!(wrong, Err(Unshown::Worthless));
    }

    #[test]
    fn waiting_counts_as_well_from_the_moment_the_challenge_was_made() {
        let proofs = proofs();
        let challenge = made(&proofs, 1, at(0));
        let mine = shown(&challenge, "", 1);

        assert_eq!(proofs.look(mine, HERE, home(), at(14)), Err(Unshown::TooEarly(challenge.clone())));
        assert_eq!(proofs.look(mine, HERE, home(), at(15)), Ok(Effort::Waited));
        assert!(proofs.spend(mine, at(15)));
        assert_eq!(proofs.look(shown(&challenge, "", 2), HERE, home(), at(16)), Err(Unshown::Worthless));
    }

    #[test]
    fn what_was_used_is_known_until_it_is_too_old_and_memory_stays_bounded() {
        let proofs = proofs();
        for n in 0..CAPACITY as u32 + 5 {
            let mut id = [0; 12];
            id[..4].copy_from_slice(&n.to_be_bytes());
            let challenge = proofs.make(HERE, home(), id, at(1)).unwrap();
            let mine = shown(&challenge, "", 1);
            let is_new = proofs.look(mine, HERE, home(), at(20)) == Ok(Effort::Waited);
            assert_eq!(is_new, n < CAPACITY as u32, "{n}: what was made before is stale once memory is full");
            proofs.spend(mine, at(20));
        }
        assert!(proofs.used.lock().unwrap().later.len() <= CAPACITY);
        let fresh = made(&proofs, 9, at(20));
        assert_eq!(
            proofs.look(shown(&fresh, "", 1), HERE, home(), at(40)),
            Ok(Effort::Waited),
            "the control"
        );
    }

    #[test]
    fn what_an_earlier_process_made_is_stale() {
        let challenge = made(&proofs(), 1, at(0));

        let restarted = Proofs::new([7; 32], 8, at(10));

        assert_eq!(restarted.look(shown(&challenge, "", 1), HERE, home(), at(30)), Err(Unshown::Worthless));
        assert_eq!(proofs().look(shown(&challenge, "", 1), HERE, home(), at(30)), Ok(Effort::Waited));
    }
}
