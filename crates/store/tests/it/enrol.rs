//! Who gets a place, and what is stored of it.

use domain::person::ForeignPerson;
use domain::{
    Answer, Email, Enrolment, LetterKind, Person, PersonId, QuestionId, RegistrantId, RegistrationId,
    Standing, TenantId,
};
use store::Verdict;

use crate::rig::{
    MINUTE, ORGANIZER, Rig, Stage, TENANT, Tally, at, external, fact, fresh_id, key, named, seated,
};

const FULL: Verdict = Verdict::Full { known: None };

pub async fn places_are_given_in_order_of_arrival(rig: &Rig) {
    let stage = rig.stage(Some(2)).await;
    let batch = stage.asks(0..4);

    let verdicts = rig.store.enroll(&batch).await.unwrap();

    let expected = [Verdict::Seated(batch[0].id), Verdict::Seated(batch[1].id), FULL, FULL];
    assert_eq!(verdicts, expected);
    assert_eq!(rig.tally(stage.meeting.id).await, enrolled(2));
}

pub async fn a_person_twice_in_one_batch_has_one_place(rig: &Rig) {
    let stage = rig.stage(None).await;
    let mut again = stage.ask(7);
    if let Person::Named { named, .. } = &mut again.person {
        named.email = Email::parse("P7@PINEWATER.example").unwrap();
    }
    let batch = [stage.ask(7), again];

    let verdicts = rig.store.enroll(&batch).await.unwrap();

    let first = batch[0].id;
    assert_eq!(verdicts, [Verdict::Seated(first), Verdict::Known { registrant: first, generation: 0 }]);
    assert_eq!(rig.tally(stage.meeting.id).await, enrolled(1));
}

pub async fn a_person_who_comes_back_is_known(rig: &Rig) {
    let stage = rig.stage(None).await;
    let first = rig.store.enroll(&stage.asks([7])).await.unwrap();

    let second = rig.store.enroll(&stage.asks([8, 7])).await.unwrap();

    assert_eq!(second[1], Verdict::Known { registrant: seated(&first)[0], generation: 0 });
    assert_eq!(rig.tally(stage.meeting.id).await, enrolled(2));
}

pub async fn a_person_may_be_in_two_meetings(rig: &Rig) {
    let (one, other) = (rig.stage(Some(1)).await, rig.stage(Some(1)).await);
    rig.store.enroll(&one.asks([7])).await.unwrap();

    let verdicts = rig.store.enroll(&other.asks([7])).await.unwrap();

    assert_eq!(seated(&verdicts).len(), 1);
    assert_eq!(rig.tally(one.meeting.id).await, enrolled(1));
    assert_eq!(rig.tally(other.meeting.id).await, enrolled(1));
}

pub async fn one_batch_may_hold_several_meetings_in_any_order(rig: &Rig) {
    let stages = [rig.stage(Some(2)).await, rig.stage(Some(1)).await, rig.stage(None).await];
    let batch: Vec<_> = (0..12).map(|n| stages[n % 3].ask(n)).collect();

    let verdicts = rig.store.enroll(&batch).await.unwrap();

    for (n, (enrolment, verdict)) in batch.iter().zip(&verdicts).enumerate() {
        let has_place = [n < 6, n < 3, true][n % 3];
        let expected = if has_place { Verdict::Seated(enrolment.id) } else { FULL };
        assert_eq!(*verdict, expected, "request {n}");
    }
    for (stage, count) in stages.iter().zip([2, 1, 4]) {
        assert_eq!(rig.tally(stage.meeting.id).await, enrolled(count));
    }
}

pub async fn who_came_too_late_leaves_no_trace(rig: &Rig) {
    let stage = rig.stage(Some(3)).await;
    let batch = stage.asks(0..100);

    let verdicts = rig.store.enroll(&batch).await.unwrap();

    assert_eq!(verdicts.iter().filter(|verdict| **verdict == FULL).count(), 97);
    assert_eq!(rig.tally(stage.meeting.id).await, enrolled(3));
    for late in &batch[3..] {
        assert_eq!(rig.store.find_registrant(stage.meeting.id, late.id).await.unwrap(), None);
    }
}

pub async fn who_has_a_place_is_known_when_all_are_taken(rig: &Rig) {
    let stage = rig.stage(Some(1)).await;
    let first = rig.store.enroll(&stage.asks([0])).await.unwrap();

    // The second and third are one person, so that the later request meets a row that is taken out again.
    let verdicts = rig.store.enroll(&stage.asks([0, 1, 1])).await.unwrap();

    let known = Verdict::Known { registrant: seated(&first)[0], generation: 0 };
    assert_eq!(verdicts, [known, FULL, FULL]);
    assert_eq!(rig.tally(stage.meeting.id).await, enrolled(1));
}

/// Whoever may not see the list is answered as if the person were new, in whatever company they come.
pub async fn a_stranger_is_told_of_nobody_when_all_places_are_taken(rig: &Rig) {
    let stage = rig.stage(Some(3)).await;
    let stranger = |number| Enrolment { sees_list: false, ..stage.ask(number) };
    let keyed = |number, name| Enrolment { idempotency: key(name, name, at(86_400)), ..stranger(number) };
    let first = seated(&rig.store.enroll(&[keyed(0, 1), stranger(1)]).await.unwrap());
    let known = |n: usize| Verdict::Known { registrant: first[n], generation: 0 };

    let with_room = rig.store.enroll(&[stranger(0)]).await.unwrap();
    let asks = [stranger(1), keyed(2, 2), stranger(0), stranger(3), stage.ask(0), stranger(2), keyed(2, 2)];
    let last_place = rig.store.enroll(&asks).await.unwrap();
    let full = rig.store.enroll(&[stranger(0), stranger(4), keyed(0, 1), keyed(1, 3)]).await.unwrap();
    let retried = rig.store.enroll(&[keyed(1, 3)]).await.unwrap();

    assert_eq!(with_room, [known(0)]);
    let own = Verdict::Known { registrant: asks[1].id, generation: 0 };
    let kept = |registrant| Verdict::Full { known: Some(registrant) };
    let seat = Verdict::Seated(asks[1].id);
    assert_eq!(last_place, [known(1), seat, kept(first[0]), FULL, known(0), kept(asks[1].id), own]);
    assert_eq!(full, [kept(first[0]), FULL, known(0), kept(first[1])]);
    assert_eq!(retried, [kept(first[1])], "the first answer is the one that is repeated");
}

pub async fn a_place_given_back_is_given_again(rig: &Rig) {
    let stage = rig.stage(Some(1)).await;
    let first = seated(&rig.store.enroll(&stage.asks([0, 1])).await.unwrap())[0];
    rig.store.cancel_registrant(stage.meeting.id, first, &fact(1)).await.unwrap();

    let back = rig.store.enroll(&stage.asks([0])).await.unwrap();

    let second = seated(&back)[0];
    assert_ne!(second, first, "a new enrolment is a new row");
    let tally = rig.tally(stage.meeting.id).await;
    assert_eq!((tally.live, tally.rows, tally.seats_taken, tally.registrant_count), (1, 2, 1, 2));
}

pub async fn a_lowered_capacity_gives_no_place_and_takes_none_away(rig: &Rig) {
    let stage = rig.stage(Some(5)).await;
    rig.store.enroll(&stage.asks(0..4)).await.unwrap();
    let mut built_in = stage.built_in();
    built_in.capacity = Some(2);
    assert!(rig.store.update_registration(&stage.registration, &built_in, &fact(1)).await.unwrap());
    let stage = rig.read(stage.meeting.id).await;

    let verdicts = rig.store.enroll(&stage.asks([9])).await.unwrap();

    assert_eq!(verdicts, [FULL]);
    assert_eq!(rig.tally(stage.meeting.id).await, enrolled(4));
}

pub async fn a_check_made_on_an_older_version_is_stale(rig: &Rig) {
    let stage = rig.stage(None).await;
    assert!(rig.store.update_registration(&stage.registration, &stage.built_in(), &fact(1)).await.unwrap());

    let verdicts = rig.store.enroll(&stage.asks([0])).await.unwrap();

    assert_eq!(verdicts, [Verdict::Stale]);
    assert_eq!(rig.tally(stage.meeting.id).await, Tally::default());
    let now = rig.read(stage.meeting.id).await;
    assert_eq!(seated(&rig.store.enroll(&now.asks([0])).await.unwrap()).len(), 1, "checked again it passes");
}

pub async fn a_check_made_on_an_older_directory_is_stale(rig: &Rig) {
    let stage = rig.stage(None).await;
    let seen = rig.store.find_person(TENANT, ORGANIZER).await.unwrap().version;
    let mut asked = stage.ask(0);
    asked.seen_directory = Some(seen);
    rig.store.put_people(TENANT, &[]).await.unwrap();

    let verdicts = rig.store.enroll(std::slice::from_ref(&asked)).await.unwrap();

    assert_eq!(verdicts, [Verdict::Stale]);
    assert_eq!(rig.tally(stage.meeting.id).await, Tally::default());
    asked.seen_directory = Some(seen + 1);
    assert_eq!(seated(&rig.store.enroll(&[asked]).await.unwrap()).len(), 1, "checked again it passes");
}

pub async fn a_deleted_registration_takes_nobody(rig: &Rig) {
    let stage = rig.stage(None).await;
    let mut never_there = stage.ask(1);
    never_there.registration = RegistrationId(fresh_id());
    assert_eq!(rig.store.enroll(&[never_there]).await.unwrap(), [Verdict::Stale]);
    rig.store.delete_registration(stage.meeting.id, stage.registration.id, &fact(1)).await.unwrap();

    let verdicts = rig.store.enroll(&stage.asks([0])).await.unwrap();

    assert_eq!(verdicts, [Verdict::Stale]);
    assert_eq!(rig.tally(stage.meeting.id).await, Tally::default());
}

pub async fn the_stale_do_not_hold_up_the_others(rig: &Rig) {
    let (stage, other) = (rig.stage(Some(2)).await, rig.stage(None).await);
    let mut batch = stage.asks(0..3);
    batch[0].seen_version = 0;
    batch.push(other.ask(0));
    batch[3].seen_directory = Some(9);

    let verdicts = rig.store.enroll(&batch).await.unwrap();

    let expected =
        [Verdict::Stale, Verdict::Seated(batch[1].id), Verdict::Seated(batch[2].id), Verdict::Stale];
    assert_eq!(verdicts, expected);
    assert_eq!(rig.tally(stage.meeting.id).await, enrolled(2));
    assert_eq!(rig.tally(other.meeting.id).await, Tally::default());
}

pub async fn a_colleague_is_one_person_whatever_the_address(rig: &Rig) {
    let stage = rig.stage(None).await;
    let colleague = |number: usize| match named(number) {
        Person::Named { named, .. } => Person::Named { named, user: Some(PersonId(ORGANIZER.0)) },
        person => person,
    };
    let batch = [stage.ask_for(colleague(1)), stage.ask_for(colleague(2)), stage.ask(1)];

    let verdicts = rig.store.enroll(&batch).await.unwrap();

    assert_eq!(verdicts[1], Verdict::Known { registrant: batch[0].id, generation: 0 });
    assert_eq!(verdicts[2], Verdict::Seated(batch[2].id), "a guest of that address is somebody else");
}

pub async fn external_registrants_get_no_letter(rig: &Rig) {
    let stage = rig.external_stage().await;
    let batch: Vec<_> = (0..3).map(|n| stage.ask_for(external(n))).collect();

    let verdicts = rig.store.enroll(&batch).await.unwrap();

    assert_eq!(seated(&verdicts).len(), 3);
    let tally = rig.tally(stage.meeting.id).await;
    assert_eq!(tally, Tally { confirmations: 0, ..enrolled(3) });
}

pub async fn what_is_stored_of_a_registrant_is_what_was_sent(rig: &Rig) {
    let (stage, outside) = (rig.stage(None).await, rig.external_stage().await);
    let mut guest = stage.ask(1);
    guest.answers =
        vec![Answer { question: QuestionId(fresh_id()), value: "Ja, \"gern\" – 是".to_owned() }];
    guest.language = Some("de-AT".to_owned());
    guest.time_zone = Some("Asia/Tokyo".to_owned());
    guest.at = at(17);
    let user = ForeignPerson { tenant: TenantId(fresh_id()), person: PersonId(fresh_id()) };
    let visitor =
        outside.ask_for(Person::External { external_id: "crm/%2F '; DROP".to_owned(), user: Some(user) });

    for asked in [guest, visitor] {
        rig.store.enroll(std::slice::from_ref(&asked)).await.unwrap();
        let found = rig.store.find_registrant(asked.meeting, asked.id).await.unwrap().unwrap();

        assert_eq!(found.person, Some(asked.person));
        assert_eq!(found.answers, asked.answers);
        assert_eq!((found.language, found.registered_at), (asked.language, asked.at));
        assert_eq!(found.time_zone, asked.time_zone);
        assert_eq!(
            (found.registration, found.generation, &found.standing),
            (asked.registration, 0, &Standing::Registered)
        );
        let events = rig.store.list_events(asked.meeting, asked.id).await.unwrap();
        assert_eq!(events, ["registrantEnrolled"]);
    }
    let letters = due(rig, &stage).await;
    assert_eq!(letters, [LetterKind::Confirmation]);
}

/// Whichever way they come: in a party, alone, by the long way with a key, and to a waiting list.
pub async fn everybody_s_time_zone_is_kept_until_they_are_erased(rig: &Rig) {
    let stage = rig.waiting_stage(4).await;
    let mut asks = stage.asks(0..5);
    for (n, asked) in asks.iter_mut().enumerate() {
        asked.time_zone = (n != 1).then(|| format!("Zone/{n}"));
    }
    asks[3].idempotency = key(3, 3, at(9_000));
    for batch in [&asks[..2], &asks[2..3], &asks[3..4], &asks[4..]] {
        rig.store.enroll(batch).await.unwrap();
    }

    let find = async |asked: &Enrolment| {
        rig.store.find_registrant(stage.meeting.id, asked.id).await.unwrap().unwrap()
    };
    for asked in &asks {
        assert_eq!(find(asked).await.time_zone, asked.time_zone);
    }
    assert_eq!(find(&asks[4]).await.standing, Standing::Waitlisted);
    let page =
        rig.store.list_registrants(stage.meeting.id, stage.registration.id, None, 9, false).await.unwrap();
    let listed: Vec<_> = page.registrants.into_iter().map(|registrant| registrant.time_zone).collect();
    assert_eq!(listed, asks.iter().map(|asked| asked.time_zone.clone()).collect::<Vec<_>>());
    rig.store.erase_registrant(stage.meeting.id, asks[0].id, &fact(6), &fact(7)).await.unwrap();
    assert_eq!(find(&asks[0]).await.time_zone, None);
}

async fn due(rig: &Rig, stage: &Stage) -> Vec<LetterKind> {
    let slot = stage.meeting.id.slot().number();
    let letters = rig.store.lease_letters(slot, at(60), at(60) + MINUTE, 100).await.unwrap();
    letters.iter().map(|letter| letter.kind).collect()
}

/// So many named registrants, all still registered.
pub fn enrolled(count: i64) -> Tally {
    Tally {
        rows: count,
        live: count,
        seats_taken: count,
        registrant_count: count,
        confirmations: count,
        enrolled: count,
        ..Tally::default()
    }
}

/// A registrant id that nobody has.
pub fn nobody() -> RegistrantId {
    RegistrantId(fresh_id())
}
