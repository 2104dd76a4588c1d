//! Three processes on one PostgreSQL database, driven over HTTP, while a fourth looks at the database all the time.

mod client;
mod cluster;

use std::collections::BTreeMap;
use std::env;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use server::clock::Clock;
use testpg::Protection;

use client::{Answered, Request, crowd};
use cluster::{Hall, Nodes, Watched, Watcher};

/// How many answers had which status and inner code.
fn tally(answers: &[Answered]) -> BTreeMap<String, usize> {
    let mut tally = BTreeMap::new();
    for answer in answers {
        let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
        let code = body["error"]["innerError"]["code"].as_str().unwrap_or_default();
        *tally.entry(format!("{} {code}", answer.status).trim().to_owned()).or_default() += 1;
    }
    tally
}

fn counts<const N: usize>(wanted: [(&str, usize); N]) -> BTreeMap<String, usize> {
    wanted.map(|(answer, times)| (answer.to_owned(), times)).into()
}

fn guest(hall: &Hall, token: &str, n: usize) -> Request {
    let body = json!({"firstName": "Guest", "lastName": format!("Number {n}"), "email": format!("g{n}@pinewater.example")});
    Request::post(&hall.registrants(), body.to_string()).token(token)
}

/// The same person as the one row of a request for many.
fn guest_of_many(hall: &Hall, token: &str, n: usize) -> Request {
    let row: Value = serde_json::from_str(&guest(hall, token, n).body).unwrap();
    let body = json!({"registrants": [row]});
    Request::post(&format!("{}/enrollRegistrants", hall.registration), body.to_string()).token(token)
}

fn ticket(hall: &Hall, token: &str, id: &str) -> Request {
    let body = json!({"@odata.type": "#microsoft.graph.externalMeetingRegistrant", "id": id});
    Request::post(&hall.registrants(), body.to_string()).token(token)
}

/// How many people ask for how many places.
fn size() -> (usize, usize) {
    if env::var_os("USHER_TEST_LONG").is_some() { (10_000, 500) } else { (900, 120) }
}

/// It found nothing, and was there to find it: between two looks it rested for no more than a second on average, which is
/// ten times what it was told. How long a look takes is the machine's, and is not held against it.
fn assert_quiet(watcher: Watcher) {
    let Watched { said, looks, milliseconds, looking } = watcher.end();
    println!("{}", said.trim());
    assert!(said.contains("breaches: 0"), "{said}");
    assert!(
        looks >= 2 && milliseconds.saturating_sub(looking) <= looks * 1_000,
        "it looked too seldom: {said}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_nodes_give_exactly_the_places_there_are() {
    let nodes = Nodes::start().await;
    let (people, places) = size();
    let hall = nodes.hall(json!({"capacity": places})).await;
    let watcher = nodes.watch();
    let requests = (0..people).map(|n| guest(&hall, &nodes.tokens[0], n)).collect();

    let (busy, answers) = crowd(&nodes, 96, requests).await;

    println!("{people} people, {places} places, {busy} times told to come again");
    assert_eq!(tally(&answers), counts([("200", places), ("409 registrationFull", people - places)]));
    assert_eq!(nodes.count("SELECT count(live_key) FROM registrant").await, places as i64);
    assert_eq!(nodes.count("SELECT count(*) FROM outbox").await, places as i64);
    assert_quiet(watcher);
}

/// The control of the test above, of the program as it is: the lock on the meeting's row is switched off in the database.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_lock_three_nodes_give_more_places_than_there_are() {
    let nodes = Nodes::start().await;
    nodes.scratch.without(Protection::MeetingLock);
    let watcher = nodes.watch();

    // Nearly always the first meeting has too many already; where everything waits for a processor, a later one.
    let too_many = "SELECT count(*) FROM roster WHERE seats_taken > 20";
    for _ in 0..100 {
        let hall = nodes.hall(json!({"capacity": 20})).await;
        crowd(&nodes, 96, (0..400).map(|n| guest(&hall, &nodes.tokens[0], n)).collect()).await;
        if nodes.count(too_many).await > 0 {
            break;
        }
    }

    let said = watcher.end().said;
    println!("{}", said.trim());
    assert!(nodes.count(too_many).await > 0, "twenty places were enough, a hundred times");
    assert!(said.contains("no more than the capacity"), "the watcher saw nothing: {said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_person_on_three_nodes_by_api_by_page_and_among_many_has_one_place_and_one_letter() {
    let nodes = Nodes::start().await;
    let hall = nodes.hall(json!({"capacity": 5})).await;
    let watcher = nodes.watch();
    let form = "firstName=Guest&lastName=Number+1&email=g1%40pinewater.example".to_owned();
    let page = Request::post(&hall.page, form).form();
    // Each node gets some of each kind.
    let requests = (0..100).map(|n| match n / 3 % 3 {
        0 => guest(&hall, &nodes.tokens[0], 1),
        1 => page.clone(),
        _ => guest_of_many(&hall, &nodes.tokens[0], 1),
    });

    let (_, answers) = crowd(&nodes, 100, requests.collect()).await;

    assert_eq!(tally(&answers), counts([("200", 100)]));
    let (of_many, by_itself): (Vec<&Answered>, Vec<&Answered>) =
        answers.iter().partition(|answer| answer.body.contains("registrantResult"));
    let mut bodies: Vec<&str> = by_itself.iter().map(|answer| answer.body.as_str()).collect();
    bodies.sort_unstable();
    bodies.dedup();
    assert_eq!(bodies.len(), 2, "one answer by the API and one by the page: {bodies:?}");
    // Only whoever among many was the first of all is told that the person was not there before.
    let results: Vec<Value> = of_many
        .iter()
        .map(|answer| serde_json::from_str::<Value>(&answer.body).unwrap()["value"][0].take())
        .collect();
    assert_eq!(results.len(), 33);
    let is_same = |result: &Value| result["status"] == "registered" && result["id"] == results[0]["id"];
    assert!(results.iter().all(is_same), "{results:#?}");
    assert!(results.iter().filter(|result| result["wasRegistered"] == false).count() <= 1, "{results:#?}");
    assert_eq!(nodes.count("SELECT count(*) FROM registrant").await, 1);
    assert_eq!(nodes.count("SELECT count(*) FROM outbox WHERE kind = 'confirmation'").await, 1);
    assert_quiet(watcher);
}

/// The control of the test above.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_key_one_person_on_three_nodes_has_many_places() {
    let nodes = Nodes::start().await;
    let hall = nodes.hall(json!({})).await;
    nodes.scratch.without(Protection::PersonKey);

    crowd(&nodes, 30, (0..30).map(|_| guest(&hall, &nodes.tokens[0], 1)).collect()).await;

    assert!(nodes.count("SELECT count(*) FROM registrant").await > 1, "one row without the key");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_key_on_three_nodes_has_one_answer_also_after_a_crash_between_commit_and_answer() {
    let mut nodes = Nodes::start().await;
    let hall = nodes.hall(json!({"@odata.type": "#microsoft.graph.externalMeetingRegistration"})).await;
    let watcher = nodes.watch();
    let [one, two] = nodes.tokens.clone();
    let asked = ticket(&hall, &one, "crm/1").key("retry");

    let (_, answers) = crowd(&nodes, 60, vec![asked.clone(); 60]).await;

    assert_eq!(tally(&answers), counts([("200", 60)]));
    assert!(answers.iter().all(|answer| answer.body == answers[0].body), "{answers:#?}");
    assert!(answers[0].body.contains("joinWebUrl"), "{}", answers[0].body);

    // Another body under the key, and the key of another caller.
    for n in 0..3 {
        let mut client = nodes.client(n).await;
        let (_, other) = client.insist(&ticket(&hall, &one, "crm/2").key("retry")).await;
        assert_eq!(tally(&[other]), counts([("422 idempotencyKeyReused", 1)]));
    }
    let (_, of_two) = crowd(&nodes, 9, vec![ticket(&hall, &two, "crm/2").key("retry"); 9]).await;
    assert_eq!(tally(&of_two), counts([("200", 9)]));
    assert_eq!(nodes.count("SELECT count(*) FROM registrant").await, 2);

    // The first node commits, never hears of it, and is killed.
    let mut client = nodes.client(0).await;
    nodes.relay.keep_commits_of("INSERT INTO registrant");
    let lost = ticket(&hall, &one, "crm/3").key("lost");
    let answer = tokio::spawn({
        let lost = lost.clone();
        async move { client.send(&lost).await }
    });
    while nodes.count("SELECT count(*) FROM idempotency").await < 3 {
        assert!(!answer.is_finished(), "nothing is answered before the commit is known");
    }
    assert!(!answer.is_finished(), "nothing is answered before the commit is known");
    nodes.kill(0);
    assert!(answer.await.unwrap().is_err(), "the node is gone");
    let mut replays = Vec::new();
    for n in [1, 2, 1, 2] {
        replays.push(nodes.client(n).await.insist(&lost).await.1);
    }

    assert_eq!(tally(&replays), counts([("200", 4)]));
    assert!(replays.iter().all(|answer| answer.body == replays[0].body), "{replays:#?}");
    assert_eq!(nodes.count("SELECT count(*) FROM registrant").await, 3);
    assert_quiet(watcher);
}

/// The control of the test above: one key is good for a request on each node.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_memory_of_keys_one_key_on_three_nodes_has_three_answers() {
    let nodes = Nodes::start().await;
    let hall = nodes.hall(json!({"@odata.type": "#microsoft.graph.externalMeetingRegistration"})).await;
    nodes.scratch.without(Protection::Key);

    let mut answers = Vec::new();
    for n in 0..3 {
        let asked = ticket(&hall, &nodes.tokens[0], &format!("crm/{n}")).key("retry");
        answers.push(nodes.client(n).await.insist(&asked).await.1);
    }

    assert_eq!(tally(&answers), counts([("200", 3)]));
    assert_eq!(nodes.count("SELECT count(*) FROM registrant").await, 3);
}

/// Notes each place that is given with the capacity of that moment: the transaction holds the meeting's lock.
const NOTE_PLACES: &str = "
    CREATE TABLE given (seats BIGINT, capacity BIGINT);
    CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN
        INSERT INTO given SELECT NEW.seats_taken, g.capacity FROM registration g
            WHERE g.meeting_id = NEW.meeting_id AND g.registration_id = NEW.registration_id;
        RETURN NEW; END';
    CREATE TRIGGER note AFTER UPDATE ON roster FOR EACH ROW
        WHEN (NEW.seats_taken > OLD.seats_taken) EXECUTE FUNCTION note()";

/// Places that were given beyond the capacity of their moment.
const BEYOND: &str = "SELECT count(*) FROM given WHERE seats > capacity";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn enrolments_cancellations_and_changed_rules_on_three_nodes_keep_to_the_rules_of_their_moment() {
    let nodes = Nodes::start().await;
    let hall = nodes.hall(json!({"capacity": 30})).await;
    nodes.scratch.execute(NOTE_PLACES);
    let watcher = nodes.watch();

    let (answers, canceled) = come_and_go(&nodes, &hall, 32, size().0 / 2).await;

    println!("{answers:?}, {canceled} canceled");
    assert!(
        answers.keys().all(|answer| ["200", "409 registrationFull"].contains(&answer.as_str())),
        "{answers:?}"
    );
    let enrolled = answers["200"] as i64;
    assert_eq!(nodes.count("SELECT count(*) FROM registrant").await, enrolled);
    assert_eq!(nodes.count("SELECT count(live_key) FROM registrant").await, enrolled - canceled as i64);
    assert!(nodes.count("SELECT count(*) FROM given").await > 0);
    assert_eq!(nodes.count(BEYOND).await, 0);

    close(&nodes, &hall).await;
    assert_quiet(watcher);
}

/// The control of the test above, of its places.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_lock_three_nodes_give_places_beyond_the_capacity_of_their_moment() {
    let nodes = Nodes::start().await;
    nodes.scratch.without(Protection::MeetingLock);
    nodes.scratch.execute(NOTE_PLACES);

    for _ in 0..100 {
        let hall = nodes.hall(json!({"capacity": 30})).await;
        come_and_go(&nodes, &hall, 96, 400).await;
        if nodes.count(BEYOND).await > 0 {
            break;
        }
    }

    assert!(nodes.count(BEYOND).await > 0, "every capacity was enough, in a hundred meetings");
}

/// The control of the test above, of its end: what a node remembers of a registration is held against the version alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_version_nodes_that_remember_a_later_end_let_people_in_behind_it() {
    let nodes = Nodes::start().await;
    let hall = nodes.hall(json!({})).await;
    nodes.scratch.without(Protection::RegistrationVersion);
    let token = &nodes.tokens[0];
    for n in 0..3 {
        let (_, answer) = nodes.client(n).await.insist(&guest(&hall, token, n)).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }

    let end = Clock::System.now();
    move_end(&nodes, &hall, json!({"endDateTime": end.to_string()})).await;
    for n in 0..3 {
        nodes.client(n).await.insist(&guest(&hall, token, 3 + n)).await;
    }

    assert!(nodes.count(&came_late(end)).await > 0, "every node knew the new end");
}

/// People ask for places and give them back, while the capacity jumps up and down; how many answers were which, and how many
/// places were given back.
async fn come_and_go(
    nodes: &Nodes,
    hall: &Hall,
    connections: usize,
    people: usize,
) -> (BTreeMap<String, usize>, usize) {
    let (token, registration) = (&nodes.tokens[0], &hall.registration);
    let enrolling = crowd(nodes, connections, (0..people).map(|n| guest(hall, token, n)).collect());
    let is_over = AtomicBool::new(false);
    let enrolling = async {
        let answers = enrolling.await;
        is_over.store(true, Ordering::Release);
        answers
    };
    let canceling = cancel_some(nodes, hall, people / 10, &is_over);
    let changing = async {
        let mut client = nodes.client(2).await;
        for capacity in [10, 60, 5, 45, 20, 80].repeat(3) {
            let body = json!({ "capacity": capacity }).to_string();
            let (_, answer) = client.insist(&Request::of("PATCH", registration, body).token(token)).await;
            assert_eq!(answer.status, 200, "{}", answer.body);
        }
    };
    let ((_, answers), canceled, ()) = tokio::join!(enrolling, canceling, changing);
    (tally(&answers), canceled)
}

/// Takes places back until so many are, or nobody comes any more; how many were.
async fn cancel_some(nodes: &Nodes, hall: &Hall, wanted: usize, is_over: &AtomicBool) -> usize {
    let mut client = nodes.client(1).await;
    let mut canceled = 0;
    let mut is_last = false;
    while canceled < wanted && !is_last {
        is_last = is_over.load(Ordering::Acquire);
        let list = Request::of("GET", &hall.registrants(), String::new()).token(&nodes.tokens[0]);
        let (_, list) = client.insist(&list).await;
        let list: Value = serde_json::from_str(&list.body).unwrap();
        for registrant in list["value"].as_array().unwrap() {
            if registrant["status"] == "registered" && canceled < wanted {
                let path = format!("{}/{}", hall.registrants(), registrant["id"].as_str().unwrap());
                let request = Request::of("DELETE", &path, String::new()).token(&nodes.tokens[0]);
                let (_, answer) = client.insist(&request).await;
                assert_eq!(answer.status, 204, "{}", answer.body);
                canceled += 1;
            }
        }
    }
    canceled
}

/// Lets the registration end by itself, while people ask on every node until all are turned away; later where nobody came
/// before.
async fn close(nodes: &Nodes, hall: &Hall) {
    let mut in_a_while = SignedDuration::from_secs(1);
    while close_in(nodes, hall, in_a_while).await == 0 {
        in_a_while += in_a_while;
    }
}

/// Tells how many came before the end.
async fn close_in(nodes: &Nodes, hall: &Hall, in_a_while: SignedDuration) -> i64 {
    let token = &nodes.tokens[0];
    let end = Clock::System.now() + in_a_while;
    move_end(nodes, hall, json!({"capacity": null, "endDateTime": end.to_string()})).await;
    let mut next = 100_000;
    loop {
        let is_late = Clock::System.now() > end;
        let requests = (next..next + 60).map(|n| guest(hall, token, n)).collect();
        next += 60;
        let (_, answers) = crowd(nodes, 12, requests).await;
        let answers = tally(&answers);
        assert!(
            answers.keys().all(|told| ["200", "400 registrationEnded"].contains(&told.as_str())),
            "{answers:?}"
        );
        if is_late {
            assert_eq!(answers, counts([("400 registrationEnded", 60)]), "all of it was asked after the end");
            break;
        }
    }
    assert_eq!(nodes.count(&came_late(end)).await, 0, "somebody passed a turnstile at the end or behind it");
    let before = "SELECT count(*) FROM registrant WHERE email LIKE 'g1_____@%'";
    nodes.count(before).await
}

/// Changes the registration by the first node.
async fn move_end(nodes: &Nodes, hall: &Hall, body: Value) {
    let request = Request::of("PATCH", &hall.registration, body.to_string()).token(&nodes.tokens[0]);
    let (_, answer) = nodes.client(0).await.insist(&request).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

/// How many passed a turnstile at that moment or behind it. When they were committed no row says, and that may be later:
/// "Which moment counts" in docs/reliability.md.
fn came_late(end: Timestamp) -> String {
    format!("SELECT count(*) FROM registrant WHERE registered_at >= {}", end.as_microsecond())
}
