//! The statements of an enrolment, each for many people in many meetings at once.

use std::collections::HashMap;
use std::sync::LazyLock;

use domain::seats::Seats;
use domain::{Enrolment, MeetingId, Person, RegistrantId};
use sqlx::FromRow;
use uuid::Uuid;

use crate::Fault;
use crate::engine::{Query, Text, Tx, query};
use crate::registrant::answers_json;
use crate::rows::{
    PerLength, about_meetings, bind_meetings, insert_rows, micros, number, pieces, placeholders,
};

/// What decides about an enrolment, as it stands under the meeting's lock.
#[derive(FromRow)]
pub(crate) struct LiveRegistration {
    meeting_id: Uuid,
    registration_id: Uuid,
    version: i64,
    capacity: Option<i64>,
    seats_taken: i64,
    directory_version: i64,
    /// The last of the list.
    pub(crate) last_registrant: Option<Uuid>,
}

impl LiveRegistration {
    /// Its places.
    pub(crate) fn seats(&self) -> Seats {
        Seats { capacity: self.capacity, taken: self.seats_taken }
    }

    /// Whether what an enrolment was checked against still stands.
    pub(crate) fn is_current_for(&self, enrolment: &Enrolment) -> bool {
        enrolment.registration.0 == self.registration_id
            && enrolment.seen_version == self.version
            && enrolment.seen_directory.is_none_or(|seen| seen == self.directory_version)
    }
}

/// Who somebody is in the list already.
pub(crate) struct Registered {
    pub(crate) id: RegistrantId,
    /// Of their links.
    pub(crate) generation: u8,
}

/// Whoever stands at a position of the batch, if the meeting knows them.
#[derive(FromRow)]
struct AskedRow {
    n: i64,
    registrant_id: Option<Uuid>,
    generation: Option<i64>,
}

const LOOK: &str = "SELECT m.meeting_id, g.registration_id, g.version, g.capacity, o.seats_taken,
        COALESCE(t.directory_version, 0) AS directory_version,
        (SELECT r.registrant_id FROM registrant r WHERE r.slot = m.slot AND r.meeting_id = m.meeting_id
            ORDER BY r.registrant_id DESC LIMIT 1) AS last_registrant
    FROM meeting m
    JOIN registration g ON g.slot = m.slot AND g.meeting_id = m.meeting_id AND g.is_live
    JOIN roster o ON o.slot = m.slot AND o.meeting_id = m.meeting_id AND o.registration_id = g.registration_id
    LEFT JOIN tenant t ON t.tenant_id = m.tenant_id
    WHERE m.slot = $1 AND m.meeting_id = $2";
const TAKE_SEATS: &str =
    "UPDATE roster SET seats_taken = seats_taken + ?, registrant_count = registrant_count + ?
    WHERE slot = ? AND meeting_id = ? AND registration_id = ?";
const LETTER: &str = "outbox (slot, outbox_id, meeting_id, registrant_id, kind, due_at, attempts)";
const EVENT: &str = "event (slot, meeting_id, event_id, at, kind, registrant_id, actor)";
static LOOK_AT: LazyLock<PerLength> = LazyLock::new(|| about_meetings(LOOK));
static INSERT_REGISTRANTS: LazyLock<PerLength> = LazyLock::new(|| {
    PerLength::new(|rows| {
        let insert = insert_rows(
            "registrant (slot, meeting_id, registrant_id, registration_id, live_key, first_name, last_name,
                email, external_id, user_id, user_tenant_id, answers, language, generation, registered_at)",
            rows,
            15,
        );
        Text::same(format!("{insert} ON CONFLICT (slot, meeting_id, live_key) DO NOTHING"))
    })
});

/// Each is looked up for itself. For a join, or a list behind `IN`, both engines may rather read the meeting's whole
/// list: SQLite at once, PostgreSQL when it has seen the table while it was small.
static FIND_REGISTERED: LazyLock<PerLength> = LazyLock::new(|| {
    PerLength::new(|rows| {
        Text::same(format!(
            "WITH asked (n, live_key) AS (VALUES {})
             SELECT asked.n,
                 (SELECT r.registrant_id FROM registrant r
                     WHERE r.slot = ? AND r.meeting_id = ? AND r.live_key = asked.live_key) AS registrant_id,
                 (SELECT r.generation FROM registrant r
                     WHERE r.slot = ? AND r.meeting_id = ? AND r.live_key = asked.live_key) AS generation
             FROM asked",
            placeholders(rows, 2),
        ))
    })
});
static SEAT_WITH_LETTER: LazyLock<PerLength> = LazyLock::new(|| {
    PerLength::new(|rows| together(&[insert_rows(LETTER, rows, 7), insert_rows(EVENT, rows, 7)], TAKE_SEATS))
});
static SEAT: LazyLock<PerLength> =
    LazyLock::new(|| PerLength::new(|rows| together(&[insert_rows(EVENT, rows, 7)], TAKE_SEATS)));
static SEAT_APART_WITH_LETTER: LazyLock<PerLength> = LazyLock::new(|| {
    PerLength::new(|rows| {
        together(&[insert_rows(LETTER, rows, 7), insert_rows(EVENT, rows, 7)], &take_seats_apart(rows))
    })
});
static SEAT_APART: LazyLock<PerLength> = LazyLock::new(|| {
    PerLength::new(|rows| together(&[insert_rows(EVENT, rows, 7)], &take_seats_apart(rows)))
});

/// Counts places in several meetings: a row for each place.
fn take_seats_apart(rows: usize) -> String {
    format!(
        "UPDATE roster SET seats_taken = seats_taken + s.places, registrant_count = registrant_count + s.places
         FROM (SELECT column1 AS slot, column2 AS meeting_id, column3 AS registration_id, COUNT(*) AS places
             FROM (VALUES {}) AS place GROUP BY column1, column2, column3) AS s
         WHERE roster.slot = s.slot AND roster.meeting_id = s.meeting_id
             AND roster.registration_id = s.registration_id",
        placeholders(rows, 3),
    )
}

/// Asking the database costs as much as storing ten rows, so what follows a place goes as one message: SQLite takes
/// several statements in one, PostgreSQL has a word for it.
fn together(first: &[String], last: &str) -> Text {
    let steps: Vec<String> = (1..).zip(first).map(|(n, text)| format!("step{n} AS ({text})")).collect();
    let (plain, steps) = (first.join("; "), steps.join(", "));
    Text::of([plain.as_str(), last].join("; "), ["WITH", &steps, last].join(" "))
}

/// Positions of one meeting each, where those of a meeting stand together.
pub(crate) fn parties<'p>(
    batch: &[Enrolment],
    positions: &'p [usize],
) -> impl Iterator<Item = (MeetingId, &'p [usize])> {
    positions
        .chunk_by(|a, b| batch[*a].meeting == batch[*b].meeting)
        .map(|party| (batch[party[0]].meeting, party))
}

/// A party in pieces that one statement can carry.
pub(crate) fn in_pieces(
    (meeting, party): (MeetingId, &[usize]),
) -> impl Iterator<Item = (MeetingId, &[usize])> {
    pieces(party).map(move |piece| (meeting, piece))
}

/// Locks the meetings of a batch and reads what decides about it.
pub(crate) async fn look(
    tx: &mut Tx,
    batch: &[Enrolment],
    wanted: &[usize],
) -> Result<HashMap<MeetingId, LiveRegistration>, Fault> {
    let meetings: Vec<MeetingId> = parties(batch, wanted).map(|(meeting, _)| meeting).collect();
    crate::lock_all(tx, &meetings).await?;
    let mut live = HashMap::with_capacity(meetings.len());
    for piece in pieces(&meetings) {
        let rows: Vec<LiveRegistration> =
            bind_meetings(query(LOOK_AT.text(piece.len())), piece).fetch_all(&mut *tx).await?;
        live.extend(rows.into_iter().map(|row| (MeetingId(row.meeting_id), row)));
    }
    Ok(live)
}

/// Inserts a row for everybody whom their meeting does not know yet, and gives those among whom somebody was known.
pub(crate) async fn insert_registrants(
    tx: &mut Tx,
    batch: &[Enrolment],
    newcomers: &[usize],
) -> Result<Vec<usize>, Fault> {
    let mut unsure = Vec::new();
    for piece in pieces(newcomers) {
        let mut insert = query(INSERT_REGISTRANTS.text(piece.len()));
        for enrolment in piece.iter().map(|n| &batch[*n]) {
            let (named, external_id, user, user_tenant) = match &enrolment.person {
                Person::Named { named, user } => (Some(named), None, user.map(|user| user.0), None),
                Person::External { external_id, user } => {
                    (None, Some(external_id), user.map(|user| user.person.0), user.map(|user| user.tenant.0))
                }
            };
            insert = insert
                .bind(number(enrolment.meeting.slot()))
                .bind(enrolment.meeting.0)
                .bind(enrolment.id.0)
                .bind(enrolment.registration.0)
                .bind(enrolment.person.key())
                .bind(named.map(|named| &named.first_name))
                .bind(named.map(|named| &named.last_name))
                .bind(named.map(|named| named.email.as_typed()))
                .bind(external_id)
                .bind(user)
                .bind(user_tenant)
                .bind(answers_json(&enrolment.answers))
                .bind(&enrolment.language)
                .bind(0_i64)
                .bind(micros(enrolment.at));
        }
        // Nearly always everybody is new, and only how many rows went in has to be told.
        if insert.execute(&mut *tx).await? < piece.len() as u64 {
            unsure.extend(piece);
        }
    }
    Ok(unsure)
}

/// Finds those who are registered.
pub(crate) async fn find_registered(
    tx: &mut Tx,
    batch: &[Enrolment],
    asked: &[usize],
) -> Result<HashMap<usize, Registered>, Fault> {
    let mut registered = HashMap::new();
    for (meeting, piece) in parties(batch, asked).flat_map(in_pieces) {
        let mut find = query(FIND_REGISTERED.text(piece.len()));
        for n in piece {
            find = find.bind(*n as i64).bind(batch[*n].person.key());
        }
        let (slot, id) = (number(meeting.slot()), meeting.0);
        let rows: Vec<AskedRow> = find.bind(slot).bind(id).bind(slot).bind(id).fetch_all(&mut *tx).await?;
        for row in rows {
            let (Some(id), Some(generation)) = (row.registrant_id, row.generation) else { continue };
            let n = usize::try_from(row.n).map_err(|_| Fault::corrupt("a position below 0"))?;
            let generation =
                u8::try_from(generation).map_err(|_| Fault::corrupt("a generation above 255"))?;
            registered.insert(n, Registered { id: RegistrantId(id), generation });
        }
    }
    Ok(registered)
}

/// Counts the places given, and writes their letters and events. External registrants get no letter: they have no
/// address here, their own system writes to them.
pub(crate) async fn take_seats(tx: &mut Tx, batch: &[Enrolment], seated: &[usize]) -> Result<(), Fault> {
    let (named, external): (Vec<&Enrolment>, Vec<&Enrolment>) = seated
        .iter()
        .map(|n| &batch[*n])
        .partition(|enrolment| matches!(enrolment.person, Person::Named { .. }));
    for piece in pieces(&named) {
        let texts = if is_one_meeting(piece) { &SEAT_WITH_LETTER } else { &SEAT_APART_WITH_LETTER };
        let mut write = query(texts.text(piece.len()));
        for enrolment in piece {
            write = write
                .bind(number(enrolment.meeting.slot()))
                .bind(enrolment.id.0)
                .bind(enrolment.meeting.0)
                .bind(enrolment.id.0)
                .bind("confirmation")
                .bind(micros(enrolment.at))
                .bind(0_i64);
        }
        bind_places(write, piece).execute(&mut *tx).await?;
    }
    for piece in pieces(&external) {
        let texts = if is_one_meeting(piece) { &SEAT } else { &SEAT_APART };
        bind_places(query(texts.text(piece.len())), piece).execute(&mut *tx).await?;
    }
    Ok(())
}

fn is_one_meeting(piece: &[&Enrolment]) -> bool {
    piece.iter().all(|enrolment| enrolment.meeting == piece[0].meeting)
}

/// The values of events and of the places counted.
fn bind_places<'q>(mut write: Query<'q>, piece: &[&'q Enrolment]) -> Query<'q> {
    for enrolment in piece {
        write = write
            .bind(number(enrolment.meeting.slot()))
            .bind(enrolment.meeting.0)
            .bind(enrolment.id.0)
            .bind(micros(enrolment.at))
            .bind("registrantEnrolled")
            .bind(enrolment.id.0)
            .bind(&enrolment.actor);
    }
    let counted = if is_one_meeting(piece) {
        write = write.bind(piece.len() as i64).bind(piece.len() as i64);
        &piece[..1]
    } else {
        piece
    };
    for enrolment in counted {
        write = write
            .bind(number(enrolment.meeting.slot()))
            .bind(enrolment.meeting.0)
            .bind(enrolment.registration.0);
    }
    write
}
