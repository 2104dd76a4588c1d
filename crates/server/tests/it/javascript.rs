//! The official JavaScript client, unmodified, against the real program over HTTP.

use std::process::Command;

use crate::program::{assert_passed, demo, javascript, run};

#[test]
fn the_official_client_drives_the_whole_life_of_registrations() {
    let (_demo, printed) = demo();

    let said = run(javascript("lifecycle.mjs").arg(printed.to_string()), b"");

    assert_passed(&said);
}

#[test]
fn every_fixture_replays() {
    let (_demo, printed) = demo();

    let said = run(javascript("fixtures.mjs").arg(printed.to_string()), b"");

    assert_passed(&said);
}

#[test]
fn the_javascript_tools_find_what_they_are_for() {
    let mut node = Command::new("node");
    let selftest =
        javascript("selftest.mjs").get_args().next().expect("the program is its argument").to_owned();

    let said = run(node.arg("--test").arg(selftest), b"");

    assert!(said.contains("# fail 0"), "{said}");
}
