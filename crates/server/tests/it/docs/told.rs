//! What is told of the code: operations, errors, limits, configuration, metrics and log lines.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use domain::Operation;
use domain::permission::{Edition, permission};
use http_body_util::BodyExt;
use jiff::Timestamp;
use serde_json::Value;
use server::error::RequestIds;

use super::USHER;
use super::errors::every_error;
use super::shell::{Demo, Place, succeeded};
use super::text::{read, sources_of, table};

#[test]
fn the_table_of_operations_is_the_codes() {
    let names = |names: Vec<&str>| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    let row = |operation: Operation| {
        let permission = permission(operation, Edition::Strict);
        let below = [
            ("me", operation.on_me()),
            ("users", operation.on_users()),
            ("the version", operation.on_root()),
        ];
        let below: Vec<&str> =
            below.into_iter().filter(|(_, is_served)| *is_served).map(|(name, _)| name).collect();
        let template = operation.resource().template();
        format!(
            "| {} | {} | {} | {} | {} | {} | {} |",
            operation.name(),
            operation.method().name(),
            if template.is_empty() { "itself".to_owned() } else { format!("`{template}`") },
            below.join(", "),
            names(permission.delegated.iter().map(|scope| scope.name()).collect()),
            names(permission.application.iter().map(|role| role.name()).collect()),
            operation.success(),
        )
    };
    let expected: Vec<String> = Operation::ALL.into_iter().map(row).collect();

    let told = table(&read("docs/graph-compat.md"), "operations");

    assert_eq!(told, expected, "the rows should be:\n{}\n", expected.join("\n"));
}

#[tokio::test]
async fn the_table_of_inner_codes_is_the_codes() {
    let mut expected = BTreeSet::new();
    for error in every_error() {
        let inner = error.inner_code().expect("every error has an inner code");
        let status = error.status().as_u16();
        let ids = RequestIds { request: String::new(), client: String::new() };
        let body = error.into_response(&ids, Timestamp::UNIX_EPOCH).into_body().collect().await;
        let body: Value = serde_json::from_slice(&body.expect("a body of bytes").to_bytes()).expect("JSON");
        let code = body["error"]["code"].as_str().expect("a code").to_owned();
        assert_eq!(body["error"]["innerError"]["code"], inner);
        expected.insert(format!("| {status} | {code} | `{inner}` |"));
    }

    let rows = table(&read("docs/graph-compat.md"), "inner codes");
    let told: Vec<String> =
        rows.iter().map(|row| row.split_inclusive('|').take(4).collect::<String>()).collect();

    assert_eq!(told, expected.into_iter().collect::<Vec<_>>());
    for row in &rows {
        assert!(row.split('|').nth(4).is_some_and(|meaning| meaning.trim().len() > 5), "no meaning: {row}");
    }
}

#[test]
fn the_limits_told_are_the_codes() {
    use domain::text::limit::{
        ANSWER, ATTENDEES, DESCRIPTION, EMAIL, EXTERNAL_ID, NAME, OPTIONS, QUESTIONS, SPEAKERS, SUBJECT, URL,
    };
    let text = read("docs/graph-compat.md");
    let section =
        text.split("### Limits").nth(1).and_then(|rest| rest.split("\n## ").next()).expect("there is one");
    let section = section.replace('\n', " ");
    let spelled =
        |n: usize| if n < 1_000 { n.to_string() } else { format!("{},{:03}", n / 1_000, n % 1_000) };

    for (what, limit) in [
        ("question and option", SUBJECT),
        ("biography", DESCRIPTION),
        ("names", NAME),
        ("e-mail", EMAIL),
        ("answer", ANSWER),
        ("external id", EXTERNAL_ID),
        ("web address", URL),
        ("questions of a registration", QUESTIONS),
        ("options of a question", OPTIONS),
        ("speakers", SPEAKERS),
        ("attendees named on a meeting", ATTENDEES),
    ] {
        let sentence = format!("{what} {}", spelled(limit));
        assert!(section.contains(&sentence), "`{sentence}` is not in: {section}");
    }
}

#[test]
fn the_configuration_reference_is_what_the_program_prints() {
    let output = Command::new(USHER).args(["config", "--reference"]).output().expect("usher starts");

    assert!(succeeded(&output) == read("docs/config.md"), "run `cargo xtask docs`");
}

/// Every key that changes what a client meets is in one table, with the default that the program prints.
#[test]
fn the_switches_told_are_those_of_the_configuration() {
    let reference = read("docs/config.md");
    let rows_of = |section: &str| {
        let heading = format!("\n## `[{section}]`\n");
        let rest = reference.split(&heading).nth(1).and_then(|rest| rest.split("\n## ").next());
        let rows = rest.expect("the section is there").lines().filter(|line| line.starts_with("| `"));
        rows.map(|row| (format!("{section}.{}", cell(row, 1)), cell(row, 3))).collect::<Vec<_>>()
    };
    let of_links = rows_of("join").into_iter().filter(|(key, _)| key == "join.base_url");
    let expected: Vec<(String, String)> = rows_of("compat").into_iter().chain(of_links).collect();
    assert!(expected.len() > 3, "{expected:?}");

    let rows = table(&read("docs/graph-compat.md"), "switches");

    let told: Vec<(String, String)> = rows.iter().map(|row| (cell(row, 1), cell(row, 2))).collect();
    assert_eq!(told, expected);
    for row in &rows {
        let decision = cell(row, 5);
        assert!(decision.parse().is_ok_and(|n: u8| (1..=18).contains(&n)), "no decision: {row}");
    }
}

#[test]
fn the_metrics_told_are_the_codes() {
    let counted = counted(&sources());
    assert!(counted.len() > 4, "only {counted:?} were found");

    assert_eq!(told_figures(), counted);
    let rules = read("docs/operate/alerts.yml");
    let asked =
        rules.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| word.starts_with("usher_"));
    asked.for_each(|name| {
        assert!(counted.contains_key(name), "alerts.yml asks for `{name}`, which nobody counts")
    });
}

#[test]
fn a_figure_is_read_with_its_kind_and_what_it_is_told_apart_by() {
    let source = r#"metrics::counter!("one", "x" => y, "z" => "w").increment(2); gauge!("two").set(0.0)"#;

    let found: Vec<(String, String)> = counted(source).into_iter().collect();

    let expected = [("one", "counter by x and z"), ("two", "gauge")];
    assert_eq!(found, expected.map(|(name, kind)| (name.to_owned(), kind.to_owned())));
}

/// The figures that a demo has from its own life, as the program gives them out.
#[test]
fn the_metrics_of_a_running_program_are_those_told() {
    let place = Place::new();
    let demo = Demo::start(place.shell("exec usher demo --json --listen 127.0.0.1:0"));
    let printed: Value = serde_json::from_str(&demo.first_line).expect("one object");
    let url = format!("{}/metrics", printed["baseUrl"].as_str().expect("an address"));
    let awaited = [
        "usher_graph_requests_total",
        "usher_changes_total",
        "usher_letters_total",
        "usher_outbox_waiting",
        "usher_outbox_oldest_seconds",
    ];
    let are_there = awaited.map(|name| format!("grep -q '^{name}' exposed")).join(" && ");

    let wait = format!("until curl -sf '{url}' >exposed && {are_there}; do sleep 1; done\n");
    let said = succeeded(&place.run(&format!("{wait}cat exposed\n")));

    let told = told_figures();
    let kinds: BTreeMap<&str, &str> =
        said.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' ')).collect();
    for line in said.lines().filter(|line| line.starts_with("usher_")) {
        let (name, rest) = line.split_at(line.find(['{', ' ']).expect("a name has a value"));
        let labels = rest.split('"').step_by(2).filter_map(|part| part.strip_suffix('='));
        let labels: Vec<&str> = labels.map(|part| part.trim_start_matches(['{', ','])).collect();
        let kind = kinds.get(name).expect("a figure has a kind");
        assert_eq!(told.get(name), Some(&figure(kind, &labels)), "{line}");
    }
}

#[test]
fn every_complaint_in_the_log_is_in_the_operating_guide() {
    let complaints =
        ["tracing::error!(", "tracing::warn!("].map(|call| complaints(&sources(), call)).concat();
    assert!(complaints.len() > 20, "only {complaints:?} were found");

    let told = first_spans(&table(&read("docs/operate.md"), "log lines"), 2);

    for text in &complaints {
        assert!(told.iter().any(|told| text.starts_with(told)), "docs/operate.md does not tell of `{text}`");
    }
    for told in &told {
        assert!(complaints.iter().any(|text| text.starts_with(told)), "nobody says `{told}`");
    }
}

/// The sources of the program and of the store, as one text.
fn sources() -> String {
    sources_of(&["crates/server/src", "crates/store/src"]).concat()
}

/// What the operating guide tells of figures: each by its name, as [`figure`] puts it.
fn told_figures() -> BTreeMap<String, String> {
    let told = |row: &String| {
        let kind = cell(row, 2);
        (cell(row, 1), kind.split(',').next().unwrap_or_default().to_owned())
    };
    table(&read("docs/operate.md"), "metrics").iter().map(told).collect()
}

/// The figures that calls in the sources count, in the same way.
fn counted(sources: &str) -> BTreeMap<String, String> {
    let mut figures = BTreeMap::new();
    for kind in ["counter", "gauge", "histogram"] {
        let opening = format!("{kind}!(\"");
        for rest in sources.split(opening.as_str()).skip(1) {
            let call = rest.split(')').next().unwrap_or_default();
            let (name, labels) = call.split_once('"').unwrap_or_default();
            let labels = labels.split(',').filter_map(|pair| pair.split_once("=>"));
            let labels: Vec<&str> = labels.map(|(label, _)| label.trim().trim_matches('"')).collect();
            let before = figures.insert(name.to_owned(), figure(kind, &labels));
            assert!(before.is_none_or(|before| before == figures[name]), "{name} is counted in two ways");
        }
    }
    figures
}

/// The kind of a figure, and what its values are told apart by.
fn figure(kind: &str, labels: &[&str]) -> String {
    if labels.is_empty() { kind.to_owned() } else { format!("{kind} by {}", labels.join(" and ")) }
}

/// The texts of the calls: the first quoted text of each, its lines joined.
fn complaints(text: &str, call: &str) -> Vec<String> {
    let texts = text.split(call).skip(1).filter_map(|rest| rest.split('"').nth(1));
    texts.map(|text| text.split("\\\n").map(str::trim_start).collect::<String>()).collect()
}

/// The code in that column of each row.
fn first_spans(rows: &[String], column: usize) -> BTreeSet<String> {
    rows.iter().filter_map(|row| row.split('|').nth(column)?.split('`').nth(1)).map(str::to_owned).collect()
}

/// What a cell of a row says, without marks.
fn cell(row: &str, column: usize) -> String {
    row.split('|').nth(column).unwrap_or_default().replace(['`', '"'], "").trim().to_owned()
}
