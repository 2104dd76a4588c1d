//! What the audit sees, by spoiling one thing after the other behind the store's back.

use crate::life::id;
use crate::rig::{Rig, Stage, fact, seated};

async fn furnished(rig: &Rig) -> Stage {
    let stage = rig.stage(Some(3)).await;
    let places = seated(&rig.store.enroll(&stage.asks(0..3)).await.unwrap());
    rig.store.cancel_registrant(stage.meeting.id, places[0], &fact(1)).await.unwrap();
    stage
}

/// One has the place, two wait for it.
async fn waited_for(rig: &Rig) -> Stage {
    let stage = rig.waiting_stage(1).await;
    rig.come(&stage, 0..3).await;
    stage
}

pub async fn an_audit_of_what_operations_stored_finds_nothing(rig: &Rig) {
    let stage = furnished(rig).await;
    let closed = furnished(rig).await;
    rig.store.delete_registration(closed.meeting.id, closed.registration.id, &fact(2)).await.unwrap();
    let waited_for = waited_for(rig).await;
    let place = id(&rig.come(&waited_for, [0]).await[0]);
    let holder = rig.person(&waited_for, place).await;
    for second in [3, 4] {
        rig.store.ask_for_letter(&holder, &fact(second)).await.unwrap();
    }

    let audit = rig.store.audit().await.unwrap();

    assert_eq!((audit.registrations, audit.registrants), (3, 9));
    assert_eq!(rig.tally(waited_for.meeting.id).await.confirmations, 3, "two of them were asked for");
    assert_eq!(audit.breaches, []);
    assert_eq!(rig.tally(stage.meeting.id).await.live, 2);
}

pub async fn a_lowered_capacity_is_no_breach(rig: &Rig) {
    let stage = furnished(rig).await;
    let changed = domain::BuiltIn { capacity: Some(1), ..stage.built_in() };
    assert!(rig.store.update_registration(&stage.registration, &changed, &fact(2)).await.unwrap());

    assert_eq!(rig.store.audit().await.unwrap().breaches, []);
}

const HERE: &str = "slot = $1 AND meeting_id = $2 AND $3 IS NOT NULL";

/// The control of the two cases above: each rule is broken once, those about who waits and who is registered twice in the
/// two cases below.
pub async fn an_audit_finds_what_was_spoiled(rig: &Rig) {
    for (spoil, found) in [
        (
            format!("UPDATE roster SET seats_taken = 1 WHERE {HERE}"),
            vec![("seats taken are people", 1, 2), ("seats taken are places", 1, 2)],
        ),
        (format!("UPDATE roster SET registrant_count = 4 WHERE {HERE}"), vec![("the length", 4, 3)]),
        (
            format!("DELETE FROM event WHERE kind = 'registrantCanceled' AND {HERE}"),
            vec![("seats taken are places", 2, 3)],
        ),
        (
            format!("UPDATE registration SET capacity = 1 WHERE {HERE}"),
            vec![("seats taken are no more", 2, 1)],
        ),
        (
            format!("DELETE FROM outbox WHERE kind = 'confirmation' AND {HERE}"),
            vec![("whoever is registered has", 0, 1), ("whoever is registered has", 0, 1)],
        ),
        (
            format!("DELETE FROM outbox WHERE kind = 'cancellation' AND {HERE}"),
            vec![("whoever is canceled has", 0, 1)],
        ),
        (
            "INSERT INTO outbox (slot, outbox_id, meeting_id, registrant_id, kind, due_at, attempts, about)
             SELECT slot, $3, meeting_id, registrant_id, kind, due_at, attempts, about FROM outbox
             WHERE slot = $1 AND meeting_id = $2 AND kind = 'cancellation'"
                .to_owned(),
            vec![("of letters that tell somebody the same", 2, 1)],
        ),
    ] {
        finds(rig, &furnished(rig).await, &spoil, &found).await;
    }
}

/// The same for who waits.
pub async fn an_audit_finds_who_waits_and_is_not_counted_or_not_on_the_list(rig: &Rig) {
    let counted = "those counted as waiting";
    let listed = ("whoever waits or has an offer", 0, 1);
    for (spoil, found) in [
        (format!("UPDATE roster SET waitlist_count = 3 WHERE {HERE}"), vec![(counted, 3, 2)]),
        (format!("UPDATE roster SET pending_count = 1 WHERE {HERE}"), vec![(counted, 3, 2)]),
        (
            format!("UPDATE roster SET waitlist_count = 1, pending_count = 1 WHERE {HERE}"),
            vec![(counted, 2, 2)],
        ),
        (format!("DELETE FROM waiting WHERE {HERE}"), vec![listed, listed]),
        (format!("UPDATE waiting SET is_offered = TRUE WHERE {HERE}"), vec![listed, listed]),
    ] {
        finds(rig, &waited_for(rig).await, &spoil, &found).await;
    }
}

/// Spoils something of a meeting that was in order: what is found then begins with these words and has these figures.
async fn finds(rig: &Rig, stage: &Stage, spoil: &str, found: &[(&str, i64, i64)]) {
    let before = rig.store.audit().await.unwrap().breaches.len();
    rig.raw.execute(spoil, stage.meeting.id).await;

    let breaches = rig.store.audit().await.unwrap().breaches;

    let of_this: Vec<_> = breaches.iter().filter(|breach| breach.meeting == stage.meeting.id).collect();
    assert_eq!(breaches.len() - before, of_this.len(), "{spoil}");
    assert_eq!(of_this.len(), found.len(), "{spoil}: {of_this:?}");
    for (breach, (rule, stands, right)) in of_this.iter().zip(found) {
        assert!(breach.rule.starts_with(rule), "{spoil}: {breach:?}");
        assert_eq!((breach.stands, breach.right), (*stands, *right), "{spoil}");
    }
}

/// The same for the rule that the unique key keeps, once the key is gone.
pub async fn an_audit_finds_a_person_registered_twice(rig: &Rig) {
    let stage = furnished(rig).await;
    rig.raw.execute_text("DROP INDEX registrant_person").await;
    rig.raw
        .execute(
            "UPDATE registrant SET live_key = 'e:twice'
             WHERE slot = $1 AND meeting_id = $2 AND live_key IS NOT NULL AND $3 IS NOT NULL",
            stage.meeting.id,
        )
        .await;

    let breaches = rig.store.audit().await.unwrap().breaches;

    assert_eq!(breaches.len(), 1, "{breaches:?}");
    assert_eq!(
        (breaches[0].rule, breaches[0].stands, breaches[0].right),
        ("a person is registered once", 2, 1)
    );
}
