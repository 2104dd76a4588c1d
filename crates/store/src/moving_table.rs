//! A table as a move sees it: what both engines call its columns, read and written page by page in the order of its
//! key.

use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{
    ColumnIndex, Database, Decode, PgConnection, Postgres, Row, Sqlite, SqliteConnection, Type, query_as,
    query_as_with, query_with,
};
use uuid::Uuid;

use crate::Fault;
use crate::engine::{Text, Value, arguments};

/// How many rows are in memory at once, of either side.
pub(crate) const PAGE: usize = 200;

/// A row, its cells in the order of the table's columns.
pub(crate) type Cells = Vec<Value<'static>>;

pub(crate) struct Table {
    pub(crate) name: String,
    columns: Vec<Column>,
    /// Which columns are the primary key, in its order.
    key: Vec<usize>,
    /// Whether the schema makes its rows, so that they are there before any arrives and are written over.
    is_of_schema: bool,
}

struct Column {
    name: String,
    kind: Kind,
}

#[derive(Clone, Copy)]
enum Kind {
    Number,
    Flag,
    Text,
    Id,
    Bytes,
}

/// One row about the database as a whole, which comes with the schema.
const DEPLOYMENT: &str = "deployment";
/// Its columns that are about the move: each side has its own.
const MARKS: [&str; 2] = ["move_id", "move_state"];

/// In the order in which they were made, so that what is referred to comes first.
const TABLES: &str = "SELECT name FROM sqlite_schema
    WHERE type = 'table' AND name NOT LIKE '\\_sqlx%' ESCAPE '\\' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
    ORDER BY rowid";
const COLUMNS: &str = "SELECT name, pk FROM pragma_table_info($1) ORDER BY cid";
const KINDS: &str =
    "SELECT CAST(column_name AS TEXT), CAST(data_type AS TEXT) FROM information_schema.columns
    WHERE table_schema = current_schema() AND table_name = $1";

/// Every table that is moved. `None` where the two databases do not hold the same columns: one of them was made by
/// another version.
pub(crate) async fn tables(
    source: &mut SqliteConnection,
    target: &mut PgConnection,
) -> Result<Option<Vec<Table>>, Fault> {
    let names: Vec<(String,)> = query_as(TABLES).fetch_all(&mut *source).await?;
    let mut tables = Vec::new();
    for (name,) in names {
        let mut ours: Vec<(String, i64)> = query_as(COLUMNS).bind(&name).fetch_all(&mut *source).await?;
        let mut theirs: Vec<(String, String)> = query_as(KINDS).bind(&name).fetch_all(&mut *target).await?;
        if name == DEPLOYMENT {
            ours.retain(|(column, _)| !MARKS.contains(&column.as_str()));
            theirs.retain(|(column, _)| !MARKS.contains(&column.as_str()));
        }
        let Some(table) = Table::new(name, &ours, &theirs) else { return Ok(None) };
        tables.push(table);
    }
    Ok(Some(tables))
}

impl Table {
    fn new(name: String, ours: &[(String, i64)], theirs: &[(String, String)]) -> Option<Self> {
        let kind = |column: &str| {
            let (_, kind) = theirs.iter().find(|(name, _)| name == column)?;
            Some(match kind.as_str() {
                "bigint" => Kind::Number,
                "boolean" => Kind::Flag,
                "text" => Kind::Text,
                "uuid" => Kind::Id,
                "bytea" => Kind::Bytes,
                _ => return None,
            })
        };
        let columns = ours
            .iter()
            .map(|(name, _)| Some(Column { name: name.clone(), kind: kind(name)? }))
            .collect::<Option<Vec<_>>>()?;
        // SQLite numbers the columns of the key from 1; all others are 0.
        let mut key: Vec<(i64, usize)> = ours
            .iter()
            .enumerate()
            .filter(|(_, (_, place))| *place > 0)
            .map(|(n, (_, place))| (*place, n))
            .collect();
        key.sort_unstable();
        let key: Vec<usize> = key.into_iter().map(|(_, n)| n).collect();
        let is_of_schema = name == DEPLOYMENT;
        (columns.len() == theirs.len() && !key.is_empty()).then_some(Self {
            name,
            columns,
            key,
            is_of_schema,
        })
    }

    /// The cells of the key.
    pub(crate) fn key_of(&self, row: &Cells) -> Cells {
        self.key.iter().map(|n| row[*n].clone()).collect()
    }

    /// The key for people to read. No key holds a name or an address of somebody who signed up.
    pub(crate) fn describe(&self, row: &Cells) -> String {
        let cells = self.key.iter().map(|n| format!("{} = {}", self.columns[*n].name, show(&row[*n])));
        cells.collect::<Vec<_>>().join(", ")
    }

    /// The names of the columns in which two rows differ.
    pub(crate) fn differing(&self, ours: &Cells, theirs: &Cells) -> String {
        let pairs = self.columns.iter().zip(ours.iter().zip(theirs));
        let names: Vec<_> = pairs
            .filter(|(_, (ours, theirs))| ours != theirs)
            .map(|(column, _)| format!("`{}`", column.name))
            .collect();
        names.join(", ")
    }

    pub(crate) async fn count(&self, source: &mut SqliteConnection) -> Result<u64, Fault> {
        let text = Text::same(format!("SELECT COUNT(*) FROM {}", self.name)).for_sqlite();
        let (count,): (i64,) = query_as(text).fetch_one(source).await?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    /// How many rows of the file there are as far as this key.
    pub(crate) async fn count_up_to(&self, source: &mut SqliteConnection, key: &Cells) -> Result<u64, Fault> {
        let names = self.names(self.key.iter().copied());
        let marks = vec!["?"; key.len()].join(",");
        let text = Text::same(format!("SELECT COUNT(*) FROM {} WHERE ({names}) <= ({marks})", self.name));
        let values = arguments::<Sqlite>(key.clone())?;
        let (count,): (i64,) = query_as_with(text.for_sqlite(), values).fetch_one(source).await?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    /// The key of the last row that has arrived. What the schema made has not.
    pub(crate) async fn last_key(&self, target: &mut PgConnection) -> Result<Option<Cells>, Fault> {
        if self.is_of_schema {
            return Ok(None);
        }
        let order = self.names(self.key.iter().copied()).replace(',', " DESC,") + " DESC";
        let text = format!(
            "SELECT {} FROM {} ORDER BY {order} LIMIT 1",
            self.names(0..self.columns.len()),
            self.name
        );
        let row = sqlx::query(Text::same(text).for_postgres()).fetch_optional(target).await?;
        row.map(|row| Ok(self.key_of(&self.cells::<PgRow>(&row)?))).transpose()
    }

    /// The next rows of the SQLite file, in the order of the key.
    pub(crate) async fn read_sqlite(
        &self,
        source: &mut SqliteConnection,
        after: Option<&Cells>,
    ) -> Result<Vec<Cells>, Fault> {
        let values = arguments::<Sqlite>(after.cloned().unwrap_or_default())?;
        let rows = query_with(self.page(after).for_sqlite(), values).fetch_all(source).await?;
        rows.iter().map(|row| self.cells::<SqliteRow>(row)).collect()
    }

    /// The same of the PostgreSQL database.
    pub(crate) async fn read_postgres(
        &self,
        target: &mut PgConnection,
        after: Option<&Cells>,
    ) -> Result<Vec<Cells>, Fault> {
        let values = arguments::<Postgres>(after.cloned().unwrap_or_default())?;
        let rows = query_with(self.page(after).for_postgres(), values).fetch_all(target).await?;
        rows.iter().map(|row| self.cells::<PgRow>(row)).collect()
    }

    /// Stores rows: all of them or none. Those that are there already stay, unless they are the schema's: the server may
    /// still be at the last page of a process that was killed.
    pub(crate) async fn write(&self, target: &mut PgConnection, rows: Vec<Cells>) -> Result<(), Fault> {
        let row = format!("({})", vec!["?"; self.columns.len()].join(","));
        let columns = self.names(0..self.columns.len());
        let text = format!(
            "INSERT INTO {} ({columns}) VALUES {} ON CONFLICT {}",
            self.name,
            vec![row; rows.len()].join(","),
            self.on_conflict()
        );
        let values = arguments::<Postgres>(rows.into_iter().flatten().collect())?;
        // Long, and seldom the same twice: not worth keeping prepared.
        query_with(Text::same(text).for_postgres(), values).persistent(false).execute(target).await?;
        Ok(())
    }

    fn on_conflict(&self) -> String {
        if !self.is_of_schema {
            return "DO NOTHING".to_owned();
        }
        let others = (0..self.columns.len()).filter(|n| !self.key.contains(n));
        let columns = others.map(|n| format!("{0} = excluded.{0}", self.columns[n].name));
        let key = self.names(self.key.iter().copied());
        format!("({key}) DO UPDATE SET {}", columns.collect::<Vec<_>>().join(","))
    }

    fn page(&self, after: Option<&Cells>) -> Text {
        let key = self.names(self.key.iter().copied());
        let behind = match after {
            Some(key_cells) => format!("WHERE ({key}) > ({})", vec!["?"; key_cells.len()].join(",")),
            None => String::new(),
        };
        let columns = self.names(0..self.columns.len());
        Text::same(format!("SELECT {columns} FROM {} {behind} ORDER BY {key} LIMIT {PAGE}", self.name))
    }

    fn names(&self, columns: impl Iterator<Item = usize>) -> String {
        columns.map(|n| self.columns[n].name.as_str()).collect::<Vec<_>>().join(",")
    }

    fn cells<'r, R: Row>(&self, row: &'r R) -> Result<Cells, Fault>
    where
        usize: ColumnIndex<R>,
        Option<i64>: Readable<'r, R::Database>,
        Option<bool>: Readable<'r, R::Database>,
        Option<String>: Readable<'r, R::Database>,
        Option<Uuid>: Readable<'r, R::Database>,
        Option<Vec<u8>>: Readable<'r, R::Database>,
    {
        let cell = |(n, column): (usize, &Column)| {
            Ok(match column.kind {
                Kind::Number => Value::Number(row.try_get(n)?),
                Kind::Flag => Value::Flag(row.try_get(n)?),
                Kind::Text => Value::Text(row.try_get::<Option<String>, _>(n)?.map(Into::into)),
                Kind::Id => Value::Id(row.try_get(n)?),
                Kind::Bytes => Value::Bytes(row.try_get::<Option<Vec<u8>>, _>(n)?.map(Into::into)),
            })
        };
        self.columns.iter().enumerate().map(cell).collect()
    }
}

/// What a row of an engine can give.
trait Readable<'r, D: Database>: Decode<'r, D> + Type<D> {}

impl<'r, D: Database, T: Decode<'r, D> + Type<D>> Readable<'r, D> for T {}

fn show(cell: &Value<'_>) -> String {
    match cell {
        Value::Number(Some(number)) => number.to_string(),
        Value::Flag(Some(flag)) => flag.to_string(),
        Value::Text(Some(text)) => format!("`{text}`"),
        Value::Id(Some(id)) => id.to_string(),
        Value::Bytes(Some(bytes)) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        _ => "NULL".to_owned(),
    }
}
