//! Who passed the join gate, and by which device.

use domain::{MeetingId, Registrant, RegistrantId, RegistrationId};
use jiff::Timestamp;
use uuid::Uuid;

use crate::engine::{On, query};
use crate::rows::{instant, micros, number};
use crate::{Fault, Store, write_tx};

/// A device asks to be let in.
#[derive(Clone, Copy, Debug)]
pub struct Pass<'a> {
    /// Whose link it comes with.
    pub registrant: &'a Registrant,
    /// A hash that tells the device from any other.
    pub device: &'a [u8; 32],
    /// When.
    pub at: Timestamp,
    /// Another device that passed after this is in its way.
    pub active_since: Timestamp,
}

const RECORD: &str =
    "INSERT INTO attendance (slot, meeting_id, registrant_id, minute, registration_id, joined_at)
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (slot, meeting_id, registrant_id, minute) DO NOTHING";
const ENTER: &str = "INSERT INTO entry (slot, meeting_id, registrant_id, device, passed_at)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (slot, meeting_id, registrant_id) DO UPDATE
        SET device = excluded.device, passed_at = excluded.passed_at
        WHERE entry.device = excluded.device OR entry.passed_at <= $6";
const LIST: &str = "SELECT registrant_id, joined_at FROM attendance
    WHERE slot = $1 AND meeting_id = $2 AND registrant_id >= $3 AND registrant_id <= $4
    ORDER BY registrant_id, minute";
const COUNT: &str = "SELECT COUNT(DISTINCT registrant_id) FROM attendance
    WHERE slot = $1 AND meeting_id = $2 AND registration_id = $3";

impl Store {
    /// Records that a registrant was let in, once a minute: one statement, one commit.
    pub async fn record_attendance(&self, registrant: &Registrant, at: Timestamp) -> Result<(), Fault> {
        record(&self.writer, registrant, at).await
    }

    /// Lets one device in at a time, and records it: `false` when another one is in, which changes nothing. Of several
    /// that ask at once one is let in.
    pub async fn enter(&self, pass: Pass<'_>) -> Result<bool, Fault> {
        let registrant = pass.registrant;
        Ok(write_tx!(self, |tx| {
            let changed = query(ENTER)
                .bind(number(registrant.meeting.slot()))
                .bind(registrant.meeting.0)
                .bind(registrant.id.0)
                .bind(pass.device.as_slice())
                .bind(micros(pass.at))
                .bind(micros(pass.active_since))
                .execute(&mut *tx)
                .await?;
            if changed > 0 {
                record(tx, registrant, pass.at).await?;
            }
            changed > 0
        }))
    }

    /// When each registrant from `first` to `last` was let in, in the order of their ids and then of time. Who was not
    /// is not among them.
    pub async fn list_attendance(
        &self,
        meeting: MeetingId,
        first: RegistrantId,
        last: RegistrantId,
    ) -> Result<Vec<(RegistrantId, Timestamp)>, Fault> {
        let rows: Vec<(Uuid, i64)> = query(LIST)
            .bind(number(meeting.slot()))
            .bind(meeting.0)
            .bind(first.0)
            .bind(last.0)
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter().map(|(id, at)| Ok((RegistrantId(id), instant(at)?))).collect()
    }

    /// How many registrants of the registration were let in.
    pub async fn count_attendees(
        &self,
        meeting: MeetingId,
        registration: RegistrationId,
    ) -> Result<i64, Fault> {
        let count = query(COUNT).bind(number(meeting.slot())).bind(meeting.0).bind(registration.0);
        count.fetch_value(&self.readers).await
    }
}

async fn record<'c>(on: impl Into<On<'c>>, registrant: &Registrant, at: Timestamp) -> Result<(), Fault> {
    query(RECORD)
        .bind(number(registrant.meeting.slot()))
        .bind(registrant.meeting.0)
        .bind(registrant.id.0)
        .bind(at.as_second().div_euclid(60))
        .bind(registrant.registration.0)
        .bind(micros(at))
        .execute(on)
        .await?;
    Ok(())
}
