//! What enrolment promises, in every order in which the statements of two operations can follow each other.
//!
//! On PostgreSQL the orders are walked one by one. Each has to end as one of the operations after the other ends: with the
//! same answers and the same rows, in the order of the commits. On SQLite a transaction has the database to itself from
//! its first word on, so there are two orders alone.

mod desk;
mod list;
mod mail;

use std::collections::HashMap;
use std::env;
use std::sync::Arc;

use domain::{Enrolment, RegistrantId};
use sqlx::query_scalar;
use store::{Canceled, Made, Stepped, Store, Verdict};
use testpg::Protection;

use crate::orders::{Orders, Played, next};
use crate::rig::{Raw, Rig, Stage, at, fact, key, seated};
use desk::{DeskScene, OnDesk};
use list::{ListScene, OnList};
use mail::{MailScene, OnMail};

/// A meeting with two places, one of them taken by person 0, and another meeting.
pub struct Scene {
    stage: Stage,
    other: Stage,
    guest: RegistrantId,
    list: Option<ListScene>,
    desk: Option<DeskScene>,
    mail: Option<MailScene>,
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
    /// About the one whose organizer decides about each.
    Desk(OnDesk),
    /// About the one whose letters are under way.
    Mail(OnMail),
}

use Act::*;
use OnDesk::{Approve, ApproveAsSeen, Ask, Disable, Reject, RejectAsSeen, Room, Withdraw};
use OnList::{Accept, Come, Decline, Delete, Expire, GiveBack, Leave, Places};
use OnMail::{End, Erase, Return, Settle};

const PAIRS: [[Act; 2]; 50] = [
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
    [Cancel, Capacity(1)],
    [Enrol(1), Capacity(1)],
    [Enrol(1), Close],
    [Capacity(1), Capacity(3)],
    [Enrol(1), DeleteRegistration],
    [Enrol(1), DeleteMeeting],
    [Cancel, DeleteRegistration],
    [List(Accept), List(Expire)],
    [List(Accept), List(Decline)],
    [List(Accept), List(Accept)],
    [List(Accept), List(GiveBack)],
    [List(Accept), List(Places(1))],
    [List(Expire), List(Expire)],
    [List(Expire), List(GiveBack)],
    [List(Expire), List(Come(4))],
    [List(Decline), List(GiveBack)],
    [List(GiveBack), List(Come(4))],
    [List(Places(3)), List(Come(4))],
    [List(Places(3)), List(GiveBack)],
    [List(Places(1)), List(Expire)],
    [List(Leave), List(GiveBack)],
    [List(Accept), List(Delete)],
    [List(Expire), List(Delete)],
    [Desk(Approve(1)), Desk(Approve(1))],
    [Desk(Approve(1)), Desk(Approve(2))],
    [Desk(Approve(1)), Desk(Reject(1))],
    [Desk(ApproveAsSeen), Desk(RejectAsSeen)],
    [Desk(Approve(1)), Desk(Withdraw(1))],
    [Desk(Reject(1)), Desk(Withdraw(1))],
    [Desk(Approve(1)), Desk(Ask(3))],
    [Desk(Approve(1)), Desk(Room(1))],
    [Desk(Approve(1)), Desk(Disable)],
    [Mail(Settle), Mail(Erase(0))],
    [Mail(Settle), Mail(Erase(1))],
    [Mail(Settle), Mail(Return(1))],
    [Mail(Settle), Mail(End)],
];

/// A place is asked for, one is given back, and there are to be fewer: first with one place for whoever asks, then with one
/// for two.
const TRIPLES: [[Act; 3]; 2] = [[Enrol(1), Cancel, Capacity(1)], [EnrolBoth(1, 2), Cancel, Capacity(1)]];

impl Act {
    /// Whether others can come between its statements, while there is a place.
    fn has_steps(self) -> bool {
        !matches!(self, Enrol(_) | EnrolByKey(..) | EnrolTwice { .. })
    }

    fn is_on_list(&self) -> bool {
        matches!(self, List(_))
    }

    fn is_at_desk(&self) -> bool {
        matches!(self, Desk(_))
    }

    fn is_of_mail(&self) -> bool {
        matches!(self, Mail(_))
    }

    /// Runs it; what the caller was told, without ids.
    pub async fn run(self, store: &Store, scene: &Scene) -> String {
        let Scene { stage, other, guest, list, desk, mail } = scene;
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
            Capacity(places) => resize(store, stage, places).await,
            Close => {
                let changed = domain::BuiltIn { end_at: Some(at(0)), ..stage.built_in() };
                update(store, stage, &changed).await
            }
            DeleteRegistration => disable(store, stage).await,
            DeleteMeeting => {
                let deleted = store.delete_meeting(&stage.meeting, &fact(1)).await;
                deleted.map(|done| format!("{done:?}"))
            }
            List(act) => act.run(store, list.as_ref().unwrap()).await,
            Desk(act) => act.run(store, desk.as_ref().unwrap()).await,
            Mail(act) => act.run(store, mail.as_ref().unwrap()).await,
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

async fn resize(store: &Store, stage: &Stage, places: u32) -> Result<String, store::Fault> {
    update(store, stage, &domain::BuiltIn { capacity: Some(places), ..stage.built_in() }).await
}

async fn update(store: &Store, stage: &Stage, changed: &domain::BuiltIn) -> Result<String, store::Fault> {
    let done = store.update_registration(&stage.registration, changed, &fact(1)).await;
    done.map(|done| done.to_string())
}

async fn disable(store: &Store, stage: &Stage) -> Result<String, store::Fault> {
    let deleted = store.delete_registration(stage.meeting.id, stage.registration.id, &fact(1)).await;
    deleted.map(|done| done.to_string())
}

/// What somebody is told who asked for a step.
fn step_told(made: Made<Stepped>) -> String {
    match made {
        Made::Now(Stepped::Done(now)) => now.status().to_owned(),
        Made::Now(Stepped::Unchanged(_)) => "unchanged".to_owned(),
        Made::Now(Stepped::Refused(refusal)) => format!("{refusal:?}"),
        other => format!("{other:?}"),
    }
}

impl Scene {
    pub async fn set(rig: &Rig, acts: &[Act]) -> Arc<Self> {
        let (stage, other) = (rig.stage(Some(2)).await, rig.stage(None).await);
        let guest = seated(&rig.store.enroll(&[stage.ask(0)]).await.unwrap())[0];
        let list = if acts.iter().any(Act::is_on_list) { Some(ListScene::set(rig).await) } else { None };
        let desk = if acts.iter().any(Act::is_at_desk) { Some(DeskScene::set(rig).await) } else { None };
        let mail = if acts.iter().any(Act::is_of_mail) { Some(MailScene::set(rig).await) } else { None };
        Arc::new(Self { stage, other, guest, list, desk, mail })
    }

    /// What is stored of the meetings, without ids and in words.
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
            || ', answers ' || (SELECT COUNT(answer) FROM event WHERE slot = $1 AND meeting_id = $2)
            || ', confirmations ' || (SELECT COUNT(*) FROM outbox WHERE slot = $1 AND meeting_id = $2
                AND kind = 'confirmation')
            || ', cancellations ' || (SELECT COUNT(*) FROM outbox WHERE slot = $1 AND meeting_id = $2
                AND kind = 'cancellation')
            || ', standing ' || COALESCE((SELECT COUNT(CASE WHEN standing = 'offered' AND live_key IS NOT NULL THEN 1 END)
                || '/' || COUNT(CASE WHEN standing = 'waitlisted' AND live_key IS NOT NULL THEN 1 END)
                || '/' || COUNT(CASE WHEN standing = 'offerExpired' THEN 1 END)
                || '/' || COUNT(CASE WHEN standing = 'withdrawn' THEN 1 END)
                || '/' || COUNT(CASE WHEN standing = 'pendingApproval' AND live_key IS NOT NULL THEN 1 END)
                || '/' || COUNT(CASE WHEN standing = 'rejected' THEN 1 END)
                FROM registrant WHERE slot = $1 AND meeting_id = $2), '')
            || ', line ' || (SELECT COUNT(CASE WHEN is_offered THEN 1 END) || '/' || COUNT(*) FROM waiting
                WHERE slot = $1 AND meeting_id = $2)
            || ', aside ' || (SELECT SUM(waitlist_count) || '/' || SUM(pending_count) FROM roster
                WHERE slot = $1 AND meeting_id = $2)
            || ', offers ' || (SELECT COUNT(*) FROM outbox WHERE slot = $1 AND meeting_id = $2
                AND kind IN ('placeOffered', 'offerExpired'))
            || ', decisions ' || (SELECT COUNT(*) FROM outbox WHERE slot = $1 AND meeting_id = $2
                AND kind IN ('waitlisted', 'pendingApproval', 'rejected'))
            || ', keys ' || (SELECT COUNT(*) FROM idempotency WHERE slot = $1 AND meeting_id = $2)
            || ', places ' || COALESCE((SELECT CAST(MAX(capacity) AS TEXT) FROM registration
                WHERE slot = $1 AND meeting_id = $2 AND is_live), 'none')
            || ', version ' || (SELECT SUM(version) FROM registration WHERE slot = $1 AND meeting_id = $2)";
        let mut rows = Vec::new();
        let list = self.list.iter().map(|list| list.stage.meeting.id);
        let desk = self.desk.iter().map(|desk| desk.stage.meeting.id);
        let mail = self.mail.iter().map(|mail| mail.stage.meeting.id);
        let meetings = [self.stage.meeting.id, self.other.meeting.id];
        for meeting in meetings.into_iter().chain(list).chain(desk).chain(mail) {
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

/// What a walk through the orders of some acts saw.
#[derive(Debug, Default)]
struct Walk {
    orders: usize,
    /// In how many of them one waited for another's lock.
    blocked: usize,
    /// How many ended otherwise than one after the other.
    wrong: usize,
    /// The first of those.
    told: Option<String>,
}

/// Walks all orders of these acts, or all that `first` begins; up to the first that is wrong.
async fn walk(
    rig: &Rig,
    orders: &Orders,
    serial: &HashMap<Vec<usize>, Ending>,
    acts: &[Act],
    first: Option<usize>,
) -> Walk {
    let (mut chosen, mut walk): (Vec<usize>, Walk) = (first.into_iter().collect(), Walk::default());
    loop {
        let mut prefix = chosen.into_iter();
        let (played, outcome) =
            is_serial(rig, orders, acts, serial, |_| prefix.next().unwrap_or_default()).await;
        walk.orders += 1;
        walk.blocked += usize::from(played.blocked > 0);
        if let Err(told) = outcome {
            walk.wrong += 1;
            walk.told = Some(told);
            return walk;
        }
        match next(played.choices) {
            Some(choices) if first.is_none_or(|first| choices.first() == Some(&first)) => chosen = choices,
            _ => return walk,
        }
    }
}

/// Every order of pairs with a `BEGIN` as a step of its own, and many more of three operations.
fn is_long() -> bool {
    env::var_os("USHER_TEST_LONG").is_some()
}

/// Nearly all the time that an order takes is waiting for a word. So many are walked beside each other.
const LANES: usize = 3;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_order_of_two_operations_ends_as_one_after_the_other() {
    tokio::join!(walk_pairs(0), walk_pairs(1), walk_pairs(2));
}

async fn walk_pairs(lane: usize) {
    let rig = Rig::postgres().await;
    let orders = Orders::open(&rig, 2, is_long()).await;
    for pair in PAIRS.into_iter().skip(lane).step_by(LANES) {
        let serial = serially(&rig, &pair).await;
        let walk = walk(&rig, &orders, &serial, &pair, None).await;
        assert_eq!(walk.told, None, "{}", walk.told.as_deref().unwrap_or_default());
        println!("{pair:?}: {} orders, in {} of them one waited for the other", walk.orders, walk.blocked);
        let is_of_steps = pair.iter().any(|act| act.has_steps());
        assert_eq!(walk.blocked > 0, is_of_steps, "{pair:?}: {} of {} waited", walk.blocked, walk.orders);
    }
    assert_eq!(rig.store.audit().await.unwrap().breaches, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_order_of_an_enrolment_a_cancellation_and_a_lower_capacity_ends_as_one_after_the_other() {
    // Of the second there are more than three thousand.
    for triple in TRIPLES.iter().take(if is_long() { 2 } else { 1 }) {
        let (one, two, three) =
            tokio::join!(walk_triple(triple, 0), walk_triple(triple, 1), walk_triple(triple, 2));
        let walks = [one, two, three];
        let orders: usize = walks.iter().map(|walk| walk.orders).sum();
        let blocked: usize = walks.iter().map(|walk| walk.blocked).sum();
        println!("{triple:?}: {orders} orders, in {blocked} of them one waited for another");
        assert!(blocked > 0, "{triple:?}: in none of {orders} orders one waited");
    }
}

/// The orders that the act at `first` begins.
async fn walk_triple(triple: &[Act; 3], first: usize) -> Walk {
    let rig = Rig::postgres().await;
    let orders = Orders::open(&rig, 3, false).await;
    let serial = serially(&rig, triple).await;
    let walk = walk(&rig, &orders, &serial, triple, Some(first)).await;
    assert_eq!(walk.told, None, "{}", walk.told.as_deref().unwrap_or_default());
    assert_eq!(rig.store.audit().await.unwrap().breaches, []);
    walk
}

/// The control of the walks above. What is right was found with everything in place.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_protection_switched_off_some_order_goes_wrong() {
    let rig = Rig::postgres().await;
    for (off, pair) in [
        (Protection::MeetingLock, [EnrolBoth(1, 2), EnrolBoth(3, 4)]),
        (Protection::MeetingLock, [EnrolBoth(1, 2), Cancel]),
        (Protection::MeetingLock, [EnrolBoth(1, 2), Capacity(1)]),
        (Protection::MeetingLock, [EnrolBoth(1, 2), Close]),
        (Protection::MeetingLock, [EnrolBoth(1, 2), DeleteRegistration]),
        (Protection::MeetingLock, [List(Accept), List(Expire)]),
        (Protection::MeetingLock, [List(Places(3)), List(GiveBack)]),
        (Protection::MeetingLock, [Desk(Approve(1)), Desk(Approve(2))]),
        (Protection::MeetingLock, [Desk(Approve(1)), Desk(Reject(1))]),
        (Protection::MeetingLock, [Desk(Approve(1)), Desk(Room(1))]),
        (Protection::SeatCount, [Enrol(1), Enrol(2)]),
        (Protection::PersonKey, [Enrol(1), Enrol(1)]),
        (Protection::PersonKey, [Enrol(0), Cancel]),
        (Protection::RegistrationVersion, [Enrol(1), Close]),
        (Protection::Key, [EnrolByKey(1, 1), EnrolByKey(1, 1)]),
        (Protection::Key, [EnrolByKey(1, 1), EnrolByKey(2, 2)]),
    ] {
        let serial = serially(&rig, &pair).await;
        let bare = Rig::postgres().await;
        bare.scratch().without(off);
        let orders = Orders::open(&bare, 2, false).await;

        let walk = walk(&bare, &orders, &serial, &pair, None).await;

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
    // Whatever else is drawn: who comes, who leaves and how many places there are, at once.
    const ALWAYS: [[Act; 3]; 3] = [
        [EnrolBoth(1, 2), Cancel, Capacity(1)],
        [EnrolBoth(1, 2), Cancel, Capacity(3)],
        [List(Come(4)), List(GiveBack), List(Places(3))],
    ];
    let seed = env::var("USHER_TEST_SEED").map_or(20_261_121, |seed| seed.parse().unwrap());
    let rounds = if is_long() { 400 } else { 20 };
    let mut seeded = Seeded(seed);
    let rig = Rig::postgres().await;
    let orders = Orders::open(&rig, 3, true).await;
    for acts in ALWAYS {
        let outcome = draw(&rig, &orders, &acts, rounds, &mut seeded).await;
        assert_eq!(outcome, Ok(()), "USHER_TEST_SEED={seed}, {acts:?}");
    }
    for round in 0..rounds {
        let acts: [Act; 3] = std::array::from_fn(|_| ACTS[seeded.below(ACTS.len())]);
        // A batch is not one fact: its enrolments are. Of two in both meetings, beside a third operation, one may be first
        // in one meeting and second in the other.
        if acts.iter().filter(|act| matches!(act, EnrolTwice { .. })).count() > 1 {
            continue;
        }
        let outcome = draw(&rig, &orders, &acts, 2, &mut seeded).await;
        assert_eq!(outcome, Ok(()), "USHER_TEST_SEED={seed}, round {round}");
    }
    assert_eq!(rig.store.audit().await.unwrap().breaches, []);
}

/// Tries so many orders; the first that is wrong.
async fn draw(
    rig: &Rig,
    orders: &Orders,
    acts: &[Act],
    times: usize,
    seeded: &mut Seeded,
) -> Result<(), String> {
    let serial = serially(rig, acts).await;
    for _ in 0..times {
        let (_, outcome) = is_serial(rig, orders, acts, &serial, |open| seeded.below(open)).await;
        outcome?;
    }
    Ok(())
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
