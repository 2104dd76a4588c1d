//! What changed since the last time: Graph's delta queries.

use schemars::JsonSchema;
use serde::Serialize;

/// A page of what changed.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Delta<T> {
    /// What the items are.
    #[serde(rename = "@odata.context")]
    pub context: String,
    /// Where the next page is; absent on the last one.
    #[serde(rename = "@odata.nextLink", skip_serializing_if = "Option::is_none")]
    pub next_link: Option<String>,
    /// Where to ask what changed next; on the last page alone.
    #[serde(rename = "@odata.deltaLink", skip_serializing_if = "Option::is_none")]
    pub delta_link: Option<String>,
    /// What is new or another, and what is gone.
    pub value: Vec<Changed<T>>,
}

/// An item of such a page.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Changed<T> {
    /// It is there, as it is now.
    Is(T),
    /// It is gone.
    Gone(Gone),
}

/// Something that is gone.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "usher.removed")]
pub struct Gone {
    /// Its id.
    pub id: String,
    /// Why.
    #[serde(rename = "@removed")]
    pub removed: Removed,
}

/// Why something is gone.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "usher.removedReason")]
pub struct Removed {
    /// `deleted`, or `changed` where it can still be read by its id.
    pub reason: &'static str,
}

impl Gone {
    /// It can no longer be read.
    pub fn deleted(id: String) -> Self {
        Self { id, removed: Removed { reason: "deleted" } }
    }

    /// It can still be read by its id.
    pub fn changed(id: String) -> Self {
        Self { id, removed: Removed { reason: "changed" } }
    }
}
