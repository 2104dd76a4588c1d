//! Lists, page by page.

use domain::{Answer, Enrolment, QuestionId, Registrant, RegistrantId};
use uuid::Uuid;

use crate::enrol::nobody;
use crate::rig::{Rig, Stage, external, fact, seated};

/// All pages of so many rows each.
async fn read_all(rig: &Rig, stage: &Stage, limit: u32, only_live: bool) -> Vec<Vec<RegistrantId>> {
    let (mut pages, mut after) = (Vec::new(), None);
    loop {
        let page = rig
            .store
            .list_registrants(stage.meeting.id, stage.registration.id, after, limit, only_live)
            .await
            .unwrap();
        pages.push(ids(&page.registrants));
        after = page.next;
        if after.is_none() {
            return pages;
        }
    }
}

fn ids(registrants: &[Registrant]) -> Vec<RegistrantId> {
    registrants.iter().map(|registrant| registrant.id).collect()
}

pub async fn pages_cover_the_list_in_order_of_arrival(rig: &Rig) {
    let (stage, neighbour) = (rig.stage(None).await, rig.stage(None).await);
    let everybody = seated(&rig.store.enroll(&stage.asks(0..10)).await.unwrap());
    rig.store.enroll(&neighbour.asks(0..10)).await.unwrap();

    for (limit, lengths) in
        [(1, vec![1; 10]), (3, vec![3, 3, 3, 1]), (5, vec![5, 5]), (10, vec![10]), (99, vec![10])]
    {
        let pages = read_all(rig, &stage, limit, false).await;
        assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), lengths, "pages of {limit}");
        assert_eq!(pages.concat(), everybody);
    }
}

/// Rows are read by the handful, which must not show at the seams.
pub async fn a_page_may_be_longer_than_what_is_read_at_once(rig: &Rig) {
    let stage = rig.stage(None).await;
    let everybody = seated(&rig.store.enroll(&stage.asks(0..153)).await.unwrap());

    for (limit, lengths) in [
        (49, vec![49, 49, 49, 6]),
        (50, vec![50, 50, 50, 3]),
        (51, vec![51, 51, 51]),
        (102, vec![102, 51]),
        (152, vec![152, 1]),
        (153, vec![153]),
        (1_000, vec![153]),
    ] {
        let pages = read_all(rig, &stage, limit, false).await;
        assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), lengths, "pages of {limit}");
        assert_eq!(pages.concat(), everybody, "pages of {limit}");
    }
}

pub async fn a_page_of_long_answers_ends_early_and_loses_nobody(rig: &Rig) {
    let (long, short) = (rig.stage(None).await, rig.stage(None).await);
    let everybody = async |stage: &Stage, length: usize| {
        let answer = Answer { question: QuestionId(nobody().0), value: "x".repeat(length) };
        let asks = stage.asks(0..7).into_iter().map(|ask| Enrolment { answers: vec![answer.clone()], ..ask });
        seated(&rig.store.enroll(&asks.collect::<Vec<_>>()).await.unwrap())
    };
    let (of_long, of_short) = (everybody(&long, 1_500_000).await, everybody(&short, 1_500).await);

    let pages = read_all(rig, &long, 1_000, false).await;

    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [3, 3, 1]);
    assert_eq!(pages.concat(), of_long, "nobody twice, nobody left out");
    let two_by_two = read_all(rig, &long, 2, false).await;
    assert_eq!(two_by_two.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2, 2, 1], "the limit still counts");
    assert_eq!(
        read_all(rig, &short, 1_000, false).await,
        [of_short],
        "the control: it is the length that counts"
    );
}

pub async fn a_page_is_not_moved_by_rows_that_come_meanwhile(rig: &Rig) {
    let stage = rig.stage(None).await;
    let first = seated(&rig.store.enroll(&stage.asks(0..4)).await.unwrap());
    let (meeting, registration) = (stage.meeting.id, stage.registration.id);
    let page = rig.store.list_registrants(meeting, registration, None, 2, false).await.unwrap();

    let later = seated(&rig.store.enroll(&stage.asks(10..12)).await.unwrap());
    rig.store.cancel_registrant(meeting, first[0], &fact(1)).await.unwrap();
    let rest = rig.store.list_registrants(meeting, registration, page.next, 99, false).await.unwrap();

    assert_eq!(ids(&page.registrants), first[..2]);
    assert_eq!(ids(&rest.registrants), [&first[2..], &later[..]].concat(), "nobody twice, nobody left out");
}

/// Another process may have given its ids earlier, and store them later.
pub async fn a_reader_misses_nobody_who_is_stored_later_under_an_earlier_id(rig: &Rig) {
    let stage = rig.stage(None).await;
    let (held_up, first) = (stage.asks(0..3), stage.asks(3..5));
    assert!(held_up[2].id < first[0].id, "the control: as given, these ids are passed over");
    let first = seated(&rig.store.enroll(&first).await.unwrap());
    let (meeting, registration) = (stage.meeting.id, stage.registration.id);
    let read = rig.store.list_registrants(meeting, registration, None, 99, false).await.unwrap().registrants;

    let later = seated(&rig.another().await.enroll(&held_up).await.unwrap());

    assert_eq!(ids(&read), first);
    let rest =
        rig.store.list_registrants(meeting, registration, first.last().copied(), 99, false).await.unwrap();
    assert_eq!(ids(&rest.registrants), later, "in order of arrival");
    assert_eq!(later.len(), 3);
    assert_eq!(rig.store.list_events(meeting, later[0]).await.unwrap(), ["registrantEnrolled"]);
}

pub async fn canceled_registrants_are_listed_unless_only_live_ones_are_asked_for(rig: &Rig) {
    let stage = rig.external_stage().await;
    let batch: Vec<_> = (0..5).map(|n| stage.ask_for(external(n))).collect();
    let everybody = seated(&rig.store.enroll(&batch).await.unwrap());
    for gone in [everybody[1], everybody[4]] {
        rig.store.cancel_registrant(stage.meeting.id, gone, &fact(1)).await.unwrap();
    }

    assert_eq!(read_all(rig, &stage, 2, false).await.concat(), everybody);
    let live = [everybody[0], everybody[2], everybody[3]];
    assert_eq!(read_all(rig, &stage, 2, true).await.concat(), live);
    let count = rig.store.count_registrants(stage.meeting.id, stage.registration.id, true).await.unwrap();
    assert_eq!(count, 3, "the list of an external registration is counted as it is shown");
}

/// More of them than one statement carries, among them some that are not the meeting's.
pub async fn registrants_are_found_by_their_ids_in_the_order_asked_for(rig: &Rig) {
    let (stage, other) = (rig.stage(None).await, rig.stage(None).await);
    let everybody = seated(&rig.store.enroll(&stage.asks(0..153)).await.unwrap());
    let strangers = seated(&rig.store.enroll(&other.asks(0..1)).await.unwrap());
    rig.store.cancel_registrant(stage.meeting.id, everybody[80], &fact(1)).await.unwrap();
    let backwards: Vec<RegistrantId> = everybody.iter().rev().copied().collect();
    let (first, last) = backwards.split_at(70);
    let asked = [first, &[nobody(), strangers[0]][..], last].concat();

    let found = rig.store.find_registrants(stage.meeting.id, &asked).await.unwrap();

    assert_eq!(ids(&found), backwards, "whoever canceled is there, whoever is elsewhere is not");
    assert_eq!(rig.store.find_registrants(stage.meeting.id, &[]).await.unwrap(), []);
}

pub async fn a_registrant_is_found_by_id_and_by_live_key(rig: &Rig) {
    let (stage, other) = (rig.stage(None).await, rig.stage(None).await);
    let asked = stage.ask(1);
    rig.store.enroll(std::slice::from_ref(&asked)).await.unwrap();
    let key = asked.person.key();

    let by_id = rig.store.find_registrant(stage.meeting.id, asked.id).await.unwrap();
    let by_key = rig.store.find_live_registrant(stage.meeting.id, &key).await.unwrap();
    assert_eq!(by_id.as_ref().map(|found| found.id), Some(asked.id));
    assert_eq!(by_id, by_key);
    for other in [nobody(), RegistrantId(Uuid::nil())] {
        assert_eq!(rig.store.find_registrant(stage.meeting.id, other).await.unwrap(), None);
    }
    assert_eq!(rig.store.find_registrant(other.meeting.id, asked.id).await.unwrap(), None);
    assert_eq!(rig.store.find_live_registrant(other.meeting.id, &key).await.unwrap(), None);

    rig.store.cancel_registrant(stage.meeting.id, asked.id, &fact(1)).await.unwrap();

    assert_eq!(rig.store.find_live_registrant(stage.meeting.id, &key).await.unwrap(), None);
    let gone = rig.store.find_registrant(stage.meeting.id, asked.id).await.unwrap().unwrap();
    assert!(!gone.is_registered());
}
