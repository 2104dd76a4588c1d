//! The reference of the programming interface, for people.

use askama::Template;

use crate::frame::{Frame, render};
use crate::language::Language;

/// What the reference shows.
#[derive(Clone, Debug)]
pub struct ApiView<'a> {
    /// The operations, in the order to show them.
    pub operations: Vec<ApiOperation<'a>>,
}

/// One operation.
#[derive(Clone, Debug)]
pub struct ApiOperation<'a> {
    /// A short name that is unique, such as `registrant_enroll`.
    pub id: &'a str,
    /// The HTTP method.
    pub method: &'a str,
    /// The path with its parameters in braces.
    pub path: &'a str,
    /// One line.
    pub summary: &'a str,
    /// A paragraph or several; line breaks are kept.
    pub description: &'a str,
    /// The permissions that allow it on behalf of a person.
    pub delegated: Vec<&'a str>,
    /// The permissions that allow it to an application.
    pub application: Vec<&'a str>,
    /// Whether it needs no token at all.
    pub anonymous: bool,
    /// The status of a success.
    pub success: u16,
}

/// The reference of all operations, with a link to `/openapi.json`.
pub fn api_page(view: &ApiView<'_>) -> String {
    let t = Language::English.texts();

    render(&Api {
        frame: Frame::alone(Language::English, t.say("api-title")),
        operations: view
            .operations
            .iter()
            .zip(1..)
            .map(|(operation, number): (_, usize)| Operation {
                anchor: format!("operation-{number}"),
                success: t.say_with("api-success", &[("status", &operation.success.to_string())]),
                asked: operation,
            })
            .collect(),
    })
}

struct Operation<'a> {
    /// Counted, not the id, so that it cannot meet an id of the page's own.
    anchor: String,
    success: String,
    asked: &'a ApiOperation<'a>,
}

#[derive(Template)]
#[template(path = "api.html")]
struct Api<'a> {
    frame: Frame,
    operations: Vec<Operation<'a>>,
}
