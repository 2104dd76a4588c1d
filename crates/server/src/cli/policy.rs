//! `usher policy`

use clap::{Args, Subcommand};
use domain::{AppId, PersonId, PolicyId, TenantId};
use store::{Grantee, Store};
use uuid::Uuid;

use super::{ConfigFile, TenantChoice, failed, say};
use crate::clock::Source;
use crate::start::StartProblem;

/// Say which applications may act for which organizers
#[derive(Debug, Subcommand)]
pub(super) enum Policy {
    /// Create a policy: a named list of applications
    Create {
        #[command(flatten)]
        scope: Scope,
        /// Name of the policy
        name: String,
        /// Id of an application; may be repeated
        #[arg(long = "app", required = true, value_name = "ID")]
        apps: Vec<String>,
        /// What it is for
        #[arg(long)]
        description: Option<String>,
    },
    /// Grant a policy to an organizer, or to all who have none of their own; effective at once
    Grant {
        #[command(flatten)]
        scope: Scope,
        /// Name of the policy
        name: String,
        #[command(flatten)]
        to: To,
    },
    /// Take a grant away; effective at once
    Revoke {
        #[command(flatten)]
        scope: Scope,
        #[command(flatten)]
        to: To,
    },
    /// List the policies with their applications and grants
    List {
        #[command(flatten)]
        scope: Scope,
    },
}

#[derive(Args, Debug)]
pub(super) struct Scope {
    #[command(flatten)]
    config: ConfigFile,
    #[command(flatten)]
    tenant: TenantChoice,
}

/// Whom a policy covers.
#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
pub(super) struct To {
    /// Object id of an organizer
    #[arg(long, value_name = "ID")]
    organizer: Option<Uuid>,
    /// Everybody of the organisation who has no grant of their own
    #[arg(long)]
    everyone: bool,
}

impl Scope {
    async fn open(&self) -> Result<(Store, TenantId), StartProblem> {
        let (_, store) = self.config.open().await?;
        let tenant = self.tenant.find(&store).await?;
        Ok((store, tenant))
    }
}

impl To {
    fn grantee(&self) -> Grantee {
        self.organizer.map_or(Grantee::Tenant, |id| Grantee::Organizer(PersonId(id)))
    }
}

impl Policy {
    pub(super) async fn run(self) -> Result<(), StartProblem> {
        match self {
            Self::Create { scope, name, apps, description } => {
                if name.trim().is_empty() {
                    return Err(StartProblem("a policy needs a name".to_owned()));
                }
                let (store, tenant) = scope.open().await?;
                let id = PolicyId(Source::from_system().random_id());
                let apps: Vec<AppId> = apps.into_iter().map(AppId).collect();
                let is_new = store.create_policy(tenant, id, &name, description.as_deref(), &apps).await;
                if !is_new.map_err(failed)? {
                    return Err(StartProblem(format!("a policy is called `{name}` already")));
                }
                say(format_args!("created `{name}`; grant it with `usher policy grant`\n"))?;
            }
            Self::Grant { scope, name, to } => {
                let (store, tenant) = scope.open().await?;
                if !store.grant_policy(tenant, &name, to.grantee()).await.map_err(failed)? {
                    return Err(StartProblem(format!(
                        "no policy is called `{name}`: see `usher policy list`"
                    )));
                }
                match to.organizer.map(PersonId) {
                    None => say(format_args!("granted `{name}` to everyone without a grant of their own\n"))?,
                    Some(id) => {
                        say(format_args!("granted `{name}` to {id}\n"))?;
                        if store.find_person(tenant, id).await.map_err(failed)?.person.is_none() {
                            eprintln!("the directory does not know {id}: see `usher users list`");
                        }
                    }
                }
            }
            Self::Revoke { scope, to } => {
                let (store, tenant) = scope.open().await?;
                if !store.revoke_policy(tenant, to.grantee()).await.map_err(failed)? {
                    return Err(StartProblem("there is no such grant: see `usher policy list`".to_owned()));
                }
                say("revoked\n")?;
            }
            Self::List { scope } => {
                let (store, tenant) = scope.open().await?;
                let mut lines = String::new();
                for policy in store.list_policies(tenant).await.map_err(failed)? {
                    lines += &format!("{}  {}\n", policy.name, policy.description.unwrap_or_default());
                    for app in policy.apps {
                        lines += &format!("  app        {app}\n");
                    }
                    for grantee in policy.grantees {
                        match grantee {
                            Grantee::Tenant => {
                                lines += "  granted to everyone without a grant of their own\n"
                            }
                            Grantee::Organizer(id) => lines += &format!("  granted to {id}\n"),
                        }
                    }
                }
                say(lines)?;
            }
        }
        Ok(())
    }
}
