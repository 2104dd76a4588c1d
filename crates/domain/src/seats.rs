//! Who gets a place.

/// How many places a registration has and how many are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seats {
    /// Places in all; `None` for no limit.
    pub capacity: Option<i64>,
    /// Places taken. May exceed the capacity when the organizer lowered it.
    pub taken: i64,
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
    let left = seats.capacity.map_or(i64::MAX, |capacity| (capacity - seats.taken).max(0));
    (0..newcomers).map(|n| i64::try_from(n).is_ok_and(|n| n < left)).collect()
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
    }

    #[test]
    fn a_lowered_capacity_gives_no_place_and_takes_none_away() {
        assert_eq!(decide(Seats { capacity: Some(2), taken: 5 }, 1), [false]);
        assert_eq!(decide(Seats { capacity: None, taken: 5 }, 2), [true, true]);
    }
}
