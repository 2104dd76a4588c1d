//! OAuth's way to say no (RFC 6749, section 5.2).

use std::time::Duration;

use axum::http::header::{CACHE_CONTROL, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::directory::DirectoryFault;
use super::key::KeyFault;
use super::routes::json_body;

/// A refusal in OAuth's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OauthError {
    /// One of RFC 6749's codes.
    pub(super) code: &'static str,
    /// For the developer.
    pub(super) description: &'static str,
    status: StatusCode,
    wait: Option<Duration>,
}

impl OauthError {
    pub(super) fn invalid_request(description: &'static str) -> Self {
        Self::bad_request("invalid_request", description)
    }

    pub(super) fn invalid_scope() -> Self {
        Self::bad_request("invalid_scope", "the scope is unknown, or this client may not ask for it")
    }

    /// One answer for every way a code can be wrong.
    pub(super) fn invalid_grant() -> Self {
        Self::bad_request("invalid_grant", "the code is wrong, used, too old, or for another request")
    }

    /// One answer for every way a client can fail to prove itself.
    pub(super) fn invalid_client() -> Self {
        let description = "the client is unknown or its secret is wrong";
        Self { status: StatusCode::UNAUTHORIZED, ..Self::bad_request("invalid_client", description) }
    }

    pub(super) fn unauthorized_client(description: &'static str) -> Self {
        Self::bad_request("unauthorized_client", description)
    }

    pub(super) fn bad_request(code: &'static str, description: &'static str) -> Self {
        Self { code, description, status: StatusCode::BAD_REQUEST, wait: None }
    }

    pub(super) fn too_slow() -> Self {
        let description = "the body did not arrive in time";
        Self { status: StatusCode::REQUEST_TIMEOUT, ..Self::invalid_request(description) }
    }

    pub(super) fn too_many(wait: Duration) -> Self {
        Self {
            code: "temporarily_unavailable",
            description: "too many failed attempts, wait before the next",
            status: StatusCode::TOO_MANY_REQUESTS,
            wait: Some(wait),
        }
    }
}

impl From<DirectoryFault> for OauthError {
    fn from(_: DirectoryFault) -> Self {
        Self {
            code: "temporarily_unavailable",
            description: "the directory cannot be asked at the moment",
            status: StatusCode::SERVICE_UNAVAILABLE,
            wait: Some(Duration::from_secs(5)),
        }
    }
}

impl From<KeyFault> for OauthError {
    fn from(_: KeyFault) -> Self {
        Self {
            code: "server_error",
            description: "the token could not be signed",
            status: StatusCode::INTERNAL_SERVER_ERROR,
            wait: None,
        }
    }
}

impl IntoResponse for OauthError {
    fn into_response(self) -> Response {
        let body = json!({ "error": self.code, "error_description": self.description });
        let mut answer = (self.status, json_body(&body)).into_response();
        let headers = answer.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"usher\""));
        }
        if let Some(wait) = self.wait {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds(wait)));
        }
        answer
    }
}

/// Whole seconds, rounded up, for `Retry-After`.
pub(super) fn seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}
