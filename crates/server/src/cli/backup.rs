//! `usher backup`

use std::fs;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use clap::Args;
use store::backup_sqlite;

use super::{ConfigFile, failed, say};
use crate::config::{Config, DatabaseUrl};
use crate::start::{StartProblem, because, open_database};

/// Copy what a restore needs into a new folder, while the service runs
///
/// The SQLite database as it is at one moment, the keys and the configuration file. A PostgreSQL database is backed up
/// by its own tools: then the folder holds everything else.
#[derive(Args, Debug)]
pub(super) struct Backup {
    #[command(flatten)]
    config: ConfigFile,
    /// The folder, which must not be there yet; readable by its owner alone
    folder: PathBuf,
}

impl Backup {
    pub(super) async fn run(self) -> Result<(), StartProblem> {
        let config = self.config.load()?;
        if self.folder.exists() {
            return Err(StartProblem(format!(
                "`{}` is there already: name a new folder",
                self.folder.display()
            )));
        }
        // It gets its name when it is whole, so that half a backup is never taken for one.
        let parent =
            self.folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let making = tempfile::Builder::new()
            .prefix(".usher-backup-")
            .permissions(fs::Permissions::from_mode(0o700))
            .tempdir_in(parent);
        let making = making.map_err(because(format!("cannot make a folder in `{}`", parent.display())))?;
        self.fill(&config, making.path()).await?;
        if !making.path().join("link.key").exists()
            && open_database(&config.database).await?.has_link_key().await.map_err(failed)?
        {
            let file = config.links.key_file.display();
            return Err(StartProblem(format!(
                "nothing was backed up: there is no `{file}`, and without it every link sent so far is dead; see \
                `links.key_file` and `server.data_dir`"
            )));
        }
        let named = fs::rename(making.path(), &self.folder)
            .and_then(|()| fs::File::open(&self.folder)?.sync_all())
            .and_then(|()| fs::File::open(parent)?.sync_all());
        named.map_err(because(format!("cannot write `{}`", self.folder.display())))?;
        // It is not there under the name by which it would be removed.
        let _ = making.keep();
        say(format_args!("backed up into `{}`\n", self.folder.display()))?;
        if let DatabaseUrl::Postgres(url) = &config.database.url {
            say(format_args!(
                "the database is not in there: add it by `pg_dump --format custom --file FILE '{url}'`\n"
            ))?;
        }
        Ok(())
    }

    async fn fill(&self, config: &Config, folder: &Path) -> Result<(), StartProblem> {
        if let DatabaseUrl::Sqlite(file) = &config.database.url {
            let copy = folder.join("usher.db");
            let made = fs::OpenOptions::new().create_new(true).write(true).mode(0o600).open(&copy);
            made.map_err(because(format!("cannot write `{}`", copy.display())))?;
            let failed = because(format!("cannot back up `{}`", file.display()));
            backup_sqlite(file, &copy).await.map_err(failed)?;
        }
        let keys = [
            (config.links.key_file.clone(), "link.key"),
            (config.server.data_dir.join("issuer.pem"), "issuer.pem"),
        ];
        let config = self.config.path().map(|file| (file.to_owned(), "usher.toml"));
        for (file, name) in keys.into_iter().chain(config).filter(|(file, _)| file.exists()) {
            let text = fs::read(&file).map_err(because(format!("cannot read `{}`", file.display())))?;
            let copy = folder.join(name);
            let mut open = fs::OpenOptions::new();
            let open = open.create_new(true).write(true).mode(0o600).open(&copy);
            let written = open.and_then(|mut open| {
                std::io::Write::write_all(&mut open, &text)?;
                open.sync_all()
            });
            written.map_err(because(format!("cannot write `{}`", copy.display())))?;
        }
        Ok(())
    }
}
