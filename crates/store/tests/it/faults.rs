//! What breaks in the middle, on SQLite. What breaks on PostgreSQL is tried through the service's front door.

use sqlx::query;
use store::{Fault, Verdict};

use crate::rig::Rig;

/// A disk that is full or fails ends the transaction, and SQLite takes it back by itself; a trigger can do the same.
#[tokio::test]
async fn a_transaction_that_sqlite_ended_itself_does_not_keep_others_from_beginning() {
    let rig = Rig::sqlite().await;
    let stage = rig.stage(None).await;
    let trip = "CREATE TRIGGER trip BEFORE INSERT ON registrant BEGIN SELECT RAISE(ROLLBACK, 'tripped'); END";
    query(trip).execute(rig.sqlite_pool()).await.unwrap();

    let first = rig.store.enroll(&stage.asks([1])).await.unwrap_err().fault;
    let second = rig.store.enroll(&stage.asks([1])).await.unwrap_err().fault;

    assert_eq!(
        [cause(&first), cause(&second)].map(|cause| cause.contains("tripped")),
        [true; 2],
        "{second:?}"
    );
    query("DROP TRIGGER trip").execute(rig.sqlite_pool()).await.unwrap();
    let asks = stage.asks([1]);
    assert_eq!(rig.store.enroll(&asks).await.unwrap(), [Verdict::Seated(asks[0].id)]);
    assert_eq!(rig.tally(stage.meeting.id).await, crate::enrol::enrolled(1));
}

#[tokio::test]
async fn whoever_waits_too_long_for_another_process_to_write_is_put_off() {
    let rig = Rig::sqlite().await;
    let stage = rig.stage(None).await;
    let holder = rig.sqlite_pool().begin_with("BEGIN IMMEDIATE").await.unwrap();

    let fault = rig.store.enroll(&stage.asks([1])).await.unwrap_err().fault;

    assert!(fault.may_pass() && cause(&fault).contains("database is locked"), "{fault:?}");
    drop(holder);
    rig.store.enroll(&stage.asks([1])).await.unwrap();
}

fn cause(fault: &Fault) -> String {
    std::error::Error::source(fault).unwrap().to_string()
}
