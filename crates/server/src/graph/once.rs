//! `Idempotency-Key`: a request that is sent again gets the first answer, whatever has changed meanwhile; one about a
//! registrant shows them as they are by then (`life.rs`). Enrolments keep their keys themselves, in `enroll.rs`.

use domain::enrolment::IdempotencyKey;
use domain::subscription::Subscription;
use domain::{FieldProblem, MeetingId, PersonId, ProblemCode, Refusal};
use http::HeaderName;
use jiff::SignedDuration;
use sha2::{Digest, Sha256};
use store::{Kept, Made, Once};
use uuid::Uuid;

use super::{Ask, Reply};
use crate::error::ApiError;

/// The header.
pub(super) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// How long a key is remembered.
pub(super) const REMEMBERED: SignedDuration = SignedDuration::from_hours(24);

/// The key of a request, and where it is kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key {
    place: MeetingId,
    key: IdempotencyKey,
}

/// The key as it was sent: up to 255 characters.
pub(super) fn sent_key<'a>(ask: &'a Ask<'_>) -> Result<Option<&'a str>, ApiError> {
    match ask.only_header(IDEMPOTENCY_KEY.as_str()) {
        None => Ok(None),
        Some(key) if (1..=255).contains(&key.len()) => Ok(Some(key)),
        Some(_) => Err(ApiError::from(vec![FieldProblem::new(
            "Idempotency-Key",
            ProblemCode::InvalidValue,
            "`Idempotency-Key` is sent once and has 1 to 255 characters of ASCII",
        )])),
    }
}

impl Key {
    /// The key of a request about something of a meeting: the same one with another operation, or about something else, is
    /// another key.
    pub fn about(ask: &Ask<'_>, meeting: MeetingId, what: Uuid) -> Result<Option<Self>, ApiError> {
        let Some(sent) = sent_key(ask)? else { return Ok(None) };
        Ok(Some(Self { place: meeting, key: seal(ask, what, sent) }))
    }

    /// The key of a request for a new meeting, which stands by itself.
    pub fn of_a_new_meeting(ask: &Ask<'_>, organizer: PersonId) -> Result<Option<Self>, ApiError> {
        Self::apart(ask, organizer.0)
    }

    /// The key of a request about a subscription: kept with the meeting that is watched, or else by itself.
    pub fn of_a_subscription(ask: &Ask<'_>, subscription: &Subscription) -> Result<Option<Self>, ApiError> {
        match subscription.watched.meeting() {
            Some(meeting) => Self::about(ask, meeting, subscription.id.0),
            None => Self::apart(ask, subscription.id.0),
        }
    }

    fn apart(ask: &Ask<'_>, what: Uuid) -> Result<Option<Self>, ApiError> {
        let Some(sent) = sent_key(ask)? else { return Ok(None) };
        let key = seal(ask, what, sent);
        let mut place = [0; 16];
        place.copy_from_slice(&key.key[..16]);
        Ok(Some(Self { place: MeetingId::from_random(place), key }))
    }

    /// The answer to be kept with what is stored.
    pub fn keep(self, reply: &Reply) -> Once {
        Once { place: self.place, key: self.key, answer: kept(reply) }
    }

    /// The same where the answer depends on what becomes of the request: it is made there.
    pub fn of_what_becomes(self) -> Once {
        self.keep(&Reply::no_content())
    }
}

/// An answer as it is kept.
pub(super) fn kept(reply: &Reply) -> Kept {
    let body = reply.body.as_deref().map(String::from_utf8_lossy).unwrap_or_default().into_owned();
    Kept { status: reply.status.as_u16(), body }
}

/// The answer that was given before. Asked before the body is judged and what it names is looked for: by then the first
/// request may have changed it.
pub(super) async fn find_answer(ask: &Ask<'_>, key: Option<Key>) -> Result<Option<Reply>, ApiError> {
    let Some(Key { place, key }) = key else { return Ok(None) };
    match ask.app.store.find_kept(place, &key, ask.app.clock.now()).await? {
        Made::Now(()) => Ok(None),
        Made::Before(kept) => Ok(Some(Reply::kept(kept))),
        Made::KeyReused => Err(Refusal::IdempotencyKeyReused.into()),
    }
}

/// What stands for chance in the id of something new, so that a retry with the same key finds it; `None` without a key.
pub(super) fn random_of_key(ask: &Ask<'_>) -> Result<Option<[u8; 16]>, ApiError> {
    let Some(sent) = sent_key(ask)? else { return Ok(None) };
    let mut random = [0; 16];
    random.copy_from_slice(&seal(ask, Uuid::nil(), sent).key[..16]);
    Ok(Some(random))
}

/// Private to the caller, and nothing of the request is kept.
fn seal(ask: &Ask<'_>, what: Uuid, sent: &str) -> IdempotencyKey {
    let mut hash = Sha256::new();
    hash.update(ask.operation.name());
    hash.update([0]);
    hash.update(ask.caller.tenant().0.as_bytes());
    hash.update(what.as_bytes());
    hash.update(ask.caller.actor());
    hash.update([0]);
    hash.update(sent);
    let expires_at = ask.app.clock.now() + REMEMBERED;
    IdempotencyKey { key: hash.finalize().into(), request: ask.fingerprint(), expires_at }
}
