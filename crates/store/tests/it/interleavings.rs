//! What enrolment promises, in every order in which the statements of two operations can follow each other.
//!
//! On PostgreSQL the orders are walked one by one. Each has to end as one of the operations after the other ends: with the
//! same answers and the same rows, in the order of the commits. On SQLite a transaction has the database to itself from
//! its first word on, so there are two orders alone.

use std::collections::HashMap;
use std::env;
use std::sync::Arc;

use domain::{Enrolment, RegistrantId};
use sqlx::query_scalar;
use store::{Canceled, Store, Verdict};
use testpg::Protection;

use crate::orders::{Orders, Played, next};
use crate::rig::{Raw, Rig, Stage, at, fact, key, seated};

/// A meeting with two places, one of them taken by person 0, and another meeting.
pub struct Scene {
    stage: Stage,
    other: Stage,
    guest: RegistrantId,
    list: Option<ListScene>,
}

/// The meeting with a waiting list.
struct ListScene {
    stage: Stage,
    people: [RegistrantId; 4],
}

/// An operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Act {
    /// The person of that number asks for a place: one statement, unless there is none.
    Enrol(usize),
    /// Two persons at once, for whom there is one place.
    EnrolBoth(usize, usize),
    /// The same with an idempotency key that is everybody's, and with a request of that number.
    EnrolByKey(usize, u8),
    /// Person 1 in both meetings at once, or in the other order.
    EnrolTwice {
        backwards: bool,
    },
    /// Person 0 gives the place back.
    Cancel,
    /// From two to so many places.
    Capacity(u32),
    /// Registration ends at once.
    Close,
    DeleteRegistration,
    DeleteMeeting,
    /// What follows is about the meeting with a waiting list.
    List(OnList),
}

/// Two places: person 0 has one, the other is held for person 1; persons 2 and 3 wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OnList {
    /// Person 1 takes the place.
    Accept,
    /// Person 1 does not want it.
    Decline,
    /// The offer is over.
    Expire,
    /// Person 0 gives the place back.
    GiveBack,
    /// Person 2 leaves.
    Leave,
    /// The person of that number comes.
    Come(usize),
    /// So many places.
    Places(u32),
    /// The registration is deleted.
    Delete,
}

use Act::*;
use OnList::{Accept, Come, Decline, Delete, Expire, GiveBack, Leave, Places};

const PAIRS: [[Act; 2]; 33] = [
    [Enrol(1), Enrol(2)],
    [Enrol(1), Enrol(1)],
    [EnrolBoth(1, 2), EnrolBoth(2, 3)],
    [EnrolBoth(1, 2), Enrol(3)],
    [EnrolBoth(1, 2), Cancel],
    [EnrolBoth(1, 2), Capacity(1)],
    [EnrolBoth(1, 2), Close],
    [EnrolBoth(1, 2), DeleteRegistration],
    [EnrolByKey(1, 1), EnrolByKey(1, 1)],
    [EnrolByKey(1, 1), EnrolByKey(2, 2)],
    [EnrolTwice { backwards: false }, EnrolTwice { backwards: true }],
    [Enrol(1), Cancel],
    [Enrol(0), Cancel],
    [Cancel, Cancel],
    [Enrol(1), Capacity(1)],
    [Enrol(1), Close],
    [Capacity(1), Capacity(3)],
    [Enrol(1), DeleteRegistration],
    [Enrol(1), DeleteMeeting],
    [Cancel, DeleteRegistration],
    [List(Accept), List(Expire)],
    [List(Accept), List(Decline)],
    [List(Accept), List(Accept)],
    [List(Expire), List(Expire)],
    [List(Expire), List(GiveBack)],
    [List(Decline), List(GiveBack)],
    [List(GiveBack), List(Come(4))],
    [List(Places(3)), List(Come(4))],
    [List(Places(3)), List(GiveBack)],
    [List(Places(1)), List(Expire)],
    [List(Leave), List(GiveBack)],
    [List(Accept), List(Delete)],
    [List(Expire), List(Delete)],
];

impl Act {
    /// Whether others can come between its statements, while there is a place.
    fn has_steps(self) -> bool {
        !matches!(self, Enrol(_) | EnrolByKey(..) | EnrolTwice { .. })
    }

    fn is_on_list(&self) -> bool {
        matches!(self, List(_))
    }

    /// Runs it; what the caller was told, without ids.
    pub async fn run(self, store: &Store, scene: &Scene) -> String {
        if let List(act) = self {
            let told = act.run(store, scene.list.as_ref().unwrap()).await;
            return told.unwrap_or_else(|fault| {
                if fault.may_pass() { "fault".to_owned() } else { format!("{fault:?}") }
            });
        }
        let Scene { stage, other, guest, .. } = scene;
        let registration = &stage.registration;
        let told = match self {
            Enrol(person) => enrol(store, &[stage.ask(person)]).await,
            EnrolBoth(one, other) => enrol(store, &stage.asks([one, other])).await,
            EnrolByKey(person, request) => {
                let idempotency = key(7, request, at(86_400));
                enrol(store, &[Enrolment { idempotency, ..stage.ask(person) }]).await
            }
            EnrolTwice { backwards } => {
                let mut batch = [stage.ask(1), other.ask(1)];
                if backwards {
                    batch.reverse();
                }
                enrol(store, &batch).await
            }
            Cancel => {
                let canceled = store.cancel_registrant(stage.meeting.id, *guest, &fact(1)).await;
                canceled.map(|canceled| format!("{}", canceled == Canceled::Now))
            }
            Capacity(places) => {
                let changed = domain::BuiltIn { capacity: Some(places), ..stage.built_in() };
                store.update_registration(registration, &changed, &fact(1)).await.map(|done| done.to_string())
            }
            Close => {
                let changed = domain::BuiltIn { end_at: Some(at(0)), ..stage.built_in() };
                store.update_registration(registration, &changed, &fact(1)).await.map(|done| done.to_string())
            }
            DeleteRegistration => {
                let deleted = store.delete_registration(stage.meeting.id, registration.id, &fact(1)).await;
                deleted.map(|done| done.to_string())
            }
            List(_) => unreachable!("done above"),
            DeleteMeeting => {
                let deleted = store.delete_meeting(&stage.meeting, &fact(1)).await;
                deleted.map(|done| format!("{done:?}"))
            }
        };
        // Whoever waited too long for a lock is told to come again, and nothing was stored.
        told.unwrap_or_else(|fault| if fault.may_pass() { "fault".to_owned() } else { format!("{fault:?}") })
    }
}

async fn enrol(store: &Store, batch: &[Enrolment]) -> Result<String, store::Fault> {
    let name = |verdict: Verdict| match verdict {
        Verdict::Seated(_) => "seated",
        Verdict::Known { .. } => "known",
        Verdict::Full { .. } => "full",
        Verdict::Stale => "stale",
        Verdict::KeyReused => "key reused",
        Verdict::Waits { is_new: true, .. } => "waits",
        Verdict::Waits { is_new: false, .. } => "known",
    };
    Ok(store.enroll(batch).await?.into_iter().map(name).collect::<Vec<_>>().join(", "))
}

/// When person 1's offer is over.
const LATE: i64 = 4_000;

impl ListScene {
    async fn set(rig: &Rig) -> Self {
        let stage = rig.waiting_stage(2).await;
        let came = rig.store.enroll(&stage.asks([0, 9, 1, 2, 3])).await.unwrap();
        let [holder, gone, people @ ..] = came.as_slice() else { panic!("five came") };
        let id = |verdict: &Verdict| match verdict {
            Verdict::Seated(id) | Verdict::Waits { registrant: id, .. } => *id,
            other => panic!("{other:?}"),
        };
        rig.store.cancel_registrant(stage.meeting.id, id(gone), &fact(0)).await.unwrap();
        let people = [id(holder), id(&people[0]), id(&people[1]), id(&people[2])];
        Self { stage, people }
    }
}

impl OnList {
    async fn run(self, store: &Store, scene: &ListScene) -> Result<String, store::Fault> {
        let (stage, meeting) = (&scene.stage, scene.stage.meeting.id);
        let step = async |person: usize, act: store::Act| {
            let seen = store.find_registrant(meeting, scene.people[person]).await?.unwrap();
            let asking = store::Asking { act, reason: None, is_conditional: false };
            store.take_step(&seen, asking, &fact(1), None).await.map(|stepped| match stepped {
                store::Made::Now(store::Stepped::Done(now)) => now.status().to_owned(),
                store::Made::Now(store::Stepped::Unchanged(_)) => "unchanged".to_owned(),
                store::Made::Now(store::Stepped::Refused(refusal)) => format!("{refusal:?}"),
                other => format!("{other:?}"),
            })
        };
        match self {
            Accept => step(1, store::Act::Accept).await,
            Decline => step(1, store::Act::Cancel).await,
            GiveBack => step(0, store::Act::Cancel).await,
            Leave => step(2, store::Act::Cancel).await,
            Expire => store.work_waiting(meeting, at(LATE)).await.map(|steps| steps.to_string()),
            Come(person) => enrol(store, &[stage.ask(person)]).await,
            Places(places) => {
                let changed = domain::BuiltIn { capacity: Some(places), ..stage.built_in() };
                let done = store.update_registration(&stage.registration, &changed, &fact(1)).await;
                done.map(|done| done.to_string())
            }
            Delete => {
                let deleted = store.delete_registration(meeting, stage.registration.id, &fact(1)).await;
                deleted.map(|done| done.to_string())
            }
        }
    }
}

impl Scene {
    pub async fn set(rig: &Rig, acts: &[Act]) -> Arc<Self> {
        let (stage, other) = (rig.stage(Some(2)).await, rig.stage(None).await);
        let guest = seated(&rig.store.enroll(&[stage.ask(0)]).await.unwrap())[0];
        let list = if acts.iter().any(Act::is_on_list) { Some(ListScene::set(rig).await) } else { None };
        Arc::new(Self { stage, other, guest, list })
    }

    /// What is stored of both meetings, without ids and in words.
    async fn rows(&self, rig: &Rig) -> String {
        const ROWS: &str =
            "SELECT 'rows ' || (SELECT COUNT(*) FROM registrant WHERE slot = $1 AND meeting_id = $2)
            || ', live ' || (SELECT COUNT(live_key) FROM registrant WHERE slot = $1 AND meeting_id = $2)
            || ', seats ' || (SELECT SUM(seats_taken) FROM roster WHERE slot = $1 AND meeting_id = $2)
            || ', behind the last ' || (SELECT COUNT(*) FROM registrant r JOIN roster o
                ON o.slot = r.slot AND o.meeting_id = r.meeting_id AND o.registration_id = r.registration_id
                WHERE r.slot = $1 AND r.meeting_id = $2 AND r.registrant_id > o.last_registrant)
            || ', list ' || (SELECT SUM(registrant_count) FROM roster WHERE slot = $1 AND meeting_id = $2)
            || ', events ' || (SELECT COUNT(*) FROM event WHERE slot = $1 AND meeting_id = $2)
            || ', confirmations ' || (SELECT COUNT(*) FROM outbox WHERE slot = $1 AND meeting_id = $2
                AND kind = 'confirmation')
            || ', cancellations ' || (SELECT COUNT(*) FROM outbox WHERE slot = $1 AND meeting_id = $2
                AND kind = 'cancellation')
            || ', standing ' || COALESCE((SELECT COUNT(CASE WHEN standing = 'offered' AND live_key IS NOT NULL THEN 1 END)
                || '/' || COUNT(CASE WHEN standing = 'waitlisted' AND live_key IS NOT NULL THEN 1 END)
                || '/' || COUNT(CASE WHEN standing = 'offerExpired' THEN 1 END)
                || '/' || COUNT(CASE WHEN standing = 'withdrawn' THEN 1 END)
                FROM registrant WHERE slot = $1 AND meeting_id = $2), '')
            || ', line ' || (SELECT COUNT(CASE WHEN is_offered THEN 1 END) || '/' || COUNT(*) FROM waiting
                WHERE slot = $1 AND meeting_id = $2)
            || ', aside ' || (SELECT SUM(waitlist_count) || '/' || SUM(pending_count) FROM roster
                WHERE slot = $1 AND meeting_id = $2)
            || ', offers ' || (SELECT COUNT(*) FROM outbox WHERE slot = $1 AND meeting_id = $2
                AND kind IN ('placeOffered', 'offerExpired'))
            || ', keys ' || (SELECT COUNT(*) FROM idempotency WHERE slot = $1 AND meeting_id = $2)
            || ', places ' || COALESCE((SELECT CAST(MAX(capacity) AS TEXT) FROM registration
                WHERE slot = $1 AND meeting_id = $2 AND is_live), 'none')
            || ', version ' || (SELECT SUM(version) FROM registration WHERE slot = $1 AND meeting_id = $2)";
        let mut rows = Vec::new();
        let list = self.list.iter().map(|list| list.stage.meeting.id);
        for meeting in [self.stage.meeting.id, self.other.meeting.id].into_iter().chain(list) {
            let slot = meeting.slot().number();
            let text: String = match &rig.raw {
                Raw::Sqlite(pool) => query_scalar(ROWS).bind(slot).bind(meeting.0).fetch_one(pool).await,
                Raw::Postgres(pool) => query_scalar(ROWS).bind(slot).bind(meeting.0).fetch_one(pool).await,
            }
            .unwrap();
            rows.push(text);
        }
        rows.join("; ")
    }
}

/// What everybody was told, and what is stored.
type Ending = (Vec<String>, String);

/// How the acts end one after the other, by the order in which they come.
async fn serially(rig: &Rig, acts: &[Act]) -> HashMap<Vec<usize>, Ending> {
    let mut endings = HashMap::new();
    for order in orders_of(acts.len()) {
        let ending = in_order(rig, acts, &order).await;
        endings.insert(order, ending);
    }
    endings
}

/// How these acts end one after the other; the others are sent away.
async fn in_order(rig: &Rig, acts: &[Act], order: &[usize]) -> Ending {
    let scene = Scene::set(rig, acts).await;
    let mut said = vec!["fault".to_owned(); acts.len()];
    for n in order {
        said[*n] = acts[*n].run(&rig.store, &scene).await;
    }
    (said, scene.rows(rig).await)
}

fn orders_of(length: usize) -> Vec<Vec<usize>> {
    let Some(last) = length.checked_sub(1) else { return vec![Vec::new()] };
    let insert = |order: Vec<usize>| {
        (0..=last).map(move |at| [&order[..at], &[last], &order[at..]].concat()).collect::<Vec<_>>()
    };
    orders_of(last).into_iter().flat_map(insert).collect()
}

/// The orders that keep the order of the groups.
fn orders_in(groups: &[Vec<usize>]) -> Vec<Vec<usize>> {
    groups.iter().fold(vec![Vec::new()], |orders, group| {
        let within = orders_of(group.len());
        let behind = |order: Vec<usize>| {
            let append = |within: &Vec<usize>| {
                order.iter().copied().chain(within.iter().map(|n| group[*n])).collect::<Vec<_>>()
            };
            within.iter().map(append).collect::<Vec<_>>()
        };
        orders.into_iter().flat_map(behind).collect()
    })
}

/// One order, and whether it ended as the acts do one after the other.
async fn is_serial(
    rig: &Rig,
    orders: &Orders,
    acts: &[Act],
    serial: &HashMap<Vec<usize>, Ending>,
    choose: impl FnMut(usize) -> usize,
) -> (Played, Result<(), String>) {
    let scene = Scene::set(rig, acts).await;
    let played = orders.play(acts, &scene, choose).await;
    let ending = (played.said.clone(), scene.rows(rig).await);
    let mut is_right = false;
    for order in orders_in(&played.commits) {
        is_right |= match serial.get(&order) {
            Some(right) => *right == ending,
            // Who was sent away changed nothing.
            None => in_order(rig, acts, &order).await == ending,
        };
    }
    let told = || format!("{acts:?}\n{:#?}\nended with {ending:#?}\ninstead of {serial:#?}", played.steps);
    let outcome = if is_right { Ok(()) } else { Err(told()) };
    (played, outcome)
}

/// What a walk through the orders of a pair saw.
#[derive(Debug, Default)]
struct Walk {
    orders: usize,
    /// In how many of them one waited for the other's lock.
    blocked: usize,
    /// How many ended otherwise than one after the other.
    wrong: usize,
    /// The first of those.
    told: Option<String>,
}

/// Walks all orders of a pair, or up to the first that is wrong.
async fn walk(rig: &Rig, orders: &Orders, serial: &HashMap<Vec<usize>, Ending>, pair: [Act; 2]) -> Walk {
    let (mut chosen, mut walk) = (Vec::new(), Walk::default());
    loop {
        let mut prefix = chosen.into_iter();
        let (played, outcome) =
            is_serial(rig, orders, &pair, serial, |_| prefix.next().unwrap_or_default()).await;
        walk.orders += 1;
        walk.blocked += usize::from(played.blocked > 0);
        if let Err(told) = outcome {
            walk.wrong += 1;
            walk.told = Some(told);
            return walk;
        }
        match next(played.choices) {
            Some(choices) => chosen = choices,
            None => return walk,
        }
    }
}

/// Every order with a `BEGIN` as a step of its own, and many more of three operations.
fn is_long() -> bool {
    env::var_os("USHER_TEST_LONG").is_some()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_order_of_two_operations_ends_as_one_after_the_other() {
    let rig = Rig::postgres().await;
    let orders = Orders::open(&rig, 2, is_long()).await;
    for pair in PAIRS {
        let serial = serially(&rig, &pair).await;
        let walk = walk(&rig, &orders, &serial, pair).await;
        assert_eq!(walk.told, None, "{}", walk.told.as_deref().unwrap_or_default());
        println!("{pair:?}: {} orders, in {} of them one waited for the other", walk.orders, walk.blocked);
        let is_of_steps = pair.iter().any(|act| act.has_steps());
        assert_eq!(walk.blocked > 0, is_of_steps, "{pair:?}: {} of {} waited", walk.blocked, walk.orders);
    }
    assert_eq!(rig.store.audit().await.unwrap().breaches, []);
}

/// The control of the test above. What is right was found with everything in place.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_protection_switched_off_some_order_goes_wrong() {
    let rig = Rig::postgres().await;
    for (off, pair) in [
        (Protection::MeetingLock, [EnrolBoth(1, 2), EnrolBoth(3, 4)]),
        (Protection::MeetingLock, [EnrolBoth(1, 2), Capacity(1)]),
        (Protection::MeetingLock, [EnrolBoth(1, 2), Close]),
        (Protection::MeetingLock, [EnrolBoth(1, 2), DeleteRegistration]),
        (Protection::MeetingLock, [List(Accept), List(Expire)]),
        (Protection::MeetingLock, [List(Places(3)), List(GiveBack)]),
        (Protection::SeatCount, [Enrol(1), Enrol(2)]),
        (Protection::PersonKey, [Enrol(1), Enrol(1)]),
        (Protection::RegistrationVersion, [Enrol(1), Close]),
        (Protection::Key, [EnrolByKey(1, 1), EnrolByKey(1, 1)]),
        (Protection::Key, [EnrolByKey(1, 1), EnrolByKey(2, 2)]),
    ] {
        let serial = serially(&rig, &pair).await;
        let bare = Rig::postgres().await;
        bare.scratch().without(off);
        let orders = Orders::open(&bare, 2, false).await;

        let walk = walk(&bare, &orders, &serial, pair).await;

        println!("{off:?} off, {pair:?}: wrong after {} orders", walk.orders);
        assert_eq!(walk.wrong, 1, "{pair:?} went well in all {} orders without {off:?}", walk.orders);
        if off == Protection::SeatCount {
            let rules: Vec<_> = bare.store.audit().await.unwrap().breaches;
            assert!(rules.iter().any(|breach| breach.right == 3), "three of two: {rules:?}");
        }
    }
}

/// Numbers that a seed gives, one after the other (SplitMix64, <https://prng.di.unimi.it/splitmix64.c>).
struct Seeded(u64);

impl Seeded {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit as u64) as usize
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_operations_in_orders_drawn_by_a_seed_end_as_one_after_the_other() {
    const ACTS: [Act; 16] = [
        Enrol(1),
        Enrol(2),
        EnrolBoth(2, 3),
        EnrolByKey(1, 1),
        EnrolTwice { backwards: true },
        Cancel,
        Capacity(1),
        Close,
        DeleteRegistration,
        DeleteMeeting,
        List(Accept),
        List(Expire),
        List(GiveBack),
        List(Places(3)),
        List(Come(4)),
        List(Leave),
    ];
    let seed = env::var("USHER_TEST_SEED").map_or(20_261_121, |seed| seed.parse().unwrap());
    let rounds = if is_long() { 400 } else { 20 };
    let mut seeded = Seeded(seed);
    let rig = Rig::postgres().await;
    let orders = Orders::open(&rig, 3, true).await;
    for round in 0..rounds {
        let acts: [Act; 3] = std::array::from_fn(|_| ACTS[seeded.below(ACTS.len())]);
        // A batch is not one fact: its enrolments are. Of two in both meetings, beside a third operation, one may be first
        // in one meeting and second in the other.
        if acts.iter().filter(|act| matches!(act, EnrolTwice { .. })).count() > 1 {
            continue;
        }
        let serial = serially(&rig, &acts).await;
        for _ in 0..2 {
            let (_, outcome) = is_serial(&rig, &orders, &acts, &serial, |open| seeded.below(open)).await;
            assert_eq!(outcome, Ok(()), "USHER_TEST_SEED={seed}, round {round}");
        }
    }
    assert_eq!(rig.store.audit().await.unwrap().breaches, []);
}

/// On SQLite a transaction begins with the one lock there is: while another has it, neither begins.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_two_operations_end_as_one_after_the_other() {
    let rig = Rig::sqlite().await;
    let others = [rig.another().await, rig.another().await];
    for pair in PAIRS {
        let serial = serially(&rig, &pair).await;
        for _ in 0..if is_long() { 50 } else { 4 } {
            let scene = Scene::set(&rig, &pair).await;
            let before = scene.rows(&rig).await;
            let lock = rig.sqlite_pool().begin_with("BEGIN IMMEDIATE").await.unwrap();
            let tasks = [0, 1].map(|n| {
                let (act, store, scene) = (pair[n], others[n].clone(), Arc::clone(&scene));
                tokio::spawn(async move { act.run(&store, &scene).await })
            });
            assert_eq!(scene.rows(&rig).await, before, "somebody wrote while another had the lock");
            lock.rollback().await.unwrap();
            let [one, two] = tasks;
            let ending = (vec![one.await.unwrap(), two.await.unwrap()], scene.rows(&rig).await);

            assert!(serial.values().any(|right| *right == ending), "{pair:?}: {ending:#?}, not {serial:#?}");
        }
    }
    assert_eq!(rig.store.audit().await.unwrap().breaches, []);
}
