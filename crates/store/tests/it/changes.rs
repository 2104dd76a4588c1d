//! Feeds of changes: nothing is passed over, whatever order ids and commits have, and every change has one number.

use std::time::Duration;

use domain::change::{Change, ChangeType, FeedKey, Subject};
use domain::subscription::{Owner, Subscription, SubscriptionId, Watched};
use domain::{AppId, MeetingId, RegistrantId, TenantId};
use jiff::Timestamp;
use sqlx::query;
use store::{FeedOf, Renewed, Subscribed, SubscriptionChange, SubscriptionLimits, Tried};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::rig::{MINUTE, ORGANIZER, Rig, Stage, TENANT, at, fact, fresh_id, seated};

const LIMITS: SubscriptionLimits = SubscriptionLimits { per_app: 3, per_tenant: 4 };

pub fn subscription(watched: Watched) -> Subscription {
    let mut random = [0; 16];
    random.copy_from_slice(fresh_id().as_bytes());
    Subscription {
        id: SubscriptionId::from_random(random, watched.feed(TENANT, ORGANIZER)),
        owner: Owner { tenant: TENANT, app: Some(AppId("crm".to_owned())), person: None },
        organizer: ORGANIZER,
        watched,
        resource: "users/x/onlineMeetings".to_owned(),
        change_types: ChangeType::ALL.to_vec(),
        notification_url: "https://crm.example.org/".to_owned(),
        lifecycle_url: None,
        client_state: None,
        created_at: at(0),
        expires_at: at(86_400),
        secret_generation: 1,
        overlap_until: None,
    }
}

async fn subscribe(rig: &Rig, watched: Watched) -> Subscription {
    let subscription = subscription(watched);
    let made = rig.store.create_subscription(&subscription, fresh_id(), LIMITS).await.unwrap();
    assert_eq!(made, Subscribed::Now);
    subscription
}

/// A meeting whose registrants somebody subscribed to, with nothing to be gathered.
async fn watched(rig: &Rig) -> Stage {
    let stage = rig.stage(None).await;
    rig.store.gather(at(0)).await.unwrap();
    subscribe(rig, Watched::Registrants(stage.meeting.id)).await;
    stage
}

async fn enrol(rig: &Rig, stage: &Stage, person: usize) -> RegistrantId {
    seated(&rig.store.enroll(&stage.asks([person])).await.unwrap())[0]
}

async fn changes(rig: &Rig, meeting: MeetingId) -> Vec<Change> {
    rig.store.gather(at(9)).await.unwrap();
    let changes = rig.store.list_changes(FeedKey::of_meeting(meeting), 0, 10_000).await.unwrap();
    let numbers: Vec<i64> = changes.iter().map(|change| change.number).collect();
    assert_eq!(numbers, (1..=changes.len() as i64).collect::<Vec<_>>(), "numbers without a gap");
    changes
}

fn about(changes: &[Change]) -> Vec<(Option<RegistrantId>, ChangeType)> {
    changes.iter().map(|change| (change.registrant, change.change_type)).collect()
}

pub async fn what_happens_is_gathered_in_order_and_once(rig: &Rig) {
    let stage = watched(rig).await;
    let meeting = stage.meeting.id;
    let (one, two) = (enrol(rig, &stage, 1).await, enrol(rig, &stage, 2).await);
    rig.store.cancel_registrant(meeting, one, &fact(1)).await.unwrap();

    let first = changes(rig, meeting).await;
    let three = enrol(rig, &stage, 3).await;
    let again = changes(rig, meeting).await;
    let nothing = rig.store.gather(at(9)).await.unwrap();

    use ChangeType::{Created, Deleted};
    assert_eq!(about(&first), [(Some(one), Created), (Some(two), Created), (Some(one), Deleted)]);
    assert_eq!(about(&again[3..]), [(Some(three), Created)]);
    assert_eq!(nothing, 0);
}

/// A fact has its id before it waits for the meeting, so one with an earlier id may be stored later. A reader by ids would
/// pass over it, as the control shows.
pub async fn what_is_committed_later_under_an_earlier_id_is_not_passed_over(rig: &Rig) {
    let stage = watched(rig).await;
    let meeting = stage.meeting.id;
    let (one, two) = (enrol(rig, &stage, 1).await, enrol(rig, &stage, 2).await);
    let (earlier, later) = (fact(1), fact(2));
    assert!(earlier.id < later.id);

    rig.store.cancel_registrant(meeting, one, &later).await.unwrap();
    let seen = changes(rig, meeting).await;
    rig.store.cancel_registrant(meeting, two, &earlier).await.unwrap();
    let all = changes(rig, meeting).await;

    assert_eq!(about(&all[seen.len()..]), [(Some(two), ChangeType::Deleted)]);
    let behind =
        "SELECT COUNT(*) FROM event WHERE slot = $1 AND meeting_id = $2 AND kind = 'registrantCanceled'
        AND event_id > (SELECT e.event_id FROM event e WHERE e.slot = $1 AND e.meeting_id = $2
            AND e.kind = 'registrantCanceled' ORDER BY e.event_id DESC LIMIT 1)";
    assert_eq!(
        rig.raw.count(behind, meeting).await,
        0,
        "the control: nothing stands behind the last id that was seen"
    );
}

/// Enrolments of one registration after another, whose clocks differ by an hour.
pub async fn who_enrols_into_a_registration_made_anew_is_not_passed_over(rig: &Rig) {
    let stage = watched(rig).await;
    let meeting = stage.meeting.id;
    let mut late = stage.ask(1);
    late.id = RegistrantId(Uuid::from_u128(u128::MAX >> 4));
    rig.store.enroll(&[late]).await.unwrap();
    let before = changes(rig, meeting).await.len();
    rig.store.delete_registration(meeting, stage.registration.id, &fact(1)).await.unwrap();
    let anew = crate::rig::registration(meeting, None);
    assert!(rig.store.create_registration(&anew, &fact(2)).await.unwrap());
    let anew = rig.read(meeting).await;

    let two = enrol(rig, &anew, 2).await;

    let all = changes(rig, meeting).await;
    let created = all[before..].iter().filter(|change| change.registrant == Some(two)).count();
    assert_eq!(created, 1, "{all:?}");
    let ends = all[before..].iter().filter(|change| change.subject == Subject::Registration);
    let ends: Vec<ChangeType> = ends.map(|change| change.change_type).collect();
    assert_eq!(ends, [ChangeType::Deleted, ChangeType::Created]);
}

pub async fn a_list_that_is_longer_than_a_piece_is_gathered_whole(rig: &Rig) {
    const PEOPLE: usize = 1_300;
    let stage = watched(rig).await;
    let asks = stage.asks(0..PEOPLE);
    for batch in asks.chunks(100) {
        rig.store.enroll(batch).await.unwrap();
    }
    let last = asks.last().unwrap().id;
    rig.store.cancel_registrant(stage.meeting.id, last, &fact(1)).await.unwrap();

    let all = changes(rig, stage.meeting.id).await;

    assert_eq!(all.len(), PEOPLE + 1);
    assert_eq!(
        all.last().map(|change| (change.registrant, change.change_type)),
        Some((Some(last), ChangeType::Deleted))
    );
}

pub async fn an_organizer_s_meetings_are_in_a_feed_of_their_own(rig: &Rig) {
    let of = FeedOf { tenant: TENANT, organizer: ORGANIZER, meeting: None };
    rig.store.open_feed(&of, fresh_id(), at(86_400)).await.unwrap();
    let one = rig.stage(None).await;
    let other = rig.stage(None).await;
    enrol(rig, &one, 1).await;
    rig.store.delete_meeting(&other.meeting, &fact(3)).await.unwrap();

    rig.store.gather(at(9)).await.unwrap();

    let all = rig.store.list_changes(of.key(), 0, 100).await.unwrap();
    let of_meetings = |meeting: MeetingId| {
        let own = all.iter().filter(|change| change.meeting == meeting);
        own.map(|change| (change.subject, change.change_type)).collect::<Vec<_>>()
    };
    use ChangeType::{Created, Deleted};
    assert_eq!(of_meetings(one.meeting.id), [(Subject::Meeting, Created), (Subject::Registration, Created)]);
    assert_eq!(
        of_meetings(other.meeting.id),
        [(Subject::Meeting, Created), (Subject::Registration, Created), (Subject::Meeting, Deleted)]
    );
}

/// Stores that gather while others enrol and cancel: each change has one number, an enrolment before its cancellation.
pub async fn nodes_that_gather_together_pass_over_nothing_and_count_nothing_twice(rig: &Rig) {
    const PEOPLE: usize = 60;
    let stage = watched(rig).await;
    let meeting = stage.meeting.id;
    let mut gathering = JoinSet::new();
    let (stop, stopped) = tokio::sync::watch::channel(false);
    for _ in 0..2 {
        let (store, stopped) = (rig.another().await, stopped.clone());
        gathering.spawn(async move {
            while !*stopped.borrow() {
                store.gather(at(9)).await.unwrap();
                tokio::task::yield_now().await;
            }
        });
    }
    let mut acting = JoinSet::new();
    for side in 0..3 {
        let (store, stage) = (rig.another().await, stage.clone());
        acting.spawn(async move {
            for person in (side..PEOPLE).step_by(3) {
                let seated = seated(&store.enroll(&stage.asks([person])).await.unwrap());
                if person % 2 == 0 {
                    store.cancel_registrant(meeting, seated[0], &fact(1)).await.unwrap();
                }
            }
        });
    }
    acting.join_all().await;
    stop.send(true).unwrap();
    gathering.join_all().await;

    let all = changes(rig, meeting).await;

    assert_eq!(all.len(), PEOPLE + PEOPLE / 2);
    let place = |id, change_type| {
        let found: Vec<usize> = (0..all.len())
            .filter(|n| all[*n].registrant == Some(id) && all[*n].change_type == change_type)
            .collect();
        assert!(found.len() <= 1, "{id} {change_type:?} {found:?}");
        found.first().copied()
    };
    for change in &all {
        let id = change.registrant.unwrap();
        let (created, deleted) = (place(id, ChangeType::Created), place(id, ChangeType::Deleted));
        assert!(created.is_some() && deleted.is_none_or(|deleted| Some(deleted) > created), "{id}");
    }
}

pub async fn subscriptions_are_counted_for_each_owner_and_organisation(rig: &Rig) {
    let first = subscribe(rig, Watched::Meetings).await;
    for _ in 0..2 {
        subscribe(rig, Watched::Meetings).await;
    }
    let fourth = subscription(Watched::Meetings);
    let mut of_another = subscription(Watched::Meetings);
    of_another.owner.app = Some(AppId("another".to_owned()));
    let mut fifth = subscription(Watched::Meetings);
    fifth.owner.app = None;

    let made = |subscription: Subscription| async move {
        rig.store.create_subscription(&subscription, fresh_id(), LIMITS).await.unwrap()
    };
    use Subscribed::{Before, Now, TooMany};
    assert_eq!(made(fourth).await, TooMany, "three are as many as an application may have");
    assert_eq!(made(of_another.clone()).await, Now);
    assert_eq!(made(fifth).await, TooMany, "four are as many as the organisation may have");
    assert!(rig.store.delete_subscription(of_another.id).await.unwrap());
    assert_eq!(rig.store.list_subscriptions(&of_another.owner).await.unwrap(), []);
    let second = rig.store.list_subscriptions(&first.owner).await.unwrap()[1].id;
    assert!(rig.store.delete_subscription(second).await.unwrap());
    assert_eq!(made(first.clone()).await, Before, "the same id once more");
}

/// A visit whose time is over stores nothing any more: somebody else may be at it.
pub async fn a_visit_that_took_too_long_changes_nothing(rig: &Rig) {
    let stage = watched(rig).await;
    enrol(rig, &stage, 1).await;
    rig.store.gather(at(1)).await.unwrap();
    let due = rig.store.due_subscriptions(at(1), 10, 10).await.unwrap();
    assert_eq!(due.len(), 1);
    let id = due[0].id;

    let slow = rig.store.visit_subscription(id, at(1), at(1) + MINUTE).await.unwrap().unwrap();
    let begun = rig.store.begin_delivery(&slow, "{}", 1, at(1), at(1)).await.unwrap().unwrap();
    let too_early = rig.store.visit_subscription(id, at(2), at(2) + MINUTE).await.unwrap();
    let next = rig.store.visit_subscription(id, at(100), at(100) + MINUTE).await.unwrap().unwrap();
    let late = Tried::Dropped("too late".to_owned(), None);
    let is_stored = rig.store.settle_delivery(&slow, &begun, &late, at(101)).await.unwrap();

    assert!(too_early.is_none() && !is_stored);
    let waiting = rig.store.next_delivery(&next).await.unwrap().unwrap();
    assert_eq!((waiting.number, waiting.attempts), (begun.number, 0));
    let taken = Tried::Delivered("answered 202".to_owned());
    assert!(rig.store.settle_delivery(&next, &waiting, &taken, at(102)).await.unwrap());
    rig.store.end_visit(&slow).await.unwrap();
    assert!(rig.store.visit_subscription(id, at(103), at(103) + MINUTE).await.unwrap().is_none());
    rig.store.end_visit(&next).await.unwrap();
    assert_eq!(rig.store.due_subscriptions(at(103), 10, 10).await.unwrap(), []);
}

/// Whoever is many takes turns with whoever is few, and each with itself.
pub async fn who_was_visited_longest_ago_comes_first_and_no_organisation_takes_all(rig: &Rig) {
    let mut subscriptions = Vec::new();
    for tenant in [TENANT, TENANT, TENANT, TenantId(fresh_id())] {
        let mut new = subscription(Watched::Meetings);
        new.owner.tenant = tenant;
        new.id = SubscriptionId::from_random(*fresh_id().as_bytes(), new.feed());
        assert_eq!(rig.store.create_subscription(&new, fresh_id(), LIMITS).await.unwrap(), Subscribed::Now);
        subscriptions.push(new.id);
    }
    for (seconds, n) in [(1, 2), (2, 0), (3, 1), (4, 3)] {
        let until = at(seconds) + MINUTE;
        let visit = rig.store.visit_subscription(subscriptions[n], at(seconds), until).await.unwrap();
        rig.store.end_visit(&visit.unwrap()).await.unwrap();
    }

    let due = async |limit, per_tenant| -> Vec<usize> {
        let due = rig.store.due_subscriptions(at(90_000), limit, per_tenant).await.unwrap();
        due.iter().map(|due| subscriptions.iter().position(|id| *id == due.id).unwrap()).collect()
    };

    assert_eq!(due(9, 9).await, [2, 3, 0, 1]);
    assert_eq!(due(9, 1).await, [2, 3]);
    assert_eq!(due(2, 9).await, [2, 3]);
}

/// It stays with what waits, due for nothing but its last word, for three days; as many may run beside.
pub async fn a_subscription_whose_time_is_over_goes_on_where_it_stopped_if_it_is_renewed(rig: &Rig) {
    const DAY: i64 = 86_400;
    let mut ended = Vec::new();
    for _ in 0..3 {
        ended.push(subscribe(rig, Watched::Meetings).await);
    }
    rig.stage(None).await;
    rig.store.gather(at(1)).await.unwrap();
    let visit = async |id: SubscriptionId, seconds: i64| {
        rig.store.visit_subscription(id, at(seconds), at(seconds) + MINUTE).await.unwrap().unwrap()
    };
    let one = ended[0].id;
    let begun = visit(one, DAY - 1).await;
    rig.store.begin_delivery(&begun, "waits", 1, at(DAY - 1), at(DAY - 1)).await.unwrap().unwrap();
    let too_early = rig.store.lapse_subscription(&begun, None, at(DAY - 1)).await.unwrap();
    rig.store.end_visit(&begun).await.unwrap();
    for (n, subscription) in ended.iter().enumerate() {
        let at_end = visit(subscription.id, DAY).await;
        let last_word = (n == 0).then_some("it is over");
        assert!(rig.store.lapse_subscription(&at_end, last_word, at(DAY)).await.unwrap());
        rig.store.end_visit(&at_end).await.unwrap();
    }

    let due = rig.store.due_subscriptions(at(DAY), 9, 9).await.unwrap();
    let speaking = visit(one, DAY + 1).await;
    let last_words = rig.store.lifecycle_deliveries(&speaking).await.unwrap();
    let put_off = Tried::Later(at(2 * DAY), "answered 500".to_owned());
    assert!(rig.store.settle_delivery(&speaking, &last_words[0], &put_off, at(DAY + 1)).await.unwrap());
    rig.store.end_visit(&speaking).await.unwrap();
    let at_rest = rig.store.due_subscriptions(at(2 * DAY - 1), 9, 9).await.unwrap();
    let speaks_again = rig.store.due_subscriptions(at(2 * DAY), 9, 9).await.unwrap();
    let to_be_forgotten = rig.store.due_subscriptions(at(4 * DAY), 9, 9).await.unwrap();

    assert!(!too_early, "the control");
    assert_eq!(due.iter().map(|due| due.id).collect::<Vec<_>>(), [one], "it alone has something to say");
    assert_eq!(at_rest, []);
    assert_eq!((speaks_again.len(), to_be_forgotten.len()), (1, 3));
    assert_eq!(rig.store.list_subscriptions(&ended[0].owner).await.unwrap().len(), 3, "they are still seen");
    subscribe(rig, Watched::Meetings).await;
    assert_eq!(renew(rig, &ended[0], at(9 * DAY), at(4 * DAY - 1)).await, Ok(at(9 * DAY)));
    assert_eq!(renew(rig, &ended[1], at(9 * DAY), at(4 * DAY)).await, Err(Renewed::Gone));
    let going_on = visit(one, 4 * DAY).await;
    assert_eq!((going_on.after, going_on.removed_at), (begun.after, None));
    assert_eq!(rig.store.next_delivery(&going_on).await.unwrap().unwrap().body, "waits");
    assert_eq!(rig.store.lifecycle_deliveries(&going_on).await.unwrap(), [], "its last word is taken back");
}

async fn renew(
    rig: &Rig,
    known: &Subscription,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<Timestamp, Renewed> {
    let change = SubscriptionChange { expires_at: Some(expires_at), notification_url: None };
    match rig.store.renew_subscription(known, &change, fresh_id(), LIMITS, now).await.unwrap() {
        Renewed::To(renewed) => Ok(renewed.expires_at),
        other => Err(other),
    }
}

/// Of two changes that know nothing of each other neither undoes the other's; another receiver gives no time.
pub async fn a_subscription_is_changed_in_what_is_named_alone(rig: &Rig) {
    let known = subscribe(rig, Watched::Meetings).await;
    let redirect =
        SubscriptionChange { expires_at: None, notification_url: Some("https://b.example/".into()) };
    let end = rig.store.visit_subscription(known.id, known.expires_at, known.expires_at + MINUTE).await;

    renew(rig, &known, known.expires_at + MINUTE, at(1)).await.unwrap();
    let redirected =
        rig.store.renew_subscription(&known, &redirect, fresh_id(), LIMITS, at(2)).await.unwrap();

    let Renewed::To(redirected) = redirected else { panic!("{redirected:?}") };
    assert_eq!(
        (redirected.expires_at, &*redirected.notification_url),
        (known.expires_at + MINUTE, "https://b.example/")
    );
    let now = known.expires_at + MINUTE;
    let visit = end.unwrap().unwrap();
    assert!(rig.store.lapse_subscription(&visit, None, now).await.unwrap());
    rig.store.end_visit(&visit).await.unwrap();
    rig.store.renew_subscription(&known, &redirect, fresh_id(), LIMITS, now).await.unwrap();
    let still_over =
        rig.store.visit_subscription(known.id, now + MINUTE * 9_999, now + MINUTE * 10_000).await;
    assert!(still_over.unwrap().unwrap().removed_at.is_some());
}

/// Those whose time is over count for themselves: as many again, and no more.
pub async fn no_more_subscriptions_are_kept_for_a_late_renewal_than_may_run(rig: &Rig) {
    let made = async |created_at: i64| {
        let mut new = subscription(Watched::Meetings);
        (new.created_at, new.expires_at) = (at(created_at), at(created_at + 1));
        let outcome = rig.store.create_subscription(&new, fresh_id(), LIMITS).await.unwrap();
        (new, outcome)
    };
    let (mut outcomes, mut lapsed) = (Vec::new(), Vec::new());
    for second in 0..8 {
        let (new, outcome) = made(second).await;
        outcomes.push(outcome);
        if let Some(visit) =
            rig.store.visit_subscription(new.id, at(second + 1), at(second + 2)).await.unwrap()
        {
            rig.store.lapse_subscription(&visit, None, at(second + 1)).await.unwrap();
            rig.store.end_visit(&visit).await.unwrap();
            lapsed.push(new);
        }
    }
    let mut renewed = Vec::new();
    for known in &lapsed {
        renewed.push(renew(rig, known, at(99), at(10)).await.is_ok());
    }

    assert_eq!(renewed, [true, true, true, false, false, false], "no more run than may");
    assert_eq!(renew(rig, &lapsed[0], at(98), at(10)).await, Ok(at(98)), "one of those that do goes on");
    use Subscribed::{Now, TooMany};
    assert_eq!(outcomes, [Now, Now, Now, Now, Now, Now, TooMany, TooMany]);
}

pub async fn what_was_kept_long_enough_is_forgotten_and_the_feed_says_so(rig: &Rig) {
    let stage = rig.stage(None).await;
    let of = FeedOf { tenant: TENANT, organizer: ORGANIZER, meeting: Some(stage.meeting.id) };
    let day = 86_400;
    let opened = rig.store.open_feed(&of, fresh_id(), at(60 * day)).await.unwrap();
    enrol(rig, &stage, 1).await;
    rig.store.gather_meeting(stage.meeting.id, at(0)).await.unwrap();
    enrol(rig, &stage, 2).await;
    rig.store.gather_meeting(stage.meeting.id, at(20 * day)).await.unwrap();
    let before = rig.store.list_changes(of.key(), 0, 100).await.unwrap();

    rig.store.forget_changes(at(31 * day)).await.unwrap();

    let kept = rig.store.list_changes(of.key(), 0, 100).await.unwrap();
    assert_eq!(kept, before[before.len() - 1..]);
    let feed = rig.store.open_feed(&of, fresh_id(), at(60 * day)).await.unwrap();
    assert_eq!((feed.epoch, feed.dropped), (opened.epoch, before.len() as i64 - 1));
    rig.store.forget_changes(at(61 * day)).await.unwrap();
    let anew = rig.store.open_feed(&of, fresh_id(), at(90 * day)).await.unwrap();
    assert!(anew.epoch != feed.epoch && anew.last == 0, "a feed that nobody needs is closed");
}

/// Somebody needs a feed again while it is swept: what it holds stays.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feed_that_is_needed_again_while_it_is_swept_loses_nothing() {
    const KEEP: &str = "UPDATE feed SET needed_until = $3 WHERE slot = $1 AND feed_id = $2";
    const BLOCKED: &str = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database()
        AND wait_event_type = 'Lock' AND $1 >= 0 AND $2 IS NOT NULL";
    let rig = Rig::postgres().await;
    let stage = rig.stage(None).await;
    let meeting = stage.meeting.id;
    let of = FeedOf { tenant: TENANT, organizer: ORGANIZER, meeting: Some(meeting) };
    let opened = rig.store.open_feed(&of, fresh_id(), at(60)).await.unwrap();
    enrol(&rig, &stage, 1).await;
    rig.store.gather_meeting(meeting, at(0)).await.unwrap();
    let before = rig.store.list_changes(of.key(), 0, 100).await.unwrap();
    assert!(!before.is_empty());
    let mut reader = rig.begin_postgres().await;
    let keep = query(KEEP).bind(meeting.slot().number()).bind(meeting.0).bind(at(999).as_microsecond());
    keep.execute(&mut *reader).await.unwrap();

    let sweeping = tokio::spawn({
        let store = rig.store.clone();
        async move { store.forget_changes(at(61)).await.unwrap() }
    });
    while rig.raw.count(BLOCKED, meeting).await < 1 {
        tokio::task::yield_now().await;
    }
    reader.commit().await.unwrap();

    assert_eq!(sweeping.await.unwrap(), 0);
    assert_eq!(rig.store.list_changes(of.key(), 0, 100).await.unwrap(), before);
    assert_eq!(rig.store.open_feed(&of, fresh_id(), at(999)).await.unwrap().epoch, opened.epoch);
}

/// Two transactions that are open at once: what the first holds back is gathered when it is committed, although the
/// second was gathered long before under a later id.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_open_transaction_holds_back_is_gathered_when_it_ends() {
    const HAPPENED: &str = "INSERT INTO event (slot, meeting_id, event_id, at, kind, registrant_id, actor)
        VALUES ($1, $2, $3, 1, 'registrantUpdated', $4, 'page')";
    let rig = Rig::postgres().await;
    let stage = watched(&rig).await;
    let (meeting, one) = (stage.meeting.id, enrol(&rig, &stage, 1).await);
    let (first, second) = (fresh_id(), fresh_id());
    let happen = async |id: Uuid| {
        let mut tx = rig.begin_postgres().await;
        let insert = query(HAPPENED).bind(meeting.slot().number()).bind(meeting.0).bind(id).bind(one.0);
        insert.execute(&mut *tx).await.unwrap();
        tx
    };
    let (slow, quick) = (happen(first).await, happen(second).await);

    quick.commit().await.unwrap();
    let seen = changes(&rig, meeting).await.len();
    slow.commit().await.unwrap();
    let all = changes(&rig, meeting).await;

    assert_eq!((seen, all.len()), (2, 3), "the enrolment, the second, and then the first");
}

/// Gathering waits for nobody who enrols: while somebody holds the meeting, it goes on with what is there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gathering_does_not_wait_for_a_meeting_that_somebody_holds() {
    const HOLD: &str = "SELECT version FROM meeting WHERE slot = $1 AND meeting_id = $2 FOR NO KEY UPDATE";
    let rig = Rig::postgres().await;
    let stage = watched(&rig).await;
    let meeting = stage.meeting.id;
    enrol(&rig, &stage, 1).await;
    let mut holder = rig.begin_postgres().await;
    query(HOLD).bind(meeting.slot().number()).bind(meeting.0).execute(&mut *holder).await.unwrap();

    let all = tokio::time::timeout(Duration::from_secs(60), changes(&rig, meeting)).await;

    assert_eq!(all.expect("nobody waits").len(), 1);
}
