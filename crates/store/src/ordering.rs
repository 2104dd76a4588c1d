//! The order of a list in SQL, and what stands behind a place in it: what [`domain::query::OrderKey`] says in Rust.

use domain::RegistrationKind;
use domain::query::{Order, OrderKey, Property};

use crate::condition::{Column, Items, Sql, Words};
use crate::engine::Value;

impl Words<'_> {
    /// What a list is ordered by before the order of arrival, and whether that is turned around.
    pub(crate) fn orders(&self, orders: &[Order]) -> (Vec<(String, bool)>, bool) {
        let has_our_ids = !matches!(self.items, Items::Registrants(RegistrationKind::External));
        let is_arrival = |order: &&Order| order.property == Property::Id && has_our_ids;
        let arrival = orders.iter().find(is_arrival);
        let before = orders.iter().take_while(|order| !is_arrival(order));
        let keys = before.map(|order| (self.key(order.property), order.is_descending)).collect();
        (keys, arrival.is_some_and(|order| order.is_descending))
    }

    /// What [`OrderKey::of`] makes of a property.
    fn key(&self, property: Property) -> String {
        match self.column(property) {
            Column::Folded(column) => format!("COALESCE('.' || lower({column}), '')"),
            Column::Plain(column) if is_number(property) => format!("COALESCE({column}, {NO_NUMBER})"),
            Column::Plain(column) => format!("COALESCE('.' || {column}, '')"),
            Column::QuestionText | Column::Nothing => "''".to_owned(),
        }
    }
}

/// Stands for no number and no instant: it is less than any.
pub(crate) const NO_NUMBER: i64 = -1;

fn is_number(property: Property) -> bool {
    matches!(
        property,
        Property::RegistrationDateTime
            | Property::CreatedDateTime
            | Property::LastAttemptDateTime
            | Property::NextAttemptDateTime
            | Property::AttemptCount
            | Property::TotalAttendanceInSeconds
    )
}

/// Adds that an item stands behind another, by keys and what those of that are, and by an id where all of them are equal.
pub(crate) fn behind<'q>(
    sql: &mut Sql<'q>,
    keys: &[(String, bool)],
    at: &[OrderKey],
    (id, is_turned): (&str, bool),
    at_id: impl Into<Value<'q>>,
) {
    let is_behind = |is_descending: bool| if is_descending { " < " } else { " > " };
    for ((key, is_descending), at) in keys.iter().zip(at) {
        let bind = |sql: &mut Sql<'q>| {
            match at {
                OrderKey::Number(number) => sql.bind(*number),
                OrderKey::Text(text) => sql.bind(text.clone()),
            };
        };
        sql.push("(").push(key).push(is_behind(*is_descending));
        bind(sql);
        sql.push(" OR (").push(key).push(" = ");
        bind(sql);
        sql.push(" AND ");
    }
    sql.push(id).push(is_behind(is_turned)).bind(at_id);
    sql.push(&"))".repeat(keys.len().min(at.len())));
}
