//! The server that the comparison measures: the demo's site without its greeting, in a process of its own, so
//! that its memory and its time can be told from the load's.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

use clap::{Args, ValueEnum};
use domain::{RegistrationKind, TenantId};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use url::Url;

use super::rs256;
use crate::app::{App, Memory, Parts};
use crate::auth::Verifier;
use crate::cli::demo::{Printed, furnish, sample_meeting, section_of};
use crate::cli::failed;
use crate::clock::{Clock, Source};
use crate::config::Config;
use crate::start::{Service, StartProblem, build};
use crate::turnstile::Turnstile;

/// A capacity that is counted and never reached.
const CAPACITY: u32 = 1_000_000_000;

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

/// A server for a comparison
#[derive(Args, Clone, Debug)]
pub(crate) struct BenchServer {
    /// What it does with an enrolment
    #[arg(long)]
    pub(crate) mode: Mode,
    /// Folder for its database and keys
    #[arg(long, value_name = "FOLDER")]
    pub(crate) data: PathBuf,
    /// PostgreSQL database to use instead of a file
    #[arg(long, value_name = "postgres://USER@HOST/NAME")]
    pub(crate) database: Option<Url>,
    /// Prove every token every time, signed as Entra ID signs them
    #[arg(long)]
    pub(crate) verify_each: bool,
    /// So many meetings with a capacity, instead of the demo's without
    #[arg(long, value_name = "N")]
    pub(crate) meetings: Option<u32>,
}

impl BenchServer {
    /// Serves a sample site and prints the demo's line and one with the meetings to load, until told to stop or
    /// until whoever started it closes our input. So it never outlives a comparison, however that ends.
    pub(crate) async fn run(self) -> Result<(), StartProblem> {
        let cannot_listen = |error| StartProblem(format!("cannot listen: {error}"));
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(cannot_listen)?;
        let address = listener.local_addr().map_err(cannot_listen)?;
        crate::ops::install_metrics();
        let (service, printed) = self.site(address).await?;
        let meetings = self.meetings(&service, &printed).await?;
        let unwritable = |error: serde_json::Error| StartProblem(error.to_string());
        println!("{}", serde_json::to_string(&printed).map_err(unwritable)?);
        println!("{}", serde_json::to_string(&meetings).map_err(unwritable)?);
        tokio::select! {
            served = crate::serve::serve(service, listener, Duration::from_secs(1)) => served,
            () = left() => Ok(()),
        }
    }

    /// The demo's site, in a mode.
    pub(super) async fn site(&self, address: SocketAddr) -> Result<(Service, Printed), StartProblem> {
        let ids = Source::from_system();
        let tenant = TenantId(ids.random_id());
        let config = self.configuration(address, tenant)?;
        let Service { app, issuer } = build(&config, Clock::System, ids).await?;
        let service = Service { app: app.clone(), issuer };
        let mut printed = furnish(&service, tenant).await?;
        let mut verifier = app.verifier.clone();
        if self.verify_each {
            (verifier, printed.app.token) = rs256::issue(&app, tenant, &printed.app.grant(tenant))?;
        }
        let turnstile = match self.mode {
            Mode::Ceiling => Turnstile::pretending(app.ids.clone(), app.clock.clone()),
            Mode::Store | Mode::Mailbox => app.turnstile.clone(),
        };
        Ok((Service { app: with(&app, verifier, turnstile), ..service }, printed))
    }

    /// Ids of the meetings to load, as the API gives them.
    pub(super) async fn meetings(
        &self,
        service: &Service,
        printed: &Printed,
    ) -> Result<Vec<String>, StartProblem> {
        let Some(count) = self.meetings else { return Ok(vec![printed.meeting_id.clone()]) };
        let app = &service.app;
        let sample = wire::ids::read_meeting(&printed.meeting_id);
        let (organizer, sample) = sample.ok_or_else(|| StartProblem("the demo has no meeting".to_owned()))?;
        let hosted = app.store.find_hosted(sample).await.map_err(failed)?;
        let hosted = hosted.ok_or_else(|| StartProblem("the demo's meeting is not stored".to_owned()))?;
        let mut made = Vec::new();
        for number in 0..count {
            let (mut meeting, mut registration) = sample_meeting(app, hosted.meeting.tenant, organizer)?;
            // An organizer has each number once.
            meeting.join_meeting_id = format!("{number:011}");
            if let RegistrationKind::BuiltIn(built_in) = &mut registration.kind {
                built_in.capacity = Some(CAPACITY);
            }
            app.store.create_meeting(&meeting, &app.fact("demo".to_owned())).await.map_err(failed)?;
            app.store
                .create_registration(&registration, &app.fact("demo".to_owned()))
                .await
                .map_err(failed)?;
            made.push(wire::ids::write_meeting(organizer, meeting.id));
        }
        Ok(made)
    }

    /// The site's configuration.
    pub(super) fn configuration(
        &self,
        address: SocketAddr,
        tenant: TenantId,
    ) -> Result<Config, StartProblem> {
        let mailbox = self.mode == Mode::Mailbox;
        let folder = &self.data;
        let database = self.database.clone().map(section_of).transpose()?.unwrap_or_default();
        let text = format!(
            r#"
            [server]
            listen = "{address}"
            public_url = "http://{address}"
            data_dir = {folder:?}
            [limits]
            app_per_minute = 100000000
            tenant_per_minute = 100000000
            address_per_minute = 100000000
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
}

/// Until our input ends. A thread of our own, because one of the runtime's would keep it from ending.
pub(crate) async fn left() {
    let (leave, left) = oneshot::channel();
    std::thread::spawn(move || {
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        leave.send(())
    });
    let _ = left.await;
}

/// The same application with another verifier and turnstile, and nothing else.
fn with(app: &App, verifier: Verifier, turnstile: Turnstile) -> App {
    App::new(Parts {
        store: app.store.clone(),
        clock: app.clock.clone(),
        ids: app.ids.clone(),
        verifier,
        sign_in: app.sign_in.clone(),
        turnstile,
        mailroom: app.mailroom.clone(),
        courier: app.courier.clone(),
        returning: app.returning.clone(),
        guard: app.guard.clone(),
        settings: app.settings.clone(),
        memory: Memory::default(),
        samples: OnceLock::new(),
    })
}
