//! All of an enrolment as one message to the database, for whoever comes to a meeting that has a place for all of its
//! party, where nobody waits and the organizer need not decide, and is as they saw it. A message costs more than what it
//! asks for: it wakes two threads or crosses a network. Whoever cannot be decided so goes the long way, through
//! [`crate::seating`].

use std::collections::HashSet;
use std::iter::repeat_n;
use std::sync::LazyLock;

use domain::{Enrolment, RegistrantId, RegistrationId};
use uuid::Uuid;

use crate::Fault;
use crate::engine::{BEGIN, COMMIT, Engine, Pool, Text, Value, query};
use crate::idempotency::{KEYED, keyed};
use crate::rows::{PerLength, number, or_fail, pieces, placeholders};
use crate::seating::{REGISTRANT, parties, values};

/// What a party takes its meeting to be; see [`seen`].
const SEEN: &str = "slot, meeting_id, registration_id, version, directory_version, size, first_id";
/// The meeting of a party `p`, where it is open for all of it.
const OPEN: &str = "meeting m
    JOIN registration g ON g.slot = m.slot AND g.meeting_id = m.meeting_id AND g.is_live
    JOIN roster o ON o.slot = m.slot AND o.meeting_id = m.meeting_id AND o.registration_id = g.registration_id
    LEFT JOIN tenant t ON t.tenant_id = m.tenant_id
    WHERE m.slot = p.slot AND m.meeting_id = p.meeting_id
        AND g.registration_id = p.registration_id AND g.version = p.version
        AND COALESCE(p.directory_version = t.directory_version, p.directory_version IS NULL)
        AND COALESCE(o.seats_taken + p.size <= g.capacity, TRUE)
        AND o.waitlist_count = 0 AND g.is_manual_approval_enabled IS NOT TRUE
        AND COALESCE(o.last_registrant < p.first_id, TRUE)";

/// In the words of PostgreSQL, one statement. The rows come as lists, so that there is one plan whatever their number is.
///
/// The statement sees the database as it was before it waited for a lock. What it decides by is in the rows that it
/// locks, which PostgreSQL reads again when somebody has changed them meanwhile
/// (<https://www.postgresql.org/docs/15/transaction-iso.html#XACT-READ-COMMITTED>), but for the version of the directory: a
/// right that is taken away while somebody waits for the lock counts as taken away after them. Who is in the list already
/// is told by the unique key. Meetings are locked one after the other, in the order in which they come. The row that counts
/// is always there; as a conflict it is found by its key, which a plan for an update, made when there were few, might not do.
/// Who came is told in one row, since each costs a message: their ids, one behind the other.
const SEAT: &str = "WITH party AS (
        SELECT {seen} FROM UNNEST(?, ?, ?, ?, ?, ?, ?) AS seen ({seen})),
    open AS MATERIALIZED (
        SELECT live.meeting_id FROM party p CROSS JOIN LATERAL (
            SELECT m.meeting_id FROM {open} FOR NO KEY UPDATE OF m, g, o) AS live),
    {keys}
    came AS (
        INSERT INTO registrant ({columns})
        SELECT {columns} FROM UNNEST(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AS person ({columns})
        WHERE (meeting_id IN (SELECT meeting_id FROM open)) IS TRUE {unless_known}
        ON CONFLICT (slot, meeting_id, live_key) DO NOTHING
        RETURNING slot, meeting_id, registration_id, registrant_id, external_id, registered_at, registered_by),
    {remember}
    letter AS (
        INSERT INTO outbox (slot, outbox_id, meeting_id, registrant_id, kind, due_at, attempts)
        SELECT slot, registrant_id, meeting_id, registrant_id, 'confirmation', registered_at, 0 FROM came
        WHERE external_id IS NULL),
    fact AS (
        INSERT INTO event (slot, meeting_id, event_id, at, kind, registrant_id, actor)
        SELECT slot, meeting_id, registrant_id, registered_at, 'registrantEnrolled', registrant_id, registered_by
        FROM came),
    place AS (
        INSERT INTO roster (slot, meeting_id, registration_id, seats_taken, registrant_count, view_count, last_registrant)
        SELECT slot, meeting_id, registration_id, COUNT(*), COUNT(*), 0, MAX(registrant_id::TEXT COLLATE \"C\")::UUID
        FROM came
        GROUP BY slot, meeting_id, registration_id
        ON CONFLICT (slot, meeting_id, registration_id) DO UPDATE
        SET seats_taken = roster.seats_taken + excluded.seats_taken,
            registrant_count = roster.registrant_count + excluded.registrant_count,
            last_registrant = excluded.last_registrant)
    SELECT STRING_AGG(UUID_SEND(registrant_id), ''::BYTEA) FROM came";
/// What [`SEAT`] says besides where somebody has an idempotency key: whose key is in use goes the long way, where it is
/// asked what for. A key that came into use meanwhile ends the statement.
const KEYS: &str = "asked AS (
        SELECT {keyed} FROM UNNEST(?, ?, ?, ?, ?, ?) AS asked ({keyed})),
    known AS (
        SELECT k.registrant_id FROM asked k WHERE (SELECT i.registrant_id FROM idempotency i
            WHERE i.slot = k.slot AND i.meeting_id = k.meeting_id AND i.key_hash = k.key_hash) IS NOT NULL),";
const UNLESS_KNOWN: &str = "AND (registrant_id IN (SELECT registrant_id FROM known)) IS NOT TRUE";
const REMEMBER: &str = "answered AS (
        INSERT INTO idempotency ({keyed})
        SELECT {keyed} FROM asked WHERE (registrant_id IN (SELECT registrant_id FROM came)) IS TRUE),";

/// In the words of SQLite, a transaction of several statements, for one meeting: first its people are put into the list.
/// Rows without an id only fill up a length that is prepared.
const LIST: &str = "WITH party ({seen}) AS (VALUES (?, ?, ?, ?, ?, ?, ?)),
    person ({person}) AS (VALUES {people})
    INSERT INTO registrant (slot, meeting_id, registration_id, generation, {person})
    SELECT p.slot, p.meeting_id, p.registration_id, 0, {person} FROM person CROSS JOIN party p
    WHERE registrant_id IS NOT NULL AND EXISTS (SELECT 1 FROM party p CROSS JOIN {open})
    ON CONFLICT (slot, meeting_id, live_key) DO NOTHING";
/// What differs between people of a party; see [`of_one`].
const PERSON: &str =
    "registrant_id, live_key, first_name, last_name, email, external_id, user_id, user_tenant_id,
    answers, consent, language, time_zone, registered_at, registered_by";
/// Then it is told who came: in place of all of them the nil UUID. What follows here counts what the statement before it has
/// changed, and does nothing where that was nothing. Where somebody came, the first of the party stands behind the last of
/// the list, so that whoever stands there now has just come.
const CAME: &str = "SELECT r.registrant_id FROM registrant r
    WHERE r.slot = ? AND r.meeting_id = ? AND r.registrant_id >= ? AND CHANGES() > 0 AND CHANGES() < ?
    UNION ALL SELECT ? WHERE CHANGES() = ?";
const EVENTS: &str = "INSERT INTO event (slot, meeting_id, event_id, at, kind, registrant_id, actor)
    SELECT r.slot, r.meeting_id, r.registrant_id, r.registered_at, 'registrantEnrolled', r.registrant_id, r.registered_by
    FROM registrant r WHERE r.slot = ? AND r.meeting_id = ? AND r.registrant_id >= ? AND CHANGES() > 0";
const TAKE_SEATS: &str = "UPDATE roster
    SET seats_taken = seats_taken + CHANGES(), registrant_count = registrant_count + CHANGES(),
        last_registrant = (SELECT MAX(r.registrant_id) FROM registrant r
            WHERE r.slot = ? AND r.meeting_id = ?)
    WHERE slot = ? AND meeting_id = ? AND registration_id = ? AND CHANGES() > 0";
const LETTERS: &str =
    "INSERT INTO outbox (slot, outbox_id, meeting_id, registrant_id, kind, due_at, attempts)
    SELECT r.slot, r.registrant_id, r.meeting_id, r.registrant_id, 'confirmation', r.registered_at, 0
    FROM registrant r WHERE r.slot = ? AND r.meeting_id = ? AND r.registrant_id >= ? AND r.external_id IS NULL
        AND CHANGES() > 0";

static SEAT_MANY: LazyLock<Text> = LazyLock::new(|| seat_many(["", "", ""]));
static SEAT_MANY_BY_KEYS: LazyLock<Text> = LazyLock::new(|| seat_many([KEYS, UNLESS_KNOWN, REMEMBER]));
static SEAT_PARTY: LazyLock<PerLength> = LazyLock::new(|| PerLength::new(seat_party));

fn seat_many([keys, unless_known, remember]: [&str; 3]) -> Text {
    let text =
        SEAT.replace("{keys}", keys).replace("{unless_known}", unless_known).replace("{remember}", remember);
    let text = text.replace("{columns}", REGISTRANT).replace("{keyed}", KEYED);
    Text::same(text.replace("{seen}", SEEN).replace("{open}", OPEN))
}

fn seat_party(people: usize) -> Text {
    let list = LIST.replace("{people}", &placeholders(filled_up(people), 14)).replace("{person}", PERSON);
    let list = or_fail(&list.replace("{seen}", SEEN).replace("{open}", OPEN));
    let (events, letters) = (or_fail(EVENTS), or_fail(LETTERS));
    Text::same(format!("{BEGIN}{list}; {CAME}; {events}; {TAKE_SEATS}; {letters}{COMMIT}"))
}

/// Gives places to whoever comes to a meeting that has one for all of its party and is as they saw it, in a transaction
/// of its own, or in several; adds who got one to `seated`, those among them who got it before a fault. Whoever did not
/// may have one already, find none left, or have to look again: nothing is known of them. Takes positions where those of a
/// meeting stand together; not for a database that is spread over nodes, which give rows a place by the values of a
/// statement and not by those of a list.
pub(crate) async fn seat_at_once(
    pool: &Pool,
    batch: &[Enrolment],
    wanted: &[usize],
    seated: &mut HashSet<RegistrantId>,
) -> Result<(), Fault> {
    let parties: Vec<Party<'_>> = parties(batch, wanted)
        .map(|(_, party)| {
            let first = sight(&batch[party[0]]);
            let people = party.iter().map(|n| &batch[*n]).filter(|asked| sight(asked) == first).collect();
            Party { people, size: party.len() }
        })
        .collect();
    match (pool.engine(), parties.as_slice()) {
        (Engine::Postgres, _) => seat_parties(pool, &parties, seated).await,
        (Engine::Sqlite, [party]) => seat_one_party(pool, party, seated).await,
        // Texts for so many people at each of so many meetings would be too many to stay prepared.
        (Engine::Sqlite, _) => Ok(()),
    }
}

/// Who came to a meeting and saw the same of it.
struct Party<'e> {
    people: Vec<&'e Enrolment>,
    /// How many came to the meeting, those included who are decided another way: none of these may find a place taken by
    /// somebody who came after them.
    size: usize,
}

async fn seat_parties(
    pool: &Pool,
    parties: &[Party<'_>],
    seated: &mut HashSet<RegistrantId>,
) -> Result<(), Fault> {
    let people: Vec<&Enrolment> = parties.iter().flat_map(|party| &party.people).copied().collect();
    let keys: Vec<_> = people.iter().filter_map(|asked| keyed(asked, asked.id)).collect();
    let text = if keys.is_empty() { &SEAT_MANY } else { &SEAT_MANY_BY_KEYS };
    let mut seat =
        query((*text).clone()).bind_columns(parties.iter().map(|party| seen(&party.people, party.size)));
    if !keys.is_empty() {
        seat = seat.bind_columns(keys.into_iter());
    }
    let seat = seat.bind_columns(people.iter().map(|asked| values(asked)));
    let came: Vec<Option<Vec<u8>>> = seat.run_transaction(pool).await?;
    let ids = came.iter().flatten().flat_map(|ids| ids.chunks_exact(size_of::<Uuid>()));
    seated.extend(ids.filter_map(|id| Uuid::from_slice(id).ok()).map(RegistrantId));
    Ok(())
}

/// Whoever has an idempotency key goes the long way.
async fn seat_one_party(
    pool: &Pool,
    party: &Party<'_>,
    seated: &mut HashSet<RegistrantId>,
) -> Result<(), Fault> {
    let people: Vec<&Enrolment> =
        party.people.iter().copied().filter(|asked| asked.idempotency.is_none()).collect();
    for piece in pieces(&people) {
        let (slot, meeting) = (number(piece[0].meeting.slot()), piece[0].meeting.0);
        let first = piece[0].id;
        let nobody = filled_up(piece.len()) - piece.len();
        let behind = || [[slot.into(), meeting.into(), first.0.into()]].into_iter();
        let registration = piece[0].registration.0;
        let all = piece.len() as i64;
        let came =
            [[slot.into(), meeting.into(), first.0.into(), all.into(), Uuid::nil().into(), all.into()]];
        let place = [[slot.into(), meeting.into(), slot.into(), meeting.into(), registration.into()]];
        let seat = query(SEAT_PARTY.text(piece.len()))
            .bind_rows([seen(piece, party.size)].into_iter())
            .bind_rows(piece.iter().map(|asked| of_one(asked)).chain(repeat_n(NOBODY, nobody)))
            .bind_rows(came.into_iter())
            .bind_rows(behind())
            .bind_rows(place.into_iter())
            .bind_rows(behind());
        match &*seat.run_transaction::<Uuid>(pool).await? {
            [everybody] if everybody.is_nil() => seated.extend(piece.iter().map(|asked| asked.id)),
            came => seated.extend(came.iter().copied().map(RegistrantId)),
        }
    }
    Ok(())
}

/// A lone caller gets a text of their own; each text that stays prepared costs memory, and time when it is first used.
fn filled_up(people: usize) -> usize {
    if people == 1 { 1 } else { people.next_multiple_of(8) }
}

const NOBODY: [Value<'_>; 14] = [const { Value::Number(None) }; 14];

/// The row of somebody in a party, without what all of it share.
fn of_one(asked: &Enrolment) -> [Value<'_>; 14] {
    let [
        _,
        _,
        id,
        _,
        key,
        first,
        last,
        email,
        external,
        user,
        tenant,
        answers,
        consent,
        language,
        zone,
        _,
        at,
        by,
    ] = values(asked);
    [id, key, first, last, email, external, user, tenant, answers, consent, language, zone, at, by]
}

/// What an enrolment was checked against.
fn sight(enrolment: &Enrolment) -> (RegistrationId, i64, Option<i64>) {
    (enrolment.registration, enrolment.seen_version, enrolment.seen_directory)
}

/// What a party takes its meeting to be, of so many who came.
fn seen<'q>(party: &[&Enrolment], size: usize) -> [Value<'q>; 7] {
    let meeting = party[0].meeting;
    let (registration, version, directory) = sight(party[0]);
    let first = party.iter().map(|asked| asked.id.0).min();
    [
        number(meeting.slot()).into(),
        meeting.0.into(),
        registration.0.into(),
        version.into(),
        directory.into(),
        (size as i64).into(),
        first.into(),
    ]
}
