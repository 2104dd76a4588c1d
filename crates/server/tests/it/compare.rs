//! `usher load --compare` on PostgreSQL, and with `many` on both engines: the whole way, shortened. What the figures are is
//! no test's business.

use std::process::Command;

use testpg::{Cluster, Scratch, Server};

use crate::program::{Running, USHER, fail};

fn compare(subject: &str) -> Command {
    let mut load = Command::new(USHER);
    load.args(["load", "--compare", subject, "--markdown", "--rounds", "1", "--seconds", "1"]);
    load
}

fn compare_on(database: &Scratch) -> Command {
    let mut compare = compare("enrolments");
    compare.args(["--database", &database.url()]);
    compare
}

/// What is printed of some rows, each of which has a rate and no errors.
fn print(load: &mut Command, signs: &[&str]) -> String {
    let done = load.args(["--only", &signs.join(",")]).output().expect("it can be started");
    let (said, complaints) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "{complaints}");
    for sign in signs {
        let row = said.lines().find(|line| line.starts_with(&format!("| {sign}: ")));
        let cells: Vec<&str> = row.unwrap_or_default().split(" | ").collect();
        assert_eq!(cells.len(), 7, "{sign}: {said}");
        assert!(cells[1].parse::<f64>().is_ok_and(|rate| rate > 0.0), "{sign}: {said}");
        assert_eq!(cells[6], "0 |", "{sign}: {said}");
    }
    said.into_owned()
}

#[test]
fn enrolments_and_pgbench_are_measured_in_turns_and_leave_an_empty_database() {
    let database = Cluster::shared().create();

    let said = print(&mut compare_on(&database), &["a1", "hot1", "p1", "open", "openhot"]);

    assert!(said.contains("| a1 / p1: p50 alone (less is better) | "), "{said}");
    assert!(
        said.contains("reached over a socket of this machine, fsync off, synchronous_commit off"),
        "{said}"
    );
    assert!(said.contains("answers before the disk has anything"), "{said}");
    assert!(!said.contains(&database.url()), "the address is nobody's business: {said}");
    assert_empty(&database);
}

#[test]
fn what_is_printed_says_that_the_database_is_reached_by_tcp() {
    let server = Server::create(&["fsync=off"], None).unwrap();
    server.sql("postgres", &["CREATE DATABASE bench"]).unwrap();

    let said = print(compare("enrolments").args(["--database", &server.url("bench")]), &["p1"]);

    assert!(said.contains(", reached by TCP, fsync off"), "{said}");
}

fn assert_empty(database: &Scratch) {
    let left = String::from_utf8_lossy(&database.dump()).into_owned();
    assert!(!left.contains("CREATE "), "{left}");
}

#[test]
fn batches_many_in_a_request_and_lists_are_measured_beside_enrolments_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut many = compare("many");
    many.args(["--registrants", "3000", "--data", folder.path().to_str().unwrap()]);

    let said = print(&mut many, &["e1", "h1", "t1", "b", "middle", "name"]);

    assert!(said.contains("1 rounds of 1 s each, 16 callers, lists of 3000."), "{said}");
    for ratio in ["| h1 / e1: 100 in a request over one by one, 1 caller | ", "| t1 / e1: "] {
        let row = said.lines().find(|line| line.starts_with(ratio)).unwrap_or_default();
        assert!(row.ends_with(" | 5 | 5 |"), "{said}");
    }
    assert_eq!(folder.path().read_dir().unwrap().count(), 0);
}

#[test]
fn a_list_on_postgresql_is_filled_asked_and_gone_afterwards() {
    let database = Cluster::shared().create();
    let mut many = compare("many");
    many.args(["--registrants", "3000", "--database", &database.url()]);

    let said = print(&mut many, &["b1", "address", "start"]);

    assert!(said.contains("PostgreSQL "), "{said}");
    assert_empty(&database);
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
