//! Graph's wire: paths, ids, JSON in and out, errors and the description of it all.
//!
//! Lenient in, exact out. Reading a body finds every fault at once; what comes out of here is a value of the
//! domain, or the list of faults.

pub mod attendance;
pub mod batch;
mod beside;
pub mod body;
pub mod context;
pub mod csdl;
pub mod delta;
pub mod error;
pub mod etag;
pub mod example;
pub mod ids;
pub mod letter;
pub mod links;
pub mod many;
pub mod meeting;
pub mod openapi;
mod parameters;
pub mod path;
pub mod query;
pub mod question;
pub mod registrant;
pub mod registration;
pub mod subscription;
pub mod time;
pub mod user;
pub mod zone;

pub use body::{Body, Given, Members};
pub use context::Root;
pub use error::ErrorBody;
pub use path::{GraphPath, PathProblem, UserRef};
pub use query::Query;

use schemars::JsonSchema;
use serde::Serialize;

/// A collection of entities.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Collection<T> {
    /// What the items are.
    #[serde(rename = "@odata.context")]
    pub context: String,
    /// How many there are in all, when `$count=true` asked for it.
    #[serde(rename = "@odata.count", skip_serializing_if = "Option::is_none")]
    pub count: Option<i64>,
    /// Where the next page is; absent on the last one.
    #[serde(rename = "@odata.nextLink", skip_serializing_if = "Option::is_none")]
    pub next_link: Option<String>,
    /// The items.
    pub value: Vec<T>,
}

/// One entity with its context.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Entity<T> {
    /// What the entity is.
    #[serde(rename = "@odata.context")]
    pub context: String,
    /// Its version, where it has one: see [`etag`].
    #[serde(rename = "@odata.etag", skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// Its members.
    #[serde(flatten)]
    pub entity: T,
}

/// An entity of a list, with its version.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Tagged<T> {
    /// Its version: see [`etag`].
    #[serde(rename = "@odata.etag")]
    pub etag: String,
    /// Its members.
    #[serde(flatten)]
    pub entity: T,
}
