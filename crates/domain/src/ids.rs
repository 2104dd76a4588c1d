//! Ids, each of its own type, and the slot that routes a meeting's rows to their shard.

use std::fmt;

use sha2::{Digest, Sha256};
use uuid::Uuid;

macro_rules! uuid_id {
    ($($(#[$doc:meta])+ $name:ident;)+) => {$(
        $(#[$doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

uuid_id! {
    /// An organisation: Entra's `tid`. Everything belongs to one and nothing crosses.
    TenantId;
    /// A person of a tenant's directory: Entra's object id, `oid`.
    PersonId;
    /// An online meeting; version 4, because it decides the shard. Make one with [`MeetingId::from_random`].
    MeetingId;
    /// A registration: deleting it and making another on the same meeting gives a new id.
    RegistrationId;
    /// A custom question of a registration.
    QuestionId;
    /// One enrolment of one person; version 7, so that a meeting's registrants are stored in order of arrival.
    RegistrantId;
    /// A letter waiting in the outbox.
    OutboxId;
    /// An application access policy.
    PolicyId;
}

/// An application: Entra's `appid`, or the client id of another identity provider, which may be any string.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AppId(pub String);

impl fmt::Display for AppId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The shard key of a row, 0 to 4095: a fixed hash that never changes, computed here and never by a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(u16);

impl Slot {
    /// The slot as the databases store it.
    pub fn number(self) -> i64 {
        i64::from(self.0)
    }

    /// The slot as a token holds it.
    pub(crate) fn to_bytes(self) -> [u8; 2] {
        self.0.to_be_bytes()
    }

    /// The slot that a token holds; `None` above 4095.
    pub(crate) fn from_bytes(bytes: [u8; 2]) -> Option<Self> {
        let number = u16::from_be_bytes(bytes);
        (number < 4096).then_some(Self(number))
    }

    pub(crate) fn of(key: &[u8]) -> Self {
        let digest = Sha256::digest(key);
        Self(u16::from_be_bytes([digest[0], digest[1]]) >> 4)
    }
}

impl MeetingId {
    /// A meeting id from 16 random bytes. The last two stay zero: they are kept for the number of a part,
    /// should the registrants of one meeting ever be spread over several shards.
    pub fn from_random(mut random: [u8; 16]) -> Self {
        random[14] = 0;
        random[15] = 0;
        Self(uuid::Builder::from_random_bytes(random).into_uuid())
    }

    /// Where the meeting, its registration, its registrants and their letters live.
    pub fn slot(self) -> Slot {
        Slot::of(self.0.as_bytes())
    }
}

impl TenantId {
    /// Where what is counted of it as a whole lives: a slot of its own, whatever the meeting.
    pub fn slot(self) -> Slot {
        Slot::of(self.0.as_bytes())
    }
}

impl RegistrantId {
    /// This id, or the next free one behind `last` where it is not behind it: lists grow at their end alone, though the
    /// processes that give ids have clocks of their own.
    #[must_use]
    pub fn behind(self, last: Self) -> Self {
        if self > last { self } else { Self(Uuid::from_u128(last.0.as_u128().saturating_add(1))) }
    }
}

impl PersonId {
    /// Where an organizer's list of meetings lives.
    pub fn organizer_slot(self, tenant: TenantId) -> Slot {
        Slot::of(&self.key_in(tenant))
    }

    /// The id of the feed of an organizer's meetings: what nobody else has, since the same person may be of several
    /// organisations.
    pub(crate) fn feed_id(self, tenant: TenantId) -> Uuid {
        let digest = Sha256::digest(self.key_in(tenant));
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    }

    fn key_in(self, tenant: TenantId) -> [u8; 32] {
        let mut key = [0; 32];
        key[..16].copy_from_slice(tenant.0.as_bytes());
        key[16..].copy_from_slice(self.0.as_bytes());
        key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_goes_behind_the_last_one() {
        let id = |number: u128| RegistrantId(Uuid::from_u128(number));

        assert_eq!(id(9).behind(id(4)), id(9));
        assert_eq!(id(4).behind(id(4)), id(5));
        assert_eq!(id(3).behind(id(4)), id(5));
    }

    #[test]
    fn a_slot_never_changes() {
        let meeting = MeetingId(Uuid::from_u128(0x0c5a_9d3e_8f42_4b6d_a1e7_5d20_c934_0000));

        assert_eq!(meeting.slot().number(), 2394, "a changed hash would lose every stored meeting");
    }

    #[test]
    fn slots_are_spread_evenly() {
        let mut counts = vec![0_u32; 4096];
        for n in 0..409_600_u128 {
            let random = (n.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)).to_be_bytes();
            counts[MeetingId::from_random(random).slot().number() as usize] += 1;
        }

        assert!(counts.iter().all(|count| (40..200).contains(count)), "{:?}", counts.iter().max());
    }

    #[test]
    fn a_meeting_id_is_a_version_4_uuid_with_room_for_a_part() {
        let id = MeetingId::from_random([0xff; 16]);

        assert_eq!(id.0.get_version_num(), 4);
        assert_eq!(&id.0.as_bytes()[14..], [0, 0]);
    }
}
