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

use crate::engine::{Text, Tx, query};
use crate::idempotency;
use crate::registrant::answers_json;
use crate::rows::{PerLength, insert_rows, micros, number, pieces, placeholders};
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
    registration_id: Uuid,
    version: i64,
    capacity: Option<i64>,
    seats_taken: i64,
    directory_version: i64,
    last_registrant: Option<Uuid>,
}

#[derive(FromRow)]
struct LiveRow {
    live_key: String,
    registrant_id: Uuid,
    generation: i64,
}

const LOOK: &str = "SELECT g.registration_id, g.version, g.capacity, o.seats_taken,
        COALESCE(t.directory_version, 0) AS directory_version,
        (SELECT r.registrant_id FROM registrant r WHERE r.slot = $1 AND r.meeting_id = $2
            ORDER BY r.registrant_id DESC LIMIT 1) AS last_registrant
    FROM registration g
    JOIN roster o ON o.slot = $1 AND o.meeting_id = $2 AND o.registration_id = g.registration_id
    JOIN meeting m ON m.slot = $1 AND m.meeting_id = $2
    LEFT JOIN tenant t ON t.tenant_id = m.tenant_id
    WHERE g.slot = $1 AND g.meeting_id = $2 AND g.is_live";
const TAKE_SEATS: &str =
    "UPDATE roster SET seats_taken = seats_taken + ?, registrant_count = registrant_count + ?
    WHERE slot = ? AND meeting_id = ? AND registration_id = ?";
const LETTER: &str = "outbox (slot, outbox_id, meeting_id, registrant_id, kind, due_at, attempts)";
const EVENT: &str = "event (slot, meeting_id, event_id, at, kind, registrant_id, actor)";

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
static SEAT_WITH_LETTER: LazyLock<PerLength> = LazyLock::new(|| {
    PerLength::new(|rows| together(&[insert_rows(LETTER, rows, 7), insert_rows(EVENT, rows, 7)], TAKE_SEATS))
});
static SEAT: LazyLock<PerLength> =
    LazyLock::new(|| PerLength::new(|rows| together(&[insert_rows(EVENT, rows, 7)], TAKE_SEATS)));

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
            for (meeting, party) in parties(batch) {
                for (n, verdict) in seat(tx, meeting, batch, party).await? {
                    verdicts[n] = verdict;
                }
            }
            verdicts
        }))
    }
}

/// The positions of a batch by meeting, in a fixed order, each party in order of arrival.
fn parties(batch: &[Enrolment]) -> Vec<(MeetingId, Vec<usize>)> {
    let mut order: Vec<usize> = (0..batch.len()).collect();
    order.sort_by_key(|n| batch[*n].meeting);
    order
        .chunk_by(|a, b| batch[*a].meeting == batch[*b].meeting)
        .map(|party| (batch[party[0]].meeting, party.to_vec()))
        .collect()
}

/// Decides one meeting's party. Positions that get no verdict here are stale.
async fn seat(
    tx: &mut Tx,
    meeting: MeetingId,
    batch: &[Enrolment],
    mut party: Vec<usize>,
) -> Result<Vec<(usize, Verdict)>, Fault> {
    crate::lock(tx, meeting).await?;
    let slot = number(meeting.slot());
    let live: Option<LiveRegistration> =
        query(LOOK).bind(slot).bind(meeting.0).fetch_optional(&mut *tx).await?;
    let Some(live) = live else { return Ok(Vec::new()) };
    let batch = &*behind(batch, &party, live.last_registrant);
    party.retain(|n| {
        let enrolment = &batch[*n];
        enrolment.registration.0 == live.registration_id
            && enrolment.seen_version == live.version
            && enrolment.seen_directory.is_none_or(|seen| seen == live.directory_version)
    });

    let replayed = idempotency::replay(tx, meeting, batch, &mut party).await?;
    let newcomers = insert_registrants(tx, meeting, batch, &party).await?;
    let (mut fresh, others): (Vec<usize>, Vec<usize>) =
        party.iter().partition(|n| newcomers.contains(&batch[**n].id.0));

    let seats = Seats { capacity: live.capacity, taken: live.seats_taken };
    let has_place = decide(seats, fresh.len());
    let seated = has_place.partition_point(|has_place| *has_place);
    let late = fresh.split_off(seated);
    remove_registrants(tx, meeting, batch, &late).await?;
    let mut verdicts: Vec<(usize, Verdict)> = late.iter().map(|n| (*n, Verdict::Full)).collect();
    verdicts.extend(fresh.iter().map(|n| (*n, Verdict::Seated(batch[*n].id))));
    verdicts.extend(find_known(tx, meeting, batch, &others).await?);

    take_seats(tx, batch, &fresh).await?;
    idempotency::remember(tx, batch, &verdicts).await?;
    verdicts.extend(replayed);
    Ok(verdicts)
}

/// The batch with the ids of this party behind the last one stored. A list is read page by page, each behind the last
/// id of the one before: somebody stored later under an earlier id, by another process, would be passed over.
fn behind<'b>(batch: &'b [Enrolment], party: &[usize], last: Option<Uuid>) -> Cow<'b, [Enrolment]> {
    let mut batch = Cow::Borrowed(batch);
    let mut last = RegistrantId(last.unwrap_or_default());
    for n in party {
        let id = batch[*n].id.behind(last);
        if id != batch[*n].id {
            batch.to_mut()[*n].id = id;
        }
        last = id;
    }
    batch
}

/// Inserts a row for everybody whom the meeting does not know yet, and tells who that was.
async fn insert_registrants(
    tx: &mut Tx,
    meeting: MeetingId,
    batch: &[Enrolment],
    party: &[usize],
) -> Result<HashSet<Uuid>, Fault> {
    let mut fresh = HashSet::with_capacity(party.len());
    for piece in pieces(party) {
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
            fresh.extend(piece.iter().map(|n| batch[*n].id.0));
        } else if inserted > 0 {
            fresh.extend(find_inserted(tx, meeting, batch, piece).await?);
        }
    }
    Ok(fresh)
}

async fn find_inserted(
    tx: &mut Tx,
    meeting: MeetingId,
    batch: &[Enrolment],
    piece: &[usize],
) -> Result<Vec<Uuid>, Fault> {
    let text = format!(
        "WITH asked (registrant_id) AS (VALUES {})
         SELECT r.registrant_id FROM asked CROSS JOIN registrant r
         WHERE r.slot = ? AND r.meeting_id = ? AND r.registrant_id = asked.registrant_id",
        placeholders(piece.len(), 1),
    );
    let mut find = query(Text::same(text));
    for n in piece {
        find = find.bind(batch[*n].id.0);
    }
    find.bind(number(meeting.slot())).bind(meeting.0).fetch_values(tx).await
}

/// Takes the rows of those who came too late out again.
async fn remove_registrants(
    tx: &mut Tx,
    meeting: MeetingId,
    batch: &[Enrolment],
    late: &[usize],
) -> Result<(), Fault> {
    for piece in pieces(late) {
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

/// Finds those who were registered before. Who is not there after all was turned away in this very batch.
async fn find_known(
    tx: &mut Tx,
    meeting: MeetingId,
    batch: &[Enrolment],
    others: &[usize],
) -> Result<Vec<(usize, Verdict)>, Fault> {
    let mut verdicts = Vec::with_capacity(others.len());
    for piece in pieces(others) {
        // For a list behind `IN` SQLite rather reads the meeting's whole list. CROSS JOIN is its word for a join
        // in the order given.
        let text = format!(
            "WITH asked (live_key) AS (VALUES {})
             SELECT r.live_key, r.registrant_id, r.generation FROM asked CROSS JOIN registrant r
             WHERE r.slot = ? AND r.meeting_id = ? AND r.live_key = asked.live_key",
            placeholders(piece.len(), 1),
        );
        let keys: Vec<String> = piece.iter().map(|n| batch[*n].person.key()).collect();
        let mut find = query(Text::same(text));
        for key in &keys {
            find = find.bind(key);
        }
        let rows: Vec<LiveRow> =
            find.bind(number(meeting.slot())).bind(meeting.0).fetch_all(&mut *tx).await?;
        let rows: HashMap<&str, &LiveRow> = rows.iter().map(|row| (row.live_key.as_str(), row)).collect();
        for (n, key) in piece.iter().zip(&keys) {
            let verdict = match rows.get(key.as_str()) {
                Some(row) => Verdict::Known {
                    registrant: RegistrantId(row.registrant_id),
                    generation: u8::try_from(row.generation)
                        .map_err(|_| Fault::corrupt("a generation above 255"))?,
                },
                None => Verdict::Full,
            };
            verdicts.push((*n, verdict));
        }
    }
    Ok(verdicts)
}

/// Counts the places given, and writes their letters and events. External registrants get no letter: they have no
/// address here, their own system writes to them.
async fn take_seats(tx: &mut Tx, batch: &[Enrolment], seated: &[usize]) -> Result<(), Fault> {
    for piece in pieces(seated) {
        let (first, places) = (&batch[piece[0]], piece.len());
        let seated = piece.iter().map(|n| &batch[*n]);
        let has_letter = matches!(first.person, Person::Named { .. });
        let texts = if has_letter { &SEAT_WITH_LETTER } else { &SEAT };
        let mut write = query(texts.text(places));
        for enrolment in seated.clone().filter(|_| has_letter) {
            write = write
                .bind(number(enrolment.meeting.slot()))
                .bind(enrolment.id.0)
                .bind(enrolment.meeting.0)
                .bind(enrolment.id.0)
                .bind("confirmation")
                .bind(micros(enrolment.at))
                .bind(0_i64);
        }
        for enrolment in seated {
            write = write
                .bind(number(enrolment.meeting.slot()))
                .bind(enrolment.meeting.0)
                .bind(enrolment.id.0)
                .bind(micros(enrolment.at))
                .bind("registrantEnrolled")
                .bind(enrolment.id.0)
                .bind(&enrolment.actor);
        }
        write
            .bind(places as i64)
            .bind(places as i64)
            .bind(number(first.meeting.slot()))
            .bind(first.meeting.0)
            .bind(first.registration.0)
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}
