//! What is run: the marked blocks of the documents, and what the demo prints.

use domain::Operation;
use serde_json::Value;

use super::shell::{Demo, Place, answer, succeeded};
use super::text::{blocks, one, read, script};
use crate::program::free_address;

/// The demo that a document begins with, on a free port: several run side by side here.
pub(super) fn demo_of(document: &str, place: &Place) -> Demo {
    let start =
        one(blocks(document).into_iter().filter(|block| block.mark.as_deref() == Some("in the background")));
    let text = start.text.replace("demo --json", "demo --json --listen 127.0.0.1:0");
    assert_ne!(text, start.text, "the demo is started as documents start it");
    Demo::start(place.shell(&text))
}

#[test]
fn the_first_enrolment_of_the_readme_works() {
    let document = read("README.md");
    let place = Place::new();
    let demo = demo_of(&document, &place);
    let printed: Value =
        serde_json::from_str(&demo.first_line).expect("the first line of --json is one object");

    let said = succeeded(&place.run(&script(&document)));

    let me: Value = answer(&said, "users/$entity");
    assert_eq!(me["id"], printed["organizer"]["id"]);
    let registration = answer(&said, "registration/$entity");
    assert_eq!(registration["capacity"], 40);
    assert_eq!(
        registration["registrationPageWebUrl"].as_str().map(|url| url.starts_with("http://127.0.0.1:")),
        Some(true)
    );
    let enrolled = answer(&said, "registrants/$entity");
    assert_eq!((&enrolled["id"], &enrolled["joinWebUrl"]), (&"".into(), &"".into()));
    let list = answer(&said, "registration/registrants\"");
    let registrants = list["value"].as_array().expect("a list has a value");
    assert_eq!(registrants.len(), 1);
    assert_eq!(registrants[0]["email"], "mirja@harbour.example");
    assert_eq!(registrants[0]["status"], "registered");
    assert_eq!(registrants[0]["customQuestionAnswers"][0]["value"], "Deck");
    assert!(registrants[0]["joinWebUrl"].as_str().is_some_and(|link| link.contains("/l/meetup-join/")));
    assert_eq!(
        said.matches("<title>").count(),
        2,
        "the page of the registration, and the one after canceling"
    );
    assert_eq!(said.trim_end().lines().last(), Some(r#""status":"canceled""#));
}

#[test]
fn the_tour_of_change_notifications_works() {
    let document = read("docs/change-notifications.md");
    let place = Place::new();
    let _demo = demo_of(&document, &place);

    let said = succeeded(&place.run(&script(&document)));

    assert!(said.contains("created users/"), "{said}");
    let deliveries = answer(&said, "/deliveries");
    assert_eq!(deliveries["value"][0]["status"], "delivered", "{said}");
    assert_eq!(deliveries["value"][0]["answer"], "answered 202");
}

#[test]
fn the_tour_of_the_serving_guide_works() {
    let document = read("docs/serve.md");
    let place = Place::new();
    // On a free port, and gone with the script however that ends.
    let address = free_address().to_string();
    let tour = script(&document).replace("127.0.0.1:8080", &address);
    let tour = format!("export USHER_SERVER__LISTEN={address}\ntrap 'kill $! || :' EXIT\n{tour}");

    let said = succeeded(&place.run(&tour));

    for promised in [
        "public_url = \"https://usher.example.org\" # usher.toml:",
        "registered `crm`",
        "imported 2 people",
        "\tmirja@harbour.example\t",
        "`mirja@harbour.example` can sign in",
        "granted `events` to 2b9e61d4-70cf-4e0b-8a35-c1f7d92e4460",
        "\"userPrincipalName\":\"mirja@harbour.example\"",
    ] {
        assert!(said.contains(promised), "`{promised}` is missing in:\n{said}");
    }
}

#[test]
fn the_questions_of_the_guide_are_answered() {
    let document = read("docs/queries.md");
    let place = Place::new();
    let _demo = demo_of(&document, &place);

    let said = succeeded(&place.run(&script(&document)));

    let answers: Vec<&str> = said.lines().skip(2).collect();
    let [mirja, yes, harbour, by_name, searched] = answers[..] else { panic!("five answers:\n{said}") };
    let value =
        |answer: &str| serde_json::from_str::<Value>(answer).expect("an answer in JSON")["value"].clone();
    assert_eq!(value(mirja)[0]["lastName"], "Dossou", "{said}");
    assert_eq!(value(mirja)[0]["status"], "registered", "{said}");
    assert_eq!(value(yes)[0]["firstName"], "Mirja", "{said}");
    assert_eq!(harbour, "2", "{said}");
    assert_eq!(value(by_name)[0]["lastName"], "Abara", "{said}");
    assert!(by_name.contains("\"@odata.count\":2") && by_name.contains("@odata.nextLink"), "{said}");
    assert_eq!(value(searched)[0]["email"], "nils@harbour.example", "{said}");
}

#[test]
fn the_tour_of_many_registrants_works() {
    let document = read("docs/bulk.md");
    let place = Place::new();
    let address = free_address().to_string();
    let tour = script(&document).replace("127.0.0.1:8080", &address);
    let tour = format!("export USHER_SERVER__LISTEN={address}\ntrap 'kill $! || :' EXIT\n{tour}");

    let said = succeeded(&place.run(&tour));

    let mut results =
        said.lines().filter(|line| line.contains("#Collection(microsoft.graph.registrantResult)"));
    let [enrolled, canceled] = [results.next(), results.next()]
        .map(|line| serde_json::from_str::<Value>(line.expect("an answer has results")).expect("JSON"));
    assert_eq!(enrolled["value"][0]["status"], "registered");
    assert_eq!(enrolled["value"][1]["error"]["target"], "registrants/1/email");
    assert_eq!(canceled["value"][0]["status"], "canceled");
    assert_eq!(canceled["value"][1]["error"]["innerError"]["code"], "registrantNotFound");
    for promised in [
        "would enroll 2 people; 0 are registered already; nothing was stored",
        "enrolled 2 people; 0 were registered already",
        "enrolled 0 people; 2 were registered already",
        "cancelationDateTime,preferredTimezone,Deck or engine?\r\n",
        ",'=both\r\n",
        "status,email\r\n",
    ] {
        assert!(said.contains(promised), "`{promised}` is missing in:\n{said}");
    }
}

#[test]
fn the_backup_of_the_guide_can_be_restored() {
    let document = read("docs/backup.md");
    let place = Place::new();

    let said = succeeded(&place.run(&script(&document)));

    let (before, after) = said.split_once("backed up into `saved`").expect("a backup was made");
    assert!(before.contains("imported 2 people") && after.contains("\tmirja@harbour.example\t"), "{said}");
}

#[test]
fn what_the_demo_prints_works_when_pasted() {
    let place = Place::new();
    let mut demo = Demo::start(place.shell("exec usher demo --listen 127.0.0.1:0"));
    let mut greeting = demo.first_line.clone();
    while !greeting.trim_end().ends_with("/docs") {
        greeting += &demo.next_line();
    }

    let (start, end) = (greeting.find("\nTOKEN="), greeting.rfind("\n\n"));
    let pasted =
        start.zip(end).map(|(start, end)| &greeting[start..end]).expect("there is something to paste");
    let said = succeeded(&place.run(&format!("set -eu\n{pasted}")));

    let registration = answer(&said, "customQuestions())/$entity");
    assert_eq!(registration["customQuestions"].as_array().map(Vec::len), Some(2));
    assert_eq!(answer(&said, "registrants/$entity")["id"], "");
    let list = answer(&said, "registration/registrants\"");
    assert_eq!(list["value"][0]["email"], "odile@pinewater.example");
    assert_eq!(list["value"][0]["status"], "registered");

    let urls: Vec<&str> = greeting.split_whitespace().filter(|word| word.starts_with("http://")).collect();
    let [page, mailbox, first, reference] = urls[..] else { panic!("four addresses to open, not {urls:?}") };
    let look = |url: &str| succeeded(&place.run(&format!("curl -sf '{url}'")));
    assert!(look(page).contains("<form"), "the sign-up page has a form");
    assert!(look(first).matches("/registration/").count() > 10, "the first page leads to the others");
    assert!(
        look(reference).contains(Operation::EnrollRegistrant.summary()),
        "the reference names every operation"
    );
    let waiting = format!("until curl -sf '{mailbox}' | grep -o odile@pinewater.example; do sleep 1; done");
    succeeded(&place.run(&waiting));
}

#[test]
fn the_json_line_of_the_demo_has_the_members_that_scripts_rely_on() {
    let place = Place::new();
    let demo = Demo::start(place.shell("exec usher demo --json --listen 127.0.0.1:0"));
    let printed: Value = serde_json::from_str(&demo.first_line).expect("one object");

    let keys = |value: &Value| value.as_object().map(|object| object.keys().cloned().collect::<Vec<_>>());
    let expect = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());

    assert_eq!(
        keys(&printed),
        expect(&[
            "baseUrl",
            "tenantId",
            "organizer",
            "colleague",
            "app",
            "meetingId",
            "registrationPageWebUrl",
            "mailboxUrl"
        ])
    );
    for person in ["organizer", "colleague"] {
        assert_eq!(
            keys(&printed[person]),
            expect(&["id", "token", "givenName", "surname", "mail"]),
            "{person}"
        );
    }
    assert_eq!(keys(&printed["app"]), expect(&["id", "token"]));
}

#[test]
fn a_block_that_fails_fails_the_document() {
    let place = Place::new();
    let document = "<!-- run -->\n```sh\nfalse\necho on\n```\n";

    let output = place.run(&script(document));

    assert!(!output.status.success() && output.stdout.is_empty(), "{output:?}");
}
