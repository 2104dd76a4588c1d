//! A Citus cluster that was started elsewhere. `USHER_TEST_SCALE_URL` names a database of its
//! coordinator with the extension and at least two workers, kept for this test alone: its tables are made anew.
//!
//! A worker that is killed is not among what is tested: a database's address gives no hold on its processes.

use sqlx::{PgPool, query, query_as, query_scalar, raw_sql};
use store::Store;

use crate::asking::{Values, is_for_postgres, postgres_plan};
use crate::rig::{Rig, Stage, at, seated};
use crate::sources::{SLOTTED, Statement, of_the_store};

/// Statements that ask several nodes, and why they may.
const MANY_NODES: &[(&str, &str)] = &[
    ("outbox: DUE_SLOTS_OF_NODES", "it finds out which slots have work"),
    ("idempotency: EXPIRED_SLOTS_OF_NODES", "it finds out which slots have old keys"),
    ("outbox: BACKLOG", "one figure for the operator over everything"),
];
/// Statements that are not sent to Citus.
const ELSEWHERE: [&str; 2] = ["outbox: DUE_SLOTS", "idempotency: EXPIRED_SLOTS"];

const CLIENTS: usize = 64;
const PLACES: u32 = 500;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_schema_and_statements_spread_over_nodes() {
    let Ok(url) = std::env::var("USHER_TEST_SCALE_URL") else {
        eprintln!("SKIPPED: nothing was tested on Citus, because USHER_TEST_SCALE_URL names no cluster");
        return;
    };
    let raw = PgPool::connect(&url).await.unwrap();
    make_anew(&raw).await;
    let open = || Store::open_postgres(&url, None, 40);
    let (one, other) = tokio::join!(open(), open());
    other.unwrap().close().await;
    let rig = Rig::of(one.unwrap(), raw.clone(), url.clone()).await;

    let stage = rig.stage(None).await;
    rig.store.enroll(&stage.asks(0..3)).await.unwrap();
    let wrong = not_on_one_node(&raw).await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    let due = rig.store.due_slots(at(1)).await.unwrap();
    assert!(due.contains(&stage.meeting.id.slot().number()), "{due:?}");
    assert_eq!(rig.store.remove_expired_keys(at(1)).await.unwrap(), 0);
    assert_eq!(rig.store.backlog().await.unwrap().0, 3);
    nobody_is_seated_beyond_the_capacity(&rig).await;
    nothing_is_lost_while_a_meeting_moves_to_another_node(&rig, &raw).await;
}

/// The control: where nothing is spread, nothing says that it asks one node.
#[tokio::test]
async fn a_database_without_nodes_is_told_from_a_cluster() {
    let rig = Rig::postgres().await;
    let crate::rig::Raw::Postgres(pool) = &rig.raw else { panic!("the rig is PostgreSQL's") };

    let asked = asked_of_nodes().len();

    assert!(asked > 40, "only {asked} statements");
    assert_eq!(not_on_one_node(pool).await.len(), asked);
}

/// The control of what runs under load, on a database without nodes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_one_node_nobody_is_seated_beyond_the_capacity_either() {
    nobody_is_seated_beyond_the_capacity(&Rig::postgres().await).await;
}

async fn make_anew(raw: &PgPool) {
    let tables =
        "idempotency, event, outbox, registrant, question, roster, registration, meeting, organizer_meeting,
        access_grant, access_policy_app, access_policy, application, person, tenant, deployment, _sqlx_migrations";
    for table in tables.split(',').map(str::trim) {
        let drop = format!("DROP TABLE IF EXISTS {table} CASCADE");
        raw_sql(sqlx::AssertSqlSafe(drop)).execute(raw).await.unwrap();
    }
}

/// The statements on a meeting's tables that one node answers.
fn asked_of_nodes() -> Vec<Statement> {
    let is_left_out =
        |place: &str| MANY_NODES.iter().any(|(excepted, _)| *excepted == place) || ELSEWHERE.contains(&place);
    let is_on_a_meeting = |text: &str| text.split([' ', '(', ')', ',']).any(|word| SLOTTED.contains(&word));
    of_the_store()
        .into_iter()
        .filter(|statement| is_for_postgres(statement) && is_on_a_meeting(&statement.text))
        .filter(|statement| !is_left_out(&statement.place))
        .collect()
}

/// Statements whose plan is not one task for one node, or several such steps.
async fn not_on_one_node(pool: &PgPool) -> Vec<String> {
    let mut wrong = Vec::new();
    for statement in asked_of_nodes() {
        let plan = postgres_plan(pool, &statement.text, Values::Some).await;
        let mut tasks = plan.lines().filter_map(|line| line.trim().strip_prefix("Task Count: "));
        let first = tasks.next();
        if first != Some("1") || tasks.any(|count| count != "1") {
            wrong.push(format!("{}:\n{plan}", statement.place));
        }
    }
    wrong
}

/// Clients who each bring the same crowd, in batches of their own.
async fn nobody_is_seated_beyond_the_capacity(rig: &Rig) {
    let stage = rig.stage(Some(PLACES)).await;
    let mut clients = tokio::task::JoinSet::new();
    for client in 0..CLIENTS {
        let (store, stage) = (rig.store.clone(), stage.clone());
        clients.spawn(async move {
            let mut seats = 0;
            for batch in 0..5 {
                let first = (client * 5 + batch) * 4;
                seats += seated(&store.enroll(&stage.asks(first..first + 4)).await.unwrap()).len();
            }
            seats
        });
    }
    let seats: usize = clients.join_all().await.into_iter().sum();

    let tally = rig.tally(stage.meeting.id).await;
    assert_eq!(seats, PLACES as usize, "{} asked", CLIENTS * 20);
    assert_eq!((tally.live, tally.seats_taken, tally.confirmations), (500, 500, 500), "{tally:?}");
}

/// The shard of a meeting goes to another worker and comes back, while people enrol.
async fn nothing_is_lost_while_a_meeting_moves_to_another_node(rig: &Rig, raw: &PgPool) {
    let stage = rig.stage(None).await;
    let slot = stage.meeting.id.slot().number();
    let workers: Vec<(String, i32)> = query_as(
        "SELECT nodename, nodeport FROM pg_dist_node WHERE isactive AND shouldhaveshards AND noderole = 'primary'",
    )
    .fetch_all(raw)
    .await
    .unwrap();
    assert!(workers.len() > 1, "a shard needs another worker to go to: {workers:?}");
    let shard: i64 = query_scalar("SELECT get_shard_id_for_distribution_column('registrant', $1)")
        .bind(slot)
        .fetch_one(raw)
        .await
        .unwrap();

    let load = tokio::spawn(enrol_for_a_while(rig.store.clone(), stage.clone()));
    for _ in 0..2 {
        let (host, port): (String, i32) =
            query_as("SELECT nodename, nodeport::int FROM pg_dist_shard_placement WHERE shardid = $1")
                .bind(shard)
                .fetch_one(raw)
                .await
                .unwrap();
        let (other, other_port) = workers.iter().find(|(name, at)| (name, *at) != (&host, port)).unwrap();
        query("SELECT citus_move_shard_placement($1, $2, $3, $4, $5)")
            .bind(shard)
            .bind(&host)
            .bind(port)
            .bind(other)
            .bind(other_port)
            .execute(raw)
            .await
            .unwrap();
    }
    let acknowledged = load.await.unwrap();

    let tally = rig.tally(stage.meeting.id).await;
    assert_eq!(tally.live, tally.seats_taken, "{tally:?}");
    assert!(tally.live >= acknowledged, "{acknowledged} were told they have a place: {tally:?}");
    assert!(acknowledged > 0, "nobody enrolled meanwhile");
}

/// How many were told that they have a place. Who was told nothing may have one all the same, and asks no more.
async fn enrol_for_a_while(store: Store, stage: Stage) -> i64 {
    let mut acknowledged = 0;
    for number in 0..2_000 {
        if let Ok(verdicts) = store.enroll(&[stage.ask(number)]).await {
            acknowledged += seated(&verdicts).len() as i64;
        }
    }
    acknowledged
}
