//! A Citus cluster that was started elsewhere. `USHER_TEST_SCALE_URL` names a database of its
//! coordinator with the extension and at least two workers: Usher's tables there are made anew.
//!
//! A database's address gives no hold on its processes. `USHER_TEST_SCALE_KILL` is a command that kills a worker and ends
//! when that worker, or its standby, answers again.

use std::env;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sqlx::{AssertSqlSafe, PgPool, query, query_as, query_scalar, raw_sql};
use store::{Settlement, Store};
use testpg::{Cluster, Server};
use tokio::task::{JoinSet, block_in_place};
use tokio::time::timeout;

use crate::asking::{Values, is_for_postgres, postgres_plan};
use crate::rig::{MINUTE, Raw, Rig, Stage, at, fresh_id, seated};
use crate::sources::{SLOTTED, Statement, of_the_store, steps};

const CLIENTS: usize = 64;
const PLACES: u32 = 500;
/// Enough meetings that some are on the node that is killed.
const MEETINGS: usize = 16;
/// How long after all is well again somebody may be told that it is not.
const SLOWEST: Duration = Duration::from_secs(120);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_schema_and_statements_spread_over_nodes() {
    let Ok(url) = env::var("USHER_TEST_SCALE_URL") else {
        say("SKIPPED: nothing was tested on Citus, because USHER_TEST_SCALE_URL names no cluster");
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
    letters_leave(&rig, &stage).await;
    nobody_is_seated_beyond_the_capacity(&rig).await;
    nothing_is_lost_while_a_meeting_moves_to_another_node(&rig, &raw).await;
    let Ok(kill) = env::var("USHER_TEST_SCALE_KILL") else {
        say("SKIPPED: no worker was killed, because USHER_TEST_SCALE_KILL names no command that does");
        return;
    };
    nothing_is_lost_when_a_node_is_killed(&rig, || {
        let status = Command::new("sh").args(["-c", &kill]).status().unwrap();
        assert!(status.success(), "`{kill}` ended with {status}");
    })
    .await;
}

/// One letter is put off, the others are sent.
async fn letters_leave(rig: &Rig, stage: &Stage) {
    let slot = stage.meeting.id.slot().number();
    let letters = rig.store.lease_letters(slot, at(1), at(1) + MINUTE, 9).await.unwrap();
    let ending = |n: usize| match n {
        0 => Settlement::Later(at(60), "451 later".to_owned()),
        _ => Settlement::Sent("250 ok".to_owned()),
    };
    let settled: Vec<_> = (0..).zip(letters).map(|(n, letter)| (letter, ending(n), fresh_id())).collect();
    assert_eq!(settled.len(), 3);

    rig.store.settle_letters(&settled, at(2)).await.unwrap();

    assert_eq!(rig.store.backlog().await.unwrap(), (1, Some(at(60))));
}

/// The control of what leaves the outbox there, on a database without nodes.
#[tokio::test]
async fn on_one_node_letters_leave_as_well() {
    let rig = Rig::postgres().await;
    let stage = rig.stage(None).await;
    rig.store.enroll(&stage.asks(0..3)).await.unwrap();

    letters_leave(&rig, &stage).await;
}

/// Past the runner, which keeps to itself what a test prints that went well.
fn say(text: &str) {
    std::io::stderr().write_all(format!("{text}\n").as_bytes()).unwrap();
}

/// The control: where nothing is spread, nothing says that it asks one node.
#[tokio::test]
async fn a_database_without_nodes_is_told_from_a_cluster() {
    let rig = Rig::postgres().await;
    let Raw::Postgres(pool) = &rig.raw else { panic!("the rig is PostgreSQL's") };

    let asked = asked_of_nodes().len();

    assert!(asked > 40, "only {asked} statements");
    assert_eq!(not_on_one_node(pool).await.len(), asked);
}

/// The control of what runs under load, on a database without nodes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_one_node_nobody_is_seated_beyond_the_capacity_either() {
    nobody_is_seated_beyond_the_capacity(&Rig::postgres().await).await;
}

/// The control of what is killed: a server without nodes, which ends as a whole.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_one_node_nothing_is_lost_when_it_is_killed_either() {
    let mut server = Server::create(&["fsync=off"], None).unwrap();
    let url = server.url("postgres");
    let store = Store::open_postgres(&url, None, 40).await.unwrap();
    let rig = Rig::of(store, PgPool::connect_lazy(&url).unwrap(), url).await;

    nothing_is_lost_when_a_node_is_killed(&rig, || {
        server.kill();
        server.start().unwrap();
    })
    .await;
}

#[tokio::test]
async fn usher_s_tables_are_dropped_and_no_others_however_often() {
    let scratch = Cluster::shared().create();
    let raw = PgPool::connect(&scratch.url()).await.unwrap();
    raw_sql("CREATE TABLE somebody_elses (number BIGINT)").execute(&raw).await.unwrap();
    for _ in 0..2 {
        Store::open_postgres(&scratch.url(), None, 4).await.unwrap().close().await;

        make_anew(&raw).await;

        let left: Vec<String> = query_scalar(
            "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
        )
        .fetch_all(&raw)
        .await
        .unwrap();
        assert_eq!(left, ["somebody_elses"]);
    }
}

/// Drops Usher's tables.
async fn make_anew(raw: &PgPool) {
    for table in tables() {
        let drop = format!("DROP TABLE IF EXISTS {table} CASCADE");
        raw_sql(AssertSqlSafe(drop)).execute(raw).await.unwrap();
    }
}

/// Usher's tables, by the steps of the schema: the list of the steps, and what they make, the last one first.
fn tables() -> Vec<String> {
    let mut steps = steps();
    steps.retain(|(file, _)| Path::new(file).parent().is_some_and(|folder| folder.ends_with("postgres")));
    steps.sort();
    let made = steps.iter().flat_map(|(_, text)| text.split("CREATE TABLE ").skip(1));
    let name = |rest: &str| rest.split([' ', '(']).next().unwrap_or_default().to_owned();
    let mut tables: Vec<String> = made.map(name).collect();
    tables.push("_sqlx_migrations".to_owned());
    tables.reverse();
    tables
}

/// The statements on a meeting's tables that one node answers.
fn asked_of_nodes() -> Vec<Statement> {
    let is_on_a_meeting = |text: &str| text.split([' ', '(', ')', ',']).any(|word| SLOTTED.contains(&word));
    of_the_store()
        .into_iter()
        .filter(|statement| is_for_postgres(statement) && is_on_a_meeting(&statement.text))
        .filter(|statement| !statement.may_name_no_slot())
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
    let mut clients = JoinSet::new();
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

    let moving = async {
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
    };
    nothing_is_lost(rig, vec![stage], moving).await;
}

/// A node ends and comes back while people enrol into meetings on all of them; `kill` ends when it has come back.
async fn nothing_is_lost_when_a_node_is_killed(rig: &Rig, kill: impl FnOnce()) {
    let mut stages = Vec::new();
    for _ in 0..MEETINGS {
        stages.push(rig.stage(None).await);
    }
    let killing = async {
        for stage in &stages {
            // Until there is something to be lost.
            while rig.tally(stage.meeting.id).await.live == 0 {}
        }
        block_in_place(kill);
    };

    let untold = nothing_is_lost(rig, stages.clone(), killing).await;

    assert!(untold > 0, "a node was killed, and nobody noticed");
}

/// People enrol into these meetings, while something happens and until each meeting takes people again. How many were
/// told nothing.
async fn nothing_is_lost(rig: &Rig, stages: Vec<Stage>, happening: impl Future<Output = ()>) -> usize {
    let is_over = Arc::new(AtomicBool::new(false));
    let mut load = JoinSet::new();
    for stage in stages {
        load.spawn(enrol_until(Arc::clone(&is_over), rig.store.clone(), stage));
    }
    happening.await;
    is_over.store(true, Ordering::Release);
    let ended = timeout(SLOWEST, load.join_all()).await.unwrap();

    let mut all_untold = 0;
    for (stage, acknowledged, untold) in ended {
        let tally = rig.tally(stage.meeting.id).await;
        assert_eq!(tally.live, tally.seats_taken, "{tally:?}");
        assert!(tally.live >= acknowledged, "{acknowledged} were told they have a place: {tally:?}");
        all_untold += untold;
    }
    all_untold
}

/// One comes after the other, until it is over and somebody got a place after that: how many were told that they have one,
/// and how many were told nothing. Those may have one all the same, and ask no more.
async fn enrol_until(is_over: Arc<AtomicBool>, store: Store, stage: Stage) -> (Stage, i64, usize) {
    let (mut acknowledged, mut untold) = (0, 0);
    for number in 0.. {
        let is_last = is_over.load(Ordering::Acquire);
        match store.enroll(&[stage.ask(number)]).await {
            Ok(verdicts) => {
                assert_eq!(seated(&verdicts).len(), 1, "{verdicts:?}");
                acknowledged += 1;
                if is_last {
                    break;
                }
            }
            Err(_) => untold += 1,
        }
    }
    (stage, acknowledged, untold)
}
