//! Copying SQLite's write-ahead log into the database beside whoever writes. SQLite does it itself when the log has grown
//! long, and then everybody waits for it; what was copied before need not be copied then.

use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::Sqlite;
use tokio::sync::mpsc;

use super::line::Line;
use super::{Pool, Source, query};
use crate::Fault;

/// After so many uses of the connection that writes. A busy one leaves ten to forty pages each time, so that little is left
/// where SQLite makes a checkpoint of its own; of one that is seldom used, pages that change often are copied once for many
/// uses.
const EVERY: u32 = 64;

/// A connection that copies the log.
#[derive(Clone, Debug)]
pub(crate) struct Checkpointer(Pool);

/// Counts how often the connection that writes was used.
#[derive(Debug)]
pub(super) struct Uses {
    count: AtomicU32,
    due: mpsc::Sender<()>,
}

impl Checkpointer {
    /// Begins to copy the log of what is written over that line, until both are closed. Inside a runtime.
    pub(crate) fn beside(writer: Line<Sqlite>, own: Line<Sqlite>) -> (Line<Sqlite>, Self) {
        let (due, mut asked) = mpsc::channel(1);
        let checkpointer = Self(Pool::Sqlite(Source::Single(own)));
        let at_work = checkpointer.clone();
        tokio::spawn(async move {
            while asked.recv().await.is_some() {
                // What fails now, for a full disk or a log in use, SQLite tries again when the log is long.
                let _ = at_work.checkpoint().await;
            }
        });
        (writer.counted(Uses { count: AtomicU32::new(0), due }), checkpointer)
    }

    /// `PASSIVE`: waits for nobody, and nobody for it.
    async fn checkpoint(&self) -> Result<(), Fault> {
        query("PRAGMA wal_checkpoint(PASSIVE)").execute(&self.0).await?;
        Ok(())
    }

    pub(crate) async fn close(&self) {
        self.0.close().await;
    }
}

impl Uses {
    pub(super) fn count(&self) {
        if self.count.fetch_add(1, Ordering::Relaxed) % EVERY == EVERY - 1 {
            // One that is asked for already does for this as well.
            let _ = self.due.try_send(());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::Duration;

    use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
    use tempfile::TempDir;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(10);
    /// Bytes of a row.
    const LARGE: usize = 10_000;

    /// Writes so many large rows, with or without somebody who copies the log; tells how large the database is at last,
    /// without its log, or as soon as half of them are in it.
    async fn size_after(rows: usize, is_copied: bool) -> usize {
        let folder = TempDir::new().expect("a folder");
        let file = folder.path().join("a.db");
        let options = SqliteConnectOptions::new()
            .filename(&file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .pragma("wal_autocheckpoint", "16000");
        let line = || Line::new(options.clone(), PATIENCE);
        let (writer, checkpointer) = match is_copied {
            true => {
                let (writer, checkpointer) = Checkpointer::beside(line(), line());
                (writer, Some(checkpointer))
            }
            false => (line(), None),
        };
        let pool = Pool::Sqlite(Source::Single(writer));
        query("CREATE TABLE large (content BLOB)").execute(&pool).await.expect("a table");
        for _ in 0..rows {
            let row = query("INSERT INTO large VALUES (?)").bind([7_u8; LARGE].as_slice());
            row.execute(&pool).await.expect("a row");
        }
        let size = || fs::metadata(&file).expect("a database").len() as usize;
        let started = tokio::time::Instant::now();
        while is_copied && size() < rows * LARGE / 2 && started.elapsed() < PATIENCE {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let at_last = size();
        pool.close().await;
        if let Some(checkpointer) = checkpointer {
            checkpointer.close().await;
        }
        at_last
    }

    #[tokio::test]
    async fn the_log_is_copied_long_before_it_is_full() {
        let rows = 2 * EVERY as usize;
        assert!(size_after(rows, true).await >= rows * LARGE / 2);
        // The control: SQLite alone leaves a log of this length as it is.
        assert!(size_after(rows, false).await < LARGE);
    }
}
