//! The statements of an enrolment, each for many people in many meetings at once.

use std::collections::HashMap;
use std::sync::LazyLock;

use domain::seats::{Door, Seats};
use domain::{ConsentVersion, Enrolment, MeetingId, Person, RegistrantId};
use sqlx::FromRow;
use uuid::Uuid;

use crate::Fault;
use crate::aside::Aside;
use crate::engine::{BEGIN, COMMIT, Engine, Pool, Text, Tx, Value, query};
use crate::registrant::answers_json;
use crate::rows::{
    PerLength, about_meetings, bind_meetings, insert_rows, micros, number, or_fail, pieces, placeholders,
};

/// What decides about an enrolment, as it stands under the meeting's lock.
#[derive(FromRow)]
pub(crate) struct LiveRegistration {
    meeting_id: Uuid,
    registration_id: Uuid,
    version: i64,
    capacity: Option<i64>,
    is_waitlist_enabled: bool,
    is_manual_approval_enabled: bool,
    seats_taken: i64,
    waitlist_count: i64,
    directory_version: i64,
    /// The last of the list.
    pub(crate) last_registrant: Option<Uuid>,
}

impl LiveRegistration {
    /// What newcomers find.
    pub(crate) fn door(&self) -> Door {
        Door {
            seats: Seats { capacity: self.capacity, taken: self.seats_taken },
            is_waitlist_enabled: self.is_waitlist_enabled,
            is_manual_approval_enabled: self.is_manual_approval_enabled,
            has_waiting: self.waitlist_count > 0,
        }
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

const LOOK: &str = "SELECT m.meeting_id, g.registration_id, g.version, g.capacity,
        COALESCE(g.is_waitlist_enabled, FALSE) AS is_waitlist_enabled,
        COALESCE(g.is_manual_approval_enabled, FALSE) AS is_manual_approval_enabled, o.seats_taken, o.waitlist_count,
        o.last_registrant, COALESCE(t.directory_version, 0) AS directory_version
    FROM meeting m
    JOIN registration g ON g.slot = m.slot AND g.meeting_id = m.meeting_id AND g.is_live
    JOIN roster o ON o.slot = m.slot AND o.meeting_id = m.meeting_id AND o.registration_id = g.registration_id
    LEFT JOIN tenant t ON t.tenant_id = m.tenant_id
    WHERE m.slot = $1 AND m.meeting_id = $2";
pub(crate) const REGISTRANT: &str =
    "slot, meeting_id, registrant_id, registration_id, live_key, first_name, last_name, email, external_id,
    user_id, user_tenant_id, answers, consent, language, time_zone, generation, registered_at,
    registered_by";
/// What follows a place is written from the row of the registrant: whoever of a meeting stands behind an id has just
/// come; whoever got no place is seen to in [`crate::aside`]. External registrants get no letter: they have no address
/// here, their own system writes to them.
const LETTERS: &str = "INSERT INTO outbox (slot, outbox_id, meeting_id, registrant_id, kind, due_at, attempts)
    SELECT r.slot, r.registrant_id, r.meeting_id, r.registrant_id, 'confirmation', r.registered_at, 0
    FROM (VALUES {rows}) AS p CROSS JOIN registrant r
    WHERE r.slot = p.column1 AND r.meeting_id = p.column2 AND r.registrant_id >= p.column3 AND r.external_id IS NULL
        AND r.standing IS NULL";
const EVENTS: &str = "INSERT INTO event (slot, meeting_id, event_id, at, kind, registrant_id, actor)
    SELECT r.slot, r.meeting_id, r.registrant_id, r.registered_at, 'registrantEnrolled', r.registrant_id, r.registered_by
    FROM (VALUES {rows}) AS p CROSS JOIN registrant r
    WHERE r.slot = p.column1 AND r.meeting_id = p.column2 AND r.registrant_id >= p.column3 AND r.standing IS NULL";
const TAKE_SEATS: &str = "UPDATE roster
    SET seats_taken = seats_taken + p.column4, registrant_count = registrant_count + p.column4,
        last_registrant = p.column5
    FROM (VALUES {rows}) AS p
    WHERE roster.slot = p.column1 AND roster.meeting_id = p.column2 AND roster.registration_id = p.column3";
static LOOK_AT: LazyLock<PerLength> = LazyLock::new(|| about_meetings(LOOK));
/// The same as the first thing that is asked.
static LOOK_FIRST: LazyLock<PerLength> =
    LazyLock::new(|| about_meetings(LOOK).with_sqlite(|text| format!("{BEGIN}{text}")));
static INSERT_REGISTRANTS: LazyLock<PerLength> = LazyLock::new(|| {
    PerLength::new(|rows| {
        let insert = insert_rows(&format!("registrant ({REGISTRANT})"), rows, 18);
        let insert = format!("{insert} ON CONFLICT (slot, meeting_id, live_key) DO NOTHING");
        Text::of(or_fail(&insert), insert)
    })
});
/// Asking the database costs as much as storing ten rows, so what follows the places of so many meetings goes as one
/// message: SQLite takes several statements in one, PostgreSQL has a word for it.
static FOLLOW_UP: LazyLock<PerLength> = LazyLock::new(follow_up);
/// The same as the last thing that is done.
static LAST_FOLLOW_UP: LazyLock<PerLength> =
    LazyLock::new(|| follow_up().with_sqlite(|text| format!("{text}{COMMIT}")));

fn follow_up() -> PerLength {
    PerLength::new(|meetings| {
        let of = |text: &str, columns| text.replace("{rows}", &placeholders(meetings, columns));
        let (letters, events, seats) = (of(LETTERS, 3), of(EVENTS, 3), of(TAKE_SEATS, 5));
        Text::of(
            format!("{}; {}; {seats}", or_fail(&letters), or_fail(&events)),
            ["WITH", &format!("letter AS ({letters}), fact AS ({events}) {seats}")].join(" "),
        )
    })
}

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

/// Begins a transaction, locks the meetings of a batch and reads what decides about it.
pub(crate) async fn look(
    pool: &Pool,
    batch: &[Enrolment],
    wanted: &[usize],
) -> Result<(Tx, HashMap<MeetingId, LiveRegistration>), Fault> {
    let meetings: Vec<MeetingId> = parties(batch, wanted).map(|(meeting, _)| meeting).collect();
    let asked = |texts: &PerLength, piece: &[MeetingId]| bind_meetings(query(texts.text(piece.len())), piece);
    let mut left = pieces(&meetings);
    let (mut tx, mut rows): (Tx, Vec<LiveRegistration>);
    if pool.engine() == Engine::Sqlite
        && let Some(first) = left.next()
    {
        (tx, rows) = pool.begin_write_asking(asked(&LOOK_FIRST, first)).await?;
    } else {
        (tx, rows) = (pool.begin_write().await?, Vec::new());
        crate::lock_all(&mut tx, &meetings).await?;
    }
    for piece in left {
        rows.extend(asked(&LOOK_AT, piece).fetch_all::<LiveRegistration>(&mut tx).await?);
    }
    let live = rows.into_iter().map(|row| (MeetingId(row.meeting_id), row)).collect();
    Ok((tx, live))
}

/// Puts everybody into the list whom their meeting does not know yet; tells who the others are.
pub(crate) async fn list(
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
    Ok(others)
}

/// Writes letters and events of those who were put into the list, counts their places, and commits. Whoever was put `aside`
/// came behind them.
pub(crate) async fn follow_up_and_commit(
    mut tx: Tx,
    batch: &[Enrolment],
    seated: &[usize],
    aside: &[Aside],
) -> Result<(), Fault> {
    let groups: Vec<_> = parties(batch, seated).collect();
    let first = |(meeting, party): &(MeetingId, &[usize])| -> [Value<'_>; 3] {
        [number(meeting.slot()).into(), meeting.0.into(), batch[party[0]].id.0.into()]
    };
    let places = |(meeting, party): &(MeetingId, &[usize])| -> [Value<'_>; 5] {
        let registration = batch[party[0]].registration.0;
        let behind = aside.iter().rev().map(|(n, _)| &batch[*n]).find(|asked| asked.meeting == *meeting);
        let last = behind.unwrap_or(&batch[party[party.len() - 1]]).id.0;
        [
            number(meeting.slot()).into(),
            meeting.0.into(),
            registration.into(),
            (party.len() as i64).into(),
            last.into(),
        ]
    };
    let about = |texts: &PerLength, piece: &[(MeetingId, &[usize])]| {
        let rows = || piece.iter();
        query(texts.text(piece.len()))
            .bind_rows(rows().map(first))
            .bind_rows(rows().map(first))
            .bind_rows(rows().map(places))
    };
    let mut pieces: Vec<_> = pieces(&groups).collect();
    let Some(last) = pieces.pop() else { return tx.commit().await };
    for piece in pieces {
        about(&FOLLOW_UP, piece).execute(&mut tx).await?;
    }
    tx.commit_with(about(&LAST_FOLLOW_UP, last)).await
}

/// The row of a registrant.
pub(crate) fn values(enrolment: &Enrolment) -> [Value<'_>; 18] {
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
        enrolment.consent.as_ref().map(ConsentVersion::as_str).into(),
        (&enrolment.language).into(),
        (&enrolment.time_zone).into(),
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
