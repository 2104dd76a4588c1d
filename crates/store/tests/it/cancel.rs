//! Giving a place back.

use domain::{LetterKind, RegistrantId};
use store::Canceled;

use crate::enrol::{enrolled, nobody};
use crate::rig::{MINUTE, Rig, Stage, Tally, at, external, fact, seated};

async fn enrol(rig: &Rig, stage: &Stage, person: usize) -> RegistrantId {
    seated(&rig.store.enroll(&stage.asks([person])).await.unwrap())[0]
}

pub async fn a_cancellation_frees_the_place_and_queues_one_letter(rig: &Rig) {
    let stage = rig.stage(Some(2)).await;
    let (first, _) = (enrol(rig, &stage, 1).await, enrol(rig, &stage, 2).await);
    let fact = fact(30);

    let outcome = rig.store.cancel_registrant(stage.meeting.id, first, &fact).await.unwrap();

    assert_eq!(outcome, Canceled::Now);
    let expected = Tally { live: 1, seats_taken: 1, cancellations: 1, canceled: 1, ..enrolled(2) };
    assert_eq!(rig.tally(stage.meeting.id).await, expected);
    let registrant = rig.store.find_registrant(stage.meeting.id, first).await.unwrap().unwrap();
    let cancellation = registrant.standing.end().unwrap();
    assert_eq!((cancellation.at, &cancellation.by), (fact.at, &fact.actor));
    let events = rig.store.list_events(stage.meeting.id, first).await.unwrap();
    assert_eq!(events, ["registrantEnrolled", "registrantCanceled"]);
    let slot = stage.meeting.id.slot().number();
    let letters = rig.store.lease_letters(slot, at(60), at(60) + MINUTE, 9).await.unwrap();
    let to_first = letters.iter().filter(|letter| letter.registrant.id == first);
    let kinds: Vec<_> = to_first.map(|letter| letter.kind).collect();
    assert_eq!(kinds, [LetterKind::Confirmation, LetterKind::Cancellation]);
}

pub async fn a_second_cancellation_changes_nothing(rig: &Rig) {
    let stage = rig.stage(None).await;
    let first = enrol(rig, &stage, 1).await;
    rig.store.cancel_registrant(stage.meeting.id, first, &fact(1)).await.unwrap();
    let before = rig.tally(stage.meeting.id).await;

    let outcome = rig.store.cancel_registrant(stage.meeting.id, first, &fact(2)).await.unwrap();

    assert_eq!(outcome, Canceled::Before);
    assert_eq!(rig.tally(stage.meeting.id).await, before);
}

pub async fn many_give_their_places_back_each_once(rig: &Rig) {
    let (stage, other) = (rig.stage(Some(3)).await, rig.stage(None).await);
    let [first, second, third] = [1, 2, 3].map(|person| enrol(rig, &stage, person));
    let (first, second, third) = (first.await, second.await, third.await);
    let foreign = enrol(rig, &other, 1).await;
    rig.store.cancel_registrant(stage.meeting.id, third, &fact(1)).await.unwrap();
    let named = [first, third, first, foreign, second];
    let each: Vec<_> = (10..).zip(named).map(|(second, id)| (id, fact(second))).collect();

    let outcomes = rig.store.cancel_registrants(stage.meeting.id, &each).await.unwrap();

    let [now, before] = [Canceled::Now, Canceled::Before];
    assert_eq!(outcomes, [now, before, before, before, now]);
    let expected = Tally { live: 0, seats_taken: 0, cancellations: 3, canceled: 3, ..enrolled(3) };
    assert_eq!(rig.tally(stage.meeting.id).await, expected);
    assert_eq!(rig.tally(other.meeting.id).await, enrolled(1));
}

pub async fn an_unknown_registrant_cannot_be_canceled(rig: &Rig) {
    let (stage, other) = (rig.stage(None).await, rig.stage(None).await);
    let foreign = enrol(rig, &other, 1).await;

    for id in [nobody(), foreign] {
        let outcome = rig.store.cancel_registrant(stage.meeting.id, id, &fact(1)).await.unwrap();
        assert_eq!(outcome, Canceled::Before);
    }

    assert_eq!(rig.tally(other.meeting.id).await, enrolled(1));
}

pub async fn an_external_registrant_gets_no_cancellation_letter(rig: &Rig) {
    let stage = rig.external_stage().await;
    let asked = stage.ask_for(external(1));
    rig.store.enroll(std::slice::from_ref(&asked)).await.unwrap();

    rig.store.cancel_registrant(stage.meeting.id, asked.id, &fact(1)).await.unwrap();

    let tally = rig.tally(stage.meeting.id).await;
    assert_eq!((tally.confirmations, tally.cancellations, tally.canceled, tally.seats_taken), (0, 0, 1, 0));
}

pub async fn a_cancellation_after_the_end_of_the_registration_changes_nothing(rig: &Rig) {
    let stage = rig.stage(None).await;
    let first = enrol(rig, &stage, 1).await;
    rig.store.delete_registration(stage.meeting.id, stage.registration.id, &fact(1)).await.unwrap();
    let before = rig.tally(stage.meeting.id).await;

    let outcome = rig.store.cancel_registrant(stage.meeting.id, first, &fact(2)).await.unwrap();

    assert_eq!(outcome, Canceled::Before, "closing has canceled everybody");
    assert_eq!(rig.tally(stage.meeting.id).await, before);
}
