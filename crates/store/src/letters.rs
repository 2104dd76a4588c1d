//! What is known of a registrant's letters: those that wait, those that left, and what came back about them.

use domain::letter_state::with_returns;
use domain::{Fate, LetterKind, LetterState, MeetingId, RegistrantId, WithheldReason};
use sqlx::FromRow;
use uuid::Uuid;

use crate::engine::{Engine, Tx, query};
use crate::rows::instant;
use crate::{Fault, Store, read_tx};

/// The most of a registrant's letters, and of what became of them, that are looked at.
const MOST: i64 = 200;

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
    let mut states = Vec::new();
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
        states.push(LetterState { id, kind, fate, at: instant(event.at)?, answer: event.answer });
    }
    for row in waiting {
        let kind = LetterKind::from_name(&row.kind);
        let is_told = |letter: &LetterState| letter.id == row.outbox_id && letter.kind == kind;
        if row.failed_at.is_some() && states.iter().any(is_told) {
            continue;
        }
        let fate = if row.failed_at.is_some() { Fate::Failed } else { Fate::Queued };
        let at = instant(row.failed_at.unwrap_or(row.due_at))?;
        states.push(LetterState { id: row.outbox_id, kind, fate, at, answer: row.last_answer });
    }
    let mut letters = with_returns(states);
    letters.truncate(MOST as usize);
    Ok(letters)
}
