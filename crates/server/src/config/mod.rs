//! Configuration: one TOML file, every key also as an environment variable, secrets also from files.
//!
//! Each section is defined once, in the file that bears its name; the struct, its reader, `docs/config.md` and
//! the dump all come from that definition. Reading stops at nothing: every problem is reported at once.

mod compat;
mod database;
mod identity;
mod join;
mod limits;
mod links;
mod log;
mod mail;
mod protection;
mod reading;
mod server;
mod subscriptions;
#[cfg(test)]
mod tests;

use std::fs;
use std::path::Path;

use self::reading::{Effective, Found, Reference, Scope, Section, Sources, Tree, section, table};

pub use self::compat::{Compat, Lists, Permissions};
pub use self::database::{Database, DatabaseUrl};
pub use self::identity::{
    Algorithm, Builtin, ConsentText, Identity, Issuer, IssuerUrl, LEEWAY, Tenancy, Tenant,
};
pub use self::join::{BigBlueButton, Jitsi, Join};
pub use self::limits::Limits;
pub use self::links::Links;
pub use self::log::{Format, Log};
pub use self::mail::{Dkim, Listen, Lmtp, Mail, OAuth2, ReturnPath, Security};
pub use self::protection::{ProofOfWork, Protection};
pub use self::reading::{Origin, Problem, Problems, Secret};
pub use self::server::Server;
pub use self::subscriptions::Subscriptions;

section! {
    /// Everything an operator can decide. Complete and checked: what follows from other keys has been filled in.
    Config, + sources: Sources {
        /// The section `[server]`.
        server: Server = table();
        /// The section `[limits]`.
        limits: Limits = table();
        /// The section `[database]`.
        database: Database = table();
        /// The section `[identity]`.
        identity: Identity = table();
        /// The section `[mail]`.
        mail: Mail = table();
        /// The section `[links]`.
        links: Links = table();
        /// The section `[join]`.
        join: Join = table();
        /// The section `[protection]`.
        protection: Protection = table();
        /// The section `[subscriptions]`.
        subscriptions: Subscriptions = table();
        /// The section `[compat]`.
        compat: Compat = table();
        /// The section `[log]`.
        log: Log = table();
    }
}

impl Config {
    /// Reads `file`, lays the variables of `environment` over it and checks everything. Also opens the files
    /// that secrets are in. Variables without our prefix are passed over.
    pub fn load(
        file: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, Problems> {
        let Some(path) = file else { return Self::read(Tree::new(), environment) };
        let name = path.display().to_string();
        let text = fs::read_to_string(path).map_err(|error| {
            let message = format!("cannot read the configuration file `{name}`: {error}");
            Problems(vec![Problem { key: String::new(), origin: None, message }])
        })?;
        Self::read(reading::from_toml(&text, Some(&name)).map_err(Problems)?, environment)
    }

    /// Reads `text` alone.
    pub fn from_toml_str(text: &str) -> Result<Self, Problems> {
        Self::read(reading::from_toml(text, None).map_err(Problems)?, std::iter::empty())
    }

    fn read(mut tree: Tree, environment: impl Iterator<Item = (String, String)>) -> Result<Self, Problems> {
        let variables: Vec<(String, String)> = environment.collect();
        let known = reference().keys;

        let mut problems = reading::near_misses(&variables, &known);
        problems.append(&mut reading::lay_over(&mut tree, variables));
        let mut found = Found { problems, sources: Sources::new(), known };
        let config = Self::read_section(&tree, &mut found);
        match config {
            Some(config) if found.problems.is_empty() => Ok(Self { sources: found.sources, ..config }),
            _ => Err(Problems(found.problems)),
        }
    }

    fn read_section(tree: &Tree, found: &mut Found) -> Option<Self> {
        Section::read(&mut Scope::root(tree, found))
    }

    /// The configuration as TOML, with where each value comes from. Secrets are masked.
    pub fn effective(&self) -> String {
        let mut page = Effective::new(&self.sources);
        self.show(&mut page);
        format!("# The configuration in force. Secrets are masked.\n{}", page.text)
    }

    /// The text of `docs/config.md`.
    pub fn reference_markdown() -> String {
        format!("{INTRODUCTION}{}{EXAMPLE_TITLE}```toml\n{EXAMPLE}```\n", reference().into_markdown())
    }
}

fn reference() -> Reference {
    let mut page = Reference::default();
    Config::describe(&mut page);
    page
}

const INTRODUCTION: &str = "\
# Configuration

<!-- Printed by `usher config --reference` from crates/server/src/config; `cargo xtask docs` renews it. -->

Usher reads one TOML file and then the environment, which wins. `usher config` prints what is in force and where
each value comes from, with secrets masked. Anything wrong stops the start, and every problem is reported at once.

- **As a variable** a key is `USHER_`, the section, two underscores and the key: `server.listen` is
  `USHER_SERVER__LISTEN`. Items of a list are numbered from 0: `USHER_IDENTITY__ISSUER__0__URL`. A list of texts
  also fits into one variable with commas: `USHER_IDENTITY__ISSUER__0__AUDIENCE=api://usher,usher`. An empty
  variable counts as not set.
- **A secret** may stand in a file of its own, which `…_file` names, as orchestrators mount them.
- **Paths** are relative to the working directory.

";

const EXAMPLE_TITLE: &str = "## A small site\n\n";

/// At the end of the reference; a test loads it.
const EXAMPLE: &str = r#"[server]
listen = "127.0.0.1:8080"
public_url = "https://usher.example.org"
data_dir = "/var/lib/usher"

[[identity.issuer]]
url = "https://login.microsoftonline.com/2f1d0c5e-7a57-4b5e-9d0b-6c1f0a6f7d11/v2.0"
# Version 2.0 tokens carry the application id of your API as their audience.
audience = ["8f1c9a52-6d0e-4b7a-9c3d-2e5f7a1b4c6d"]
tenant = "2f1d0c5e-7a57-4b5e-9d0b-6c1f0a6f7d11"

[[identity.tenant]]
id = "2f1d0c5e-7a57-4b5e-9d0b-6c1f0a6f7d11"
name = "Contoso"

[mail]
from = "Contoso events <events@example.org>"
host = "smtp.example.org"
username = "usher"
password_file = "/run/secrets/smtp-password"
"#;
