//! What an operation takes beside its body: parts of the path, query options, headers. As the OpenAPI document has it.

use domain::Operation;
use domain::operation::{Method, QueryOption, Resource};
use domain::query::bound;
use serde_json::{Value, json};

/// The parameters of an operation; where its items are only counted, those that say which.
pub(crate) fn parameters(operation: Operation, is_me: bool, counts: bool) -> Value {
    let mut parameters = Vec::new();
    let path = |name: &str, text: &str| json!({"name": name, "in": "path", "required": true, "description": text, "schema": {"type": "string"}});
    if !is_me && !operation.on_root() {
        parameters.push(path("userId", "Object id of the organizer."));
    }
    let template = operation.resource().template();
    for (name, text) in [
        ("meetingId", "Id of the onlineMeeting."),
        ("questionId", "Id of the question."),
        ("registrantId", "Id of the registrant; of an external one, its id in the external system."),
        ("reportId", "Id of the attendance report."),
        ("subscriptionId", "Id of the subscription."),
        ("format", "`csv`, `csvWithBom` (for Excel) or `xlsx`."),
    ] {
        if template.contains(&format!("{{{name}}}")) {
            parameters.push(path(name, text));
        }
    }
    for (name, text, schema) in query_options(operation, counts) {
        parameters.push(json!({"name": name, "in": "query", "description": text, "schema": schema}));
    }
    for (name, text, schema) in headers(operation).into_iter().filter(|_| !counts) {
        parameters.push(json!({"name": name, "in": "header", "description": text, "schema": schema}));
    }
    Value::Array(parameters)
}

fn query_options(operation: Operation, counts: bool) -> Vec<(&'static str, &'static str, Value)> {
    let select = (operation.method() == Method::Get && !counts).then_some(QueryOption::Select);
    let options = if counts { operation.counting_options() } else { operation.query_options() };
    let describe = |option: QueryOption| {
        let (text, schema) = describe_option(operation, option);
        (option.name(), text, schema)
    };
    options.iter().copied().chain(select).map(describe).collect()
}

fn describe_option(operation: Operation, option: QueryOption) -> (&'static str, Value) {
    let text = json!({"type": "string"});
    match option {
        QueryOption::Count => {
            ("Adds `@odata.count`: how many items there are on all pages.", json!({"type": "boolean"}))
        }
        QueryOption::DeltaToken => ("What was seen last; follow `@odata.deltaLink`.", text),
        QueryOption::Expand
            if matches!(operation, Operation::GetAttendanceReport | Operation::ListAttendanceReports) =>
        {
            ("`attendanceRecords`: the first hundred.", text)
        }
        QueryOption::Expand if matches!(operation, Operation::GetMeeting | Operation::FindMeetings) => (
            "`registration`, with or without its type cast, for whoever may get it by itself; behind it in parentheses \
             `$select=…` and `$expand=customQuestions`, with `;` between them.",
            text,
        ),
        QueryOption::Expand => {
            ("`customQuestions`, with or without its type cast; behind it in parentheses `$select=…`.", text)
        }
        QueryOption::Filter if operation == Operation::FindMeetings => (
            "`JoinWebUrl eq '…'`, `joinMeetingIdSettings/joinMeetingId eq '…'` or `VideoTeleconferenceId eq '…'`.",
            text,
        ),
        QueryOption::Filter => (
            "Which items: eq, ne, gt, ge, lt, le, in, and, or, not, startswith, endswith, contains; \
             `customQuestionAnswers/any(a:a/value eq '…')` of registrants. At most 4000 characters and 100 comparisons.",
            text,
        ),
        QueryOption::OrderBy => {
            ("Names of at most 4 properties, each with `asc` or `desc`, separated by commas.", text)
        }
        QueryOption::Search => {
            ("Words and phrases in double quotes, with AND, OR, NOT and parentheses.", text)
        }
        QueryOption::Select => ("Names of members to keep, separated by commas.", text),
        QueryOption::Skip => {
            let schema = json!({"type": "integer", "minimum": 0, "maximum": bound::SKIP});
            ("How many items are passed over.", schema)
        }
        QueryOption::SkipToken => ("Where the page starts; follow `@odata.nextLink`.", text),
        QueryOption::Top => {
            ("Items of a page; 100 without it, 1000 at most.", json!({"type": "integer", "minimum": 1}))
        }
    }
}

/// Whether an operation leaves out a body that the client says it has.
pub(crate) fn tells_unchanged(operation: Operation) -> bool {
    headers(operation).iter().any(|(name, ..)| *name == "If-None-Match")
}

/// Whether whoever prefers it gets no body for what they wrote.
pub(crate) fn may_be_minimal(operation: Operation) -> bool {
    operation.method() != Method::Get && headers(operation).iter().any(|(name, ..)| *name == "Prefer")
}

/// The headers that an operation heeds, beside those of HTTP itself.
fn headers(operation: Operation) -> Vec<(&'static str, &'static str, Value)> {
    // No pattern: what is no entity tag is the version of nothing, and no fault.
    let versions = || json!({"type": "string"});
    let preference = |example: &str| json!({"type": "string", "examples": [example]});
    let retry = (
        "Idempotency-Key",
        "1 to 255 characters. A retry with the same key and body gets the first answer; kept for 24 hours.",
        json!({"type": "string", "maxLength": 255, "pattern": "^[\t -~]+$"}),
    );
    let returns = ("Prefer", "`return=minimal` for 204 without a body.", preference("return=minimal"));
    let page = (
        "Prefer",
        "`odata.maxpagesize=n` for pages of at most so many items.",
        preference("odata.maxpagesize=50"),
    );
    let only = ("If-Match", "412 unless what is there has this version.", versions());
    let unless = ("If-None-Match", "304 without a body if what is there has this version.", versions());
    let has_no_version = matches!(operation, Operation::FindMeetings | Operation::GetSubscription);
    let is_once_on_subscriptions = matches!(
        operation,
        Operation::CreateSubscription | Operation::RotateSigningSecret | Operation::ReplayDeliveries
    );
    match operation.method() {
        Method::Post if operation.resource().is_action_on_registrant() => vec![retry, only, returns],
        Method::Post if is_once_on_subscriptions => vec![retry],
        // Subscriptions have no version.
        _ if operation.on_root() && operation.method() != Method::Get => Vec::new(),
        // What is canceled stays so: there is nothing to do once.
        Method::Post if operation == Operation::CancelRegistrants => Vec::new(),
        // Whoever wants results for each row wants them in the answer.
        Method::Post if operation.has_rows() => vec![retry],
        Method::Post => vec![retry, returns],
        Method::Patch => vec![only, returns],
        Method::Delete => vec![only],
        Method::Get if operation.query_options().contains(&QueryOption::Top) => vec![page],
        Method::Get if has_no_version || operation.resource() == Resource::User => Vec::new(),
        Method::Get if operation.resource() == Resource::AttendanceReport => Vec::new(),
        Method::Get if operation == Operation::ExportRegistrants => Vec::new(),
        Method::Get => vec![unless],
    }
}
