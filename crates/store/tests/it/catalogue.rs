//! The two engines hold the same tables: asked of their catalogues, after every step of the schema.

use std::collections::BTreeSet;

use sqlx::{FromRow, PgPool, SqlitePool, query, query_as};

use crate::rig::{Raw, Rig};
use crate::sources::SLOTTED;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, FromRow)]
struct Column {
    of: String,
    name: String,
    kind: String,
    may_be_null: bool,
}

/// A unique key, the primary one included: its table and its columns in order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, FromRow)]
struct Key {
    of: String,
    columns: String,
}

#[derive(Debug, PartialEq, Eq)]
struct Catalogue {
    columns: BTreeSet<Column>,
    keys: BTreeSet<Key>,
}

async fn of_sqlite(pool: &SqlitePool) -> Catalogue {
    let columns: Vec<Column> = query_as(
        "SELECT t.name AS of, c.name, CASE c.type WHEN 'BLOB' THEN 'bytes' ELSE lower(c.type) END AS kind,
            NOT c.\"notnull\" AS may_be_null
         FROM sqlite_schema t JOIN pragma_table_info(t.name) c
         WHERE t.type = 'table' AND t.name NOT LIKE '\\_sqlx%' ESCAPE '\\'",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    let keys: Vec<Key> = query_as(
        "SELECT t.name AS of, (SELECT group_concat(i.name, ' ') FROM pragma_index_info(x.name) i) AS columns
         FROM sqlite_schema t JOIN pragma_index_list(t.name) x ON x.\"unique\"
         WHERE t.type = 'table' AND t.name NOT LIKE '\\_sqlx%' ESCAPE '\\'",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    Catalogue { columns: columns.into_iter().collect(), keys: keys.into_iter().collect() }
}

async fn of_postgres(pool: &PgPool) -> Catalogue {
    let columns: Vec<Column> = query_as(
        "SELECT CAST(table_name AS TEXT) AS of, CAST(column_name AS TEXT) AS name,
            CASE WHEN data_type IN ('uuid', 'bytea') THEN 'bytes' ELSE CAST(data_type AS TEXT) END AS kind,
            is_nullable = 'YES' AS may_be_null
         FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_sqlx%'",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    let keys: Vec<Key> = query_as(
        "SELECT CAST(t.relname AS TEXT) AS of, string_agg(a.attname, ' ' ORDER BY k.place) AS columns
         FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid
         JOIN pg_namespace n ON n.oid = t.relnamespace AND n.nspname = 'public'
         CROSS JOIN LATERAL unnest(CAST(x.indkey AS SMALLINT[])) WITH ORDINALITY k (number, place)
         JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number
         WHERE x.indisunique AND t.relname NOT LIKE '\\_sqlx%' GROUP BY x.indexrelid, t.relname",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    Catalogue { columns: columns.into_iter().collect(), keys: keys.into_iter().collect() }
}

async fn catalogue(rig: &Rig) -> Catalogue {
    match &rig.raw {
        Raw::Sqlite(pool) => of_sqlite(pool).await,
        Raw::Postgres(pool) => of_postgres(pool).await,
    }
}

#[tokio::test]
async fn both_engines_hold_the_same_tables() {
    let (sqlite, postgres) = (Rig::sqlite().await, Rig::postgres().await);

    let (ours, theirs) = (catalogue(&sqlite).await, catalogue(&postgres).await);

    assert!(ours.columns.len() > 80 && ours.keys.len() > 15, "{ours:#?}");
    assert_eq!(ours, theirs);

    // The control: each kind of difference is seen.
    for change in [
        "ALTER TABLE tenant ADD COLUMN more TEXT",
        "ALTER TABLE tenant DROP COLUMN language",
        "CREATE UNIQUE INDEX more ON person (upn, tenant_id)",
    ] {
        let changed = Rig::sqlite().await;
        query(change).execute(changed.sqlite_pool()).await.unwrap();
        assert_ne!(catalogue(&changed).await, theirs, "{change}");
    }
}

/// What lives in a slot is known to the tests that read every statement for it.
#[tokio::test]
async fn every_table_with_a_slot_is_known_for_it() {
    let rig = Rig::sqlite().await;
    let catalogue = of_sqlite(rig.sqlite_pool()).await;
    let has_slot = |column: &&Column| ["slot", "organizer_slot"].contains(&column.name.as_str());

    let tables: BTreeSet<&str> =
        catalogue.columns.iter().filter(has_slot).map(|column| column.of.as_str()).collect();

    assert_eq!(tables, BTreeSet::from(SLOTTED));
}
