//! What a reader of changes looks up: an organizer's meetings in the order of their ids, and registrants by theirs.

use std::sync::LazyLock;

use domain::{Meeting, MeetingId, PersonId, Registrant, RegistrantId, TenantId};
use uuid::Uuid;

use crate::engine::query;
use crate::listing::read_these;
use crate::meeting::MeetingRow;
use crate::rows::{PerLength, about_meetings, bind_meetings, number, pieces};
use crate::{Fault, Store, read_tx};

const PAGE: &str = "SELECT meeting_id FROM organizer_meeting
    WHERE organizer_slot = $1 AND tenant_id = $2 AND organizer_id = $3 AND meeting_id > $4
    ORDER BY meeting_id LIMIT $5";
const FIND: &str =
    "SELECT m.meeting_id, m.tenant_id, m.organizer_id, m.created_at, m.start_at, m.end_at, m.subject,
        m.join_url, m.join_meeting_id, m.passcode, m.external_id AS meeting_external_id, m.attendees, m.settings,
        m.version
    FROM meeting m WHERE m.slot = $1 AND m.meeting_id = $2 AND m.deleted_at IS NULL";
static FIND_ALL: LazyLock<PerLength> = LazyLock::new(|| about_meetings(FIND));

impl Store {
    /// The ids of an organizer's meetings behind `after`, in their order.
    pub async fn list_meeting_ids(
        &self,
        tenant: TenantId,
        organizer: PersonId,
        after: Option<MeetingId>,
        limit: u32,
    ) -> Result<Vec<MeetingId>, Fault> {
        let ids: Vec<Uuid> = query(PAGE)
            .bind(number(organizer.organizer_slot(tenant)))
            .bind(tenant.0)
            .bind(organizer.0)
            .bind(after.map_or(Uuid::nil(), |after| after.0))
            .bind(i64::from(limit))
            .fetch_values(&self.readers)
            .await?;
        Ok(ids.into_iter().map(MeetingId).collect())
    }

    /// Those of the meetings that are there, in the order of their ids.
    pub async fn find_meetings(&self, ids: &[MeetingId]) -> Result<Vec<Meeting>, Fault> {
        let mut meetings = Vec::with_capacity(ids.len());
        // Spread over nodes, each is asked for where it lives.
        let pieces: Vec<&[MeetingId]> =
            if self.is_spread { ids.chunks(1).collect() } else { pieces(ids).collect() };
        for piece in pieces {
            let rows: Vec<MeetingRow> =
                bind_meetings(query(FIND_ALL.text(piece.len())), piece).fetch_all(&self.readers).await?;
            for row in rows {
                meetings.push(row.into_meeting()?);
            }
        }
        meetings.sort_by_key(|meeting| meeting.id);
        Ok(meetings)
    }

    /// Those of a meeting's registrants that are there, as of one moment and in the order of their ids as they come, which
    /// are all different.
    pub async fn find_registrants(
        &self,
        meeting: MeetingId,
        ids: &[RegistrantId],
    ) -> Result<Vec<Registrant>, Fault> {
        let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
        Ok(read_tx!(self, |tx| {
            let mut found = Vec::with_capacity(ids.len());
            for piece in pieces(&ids) {
                for row in read_these(&mut *tx, meeting, piece).await? {
                    found.push(row.into_registrant()?);
                }
            }
            found
        }))
    }
}
