//! What an organisation asked people to agree to.

use std::collections::HashMap;

use domain::{Consent, ConsentVersion, TenantId};

use crate::engine::query;
use crate::{Fault, Store, write_tx};

const PUT: &str = "INSERT INTO consent (tenant_id, version, text, notice_url) VALUES ($1, $2, $3, $4)
    ON CONFLICT (tenant_id, version) DO NOTHING";
const LIST: &str = "SELECT version, text, notice_url FROM consent WHERE tenant_id = $1 ORDER BY version";

impl Store {
    /// Keeps a wording for good.
    pub async fn put_consent(&self, tenant: TenantId, consent: &Consent) -> Result<(), Fault> {
        write_tx!(self, |tx| {
            query(PUT)
                .bind(tenant.0)
                .bind(consent.version().as_str())
                .bind(&consent.text)
                .bind(&consent.notice_url)
                .execute(&mut *tx)
                .await?;
        });
        Ok(())
    }

    /// Every wording that the organisation ever had.
    pub async fn list_consents(&self, tenant: TenantId) -> Result<HashMap<ConsentVersion, Consent>, Fault> {
        let rows: Vec<(String, String, Option<String>)> =
            query(LIST).bind(tenant.0).fetch_all(&self.readers).await?;
        let read = |(version, text, notice_url): (String, String, Option<String>)| {
            let version = ConsentVersion::parse(&version).ok_or(Fault::corrupt("a version that is none"))?;
            Ok((version, Consent { text, notice_url }))
        };
        rows.into_iter().map(read).collect()
    }
}
