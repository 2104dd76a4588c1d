//! Addresses that get no letters, because none arrives there.

use domain::{AddressHash, MeetingId, Registrant, RegistrantId};
use jiff::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use crate::engine::{Tx, query};
use crate::rows::{instant, micros};
use crate::{Fault, Store};

/// An address that gets no letters, and the registrant whose letter told so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppressed {
    /// Since when.
    pub since: Timestamp,
    /// What the mail server said: a status code of RFC 3463.
    pub status: String,
    /// The meeting of that registrant.
    pub meeting: MeetingId,
    /// The registrant, who may have been erased.
    pub registrant: RegistrantId,
}

#[derive(FromRow)]
struct SuppressedRow {
    since_at: i64,
    status: String,
    meeting_id: Uuid,
    registrant_id: Uuid,
}

const SUPPRESS: &str =
    "INSERT INTO suppression (slot, address_hash, since_at, status, meeting_id, registrant_id)
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (slot, address_hash) DO NOTHING";
const FIND: &str = "SELECT COUNT(*) FROM suppression WHERE slot = $1 AND address_hash = $2";
const ALLOW: &str = "DELETE FROM suppression WHERE slot = $1 AND address_hash = $2";
/// For the operator, who asks now and then.
const LIST: &str = "SELECT since_at, status, meeting_id, registrant_id FROM suppression
    ORDER BY since_at DESC, address_hash LIMIT 1000";

impl Store {
    /// Whether the address gets no letters.
    pub async fn is_suppressed(&self, address: &AddressHash) -> Result<bool, Fault> {
        let count: i64 = query(FIND)
            .bind(address.slot().number())
            .bind(address.0.as_slice())
            .fetch_value(&self.readers)
            .await?;
        Ok(count > 0)
    }

    /// Lets letters go to the address again; `false` where nothing kept them.
    pub async fn allow(&self, address: &AddressHash) -> Result<bool, Fault> {
        let removed = query(ALLOW)
            .bind(address.slot().number())
            .bind(address.0.as_slice())
            .execute(&self.writer)
            .await?;
        Ok(removed > 0)
    }

    /// The last thousand addresses that get no letters, newest first.
    pub async fn list_suppressed(&self) -> Result<Vec<Suppressed>, Fault> {
        let rows: Vec<SuppressedRow> = query(LIST).fetch_all(&self.readers).await?;
        let read = |row: SuppressedRow| {
            Ok(Suppressed {
                since: instant(row.since_at)?,
                status: row.status,
                meeting: MeetingId(row.meeting_id),
                registrant: RegistrantId(row.registrant_id),
            })
        };
        rows.into_iter().map(read).collect()
    }
}

/// Keeps letters from an address, for what a mail server said of a letter to that registrant.
pub(crate) async fn suppress(
    tx: &mut Tx,
    address: AddressHash,
    status: &str,
    registrant: &Registrant,
    at: Timestamp,
) -> Result<(), Fault> {
    query(SUPPRESS)
        .bind(address.slot().number())
        .bind(address.0.as_slice())
        .bind(micros(at))
        .bind(status)
        .bind(registrant.meeting.0)
        .bind(registrant.id.0)
        .execute(&mut *tx)
        .await?;
    Ok(())
}
