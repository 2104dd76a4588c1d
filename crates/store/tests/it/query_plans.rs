//! How the engines find what lists are asked for: explained are the very texts that were sent, with rows in the tables.

use domain::query::{Comparison, Filter, Literal, Order, Property};
use store::Listing;

use crate::asking::{Values, postgres_plan, sqlite_plan};
use crate::counting::count;
use crate::rig::{Raw, Rig, Stage, external};

fn listing<'a>(stage: &'a Stage, filter: &'a Filter, orders: &'a [Order]) -> Listing<'a> {
    Listing { tenant: stage.meeting.tenant, registration: &stage.registration, filter: Some(filter), orders }
}

/// What was asked about registrants. A pool that opens another connection meanwhile, because the last one is still on its
/// way back, sets it up by statements of the driver's.
fn of_registrants(sent: &[String]) -> Vec<&String> {
    sent.iter().filter(|text| text.contains("FROM registrant ")).collect()
}

/// The plans of the one question that is put to the database before the rows are read, as PostgreSQL keeps it for all
/// values, or as SQLite makes it.
async fn plan(rig: &Rig, stage: &Stage, filter: &Filter, orders: &[Order]) -> String {
    let listing = listing(stage, filter, orders);
    let (page, sent) = count(rig.store.list_registrants_by(listing, None, 0, 10)).await;
    page.unwrap();
    let asked: Vec<&String> = sent.iter().filter(|text| text.contains("FROM registrant r ")).collect();
    let [text] = asked[..] else { panic!("one question, and not {sent:#?}") };
    match &rig.raw {
        Raw::Sqlite(pool) => sqlite_plan(pool, text).await.join("\n"),
        Raw::Postgres(pool) => postgres_plan(pool, text, Values::Any).await,
    }
}

fn equals(property: Property, literal: Literal) -> Filter {
    let equals = Filter::Compare(property, Comparison::Eq, literal);
    let other = Filter::Compare(Property::Id, Comparison::Ne, Literal::Null);
    Filter::And(vec![other, equals])
}

/// How often a plan finds rows by a key, with its own part behind the meeting's: as SQLite names it, and PostgreSQL.
fn by(plan: &str, key: &str, [sqlite, postgres]: [&str; 2]) -> usize {
    let sqlite = format!("INDEX {key} (slot=? AND meeting_id=? AND {sqlite}");
    let index = format!("using {key} on registrant r");
    let lines: Vec<&str> = plan.lines().collect();
    let has_own = |condition: &str| condition.contains("Index Cond: ") && condition.contains(postgres);
    let postgres = lines.windows(2).filter(|pair| pair[0].contains(&index) && has_own(pair[1]));
    lines.iter().filter(|step| step.contains(&sqlite)).count() + postgres.count()
}

fn by_person(plan: &str) -> usize {
    by(plan, "registrant_person", ["live_key=?", "live_key = "])
}

/// An address leads to whoever registered by it by the key of persons, and to whoever registered signed in or canceled by
/// the index of their addresses: one look at each. The id of another system leads to one, in one look.
pub async fn an_address_and_an_external_id_are_found_by_their_key(rig: &Rig) {
    let (stage, other) = (rig.stage(None).await, rig.external_stage().await);
    rig.store.enroll(&stage.asks(0..200)).await.unwrap();
    let externals: Vec<_> = (0..200).map(|n| other.ask_for(external(n))).collect();
    rig.store.enroll(&externals).await.unwrap();
    for round in ["without figures", "with figures"] {
        // SQLite calls what an index is made of `<expr>`.
        let whole = ["<expr>=?", "lower(email) = "];
        let start = ["<expr>>? AND <expr><?", "lower(email) >= "];
        for (address, part) in [("p7@pinewater.example", whole), ("p7@bücher.example", start)] {
            let address = equals(Property::Email, Literal::Text(address.to_owned()));
            let found = plan(rig, &stage, &address, &[]).await;
            let looks = [by_person(&found), by(&found, "registrant_mail", part)];
            assert_eq!(looks, [1, 1], "{round}: {found}");
            assert_eq!(
                found.matches("on registrant r").count() + found.matches("SEARCH r").count(),
                2,
                "{found}"
            );
        }

        let id = equals(Property::Id, Literal::Exact("crm/7".to_owned()));
        let (page, sent) = count(rig.store.list_registrants_by(listing(&other, &id, &[]), None, 0, 10)).await;
        assert_eq!(page.unwrap().registrants.len(), 1);
        let [text] = &of_registrants(&sent)[..] else { panic!("{round}: one look, and not {sent:#?}") };
        assert!(text.ends_with("live_key = $3"), "the one that `plans` has: {text}");

        let name = equals(Property::LastName, Literal::Text("last7".to_owned()));
        let found = plan(rig, &stage, &name, &[]).await;
        assert_eq!(by_person(&found), 0, "{round}: the control: {found}");
        assert!(!found.contains("registrant_mail"), "{round}: {found}");
        // SQLite has no figures unless somebody asks for them, which nothing of ours does. A connection of its that happens to
        // know them reads a meeting of 200 rather than sort.
        if matches!(rig.raw, Raw::Sqlite(_)) {
            break;
        }
        rig.raw.analyze().await;
    }
}

/// Nobody else's meeting is looked at, and a list in the order of arrival is not sorted.
pub async fn a_question_looks_at_one_meeting_alone(rig: &Rig) {
    let stage = rig.stage(None).await;
    rig.store.enroll(&stage.asks(0..200)).await.unwrap();
    let name = equals(Property::LastName, Literal::Text("last7".to_owned()));
    let by_name = [Order { property: Property::LastName, is_descending: true }];

    let arrival = plan(rig, &stage, &name, &[]).await;
    let sorted = plan(rig, &stage, &name, &by_name).await;

    for found in [&arrival, &sorted] {
        assert!(!found.contains("SCAN r") && !found.contains("Seq Scan"), "{found}");
        assert!(found.contains("meeting_id"), "{found}");
    }
    let sorts = |plan: &str| plan.contains("Sort") || plan.contains("TEMP B-TREE");
    assert!(!sorts(&arrival), "{arrival}");
    assert!(sorts(&sorted), "the control: {sorted}");
}
