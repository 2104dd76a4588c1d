//! What became of a registrant's letters: those that wait, those that left, and what came back about them.

use domain::{
    AddressHash, LetterKind, MeetingId, Registrant, RegistrantId, ReturnToken, Returned, WithheldReason,
};
use jiff::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use crate::engine::{Engine, Tx, query};
use crate::rows::{instant, micros};
use crate::{Fault, Store, read_tx, write_tx};

/// The most of a registrant's letters, and of what became of them, that are looked at.
const MOST: i64 = 200;

/// A letter and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterState {
    /// The letter's id; of one that left before ids were kept, its event's.
    pub id: Uuid,
    /// What it tells; `None` where something came back and it is not known about which.
    pub kind: Option<LetterKind>,
    /// Where it is.
    pub fate: Fate,
    /// Since when; of one that waits, when it is tried next.
    pub at: Timestamp,
    /// What a mail server last said, without addresses.
    pub answer: Option<String>,
}

/// Where a letter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It waits.
    Queued,
    /// The mail server took it.
    Sent,
    /// The mail server refused it, or it was tried too often.
    Failed,
    /// It was not sent, though it would have been true; `None` where it is not known any more why.
    Withheld(Option<WithheldReason>),
    /// It was not sent, because it had become untrue, or is not wanted.
    Dropped,
    /// It came back.
    Bounced,
    /// It is on its way, and late.
    Delayed,
    /// Something came back that cannot be read.
    Returned,
}

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

#[derive(FromRow)]
struct WaitingRow {
    outbox_id: Uuid,
    kind: String,
    due_at: i64,
    failed_at: Option<i64>,
    last_answer: Option<String>,
}

#[derive(FromRow)]
struct EventRow {
    event_id: Uuid,
    at: i64,
    kind: String,
    detail: Option<String>,
    letter_id: Option<Uuid>,
    answer: Option<String>,
}

const FIND: &str = "SELECT outbox_id, kind, due_at, failed_at, last_answer FROM outbox
    WHERE slot = $1 AND outbox_id = $2";
/// The ids alone: SQLite then finds all that it needs in the key, and does not walk what waits in the slot.
const LIST_OTHERS: &str = "SELECT outbox_id FROM outbox
    WHERE slot = $1 AND meeting_id = $2 AND registrant_id = $3 AND outbox_id <> registrant_id LIMIT $4";
const LIST_EVENTS: &str = "SELECT event_id, at, kind, detail, letter_id, answer FROM event
    WHERE slot = $1 AND meeting_id = $2 AND registrant_id = $3 AND actor = 'mail'
    ORDER BY event_id DESC LIMIT $4";
/// SQLite has to be told: it takes the order of the primary key for a reason to read all that happened in the meeting.
const LIST_EVENTS_BY_INDEX: &str =
    "SELECT event_id, at, kind, detail, letter_id, answer FROM event INDEXED BY event_mail
    WHERE slot = $1 AND meeting_id = $2 AND registrant_id = $3 AND actor = 'mail'
    ORDER BY event_id DESC LIMIT $4";
const RECORD_RETURN: &str =
    "INSERT INTO event (slot, meeting_id, event_id, at, kind, registrant_id, actor, detail, answer)
    VALUES ($1, $2, $3, $4, $5, $6, 'mail', $7, $8) ON CONFLICT (slot, meeting_id, event_id) DO NOTHING";
const SUPPRESS: &str =
    "INSERT INTO suppression (slot, address_hash, since_at, status, meeting_id, registrant_id)
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (slot, address_hash) DO NOTHING";
/// The meetings whose ids begin alike: one, as a rule.
const LIST_MEETINGS: &str = "SELECT meeting_id FROM meeting
    WHERE slot = $1 AND meeting_id >= $2 AND meeting_id <= $3 ORDER BY meeting_id LIMIT 8";
/// Before ids were kept, what was said of a letter that failed stood in its detail.
const FORGET_EVENTS: &str =
    "UPDATE event SET answer = NULL, detail = CASE WHEN letter_id IS NULL THEN NULL ELSE detail END
    WHERE slot = $1 AND meeting_id = $2 AND registrant_id = $3 AND actor = 'mail'
        AND (answer IS NOT NULL OR letter_id IS NULL)";
const FORGET_EVENTS_BY_INDEX: &str = "UPDATE event INDEXED BY event_mail
    SET answer = NULL, detail = CASE WHEN letter_id IS NULL THEN NULL ELSE detail END
    WHERE slot = $1 AND meeting_id = $2 AND registrant_id = $3 AND actor = 'mail'
        AND (answer IS NOT NULL OR letter_id IS NULL)";
const FORGET_ANSWER: &str = "UPDATE outbox SET last_answer = NULL WHERE slot = $1 AND outbox_id = $2";

impl Store {
    /// The letters of a registrant, newest first, two hundred at most.
    pub async fn list_letters(
        &self,
        meeting: MeetingId,
        registrant: RegistrantId,
    ) -> Result<Vec<LetterState>, Fault> {
        let slot = meeting.slot().number();
        let (waiting, events) = read_tx!(self, |tx| {
            let events = list_events(tx, meeting, registrant).await?;
            let mut waiting: Vec<WaitingRow> = Vec::new();
            for id in waiting_ids(tx, meeting, registrant, MOST).await? {
                waiting.extend(query(FIND).bind(slot).bind(id).fetch_optional(&mut *tx).await?);
            }
            (waiting, events)
        });
        assemble(waiting, events)
    }

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

    /// Records what came back, and stops letters to the address where it says so; `false` where it was known already.
    pub async fn record_return(&self, registrant: &Registrant, what: &Return<'_>) -> Result<bool, Fault> {
        let meeting = registrant.meeting;
        Ok(write_tx!(self, |tx| {
            let is_new = query(RECORD_RETURN)
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
                query(SUPPRESS)
                    .bind(address.slot().number())
                    .bind(address.0.as_slice())
                    .bind(micros(what.at))
                    .bind(what.status)
                    .bind(meeting.0)
                    .bind(registrant.id.0)
                    .execute(&mut *tx)
                    .await?;
            }
            is_new
        }))
    }
}

/// Forgets what mail servers said of somebody's letters, however much it is: it may name them.
pub(crate) async fn forget_answers(
    tx: &mut Tx,
    meeting: MeetingId,
    registrant: RegistrantId,
) -> Result<(), Fault> {
    let slot = meeting.slot().number();
    for id in waiting_ids(tx, meeting, registrant, i64::MAX).await? {
        query(FORGET_ANSWER).bind(slot).bind(id).execute(&mut *tx).await?;
    }
    let forget = match tx.engine() {
        Engine::Sqlite => FORGET_EVENTS_BY_INDEX,
        Engine::Postgres => FORGET_EVENTS,
    };
    query(forget).bind(slot).bind(meeting.0).bind(registrant.0).execute(&mut *tx).await?;
    Ok(())
}

/// The last that became of somebody's letters, newest first.
async fn list_events(
    tx: &mut Tx,
    meeting: MeetingId,
    registrant: RegistrantId,
) -> Result<Vec<EventRow>, Fault> {
    let list = match tx.engine() {
        Engine::Sqlite => LIST_EVENTS_BY_INDEX,
        Engine::Postgres => LIST_EVENTS,
    };
    query(list)
        .bind(meeting.slot().number())
        .bind(meeting.0)
        .bind(registrant.0)
        .bind(MOST)
        .fetch_all(&mut *tx)
        .await
}

/// Ids under which letters to a registrant may wait in the outbox, that of the registrant, which the confirmation of an
/// enrolment has, and `most` others.
async fn waiting_ids(
    tx: &mut Tx,
    meeting: MeetingId,
    registrant: RegistrantId,
    most: i64,
) -> Result<Vec<Uuid>, Fault> {
    let mut ids: Vec<Uuid> = query(LIST_OTHERS)
        .bind(meeting.slot().number())
        .bind(meeting.0)
        .bind(registrant.0)
        .bind(most)
        .fetch_values(&mut *tx)
        .await?;
    ids.push(registrant.0);
    Ok(ids)
}

/// What waits, what left, and onto that what came back.
fn assemble(waiting: Vec<WaitingRow>, events: Vec<EventRow>) -> Result<Vec<LetterState>, Fault> {
    let mut letters = Vec::new();
    let mut came_back = Vec::new();
    for mut event in events {
        let kind = event.detail.as_deref().and_then(LetterKind::from_name);
        let fate = match event.kind.as_str() {
            "letterSent" => Fate::Sent,
            "letterFailed" if event.letter_id.is_some() => Fate::Failed,
            // It is in the outbox still, which knows more of it.
            "letterFailed" => continue,
            "letterDropped" => Fate::Dropped,
            // Nobody said anything: the answer is the reason.
            "letterWithheld" => {
                Fate::Withheld(event.answer.take().as_deref().and_then(WithheldReason::from_name))
            }
            "letterBounced" => Fate::Bounced,
            "letterDelayed" => Fate::Delayed,
            _ => Fate::Returned,
        };
        let id = event.letter_id.unwrap_or(event.event_id);
        let state = LetterState { id, kind, fate, at: instant(event.at)?, answer: event.answer };
        let is_about_another = matches!(fate, Fate::Bounced | Fate::Delayed | Fate::Returned);
        if is_about_another { came_back.push(state) } else { letters.push(state) }
    }
    for row in waiting {
        let kind = LetterKind::from_name(&row.kind);
        let is_told = |letter: &LetterState| letter.id == row.outbox_id && letter.kind == kind;
        if row.failed_at.is_some() && letters.iter().any(is_told) {
            continue;
        }
        let fate = if row.failed_at.is_some() { Fate::Failed } else { Fate::Queued };
        let at = instant(row.failed_at.unwrap_or(row.due_at))?;
        letters.push(LetterState { id: row.outbox_id, kind, fate, at, answer: row.last_answer });
    }
    came_back.sort_by_key(|state| state.at);
    for state in came_back {
        put_onto(&mut letters, state);
    }
    letters.sort_by_key(|letter| std::cmp::Reverse((letter.at, letter.id)));
    letters.truncate(MOST as usize);
    Ok(letters)
}

/// What came back is about the last letter of its kind that had left by then. A letter that came back is not late as well.
fn put_onto(letters: &mut Vec<LetterState>, state: LetterState) {
    let left = |letter: &&mut LetterState| {
        matches!(letter.fate, Fate::Sent | Fate::Delayed | Fate::Returned | Fate::Bounced)
            && letter.at <= state.at
            && (state.kind.is_none() || letter.kind == state.kind)
    };
    match letters.iter_mut().filter(left).max_by_key(|letter| letter.at) {
        Some(letter) if letter.fate == Fate::Bounced => {}
        Some(letter) => {
            *letter = LetterState { id: letter.id, kind: letter.kind, ..state };
        }
        None => letters.push(state),
    }
}
