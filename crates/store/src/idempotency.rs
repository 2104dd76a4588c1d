//! Safe retries: what was answered to a request that carried an idempotency key, stored with the answer's
//! own transaction.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use domain::enrolment::IdempotencyKey;
use domain::seats::Admission;
use domain::{Enrolment, MeetingId, RegistrantId};
use jiff::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use crate::engine::{Text, Tx, Value, query};
use crate::enroll::Verdict;
use crate::expiring::Expiring;
use crate::rows::{PerLength, insert_rows, micros, number, pieces, placeholders};
use crate::seating::{in_pieces, parties};
use crate::{Fault, Store};

type Hash = [u8; 32];

#[derive(FromRow)]
struct Remembered {
    key_hash: Vec<u8>,
    request_hash: Vec<u8>,
    registrant_id: Uuid,
    answer: Option<String>,
}

/// The same, where a key that was asked for may be unknown.
type Looked = (Vec<u8>, Option<Vec<u8>>, Option<Uuid>, Option<String>);

/// What was answered, and to whom.
type Answered = (RegistrantId, Option<Admission>);

pub(crate) const KEYED: &str = "slot, meeting_id, key_hash, request_hash, registrant_id, expires_at";
static INSERT_KEYS: LazyLock<PerLength> = LazyLock::new(|| {
    PerLength::new(|rows| {
        let insert = insert_rows(&format!("idempotency ({KEYED}, answer)"), rows, 7);
        Text::same(format!(
            "{insert} ON CONFLICT (slot, meeting_id, key_hash) DO UPDATE SET request_hash = excluded.request_hash,
                registrant_id = excluded.registrant_id, expires_at = excluded.expires_at, answer = excluded.answer"
        ))
    })
});

/// The slots that hold idempotency keys nobody will be asked for again; found by seeks, as the due slots are.
const EXPIRED_SLOTS: &str = "WITH RECURSIVE s (slot) AS (
        SELECT MIN(slot) FROM idempotency
        UNION ALL
        SELECT (SELECT MIN(i.slot) FROM idempotency i WHERE i.slot > s.slot) FROM s WHERE s.slot IS NOT NULL
    )
    SELECT slot FROM s WHERE slot IS NOT NULL
        AND (SELECT i.slot FROM idempotency i WHERE i.slot = s.slot AND i.expires_at <= $1 LIMIT 1) IS NOT NULL";
/// The same on Citus, which asks its nodes for nothing recursive.
const EXPIRED_SLOTS_OF_NODES: &str =
    "SELECT DISTINCT slot FROM idempotency WHERE expires_at <= $1 LIMIT 1000";
const REMOVE_EXPIRED: &str = "DELETE FROM idempotency WHERE slot = $1 AND (meeting_id, key_hash) IN (
        SELECT i.meeting_id, i.key_hash FROM idempotency i WHERE i.slot = $1 AND i.expires_at <= $2 LIMIT $3)
    AND +expires_at <= $2";

const FIND: &str = "SELECT key_hash, request_hash, registrant_id, answer FROM idempotency
    WHERE slot = $1 AND meeting_id = $2 AND key_hash = $3 AND +expires_at > $4";

impl Store {
    /// The registrant that the first request with this key got, if the key is remembered; with the hash of
    /// that request.
    pub async fn find_answered(
        &self,
        meeting: MeetingId,
        key: &IdempotencyKey,
        now: Timestamp,
    ) -> Result<Option<([u8; 32], RegistrantId)>, Fault> {
        let row: Option<Remembered> = query(FIND)
            .bind(number(meeting.slot()))
            .bind(meeting.0)
            .bind(key.key.as_slice())
            .bind(micros(now))
            .fetch_optional(&self.readers)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let request = row.request_hash.try_into().map_err(|_| Fault::corrupt("a hash of another length"))?;
        Ok(Some((request, RegistrantId(row.registrant_id))))
    }

    /// Removes the idempotency keys whose time is over; tells how many there were.
    pub async fn remove_expired_keys(&self, now: Timestamp) -> Result<u64, Fault> {
        let table =
            Expiring { slots: EXPIRED_SLOTS, slots_of_nodes: EXPIRED_SLOTS_OF_NODES, remove: REMOVE_EXPIRED };
        self.remove_expired(&table, now).await
    }
}

/// Answers those whose idempotency key is remembered, and takes them out of the wanted. Of requests to one
/// meeting with one key, the first stands; the others are held against it.
pub(crate) async fn replay(
    tx: &mut Tx,
    batch: &[Enrolment],
    wanted: &mut Vec<usize>,
) -> Result<Vec<(usize, Verdict)>, Fault> {
    let keyed: Vec<usize> = wanted.iter().copied().filter(|n| batch[*n].idempotency.is_some()).collect();
    let mut known: HashMap<(MeetingId, Hash), (Hash, Option<Answered>)> = HashMap::new();
    for (meeting, party) in parties(batch, &keyed).flat_map(in_pieces) {
        for row in remembered(tx, meeting, batch, party).await? {
            let hash =
                |bytes: Vec<u8>| bytes.try_into().map_err(|_| Fault::corrupt("a hash of another length"));
            let (key, request) = (hash(row.key_hash)?, hash(row.request_hash)?);
            let answered = (RegistrantId(row.registrant_id), row.answer.as_deref().and_then(read_admission));
            known.insert((meeting, key), (request, Some(answered)));
        }
    }
    let mut verdicts = Vec::new();
    for n in keyed {
        let Some(key) = batch[n].idempotency else { continue };
        match known.get(&(batch[n].meeting, key.key)) {
            None => {
                known.insert((batch[n].meeting, key.key), (key.request, None));
            }
            Some((request, _)) if *request != key.request => verdicts.push((n, Verdict::KeyReused)),
            Some((_, Some((registrant, None)))) => {
                verdicts.push((n, Verdict::Known { registrant: *registrant, generation: 0 }));
            }
            Some((_, Some((registrant, Some(admission))))) => {
                let (registrant, admission) = (*registrant, *admission);
                verdicts.push((n, Verdict::Waits { registrant, admission, is_new: false }));
            }
            Some((_, None)) => {}
        }
    }
    wanted.retain(|n| !verdicts.iter().any(|(decided, _)| decided == n));
    Ok(verdicts)
}

async fn remembered(
    tx: &mut Tx,
    meeting: MeetingId,
    batch: &[Enrolment],
    keyed: &[usize],
) -> Result<Vec<Remembered>, Fault> {
    // Each is looked up for itself: for a join, or a list behind `IN`, an engine may rather read every key there is.
    let text = format!(
        "WITH asked (key_hash) AS (VALUES {})
         SELECT asked.key_hash,
             (SELECT i.request_hash FROM idempotency i WHERE i.slot = ? AND i.meeting_id = ?
                 AND i.key_hash = asked.key_hash AND +i.expires_at > ?) AS request_hash,
             (SELECT i.registrant_id FROM idempotency i WHERE i.slot = ? AND i.meeting_id = ?
                 AND i.key_hash = asked.key_hash) AS registrant_id,
             (SELECT i.answer FROM idempotency i WHERE i.slot = ? AND i.meeting_id = ?
                 AND i.key_hash = asked.key_hash) AS answer
         FROM asked",
        placeholders(keyed.len(), 1),
    );
    let mut find = query(Text::same(text));
    for key in keyed.iter().filter_map(|n| batch[*n].idempotency.as_ref()) {
        find = find.bind(key.key.as_slice());
    }
    let now = keyed.iter().map(|n| micros(batch[*n].at)).min().unwrap_or_default();
    let (slot, id) = (number(meeting.slot()), meeting.0);
    let find = find.bind(slot).bind(id).bind(now).bind(slot).bind(id).bind(slot).bind(id);
    let rows: Vec<Looked> = find.fetch_all(tx).await?;
    let known = |(key_hash, request, registrant, answer): Looked| {
        Some(Remembered { key_hash, request_hash: request?, registrant_id: registrant?, answer })
    };
    Ok(rows.into_iter().filter_map(known).collect())
}

/// Remembers the answer of those who sent an idempotency key and are registered now. What was remembered
/// before is not among them: its time runs on.
pub(crate) async fn remember(
    tx: &mut Tx,
    batch: &[Enrolment],
    verdicts: &[(usize, Verdict)],
) -> Result<(), Fault> {
    let mut keys = HashSet::new();
    let answered: Vec<(&Enrolment, Answered)> = verdicts
        .iter()
        // Of several requests with one key the first is remembered: one statement must not touch a row twice.
        .filter(|(n, _)| batch[*n].idempotency.is_some_and(|key| keys.insert((batch[*n].meeting, key.key))))
        .filter_map(|(n, verdict)| match verdict {
            Verdict::Seated(registrant) | Verdict::Known { registrant, .. } => {
                Some((&batch[*n], (*registrant, None)))
            }
            Verdict::Waits { registrant, admission, .. } => {
                Some((&batch[*n], (*registrant, Some(*admission))))
            }
            Verdict::Full { .. } | Verdict::Stale | Verdict::KeyReused => None,
        })
        .collect();
    for piece in pieces(&answered) {
        let rows = piece.iter().filter_map(|(enrolment, (registrant, admission))| {
            let mut row = keyed(enrolment, *registrant)?.into_iter().chain([admission.map(written).into()]);
            Some(std::array::from_fn::<_, 7, _>(|_| row.next().expect("a row has seven values")))
        });
        query(INSERT_KEYS.text(piece.len())).bind_rows(rows).execute(&mut *tx).await?;
    }
    Ok(())
}

/// What was answered where there was no place: what somebody finds, not how they stand since.
fn written(admission: Admission) -> &'static str {
    match admission {
        Admission::Wait => "waitlisted",
        Admission::Ask => "pendingApproval",
        Admission::Seat | Admission::Full => "",
    }
}

fn read_admission(text: &str) -> Option<Admission> {
    [Admission::Wait, Admission::Ask].into_iter().find(|admission| written(*admission) == text)
}

/// The row of what was answered to whoever sent an idempotency key.
pub(crate) fn keyed(enrolment: &Enrolment, registrant: RegistrantId) -> Option<[Value<'_>; 6]> {
    let key = enrolment.idempotency.as_ref()?;
    Some([
        number(enrolment.meeting.slot()).into(),
        enrolment.meeting.0.into(),
        key.key.as_slice().into(),
        key.request.as_slice().into(),
        registrant.0.into(),
        micros(key.expires_at).into(),
    ])
}
