//! Batches of every length, and how many statements they cost.

use std::collections::HashSet;

use store::Verdict;

use crate::counting::count;
use crate::enrol::enrolled;
use crate::rig::{Rig, at, key, seated};

/// Around the edges of a piece, and beyond what the turnstile lets through at once.
const LENGTHS: [usize; 6] = [1, 63, 64, 65, 128, 203];

pub async fn batches_of_every_length_are_stored_whole(rig: &Rig) {
    for length in LENGTHS {
        let stage = rig.stage(None).await;
        let batch = stage.asks(0..length);

        let verdicts = rig.store.enroll(&batch).await.unwrap();

        let expected: Vec<Verdict> = batch.iter().map(|enrolment| Verdict::Seated(enrolment.id)).collect();
        assert_eq!(verdicts, expected, "a batch of {length}");
        assert_eq!(rig.tally(stage.meeting.id).await, enrolled(length as i64));

        let again = rig.store.enroll(&stage.asks(0..length)).await.unwrap();

        let known: HashSet<_> = again
            .iter()
            .filter_map(|verdict| match verdict {
                Verdict::Known { registrant, .. } => Some(*registrant),
                _ => None,
            })
            .collect();
        assert_eq!(known, seated(&verdicts).into_iter().collect(), "a batch of {length}, again");
        assert_eq!(rig.tally(stage.meeting.id).await, enrolled(length as i64));
    }
}

/// On SQLite each piece of a large party is a transaction of its own. Whoever is told nothing asks again, and would find
/// themselves known.
pub async fn whoever_got_a_place_before_a_fault_is_told_so(rig: &Rig) {
    let stage = rig.stage(None).await;
    let batch = stage.asks(0..128);
    let poisoned = batch[100].id.0;
    let id = if rig.is_postgres() { format!("'{poisoned}'") } else { format!("x'{}'", poisoned.simple()) };
    // A letter of that id is there already, so that this person's cannot be stored.
    let letter = format!(
        "INSERT INTO outbox (slot, outbox_id, meeting_id, registrant_id, kind, due_at, attempts)
         VALUES ($1, {id}, $2, $3, 'reminder', 0, 0)"
    );
    rig.raw.execute(&letter, stage.meeting.id).await;

    let interrupted = rig.store.enroll(&batch).await.expect_err("a letter cannot be stored");

    let told = interrupted.decided.iter().zip(&batch);
    let seated = told.filter(|(verdict, asked)| **verdict == Some(Verdict::Seated(asked.id))).count();
    assert_eq!(seated, if rig.is_postgres() { 0 } else { 64 });
    assert_eq!(interrupted.decided.iter().flatten().count(), seated, "all others are told nothing");
    assert_eq!(rig.tally(stage.meeting.id).await, enrolled(seated as i64));
}

pub async fn statements_grow_with_the_pieces_and_not_with_the_people(rig: &Rig) {
    let stage = rig.stage(None).await;
    let cost = async |numbers: std::ops::Range<usize>| {
        let batch = stage.asks(numbers);
        let (verdicts, statements) = count(rig.store.enroll(&batch)).await;
        assert_eq!(seated(&verdicts.unwrap()).len(), batch.len());
        statements.len()
    };

    let one = cost(0..1).await;

    // PostgreSQL takes any number of rows at once.
    let per_piece = if rig.is_postgres() { 0..=0 } else { 1..=1 };
    assert_eq!(one, 1, "messages to the database for one enrolment");
    assert_eq!(cost(100..164).await, one, "64 people are one piece");
    let piece = cost(200..328).await - one;
    assert!(per_piece.contains(&piece), "{piece} statements for another piece");
    assert_eq!(cost(400..603).await, one + 3 * piece, "203 people are four pieces");

    // The control: one at a time the same people cost as often as there are people.
    let mut singly = 0;
    for number in 700..764 {
        singly += cost(number..number + 1).await;
    }
    assert_eq!(singly, 64 * one);
}

pub async fn many_meetings_cost_no_more_than_two(rig: &Rig) {
    let mut stages = Vec::new();
    for _ in 0..20 {
        stages.push(rig.stage(Some(3)).await);
    }
    let batch = |people: std::ops::Range<usize>| -> Vec<_> {
        people.flat_map(|n| stages.iter().map(move |stage| stage.ask(n))).collect()
    };
    let two = [stages[0].ask(0), stages[1].ask(0)];
    let (_, for_two) = count(rig.store.enroll(&two)).await;

    let (verdicts, for_all) = count(rig.store.enroll(&batch(1..3))).await;

    assert_eq!(seated(&verdicts.unwrap()).len(), 40);
    assert_eq!(for_all.len(), for_two.len(), "{for_all:#?}");
    for (stage, taken) in stages.iter().zip([3, 3].into_iter().chain([2; 18])) {
        assert_eq!(rig.tally(stage.meeting.id).await, enrolled(taken));
    }

    let verdicts = rig.store.enroll(&batch(3..5)).await.unwrap();

    // The first two meetings were full, the others had one place each: for the first who came.
    let expected = |n: usize| (2..20).contains(&n);
    for (n, verdict) in verdicts.iter().enumerate() {
        assert_eq!(matches!(verdict, Verdict::Seated(_)), expected(n), "{n}: {verdict:?}");
        assert_eq!(matches!(verdict, Verdict::Full { .. }), !expected(n), "{n}: {verdict:?}");
    }
}

pub async fn keys_travel_in_pieces_as_well(rig: &Rig) {
    let stage = rig.stage(None).await;
    let keyed = |count: u8| {
        (0..count)
            .map(|n| {
                let mut asked = stage.ask(usize::from(n));
                asked.idempotency = key(n, n, at(86_400));
                asked
            })
            .collect::<Vec<_>>()
    };

    let (first, for_one) = count(rig.store.enroll(&keyed(1))).await;
    let (mixed, for_mixed) = count(rig.store.enroll(&keyed(65))).await;
    let (again, for_all) = count(rig.store.enroll(&keyed(65))).await;

    assert_eq!(seated(&first.unwrap()).len(), 1);
    let mixed = mixed.unwrap();
    assert!(matches!(mixed[0], Verdict::Known { .. }));
    assert_eq!(seated(&mixed).len(), 64);
    assert!(again.unwrap().iter().all(|verdict| matches!(verdict, Verdict::Known { .. })));
    // 65 keys are two pieces to look up; the 64 newcomers are one piece, and so are the keys to remember. On PostgreSQL one
    // statement does for them all, and the key that is known goes the long way.
    if rig.is_postgres() {
        assert_eq!(for_one.len(), 1, "{for_one:#?}");
        assert!((2..=8).contains(&for_mixed.len()), "{for_mixed:#?}");
        assert_eq!(for_all.len(), for_mixed.len() + 1, "{for_all:#?}");
    } else {
        assert_eq!(for_mixed.len(), for_one.len() + 1);
        assert!(for_all.len() <= for_mixed.len(), "{for_all:#?}");
    }
}
