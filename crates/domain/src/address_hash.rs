//! What is remembered of addresses.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::email::Email;
use crate::ids::Slot;
use crate::link::LinkKey;

/// What is kept of an address: enough to know it again for whoever has the link key, and nothing for anybody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressHash(pub [u8; 32]);

/// What an address is remembered for. Nobody can tell that a hash for one thing and a hash for another are of one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressUse {
    /// Letters to it are counted, with those to every other spelling of its [mailbox](Email::mailbox).
    Allowance,
    /// Other letters to it than those are counted, likewise.
    OtherLetters,
    /// It gets no letters any more; in any [case](Email::key).
    Suppression,
}

impl AddressHash {
    /// Of an address, for one thing.
    pub fn of(key: &LinkKey, usage: AddressUse, email: &Email) -> Self {
        let (own, known_by) = match usage {
            AddressUse::Allowance => (key.derive(b"usher.address.allowance"), email.mailbox()),
            AddressUse::OtherLetters => (key.derive(b"usher.address.others"), email.mailbox()),
            AddressUse::Suppression => (key.derive(b"usher.address.suppression"), email.key()),
        };
        let mut mac =
            <Hmac<Sha256> as KeyInit>::new_from_slice(&own).expect("HMAC takes a key of any length");
        mac.update(known_by.as_bytes());
        Self(mac.finalize().into_bytes().into())
    }

    /// Where what is remembered of it lives: a slot of its own, whatever the meeting.
    pub fn slot(self) -> Slot {
        Slot::of(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(usage: AddressUse, text: &str) -> AddressHash {
        AddressHash::of(&LinkKey::new([7; 32]), usage, &Email::parse(text).unwrap())
    }

    #[test]
    fn an_address_is_known_again_by_what_it_is_remembered_for() {
        for (spelling, is_counted_with, is_suppressed_with) in [
            ("odile@pinewater.example", true, true),
            ("Odile@Pinewater.EXAMPLE", true, true),
            ("odile+news@pinewater.example", true, false),
            ("odil@pinewater.example", false, false),
        ] {
            let is_known = |usage| hash(usage, spelling) == hash(usage, "odile@pinewater.example");
            assert_eq!(is_known(AddressUse::Allowance), is_counted_with, "{spelling}");
            assert_eq!(is_known(AddressUse::OtherLetters), is_counted_with, "{spelling}");
            assert_eq!(is_known(AddressUse::Suppression), is_suppressed_with, "{spelling}");
        }
    }

    #[test]
    fn nobody_knows_an_address_again_without_the_key_or_from_another_use() {
        let email = Email::parse("odile@pinewater.example").unwrap();
        let own = hash(AddressUse::Suppression, "odile@pinewater.example");

        assert_ne!(own, AddressHash::of(&LinkKey::new([8; 32]), AddressUse::Suppression, &email));
        let [first, others] = [AddressUse::Allowance, AddressUse::OtherLetters]
            .map(|usage| hash(usage, "odile@pinewater.example"));
        assert!(own != first && own != others && first != others);
        assert!((0..4096).contains(&own.slot().number()));
    }
}
