//! What is true of the database as a whole: whether this program may use it, and whose links its letters carry.

use crate::engine::query;
use crate::{Fault, STEPS, Store, write_tx};

const LIST_STEPS: &str = "SELECT version, description FROM _sqlx_migrations ORDER BY version";
const FIND_MOVE: &str = "SELECT move_state FROM deployment WHERE deployment_id = 1";
const CLAIM: &str = "UPDATE deployment SET link_key_fingerprint = $1
    WHERE deployment_id = 1 AND link_key_fingerprint IS NULL";
const FORGET: &str = "UPDATE deployment SET link_key_fingerprint = NULL WHERE deployment_id = 1";
const FIND_FINGERPRINT: &str = "SELECT link_key_fingerprint FROM deployment WHERE deployment_id = 1";

/// How the name of a step begins after which programs that do not know it cannot serve. Every other step only adds what
/// they may leave alone, so that one version and the next serve the same database.
const BREAKING: &str = "breaking_";

impl Store {
    /// A fault where a newer version has changed the schema beyond what this one can serve, and where the database is
    /// one end of a move.
    pub(crate) async fn check_usable(&self) -> Result<(), Fault> {
        let taken: Vec<(i64, String)> = query(LIST_STEPS).fetch_all(&self.readers).await?;
        let is_unknown = |version| STEPS.iter().all(|(known, ..)| *known != version);
        if let Some((version, name)) =
            taken.iter().find(|(version, name)| is_unknown(*version) && name.starts_with(BREAKING))
        {
            return Err(Fault::unusable(format!(
                "a newer version has taken the step {version} `{name}`, after which this one cannot serve: run that \
                 version, or go back to the backup made before it"
            )));
        }
        let state: Option<String> = query(FIND_MOVE).fetch_value(&self.readers).await?;
        match state.as_deref() {
            None | Some("arrived") => Ok(()),
            Some("arriving") => Err(Fault::unusable(
                "a move into this database is not complete: run `usher migrate sqlite-to-postgres` again, it goes on \
                 where it was interrupted"
                    .to_owned(),
            )),
            Some("leaving") => Err(Fault::unusable(
                "this file is on the way to PostgreSQL: run `usher migrate sqlite-to-postgres` again, it goes on where \
                 it was interrupted; or give the move up by `usher migrate keep-sqlite`"
                    .to_owned(),
            )),
            Some(_) => Err(Fault::unusable(
                "this file was moved to PostgreSQL: name that in `database.url`; or go back to what the file held then \
                 by `usher migrate keep-sqlite`"
                    .to_owned(),
            )),
        }
    }

    /// Whether the links of this database are made with the key of this fingerprint. The first key that comes counts
    /// from then on.
    pub async fn claim_link_key(&self, fingerprint: &[u8; 32]) -> Result<bool, Fault> {
        let known: Option<Vec<u8>> = write_tx!(self, |tx| {
            query(CLAIM).bind(fingerprint.as_slice()).execute(&mut *tx).await?;
            query(FIND_FINGERPRINT).fetch_value(&mut *tx).await?
        });
        Ok(known.as_deref() == Some(fingerprint.as_slice()))
    }

    /// Whether a key has been claimed.
    pub async fn has_link_key(&self) -> Result<bool, Fault> {
        let known: Option<Vec<u8>> = query(FIND_FINGERPRINT).fetch_value(&self.readers).await?;
        Ok(known.is_some())
    }

    /// Lets the next key that is claimed count.
    pub async fn forget_link_key(&self) -> Result<(), Fault> {
        query(FORGET).execute(&self.writer).await?;
        Ok(())
    }
}
