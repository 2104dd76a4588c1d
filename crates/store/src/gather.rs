//! Gathering events into feeds.
//!
//! Why nothing is passed over, with many nodes that write at once. Two kinds of event are told apart:
//!
//! - **Enrolments** are read from the list of a registration by a cursor. That is safe because ids there are given
//!   under the lock of the meeting, each behind `roster.last_registrant`: whoever sees one sees all before it.
//! - **All others** are never read by a cursor. An event's id is made before its transaction waits for the meeting, so
//!   ids and commits differ in order. They are found as what is not gathered yet (`is_gathered IS NULL`, an index of its
//!   own), whatever their ids, and marked in the transaction that puts them into feeds.
//!
//! Order: whatever is visible when the others are read has its enrolment visible to the later statement that reads the
//! list, so an enrolment stands before what happened to it. Of others that are gathered together those of one registrant
//! stand by their ids; of two gathered one after the other the first was committed first.

use std::collections::HashSet;
use std::sync::LazyLock;

use domain::change::{self, ENROLLED, FeedKey, Subject};
use domain::{MeetingId, PersonId, TenantId};
use jiff::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use crate::engine::{Engine, Text, Tx, query};
use crate::feed::{FeedRow, take_feed};
use crate::rows::{PerLength, insert_rows, micros, number, pieces, placeholders};
use crate::{Fault, Store, write_tx};

#[derive(FromRow)]
struct EventRow {
    event_id: Uuid,
    at: i64,
    kind: String,
    registrant_id: Option<Uuid>,
}

#[derive(FromRow)]
struct HostRow {
    tenant_id: Uuid,
    organizer_id: Uuid,
    registration_id: Option<Uuid>,
    last_registrant: Option<Uuid>,
    /// The one that was made last, live or not.
    newest_id: Option<Uuid>,
}

/// A change that has no number yet.
struct Found {
    at: i64,
    kind: String,
    registration: Option<Uuid>,
    registrant: Option<Uuid>,
}

/// The most events or newcomers that are gathered in one transaction.
const AT_ONCE: i64 = 512;

/// Walks the slots as [`crate::outbox`] does.
const WAITING_SLOTS: &str = "WITH RECURSIVE s (slot) AS (
        SELECT (SELECT e.slot FROM event e WHERE e.is_gathered IS NULL AND e.actor <> 'mail'
            AND (e.registrant_id IS NULL OR e.event_id <> e.registrant_id) ORDER BY e.slot LIMIT 1)
        UNION ALL
        SELECT (SELECT e.slot FROM event e WHERE e.slot > s.slot AND e.is_gathered IS NULL AND e.actor <> 'mail'
            AND (e.registrant_id IS NULL OR e.event_id <> e.registrant_id) ORDER BY e.slot LIMIT 1)
        FROM s WHERE s.slot IS NOT NULL
    )
    SELECT slot FROM s WHERE slot IS NOT NULL";
/// The same for SQLite, which has to be told that few wait.
const WAITING_SLOTS_BY_INDEX: &str = "WITH RECURSIVE s (slot) AS (
        SELECT (SELECT e.slot FROM event e INDEXED BY event_ungathered
            WHERE e.is_gathered IS NULL AND e.actor <> 'mail'
            AND (e.registrant_id IS NULL OR e.event_id <> e.registrant_id) ORDER BY e.slot LIMIT 1)
        UNION ALL
        SELECT (SELECT e.slot FROM event e INDEXED BY event_ungathered
            WHERE e.slot > s.slot AND e.is_gathered IS NULL AND e.actor <> 'mail'
            AND (e.registrant_id IS NULL OR e.event_id <> e.registrant_id) ORDER BY e.slot LIMIT 1)
        FROM s WHERE s.slot IS NOT NULL
    )
    SELECT slot FROM s WHERE slot IS NOT NULL";
/// The same on Citus, which asks its nodes for nothing recursive.
const WAITING_SLOTS_OF_NODES: &str = "SELECT DISTINCT slot FROM event WHERE is_gathered IS NULL
    AND actor <> 'mail' AND (registrant_id IS NULL OR event_id <> registrant_id) LIMIT 4096";
const NEXT_MEETING: &str = "SELECT meeting_id FROM event WHERE slot = $1 AND meeting_id > $2
    AND is_gathered IS NULL AND actor <> 'mail' AND (registrant_id IS NULL OR event_id <> registrant_id)
    ORDER BY slot, meeting_id, event_id LIMIT 1";
const NEXT_MEETING_BY_INDEX: &str = "SELECT meeting_id FROM event INDEXED BY event_ungathered
    WHERE slot = $1 AND meeting_id > $2
    AND is_gathered IS NULL AND actor <> 'mail' AND (registrant_id IS NULL OR event_id <> registrant_id)
    ORDER BY slot, meeting_id, event_id LIMIT 1";
/// Another node that gathers them waits here, and then finds them gathered.
const WAITING: &str = "SELECT event_id, at, kind, registrant_id FROM event
    WHERE slot = $1 AND meeting_id = $2
        AND is_gathered IS NULL AND actor <> 'mail' AND (registrant_id IS NULL OR event_id <> registrant_id)
    ORDER BY event_id LIMIT $3 FOR NO KEY UPDATE";
const WAITING_BY_INDEX: &str =
    "SELECT event_id, at, kind, registrant_id FROM event INDEXED BY event_ungathered
    WHERE slot = $1 AND meeting_id = $2
        AND is_gathered IS NULL AND actor <> 'mail' AND (registrant_id IS NULL OR event_id <> registrant_id)
    ORDER BY event_id LIMIT $3";
static MARK: LazyLock<PerLength> = LazyLock::new(|| {
    PerLength::new(|rows| {
        Text::same(format!(
            "UPDATE event SET is_gathered = TRUE WHERE slot = ? AND meeting_id = ? AND event_id IN {}",
            placeholders(1, rows)
        ))
    })
});
const FIND_HOST: &str = "SELECT m.tenant_id, m.organizer_id, g.registration_id,
        (SELECT o.last_registrant FROM roster o WHERE o.slot = $1 AND o.meeting_id = $2
            AND o.registration_id = g.registration_id) AS last_registrant,
        (SELECT n.registration_id FROM registration n WHERE n.slot = $1 AND n.meeting_id = $2
            ORDER BY n.registration_id DESC LIMIT 1) AS newest_id
    FROM meeting m LEFT JOIN registration g ON g.slot = $1 AND g.meeting_id = $2 AND g.is_live
    WHERE m.slot = $1 AND m.meeting_id = $2";
const NEWCOMERS: &str = "SELECT registrant_id, registered_at FROM registrant
    WHERE slot = $1 AND meeting_id = $2 AND registrant_id > $3 AND registration_id = $4
    ORDER BY registrant_id LIMIT $5";
/// Meetings that somebody subscribed to, whose list has grown since it was last gathered.
const GROWN: &str = "SELECT f.feed_id FROM feed f
    JOIN registration g ON g.slot = f.slot AND g.meeting_id = f.feed_id AND g.is_live
    JOIN roster o ON o.slot = f.slot AND o.meeting_id = f.feed_id AND o.registration_id = g.registration_id
    WHERE (f.registration_id IS DISTINCT FROM g.registration_id OR o.last_registrant > f.after_registrant
            OR f.after_registrant IS NULL AND o.last_registrant IS NOT NULL)
        AND EXISTS (SELECT 1 FROM subscription s WHERE s.slot = f.slot AND s.feed_id = f.feed_id
            AND s.removed_at IS NULL)";
static INSERT_CHANGES: LazyLock<PerLength> = LazyLock::new(|| {
    PerLength::new(|rows| {
        let into = "change (slot, feed_id, change_no, at, noted_at, kind, meeting_id, registration_id, registrant_id)";
        Text::same(insert_rows(into, rows, 9))
    })
});
const ADVANCE: &str = "UPDATE feed SET last_no = $3, registration_id = $4, after_registrant = $5
    WHERE slot = $1 AND feed_id = $2";

impl Store {
    /// Gathers whatever waits, in feeds that somebody reads; tells how many events and newcomers there were.
    pub async fn gather(&self, now: Timestamp) -> Result<u64, Fault> {
        let mut count = 0;
        let (text, next_meeting) = match self.engine() {
            Engine::Sqlite => (WAITING_SLOTS_BY_INDEX, NEXT_MEETING_BY_INDEX),
            Engine::Postgres if self.is_spread => (WAITING_SLOTS_OF_NODES, NEXT_MEETING),
            Engine::Postgres => (WAITING_SLOTS, NEXT_MEETING),
        };
        let slots: Vec<i64> = query(text).fetch_values(&self.readers).await?;
        for slot in slots {
            let mut after = Uuid::nil();
            loop {
                let next = query(next_meeting).bind(slot).bind(after);
                let Some(meeting) = next.fetch_optional_value::<Uuid>(&self.readers).await? else { break };
                count += self.gather_meeting(MeetingId(meeting), now).await?;
                after = meeting;
            }
        }
        let grown: Vec<Uuid> = query(GROWN).fetch_values(&self.readers).await?;
        for meeting in grown {
            count += self.gather_meeting(MeetingId(meeting), now).await?;
        }
        Ok(count)
    }

    /// Gathers what waits of one meeting.
    pub async fn gather_meeting(&self, meeting: MeetingId, now: Timestamp) -> Result<u64, Fault> {
        let mut count = 0;
        loop {
            let (gathered, is_all) = write_tx!(self, |tx| { gather_piece(tx, meeting, now).await? });
            count += gathered;
            if is_all {
                return Ok(count);
            }
        }
    }
}

/// Gathers the next of a meeting; how many that were, and whether that was all.
async fn gather_piece(tx: &mut Tx, meeting: MeetingId, now: Timestamp) -> Result<(u64, bool), Fault> {
    let slot = number(meeting.slot());
    let text = match tx.engine() {
        Engine::Sqlite => WAITING_BY_INDEX,
        Engine::Postgres => WAITING,
    };
    // First these, then the feeds and the list: a feed that is opened later, and an enrolment that is seen later, are of
    // a later moment than everything read here.
    let waiting: Vec<EventRow> =
        query(text).bind(slot).bind(meeting.0).bind(AT_ONCE).fetch_all(&mut *tx).await?;
    let own = FeedKey::of_meeting(meeting);
    let feed = take_feed(tx, own).await?;
    let host: Option<HostRow> = query(FIND_HOST).bind(slot).bind(meeting.0).fetch_optional(&mut *tx).await?;
    let Some(host) = host else { return mark(tx, meeting, &waiting).await.map(|count| (count, true)) };

    let mut newcomers = 0;
    if let Some(mut feed) = feed {
        let mut found = find_newcomers(tx, meeting, &mut feed, &host).await?;
        newcomers = found.len();
        if newcomers < AT_ONCE as usize {
            found.extend(waiting.iter().filter(|event| change::of_event(&event.kind).is_some()).map(
                |event| Found {
                    at: event.at,
                    kind: event.kind.clone(),
                    registration: host.newest_id,
                    registrant: event.registrant_id,
                },
            ));
        }
        append(tx, own, feed, meeting, &found, now).await?;
        if newcomers == AT_ONCE as usize {
            // What happened to whoever comes next may be among the events: those wait until all have come.
            return Ok((newcomers as u64, false));
        }
    }
    let of_meetings: Vec<Found> = waiting.iter().filter_map(|event| of_meeting(event, &host)).collect();
    if !of_meetings.is_empty() {
        let key = FeedKey::of_organizer(TenantId(host.tenant_id), PersonId(host.organizer_id));
        if let Some(feed) = take_feed(tx, key).await? {
            append(tx, key, feed, meeting, &of_meetings, now).await?;
        }
    }
    let marked = mark(tx, meeting, &waiting).await?;
    Ok((marked + newcomers as u64, waiting.len() < AT_ONCE as usize))
}

fn of_meeting(event: &EventRow, host: &HostRow) -> Option<Found> {
    let (subject, _) = change::of_event(&event.kind)?;
    (subject != Subject::Registrant).then(|| Found {
        at: event.at,
        kind: event.kind.clone(),
        registration: host.newest_id,
        registrant: None,
    })
}

/// Whoever came onto the list of the registration since it was last read; the feed's row is moved on with them.
async fn find_newcomers(
    tx: &mut Tx,
    meeting: MeetingId,
    feed: &mut FeedRow,
    host: &HostRow,
) -> Result<Vec<Found>, Fault> {
    let mut found = Vec::new();
    // One that was deleted grows no more; what was not gathered of it yet comes first.
    let registrations: HashSet<Uuid> = feed.registration_id.into_iter().chain(host.registration_id).collect();
    let mut registrations: Vec<Uuid> = registrations.into_iter().collect();
    registrations.sort_unstable_by_key(|id| Some(*id) == host.registration_id);
    for registration in registrations {
        let is_known = feed.registration_id == Some(registration);
        let after = feed.after_registrant.filter(|_| is_known).unwrap_or_default();
        let room = AT_ONCE - found.len() as i64;
        let rows: Vec<(Uuid, i64)> = query(NEWCOMERS)
            .bind(number(meeting.slot()))
            .bind(meeting.0)
            .bind(after)
            .bind(registration)
            .bind(room)
            .fetch_all(&mut *tx)
            .await?;
        let is_all = (rows.len() as i64) < room;
        let last = rows.last().map(|(id, _)| *id);
        // The list's own mark may be of somebody who turned out to be known already.
        let mark = host.last_registrant.filter(|_| is_all && Some(registration) == host.registration_id);
        feed.registration_id = Some(registration);
        feed.after_registrant =
            [Some(after).filter(|id| !id.is_nil()), last, mark].into_iter().max().flatten();
        found.extend(rows.into_iter().map(|(id, at)| Found {
            at,
            kind: ENROLLED.to_owned(),
            registration: Some(registration),
            registrant: Some(id),
        }));
        if !is_all {
            break;
        }
    }
    Ok(found)
}

/// Gives changes their numbers, under the lock of the feed.
async fn append(
    tx: &mut Tx,
    key: FeedKey,
    feed: FeedRow,
    meeting: MeetingId,
    found: &[Found],
    now: Timestamp,
) -> Result<(), Fault> {
    let numbered: Vec<(i64, &Found)> = (feed.last_no + 1..).zip(found).collect();
    for piece in pieces(&numbered) {
        let rows = piece.iter().map(|(change_no, change)| {
            [
                number(key.slot).into(),
                key.id.into(),
                (*change_no).into(),
                change.at.into(),
                micros(now).into(),
                (&change.kind).into(),
                meeting.0.into(),
                change.registration.into(),
                change.registrant.into(),
            ]
        });
        query(INSERT_CHANGES.text(piece.len())).bind_rows(rows).execute(&mut *tx).await?;
    }
    query(ADVANCE)
        .bind(number(key.slot))
        .bind(key.id)
        .bind(feed.last_no + found.len() as i64)
        .bind(feed.registration_id)
        .bind(feed.after_registrant)
        .execute(&mut *tx)
        .await?;
    Ok(())
}

async fn mark(tx: &mut Tx, meeting: MeetingId, events: &[EventRow]) -> Result<u64, Fault> {
    for piece in pieces(events) {
        let begun = query(MARK.text(piece.len())).bind(number(meeting.slot())).bind(meeting.0);
        let bound = piece.iter().fold(begun, |query, event| query.bind(event.event_id));
        bound.execute(&mut *tx).await?;
    }
    Ok(events.len() as u64)
}
