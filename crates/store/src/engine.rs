//! One way to ask, whichever engine is open: the text is written once, values are bound in order, rows come back as
//! the same types. Where an engine truly differs, the one function concerned matches on [`Engine`] and says why.

use std::borrow::Cow;
use std::io;
use std::time::Duration;

use sqlx::encode::Encode;
use sqlx::error::BoxDynError;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::types::Type;
use sqlx::{
    Arguments, AssertSqlSafe, Database, FromRow, PgPool, Postgres, SqlSafeStr, SqlStr, Sqlite, SqlitePool,
    Transaction,
};
use uuid::Uuid;

use crate::Fault;

/// The databases that Usher runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// Connections to the database.
#[derive(Clone, Debug)]
pub(crate) enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// A transaction. Dropped without a commit it is rolled back.
pub(crate) enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Held),
}

/// A connection to PostgreSQL in use. Unless its work came to its end the connection is closed, not used again: what
/// was begun on it is undone by the server, and a server that does not answer is not waited for.
pub(crate) struct Held {
    connection: PoolConnection<Postgres>,
    is_done: bool,
    /// How long an answer may take.
    patience: Duration,
}

impl Drop for Held {
    fn drop(&mut self) {
        if !self.is_done {
            self.connection.close_on_drop();
        }
    }
}

impl Held {
    async fn take(pool: &PgPool) -> Result<Self, Fault> {
        let connection = pool.acquire().await.map_err(unreachable)?;
        Ok(Self { connection, is_done: false, patience: LONGEST_ANSWER })
    }

    /// Runs a word of transactions.
    async fn say(&mut self, word: &'static str) -> Result<(), Fault> {
        in_time(self.patience, sqlx::raw_sql(word).execute(&mut *self.connection)).await?;
        Ok(())
    }
}

/// Whatever keeps a connection from being made, the database cannot be asked: a proxy that hangs up, a certificate that
/// has expired and a password that was changed are all told as one that cannot be reached, by their own words.
fn unreachable(error: sqlx::Error) -> sqlx::Error {
    match error {
        sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) => error,
        other => sqlx::Error::Io(io::Error::other(other)),
    }
}

/// Longer than the server lets any statement run. Only a server that is gone without a word takes longer, and then no
/// limit of its own helps.
const LONGEST_ANSWER: Duration = Duration::from_secs(12);

/// For an operator who has everything read.
const LONGEST_READ: Duration = Duration::from_secs(3_600);

async fn in_time<T>(
    patience: Duration,
    work: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, Fault> {
    let answer = tokio::time::timeout(patience, work).await;
    Ok(answer.map_err(|elapsed| sqlx::Error::Io(elapsed.into()))??)
}

/// Where a query runs: inside a transaction, or on a connection of its own.
pub(crate) enum On<'c> {
    Tx(&'c mut Tx),
    Pool(&'c Pool),
}

impl Pool {
    /// Begins a transaction that reads one snapshot.
    pub(crate) async fn begin_read(&self) -> Result<Tx, Fault> {
        Ok(match self {
            Self::Sqlite(pool) => Tx::Sqlite(pool.begin().await?),
            Self::Postgres(pool) => begin(pool, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?,
        })
    }

    /// Begins a transaction that writes. SQLite takes its one write lock at the start, so that whatever is read
    /// stays true until the commit; on PostgreSQL see [`crate::lock`].
    pub(crate) async fn begin_write(&self) -> Result<Tx, Fault> {
        Ok(match self {
            Self::Sqlite(pool) => Tx::Sqlite(pool.begin_with("BEGIN IMMEDIATE").await?),
            Self::Postgres(pool) => begin(pool, "BEGIN ISOLATION LEVEL READ COMMITTED").await?,
        })
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

async fn begin(pool: &PgPool, word: &'static str) -> Result<Tx, Fault> {
    let mut held = Held::take(pool).await?;
    held.say(word).await?;
    Ok(Tx::Postgres(held))
}

impl Tx {
    pub(crate) fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }

    /// Prepares for reading whole tables and joining them, however long that takes: nothing that anybody waits for.
    pub(crate) async fn read_everything(&mut self) -> Result<(), Fault> {
        match self {
            // It stays on for this connection, where nothing else makes use of it.
            Self::Sqlite(tx) => {
                sqlx::raw_sql("PRAGMA automatic_index = ON").execute(&mut **tx).await?;
            }
            Self::Postgres(held) => {
                held.say(
                    "SET LOCAL statement_timeout = 0; SET LOCAL enable_seqscan = on;
                    SET LOCAL enable_bitmapscan = on; SET LOCAL enable_hashjoin = on; SET LOCAL enable_mergejoin = on;
                    SET LOCAL enable_nestloop = off",
                )
                .await?;
                held.patience = LONGEST_READ;
            }
        }
        Ok(())
    }

    pub(crate) async fn commit(self) -> Result<(), Fault> {
        match self {
            Self::Sqlite(tx) => tx.commit().await?,
            Self::Postgres(mut held) => {
                held.say("COMMIT").await?;
                held.is_done = true;
            }
        }
        Ok(())
    }
}

impl<'c> From<&'c mut Tx> for On<'c> {
    fn from(tx: &'c mut Tx) -> Self {
        Self::Tx(tx)
    }
}

impl<'c> From<&'c Pool> for On<'c> {
    fn from(pool: &'c Pool) -> Self {
        Self::Pool(pool)
    }
}

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
}

impl Text {
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

/// What can be bound: the types that both engines hold alike. `None` is NULL.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value<'q> {
    Number(Option<i64>),
    Flag(Option<bool>),
    Text(Option<Cow<'q, str>>),
    Id(Option<Uuid>),
    Bytes(Option<Cow<'q, [u8]>>),
    /// A column of many rows, all of one kind. PostgreSQL alone has lists.
    List(Vec<Value<'q>>),
}

macro_rules! values {
    ($($type:ty => $kind:ident($value:ident -> $into:expr)),+ $(,)?) => {
        $(
            impl<'q> From<$type> for Value<'q> {
                fn from($value: $type) -> Self {
                    Self::$kind(Some($into))
                }
            }
            impl<'q> From<Option<$type>> for Value<'q> {
                fn from(value: Option<$type>) -> Self {
                    Self::$kind(value.map(|$value| $into))
                }
            }
        )+
    };
}

values! {
    i64 => Number(value -> value),
    bool => Flag(value -> value),
    Uuid => Id(value -> value),
    &'q str => Text(value -> Cow::Borrowed(value)),
    &'q String => Text(value -> Cow::Borrowed(value.as_str())),
    String => Text(value -> Cow::Owned(value)),
    &'q [u8] => Bytes(value -> Cow::Borrowed(value)),
}

impl<'q> From<&'q Option<String>> for Value<'q> {
    fn from(value: &'q Option<String>) -> Self {
        value.as_deref().into()
    }
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

/// Runs a query on whatever is open: `$run` sees the query's text, its values and who executes it.
macro_rules! run {
    ($self:ident, $on:ident, |$text:ident, $values:ident, $executor:ident| $run:expr) => {
        match $on.into() {
            On::Tx(Tx::Sqlite(tx)) => {
                let (($text, $values), $executor) = ($self.for_sqlite()?, &mut **tx);
                $run.await?
            }
            On::Pool(Pool::Sqlite(pool)) => {
                let (($text, $values), $executor) = ($self.for_sqlite()?, pool);
                $run.await?
            }
            On::Tx(Tx::Postgres(held)) => {
                let patience = held.patience;
                let (($text, $values), $executor) = ($self.for_postgres()?, &mut *held.connection);
                in_time(patience, $run).await?
            }
            On::Pool(Pool::Postgres(pool)) => {
                let mut held = Held::take(pool).await?;
                let (($text, $values), $executor) = ($self.for_postgres()?, &mut *held.connection);
                let answer = in_time(LONGEST_ANSWER, $run).await?;
                held.is_done = true;
                answer
            }
        }
    };
}

impl<'q> Query<'q> {
    /// Binds the next value.
    pub(crate) fn bind(mut self, value: impl Into<Value<'q>>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Binds rows, column by column: each column is one list.
    pub(crate) fn bind_columns<const N: usize>(mut self, rows: impl Iterator<Item = [Value<'q>; N]>) -> Self {
        let mut columns = [const { Vec::new() }; N];
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
        Ok(run!(self, on, |text, values, executor| async {
            Ok::<_, sqlx::Error>(sqlx::query_with(text, values).execute(executor).await?.rows_affected())
        }))
    }

    /// Its rows.
    pub(crate) async fn fetch_all<'c, T: Readable>(self, on: impl Into<On<'c>>) -> Result<Vec<T>, Fault> {
        Ok(run!(self, on, |text, values, executor| sqlx::query_as_with(text, values).fetch_all(executor)))
    }

    /// Its first row, if it has one.
    pub(crate) async fn fetch_optional<'c, T: Readable>(
        self,
        on: impl Into<On<'c>>,
    ) -> Result<Option<T>, Fault> {
        Ok(run!(self, on, |text, values, executor| sqlx::query_as_with(text, values)
            .fetch_optional(executor)))
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

    fn for_sqlite(self) -> Result<(SqlStr, SqliteArguments), Fault> {
        Ok((self.text.sqlite, arguments::<Sqlite>(self.values)?))
    }

    fn for_postgres(self) -> Result<(SqlStr, PgArguments), Fault> {
        Ok((self.text.postgres, arguments::<Postgres>(self.values)?))
    }
}

/// The values as an engine takes them.
pub(crate) fn arguments<D: Lists>(values: Vec<Value<'_>>) -> Result<D::Arguments, Fault>
where
    for<'v> Option<i64>: Encode<'v, D> + Type<D>,
    for<'v> Option<bool>: Encode<'v, D> + Type<D>,
    for<'v> Option<Uuid>: Encode<'v, D> + Type<D>,
    for<'v> Option<String>: Encode<'v, D> + Type<D>,
    for<'v> Option<&'v str>: Encode<'v, D> + Type<D>,
    for<'v> Option<&'v [u8]>: Encode<'v, D> + Type<D>,
{
    let mut arguments = D::Arguments::default();
    let add = || -> Result<(), BoxDynError> {
        for value in values {
            match value {
                Value::Number(value) => arguments.add(value)?,
                Value::Flag(value) => arguments.add(value)?,
                Value::Id(value) => arguments.add(value)?,
                Value::Text(Some(Cow::Owned(value))) => arguments.add(Some(value))?,
                Value::Text(value) => arguments.add(value.as_deref())?,
                Value::Bytes(value) => arguments.add(value.as_deref())?,
                Value::List(values) => D::add_list(&mut arguments, values)?,
            }
        }
        Ok(())
    };
    add().map_err(|error| Fault(sqlx::Error::Encode(error)))?;
    Ok(arguments)
}

/// An engine, and what it makes of a list.
pub(crate) trait Lists: Database {
    /// Binds a list, whose first value says of which kind it is.
    fn add_list(arguments: &mut Self::Arguments, values: Vec<Value<'_>>) -> Result<(), BoxDynError>;
}

impl Lists for Sqlite {
    fn add_list(_: &mut SqliteArguments, _: Vec<Value<'_>>) -> Result<(), BoxDynError> {
        Err("SQLite has no lists".into())
    }
}

impl Lists for Postgres {
    fn add_list(arguments: &mut PgArguments, values: Vec<Value<'_>>) -> Result<(), BoxDynError> {
        macro_rules! of {
            ($kind:ident, |$value:ident| $into:expr) => {{
                let each = values.iter().map(|value| match value {
                    Value::$kind($value) => Ok($into),
                    _ => Err(BoxDynError::from("a list of one kind holds another")),
                });
                arguments.add(each.collect::<Result<Vec<_>, _>>()?)
            }};
        }
        match values.first() {
            Some(Value::Number(_)) => of!(Number, |value| *value),
            Some(Value::Flag(_)) => of!(Flag, |value| *value),
            Some(Value::Id(_)) => of!(Id, |value| *value),
            Some(Value::Text(_)) => of!(Text, |value| value.as_deref()),
            Some(Value::Bytes(_)) => of!(Bytes, |value| value.as_deref()),
            Some(Value::List(_)) | None => Err("a list of nothing".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use sqlx::postgres::PgPoolOptions;
    use testpg::Cluster;

    use super::*;

    /// The server ends a session that says nothing in the middle of a transaction for too long: 25P03.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_transaction_that_was_idle_for_too_long_is_put_off_and_its_connection_not_used_again() {
        let database = Cluster::shared().create();
        let pool =
            PgPoolOptions::new().max_connections(1).connect(&database.url()).await.expect("a database");
        let beside = PgPoolOptions::new().connect(&database.url()).await.expect("a database");
        let (pool, beside) = (Pool::Postgres(pool), Pool::Postgres(beside));
        let mut tx = pool.begin_write().await.expect("a transaction");
        query("SET idle_in_transaction_session_timeout = '10ms'").execute(&mut tx).await.expect("a limit");
        let idle = "SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND state LIKE 'idle in transaction%'";
        while query(idle).fetch_value::<i64>(&beside).await.expect("a count") > 0 {
            tokio::task::yield_now().await;
        }

        let fault = query("SELECT 1").execute(&mut tx).await.expect_err("the session is over");

        // Told by its code, or by the end of the connection, whichever comes first.
        assert!(fault.may_pass(), "{fault:?}");
        drop(tx);
        pool.begin_write().await.expect("another session").commit().await.expect("it works");
    }

    /// One statement that took too long says nothing of those who wait behind it.
    #[tokio::test]
    async fn a_statement_that_was_stopped_leaves_a_server_that_can_be_reached() {
        let database = Cluster::shared().create();
        let pool = PgPoolOptions::new().connect(&database.url()).await.expect("a database");
        let mut tx = Pool::Postgres(pool).begin_write().await.expect("a transaction");
        query("SET LOCAL statement_timeout = '1ms'").execute(&mut tx).await.expect("a limit");

        let fault = query("SELECT pg_sleep(60)").execute(&mut tx).await.expect_err("it takes too long");

        assert!(fault.may_pass() && !fault.is_unreachable(), "{fault:?}");
    }

    #[test]
    fn placeholders_are_numbered_in_order() {
        assert_eq!(numbered("VALUES (?,?),(?,?)"), "VALUES ($1,$2),($3,$4)");
        assert_eq!(numbered("a = $1"), "a = $1");
    }
}
