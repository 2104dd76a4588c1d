//! Several processes on one database. Each store here has connections of its own, as another process would have.

use std::sync::Arc;

use domain::Enrolment;
use sqlx::{Postgres, Transaction};
use store::{Canceled, Store, Verdict};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::rig::{Raw, Rig, Stage, Tally, fact, registration, seated};

const STORES: usize = 8;

async fn stores(rig: &Rig) -> Vec<Store> {
    let mut stores = Vec::new();
    for _ in 0..STORES {
        stores.push(rig.another().await);
    }
    stores
}

/// Sends batches through a store of each side at once; the verdicts of all.
async fn enroll_at_once(stores: &[Store], batches: Vec<Vec<Vec<Enrolment>>>) -> Vec<Verdict> {
    let start = Arc::new(Barrier::new(batches.len()));
    let mut sides = JoinSet::new();
    for (store, batches) in stores.iter().cloned().zip(batches) {
        let start = Arc::clone(&start);
        sides.spawn(async move {
            start.wait().await;
            let mut verdicts = Vec::new();
            for batch in batches {
                verdicts.extend(store.enroll(&batch).await.unwrap());
            }
            verdicts
        });
    }
    sides.join_all().await.concat()
}

pub async fn several_stores_never_give_more_places_than_there_are(rig: &Rig) {
    const PEOPLE: usize = 60;
    const PLACES: u32 = 23;
    let stage = rig.stage(Some(PLACES)).await;
    // Everybody asks on every side, each side begins elsewhere and in batches of another length.
    let batches = (0..STORES).map(|side| {
        let people: Vec<usize> = (0..PEOPLE).map(|n| (n + side * 7) % PEOPLE).collect();
        people.chunks(side + 1).map(|chunk| stage.asks(chunk.iter().copied())).collect()
    });

    let verdicts = enroll_at_once(&stores(rig).await, batches.collect()).await;

    assert_eq!(seated(&verdicts).len(), PLACES as usize);
    assert!(!verdicts.contains(&Verdict::Stale));
    let tally = rig.tally(stage.meeting.id).await;
    assert_eq!(tally, crate::enrol::enrolled(i64::from(PLACES)));
}

pub async fn one_person_from_every_side_has_one_place(rig: &Rig) {
    let stage = rig.stage(None).await;
    let batches = (0..STORES).map(|_| vec![stage.asks([1, 1]), stage.asks([1])]);

    let verdicts = enroll_at_once(&stores(rig).await, batches.collect()).await;

    assert_eq!(seated(&verdicts).len(), 1);
    assert_eq!(rig.tally(stage.meeting.id).await, crate::enrol::enrolled(1));
}

/// The control of the two cases above: the same race by reading first and writing afterwards, without the lock that
/// [`Store::enroll`] takes, gives the last place to everybody and a place to one person many times.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reading_before_writing_without_a_lock_overshoots() {
    for rig in [Rig::sqlite().await, Rig::postgres().await] {
        let stage = rig.stage(Some(1)).await;
        let everybody_has_read = Arc::new(Barrier::new(STORES));
        let mut sides = JoinSet::new();
        for _ in 0..STORES {
            let (stage, raw, barrier) = (stage.clone(), rig.raw.clone(), Arc::clone(&everybody_has_read));
            sides.spawn(async move { enroll_naively(&raw, &stage, &barrier).await });
        }
        let given = sides.join_all().await;

        assert_eq!(given.iter().filter(|given| **given).count(), STORES);
        let tally = rig.tally(stage.meeting.id).await;
        assert_eq!((tally.rows, tally.seats_taken), (STORES as i64, STORES as i64), "one place, one person");
    }
}

async fn enroll_naively(raw: &Raw, stage: &Stage, everybody_has_read: &Barrier) -> bool {
    let taken = raw
        .count("SELECT COUNT(*) FROM registrant WHERE slot = $1 AND meeting_id = $2", stage.meeting.id)
        .await;
    everybody_has_read.wait().await;
    if taken >= 1 {
        return false;
    }
    // The person is left out of the unique key, as a schema without one would have it.
    raw.execute(
        "INSERT INTO registrant (slot, meeting_id, registrant_id, registration_id, email, answers, generation,
            registered_at, registered_by)
         SELECT $1, $2, $3, registration_id, 'p1@pinewater.example', '[]', 0, 0, 'page' FROM roster
         WHERE slot = $1 AND meeting_id = $2",
        stage.meeting.id,
    )
    .await;
    raw.execute(
        "UPDATE roster SET seats_taken = seats_taken + 1 WHERE slot = $1 AND meeting_id = $2 AND $3 IS NOT NULL",
        stage.meeting.id,
    )
    .await;
    true
}

/// PostgreSQL ends a deadlock by breaking one transaction off. It runs again, and what it found the first time is
/// forgotten: somebody else may have come before.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_that_was_broken_off_is_decided_anew() {
    let rig = Rig::postgres().await;
    let (one, other) = (rig.stage(None).await, rig.stage(None).await);
    // Meetings are locked in the order of their ids.
    let (first, second) = if one.meeting.id < other.meeting.id { (one, other) } else { (other, one) };
    let waiting = async |sides: i64| {
        let blocked = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database()
            AND wait_event_type = 'Lock' AND $1 >= 0 AND $2 IS NOT NULL";
        while rig.raw.count(blocked, first.meeting.id).await < sides {
            tokio::task::yield_now().await;
        }
    };
    let hold = "UPDATE roster SET view_count = view_count WHERE slot = $1 AND meeting_id = $2";
    let mut stranger = rig.begin_postgres().await;
    execute(&mut stranger, hold, &second).await;
    let batch = [first.ask(1), second.ask(1)];
    let enrolling = tokio::spawn({
        let (store, batch) = (rig.store.clone(), batch.clone());
        async move { store.enroll(&batch).await.unwrap() }
    });
    waiting(1).await;
    let changing = tokio::spawn({
        let (store, first) = (rig.another().await, first.clone());
        async move { store.update_registration(&first.registration, &first.built_in(), &fact(1)).await.unwrap() }
    });
    waiting(2).await;

    // Now each waits for the other: the batch, which has waited longest, is broken off.
    let lock = "UPDATE meeting SET version = version WHERE slot = $1 AND meeting_id = $2";
    execute(&mut stranger, lock, &first).await;
    stranger.commit().await.unwrap();

    assert!(changing.await.unwrap(), "it came before the second try");
    assert_eq!(enrolling.await.unwrap(), [Verdict::Stale, Verdict::Seated(batch[1].id)]);
    assert_eq!(rig.tally(first.meeting.id).await, Tally::default());
    assert_eq!(rig.tally(second.meeting.id).await, crate::enrol::enrolled(1));
}

/// Looks at many pages are stored beside enrolments in as many meetings, and PostgreSQL never has to break one off.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn looks_at_pages_and_enrolments_do_not_wait_for_each_other_in_a_circle() {
    let rig = Rig::postgres().await;
    let mut stages = Vec::new();
    for _ in 0..30 {
        stages.push(rig.stage(None).await);
    }
    let looks: Vec<_> = stages.iter().map(|stage| ((stage.meeting.id, stage.registration.id), 1)).collect();
    let looking = tokio::spawn({
        let store = rig.another().await;
        async move {
            for _ in 0..100 {
                store.add_views(&looks).await.unwrap();
            }
        }
    });
    for n in 0..100 {
        let batch: Vec<_> = stages.iter().map(|stage| stage.ask(n)).collect();
        assert_eq!(crate::rig::seated(&rig.store.enroll(&batch).await.unwrap()).len(), 30);
    }
    looking.await.unwrap();

    // Sessions tell what they counted when they end.
    rig.store.close().await;
    let deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()
        AND $1 >= 0 AND $2 IS NOT NULL";
    assert_eq!(rig.raw.count(deadlocks, stages[0].meeting.id).await, 0);
}

async fn execute(tx: &mut Transaction<'static, Postgres>, text: &'static str, stage: &Stage) {
    let meeting = stage.meeting.id;
    sqlx::query(text).bind(meeting.slot().number()).bind(meeting.0).execute(&mut **tx).await.unwrap();
}

pub async fn enrolments_cancellations_and_deletions_at_once_keep_the_counts(rig: &Rig) {
    let stage = rig.stage(Some(10)).await;
    let mut sides = JoinSet::new();
    for (side, store) in stores(rig).await.into_iter().enumerate() {
        let stage = stage.clone();
        sides.spawn(async move { come_and_go(&store, &stage, side).await });
    }
    let (store, meeting) = (rig.another().await, stage.meeting.id);
    let old = stage.registration.id;
    // Somewhere in the middle: how far the others are is theirs to say, and every order has to do.
    sides.spawn(async move {
        assert!(store.delete_registration(meeting, old, &fact(2)).await.unwrap());
        assert!(store.create_registration(&registration(meeting, Some(4)), &fact(3)).await.unwrap());
        0
    });

    let canceled: i64 = sides.join_all().await.into_iter().sum();

    let now = rig.read(meeting).await;
    let tally = rig.tally(meeting).await;
    assert_eq!((now.registration.id == old, tally.live), (false, tally.seats_taken));
    assert!(tally.seats_taken <= 4, "{tally:?}");
    assert_eq!(tally.rows, tally.enrolled, "{tally:?}");
    assert_eq!(tally.rows, tally.registrant_count, "{tally:?}");
    assert_eq!(tally.canceled, canceled, "{tally:?}");
    assert_letters_match(&tally);
    let in_old = rig.store.list_registrants(meeting, old, None, 1_000, true).await.unwrap();
    assert_eq!(in_old.registrants, [], "a closed registration has nobody registered");
}

/// A confirmation waits for everybody who is registered, and still for whoever canceled before it left. Whoever is
/// not registered any more has a cancellation waiting; closing puts it in the confirmation's place.
fn assert_letters_match(tally: &Tally) {
    assert_eq!(tally.confirmations, tally.live + tally.canceled, "{tally:?}");
    assert_eq!(tally.cancellations, tally.rows - tally.live, "{tally:?}");
}

/// Enrols people and takes every other place back; how many places were given back by it.
async fn come_and_go(store: &Store, stage: &Stage, side: usize) -> i64 {
    let mut canceled = 0;
    for round in 0..12 {
        // Whoever finds the old registration gone asks with what there is now, as the service does.
        let hosted = store.find_hosted(stage.meeting.id).await.unwrap().unwrap();
        let Some(registration) = hosted.registration else { continue };
        let now = Stage { meeting: hosted.meeting, registration };
        let verdicts = store.enroll(&now.asks([side * 100 + round, round, round + 1])).await.unwrap();
        for id in seated(&verdicts).into_iter().step_by(2) {
            let outcome = store.cancel_registrant(stage.meeting.id, id, &fact(1)).await.unwrap();
            canceled += i64::from(outcome == Canceled::Now);
        }
    }
    canceled
}

pub async fn a_registration_enabled_from_every_side_is_enabled_once(rig: &Rig) {
    let stage = rig.stage(None).await;
    rig.store.delete_registration(stage.meeting.id, stage.registration.id, &fact(1)).await.unwrap();
    let start = Arc::new(Barrier::new(STORES));
    let mut sides = JoinSet::new();
    for store in stores(rig).await {
        let (meeting, start) = (stage.meeting.id, Arc::clone(&start));
        sides.spawn(async move {
            start.wait().await;
            store.create_registration(&registration(meeting, None), &fact(2)).await.unwrap()
        });
    }

    let created = sides.join_all().await;

    assert_eq!(created.iter().filter(|is_new| **is_new).count(), 1);
}
