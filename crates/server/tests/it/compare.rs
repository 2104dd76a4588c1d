//! `usher load --compare` on PostgreSQL: the whole way, shortened. What the figures are is no test's business.

use std::process::Command;

use testpg::{Cluster, Scratch};

use crate::program::{Running, USHER, fail};

fn compare_on(database: &Scratch) -> Command {
    let mut compare = Command::new(USHER);
    compare.args(["load", "--compare", "--markdown", "--rounds", "1", "--seconds", "1"]);
    compare.args(["--database", &database.url()]);
    compare
}

#[test]
fn enrolments_and_pgbench_are_measured_in_turns_and_leave_an_empty_database() {
    let database = Cluster::shared().create();

    let done = compare_on(&database).args(["--only", "a1,p1,open"]).output().expect("it can be started");

    let (said, complaints) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "{complaints}");
    for sign in ["a1", "p1", "open"] {
        let row = said.lines().find(|line| line.starts_with(&format!("| {sign}: ")));
        let cells: Vec<&str> = row.unwrap_or_default().split(" | ").collect();
        assert_eq!(cells.len(), 7, "{sign}: {said}");
        assert!(cells[1].parse::<f64>().is_ok_and(|rate| rate > 0.0), "{sign}: {said}");
        assert_eq!(cells[6], "0 |", "{sign}: {said}");
    }
    assert!(said.contains("| a1 / p1: p50 alone (less is better) | "), "{said}");
    assert!(said.contains("fsync off, synchronous_commit off"), "{said}");
    assert!(said.contains("answers before the disk has anything"), "{said}");
    assert!(!said.contains(&database.url()), "the address is nobody's business: {said}");
    let left = String::from_utf8_lossy(&database.dump()).into_owned();
    assert!(!left.contains("CREATE "), "{left}");
}

#[test]
fn a_database_that_holds_anything_is_refused() {
    let database = Cluster::shared().create();
    let compare = |sign: &str| fail(compare_on(&database).args(["--only", sign]));
    let complaint = compare("a2");
    assert!(complaint.contains("`a2` is none of what is measured: `a`, `b`, `p`"), "{complaint}");
    let demo = ["demo", "--json", "--listen", "127.0.0.1:0", "--database", &database.url()];
    Running::start(Command::new(USHER).args(demo)).json_line();

    let complaint = compare("p1");

    assert!(complaint.contains("the database is in use"), "{complaint}");
}
