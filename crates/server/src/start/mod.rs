//! From a configuration to a running service: the one path that `serve`, `demo` and the tests take.

mod identity;
mod keys;

use std::fs;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::sync::{Arc, OnceLock};

use domain::permission::Edition;
use domain::{Reminders, TenantId};
use jiff::SignedDuration;
use lettre::transport::smtp::client::Certificate;
use pages::Language;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use store::{Store, SubscriptionLimits, Tenant};
use url::Url;
use wire::registrant::ListEdition;

use self::identity::{open_issuer, open_sign_in, open_verifier, tenants_of};
pub use self::keys::open_issuer_key;
use self::keys::open_link_key;
use crate::app::{App, Memory, Parts, Settings};
use crate::attend::room::Rooms;
use crate::client_address::TrustedProxies;
use crate::clock::{Clock, Source};
use crate::config::{Config, Database, DatabaseUrl, Lists, Permissions, Secret};
use crate::connections::Limits;
use crate::courier::Courier;
use crate::erasures::Erasures;
use crate::graph::Budgets;
use crate::guard::Guard;
use crate::house::Houses;
use crate::issuer::IssuerService;
use crate::mailroom::{LetterLinks, Letterhead, MailLimits, Mailroom, Postman};
use crate::outgoing::Outgoing;
use crate::returning::ReturnDesk;
use crate::turnstile::Turnstile;

/// Why the service cannot start, in words for its operator.
#[derive(Debug)]
pub struct StartProblem(pub String);

impl std::fmt::Display for StartProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StartProblem {}

/// The service, ready to be served.
pub struct Service {
    /// The application.
    pub app: App,
    /// The built-in issuer, where it is enabled.
    pub issuer: Option<Arc<IssuerService>>,
}

/// Says what was tried when it failed.
pub(crate) fn because<E: std::error::Error>(what: impl Into<String>) -> impl FnOnce(E) -> StartProblem {
    let what = what.into();
    move |error| {
        let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
        StartProblem(format!("{what}: {error}{cause}"))
    }
}

/// Opens the database that the configuration names, making the data folder and the schema if need be.
pub async fn open_store(config: &Config) -> Result<Store, StartProblem> {
    Ok(open_furnished(config).await?.0)
}

/// The same, with what the organisations have of their own, which is put there.
async fn open_furnished(config: &Config) -> Result<(Store, Houses), StartProblem> {
    let folder = &config.server.data_dir;
    // What is in there is the owner's business alone: people's names and addresses, and keys.
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(because(format!("cannot make the folder `{}`", folder.display())))?;
    let store = open_database(&config.database).await?;
    for tenant in tenants(config) {
        store.put_tenant(&tenant).await.map_err(because("cannot store the tenants"))?;
    }
    let houses = Houses::from_config(config)?;
    for (tenant, house) in houses.iter() {
        for wording in &house.wordings {
            let kept = store.put_consent(tenant, &wording.consent).await;
            kept.map_err(because("cannot store what people agree to"))?;
        }
    }
    Ok((store, houses))
}

/// Opens the database alone.
pub(crate) async fn open_database(database: &Database) -> Result<Store, StartProblem> {
    match &database.url {
        DatabaseUrl::Sqlite(file) => {
            let touched = fs::OpenOptions::new().create(true).append(true).mode(0o600).open(file);
            touched.map_err(because(format!("cannot write the database `{}`", file.display())))?;
            let store = Store::open_sqlite(file).await;
            store.map_err(because(format!("cannot open the database `{}`", file.display())))
        }
        DatabaseUrl::Postgres(url) => {
            let password = database.password.as_ref().map(Secret::reveal);
            // The driver would not say which file it cannot use.
            if let Some((_, file)) = url.query_pairs().find(|(name, _)| name == "sslrootcert") {
                read_authorities(Path::new(&*file))?;
            }
            let address = with_ssl_mode(url);
            let store = Store::open_postgres(address.as_str(), password, database.connections).await;
            store.map_err(because(format!("cannot open the database `{url}`")))
        }
    }
}

/// The address with what counts where it says nothing: said here, so that a variable of the driver's own (`PGSSLMODE`)
/// does not say otherwise.
pub(crate) fn with_ssl_mode(url: &Url) -> Url {
    let mut address = url.clone();
    if !url.query_pairs().any(|(name, _)| name == "sslmode") {
        address.query_pairs_mut().append_pair("sslmode", "prefer");
    }
    address
}

/// The tenants served: those configured by name, and those that issuers name.
fn tenants(config: &Config) -> Vec<Tenant> {
    let mut tenants: Vec<Tenant> = config
        .identity
        .tenants
        .iter()
        .map(|tenant| Tenant {
            id: TenantId(tenant.id),
            name: tenant.name.clone(),
            language: tenant.language.clone(),
        })
        .collect();
    for issuer in &config.identity.issuers {
        for id in tenants_of(issuer) {
            if !tenants.iter().any(|tenant| tenant.id == id) {
                tenants.push(Tenant { id, name: id.to_string(), language: "en".to_owned() });
            }
        }
    }
    tenants
}

/// Builds the service.
pub async fn build(config: &Config, clock: Clock, ids: Source) -> Result<Service, StartProblem> {
    let (store, houses) = open_furnished(config).await?;
    let links = open_letter_links(config, &store, &ids).await?;
    let mailroom = open_mailroom(config, &store, &clock, &ids, links, houses.clone()).await?;
    let issuer =
        if config.identity.builtin.enabled { Some(open_issuer(config, &store, &clock, &ids)?) } else { None };
    let returning = ReturnDesk::open(store.clone(), clock.clone(), mailroom.clone());
    let turnstile = Turnstile::open(
        store.clone(),
        clock.clone(),
        ids.clone(),
        config.server.queue,
        mailroom.clone(),
        returning.clone(),
    )
    .map_err(because("cannot let anybody through"))?;
    let outgoing = Outgoing::from_config(&config.subscriptions);
    let courier = Courier::new(store.clone(), clock.clone(), ids.clone(), mailroom.links().clone(), outgoing);
    let app = App::new(Parts {
        courier,
        verifier: open_verifier(config, issuer.as_deref())?,
        sign_in: Arc::new(open_sign_in(config, issuer.as_ref(), &mailroom.links().key)?),
        turnstile,
        returning,
        guard: Arc::new(Guard::new(&config.protection, &mailroom.links().key, clock.clone())),
        mailroom,
        settings: settings(config, &clock, houses),
        memory: Memory::default(),
        samples: OnceLock::new(),
        store,
        clock,
        ids,
    });
    Ok(Service { app, issuer })
}

/// What links in letters are made from.
pub(crate) async fn open_letter_links(
    config: &Config,
    store: &Store,
    ids: &Source,
) -> Result<LetterLinks, StartProblem> {
    let key = open_link_key(&config.links.key_file, store, ids).await?;
    Ok(LetterLinks { key, public_url: trim(config.server.public_url.as_str()) })
}

fn settings(config: &Config, clock: &Clock, houses: Houses) -> Settings {
    Settings {
        public_url: trim(config.server.public_url.as_str()),
        join_base: trim(config.join.base_url.as_str()),
        metadata_root: config.compat.metadata_root.as_ref().map(|url| trim(url.as_str())),
        permissions: match config.compat.permissions {
            Permissions::Strict => Edition::Strict,
            Permissions::Seed => Edition::Seed,
        },
        lists: match config.compat.lists {
            Lists::Filled => ListEdition::Filled,
            Lists::Of2021 => ListEdition::Of2021,
        },
        opens_minutes_before: i64::try_from(config.join.opens_before.as_secs() / 60).unwrap_or(15),
        one_device: config.join.one_device,
        device: SignedDuration::try_from(config.join.device).unwrap_or(SignedDuration::MAX),
        rooms: Rooms::from_config(&config.join),
        lmtp: config.mail.lmtp.listen.clone(),
        languages: tenants(config)
            .into_iter()
            .map(|tenant| (tenant.id, Language::choose(&tenant.language)))
            .collect(),
        max_body_bytes: config.server.max_body_bytes,
        trusted_proxies: trusted_proxies(config),
        limits: Limits {
            connections: config.server.max_connections,
            idle: config.server.idle,
            body: config.server.body,
        },
        budgets: Budgets::new(&config.limits, clock),
        erasures: Erasures::within(&config.server.data_dir),
        subscriptions: SubscriptionLimits {
            per_app: config.subscriptions.per_app,
            per_tenant: config.subscriptions.per_tenant,
        },
        houses,
        people_from_claims: config.identity.people_from_claims,
    }
}

fn trusted_proxies(config: &Config) -> TrustedProxies {
    TrustedProxies::new(config.server.trusted_proxies.as_deref().unwrap_or_default())
}

async fn open_mailroom(
    config: &Config,
    store: &Store,
    clock: &Clock,
    ids: &Source,
    links: LetterLinks,
    houses: Houses,
) -> Result<Mailroom, StartProblem> {
    let host = links.host();
    let roots = config.mail.ca_file.as_deref().map(read_authorities).transpose()?.unwrap_or_default();
    let postman = Postman::from_config(&config.mail, &host, roots, clock)
        .map_err(because("cannot use the mail server"))?;
    let letterhead =
        Letterhead::from_config(&config.mail, links, houses).map_err(because("cannot write letters"))?;
    let reminders = Reminders::new(config.mail.reminders.iter().copied());
    let reckoned = store.keep_to_reminders(&reminders, clock.now()).await;
    reckoned.map_err(because("cannot reckon when reminders are due"))?;
    Ok(Mailroom::new(
        store.clone(),
        clock.clone(),
        ids.clone(),
        postman,
        letterhead,
        reminders,
        MailLimits {
            attempts: config.mail.max_attempts,
            letters_per_hour: config.protection.letters_per_hour,
        },
    ))
}

/// The certificate authorities of a PEM file.
pub(crate) fn read_authorities(file: &Path) -> Result<Vec<Certificate>, StartProblem> {
    let pem = fs::read(file).map_err(because(format!("cannot read `{}`", file.display())))?;
    let authorities = CertificateDer::pem_slice_iter(&pem)
        .map(|certificate| certificate.ok().and_then(|der| Certificate::from_der(der.to_vec()).ok()))
        .collect::<Option<Vec<_>>>();
    authorities
        .filter(|authorities| !authorities.is_empty())
        .ok_or_else(|| StartProblem(format!("`{}` holds no certificates in PEM", file.display())))
}

fn trim(url: &str) -> String {
    url.trim_end_matches('/').to_owned()
}
