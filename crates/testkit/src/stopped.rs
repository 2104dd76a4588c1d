//! An application that has ended, to be started again here or elsewhere.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use server::clock::{Clock, Source};
use server::config::Config;
use server::start::build;
use tempfile::TempDir;
use testpg::Scratch;

use crate::app::TestApp;

/// What an application leaves: folder, database, configuration.
pub struct Stopped {
    pub(crate) folder: Arc<TempDir>,
    pub(crate) scratch: Option<Arc<Scratch>>,
    pub(crate) config: String,
    pub(crate) clock: Clock,
    pub(crate) seeds: Arc<AtomicU64>,
}

impl Stopped {
    /// The configuration as a file, for programs.
    pub fn config_file(&self) -> PathBuf {
        write_config(&self.folder, &self.config)
    }

    /// A file of the data folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The same with another PostgreSQL database in its configuration.
    #[must_use]
    pub fn on(mut self, scratch: Arc<Scratch>) -> Self {
        let line = |scratch: &Scratch| format!("url = {:?}", scratch.url());
        self.config = match &self.scratch {
            Some(old) => self.config.replace(&line(old), &line(&scratch)),
            None => self.config.replace("[database]", &format!("[database]\n{}", line(&scratch))),
        };
        self.scratch = Some(scratch);
        self
    }

    /// The same with another data folder in its configuration.
    #[must_use]
    pub fn within(mut self, folder: TempDir) -> Self {
        self.config =
            self.config.replace(&format!("{:?}", self.folder.path()), &format!("{:?}", folder.path()));
        self.folder = Arc::new(folder);
        self
    }

    /// Starts it.
    pub async fn start(self) -> TestApp {
        TestApp::open(self.folder, self.scratch, self.config, self.clock, self.seeds).await
    }

    /// Why it does not start.
    pub async fn problem(&self) -> String {
        let config = Config::from_toml_str(&self.config).unwrap_or_else(|problems| panic!("{problems}"));
        let source = Source::seeded(self.seeds.fetch_add(1, Ordering::Relaxed));
        let built = build(&config, self.clock.clone(), source).await;
        built.map(|_| ()).expect_err("it must not start").0
    }
}

pub(crate) fn write_config(folder: &TempDir, config: &str) -> PathBuf {
    let file = folder.path().join("usher.toml");
    std::fs::write(&file, config).unwrap();
    file
}
