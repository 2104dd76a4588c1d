//! Keys for retries: the same request twice has one effect and one answer.

use domain::Enrolment;
use domain::enrolment::IdempotencyKey;
use store::Verdict;

use crate::counting::count;
use crate::enrol::enrolled;
use crate::rig::{ORGANIZER, Rig, Stage, TENANT, at, fact, key, seated};

/// A request of that person under a key.
fn ask(stage: &Stage, person: usize, name: u8, request: u8) -> Enrolment {
    let mut asked = stage.ask(person);
    asked.idempotency = key(name, request, at(86_400));
    asked
}

async fn enroll(rig: &Rig, batch: &[Enrolment]) -> Vec<Verdict> {
    rig.store.enroll(batch).await.unwrap()
}

pub async fn a_repeated_request_gets_the_first_answer(rig: &Rig) {
    let stage = rig.stage(Some(1)).await;
    let first = enroll(rig, &[ask(&stage, 1, 1, 1)]).await;

    let again = enroll(rig, &[ask(&stage, 1, 1, 1)]).await;

    assert_eq!(again, [Verdict::Known { registrant: seated(&first)[0], generation: 0 }]);
    assert_eq!(rig.tally(stage.meeting.id).await, enrolled(1));
}

pub async fn a_key_used_for_another_request_is_refused(rig: &Rig) {
    let stage = rig.stage(None).await;
    enroll(rig, &[ask(&stage, 1, 1, 1)]).await;

    let other = enroll(rig, &[ask(&stage, 2, 1, 2)]).await;

    assert_eq!(other, [Verdict::KeyReused]);
    assert_eq!(rig.tally(stage.meeting.id).await, enrolled(1));
}

pub async fn one_key_twice_in_a_batch_counts_once(rig: &Rig) {
    let stage = rig.stage(None).await;
    let batch = [ask(&stage, 1, 1, 1), ask(&stage, 1, 1, 1), ask(&stage, 1, 1, 1)];

    let verdicts = enroll(rig, &batch).await;

    let known = Verdict::Known { registrant: batch[0].id, generation: 0 };
    assert_eq!(verdicts, [Verdict::Seated(batch[0].id), known, known]);
    assert_eq!(rig.tally(stage.meeting.id).await, enrolled(1));
}

pub async fn two_requests_under_one_key_in_a_batch_are_told_apart(rig: &Rig) {
    let stage = rig.stage(None).await;
    let batch = [ask(&stage, 1, 1, 1), ask(&stage, 2, 1, 2), ask(&stage, 2, 2, 2)];

    let verdicts = enroll(rig, &batch).await;

    let expected = [Verdict::Seated(batch[0].id), Verdict::KeyReused, Verdict::Seated(batch[2].id)];
    assert_eq!(verdicts, expected);
    assert_eq!(rig.tally(stage.meeting.id).await, enrolled(2));
}

pub async fn a_key_is_forgotten_when_it_expires(rig: &Rig) {
    let stage = rig.stage(None).await;
    let mut first = ask(&stage, 1, 1, 1);
    first.idempotency = key(1, 1, at(100));
    enroll(rig, &[first]).await;
    let later = |seconds| {
        let mut asked = ask(&stage, 2, 1, 2);
        asked.at = at(seconds);
        asked
    };

    assert_eq!(enroll(rig, &[later(99)]).await, [Verdict::KeyReused]);
    let verdicts = enroll(rig, &[later(100)]).await;

    assert_eq!(seated(&verdicts).len(), 1, "from its end on the key is free");
    let again = enroll(rig, &[later(101)]).await;
    assert_eq!(again, [Verdict::Known { registrant: seated(&verdicts)[0], generation: 0 }]);
}

pub async fn a_key_belongs_to_one_meeting(rig: &Rig) {
    let (one, other) = (rig.stage(None).await, rig.stage(None).await);
    enroll(rig, &[ask(&one, 1, 1, 1)]).await;

    let verdicts = enroll(rig, &[ask(&other, 2, 1, 2)]).await;

    assert_eq!(seated(&verdicts).len(), 1);
}

pub async fn a_refusal_is_not_remembered(rig: &Rig) {
    let stage = rig.stage(Some(1)).await;
    let first = seated(&enroll(rig, &[stage.ask(1)]).await)[0];
    assert_eq!(enroll(rig, &[ask(&stage, 2, 1, 1)]).await, [Verdict::Full { known: None }]);
    rig.store.cancel_registrant(stage.meeting.id, first, &fact(1)).await.unwrap();

    let verdicts = enroll(rig, &[ask(&stage, 2, 1, 1)]).await;

    assert_eq!(seated(&verdicts).len(), 1, "a place became free, and the same request gets it");
}

pub async fn a_repeated_request_does_not_undo_a_cancellation(rig: &Rig) {
    let stage = rig.stage(None).await;
    let first = seated(&enroll(rig, &[ask(&stage, 1, 1, 1)]).await)[0];
    rig.store.cancel_registrant(stage.meeting.id, first, &fact(1)).await.unwrap();

    let late_retry = enroll(rig, &[ask(&stage, 1, 1, 1)]).await;

    assert_eq!(late_retry, [Verdict::Known { registrant: first, generation: 0 }]);
    let tally = rig.tally(stage.meeting.id).await;
    assert_eq!((tally.live, tally.rows), (0, 1));
}

pub async fn who_was_known_before_is_remembered_with_the_key(rig: &Rig) {
    let stage = rig.stage(None).await;
    let first = seated(&enroll(rig, &[stage.ask(1)]).await)[0];

    let known = enroll(rig, &[ask(&stage, 1, 1, 1)]).await;

    assert_eq!(known, [Verdict::Known { registrant: first, generation: 0 }]);
    assert_eq!(enroll(rig, &[ask(&stage, 2, 1, 2)]).await, [Verdict::KeyReused]);
}

/// Nobody who enrols waits for a long removal.
pub async fn many_keys_are_removed_a_thousand_at_a_time(rig: &Rig) {
    let stage = rig.stage(None).await;
    let removals = async |keys: u16| {
        let asks = (0..keys).map(|n| {
            let mut hash = [7; 32];
            hash[..2].copy_from_slice(&n.to_be_bytes());
            let idempotency = Some(IdempotencyKey { key: hash, request: hash, expires_at: at(100) });
            Enrolment { idempotency, ..stage.ask(usize::from(n)) }
        });
        enroll(rig, &asks.collect::<Vec<_>>()).await;
        let (removed, statements) = count(rig.store.remove_expired_keys(at(100))).await;
        assert_eq!(removed.unwrap(), u64::from(keys));
        statements.iter().filter(|text| text.starts_with("DELETE")).count()
    };

    assert_eq!(removals(2_500).await, 3);
    assert_eq!(removals(2_000).await, 3, "the last one finds nothing");
    assert_eq!(removals(999).await, 1, "the control: what is one portion goes at once");
}

pub async fn keys_whose_time_is_over_are_removed_and_no_others(rig: &Rig) {
    let (one, other) = (rig.stage(None).await, rig.stage(None).await);
    let until = |stage: &Stage, person: usize, seconds| {
        let mut asked = stage.ask(person);
        asked.idempotency = key(person as u8, 1, at(seconds));
        asked
    };
    enroll(rig, &[until(&one, 1, 100), until(&one, 2, 101), until(&other, 3, 50), until(&other, 4, 100)])
        .await;

    assert_eq!(rig.store.remove_expired_keys(at(49)).await.unwrap(), 0);
    assert_eq!(rig.store.remove_expired_keys(at(100)).await.unwrap(), 3);
    assert_eq!(rig.store.remove_expired_keys(at(100)).await.unwrap(), 0);

    let mut other_request = until(&one, 9, 999);
    other_request.idempotency = key(2, 2, at(999));
    assert_eq!(enroll(rig, &[other_request]).await, [Verdict::KeyReused], "this one is still remembered");
    assert_eq!(rig.tally(one.meeting.id).await, enrolled(2), "the registrants stay");
}

/// Whoever has a key, or saw another directory, is decided another way, and not later for that.
pub async fn of_those_with_a_key_and_without_the_first_gets_the_last_place(rig: &Rig) {
    let stage = rig.stage(Some(2)).await;
    let mut knows_the_directory = stage.ask(1);
    knows_the_directory.seen_directory =
        Some(rig.store.find_person(TENANT, ORGANIZER).await.unwrap().version);
    let batch = [stage.ask(0), knows_the_directory, stage.ask(2)];

    let verdicts = enroll(rig, &batch).await;
    assert!(
        matches!(verdicts[..], [Verdict::Seated(_), Verdict::Seated(_), Verdict::Full { .. }]),
        "{verdicts:?}"
    );

    let stage = rig.stage(Some(2)).await;
    let batch = [stage.ask(3), ask(&stage, 4, 1, 1), stage.ask(5)];

    let verdicts = enroll(rig, &batch).await;
    assert!(
        matches!(verdicts[..], [Verdict::Seated(_), Verdict::Seated(_), Verdict::Full { .. }]),
        "{verdicts:?}"
    );
}
