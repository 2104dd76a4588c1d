//! Addresses to which mail about a letter comes back: the envelope sender, and whom calendars answer. Like links they
//! name a registrant, are signed for one purpose, and nothing about them is stored.
//!
//! What stands before the `@` may have 64 octets (RFC 5321, section 4.5.3.1.1), and servers on the way may spell it in
//! another case. So the token is base32, the meeting is named by its slot and its first bytes, and the MAC has 80 bits:
//! it is guessed at one SMTP conversation a try.

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use uuid::Uuid;

use crate::ids::{MeetingId, RegistrantId, Slot};
use crate::link::LinkKey;

/// Length of a token: 34 bytes in base32.
pub const RETURN_TOKEN_LENGTH: usize = 55;

/// The longest name that leaves room for `+` and a token within 64 octets.
pub const LONGEST_RETURN_NAME: usize = 64 - 1 - RETURN_TOKEN_LENGTH;

const NAMED: usize = 24;
const MAC: usize = 10;

/// What comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReturnKind {
    /// What mail servers say of a letter: its envelope sender.
    Bounce,
    /// What calendars answer to an invitation: its organizer.
    Reply,
}

/// Whom a token names. Of the meeting only the beginning is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReturnToken {
    /// The meeting's slot.
    pub slot: Slot,
    /// The first bytes of the meeting's id.
    pub meeting_prefix: [u8; 6],
    /// The registrant.
    pub registrant: RegistrantId,
}

impl ReturnToken {
    /// The least and the greatest meeting id that begin so.
    pub fn meetings(&self) -> (Uuid, Uuid) {
        let fill = |rest: u8| {
            let mut bytes = [rest; 16];
            bytes[..6].copy_from_slice(&self.meeting_prefix);
            Uuid::from_bytes(bytes)
        };
        (fill(0), fill(u8::MAX))
    }
}

/// The token of a registrant: [`RETURN_TOKEN_LENGTH`] letters and digits, in lower case.
pub fn seal_return(key: &LinkKey, kind: ReturnKind, meeting: MeetingId, registrant: RegistrantId) -> String {
    let mut bytes = [0; NAMED + MAC];
    bytes[..2].copy_from_slice(&meeting.slot().to_bytes());
    bytes[2..8].copy_from_slice(&meeting.0.as_bytes()[..6]);
    bytes[8..NAMED].copy_from_slice(registrant.0.as_bytes());
    let mac = mac(key, kind, &bytes[..NAMED]);
    bytes[NAMED..].copy_from_slice(&mac);
    BASE32_NOPAD.encode(&bytes).to_ascii_lowercase()
}

/// Reads a token in any case; `None` for one that was not made with this key for this.
pub fn open_return(key: &LinkKey, kind: ReturnKind, token: &str) -> Option<ReturnToken> {
    let bytes = BASE32_NOPAD.decode(token.to_ascii_uppercase().as_bytes()).ok()?;
    let bytes: [u8; NAMED + MAC] = bytes.try_into().ok()?;
    let is_ours = mac(key, kind, &bytes[..NAMED]).ct_eq(&bytes[NAMED..]);
    let token = ReturnToken {
        slot: Slot::from_bytes([bytes[0], bytes[1]])?,
        meeting_prefix: bytes[2..8].try_into().ok()?,
        registrant: RegistrantId(Uuid::from_slice(&bytes[8..NAMED]).ok()?),
    };
    bool::from(is_ours).then_some(token)
}

fn mac(key: &LinkKey, kind: ReturnKind, named: &[u8]) -> [u8; MAC] {
    let usage: &[u8] = match kind {
        ReturnKind::Bounce => b"usher.return.1.bounce",
        ReturnKind::Reply => b"usher.return.1.reply",
    };
    let own = key.derive(usage);
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&own).expect("HMAC takes a key of any length");
    mac.update(named);
    let mut short = [0; MAC];
    short.copy_from_slice(&mac.finalize().into_bytes()[..MAC]);
    short
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MEETING: MeetingId = MeetingId(Uuid::from_u128(0x0c5a_9d3e_8f42_4b6d_a1e7_5d20_c934_0000));
    const REGISTRANT: RegistrantId = RegistrantId(Uuid::from_u128(0x0196_0000_0000_7000_8000_0000_0000_0007));

    fn key() -> LinkKey {
        LinkKey::new([7; 32])
    }

    fn token(kind: ReturnKind) -> String {
        seal_return(&key(), kind, MEETING, REGISTRANT)
    }

    #[test]
    fn a_token_names_its_registrant_whatever_case_it_comes_back_in() {
        let token = token(ReturnKind::Bounce);

        assert_eq!(token.len(), RETURN_TOKEN_LENGTH);
        assert_eq!(LONGEST_RETURN_NAME, 8);
        for spelled in [token.clone(), token.to_uppercase()] {
            let opened = open_return(&key(), ReturnKind::Bounce, &spelled).unwrap();
            let (least, greatest) = opened.meetings();
            assert_eq!((opened.slot, opened.registrant), (MEETING.slot(), REGISTRANT));
            assert!((least..=greatest).contains(&MEETING.0));
            assert_eq!(least.as_bytes()[..6], greatest.as_bytes()[..6]);
        }
    }

    #[test]
    fn a_token_is_good_for_one_thing_and_one_key() {
        let token = token(ReturnKind::Bounce);

        assert_eq!(open_return(&key(), ReturnKind::Reply, &token), None);
        assert_eq!(open_return(&LinkKey::new([8; 32]), ReturnKind::Bounce, &token), None);
        for wrong in ["", "a", &token[1..], &format!("{token}a"), "ü"] {
            assert_eq!(open_return(&key(), ReturnKind::Bounce, wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn a_changed_token_names_nobody(at in 0_usize..RETURN_TOKEN_LENGTH, to in "[a-z2-7]") {
            let token = token(ReturnKind::Bounce);
            let mut changed = token.clone();
            changed.replace_range(at..=at, &to);
            prop_assume!(changed != token);

            prop_assert_eq!(open_return(&key(), ReturnKind::Bounce, &changed), None);
        }
    }
}
