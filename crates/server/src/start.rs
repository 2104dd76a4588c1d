//! From a configuration to a running service: the one path that `serve`, `demo` and the tests take.

use std::fs;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::link::LinkKey;
use domain::permission::Edition;
use domain::{AppId, Reminders, Role, Scope, TenantId};
use jiff::SignedDuration;
use lettre::transport::smtp::client::Certificate;
use pages::Language;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use store::{Store, Tenant};
use url::Url;
use wire::registrant::ListEdition;

use crate::app::{App, Memory, Parts, Settings};
use crate::attend::room::Rooms;
use crate::auth::{ClaimNames, IssuerSettings, KeyClient, KeySource, TenantRule, Verifier};
use crate::client_address::TrustedProxies;
use crate::clock::{Clock, Source};
use crate::config::{Config, Database, DatabaseUrl, Lists, Permissions, Secret, Tenancy};
use crate::connections::Limits;
use crate::graph::Budgets;
use crate::guard::Guard;
use crate::house::Houses;
use crate::http::ISSUER_PATH;
use crate::issuer::{Account, Directory, DirectoryFault, Issuer, IssuerService, ServiceParts};
use crate::mailroom::{LetterLinks, Letterhead, MailLimits, Mailroom, Postman};
use crate::returning::ReturnDesk;
use crate::secret_file;
use crate::sign_in::{CALLBACK_PATH, Client, External, Provider, SignIn, builtin_client_id, builtin_tenant};
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
        for (_, consent) in &house.consents {
            let kept = store.put_consent(tenant, consent).await;
            kept.map_err(because("cannot store what people agree to"))?;
        }
    }
    Ok(store)
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
    let store = open_store(config).await?;
    let links = open_letter_links(config, &store, &ids).await?;
    let mailroom = open_mailroom(config, &store, &clock, &ids, links).await?;
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
    let app = App::new(Parts {
        verifier: open_verifier(config, issuer.as_deref())?,
        sign_in: Arc::new(open_sign_in(config, issuer.as_ref(), &mailroom.links().key)?),
        turnstile,
        returning,
        guard: Arc::new(Guard::new(&config.protection, &mailroom.links().key, clock.clone())),
        mailroom,
        settings: settings(config, &clock)?,
        memory: Memory::default(),
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

fn settings(config: &Config, clock: &Clock) -> Result<Settings, StartProblem> {
    Ok(Settings {
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
        houses: Houses::from_config(config)?,
        people_from_claims: config.identity.people_from_claims,
    })
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
) -> Result<Mailroom, StartProblem> {
    let host = links.host();
    let roots = config.mail.ca_file.as_deref().map(read_authorities).transpose()?.unwrap_or_default();
    let postman = Postman::from_config(&config.mail, &host, roots, clock)
        .map_err(because("cannot use the mail server"))?;
    let letterhead = Letterhead::from_config(&config.mail, links, Houses::from_config(config)?)
        .map_err(because("cannot write letters"))?;
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

fn open_verifier(config: &Config, builtin: Option<&IssuerService>) -> Result<Verifier, StartProblem> {
    let mut issuers = Vec::new();
    if let Some(service) = builtin {
        issuers
            .push((builtin_settings(config, service.issuer()), KeySource::Static(service.issuer().jwks())));
    }
    for issuer in &config.identity.issuers {
        let client = KeyClient::build(reqwest::Client::builder()).map_err(because("cannot set up TLS"))?;
        issuers.push((issuer_settings(issuer)?, KeySource::Discovery(client)));
    }
    Verifier::new(issuers, true).map_err(because("cannot use the identity settings"))
}

/// The issuers that sign people in on pages: what is configured goes before the built-in one.
fn open_sign_in(
    config: &Config,
    builtin: Option<&Arc<IssuerService>>,
    key: &LinkKey,
) -> Result<SignIn, StartProblem> {
    let mut providers = Vec::new();
    for issuer in &config.identity.issuers {
        let Some(client_id) = issuer.sign_in_client_id.clone() else { continue };
        let http = KeyClient::build(reqwest::Client::builder()).map_err(because("cannot set up TLS"))?;
        let secret = issuer.sign_in_secret.clone();
        let (refresh, min_interval) = (issuer.keys_refresh, issuer.keys_min_interval);
        providers.push(Provider {
            issuer: issuer.url.as_str().to_owned(),
            tenants: tenants_of(issuer),
            client: Client::External(External::new(client_id, secret, http, refresh, min_interval)),
        });
    }
    if let Some(service) = builtin {
        providers.push(Provider {
            issuer: service.issuer().url().to_owned(),
            tenants: tenants(config).into_iter().map(|tenant| tenant.id).collect(),
            client: Client::Builtin(Arc::clone(service)),
        });
    }
    Ok(SignIn::new(providers, &trim(config.server.public_url.as_str()), key))
}

fn tenants_of(issuer: &crate::config::Issuer) -> Vec<TenantId> {
    match issuer.tenancy() {
        Tenancy::Fixed(id) => vec![TenantId(id)],
        Tenancy::Claimed { allowed, .. } => allowed.iter().copied().map(TenantId).collect(),
    }
}

fn builtin_settings(config: &Config, issuer: &Issuer) -> IssuerSettings {
    IssuerSettings {
        url: issuer.url().to_owned(),
        audiences: vec![issuer.audience().to_owned()],
        tenant: TenantRule::Claim {
            name: "tid".to_owned(),
            allowed: tenants(config).into_iter().map(|tenant| tenant.id).collect(),
        },
        algorithms: vec![jsonwebtoken::Algorithm::ES256],
        claims: ClaimNames::default(),
        keys_refresh: std::time::Duration::from_secs(300),
        keys_min_interval: std::time::Duration::from_secs(10),
        max_lifetime: config.identity.builtin.token_lifetime,
    }
}

fn issuer_settings(issuer: &crate::config::Issuer) -> Result<IssuerSettings, StartProblem> {
    let algorithms = issuer.algorithms.iter().map(|algorithm| algorithm.name().parse());
    let algorithms = algorithms
        .collect::<Result<Vec<jsonwebtoken::Algorithm>, _>>()
        .map_err(because("cannot use the signature algorithms"))?;
    Ok(IssuerSettings {
        url: issuer.url.as_str().to_owned(),
        audiences: issuer.audience.clone(),
        tenant: match issuer.tenancy() {
            Tenancy::Fixed(id) => TenantRule::Fixed(TenantId(id)),
            Tenancy::Claimed { claim, allowed } => TenantRule::Claim {
                name: claim.to_owned(),
                allowed: allowed.iter().copied().map(TenantId).collect(),
            },
        },
        algorithms,
        claims: ClaimNames {
            person: issuer.person_claim.clone(),
            app: issuer.app_claims.clone(),
            scope: issuer.scope_claim.clone(),
            roles: issuer.roles_claim.clone(),
        },
        keys_refresh: issuer.keys_refresh,
        keys_min_interval: issuer.keys_min_interval,
        max_lifetime: issuer.max_token_lifetime,
    })
}

/// The built-in issuer's key, from the data folder; made at first use.
pub fn open_issuer_key(config: &Config) -> Result<Issuer, StartProblem> {
    let public_url = trim(config.server.public_url.as_str());
    let url = format!("{public_url}{ISSUER_PATH}");
    let file = config.server.data_dir.join("issuer.pem");
    let pem = match secret_file::read(&file)? {
        Some(pem) => pem,
        None => {
            let issuer = Issuer::generate(&url, &public_url).map_err(because("cannot make a key"))?;
            secret_file::keep(&file, issuer.to_pem().map_err(because("cannot write a key"))?)?
        }
    };
    Issuer::from_pem(&pem, &url, &public_url)
        .map_err(because(format!("cannot use the key in `{}`", file.display())))
}

fn open_issuer(
    config: &Config,
    store: &Store,
    clock: &Clock,
    ids: &Source,
) -> Result<Arc<IssuerService>, StartProblem> {
    let (clock, ids) = (clock.clone(), ids.clone());
    let service = IssuerService::new(ServiceParts {
        issuer: open_issuer_key(config)?,
        directory: issuer_directory(config, store),
        token_lifetime: config.identity.builtin.token_lifetime,
        trusted_proxies: trusted_proxies(config),
        clock: Arc::new(move || clock.now()),
        random: Arc::new(move || ids.bytes()),
    });
    service.map(Arc::new).map_err(because("cannot set up the built-in issuer"))
}

/// Accounts and applications as the issuer asks for them.
fn issuer_directory(config: &Config, store: &Store) -> Directory {
    let served: Vec<TenantId> = tenants(config).into_iter().map(|tenant| tenant.id).collect();
    let callback = format!("{}{CALLBACK_PATH}", trim(config.server.public_url.as_str()));
    let (people, apps) = (store.clone(), store.clone());
    Directory::new(
        move |tenant, user_name| {
            let store = people.clone();
            async move { find_account(&store, tenant, &user_name).await.map_err(directory_fault) }
        },
        move |client_id| {
            let store = apps.clone();
            let own = builtin_tenant(&client_id).filter(|tenant| served.contains(tenant));
            let own = own.map(|tenant| own_app(tenant, callback.clone()));
            async move {
                match own {
                    Some(own) => Ok(Some(own)),
                    None => find_app(&store, client_id).await.map_err(directory_fault),
                }
            }
        },
    )
}

/// Usher's own pages. They need no secret, since a code is worth nothing without PKCE's verifier, and get no
/// permission.
fn own_app(tenant: TenantId, callback: String) -> crate::issuer::App {
    crate::issuer::App {
        id: AppId(builtin_client_id(tenant)),
        tenant,
        name: "Usher".to_owned(),
        secret_hash: None,
        redirect_uris: vec![callback],
        scopes: Vec::new(),
        roles: Vec::new(),
    }
}

/// The issuer's answers have no place for the cause, so it is told here.
fn directory_fault(fault: store::Fault) -> DirectoryFault {
    let cause = std::error::Error::source(&fault).map(ToString::to_string).unwrap_or_default();
    tracing::error!(cause, "the database failed, the built-in issuer cannot look anybody up");
    DirectoryFault
}

async fn find_account(
    store: &Store,
    tenant: TenantId,
    user_name: &str,
) -> Result<Option<Account>, store::Fault> {
    let found = store.find_person_by_upn(tenant, user_name).await?;
    let Some((person, id)) = found.filter(|person| person.is_active).and_then(|person| {
        let id = person.id?;
        Some((person, id))
    }) else {
        return Ok(None);
    };
    let profile = person.profile();
    Ok(Some(Account { person: id, profile, password_hash: store.find_password(tenant, id).await? }))
}

async fn find_app(store: &Store, client_id: String) -> Result<Option<crate::issuer::App>, store::Fault> {
    let found = store.find_application(&AppId(client_id)).await?;
    Ok(found.map(|app| crate::issuer::App {
        id: app.id,
        tenant: app.tenant,
        name: app.name,
        secret_hash: app.secret_hash,
        redirect_uris: app.redirect_uris,
        scopes: app.scopes.iter().filter_map(|name| Scope::from_name(name)).collect(),
        roles: app.roles.iter().filter_map(|name| Role::from_name(name)).collect(),
    }))
}

/// The key of the links, 32 bytes in base64; made at first use. The database remembers which key its links were made
/// with: another would put links into letters that nobody else opens, and find those sent so far forged.
async fn open_link_key(file: &Path, store: &Store, ids: &Source) -> Result<LinkKey, StartProblem> {
    let unreadable = || because("cannot tell whose links the database holds");
    let text = match secret_file::read(file)? {
        Some(text) => text,
        None if store.has_link_key().await.map_err(unreadable())? => {
            return Err(other_link_key(file, "is missing"));
        }
        None => secret_file::keep(file, format!("{}\n", STANDARD.encode(ids.bytes::<32>())))?,
    };
    let bytes = STANDARD.decode(text.trim()).ok().and_then(|bytes| bytes.try_into().ok());
    let key = bytes
        .map(LinkKey::new)
        .ok_or_else(|| StartProblem(format!("`{}` does not hold 32 bytes in base64", file.display())))?;
    match store.claim_link_key(&key.fingerprint()).await.map_err(unreadable())? {
        true => Ok(key),
        false => Err(other_link_key(file, "is another")),
    }
}

fn other_link_key(file: &Path, what: &str) -> StartProblem {
    StartProblem(format!(
        "the links of this database were made with a key, and `{}` {what}: put the `link.key` there that the service \
         was first started with, from its backup or from another node; if it is lost, `usher renew-links` lets a new \
         one take its place, and every link sent so far is dead",
        file.display()
    ))
}

fn trim(url: &str) -> String {
    url.trim_end_matches('/').to_owned()
}
