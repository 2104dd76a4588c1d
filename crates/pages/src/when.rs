//! Instants in words. UTC always; beside it the reader's zone where one is known.

use jiff::{Timestamp, Zoned, tz::TimeZone};

use crate::texts::Texts;

/// A span of time, written out.
pub(crate) struct Span {
    /// The start as the `datetime` attribute wants it.
    pub(crate) machine: String,
    pub(crate) utc: String,
    /// In the named zone; `None` without one, or when this machine does not know it.
    pub(crate) local: Option<String>,
}

impl Span {
    pub(crate) fn new(texts: &Texts, start_at: Timestamp, end_at: Timestamp, zone: Option<&str>) -> Self {
        let write = |zone: TimeZone, name: &str| {
            range(texts, &start_at.to_zoned(zone.clone()), &end_at.to_zoned(zone), name)
        };
        Self {
            machine: machine(start_at),
            utc: write(TimeZone::UTC, "UTC"),
            local: known(zone).map(|(zone, name)| write(zone, &name)),
        }
    }

    /// The reader's own time if there is one, else UTC.
    pub(crate) fn first(&self) -> &str {
        self.local.as_deref().unwrap_or(&self.utc)
    }
}

/// One instant, written out.
pub(crate) struct Moment {
    pub(crate) machine: String,
    pub(crate) text: String,
}

impl Moment {
    pub(crate) fn new(texts: &Texts, at: Timestamp, zone: Option<&str>) -> Self {
        let (zone, name) = known(zone).unwrap_or((TimeZone::UTC, "UTC".to_owned()));
        let at_zone = at.to_zoned(zone);
        let values = [("date", &*date(texts, &at_zone)), ("time", &clock(&at_zone)), ("zone", &name)];
        Self { machine: machine(at), text: texts.plain("when-instant", &values) }
    }
}

fn range(texts: &Texts, start: &Zoned, end: &Zoned, zone: &str) -> String {
    let (start_date, end_date) = (date(texts, start), date(texts, end));
    let (start_time, end_time) = (clock(start), clock(end));
    let values = [
        ("date", &*start_date),
        ("start", &start_time),
        ("endDate", &end_date),
        ("end", &end_time),
        ("zone", zone),
    ];
    let key = if start_date == end_date { "when-same-day" } else { "when-several-days" };
    // Plain: every value is our own wording in the reader's language, there is nothing to isolate.
    texts.plain(key, &values)
}

fn date(texts: &Texts, at: &Zoned) -> String {
    let weekday = texts.say(&format!("when-weekday-{}", at.weekday().to_monday_one_offset()));
    let month = texts.say(&format!("when-month-{}", at.month()));
    let (day, year) = (at.day().to_string(), at.year().to_string());
    let values = [("weekday", &*weekday), ("day", &day), ("month", &month), ("year", &year)];
    texts.plain("when-date", &values)
}

fn clock(at: &Zoned) -> String {
    format!("{:02}:{:02}", at.hour(), at.minute())
}

fn machine(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// UTC again would only repeat itself; an unknown name is no reason to withhold a page.
fn known(zone: Option<&str>) -> Option<(TimeZone, String)> {
    let zone = TimeZone::get(zone?).ok()?;
    let name = zone.iana_name()?.to_owned();
    (!matches!(&*name, "UTC" | "Etc/UTC" | "Etc/Unknown")).then_some((zone, name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Language;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a sample instant")
    }

    fn span(start: &str, end: &str, zone: Option<&str>) -> Span {
        Span::new(Language::English.texts(), at(start), at(end), zone)
    }

    #[test]
    fn a_span_names_weekday_date_and_zone() {
        let span = span("2026-08-04T14:00:00Z", "2026-08-04T15:30:00Z", Some("Europe/Berlin"));

        assert_eq!(span.utc, "Tuesday, 4 August 2026, 14:00–15:30 UTC");
        assert_eq!(span.first(), "Tuesday, 4 August 2026, 16:00–17:30 Europe/Berlin");
        assert_eq!(span.machine, "2026-08-04T14:00:00Z");
    }

    #[test]
    fn a_span_over_midnight_names_both_days_in_the_zone_where_it_is_so() {
        let span = span("2026-12-31T22:30:00Z", "2026-12-31T23:30:00Z", Some("Europe/Berlin"));

        assert_eq!(span.utc, "Thursday, 31 December 2026, 22:30–23:30 UTC");
        assert_eq!(
            span.first(),
            "Thursday, 31 December 2026, 23:30 – Friday, 1 January 2027, 00:30 Europe/Berlin"
        );
    }

    #[test]
    fn an_unknown_zone_leaves_utc() {
        for zone in [None, Some("UTC"), Some("Atlantis/Capital"), Some(""), Some("../../etc/passwd")] {
            let span = span("2026-08-04T14:00:00Z", "2026-08-04T15:00:00Z", zone);

            assert_eq!(span.local, None, "{zone:?}");
            assert_eq!(span.first(), "Tuesday, 4 August 2026, 14:00–15:00 UTC");
        }
    }

    #[test]
    fn every_weekday_and_month_has_a_name() {
        for days in 0..366 {
            let at = at("2026-01-01T00:00:00Z") + jiff::SignedDuration::from_hours(24 * days);
            assert!(Moment::new(Language::English.texts(), at, None).text.ends_with(", 00:00 UTC"));
        }
    }
}
