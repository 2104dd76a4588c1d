//! Lists asked about: what the databases find is what the filter means, whatever it is.

use domain::enrolment::Named;
use domain::person::ForeignPerson;
use domain::query::{
    Answered, Attended, Comparison, Filter, Function, Literal, Order, Position, Property, Subject, in_order,
};
use domain::question::{AnswerInput, Question};
use domain::{
    Answer, BuiltIn, Email, Enrolment, Person, PersonId, QuestionId, Registrant, Registration,
    RegistrationKind,
};
use store::Listing;
use uuid::Uuid;

use crate::counting::count;
use crate::query_maker::{ANSWERS, Dice, Maker, NAMES};
use crate::rig::{Rig, Stage, TENANT, at, external, fact, fresh_id, meeting, registration};

fn question(name: Option<&str>) -> Question {
    let display_name = name.map(str::to_owned);
    Question { id: QuestionId(fresh_id()), display_name, is_required: false, input: AnswerInput::Text }
}

/// A meeting of people of every kind: by address, signed in, canceled, canceled and back, erased; with answers to questions
/// that are there, that have no text, and that are gone.
async fn furnished(rig: &Rig) -> Stage {
    let meeting = meeting();
    let questions = vec![question(Some("Which river?")), question(Some("WHICH RIVER?")), question(None)];
    let mut known: Vec<QuestionId> = questions.iter().map(|question| question.id).collect();
    known.push(QuestionId(fresh_id()));
    let built_in = BuiltIn { questions, ..BuiltIn::default() };
    let kind = RegistrationKind::BuiltIn(Box::new(built_in));
    let stage = rig.stage_with(&Registration { kind, ..registration(meeting.id, None) }, meeting).await;
    let mut dice = Dice(0x5eed);
    let asks: Vec<Enrolment> = (0..48)
        .map(|n| {
            let named = Named {
                first_name: (*dice.pick(&NAMES)).to_owned(),
                last_name: (*dice.pick(&NAMES)).to_owned(),
                email: Email::parse(&format!(
                    "P{}@{}.example",
                    n % 40,
                    dice.pick(&["pine", "BÜCHER", "x-y"])
                ))
                .unwrap(),
            };
            let user = (n % 5 == 0).then(|| PersonId(fresh_id()));
            let mut answers = Vec::new();
            for _ in 0..dice.roll(4) {
                let value = (*dice.pick(&ANSWERS)).to_owned();
                answers.push(Answer { question: *dice.pick(&known), value });
            }
            let at = at(i64::from(n / 6));
            Enrolment { answers, at, ..stage.ask_for(Person::Named { named, user }) }
        })
        .collect();
    rig.store.enroll(&asks).await.unwrap();
    for n in (0..40).step_by(7) {
        rig.store.cancel_registrant(stage.meeting.id, asks[n].id, &fact(1)).await.unwrap();
    }
    rig.store.erase_registrant(stage.meeting.id, asks[7].id, &fact(2), &fact(3)).await.unwrap();
    rig.store.erase_registrant(stage.meeting.id, asks[11].id, &fact(2), &fact(3)).await.unwrap();
    let back = Enrolment { id: stage.ask(0).id, ..asks[14].clone() };
    rig.store.enroll(&[back]).await.unwrap();
    // A neighbour in the same slot would be found by a question that forgets the meeting.
    rig.store.enroll(&rig.stage(None).await.asks(0..5)).await.unwrap();
    stage
}

async fn furnished_externally(rig: &Rig) -> Stage {
    let stage = rig.external_stage().await;
    let mut asks: Vec<Enrolment> = (0..12).map(|n| stage.ask_for(external(n))).collect();
    for (n, id) in ["CRM/1", "a_b", "100%", "Åsa", "x"].into_iter().enumerate() {
        let user =
            (n < 2).then(|| ForeignPerson { tenant: TENANT, person: PersonId(Uuid::from_u128(n as u128)) });
        asks.push(stage.ask_for(Person::External { external_id: id.to_owned(), user }));
    }
    rig.store.enroll(&asks).await.unwrap();
    rig.store.cancel_registrant(stage.meeting.id, asks[3].id, &fact(1)).await.unwrap();
    stage
}

fn listing<'a>(stage: &'a Stage, filter: Option<&'a Filter>, orders: &'a [Order]) -> Listing<'a> {
    Listing { tenant: stage.meeting.tenant, registration: &stage.registration, filter, orders }
}

async fn read_all(rig: &Rig, listing: Listing<'_>, limit: u32) -> Vec<Registrant> {
    let (mut all, mut after): (Vec<_>, Option<Position>) = (Vec::new(), None);
    loop {
        let page = rig.store.list_registrants_by(listing, after.as_ref(), 0, limit).await.unwrap();
        assert!(page.registrants.len() <= limit as usize);
        all.extend(page.registrants);
        after = page.next;
        if after.is_none() {
            return all;
        }
    }
}

/// A filter that means something else wherever it asks whether something is at least or at most.
fn broken(filter: &Filter) -> Filter {
    match filter {
        Filter::And(all) => Filter::And(all.iter().map(broken).collect()),
        Filter::Or(all) => Filter::Or(all.iter().map(broken).collect()),
        Filter::Not(one) => Filter::Not(Box::new(broken(one))),
        Filter::AnyAnswer(of_one) => Filter::AnyAnswer(of_one.as_ref().map(|one| Box::new(broken(one)))),
        Filter::Compare(property, Comparison::Ge, literal) => {
            Filter::Compare(*property, Comparison::Gt, literal.clone())
        }
        other => other.clone(),
    }
}

/// Filters and orders by chance, each read page by page, against the same said plainly.
async fn agree(rig: &Rig, stage: &Stage, rounds: usize) {
    let questions: &[Question] = match &stage.registration.kind {
        RegistrationKind::BuiltIn(built_in) => &built_in.questions,
        RegistrationKind::External => &[],
    };
    let everybody = read_all(rig, listing(stage, None, &[]), 1_000).await;
    let answers = everybody.iter().flat_map(|registrant| registrant.answers.iter());
    let asked: Vec<QuestionId> =
        answers.map(|answer| answer.question).chain(questions.iter().map(|question| question.id)).collect();
    let is_external = stage.registration.kind == RegistrationKind::External;
    let mut maker = Maker { dice: Dice(20_271), everybody: &everybody, questions: asked, is_external };
    let (mut found, mut told_apart) = (0, 0);
    for round in 0..rounds {
        let (filter, orders) = (maker.filter(3), maker.orders());
        let plainly = |filter: &Filter| {
            let item = |registrant| Answered { registrant, questions };
            let mut all: Vec<&Registrant> =
                everybody.iter().filter(|registrant| filter.matches(&item(registrant))).collect();
            // Sorting keeps the order of arrival, and so does the other way around for ids that we gave.
            all.sort_by(|one, other| in_order(&item(one), &item(other), &orders));
            all.into_iter().map(|registrant| registrant.id).collect::<Vec<_>>()
        };
        let limit = 1 + maker.dice.roll(40) as u32;
        let all = read_all(rig, listing(stage, Some(&filter), &orders), limit).await;
        let ids: Vec<_> = all.iter().map(|registrant| registrant.id).collect();

        assert_eq!(ids, plainly(&filter), "round {round}: {filter:#?} by {orders:?}");
        let counted = rig.store.count_registrants_by(listing(stage, Some(&filter), &orders)).await.unwrap();
        assert_eq!(counted as usize, ids.len(), "{filter:?}");
        found += usize::from(!ids.is_empty() && ids.len() < everybody.len());
        told_apart += usize::from(ids != plainly(&broken(&filter)));
    }
    assert!(found > rounds / 3, "only {found} of {rounds} tell people apart: they prove little");
    assert!(told_apart > 0, "the control: an operator that is another one goes unnoticed");
}

pub async fn any_filter_and_order_finds_what_it_means(rig: &Rig) {
    agree(rig, &furnished(rig).await, 500).await;
    agree(rig, &furnished_externally(rig).await, 150).await;
}

/// Whoever was there when the reading began is read once, whoever comes meanwhile and wherever they stand.
pub async fn a_sorted_list_is_read_whole_while_people_come(rig: &Rig) {
    let stage = furnished(rig).await;
    for (property, is_descending) in
        [(Property::LastName, false), (Property::LastName, true), (Property::RegistrationDateTime, true)]
    {
        let orders = [Order { property, is_descending }];
        let listing = listing(&stage, None, &orders);
        let before = read_all(rig, listing, 1_000).await;
        let (mut read, mut after) = (Vec::new(), None);
        for round in 0.. {
            let page = rig.store.list_registrants_by(listing, after.as_ref(), 0, 5).await.unwrap();
            read.extend(page.registrants.iter().map(|registrant| registrant.id));
            after = page.next;
            if after.is_none() {
                break;
            }
            let asks = ["", "Lo", "zz"].iter().enumerate().map(|(n, name)| {
                let email =
                    Email::parse(&format!("late{}@pine.example", fresh_id().as_u128() as u64 + n as u64));
                let named = Named {
                    first_name: "Late".to_owned(),
                    last_name: format!("{name}{round}"),
                    email: email.unwrap(),
                };
                stage.ask_for(Person::Named { named, user: None })
            });
            rig.store.enroll(&asks.collect::<Vec<_>>()).await.unwrap();
            assert!(round < 200, "the reading does not come to its end");
        }
        let times = |registrant: &Registrant| read.iter().filter(|id| **id == registrant.id).count();
        let wrong: Vec<_> = before.iter().filter(|registrant| times(registrant) != 1).collect();
        assert!(wrong.is_empty(), "{orders:?}: {wrong:#?}");
    }
}

pub async fn items_are_passed_over_by_number(rig: &Rig) {
    let stage = furnished(rig).await;
    let orders = [Order { property: Property::Email, is_descending: false }];
    let all = read_all(rig, listing(&stage, None, &orders), 1_000).await;

    for (skip, limit) in [(0, 3), (5, 4), (40, 100), (1_000, 1)] {
        let page =
            rig.store.list_registrants_by(listing(&stage, None, &orders), None, skip, limit).await.unwrap();
        let wanted: Vec<_> = all.iter().skip(skip as usize).take(limit as usize).cloned().collect();
        assert_eq!(page.registrants, wanted, "$skip={skip}&$top={limit}");
    }
}

/// Whoever has an address, by whichever way they came and whether or not they are still there, and nobody else.
pub async fn an_address_leads_to_everybody_who_gave_it(rig: &Rig) {
    let stage = rig.stage(None).await;
    let ask = |email: &str, user| {
        let email = Email::parse(email).unwrap();
        let named = Named { first_name: "Odile".to_owned(), last_name: "Dubois".to_owned(), email };
        stage.ask_for(Person::Named { named, user })
    };
    let somebody = || Some(PersonId(fresh_id()));
    let mut asks = Vec::new();
    for (plain, capitals) in
        [("odile@b.example", "Odile@B.EXAMPLE"), ("odile@bücher.example", "ODILE@BÜCHER.example")]
    {
        asks.extend([ask(capitals, somebody()), ask(plain, somebody()), ask(plain, None)]);
    }
    let neighbours =
        ["odile@b.example.org", "odile@bächer.example", "odile@bücher.example.org", "dile@b.example"];
    asks.extend(neighbours.map(|address| ask(address, somebody())));
    rig.store.enroll(&asks).await.unwrap();
    let find = async |address: &str| {
        let equal = Filter::Compare(Property::Email, Comparison::Eq, Literal::Text(address.to_owned()));
        let found = read_all(rig, listing(&stage, Some(&equal), &[]), 2).await;
        let counted = rig.store.count_registrants_by(listing(&stage, Some(&equal), &[])).await.unwrap();
        assert_eq!(counted as usize, found.len(), "{address}");
        found.iter().map(|registrant| registrant.id).collect::<Vec<_>>()
    };
    let of = |positions: &[usize]| positions.iter().map(|n| asks[*n].id).collect::<Vec<_>>();

    assert_eq!(find("ODILE@b.example").await, of(&[0, 1, 2]));
    assert_eq!(find("odile@BÜCHER.example").await, of(&[3, 4, 5]));
    // One of each sort cancels, and comes back.
    for n in [1, 2, 4, 5] {
        rig.store.cancel_registrant(stage.meeting.id, asks[n].id, &fact(1)).await.unwrap();
    }
    assert_eq!(find("odile@b.example").await, of(&[0, 1, 2]));
    assert_eq!(find("odile@bücher.example").await, of(&[3, 4, 5]));
    let back = [2, 5].map(|n| Enrolment { id: stage.ask(0).id, ..asks[n].clone() });
    rig.store.enroll(&back).await.unwrap();
    assert_eq!(find("odile@b.example").await, [of(&[0, 1, 2]), vec![back[0].id]].concat());
    assert_eq!(find("odile@bücher.example").await, [of(&[3, 4, 5]), vec![back[1].id]].concat());
    rig.store.erase_registrant(stage.meeting.id, asks[1].id, &fact(2), &fact(3)).await.unwrap();
    assert_eq!(find("odile@b.example").await, [of(&[0, 2]), vec![back[0].id]].concat());
    // Neither is an address: one has no letter of ASCII to begin with.
    for nonsense in ["ödile@b.example", "odile"] {
        assert_eq!(find(nonsense).await, []);
    }
}

/// Filters and orders by chance of who came and who did not, read page by page, against the same said plainly.
pub async fn a_report_is_asked_by_what_its_filter_means(rig: &Rig) {
    for stage in [furnished(rig).await, furnished_externally(rig).await] {
        let is_external = stage.registration.kind == RegistrationKind::External;
        let id = stage.registration.id;
        let all =
            rig.store.list_registrants(stage.meeting.id, id, None, 1_000, false).await.unwrap().registrants;
        let mut dice = Dice(0xa77e);
        let mut came = Vec::new();
        for registrant in &all {
            if dice.roll(3) == 0 {
                rig.store.record_attendance(registrant, at(60)).await.unwrap();
                rig.store.record_attendance(registrant, at(180)).await.unwrap();
                came.push(registrant.id);
            }
        }
        let item = |registrant| Attended { registrant, has_come: came.contains(&registrant.id) };
        let expected: Vec<&Registrant> =
            all.iter().filter(|one| one.is_registered() || came.contains(&one.id)).collect();
        assert!(expected.len() < all.len() && came.len() < expected.len() && !came.is_empty(), "the control");
        let properties = [
            (Property::Id, false),
            (Property::RegistrantId, is_external),
            (Property::EmailAddress, true),
            (Property::Role, true),
            (Property::TotalAttendanceInSeconds, true),
        ];
        for round in 0..120 {
            let mut leaf = || {
                let (property, has_order) = *dice.pick(&properties);
                let literal = match dice.roll(4) {
                    0 => Literal::Null,
                    _ => item(*dice.pick(&expected)).value(property),
                };
                let all = [Comparison::Eq, Comparison::Ne, Comparison::Ge, Comparison::Lt];
                Filter::Compare(property, *dice.pick(if has_order { &all } else { &all[..2] }), literal)
            };
            let filter = match round % 3 {
                0 => leaf(),
                1 => Filter::And(vec![leaf(), Filter::Not(Box::new(leaf()))]),
                _ => Filter::Or(vec![leaf(), leaf()]),
            };
            let order = |property| Order { property, is_descending: round % 2 == 0 };
            let orders = match round % 5 {
                0 => vec![],
                1 => vec![order(Property::TotalAttendanceInSeconds)],
                2 => vec![order(Property::Role), order(Property::EmailAddress)],
                3 => vec![order(Property::TotalAttendanceInSeconds), order(Property::Id)],
                _ => vec![order(Property::EmailAddress), order(Property::TotalAttendanceInSeconds)],
            };
            let mut plainly: Vec<&Registrant> =
                expected.iter().copied().filter(|registrant| filter.matches(&item(registrant))).collect();
            plainly.sort_by(|one, other| in_order(&item(one), &item(other), &orders));

            let listing = listing(&stage, Some(&filter), &orders);
            let (mut read, mut after): (Vec<_>, Option<Position>) = (Vec::new(), None);
            loop {
                let page = rig.store.list_attended(listing, after.as_ref(), 0, 7).await.unwrap();
                for (registrant, joined) in &page.attended {
                    assert_eq!(joined.len(), if came.contains(&registrant.id) { 2 } else { 0 });
                    read.push(registrant.id);
                }
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            let ids: Vec<_> = plainly.iter().map(|registrant| registrant.id).collect();
            assert_eq!(read, ids, "round {round}: {filter:#?} by {orders:?}");
            assert_eq!(rig.store.count_attended(listing).await.unwrap() as usize, ids.len(), "{filter:?}");
        }
    }
}

/// However many values a list has, and whatever letters they share: the column is folded once for all of them.
pub async fn the_values_of_a_list_are_looked_for_at_once(rig: &Rig) {
    let stage = furnished(rig).await;
    let equals = |name: &str| Literal::Text(format!("{name}ÅÄÖ"));
    let names: Vec<Literal> = (0..50).map(|n| equals(&n.to_string())).collect();
    let one_by_one =
        names.iter().map(|name| Filter::Compare(Property::LastName, Comparison::Eq, name.clone()));
    let letters = async |filter: &Filter| {
        let (found, sent) = count(rig.store.count_registrants_by(listing(&stage, Some(filter), &[]))).await;
        found.unwrap();
        sent.iter().map(|text| text.matches("replace(").count()).sum::<usize>()
    };

    assert_eq!(letters(&Filter::In(Property::LastName, names.clone())).await, 3);
    assert_eq!(letters(&Filter::Or(one_by_one.collect())).await, 150, "the control: each by itself");
}

/// What is sent has a mark where each value stands, and every text of it is ours.
pub async fn no_value_of_a_filter_stands_in_the_statement(rig: &Rig) {
    let stage = furnished(rig).await;
    let canary = "c4n4ry'; DROP TABLE registrant; --";
    let text = Literal::Text(canary.to_owned());
    let filter = Filter::Or(vec![
        Filter::Compare(Property::Email, Comparison::Eq, text.clone()),
        Filter::In(Property::LastName, vec![text.clone()]),
        Filter::Text(Property::FirstName, Function::Contains, canary.to_owned()),
        Filter::AnyAnswer(Some(Box::new(Filter::Compare(Property::Value, Comparison::Ne, text)))),
    ]);

    let (found, statements) =
        count(rig.store.count_registrants_by(listing(&stage, Some(&filter), &[]))).await;

    assert!(found.unwrap() > 0);
    let ours: Vec<_> = statements.iter().filter(|text| text.contains("FROM registrant r ")).collect();
    assert_eq!(ours.len(), 1, "{statements:#?}");
    assert!(!ours[0].to_lowercase().contains("c4n4ry"), "{ours:?}");
}
