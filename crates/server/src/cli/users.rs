//! `usher users`

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use clap::Subcommand;

use super::{ConfigFile, TenantChoice, failed, people_csv, say};
use crate::clock::Source;
use crate::start::StartProblem;

/// Import and list the people of the directory
#[derive(Debug, Subcommand)]
pub(super) enum Users {
    /// Import people from CSV with the columns Entra exports; all or nobody
    Import {
        #[command(flatten)]
        config: ConfigFile,
        #[command(flatten)]
        tenant: TenantChoice,
        /// The CSV file
        file: PathBuf,
    },
    /// List the people of an organisation
    List {
        #[command(flatten)]
        config: ConfigFile,
        #[command(flatten)]
        tenant: TenantChoice,
    },
    /// Set the password for the built-in sign-in, read from standard input
    Password {
        #[command(flatten)]
        config: ConfigFile,
        #[command(flatten)]
        tenant: TenantChoice,
        /// The person's user principal name
        user: String,
    },
}

/// Shorter passwords are guessed too easily (NIST SP 800-63B, section 3.1.1.2).
const SHORTEST_PASSWORD: usize = 15;

impl Users {
    pub(super) async fn run(self) -> Result<(), StartProblem> {
        match self {
            Self::Import { config, tenant, file } => {
                let open = File::open(&file)
                    .map_err(|error| StartProblem(format!("cannot read `{}`: {error}", file.display())))?;
                let people = people_csv::read(open).map_err(|problems| {
                    StartProblem(format!("nobody was imported:\n{}", problems.join("\n")))
                })?;
                let (_, store) = config.open().await?;
                let tenant = tenant.find(&store).await?;
                store.put_people(tenant, &people).await.map_err(failed)?;
                say(format_args!("imported {} people into {tenant}\n", people.len()))?;
            }
            Self::List { config, tenant } => {
                let (_, store) = config.open().await?;
                let tenant = tenant.find(&store).await?;
                let mut lines =
                    "id\tuserPrincipalName\tmail\tgivenName\tsurname\taccountEnabled\n".to_owned();
                for person in store.list_people(tenant).await.map_err(failed)? {
                    let id = person.id.map(|id| id.to_string()).unwrap_or_default();
                    let cells = [
                        id,
                        person.upn,
                        person.mail.unwrap_or_default(),
                        person.given_name.unwrap_or_default(),
                        person.surname.unwrap_or_default(),
                        if person.is_active { "True" } else { "False" }.to_owned(),
                    ];
                    lines += &format!("{}\n", cells.join("\t"));
                }
                say(lines)?;
            }
            Self::Password { config, tenant, user } => {
                let (_, store) = config.open().await?;
                let tenant = tenant.find(&store).await?;
                let person = store.find_person_by_upn(tenant, &user).await.map_err(failed)?;
                let id = person.and_then(|person| person.id);
                let id = id.ok_or_else(|| StartProblem(format!("the directory does not know `{user}`")))?;
                let hash = hash_password(&read_password()?)?;
                store.set_password(tenant, id, &hash).await.map_err(failed)?;
                say(format_args!("`{user}` can sign in\n"))?;
            }
        }
        Ok(())
    }
}

fn read_password() -> Result<String, StartProblem> {
    let mut text = String::new();
    std::io::stdin()
        .take(1_024)
        .read_to_string(&mut text)
        .map_err(|error| StartProblem(format!("cannot read the password from standard input: {error}")))?;
    let password = text.trim_end_matches(['\r', '\n']).to_owned();
    if password.chars().count() < SHORTEST_PASSWORD {
        return Err(StartProblem(format!("the password has fewer than {SHORTEST_PASSWORD} characters")));
    }
    Ok(password)
}

/// Hashes a password or client secret for storage.
pub(super) fn hash_password(password: &str) -> Result<String, StartProblem> {
    crate::issuer::hash_password(password, Source::from_system().bytes())
        .map_err(|_| StartProblem("the password cannot be hashed".to_owned()))
}
