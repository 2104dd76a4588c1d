//! Application access policies: which applications may act for which organizers. Decision 15 of docs/graph-compat.md.

use domain::{AppId, PersonId, PolicyId, TenantId};
use uuid::Uuid;

use crate::directory::RAISE_DIRECTORY_VERSION;
use crate::engine::query;
use crate::{Fault, Store, read_tx, write_tx};

/// A named list of applications, and whom it covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessPolicy {
    /// Its id.
    pub id: PolicyId,
    /// Its name, unique in the tenant.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// The applications it lists.
    pub apps: Vec<AppId>,
    /// Whom it is granted to.
    pub grantees: Vec<Grantee>,
}

/// Whom a policy covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grantee {
    /// One organizer.
    Organizer(PersonId),
    /// Every organizer of the tenant who has no grant of their own.
    Tenant,
}

impl Grantee {
    fn key(self) -> Uuid {
        match self {
            Self::Organizer(person) => person.0,
            Self::Tenant => Uuid::nil(),
        }
    }
}

/// The organizer's own grant counts, or else the tenant's: the nil UUID sorts first.
const IS_ALLOWED: &str =
    "SELECT EXISTS (SELECT 1 FROM access_policy_app a WHERE a.tenant_id = $1 AND a.app_id = $3
    AND a.policy_id = (SELECT g.policy_id FROM access_grant g WHERE g.tenant_id = $1 AND g.grantee IN ($2, $4)
        ORDER BY g.grantee DESC LIMIT 1))";
const FIND_POLICY: &str = "SELECT policy_id FROM access_policy WHERE tenant_id = $1 AND name = $2";
const PUT_GRANT: &str = "INSERT INTO access_grant (tenant_id, grantee, policy_id) VALUES ($1, $2, $3)
    ON CONFLICT (tenant_id, grantee) DO UPDATE SET policy_id = excluded.policy_id";

impl Store {
    /// Whether a policy lets the application act for the organizer, and the version of the directory that
    /// says so. Effective at once.
    pub async fn may_act_for(
        &self,
        tenant: TenantId,
        app: &AppId,
        organizer: PersonId,
    ) -> Result<(bool, i64), Fault> {
        Ok(read_tx!(self, |tx| {
            let is_allowed: bool = query(IS_ALLOWED)
                .bind(tenant.0)
                .bind(organizer.0)
                .bind(&app.0)
                .bind(Uuid::nil())
                .fetch_value(&mut *tx)
                .await?;
            let version: Option<i64> = query("SELECT directory_version FROM tenant WHERE tenant_id = $1")
                .bind(tenant.0)
                .fetch_optional_value(&mut *tx)
                .await?;
            (is_allowed, version.unwrap_or_default())
        }))
    }

    /// Creates a policy; `false` where the tenant has one of that name.
    pub async fn create_policy(
        &self,
        tenant: TenantId,
        id: PolicyId,
        name: &str,
        description: Option<&str>,
        apps: &[AppId],
    ) -> Result<bool, Fault> {
        Ok(write_tx!(self, |tx| {
            let is_new = query(
                "INSERT INTO access_policy (tenant_id, policy_id, name, description) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (tenant_id, name) DO NOTHING",
            )
            .bind(tenant.0)
            .bind(id.0)
            .bind(name)
            .bind(description)
            .execute(&mut *tx)
            .await?
                == 1;
            if is_new {
                for app in apps {
                    query("INSERT INTO access_policy_app (tenant_id, policy_id, app_id) VALUES ($1, $2, $3)")
                        .bind(tenant.0)
                        .bind(id.0)
                        .bind(&app.0)
                        .execute(&mut *tx)
                        .await?;
                }
                query(RAISE_DIRECTORY_VERSION).bind(tenant.0).execute(&mut *tx).await?;
            }
            is_new
        }))
    }

    /// Grants the policy of that name, in place of any other; `false` where there is none.
    pub async fn grant_policy(&self, tenant: TenantId, name: &str, grantee: Grantee) -> Result<bool, Fault> {
        Ok(write_tx!(self, |tx| {
            let policy: Option<Uuid> =
                query(FIND_POLICY).bind(tenant.0).bind(name).fetch_optional_value(&mut *tx).await?;
            if let Some(policy) = policy {
                query(PUT_GRANT).bind(tenant.0).bind(grantee.key()).bind(policy).execute(&mut *tx).await?;
                query(RAISE_DIRECTORY_VERSION).bind(tenant.0).execute(&mut *tx).await?;
            }
            policy.is_some()
        }))
    }

    /// Takes the grant away; `false` where there was none.
    pub async fn revoke_policy(&self, tenant: TenantId, grantee: Grantee) -> Result<bool, Fault> {
        Ok(write_tx!(self, |tx| {
            let was_there = query("DELETE FROM access_grant WHERE tenant_id = $1 AND grantee = $2")
                .bind(tenant.0)
                .bind(grantee.key())
                .execute(&mut *tx)
                .await?
                == 1;
            query(RAISE_DIRECTORY_VERSION).bind(tenant.0).execute(&mut *tx).await?;
            was_there
        }))
    }

    /// The policies of a tenant, by name.
    pub async fn list_policies(&self, tenant: TenantId) -> Result<Vec<AccessPolicy>, Fault> {
        Ok(read_tx!(self, |tx| {
            let policies: Vec<(Uuid, String, Option<String>)> = query(
                "SELECT policy_id, name, description FROM access_policy WHERE tenant_id = $1 ORDER BY name",
            )
            .bind(tenant.0)
            .fetch_all(&mut *tx)
            .await?;
            let apps: Vec<(Uuid, String)> =
                query("SELECT policy_id, app_id FROM access_policy_app WHERE tenant_id = $1 ORDER BY app_id")
                    .bind(tenant.0)
                    .fetch_all(&mut *tx)
                    .await?;
            let grants: Vec<(Uuid, Uuid)> =
                query("SELECT policy_id, grantee FROM access_grant WHERE tenant_id = $1 ORDER BY grantee")
                    .bind(tenant.0)
                    .fetch_all(&mut *tx)
                    .await?;
            policies
                .into_iter()
                .map(|(id, name, description)| AccessPolicy {
                    id: PolicyId(id),
                    name,
                    description,
                    apps: of_policy(&apps, id).map(|app| AppId(app.clone())).collect(),
                    grantees: of_policy(&grants, id).map(|key| grantee(*key)).collect(),
                })
                .collect()
        }))
    }
}

fn of_policy<T>(rows: &[(Uuid, T)], policy: Uuid) -> impl Iterator<Item = &T> {
    rows.iter().filter(move |(id, _)| *id == policy).map(|(_, value)| value)
}

fn grantee(key: Uuid) -> Grantee {
    if key.is_nil() { Grantee::Tenant } else { Grantee::Organizer(PersonId(key)) }
}
