//! How many letters an organisation may have sent in a day (docs/protection.md#letters-of-an-organisation): an
//! organizer who means ill then reaches so many people and no more before somebody notices.

use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan};

/// How many letters may be sent in a day; days are those of UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MailQuota(pub u32);

impl MailQuota {
    /// The day of a moment, counted from 1970.
    pub fn day(now: Timestamp) -> i64 {
        now.as_second().div_euclid(24 * 3600)
    }

    /// When the day after that of `now` begins.
    pub fn next_day(now: Timestamp) -> Timestamp {
        let tomorrow = Offset::UTC.to_datetime(now).date().saturating_add(1.day());
        Offset::UTC.to_timestamp(tomorrow.at(0, 0, 0, 0)).unwrap_or(Timestamp::MAX)
    }

    /// How many of `asked` letters may go, the first ones, where together with those before them on that day they are
    /// `counted`.
    pub fn granted(self, asked: u64, counted: u64) -> u64 {
        asked.saturating_sub(counted.saturating_sub(u64::from(self.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_those_that_reach_over_the_limit_the_first_may_go() {
        let quota = MailQuota(10);

        let granted = [(4, 4), (4, 8), (4, 12), (4, 16), (4, 10), (0, 40)]
            .map(|(asked, counted)| quota.granted(asked, counted));

        assert_eq!(granted, [4, 4, 2, 0, 4, 0]);
    }

    #[test]
    fn a_day_ends_at_midnight_of_utc() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let (late, early) = (at("2027-02-28T23:59:59.999999Z"), at("2027-03-01T00:00:00Z"));

        assert_eq!(MailQuota::day(late) + 1, MailQuota::day(early));
        assert_eq!(MailQuota::next_day(late), early);
        assert_eq!(MailQuota::next_day(early), at("2027-03-02T00:00:00Z"));
        assert_eq!(MailQuota::day(at("1970-01-01T00:00:00Z")), 0);
    }
}
