//! `usher renew-links`

use clap::Args;

use super::{ConfigFile, failed, say};
use crate::start::{StartProblem, open_database};

/// Let the next start take another `link.key`: every link sent so far is dead then
///
/// For a key that is lost for good, or that somebody else may have. Stop every node and remove the file on each before;
/// the next `usher serve` makes a new one, which goes to the others.
#[derive(Args, Debug)]
pub(super) struct RenewLinks {
    #[command(flatten)]
    config: ConfigFile,
}

impl RenewLinks {
    pub(super) async fn run(self) -> Result<(), StartProblem> {
        let config = self.config.load()?;
        let file = &config.links.key_file;
        if file.exists() {
            return Err(StartProblem(format!(
                "`{}` is still there: stop every node and remove it on each first, or the next start takes it again",
                file.display()
            )));
        }
        let store = open_database(&config.database).await?;
        store.forget_link_key().await.map_err(failed)?;
        say("the next `usher serve` decides which key counts\n")?;
        Ok(())
    }
}
