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
const LIST_OTHERS: &str = "SELECT outbox_id, kind, due_at, failed_at, last_answer FROM outbox
    WHERE slot = $1 AND meeting_id = $2 AND registrant_id = $3 AND outbox_id <> registrant_id LIMIT $4";
/// SQLite has to be told: it would walk all that waits in the slot, in the order of the primary key.
const LIST_OTHERS_BY_INDEX: &str =
    "SELECT outbox_id, kind, due_at, failed_at, last_answer FROM outbox INDEXED BY outbox_registrant
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
const FORGET_OTHERS: &str = "UPDATE outbox SET last_answer = NULL
    WHERE slot = $1 AND meeting_id = $2 AND registrant_id = $3 AND outbox_id <> registrant_id";
const FORGET_OTHERS_BY_INDEX: &str = "UPDATE outbox INDEXED BY outbox_registrant SET last_answer = NULL
    WHERE slot = $1 AND meeting_id = $2 AND registrant_id = $3 AND outbox_id <> registrant_id";

impl Store {
    /// The letters of a registrant, newest first, two hundred at most.
    pub async fn list_letters(
        &self,
        meeting: MeetingId,
        registrant: RegistrantId,
    ) -> Result<Vec<LetterState>, Fault> {
        let (waiting, events) = read_tx!(self, |tx| {
            let events = list_events(tx, meeting, registrant).await?;
            (list_waiting(tx, meeting, registrant).await?, events)
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
    query(FORGET_ANSWER).bind(slot).bind(registrant.0).execute(&mut *tx).await?;
    let (others, events) = match tx.engine() {
        Engine::Sqlite => (FORGET_OTHERS_BY_INDEX, FORGET_EVENTS_BY_INDEX),
        Engine::Postgres => (FORGET_OTHERS, FORGET_EVENTS),
    };
    for forget in [others, events] {
        query(forget).bind(slot).bind(meeting.0).bind(registrant.0).execute(&mut *tx).await?;
    }
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

/// What waits for a registrant. The confirmation of the enrolment is asked for by itself: it has the registrant's id, and
/// the index leaves it out.
async fn list_waiting(
    tx: &mut Tx,
    meeting: MeetingId,
    registrant: RegistrantId,
) -> Result<Vec<WaitingRow>, Fault> {
    let slot = meeting.slot().number();
    let list = match tx.engine() {
        Engine::Sqlite => LIST_OTHERS_BY_INDEX,
        Engine::Postgres => LIST_OTHERS,
    };
    let mut waiting: Vec<WaitingRow> =
        query(list).bind(slot).bind(meeting.0).bind(registrant.0).bind(MOST).fetch_all(&mut *tx).await?;
    waiting.extend(query(FIND).bind(slot).bind(registrant.0).fetch_optional::<WaitingRow>(&mut *tx).await?);
    Ok(waiting)
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
