//! Capability links: what they grant and how they are made. "Ids and links" in ARCHITECTURE.md.
//!
//! A link names a meeting, a registrant and a generation, and carries a MAC that binds them to one purpose.
//! Nothing secret is stored: any link can be made again, a database dump holds none, and a forged one is
//! refused without asking the database.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use uuid::Uuid;

use crate::ids::{MeetingId, RegistrantId};

/// Length of a token: 49 bytes in unpadded base64url.
pub const TOKEN_LENGTH: usize = 66;

/// What a link lets its holder do. A link for one purpose opens nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Join the meeting.
    Join,
    /// See the own registration, and cancel it.
    Manage,
    /// Get no more reminders of this meeting; nothing else.
    StopReminders,
}

/// What a link says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The meeting.
    pub meeting: MeetingId,
    /// The registrant.
    pub registrant: RegistrantId,
    /// Links of a lower generation than the registrant's are dead.
    pub generation: u8,
}

/// The key all links are made with: 256 secret bits, kept outside the database.
#[derive(Clone)]
pub struct LinkKey([u8; 32]);

impl fmt::Debug for LinkKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkKey(…)")
    }
}

impl LinkKey {
    /// A key from 32 bytes of the operating system's generator.
    pub fn new(secret: [u8; 32]) -> Self {
        Self(secret)
    }

    /// Tells this key from any other and gives nothing of it away: what a database may hold.
    pub fn fingerprint(&self) -> [u8; 32] {
        let mut mac =
            <Hmac<Sha256> as KeyInit>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        mac.update(b"usher.link.key");
        mac.finalize().into_bytes().into()
    }

    /// A key for something else, from which this one cannot be told.
    pub fn derive(&self, usage: &[u8]) -> [u8; 32] {
        let mut mac =
            <Hmac<Sha256> as KeyInit>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        mac.update(b"usher.derived.key");
        mac.update(&[0]);
        mac.update(usage);
        mac.finalize().into_bytes().into()
    }

    /// The short spelling of a link, [`TOKEN_LENGTH`] characters.
    pub fn seal(&self, purpose: Purpose, link: &Link) -> String {
        let mut bytes = [0; 49];
        bytes[..33].copy_from_slice(&link.bytes());
        bytes[33..].copy_from_slice(&self.mac(purpose, link));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads the short spelling; `None` for one that was not made with this key for this purpose.
    pub fn open(&self, purpose: Purpose, token: &str) -> Option<Link> {
        let bytes: [u8; 49] = URL_SAFE_NO_PAD.decode(token).ok()?.try_into().ok()?;
        let uuid = |at: usize| Uuid::from_slice(&bytes[at..at + 16]).ok();
        let link =
            Link { generation: bytes[0], meeting: MeetingId(uuid(1)?), registrant: RegistrantId(uuid(17)?) };
        self.is_mac(purpose, &link, &bytes[33..]).then_some(link)
    }

    /// The part that makes Graph's spelling of a join link a capability: generation and MAC, 23 characters.
    pub fn seal_beside(&self, purpose: Purpose, link: &Link) -> String {
        let mut bytes = [link.generation; 17];
        bytes[1..].copy_from_slice(&self.mac(purpose, link));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Whether `seal` is what [`Self::seal_beside`] gives for this registrant, in any generation.
    pub fn open_beside(
        &self,
        purpose: Purpose,
        meeting: MeetingId,
        registrant: RegistrantId,
        seal: &str,
    ) -> Option<Link> {
        let bytes: [u8; 17] = URL_SAFE_NO_PAD.decode(seal).ok()?.try_into().ok()?;
        let link = Link { generation: bytes[0], meeting, registrant };
        self.is_mac(purpose, &link, &bytes[1..]).then_some(link)
    }

    fn is_mac(&self, purpose: Purpose, link: &Link, mac: &[u8]) -> bool {
        bool::from(self.mac(purpose, link).ct_eq(mac))
    }

    /// HMAC-SHA-256 cut to 128 bits.
    fn mac(&self, purpose: Purpose, link: &Link) -> [u8; 16] {
        let label: &[u8] = match purpose {
            Purpose::Join => b"usher.link.1.join",
            Purpose::Manage => b"usher.link.1.manage",
            Purpose::StopReminders => b"usher.link.1.stop-reminders",
        };
        let mut mac =
            <Hmac<Sha256> as KeyInit>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        mac.update(label);
        mac.update(&[0]);
        mac.update(&link.bytes());
        let mut short = [0; 16];
        short.copy_from_slice(&mac.finalize().into_bytes()[..16]);
        short
    }
}

impl Link {
    fn bytes(&self) -> [u8; 33] {
        let mut bytes = [self.generation; 33];
        bytes[1..17].copy_from_slice(self.meeting.0.as_bytes());
        bytes[17..].copy_from_slice(self.registrant.0.as_bytes());
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key() -> LinkKey {
        LinkKey::new([7; 32])
    }

    fn link() -> Link {
        Link {
            meeting: MeetingId(Uuid::from_u128(1)),
            registrant: RegistrantId(Uuid::from_u128(2)),
            generation: 3,
        }
    }

    #[test]
    fn a_link_opens_for_its_own_purpose_and_key_only() {
        let token = key().seal(Purpose::Join, &link());

        assert_eq!(token.len(), TOKEN_LENGTH);
        assert_eq!(key().open(Purpose::Join, &token), Some(link()));
        assert_eq!(key().open(Purpose::Manage, &token), None);
        assert_eq!(key().open(Purpose::StopReminders, &token), None);
        assert_eq!(LinkKey::new([8; 32]).open(Purpose::Join, &token), None);
    }

    #[test]
    fn the_seal_beside_a_graph_link_fits_that_registrant_only() {
        let seal = key().seal_beside(Purpose::Join, &link());

        assert_eq!(key().open_beside(Purpose::Join, link().meeting, link().registrant, &seal), Some(link()));
        assert_eq!(
            key().open_beside(Purpose::Join, link().meeting, RegistrantId(Uuid::from_u128(9)), &seal),
            None
        );
        assert_eq!(key().open_beside(Purpose::Manage, link().meeting, link().registrant, &seal), None);
    }

    #[test]
    fn a_derived_key_is_one_for_its_use_and_for_this_key() {
        let own = key().derive(b"one");

        assert_eq!(own, key().derive(b"one"));
        for other in
            [key().derive(b"two"), LinkKey::new([8; 32]).derive(b"one"), key().fingerprint(), [7; 32]]
        {
            assert_ne!(own, other);
        }
    }

    #[test]
    fn the_key_is_not_printed() {
        assert_eq!(format!("{:?}", key()), "LinkKey(…)");
    }

    proptest! {
        #[test]
        fn a_changed_token_opens_nothing(at in 0_usize..TOKEN_LENGTH, to in "[A-Za-z0-9_-]") {
            let token = key().seal(Purpose::Join, &link());
            let mut changed = token.clone();
            changed.replace_range(at..=at, &to);
            prop_assume!(changed != token);

            prop_assert_eq!(key().open(Purpose::Join, &changed), None);
        }
    }
}
