//! The statements of an enrolment, each for many people in many meetings at once.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use domain::seats::Seats;
use domain::{Enrolment, MeetingId, Person, RegistrantId};
use sqlx::FromRow;
use uuid::Uuid;

use crate::Fault;
use crate::engine::{Text, Tx, Value, query};
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

/// Who has just been given a place.
#[derive(FromRow)]
struct CameRow {
    meeting_id: Uuid,
    registrant_id: Uuid,
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
const REGISTRANT: &str =
    "slot, meeting_id, registrant_id, registration_id, live_key, first_name, last_name, email, external_id,
    user_id, user_tenant_id, answers, language, generation, registered_at, registered_by";
/// What follows a place is written from the row of the registrant: whoever of a meeting stands behind an id has just
/// come. External registrants get no letter: they have no address here, their own system writes to them.
const LETTERS: &str = "INSERT INTO outbox (slot, outbox_id, meeting_id, registrant_id, kind, due_at, attempts)
    SELECT r.slot, r.registrant_id, r.meeting_id, r.registrant_id, 'confirmation', r.registered_at, 0
    FROM (VALUES {rows}) AS p CROSS JOIN registrant r
    WHERE r.slot = p.column1 AND r.meeting_id = p.column2 AND r.registrant_id >= p.column3 AND r.external_id IS NULL";
const EVENTS: &str = "INSERT INTO event (slot, meeting_id, event_id, at, kind, registrant_id, actor)
    SELECT r.slot, r.meeting_id, r.registrant_id, r.registered_at, 'registrantEnrolled', r.registrant_id, r.registered_by
    FROM (VALUES {rows}) AS p CROSS JOIN registrant r
    WHERE r.slot = p.column1 AND r.meeting_id = p.column2 AND r.registrant_id >= p.column3";
const TAKE_SEATS: &str = "UPDATE roster
    SET seats_taken = seats_taken + p.column4, registrant_count = registrant_count + p.column4
    FROM (VALUES {rows}) AS p
    WHERE roster.slot = p.column1 AND roster.meeting_id = p.column2 AND roster.registration_id = p.column3";
/// All of it at once, in the words of PostgreSQL. The rows come as lists, so that there is one plan whatever their number
/// is. The row that counts is always there; as a conflict it is found by its key, which a plan for an update, made when
/// there were few, might not do.
const SEAT: &str = "WITH came AS (
        INSERT INTO registrant ({columns})
        SELECT {columns} FROM UNNEST(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AS person ({columns})
        ON CONFLICT (slot, meeting_id, live_key) DO NOTHING
        RETURNING slot, meeting_id, registration_id, registrant_id, external_id, registered_at, registered_by),
    letter AS (
        INSERT INTO outbox (slot, outbox_id, meeting_id, registrant_id, kind, due_at, attempts)
        SELECT slot, registrant_id, meeting_id, registrant_id, 'confirmation', registered_at, 0 FROM came
        WHERE external_id IS NULL),
    fact AS (
        INSERT INTO event (slot, meeting_id, event_id, at, kind, registrant_id, actor)
        SELECT slot, meeting_id, registrant_id, registered_at, 'registrantEnrolled', registrant_id, registered_by
        FROM came),
    place AS (
        INSERT INTO roster (slot, meeting_id, registration_id, seats_taken, registrant_count, view_count)
        SELECT slot, meeting_id, registration_id, COUNT(*), COUNT(*), 0 FROM came
        GROUP BY slot, meeting_id, registration_id
        ON CONFLICT (slot, meeting_id, registration_id) DO UPDATE
        SET seats_taken = roster.seats_taken + excluded.seats_taken,
            registrant_count = roster.registrant_count + excluded.registrant_count)
    SELECT meeting_id, registrant_id FROM came";

static LOOK_AT: LazyLock<PerLength> = LazyLock::new(|| about_meetings(LOOK));
static SEAT_AT_ONCE: LazyLock<Text> = LazyLock::new(|| Text::same(SEAT.replace("{columns}", REGISTRANT)));
static INSERT_REGISTRANTS: LazyLock<PerLength> = LazyLock::new(|| {
    PerLength::new(|rows| {
        let insert = insert_rows(&format!("registrant ({REGISTRANT})"), rows, 16);
        Text::same(format!("{insert} ON CONFLICT (slot, meeting_id, live_key) DO NOTHING"))
    })
});
/// Asking the database costs as much as storing ten rows, so what follows the places of so many meetings goes as one
/// message: SQLite takes several statements in one, PostgreSQL has a word for it.
static FOLLOW_UP: LazyLock<PerLength> = LazyLock::new(|| {
    PerLength::new(|meetings| {
        let of = |text: &str, columns| text.replace("{rows}", &placeholders(meetings, columns));
        let (letters, events, seats) = (of(LETTERS, 3), of(EVENTS, 3), of(TAKE_SEATS, 4));
        Text::of(
            format!("{letters}; {events}; {seats}"),
            ["WITH", &format!("letter AS ({letters}), fact AS ({events}) {seats}")].join(" "),
        )
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

/// Gives everybody a place whom their meeting does not know yet, with letter and event; the places are counted. Tells who
/// the others are.
pub(crate) async fn give_places(
    tx: &mut Tx,
    batch: &[Enrolment],
    newcomers: &[usize],
    is_at_once: bool,
) -> Result<HashMap<usize, Registered>, Fault> {
    if newcomers.is_empty() {
        Ok(HashMap::new())
    } else if is_at_once {
        seat_at_once(tx, batch, newcomers).await
    } else {
        seat_by_steps(tx, batch, newcomers).await
    }
}

async fn seat_at_once(
    tx: &mut Tx,
    batch: &[Enrolment],
    newcomers: &[usize],
) -> Result<HashMap<usize, Registered>, Fault> {
    let rows = newcomers.iter().map(|n| values(&batch[*n]));
    let came: Vec<CameRow> = query(SEAT_AT_ONCE.clone()).bind_columns(rows).fetch_all(&mut *tx).await?;
    let came: HashSet<(Uuid, Uuid)> =
        came.into_iter().map(|row| (row.meeting_id, row.registrant_id)).collect();
    let is_missing = |n: &usize| !came.contains(&(batch[*n].meeting.0, batch[*n].id.0));
    let others: Vec<usize> = newcomers.iter().copied().filter(is_missing).collect();
    find_registered(tx, batch, &others).await
}

async fn seat_by_steps(
    tx: &mut Tx,
    batch: &[Enrolment],
    newcomers: &[usize],
) -> Result<HashMap<usize, Registered>, Fault> {
    let mut unsure = Vec::new();
    for piece in pieces(newcomers) {
        let insert = query(INSERT_REGISTRANTS.text(piece.len()));
        let inserted = insert.bind_rows(piece.iter().map(|n| values(&batch[*n]))).execute(&mut *tx).await?;
        // Nearly always everybody is new, and only how many rows went in has to be told.
        if inserted < piece.len() as u64 {
            unsure.extend(piece);
        }
    }
    let mut others = find_registered(tx, batch, &unsure).await?;
    others.retain(|n, registered| registered.id != batch[*n].id);
    let groups: Vec<_> = parties(batch, newcomers).collect();
    for piece in pieces(&groups) {
        let first = |(meeting, party): &(MeetingId, &[usize])| -> [Value<'_>; 3] {
            [number(meeting.slot()).into(), meeting.0.into(), batch[party[0]].id.0.into()]
        };
        let places = |(meeting, party): &(MeetingId, &[usize])| -> [Value<'_>; 4] {
            let places = party.iter().filter(|n| !others.contains_key(n)).count() as i64;
            let registration = batch[party[0]].registration.0;
            [number(meeting.slot()).into(), meeting.0.into(), registration.into(), places.into()]
        };
        query(FOLLOW_UP.text(piece.len()))
            .bind_rows(piece.iter().map(first))
            .bind_rows(piece.iter().map(first))
            .bind_rows(piece.iter().map(places))
            .execute(&mut *tx)
            .await?;
    }
    Ok(others)
}

/// The row of a registrant.
fn values(enrolment: &Enrolment) -> [Value<'_>; 16] {
    let (named, external_id, user, user_tenant) = match &enrolment.person {
        Person::Named { named, user } => (Some(named), None, user.map(|user| user.0), None),
        Person::External { external_id, user } => {
            (None, Some(external_id), user.map(|user| user.person.0), user.map(|user| user.tenant.0))
        }
    };
    [
        number(enrolment.meeting.slot()).into(),
        enrolment.meeting.0.into(),
        enrolment.id.0.into(),
        enrolment.registration.0.into(),
        enrolment.person.key().into(),
        named.map(|named| &named.first_name).into(),
        named.map(|named| &named.last_name).into(),
        named.map(|named| named.email.as_typed()).into(),
        external_id.into(),
        user.into(),
        user_tenant.into(),
        answers_json(&enrolment.answers).into(),
        (&enrolment.language).into(),
        0_i64.into(),
        micros(enrolment.at).into(),
        (&enrolment.actor).into(),
    ]
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
