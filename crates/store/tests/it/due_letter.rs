//! What a letter is written from, read again before it is sent.

use domain::{BuiltIn, Meeting, Registration, RegistrationKind};
use store::{DueLetter, Store};

use crate::counting::count;
use crate::rig::{MINUTE, Rig, Stage, at, external, fact, meeting, registration, seated};

/// A meeting of so many people, and their letters in hand, in order of arrival.
async fn stage_with_letters_in_hand(rig: &Rig, people: usize) -> (Stage, Vec<DueLetter>) {
    let stage = rig.stage(None).await;
    rig.store.enroll(&stage.asks(0..people)).await.unwrap();
    let slot = stage.meeting.id.slot().number();
    let letters = rig.store.lease_letters(slot, at(1), at(1) + MINUTE, 9).await.unwrap();
    assert_eq!(letters.len(), people);
    (stage, letters)
}

async fn read_again(rig: &Rig, letter: &DueLetter) -> Option<DueLetter> {
    rig.store.read_again(letter).await.unwrap()
}

pub async fn a_letter_is_read_again_as_its_rows_are_by_then(rig: &Rig) {
    let (stage, letters) = stage_with_letters_in_hand(rig, 3).await;
    let (meeting, leased) = (stage.meeting.id, &letters[1]);
    let built_in = BuiltIn {
        subject: Some("As told by now".to_owned()),
        description: Some("All of it".to_owned()),
        start_at: Some(at(50)),
        end_at: Some(at(90)),
        ..stage.built_in()
    };
    assert!(rig.store.update_registration(&stage.registration, &built_in, &fact(2)).await.unwrap());
    let renamed = Meeting { subject: Some("Renamed".to_owned()), ..stage.meeting.clone() };
    assert!(rig.store.update_meeting(&renamed, &fact(3)).await.unwrap());
    rig.store.cancel_registrant(meeting, leased.registrant.id, &fact(4)).await.unwrap();

    let again = read_again(rig, leased).await.unwrap();

    let of_the_outbox = |letter: &DueLetter| (letter.id, letter.kind, letter.about, letter.attempts);
    assert_eq!(of_the_outbox(&again), of_the_outbox(leased));
    let registrant = rig.store.find_registrant(meeting, leased.registrant.id).await.unwrap().unwrap();
    assert!(registrant.standing.end().is_some(), "the control: the place was given back");
    let current = rig.read(meeting).await.meeting;
    assert_eq!(current.subject.as_deref(), Some("Renamed"), "the control");
    assert_eq!((&again.registrant, &again.meeting), (&registrant, &current));
    let told = (again.told.subject.as_deref(), again.told.description.as_deref());
    assert_eq!(told, (Some("As told by now"), Some("All of it")));
    assert_eq!((again.start_at().unwrap(), again.end_at().unwrap()), (at(50), at(90)));
    assert!(again.told.told_version > leased.told.told_version);
    assert!(again.told.is_live);

    assert!(rig.store.delete_meeting(&current, &fact(5)).await.unwrap());
    let again = read_again(rig, leased).await.unwrap();
    assert!(!again.told.is_live, "deleted, and still told of");
}

pub async fn a_letter_tells_its_meeting_s_external_id_from_its_registrant_s(rig: &Rig) {
    let hosted = Meeting { external_id: Some("hall/7".to_owned()), ..meeting() };
    let for_others = Registration { kind: RegistrationKind::External, ..registration(hosted.id, None) };
    let stage = rig.stage_with(&for_others, hosted).await;
    let ids = seated(&rig.store.enroll(&[stage.ask_for(external(1))]).await.unwrap());
    let registrant = rig.store.find_registrant(stage.meeting.id, ids[0]).await.unwrap().unwrap();

    let letter = rig.store.confirmation_of(&registrant).await.unwrap().unwrap();

    assert_eq!(letter.meeting.external_id.as_deref(), Some("hall/7"));
    assert_eq!((letter.meeting, letter.registrant), (stage.meeting, registrant));
}

/// Whoever came next stands where they would.
pub async fn a_letter_whose_registrant_is_gone_is_not_read_as_somebody_else_s(rig: &Rig) {
    let (stage, letters) = stage_with_letters_in_hand(rig, 2).await;
    let remove_the_first = "DELETE FROM registrant WHERE slot = $1 AND meeting_id = $2 AND $3 IS NOT NULL
        AND registrant_id = (SELECT registrant_id FROM registrant WHERE slot = $1 AND meeting_id = $2
            ORDER BY registrant_id LIMIT 1)";
    rig.raw.execute(remove_the_first, stage.meeting.id).await;

    assert!(read_again(rig, &letters[0]).await.is_none());
    assert!(rig.store.confirmation_of(&letters[0].registrant).await.unwrap().is_none());
    let other = read_again(rig, &letters[1]).await.unwrap();
    assert_eq!(other.registrant, letters[1].registrant);
}

pub async fn a_letter_whose_registration_is_gone_says_what_the_meeting_says(rig: &Rig) {
    let (stage, letters) = stage_with_letters_in_hand(rig, 1).await;
    for table in ["roster", "registration"] {
        let remove = format!("DELETE FROM {table} WHERE slot = $1 AND meeting_id = $2 AND $3 IS NOT NULL");
        rig.raw.execute(&remove, stage.meeting.id).await;
    }

    let again = read_again(rig, &letters[0]).await.unwrap();

    assert_eq!(
        (again.told.subject.as_deref(), again.told.is_live, again.told.told_version),
        (None, false, 0)
    );
    assert_eq!(again.start_at().unwrap(), stage.meeting.start_at);
    assert_eq!(again.end_at().unwrap(), stage.meeting.end_at);
}

pub async fn a_letter_that_cannot_be_read_again_is_a_fault_that_stays(rig: &Rig) {
    for (table, column) in [("meeting", "attendees"), ("registrant", "answers")] {
        let (stage, letters) = stage_with_letters_in_hand(rig, 1).await;
        let spoil = format!(
            "UPDATE {table} SET {column} = '{{' WHERE slot = $1 AND meeting_id = $2 AND $3 IS NOT NULL"
        );
        rig.raw.execute(&spoil, stage.meeting.id).await;

        let fault = rig.store.read_again(&letters[0]).await.unwrap_err();

        assert!(!fault.may_pass(), "{table}: {fault:?}");
    }
}

/// What is asked of the database, over connections of their own; transactions are asked for, too.
async fn asked(rig: &Rig, read: impl AsyncFnOnce(&Store)) -> Vec<String> {
    let store = rig.another().await;
    let ((), mut statements) = count(async {
        read(&store).await;
        // The driver logs a statement behind its last row; once closed it has logged them all.
        store.close().await;
    })
    .await;
    statements.retain(|text| ["SELECT", "WITH", "BEGIN"].iter().any(|word| text.starts_with(word)));
    statements
}

/// Each letter asks both before it is sent.
pub async fn a_letter_is_read_again_by_one_question_and_its_organizer_by_another(rig: &Rig) {
    let (_, letters) = stage_with_letters_in_hand(rig, 2).await;
    let letter = &letters[0];

    let again = asked(rig, async |store: &Store| {
        assert!(store.read_again(letter).await.unwrap().is_some());
    })
    .await;
    let confirmation = asked(rig, async |store: &Store| {
        assert!(store.confirmation_of(&letter.registrant).await.unwrap().is_some());
    })
    .await;
    let organizer = asked(rig, async |store: &Store| {
        store.find_organizer(&letter.meeting).await.unwrap();
    })
    .await;
    let view = asked(rig, async |store: &Store| {
        store.find_person(letter.meeting.tenant, letter.meeting.organizer).await.unwrap();
    })
    .await;

    assert_eq!((again.len(), confirmation.len(), organizer.len()), (1, 1, 1), "{again:#?} {organizer:#?}");
    assert_eq!(again, confirmation);
    assert_eq!(view.len(), 3, "the control, two questions in a transaction: {view:#?}");
}
