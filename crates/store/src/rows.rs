//! Between rows and the domain's values.

use domain::{Email, Slot};
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::{AssertSqlSafe, SqlSafeStr, SqlStr};

use crate::Fault;

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

/// `($1,$2),($3,$4)…`: placeholders for so many rows of so many columns.
pub(crate) fn placeholders(rows: usize, columns: usize) -> String {
    let mut text = String::with_capacity(rows * columns * 5);
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ",(" });
        for column in 0..columns {
            if column > 0 {
                text.push(',');
            }
            text.push('$');
            text.push_str(&(row * columns + column + 1).to_string());
        }
        text.push(')');
    }
    text
}

/// Cuts a batch into pieces whose lengths are powers of two, largest first. Statements for many rows then
/// come in a handful of lengths, and each stays prepared.
pub(crate) fn pieces<T>(mut rest: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let length = (1 << rest.len().ilog2()).min(64);
        let (piece, after) = rest.split_at(length);
        rest = after;
        Some(piece)
    })
}

/// The same statement for 1, 2, 4 … 64 rows, made once.
pub(crate) struct RowInsert {
    columns: usize,
    texts: [SqlStr; 7],
}

impl RowInsert {
    /// `into` names the table and its columns, `tail` follows the rows. Nothing in either comes from outside.
    pub(crate) fn new(into: &str, columns: usize, tail: &str) -> Self {
        let text = |power: u32| {
            let rows = placeholders(1 << power, columns);
            AssertSqlSafe(format!("INSERT INTO {into} VALUES {rows}{tail}")).into_sql_str()
        };
        Self { columns, texts: std::array::from_fn(|power| text(power as u32)) }
    }

    /// The statement for a piece of that many rows; see [`pieces`].
    pub(crate) fn text(&self, rows: usize) -> SqlStr {
        debug_assert!(rows.is_power_of_two() && self.columns > 0);
        self.texts[rows.ilog2() as usize].clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_cover_a_batch_in_few_lengths() {
        let batch: Vec<u32> = (0..203).collect();

        let lengths: Vec<usize> = pieces(&batch).map(<[u32]>::len).collect();

        assert_eq!(lengths, [64, 64, 64, 8, 2, 1]);
        assert_eq!(pieces(&batch).flatten().copied().collect::<Vec<_>>(), batch);
    }

    #[test]
    fn placeholders_are_numbered_through() {
        assert_eq!(placeholders(2, 3), "($1,$2,$3),($4,$5,$6)");
    }
}
