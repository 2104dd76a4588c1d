//! Giving places: the hot path. DESIGN section 5.
//!
//! Whoever waits at the turnstile goes through in one transaction, grouped by meeting. The number of
//! statements is the same for one person as for 64 (they travel in rows), duplicates are found by the
//! unique key and not by asking first, and whatever an enrolment was checked against is compared by version,
//! so that a check made on old data is made again.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use domain::seats::{Seats, decide};
use domain::{Enrolment, MeetingId, Person, RegistrantId};
use sqlx::FromRow;
use uuid::Uuid;

use crate::engine::{Query, Text, Tx, query};
use crate::idempotency;
use crate::registrant::answers_json;
use crate::rows::{
    PerLength, about_meetings, bind_meetings, insert_rows, micros, number, pieces, placeholders,
};
use crate::{Fault, Store, write_tx};

/// What became of one enrolment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A place was given; the letter is queued.
    Seated(RegistrantId),
    /// The person had a place already, or the same request was answered before: nothing changed.
    Known {
        /// The registrant they are.
        registrant: RegistrantId,
        /// Generation of their links.
        generation: u8,
    },
    /// Every place is taken.
    Full,
    /// The registration, its questions, the directory or the policies changed meanwhile: check again.
    Stale,
    /// The idempotency key belongs to another request.
    KeyReused,
}

#[derive(FromRow)]
struct LiveRegistration {
    meeting_id: Uuid,
    registration_id: Uuid,
    version: i64,
    capacity: Option<i64>,
    seats_taken: i64,
    directory_version: i64,
    last_registrant: Option<Uuid>,
}

/// Whoever stands at a position of the batch, if the meeting knows them.
#[derive(FromRow)]
struct LiveRow {
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
static FIND_KNOWN: LazyLock<PerLength> = LazyLock::new(|| {
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

impl Store {
    /// Decides a batch, in order of arrival, and stores who got a place with their letters and events, in one
    /// transaction. The verdicts come in the order of the batch.
    pub async fn enroll(&self, batch: &[Enrolment]) -> Result<Vec<Verdict>, Fault> {
        Ok(write_tx!(self, |tx| {
            let mut verdicts = vec![Verdict::Stale; batch.len()];
            for (n, verdict) in seat(tx, batch).await? {
                verdicts[n] = verdict;
            }
            verdicts
        }))
    }
}

/// Decides everybody. Positions that get no verdict here are stale.
async fn seat(tx: &mut Tx, batch: &[Enrolment]) -> Result<Vec<(usize, Verdict)>, Fault> {
    let mut wanted: Vec<usize> = (0..batch.len()).collect();
    wanted.sort_by_key(|n| batch[*n].meeting);
    let live = look(tx, batch, &wanted).await?;
    let batch = &*behind(batch, &wanted, &live);
    wanted.retain(|n| live.get(&batch[*n].meeting).is_some_and(|live| live.is_current_for(&batch[*n])));

    let replayed = idempotency::replay(tx, batch, &mut wanted).await?;
    let (open, mut others): (Vec<usize>, Vec<usize>) =
        wanted.iter().partition(|n| live.get(&batch[**n].meeting).is_some_and(LiveRegistration::has_room));
    let newcomers = insert_registrants(tx, batch, &open).await?;
    let (fresh, known): (Vec<usize>, Vec<usize>) = open.iter().partition(|n| newcomers.contains(n));
    others.extend(known);
    let (seated, late) = places(batch, &fresh, &live);
    remove_registrants(tx, batch, &late).await?;
    let mut verdicts: Vec<(usize, Verdict)> = late.iter().map(|n| (*n, Verdict::Full)).collect();
    verdicts.extend(seated.iter().map(|n| (*n, Verdict::Seated(batch[*n].id))));
    verdicts.extend(find_known(tx, batch, &others).await?);

    take_seats(tx, batch, &seated).await?;
    idempotency::remember(tx, batch, &verdicts).await?;
    verdicts.extend(replayed);
    Ok(verdicts)
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

/// Locks the meetings of a batch and reads what decides about it.
async fn look(
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

impl LiveRegistration {
    fn seats(&self) -> Seats {
        Seats { capacity: self.capacity, taken: self.seats_taken }
    }

    /// Whether anybody new can have a place.
    fn has_room(&self) -> bool {
        decide(self.seats(), 1) == [true]
    }

    /// Whether what an enrolment was checked against still stands.
    fn is_current_for(&self, enrolment: &Enrolment) -> bool {
        enrolment.registration.0 == self.registration_id
            && enrolment.seen_version == self.version
            && enrolment.seen_directory.is_none_or(|seen| seen == self.directory_version)
    }
}

/// The batch with the ids of each meeting behind the last one stored. A list is read page by page, each behind the last
/// id of the one before: somebody stored later under an earlier id, by another process, would be passed over.
fn behind<'b>(
    batch: &'b [Enrolment],
    wanted: &[usize],
    live: &HashMap<MeetingId, LiveRegistration>,
) -> Cow<'b, [Enrolment]> {
    let mut moved = Cow::Borrowed(batch);
    for (meeting, party) in parties(batch, wanted) {
        let last = live.get(&meeting).and_then(|live| live.last_registrant);
        let mut last = RegistrantId(last.unwrap_or_default());
        for n in party {
            let id = batch[*n].id.behind(last);
            if id != batch[*n].id {
                moved.to_mut()[*n].id = id;
            }
            last = id;
        }
    }
    moved
}

/// Who of the newcomers has a place in their meeting, and who came too late.
fn places(
    batch: &[Enrolment],
    fresh: &[usize],
    live: &HashMap<MeetingId, LiveRegistration>,
) -> (Vec<usize>, Vec<usize>) {
    let (mut seated, mut late) = (Vec::with_capacity(fresh.len()), Vec::new());
    for (meeting, party) in parties(batch, fresh) {
        let Some(live) = live.get(&meeting) else { continue };
        for (n, has_place) in party.iter().zip(decide(live.seats(), party.len())) {
            if has_place { &mut seated } else { &mut late }.push(*n);
        }
    }
    (seated, late)
}

/// Inserts a row for everybody whom their meeting does not know yet, and tells who that was.
async fn insert_registrants(
    tx: &mut Tx,
    batch: &[Enrolment],
    wanted: &[usize],
) -> Result<HashSet<usize>, Fault> {
    let mut fresh = HashSet::with_capacity(wanted.len());
    for piece in pieces(wanted) {
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
        let inserted = insert.execute(&mut *tx).await?;
        // Nearly always everybody is new. Asking which rows went in only when some did not spares a message
        // for each row.
        if inserted == piece.len() as u64 {
            fresh.extend(piece);
        } else if inserted > 0 {
            for (meeting, party) in parties(batch, piece) {
                let inserted = find_inserted(tx, meeting, batch, party).await?;
                fresh.extend(party.iter().filter(|n| inserted.contains(&batch[**n].id.0)));
            }
        }
    }
    Ok(fresh)
}

async fn find_inserted(
    tx: &mut Tx,
    meeting: MeetingId,
    batch: &[Enrolment],
    party: &[usize],
) -> Result<Vec<Uuid>, Fault> {
    let text = format!(
        "WITH asked (registrant_id) AS (VALUES {})
         SELECT (SELECT r.registrant_id FROM registrant r
             WHERE r.slot = ? AND r.meeting_id = ? AND r.registrant_id = asked.registrant_id) FROM asked",
        placeholders(party.len(), 1),
    );
    let mut find = query(Text::same(text));
    for n in party {
        find = find.bind(batch[*n].id.0);
    }
    let found: Vec<Option<Uuid>> = find.bind(number(meeting.slot())).bind(meeting.0).fetch_values(tx).await?;
    Ok(found.into_iter().flatten().collect())
}

/// A party in pieces that one statement can carry.
pub(crate) fn in_pieces(
    (meeting, party): (MeetingId, &[usize]),
) -> impl Iterator<Item = (MeetingId, &[usize])> {
    pieces(party).map(move |piece| (meeting, piece))
}

/// Takes the rows of those who came too late out again.
async fn remove_registrants(tx: &mut Tx, batch: &[Enrolment], late: &[usize]) -> Result<(), Fault> {
    for (meeting, piece) in parties(batch, late).flat_map(in_pieces) {
        let text = format!(
            "DELETE FROM registrant WHERE slot = ? AND meeting_id = ? AND registrant_id IN {}",
            placeholders(1, piece.len()),
        );
        let mut delete = query(Text::same(text)).bind(number(meeting.slot())).bind(meeting.0);
        for n in piece {
            delete = delete.bind(batch[*n].id.0);
        }
        delete.execute(&mut *tx).await?;
    }
    Ok(())
}

/// Finds those who were registered before. For whoever is not there after all there is no place.
async fn find_known(
    tx: &mut Tx,
    batch: &[Enrolment],
    others: &[usize],
) -> Result<Vec<(usize, Verdict)>, Fault> {
    let mut verdicts = Vec::with_capacity(others.len());
    for (meeting, piece) in parties(batch, others).flat_map(in_pieces) {
        let mut find = query(FIND_KNOWN.text(piece.len()));
        for n in piece {
            find = find.bind(*n as i64).bind(batch[*n].person.key());
        }
        let (slot, id) = (number(meeting.slot()), meeting.0);
        let rows: Vec<LiveRow> = find.bind(slot).bind(id).bind(slot).bind(id).fetch_all(&mut *tx).await?;
        for row in rows {
            let verdict = match (row.registrant_id, row.generation) {
                (Some(registrant), Some(generation)) => Verdict::Known {
                    registrant: RegistrantId(registrant),
                    generation: u8::try_from(generation)
                        .map_err(|_| Fault::corrupt("a generation above 255"))?,
                },
                _ => Verdict::Full,
            };
            verdicts
                .push((usize::try_from(row.n).map_err(|_| Fault::corrupt("a position below 0"))?, verdict));
        }
    }
    Ok(verdicts)
}

/// Counts the places given, and writes their letters and events. External registrants get no letter: they have no
/// address here, their own system writes to them.
async fn take_seats(tx: &mut Tx, batch: &[Enrolment], seated: &[usize]) -> Result<(), Fault> {
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
