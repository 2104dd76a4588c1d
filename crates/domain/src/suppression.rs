//! Addresses that get no letters any more, because none arrives there.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::email::Email;
use crate::link::LinkKey;

/// What is kept of an address: enough to know it again for whoever has the link key, and nothing for anybody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AddressHash(pub [u8; 32]);

impl AddressHash {
    /// Of an address; the same for every spelling that reaches the same mailbox.
    pub fn of(key: &LinkKey, email: &Email) -> Self {
        let own = key.derive(b"usher.suppressed.address");
        let mut mac =
            <Hmac<Sha256> as KeyInit>::new_from_slice(&own).expect("HMAC takes a key of any length");
        mac.update(email.key().as_bytes());
        Self(mac.finalize().into_bytes().into())
    }

    /// Where its row lives, as the databases store it: 0 to 4095.
    pub fn slot(&self) -> i64 {
        i64::from(u16::from_be_bytes([self.0[0], self.0[1]]) >> 4)
    }
}

/// What a mail server on the way says of a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Returned {
    /// It will not arrive.
    Failed {
        /// Nothing ever will at this address, as far as can be told.
        for_good: bool,
    },
    /// It is late, and still being tried.
    Delayed,
    /// Something that cannot be read.
    Unread,
}

impl Returned {
    /// By the action and the status code of a delivery status notification (RFC 3464, sections 2.3.3 and 2.3.4).
    /// `None` where nothing is wrong: it was delivered, relayed or expanded.
    pub fn by(action: &str, status: &str) -> Option<Self> {
        match action.trim().to_ascii_lowercase().as_str() {
            "failed" => Some(Self::Failed { for_good: is_of_the_mailbox(status.trim()) }),
            "delayed" => Some(Self::Delayed),
            "delivered" | "relayed" | "expanded" => None,
            _ => Some(Self::Unread),
        }
    }

    /// The kind of its event.
    pub fn event(self) -> &'static str {
        match self {
            Self::Failed { .. } => "letterBounced",
            Self::Delayed => "letterDelayed",
            Self::Unread => "letterReturned",
        }
    }
}

/// The codes that say that the mailbox or its domain does not exist, or takes no mail any more (RFC 3463; 5.1.10 is
/// RFC 7505). Every other code may be of this letter, of this day or of our own mail server: nobody loses
/// their letters by it.
const OF_THE_MAILBOX: [&str; 6] = ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"];

fn is_of_the_mailbox(status: &str) -> bool {
    OF_THE_MAILBOX.contains(&status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_known_again_in_every_spelling_and_by_nobody_without_the_key() {
        let key = LinkKey::new([7; 32]);
        let hash = |text: &str| AddressHash::of(&key, &Email::parse(text).unwrap());
        let own = hash("Odile@Pinewater.example");

        assert_eq!(own, hash("odile@pinewater.example"));
        assert_ne!(own, hash("odil@pinewater.example"));
        assert_ne!(
            own,
            AddressHash::of(&LinkKey::new([8; 32]), &Email::parse("odile@pinewater.example").unwrap())
        );
        assert!((0..4096).contains(&own.slot()));
    }

    #[test]
    fn a_status_says_whether_the_mailbox_is_at_fault() {
        let failed = |for_good| Some(Returned::Failed { for_good });
        for (action, status, expected) in [
            ("failed", "5.1.1", failed(true)),
            ("Failed ", " 5.1.10", failed(true)),
            ("failed", "5.1.2", failed(true)),
            ("failed", "5.1.3", failed(true)),
            ("failed", "5.1.6", failed(true)),
            ("failed", "5.2.1", failed(true)),
            ("failed", "5.0.0", failed(false)),
            ("failed", "5.1.0", failed(false)),
            ("failed", "5.1.7", failed(false)),
            ("failed", "5.1.8", failed(false)),
            ("failed", "5.1.11", failed(false)),
            ("failed", "5.4.6", failed(false)),
            ("failed", "5.5.2", failed(false)),
            ("failed", "5.6.1", failed(false)),
            ("failed", "5.1.1.1", failed(false)),
            ("failed", "5.1", failed(false)),
            ("failed", "5.2.2", failed(false)),
            ("failed", "5.3.4", failed(false)),
            ("failed", "5.7.1", failed(false)),
            ("failed", "4.4.7", failed(false)),
            ("failed", "", failed(false)),
            ("delayed", "4.4.1", Some(Returned::Delayed)),
            ("delivered", "2.0.0", None),
            ("relayed", "2.0.0", None),
            ("nonsense", "5.1.1", Some(Returned::Unread)),
        ] {
            assert_eq!(Returned::by(action, status), expected, "{action} {status}");
        }
    }
}
