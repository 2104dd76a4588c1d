//! `usher doctor`

mod findings;
mod letters;
mod surroundings;

use std::path::Path;

use clap::Args;
use domain::host::read_alike;
use store::Schema;

use self::findings::{Finding, Verdict};
use super::{ConfigFile, failed, say};
use crate::clock::Clock;
use crate::config::{Config, DatabaseUrl, Secret};
use crate::mailroom::Postman;
use crate::start::{StartProblem, read_authorities, with_ssl_mode};

/// Ask everything that the configuration names whether it answers as it should
///
/// Looks at the database and its schema, the mail server, the public address, identity providers, rooms and clocks. Changes
/// nothing and sends no letter. Prints a line for each, and ends with 1 where something is wrong. Run it where the service
/// runs, while it runs: the public address is asked as well.
#[derive(Args, Debug)]
pub(super) struct Doctor {
    #[command(flatten)]
    config: ConfigFile,
}

impl Doctor {
    pub(super) async fn run(self) -> Result<(), StartProblem> {
        let config = self.config.load()?;
        let mut wrong = 0;
        let mut tell = |finding: Finding| {
            wrong += usize::from(finding.verdict == Verdict::Wrong);
            say(finding)
        };
        tell(Finding::good("configuration", "it can be read"))?;
        for finding in organisations(&config) {
            tell(finding)?;
        }
        tell(database(&config).await)?;
        tell(mail(&config).await)?;
        for finding in letters::look(&config).await {
            tell(finding)?;
        }
        let mut surroundings = surroundings::Surroundings::new(Clock::System)?;
        for finding in surroundings.look(&config).await {
            tell(finding)?;
        }
        match wrong {
            0 => Ok(()),
            1 => Err(StartProblem("one thing is wrong".to_owned())),
            several => Err(StartProblem(format!("{several} things are wrong"))),
        }
    }
}

/// Organisations that people cannot tell apart by their names.
fn organisations(config: &Config) -> Vec<Finding> {
    let tenants = &config.identity.tenants;
    let pairs = tenants
        .iter()
        .enumerate()
        .flat_map(|(n, one)| tenants[n + 1..].iter().map(move |other| (one, other)));
    pairs
        .filter(|(one, other)| read_alike(&one.name, &other.name))
        .map(|(one, other)| {
            let words = format!("`{}` ({}) and `{}` ({}) read alike", one.name, one.id, other.name, other.id);
            Finding::note("organisations", words)
        })
        .collect()
}

async fn database(config: &Config) -> Finding {
    let (name, schema) = match &config.database.url {
        DatabaseUrl::Sqlite(file) if !file.exists() => {
            let words = format!("`{}` is not there yet: the first start makes it", file.display());
            return Finding::note("database", words);
        }
        DatabaseUrl::Sqlite(file) => (file.display().to_string(), Schema::of_sqlite(file).await),
        DatabaseUrl::Postgres(url) => {
            let password = config.database.password.as_ref().map(Secret::reveal);
            let address = with_ssl_mode(url);
            (url.to_string(), Schema::of_postgres(address.as_str(), password).await)
        }
    };
    match schema {
        Ok(schema) if schema.taken.is_empty() => {
            Finding::note("database", format!("`{name}` answers and is empty: the first start fills it"))
        }
        Ok(schema) if schema.is_ahead() => {
            let words = "answers; a newer version of Usher has brought its schema further";
            Finding::note("database", format!("`{name}` {words}"))
        }
        Ok(schema) if schema.is_behind() => {
            let words = "answers; the next start brings its schema up to date";
            Finding::note("database", format!("`{name}` {words}"))
        }
        Ok(_) => Finding::good("database", format!("`{name}` answers, its schema is up to date")),
        Err(fault) => Finding::wrong("database", format!("`{name}`: {}", failed(fault))),
    }
}

/// Connects, encrypts and logs in, as for a letter.
async fn mail(config: &Config) -> Finding {
    let mail = &config.mail;
    let Some(host) = &mail.host else {
        let words = match mail.mailbox {
            true => "letters stay in the built-in mailbox, where everybody reads them",
            false => "no mail server is configured: letters stay queued until `mail.host` names one",
        };
        return Finding::note("mail", words);
    };
    let server = format!("`{host}:{}`", mail.port);
    let roots = mail.ca_file.as_deref().map(|file: &Path| read_authorities(file)).transpose();
    let hello_name = config.server.public_url.host_str().unwrap_or_default();
    let postman = roots.map_err(|problem| problem.0).and_then(|roots| {
        Postman::from_config(mail, hello_name, roots.unwrap_or_default(), &Clock::System)
            .map_err(|unusable| unusable.0)
    });
    let outcome = match postman {
        Ok(postman) => postman.check().await,
        Err(problem) => Err(problem),
    };
    let logged_in = if mail.username.is_some() { " and let us log in" } else { "" };
    match outcome {
        Ok(()) => Finding::good("mail", format!("{server} answered{logged_in}")),
        Err(problem) => Finding::wrong("mail", format!("{server}: {problem}")),
    }
}
