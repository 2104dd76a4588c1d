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

/// How often a plan finds rows by the key of persons, with the person's own part of it.
fn by_person(plan: &str) -> usize {
    let sqlite = plan
        .lines()
        .filter(|step| step.contains("INDEX registrant_person (slot=? AND meeting_id=? AND live_key"));
    let lines: Vec<&str> = plan.lines().collect();
    let postgres = lines.windows(2).filter(|pair| {
        pair[0].contains("using registrant_person on registrant r")
            && pair[1].contains("Index Cond: ")
            && pair[1].contains("live_key")
    });
    sqlite.count() + postgres.count()
}

/// An address leads by the key of persons to three sorts of people, each by a look of its own: whoever registered by it,
/// whoever registered signed in, and whoever canceled. The id of another system leads to one, in one look.
pub async fn an_address_and_an_external_id_are_found_by_their_key(rig: &Rig) {
    let (stage, other) = (rig.stage(None).await, rig.external_stage().await);
    rig.store.enroll(&stage.asks(0..200)).await.unwrap();
    let externals: Vec<_> = (0..200).map(|n| other.ask_for(external(n))).collect();
    rig.store.enroll(&externals).await.unwrap();
    for round in ["without figures", "with figures"] {
        let address = equals(Property::Email, Literal::Text("p7@pinewater.example".to_owned()));
        let found = plan(rig, &stage, &address, &[]).await;
        assert_eq!(by_person(&found), 3, "{round}: {found}");

        let id = equals(Property::Id, Literal::Exact("crm/7".to_owned()));
        let (page, sent) = count(rig.store.list_registrants_by(listing(&other, &id, &[]), None, 0, 10)).await;
        assert_eq!(page.unwrap().registrants.len(), 1);
        let [text] = &of_registrants(&sent)[..] else { panic!("{round}: one look, and not {sent:#?}") };
        assert!(text.ends_with("live_key = $3"), "the one that `plans` has: {text}");

        let name = equals(Property::LastName, Literal::Text("last7".to_owned()));
        let found = plan(rig, &stage, &name, &[]).await;
        assert_eq!(by_person(&found), 0, "{round}: the control: {found}");
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
