//! What is told of the code: operations, errors, limits, configuration, metrics and log lines.

use std::collections::BTreeSet;
use std::process::Command;

use domain::Operation;
use domain::permission::{Edition, permission};
use http_body_util::BodyExt;
use jiff::Timestamp;
use serde_json::Value;
use server::error::RequestIds;

use super::USHER;
use super::errors::every_error;
use super::shell::succeeded;
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
    let counted = occurrences(&sources(), &["counter!(\"", "gauge!(\"", "histogram!(\""]);
    assert!(counted.len() > 4, "only {counted:?} were found");

    let told = first_spans(&table(&read("docs/operate.md"), "metrics"), 1);

    assert_eq!(told, counted);
    let rules = read("docs/operate/alerts.yml");
    let asked =
        rules.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| word.starts_with("usher_"));
    asked.for_each(|name| {
        assert!(counted.contains(name), "alerts.yml asks for `{name}`, which nobody counts")
    });
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

/// What stands between one of the openings and the next quotation mark.
fn occurrences(text: &str, openings: &[&str]) -> BTreeSet<String> {
    let found = openings.iter().flat_map(|opening| text.split(opening).skip(1));
    found.filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
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
