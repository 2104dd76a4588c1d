//! The server that the comparison measures: the demo's site without its greeting, in a process of its own, so
//! that its memory and its time can be told from the load's.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use clap::ValueEnum;
use domain::TenantId;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use url::Url;

use crate::app::{App, Memory, Parts};
use crate::cli::demo::{Printed, furnish, section_of};
use crate::clock::{Clock, Source};
use crate::config::Config;
use crate::start::{Service, StartProblem, build};
use crate::turnstile::Turnstile;

/// What the server does with an enrolment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Mode {
    /// Stores it with its letter, which stays in the outbox: a real mail server is slower than a rush, and its
    /// letters leave afterwards.
    Store,
    /// The same, and the built-in mailbox takes letters meanwhile.
    Mailbox,
    /// Does everything but store it.
    Ceiling,
}

/// Serves a sample site from `folder`, or from the database named beside it, and prints the demo's line, until told
/// to stop or until whoever started it closes our input. So it never outlives a comparison, however that ends.
pub(crate) async fn serve_until_left(
    mode: Mode,
    folder: &Path,
    database: Option<Url>,
) -> Result<(), StartProblem> {
    let cannot_listen = |error| StartProblem(format!("cannot listen: {error}"));
    let listener = TcpListener::bind("127.0.0.1:0").await.map_err(cannot_listen)?;
    let address = listener.local_addr().map_err(cannot_listen)?;
    crate::ops::install_metrics();
    let (service, printed) = site(mode, address, folder, database).await?;
    println!("{}", serde_json::to_string(&printed).map_err(|error| StartProblem(error.to_string()))?);
    tokio::select! {
        served = crate::serve::serve(service, listener, Duration::from_secs(1)) => served,
        () = left() => Ok(()),
    }
}

/// Until our input ends. A thread of our own, because one of the runtime's would keep it from ending.
async fn left() {
    let (leave, left) = oneshot::channel();
    std::thread::spawn(move || {
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        leave.send(())
    });
    let _ = left.await;
}

/// The demo's site, in a mode.
pub(super) async fn site(
    mode: Mode,
    address: SocketAddr,
    folder: &Path,
    database: Option<Url>,
) -> Result<(Service, Printed), StartProblem> {
    let ids = Source::from_system();
    let tenant = TenantId(ids.random_id());
    let service = build(&configuration(mode, address, folder, tenant, database)?, Clock::System, ids).await?;
    let printed = furnish(&service, tenant).await?;
    Ok((if mode == Mode::Ceiling { pretending(service) } else { service }, printed))
}

/// The same service with another turnstile, and nothing else.
fn pretending(service: Service) -> Service {
    let Service { app, issuer } = service;
    let app = App::new(Parts {
        store: app.store.clone(),
        clock: app.clock.clone(),
        ids: app.ids.clone(),
        verifier: app.verifier.clone(),
        turnstile: Turnstile::pretending(app.ids.clone(), app.clock.clone()),
        mailroom: app.mailroom.clone(),
        settings: app.settings.clone(),
        memory: Memory::default(),
    });
    Service { app, issuer }
}

/// The site's configuration.
pub(super) fn configuration(
    mode: Mode,
    address: SocketAddr,
    folder: &Path,
    tenant: TenantId,
    database: Option<Url>,
) -> Result<Config, StartProblem> {
    let database = database.map(section_of).transpose()?.unwrap_or_default();
    let mailbox = mode == Mode::Mailbox;
    let text = format!(
        r#"
        [server]
        listen = "{address}"
        public_url = "http://{address}"
        data_dir = {folder:?}
        [identity.builtin]
        enabled = true
        [[identity.tenant]]
        id = "{tenant}"
        name = "Riverbend Hydrology Institute"
        [mail]
        mailbox = {mailbox}
        from = "Riverbend events <events@riverbend.example>"
        {database}
        "#
    );
    Config::from_toml_str(&text).map_err(|problems| StartProblem(problems.to_string()))
}
