//! How many letters of an organisation were taken in hand today, over all its meetings and nodes.

use domain::{MailQuota, TenantId};
use jiff::Timestamp;

use crate::engine::query;
use crate::rows::number;
use crate::{Fault, Store, write_tx};

/// Of two nodes whose clocks are not at the same day, the later one counts.
const COUNT: &str = "INSERT INTO mail_quota (slot, tenant_id, day, letters) VALUES ($1, $2, $3, $4)
    ON CONFLICT (slot, tenant_id) DO UPDATE
    SET letters = CASE WHEN mail_quota.day < excluded.day THEN 0 ELSE mail_quota.letters END + excluded.letters,
        day = CASE WHEN mail_quota.day < excluded.day THEN excluded.day ELSE mail_quota.day END
    RETURNING letters";

impl Store {
    /// Counts letters that are taken in hand; how many there were on the day of `now`, these included.
    pub async fn count_letters(&self, tenant: TenantId, letters: u32, now: Timestamp) -> Result<u64, Fault> {
        let slot = number(tenant.slot());
        let day = MailQuota::day(now);
        let counted: i64 = write_tx!(self, |tx| {
            query(COUNT)
                .bind(slot)
                .bind(tenant.0)
                .bind(day)
                .bind(i64::from(letters))
                .fetch_value(&mut *tx)
                .await?
        });
        u64::try_from(counted).map_err(|_| Fault::corrupt("a count below zero"))
    }
}
