//! A query: its text, its values, and running it on whatever is open.

use std::array::from_fn;

use sqlx::postgres::{PgArguments, PgRow};
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{AssertSqlSafe, FromRow, Postgres, SqlSafeStr, SqlStr, Sqlite};

use super::held::{Held, LONGEST_ANSWER, in_time};
use super::value::{Value, arguments};
use super::{On, Pool, Tx};
use crate::Fault;

/// A text for each engine.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    sqlite: SqlStr,
    postgres: SqlStr,
}

impl Text {
    /// The same text for both, its values marked by bare `?`. Nothing in it comes from outside.
    pub(crate) fn same(text: String) -> Self {
        Self::of(text.clone(), text)
    }

    /// A text for each. Nothing in either comes from outside.
    pub(crate) fn of(sqlite: String, postgres: String) -> Self {
        Self {
            sqlite: AssertSqlSafe(sqlite).into_sql_str(),
            postgres: AssertSqlSafe(numbered(&postgres)).into_sql_str(),
        }
    }

    /// The same, where SQLite has other words for it. Nothing in them comes from outside.
    pub(crate) fn with_sqlite(self, words: impl Fn(&str) -> String) -> Self {
        Self { sqlite: AssertSqlSafe(words(self.sqlite.as_str())).into_sql_str(), ..self }
    }

    pub(crate) fn for_sqlite(&self) -> SqlStr {
        self.sqlite.clone()
    }

    pub(crate) fn for_postgres(&self) -> SqlStr {
        self.postgres.clone()
    }
}

impl From<&'static str> for Text {
    fn from(text: &'static str) -> Self {
        Self { sqlite: text.into_sql_str(), postgres: text.into_sql_str() }
    }
}

/// PostgreSQL numbers its values. No text of ours holds a `?` that is anything else.
fn numbered(text: &str) -> String {
    let mut pieces = text.split('?');
    let mut numbered = pieces.next().unwrap_or_default().to_owned();
    for (number, piece) in (1..).zip(pieces) {
        numbered.push_str(&format!("${number}{piece}"));
    }
    numbered
}

/// A row both engines can give.
pub(crate) trait Readable:
    for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{
}

impl<T> Readable for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}

/// A query and its values.
pub(crate) struct Query<'q> {
    text: Text,
    values: Vec<Value<'q>>,
}

/// Begins a query.
pub(crate) fn query<'q>(text: impl Into<Text>) -> Query<'q> {
    Query { text: text.into(), values: Vec::new() }
}

/// Runs a query on whatever is open: `$run` sees the query's text, its values and who executes it. What a driver keeps while
/// it waits is some kilobytes; boxed, they are not part of every request that may ask something.
macro_rules! run {
    ($self:ident, $on:ident, |$text:ident, $values:ident, $executor:ident| $run:expr) => {
        Box::pin(async move {
            Ok::<_, Fault>(match $on.into() {
                On::Tx(Tx::Sqlite(held)) => {
                    let (($text, $values), $executor) = ($self.for_sqlite()?, held.connection());
                    $run.await?
                }
                On::Pool(Pool::Sqlite(source)) => {
                    let mut held = Held::<Sqlite>::take(source).await?;
                    let (($text, $values), $executor) = ($self.for_sqlite()?, held.connection());
                    let answer = $run.await;
                    // A statement that fails leaves nothing behind, and a thread that has died no connection.
                    held.is_done = !matches!(answer, Err(sqlx::Error::WorkerCrashed));
                    answer?
                }
                On::Tx(Tx::Postgres(held)) => {
                    let patience = held.patience;
                    let (($text, $values), $executor) = ($self.for_postgres()?, held.connection());
                    in_time(patience, $run).await?
                }
                On::Pool(Pool::Postgres(source)) => {
                    let mut held = Held::<Postgres>::take(source).await?;
                    let (($text, $values), $executor) = ($self.for_postgres()?, held.connection());
                    let answer = in_time(LONGEST_ANSWER, $run).await;
                    held.is_done = answer.as_ref().err().is_none_or(Fault::leaves_the_session);
                    answer?
                }
            })
        })
        .await
    };
}

impl<'q> Query<'q> {
    /// Binds the next value.
    pub(crate) fn bind(mut self, value: impl Into<Value<'q>>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Binds values, in order.
    pub(crate) fn bind_all(mut self, values: Vec<Value<'q>>) -> Self {
        self.values.extend(values);
        self
    }

    /// Binds rows, column by column: each column is one list, and one that holds nothing but NULL is empty. `UNNEST` of
    /// several fills up whichever is shorter than the longest, so one column at least is nowhere NULL.
    pub(crate) fn bind_columns<const N: usize>(
        mut self,
        rows: impl ExactSizeIterator<Item = [Value<'q>; N]>,
    ) -> Self {
        let mut columns: [Vec<_>; N] = from_fn(|_| Vec::with_capacity(rows.len()));
        for row in rows {
            for (column, value) in columns.iter_mut().zip(row) {
                column.push(value);
            }
        }
        self.values.extend(columns.map(Value::List));
        self
    }

    /// Binds rows, each value in order.
    pub(crate) fn bind_rows<const N: usize>(mut self, rows: impl Iterator<Item = [Value<'q>; N]>) -> Self {
        self.values.extend(rows.flatten());
        self
    }

    /// Runs it; tells how many rows it changed.
    pub(crate) async fn execute<'c>(self, on: impl Into<On<'c>>) -> Result<u64, Fault> {
        run!(self, on, |text, values, executor| async {
            Ok::<_, sqlx::Error>(sqlx::query_with(text, values).execute(executor).await?.rows_affected())
        })
    }

    /// Its rows.
    pub(crate) async fn fetch_all<'c, T: Readable>(self, on: impl Into<On<'c>>) -> Result<Vec<T>, Fault> {
        run!(self, on, |text, values, executor| sqlx::query_as_with(text, values).fetch_all(executor))
    }

    /// The first column of its rows, of a text that is a transaction of its own: on SQLite it begins with [`super::BEGIN`] and
    /// ends with [`super::COMMIT`], on PostgreSQL it is one statement.
    pub(crate) async fn run_transaction<T>(self, pool: &Pool) -> Result<Vec<T>, Fault>
    where
        (T,): Readable,
    {
        let Pool::Sqlite(source) = pool else { return self.fetch_values(pool).await };
        let mut tx = Tx::Sqlite(Held::<Sqlite>::take(source).await?);
        let values = self.fetch_values(&mut tx).await?;
        tx.has_ended();
        Ok(values)
    }

    /// Its first row, if it has one.
    pub(crate) async fn fetch_optional<'c, T: Readable>(
        self,
        on: impl Into<On<'c>>,
    ) -> Result<Option<T>, Fault> {
        run!(self, on, |text, values, executor| sqlx::query_as_with(text, values).fetch_optional(executor))
    }

    /// Its first row; a fault where there is none.
    pub(crate) async fn fetch_one<'c, T: Readable>(self, on: impl Into<On<'c>>) -> Result<T, Fault> {
        self.fetch_optional(on).await?.ok_or(Fault(sqlx::Error::RowNotFound))
    }

    /// The first column of its rows.
    pub(crate) async fn fetch_values<'c, T>(self, on: impl Into<On<'c>>) -> Result<Vec<T>, Fault>
    where
        (T,): Readable,
    {
        Ok(self.fetch_all::<(T,)>(on).await?.into_iter().map(|(value,)| value).collect())
    }

    /// The first column of its first row; a fault where there is none.
    pub(crate) async fn fetch_value<'c, T>(self, on: impl Into<On<'c>>) -> Result<T, Fault>
    where
        (T,): Readable,
    {
        Ok(self.fetch_one::<(T,)>(on).await?.0)
    }

    /// The first column of its first row, if it has one.
    pub(crate) async fn fetch_optional_value<'c, T>(self, on: impl Into<On<'c>>) -> Result<Option<T>, Fault>
    where
        (T,): Readable,
    {
        Ok(self.fetch_optional::<(T,)>(on).await?.map(|(value,)| value))
    }

    pub(super) fn for_sqlite(self) -> Result<(SqlStr, SqliteArguments), Fault> {
        Ok((self.text.sqlite, arguments::<Sqlite>(self.values)?))
    }

    pub(super) fn for_postgres(self) -> Result<(SqlStr, PgArguments), Fault> {
        Ok((self.text.postgres, arguments::<Postgres>(self.values)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_numbered_in_order() {
        assert_eq!(numbered("VALUES (?,?),(?,?)"), "VALUES ($1,$2),($3,$4)");
        assert_eq!(numbered("a = $1"), "a = $1");
    }
}
