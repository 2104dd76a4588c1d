//! What is left to tell of a registration that was deleted, alone or with its meeting.

use domain::{MeetingId, RegistrationId, TenantId};
use jiff::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use crate::engine::query;
use crate::rows::{instant, number};
use crate::{Fault, Store};

/// A registration that was deleted, as those who were registered knew it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    /// Whose meeting it was of.
    pub tenant: TenantId,
    /// What it was called; `None` too where only the meeting says so, and goes on under a name that is not theirs to see.
    pub subject: Option<String>,
    /// Start and end, known under the same conditions.
    pub span: Option<(Timestamp, Timestamp)>,
    /// The language of its pages and letters, as a tag.
    pub language: Option<String>,
    /// Whether the meeting was deleted as well.
    pub is_meeting_deleted: bool,
}

#[derive(FromRow)]
struct PastRow {
    tenant_id: Uuid,
    subject: Option<String>,
    start_at: Option<i64>,
    end_at: Option<i64>,
    language: Option<String>,
    is_meeting_deleted: bool,
}

/// A deleted meeting stays as it was. One that goes on may have been renamed and moved since, for others.
const FIND: &str = "SELECT m.tenant_id, g.language, m.deleted_at IS NOT NULL AS is_meeting_deleted,
        COALESCE(g.subject, CASE WHEN m.deleted_at IS NOT NULL THEN m.subject END) AS subject,
        COALESCE(g.start_at, CASE WHEN m.deleted_at IS NOT NULL THEN m.start_at END) AS start_at,
        COALESCE(g.end_at, CASE WHEN m.deleted_at IS NOT NULL THEN m.end_at END) AS end_at
    FROM meeting m
    JOIN registration g ON g.slot = $1 AND g.meeting_id = $2 AND g.registration_id = $3 AND g.is_live IS NULL
    WHERE m.slot = $1 AND m.meeting_id = $2";

impl Store {
    /// What is left to tell of that registration; `None` while it is live.
    pub async fn find_past(
        &self,
        meeting: MeetingId,
        registration: RegistrationId,
    ) -> Result<Option<Past>, Fault> {
        let row: Option<PastRow> = query(FIND)
            .bind(number(meeting.slot()))
            .bind(meeting.0)
            .bind(registration.0)
            .fetch_optional(&self.readers)
            .await?;
        let told = |row: PastRow| {
            let span = match (row.start_at, row.end_at) {
                (Some(start_at), Some(end_at)) => Some((instant(start_at)?, instant(end_at)?)),
                _ => None,
            };
            Ok(Past {
                tenant: TenantId(row.tenant_id),
                subject: row.subject,
                span,
                language: row.language,
                is_meeting_deleted: row.is_meeting_deleted,
            })
        };
        row.map(told).transpose()
    }
}
