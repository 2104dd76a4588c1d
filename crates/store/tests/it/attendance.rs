//! Who was let in, and by which device.

use domain::{Registrant, RegistrantId};
use jiff::SignedDuration;
use store::Pass;

use crate::rig::{Rig, Stage, at};

/// So many registrants, in order of arrival.
async fn registrants(rig: &Rig, stage: &Stage, count: usize) -> Vec<Registrant> {
    rig.store.enroll(&stage.asks(0..count)).await.unwrap();
    let (meeting, registration) = (stage.meeting.id, stage.registration.id);
    rig.store.list_registrants(meeting, registration, None, 1_000, false).await.unwrap().registrants
}

async fn list(rig: &Rig, first: &Registrant, last: &Registrant) -> Vec<(RegistrantId, i64)> {
    let rows = rig.store.list_attendance(first.meeting, first.id, last.id).await.unwrap();
    rows.into_iter().map(|(id, joined)| (id, joined.duration_since(at(0)).as_secs())).collect()
}

/// The device of that number asks at a second, where one counts as active for five minutes.
fn pass<'a>(registrant: &'a Registrant, device: &'a [u8; 32], second: i64) -> Pass<'a> {
    Pass { registrant, device, at: at(second), active_since: at(second) - SignedDuration::from_mins(5) }
}

pub async fn a_pass_is_recorded_once_a_minute_and_every_later_one_beside_it(rig: &Rig) {
    let stage = rig.stage(None).await;
    let people = registrants(rig, &stage, 2).await;

    // The tests' first second is the first of a minute.
    for second in [1, 2, 59, 60, 3_000] {
        rig.store.record_attendance(&people[0], at(second)).await.unwrap();
    }

    let id = people[0].id;
    assert_eq!(list(rig, &people[0], &people[1]).await, [(id, 1), (id, 60), (id, 3_000)]);
    let count = rig.store.count_attendees(stage.meeting.id, stage.registration.id).await.unwrap();
    assert_eq!(count, 1, "however often somebody comes");
}

pub async fn passes_are_listed_for_the_registrants_of_a_page(rig: &Rig) {
    let (stage, other) = (rig.stage(None).await, rig.stage(None).await);
    let (people, strangers) = (registrants(rig, &stage, 4).await, registrants(rig, &other, 4).await);
    for person in people.iter().chain(&strangers) {
        rig.store.record_attendance(person, at(1)).await.unwrap();
    }

    let page = list(rig, &people[1], &people[2]).await;

    assert_eq!(page, [(people[1].id, 1), (people[2].id, 1)]);
    assert_eq!(rig.store.count_attendees(stage.meeting.id, stage.registration.id).await.unwrap(), 4);
    assert_eq!(rig.store.count_attendees(stage.meeting.id, other.registration.id).await.unwrap(), 0);
}

pub async fn one_device_has_the_entry_until_it_is_idle_or_another_takes_over(rig: &Rig) {
    let stage = rig.stage(None).await;
    let people = registrants(rig, &stage, 2).await;
    let (phone, desk) = ([1; 32], [2; 32]);
    let enter = async |pass: Pass<'_>| rig.store.enter(pass).await.unwrap();
    let one = &people[0];

    assert!(enter(pass(one, &phone, 0)).await);
    assert!(!enter(pass(one, &desk, 100)).await, "the phone is in");
    assert!(enter(pass(&people[1], &desk, 100)).await, "on somebody else's link nobody is");
    assert!(enter(pass(one, &phone, 200)).await, "the same one again");
    assert!(!enter(pass(one, &desk, 499)).await);
    assert!(enter(Pass { active_since: at(499), ..pass(one, &desk, 499) }).await, "it takes over");
    assert!(!enter(pass(one, &phone, 500)).await, "and the first is no longer in");
    assert!(enter(pass(one, &phone, 800)).await, "five minutes after the last pass nobody is");

    let seconds: Vec<i64> = list(rig, one, one).await.into_iter().map(|(_, second)| second).collect();
    assert_eq!(seconds, [0, 200, 499, 800], "who was turned away did not come");
}

pub async fn of_several_devices_at_once_one_has_the_entry(rig: &Rig) {
    let stage = rig.stage(None).await;
    let people = registrants(rig, &stage, 1).await;
    let stores = [rig.another().await, rig.another().await, rig.another().await];
    let devices = [[1; 32], [2; 32], [3; 32]];

    let (a, b, c) = tokio::join!(
        stores[0].enter(pass(&people[0], &devices[0], 1)),
        stores[1].enter(pass(&people[0], &devices[1], 1)),
        stores[2].enter(pass(&people[0], &devices[2], 1)),
    );

    let let_in = [a.unwrap(), b.unwrap(), c.unwrap()].into_iter().filter(|is_in| *is_in).count();
    assert_eq!(let_in, 1);
}
