//! Letters to everybody, worked off in pieces.

use domain::{BuiltIn, LetterKind, Meeting, RegistrantId, Reminders};
use store::{Act, Canceled, DueLetter, Store};
use tokio::task::JoinSet;

use crate::life::id;
use crate::rig::{MINUTE, Rig, Stage, at, fact, fresh_id, registration, seated};

const DAY: i64 = 86_400;

fn reminders() -> Reminders {
    Reminders::new([1_440, 60])
}

/// One look at all mailings, a piece of each; how many pieces that were.
async fn work(store: &Store, seconds: i64, piece: usize) -> usize {
    let mut count = 0;
    for due in store.due_mailings(at(seconds)).await.unwrap() {
        let ids: Vec<_> = (0..piece).map(|_| fresh_id()).collect();
        count += usize::from(store.work_mailing(&due, &reminders(), &ids, at(seconds)).await.unwrap());
    }
    count
}

async fn work_off(store: &Store, seconds: i64, piece: usize) {
    while work(store, seconds, piece).await > 0 {}
}

/// So many registrants whose confirmations have left.
async fn told_stage(rig: &Rig, count: usize) -> (Stage, Vec<RegistrantId>) {
    let stage = rig.stage(None).await;
    let people = enroll(rig, &stage, 0..count).await;
    (stage, people)
}

async fn enroll(rig: &Rig, stage: &Stage, people: std::ops::Range<usize>) -> Vec<RegistrantId> {
    let mut ids = Vec::new();
    for batch in stage.asks(people).chunks(128) {
        ids.extend(seated(&rig.store.enroll(batch).await.unwrap()));
    }
    let leave = "DELETE FROM outbox WHERE slot = $1 AND meeting_id = $2 AND $3 = $3";
    rig.raw.execute(leave, stage.meeting.id).await;
    ids
}

async fn rename(rig: &Rig, stage: &Stage, subject: &str, seconds: i64) -> Stage {
    let changed = Meeting { subject: Some(subject.to_owned()), ..stage.meeting.clone() };
    assert!(rig.store.update_meeting(&changed, &fact(seconds)).await.unwrap());
    rig.read(stage.meeting.id).await
}

async fn move_to(rig: &Rig, stage: &Stage, start: i64, seconds: i64) -> Stage {
    let changed = Meeting { start_at: at(start), end_at: at(start + 3_600), ..stage.meeting.clone() };
    assert!(rig.store.update_meeting(&changed, &fact(seconds)).await.unwrap());
    rig.read(stage.meeting.id).await
}

async fn letters(rig: &Rig, stage: &Stage, seconds: i64) -> Vec<DueLetter> {
    let slot = stage.meeting.id.slot().number();
    rig.store.lease_letters(slot, at(seconds), at(seconds) + MINUTE, 5_000).await.unwrap()
}

fn recipients(letters: &[DueLetter]) -> Vec<RegistrantId> {
    letters.iter().map(|letter| letter.registrant.id).collect()
}

pub async fn a_change_is_told_once_to_whoever_was_registered_before_it(rig: &Rig) {
    let (stage, people) = told_stage(rig, 5).await;
    rig.store.cancel_registrant(stage.meeting.id, people[1], &fact(1)).await.unwrap();
    let stage = rename(rig, &stage, "Reading a lake", 2).await;
    let later = enroll(rig, &stage, 77..78).await;

    work_off(&rig.store, 3, 2).await;

    let updates = letters(rig, &stage, 4).await;
    assert_eq!(recipients(&updates), [people[0], people[2], people[3], people[4]], "and not {later:?}");
    assert!(updates.iter().all(|letter| letter.kind == LetterKind::Update));
    assert!(updates.iter().all(|letter| letter.about == 1 && letter.told.told_version == 1));
    assert_eq!(work(&rig.store, 5, 2).await, 0, "nothing is left to do");
}

pub async fn what_is_not_told_makes_no_letter(rig: &Rig) {
    let (stage, _) = told_stage(rig, 2).await;
    work_off(&rig.store, 0, 9).await;
    let elsewhere =
        Meeting { join_url: Some("https://meet.example/lake".to_owned()), ..stage.meeting.clone() };
    assert!(rig.store.update_meeting(&elsewhere, &fact(1)).await.unwrap());
    let stage = rig.read(stage.meeting.id).await;
    let longer = BuiltIn { description: Some("Bring boots".to_owned()), ..stage.built_in() };
    assert!(rig.store.update_registration(&stage.registration, &longer, &fact(2)).await.unwrap());

    assert_eq!(work(&rig.store, 3, 9).await, 0);

    let stage = rig.read(stage.meeting.id).await;
    let named = BuiltIn { subject: Some("As told".to_owned()), ..stage.built_in() };
    assert!(rig.store.update_registration(&stage.registration, &named, &fact(4)).await.unwrap());
    work_off(&rig.store, 5, 9).await;
    assert_eq!(letters(rig, &stage, 6).await.len(), 2, "the control");
    // The meeting's own title is no longer what people are told.
    let stage = rig.read(stage.meeting.id).await;
    rename(rig, &stage, "Unheard of", 7).await;
    assert_eq!(work(&rig.store, 8, 9).await, 0);
}

pub async fn several_changes_before_a_piece_are_one_letter(rig: &Rig) {
    let (stage, people) = told_stage(rig, 3).await;
    let stage = rename(rig, &stage, "First", 1).await;
    let stage = rename(rig, &stage, "Second", 2).await;
    work_off(&rig.store, 3, 2).await;

    let letters = letters(rig, &stage, 4).await;

    assert_eq!(recipients(&letters), people);
    assert!(letters.iter().all(|letter| letter.about == 2));
}

pub async fn whose_confirmation_still_waits_needs_no_update(rig: &Rig) {
    let stage = rig.stage(None).await;
    rig.store.enroll(&stage.asks([1, 2])).await.unwrap();
    let slot = stage.meeting.id.slot().number();
    let in_hand = rig.store.lease_letters(slot, at(1), at(1) + MINUTE, 1).await.unwrap();
    let stage = rename(rig, &stage, "Reading a lake", 2).await;

    work_off(&rig.store, 3, 9).await;

    let letters = letters(rig, &stage, 4).await;
    let kinds: Vec<_> = letters.iter().map(|letter| (letter.registrant.id, letter.kind)).collect();
    let (first, second) = (in_hand[0].registrant.id, letters[0].registrant.id);
    assert_eq!(kinds, [(second, LetterKind::Confirmation), (first, LetterKind::Update)]);
}

pub async fn a_mailing_that_is_killed_goes_on_where_it_was(rig: &Rig) {
    let (stage, people) = told_stage(rig, 10).await;
    let stage = rename(rig, &stage, "Reading a lake", 1).await;

    for _ in 0..4 {
        // A process that dies after a piece.
        let store = rig.another().await;
        work(&store, 2, 3).await;
        store.close().await;
    }

    assert_eq!(recipients(&letters(rig, &stage, 3).await), people);
}

pub async fn nodes_that_work_off_one_mailing_together_write_each_letter_once(rig: &Rig) {
    let (stage, people) = told_stage(rig, 60).await;
    let stage = move_to(rig, &stage, 2 * DAY, 1).await;
    for seconds in [2, DAY + 1] {
        let mut nodes = JoinSet::new();
        for _ in 0..4 {
            let store = rig.another().await;
            nodes.spawn(async move { while work(&store, seconds, 7).await > 0 {} });
        }
        nodes.join_all().await;
        // Whoever found it locked has gone; nobody else has to be waited for.
        work_off(&rig.store, seconds, 7).await;
    }

    let letters = letters(rig, &stage, DAY + 2).await;
    for kind in [LetterKind::Update, LetterKind::Reminder] {
        let mut told: Vec<_> =
            letters.iter().filter(|letter| letter.kind == kind).map(|letter| letter.registrant.id).collect();
        told.sort();
        assert_eq!(told, people, "{kind:?}");
    }
}

pub async fn a_reminder_is_due_at_its_moment_and_follows_the_meeting(rig: &Rig) {
    let (stage, people) = told_stage(rig, 3).await;
    let stage = move_to(rig, &stage, 2 * DAY, 1).await;
    work_off(&rig.store, 1, 9).await;
    assert_eq!(letters(rig, &stage, 1).await.len(), 3, "the updates");

    work_off(&rig.store, DAY - 1, 9).await;
    assert_eq!(letters(rig, &stage, DAY).await.iter().filter(|letter| letter.attempts == 1).count(), 0);
    let stage = move_to(rig, &stage, 3 * DAY, DAY - 1).await;
    work_off(&rig.store, DAY, 9).await;
    work_off(&rig.store, 2 * DAY - 1, 9).await;
    let about = |letters: &[DueLetter]| -> Vec<_> {
        let reminders = letters.iter().filter(|letter| letter.kind == LetterKind::Reminder);
        reminders.map(|letter| (letter.registrant.id, letter.moment().unwrap())).collect()
    };
    assert_eq!(about(&letters(rig, &stage, 2 * DAY - 1).await), [], "not by the old start");
    for seconds in [2 * DAY, 2 * DAY + 1, 3 * DAY - 3_601] {
        work_off(&rig.store, seconds, 2).await;
    }
    let moment = at(2 * DAY);
    let expected: Vec<_> = people.iter().map(|person| (*person, moment)).collect();
    assert_eq!(about(&letters(rig, &stage, 2 * DAY + 2).await), expected, "once each");
    work_off(&rig.store, 3 * DAY, 9).await;
    let left = "SELECT COUNT(*) FROM mailing WHERE slot = $1 AND meeting_id = $2";
    assert_eq!(
        rig.raw.count(left, stage.meeting.id).await,
        0,
        "once it begins there is nothing to remind of"
    );
}

pub async fn whoever_came_after_the_moment_is_not_reminded_of_it(rig: &Rig) {
    let (stage, early) = told_stage(rig, 1).await;
    let stage = move_to(rig, &stage, 2 * DAY, 1).await;
    work_off(&rig.store, 1, 9).await;
    rig.raw
        .execute("DELETE FROM outbox WHERE slot = $1 AND meeting_id = $2 AND $3 = $3", stage.meeting.id)
        .await;
    let mut late = stage.ask(50);
    late.at = at(2 * DAY - 1_200);
    rig.store.enroll(&[late]).await.unwrap();
    rig.raw
        .execute("DELETE FROM outbox WHERE slot = $1 AND meeting_id = $2 AND $3 = $3", stage.meeting.id)
        .await;

    // Nobody looked until twenty minutes before: the hour's reminder takes the place of the day's.
    work_off(&rig.store, 2 * DAY - 1_200, 9).await;

    let letters = letters(rig, &stage, 2 * DAY - 1_199).await;
    assert_eq!(recipients(&letters), early);
    assert_eq!(letters[0].moment().unwrap(), at(2 * DAY - 3_600));
}

pub async fn a_large_registration_is_canceled_in_pieces_and_everybody_is_told_once(rig: &Rig) {
    let (stage, people) = told_stage(rig, 1_300).await;
    let meeting = stage.meeting.id;
    assert!(rig.store.delete_registration(meeting, stage.registration.id, &fact(1)).await.unwrap());

    let tally = rig.tally(meeting).await;
    assert_eq!((tally.live, tally.seats_taken, tally.cancellations), (300, 300, 1_000));
    let before = rig.store.cancel_registrant(meeting, people[1_299], &fact(2)).await.unwrap();
    assert_eq!(before, Canceled::Now, "whoever cancels meanwhile");
    work_off(&rig.store, 3, 9).await;

    let tally = rig.tally(meeting).await;
    assert_eq!((tally.live, tally.seats_taken, tally.cancellations), (0, 0, 1_300));
    let mut told = recipients(&letters(rig, &stage, 4).await);
    told.sort();
    assert_eq!(told, people);
    let last = rig.store.find_registrant(meeting, people[1_298]).await.unwrap().unwrap();
    let canceled = last.standing.end().unwrap();
    assert_eq!((canceled.at, canceled.by.as_str()), (at(1), "person:case"));
}

pub async fn who_leaves_while_a_large_registration_is_closed_is_counted_once(rig: &Rig) {
    let (waiting, pending) = (rig.waiting_stage(1).await, rig.stage_of_approval().await);
    for (stage, is_waiting) in [(&waiting, true), (&pending, false)] {
        let mut people = Vec::new();
        for batch in (0..1_102).collect::<Vec<_>>().chunks(128) {
            people.extend(rig.come(stage, batch.iter().copied()).await.iter().map(id));
        }
        let meeting = stage.meeting.id;
        assert!(rig.store.delete_registration(meeting, stage.registration.id, &fact(1)).await.unwrap());
        let left = |count| if is_waiting { (0, count, 0) } else { (0, 0, count) };
        assert_eq!(rig.counts(meeting).await, left(102), "a thousand in one go");
        rig.is_sound().await;

        rig.act(stage, people[1_101], Act::Cancel, 2).await;

        assert_eq!(rig.counts(meeting).await, left(101));
        work_off(&rig.store, 3, 9).await;
        assert_eq!(rig.counts(meeting).await, (0, 0, 0));
        rig.is_sound().await;
    }
}

pub async fn a_registration_made_anew_finds_nobody_of_the_one_before(rig: &Rig) {
    let (stage, _) = told_stage(rig, 1_100).await;
    let meeting = stage.meeting.id;
    rig.store.delete_registration(meeting, stage.registration.id, &fact(1)).await.unwrap();
    assert_eq!(rig.tally(meeting).await.live, 100, "the control: some still have their places");

    assert!(rig.store.create_registration(&registration(meeting, None), &fact(2)).await.unwrap());

    let stage = rig.read(meeting).await;
    let again = rig.store.enroll(&stage.asks([1_099])).await.unwrap();
    assert_eq!(seated(&again).len(), 1, "{again:?}");
    assert_eq!(rig.tally(meeting).await.live, 1);
}

pub async fn a_changed_list_of_reminders_holds_for_every_meeting(rig: &Rig) {
    let (stage, people) = told_stage(rig, 1).await;
    let stage = move_to(rig, &stage, 3 * DAY, 1).await;
    rig.store.keep_to_reminders(&reminders(), at(1)).await.unwrap();
    work_off(&rig.store, 1, 9).await;
    letters(rig, &stage, 1).await;
    rig.store.keep_to_reminders(&reminders(), at(2)).await.unwrap();
    assert_eq!(rig.store.due_mailings(at(2)).await.unwrap(), [], "the same list changes nothing");

    let earlier = Reminders::new([2_880]);
    rig.store.keep_to_reminders(&earlier, at(2)).await.unwrap();

    for seconds in [2, DAY - 1, DAY] {
        for due in rig.store.due_mailings(at(seconds)).await.unwrap() {
            let worked = rig.store.work_mailing(&due, &earlier, &[fresh_id(), fresh_id()], at(seconds)).await;
            assert!(worked.unwrap());
        }
    }
    let letters = letters(rig, &stage, DAY).await;
    let reminded: Vec<_> = letters.iter().filter(|letter| letter.kind == LetterKind::Reminder).collect();
    assert_eq!(reminded.len(), 1);
    assert_eq!((reminded[0].registrant.id, reminded[0].moment().unwrap()), (people[0], at(DAY)));
}
