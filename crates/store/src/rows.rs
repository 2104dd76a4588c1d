//! Between rows and the domain's values.

use domain::{Email, MeetingId, Slot};
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Fault;
use crate::engine::{Query, Text};

/// Microseconds since 1970 UTC, as instants are stored.
pub(crate) fn micros(at: Timestamp) -> i64 {
    at.as_microsecond()
}

/// The instant of a stored number.
pub(crate) fn instant(micros: i64) -> Result<Timestamp, Fault> {
    Timestamp::from_microsecond(micros).map_err(|_| Fault::corrupt("an instant out of range"))
}

/// The instant of a stored number that may be absent.
pub(crate) fn instant_or_none(micros: Option<i64>) -> Result<Option<Timestamp>, Fault> {
    micros.map(instant).transpose()
}

/// JSON text of a list or of settings.
pub(crate) fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("lists and settings of strings always serialize")
}

/// What JSON text holds.
pub(crate) fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, Fault> {
    serde_json::from_str(text).map_err(|_| Fault::corrupt("JSON of another shape"))
}

/// An address that was valid when it was stored.
pub(crate) fn email(text: &str) -> Result<Email, Fault> {
    Email::parse(text).map_err(|_| Fault::corrupt("an address that is none"))
}

/// The slot as it is bound.
pub(crate) fn number(slot: Slot) -> i64 {
    slot.number()
}

/// `(?,?),(?,?)…`: placeholders for so many rows of so many columns, bound in order. Numbered ones would each
/// be looked up by name as they are bound, which costs the square of their number.
pub(crate) fn placeholders(rows: usize, columns: usize) -> String {
    let row = format!("({})", vec!["?"; columns].join(","));
    vec![row; rows].join(",")
}

/// The most rows that one statement carries.
pub(crate) const PIECE: usize = 64;

/// Cuts a batch into pieces that one statement can carry.
pub(crate) fn pieces<T>(batch: &[T]) -> impl Iterator<Item = &[T]> {
    batch.chunks(PIECE)
}

/// `INSERT INTO table (column, …) VALUES` so many rows.
pub(crate) fn insert_rows(into: &str, rows: usize, columns: usize) -> String {
    format!("INSERT INTO {into} VALUES {}", placeholders(rows, columns))
}

/// The same insert for SQLite, which keeps every page as it was before a statement of many rows, lest one of them fail.
/// Whatever fails here ends the transaction, so nobody would go back to that.
pub(crate) fn or_fail(insert: &str) -> String {
    insert.replacen(" INTO ", " OR FAIL INTO ", 1)
}

/// The same text for each number of rows from 1 to [`PIECE`], made once: each then stays prepared.
pub(crate) struct PerLength([Text; PIECE]);

impl PerLength {
    /// `text` writes the one for so many rows.
    pub(crate) fn new(text: impl Fn(usize) -> Text) -> Self {
        Self(std::array::from_fn(|n| text(n + 1)))
    }

    /// The same, where SQLite has other words for it.
    pub(crate) fn with_sqlite(self, words: impl Fn(&str) -> String) -> Self {
        Self(self.0.map(|text| text.with_sqlite(&words)))
    }

    /// The text for a piece of that many rows; see [`pieces`].
    pub(crate) fn text(&self, rows: usize) -> Text {
        self.0[rows - 1].clone()
    }
}

/// What a question about one meeting, called `m`, says of it.
const ONE_MEETING: &str = "m.slot = $1 AND m.meeting_id = $2";

/// A question about one meeting, put about so many; see [`bind_meetings`]. About one it names the slot, by which a
/// database that is spread out knows where to ask.
pub(crate) fn about_meetings(text: &str) -> PerLength {
    PerLength::new(|meetings| {
        let several = format!("(m.slot, m.meeting_id) IN (VALUES {})", placeholders(meetings, 2));
        Text::same(if meetings == 1 { text.to_owned() } else { text.replace(ONE_MEETING, &several) })
    })
}

/// Binds the meetings that a question of [`about_meetings`] is about.
pub(crate) fn bind_meetings<'q>(query: Query<'q>, meetings: &[MeetingId]) -> Query<'q> {
    meetings.iter().fold(query, |query, meeting| query.bind(number(meeting.slot())).bind(meeting.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_cover_a_batch() {
        let batch: Vec<u32> = (0..203).collect();

        let lengths: Vec<usize> = pieces(&batch).map(<[u32]>::len).collect();

        assert_eq!(lengths, [64, 64, 64, 11]);
    }

    #[test]
    fn placeholders_come_in_rows() {
        assert_eq!(placeholders(2, 3), "(?,?,?),(?,?,?)");
    }
}
