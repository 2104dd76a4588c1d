//! `usher demo` on a database that is given to it.

use std::process::Command;

use testpg::Cluster;

use crate::program::{Running, USHER, fail};

fn demo_on(database: &str) -> Command {
    let mut demo = Command::new(USHER);
    demo.args(["demo", "--json", "--listen", "127.0.0.1:0", "--database", database]);
    demo
}

/// It sends every letter that waits to its own mailbox: those of somebody else must not be among them.
#[test]
fn the_demo_takes_an_empty_database_alone() {
    let database = Cluster::shared().create();

    let printed = Running::start(&mut demo_on(&database.url())).json_line();

    assert!(printed["meetingId"].is_string(), "the control: an empty one is taken");
    let complaint = fail(&mut demo_on(&database.url()));
    assert!(complaint.contains("the database is in use"), "{complaint}");
}

#[test]
fn the_demo_takes_no_file() {
    let complaint = fail(&mut demo_on("sqlite:usher.db"));

    assert!(
        complaint.contains("`--database` wants an address as `postgres://user@host/name`"),
        "{complaint}"
    );
}
