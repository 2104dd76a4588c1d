//! Instants on the wire. docs/graph-compat.md#ids-links-and-dates.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{RoundMode, Timestamp, TimestampRound, Unit};

/// RFC 3339 in UTC with `Z`; the fraction without trailing zeros, absent when it is zero.
pub fn write(at: Timestamp) -> String {
    // jiff prints as many digits as are needed and no trailing zeros.
    at.to_string()
}

/// `YYYY-MM-DDThh:mm:ss`, UTC without a zone letter: the date inside error bodies.
pub fn write_plain(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

/// Reads RFC 3339 with any offset and up to nine digits of fraction; cut to microseconds, which is what is
/// stored. A time without a zone is taken as UTC: a naive Python `datetime` arrives so.
pub fn read(text: &str) -> Option<Timestamp> {
    let at = text.parse::<Timestamp>().ok().or_else(|| {
        let naive: DateTime = text.parse().ok()?;
        text.contains(['T', 't']).then(|| naive.to_zoned(TimeZone::UTC).ok())?.map(|zoned| zoned.timestamp())
    })?;
    let at = at.round(TimestampRound::new().smallest(Unit::Microsecond).mode(RoundMode::Trunc)).ok()?;
    // The year 9000: calendars, databases and their neighbours all end somewhere behind it.
    (at.as_second() < 221_845_392_000).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_in_every_spelling_come_out_in_one() {
        for (text, expected) in [
            ("2021-11-02T08:00:00Z", Some("2021-11-02T08:00:00Z")),
            ("2021-11-02T08:00:00-08:00", Some("2021-11-02T16:00:00Z")),
            ("2021-11-02T08:00:00.000Z", Some("2021-11-02T08:00:00Z")),
            ("2021-11-02T08:00:00.1053222+00:00", Some("2021-11-02T08:00:00.105322Z")),
            ("2021-11-02T08:00:00.5630000Z", Some("2021-11-02T08:00:00.563Z")),
            ("2021-11-02T08:00:00", Some("2021-11-02T08:00:00Z")),
            ("2021-11-02T016:00:00Z", None),
            ("2021-11-02T24:00:00Z", None),
            ("2021-11-02", None),
            ("9999-12-30T22:00:00.000001Z", None),
            ("9000-01-01T00:00:00Z", None),
            ("8999-12-31T23:59:59Z", Some("8999-12-31T23:59:59Z")),
            ("Tue, 02 Nov 2021 08:00:00 GMT", None),
            ("", None),
        ] {
            assert_eq!(read(text).map(write).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn error_dates_have_no_zone_letter() {
        let at = read("2026-11-20T16:00:00.5Z").unwrap();

        assert_eq!(write_plain(at), "2026-11-20T16:00:00");
    }
}
