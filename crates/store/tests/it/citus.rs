//! What the store sends to Citus, checked without Citus: `citus_stub.sql` makes functions of the same names and
//! signatures that write down their calls. What only the real extension can show is in `scale.rs`.

use sqlx::{PgPool, query, query_scalar, raw_sql};
use store::Store;
use testpg::{Cluster, Scratch};

use crate::counting::count;
use crate::rig::{Rig, at};

/// An empty database that says it has Citus.
async fn stub() -> (Scratch, PgPool) {
    let scratch = Cluster::shared().create();
    let raw = PgPool::connect(&scratch.url()).await.unwrap();
    raw_sql(include_str!("citus_stub.sql")).execute(&raw).await.unwrap();
    (scratch, raw)
}

async fn open(scratch: &Scratch) -> Result<Store, store::Fault> {
    Store::open_postgres(&scratch.url(), None, 4).await
}

async fn said(raw: &PgPool) -> Vec<String> {
    query_scalar("SELECT text FROM said ORDER BY number").fetch_all(raw).await.unwrap()
}

/// Everything that is to be said, in order.
fn everything() -> Vec<String> {
    let everywhere = [
        "deployment",
        "tenant",
        "person",
        "application",
        "access_policy",
        "access_policy_app",
        "access_grant",
        "consent",
    ];
    let spread = [
        "registration",
        "roster",
        "question",
        "registrant",
        "outbox",
        "mailing",
        "waiting",
        "event",
        "idempotency",
        "attendance",
        "entry",
        "mail_allowance",
        "mail_quota",
        "suppression",
        "feed",
        "change",
        "subscription",
        "delivery",
    ];
    let spread_table = "SELECT create_distributed_table($1::regclass, $2, colocate_with => $3)";
    let mut lines: Vec<String> =
        everywhere.map(|table| format!("SELECT create_reference_table($1::regclass) <- {table}")).into();
    lines.push(format!("{spread_table} <- meeting, slot, none"));
    lines.extend(spread.map(|table| format!("{spread_table} <- {table}, slot, meeting")));
    lines.push(format!("{spread_table} <- organizer_meeting, organizer_slot, meeting"));
    lines
}

#[tokio::test]
async fn every_table_is_placed_once_however_often_the_service_starts() {
    let (scratch, raw) = stub().await;

    for _ in 0..3 {
        open(&scratch).await.unwrap().close().await;
    }

    assert_eq!(said(&raw).await, everything());
    let unplaced: Vec<String> = query_scalar(
        "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
            AND oid NOT IN (SELECT logicalrelid FROM pg_dist_partition) ORDER BY relname",
    )
    .fetch_all(&raw)
    .await
    .unwrap();
    assert_eq!(unplaced, ["_sqlx_migrations", "fatal", "pg_dist_partition", "said"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_several_that_start_at_once_one_places_a_table() {
    let (scratch, raw) = stub().await;

    let (one, two, three) = tokio::join!(open(&scratch), open(&scratch), open(&scratch));

    for store in [one, two, three] {
        store.unwrap().close().await;
    }
    assert_eq!(said(&raw).await, everything());
}

#[tokio::test]
async fn a_start_that_was_killed_half_way_is_taken_up_by_the_next() {
    let (scratch, raw) = stub().await;
    for victim in ["access_policy", "question"] {
        query("INSERT INTO fatal VALUES ($1)").bind(victim).execute(&raw).await.unwrap();
        open(&scratch).await.expect_err("the connection is cut");
        assert!(!said(&raw).await.iter().any(|line| line.contains(&format!("<- {victim}"))));
        query("DELETE FROM fatal").execute(&raw).await.unwrap();
    }

    open(&scratch).await.unwrap().close().await;

    assert_eq!(said(&raw).await, everything());
}

/// Citus lists a table of its own making as well: one that refers to a table on every node, and is on one alone.
#[tokio::test]
async fn a_table_that_citus_merely_knows_of_is_placed() {
    let (scratch, raw) = stub().await;
    query("INSERT INTO fatal VALUES ('person')").execute(&raw).await.unwrap();
    open(&scratch).await.expect_err("the connection is cut");
    query("DELETE FROM fatal").execute(&raw).await.unwrap();
    query("INSERT INTO pg_dist_partition VALUES ('person', 'n', NULL, 's')").execute(&raw).await.unwrap();

    open(&scratch).await.unwrap().close().await;

    assert_eq!(said(&raw).await, everything());
}

/// The control: the functions alone are no Citus.
#[tokio::test]
async fn without_the_extension_nothing_is_placed() {
    let (scratch, raw) = stub().await;
    raw_sql("SET allow_system_table_mods = on; DELETE FROM pg_extension WHERE extname = 'citus'")
        .execute(&raw)
        .await
        .unwrap();

    open(&scratch).await.unwrap().close().await;

    assert_eq!(said(&raw).await, [""; 0]);
}

/// Citus answers nothing recursive over all its nodes.
#[tokio::test]
async fn slots_with_due_letters_are_found_without_recursion() {
    let (scratch, raw) = stub().await;
    let rig = Rig::on(open(&scratch).await.unwrap(), raw, scratch).await;
    let (near, far) = (rig.stage(None).await, rig.stage(None).await);
    for stage in [&near, &far] {
        rig.store.enroll(&stage.asks(0..3)).await.unwrap();
    }

    let (found, statements) = count(rig.store.due_slots(at(1))).await;

    let (mut found, mut expected) =
        (found.unwrap(), [near, far].map(|stage| stage.meeting.id.slot().number()).to_vec());
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected);
    assert_eq!(statements.len(), 1);
    assert!(!statements[0].contains("RECURSIVE"), "{statements:?}");
    assert_eq!(rig.store.due_slots(at(-1)).await.unwrap(), [0; 0]);
}
