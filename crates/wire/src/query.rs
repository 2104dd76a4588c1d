//! OData query options, with and without the `$`, encoded or not. docs/graph-compat.md#query-options, docs/queries.md.

mod expand;
mod filter;
mod items;
pub mod list;
mod order;
mod parser;
mod search;
mod token;

use domain::operation::{Method, QueryOption};
use domain::query::{Filter, Order, bound};
use domain::{FieldProblem, Operation, ProblemCode};
use percent_encoding::percent_decode_str;

pub use expand::Expanded;
pub use items::choose;
use list::List;
pub use parser::ReadId;

/// Names that one `$select` may hold.
const MOST_SELECTED: usize = 100;

/// The options of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// `$expand`
    pub expand: Option<String>,
    /// `$filter`
    pub filter: Option<String>,
    /// `$orderby`
    pub orderby: Option<String>,
    /// `$search`
    pub search: Option<String>,
    /// `$top`
    pub top: Option<u32>,
    /// `$skip`, where it is above zero.
    pub skip: Option<u32>,
    /// `$skiptoken`
    pub skip_token: Option<String>,
    /// `$deltatoken`
    pub delta_token: Option<String>,
    /// `$count=true`
    pub count: bool,
    /// `$select`, as a list of names.
    pub select: Option<Vec<String>>,
}

/// Which items of a list are asked for, and in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// By `$filter` and `$search`: everything where it is `None`.
    pub filter: Option<Filter>,
    /// By `$orderby`: as they come where it is empty.
    pub orders: Vec<Order>,
}

impl Asked {
    /// Whether it is the list as it is.
    pub fn is_everything(&self) -> bool {
        self.filter.is_none() && self.orders.is_empty()
    }
}

/// What is wrong with the value of an option, and in which column of it.
#[derive(Debug, PartialEq, Eq)]
struct Fault {
    column: usize,
    message: String,
}

impl Fault {
    fn at(column: usize, message: impl Into<String>) -> Self {
        Self { column, message: message.into() }
    }

    fn of(self, option: &str) -> FieldProblem {
        problem(option, &format!("`{option}`, column {}: {}", self.column, self.message))
    }
}

impl Query {
    /// Reads a raw query string; every option that cannot be served is a fault, since leaving it out would
    /// answer another question than was asked. Options without a `$` that OData does not know are ignored.
    pub fn read(raw: &str) -> Result<Self, Vec<FieldProblem>> {
        let mut query = Self::default();
        let mut problems = Vec::new();
        let mut seen: Vec<String> = Vec::new();
        for pair in raw.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (decode(name), decode(value));
            let option = name.strip_prefix('$').unwrap_or(&name).to_ascii_lowercase();
            let is_known = name.starts_with('$') || is_system_option(&option);
            if is_known && seen.contains(&option) {
                problems.push(problem(&name, &format!("the option `{name}` is there twice")));
                continue;
            }
            if let Err(problem) = query.take(&name, &option, value) {
                problems.push(problem);
            }
            if is_known {
                seen.push(option);
            }
        }
        if problems.is_empty() { Ok(query) } else { Err(problems) }
    }

    fn take(&mut self, name: &str, option: &str, value: String) -> Result<(), FieldProblem> {
        match option {
            "expand" => self.expand = Some(value),
            "filter" => self.filter = Some(value),
            "orderby" => self.orderby = Some(value),
            "search" => self.search = Some(value),
            "skiptoken" => self.skip_token = Some(value),
            "deltatoken" => self.delta_token = Some(value),
            "select" if value.split(',').count() > MOST_SELECTED => {
                let message = format!("`$select` names at most {MOST_SELECTED} members");
                return Err(problem("$select", &message));
            }
            "select" => self.select = Some(value.split(',').map(|name| name.trim().to_owned()).collect()),
            "count" if value == "true" || value == "false" => self.count = value == "true",
            "count" => return Err(problem("$count", "`$count` is `true` or `false`")),
            "top" => match value.parse::<u32>() {
                Ok(top) if top > 0 => self.top = Some(top),
                _ => return Err(problem("$top", "`$top` is a whole number above zero")),
            },
            "skip" => match value.parse::<u32>() {
                Ok(skip) if skip <= bound::SKIP => self.skip = Some(skip).filter(|skip| *skip > 0),
                _ => {
                    let most = bound::SKIP;
                    return Err(problem("$skip", &format!("`$skip` is a whole number of {most} at most")));
                }
            },
            _ if name.starts_with('$') || is_system_option(option) => {
                return Err(problem(name, &format!("the option `{name}` is not served here: leave it out")));
            }
            _ => {}
        }
        Ok(())
    }

    /// Refuses options that the operation does not serve; where its items are only counted, those that do not say which.
    pub fn allow(&self, operation: Operation, counts: bool) -> Result<(), Vec<FieldProblem>> {
        let given = [
            (QueryOption::Expand, self.expand.is_some()),
            (QueryOption::Filter, self.filter.is_some()),
            (QueryOption::OrderBy, self.orderby.is_some()),
            (QueryOption::Search, self.search.is_some()),
            (QueryOption::Top, self.top.is_some()),
            (QueryOption::Skip, self.skip.is_some()),
            (QueryOption::SkipToken, self.skip_token.is_some()),
            (QueryOption::DeltaToken, self.delta_token.is_some()),
            (QueryOption::Count, self.count),
            (QueryOption::Select, self.select.is_some()),
        ];
        let is_served = |option| match option {
            option if counts => operation.counting_options().contains(&option),
            QueryOption::Select => operation.method() == Method::Get,
            option => operation.query_options().contains(&option),
        };
        let problems: Vec<FieldProblem> = given
            .into_iter()
            .filter(|(option, is_given)| *is_given && !is_served(*option))
            .map(|(option, _)| {
                let name = option.name();
                problem(name, &format!("the option `{name}` is not served here: leave it out"))
            })
            .collect();
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    /// What is expanded, as far as the operation serves it; `None` where nothing is.
    pub fn expanded(&self, operation: Operation) -> Result<Option<Expanded>, Vec<FieldProblem>> {
        let (Some(text), Some(expandable)) = (&self.expand, expand::expandable(operation)) else {
            return Ok(None);
        };
        let expanded = expand::read_expand(text, expandable).map_err(|fault| vec![fault.of("$expand")])?;
        Ok(Some(expanded))
    }

    /// What is asked of a list, by `$filter`, `$search` and `$orderby`; ids are read by `read_id`. Every fault at once, each
    /// with the column it stands in.
    pub fn asked(&self, list: &'static List, read_id: ReadId<'_>) -> Result<Asked, Vec<FieldProblem>> {
        let mut problems = Vec::new();
        let mut keep = |option, fault: Fault| problems.push(fault.of(option));
        let filter = self.filter.as_deref().map(|text| filter::read_filter(text, list, read_id));
        let filter = filter.transpose().unwrap_or_else(|fault| {
            keep("$filter", fault);
            None
        });
        let search = self.search.as_deref().map(|text| search::read_search(text, list));
        let search = search.transpose().unwrap_or_else(|fault| {
            keep("$search", fault);
            None
        });
        let orders = self.orderby.as_deref().map(|text| order::read_orders(text, list));
        let orders = orders.transpose().unwrap_or_else(|fault| {
            keep("$orderby", fault);
            None
        });
        let asked = Asked { filter: Filter::both(filter, search), orders: orders.unwrap_or_default() };
        if problems.is_empty() { Ok(asked) } else { Err(problems) }
    }
}

fn check_length(text: &str) -> Result<(), Fault> {
    match text.chars().nth(bound::LENGTH) {
        None => Ok(()),
        Some(_) => {
            let message = format!("it is longer than {} characters", bound::LENGTH);
            Err(Fault::at(bound::LENGTH + 1, message))
        }
    }
}

fn is_system_option(name: &str) -> bool {
    matches!(
        name,
        "expand"
            | "filter"
            | "orderby"
            | "search"
            | "top"
            | "skip"
            | "skiptoken"
            | "count"
            | "select"
            | "apply"
            | "compute"
            | "format"
            | "deltatoken"
    )
}

fn problem(target: &str, message: &str) -> FieldProblem {
    FieldProblem::new(target, ProblemCode::UnsupportedQuery, message)
}

fn decode(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_arrive_in_every_spelling() {
        let expected =
            Query { top: Some(5), count: true, expand: Some("a/b c".to_owned()), ..Query::default() };
        for raw in [
            "$top=5&$count=true&$expand=a/b%20c",
            "%24top=5&%24count=true&%24expand=a%2Fb+c",
            "top=5&count=true&expand=a%2Fb%20c&utm=x",
        ] {
            assert_eq!(Query::read(raw), Ok(expected.clone()), "{raw}");
        }
    }

    #[test]
    fn an_option_that_cannot_be_served_is_named() {
        for (raw, target) in [
            ("$apply=x", "$apply"),
            ("format=json", "format"),
            ("$skip=-1", "$skip"),
            ("skip=100001", "$skip"),
            ("$top=1&top=2", "top"),
            ("$top=0", "$top"),
            ("$count=1", "$count"),
            ("$x=1", "$x"),
        ] {
            let problems = Query::read(raw).unwrap_err();
            assert_eq!(
                problems.iter().map(|problem| problem.target.as_str()).collect::<Vec<_>>(),
                [target],
                "{raw}"
            );
        }
    }

    #[test]
    fn an_option_of_another_operation_is_refused() {
        let query = Query::read("$top=1").unwrap();

        assert!(query.allow(Operation::ListRegistrants, false).is_ok());
        for (operation, counts) in [(Operation::GetRegistration, false), (Operation::ListRegistrants, true)] {
            assert_eq!(query.allow(operation, counts).unwrap_err()[0].target, "$top");
        }
    }
}
