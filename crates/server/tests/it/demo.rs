//! `usher demo`: its meetings, and a database that is given to it.

use std::process::Command;

use testpg::Cluster;

use crate::program::{Running, USHER, demo, fail, run};

/// What each sign-up page says that the first page leads to, in the order of the first page.
const STATES: [&str; 11] = [
    "Have you used an acoustic profiler before?",
    "You can join the waiting list.",
    "Somebody may still give a place back.",
    "Registration is not open yet",
    "It closed on",
    "The organizer decides about each registration",
    "For members of Riverbend Hydrology Institute",
    "Open office: ask a hydrologist",
    "Exam: discharge by hand",
    "This meeting no longer takes registrations.",
    "This meeting was cancelled",
];

fn look(url: &str) -> String {
    run(Command::new("curl").args(["-sSL", "-H", "Accept-Language: en", url]), b"").replace("&#38;", "&")
}

/// The value of each attribute of that name.
fn values<'p>(page: &'p str, name: &str) -> Vec<&'p str> {
    page.split(name).skip(1).filter_map(|rest| rest.strip_prefix("=\"")?.split('"').next()).collect()
}

#[test]
fn the_first_page_leads_to_a_meeting_in_each_state() {
    let (_demo, printed) = demo();
    let base = printed["baseUrl"].as_str().unwrap();

    let home = look(&format!("{base}/"));

    let links = values(&home, "href");
    let pages: Vec<&str> = links.iter().copied().filter(|link| link.contains("/registration/")).collect();
    assert_eq!(pages.len(), STATES.len(), "{home}");
    assert_eq!(
        Some(pages[0]),
        printed["registrationPageWebUrl"].as_str(),
        "the first is the one that scripts know"
    );
    for (page, state) in pages.iter().zip(STATES) {
        let said = look(page);
        assert!(said.contains(state), "{state}: {said}");
        let is_elsewhere = |other: &&str| *other != state && said.contains(*other);
        assert_eq!(STATES.iter().copied().find(is_elsewhere), None, "the control: one state each");
    }
    assert!(links.contains(&"/mailbox"), "{home}");
}

/// Letters that were sent while the meetings were still to be: their links lead to what became of those.
#[test]
fn the_mailbox_of_the_demo_has_the_links_that_lead_to_each_gate() {
    let (_demo, printed) = demo();
    let base = printed["baseUrl"].as_str().unwrap();
    let mailbox = look(&format!("{base}/mailbox"));
    let letters: Vec<String> = values(&mailbox, "href")
        .into_iter()
        .filter(|link| link.starts_with("/mailbox/"))
        .map(|link| look(&format!("{base}{link}")))
        .collect();

    for (subject, gate) in [
        ("Open office: ask a hydrologist", "The join gate knew your link"),
        ("Exam: discharge by hand", "<form method=\"post\""),
        ("What the last flood taught us", "The door closed when the meeting ended."),
        ("Night gauging at the weir", "This link no longer works"),
    ] {
        let joins: Vec<&str> = letters
            .iter()
            .filter(|letter| letter.contains(subject))
            .flat_map(|letter| values(letter, "href"))
            .filter(|link| link.contains("/j/"))
            .collect();
        assert!(!joins.is_empty(), "no letter about `{subject}` leads to its gate: {mailbox}");
        let found = look(joins[0]);
        assert!(found.contains(gate), "{subject}: {found}");
    }
    let again = letters.iter().filter(|letter| letter.contains("Night gauging at the weir")).count();
    assert_eq!(again, 2, "and another one tells of the cancellation");
}

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
