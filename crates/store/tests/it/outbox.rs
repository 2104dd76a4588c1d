//! Letters on their way out.

use std::collections::HashSet;

use domain::{BuiltIn, Fate, LetterKind, OutboxId, Registrant, WithheldReason};
use store::{DueLetter, Settlement};
use tokio::task::JoinSet;

use crate::counting::count;
use crate::rig::{MINUTE, Rig, Stage, at, fact, fresh_id, meeting};

async fn lease(rig: &Rig, stage: &Stage, seconds: i64, limit: u32) -> Vec<DueLetter> {
    let slot = stage.meeting.id.slot().number();
    rig.store.lease_letters(slot, at(seconds), at(seconds) + MINUTE, limit).await.unwrap()
}

async fn stage_with_letters(rig: &Rig, count: usize) -> Stage {
    let stage = rig.stage(None).await;
    rig.store.enroll(&stage.asks(0..count)).await.unwrap();
    stage
}

fn ids(letters: &[DueLetter]) -> Vec<OutboxId> {
    letters.iter().map(|letter| letter.id).collect()
}

async fn settle(rig: &Rig, letter: &DueLetter, settlement: Settlement) {
    rig.store.settle_letters(&[(letter.clone(), settlement, fresh_id())], at(2)).await.unwrap();
}

pub async fn a_leased_letter_is_given_to_nobody_else(rig: &Rig) {
    let stage = stage_with_letters(rig, 3).await;
    let other = rig.another().await;
    let slot = stage.meeting.id.slot().number();

    let mine = lease(rig, &stage, 1, 2).await;
    let theirs = other.lease_letters(slot, at(1), at(1) + MINUTE, 9).await.unwrap();

    assert_eq!((mine.len(), theirs.len()), (2, 1));
    assert!(!ids(&mine).contains(&theirs[0].id));
    assert!(lease(rig, &stage, 60, 9).await.is_empty(), "a second before the leases end");
}

pub async fn a_lease_that_ran_out_gives_the_letter_back(rig: &Rig) {
    let stage = stage_with_letters(rig, 1).await;
    let first = lease(rig, &stage, 1, 9).await;

    let again = lease(rig, &stage, 61, 9).await;

    assert_eq!(ids(&again), ids(&first));
    assert_eq!((first[0].attempts, again[0].attempts), (1, 2));
}

/// Whoever held it before may be late with what became of it; repeating oneself changes nothing either.
pub async fn a_letter_whose_lease_is_over_is_settled_by_its_new_holder_alone(rig: &Rig) {
    let stage = stage_with_letters(rig, 1).await;
    let late = lease(rig, &stage, 1, 9).await.remove(0);
    let current = lease(rig, &stage, 61, 9).await.remove(0);

    settle(rig, &late, Settlement::Untried(at(62), "given back".to_owned())).await;
    settle(rig, &late, Settlement::Failed("refused".to_owned())).await;

    assert!(lease(rig, &stage, 63, 9).await.is_empty(), "it is still in hand");
    for _ in 0..2 {
        settle(rig, &current, Settlement::Untried(at(64), "given back".to_owned())).await;
    }
    let again = lease(rig, &stage, 65, 9).await.remove(0);
    assert_eq!(again.attempts, 2, "the control: its holder gives it back, and once");
}

/// On PostgreSQL the way of the statement follows from what the tables hold.
pub async fn a_lease_takes_no_more_than_asked_whatever_else_the_outbox_holds(rig: &Rig) {
    let nowhere = meeting().id;
    for _ in 0..400 {
        let elsewhere = rig.raw.execute(
            "INSERT INTO outbox (slot, outbox_id, meeting_id, registrant_id, kind, due_at, attempts, failed_at)
             SELECT COALESCE(MAX(slot), 10000) + 1, $3, $2, $3, 'confirmation', 0, 0, 0 FROM outbox WHERE slot > $1 + 5000",
            nowhere,
        );
        elsewhere.await;
    }
    rig.raw.analyze().await;
    let stage = stage_with_letters(rig, 200).await;

    for limit in [32, 1] {
        assert_eq!(lease(rig, &stage, 1, limit).await.len(), limit as usize);
    }
    let left = "SELECT COUNT(*) FROM outbox WHERE slot = $1 AND meeting_id = $2 AND attempts = 0";
    assert_eq!(rig.raw.count(left, stage.meeting.id).await, 167);
}

pub async fn letters_leave_oldest_first_and_no_more_than_asked(rig: &Rig) {
    let stage = stage_with_letters(rig, 5).await;

    let (first, second) = (lease(rig, &stage, 1, 2).await, lease(rig, &stage, 1, 9).await);

    assert_eq!((first.len(), second.len()), (2, 3));
    let order = [ids(&first), ids(&second)].concat();
    assert!(order.is_sorted(), "{order:?}");
    let enrolled: Vec<_> = first.iter().chain(&second).map(|letter| letter.registrant.id.0).collect();
    assert!(enrolled.is_sorted());
}

pub async fn a_sent_letter_leaves_and_its_event_stays(rig: &Rig) {
    let stage = stage_with_letters(rig, 1).await;
    let letter = lease(rig, &stage, 1, 9).await.remove(0);

    settle(rig, &letter, Settlement::Sent(String::new())).await;

    assert!(lease(rig, &stage, 999, 9).await.is_empty());
    let events = rig.store.list_events(stage.meeting.id, letter.registrant.id).await.unwrap();
    assert_eq!(events, ["registrantEnrolled", "letterSent"]);
}

pub async fn a_dropped_letter_leaves_and_says_so(rig: &Rig) {
    let stage = stage_with_letters(rig, 1).await;
    let letter = lease(rig, &stage, 1, 9).await.remove(0);

    settle(rig, &letter, Settlement::Dropped).await;

    assert!(lease(rig, &stage, 999, 9).await.is_empty());
    let events = rig.store.list_events(stage.meeting.id, letter.registrant.id).await.unwrap();
    assert_eq!(events, ["registrantEnrolled", "letterDropped"]);
}

pub async fn a_withheld_letter_leaves_says_so_and_counts_as_settled(rig: &Rig) {
    let stage = stage_with_letters(rig, 1).await;
    let letter = lease(rig, &stage, 1, 9).await.remove(0);

    settle(rig, &letter, Settlement::Withheld(WithheldReason::MailboxHadEnough)).await;

    assert!(lease(rig, &stage, 999, 9).await.is_empty());
    let events = rig.store.list_events(stage.meeting.id, letter.registrant.id).await.unwrap();
    assert_eq!(events, ["registrantEnrolled", "letterWithheld"]);
    assert!(rig.store.audit().await.unwrap().breaches.is_empty());
}

/// More than one statement carries, of two meetings; meanwhile somebody was erased and somebody left.
pub async fn letters_settled_together_end_each_in_its_own_way(rig: &Rig) {
    let (stage, other) = (stage_with_letters(rig, 70).await, stage_with_letters(rig, 2).await);
    let mut letters = lease(rig, &stage, 1, 70).await;
    letters.extend(lease(rig, &other, 1, 9).await);
    let ending = |n: usize| match n % 5 {
        0 => (Settlement::Sent("250 ok".into()), Fate::Sent, Some("250 ok")),
        1 => (Settlement::Dropped, Fate::Dropped, None),
        2 => (Settlement::Failed("550 no".into()), Fate::Failed, Some("550 no")),
        3 => (Settlement::Later(at(60), "451 later".into()), Fate::Queued, Some("451 later")),
        _ => (Settlement::Untried(at(60), "no database".into()), Fate::Queued, Some("no database")),
    };
    let (erased, left) = (letters[5].registrant.id, letters[10].registrant.id);
    rig.store.erase_registrant(stage.meeting.id, erased, &fact(2), &fact(3)).await.unwrap();
    rig.store.cancel_registrant(stage.meeting.id, left, &fact(4)).await.unwrap();

    let settled: Vec<_> =
        (0..).zip(&letters).map(|(n, letter)| (letter.clone(), ending(n).0, fresh_id())).collect();
    rig.store.settle_letters(&settled, at(5)).await.unwrap();

    for (n, letter) in letters.iter().enumerate() {
        let Registrant { id, meeting, .. } = letter.registrant;
        let told = rig.store.list_letters(meeting, id).await.unwrap();
        let told = told.iter().find(|told| told.kind == Some(LetterKind::Confirmation)).unwrap();
        let (_, fate, answer) = ending(n);
        let answer = answer.filter(|_| id != erased);
        assert_eq!((told.fate, told.answer.as_deref()), (fate, answer), "letter {n}");
    }
    let due = lease(rig, &stage, 59, 99).await;
    let due: Vec<_> = due.iter().map(|letter| (letter.registrant.id, letter.kind)).collect();
    assert_eq!(due, [(left, LetterKind::Cancellation)]);
    let due = lease(rig, &stage, 60, 99).await;
    assert_eq!(due.len(), 28, "those to be tried again");
}

pub async fn letters_settled_together_cost_no_more_than_two(rig: &Rig) {
    let stage = stage_with_letters(rig, 34).await;
    let cost = async |letters: Vec<DueLetter>| {
        let sent = |letter| (letter, Settlement::Sent("250 ok".into()), fresh_id());
        let settled: Vec<_> = letters.into_iter().map(sent).collect();
        let (stored, statements) = count(rig.store.settle_letters(&settled, at(2))).await;
        stored.unwrap();
        statements.len()
    };

    let two = cost(lease(rig, &stage, 1, 2).await).await;

    assert_eq!(cost(lease(rig, &stage, 1, 32).await).await, two);
    assert!(two >= 3, "the control: something is counted");
}

pub async fn a_letter_that_cannot_be_read_holds_up_no_other(rig: &Rig) {
    let stage = stage_with_letters(rig, 3).await;
    // SQLite holds of any kind what it is given, so that no row beside this one can be read with it.
    let spoiled = if rig.is_postgres() { "answers = '{'" } else { "registered_at = 'never'" };
    let spoil = format!(
        "UPDATE registrant SET {spoiled} WHERE slot = $1 AND meeting_id = $2 AND $3 IS NOT NULL
        AND registrant_id = (SELECT last_registrant FROM roster WHERE slot = $1 AND meeting_id = $2)"
    );
    rig.raw.execute(&spoil, stage.meeting.id).await;

    assert_eq!(lease(rig, &stage, 1, 9).await.len(), 2);
}

pub async fn letters_leased_together_cost_no_more_than_two(rig: &Rig) {
    let stage = stage_with_letters(rig, 34).await;
    let cost = async |limit| {
        let (letters, statements) = count(lease(rig, &stage, 1, limit)).await;
        assert_eq!(letters.len(), limit as usize);
        statements.len()
    };

    let two = cost(2).await;

    assert_eq!(cost(32).await, two);
    assert!(two >= 3, "the control: lease, registrants and what they share are counted");
}

pub async fn a_postponed_letter_is_due_again_at_its_time(rig: &Rig) {
    let stage = stage_with_letters(rig, 1).await;
    let letter = lease(rig, &stage, 1, 9).await.remove(0);

    settle(rig, &letter, Settlement::Later(at(300), "450 later".to_owned())).await;

    assert!(lease(rig, &stage, 299, 9).await.is_empty(), "although the lease ended at 61");
    assert_eq!(lease(rig, &stage, 300, 9).await.len(), 1);
    let events = rig.store.list_events(stage.meeting.id, letter.registrant.id).await.unwrap();
    assert_eq!(events, ["registrantEnrolled"], "nothing is decided yet");
}

pub async fn a_failed_letter_stays_and_is_not_given_out(rig: &Rig) {
    let stage = stage_with_letters(rig, 1).await;
    let letter = lease(rig, &stage, 1, 9).await.remove(0);

    settle(rig, &letter, Settlement::Failed("550 no such user".to_owned())).await;

    assert!(lease(rig, &stage, 999, 9).await.is_empty());
    assert_eq!(rig.store.due_slots(at(999)).await.unwrap(), [0_i64; 0]);
    assert_eq!(rig.store.backlog().await.unwrap(), (0, None));
    assert_eq!(rig.tally(stage.meeting.id).await.confirmations, 1, "somebody may want to know");
    let events = rig.store.list_events(stage.meeting.id, letter.registrant.id).await.unwrap();
    assert_eq!(events, ["registrantEnrolled", "letterFailed"]);
}

pub async fn slots_with_due_letters_are_found_and_no_others(rig: &Rig) {
    let mut slots = Vec::new();
    for count in [1, 70, 2] {
        slots.push(stage_with_letters(rig, count).await.meeting.id.slot().number());
    }
    let later = rig.stage(None).await;
    let mut asked = later.ask(1);
    asked.at = at(500);
    rig.store.enroll(&[asked]).await.unwrap();
    slots.sort_unstable();
    slots.dedup();

    assert_eq!(rig.store.due_slots(at(499)).await.unwrap(), slots);
    slots.push(later.meeting.id.slot().number());
    slots.sort_unstable();
    slots.dedup();
    assert_eq!(rig.store.due_slots(at(500)).await.unwrap(), slots);
    assert_eq!(rig.store.due_slots(at(-1)).await.unwrap(), [0_i64; 0]);
}

pub async fn an_empty_outbox_has_no_due_slots(rig: &Rig) {
    assert_eq!(rig.store.due_slots(at(999)).await.unwrap(), [0_i64; 0]);
    assert_eq!(rig.store.backlog().await.unwrap(), (0, None));
}

pub async fn the_backlog_counts_what_waits(rig: &Rig) {
    let stage = rig.stage(None).await;
    for (person, seconds) in [(1, 30), (2, 10), (3, 20)] {
        let mut asked = stage.ask(person);
        asked.at = at(seconds);
        rig.store.enroll(&[asked]).await.unwrap();
    }

    assert_eq!(rig.store.backlog().await.unwrap(), (3, Some(at(10))));
}

pub async fn a_letter_carries_what_the_registration_told(rig: &Rig) {
    let stage = rig.stage(None).await;
    let built_in =
        BuiltIn { subject: Some("As told".to_owned()), start_at: Some(at(50)), ..stage.built_in() };
    rig.store.update_registration(&stage.registration, &built_in, &fact(1)).await.unwrap();
    let stage = rig.read(stage.meeting.id).await;
    rig.store.enroll(&stage.asks([1])).await.unwrap();
    rig.store.delete_meeting(&stage.meeting, &fact(2)).await.unwrap();

    let letter = lease(rig, &stage, 3, 9).await.remove(0);

    assert_eq!(letter.kind, LetterKind::Cancellation);
    assert_eq!(letter.told.subject.as_deref(), Some("As told"), "although it is deleted");
    assert_eq!(letter.start_at().unwrap(), at(50));
    assert_eq!(
        letter.end_at().unwrap(),
        stage.meeting.end_at,
        "the meeting's own where nothing else was said"
    );
}

pub async fn two_workers_share_the_letters_without_overlap(rig: &Rig) {
    let stage = stage_with_letters(rig, 150).await;
    let slot = stage.meeting.id.slot().number();
    let mut workers = JoinSet::new();
    for _ in 0..4 {
        let store = rig.another().await;
        workers.spawn(async move {
            let mut taken = Vec::new();
            // More than there are would be a fault, and no reason to go on for ever.
            while taken.len() <= 150 {
                let letters = store.lease_letters(slot, at(1), at(1) + MINUTE, 7).await.unwrap();
                if letters.is_empty() {
                    break;
                }
                taken.extend(ids(&letters));
            }
            taken
        });
    }

    let taken = workers.join_all().await.concat();

    assert_eq!(taken.len(), 150);
    assert_eq!(taken.into_iter().collect::<HashSet<_>>().len(), 150);
}
