//! Whose turn it is, and what a visit that breaks leaves behind.

use std::net::IpAddr;

use domain::change::ChangeType;
use domain::subscription::{Owner, Watched};
use domain::{AppId, PersonId};
use jiff::Timestamp;
use store::{Subscribed, SubscriptionLimits};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::*;
use crate::config::Config;
use crate::outgoing::Looking;
use crate::start::build;

const TENANT: TenantId = TenantId(Uuid::from_u128(7));

fn due(tenant: u128, id: u128) -> DueSubscription {
    DueSubscription { id: SubscriptionId(Uuid::from_u128(id)), tenant: TenantId(Uuid::from_u128(tenant)) }
}

#[test]
fn a_busy_organisation_leaves_hands_to_the_others() {
    let busy = (0..9).map(|id| due(1, id));
    let all: Vec<DueSubscription> = busy.chain([due(2, 20), due(2, 21), due(3, 30)]).collect();
    let chosen = |hands: &[(u128, usize)], room: usize| -> Vec<u128> {
        let of_tenants = hands.iter().map(|(id, hands)| (TenantId(Uuid::from_u128(*id)), *hands)).collect();
        choose(all.clone(), &of_tenants, room).iter().map(|due| due.id.0.as_u128()).collect()
    };

    assert_eq!(chosen(&[], 4), [0, 20, 30, 1], "one of each, and then the next");
    assert_eq!(chosen(&[(1, 5), (2, 1)], 3), [30, 20, 21], "the fewest hands first");
    assert_eq!(chosen(&[(1, 8)], 32), [20, 30, 21], "who has their part gets no more");
    assert_eq!(chosen(&[], 32).len(), 8 + 3);
}

/// A subscription to somebody's meetings whose receiver is to be told at once that it ends soon.
fn about_to_end(number: u128, host: &str, created_at: Timestamp, now: Timestamp) -> Subscription {
    let organizer = PersonId(Uuid::from_u128(9));
    let feed = Watched::Meetings.feed(TENANT, organizer);
    let mut random = [0; 16];
    random[..8].copy_from_slice(&number.to_be_bytes()[8..]);
    Subscription {
        id: SubscriptionId::from_random(random, feed),
        owner: Owner { tenant: TENANT, app: Some(AppId("desk".to_owned())), person: Some(organizer) },
        organizer,
        watched: Watched::Meetings,
        resource: "me/onlineMeetings".to_owned(),
        change_types: vec![ChangeType::Created],
        notification_url: host.to_owned(),
        lifecycle_url: Some(host.to_owned()),
        client_state: None,
        created_at,
        expires_at: now.saturating_add(SignedDuration::from_mins(10)).unwrap(),
        secret_generation: 1,
        overlap_until: None,
    }
}

/// A receiver that takes everything and says each time that it did.
async fn receiver() -> (String, mpsc::UnboundedReceiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://whole.example:{}/", listener.local_addr().unwrap().port());
    let (took, taken) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 4_096]).await;
            let _ = stream.write_all(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n").await;
            let _ = took.send(());
        }
    });
    (address, taken)
}

/// As many visits panic as an organisation has hands: whoever comes next is visited all the same, and so is each whose visit
/// broke, once its lease is over.
#[tokio::test]
async fn a_visit_that_panics_gives_its_hand_back() {
    let folder = tempfile::tempdir().unwrap();
    let config = format!(
        "server.public_url = \"http://localhost\"\nserver.data_dir = {:?}\nidentity.builtin.enabled = true\n\
         [[identity.tenant]]\nid = \"{TENANT}\"\nname = \"Riverbend\"\n[mail]\nmailbox = true\n\
         from = \"events@riverbend.example\"",
        folder.path(),
    );
    let now: Timestamp = "2027-02-01T09:00:00Z".parse().unwrap();
    let clock = Clock::frozen(now);
    let config = Config::from_toml_str(&config).unwrap();
    let app = build(&config, clock.clone(), Source::seeded(1)).await.unwrap().app;
    let (whole, mut taken) = receiver().await;
    let broken = whole.replace("whole", "broken");
    let limits = SubscriptionLimits { per_app: 100, per_tenant: 100 };
    for number in 0..=HANDS_OF_A_TENANT as u128 {
        let is_last = number == HANDS_OF_A_TENANT as u128;
        let created_at = now - SignedDuration::from_hours(30 - number as i64);
        let new = about_to_end(number, if is_last { &whole } else { &broken }, created_at, now);
        let stored = app.store.create_subscription(&new, Uuid::from_u128(number), limits).await.unwrap();
        assert_eq!(stored, Subscribed::Now);
    }
    let (asked, mut asking) = mpsc::unbounded_channel();
    let outgoing = Outgoing::new(
        Vec::new(),
        true,
        Duration::from_secs(5),
        Arc::new(move |name: String| -> Looking {
            if name == "broken.example" {
                let _ = asked.send(());
                panic!("on purpose");
            }
            Box::pin(async { Ok(vec![IpAddr::from([127, 0, 0, 1])]) })
        }),
    );
    let links = app.mailroom.links().clone();
    let courier = Courier::new(app.store.clone(), clock.clone(), app.ids.clone(), links, outgoing);
    let running = {
        let courier = courier.clone();
        tokio::spawn(async move { courier.run(std::future::pending()).await })
    };
    let soon = |what: &'static str| async move {
        tokio::time::sleep(Duration::from_secs(30)).await;
        panic!("{what}");
    };

    for _ in 0..HANDS_OF_A_TENANT {
        tokio::select! { _ = asking.recv() => {}, () = soon("not everybody is visited") => {} }
    }
    tokio::select! { _ = taken.recv() => {}, () = soon("all hands are gone") => {} }
    clock.set(now.saturating_add(SignedDuration::from_mins(4)).unwrap());
    tokio::select! { _ = asking.recv() => {}, () = soon("nobody is visited again") => {} }

    running.abort();
}
