//! A site as the first version left it: what this version stores, taken back to the first step of the schema with all that
//! this holds of its rows. A step that was released never changes, so no later one has to be known here.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, query, query_as, query_scalar, raw_sql};
use testkit::{Call, PUBLIC_URL, Stopped, TestApp, TestMeeting};
use testpg::Scratch;

use crate::program::{USHER, run};

const FIRST_OF_SQLITE: &str = include_str!("../../../../store/migrations/sqlite/0001_registrations.sql");
const FIRST_OF_POSTGRES: &str = include_str!("../../../../store/migrations/postgres/0001_registrations.sql");

const SCHEMA_OF_SQLITE: &str = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL
    UNION ALL SELECT 'step ' || version FROM _sqlx_migrations WHERE success
    ORDER BY 1";
const SCHEMA_OF_POSTGRES: &str = "SELECT 'step ' || version FROM _sqlx_migrations WHERE success
    UNION ALL
    SELECT concat_ws(' ', c.relname, c.reloptions, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod),
            CAST(a.attcollation AS REGCOLLATION), a.attnotnull, pg_get_expr(d.adbin, d.adrelid))
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE c.relkind = 'r' AND c.relnamespace = CAST('public' AS REGNAMESPACE)
    UNION ALL
    SELECT concat_ws(' ', pg_get_indexdef(x.indexrelid), x.indisvalid)
        FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid
        WHERE c.relnamespace = CAST('public' AS REGNAMESPACE)
    UNION ALL
    SELECT concat_ws(' ', CAST(conrelid AS REGCLASS), pg_get_constraintdef(oid)) FROM pg_constraint
        WHERE connamespace = CAST('public' AS REGNAMESPACE)
    ORDER BY 1";

/// Makes room for the tables of the first step. Rows are copied in no order, so nothing asks for what they refer to.
const PUT_ASIDE: &str = "CREATE SCHEMA newer;
    SET session_replication_role = replica;
    DO $$ DECLARE name TEXT; BEGIN
        FOR name IN SELECT tablename FROM pg_tables
            WHERE schemaname = 'public' AND tablename <> '_sqlx_migrations'
        LOOP
            EXECUTE format('ALTER TABLE %I SET SCHEMA newer', name);
        END LOOP;
    END $$;";
const COPY_BACK: &str = "DO $$ DECLARE name TEXT; columns TEXT; BEGIN
        FOR name, columns IN SELECT table_name, string_agg(column_name, ', ') FROM information_schema.columns
            WHERE table_schema = 'public' AND table_name <> '_sqlx_migrations' GROUP BY table_name
        LOOP
            EXECUTE format('INSERT INTO %1$I (%2$s) SELECT %2$s FROM newer.%1$I', name, columns);
        END LOOP;
    END $$;
    DROP SCHEMA newer CASCADE;
    DELETE FROM _sqlx_migrations WHERE version > 1";

/// Columns by table, as a list that a statement can hold.
const TABLES_OF_SQLITE: &str = "SELECT t.name, group_concat(c.name, ', ')
    FROM main.sqlite_schema t JOIN pragma_table_info(t.name, 'main') c
    WHERE t.type = 'table' GROUP BY t.name";

pub struct Site {
    pub stopped: Stopped,
    pub database: Database,
    /// The schema of a database that is new with this version.
    pub fresh: Vec<String>,
    meeting: TestMeeting,
    /// The list of registrants as the organizer saw it.
    list: Vec<Value>,
}

/// The database past the program.
pub enum Database {
    Sqlite(PathBuf),
    Postgres(Arc<Scratch>),
}

impl Site {
    pub async fn sqlite() -> Self {
        let app = TestApp::builder().sqlite().build().await;
        let database = Database::Sqlite(app.file("usher.db"));
        Self::furnish(app, database).await
    }

    pub async fn postgres() -> Self {
        let app = TestApp::builder().postgres().build().await;
        let database = Database::Postgres(app.db());
        Self::furnish(app, database).await
    }

    /// Some have their letter, some of those canceled, and other letters wait.
    async fn furnish(app: TestApp, database: Database) -> Self {
        let fresh = database.schema().await;
        let meeting = app.built_in("everyone").await;
        enroll(&app, &meeting, 0..20).await;
        for letter in &app.mail().await[..5] {
            let link = letter.manage_url.strip_prefix(PUBLIC_URL).unwrap();
            app.post(link).form(&[]).await.expect(200);
        }
        enroll(&app, &meeting, 20..40).await;
        let list = app.registrants(&meeting).await;
        let stopped = app.stop().await;
        database.take_back().await;
        assert_eq!(steps(&database.schema().await), 1);
        Self { stopped, database, fresh, meeting, list }
    }

    /// The server's database, for what is asked of PostgreSQL alone.
    pub fn scratch(&self) -> &Scratch {
        match &self.database {
            Database::Sqlite(_) => panic!("this is asked of PostgreSQL alone"),
            Database::Postgres(scratch) => scratch,
        }
    }

    /// The schema is up to date, and everybody is there, with what is counted of them and their letters.
    pub async fn check(self) {
        assert_eq!(self.database.schema().await, self.fresh);
        let mut verify = Command::new(USHER);
        let said = run(verify.arg("verify").env("USHER_CONFIG", self.stopped.config_file()), b"");
        assert!(said.contains("registrants: 40, breaches: 0"), "{said}");
        let app = self.stopped.start().await;
        assert_eq!(app.registrants(&self.meeting).await, self.list);
    }
}

async fn enroll(app: &TestApp, meeting: &TestMeeting, numbers: Range<usize>) {
    for n in numbers {
        ask(app, meeting, n).await.expect(200);
    }
}

/// The person of that number asks for a place.
pub fn ask(app: &TestApp, meeting: &TestMeeting, n: usize) -> Call {
    let body =
        json!({"firstName": "Odile", "lastName": "Marchetti", "email": format!("p{n}@pinewater.example")});
    app.post(meeting.registrants()).token(&app.token(&app.people.ines)).json(&body)
}

/// How many steps were taken to a schema.
pub fn steps(schema: &[String]) -> usize {
    schema.iter().filter(|line| line.starts_with("step ")).count()
}

impl Database {
    /// The steps that it took and all that they made, in an order of their own. A fault of a file is found on the way.
    pub async fn schema(&self) -> Vec<String> {
        match self {
            Self::Sqlite(file) => {
                let mut file = SqliteConnectOptions::new().filename(file).connect().await.unwrap();
                let sound: String =
                    query_scalar("PRAGMA integrity_check").fetch_one(&mut file).await.unwrap();
                assert_eq!(sound, "ok");
                let schema: Vec<String> = query_scalar(SCHEMA_OF_SQLITE).fetch_all(&mut file).await.unwrap();
                file.close().await.unwrap();
                schema
            }
            Self::Postgres(scratch) => {
                let mut database = PgConnection::connect(&scratch.url()).await.unwrap();
                query_scalar(SCHEMA_OF_POSTGRES).fetch_all(&mut database).await.unwrap()
            }
        }
    }

    async fn take_back(&self) {
        match self {
            Self::Sqlite(file) => take_file_back(file).await,
            Self::Postgres(scratch) => {
                scratch.execute(&[PUT_ASIDE, FIRST_OF_POSTGRES, COPY_BACK].join("\n"));
            }
        }
    }
}

/// Another file takes its place: here the names of indexes would stay taken.
async fn take_file_back(file: &Path) {
    let first = file.with_extension("first");
    let options = SqliteConnectOptions::new().filename(&first).create_if_missing(true);
    let options = options.journal_mode(SqliteJournalMode::Wal).foreign_keys(false);
    let mut database = options.connect().await.unwrap();
    raw_sql(FIRST_OF_SQLITE).execute(&mut database).await.unwrap();
    let newer = file.display().to_string();
    query("ATTACH $1 AS newer").bind(newer).execute(&mut database).await.unwrap();
    let text = "SELECT sql FROM newer.sqlite_schema WHERE name = '_sqlx_migrations'";
    let taken: String = query_scalar(text).fetch_one(&mut database).await.unwrap();
    raw_sql(AssertSqlSafe(taken)).execute(&mut database).await.unwrap();
    let tables: Vec<(String, String)> = query_as(TABLES_OF_SQLITE).fetch_all(&mut database).await.unwrap();
    for (name, columns) in tables {
        let copy = format!("INSERT INTO main.{name} ({columns}) SELECT {columns} FROM newer.{name}");
        raw_sql(AssertSqlSafe(copy)).execute(&mut database).await.unwrap();
    }
    raw_sql("DELETE FROM main._sqlx_migrations WHERE version > 1").execute(&mut database).await.unwrap();
    database.close().await.unwrap();
    assert!(!file.with_extension("db-wal").exists(), "what its log holds would come back");
    fs::rename(&first, file).unwrap();
}
