//! `usher renew-links`

use clap::Args;

use super::{ConfigFile, failed};
use crate::start::{StartProblem, open_database};

/// Let the next start take another `link.key`: every link sent so far is dead then
///
/// For a key that is lost for good, or that somebody else may have. Remove the file before, on every machine; the next
/// `usher serve` makes a new one.
#[derive(Args, Debug)]
pub(super) struct RenewLinks {
    #[command(flatten)]
    config: ConfigFile,
}

impl RenewLinks {
    pub(super) async fn run(self) -> Result<(), StartProblem> {
        let store = open_database(&self.config.load()?.database).await?;
        store.forget_link_key().await.map_err(failed)?;
        println!("the next `usher serve` decides which key counts");
        Ok(())
    }
}
