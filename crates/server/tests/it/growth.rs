//! `usher load --growth`, with sizes that only show that it works.

use std::process::Command;

use testpg::Cluster;

use crate::program::{USHER, fail};

/// How often everything is asked at each size, the warm-up included.
const ENROLLED_EACH: usize = 20 + 3;

fn growth(arguments: &[&str]) -> Command {
    let mut load = Command::new(USHER);
    load.args(["load", "--growth", "--asks", "3"]).args(arguments);
    load
}

/// What a run prints.
fn table(arguments: &[&str]) -> String {
    let output = growth(arguments).output().unwrap();
    let (printed, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}");
    assert!(said.contains("600 registrants: filled") && said.contains("600 registrants: measured"), "{said}");
    assert!(printed.contains("One meeting with 200 / 600 registrants"), "{printed}");
    printed.into_owned()
}

#[test]
fn a_file_is_filled_and_measured_at_each_size_and_gone_afterwards() {
    let folder = tempfile::tempdir().unwrap();

    let printed = table(&["--sizes", "200,600", "--markdown", "--data", folder.path().to_str().unwrap()]);

    for what in ["a page of 100, at the end", "one registrant", "the count", "an enrolment"] {
        let row = printed.lines().find(|line| line.starts_with(&format!("| {what}, median ms |")));
        let row = row.unwrap_or_else(|| panic!("no row for {what}: {printed}"));
        assert!(row.ends_with("| 1.3 | 1.1 |"), "{row}");
    }
    assert_eq!(folder.path().read_dir().unwrap().count(), 0);
}

/// The letters of those who were filled in have left, as where mail keeps up; those of the measured enrolments wait.
#[test]
fn a_database_is_filled_and_its_outbox_stays_short() {
    let database = Cluster::shared().create();

    let printed = table(&["--sizes", "200,600", "--database", &database.url()]);

    assert!(printed.contains("PostgreSQL"), "{printed}");
    let dump = String::from_utf8(database.dump()).unwrap();
    let rows = |kind: &str| dump.lines().filter(|row| row.contains(&format!("\t{kind}\t"))).count();
    assert_eq!(rows("registrantEnrolled"), 600 + ENROLLED_EACH);
    assert_eq!(
        rows("letterSent"),
        600 - ENROLLED_EACH,
        "the second step fills up what the first one's requests left"
    );
    assert_eq!(rows("confirmation"), 2 * ENROLLED_EACH);
    let complaint = fail(&mut growth(&["--sizes", "200", "--database", &database.url()]));
    assert!(complaint.contains("the database is in use"), "{complaint}");
}

#[test]
fn sizes_that_do_not_rise_are_refused() {
    let complaint = fail(&mut growth(&["--sizes", "600,200"]));

    assert!(complaint.contains("`--sizes` wants numbers in rising order"), "{complaint}");
}
