//! Statements from the sources, with their open places filled in, so that an engine can be asked how it runs them.

use sqlx::pool::PoolConnection;
use sqlx::{AssertSqlSafe, FromRow, PgPool, Postgres, Row, SqlitePool, query_as, raw_sql};

use crate::sources::Statement;

/// Statements in words that the other engine does not know.
const ONE_ENGINE: [(&str, Speaks); 33] = [
    ("listing: FIND_THESE", Speaks::Sqlite),
    ("listing: FIND_EACH_OF_THESE", Speaks::Postgres),
    ("outbox: LEASE", Speaks::Sqlite),
    ("outbox: LEASE_BESIDE_OTHERS", Speaks::Postgres),
    ("settling: ERASED", Speaks::Sqlite),
    ("settling: ERASED_SHARED", Speaks::Postgres),
    ("mailing: TAKE", Speaks::Sqlite),
    ("mailing: TAKE_BESIDE_OTHERS", Speaks::Postgres),
    ("letters: LIST_OTHERS_BY_INDEX", Speaks::Sqlite),
    ("letters: LIST_OTHERS", Speaks::Postgres),
    ("letters: FORGET_OTHERS_BY_INDEX", Speaks::Sqlite),
    ("letters: FORGET_OTHERS", Speaks::Postgres),
    ("letters: LIST_EVENTS_BY_INDEX", Speaks::Sqlite),
    ("letters: LIST_EVENTS", Speaks::Postgres),
    ("letters: FORGET_EVENTS_BY_INDEX", Speaks::Sqlite),
    ("letters: FORGET_EVENTS", Speaks::Postgres),
    ("lib: LOCK", Speaks::Postgres),
    ("gather: WAITING_SLOTS", Speaks::Postgres),
    ("gather: WAITING_SLOTS_BY_INDEX", Speaks::Sqlite),
    ("gather: NEXT_MEETING", Speaks::Postgres),
    ("gather: NEXT_MEETING_BY_INDEX", Speaks::Sqlite),
    ("gather: WAITING", Speaks::Postgres),
    ("gather: WAITING_BY_INDEX", Speaks::Sqlite),
    ("closing: HOLD", Speaks::Postgres),
    ("feed: TAKE", Speaks::Postgres),
    ("subscription: LOCK_TENANT", Speaks::Postgres),
    // Asked as it was sent: see `plans`.
    ("at_once: SEAT", Speaks::Neither),
    ("at_once: LIST", Speaks::Sqlite),
    ("at_once: CAME", Speaks::Sqlite),
    ("at_once: EVENTS", Speaks::Sqlite),
    ("at_once: TAKE_SEATS", Speaks::Sqlite),
    ("at_once: LETTERS", Speaks::Sqlite),
    // About the catalogue of PostgreSQL, and functions of Citus.
    ("citus: ", Speaks::Neither),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Speaks {
    Sqlite,
    Postgres,
    Neither,
}

fn is_spoken(statement: &Statement, by: Speaks) -> bool {
    let alone = ONE_ENGINE.iter().find(|(place, _)| match place.strip_suffix(' ') {
        Some(file) => statement.place.starts_with(file),
        None => statement.place == *place,
    });
    alone.is_none_or(|(_, engine)| *engine == by)
}

pub fn is_for_sqlite(statement: &Statement) -> bool {
    is_spoken(statement, Speaks::Sqlite)
}

pub fn is_for_postgres(statement: &Statement) -> bool {
    is_spoken(statement, Speaks::Postgres)
}

/// A row of open places for the columns that stand behind these words.
fn row_of(text: &str, words: &str) -> String {
    let columns = text.split_once(words).and_then(|(_, rest)| rest.split_once(')'));
    let count = columns.map_or(0, |(columns, _)| columns.split(',').count());
    format!("({})", vec!["?"; count].join(", "))
}

/// The text with two rows, and three values in a list.
fn whole(text: &str) -> String {
    let rows = text.split_once('(').and_then(|(_, columns)| columns.split_once(')')).map(|(columns, _)| {
        let row = format!("({})", vec!["?"; columns.split(',').count()].join(", "));
        format!("VALUES {row}, {row}")
    });
    let meeting = if text.contains("p.column5") { "(?, ?, ?, ?, ?)" } else { "(?, ?, ?)" };
    text.replace("(VALUES {rows}) AS p", &format!("(VALUES {meeting}, {meeting}) AS p"))
        .replace("VALUES {rows}", &rows.unwrap_or_default())
        .replace("{people}", &row_of(text, "person ("))
        .replace("IN {}", "IN (?, ?, ?)")
        .replace("{column} IN ({marks})", "person_id IN (?, ?)")
        .replace("(n, live_key) AS (VALUES {})", "(n, live_key) AS (VALUES (?, ?), (?, ?))")
        .replace(
            "VALUES {}) AS place",
            "VALUES (CAST(? AS BIGINT), CAST(? AS UUID), CAST(? AS UUID))) AS place",
        )
        .replace("VALUES {}", "VALUES (?), (?), (?)")
}

/// The steps of SQLite's plan.
pub async fn sqlite_plan(pool: &SqlitePool, text: &str) -> Vec<String> {
    #[derive(FromRow)]
    struct Step {
        detail: String,
    }
    let steps: Vec<Step> = query_as(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {}", whole(text))))
        .fetch_all(pool)
        .await
        .unwrap_or_else(|error| panic!("{text}: {error}"));
    let plain = |step: Step| {
        let step = step.detail.replace("COVERING INDEX", "INDEX").replace(" EXISTS USING", " USING");
        // Whether rows without a partner stay says nothing of the key.
        step.replace(" LEFT-JOIN", "")
    };
    steps.into_iter().map(plain).collect()
}

const OPTIONS: &str = "SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_hashjoin = off;
    SET enable_mergejoin = off; SET jit = off";

/// With what a statement is explained by PostgreSQL.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Values {
    /// None: the plan that is kept for all of them.
    Any,
    /// Some of their types, the slot among them.
    Some,
}

/// PostgreSQL's plan, made as the store has it made: see its connections' options.
pub async fn postgres_plan(pool: &PgPool, text: &str, values: Values) -> String {
    let mut connection = pool.acquire().await.unwrap();
    let mode = if values == Values::Any { "force_generic_plan" } else { "force_custom_plan" };
    let setup = format!("{OPTIONS}; SET plan_cache_mode = {mode}; DEALLOCATE ALL");
    for step in [setup, format!("PREPARE asked AS {}", numbered(&typed(&whole(text))))] {
        raw_sql(AssertSqlSafe(step))
            .execute(&mut *connection)
            .await
            .unwrap_or_else(|error| panic!("{text}: {error}"));
    }
    let values: Vec<&str> = types(&mut connection).await.iter().map(|kind| value(kind, values)).collect();
    let call = if values.is_empty() { String::new() } else { format!("({})", values.join(", ")) };
    let explained =
        raw_sql(AssertSqlSafe(format!("EXPLAIN EXECUTE asked{call}"))).fetch_all(&mut *connection);
    let lines: Vec<String> = explained
        .await
        .unwrap_or_else(|error| panic!("{text}: {error}"))
        .iter()
        .map(|row| row.get(0))
        .collect();
    lines.join("\n")
}

async fn types(connection: &mut PoolConnection<Postgres>) -> Vec<String> {
    // Not prepared itself: it would be forgotten with the others.
    let types = "SELECT unnest(parameter_types)::text FROM pg_prepared_statements WHERE name = 'asked'";
    raw_sql(types).fetch_all(&mut **connection).await.unwrap().iter().map(|row| row.get(0)).collect()
}

fn value(kind: &str, values: Values) -> &'static str {
    match (values, kind) {
        (Values::Any, _) => "NULL",
        (_, "bigint") => "7",
        (_, "boolean") => "TRUE",
        (_, "uuid") => "'00000000-0000-4000-8000-000000000007'",
        (_, "bytea") => r"'\x07'",
        (_, "text") => "'seven'",
        (_, other) => panic!("a value of the type {other}"),
    }
}

/// With the types of the values that stand for meetings, which the driver tells.
fn typed(text: &str) -> String {
    let meeting = "CAST(? AS BIGINT), CAST(? AS UUID), CAST(? AS UUID)";
    let counted = format!("({meeting}, CAST(? AS BIGINT), CAST(? AS UUID))");
    text.replace("(?, ?, ?, ?, ?), (?, ?, ?, ?, ?)) AS p", &format!("{counted}) AS p"))
        .replace("(?, ?, ?), (?, ?, ?)) AS p", &format!("({meeting})) AS p"))
}

/// A statement as it was sent, with the types of its lists, which the driver tells: `UNNEST($1, …) AS name (column, …)`.
pub fn with_typed_lists(text: &str) -> String {
    let mut pieces = text.split("UNNEST(");
    let mut typed = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (lists, rest) = piece.split_once(')').unwrap();
        let columns = rest.split_once('(').and_then(|(_, columns)| columns.split_once(')')).unwrap().0;
        let list = |(list, column): (&str, &str)| format!("{}::{}[]", list.trim(), type_of(column.trim()));
        let lists: Vec<String> = lists.split(',').zip(columns.split(',')).map(list).collect();
        typed.push_str(&format!("UNNEST({}){rest}", lists.join(", ")));
    }
    typed
}

fn type_of(column: &str) -> &'static str {
    match column {
        "external_id" => "text",
        _ if column.ends_with("_id") => "uuid",
        _ if column.ends_with("_hash") => "bytea",
        _ if column.ends_with("_at") || column.ends_with("version") => "bigint",
        "slot" | "size" | "generation" => "bigint",
        _ => "text",
    }
}

/// As PostgreSQL numbers its values. What it cannot tell the type of, because the driver tells it, is told here.
fn numbered(text: &str) -> String {
    let asked = text.split_once("WITH asked (").and_then(|(_, rest)| rest.split_once(')'));
    let kind = match asked.map(|(column, _)| column) {
        Some("registrant_id") => "::uuid",
        Some("key_hash") => "::bytea",
        _ => "",
    };
    let mut pieces = text.split('?');
    let mut numbered = pieces.next().unwrap_or_default().to_owned();
    for (number, piece) in (1..).zip(pieces) {
        let kind = if numbered.contains("SELECT") { "" } else { kind };
        numbered.push_str(&format!("${number}{kind}{piece}"));
    }
    numbered
}

/// What a plan of PostgreSQL reads by a key, in the words of SQLite's plans.
pub fn postgres_reads(plan: &str) -> Vec<String> {
    let lines: Vec<&str> = plan.lines().map(str::trim).collect();
    let read = |(at, line): (usize, &&str)| {
        let (_, rest) = line.split_once(" using ")?;
        let words: Vec<&str> = rest
            .split(' ')
            .take_while(|word| !word.starts_with("(cost"))
            .filter(|word| !word.is_empty())
            .collect();
        let [index, "on", table, name @ ..] = words.as_slice() else { return None };
        // Called by another name only to tell a table from itself.
        let name = name.first().filter(|name| !name.starts_with(&format!("{table}_"))).unwrap_or(table);
        let index = if *index == format!("{table}_pkey") {
            "PRIMARY KEY".to_owned()
        } else {
            format!("INDEX {index}")
        };
        let compared =
            lines.get(at + 1).and_then(|next| next.strip_prefix("Index Cond: ")).unwrap_or_default();
        Some(format!("{name} USING {index} ({})", columns(compared)))
    };
    lines.iter().enumerate().filter_map(read).collect()
}

/// `((slot = $1) AND (outbox_id >= $2))` as `slot=? AND outbox_id>?`.
fn columns(compared: &str) -> String {
    let column = |part: &str| {
        let mut words = part.trim_matches(['(', ')']).split(' ');
        let (column, operator) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        format!("{column}{}?", operator.trim_end_matches('=').get(..1).unwrap_or("="))
    };
    compared.split(" AND ").map(column).collect::<Vec<_>>().join(" AND ")
}
