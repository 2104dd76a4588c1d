//! What people are told of a meeting, and the letter to everybody where it changes.

use domain::{Fact, MeetingId};
use sqlx::FromRow;
use uuid::Uuid;

use crate::Fault;
use crate::engine::{Tx, query};
use crate::reminding::schedule_reminders;
use crate::rows::{micros, number};

/// What people are told of a meeting, and when they are reminded of it.
#[derive(FromRow)]
pub(crate) struct Telling {
    pub(crate) registration_id: Uuid,
    subject: Option<String>,
    pub(crate) start_at: i64,
    end_at: i64,
    /// The registration's own list.
    pub(crate) reminders: Option<String>,
}

impl Telling {
    /// What letters tell: title, start and end, the registration's own or else the meeting's.
    fn told(&self) -> (Uuid, Option<&str>, i64, i64) {
        (self.registration_id, self.subject.as_deref(), self.start_at, self.end_at)
    }
}

const TELLING: &str = "SELECT g.registration_id, COALESCE(g.subject, m.subject) AS subject,
        COALESCE(g.start_at, m.start_at) AS start_at, COALESCE(g.end_at, m.end_at) AS end_at, g.reminders
    FROM meeting m
    JOIN registration g ON g.slot = m.slot AND g.meeting_id = m.meeting_id AND g.is_live AND NOT g.is_external
    WHERE m.slot = $1 AND m.meeting_id = $2 AND m.deleted_at IS NULL";
const RAISE_TOLD: &str = "UPDATE registration SET told_version = told_version + 1, told_at = $4
    WHERE slot = $1 AND meeting_id = $2 AND registration_id = $3";
/// One row, however often it changes: what is told is read when a letter is written. Begun anew, because those who have
/// a letter may have been told the state before.
const BEGIN_UPDATE: &str =
    "INSERT INTO mailing (slot, meeting_id, registration_id, kind, due_at, about, since_at,
        actor, until_registrant)
    SELECT o.slot, o.meeting_id, o.registration_id, 'update', $4, g.told_version, $4, $5, o.last_registrant
    FROM roster o
    JOIN registration g ON g.slot = $1 AND g.meeting_id = $2 AND g.registration_id = $3
    WHERE o.slot = $1 AND o.meeting_id = $2 AND o.registration_id = $3 AND o.seats_taken > 0
    ON CONFLICT (slot, meeting_id, registration_id, kind) DO UPDATE SET due_at = excluded.due_at,
        about = excluded.about, since_at = excluded.since_at, actor = excluded.actor, after_registrant = NULL,
        until_registrant = excluded.until_registrant";

/// What people are told of the meeting by its live registration, if that is a built-in one.
pub(crate) async fn telling(tx: &mut Tx, meeting: MeetingId) -> Result<Option<Telling>, Fault> {
    query(TELLING).bind(number(meeting.slot())).bind(meeting.0).fetch_optional(&mut *tx).await
}

/// Where what people are told is no longer what it was before, lets everybody registered be told, and where they are to be
/// reminded at other moments, lets those be reckoned anew; under the meeting's lock.
pub(crate) async fn announce(
    tx: &mut Tx,
    meeting: MeetingId,
    before: Option<Telling>,
    fact: &Fact,
) -> Result<(), Fault> {
    let now = telling(tx, meeting).await?;
    let (Some(before), Some(now)) = (before, now) else { return Ok(()) };
    if before.start_at != now.start_at || before.reminders != now.reminders {
        schedule_reminders(tx, meeting, now.registration_id, fact).await?;
    }
    if before.told() == now.told() {
        return Ok(());
    }
    let slot = number(meeting.slot());
    query(RAISE_TOLD)
        .bind(slot)
        .bind(meeting.0)
        .bind(now.registration_id)
        .bind(micros(fact.at))
        .execute(&mut *tx)
        .await?;
    if now.end_at > micros(fact.at) {
        query(BEGIN_UPDATE)
            .bind(slot)
            .bind(meeting.0)
            .bind(now.registration_id)
            .bind(micros(fact.at))
            .bind(&fact.actor)
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}
