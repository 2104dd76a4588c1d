//! How many letters a mailbox gets that strangers can cause (docs/protection.md#somebody-elses-mailbox): whoever types
//! an address into a form has a letter sent there, and need not be its owner.

use jiff::{SignedDuration, Timestamp};

use crate::ids::OutboxId;

/// The letters that one mailbox was granted, with when that was. Those of more than an hour ago do not count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allowance(pub Vec<(OutboxId, Timestamp)>);

impl Allowance {
    /// For how long a letter counts.
    pub const PERIOD: SignedDuration = SignedDuration::from_hours(1);

    /// Whether the letter may go, where there may be `limit` of them in any hour. A letter is counted once, however often
    /// it has to be tried.
    pub fn grant(&mut self, letter: OutboxId, limit: u32, now: Timestamp) -> bool {
        self.0.retain(|(_, at)| now.duration_since(*at) < Self::PERIOD);
        if self.0.iter().any(|(granted, _)| *granted == letter) {
            return true;
        }
        let has_room = self.0.len() < limit as usize;
        if has_room {
            self.0.push((letter, now));
        }
        has_room
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn letter(number: u128) -> OutboxId {
        OutboxId(Uuid::from_u128(number))
    }

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + 60 * minute).unwrap()
    }

    #[test]
    fn in_no_hour_are_there_more_letters_than_the_limit() {
        let mut allowance = Allowance::default();
        let granted: Vec<i64> =
            (0..300).filter(|minute| allowance.grant(letter(*minute as u128), 3, at(*minute))).collect();

        assert_eq!(granted, [0, 1, 2, 60, 61, 62, 120, 121, 122, 180, 181, 182, 240, 241, 242]);
        assert!(allowance.0.len() <= 3, "nothing older is kept");
    }

    #[test]
    fn a_letter_that_is_tried_again_is_counted_once() {
        let mut allowance = Allowance::default();

        assert!((0..9).all(|_| allowance.grant(letter(1), 2, at(0))));
        assert!(allowance.grant(letter(2), 2, at(1)));
        assert!(!allowance.grant(letter(3), 2, at(2)), "the control");
    }
}
