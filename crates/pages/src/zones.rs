//! Times for whoever looks: in their own zone beside the organizer's, and the way to choose one without JavaScript.
//!
//! Distances from UTC are those of the day of the meeting, not of today.

use std::cmp::Ordering;

use jiff::Timestamp;
use url::form_urlencoded;

use crate::texts::Texts;
use crate::when::{Cities, Moment, Span, Zone};

/// The name in a page's query by which somebody asks for times in another zone, with an IANA name as the value.
pub const ZONE_QUERY: &str = "zone";

/// Zones to write times in, by their IANA names. UTC stands in where there is none, and beside one alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Zones<'a> {
    /// The reader's own, if they chose one.
    pub reader: Option<&'a str>,
    /// The one they registered with, where it is known who reads.
    pub registered: Option<&'a str>,
    /// The organizer's.
    pub organizer: Option<&'a str>,
}

impl<'a> Zones<'a> {
    /// The zone that comes first.
    pub(crate) fn first(&self) -> Option<&'a str> {
        self.of_reader().or(self.organizer)
    }

    /// The organizer's, where another comes first.
    pub(crate) fn second(&self) -> Option<&'a str> {
        self.of_reader().and(self.organizer)
    }

    fn of_reader(&self) -> Option<&'a str> {
        self.reader.or(self.registered)
    }
}

/// A span of time as a page shows it.
pub(crate) struct Times {
    /// The start as the `datetime` attribute wants it.
    pub(crate) machine: String,
    pub(crate) first: String,
    /// The same in the organizer's zone or in UTC, where that is another: without the date, if it is the same there.
    pub(crate) beside: Option<String>,
    /// What the script writes the reader's own time into; `None` once they chose a zone.
    pub(crate) own: Option<Own>,
    pub(crate) chooser: Chooser,
}

/// A place for the script to write a time into. It says nothing where that reads as the one beside it.
pub(crate) struct Own {
    pub(crate) machine: String,
    pub(crate) machine_end: String,
    /// The zones of the times beside it, with a blank between them.
    pub(crate) zones: String,
    /// The sentence, with `{zone}` and `{time}` to be filled in.
    pub(crate) words: String,
}

impl Own {
    fn new(texts: &Texts, machine: &str, machine_end: &str, zones: Zones<'_>) -> Option<Self> {
        zones.reader.is_none().then(|| Self {
            machine: machine.to_owned(),
            machine_end: machine_end.to_owned(),
            zones: [zones.first().unwrap_or("UTC")]
                .into_iter()
                .chain(zones.second())
                .collect::<Vec<_>>()
                .join(" "),
            words: texts.plain("zone-yours", &[("zone", "{zone}"), ("time", "{time}")]),
        })
    }

    /// The same for one instant.
    pub(crate) fn of(texts: &Texts, moment: &Moment, zones: Zones<'_>) -> Option<Self> {
        Self::new(texts, &moment.machine, &moment.machine, zones)
    }
}

/// The list of zones to choose from, and what else the page's address says.
pub(crate) struct Chooser {
    pub(crate) options: Vec<ZoneOption>,
    pub(crate) kept: Vec<(String, String)>,
}

pub(crate) struct ZoneOption {
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) selected: bool,
}

impl Times {
    pub(crate) fn new(
        texts: &Texts,
        (start_at, end_at): (Timestamp, Timestamp),
        zones: Zones<'_>,
        query: &str,
    ) -> Self {
        let span = Span::beside(texts, (start_at, end_at), zones.first(), zones.second());
        Self {
            own: Own::new(texts, &span.machine, &span.machine_end, zones),
            chooser: Chooser::new(texts, start_at, zones.first(), query),
            machine: span.machine,
            first: span.first,
            beside: span.beside,
        }
    }
}

impl Chooser {
    fn new(texts: &Texts, at: Timestamp, current: Option<&str>, query: &str) -> Self {
        let current = Zone::find(current);
        let current_name = current.iana_name().to_owned();
        let mut zones: Vec<Zone> = CHOICES.iter().map(|name| Zone::find(Some(name))).collect();
        if !zones.iter().any(|zone| zone.iana_name() == current_name) {
            zones.push(current);
        }
        zones.sort_by(|one, other| by_distance(one, other, at));
        let cities = Cities::of(texts);
        let option = |zone: Zone| ZoneOption {
            selected: zone.iana_name() == current_name,
            name: zone.iana_name().to_owned(),
            text: zone.name_by(&cities, texts, &[&at.to_zoned(zone.zone())]),
        };
        let pairs = form_urlencoded::parse(query.as_bytes());
        let kept = pairs.filter(|(name, _)| name != ZONE_QUERY);
        Self {
            options: zones.into_iter().map(option).collect(),
            kept: kept.map(|(name, value)| (name.into_owned(), value.into_owned())).collect(),
        }
    }
}

fn by_distance(one: &Zone, other: &Zone, at: Timestamp) -> Ordering {
    let distance = |zone: &Zone| zone.zone().to_offset(at);
    distance(one).cmp(&distance(other)).then_with(|| one.iana_name().cmp(other.iana_name()))
}

/// Zones to choose from: for every distance that people live at the best known cities. An address with another name in
/// its query is understood as well.
const CHOICES: &[&str] = &[
    "UTC",
    "Africa/Cairo",
    "Africa/Johannesburg",
    "Africa/Lagos",
    "Africa/Nairobi",
    "America/Anchorage",
    "America/Argentina/Buenos_Aires",
    "America/Bogota",
    "America/Caracas",
    "America/Chicago",
    "America/Denver",
    "America/Halifax",
    "America/Lima",
    "America/Los_Angeles",
    "America/Mexico_City",
    "America/New_York",
    "America/Phoenix",
    "America/Santiago",
    "America/Sao_Paulo",
    "America/St_Johns",
    "America/Toronto",
    "Asia/Almaty",
    "Asia/Baghdad",
    "Asia/Bangkok",
    "Asia/Colombo",
    "Asia/Dhaka",
    "Asia/Dubai",
    "Asia/Hong_Kong",
    "Asia/Jakarta",
    "Asia/Jerusalem",
    "Asia/Kabul",
    "Asia/Karachi",
    "Asia/Kathmandu",
    "Asia/Kolkata",
    "Asia/Manila",
    "Asia/Riyadh",
    "Asia/Seoul",
    "Asia/Shanghai",
    "Asia/Singapore",
    "Asia/Taipei",
    "Asia/Tashkent",
    "Asia/Tehran",
    "Asia/Tokyo",
    "Asia/Yangon",
    "Atlantic/Azores",
    "Atlantic/Reykjavik",
    "Australia/Adelaide",
    "Australia/Brisbane",
    "Australia/Darwin",
    "Australia/Perth",
    "Australia/Sydney",
    "Europe/Athens",
    "Europe/Berlin",
    "Europe/Bucharest",
    "Europe/Dublin",
    "Europe/Helsinki",
    "Europe/Istanbul",
    "Europe/Kyiv",
    "Europe/Lisbon",
    "Europe/London",
    "Europe/Madrid",
    "Europe/Moscow",
    "Europe/Paris",
    "Europe/Rome",
    "Europe/Stockholm",
    "Europe/Vienna",
    "Europe/Warsaw",
    "Europe/Zurich",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Pacific/Fiji",
    "Pacific/Honolulu",
    "Pacific/Kiritimati",
    "Pacific/Tongatapu",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Language;

    fn times(day: &str, zones: Zones<'_>) -> Times {
        let at = |hour| format!("{day}T{hour}Z").parse().expect("a sample instant");
        Times::new(Language::English.texts(), (at("14:00:00"), at("15:30:00")), zones, "")
    }

    fn zones<'a>(reader: Option<&'a str>, organizer: Option<&'a str>) -> Zones<'a> {
        Zones { reader, registered: None, organizer }
    }

    #[test]
    fn the_reader_s_time_stands_beside_the_organizer_s() {
        const DAY: &str = "Tuesday, 4 August 2026, ";
        const BERLIN: &str = "16:00–17:30 Berlin (UTC+2)";
        const NEW_YORK: &str = "10:00–11:30 New York (UTC−4)";
        const UTC: &str = "14:00–15:30 UTC";
        let (berlin, new_york) = (Some("Europe/Berlin"), Some("America/New_York"));

        for (reader, organizer, first, beside) in [
            (new_york, berlin, NEW_YORK, Some(BERLIN)),
            (new_york, None, NEW_YORK, Some(UTC)),
            (None, berlin, BERLIN, Some(UTC)),
            (berlin, berlin, BERLIN, Some(UTC)),
            (Some("UTC"), berlin, UTC, Some(BERLIN)),
            (None, None, UTC, None),
            (Some("UTC"), None, UTC, None),
        ] {
            let times = times("2026-08-04", zones(reader, organizer));
            let first = format!("{DAY}{first}");
            assert_eq!(
                (&*times.first, times.beside.as_deref()),
                (&*first, beside),
                "{reader:?} {organizer:?}"
            );
            assert_eq!(times.own.is_some(), reader.is_none());
        }
    }

    #[test]
    fn distances_are_those_of_the_day_of_the_meeting() {
        let zones = zones(Some("America/New_York"), Some("Europe/Berlin"));

        for (day, first, beside) in [
            // Between the changes of clocks in America and in Europe.
            ("2027-03-16", "10:00–11:30 New York (UTC−4)", "15:00–16:30 Berlin (UTC+1)"),
            ("2027-01-16", "09:00–10:30 New York (UTC−5)", "15:00–16:30 Berlin (UTC+1)"),
            ("2027-07-16", "10:00–11:30 New York (UTC−4)", "16:00–17:30 Berlin (UTC+2)"),
        ] {
            let times = times(day, zones);
            assert!(times.first.ends_with(first), "{}", times.first);
            assert!(times.beside.as_deref().is_some_and(|text| text.ends_with(beside)), "{:?}", times.beside);
            let berlin = times.chooser.options.iter().find(|option| option.name == "Europe/Berlin");
            assert!(berlin.is_some_and(|option| beside.ends_with(&option.text)), "{day}");
        }
    }

    #[test]
    fn every_choice_is_a_zone_and_they_stand_from_west_to_east() {
        for name in CHOICES {
            assert_eq!(Zone::find(Some(name)).iana_name(), *name);
        }
        let options = times("2026-08-04", Zones::default()).chooser.options;
        assert_eq!(options.len(), CHOICES.len());
        assert!(options[0].text.contains("UTC−10") && options[options.len() - 1].text.contains("UTC+14"));
        let selected: Vec<&str> =
            options.iter().filter(|option| option.selected).map(|option| &*option.name).collect();
        assert_eq!(selected, ["UTC"]);
    }

    #[test]
    fn a_zone_that_is_not_in_the_list_is_put_there_once_it_is_chosen() {
        let options = times("2026-08-04", zones(Some("America/Noronha"), None)).chooser.options;

        assert_eq!(options.len(), CHOICES.len() + 1);
        assert!(options.iter().any(|option| option.selected && option.name == "America/Noronha"));
    }

    #[test]
    fn the_chooser_keeps_what_else_the_address_says() {
        let at: Timestamp = "2026-08-04T14:00:00Z".parse().expect("an instant");
        let query = "context=%7b%22a%22%3a1%7d&zone=Asia/Tokyo&k=a+b";
        let chooser = Chooser::new(Language::English.texts(), at, None, query);

        let kept: Vec<(&str, &str)> = chooser.kept.iter().map(|(name, value)| (&**name, &**value)).collect();
        assert_eq!(kept, [("context", "{\"a\":1}"), ("k", "a b")]);
    }
}
