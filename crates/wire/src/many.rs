//! Many registrants in one request: `enrollRegistrants` and `cancelRegistrants`. docs/bulk.md; extensions of Usher's.

use domain::{FieldProblem, ProblemCode};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::body::Body;
use crate::registrant::{CustomQuestionAnswer, status_schema};

/// The most rows that one request may have.
pub const MOST_ROWS: usize = 1_000;

/// The member that holds the rows, with which every target of a fault begins.
pub const ROWS: &str = "registrants";

/// The body of `enrollRegistrants`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "usher.enrollRegistrants")]
pub struct EnrollRegistrants {
    /// Whom to enroll, 1 to 1,000.
    pub registrants: Vec<NewRegistrant>,
}

/// Somebody to enroll: the members that an enrolment by itself has, and a key for retries.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "usher.newRegistrant")]
pub struct NewRegistrant {
    /// May be left out: it is the one that the registration takes.
    #[serde(rename = "@odata.type")]
    pub odata_type: Option<String>,
    /// Of an external registrant: its id in the external system.
    pub id: Option<String>,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// The person in the directory, under `organization`.
    pub user_id: Option<String>,
    /// The person's directory, of an external registrant under `organization`.
    pub tenant_id: Option<String>,
    /// Answers to the custom questions.
    pub custom_question_answers: Vec<CustomQuestionAnswer>,
    /// The zone that their letters tell the time in, of a built-in registration: an IANA name, or Windows'.
    pub preferred_timezone: Option<String>,
    /// 1 to 255 characters of ASCII, as the header of that name.
    pub idempotency_key: Option<String>,
}

/// The body of `cancelRegistrants`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "usher.cancelRegistrants")]
pub struct CancelRegistrants {
    /// Whom to cancel, 1 to 1,000.
    pub registrants: Vec<RegistrantToCancel>,
}

/// Somebody to cancel.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "usher.registrantToCancel")]
pub struct RegistrantToCancel {
    /// The registrant's id; of an external one, its id in the external system.
    pub id: Option<String>,
}

/// What became of one row.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "usher.registrantResult")]
pub struct RegistrantResult {
    /// Which row of the request, from 0.
    pub index: u32,
    /// The registrant's status now; `null` with an error, and for who may not read the list.
    #[schemars(extend(
        "enum" = status_schema(),
        "x-ms-enum" = json!({"name": "meetingRegistrantStatus"})
    ))]
    pub status: Option<&'static str>,
    /// The registrant's id; `null` as `status` is.
    pub id: Option<String>,
    /// The personal join link, of an external registrant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub join_web_url: Option<String>,
    /// Whether the person had a place before this request. Who may not read the list is not told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was_registered: Option<bool>,
    /// When the place was given back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancelation_date_time: Option<String>,
    /// Who gave it back: `person:` or `app:` and an id, or `registrant` for the link in a letter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub canceled_by: Option<String>,
    /// Why nothing was done for this row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<RowError>,
}

/// An error of one row: what the request would be answered by itself.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "microsoft.graph.publicError")]
pub struct RowError {
    /// One of Graph's codes, such as `BadRequest`.
    pub code: String,
    /// What was wrong, and what would be right.
    pub message: String,
    /// The member at fault, such as `registrants/17/email`.
    pub target: String,
    /// Every fault, when there is more than one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<RowErrorDetail>,
    /// The finer code.
    pub inner_error: RowInnerError,
}

/// One fault of several.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "microsoft.graph.publicErrorDetail")]
pub struct RowErrorDetail {
    /// The finer code.
    pub code: String,
    /// What was wrong, and what would be right.
    pub message: String,
    /// The member at fault.
    pub target: String,
}

/// The finer code of a row's error.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "microsoft.graph.publicInnerError")]
pub struct RowInnerError {
    /// docs/graph-compat.md lists them all.
    pub code: Option<String>,
}

/// The path of a row in faults.
pub fn row_target(index: usize) -> String {
    format!("{ROWS}/{index}")
}

/// One row of a request: a body of its own, and its key for retries.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The row without its key.
    pub body: Body,
    /// The key.
    pub key: Option<String>,
}

/// The rows of a request. A faulty row spoils no other; the request is at fault only where it has none, or too many.
pub fn read_rows(body: &Body) -> Result<Vec<Result<Row, FieldProblem>>, FieldProblem> {
    let fault = |code, message: String| Err(FieldProblem::new(ROWS, code, message));
    match body.0.get(ROWS) {
        Some(Value::Array(rows)) if rows.is_empty() => {
            fault(ProblemCode::Missing, format!("`{ROWS}` is empty: give at least one row"))
        }
        Some(Value::Array(rows)) if rows.len() > MOST_ROWS => fault(
            ProblemCode::TooLong,
            format!("`{ROWS}` has more than {MOST_ROWS} rows: send the others in another request"),
        ),
        Some(Value::Array(rows)) => Ok(rows.iter().map(read_row).collect()),
        None | Some(Value::Null) => {
            fault(ProblemCode::Missing, format!("`{ROWS}` is missing: it is a list of 1 to {MOST_ROWS} rows"))
        }
        Some(_) => fault(ProblemCode::InvalidValue, format!("`{ROWS}` is a list")),
    }
}

fn read_row(row: &Value) -> Result<Row, FieldProblem> {
    let Value::Object(members) = row else {
        return Err(FieldProblem::new("", ProblemCode::InvalidValue, "the row is an object"));
    };
    let mut members: Map<String, Value> = members.clone();
    let key = match members.shift_remove("idempotencyKey") {
        None | Some(Value::Null) => None,
        Some(Value::String(key)) if is_key(&key) => Some(key),
        Some(_) => {
            return Err(FieldProblem::new(
                "idempotencyKey",
                ProblemCode::InvalidValue,
                "`idempotencyKey` has 1 to 255 characters of ASCII",
            ));
        }
    };
    Ok(Row { body: Body(members), key })
}

fn is_key(key: &str) -> bool {
    (1..=255).contains(&key.len()) && key.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(body: Value) -> Result<Vec<Result<Row, FieldProblem>>, FieldProblem> {
        read_rows(&Body::read(body.to_string().as_bytes()).unwrap())
    }

    #[test]
    fn a_faulty_row_spoils_no_other() {
        let read = rows(json!({"registrants": [
            {"email": "a@x.example", "idempotencyKey": "k 1"}, 5, {"idempotencyKey": ""}, {"idempotencyKey": "é"}, {}
        ]}))
        .unwrap();

        assert_eq!(read[0].as_ref().unwrap().key.as_deref(), Some("k 1"));
        assert_eq!(read[0].as_ref().unwrap().body.0.len(), 1, "the key is no member of the enrolment");
        let targets: Vec<_> =
            read.iter().map(|row| row.as_ref().err().map(|fault| fault.target.as_str())).collect();
        assert_eq!(targets, [None, Some(""), Some("idempotencyKey"), Some("idempotencyKey"), None]);
    }

    #[test]
    fn a_request_has_rows_and_not_too_many() {
        for body in [json!({}), json!({"registrants": []}), json!({"registrants": null})] {
            assert_eq!(rows(body).unwrap_err().code, ProblemCode::Missing);
        }
        assert_eq!(rows(json!({"registrants": {}})).unwrap_err().code, ProblemCode::InvalidValue);
        assert!(rows(json!({"registrants": vec![json!({}); MOST_ROWS]})).is_ok());
        let many = rows(json!({"registrants": vec![json!({}); MOST_ROWS + 1]}));
        assert_eq!(many.unwrap_err().code, ProblemCode::TooLong);
    }
}
