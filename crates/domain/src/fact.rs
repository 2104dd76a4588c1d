//! What every change carries: an id of its own, when, and by whom.

use jiff::Timestamp;
use uuid::Uuid;

/// The mark of one business fact in the audit trail. The letter it causes shares its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Version 7, so that facts sort by time.
    pub id: Uuid,
    /// When it happened.
    pub at: Timestamp,
    /// Who did it: [`crate::Caller::actor`], or `registrant` for a person by their link.
    pub actor: String,
}
