//! Who gets a place, who waits for one, and how long one is held.

use jiff::{SignedDuration, Timestamp};

/// How many places a registration has and how many are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seats {
    /// Places in all; `None` for no limit.
    pub capacity: Option<i64>,
    /// Places taken, those held for an offer included. May exceed the capacity when the organizer lowered it.
    pub taken: i64,
}

impl Seats {
    /// Places that are left.
    pub fn left(self) -> i64 {
        self.capacity.map_or(i64::MAX, |capacity| capacity.saturating_sub(self.taken).max(0))
    }
}

/// Decides for people in order of arrival, none of whom is registered yet: `true` for each who gets a place.
/// A refused person never takes one.
///
/// ```
/// use domain::seats::{Seats, decide};
///
/// assert_eq!(decide(Seats { capacity: Some(3), taken: 2 }, 2), [true, false]);
/// ```
pub fn decide(seats: Seats, newcomers: usize) -> Vec<bool> {
    let left = seats.left();
    (0..newcomers).map(|n| i64::try_from(n).is_ok_and(|n| n < left)).collect()
}

/// What decides about whoever comes to a registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Door {
    /// Its places.
    pub seats: Seats,
    /// Whether people may wait for one.
    pub is_waitlist_enabled: bool,
    /// Whether the organizer decides about each.
    pub is_manual_approval_enabled: bool,
    /// Whether somebody waits: nobody passes them.
    pub has_waiting: bool,
}

/// What somebody finds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Admission {
    /// A place.
    #[default]
    Seat,
    /// The end of the waiting list.
    Wait,
    /// The organizer's decision.
    Ask,
    /// Nothing.
    Full,
}

impl Door {
    /// Whether people find nothing but a place or none.
    pub fn is_plain(&self) -> bool {
        !self.is_manual_approval_enabled && !self.has_waiting
    }

    /// What the next newcomer finds. Whoever gets a place takes it, whoever has to wait waits.
    pub fn admit(&mut self) -> Admission {
        if !self.is_manual_approval_enabled {
            return self.let_in();
        }
        let has_way = self.is_waitlist_enabled || self.has_room();
        if has_way { Admission::Ask } else { Admission::Full }
    }

    /// What somebody finds whom the organizer lets in.
    pub fn let_in(&mut self) -> Admission {
        if self.has_room() {
            self.seats.taken += 1;
            Admission::Seat
        } else if self.is_waitlist_enabled {
            self.has_waiting = true;
            Admission::Wait
        } else {
            Admission::Full
        }
    }

    fn has_room(&self) -> bool {
        !self.has_waiting && self.seats.left() > 0
    }
}

/// How long a place is held, in minutes, where the organizer does not say: a day.
pub const OFFER_MINUTES: u32 = 1_440;

/// Until when a place is held that becomes free at `now`: never past the start of the meeting. `None` where it has begun:
/// there is no time left to ask.
pub fn offer_until(now: Timestamp, start_at: Timestamp, minutes: Option<u32>) -> Option<Timestamp> {
    let time = SignedDuration::from_mins(i64::from(minutes.unwrap_or(OFFER_MINUTES)));
    let until = now.saturating_add(time).unwrap_or(Timestamp::MAX).min(start_at);
    (now < start_at).then_some(until)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn places_never_exceed_the_capacity(capacity in 0_i64..50, batches in prop::collection::vec(0_usize..20, 0..20)) {
            let mut taken = 0;
            for newcomers in batches {
                let seated = decide(Seats { capacity: Some(capacity), taken }, newcomers);
                let given = seated.iter().filter(|seated| **seated).count();
                prop_assert!(given == newcomers || taken + given as i64 == capacity, "a free place was refused");
                prop_assert!(seated.is_sorted_by(|a, b| a >= b), "somebody was passed over");
                taken += given as i64;
                prop_assert!(taken <= capacity);
            }
        }

        /// Nobody who comes later finds more than somebody before them, and no place is given that is not there.
        #[test]
        fn nobody_is_passed_over(capacity in 0_i64..20, taken in 0_i64..25, waitlist: bool, approval: bool, waiting: bool) {
            let seats = Seats { capacity: Some(capacity), taken };
            let mut door = Door {
                seats, is_waitlist_enabled: waitlist, is_manual_approval_enabled: approval, has_waiting: waiting,
            };
            let found: Vec<Admission> = (0..30).map(|_| door.admit()).collect();
            let given = found.iter().filter(|found| **found == Admission::Seat).count() as i64;
            prop_assert!(given <= seats.left());
            prop_assert!(!(approval || waiting) || given == 0);
            prop_assert!(found.is_sorted_by_key(|found| *found != Admission::Seat));
            prop_assert_eq!(found.contains(&Admission::Wait), waitlist && !approval);
            prop_assert_eq!(found.contains(&Admission::Full), !(waitlist || approval && seats.left() > 0 && !waiting));
        }
    }

    #[test]
    fn a_lowered_capacity_gives_no_place_and_takes_none_away() {
        assert_eq!(decide(Seats { capacity: Some(2), taken: 5 }, 1), [false]);
        assert_eq!(decide(Seats { capacity: None, taken: 5 }, 2), [true, true]);
    }

    #[test]
    fn an_offer_ends_with_its_time_or_with_the_start() {
        let at = |hour: &str| -> Timestamp { format!("2027-03-{hour}:00Z").parse().unwrap() };
        for (now, minutes, until) in [
            ("08T11:00", None, Some("09T11:00")),
            ("08T11:00", Some(90), Some("08T12:30")),
            ("09T12:30", Some(90), Some("09T13:00")),
            ("09T12:59", None, Some("09T13:00")),
            ("09T13:00", None, None),
        ] {
            assert_eq!(offer_until(at(now), at("09T13:00"), minutes), until.map(at), "{now} {minutes:?}");
        }
    }
}
