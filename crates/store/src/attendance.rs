//! Who passed the join gate, and by which device.

use std::sync::LazyLock;

use domain::query::{Attended, Literal, Order, OrderKey, Position, Property, Subject};
use domain::{MeetingId, Registrant, RegistrantId, RegistrationId, RegistrationKind};
use jiff::Timestamp;
use uuid::Uuid;

use crate::condition::{Items, Words};
use crate::engine::{On, Text, query};
use crate::listing::{Keys, Listing, keys_to};
use crate::ordering::NO_NUMBER;
use crate::rows::{PerLength, instant, micros, number, pieces, placeholders};
use crate::{Fault, Store, write_tx};

/// A page of a report of attendance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttendancePage {
    /// Whoever had a place or came, in order, and each time that they were let in.
    pub attended: Vec<(Registrant, Vec<Timestamp>)>,
    /// Where the next page starts. `None` on the last page.
    pub next: Option<Position>,
}

/// A device asks to be let in.
#[derive(Clone, Copy, Debug)]
pub struct Pass<'a> {
    /// Whose link it comes with.
    pub registrant: &'a Registrant,
    /// A hash that tells the device from any other.
    pub device: &'a [u8; 32],
    /// When.
    pub at: Timestamp,
    /// Another device that passed after this is in its way.
    pub active_since: Timestamp,
}

const RECORD: &str =
    "INSERT INTO attendance (slot, meeting_id, registrant_id, minute, registration_id, joined_at)
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (slot, meeting_id, registrant_id, minute) DO NOTHING";
const ENTER: &str = "INSERT INTO entry (slot, meeting_id, registrant_id, device, passed_at)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (slot, meeting_id, registrant_id) DO UPDATE
        SET device = excluded.device, passed_at = excluded.passed_at
        WHERE entry.device = excluded.device OR entry.passed_at <= $6";
const LIST: &str = "SELECT registrant_id, joined_at FROM attendance
    WHERE slot = $1 AND meeting_id = $2 AND registrant_id >= $3 AND registrant_id <= $4
    ORDER BY registrant_id, minute";
const LIST_THESE: &str = "SELECT registrant_id, joined_at FROM attendance
    WHERE slot = ? AND meeting_id = ? AND registrant_id IN {}
    ORDER BY registrant_id, minute";
static THESE: LazyLock<PerLength> =
    LazyLock::new(|| PerLength::new(|ids| Text::same(LIST_THESE.replace("{}", &placeholders(1, ids)))));
const COUNT: &str = "SELECT COUNT(DISTINCT registrant_id) FROM attendance
    WHERE slot = $1 AND meeting_id = $2 AND registration_id = $3";

impl Store {
    /// Records that a registrant was let in, once a minute: one statement, one commit.
    pub async fn record_attendance(&self, registrant: &Registrant, at: Timestamp) -> Result<(), Fault> {
        record(&self.writer, registrant, at).await
    }

    /// Lets one device in at a time, and records it: `false` when another one is in, which changes nothing. Of several
    /// that ask at once one is let in.
    pub async fn enter(&self, pass: Pass<'_>) -> Result<bool, Fault> {
        let registrant = pass.registrant;
        Ok(write_tx!(self, |tx| {
            let changed = query(ENTER)
                .bind(number(registrant.meeting.slot()))
                .bind(registrant.meeting.0)
                .bind(registrant.id.0)
                .bind(pass.device.as_slice())
                .bind(micros(pass.at))
                .bind(micros(pass.active_since))
                .execute(&mut *tx)
                .await?;
            if changed > 0 {
                record(tx, registrant, pass.at).await?;
            }
            changed > 0
        }))
    }

    /// Up to `limit` registrants behind a position, `skip` of them passed over, with when they were let in: of those who have
    /// a place, or had one and came. A fault that may pass where finding them takes longer than ten seconds.
    pub async fn list_attended(
        &self,
        listing: Listing<'_>,
        after: Option<&Position>,
        skip: u32,
        limit: u32,
    ) -> Result<AttendancePage, Fault> {
        let leading = keys_to_attended(listing);
        let found =
            self.find_ids(listing, self.words_of_attended(listing), &leading, (after, skip, limit)).await?;
        let (registrants, goes_on) = self.read_page(listing, &found, limit as usize).await?;
        let mut attended = Vec::with_capacity(registrants.len());
        let meeting = listing.registration.meeting;
        for piece in pieces(&registrants) {
            let find = query(THESE.text(piece.len())).bind(number(meeting.slot())).bind(meeting.0);
            let find = piece.iter().fold(find, |find, registrant| find.bind(registrant.id.0));
            let passes: Vec<(Uuid, i64)> = find.fetch_all(&self.readers).await?;
            for registrant in piece {
                let own = passes.iter().filter(|(id, _)| *id == registrant.id.0);
                let joined = own.map(|(_, at)| instant(*at)).collect::<Result<Vec<_>, _>>()?;
                attended.push((registrant.clone(), joined));
            }
        }
        let last = attended.last().filter(|_| goes_on);
        let next = last.map(|(registrant, joined)| place(registrant, !joined.is_empty(), listing.orders));
        Ok(AttendancePage { attended, next })
    }

    /// How many that is in all.
    pub async fn count_attended(&self, listing: Listing<'_>) -> Result<i64, Fault> {
        self.count_ids(listing, self.words_of_attended(listing), &keys_to_attended(listing)).await
    }

    fn words_of_attended<'a>(&self, listing: Listing<'a>) -> Words<'a> {
        Words { engine: self.engine(), items: Items::Attended(&listing.registration.kind) }
    }

    /// When each registrant from `first` to `last` was let in, in the order of their ids and then of time. Who was not
    /// is not among them.
    pub async fn list_attendance(
        &self,
        meeting: MeetingId,
        first: RegistrantId,
        last: RegistrantId,
    ) -> Result<Vec<(RegistrantId, Timestamp)>, Fault> {
        let rows: Vec<(Uuid, i64)> = query(LIST)
            .bind(number(meeting.slot()))
            .bind(meeting.0)
            .bind(first.0)
            .bind(last.0)
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter().map(|(id, at)| Ok((RegistrantId(id), instant(at)?))).collect()
    }

    /// How many registrants of the registration were let in.
    pub async fn count_attendees(
        &self,
        meeting: MeetingId,
        registration: RegistrationId,
    ) -> Result<i64, Fault> {
        let count = query(COUNT).bind(number(meeting.slot())).bind(meeting.0).bind(registration.0);
        count.fetch_value(&self.readers).await
    }
}

/// An id of a record leads to nobody by the keys of persons.
fn keys_to_attended(listing: Listing<'_>) -> Vec<Keys> {
    match listing.registration.kind {
        RegistrationKind::BuiltIn(_) => keys_to(listing, Property::EmailAddress),
        RegistrationKind::External => vec![Keys::Any],
    }
}

/// Where somebody stands in a report.
fn place(registrant: &Registrant, has_come: bool, orders: &[Order]) -> Position {
    let attended = Attended { registrant, has_come };
    let key = |order: &Order| match (order.property, attended.value(order.property)) {
        (Property::TotalAttendanceInSeconds, Literal::Null) => OrderKey::Number(NO_NUMBER),
        (_, value) => OrderKey::of(&value),
    };
    // Their ids are in the order of arrival, whatever stands behind them in `orders`.
    let before = orders.iter().take_while(|order| order.property != Property::Id);
    Position { keys: before.map(key).collect(), id: registrant.id.0 }
}

async fn record<'c>(on: impl Into<On<'c>>, registrant: &Registrant, at: Timestamp) -> Result<(), Fault> {
    query(RECORD)
        .bind(number(registrant.meeting.slot()))
        .bind(registrant.meeting.0)
        .bind(registrant.id.0)
        .bind(at.as_second().div_euclid(60))
        .bind(registrant.registration.0)
        .bind(micros(at))
        .execute(on)
        .await?;
    Ok(())
}
