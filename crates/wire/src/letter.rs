//! What became of a registrant's letters: an extension, Graph tells nothing of them.

use schemars::JsonSchema;
use serde::Serialize;

/// A letter to a registrant.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "usher.registrantLetter")]
pub struct RegistrantLetter {
    /// Its id, a GUID.
    pub id: String,
    /// `confirmation`, `update`, `reminder`, `cancellation` or `offer`; null where something came back and it is not known
    /// about which letter.
    pub kind: Option<&'static str>,
    /// Where it is.
    pub status: LetterStatus,
    /// Since when; of one that is queued, when it is tried next.
    pub status_date_time: String,
    /// What the mail server last said, without addresses; null where it said nothing.
    pub answer: Option<String>,
    /// Why one that is `withheld` is: `mailboxHadEnough` or `addressSuppressed`; null for others, and where it is not known
    /// any more.
    pub withheld_reason: Option<&'static str>,
}

/// Where a letter is.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "usher.letterStatus")]
pub enum LetterStatus {
    /// It waits to be sent.
    Queued,
    /// The mail server took it.
    Sent,
    /// The mail server refused it, or it was tried too often.
    Failed,
    /// It was not sent, though it would have been true; see `withheldReason`.
    Withheld,
    /// It was not sent, because what it was to say is no longer true, or is not wanted.
    Dropped,
    /// It was sent and came back.
    Bounced,
    /// It was sent, and a mail server on the way still tries.
    Delayed,
    /// It was sent, and something came back that cannot be read.
    Returned,
}
