//! What a list costs: the same statements, however many rows it has.

use domain::query::{Comparison, Filter, Literal, Order, Property};
use domain::question::{AnswerInput, Question};
use domain::subscription::{Owner, Subscription, SubscriptionId, Watched};
use domain::{
    AppId, BuiltIn, Meeting, PersonId, QuestionId, Registrant, RegistrantId, Registration, RegistrationKind,
};
use store::{Listing, Sent, Store, Subscribed, SubscriptionLimits};

use crate::changes::subscription;
use crate::counting::count;
use crate::rig::{MINUTE, Rig, Stage, TENANT, at, fact, fresh_id, meeting, registration};

/// More than any list here is long.
const LIMIT: u32 = 10;

#[derive(Clone, Copy, Debug)]
enum List {
    Registrants,
    /// As a delta query and a notification look them up.
    RegistrantsByIds,
    RegistrantsAskedFor,
    Attended,
    Passes,
    Deliveries,
    DeliveriesAskedFor,
    Questions,
    Subscriptions,
    Meetings,
    /// Of one registrant.
    Letters,
}

/// How many statements each of them takes.
const LISTS: [(List, usize); 11] = [
    (List::Registrants, 1),
    (List::RegistrantsByIds, 1),
    (List::RegistrantsAskedFor, 2),
    (List::Attended, 3),
    (List::Passes, 1),
    (List::Deliveries, 1),
    (List::DeliveriesAskedFor, 2),
    // With their meeting and its registration.
    (List::Questions, 3),
    (List::Subscriptions, 1),
    (List::Meetings, 2),
    // What left, what waits, and the confirmation.
    (List::Letters, 3),
];

/// A meeting and what belongs to it, so many of each.
struct Furnished {
    stage: Stage,
    registrants: Vec<Registrant>,
    owner: Owner,
    told: SubscriptionId,
}

async fn furnished(rig: &Rig, rows: usize) -> Furnished {
    let organizer = PersonId(fresh_id());
    let hosted = || Meeting { organizer, ..meeting() };
    let question = || Question {
        id: QuestionId(fresh_id()),
        display_name: Some("Which river?".to_owned()),
        is_required: false,
        input: AnswerInput::Text,
    };
    let built_in = BuiltIn { questions: (0..rows).map(|_| question()).collect(), ..BuiltIn::default() };
    let (first, kind) = (hosted(), RegistrationKind::BuiltIn(Box::new(built_in)));
    let stage = rig.stage_with(&Registration { kind, ..registration(first.id, None) }, first).await;
    for _ in 1..rows {
        assert_eq!(rig.store.create_meeting(&hosted(), &fact(0)).await.unwrap(), None);
    }
    rig.store.enroll(&stage.asks(0..rows)).await.unwrap();
    let (id, of) = (stage.meeting.id, stage.registration.id);
    let registrants = rig.store.list_registrants(id, of, None, LIMIT, false).await.unwrap().registrants;
    for registrant in &registrants {
        rig.store.record_attendance(registrant, at(60)).await.unwrap();
    }
    for _ in 1..rows {
        rig.store.ask_for_letter(&registrants[0], &fact(60)).await.unwrap();
    }
    let owner = Owner { tenant: TENANT, app: Some(AppId(organizer.0.to_string())), person: None };
    let new = || Subscription { owner: owner.clone(), ..subscription(Watched::Meetings) };
    let subscriptions: Vec<Subscription> = (0..rows).map(|_| new()).collect();
    for new in &subscriptions {
        let limits = SubscriptionLimits { per_app: LIMIT, per_tenant: LIMIT };
        let made = rig.store.create_subscription(new, fresh_id(), limits).await.unwrap();
        assert_eq!(made, Subscribed::Now);
    }
    let told = subscriptions[0].id;
    let visit = rig.store.visit_subscription(told, at(1), at(1) + MINUTE).await.unwrap().unwrap();
    for _ in 0..rows {
        assert!(rig.store.begin_delivery(&visit, "{}", 1, at(1), at(1)).await.unwrap().is_some());
    }
    Furnished { stage, registrants, owner, told }
}

impl Furnished {
    fn ids(&self) -> Vec<RegistrantId> {
        self.registrants.iter().map(|registrant| registrant.id).collect()
    }

    /// Reads a list; tells how long it is.
    async fn read(&self, store: &Store, list: List) -> usize {
        let Stage { meeting, registration } = &self.stage;
        let is_other = |property, value| Filter::Compare(property, Comparison::Ne, value);
        let name = is_other(Property::LastName, Literal::Text("nobody".to_owned()));
        let kind = is_other(Property::Kind, Literal::Exact("missed".to_owned()));
        let by_name = [Order { property: Property::LastName, is_descending: true }];
        let by_tries = [Order { property: Property::AttemptCount, is_descending: true }];
        let all = Listing { tenant: TENANT, registration, filter: None, orders: &[] };
        let sent = Sent { tenant: TENANT, subscription: self.told, filter: None, orders: &[] };
        match list {
            List::Registrants => {
                let page = store.list_registrants(meeting.id, registration.id, None, LIMIT, false).await;
                page.unwrap().registrants.len()
            }
            List::RegistrantsByIds => store.find_registrants(meeting.id, &self.ids()).await.unwrap().len(),
            List::RegistrantsAskedFor => {
                let listing = Listing { filter: Some(&name), orders: &by_name, ..all };
                store.list_registrants_by(listing, None, 0, LIMIT).await.unwrap().registrants.len()
            }
            List::Attended => {
                let page = store.list_attended(all, None, 0, LIMIT).await.unwrap();
                page.attended.iter().filter(|(_, joined)| !joined.is_empty()).count()
            }
            List::Passes => {
                let ids = self.ids();
                store.list_attendance(meeting.id, ids[0], ids[ids.len() - 1]).await.unwrap().len()
            }
            List::Deliveries => store.list_deliveries(sent, None, 0, LIMIT).await.unwrap().deliveries.len(),
            List::DeliveriesAskedFor => {
                let sent = Sent { filter: Some(&kind), orders: &by_tries, ..sent };
                store.list_deliveries(sent, None, 0, LIMIT).await.unwrap().deliveries.len()
            }
            List::Questions => {
                let hosted = store.find_hosted(meeting.id).await.unwrap().unwrap();
                hosted.registration.unwrap().built_in().unwrap().questions.len()
            }
            List::Subscriptions => store.list_subscriptions(&self.owner).await.unwrap().len(),
            List::Meetings => {
                let ids = store.list_meeting_ids(TENANT, meeting.organizer, None, LIMIT).await.unwrap();
                store.find_meetings(&ids).await.unwrap().len()
            }
            List::Letters => store.list_letters(meeting.id, self.registrants[0].id).await.unwrap().len(),
        }
    }
}

/// How long a list is, and what it asks the database, over connections of its own.
async fn asked(rig: &Rig, read: impl AsyncFnOnce(&Store) -> usize) -> (usize, Vec<String>) {
    let store = rig.another().await;
    let (length, statements) = count(async {
        let length = read(&store).await;
        // The driver logs a statement behind its last row; once closed it has logged them all.
        store.close().await;
        length
    })
    .await;
    let is_question = |text: &&String| ["SELECT", "WITH"].iter().any(|word| text.starts_with(word));
    let mut questions: Vec<String> =
        statements.iter().filter(is_question).map(|text| for_any_length(text)).collect();
    // Each connection logs by itself, so of two the later statement may be told first.
    questions.sort_unstable();
    (length, questions)
}

/// A statement as it is for any number of values in its lists. About one meeting it names the slot, which is why that
/// one looks otherwise.
fn for_any_length(text: &str) -> String {
    let mut pieces = text.split('$');
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        text.push('?');
        text.push_str(piece.trim_start_matches(|letter: char| letter.is_ascii_digit()));
    }
    for (several, one) in [("?,?", "?"), ("(?),(?)", "(?)")] {
        while text.contains(several) {
            text = text.replace(several, one);
        }
    }
    text.replace("m.slot = ? AND m.meeting_id = ?", "(m.slot, m.meeting_id) IN (VALUES (?))")
}

pub async fn a_list_of_one_and_of_three_ask_the_same_statements(rig: &Rig) {
    let (one, three) = (furnished(rig, 1).await, furnished(rig, 3).await);

    for (list, cost) in LISTS {
        let (length, for_one) = asked(rig, async |store: &Store| one.read(store, list).await).await;
        assert_eq!((length, for_one.len()), (1, cost), "{list:?}: {for_one:#?}");
        let for_three = asked(rig, async |store: &Store| three.read(store, list).await).await;
        assert_eq!(for_three, (3, for_one), "{list:?}");
    }

    let list = List::RegistrantsByIds;
    let together = asked(rig, async |store: &Store| three.read(store, list).await).await;
    let one_by_one = asked(rig, async |store: &Store| {
        let mut length = 0;
        for id in three.ids() {
            length += store.find_registrants(three.stage.meeting.id, &[id]).await.unwrap().len();
        }
        length
    })
    .await;
    assert_eq!(one_by_one.0, together.0);
    assert_ne!(one_by_one.1, together.1, "the control: a query in a loop is other statements");
}
