//! Short lists, asked about in memory: by what is shown of their items.

use domain::query::{Filter, Literal, Property, Subject, in_order};
use serde::Serialize;
use serde_json::Value;

use super::Asked;
use super::list::{Kind, List};

/// The items that are asked for, in the order that is asked for.
pub fn choose<T: Serialize>(items: Vec<T>, list: &List, asked: &Asked) -> Vec<T> {
    if asked.is_everything() {
        return items;
    }
    let shown = items.into_iter().map(|item| (Shown::new(&item, list), item));
    let mut chosen: Vec<(Shown<'_>, T)> =
        shown.filter(|(shown, _)| is_asked(shown, asked.filter.as_ref())).collect();
    chosen.sort_by(|(one, _), (other, _)| in_order(one, other, &asked.orders));
    chosen.into_iter().map(|(_, item)| item).collect()
}

fn is_asked(shown: &Shown<'_>, filter: Option<&Filter>) -> bool {
    filter.is_none_or(|filter| filter.matches(shown))
}

struct Shown<'a> {
    members: Value,
    list: &'a List,
}

impl<'a> Shown<'a> {
    fn new<T: Serialize>(item: &T, list: &'a List) -> Self {
        Self { members: serde_json::to_value(item).unwrap_or_default(), list }
    }
}

impl Subject for Shown<'_> {
    fn value(&self, property: Property) -> Literal {
        let shown = &self.members[property.name()];
        let kind =
            self.list.members.iter().find(|member| member.property == property).map(|member| member.kind);
        let text = |make: fn(String) -> Literal| shown.as_str().map(|text| make(text.to_owned()));
        let literal = match kind {
            Some(Kind::Name | Kind::Text) => text(Literal::Text),
            Some(Kind::Exact | Kind::Choice(_)) => text(Literal::Exact),
            Some(Kind::Instant) => shown.as_str().and_then(|text| text.parse().ok()).map(Literal::Instant),
            Some(Kind::Number) => shown.as_i64().map(Literal::Number),
            Some(Kind::Flag) => shown.as_bool().map(Literal::Flag),
            // No list that is short has them.
            Some(Kind::Id) | None => None,
        };
        literal.unwrap_or(Literal::Null)
    }
}
