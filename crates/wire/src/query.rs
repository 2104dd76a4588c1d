//! OData query options, with and without the `$`, encoded or not. docs/graph-compat.md#query-options.

use domain::operation::{Method, QueryOption};
use domain::{FieldProblem, Operation, ProblemCode};
use percent_encoding::percent_decode_str;

/// The options of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// `$expand`
    pub expand: Option<String>,
    /// `$filter`
    pub filter: Option<String>,
    /// `$top`
    pub top: Option<u32>,
    /// `$skiptoken`
    pub skip_token: Option<String>,
    /// `$deltatoken`
    pub delta_token: Option<String>,
    /// `$count=true`
    pub count: bool,
    /// `$select`, as a list of names.
    pub select: Option<Vec<String>>,
}

impl Query {
    /// Reads a raw query string; every option that cannot be served is a fault, since leaving it out would
    /// answer another question than was asked. Options without a `$` that OData does not know are ignored.
    pub fn read(raw: &str) -> Result<Self, Vec<FieldProblem>> {
        let mut query = Self::default();
        let mut problems = Vec::new();
        for pair in raw.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (decode(name), decode(value));
            let option = name.strip_prefix('$').unwrap_or(&name).to_ascii_lowercase();
            match option.as_str() {
                "expand" => query.expand = Some(value),
                "filter" => query.filter = Some(value),
                "skiptoken" => query.skip_token = Some(value),
                "deltatoken" => query.delta_token = Some(value),
                "select" if value.split(',').count() > 100 => {
                    problems.push(problem("$select", "`$select` names at most 100 members"));
                }
                "select" => {
                    query.select = Some(value.split(',').map(|name| name.trim().to_owned()).collect())
                }
                "count" if value == "true" || value == "false" => query.count = value == "true",
                "count" => problems.push(problem("$count", "`$count` is `true` or `false`")),
                "top" => match value.parse::<u32>() {
                    Ok(top) if top > 0 => query.top = Some(top),
                    _ => problems.push(problem("$top", "`$top` is a whole number above zero")),
                },
                _ if name.starts_with('$') || is_system_option(&option) => {
                    problems.push(problem(
                        &name,
                        &format!("the option `{name}` is not served here: leave it out"),
                    ));
                }
                _ => {}
            }
        }
        if problems.is_empty() { Ok(query) } else { Err(problems) }
    }

    /// Refuses options that the operation does not serve.
    pub fn allow(&self, operation: Operation) -> Result<(), Vec<FieldProblem>> {
        let given = [
            (QueryOption::Expand, self.expand.is_some()),
            (QueryOption::Filter, self.filter.is_some()),
            (QueryOption::Top, self.top.is_some()),
            (QueryOption::SkipToken, self.skip_token.is_some()),
            (QueryOption::DeltaToken, self.delta_token.is_some()),
            (QueryOption::Count, self.count),
            (QueryOption::Select, self.select.is_some()),
        ];
        let is_served = |option| match option {
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
}

fn is_system_option(name: &str) -> bool {
    matches!(name, "orderby" | "search" | "skip" | "apply" | "compute" | "format")
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
            ("$orderby=email", "$orderby"),
            ("skip=3", "skip"),
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

        assert!(query.allow(Operation::ListRegistrants).is_ok());
        assert_eq!(query.allow(Operation::GetRegistration).unwrap_err()[0].target, "$top");
    }
}
