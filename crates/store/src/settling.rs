//! How letters leave the outbox, and what is kept of them.

use std::collections::HashSet;
use std::sync::LazyLock;

use domain::{AddressHash, WithheldReason};
use jiff::Timestamp;
use uuid::Uuid;

use crate::engine::{Text, Tx, query};
use crate::rows::{PerLength, micros, number, or_fail, pieces, placeholders};
use crate::suppressing::suppress;
use crate::{DueLetter, Fault, Store, write_tx};

/// How a letter ended, this time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// The mail server took it; what it said.
    Sent(String),
    /// There was no longer anything true to say.
    Dropped,
    /// It is true, and never sent all the same.
    Withheld(WithheldReason),
    /// To be tried again at this time; what the server answered.
    Later(Timestamp, String),
    /// It was not tried, or failed for what is not its fault: to be tried from this time on, and the try does
    /// not count.
    Untried(Timestamp, String),
    /// It cannot be delivered; what the server answered.
    Failed(String),
    /// The same, because there is no such mailbox: its address gets no letters any more.
    NoMailbox {
        /// What the server answered.
        answer: String,
        /// Its status code.
        status: String,
        /// The address.
        address: AddressHash,
    },
}

/// A letter, how it ended, and the id of the event that says so.
type Report = (DueLetter, Settlement, Uuid);

/// A letter is settled by its kind as well: a cancellation may have taken the place of the confirmation that was under
/// way, and is still to be sent. First and last are said, or a plan from days when little waited reads all that waits.
const REMOVE: &str = "DELETE FROM outbox
    WHERE slot = ? AND outbox_id >= ? AND outbox_id <= ? AND kind = ? AND outbox_id IN {}";
/// By its try as well: once its lease is over, somebody else may have it in hand.
const POSTPONE: &str = "UPDATE outbox SET due_at = $5, last_answer = $6, attempts = attempts - $7
    WHERE slot = $1 AND outbox_id = $2 AND kind = $3 AND attempts = $4";
const GIVE_UP: &str = "UPDATE outbox SET failed_at = $5, last_answer = $6
    WHERE slot = $1 AND outbox_id = $2 AND kind = $3 AND attempts = $4";
/// Which of so many recipients had their data erased.
const ERASED: &str = "WITH asked (registrant_id) AS (VALUES {})
    SELECT r.registrant_id FROM asked a CROSS JOIN registrant r
    WHERE r.slot = ? AND r.meeting_id = ? AND r.registrant_id = a.registrant_id AND r.email IS NULL";
/// All are held until the end of the transaction, so that whoever has their data erased meanwhile is seen. Each is the first
/// one from an id on, for the reason given at [`crate::registrant::FIND_FROM`].
const ERASED_SHARED: &str = "WITH asked (registrant_id) AS (VALUES {})
    SELECT r.registrant_id FROM asked a CROSS JOIN LATERAL (
        SELECT registrant_id, email FROM registrant
        WHERE slot = ? AND meeting_id = ? AND registrant_id >= a.registrant_id
        ORDER BY registrant_id LIMIT 1 FOR SHARE) r
    WHERE r.registrant_id = a.registrant_id AND r.email IS NULL";
/// Stored once, however often the caller has to repeat itself.
const RECORD: &str = "INSERT INTO event
        (slot, meeting_id, event_id, at, kind, registrant_id, actor, detail, letter_id, answer)
    VALUES {rows} ON CONFLICT (slot, meeting_id, event_id) DO NOTHING";

static REMOVE_THESE: LazyLock<PerLength> =
    LazyLock::new(|| PerLength::new(|letters| Text::same(REMOVE.replace("{}", &placeholders(1, letters)))));
static ERASED_OF_THESE: LazyLock<PerLength> = LazyLock::new(|| {
    PerLength::new(|letters| {
        let of_these = |text: &str| text.replace("{}", &placeholders(letters, 1));
        Text::of(of_these(ERASED), of_these(ERASED_SHARED))
    })
});
static RECORD_THESE: LazyLock<PerLength> = LazyLock::new(|| {
    PerLength::new(|letters| {
        let record = RECORD.replace("{rows}", &placeholders(letters, 10));
        Text::of(or_fail(&record), record)
    })
});

impl Store {
    /// Stores how letters ended. `settled` gives each the id of its event.
    pub async fn settle_letters(&self, settled: &[Report], now: Timestamp) -> Result<(), Fault> {
        // In one order, so that two who settle never wait for each other.
        let mut settled: Vec<&Report> = settled.iter().collect();
        settled.sort_by_key(|(letter, ..)| (letter.meeting.id, letter.kind.name(), letter.id));
        write_tx!(self, |tx| {
            for alike in settled.chunk_by(|(one, ..), (next, ..)| is_alike(one, next)) {
                for piece in pieces(alike) {
                    settle_alike(tx, piece, now).await?;
                }
            }
        });
        Ok(())
    }
}

/// Whether one statement can be about both: one meeting, one kind.
fn is_alike(one: &DueLetter, next: &DueLetter) -> bool {
    one.meeting.id == next.meeting.id && one.kind == next.kind
}

/// The event of a letter that will not be tried again.
struct Ending<'s> {
    letter: &'s DueLetter,
    event: Uuid,
    kind: &'static str,
    answer: &'s str,
}

/// Settles letters of one kind about one meeting, as many as one statement can carry. Those that leave cost three statements
/// together, each that stays one of its own.
async fn settle_alike(tx: &mut Tx, piece: &[&Report], now: Timestamp) -> Result<(), Fault> {
    let erased = erased(tx, piece).await?;
    let (mut gone, mut endings) = (Vec::with_capacity(piece.len()), Vec::with_capacity(piece.len()));
    for (letter, settlement, event) in piece {
        // What a mail server says may name the person.
        let told = |answer| if erased.contains(&letter.registrant.id.0) { "" } else { answer };
        let (kind, answer, leaves) = match settlement {
            Settlement::Later(until, answer) => {
                postpone(tx, letter, told(answer), *until, true).await?;
                continue;
            }
            Settlement::Untried(until, answer) => {
                postpone(tx, letter, told(answer), *until, false).await?;
                continue;
            }
            Settlement::Failed(answer) | Settlement::NoMailbox { answer, .. } => {
                ("letterFailed", told(answer), false)
            }
            Settlement::Sent(answer) => ("letterSent", told(answer), true),
            Settlement::Dropped => ("letterDropped", "", true),
            Settlement::Withheld(reason) => ("letterWithheld", reason.name(), true),
        };
        if leaves {
            gone.push(letter.id.0);
        } else if !give_up(tx, letter, answer, now).await? {
            continue;
        }
        if let Settlement::NoMailbox { status, address, .. } = settlement {
            suppress(tx, *address, status, &letter.registrant, now).await?;
        }
        endings.push(Ending { letter, event: *event, kind, answer });
    }
    remove(tx, piece, &gone).await?;
    record(tx, &endings, now).await
}

/// Which of the recipients had their data erased while their letter was under way.
async fn erased(tx: &mut Tx, piece: &[&Report]) -> Result<HashSet<Uuid>, Fault> {
    let meeting = piece[0].0.meeting.id;
    let erased = query(ERASED_OF_THESE.text(piece.len()))
        .bind_rows(piece.iter().map(|(letter, ..)| [letter.registrant.id.0.into()]))
        .bind(number(meeting.slot()))
        .bind(meeting.0)
        .fetch_values(tx)
        .await?;
    Ok(erased.into_iter().collect())
}

async fn postpone(
    tx: &mut Tx,
    letter: &DueLetter,
    answer: &str,
    until: Timestamp,
    counts: bool,
) -> Result<(), Fault> {
    query(POSTPONE)
        .bind(number(letter.meeting.id.slot()))
        .bind(letter.id.0)
        .bind(letter.kind.name())
        .bind(i64::from(letter.attempts))
        .bind(micros(until))
        .bind(answer)
        .bind(i64::from(!counts))
        .execute(tx)
        .await?;
    Ok(())
}

/// Whether it was still in hand.
async fn give_up(tx: &mut Tx, letter: &DueLetter, answer: &str, now: Timestamp) -> Result<bool, Fault> {
    let given_up = query(GIVE_UP)
        .bind(number(letter.meeting.id.slot()))
        .bind(letter.id.0)
        .bind(letter.kind.name())
        .bind(i64::from(letter.attempts))
        .bind(micros(now))
        .bind(answer)
        .execute(tx)
        .await?;
    Ok(given_up > 0)
}

/// Takes letters of one kind about one meeting out of the outbox, in the order of their ids.
async fn remove(tx: &mut Tx, piece: &[&Report], gone: &[Uuid]) -> Result<(), Fault> {
    let (Some(first), Some(last)) = (gone.first(), gone.last()) else { return Ok(()) };
    let (DueLetter { meeting, kind, .. }, ..) = piece[0];
    query(REMOVE_THESE.text(gone.len()))
        .bind(number(meeting.id.slot()))
        .bind(*first)
        .bind(*last)
        .bind(kind.name())
        .bind_rows(gone.iter().map(|id| [(*id).into()]))
        .execute(tx)
        .await?;
    Ok(())
}

async fn record(tx: &mut Tx, endings: &[Ending<'_>], now: Timestamp) -> Result<(), Fault> {
    if endings.is_empty() {
        return Ok(());
    }
    let rows = endings.iter().map(|Ending { letter, event, kind, answer }| {
        [
            number(letter.meeting.id.slot()).into(),
            letter.meeting.id.0.into(),
            (*event).into(),
            micros(now).into(),
            (*kind).into(),
            letter.registrant.id.0.into(),
            "mail".into(),
            letter.kind.name().into(),
            letter.id.0.into(),
            Some(*answer).filter(|answer| !answer.is_empty()).into(),
        ]
    });
    query(RECORD_THESE.text(endings.len())).bind_rows(rows).execute(tx).await?;
    Ok(())
}
