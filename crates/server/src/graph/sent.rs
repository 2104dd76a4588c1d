//! What was sent to a subscription, and sending it again. docs/change-notifications.md.

use domain::Refusal;
use domain::subscription::DeliveryStatus;
use store::{Delivery, Made, OnceOf, Sent};
use wire::query::list;
use wire::subscription::{
    NotificationDelivery, NotificationStatus, Replayed, read_replay, write_delivery_id,
};
use wire::{Collection, Entity};

use super::once::{Key, find_answer, kept};
use super::paging::{PAGE, next_link, start};
use super::prefer::page_size;
use super::subscription::{check_watched, find};
use super::{Answer, Ask, Reply};

/// `GET /subscriptions/{id}/deliveries`, in the order in which they were written or as it is asked for; and `/$count` of it.
pub async fn list_deliveries(ask: &Ask<'_>) -> Answer {
    let subscription = find(ask).await?;
    check_watched(ask, subscription.organizer, subscription.watched).await?;
    let asked = ask.query.asked(&list::DELIVERIES, &|_, _| None)?;
    let sent = Sent {
        tenant: subscription.owner.tenant,
        subscription: subscription.id,
        filter: asked.filter.as_ref(),
        orders: &asked.orders,
    };
    let store = &ask.app.store;
    if ask.path.counts {
        return Ok(Reply::count(store.count_deliveries(sent).await?));
    }
    let (after, skip) = (start(ask, subscription.id.0)?, ask.query.skip.unwrap_or_default());
    let page = store.list_deliveries(sent, after.as_ref(), skip, page_size(ask, PAGE)).await?;
    let count = if ask.query.count { Some(store.count_deliveries(sent).await?) } else { None };
    let next_link = next_link(ask, subscription.id.0, page.next.as_ref())?;
    let id = subscription.id.to_string();
    let value = page.deliveries.into_iter().map(|delivery| show_delivery(&id, delivery)).collect();
    Ok(Reply::list(&Collection { context: ask.root().deliveries(&id), count, next_link, value }))
}

/// `POST /subscriptions/{id}/replay`: everything from one delivery on is sent again, in order and to the byte.
pub async fn replay(ask: &Ask<'_>) -> Answer {
    let subscription = find(ask).await?;
    check_watched(ask, subscription.organizer, subscription.watched).await?;
    let key = Key::of_a_subscription(ask, &subscription)?;
    if let Some(reply) = find_answer(ask, key).await? {
        return Ok(reply);
    }
    let from = read_replay(ask.body()?, &subscription.id.to_string())?;
    let context = format!("{}/$metadata#usher.replayed", ask.root().0);
    let answer = |count: &u64| {
        let entity = Replayed { delivery_count: *count };
        Reply::accepted(&Entity { context: context.clone(), etag: None, entity })
    };
    let keep = |count: &u64| kept(&answer(count));
    let once = key.map(|key| OnceOf { once: key.of_what_becomes(), answer: &keep });
    let store = &ask.app.store;
    match store.replay_deliveries(subscription.id, from, ask.app.clock.now(), once.as_ref()).await? {
        Made::Now(count) => {
            ask.app.courier.nudge();
            Ok(answer(&count))
        }
        Made::Before(kept) => Ok(Reply::kept(kept)),
        Made::KeyReused => Err(Refusal::IdempotencyKeyReused.into()),
    }
}

fn show_delivery(subscription: &str, delivery: Delivery) -> NotificationDelivery {
    let waits = delivery.status == DeliveryStatus::Waiting;
    NotificationDelivery {
        id: write_delivery_id(subscription, delivery.number),
        kind: delivery.kind,
        status: match delivery.status {
            DeliveryStatus::Waiting => NotificationStatus::Waiting,
            DeliveryStatus::Delivered => NotificationStatus::Delivered,
            DeliveryStatus::Dropped => NotificationStatus::Dropped,
        },
        created_date_time: wire::time::write(delivery.created_at),
        last_attempt_date_time: delivery.tried_at.map(wire::time::write),
        next_attempt_date_time: waits.then(|| wire::time::write(delivery.due_at)),
        attempt_count: delivery.attempts,
        answer: delivery.answer,
        body: hide_client_state(&delivery.body),
    }
}

/// A list shows bodies as they were sent, but for what only sender and receiver know.
fn hide_client_state(body: &str) -> String {
    let Ok(mut body) = serde_json::from_str::<serde_json::Value>(body) else { return String::new() };
    for item in body["value"].as_array_mut().into_iter().flatten() {
        item["clientState"] = serde_json::Value::Null;
    }
    body.to_string()
}
