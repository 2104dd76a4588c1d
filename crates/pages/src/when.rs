//! Instants in words. UTC always; beside it the reader's zone where one is known.
//!
//! Dates and times are CLDR's, out of ICU4X; how they are put together to a range is said in `calendar.ftl`,
//! because ICU4X's own ranges are not stable yet (unicode-org/icu4x#8358).

use icu_datetime::fieldsets::zone::ExemplarCity;
use icu_datetime::fieldsets::{T, YMDE};
use icu_datetime::input::{self, Date, Time};
use icu_datetime::preferences::CalendarAlgorithm;
use icu_datetime::{DateTimeFormatter, DateTimeFormatterPreferences, NoCalendarFormatter};
use jiff::{Timestamp, Zoned, tz::TimeZone};

use crate::texts::Texts;

/// A span of time, written out.
pub(crate) struct Span {
    /// The start as the `datetime` attribute wants it.
    pub(crate) machine: String,
    /// The end likewise.
    pub(crate) machine_end: String,
    /// In the zone that was asked for; in UTC without one, or when this machine does not know it.
    pub(crate) first: String,
    /// The same in the other zone, where there is another: without the date, if it is the same there.
    pub(crate) beside: Option<String>,
}

impl Span {
    /// In that zone, and beside it in the other one, or in UTC where that is none or the same.
    pub(crate) fn beside(
        texts: &Texts,
        (start_at, end_at): (Timestamp, Timestamp),
        zone: Option<&str>,
        other: Option<&str>,
    ) -> Self {
        let within = |zone: &Zone| [start_at, end_at].map(|at| at.to_zoned(zone.zone()));
        let zone = Zone::find(zone);
        let first = within(&zone);
        let other = [Zone::find(other), Zone::Utc].into_iter().find(|other| *other != zone);
        let beside = |other: Zone| {
            let second = within(&other);
            let days = [&first[0], &first[1], &second[0], &second[1]].map(Zoned::date);
            let is_same_day = days.iter().all(|day| *day == days[0]);
            let key = if is_same_day { "when-time-only" } else { range_key(&second) };
            range(texts, key, &second, &other)
        };
        Self {
            machine: machine(start_at),
            machine_end: machine(end_at),
            beside: other.map(beside),
            first: range(texts, range_key(&first), &first, &zone),
        }
    }
}

/// One instant, written out.
pub(crate) struct Moment {
    pub(crate) machine: String,
    pub(crate) text: String,
}

impl Moment {
    pub(crate) fn new(texts: &Texts, at: Timestamp, zone: Option<&str>) -> Self {
        let zone = Zone::find(zone);
        let local = at.to_zoned(zone.zone());
        let values = [
            ("date", &*date(texts, &local)),
            ("time", &clock(texts, &local)),
            ("zone", &zone.name(texts, &[&local])),
        ];
        Self { machine: machine(at), text: texts.plain("when-instant", &values) }
    }
}

fn range_key([start, end]: &[Zoned; 2]) -> &'static str {
    if start.date() == end.date() { "when-same-day" } else { "when-several-days" }
}

fn range(texts: &Texts, key: &str, [start, end]: &[Zoned; 2], zone: &Zone) -> String {
    let values = [
        ("date", &*date(texts, start)),
        ("start", &clock(texts, start)),
        ("endDate", &date(texts, end)),
        ("end", &clock(texts, end)),
        ("zone", &zone.name(texts, &[start, end])),
    ];
    // Plain: every value is our own wording in the reader's language, there is nothing to isolate.
    texts.plain(key, &values)
}

/// Weekday, day, month and year as CLDR writes them in the language.
fn date(texts: &Texts, at: &Zoned) -> String {
    let date = Date::try_new_iso(at.year().into(), number(at.month()), number(at.day()))
        .expect("a date of jiff's is one in any ISO calendar");
    DateTimeFormatter::try_new(preferences(texts), YMDE::long())
        .expect("the built-in data has every language of ours, a test asks them all")
        .format(&date)
        .to_string()
}

/// Hour and minute, by the 12 or 24 hours that the language counts.
fn clock(texts: &Texts, at: &Zoned) -> String {
    let time = Time::try_new(number(at.hour()), number(at.minute()), 0, 0).expect("a time of jiff's is one");
    NoCalendarFormatter::try_new(preferences(texts), T::hm())
        .expect("the built-in data has every language of ours, a test asks them all")
        .format(&time)
        .to_string()
}

fn preferences(texts: &Texts) -> DateTimeFormatterPreferences {
    let mut preferences = DateTimeFormatterPreferences::from(texts.language.dates());
    preferences.calendar_algorithm = Some(CalendarAlgorithm::Gregory);
    preferences
}

fn number(part: i8) -> u8 {
    part.unsigned_abs()
}

fn machine(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// What CLDR calls the cities of zones in one language.
pub(crate) struct Cities(NoCalendarFormatter<ExemplarCity>);

impl Cities {
    pub(crate) fn of(texts: &Texts) -> Self {
        let formatter = NoCalendarFormatter::try_new(preferences(texts), ExemplarCity);
        Self(formatter.expect("the built-in data has every language of ours, a test asks them all"))
    }

    /// The city of the zone of that IANA name; as the name has it where CLDR knows no such zone.
    fn name(&self, iana_name: &str) -> String {
        let zone = input::TimeZone::from_iana_id(iana_name);
        if zone == input::TimeZone::UNKNOWN {
            return iana_name.rsplit('/').next().unwrap_or(iana_name).replace('_', " ");
        }
        self.0.format(&zone.without_offset()).to_string()
    }
}

/// A zone to write times in.
#[derive(PartialEq)]
pub(crate) enum Zone {
    Utc,
    /// By its IANA name.
    Named(TimeZone, String),
}

impl Zone {
    /// The one of that name. An unknown name is no reason to withhold a page.
    pub(crate) fn find(name: Option<&str>) -> Self {
        let named = || {
            let zone = TimeZone::get(name?).ok()?;
            let name = zone.iana_name()?.to_owned();
            let is_utc = matches!(&*name, "UTC" | "Etc/UTC" | "Etc/Unknown");
            (!is_utc).then_some(Self::Named(zone, name))
        };
        named().unwrap_or(Self::Utc)
    }

    pub(crate) fn iana_name(&self) -> &str {
        match self {
            Self::Utc => "UTC",
            Self::Named(_, name) => name,
        }
    }

    pub(crate) fn zone(&self) -> TimeZone {
        match self {
            Self::Utc => TimeZone::UTC,
            Self::Named(zone, _) => zone.clone(),
        }
    }

    /// City and distance from UTC, both distances where the clocks are changed in between.
    pub(crate) fn name(&self, texts: &Texts, instants: &[&Zoned]) -> String {
        self.name_by(&Cities::of(texts), texts, instants)
    }

    /// The same for many zones.
    pub(crate) fn name_by(&self, cities: &Cities, texts: &Texts, instants: &[&Zoned]) -> String {
        let Self::Named(_, name) = self else { return "UTC".to_owned() };
        let mut offsets: Vec<String> = instants.iter().map(|at| offset(at)).collect();
        offsets.dedup();
        let offset = offsets.join("/");
        let text = match name.rsplit_once('/') {
            // `Etc/GMT+5` is five hours behind, which only its distance says plainly.
            Some(("Etc", _)) => offset,
            _ => texts.plain("when-zone", &[("city", &cities.name(name)), ("offset", &offset)]),
        };
        texts.beside(&text).into_owned()
    }
}

/// `UTC+2`, `UTC−3:30`.
fn offset(at: &Zoned) -> String {
    let seconds = at.offset().seconds();
    let (sign, minutes) = (if seconds < 0 { '−' } else { '+' }, seconds.abs() / 60);
    match (minutes / 60, minutes % 60) {
        (0, 0) => "UTC".to_owned(),
        (hours, 0) => format!("UTC{sign}{hours}"),
        (hours, minutes) => format!("UTC{sign}{hours}:{minutes:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Language;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a sample instant")
    }

    fn span(start: &str, end: &str, zone: Option<&str>) -> Span {
        Span::beside(Language::English.texts(), (at(start), at(end)), zone, None)
    }

    #[test]
    fn a_span_names_weekday_date_and_zone() {
        let span = span("2026-08-04T14:00:00Z", "2026-08-04T15:30:00Z", Some("Europe/Berlin"));

        assert_eq!(span.beside.as_deref(), Some("14:00–15:30 UTC"), "the day is the same");
        assert_eq!(span.first, "Tuesday, 4 August 2026, 16:00–17:30 Berlin (UTC+2)");
        assert_eq!(span.machine, "2026-08-04T14:00:00Z");
    }

    #[test]
    fn a_span_over_midnight_names_both_days_in_the_zone_where_it_is_so() {
        let span = span("2026-12-31T22:30:00Z", "2026-12-31T23:30:00Z", Some("Europe/Berlin"));

        assert_eq!(span.beside.as_deref(), Some("Thursday, 31 December 2026, 22:30–23:30 UTC"));
        assert_eq!(
            span.first,
            "Thursday, 31 December 2026, 23:30 – Friday, 1 January 2027, 00:30 Berlin (UTC+1)"
        );
    }

    #[test]
    fn an_unknown_zone_leaves_utc() {
        for zone in [None, Some("UTC"), Some("Atlantis/Capital"), Some(""), Some("../../etc/passwd")] {
            let span = span("2026-08-04T14:00:00Z", "2026-08-04T15:00:00Z", zone);

            assert_eq!(span.beside, None, "{zone:?}");
            assert_eq!(span.first, "Tuesday, 4 August 2026, 14:00–15:00 UTC");
        }
    }

    /// Held against another implementation, ICU 78 with CLDR 48 (`Intl.DateTimeFormat` of Node 20.20, `dateStyle:
    /// "full"`, `timeStyle: "short"`). Two differ since CLDR 49: the zero in the Spanish 09:05 and the Hindi comma
    /// before the year.
    #[test]
    fn every_language_writes_dates_and_times_its_own_way() {
        let written = [
            "Thursday, 31 December 2026, 09:05 – Friday, 1 January 2027, 22:30 UTC",
            "Donnerstag, 31. Dezember 2026, 09:05 Uhr – Freitag, 1. Januar 2027, 22:30 Uhr UTC",
            "jeudi 31 décembre 2026, 09:05 – vendredi 1 janvier 2027, 22:30 UTC",
            "jueves, 31 de diciembre de 2026, 09:05 – viernes, 1 de enero de 2027, 22:30 UTC",
            "quinta-feira, 31 de dezembro de 2026, 09:05 – sexta-feira, 1 de janeiro de 2027, 22:30 UTC",
            "czwartek, 31 grudnia 2026, 09:05 – piątek, 1 stycznia 2027, 22:30 UTC",
            "2026年12月31日木曜日 9:05～2027年1月1日金曜日 22:30 UTC",
            "2026年12月31日星期四 09:05 – 2027年1月1日星期五 22:30 UTC",
            "गुरुवार, 31 दिसंबर, 2026, 9:05 am – शुक्रवार, 1 जनवरी, 2027, 10:30 pm UTC",
            "الخميس، 31 ديسمبر 2026، 9:05 ص – الجمعة، 1 يناير 2027، 10:30 م UTC",
        ];

        assert_eq!(Language::all().len(), written.len());
        for (language, expected) in Language::all().iter().zip(written) {
            let span = Span::beside(
                language.texts(),
                (at("2026-12-31T09:05:00Z"), at("2027-01-01T22:30:00Z")),
                None,
                None,
            );
            assert_eq!(span.first.replace(['\u{a0}', '\u{202f}'], " "), expected);
        }
    }

    #[test]
    fn every_day_of_a_year_has_a_name_of_its_own_in_every_language() {
        for language in Language::all() {
            let first = at("2026-01-01T00:00:00Z");
            let days = (0..365).map(|day| first + jiff::SignedDuration::from_hours(24 * day));
            let names: std::collections::BTreeSet<String> =
                days.map(|at| Moment::new(language.texts(), at, None).text).collect();
            assert_eq!(names.len(), 365, "{}", language.tag());
        }
    }

    /// Whatever instant a call names, there is a page for it.
    #[test]
    fn the_first_and_the_last_instant_can_be_written() {
        for language in Language::all() {
            for zone in [None, Some("Pacific/Kiritimati"), Some("Pacific/Pago_Pago")] {
                let span = Span::beside(language.texts(), (Timestamp::MIN, Timestamp::MAX), zone, None);
                assert!(span.first.contains("9999"), "{}", span.first);
            }
        }
    }

    #[test]
    fn a_zone_is_named_by_its_city_and_its_distance() {
        for (zone, at_text, expected) in [
            ("America/New_York", "2026-08-04T14:00:00Z", "10:00 New York (UTC−4)"),
            ("Asia/Kolkata", "2026-08-04T14:00:00Z", "19:30 Kolkata (UTC+5:30)"),
            ("America/Argentina/Buenos_Aires", "2026-08-04T14:00:00Z", "11:00 Buenos Aires (UTC−3)"),
            ("Europe/London", "2026-12-04T14:00:00Z", "14:00 London (UTC)"),
            ("Etc/GMT+5", "2026-08-04T14:00:00Z", "09:00 UTC−5"),
        ] {
            let text = Moment::new(Language::English.texts(), at(at_text), Some(zone)).text;
            assert!(text.ends_with(expected), "{text}");
        }
    }

    #[test]
    fn a_span_over_a_change_of_clocks_names_both_distances() {
        let span = span("2026-10-24T23:30:00Z", "2026-10-25T02:00:00Z", Some("Europe/Berlin"));

        assert_eq!(span.first, "Sunday, 25 October 2026, 01:30–03:00 Berlin (UTC+2/UTC+1)");
    }

    #[test]
    fn a_city_is_named_in_the_reader_s_language() {
        for (language, zone, expected) in [
            (Language::German, "Europe/Warsaw", "16:00 Uhr Warschau (UTC+2)"),
            (Language::Polish, "Europe/Warsaw", "16:00 Warszawa (UTC+2)"),
            (Language::Japanese, "Asia/Tokyo", "23:00 東京 (UTC+9)"),
            (Language::English, "Europe/Kiev", "17:00 Kyiv (UTC+3)"),
        ] {
            let text = Moment::new(language.texts(), at("2026-08-04T14:00:00Z"), Some(zone)).text;
            assert!(text.ends_with(expected), "{text}");
        }
    }

    #[test]
    fn among_arabic_words_a_zone_is_isolated() {
        let text =
            Moment::new(Language::Arabic.texts(), at("2026-08-04T14:00:00Z"), Some("Asia/Riyadh")).text;

        assert!(text.ends_with(" \u{2068}الرياض (UTC+3)\u{2069}"), "{text}");
    }
}
