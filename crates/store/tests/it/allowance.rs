//! How many letters a mailbox gets that strangers can cause, and how many an organisation may have sent.

use domain::link::LinkKey;
use domain::{AddressHash, AddressUse, Email, OutboxId, TenantId};
use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinSet;

use crate::rig::{Rig, at, fresh_id};

fn mailbox(name: &str) -> AddressHash {
    let email = Email::parse(&format!("{name}@pinewater.example")).unwrap();
    AddressHash::of(&LinkKey::new([7; 32]), AddressUse::Allowance, &email)
}

fn letters(count: usize) -> Vec<OutboxId> {
    (0..count).map(|_| OutboxId(fresh_id())).collect()
}

fn to(mailbox: AddressHash, letters: &[OutboxId]) -> Vec<(AddressHash, OutboxId)> {
    letters.iter().map(|letter| (mailbox, *letter)).collect()
}

async fn rows(rig: &Rig) -> i64 {
    let nowhere = crate::rig::meeting().id;
    rig.raw.count("SELECT COUNT(*) FROM mail_allowance WHERE $1 = $1 AND $2 = $2", nowhere).await
}

pub async fn a_mailbox_gets_so_many_letters_in_an_hour_and_the_first_ones(rig: &Rig) {
    let (odile, bram) = (mailbox("odile"), mailbox("bram"));
    let (first, later) = (letters(5), letters(4));
    let both: Vec<_> = to(odile, &first).into_iter().chain(to(bram, &later[..1])).collect();

    let withheld = rig.store.withhold_letters(&both, 3, at(0)).await.unwrap();

    assert_eq!(withheld, first[3..].iter().copied().collect());
    let withheld = rig.store.withhold_letters(&to(odile, &later[1..2]), 3, at(3_599)).await.unwrap();
    assert_eq!(withheld.len(), 1);
    let withheld = rig.store.withhold_letters(&to(odile, &later[2..]), 3, at(3_600)).await.unwrap();
    assert!(withheld.is_empty(), "an hour later there may be others");
}

pub async fn a_letter_that_is_tried_again_is_counted_once_by_every_node(rig: &Rig) {
    let (odile, other) = (mailbox("odile"), rig.another().await);
    let (one, more) = (letters(1), letters(2));

    for store in [&rig.store, &other, &rig.store, &other] {
        assert!(store.withhold_letters(&to(odile, &one), 2, at(0)).await.unwrap().is_empty());
    }

    let withheld = rig.store.withhold_letters(&to(odile, &more), 2, at(1)).await.unwrap();
    assert_eq!(withheld, [more[1]].into());
}

pub async fn several_nodes_at_once_grant_no_more_than_there_may_be(rig: &Rig) {
    let mut asking = JoinSet::new();
    for _ in 0..4 {
        let store = rig.another().await;
        asking.spawn(async move {
            let mut granted = 0;
            for _ in 0..10 {
                let letters = letters(2);
                // Two mailboxes in either order: whoever counts them never waits for somebody who waits in turn.
                let mut asked = to(mailbox("odile"), &letters[..1]);
                asked.extend(to(mailbox("bram"), &letters[1..]));
                let withheld = store.withhold_letters(&asked, 5, at(0)).await.unwrap();
                granted += asked.len() - withheld.len();
            }
            granted
        });
    }

    assert_eq!(asking.join_all().await.iter().sum::<usize>(), 10, "five for each of the two");
}

pub async fn what_is_remembered_of_a_mailbox_goes_after_an_hour_and_holds_no_address(rig: &Rig) {
    rig.store.withhold_letters(&to(mailbox("odile"), &letters(1)), 3, at(0)).await.unwrap();
    rig.store.withhold_letters(&to(mailbox("bram"), &letters(1)), 3, at(60)).await.unwrap();

    assert_eq!(rig.store.remove_expired_allowances(at(3_599)).await.unwrap(), 0);
    assert_eq!(rows(rig).await, 2);
    assert_eq!(rig.store.remove_expired_allowances(at(3_600)).await.unwrap(), 1);
    assert_eq!(rows(rig).await, 1);
    assert_eq!(rig.store.remove_expired_allowances(at(3_660)).await.unwrap(), 1);
}

pub async fn an_organisations_letters_are_counted_by_the_day_and_by_every_node(rig: &Rig) {
    let (ours, theirs) = (TenantId(fresh_id()), TenantId(fresh_id()));
    let (late, other) = (Timestamp::from_second(1_800_057_599).unwrap(), rig.another().await);
    let midnight = late + SignedDuration::from_secs(1);
    let mut counted = Vec::new();

    for (store, tenant, letters, now) in [
        (&rig.store, ours, 3, late),
        (&other, ours, 2, late),
        (&other, theirs, 1, late),
        (&rig.store, ours, 4, midnight),
        // The clock of this node is behind.
        (&other, ours, 1, late),
        (&rig.store, ours, 1, midnight),
    ] {
        counted.push(store.count_letters(tenant, letters, now).await.unwrap());
    }

    assert_eq!(counted, [3, 5, 1, 4, 5, 6]);
}
