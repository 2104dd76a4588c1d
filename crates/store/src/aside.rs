//! Enrolments that get no place at once: whoever waits for one, and whoever the organizer has to decide about.

use std::sync::LazyLock;

use domain::seats::Admission;
use domain::{Enrolment, LetterKind, MeetingId, Standing};

use crate::Fault;
use crate::engine::{Text, Tx, Value, query};
use crate::registrant::standing_name;
use crate::rows::{PerLength, insert_rows, micros, number, pieces};
use crate::seating::values;

/// Somebody's position in the batch, and what they find.
pub(crate) type Aside = (usize, Admission);

static INSERT_REGISTRANTS: LazyLock<PerLength> = LazyLock::new(|| {
    of_rows(
        "registrant (slot, meeting_id, registrant_id, registration_id, live_key, first_name, last_name, email,
            external_id, user_id, user_tenant_id, answers, consent, language, time_zone, generation, registered_at,
            registered_by, standing)",
        19,
    )
});
static INSERT_WAITING: LazyLock<PerLength> =
    LazyLock::new(|| of_rows("waiting (slot, meeting_id, is_offered, registrant_id, registration_id)", 5));
static INSERT_LETTERS: LazyLock<PerLength> = LazyLock::new(|| {
    of_rows("outbox (slot, outbox_id, meeting_id, registrant_id, kind, due_at, attempts)", 7)
});
static INSERT_EVENTS: LazyLock<PerLength> =
    LazyLock::new(|| of_rows("event (slot, meeting_id, event_id, at, kind, registrant_id, actor)", 7));
const COUNT: &str =
    "UPDATE roster SET waitlist_count = waitlist_count + $4, pending_count = pending_count + $5,
        registrant_count = registrant_count + $6, last_registrant = $7
    WHERE slot = $1 AND meeting_id = $2 AND registration_id = $3";

fn of_rows(into: &'static str, columns: usize) -> PerLength {
    PerLength::new(|rows| Text::same(insert_rows(into, rows, columns)))
}

/// Stores those who get no place, with letters and events, and counts them. Those of a meeting stand together, in order of
/// arrival and behind all who get a place; nobody of them is known. Under the meetings' locks.
pub(crate) async fn put_aside(tx: &mut Tx, batch: &[Enrolment], aside: &[Aside]) -> Result<(), Fault> {
    for party in aside.chunk_by(|(a, _), (b, _)| batch[*a].meeting == batch[*b].meeting) {
        for piece in pieces(party) {
            store_piece(tx, batch, piece).await?;
        }
        let (Some((last, _)), waiting) = (party.last(), waiting(party).count() as i64) else { continue };
        let (last, all) = (&batch[*last], party.len() as i64);
        query(COUNT)
            .bind(number(last.meeting.slot()))
            .bind(last.meeting.0)
            .bind(last.registration.0)
            .bind(waiting)
            .bind(all - waiting)
            .bind(all)
            .bind(last.id.0)
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

async fn store_piece(tx: &mut Tx, batch: &[Enrolment], piece: &[Aside]) -> Result<(), Fault> {
    let rows = piece.iter().map(|(n, admission)| registrant(&batch[*n], *admission));
    query(INSERT_REGISTRANTS.text(piece.len())).bind_rows(rows).execute(&mut *tx).await?;
    let letters = piece.iter().map(|(n, admission)| letter(&batch[*n], *admission));
    query(INSERT_LETTERS.text(piece.len())).bind_rows(letters).execute(&mut *tx).await?;
    let events = piece.iter().map(|(n, admission)| event(&batch[*n], *admission));
    query(INSERT_EVENTS.text(piece.len())).bind_rows(events).execute(&mut *tx).await?;
    let queue: Vec<[Value<'_>; 5]> = waiting(piece).map(|(n, _)| place_in_queue(&batch[*n])).collect();
    if !queue.is_empty() {
        query(INSERT_WAITING.text(queue.len())).bind_rows(queue.into_iter()).execute(&mut *tx).await?;
    }
    Ok(())
}

fn waiting(party: &[Aside]) -> impl Iterator<Item = &Aside> {
    party.iter().filter(|(_, admission)| *admission == Admission::Wait)
}

fn standing(admission: Admission) -> Standing {
    match admission {
        Admission::Wait => Standing::Waitlisted,
        Admission::Ask | Admission::Seat | Admission::Full => Standing::PendingApproval,
    }
}

fn registrant(enrolment: &Enrolment, admission: Admission) -> [Value<'_>; 19] {
    let mut row = values(enrolment).into_iter().chain([standing_name(&standing(admission)).into()]);
    std::array::from_fn(|_| row.next().expect("a row has nineteen values"))
}

fn letter(enrolment: &Enrolment, admission: Admission) -> [Value<'_>; 7] {
    let kind: LetterKind = standing(admission).letter();
    let (slot, MeetingId(meeting)) = (number(enrolment.meeting.slot()), enrolment.meeting);
    [
        slot.into(),
        enrolment.id.0.into(),
        meeting.into(),
        enrolment.id.0.into(),
        kind.name().into(),
        micros(enrolment.at).into(),
        0_i64.into(),
    ]
}

fn event(enrolment: &Enrolment, admission: Admission) -> [Value<'_>; 7] {
    let kind = match admission {
        Admission::Wait => "registrantWaitlisted",
        Admission::Ask | Admission::Seat | Admission::Full => "approvalRequested",
    };
    [
        number(enrolment.meeting.slot()).into(),
        enrolment.meeting.0.into(),
        enrolment.id.0.into(),
        micros(enrolment.at).into(),
        kind.into(),
        enrolment.id.0.into(),
        (&enrolment.actor).into(),
    ]
}

fn place_in_queue(enrolment: &Enrolment) -> [Value<'_>; 5] {
    [
        number(enrolment.meeting.slot()).into(),
        enrolment.meeting.0.into(),
        false.into(),
        enrolment.id.0.into(),
        enrolment.registration.0.into(),
    ]
}
