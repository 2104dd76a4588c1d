//! Requests that are answered once: what is stored and what was answered come together or not at all.

use std::sync::Arc;

use domain::question::AnswerInput;
use domain::{MeetingId, Question, QuestionId};
use store::{Kept, Made, Once};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::rig::{Rig, at, fact, fresh_id, key, meeting, registration};

/// A request of that number under a key of that name, kept until a day has passed.
fn once(place: MeetingId, name: u8, request: u8) -> Once {
    let key = key(name, request, at(86_400)).unwrap();
    Once { place, key, answer: Kept { status: 201, body: format!("{{\"request\":{request}}}") } }
}

fn question() -> Question {
    let id = QuestionId(fresh_id());
    Question {
        id,
        display_name: Some("Which river?".to_owned()),
        is_required: false,
        input: AnswerInput::Text,
    }
}

pub async fn what_was_made_once_is_answered_from_what_was_kept(rig: &Rig) {
    let stage = rig.stage(None).await;
    let once = once(stage.meeting.id, 1, 1);
    let create = async |n| {
        let question = question();
        rig.store
            .create_question(&rig.read(stage.meeting.id).await.registration, &question, &fact(n), Some(&once))
            .await
            .unwrap()
    };

    assert_eq!(create(1).await, Made::Now(true));
    assert_eq!(create(2).await, Made::Before(once.answer.clone()));
    let found = rig.store.find_kept(once.place, &once.key, at(3)).await.unwrap();
    assert_eq!(found, Made::Before(once.answer.clone()));
    assert_eq!(rig.read(stage.meeting.id).await.registration.built_in().unwrap().questions.len(), 1);

    assert_eq!(rig.store.find_kept(once.place, &once.key, at(86_400)).await.unwrap(), Made::Now(()));
    assert_eq!(create(86_400).await, Made::Now(true), "its time is over");
}

pub async fn a_kept_key_with_another_request_changes_nothing(rig: &Rig) {
    let stage = rig.stage(None).await;
    let (first, other) = (once(stage.meeting.id, 1, 1), once(stage.meeting.id, 1, 2));
    let now = &stage.registration;
    assert_eq!(
        rig.store.create_question(now, &question(), &fact(1), Some(&first)).await.unwrap(),
        Made::Now(true)
    );

    let outcome = rig.store.create_question(now, &question(), &fact(1), Some(&other)).await.unwrap();

    assert_eq!(outcome, Made::KeyReused);
    assert_eq!(rig.store.find_kept(other.place, &other.key, at(2)).await.unwrap(), Made::KeyReused);
}

pub async fn what_was_not_made_is_not_kept(rig: &Rig) {
    let stage = rig.stage(None).await;
    let once = once(stage.meeting.id, 1, 1);
    let again = registration(stage.meeting.id, None);
    let outcome = rig.store.create_registration_once(&again, &fact(1), Some(&once)).await.unwrap();
    assert_eq!(outcome, Made::Now(false), "there is one");
    let mut known = meeting();
    known.external_id = Some(fresh_id().to_string());
    rig.store.create_meeting(&known, &fact(1)).await.unwrap();
    let mut same = meeting();
    same.external_id = known.external_id.clone();
    let of_meeting = self::once(same.id, 2, 1);

    let outcome = rig.store.create_meeting_once(&same, &fact(1), &of_meeting).await.unwrap();

    assert_eq!(outcome, Made::Now(Some(known.id)));
    for once in [once, of_meeting] {
        assert_eq!(rig.store.find_kept(once.place, &once.key, at(2)).await.unwrap(), Made::Now(()));
    }
}

pub async fn one_meeting_asked_for_from_every_side_is_made_once(rig: &Rig) {
    const SIDES: usize = 8;
    let start = Arc::new(Barrier::new(SIDES));
    let place = MeetingId::from_random(*fresh_id().as_bytes());
    let mut sides = JoinSet::new();
    for _ in 0..SIDES {
        let (store, start, once) = (rig.another().await, Arc::clone(&start), once(place, 1, 1));
        sides.spawn(async move {
            let asked = meeting();
            start.wait().await;
            (asked.id, store.create_meeting_once(&asked, &fact(1), &once).await.unwrap())
        });
    }

    let made = sides.join_all().await;

    let answer = once(place, 1, 1).answer;
    let (now, before): (Vec<_>, Vec<_>) = made.into_iter().partition(|(_, made)| *made == Made::Now(None));
    assert_eq!(now.len(), 1);
    assert!(rig.store.find_hosted(now[0].0).await.unwrap().is_some());
    for (id, made) in before {
        assert_eq!(made, Made::Before(answer.clone()));
        assert!(rig.store.find_hosted(id).await.unwrap().is_none(), "nothing of it is left");
    }
}

pub async fn what_changed_since_it_was_seen_is_not_deleted(rig: &Rig) {
    let stage = rig.stage(None).await;
    let places = crate::rig::seated(&rig.store.enroll(&stage.asks([1])).await.unwrap());
    let seen = rig.store.find_registrant(stage.meeting.id, places[0]).await.unwrap().unwrap();
    rig.store.create_question(&stage.registration, &question(), &fact(1), None).await.unwrap();
    assert!(!rig.store.delete_registration_unchanged(&stage.registration, &fact(2)).await.unwrap());
    let now = rig.read(stage.meeting.id).await;
    rig.store.change_answers(seen.id, &now.registration, &[], &fact(3)).await.unwrap();
    let mut other = seen.clone();
    other.answers.push(domain::Answer { question: QuestionId(fresh_id()), value: "Loire".to_owned() });
    assert_eq!(rig.store.cancel_registrant_unchanged(&other, &fact(4)).await.unwrap(), None);

    let canceled = rig.store.cancel_registrant_unchanged(&seen, &fact(5)).await.unwrap();

    assert_eq!(canceled, Some(store::Canceled::Now));
    assert!(rig.store.delete_registration_unchanged(&now.registration, &fact(6)).await.unwrap());
}
