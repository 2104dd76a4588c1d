//! Deliveries to a subscription as a caller asks for them: some of them, in some order, page by page.

use std::sync::LazyLock;

use domain::TenantId;
use domain::query::{Filter, Literal, Order, OrderKey, Position, Property, Subject};
use domain::subscription::{DeliveryStatus, SubscriptionId};

use crate::condition::{Items, Sql, Words};
use crate::delivering::{Delivery, DeliveryRow};
use crate::engine::{Text, query};
use crate::ordering::{NO_NUMBER, behind};
use crate::rows::{PerLength, number, pieces, placeholders};
use crate::{Fault, Store};

/// Which deliveries are asked for.
#[derive(Clone, Copy, Debug)]
pub struct Sent<'a> {
    /// Whose subscription it is: they wait for their own searches before others have to.
    pub tenant: TenantId,
    /// To which subscription.
    pub subscription: SubscriptionId,
    /// Which of them; all where it is `None`.
    pub filter: Option<&'a Filter>,
    /// In which order; as they were written where it is empty.
    pub orders: &'a [Order],
}

/// A page of deliveries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentPage {
    /// The deliveries, in order.
    pub deliveries: Vec<Delivery>,
    /// Where the next page starts. `None` on the last page.
    pub next: Option<Position>,
}

const LIST: &str = "SELECT delivery_no, kind, body, until_no, created_at, since_at, due_at, attempts, status, tried_at,
        answer
    FROM delivery WHERE slot = $1 AND subscription_id = $2 AND delivery_no > $3 ORDER BY delivery_no LIMIT $4";
const FIND: &str =
    "SELECT delivery_no, kind, body, until_no, created_at, since_at, due_at, attempts, status, tried_at,
        answer
    FROM delivery WHERE slot = ? AND subscription_id = ? AND delivery_no IN {}";
static FIND_THESE: LazyLock<PerLength> =
    LazyLock::new(|| PerLength::new(|numbers| Text::same(FIND.replace("{}", &placeholders(1, numbers)))));

impl Store {
    /// Up to `limit` deliveries behind a position, `skip` of them passed over. A fault that may pass where finding them
    /// takes longer than ten seconds.
    pub async fn list_deliveries(
        &self,
        sent: Sent<'_>,
        after: Option<&Position>,
        skip: u32,
        limit: u32,
    ) -> Result<SentPage, Fault> {
        let Some(slot) = sent.subscription.slot().map(number) else {
            return Ok(SentPage { deliveries: Vec::new(), next: None });
        };
        // One more than is wanted tells whether the list goes on.
        let beyond = i64::from(limit) + 1;
        let (mut deliveries, found) = if sent.filter.is_none() && sent.orders.is_empty() && skip == 0 {
            let after = after.map_or(0, |position| split(position).1);
            let list = query(LIST).bind(slot).bind(sent.subscription.0).bind(after).bind(beyond);
            let rows: Vec<DeliveryRow> = list.fetch_all(&self.readers).await?;
            let found = rows.len();
            (rows.into_iter().map(DeliveryRow::into_delivery).collect::<Result<Vec<_>, _>>()?, found)
        } else {
            let numbers = self.find_deliveries(sent, slot, after, skip, beyond).await?;
            (self.read_deliveries(sent.subscription, slot, &numbers).await?, numbers.len())
        };
        deliveries.truncate(limit as usize);
        let next = deliveries.last().filter(|_| found > limit as usize).map(|last| place(sent, last));
        Ok(SentPage { deliveries, next })
    }

    /// How many deliveries that is in all.
    pub async fn count_deliveries(&self, sent: Sent<'_>) -> Result<i64, Fault> {
        let Some(slot) = sent.subscription.slot().map(number) else { return Ok(0) };
        let mut sql = Sql::new();
        sql.push("SELECT ").push("COUNT(*)");
        self.of_subscription(&mut sql, sent, slot);
        let counted: Vec<i64> = self.find_bounded(sent.tenant, sql).await?;
        Ok(counted.first().copied().unwrap_or_default())
    }

    /// Their numbers, in order: bodies are not sorted.
    async fn find_deliveries(
        &self,
        sent: Sent<'_>,
        slot: i64,
        after: Option<&Position>,
        skip: u32,
        limit: i64,
    ) -> Result<Vec<i64>, Fault> {
        let (keys, _) = self.words_of_deliveries().orders(sent.orders);
        let mut sql = Sql::new();
        sql.push("SELECT ").push("d.delivery_no");
        self.of_subscription(&mut sql, sent, slot);
        if let Some(position) = after {
            let (at, at_number) = split(position);
            sql.push(" AND ");
            behind(&mut sql, &keys, at, ("d.delivery_no", false), at_number);
        }
        sql.push(" ORDER BY ");
        for (key, is_descending) in &keys {
            sql.push(key).push(if *is_descending { " DESC, " } else { ", " });
        }
        sql.push("d.delivery_no LIMIT ").bind(limit).push(" OFFSET ").bind(i64::from(skip));
        self.find_bounded(sent.tenant, sql).await
    }

    fn of_subscription<'q>(&self, sql: &mut Sql<'q>, sent: Sent<'_>, slot: i64) {
        sql.push(" FROM delivery d WHERE d.slot = ").bind(slot);
        sql.push(" AND d.subscription_id = ").bind(sent.subscription.0);
        if let Some(filter) = sent.filter {
            sql.push(" AND ");
            self.words_of_deliveries().filter(sql, filter);
        }
    }

    fn words_of_deliveries(&self) -> Words<'static> {
        Words { engine: self.engine(), items: Items::Deliveries }
    }

    async fn read_deliveries(
        &self,
        subscription: SubscriptionId,
        slot: i64,
        numbers: &[i64],
    ) -> Result<Vec<Delivery>, Fault> {
        let mut deliveries = Vec::with_capacity(numbers.len());
        for piece in pieces(numbers) {
            let find = query(FIND_THESE.text(piece.len())).bind(slot).bind(subscription.0);
            let find = piece.iter().fold(find, |find, number| find.bind(*number));
            let rows: Vec<DeliveryRow> = find.fetch_all(&self.readers).await?;
            let mut found =
                rows.into_iter().map(DeliveryRow::into_delivery).collect::<Result<Vec<_>, _>>()?;
            found.sort_by_key(|delivery| piece.iter().position(|number| *number == delivery.number));
            deliveries.extend(found);
        }
        Ok(deliveries)
    }
}

/// Where a delivery stands.
fn place(sent: Sent<'_>, delivery: &Delivery) -> Position {
    let key = |order: &Order| match (delivery.value(order.property), order.property) {
        (Literal::Null, Property::Answer) => OrderKey::of(&Literal::Null),
        (Literal::Null, _) => OrderKey::Number(NO_NUMBER),
        (value, _) => OrderKey::of(&value),
    };
    let number = OrderKey::Number(delivery.number);
    Position { keys: sent.orders.iter().map(key).chain([number]).collect(), id: sent.subscription.0 }
}

/// What a delivery is ordered by, and its number.
fn split(position: &Position) -> (&[OrderKey], i64) {
    match position.keys.split_last() {
        Some((OrderKey::Number(number), keys)) => (keys, *number),
        _ => (&[], 0),
    }
}

impl Subject for Delivery {
    fn value(&self, property: Property) -> Literal {
        match property {
            Property::Kind => Literal::Exact(self.kind.clone()),
            Property::Status => Literal::Exact(self.status.name().to_owned()),
            Property::CreatedDateTime => Literal::Instant(self.created_at),
            Property::LastAttemptDateTime => self.tried_at.map_or(Literal::Null, Literal::Instant),
            Property::NextAttemptDateTime if self.status == DeliveryStatus::Waiting => {
                Literal::Instant(self.due_at)
            }
            Property::AttemptCount => Literal::Number(self.attempts.into()),
            Property::Answer => self.answer.clone().map_or(Literal::Null, Literal::Text),
            _ => Literal::Null,
        }
    }
}
