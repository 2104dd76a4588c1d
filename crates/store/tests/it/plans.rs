//! How the engines find the rows, asked of the very texts in the sources, with rows in the tables.

use std::collections::BTreeSet;

use domain::Enrolment;
use store::Verdict;

use crate::asking::{
    Values, is_for_postgres, is_for_sqlite, postgres_plan, postgres_reads, sqlite_plan, with_typed_lists,
};
use crate::counting::count;
use crate::rig::{Raw, Rig, at, key};
use crate::sources::{SLOTTED, Statement, of_the_store};

/// How the statements call the meeting, the outbox or the roster, the idempotency keys, the registrants and the registration
/// where they need a short name.
const ALIASES: [&str; 5] = ["m", "o", "i", "r", "g"];

/// Statements that read a whole table, and why they may.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("suppressing: LIST", "a list of addresses that an operator asks for"),
    ("gather: WAITING_SLOTS", "walks an index of what waits alone, which SQLite is told to take"),
    ("gather: WAITING_SLOTS_BY_INDEX", "walks an index of what waits alone"),
    ("gather: WAITING_SLOTS_OF_NODES", "asked of Citus alone, as the slots of letters are"),
    ("gather: GROWN", "looks through feeds, a small table by the limits of subscriptions"),
    ("delivering: DUE", "looks through subscriptions, a small table by their limits"),
    ("subscription: LIST", "looks through subscriptions, a small table by their limits"),
    ("subscription: COUNT", "looks through subscriptions, a small table by their limits"),
    ("forgetting: FEEDS", "a chore, every ten minutes"),
    ("forgetting: SUBSCRIPTIONS", "a chore, every ten minutes"),
    ("outbox: BACKLOG", "counting what waits reads what waits"),
    ("outbox: DUE_SLOTS_OF_NODES", "asked of Citus alone, where each node walks the key of its own letters"),
    ("mailing: DUE_SLOTS_OF_NODES", "asked of Citus alone, as the slots of letters are"),
    ("waiting: DUE_SLOTS_OF_NODES", "asked of Citus alone, as the slots of letters are"),
    ("allowance: EXPIRED_SLOTS_OF_NODES", "asked of Citus alone, as the slots of letters are"),
    ("idempotency: EXPIRED_SLOTS_OF_NODES", "asked of Citus alone, as the slots of letters are"),
];

/// Whether a statement may read a whole table: one of the above, or of the audit, which holds all rows against counts.
fn may_read_all(statement: &Statement) -> bool {
    EXCEPTIONS.iter().any(|(place, _)| *place == statement.place) || statement.is_of_the_audit()
}

/// Which engine reads so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Both,
    Sqlite,
    Postgres,
}
use By::{Both, Postgres, Sqlite};

/// The queries that run for every enrolment, page, letter or link, and the key each has to use with the columns
/// it compares.
const HOT: &[(&str, &str, By)] = &[
    ("seating: LOOK", "m USING PRIMARY KEY (slot=? AND meeting_id=?)", Both),
    ("seating: LOOK", "g USING PRIMARY KEY (slot=? AND meeting_id=?)", Both),
    ("seating: LOOK", "o USING PRIMARY KEY (slot=? AND meeting_id=? AND registration_id=?)", Sqlite),
    ("seating: LOOK", "o USING PRIMARY KEY (slot=? AND meeting_id=?)", Postgres),
    ("seating: LETTERS", "r USING PRIMARY KEY (slot=? AND meeting_id=? AND registrant_id>?)", Sqlite),
    ("seating: EVENTS", "r USING PRIMARY KEY (slot=? AND meeting_id=? AND registrant_id>?)", Sqlite),
    (
        "seating: TAKE_SEATS",
        "roster USING PRIMARY KEY (slot=? AND meeting_id=? AND registration_id=?)",
        Sqlite,
    ),
    ("aside: COUNT", "roster USING PRIMARY KEY (slot=? AND meeting_id=? AND registration_id=?)", Both),
    ("at_once: LIST", "m USING PRIMARY KEY (slot=? AND meeting_id=?)", Sqlite),
    ("at_once: LIST", "g USING PRIMARY KEY (slot=? AND meeting_id=? AND registration_id=?)", Sqlite),
    ("at_once: LIST", "o USING PRIMARY KEY (slot=? AND meeting_id=? AND registration_id=?)", Sqlite),
    ("at_once: CAME", "r USING PRIMARY KEY (slot=? AND meeting_id=? AND registrant_id>?)", Sqlite),
    ("at_once: EVENTS", "r USING PRIMARY KEY (slot=? AND meeting_id=? AND registrant_id>?)", Sqlite),
    ("at_once: TAKE_SEATS", "r USING PRIMARY KEY (slot=? AND meeting_id=?)", Sqlite),
    (
        "at_once: TAKE_SEATS",
        "roster USING PRIMARY KEY (slot=? AND meeting_id=? AND registration_id=?)",
        Sqlite,
    ),
    ("at_once: LETTERS", "r USING PRIMARY KEY (slot=? AND meeting_id=? AND registrant_id>?)", Sqlite),
    ("own: ERASE", "registrant USING PRIMARY KEY (slot=? AND meeting_id=? AND registrant_id>?)", Both),
    (
        "seating: FIND_REGISTERED",
        "r USING INDEX registrant_person (slot=? AND meeting_id=? AND live_key=?)",
        Both,
    ),
    ("idempotency: remembered", "i USING PRIMARY KEY (slot=? AND meeting_id=? AND key_hash=?)", Both),
    ("idempotency: FIND", "idempotency USING PRIMARY KEY (slot=? AND meeting_id=? AND key_hash=?)", Both),
    ("once: FIND", "idempotency USING PRIMARY KEY (slot=? AND meeting_id=? AND key_hash=?)", Both),
    ("idempotency: EXPIRED_SLOTS", "i USING INDEX idempotency_expiry (slot=? AND expires_at<?)", Sqlite),
    ("idempotency: REMOVE_EXPIRED", "i USING INDEX idempotency_expiry (slot=? AND expires_at<?)", Both),
    (
        "idempotency: REMOVE_EXPIRED",
        "idempotency USING PRIMARY KEY (slot=? AND meeting_id=? AND key_hash=?)",
        Sqlite,
    ),
    ("allowance: EXPIRED_SLOTS", "i USING PRIMARY KEY (slot=?)", Both),
    ("allowance: REMOVE_EXPIRED", "i USING PRIMARY KEY (slot=?)", Both),
    ("allowance: REMOVE_EXPIRED", "mail_allowance USING PRIMARY KEY (slot=? AND mailbox=?)", Sqlite),
    ("lib: LOCK", "m USING PRIMARY KEY (slot=? AND meeting_id=?)", Postgres),
    ("life: STEP", "registrant USING PRIMARY KEY (slot=? AND meeting_id=? AND registrant_id=?)", Both),
    (
        "own: CHANGE_ANSWERS",
        "registrant USING PRIMARY KEY (slot=? AND meeting_id=? AND registrant_id=?)",
        Both,
    ),
    ("waiting: LOOK", "m USING PRIMARY KEY (slot=? AND meeting_id=?)", Both),
    ("waiting: LOOK", "g USING PRIMARY KEY (slot=? AND meeting_id=?)", Both),
    ("waiting: LOOK", "o USING PRIMARY KEY (slot=? AND meeting_id=? AND registration_id=?)", Sqlite),
    ("waiting: LOOK", "o USING PRIMARY KEY (slot=? AND meeting_id=?)", Postgres),
    ("waiting: FIRST", "waiting USING PRIMARY KEY (slot=? AND meeting_id=? AND is_offered=?)", Both),
    ("offers: EXPIRED", "waiting USING INDEX waiting_due (slot=? AND due_at<?)", Sqlite),
    (
        "waiting: LEAVE",
        "waiting USING PRIMARY KEY (slot=? AND meeting_id=? AND is_offered=? AND registrant_id=?)",
        Both,
    ),
    ("waiting: LIST_DUE", "waiting USING INDEX waiting_due (slot=? AND due_at<?)", Both),
    ("life: COUNT", "roster USING PRIMARY KEY (slot=? AND meeting_id=? AND registration_id=?)", Both),
    (
        "registrant: FIND_FROM",
        "registrant USING PRIMARY KEY (slot=? AND meeting_id=? AND registrant_id>?)",
        Both,
    ),
    (
        "registrant: FIND_LIVE",
        "registrant USING INDEX registrant_person (slot=? AND meeting_id=? AND live_key=?)",
        Both,
    ),
    ("listing: FIND_THESE", "r USING PRIMARY KEY (slot=? AND meeting_id=? AND registrant_id=?)", Sqlite),
    (
        "listing: FIND_EACH_OF_THESE",
        "registrant USING PRIMARY KEY (slot=? AND meeting_id=? AND registrant_id>?)",
        Postgres,
    ),
    ("registrant: PAGE", "registrant USING PRIMARY KEY (slot=? AND meeting_id=? AND registrant_id>?)", Both),
    (
        "attendance: LIST",
        "attendance USING PRIMARY KEY (slot=? AND meeting_id=? AND registrant_id>? AND registrant_id<?)",
        Sqlite,
    ),
    (
        "attendance: LIST",
        "attendance USING PRIMARY KEY (slot=? AND meeting_id=? AND registrant_id>?)",
        Postgres,
    ),
    ("attendance: COUNT", "attendance USING PRIMARY KEY (slot=? AND meeting_id=?)", Both),
    ("registrant: COUNT", "roster USING PRIMARY KEY (slot=? AND meeting_id=? AND registration_id=?)", Both),
    ("meeting: FIND", "meeting USING PRIMARY KEY (slot=? AND meeting_id=?)", Both),
    (
        "meeting: FIND_FROM_NUMBER",
        "organizer_meeting USING INDEX organizer_meeting_number \
         (organizer_slot=? AND tenant_id=? AND organizer_id=? AND join_meeting_id>?)",
        Both,
    ),
    (
        "meeting: FIND_FROM_EXTERNAL_ID",
        "organizer_meeting USING INDEX organizer_meeting_external \
         (organizer_slot=? AND tenant_id=? AND organizer_id=? AND external_id>?)",
        Both,
    ),
    (
        "own_meetings: PAGE",
        "organizer_meeting USING PRIMARY KEY \
         (organizer_slot=? AND tenant_id=? AND organizer_id=? AND meeting_id>?)",
        Both,
    ),
    ("registration: FIND_LIVE", "g USING PRIMARY KEY (slot=? AND meeting_id=?)", Both),
    (
        "registration: LIST_QUESTIONS",
        "question USING PRIMARY KEY (slot=? AND meeting_id=? AND registration_id=?)",
        Both,
    ),
    (
        "registration: ADD_VIEWS",
        "roster USING PRIMARY KEY (slot=? AND meeting_id=? AND registration_id=?)",
        Both,
    ),
    ("outbox: LEASE", "outbox USING PRIMARY KEY (slot=?)", Sqlite),
    ("outbox: LEASE", "outbox USING PRIMARY KEY (slot=? AND outbox_id=?)", Sqlite),
    ("outbox: LEASE_BESIDE_OTHERS", "outbox USING PRIMARY KEY (slot=?)", Postgres),
    ("outbox: LEASE_BESIDE_OTHERS", "outbox USING PRIMARY KEY (slot=? AND outbox_id<?)", Postgres),
    ("outbox: DUE_SLOTS", "o USING PRIMARY KEY (slot>?)", Sqlite),
    ("outbox: DUE_SLOTS", "o USING PRIMARY KEY (slot=?)", Both),
    ("due_letter: FIND", "r USING PRIMARY KEY (slot=? AND meeting_id=? AND registrant_id>?)", Both),
    ("due_letter: FIND", "m USING PRIMARY KEY (slot=? AND meeting_id=?)", Both),
    ("due_letter: FIND", "g USING PRIMARY KEY (slot=? AND meeting_id=? AND registration_id=?)", Sqlite),
    ("settling: REMOVE", "outbox USING PRIMARY KEY (slot=? AND outbox_id=?)", Sqlite),
    ("settling: REMOVE", "outbox USING PRIMARY KEY (slot=? AND outbox_id>? AND outbox_id<?)", Postgres),
    ("settling: ERASED", "r USING PRIMARY KEY (slot=? AND meeting_id=? AND registrant_id=?)", Sqlite),
    (
        "settling: ERASED_SHARED",
        "registrant USING PRIMARY KEY (slot=? AND meeting_id=? AND registrant_id>?)",
        Postgres,
    ),
    ("settling: POSTPONE", "outbox USING PRIMARY KEY (slot=? AND outbox_id=?)", Both),
    ("settling: GIVE_UP", "outbox USING PRIMARY KEY (slot=? AND outbox_id=?)", Both),
    ("gather: WAITING_BY_INDEX", "event USING INDEX event_ungathered (slot=? AND meeting_id=?)", Sqlite),
    ("gather: WAITING", "event USING INDEX event_ungathered (slot=? AND meeting_id=?)", Postgres),
    ("gather: NEWCOMERS", "registrant USING PRIMARY KEY (slot=? AND meeting_id=? AND registrant_id>?)", Both),
    ("feed: FIND", "feed USING PRIMARY KEY (slot=? AND feed_id=?)", Both),
    ("feed: LIST", "change USING PRIMARY KEY (slot=? AND feed_id=? AND change_no>?)", Both),
    (
        "delivering: NEXT_DUE",
        "delivery USING INDEX delivery_status (slot=? AND subscription_id=? AND status=?)",
        Both,
    ),
    ("delivering: LEASE", "subscription USING PRIMARY KEY (slot=? AND subscription_id=?)", Both),
    (
        "delivering: NEXT_CHANGES",
        "w USING INDEX delivery_status (slot=? AND subscription_id=? AND status=? AND kind=?)",
        Both,
    ),
    (
        "delivering: NEXT_CHANGES",
        "d USING PRIMARY KEY (slot=? AND subscription_id=? AND delivery_no=?)",
        Sqlite,
    ),
    ("mailing: DUE_SLOTS", "o USING INDEX mailing_due (slot=? AND due_at<?)", Both),
    (
        "closing: HOLD",
        "registrant USING PRIMARY KEY (slot=? AND meeting_id=? AND registrant_id>? AND registrant_id<?)",
        Postgres,
    ),
    ("mailing: LIST_DUE", "mailing USING INDEX mailing_due (slot=? AND due_at<?)", Both),
    (
        "mailing: TAKE",
        "mailing USING PRIMARY KEY (slot=? AND meeting_id=? AND registration_id=? AND kind=?)",
        Sqlite,
    ),
    (
        "mailing: LIST",
        "r USING PRIMARY KEY (slot=? AND meeting_id=? AND registrant_id>? AND registrant_id<?)",
        Both,
    ),
    ("mailing: LIST", "o USING PRIMARY KEY (slot=? AND outbox_id=?)", Both),
    (
        "closing: TELL_CANCELED",
        "registrant USING PRIMARY KEY (slot=? AND meeting_id=? AND registrant_id>? AND registrant_id<?)",
        Both,
    ),
    (
        "closing: CANCEL",
        "registrant USING PRIMARY KEY (slot=? AND meeting_id=? AND registrant_id>? AND registrant_id<?)",
        Both,
    ),
    ("letters: FIND", "outbox USING PRIMARY KEY (slot=? AND outbox_id=?)", Both),
    ("letters: FORGET_ANSWER", "outbox USING PRIMARY KEY (slot=? AND outbox_id=?)", Both),
    (
        "letters: LIST_OTHERS",
        "outbox USING INDEX outbox_registrant (slot=? AND meeting_id=? AND registrant_id=?)",
        Postgres,
    ),
    (
        "letters: LIST_OTHERS_BY_INDEX",
        "outbox USING INDEX outbox_registrant (slot=? AND meeting_id=? AND registrant_id=?)",
        Sqlite,
    ),
    (
        "letters: FORGET_OTHERS",
        "outbox USING INDEX outbox_registrant (slot=? AND meeting_id=? AND registrant_id=?)",
        Postgres,
    ),
    (
        "letters: FORGET_OTHERS_BY_INDEX",
        "outbox USING INDEX outbox_registrant (slot=? AND meeting_id=? AND registrant_id=?)",
        Sqlite,
    ),
    (
        "letters: LIST_EVENTS",
        "event USING INDEX event_mail (slot=? AND meeting_id=? AND registrant_id=?)",
        Postgres,
    ),
    (
        "letters: LIST_EVENTS_BY_INDEX",
        "event USING INDEX event_mail (slot=? AND meeting_id=? AND registrant_id=?)",
        Sqlite,
    ),
    (
        "letters: FORGET_EVENTS",
        "event USING INDEX event_mail (slot=? AND meeting_id=? AND registrant_id=?)",
        Postgres,
    ),
    (
        "letters: FORGET_EVENTS_BY_INDEX",
        "event USING INDEX event_mail (slot=? AND meeting_id=? AND registrant_id=?)",
        Sqlite,
    ),
    ("returned: LIST_MEETINGS", "meeting USING PRIMARY KEY (slot=? AND meeting_id>? AND meeting_id<?)", Both),
    ("suppressing: FIND", "suppression USING PRIMARY KEY (slot=? AND address_hash=?)", Both),
    (
        "calendar_answer: TOLD_VERSION",
        "registration USING PRIMARY KEY (slot=? AND meeting_id=? AND registration_id=?)",
        Sqlite,
    ),
    (
        "reminding: RESUME_REMINDERS",
        "registrant USING PRIMARY KEY (slot=? AND meeting_id=? AND registrant_id=?)",
        Both,
    ),
    (
        "reminding: STOP_REMINDERS",
        "registrant USING PRIMARY KEY (slot=? AND meeting_id=? AND registrant_id=?)",
        Both,
    ),
    ("access: IS_ALLOWED", "a USING PRIMARY KEY (tenant_id=? AND policy_id=? AND app_id=?)", Both),
    ("directory: FIND_PERSON_FROM", "person USING PRIMARY KEY (tenant_id=? AND person_id>?)", Both),
    ("directory: FIND_PERSON_BY_UPN", "person USING INDEX person_upn (tenant_id=? AND upn_key=?)", Both),
    ("directory: DIRECTORY_VERSION", "tenant USING PRIMARY KEY (tenant_id=?)", Both),
];

/// Statements that sort what their key gives: few rows, whatever the meeting holds.
const SORTED: &[&str] = &["registration: LIST_QUESTIONS", "access: IS_ALLOWED"];

/// Meetings of so many people each, with letters and idempotency keys.
async fn furnished(rig: Rig, meetings: usize, people: usize) -> Rig {
    for _ in 0..meetings {
        let stage = rig.stage(None).await;
        let mut batch = stage.asks(0..people);
        for (n, asked) in (0..=u8::MAX).zip(&mut batch) {
            asked.idempotency = key(n, n, at(86_400));
        }
        rig.store.enroll(&batch).await.unwrap();
    }
    rig
}

/// Steps that read a whole table, or all of an index whatever its first column says.
fn scans(plan: &[String]) -> Vec<&String> {
    let reads_all = |step: &&String| {
        let mut words = step.split(' ');
        let is_scan = words.next() == Some("SCAN") || step.contains("ANY(");
        is_scan && words.next().is_some_and(|table| SLOTTED.contains(&table) || ALIASES.contains(&table))
    };
    plan.iter().filter(reads_all).collect()
}

/// The text of a hot query.
fn text_of(place: &str) -> String {
    let found = of_the_store().into_iter().find(|statement| statement.place == place);
    found.unwrap_or_else(|| panic!("{place} is gone")).text
}

#[tokio::test]
async fn no_statement_reads_a_whole_table_that_grows() {
    let rig = furnished(Rig::sqlite().await, 4, 200).await;
    for round in ["without figures", "with figures"] {
        for statement in of_the_store().iter().filter(|statement| is_for_sqlite(statement)) {
            let plan = sqlite_plan(rig.sqlite_pool(), &statement.text).await;
            let is_excepted = may_read_all(statement);
            assert!(scans(&plan).is_empty() || is_excepted, "{}, {round}: {plan:#?}", statement.place);
        }
        // Figures about the tables, by which the planner may choose another way. Nobody makes them by default.
        rig.raw.analyze().await;
    }
}

/// Without figures, as they run: with some, another key may do as well for the few rows of a test.
#[tokio::test]
async fn hot_queries_use_their_key() {
    let rig = furnished(Rig::sqlite().await, 4, 200).await;
    for (place, expected, _) in HOT.iter().filter(|(.., by)| *by != Postgres) {
        let plan = sqlite_plan(rig.sqlite_pool(), &text_of(place)).await;
        let wanted = format!("SEARCH {expected}");
        assert!(plan.contains(&wanted), "{place} should {wanted}, and does: {plan:#?}");
        let sorts = plan.iter().any(|step| step.contains("TEMP B-TREE"));
        assert!(!sorts || SORTED.contains(place), "{place} sorts: {plan:#?}");
    }
}

/// The control of the two tests above.
#[tokio::test]
async fn a_query_without_a_key_is_caught() {
    let rig = furnished(Rig::sqlite().await, 4, 200).await;
    rig.raw.analyze().await;
    for text in [
        "SELECT email FROM registrant WHERE email = $1",
        "DELETE FROM outbox WHERE outbox_id = $1",
        "UPDATE meeting SET subject = NULL WHERE meeting_id = $1",
        "SELECT 1 FROM outbox o WHERE o.due_at <= $1",
    ] {
        let plan = sqlite_plan(rig.sqlite_pool(), text).await;
        assert_eq!(scans(&plan).len(), 1, "{text}: {plan:?}");
    }
}

/// Tables of a meeting are read by a key that begins with the slot, on the other engine as well.
#[tokio::test]
async fn no_statement_reads_a_whole_table_on_postgres_either() {
    let rig = furnished(Rig::postgres().await, 4, 200).await;
    rig.raw.analyze().await;
    let Raw::Postgres(pool) = &rig.raw else { panic!("the rig is PostgreSQL's") };
    let reads_all = |plan: &str| SLOTTED.iter().any(|table| plan.contains(&format!("Seq Scan on {table}")));
    let mut read = 0;
    for statement in of_the_store().iter().filter(|statement| is_for_postgres(statement)) {
        let plan = postgres_plan(pool, &statement.text, Values::Any).await;
        let is_excepted = may_read_all(statement);
        assert!(!reads_all(&plan) || is_excepted, "{}: {plan}", statement.place);
        read += usize::from(plan.contains("Index"));
    }
    assert!(read > 20, "only {read} statements use a key");
    let control = postgres_plan(pool, "SELECT email FROM registrant WHERE email = $1", Values::Any).await;
    assert!(reads_all(&control), "the control: {control}");
}

/// What is asked about several meetings at once finds each by its key, on both engines.
#[tokio::test]
async fn meetings_asked_for_together_are_found_by_their_keys() {
    let sqlite = furnished(Rig::sqlite().await, 4, 200).await;
    let postgres = furnished(Rig::postgres().await, 120, 3).await;
    postgres.raw.analyze().await;
    let Raw::Postgres(pool) = &postgres.raw else { panic!("the rig is PostgreSQL's") };
    let several = |place, values| {
        let together = format!("(m.slot, m.meeting_id) IN (VALUES {values})");
        text_of(place).replace("m.slot = $1 AND m.meeting_id = $2", &together)
    };

    for place in ["seating: LOOK", "lib: LOCK"] {
        let plan =
            postgres_plan(pool, &several(place, "($1::bigint, $2::uuid), ($3, $4)"), Values::Any).await;
        let reads = postgres_reads(&plan);
        assert!(
            reads.iter().any(|read| is_at_least(read, "m USING PRIMARY KEY (slot=? AND meeting_id=?)")),
            "{plan}"
        );
        assert!(!plan.contains("Seq Scan on"), "{plan}");
    }
    let steps = sqlite_plan(sqlite.sqlite_pool(), &several("seating: LOOK", "(?, ?), (?, ?)")).await;
    assert!(scans(&steps).is_empty(), "{steps:#?}");
    assert!(steps.contains(&"SEARCH m USING PRIMARY KEY (slot=? AND meeting_id=?)".to_owned()), "{steps:#?}");
}

/// Whether it is the same key, with the same columns or more.
fn is_at_least(read: &str, expected: &str) -> bool {
    let parts =
        |step: &str| step.split_once(" (").map(|(key, columns)| (key.to_owned(), columns.replace(')', "")));
    let (Some((key, columns)), Some((wanted, needed))) = (parts(read), parts(expected)) else { return false };
    key == wanted && needed.split(" AND ").all(|column| columns.split(" AND ").any(|read| read == column))
}

/// What PostgreSQL gets wrong about a hot query, in the plan that it keeps.
async fn wrong(rig: &Rig) -> BTreeSet<String> {
    let Raw::Postgres(pool) = &rig.raw else { panic!("the rig is PostgreSQL's") };
    let mut wrong = BTreeSet::new();
    for (place, expected, _) in HOT.iter().filter(|(.., by)| *by != Sqlite) {
        let plan = postgres_plan(pool, &text_of(place), Values::Any).await;
        if !postgres_reads(&plan).iter().any(|read| is_at_least(read, expected)) {
            wrong.insert(format!("{place} should read {expected}, and does:\n{plan}"));
        }
        if plan.contains("Sort") && !SORTED.contains(place) {
            wrong.insert(format!("{place} sorts:\n{plan}"));
        }
    }
    wrong
}

/// A plan is kept while the tables grow. So it has to be the right one when they are empty, when every meeting is small
/// (that is what figures about all of them say, whatever one of them holds), and when there is a large one.
#[tokio::test]
async fn hot_queries_keep_their_key_on_postgres_whatever_it_knows_of_the_tables() {
    let empty = Rig::postgres().await;
    let small = furnished(Rig::postgres().await, 120, 3).await;
    let large = furnished(Rig::postgres().await, 1, 5_000).await;
    for rig in [&small, &large] {
        rig.raw.analyze().await;
    }

    for (name, rig) in [("empty", &empty), ("small", &small), ("large", &large)] {
        let wrong = wrong(rig).await;
        assert!(wrong.is_empty(), "{name}: {}", wrong.into_iter().collect::<Vec<_>>().join("\n\n"));
    }
}

/// Places given in one statement, with idempotency keys and without: it runs for every enrolment.
#[tokio::test]
async fn one_statement_finds_its_meetings_and_keys_by_their_keys_whatever_postgres_knows_of_the_tables() {
    let empty = Rig::postgres().await;
    let small = furnished(Rig::postgres().await, 120, 3).await;
    let large = furnished(Rig::postgres().await, 1, 5_000).await;
    for rig in [&small, &large] {
        rig.raw.analyze().await;
    }
    for rig in [&empty, &small, &large] {
        let Raw::Postgres(pool) = &rig.raw else { panic!("the rig is PostgreSQL's") };
        for idempotency in [None, key(200, 200, at(86_400))] {
            let stage = rig.stage(None).await;
            let batch = [Enrolment { idempotency, ..stage.ask(1) }];
            let (verdicts, sent) = count(rig.store.enroll(&batch)).await;
            assert_eq!(verdicts.unwrap(), [Verdict::Seated(batch[0].id)]);
            let [text] = &sent[..] else { panic!("one statement, and not {sent:#?}") };

            let plan = postgres_plan(pool, &with_typed_lists(text), Values::Any).await;

            let reads = postgres_reads(&plan);
            let mut wanted = vec![
                "m USING PRIMARY KEY (slot=? AND meeting_id=?)",
                "o USING PRIMARY KEY (slot=? AND meeting_id=?)",
            ];
            if idempotency.is_some() {
                wanted.push("i USING PRIMARY KEY (slot=? AND meeting_id=? AND key_hash=?)");
            }
            for key in wanted {
                assert!(reads.iter().any(|read| is_at_least(read, key)), "{key}, and not {reads:#?}: {plan}");
            }
            assert!(reads.iter().any(|read| read.starts_with("g USING")), "{plan}");
            assert!(!plan.contains("Seq Scan on") && plan.contains("hashed SubPlan"), "{plan}");
        }
    }
}

/// The control of the test above: asked as anybody would ask, one registrant is looked for in all of the meeting.
#[tokio::test]
async fn a_query_that_two_keys_begin_alike_for_is_caught() {
    let small = furnished(Rig::postgres().await, 120, 3).await;
    small.raw.analyze().await;
    let Raw::Postgres(pool) = &small.raw else { panic!("the rig is PostgreSQL's") };
    let text = "SELECT email FROM registrant WHERE slot = $1 AND meeting_id = $2 AND registrant_id = $3";

    let plan = postgres_plan(pool, text, Values::Any).await;

    assert_eq!(postgres_reads(&plan), ["registrant USING INDEX registrant_person (slot=? AND meeting_id=?)"]);
}
