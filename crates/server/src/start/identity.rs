//! Who is let in: issuers and their keys, signing in on pages, and the accounts of the built-in issuer.

use std::sync::Arc;

use domain::link::LinkKey;
use domain::{AppId, Role, Scope, TenantId};
use store::Store;

use super::keys::open_issuer_key;
use super::{StartProblem, because, tenants, trim, trusted_proxies};
use crate::auth::{ClaimNames, IssuerSettings, KeyClient, KeySource, TenantRule, Verifier};
use crate::clock::{Clock, Source};
use crate::config::{Config, Tenancy};
use crate::issuer::{Account, Directory, DirectoryFault, Issuer, IssuerService, ServiceParts};
use crate::sign_in::{CALLBACK_PATH, Client, External, Provider, SignIn, builtin_client_id, builtin_tenant};

/// What proves tokens: those of the built-in issuer and of each that is configured.
pub(super) fn open_verifier(
    config: &Config,
    builtin: Option<&IssuerService>,
) -> Result<Verifier, StartProblem> {
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
pub(super) fn open_sign_in(
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

/// The tenants that an issuer may name.
pub(super) fn tenants_of(issuer: &crate::config::Issuer) -> Vec<TenantId> {
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

/// The built-in issuer.
pub(super) fn open_issuer(
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
