//! The order of a list in SQL, and what stands behind a place in it: what [`domain::query::OrderKey`] says in Rust.

use domain::RegistrationKind;
use domain::query::{Order, OrderKey, Position, Property};

use crate::condition::{Column, Sql, Words};

impl Words<'_> {
    /// What a list is ordered by before the order of arrival, and whether that is turned around.
    pub(crate) fn orders(&self, orders: &[Order]) -> (Vec<(String, bool)>, bool) {
        let is_arrival =
            |order: &&Order| order.property == Property::Id && *self.kind != RegistrationKind::External;
        let arrival = orders.iter().find(is_arrival);
        let before = orders.iter().take_while(|order| !is_arrival(order));
        let keys = before.map(|order| (self.key(order.property), order.is_descending)).collect();
        (keys, arrival.is_some_and(|order| order.is_descending))
    }

    /// What [`OrderKey::of`] makes of a property.
    fn key(&self, property: Property) -> String {
        match self.column(property) {
            Column::Folded(column) => format!("COALESCE('.' || lower({column}), '')"),
            Column::Plain(column) if property == Property::RegistrationDateTime => column.to_owned(),
            Column::Plain(column) => format!("COALESCE('.' || {column}, '')"),
            Column::QuestionText | Column::Nothing => "''".to_owned(),
        }
    }

    /// Adds that an item stands behind a position.
    pub(crate) fn behind(
        &self,
        sql: &mut Sql<'_>,
        keys: &[(String, bool)],
        is_turned: bool,
        position: &Position,
    ) {
        let is_behind = |is_descending: bool| if is_descending { " < " } else { " > " };
        for ((key, is_descending), at) in keys.iter().zip(&position.keys) {
            let bind = |sql: &mut Sql<'_>| {
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
        sql.push("r.registrant_id").push(is_behind(is_turned)).bind(position.id);
        sql.push(&"))".repeat(keys.len().min(position.keys.len())));
    }
}
