//! Applications that may ask the built-in issuer for tokens.

use domain::{AppId, TenantId};
use sqlx::FromRow;
use uuid::Uuid;

use crate::engine::query;
use crate::rows::{from_json, json};
use crate::{Fault, Store, write_tx};

/// An application registered with the built-in issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisteredApplication {
    /// The organisation that granted its permissions.
    pub tenant: TenantId,
    /// Its client id.
    pub id: AppId,
    /// Its name.
    pub name: String,
    /// Hash of its secret; `None` for a public client.
    pub secret_hash: Option<String>,
    /// Where people may be sent back to, each compared exactly.
    pub redirect_uris: Vec<String>,
    /// Delegated permissions it may ask for.
    pub scopes: Vec<String>,
    /// Application permissions it holds.
    pub roles: Vec<String>,
}

#[derive(FromRow)]
struct Row {
    tenant_id: Uuid,
    app_id: String,
    name: String,
    secret_hash: Option<String>,
    redirect_uris: String,
    scopes: String,
    roles: String,
}

const PUT: &str =
    "INSERT INTO application (tenant_id, app_id, name, secret_hash, redirect_uris, scopes, roles)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (tenant_id, app_id) DO UPDATE SET name = excluded.name, secret_hash = excluded.secret_hash,
        redirect_uris = excluded.redirect_uris, scopes = excluded.scopes, roles = excluded.roles";

impl Store {
    /// Creates the application, or replaces it.
    pub async fn put_application(&self, app: &RegisteredApplication) -> Result<(), Fault> {
        write_tx!(self, |tx| {
            query(PUT)
                .bind(app.tenant.0)
                .bind(&app.id.0)
                .bind(&app.name)
                .bind(&app.secret_hash)
                .bind(json(&app.redirect_uris))
                .bind(json(&app.scopes))
                .bind(json(&app.roles))
                .execute(&mut *tx)
                .await?;
        });
        Ok(())
    }

    /// The application of that client id, in whatever tenant.
    pub async fn find_application(&self, id: &AppId) -> Result<Option<RegisteredApplication>, Fault> {
        let row: Option<Row> = query(
            "SELECT tenant_id, app_id, name, secret_hash, redirect_uris, scopes, roles FROM application
             WHERE app_id = $1 ORDER BY tenant_id LIMIT 1",
        )
        .bind(&id.0)
        .fetch_optional(&self.readers)
        .await?;
        row.map(Row::into_application).transpose()
    }
}

impl Row {
    fn into_application(self) -> Result<RegisteredApplication, Fault> {
        Ok(RegisteredApplication {
            tenant: TenantId(self.tenant_id),
            id: AppId(self.app_id),
            name: self.name,
            secret_hash: self.secret_hash,
            redirect_uris: from_json(&self.redirect_uris)?,
            scopes: from_json(&self.scopes)?,
            roles: from_json(&self.roles)?,
        })
    }
}
