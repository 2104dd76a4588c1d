//! How the engines find the rows, asked of the very texts in the sources, with rows in the tables.

use crate::asking::{Values, is_for_postgres, is_for_sqlite, postgres_plan, sqlite_plan};
use crate::rig::{Raw, Rig, at, key};
use crate::sources::{SLOTTED, of_the_store};

/// How the statements call the outbox or the roster, the idempotency keys, the registrants and the registration
/// where they need a short name.
const ALIASES: [&str; 4] = ["o", "i", "r", "g"];

/// Statements that read a whole table, and why they may.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("outbox: BACKLOG", "counting what waits reads what waits"),
    ("outbox: DUE_SLOTS_OF_NODES", "asked of Citus alone, where each node walks the key of its own letters"),
];

/// The queries that run for every enrolment, page, letter or link, and the key each has to use with the columns
/// it compares.
const HOT: &[(&str, &str)] = &[
    ("enroll: LOOK", "g USING PRIMARY KEY (slot=? AND meeting_id=?)"),
    ("enroll: LOOK", "o USING PRIMARY KEY (slot=? AND meeting_id=? AND registration_id=?)"),
    ("enroll: LOOK", "r USING PRIMARY KEY (slot=? AND meeting_id=?)"),
    ("enroll: TAKE_SEATS", "roster USING PRIMARY KEY (slot=? AND meeting_id=? AND registration_id=?)"),
    ("enroll: find_inserted", "r USING PRIMARY KEY (slot=? AND meeting_id=? AND registrant_id=?)"),
    (
        "enroll: remove_registrants",
        "registrant USING PRIMARY KEY (slot=? AND meeting_id=? AND registrant_id=?)",
    ),
    ("enroll: find_known", "r USING INDEX registrant_person (slot=? AND meeting_id=? AND live_key=?)"),
    ("idempotency: remembered", "i USING PRIMARY KEY (slot=? AND meeting_id=? AND key_hash=?)"),
    ("cancel: CANCEL", "registrant USING PRIMARY KEY (slot=? AND meeting_id=? AND registrant_id=?)"),
    ("registrant: FIND", "registrant USING PRIMARY KEY (slot=? AND meeting_id=? AND registrant_id=?)"),
    (
        "registrant: FIND_LIVE",
        "registrant USING INDEX registrant_person (slot=? AND meeting_id=? AND live_key=?)",
    ),
    ("registrant: PAGE", "registrant USING PRIMARY KEY (slot=? AND meeting_id=? AND registrant_id>?)"),
    ("meeting: FIND", "meeting USING PRIMARY KEY (slot=? AND meeting_id=?)"),
    (
        "meeting: FIND_BY_EXTERNAL_ID",
        "organizer_meeting USING INDEX organizer_meeting_external \
         (organizer_slot=? AND tenant_id=? AND organizer_id=? AND external_id=?)",
    ),
    ("registration: FIND_LIVE", "g USING PRIMARY KEY (slot=? AND meeting_id=?)"),
    ("outbox: LEASE", "outbox USING PRIMARY KEY (slot=?)"),
    ("outbox: LEASE", "outbox USING PRIMARY KEY (slot=? AND outbox_id=?)"),
    ("outbox: DUE_SLOTS", "o USING PRIMARY KEY (slot>?)"),
    ("outbox: DUE_SLOTS", "o USING PRIMARY KEY (slot=?)"),
    ("idempotency: EXPIRED_SLOTS", "i USING INDEX idempotency_expiry (slot=? AND expires_at<?)"),
    ("idempotency: REMOVE_EXPIRED", "i USING INDEX idempotency_expiry (slot=? AND expires_at<?)"),
    ("idempotency: REMOVE_EXPIRED", "idempotency USING PRIMARY KEY (slot=? AND meeting_id=? AND key_hash=?)"),
    ("directory: FIND_PERSON", "person USING PRIMARY KEY (tenant_id=? AND person_id=?)"),
    ("directory: FIND_PERSON_BY_UPN", "person USING INDEX person_upn (tenant_id=? AND upn_key=?)"),
];

async fn furnished(rig: Rig) -> Rig {
    for _ in 0..4 {
        let stage = rig.stage(Some(1_000)).await;
        let mut batch = stage.asks(0..200);
        for (n, asked) in (0..=u8::MAX).zip(&mut batch) {
            asked.idempotency = key(n, n, at(86_400));
        }
        rig.store.enroll(&batch).await.unwrap();
    }
    rig
}

/// Steps that read a whole table, or all of an index whatever its first column says.
fn scans(plan: &[String]) -> Vec<&String> {
    let reads_all = |step: &&String| {
        let mut words = step.split(' ');
        let is_scan = words.next() == Some("SCAN") || step.contains("ANY(");
        is_scan && words.next().is_some_and(|table| SLOTTED.contains(&table) || ALIASES.contains(&table))
    };
    plan.iter().filter(reads_all).collect()
}

#[tokio::test]
async fn no_statement_reads_a_whole_table_that_grows() {
    let rig = furnished(Rig::sqlite().await).await;
    for round in ["without figures", "with figures"] {
        for statement in of_the_store().iter().filter(|statement| is_for_sqlite(statement)) {
            let plan = sqlite_plan(rig.sqlite_pool(), &statement.text).await;
            let is_excepted = EXCEPTIONS.iter().any(|(place, _)| *place == statement.place);
            assert!(scans(&plan).is_empty() || is_excepted, "{}, {round}: {plan:#?}", statement.place);
        }
        // Figures about the tables, by which the planner may choose another way. Nobody makes them by default.
        rig.raw.analyze().await;
    }
}

/// Without figures, as they run: with some, another key may do as well for the few rows of a test.
#[tokio::test]
async fn hot_queries_use_their_key() {
    let rig = furnished(Rig::sqlite().await).await;
    let all = of_the_store();
    for (place, expected) in HOT {
        let statement = all.iter().find(|statement| statement.place == *place);
        let statement = statement.unwrap_or_else(|| panic!("{place} is gone"));
        let plan = sqlite_plan(rig.sqlite_pool(), &statement.text).await;
        let wanted = format!("SEARCH {expected}");
        assert!(plan.contains(&wanted), "{place} should {wanted}, and does: {plan:#?}");
        assert!(!plan.iter().any(|step| step.contains("TEMP B-TREE")), "{place} sorts: {plan:#?}");
    }
}

/// The control of the two tests above.
#[tokio::test]
async fn a_query_without_a_key_is_caught() {
    let rig = furnished(Rig::sqlite().await).await;
    rig.raw.analyze().await;
    for text in [
        "SELECT email FROM registrant WHERE email = $1",
        "DELETE FROM outbox WHERE outbox_id = $1",
        "UPDATE meeting SET subject = NULL WHERE meeting_id = $1",
        "SELECT 1 FROM outbox o WHERE o.due_at <= $1",
    ] {
        let plan = sqlite_plan(rig.sqlite_pool(), text).await;
        assert_eq!(scans(&plan).len(), 1, "{text}: {plan:?}");
    }
}

/// Tables of a meeting are read by a key that begins with the slot, on the other engine as well.
#[tokio::test]
async fn no_statement_reads_a_whole_table_on_postgres_either() {
    let rig = furnished(Rig::postgres().await).await;
    rig.raw.analyze().await;
    let Raw::Postgres(pool) = &rig.raw else { panic!("the rig is PostgreSQL's") };
    let reads_all = |plan: &str| SLOTTED.iter().any(|table| plan.contains(&format!("Seq Scan on {table}")));
    let mut read = 0;
    for statement in of_the_store().iter().filter(|statement| is_for_postgres(statement)) {
        let plan = postgres_plan(pool, &statement.text, Values::Any).await;
        let is_excepted = EXCEPTIONS.iter().any(|(place, _)| *place == statement.place);
        assert!(!reads_all(&plan) || is_excepted, "{}: {plan}", statement.place);
        read += usize::from(plan.contains("Index"));
    }
    assert!(read > 20, "only {read} statements use a key");
    let control = postgres_plan(pool, "SELECT email FROM registrant WHERE email = $1", Values::Any).await;
    assert!(reads_all(&control), "the control: {control}");
}

#[tokio::test]
async fn zz_dump() {
    let rig = furnished(Rig::postgres().await).await;
    rig.raw.analyze().await;
    let Raw::Postgres(pool) = &rig.raw else { panic!("the rig is PostgreSQL's") };
    for statement in of_the_store().iter().filter(|statement| is_for_postgres(statement)) {
        let plan = postgres_plan(pool, &statement.text, Values::Any).await;
        println!("=== {}\n{plan}", statement.place);
    }
    for statement in of_the_store().iter().filter(|statement| is_for_postgres(statement)) {
        postgres_plan(pool, &statement.text, Values::Some).await;
    }
}
