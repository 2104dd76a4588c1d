//! What people's calendars answer to letters.

use domain::{Fact, Registrant};

use crate::engine::query;
use crate::rows::micros;
use crate::{Fault, Store, write_tx};

/// Once for each id.
const RECORD: &str = "INSERT INTO event (slot, meeting_id, event_id, at, kind, registrant_id, actor)
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (slot, meeting_id, event_id) DO NOTHING";
const OFFER: &str =
    "INSERT INTO outbox (slot, outbox_id, meeting_id, registrant_id, kind, due_at, attempts, about)
    VALUES ($1, $2, $3, $4, 'offer', $5, 0, $6)";
const TOLD_VERSION: &str = "SELECT told_version FROM registration
    WHERE slot = $1 AND meeting_id = $2 AND registration_id = $3";

/// What a calendar answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CalendarAnswer {
    /// They come.
    Accepted,
    /// They may come.
    Tentative,
    /// They do not come.
    Declined,
}

impl Store {
    /// Records what somebody's calendar answered. Where it declines, queues the letter that offers to cancel, once for
    /// each version of what they were told; `false` where nothing was new. `fact` has the id of what came.
    pub async fn record_calendar_answer(
        &self,
        registrant: &Registrant,
        answer: CalendarAnswer,
        fact: &Fact,
    ) -> Result<bool, Fault> {
        let meeting = registrant.meeting;
        let slot = meeting.slot().number();
        let (kind, offers) = match answer {
            CalendarAnswer::Accepted => ("invitationAccepted", false),
            CalendarAnswer::Tentative => ("invitationTentative", false),
            CalendarAnswer::Declined => ("invitationDeclined", true),
        };
        Ok(write_tx!(self, |tx| {
            let version: Option<i64> = query(TOLD_VERSION)
                .bind(slot)
                .bind(meeting.0)
                .bind(registrant.registration.0)
                .fetch_optional_value(&mut *tx)
                .await?;
            let version = version.unwrap_or_default();
            let id = if offers { registrant.offer_id(version) } else { fact.id };
            let is_new = query(RECORD)
                .bind(slot)
                .bind(meeting.0)
                .bind(id)
                .bind(micros(fact.at))
                .bind(kind)
                .bind(registrant.id.0)
                .bind(&fact.actor)
                .execute(&mut *tx)
                .await?
                == 1;
            if is_new && offers {
                query(OFFER)
                    .bind(slot)
                    .bind(id)
                    .bind(meeting.0)
                    .bind(registrant.id.0)
                    .bind(micros(fact.at))
                    .bind(version)
                    .execute(&mut *tx)
                    .await?;
            }
            is_new
        }))
    }
}
