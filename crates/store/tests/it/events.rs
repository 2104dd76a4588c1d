//! Every kind of event that is stored is known to what integrators are told of.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use domain::change;

/// By these nothing changes that an integrator can read: of letters, and of what came back about them.
const NO_CHANGES: &[&str] = &[
    "invitationAccepted",
    "invitationDeclined",
    "invitationTentative",
    "letterBounced",
    "letterDelayed",
    "letterDropped",
    "letterFailed",
    "letterRequested",
    "letterReturned",
    "letterSent",
    "letterWithheld",
    "remindersResumed",
    "remindersStopped",
];

/// Written the same way in the sources, and no events.
const OTHER_NAMES: &[&str] = &["pendingApproval", "rejectedByOrganizer"];

/// Where kinds of event are named.
const SOURCES: &[&str] = &["store/src", "domain/src/standing.rs", "domain/src/suppression.rs"];

/// What stands between quotes and is written as an event is.
fn names() -> BTreeSet<String> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut names = BTreeSet::new();
    for path in SOURCES.iter().flat_map(|place| crate::sources::files_below(&crates.join(place))) {
        let source = fs::read_to_string(path).unwrap();
        let source = source.split("#[cfg(test)]").next().unwrap_or_default();
        names.extend(source.split(['"', '\'']).filter(|text| is_name(text)).map(str::to_owned));
    }
    names
}

fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.contains(|letter: char| letter.is_ascii_uppercase())
        && text.chars().all(|letter| letter.is_ascii_alphabetic())
}

#[test]
fn every_event_is_told_of_or_is_known_to_change_nothing() {
    let names = names();
    for control in ["registrantEnrolled", "approvalRequested", "offerExpired", "letterBounced"] {
        assert!(names.contains(control), "the control: {control} is found");
    }

    let told: BTreeSet<&str> =
        names.iter().map(String::as_str).filter(|name| change::of_event(name).is_some()).collect();

    let untold: Vec<&str> = names.iter().map(String::as_str).filter(|name| !told.contains(name)).collect();
    let mut expected = [NO_CHANGES, OTHER_NAMES].concat();
    expected.sort_unstable();
    assert_eq!(untold, expected);
}
