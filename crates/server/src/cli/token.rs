//! `usher token`

use std::time::Duration;

use clap::Args;
use domain::{AppId, PersonId, Role, Scope, TenantId};
use store::Store;
use uuid::Uuid;

use super::apps::check_names;
use super::{ConfigFile, TenantChoice, failed, say};
use crate::clock::{Clock, Source};
use crate::issuer::Grant;
use crate::start::{StartProblem, open_issuer_key};

/// Print a token of the built-in issuer, for development
#[derive(Args, Debug)]
#[group(id = "who", required = true, multiple = true, args = ["person", "app"])]
pub(super) struct Token {
    #[command(flatten)]
    config: ConfigFile,
    #[command(flatten)]
    tenant: TenantChoice,
    /// For an application acting for this person: user principal name or object id
    #[arg(long, value_name = "USER")]
    person: Option<String>,
    /// Id of the application; without --person, for the application itself
    #[arg(long, value_name = "ID")]
    app: Option<String>,
    /// Permission to put in; may be repeated. Without any: all that concern meetings
    #[arg(long = "permission", value_name = "NAME")]
    permissions: Vec<String>,
    /// How long it is good for, in minutes
    #[arg(long, default_value_t = 60, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=480))]
    minutes: u32,
}

impl Token {
    pub(super) async fn run(self) -> Result<(), StartProblem> {
        let (config, store) = self.config.open().await?;
        if !config.identity.builtin.enabled {
            let message =
                "the built-in issuer is off: set `identity.builtin.enabled = true`, for development only";
            return Err(StartProblem(message.to_owned()));
        }
        let tenant = self.tenant.find(&store).await?;
        let grant = self.grant(&store, tenant).await?;
        let lifetime =
            Duration::from_secs(u64::from(self.minutes) * 60).min(config.identity.builtin.token_lifetime);
        let issuer = open_issuer_key(&config)?;
        let token = issuer.mint(&grant, Clock::System.now(), lifetime, Source::from_system().random_id());
        say(format_args!("{}\n", token.map_err(|error| StartProblem(error.to_string()))?))?;
        Ok(())
    }

    async fn grant(&self, store: &Store, tenant: TenantId) -> Result<Grant, StartProblem> {
        let app = AppId(self.app.clone().unwrap_or_else(|| "usher-cli".to_owned()));
        let Some(user) = &self.person else {
            check_names(&self.permissions, |name| Role::from_name(name).is_some())?;
            let all = vec![Role::MeetingsReadAll, Role::MeetingsReadWriteAll];
            let asked: Vec<Role> = self.permissions.iter().filter_map(|name| Role::from_name(name)).collect();
            return Ok(Grant::Application { tenant, app, roles: if asked.is_empty() { all } else { asked } });
        };
        check_names(&self.permissions, |name| Scope::from_name(name).is_some())?;
        let all = vec![Scope::MeetingsReadWrite, Scope::UserRead];
        let asked: Vec<Scope> = self.permissions.iter().filter_map(|name| Scope::from_name(name)).collect();
        let found = match Uuid::try_parse(user) {
            Ok(id) => store.find_person(tenant, PersonId(id)).await.map_err(failed)?.person,
            Err(_) => store.find_person_by_upn(tenant, user).await.map_err(failed)?,
        };
        let unknown =
            || StartProblem(format!("the directory does not know `{user}`: see `usher users list`"));
        let person = found.ok_or_else(unknown)?;
        let id = person.id.ok_or_else(unknown)?;
        let scopes = if asked.is_empty() { all } else { asked };
        Ok(Grant::Delegated { tenant, person: id, app, scopes, profile: person.profile() })
    }
}
