//! Who asks too often, and what they have to do then. docs/protection.md says what it is for.
//!
//! Everything is kept in the memory of this process, in room that does not grow with the number of those who ask.

mod meter;
pub mod proof;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use domain::RegistrationId;
use domain::link::LinkKey;
use quick_cache::sync::Cache;

use self::meter::{Limit, Meter};
use self::proof::{Challenge, Effort, Proofs, Shown, Unshown};
use crate::client::{Client, Prefix};
use crate::clock::Clock;
use crate::config::{ProofOfWork, Protection};

/// For so long browsers have to work after an address, a network or the whole service saw too much.
const ALARM: Duration = Duration::from_secs(600);
/// For so long an address is answered nothing after it tried far too many links.
const BLOCK: Duration = Duration::from_secs(60);
/// So many addresses are remembered as alarming, and as blocked.
const REMEMBERED: usize = 20_000;

/// What a stranger wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// To register.
    SignUp,
    /// To change or end their registration.
    Manage,
    /// To sign in.
    SignIn,
}

impl Want {
    fn name(self) -> &'static str {
        match self {
            Self::SignUp => "sign-up",
            Self::Manage => "manage",
            Self::SignIn => "sign-in",
        }
    }
}

/// Counts what strangers do and says what is too much.
pub struct Guard {
    clock: Clock,
    mode: ProofOfWork,
    usual_sign_ups: Limit,
    usual_rush: Meter,
    sign_ups: Limit,
    changes: Limit,
    sign_ins: Limit,
    wrong_links: Limit,
    far_too_many_links: Limit,
    wrong_links_of_all: Meter,
    waits: Meter,
    /// Until when, by [`Clock::elapsed`].
    alarmed: Cache<Prefix, Duration>,
    /// The same for everybody, in milliseconds.
    all_alarmed_until: AtomicU64,
    /// Until when, by [`Clock::elapsed`].
    blocked: Cache<Prefix, Duration>,
    proofs: Proofs,
}

impl Guard {
    /// A guard by these rules.
    pub fn new(rules: &Protection, key: &LinkKey, clock: Clock) -> Self {
        let limit = |count| Limit::per_minute(count, rules.network_factor, &clock);
        Self {
            mode: rules.proof_of_work,
            usual_sign_ups: limit(rules.sign_ups_per_minute),
            usual_rush: Meter::per_minute(rules.rush_per_minute, &clock),
            sign_ups: limit(rules.posts_per_minute),
            changes: limit(rules.posts_per_minute),
            sign_ins: limit(rules.posts_per_minute),
            wrong_links: limit(rules.wrong_links_per_minute),
            far_too_many_links: limit(rules.posts_per_minute),
            wrong_links_of_all: Meter::per_minute(rules.rush_per_minute, &clock),
            waits: Meter::per_minute(rules.waits_per_minute, &clock),
            alarmed: Cache::new(REMEMBERED),
            all_alarmed_until: AtomicU64::new(0),
            blocked: Cache::new(REMEMBERED),
            proofs: Proofs::new(key.derive(b"proof 1"), rules.proof_bits, clock.now()),
            clock,
        }
    }

    /// Counts what somebody wants, or says for how long they have to wait. A sign-up beyond what is usual raises the alarm.
    pub fn admit(&self, want: Want, client: Client) -> Result<(), Duration> {
        let limit = match want {
            Want::SignUp => &self.sign_ups,
            Want::Manage => &self.changes,
            Want::SignIn => &self.sign_ins,
        };
        if let Err((_, wait)) = limit.count(client) {
            count_refused(want.name());
            return Err(wait);
        }
        if want == Want::SignUp && self.mode == ProofOfWork::Auto {
            self.look_out(client);
        }
        Ok(())
    }

    fn look_out(&self, client: Client) {
        let now = self.clock.elapsed();
        if let Err((whose, _)) = self.usual_sign_ups.count(client) {
            self.alarmed.insert(whose, now + ALARM);
        }
        if self.usual_rush.count(Prefix::ALL).is_err() {
            let before = self.all_alarmed_until.swap(millis(now + ALARM), Ordering::Relaxed);
            if before <= millis(now) {
                tracing::warn!(
                    "more sign-ups than `protection.rush_per_minute`: browsers have to work for a while"
                );
            }
        }
    }

    /// Whether an address may try links at all, or how long it has to wait.
    pub fn may_try_links(&self, client: Client) -> Result<(), Duration> {
        let now = self.clock.elapsed();
        let left = |whose| self.blocked.get(&whose)?.checked_sub(now).filter(|left| !left.is_zero());
        match left(client.address).max(left(client.network)) {
            None => Ok(()),
            Some(wait) => {
                count_refused("link");
                Err(wait)
            }
        }
    }

    /// Counts a link that led nowhere. Whoever tries too many is told to wait, and whoever tries far too many gets no answer
    /// for a while; good links go on leading where they lead until then, since a company may have one address.
    pub fn count_wrong_link(&self, client: Client) -> Result<(), Duration> {
        if let Err((whose, _)) = self.far_too_many_links.count(client) {
            self.blocked.insert(whose, self.clock.elapsed() + BLOCK);
        }
        let own = self.wrong_links.count(client).map_err(|(_, wait)| wait);
        own.and_then(|()| self.wrong_links_of_all.count(Prefix::ALL)).inspect_err(|_| count_refused("link"))
    }

    /// Whether a browser of that client has to work before somebody registers.
    pub fn asks_for_proof(&self, client: Client) -> bool {
        let now = self.clock.elapsed();
        let is_alarmed = |whose| self.alarmed.get(&whose).is_some_and(|until| now < until);
        match self.mode {
            ProofOfWork::Always => true,
            ProofOfWork::Never => false,
            ProofOfWork::Auto => {
                millis(now) < self.all_alarmed_until.load(Ordering::Relaxed)
                    || is_alarmed(client.address)
                    || is_alarmed(client.network)
            }
        }
    }

    /// A challenge for somebody who wants to register.
    pub fn challenge(&self, registration: RegistrationId, client: Client, id: [u8; 12]) -> Option<Challenge> {
        self.proofs.make(registration, client, id, self.clock.now())
    }

    /// Whether a browser worked, or somebody waited. What they show is used up by it. Otherwise the challenge that they may
    /// go on with, if there is one.
    pub fn accept(
        &self,
        shown: Shown<'_>,
        registration: RegistrationId,
        client: Client,
    ) -> Result<(), Option<Challenge>> {
        let now = self.clock.now();
        let outcome = match self.proofs.look(shown, registration, client, now) {
            Ok(Effort::Waited) if self.waits.count(client.network).is_err() => Err(("too many wait", None)),
            Ok(_) if !self.proofs.spend(shown, now) => Err(("worthless", None)),
            Ok(Effort::Worked) => Ok("worked"),
            Ok(Effort::Waited) => Ok("waited"),
            Err(Unshown::TooEarly(challenge)) => Err(("too early", Some(challenge))),
            Err(Unshown::Worthless) if shown.challenge.is_empty() => Err(("nothing", None)),
            Err(Unshown::Worthless) => Err(("worthless", None)),
        };
        let name = outcome.as_ref().map_or_else(|(why, _)| *why, |how| *how);
        metrics::counter!("usher_proofs_total", "outcome" => name).increment(1);
        outcome.map(drop).map_err(|(_, challenge)| challenge)
    }
}

fn count_refused(what: &'static str) {
    metrics::counter!("usher_refused_requests_total", "what" => what).increment(1);
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;
    use crate::config::Config;
    use jiff::Timestamp;

    fn guard() -> Guard {
        let config = "server.public_url = \"http://localhost\"\nidentity.builtin.enabled = true\n\
             [[identity.tenant]]\nid = \"7a2c7b7e-52cc-4c2c-9d0e-0c1f1f6f7d11\"\nname = \"Riverbend\"";
        let config = Config::from_toml_str(config).unwrap();
        let clock = Clock::frozen(Timestamp::from_second(1_800_000_000).unwrap());
        Guard::new(&config.protection, &LinkKey::new([7; 32]), clock)
    }

    fn address(number: u32) -> Client {
        Client::of(Ipv4Addr::from_bits(number).into())
    }

    #[test]
    fn ten_thousand_people_in_a_minute_are_let_in_as_they_are_and_the_double_has_to_work() {
        let guard = guard();
        // Some hundred to a network, as the customers of a provider are.
        for n in 0..10_000 {
            assert_eq!(guard.admit(Want::SignUp, address(n / 100 * 256 + n % 100)), Ok(()));
        }
        let asked = (0..10_000).filter(|n| guard.asks_for_proof(address(n / 100 * 256 + n % 100))).count();
        assert_eq!(asked, 0);

        for n in 0..10_001 {
            assert_eq!(guard.admit(Want::SignUp, address((1_000 + n) << 8)), Ok(()));
        }
        assert!(guard.asks_for_proof(address(7)), "the control");
    }

    #[test]
    fn links_are_tried_by_everybody_together_no_more_often_than_the_service_bears() {
        let guard = guard();
        let refused = |n: &u32| guard.count_wrong_link(address(*n << 8)).is_err();

        assert_eq!((0..20_010).filter(refused).count(), 10);
        assert_eq!(guard.may_try_links(address(0)), Ok(()), "right ones go on leading somewhere");
    }

    #[test]
    fn a_company_behind_one_address_is_let_in_when_its_browsers_work() {
        let (guard, office) = (guard(), address(0xc000_0201));

        assert!((0..3_000).all(|_| guard.admit(Want::SignUp, office).is_ok()));

        assert!(guard.asks_for_proof(office) && !guard.asks_for_proof(address(7)));
        assert_eq!(guard.admit(Want::SignUp, office), Err(Duration::from_millis(20)), "the control");
        assert_eq!(guard.admit(Want::Manage, office), Ok(()), "each is counted for itself");
    }
}
