//! Answers that are given once: what was answered to a request with an idempotency key, kept in the transaction that did
//! what was asked. Enrolments have a way of their own, [`crate::idempotency`], for many at once.

use domain::MeetingId;
use domain::enrolment::IdempotencyKey;
use jiff::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use crate::engine::{On, Tx, query};
use crate::rows::{micros, number};
use crate::{Fault, Store};

/// An answer as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The status.
    pub status: u16,
    /// The body, to the byte.
    pub body: String,
}

/// A request that is answered once, and the answer to be kept if it is done now.
#[derive(Clone, Debug)]
pub struct Once {
    /// Where the key stands: with the meeting that the request is about, or under an id made of the key.
    pub place: MeetingId,
    /// The key.
    pub key: IdempotencyKey,
    /// The answer.
    pub answer: Kept,
}

/// The same where the answer depends on what becomes of the request.
pub struct OnceOf<'a, T> {
    /// The key; its answer is made below.
    pub once: Once,
    /// The answer.
    pub answer: &'a (dyn Fn(&T) -> Kept + Sync),
}

impl<T> OnceOf<'_, T> {
    /// Keeps the answer to what became of it; `false` as [`keep`] says.
    pub(crate) async fn keep(&self, tx: &mut Tx, became: &T, now: Timestamp) -> Result<bool, Fault> {
        let once = Once { answer: (self.answer)(became), ..self.once.clone() };
        keep(tx, Some(&once), now).await
    }
}

/// What became of a request that is answered once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Made<T> {
    /// It was decided now.
    Now(T),
    /// It was answered before, like this; nothing changed.
    Before(Kept),
    /// The key belongs to another request; nothing changed.
    KeyReused,
}

#[derive(FromRow)]
struct KeptRow {
    request_hash: Vec<u8>,
    status: Option<i64>,
    answer: Option<String>,
}

const FIND: &str = "SELECT request_hash, status, answer FROM idempotency
    WHERE slot = $1 AND meeting_id = $2 AND key_hash = $3 AND +expires_at > $4";
const KEEP: &str = "INSERT INTO idempotency
        (slot, meeting_id, key_hash, request_hash, registrant_id, expires_at, status, answer)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (slot, meeting_id, key_hash) DO UPDATE SET request_hash = excluded.request_hash,
        registrant_id = excluded.registrant_id, expires_at = excluded.expires_at, status = excluded.status,
        answer = excluded.answer
    WHERE idempotency.expires_at <= $9";

impl Store {
    /// What the first request with this key was answered, if the key is remembered: [`Made::Now`] where it is not.
    pub async fn find_kept(
        &self,
        place: MeetingId,
        key: &IdempotencyKey,
        now: Timestamp,
    ) -> Result<Made<()>, Fault> {
        find(&self.readers, place, key, now).await
    }
}

/// What was answered before, if anything was.
pub(crate) async fn find_known<T>(
    tx: &mut Tx,
    once: Option<&Once>,
    now: Timestamp,
) -> Result<Option<Made<T>>, Fault> {
    let Some(once) = once else { return Ok(None) };
    Ok(match find(tx, once.place, &once.key, now).await? {
        Made::Now(()) => None,
        Made::Before(kept) => Some(Made::Before(kept)),
        Made::KeyReused => Some(Made::KeyReused),
    })
}

/// Keeps the answer; `false` where somebody else has kept one under this key, and waits for whoever is about to.
pub(crate) async fn keep(tx: &mut Tx, once: Option<&Once>, now: Timestamp) -> Result<bool, Fault> {
    let Some(Once { place, key, answer }) = once else { return Ok(true) };
    let kept = query(KEEP)
        .bind(number(place.slot()))
        .bind(place.0)
        .bind(key.key.as_slice())
        .bind(key.request.as_slice())
        .bind(Uuid::nil())
        .bind(micros(key.expires_at))
        .bind(i64::from(answer.status))
        .bind(&answer.body)
        .bind(micros(now))
        .execute(tx)
        .await?;
    Ok(kept == 1)
}

async fn find(
    on: impl Into<On<'_>>,
    place: MeetingId,
    key: &IdempotencyKey,
    now: Timestamp,
) -> Result<Made<()>, Fault> {
    let row: Option<KeptRow> = query(FIND)
        .bind(number(place.slot()))
        .bind(place.0)
        .bind(key.key.as_slice())
        .bind(micros(now))
        .fetch_optional(on)
        .await?;
    let Some(row) = row else { return Ok(Made::Now(())) };
    if row.request_hash != key.request {
        return Ok(Made::KeyReused);
    }
    let status = row.status.and_then(|status| u16::try_from(status).ok());
    let (status, body) = status.zip(row.answer).ok_or(Fault::corrupt("a key without its answer"))?;
    Ok(Made::Before(Kept { status, body }))
}
