//! How the engines find the rows, asked of the very texts in the sources, with rows in the tables.

use sqlx::{AssertSqlSafe, FromRow, PgPool, Row, SqlitePool, raw_sql};

use crate::rig::{Raw, Rig, at, key};
use crate::sources::{SLOTTED, Statement, of_the_store};

/// How the statements call the meeting, the outbox or the roster, the idempotency keys, the registrants and the registration
/// where they need a short name.
const ALIASES: [&str; 5] = ["m", "o", "i", "r", "g"];

/// Statements that read a whole table, and why they may.
const EXCEPTIONS: &[(&str, &str)] = &[("outbox: BACKLOG", "counting what waits reads what waits")];

/// The queries that run for every enrolment, page, letter or link, and the key each has to use with the columns
/// it compares.
const HOT: &[(&str, &str)] = &[
    ("enroll: LOOK", "m USING PRIMARY KEY (slot=? AND meeting_id=?)"),
    ("enroll: LOOK", "g USING PRIMARY KEY (slot=? AND meeting_id=?)"),
    ("enroll: LOOK", "o USING PRIMARY KEY (slot=? AND meeting_id=? AND registration_id=?)"),
    ("enroll: LOOK", "r USING PRIMARY KEY (slot=? AND meeting_id=?)"),
    ("enroll: TAKE_SEATS", "roster USING PRIMARY KEY (slot=? AND meeting_id=? AND registration_id=?)"),
    ("enroll: find_inserted", "r USING PRIMARY KEY (slot=? AND meeting_id=? AND registrant_id=?)"),
    (
        "enroll: remove_registrants",
        "registrant USING PRIMARY KEY (slot=? AND meeting_id=? AND registrant_id=?)",
    ),
    ("enroll: FIND_KNOWN", "r USING INDEX registrant_person (slot=? AND meeting_id=? AND live_key=?)"),
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

#[derive(FromRow)]
struct Step {
    detail: String,
}

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

/// The plan of a statement whose open places are filled in.
async fn plan(raw: &SqlitePool, text: &str) -> Vec<String> {
    let text = text
        .replace("${}", "?")
        .replace("IN {}", "IN (?, ?, ?)")
        .replace("(n, live_key) AS (VALUES {})", "(n, live_key) AS (VALUES (?, ?), (?, ?))")
        .replace("VALUES {}) AS place", "VALUES (?, ?, ?), (?, ?, ?)) AS place")
        .replace("VALUES {}", "VALUES (?), (?), (?)");
    let steps: Vec<Step> = sqlx::query_as(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {text}")))
        .fetch_all(raw)
        .await
        .unwrap_or_else(|error| panic!("{text}: {error}"));
    steps
        .into_iter()
        .map(|step| step.detail.replace("COVERING INDEX", "INDEX").replace(" EXISTS USING", " USING"))
        .collect()
}

/// An insert of many rows reads nothing; its text is finished only when the number of rows is known. And SQLite does
/// not know the words by which PostgreSQL locks a row.
fn has_plan(statement: &Statement) -> bool {
    let is_postgres_alone =
        ["FOR UPDATE", "FOR NO KEY UPDATE"].iter().any(|words| statement.text.contains(words));
    !statement.text.contains("{rows}") && !is_postgres_alone
}

fn may_read_all(statement: &Statement) -> bool {
    EXCEPTIONS.iter().any(|(place, _)| *place == statement.place) || statement.is_of_the_audit()
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
        for statement in of_the_store().iter().filter(|statement| has_plan(statement)) {
            let plan = plan(rig.sqlite_pool(), &statement.text).await;
            let is_excepted = may_read_all(statement);
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
        let plan = plan(rig.sqlite_pool(), &statement.text).await;
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
        let plan = plan(rig.sqlite_pool(), text).await;
        assert_eq!(scans(&plan).len(), 1, "{text}: {plan:?}");
    }
}

/// The plan that PostgreSQL keeps for a statement, whatever its values are, where a key may be used at all.
async fn kept_plan(pool: &PgPool, text: &str) -> String {
    let text = text.replace("${}", "$1").replace("IN {}", "IN ($1, $2, $3)");
    let values = (1..=15).rev().find(|n| text.contains(&format!("${n}"))).unwrap_or_default();
    let nothing = vec!["NULL"; values].join(", ");
    let mut connection = pool.acquire().await.unwrap();
    for setup in [
        "SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan; DEALLOCATE ALL".to_owned(),
        format!("PREPARE asked AS {text}"),
    ] {
        raw_sql(AssertSqlSafe(setup))
            .execute(&mut *connection)
            .await
            .unwrap_or_else(|error| panic!("{text}: {error}"));
    }
    let call = if values == 0 { String::new() } else { format!("({nothing})") };
    let rows =
        raw_sql(AssertSqlSafe(format!("EXPLAIN EXECUTE asked{call}"))).fetch_all(&mut *connection).await;
    let lines: Vec<String> = rows.unwrap().iter().map(|row| row.get(0)).collect();
    lines.join("\n")
}

/// Tables of a meeting are read by a key that begins with the slot, on the other engine as well.
#[tokio::test]
async fn no_statement_reads_a_whole_table_on_postgres_either() {
    let rig = furnished(Rig::postgres().await).await;
    rig.raw.analyze().await;
    let Raw::Postgres(pool) = &rig.raw else { panic!("the rig is PostgreSQL's") };
    let reads_all = |plan: &str| SLOTTED.iter().any(|table| plan.contains(&format!("Seq Scan on {table}")));
    let mut read = 0;
    for statement in of_the_store().iter().filter(|statement| is_whole(statement)) {
        let plan = kept_plan(pool, &statement.text).await;
        let is_excepted = may_read_all(statement);
        assert!(!reads_all(&plan) || is_excepted, "{}: {plan}", statement.place);
        read += usize::from(plan.contains("Index"));
    }
    assert!(read > 20, "only {read} statements use a key");
    let control = kept_plan(pool, "SELECT email FROM registrant WHERE email = $1").await;
    assert!(reads_all(&control), "the control: {control}");
}

/// What is asked about several meetings at once finds each by its key, on both engines.
#[tokio::test]
async fn meetings_asked_for_together_are_found_by_their_keys() {
    let (sqlite, postgres) = (furnished(Rig::sqlite().await).await, furnished(Rig::postgres().await).await);
    let Raw::Postgres(pool) = &postgres.raw else { panic!("the rig is PostgreSQL's") };
    let all = of_the_store();
    for place in ["enroll: LOOK", "lib: LOCK"] {
        let text = &all.iter().find(|statement| statement.place == place).unwrap().text;
        let several = |values| {
            text.replace(
                "m.slot = $1 AND m.meeting_id = $2",
                &format!("(m.slot, m.meeting_id) IN (VALUES {values})"),
            )
        };
        let plan_of_several = kept_plan(pool, &several("($1::bigint, $2::uuid), ($3, $4)")).await;
        assert!(!plan_of_several.contains("Seq Scan on"), "{place}: {plan_of_several}");
        if place == "enroll: LOOK" {
            let steps = plan(sqlite.sqlite_pool(), &several("(?, ?), (?, ?)")).await;
            assert!(scans(&steps).is_empty(), "{place}: {steps:#?}");
            assert!(
                steps.contains(&"SEARCH m USING PRIMARY KEY (slot=? AND meeting_id=?)".to_owned()),
                "{steps:#?}"
            );
        }
    }
}

/// A statement whose text is finished in the source.
fn is_whole(statement: &Statement) -> bool {
    let is_sqlite_alone = statement.place == "outbox: LEASE";
    !statement.text.contains('{') && !statement.text.contains('?') && !is_sqlite_alone
}
