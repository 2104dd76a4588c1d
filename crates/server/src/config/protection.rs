//! What strangers may do, and how often.

use std::marker::PhantomData;

use super::reading::{Choice, Named, Whole, default, section};

/// How much of anything may be allowed in a minute.
const MOST: u32 = 10_000_000;

section! {
    /// What strangers may do, and how often: [protection.md](protection.md) has the whole of it. An address is one of
    /// IPv4, or a network of 64 bits of IPv6. Each node counts for itself.
    Protection {
        /// Whether browsers have to work before somebody is registered: `auto` for a while where an address or the
        /// whole service sees more than usual, `always`, or `never`.
        proof_of_work: ProofOfWork = default(Choice(PhantomData), "auto");
        /// How hard that work is: each bit doubles it. 18 are about half a second of a desktop.
        proof_bits: u32 = default(Whole::new(8..=24, "bits"), "18");
        /// How many sign-ups an address may send in a minute before its browsers have to work.
        sign_ups_per_minute: u32 = default(Whole::new(1..=MOST, "sign-ups"), "30");
        /// How many sign-ups the whole service may see in a minute before all browsers have to work; also how many links
        /// that lead nowhere it answers with 404.
        rush_per_minute: u32 = default(Whole::new(1..=MOST, "sign-ups"), "20000");
        /// How many people of one network (24 bits of IPv4, 48 of IPv6) may register in a minute by waiting instead.
        waits_per_minute: u32 = default(Whole::new(1..=MOST, "sign-ups"), "30");
        /// How many sign-ups, and as many sign-ins and changes of registrations, an address may send in a minute; more
        /// are answered 429. High, since a whole company may have one address.
        posts_per_minute: u32 = default(Whole::new(1..=MOST, "requests"), "3000");
        /// How many links that lead nowhere an address may try in a minute; more are answered 429.
        wrong_links_per_minute: u32 = default(Whole::new(1..=MOST, "links"), "60");
        /// A network (24 bits of IPv4, 48 of IPv6) may do so many times as much as one address.
        network_factor: u32 = default(Whole::new(1..=256, "addresses"), "10");
        /// How many letters a mailbox gets in an hour that others can cause by typing its address into forms, over all
        /// meetings and nodes; five times as many updates, reminders and cancellations besides.
        letters_per_hour: u32 = default(Whole::new(1..=1000, "letters"), "10");
    }
}

/// When browsers have to work before somebody is registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofOfWork {
    /// Where more is asked than usual.
    Auto,
    /// Each time.
    Always,
    /// At no time.
    Never,
}

impl Named for ProofOfWork {
    const NAMES: &'static [(Self, &'static str)] =
        &[(Self::Auto, "auto"), (Self::Always, "always"), (Self::Never, "never")];
}
