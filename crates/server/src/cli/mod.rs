//! The command line.

// They print by `say`, which takes it calmly when nobody reads any more.
#![deny(clippy::print_stdout)]

mod apps;
mod backup;
mod config;
pub(crate) mod demo;
mod doctor;
mod load;
mod mail;
mod migrate;
mod people_csv;
mod policy;
mod progress;
mod registrants;
mod registrants_csv;
mod registrants_import;
mod renew_links;
mod serve;
mod token;
mod users;
mod verify;

use std::fmt::Display;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand};
use domain::TenantId;
use store::Store;
use uuid::Uuid;

use crate::config::Config;
use crate::start::{StartProblem, open_store};

/// Meeting registration that speaks Microsoft Graph, on your own machine.
#[derive(Debug, Parser)]
#[command(name = "usher", version, max_term_width = 100, disable_help_subcommand = true)]
pub struct Usher {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Try everything on this machine: sample organisation, sign-up page, mailbox, tokens
    Demo(demo::Demo),
    /// Run the service
    Serve(serve::Serve),
    /// Print the configuration in force, or its reference
    Config(config::Show),
    /// Import and list the people of the directory
    #[command(subcommand)]
    Users(users::Users),
    /// Import and export the registrants of a meeting
    #[command(subcommand)]
    Registrants(registrants::Registrants),
    /// Say which applications may act for which organizers
    #[command(subcommand)]
    Policy(policy::Policy),
    /// Register applications with the built-in issuer
    #[command(subcommand)]
    Apps(apps::Apps),
    /// See which addresses get no letters and allow them again; print the DKIM record
    #[command(subcommand)]
    Mail(mail::Mail),
    /// Print a token of the built-in issuer, for development
    Token(token::Token),
    Doctor(doctor::Doctor),
    Verify(verify::Verify),
    Backup(backup::Backup),
    /// Move everything to another database
    #[command(subcommand)]
    Migrate(migrate::Migrate),
    RenewLinks(renew_links::RenewLinks),
    /// Measure how many enrolments a second a server on this machine takes
    Load(load::Load),
    #[command(hide = true)]
    BenchServer(crate::load::BenchServer),
}

/// Where the configuration is.
#[derive(Args, Debug)]
pub(crate) struct ConfigFile {
    /// Configuration file; without it, variables `USHER_SECTION__KEY` alone
    #[arg(long, short, value_name = "FILE", env = "USHER_CONFIG")]
    config: Option<PathBuf>,
}

/// Which organisation is meant.
#[derive(Args, Debug)]
pub(crate) struct TenantChoice {
    /// Id of the organisation; not needed while there is one alone
    #[arg(long, value_name = "ID")]
    tenant: Option<Uuid>,
}

/// Runs the command line.
pub async fn run(usher: Usher) -> Result<(), StartProblem> {
    match usher.command {
        Command::Demo(demo) => demo.run().await,
        Command::Serve(serve) => serve.run().await,
        Command::Config(show) => show.run(),
        Command::Users(users) => users.run().await,
        Command::Registrants(registrants) => registrants.run().await,
        Command::Policy(policy) => policy.run().await,
        Command::Apps(apps) => apps.run().await,
        Command::Mail(mail) => mail.run().await,
        Command::Token(token) => token.run().await,
        Command::Doctor(doctor) => doctor.run().await,
        Command::Verify(verify) => verify.run().await,
        Command::Backup(backup) => backup.run().await,
        Command::Migrate(migrate) => migrate.run().await,
        Command::RenewLinks(renew) => renew.run().await,
        Command::Load(load) => load.run().await,
        Command::BenchServer(server) => server.run().await,
    }
}

/// Prints what was asked for. A reader that has gone has read enough.
fn say(text: impl Display) -> Result<(), StartProblem> {
    match write!(io::stdout(), "{text}") {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        printed => printed.map_err(|error| StartProblem(format!("cannot print: {error}"))),
    }
}

impl ConfigFile {
    pub(crate) fn path(&self) -> Option<&Path> {
        self.config.as_deref()
    }

    pub(crate) fn load(&self) -> Result<Config, StartProblem> {
        Config::load(self.config.as_deref(), std::env::vars()).map_err(|problems| {
            let file = match &self.config {
                Some(file) => format!("`{}`", file.display()),
                None => "no file, give one by `--config` or `USHER_CONFIG`".to_owned(),
            };
            StartProblem(format!("the configuration ({file}) cannot be used:\n{problems}"))
        })
    }

    /// The configuration and its database.
    pub(crate) async fn open(&self) -> Result<(Config, Store), StartProblem> {
        let config = self.load()?;
        let store = open_store(&config).await?;
        Ok((config, store))
    }
}

impl TenantChoice {
    pub(crate) async fn find(&self, store: &Store) -> Result<TenantId, StartProblem> {
        let tenants = store.list_tenants().await.map_err(failed)?;
        let names: Vec<String> =
            tenants.iter().map(|tenant| format!("{} ({})", tenant.id, tenant.name)).collect();
        let known = names.join(", ");
        match (self.tenant.map(TenantId), tenants.as_slice()) {
            (Some(id), known) if known.iter().any(|tenant| tenant.id == id) => Ok(id),
            (Some(id), _) => {
                Err(StartProblem(format!("no organisation is called `{id}`; there are: {known}")))
            }
            (None, [only]) => Ok(only.id),
            (None, []) => {
                Err(StartProblem("no organisation is configured: add `[[identity.tenant]]`".to_owned()))
            }
            (None, _) => Err(StartProblem(format!("say which organisation by `--tenant`: {known}"))),
        }
    }
}

/// A fault of the database, in words for the terminal.
pub(crate) fn failed(fault: store::Fault) -> StartProblem {
    let cause = std::error::Error::source(&fault).map(|cause| format!(": {cause}")).unwrap_or_default();
    StartProblem(format!("{fault}{cause}"))
}
