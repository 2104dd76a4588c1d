//! `$batch`: several requests in one. docs/graph-compat.md#batches.

use domain::{FieldProblem, ProblemCode};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::body::{Body, Given, Members};

/// The most requests of a batch.
pub const MOST_REQUESTS: usize = 20;
/// The longest id of a request, in characters.
pub(crate) const LONGEST_ID: usize = 256;
/// The longest address of a request, in characters.
pub(crate) const LONGEST_URL: usize = 16_384;

/// One request of a batch, as it was sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Its name in this batch.
    pub id: String,
    /// Its method.
    pub method: String,
    /// Its address, in any of the spellings that clients use.
    pub url: String,
    /// Its headers, names in any case.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Option<Value>,
    /// Where those stand that it waits for: all before it.
    pub after: Vec<usize>,
}

/// The answer to one request of a batch, but for its body.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "batchResponse")]
pub struct Answered {
    /// The id of the request.
    pub id: String,
    /// The status of the answer.
    pub status: u16,
    /// Its headers.
    pub headers: Map<String, Value>,
}

/// Reads a batch, in an order in which each request stands behind those that it waits for. `depends_on`, as the Python
/// SDK writes it, means nothing to Graph, and nothing here.
pub fn read(body: &Body) -> Result<Vec<Item>, Vec<FieldProblem>> {
    let mut problems = Vec::new();
    let mut members = body.members(&mut problems);
    let sent = match members.objects("requests", MOST_REQUESTS, read_item) {
        Given::Is(sent) => sent,
        // Also where it is there and no list, which was reported as that.
        Given::Absent if members.has("requests") => Vec::new(),
        Given::Absent | Given::Null => {
            let message = "`requests` is missing: give a list of at most 20 requests";
            members.report("requests", ProblemCode::Missing, message);
            Vec::new()
        }
    };
    let found: Vec<Vec<usize>> = (0..sent.len()).map(|n| find_dependencies(&sent, n, &mut members)).collect();
    let order = put_in_order(&found);
    if order.len() < sent.len()
        && let Some(n) = (0..sent.len()).find(|n| !order.contains(n))
    {
        let message = "the requests wait for each other: none of them could begin";
        members.report(&format!("requests/{n}/dependsOn"), ProblemCode::InvalidBatch, message);
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let place = |n: &usize| order.iter().position(|other| other == n);
    Ok(order
        .iter()
        .map(|n| Item { after: found[*n].iter().filter_map(place).collect(), ..sent[*n].0.clone() })
        .collect())
}

/// A request, and the ids of those it waits for.
type Sent = (Item, Vec<String>);

fn read_item(members: &mut Members<'_>) -> Sent {
    let id = needed(members, "id", LONGEST_ID);
    let method = needed(members, "method", 16);
    let url = needed(members, "url", LONGEST_URL);
    let mut headers = Vec::new();
    match members.any("headers").cloned() {
        None => {}
        Some(Value::Object(map)) => {
            for (name, value) in map {
                match value {
                    Value::String(value) => headers.push((name, value)),
                    _ => {
                        members.report(
                            &format!("headers/{name}"),
                            ProblemCode::InvalidValue,
                            "a header is a text",
                        );
                    }
                }
            }
        }
        Some(_) => members.report("headers", ProblemCode::InvalidValue, "`headers` is an object of texts"),
    }
    let after = members.texts("dependsOn", MOST_REQUESTS).value().unwrap_or_default();
    let body = members.any("body").cloned();
    (Item { id, method, url, headers, body, after: Vec::new() }, after)
}

fn needed(members: &mut Members<'_>, name: &str, limit: usize) -> String {
    let given = members.text(name, limit);
    let is_blank = matches!(&given, Given::Is(text) if text.is_empty());
    if matches!(given, Given::Null) || is_blank || !members.has(name) {
        members.report(
            name,
            ProblemCode::Missing,
            format!("`{name}` is missing: a request of a batch has `id`, `method` and `url`"),
        );
    }
    given.value().unwrap_or_default()
}

/// Where those stand that a request waits for. Ids are compared without case.
fn find_dependencies(sent: &[Sent], n: usize, members: &mut Members<'_>) -> Vec<usize> {
    let find = |id: &str| sent.iter().position(|(item, _)| item.id.eq_ignore_ascii_case(id));
    let (item, after) = &sent[n];
    if !item.id.is_empty() && find(&item.id) != Some(n) {
        let message = format!("the id `{}` is there twice: give each request its own", item.id);
        members.report(&format!("requests/{n}/id"), ProblemCode::InvalidBatch, message);
    }
    let mut found = Vec::with_capacity(after.len());
    for id in after {
        match find(id) {
            Some(other) => found.push(other),
            None => {
                let message = format!("the batch has no request `{id}` to wait for");
                members.report(&format!("requests/{n}/dependsOn"), ProblemCode::InvalidBatch, message);
            }
        }
    }
    found
}

/// The order in which they can be answered, as near as can be to the one they came in; without those that wait for each
/// other.
fn put_in_order(waits_for: &[Vec<usize>]) -> Vec<usize> {
    let mut order: Vec<usize> = Vec::with_capacity(waits_for.len());
    while let Some(next) = (0..waits_for.len())
        .find(|n| !order.contains(n) && waits_for[*n].iter().all(|other| order.contains(other)))
    {
        order.push(next);
    }
    order
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read_requests(requests: Value) -> Result<Vec<Item>, Vec<FieldProblem>> {
        read(&Body::read(json!({ "requests": requests }).to_string().as_bytes()).unwrap())
    }

    fn get(id: &str, depends_on: &[&str]) -> Value {
        json!({"id": id, "method": "GET", "url": "/me", "dependsOn": depends_on, "depends_on": ["nobody"]})
    }

    #[test]
    fn requests_come_behind_those_they_wait_for() {
        let read = read_requests(json!([get("1", &["c"]), get("b", &[]), get("C", &["b"]), get("d", &[])]));

        let told: Vec<(String, Vec<usize>)> =
            read.unwrap().into_iter().map(|item| (item.id, item.after)).collect();
        let expected = [("b", vec![]), ("C", vec![0]), ("1", vec![1]), ("d", vec![])];
        assert_eq!(told, expected.map(|(id, after)| (id.to_owned(), after)));
    }

    #[test]
    fn what_does_not_fit_together_is_named() {
        let many: Vec<Value> = (0..21).map(|n| get(&n.to_string(), &[])).collect();
        for (requests, target, code) in [
            (json!(null), "requests", "memberMissing"),
            (json!([]), "", ""),
            (json!("x"), "requests", "invalidValue"),
            (json!(many), "requests", "tooLong"),
            (json!([get("a", &[]), get("A", &[])]), "requests/1/id", "invalidBatch"),
            (json!([get("a", &["b"])]), "requests/0/dependsOn", "invalidBatch"),
            (json!([get("a", &["a"])]), "requests/0/dependsOn", "invalidBatch"),
            (
                json!([get("a", &[]), get("b", &["c"]), get("c", &["b"])]),
                "requests/1/dependsOn",
                "invalidBatch",
            ),
            (json!([{"method": "GET", "url": "/me"}]), "requests/0/id", "memberMissing"),
            (json!([{"id": "a", "method": "GET"}]), "requests/0/url", "memberMissing"),
            (
                json!([{"id": "a", "method": "GET", "url": "/me", "headers": {"x": 1}}]),
                "requests/0/headers/x",
                "invalidValue",
            ),
        ] {
            let problems = read_requests(requests.clone()).err().unwrap_or_default();
            let first = problems.first().map(|problem| (problem.target.as_str(), problem.code.name()));
            assert_eq!(first.unwrap_or_default(), (target, code), "{requests}");
        }
    }
}
