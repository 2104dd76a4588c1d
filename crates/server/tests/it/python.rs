//! The official Python client, unmodified, and schemathesis with the served description, against the real program over
//! HTTP.

use crate::program::{assert_passed, demo, python, run};

#[test]
fn the_official_client_for_python_drives_the_whole_life_of_registrations() {
    let (_demo, printed) = demo();

    let said = run(python("lifecycle.py").arg(printed.to_string()), b"");

    assert_passed(&said);
}

#[test]
fn the_server_does_what_its_description_says_and_nothing_else() {
    let (_demo, printed) = demo();

    let said = run(python("contract.py").arg(printed.to_string()), b"");

    assert!(said.trim_end().ends_with("5 passed, 0 failed"), "{said}");
}
