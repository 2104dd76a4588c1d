//! Where the rows are.

use std::path::PathBuf;

use url::Url;

use super::reading::{
    Kind, Password, Raw, Scope, Secret, Whole, default, derived, optional, quoted, section, wrong,
};
use super::server::data_dir;

section! {
    /// Where everything is stored.
    Database, check check_database {
        /// The database: a file of SQLite, or PostgreSQL 15 or newer. The address of a server may carry `sslmode`
        /// (`prefer` where it says nothing), `sslrootcert`, and `host` for a socket; the password stands in `password`.
        url: DatabaseUrl = derived(
            DatabaseAddress,
            "`usher.db` in `server.data_dir`",
            "postgres://usher@db.example.org/usher?sslmode=verify-full",
            |scope| Some(DatabaseUrl::Sqlite(data_dir(scope).join("usher.db"))),
        );
        /// Password at the PostgreSQL server.
        password: Option<Secret> = optional(Password, "none", "a password");
        /// How many connections to PostgreSQL this server holds at most.
        connections: u32 = default(Whole::new(2..=1000, "connections"), "10");
    }
}

/// An engine and what it needs to be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file, made at start when it is absent; relative to the working directory.
    Sqlite(PathBuf),
    /// A database of a PostgreSQL server; without a password.
    Postgres(Url),
}

struct DatabaseAddress;

impl Kind for DatabaseAddress {
    type Value = DatabaseUrl;

    fn expects(&self) -> String {
        "`sqlite:` and the path of a file, or `postgres://user@host/database`".into()
    }

    fn parse(&self, raw: &Raw) -> Result<DatabaseUrl, String> {
        let (Raw::Text(text) | Raw::Words(text)) = raw else { return Err(wrong(self, raw)) };
        match text.split_once(':') {
            Some(("postgres" | "postgresql", _)) => parse_postgres(text).map(DatabaseUrl::Postgres),
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
        match value {
            DatabaseUrl::Sqlite(path) => quoted(&format!("sqlite:{}", path.display())),
            DatabaseUrl::Postgres(url) => quoted(url.as_str()),
        }
    }
}

/// What may stand behind the `?` of an address. Anything else is a slip, which the driver would pass over.
const OPTIONS: [&str; 3] = ["sslmode", "sslrootcert", "host"];
const SSL_MODES: [&str; 5] = ["disable", "prefer", "require", "verify-ca", "verify-full"];

/// Nothing of the address is repeated in a complaint: it may hold a password.
fn parse_postgres(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| {
        format!("is no address: {error}; wants `postgres://user@host/database`, or for a socket {SOCKET}")
    })?;
    if url.password().is_some() || url.query_pairs().any(|(name, _)| name == "password") {
        return Err("holds a password: it belongs in `database.password` or `database.password_file`".into());
    }
    if url.path().trim_matches('/').is_empty() {
        return Err("names no database: `postgres://user@host/database`".into());
    }
    if url.username().is_empty() {
        return Err("names no user: `postgres://user@host/database`".into());
    }
    if url.host_str().is_some_and(|host| host.contains(',') || host.contains("%2C")) {
        return Err("names several hosts: one address, of a proxy where there are several servers".into());
    }
    for (name, value) in url.query_pairs() {
        if !OPTIONS.contains(&&*name) {
            return Err("holds an option that is none of `sslmode`, `sslrootcert`, `host`".into());
        }
        if name == "sslmode" && !SSL_MODES.contains(&&*value) {
            return Err(format!("wants one of `{}` as `sslmode`", SSL_MODES.join("`, `")));
        }
    }
    Ok(url)
}

const SOCKET: &str = "`postgres://user@localhost/database?host=/run/postgresql`";

fn check_database(scope: &mut Scope<'_, '_>) {
    let has_password = scope.has("password") || scope.has("password_file");
    let is_server =
        scope.has("url") && !matches!(scope.here(&DatabaseAddress, "url"), Some(DatabaseUrl::Sqlite(_)));
    if has_password && !is_server {
        scope.complain("password", "is for PostgreSQL: `database.url` names no server");
    }
}
