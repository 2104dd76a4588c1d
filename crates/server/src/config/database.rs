//! Where the rows are.

use std::path::PathBuf;

use super::reading::{Kind, Raw, derived, quoted, section, wrong};
use super::server::data_dir;

section! {
    /// Where everything is stored.
    Database {
        /// The database. PostgreSQL is not served yet.
        url: DatabaseUrl = derived(
            DatabaseAddress,
            "`usher.db` in `server.data_dir`",
            "sqlite:/var/lib/usher/usher.db",
            |scope| Some(DatabaseUrl::Sqlite(data_dir(scope).join("usher.db"))),
        );
    }
}

/// An engine and what it needs to be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file, made at start when it is absent; relative to the working directory.
    Sqlite(PathBuf),
}

struct DatabaseAddress;

impl Kind for DatabaseAddress {
    type Value = DatabaseUrl;

    fn expects(&self) -> String {
        "`sqlite:` and the path of a file".into()
    }

    fn parse(&self, raw: &Raw) -> Result<DatabaseUrl, String> {
        let (Raw::Text(text) | Raw::Words(text)) = raw else { return Err(wrong(self, raw)) };
        match text.split_once(':') {
            // Nothing of the address is repeated: it may hold a password.
            Some(("postgres" | "postgresql", _)) => Err(format!(
                "names PostgreSQL, which this version does not serve yet; use {}",
                self.expects()
            )),
            Some(("sqlite", path)) => {
                let path = path.strip_prefix("//").unwrap_or(path);
                match path {
                    "" => Err(wrong(self, &"an address without a path")),
                    ":memory:" => Err(wrong(self, &"a database in memory, which would forget everything")),
                    _ if path.contains('?') => {
                        Err(wrong(self, &"an address with a `?`, whose options are not read"))
                    }
                    _ => Ok(DatabaseUrl::Sqlite(path.into())),
                }
            }
            _ => Err(wrong(self, raw)),
        }
    }

    fn show(&self, value: &DatabaseUrl) -> String {
        let DatabaseUrl::Sqlite(path) = value;
        quoted(&format!("sqlite:{}", path.display()))
    }
}
