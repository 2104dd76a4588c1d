//! The two engines hold the same tables: asked of their catalogues, after every step of the schema.

use std::collections::BTreeSet;

use sqlx::{FromRow, PgConnection, SqlitePool, query_as, query_scalar, raw_sql};

use crate::rig::{Raw, Rig};
use crate::sources::SLOTTED;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, FromRow)]
struct Column {
    of: String,
    name: String,
    kind: String,
    may_be_null: bool,
    /// What stands there where nothing is said.
    preset: Option<String>,
}

/// A unique key, the primary one included: its table and its columns in order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, FromRow)]
struct Key {
    of: String,
    columns: String,
}

/// A foreign key, its columns and theirs in order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, FromRow)]
struct Reference {
    of: String,
    columns: String,
    other: String,
    others: String,
    on_delete: String,
}

#[derive(Debug, PartialEq, Eq)]
struct Catalogue {
    columns: BTreeSet<Column>,
    keys: BTreeSet<Key>,
    references: BTreeSet<Reference>,
    /// The statements of the indexes that have one of their own, made [`plain`].
    indexes: BTreeSet<String>,
}

async fn of_sqlite(pool: &SqlitePool) -> Catalogue {
    let columns: Vec<Column> = query_as(
        "SELECT t.name AS of, c.name, CASE c.type WHEN 'BLOB' THEN 'bytes' ELSE lower(c.type) END AS kind,
            NOT c.\"notnull\" AS may_be_null, trim(c.dflt_value, '''') AS preset
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
    let references: Vec<Reference> = query_as(
        "SELECT t.name AS of, f.\"table\" AS other, f.on_delete,
            (SELECT group_concat(p.\"from\", ' ') FROM pragma_foreign_key_list(t.name) p
                WHERE p.id = f.id) AS columns,
            (SELECT group_concat(p.\"to\", ' ') FROM pragma_foreign_key_list(t.name) p
                WHERE p.id = f.id) AS others
         FROM sqlite_schema t JOIN pragma_foreign_key_list(t.name) f ON f.seq = 0 WHERE t.type = 'table'",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    let indexes: Vec<String> =
        query_scalar("SELECT sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL")
            .fetch_all(pool)
            .await
            .unwrap();
    Catalogue {
        columns: columns.into_iter().collect(),
        keys: keys.into_iter().collect(),
        references: references.into_iter().collect(),
        indexes: indexes.iter().map(|index| plain(index)).collect(),
    }
}

async fn of_postgres(connection: &mut PgConnection) -> Catalogue {
    let columns: Vec<Column> = query_as(
        "SELECT CAST(table_name AS TEXT) AS of, CAST(column_name AS TEXT) AS name,
            CASE WHEN data_type IN ('uuid', 'bytea') THEN 'bytes' ELSE CAST(data_type AS TEXT) END AS kind,
            is_nullable = 'YES' AS may_be_null,
            trim(split_part(CAST(column_default AS TEXT), '::', 1), '''') AS preset
         FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_sqlx%'",
    )
    .fetch_all(&mut *connection)
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
    .fetch_all(&mut *connection)
    .await
    .unwrap();
    let references: Vec<Reference> = query_as(
        "SELECT CAST(t.relname AS TEXT) AS of, CAST(o.relname AS TEXT) AS other,
            CASE c.confdeltype WHEN 'a' THEN 'NO ACTION' WHEN 'r' THEN 'RESTRICT' WHEN 'c' THEN 'CASCADE'
                WHEN 'n' THEN 'SET NULL' ELSE 'SET DEFAULT' END AS on_delete,
            (SELECT string_agg(a.attname, ' ' ORDER BY k.place)
                FROM unnest(c.conkey) WITH ORDINALITY k (number, place)
                JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.number) AS columns,
            (SELECT string_agg(a.attname, ' ' ORDER BY k.place)
                FROM unnest(c.confkey) WITH ORDINALITY k (number, place)
                JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.number) AS others
         FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_class o ON o.oid = c.confrelid
         WHERE c.contype = 'f' AND c.connamespace = CAST('public' AS regnamespace)",
    )
    .fetch_all(&mut *connection)
    .await
    .unwrap();
    let indexes: Vec<String> = query_scalar(
        "SELECT pg_get_indexdef(x.indexrelid) FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid
         WHERE t.relnamespace = CAST('public' AS regnamespace) AND t.relname NOT LIKE '\\_sqlx%'
            AND NOT EXISTS (SELECT 1 FROM pg_constraint c
                WHERE c.conindid = x.indexrelid AND c.contype <> 'f')",
    )
    .fetch_all(&mut *connection)
    .await
    .unwrap();
    Catalogue {
        columns: columns.into_iter().collect(),
        keys: keys.into_iter().collect(),
        references: references.into_iter().collect(),
        indexes: indexes.iter().map(|index| plain(index)).collect(),
    }
}

/// The statement that makes an index, without what PostgreSQL puts in when it repeats one. Brackets are among that, so how
/// a condition is grouped is not compared.
fn plain(index: &str) -> String {
    let text = index.to_lowercase().replace("using btree", "").replace("public.", "").replace("::text", "");
    text.replace(['(', ')'], " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

async fn catalogue(rig: &Rig) -> Catalogue {
    match &rig.raw {
        Raw::Sqlite(pool) => of_sqlite(pool).await,
        Raw::Postgres(pool) => {
            let mut connection = pool.acquire().await.unwrap();
            of_postgres(&mut connection).await
        }
    }
}

#[tokio::test]
async fn both_engines_hold_the_same_tables() {
    let (sqlite, postgres) = (Rig::sqlite().await, Rig::postgres().await);

    let (ours, theirs) = (catalogue(&sqlite).await, catalogue(&postgres).await);

    assert!(ours.columns.len() > 80 && ours.keys.len() > 15, "{ours:#?}");
    assert!(ours.references.len() > 6 && ours.indexes.len() > 10, "{ours:#?}");
    assert!(ours.columns.iter().any(|column| column.preset.is_some()), "{ours:#?}");
    assert_eq!(ours, theirs);

    // The control: each kind of difference is seen.
    for change in [
        "ALTER TABLE tenant ADD COLUMN more TEXT",
        "ALTER TABLE tenant DROP COLUMN language",
        "ALTER TABLE tenant ALTER COLUMN language DROP NOT NULL",
        "ALTER TABLE roster ALTER COLUMN view_count TYPE INTEGER",
        "ALTER TABLE outbox ALTER COLUMN about DROP DEFAULT",
        "ALTER TABLE outbox ALTER COLUMN about SET DEFAULT 1",
        "ALTER TABLE person DROP CONSTRAINT person_pkey",
        "CREATE UNIQUE INDEX more ON person (upn, tenant_id)",
        "CREATE INDEX more ON person (upn, tenant_id)",
        "DROP INDEX mailing_due",
        "DROP INDEX mailing_due; CREATE INDEX mailing_due ON mailing (due_at, slot)",
        "DROP INDEX waiting_due; CREATE INDEX waiting_due ON waiting (slot, due_at)",
        "ALTER TABLE question DROP CONSTRAINT question_slot_meeting_id_registration_id_fkey",
        "ALTER TABLE consent ADD FOREIGN KEY (tenant_id) REFERENCES tenant (tenant_id) ON DELETE CASCADE",
    ] {
        let mut tx = postgres.begin_postgres().await;
        raw_sql(change).execute(&mut *tx).await.unwrap();
        assert_ne!(of_postgres(&mut tx).await, ours, "{change}");
        tx.rollback().await.unwrap();
    }
    assert_eq!(catalogue(&postgres).await, ours);
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
