//! Behind the application's back: the database itself.

use std::sync::Arc;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, Row};
use testpg::Scratch;

use crate::app::TestApp;

impl TestApp {
    /// The PostgreSQL database itself.
    pub fn db(&self) -> Arc<Scratch> {
        Arc::clone(self.scratch.as_ref().expect("the application runs on PostgreSQL"))
    }

    /// Runs SQL, several statements if need be.
    pub async fn db_execute(&self, sql: &str) {
        let sql = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        match &self.scratch {
            None => sql.execute(&mut self.sqlite().connect().await.unwrap()).await.map(drop).unwrap(),
            Some(scratch) => {
                let mut database = PgConnection::connect(&scratch.url()).await.unwrap();
                sql.execute(&mut database).await.map(drop).unwrap();
            }
        }
    }

    /// Holds the locks that SQL takes on PostgreSQL, until what is returned is dropped.
    pub async fn db_hold(&self, sql: &str) -> PgConnection {
        let scratch = self.scratch.as_ref().expect("only PostgreSQL locks rows");
        let mut database = PgConnection::connect(&scratch.url()).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(format!("BEGIN; {sql}"))).execute(&mut database).await.unwrap();
        database
    }

    /// The number that a query gives.
    pub async fn db_count(&self, sql: &str) -> i64 {
        // PostgreSQL counts in a type of its own.
        let sql = sqlx::raw_sql(AssertSqlSafe(format!("SELECT CAST(({sql}) AS BIGINT)")));
        match &self.scratch {
            None => sql.fetch_one(&mut self.sqlite().connect().await.unwrap()).await.unwrap().get(0),
            Some(scratch) => {
                let mut database = PgConnection::connect(&scratch.url()).await.unwrap();
                sql.fetch_one(&mut database).await.unwrap().get(0)
            }
        }
    }

    /// How many rows hold a trace of a change: whatever a refused request must not have added to.
    pub async fn db_traces(&self) -> i64 {
        self.db_count(
            "SELECT (SELECT count(*) FROM meeting) + (SELECT count(*) FROM registration)
                + (SELECT count(*) FROM question) + (SELECT count(*) FROM registrant)
                + (SELECT count(*) FROM outbox) + (SELECT count(*) FROM event)
                + (SELECT count(*) FROM idempotency) + (SELECT coalesce(sum(version), 0) FROM meeting)
                + (SELECT coalesce(sum(version), 0) FROM registration)",
        )
        .await
    }

    /// Makes the database refuse every registrant of this address, for a reason that does not pass; `None` ends that.
    pub async fn db_poison(&self, email: Option<&str>) {
        let sql = match (&self.scratch, email) {
            (None, Some(email)) => format!(
                "CREATE TRIGGER poison BEFORE INSERT ON registrant WHEN NEW.email = '{email}'
                 BEGIN SELECT RAISE(ABORT, 'poison'); END"
            ),
            (None, None) => "DROP TRIGGER poison".to_owned(),
            (Some(_), Some(email)) => {
                format!("ALTER TABLE registrant ADD CONSTRAINT poison CHECK (email <> '{email}') NOT VALID")
            }
            (Some(_), None) => "ALTER TABLE registrant DROP CONSTRAINT poison".to_owned(),
        };
        self.db_execute(&sql).await;
    }

    /// Lets the versions of meetings stand still, whatever is changed.
    pub async fn db_stop_versions(&self) {
        let sql = match &self.scratch {
            None => {
                "CREATE TRIGGER still AFTER UPDATE OF version ON meeting BEGIN
                    UPDATE meeting SET version = OLD.version WHERE slot = OLD.slot AND meeting_id = OLD.meeting_id;
                END"
            }
            Some(_) => {
                "CREATE FUNCTION still() RETURNS trigger LANGUAGE plpgsql
                    AS 'BEGIN NEW.version := OLD.version; RETURN NEW; END';
                CREATE TRIGGER still BEFORE UPDATE OF version ON meeting FOR EACH ROW EXECUTE FUNCTION still()"
            }
        };
        self.db_execute(sql).await;
    }

    /// Every byte that the database keeps.
    fn db_bytes(&self) -> Vec<u8> {
        if let Some(scratch) = &self.scratch {
            return scratch.dump();
        }
        let mut bytes = std::fs::read(self.file("usher.db")).unwrap();
        bytes.extend(std::fs::read(self.file("usher.db-wal")).unwrap_or_default());
        bytes
    }

    /// Whether the text stands anywhere in the database.
    pub fn db_holds(&self, text: &str) -> bool {
        self.db_bytes().windows(text.len()).any(|window| window == text.as_bytes())
    }

    fn sqlite(&self) -> SqliteConnectOptions {
        SqliteConnectOptions::new().filename(self.file("usher.db"))
    }
}
