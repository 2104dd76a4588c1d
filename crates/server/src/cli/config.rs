//! `usher config`

use clap::Args;

use super::{ConfigFile, say};
use crate::config::Config;
use crate::start::StartProblem;

/// Print the configuration in force with secrets masked, or every problem it has
#[derive(Args, Debug)]
pub(super) struct Show {
    #[command(flatten)]
    config: ConfigFile,
    /// Print the reference of all keys instead, as Markdown
    #[arg(long)]
    reference: bool,
}

impl Show {
    pub(super) fn run(&self) -> Result<(), StartProblem> {
        if self.reference { say(Config::reference_markdown()) } else { say(self.config.load()?.effective()) }
    }
}
