//! Questions that may have to look at every row of a meeting. Each is asked once, so it is not kept prepared, and ends after
//! [`LONGEST_SEARCH`], whatever it has found by then.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sqlx::{Postgres, Sqlite};

use super::Pool;
use super::held::{Held, in_time};
use super::query::{Query, Readable};
use crate::Fault;

/// As long as PostgreSQL lets any statement of ours run.
pub(crate) const LONGEST_SEARCH: Duration = Duration::from_secs(10);

/// Every so many steps of its own SQLite asks whether it shall go on: some hundred times a second.
const STEPS: i32 = 100_000;

/// Tells SQLite that nobody waits any more, once it is dropped.
struct Waiting(Arc<AtomicBool>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

impl Query<'_> {
    /// The first column of its rows; a fault that may pass where finding them takes longer than `patience`. The database
    /// stops as well, also where the answer is not waited for: SQLite by being asked, PostgreSQL by its own
    /// `statement_timeout`.
    pub(crate) async fn fetch_values_bounded<T>(
        self,
        pool: &Pool,
        patience: Duration,
    ) -> Result<Vec<T>, Fault>
    where
        (T,): Readable,
    {
        let rows: Vec<(T,)> = match pool {
            Pool::Sqlite(source) => {
                let (text, values) = self.for_sqlite()?;
                let asked = sqlx::query_as_with(text, values).persistent(false);
                let mut held = Held::<Sqlite>::take(source).await?;
                let waiting = Waiting(Arc::new(AtomicBool::new(true)));
                let goes_on = Arc::clone(&waiting.0);
                let mut handle = held.connection().lock_handle().await?;
                handle.set_progress_handler(STEPS, move || goes_on.load(Ordering::Relaxed));
                drop(handle);
                let rows = in_time(patience, asked.fetch_all(held.connection())).await?;
                held.connection().lock_handle().await?.remove_progress_handler();
                held.is_done = true;
                rows
            }
            Pool::Postgres(source) => {
                let (text, values) = self.for_postgres()?;
                let asked = sqlx::query_as_with(text, values).persistent(false);
                let mut held = Held::<Postgres>::take(source).await?;
                let rows = in_time(patience.min(held.patience), asked.fetch_all(held.connection())).await?;
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
    use crate::engine::{Source, query};

    /// It would count until the end of days. That it was stopped shows in that the pool's only connection can be had again:
    /// the driver closes none while it works.
    #[tokio::test]
    async fn sqlite_stops_when_nobody_waits_any_more() {
        let options = SqliteConnectOptions::new().in_memory(true);
        let connections = SqlitePoolOptions::new().max_connections(1).connect_lazy_with(options);
        let pool = Pool::Sqlite(Source::Shared(connections));
        let endless =
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n";

        let stopped = query(endless).fetch_values_bounded::<i64>(&pool, Duration::from_millis(50)).await;
        let next = query("SELECT 1").fetch_values_bounded::<i64>(&pool, LONGEST_SEARCH).await;

        assert!(stopped.expect_err("it takes too long").may_pass());
        assert_eq!(next.expect("another connection"), [1]);
    }
}
