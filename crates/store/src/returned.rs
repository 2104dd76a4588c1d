//! What came back about letters, recorded for their registrants.

use domain::{AddressHash, LetterKind, MeetingId, Registrant, ReturnToken, Returned};
use jiff::Timestamp;
use uuid::Uuid;

use crate::engine::query;
use crate::rows::micros;
use crate::suppressing::suppress;
use crate::{Fault, Store, write_tx};

/// Something that came back about a letter.
#[derive(Clone, Debug)]
pub struct Return<'a> {
    /// Id of the event, the same however often it is delivered.
    pub id: Uuid,
    /// What it says.
    pub returned: Returned,
    /// About which kind of letter, where that is known.
    pub kind: Option<LetterKind>,
    /// Status code and words, without addresses.
    pub answer: &'a str,
    /// The address that gets nothing any more.
    pub suppress: Option<AddressHash>,
    /// The status code alone.
    pub status: &'a str,
    /// When.
    pub at: Timestamp,
}

const RECORD_RETURN: &str =
    "INSERT INTO event (slot, meeting_id, event_id, at, kind, registrant_id, actor, detail, answer)
    VALUES ($1, $2, $3, $4, $5, $6, 'mail', $7, $8) ON CONFLICT (slot, meeting_id, event_id) DO NOTHING";
/// More than this comes back about one registrant's letters only where somebody means mischief.
const MOST_RETURNS: i64 = 50;
const COUNT_RETURNS: &str = "SELECT COUNT(*) FROM (SELECT 1 FROM event
    WHERE slot = $1 AND meeting_id = $2 AND registrant_id = $3 AND actor = 'mail' AND letter_id IS NULL
    LIMIT $4) AS returns";
/// The meetings whose ids begin alike: one, as a rule.
const LIST_MEETINGS: &str = "SELECT meeting_id FROM meeting
    WHERE slot = $1 AND meeting_id >= $2 AND meeting_id <= $3 ORDER BY meeting_id LIMIT 8";

impl Store {
    /// The registrant that a return address names; `None` where there is none any more.
    pub async fn find_returned(&self, token: &ReturnToken) -> Result<Option<Registrant>, Fault> {
        let (least, greatest) = token.meetings();
        let meetings: Vec<Uuid> = query(LIST_MEETINGS)
            .bind(token.slot.number())
            .bind(least)
            .bind(greatest)
            .fetch_values(&self.readers)
            .await?;
        for meeting in meetings {
            let found = self.find_registrant(MeetingId(meeting), token.registrant).await?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// Records what came back, and stops letters to the address where it says so; `false` where it was known already, or
    /// so much came back before that it is somebody's mischief.
    pub async fn record_return(&self, registrant: &Registrant, what: &Return<'_>) -> Result<bool, Fault> {
        let meeting = registrant.meeting;
        Ok(write_tx!(self, |tx| {
            let before: i64 = query(COUNT_RETURNS)
                .bind(meeting.slot().number())
                .bind(meeting.0)
                .bind(registrant.id.0)
                .bind(MOST_RETURNS)
                .fetch_value(&mut *tx)
                .await?;
            let is_new = before < MOST_RETURNS
                && query(RECORD_RETURN)
                    .bind(meeting.slot().number())
                    .bind(meeting.0)
                    .bind(what.id)
                    .bind(micros(what.at))
                    .bind(what.returned.event())
                    .bind(registrant.id.0)
                    .bind(what.kind.map(LetterKind::name))
                    .bind(what.answer)
                    .execute(&mut *tx)
                    .await?
                    == 1;
            if let Some(address) = what.suppress.filter(|_| is_new) {
                suppress(tx, address, what.status, registrant, what.at).await?;
            }
            is_new
        }))
    }
}
