//! A copy of a SQLite file that is in use.

use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

use crate::Fault;

/// Writes the database as it is at one moment into `copy`, an empty file; on disk when this returns. Whoever writes
/// meanwhile is not held up. The schema is copied as it is, whichever version made it.
pub async fn backup_sqlite(file: &Path, copy: &Path) -> Result<(), Fault> {
    let name =
        copy.to_str().ok_or_else(|| Fault::unusable("the path of the copy is not UTF-8".to_owned()))?;
    let mut source = SqliteConnectOptions::new().filename(file).read_only(true).connect().await?;
    sqlx::query("VACUUM INTO $1").bind(name).execute(&mut source).await?;
    source.close().await?;
    // SQLite leaves this to the caller: https://www.sqlite.org/lang_vacuum.html
    let synced = std::fs::File::open(copy).and_then(|copy| copy.sync_all());
    synced.map_err(|error| Fault(sqlx::Error::Io(error)))
}
