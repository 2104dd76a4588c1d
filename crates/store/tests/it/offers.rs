//! Offers and free places where the meeting moves.

use domain::{LetterKind, Meeting, Refusal, Standing};
use store::{Act, Stepped};

use crate::life::id;
use crate::rig::{Rig, Stage, at, fact};

/// The two ways in which the time that people are told changes.
#[derive(Clone, Copy, Debug)]
enum Way {
    Meeting,
    Registration,
}
const WAYS: [Way; 2] = [Way::Meeting, Way::Registration];

async fn move_to(rig: &Rig, stage: &Stage, way: Way, start: i64, second: i64) {
    let stage = rig.read(stage.meeting.id).await;
    let (start_at, end_at, fact) = (at(start), at(start + 3_600), fact(second));
    let is_moved = match way {
        Way::Meeting => {
            let changed = Meeting { start_at, end_at, ..stage.meeting.clone() };
            rig.store.update_meeting(&changed, &fact).await
        }
        Way::Registration => {
            let mut built_in = stage.built_in();
            (built_in.start_at, built_in.end_at) = (Some(start_at), Some(end_at));
            rig.store.update_registration(&stage.registration, &built_in, &fact).await
        }
    };
    assert!(is_moved.unwrap(), "{way:?}");
}

pub async fn an_offer_is_no_longer_than_the_way_to_a_start_that_comes_earlier(rig: &Rig) {
    for way in WAYS {
        let stage = rig.waiting_stage(1).await;
        let people: Vec<_> = rig.come(&stage, 1..4).await.iter().map(id).collect();
        let meeting = stage.meeting.id;
        rig.act(&stage, people[0], Act::Cancel, 10).await;
        assert_eq!(rig.person(&stage, people[1]).await.standing, Standing::Offered { expires_at: at(310) });

        // In the moment in which it was made, as it may happen.
        move_to(rig, &stage, way, 200, 10).await;

        assert_eq!(rig.person(&stage, people[1]).await.standing, Standing::Offered { expires_at: at(200) });
        assert_eq!(rig.counts(meeting).await, (1, 1, 0));
        let events = rig.store.list_events(meeting, people[1]).await.unwrap();
        assert!(events.iter().any(|event| event == "offerShortened"), "{way:?} {events:?}");
        let offers = rig.letters(meeting, LetterKind::PlaceOffered).await;
        assert_eq!(offers, 2, "{way:?}: the new end is told; the letter of the old one is true no more");
        assert_eq!(rig.store.due_waiting(at(199)).await.unwrap(), []);
        let late = rig.act(&stage, people[1], Act::Accept, 200).await;
        let expired_at = at(200);
        assert_eq!(late, Stepped::Refused(Refusal::OfferExpired { expired_at }), "{way:?}");
        assert_eq!(rig.store.due_waiting(at(200)).await.unwrap(), [meeting]);
        rig.store.work_waiting(meeting, at(200)).await.unwrap();
        assert_eq!(rig.standings(&stage, &people).await, ["canceled", "expired", "registered"]);
        rig.is_sound().await;
    }
}

pub async fn an_offer_that_was_shortened_is_accepted_before_the_start(rig: &Rig) {
    for way in WAYS {
        let stage = rig.waiting_stage(1).await;
        let people: Vec<_> = rig.come(&stage, 1..3).await.iter().map(id).collect();
        rig.act(&stage, people[0], Act::Cancel, 10).await;
        move_to(rig, &stage, way, 200, 20).await;
        // A start that comes later gives nobody more time than they were told.
        move_to(rig, &stage, way, 9_000, 30).await;
        assert_eq!(rig.person(&stage, people[1]).await.standing, Standing::Offered { expires_at: at(200) });

        let done = rig.act(&stage, people[1], Act::Accept, 199).await;

        assert!(matches!(done, Stepped::Done(_)), "{way:?} {done:?}");
        assert_eq!(rig.store.due_waiting(at(9_999)).await.unwrap(), []);
        rig.is_sound().await;
    }
}

pub async fn a_meeting_that_has_begun_by_its_new_start_gives_the_place_at_once(rig: &Rig) {
    for way in WAYS {
        let stage = rig.waiting_stage(1).await;
        let people: Vec<_> = rig.come(&stage, 1..4).await.iter().map(id).collect();
        rig.act(&stage, people[0], Act::Cancel, 10).await;

        move_to(rig, &stage, way, 15, 20).await;

        assert_eq!(rig.standings(&stage, &people).await, ["canceled", "expired", "registered"], "{way:?}");
        rig.is_sound().await;
    }
}

/// As the rows of an earlier version may stand: the offer says more than the meeting allows.
pub async fn an_offer_that_outlives_the_start_is_not_accepted_behind_it(rig: &Rig) {
    let stage = rig.waiting_stage(1).await;
    let people: Vec<_> = rig.come(&stage, 1..3).await.iter().map(id).collect();
    rig.act(&stage, people[0], Act::Cancel, 10).await;
    let start = at(100).as_microsecond();
    let begin =
        format!("UPDATE meeting SET start_at = {start} WHERE slot = $1 AND meeting_id = $2 AND $3 = $3");
    rig.raw.execute(&begin, stage.meeting.id).await;

    let late = rig.act(&stage, people[1], Act::Accept, 100).await;
    let in_time = rig.act(&stage, people[1], Act::Accept, 99).await;

    assert_eq!(late, Stepped::Refused(Refusal::OfferExpired { expired_at: at(100) }));
    assert!(matches!(in_time, Stepped::Done(_)), "{in_time:?}");
}

pub async fn however_many_offers_there_are_all_are_shortened(rig: &Rig) {
    let stage = rig.waiting_stage(1).await;
    let people: Vec<_> = rig.come(&stage, 0..151).await.iter().map(id).collect();
    let meeting = stage.meeting.id;
    rig.change(&stage, |built_in| built_in.capacity = Some(151)).await;
    rig.store.work_waiting(meeting, at(2)).await.unwrap();
    assert_eq!(rig.counts(meeting).await, (151, 0, 0));
    let until = async |second: i64| {
        let mut count = 0;
        for who in &people[1..] {
            let standing = rig.person(&stage, *who).await.standing;
            count += usize::from(standing == Standing::Offered { expires_at: at(second) });
        }
        count
    };
    // The first hundred were offered a place by the change, the others by the round.
    assert_eq!((until(301).await, until(302).await), (100, 50));

    move_to(rig, &stage, Way::Meeting, 200, 20).await;
    assert_eq!(until(200).await, 100, "a hundred in one go");
    assert_eq!(rig.store.due_waiting(at(20)).await.unwrap(), [meeting], "the others are called in");
    // Moved away again meanwhile: they keep what they were told.
    move_to(rig, &stage, Way::Meeting, 9_000, 21).await;
    assert_eq!((until(200).await, until(301).await + until(302).await), (100, 50));
    assert_eq!(rig.store.due_waiting(at(199)).await.unwrap(), []);
    move_to(rig, &stage, Way::Meeting, 150, 22).await;
    assert_eq!(rig.store.work_waiting(meeting, at(23)).await.unwrap(), 50);

    assert_eq!(until(150).await, 150);
    assert_eq!(rig.store.due_waiting(at(149)).await.unwrap(), []);
    rig.is_sound().await;
}

pub async fn a_place_that_is_free_is_offered_when_the_meeting_is_put_off(rig: &Rig) {
    for way in WAYS {
        let stage = rig.waiting_stage(1).await;
        let people: Vec<_> = rig.come(&stage, 1..3).await.iter().map(id).collect();
        rig.act(&stage, people[0], Act::Cancel, 7_200).await;
        assert_eq!(rig.counts(stage.meeting.id).await, (0, 1, 0), "it is over: nothing is given");

        move_to(rig, &stage, way, 90_000, 7_300).await;

        assert_eq!(rig.standings(&stage, &people).await, ["canceled", "offered"], "{way:?}");
        let stage = rig.read(stage.meeting.id).await;
        rig.act(&stage, people[1], Act::Cancel, 7_301).await;
        assert!(matches!(rig.come(&stage, [9]).await[..], [store::Verdict::Seated(_)]), "{way:?}");
        rig.is_sound().await;
    }
}
