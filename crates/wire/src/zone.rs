//! Time zones by their names: IANA's, and Windows' as Graph spells them.

use domain::{FieldProblem, ProblemCode};
use icu_time::TimeZone as ZoneCode;
use icu_time::zone::WindowsParser;
use icu_time::zone::iana::IanaParserExtended;
use jiff::tz::TimeZone;

use crate::body::{Body, Given};

/// The member that holds somebody's zone, named as the successor API names it.
pub const PREFERRED_TIMEZONE: &str = "preferredTimezone";

/// No zone has a longer name.
const LONGEST_NAME: usize = 64;

/// The zone of that IANA name, as the database of zones spells it, or UTC; `None` for anything else.
pub fn zone_name(name: &str) -> Option<String> {
    // What the machine would look for as a file is compared with nothing but names.
    let is_name = name.len() <= LONGEST_NAME
        && name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'_' | b'-' | b'+'));
    // Beside its regions the folder of a machine has files that mean something to that machine alone, as `localtime`.
    let is_known = name.contains('/') || IanaParserExtended::new().parse(name).time_zone != ZoneCode::UNKNOWN;
    let zone = (is_name && is_known).then(|| TimeZone::get(name).ok()).flatten()?;
    zone.iana_name().filter(|name| *name != "Etc/Unknown").map(str::to_owned)
}

/// The IANA name of the zone that Windows calls so, where its people live that Windows means first.
fn windows_zone_name(name: &str) -> Option<String> {
    let code: ZoneCode = WindowsParser::new().parse(name, None)?;
    let known = IanaParserExtended::new();
    known.iter().find(|zone| zone.time_zone == code).and_then(|zone| zone_name(zone.canonical))
}

/// Reads [`PREFERRED_TIMEZONE`] of a registrant: the IANA name of the zone.
pub fn read_preferred(body: &Body, problems: &mut Vec<FieldProblem>) -> Given<String> {
    let mut members = body.members(problems);
    let name = match members.text(PREFERRED_TIMEZONE, LONGEST_NAME) {
        Given::Is(name) => name,
        other => return other,
    };
    match zone_name(&name).or_else(|| windows_zone_name(&name)) {
        Some(zone) => Given::Is(zone),
        None => {
            let message = format!(
                "`{PREFERRED_TIMEZONE}` is no time zone that is known here: give an IANA name such as `Asia/Tokyo`, or \
                 Windows' name such as `Tokyo Standard Time`"
            );
            members.report(PREFERRED_TIMEZONE, ProblemCode::InvalidValue, message);
            Given::Absent
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn only_names_of_zones_are_zones() {
        assert_eq!(zone_name("europe/berlin").as_deref(), Some("Europe/Berlin"));
        assert_eq!(zone_name("UTC").as_deref(), Some("UTC"));
        for name in [
            "",
            "Berlin",
            "Singapore Standard Time",
            "../../etc/passwd",
            "/etc/localtime",
            "localtime",
            "posixrules",
            "Factory",
            "UTC+2",
            "Europe/",
        ] {
            assert_eq!(zone_name(name), None, "{name}");
        }
    }

    #[test]
    fn a_zone_is_read_by_either_name_and_kept_by_iana_s() {
        let read = |value: Value| {
            let mut problems = Vec::new();
            let body = Body::read(json!({PREFERRED_TIMEZONE: value}).to_string().as_bytes()).unwrap();
            (read_preferred(&body, &mut problems), problems)
        };
        for (sent, kept) in [
            ("Asia/Tokyo", "Asia/Tokyo"),
            ("america/new_york", "America/New_York"),
            ("Pacific Standard Time", "America/Los_Angeles"),
            ("W. Europe Standard Time", "Europe/Berlin"),
            ("India Standard Time", "Asia/Kolkata"),
            ("UTC", "UTC"),
        ] {
            assert_eq!(read(sent.into()), (Given::Is(kept.to_owned()), vec![]));
        }
        assert_eq!(read(Value::Null), (Given::Null, vec![]));
        for wrong in ["Atlantis Standard Time", "", "UTC+2", "../../etc/passwd"] {
            let (given, problems) = read(wrong.into());
            assert_eq!((given, problems.len()), (Given::Absent, 1), "{wrong}");
            assert_eq!(
                (&*problems[0].target, problems[0].code),
                ("preferredTimezone", ProblemCode::InvalidValue)
            );
        }
    }
}
