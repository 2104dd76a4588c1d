//! The error body. docs/graph-compat.md#errors.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// Graph's error envelope.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ErrorBody {
    /// The error.
    pub error: ErrorObject,
}

/// An error.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ErrorObject {
    /// One of Graph's codes, such as `BadRequest`.
    pub code: String,
    /// What was wrong, and what would be right.
    pub message: String,
    /// The member or parameter at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Every fault, when there is more than one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<ErrorDetail>,
    /// What helps to find the request again.
    #[serde(rename = "innerError")]
    pub inner: InnerError,
}

/// One fault of several.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ErrorDetail {
    /// The finer code.
    pub code: String,
    /// What was wrong, and what would be right.
    pub message: String,
    /// The member at fault.
    pub target: String,
}

/// The inner error.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct InnerError {
    /// The finer code; docs/graph-compat.md lists them all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// When, in UTC, without a zone letter.
    pub date: String,
    /// Id of the request, also in its response header.
    #[serde(rename = "request-id")]
    pub request_id: String,
    /// The id the client gave its request, or else the request id.
    #[serde(rename = "client-request-id")]
    pub client_request_id: String,
}

impl InnerError {
    /// The inner error of a request.
    pub fn new(code: Option<&str>, at: Timestamp, request_id: &str, client_request_id: &str) -> Self {
        Self {
            code: code.map(str::to_owned),
            date: crate::time::write_plain(at),
            request_id: request_id.to_owned(),
            client_request_id: client_request_id.to_owned(),
        }
    }
}
