//! Meetings and the keys by which an organizer finds them.

use domain::{Meeting, MeetingSettings, Participant, PersonId};
use store::{MeetingKey, Verdict};

use crate::rig::{ORGANIZER, Rig, TENANT, at, fact, fresh_id, meeting, registration};

pub async fn a_meeting_comes_back_as_it_was_stored(rig: &Rig) {
    let attendee = Participant {
        upn: Some("odile@pinewater.example".to_owned()),
        person: Some(PersonId(fresh_id())),
        display_name: Some("Odile \"O\" 是".to_owned()),
        role: Some("presenter".to_owned()),
    };
    let settings = MeetingSettings {
        record_automatically: true,
        lobby_scope: "everyone".to_owned(),
        opens_minutes_before: Some(0),
        one_device: Some(false),
        ..Default::default()
    };
    let full = Meeting {
        passcode: Some("Zx9".to_owned()),
        external_id: Some("crm-7".to_owned()),
        attendees: vec![attendee, Participant::default()],
        settings,
        ..meeting()
    };
    let bare = Meeting { subject: None, join_url: None, ..meeting() };

    for stored in [full, bare] {
        assert_eq!(rig.store.create_meeting(&stored, &fact(0)).await.unwrap(), None);
        let found = rig.store.find_hosted(stored.id).await.unwrap().unwrap();
        assert_eq!(found.meeting, stored);
        assert_eq!(found.registration, None);
    }
    assert_eq!(rig.store.find_hosted(meeting().id).await.unwrap(), None);
}

pub async fn an_external_id_makes_one_meeting(rig: &Rig) {
    let named = || Meeting { external_id: Some("crm-7".to_owned()), ..meeting() };
    let first = named();
    assert_eq!(rig.store.create_meeting(&first, &fact(0)).await.unwrap(), None);
    let second = named();

    let outcome = rig.store.create_meeting(&second, &fact(1)).await.unwrap();

    assert_eq!(outcome, Some(first.id));
    assert_eq!(rig.store.find_hosted(second.id).await.unwrap(), None);
    let found = rig.store.find_meeting_id(TENANT, ORGANIZER, MeetingKey::ExternalId("crm-7")).await.unwrap();
    assert_eq!(found, Some(first.id));
}

pub async fn the_same_external_id_belongs_to_each_organizer_alone(rig: &Rig) {
    let named = |organizer| Meeting { external_id: Some("crm-7".to_owned()), organizer, ..meeting() };
    let (mine, theirs) = (named(ORGANIZER), named(PersonId(fresh_id())));

    for stored in [&mine, &theirs] {
        assert_eq!(rig.store.create_meeting(stored, &fact(0)).await.unwrap(), None);
    }

    for stored in [&mine, &theirs] {
        let key = MeetingKey::ExternalId("crm-7");
        let found = rig.store.find_meeting_id(TENANT, stored.organizer, key).await.unwrap();
        assert_eq!(found, Some(stored.id));
    }
}

pub async fn a_meeting_is_found_by_its_number(rig: &Rig) {
    let stored = meeting();
    rig.store.create_meeting(&stored, &fact(0)).await.unwrap();
    let find = async |organizer, number: &str| {
        rig.store.find_meeting_id(TENANT, organizer, MeetingKey::JoinMeetingId(number)).await.unwrap()
    };

    assert_eq!(find(ORGANIZER, &stored.join_meeting_id).await, Some(stored.id));
    assert_eq!(find(ORGANIZER, "0").await, None);
    assert_eq!(find(PersonId(fresh_id()), &stored.join_meeting_id).await, None);
}

pub async fn a_change_made_on_an_older_version_is_refused(rig: &Rig) {
    let stored = meeting();
    rig.store.create_meeting(&stored, &fact(0)).await.unwrap();
    let renamed =
        |name: &str| Meeting { subject: Some(name.to_owned()), end_at: at(9_000), ..stored.clone() };

    assert!(rig.store.update_meeting(&renamed("mine"), &fact(1)).await.unwrap());
    assert!(!rig.store.update_meeting(&renamed("theirs"), &fact(2)).await.unwrap());

    let found = rig.store.find_hosted(stored.id).await.unwrap().unwrap().meeting;
    assert_eq!(found, Meeting { version: stored.version + 1, ..renamed("mine") });
}

pub async fn a_changed_meeting_makes_enrolments_check_again(rig: &Rig) {
    let stage = rig.stage(None).await;
    assert!(rig.store.update_meeting(&stage.meeting, &fact(1)).await.unwrap());

    let verdicts = rig.store.enroll(&stage.asks([1])).await.unwrap();

    assert_eq!(verdicts, [Verdict::Stale], "its end may have moved");
    assert_eq!(rig.read(stage.meeting.id).await.registration.version, stage.registration.version + 1);
}

pub async fn a_deleted_meeting_is_gone_and_everybody_is_told(rig: &Rig) {
    let stage = rig.stage(None).await;
    rig.store.enroll(&stage.asks(0..3)).await.unwrap();
    assert_eq!(rig.store.find_past(stage.meeting.id, stage.registration.id).await.unwrap(), None);

    assert!(rig.store.delete_meeting(&stage.meeting, &fact(1)).await.unwrap());
    assert!(!rig.store.delete_meeting(&stage.meeting, &fact(2)).await.unwrap());

    assert_eq!(rig.store.find_hosted(stage.meeting.id).await.unwrap(), None);
    let past = rig.store.find_past(stage.meeting.id, stage.registration.id).await.unwrap().unwrap();
    assert_eq!(past.subject, stage.meeting.subject, "those who were registered read which one it was");
    assert_eq!((past.tenant, past.is_meeting_deleted), (TENANT, true));
    let key = MeetingKey::JoinMeetingId(&stage.meeting.join_meeting_id);
    assert_eq!(rig.store.find_meeting_id(TENANT, ORGANIZER, key).await.unwrap(), None);
    assert!(!rig.store.update_meeting(&stage.meeting, &fact(3)).await.unwrap());
    let tally = rig.tally(stage.meeting.id).await;
    assert_eq!((tally.live, tally.seats_taken, tally.confirmations, tally.cancellations), (0, 0, 0, 3));
    assert_eq!(rig.store.enroll(&stage.asks([9])).await.unwrap(), [Verdict::Stale]);
}

pub async fn a_registration_the_caller_did_not_see_is_closed_with_its_meeting(rig: &Rig) {
    let stage = rig.stage(None).await;
    rig.store.enroll(&stage.asks(0..3)).await.unwrap();

    // The caller read the meeting before the registration was enabled.
    assert!(rig.store.delete_meeting(&stage.meeting, &fact(1)).await.unwrap());

    let tally = rig.tally(stage.meeting.id).await;
    assert_eq!((tally.live, tally.cancellations), (0, 3));
    assert_eq!(rig.store.enroll(&stage.asks([9])).await.unwrap(), [Verdict::Stale]);
}

pub async fn a_deleted_meeting_takes_no_registration(rig: &Rig) {
    let stored = meeting();
    rig.store.create_meeting(&stored, &fact(0)).await.unwrap();
    rig.store.delete_meeting(&stored, &fact(1)).await.unwrap();

    assert!(!rig.store.create_registration(&registration(stored.id, None), &fact(2)).await.unwrap());
}
