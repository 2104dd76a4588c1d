//! Questions that may have to look at every row of a meeting. Each is asked once, so it is not kept prepared, and ends after
//! [`LONGEST_SEARCH`], whatever it has found by then.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{Sqlite, SqlitePool};

use super::Pool;
use super::held::{Held, LONGEST_ANSWER, in_time};
use super::query::{Query, Readable};
use crate::Fault;

/// As long as PostgreSQL lets any statement of ours run.
pub(crate) const LONGEST_SEARCH: Duration = Duration::from_secs(10);

/// Every so many steps of its own SQLite asks whether it shall go on: some hundred times a second.
const STEPS: i32 = 100_000;

/// A connection to SQLite whose work is stopped when nobody waits for it any more. Unless that came to its end the
/// connection is closed, not used again.
struct Stoppable {
    connection: PoolConnection<Sqlite>,
    is_over: Arc<AtomicBool>,
    is_done: bool,
}

impl Drop for Stoppable {
    fn drop(&mut self) {
        if !self.is_done {
            self.is_over.store(true, Ordering::Relaxed);
            self.connection.close_on_drop();
        }
    }
}

impl Stoppable {
    async fn take(pool: &SqlitePool) -> Result<Self, Fault> {
        let is_over = Arc::new(AtomicBool::new(false));
        let mut taken = Self { connection: pool.acquire().await?, is_over, is_done: false };
        let is_over = Arc::clone(&taken.is_over);
        taken
            .connection
            .lock_handle()
            .await?
            .set_progress_handler(STEPS, move || !is_over.load(Ordering::Relaxed));
        Ok(taken)
    }

    async fn give_back(mut self) -> Result<(), Fault> {
        self.connection.lock_handle().await?.remove_progress_handler();
        self.is_done = true;
        Ok(())
    }
}

impl Query<'_> {
    /// The first column of its rows; a fault that may pass where finding them takes too long.
    pub(crate) async fn fetch_values_bounded<T>(
        self,
        pool: &Pool,
        patience: Duration,
    ) -> Result<Vec<T>, Fault>
    where
        (T,): Readable,
    {
        let rows: Vec<(T,)> = match pool {
            Pool::Sqlite(pool) => {
                let (text, values) = self.for_sqlite()?;
                let mut taken = Stoppable::take(pool).await?;
                let asked = sqlx::query_as_with(text, values).persistent(false);
                let rows = in_time(patience, asked.fetch_all(&mut *taken.connection)).await?;
                taken.give_back().await?;
                rows
            }
            Pool::Postgres(pool) => {
                let (text, values) = self.for_postgres()?;
                let mut held = Held::take(pool).await?;
                let asked = sqlx::query_as_with(text, values).persistent(false);
                let rows =
                    in_time(patience.min(LONGEST_ANSWER), asked.fetch_all(&mut *held.connection)).await?;
                held.is_done = true;
                rows
            }
        };
        Ok(rows.into_iter().map(|(value,)| value).collect())
    }
}

#[cfg(test)]
mod tests {
    use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};

    use super::*;
    use crate::engine::query;

    /// It would count until the end of days. That it was stopped shows in that the pool's only connection can be had again:
    /// the driver closes none while it works.
    #[tokio::test]
    async fn sqlite_stops_when_nobody_waits_any_more() {
        let options = SqliteConnectOptions::new().in_memory(true);
        let pool = Pool::Sqlite(SqlitePoolOptions::new().max_connections(1).connect_lazy_with(options));
        let endless =
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n";

        let stopped = query(endless).fetch_values_bounded::<i64>(&pool, Duration::from_millis(50)).await;
        let next = query("SELECT 1").fetch_values_bounded::<i64>(&pool, LONGEST_SEARCH).await;

        assert!(stopped.expect_err("it takes too long").may_pass());
        assert_eq!(next.expect("another connection"), [1]);
    }
}
