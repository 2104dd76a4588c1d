//! `usher load --growth`, with sizes that only show that it works.

use std::process::Command;

use testpg::Cluster;

use crate::program::{USHER, fail};

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

#[test]
fn a_database_that_holds_nothing_is_filled_and_holds_nothing_afterwards() {
    let database = Cluster::shared().create();

    for _ in 0..2 {
        let printed = table(&["--sizes", "200,600", "--database", &database.url()]);
        assert!(printed.contains("PostgreSQL"), "{printed}");
    }

    database.execute("CREATE TABLE somebodys (data TEXT)");
    let complaint = fail(&mut growth(&["--sizes", "200", "--database", &database.url()]));
    assert!(complaint.contains("the database is in use"), "{complaint}");
}

#[test]
fn sizes_that_do_not_rise_are_refused() {
    let complaint = fail(&mut growth(&["--sizes", "600,200"]));

    assert!(complaint.contains("`--sizes` wants numbers in rising order"), "{complaint}");
}
