//! Behind the application's back: the database file itself.

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Row};

use crate::app::TestApp;

impl TestApp {
    /// Runs SQL, several statements if need be.
    pub async fn db_execute(&self, sql: &str) {
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut self.db_connect().await).await.unwrap();
    }

    /// The number that a query gives.
    pub async fn db_count(&self, sql: &str) -> i64 {
        let row = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).fetch_one(&mut self.db_connect().await).await;
        row.unwrap().get(0)
    }

    /// How many rows hold a trace of a change: whatever a refused request must not have added to.
    pub async fn db_traces(&self) -> i64 {
        self.db_count(
            "SELECT (SELECT count(*) FROM meeting) + (SELECT count(*) FROM registration)
                + (SELECT count(*) FROM question) + (SELECT count(*) FROM registrant)
                + (SELECT count(*) FROM outbox) + (SELECT count(*) FROM event)
                + (SELECT count(*) FROM idempotency) + (SELECT sum(version) FROM meeting)
                + (SELECT coalesce(sum(version), 0) FROM registration)",
        )
        .await
    }

    /// Every byte of the data folder's database: the file and its write-ahead log.
    pub fn db_bytes(&self) -> Vec<u8> {
        let mut bytes = std::fs::read(self.file("usher.db")).unwrap();
        bytes.extend(std::fs::read(self.file("usher.db-wal")).unwrap_or_default());
        bytes
    }

    /// Whether the text stands anywhere in the database.
    pub fn db_holds(&self, text: &str) -> bool {
        self.db_bytes().windows(text.len()).any(|window| window == text.as_bytes())
    }

    async fn db_connect(&self) -> SqliteConnection {
        let file = self.file("usher.db");
        SqliteConnectOptions::new().filename(file).connect().await.unwrap()
    }
}
