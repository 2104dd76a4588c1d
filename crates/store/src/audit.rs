//! Whether what is counted is what is there: the invariants of enrolment, over the whole database in one snapshot.

use domain::MeetingId;
use sqlx::FromRow;
use uuid::Uuid;

use crate::engine::query;
use crate::{Fault, Store, read_tx};

/// What one look saw.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audit {
    /// Registrations, deleted ones included.
    pub registrations: i64,
    /// Registrants, canceled ones included.
    pub registrants: i64,
    /// Of each rule the first hundred breaches.
    pub breaches: Vec<Breach>,
}

/// A registration or a person of whom a rule does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Breach {
    /// The rule, in words.
    pub rule: &'static str,
    /// The meeting concerned.
    pub meeting: MeetingId,
    /// What stands there.
    pub stands: i64,
    /// What it should be, or must not exceed.
    pub right: i64,
}

#[derive(FromRow)]
struct BreachRow {
    meeting_id: Uuid,
    stands: i64,
    counted: i64,
}

/// Each finds the breaches of its rule: meeting, what stands there and what is right.
const RULES: [(&str, &str); 10] = [
    ("seats taken are people registered and places held for an offer", SEATS),
    ("those counted as waiting and as pending are there", ASIDE),
    ("whoever waits or has an offer stands on the list", QUEUE),
    ("the length of the list is its rows", LIST),
    ("seats taken are places given less those given back", EVENTS),
    ("seats taken are no more than the capacity, unless that was changed", CAPACITY),
    ("a person is registered once", PEOPLE),
    ("whoever is registered has a confirmation, waiting or settled", CONFIRMATIONS),
    ("whoever is canceled has a cancellation, waiting or settled", CANCELLATIONS),
    ("of letters that tell somebody the same one waits, and those they asked for", LETTERS),
];

const SIZE: &str = "SELECT (SELECT COUNT(*) FROM roster), (SELECT COUNT(*) FROM registrant)";
const SEATS: &str = "SELECT o.meeting_id, o.seats_taken AS stands, COUNT(r.live_key) AS counted
    FROM roster o LEFT JOIN registrant r
        ON r.slot = o.slot AND r.meeting_id = o.meeting_id AND r.registration_id = o.registration_id
        AND COALESCE(r.standing, 'offered') = 'offered'
    GROUP BY o.slot, o.meeting_id, o.registration_id, o.seats_taken
    HAVING o.seats_taken <> COUNT(r.live_key) LIMIT 100";
/// Of live registrations alone: with one that is deleted the list is over at once.
const ASIDE: &str = "SELECT o.meeting_id, o.waitlist_count + o.pending_count AS stands, COUNT(r.live_key) AS counted
    FROM roster o
    JOIN registration g
        ON g.slot = o.slot AND g.meeting_id = o.meeting_id AND g.registration_id = o.registration_id AND g.is_live
    LEFT JOIN registrant r
        ON r.slot = o.slot AND r.meeting_id = o.meeting_id AND r.registration_id = o.registration_id
        AND r.standing IN ('waitlisted', 'pendingApproval')
    GROUP BY o.slot, o.meeting_id, o.registration_id, o.waitlist_count, o.pending_count
    HAVING o.waitlist_count + o.pending_count <> COUNT(r.live_key)
        OR o.waitlist_count <> COUNT(CASE WHEN r.standing = 'waitlisted' THEN r.live_key END) LIMIT 100";
const QUEUE: &str = "SELECT r.meeting_id, CAST(0 AS BIGINT) AS stands, CAST(1 AS BIGINT) AS counted
    FROM registrant r
    JOIN registration g
        ON g.slot = r.slot AND g.meeting_id = r.meeting_id AND g.registration_id = r.registration_id AND g.is_live
    LEFT JOIN waiting w ON w.slot = r.slot AND w.meeting_id = r.meeting_id AND w.registrant_id = r.registrant_id
        AND w.is_offered = (r.standing = 'offered')
    WHERE r.live_key IS NOT NULL AND r.standing IN ('waitlisted', 'offered') AND w.registrant_id IS NULL LIMIT 100";
const LIST: &str = "SELECT o.meeting_id, o.registrant_count AS stands, COUNT(r.registrant_id) AS counted
    FROM roster o LEFT JOIN registrant r
        ON r.slot = o.slot AND r.meeting_id = o.meeting_id AND r.registration_id = o.registration_id
    GROUP BY o.slot, o.meeting_id, o.registration_id, o.registrant_count
    HAVING o.registrant_count <> COUNT(r.registrant_id) LIMIT 100";
/// Of live registrations alone: deleting one cancels everybody by one event of its own.
const EVENTS: &str = "WITH told AS (
        SELECT r.slot, r.meeting_id, r.registration_id,
            SUM(CASE WHEN e.kind IN ('registrantEnrolled', 'registrantApproved', 'registrantOffered', 'registrantPromoted')
                    THEN 1
                WHEN e.kind IN ('registrantCanceled', 'offerDeclined', 'offerExpired') THEN -1 ELSE 0 END) AS seats
        FROM event e CROSS JOIN registrant r
        WHERE r.slot = e.slot AND r.meeting_id = e.meeting_id AND r.registrant_id = e.registrant_id
        GROUP BY r.slot, r.meeting_id, r.registration_id
    )
    SELECT o.meeting_id, o.seats_taken AS stands, CAST(COALESCE(t.seats, 0) AS BIGINT) AS counted
    FROM roster o
    JOIN registration g
        ON g.slot = o.slot AND g.meeting_id = o.meeting_id AND g.registration_id = o.registration_id AND g.is_live
    LEFT JOIN told t
        ON t.slot = o.slot AND t.meeting_id = o.meeting_id AND t.registration_id = o.registration_id
    WHERE o.seats_taken <> COALESCE(t.seats, 0) LIMIT 100";
/// A capacity that was lowered takes no place away, and no row says what it was before.
const CAPACITY: &str = "SELECT o.meeting_id, o.seats_taken AS stands, g.capacity AS counted
    FROM roster o
    JOIN registration g
        ON g.slot = o.slot AND g.meeting_id = o.meeting_id AND g.registration_id = o.registration_id AND g.is_live
    WHERE o.seats_taken > g.capacity AND NOT EXISTS (SELECT 1 FROM event e
        WHERE e.slot = o.slot AND e.meeting_id = o.meeting_id AND e.kind = 'registrationUpdated') LIMIT 100";
/// By the letters of the key, without its index: that is what is doubted.
const PEOPLE: &str = "SELECT meeting_id, COUNT(*) AS stands, CAST(1 AS BIGINT) AS counted
    FROM registrant WHERE live_key IS NOT NULL
    GROUP BY slot, meeting_id, live_key || '' HAVING COUNT(*) > 1 LIMIT 100";
/// Letters that are settled are put together first: events are not kept by registrant.
const CONFIRMATIONS: &str = "SELECT r.meeting_id, CAST(0 AS BIGINT) AS stands, CAST(1 AS BIGINT) AS counted
    FROM registrant r
    LEFT JOIN (SELECT DISTINCT slot, meeting_id, registrant_id FROM outbox WHERE kind = 'confirmation') b
        ON b.slot = r.slot AND b.meeting_id = r.meeting_id AND b.registrant_id = r.registrant_id
    LEFT JOIN (SELECT DISTINCT slot, meeting_id, registrant_id FROM event
            WHERE kind IN ('letterSent', 'letterDropped', 'letterWithheld') AND detail = 'confirmation') t
        ON t.slot = r.slot AND t.meeting_id = r.meeting_id AND t.registrant_id = r.registrant_id
    WHERE r.live_key IS NOT NULL AND r.standing IS NULL AND r.email IS NOT NULL
        AND b.registrant_id IS NULL AND t.registrant_id IS NULL LIMIT 100";
const CANCELLATIONS: &str = "SELECT r.meeting_id, CAST(0 AS BIGINT) AS stands, CAST(1 AS BIGINT) AS counted
    FROM registrant r
    LEFT JOIN (SELECT DISTINCT slot, meeting_id, registrant_id FROM outbox
            WHERE kind IN ('cancellation', 'rejected', 'offerExpired')) b
        ON b.slot = r.slot AND b.meeting_id = r.meeting_id AND b.registrant_id = r.registrant_id
    LEFT JOIN (SELECT DISTINCT slot, meeting_id, registrant_id FROM event
            WHERE kind IN ('letterSent', 'letterDropped', 'letterWithheld')
                AND detail IN ('cancellation', 'rejected', 'offerExpired')) t
        ON t.slot = r.slot AND t.meeting_id = r.meeting_id AND t.registrant_id = r.registrant_id
    WHERE r.live_key IS NULL AND r.email IS NOT NULL AND b.registrant_id IS NULL AND t.registrant_id IS NULL LIMIT 100";
/// Of those that wait alone: the event that stays of a letter does not say what exactly it was about.
const LETTERS: &str = "SELECT b.meeting_id, COUNT(*) AS stands, CAST(1 AS BIGINT) AS counted
    FROM outbox b
    LEFT JOIN event e ON e.slot = b.slot AND e.meeting_id = b.meeting_id AND e.event_id = b.outbox_id
        AND e.kind = 'letterRequested'
    WHERE e.event_id IS NULL
    GROUP BY b.slot, b.meeting_id, b.registrant_id, b.kind, b.about HAVING COUNT(*) > 1 LIMIT 100";

impl Store {
    /// Holds everything that is counted against the rows, as of one moment. Reads the whole database, and holds nobody
    /// up by it.
    pub async fn audit(&self) -> Result<Audit, Fault> {
        Ok(read_tx!(self, |tx| {
            tx.read_everything().await?;
            let (registrations, registrants): (i64, i64) = query(SIZE).fetch_one(&mut *tx).await?;
            let mut breaches = Vec::new();
            for (rule, find) in RULES {
                let rows: Vec<BreachRow> = query(find).fetch_all(&mut *tx).await?;
                breaches.extend(rows.into_iter().map(|row| Breach {
                    rule,
                    meeting: MeetingId(row.meeting_id),
                    stands: row.stands,
                    right: row.counted,
                }));
            }
            Audit { registrations, registrants, breaches }
        }))
    }
}
