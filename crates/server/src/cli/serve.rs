//! `usher serve`

use std::io::IsTerminal;

use clap::Args;
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;
use url::{Host, Url};

use super::ConfigFile;
use crate::clock::{Clock, Source};
use crate::config::{Config, Format};
use crate::start::{StartProblem, build};

/// Run the service until SIGTERM
#[derive(Args, Debug)]
pub(super) struct Serve {
    #[command(flatten)]
    config: ConfigFile,
}

impl Serve {
    pub(super) async fn run(self) -> Result<(), StartProblem> {
        let config = self.config.load()?;
        start_log(&config)?;
        crate::ops::install_metrics();
        if config.mail.mailbox && !is_this_machine(&config.server.public_url) {
            let message = "`mail.mailbox` shows everybody's letters and links to everybody: it is for a \
                `server.public_url` on this machine alone";
            return Err(StartProblem(message.to_owned()));
        }
        let listener = bind(&config.server.listen.to_string()).await?;
        let service = build(&config, Clock::System, Source::from_system()).await?;
        tracing::info!(listen = %config.server.listen, public_url = %config.server.public_url, "serving");
        if config.mail.host.is_none() && !config.mail.mailbox {
            tracing::warn!("no mail server is configured: letters stay queued until `mail.host` names one");
        }
        crate::serve::serve(service, listener, config.server.drain).await
    }
}

/// Takes the port before anything else, so that a second process on it changes nothing.
pub(super) async fn bind(address: &str) -> Result<TcpListener, StartProblem> {
    TcpListener::bind(address).await.map_err(|error| {
        StartProblem(format!("cannot listen on `{address}`: {error}; choose another `ADDR:PORT`"))
    })
}

fn start_log(config: &Config) -> Result<(), StartProblem> {
    let filter = EnvFilter::try_new(&config.log.level)
        .map_err(|error| StartProblem(format!("cannot use `log.level`: {error}")))?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // It would tell of a log that cannot be written by writing there, and end the task that had something to say.
        .log_internal_errors(false);
    match config.log.format {
        Format::Json => log.json().init(),
        Format::Text => log.with_ansi(std::io::stderr().is_terminal()).init(),
    }
    Ok(())
}

/// Whether the address leads to this machine from wherever it is followed.
fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
