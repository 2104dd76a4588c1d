//! Looking up many people of the directory at once.

use std::sync::LazyLock;

use domain::person::DirectoryPerson;
use domain::{PersonId, TenantId};

use crate::directory::{DIRECTORY_VERSION, PersonRow};
use crate::engine::{Query, Text, Tx, query};
use crate::rows::{PerLength, pieces};
use crate::{Fault, Store, read_tx};

/// People of the directory, and the version of it that they were read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colleagues {
    /// Those who are there, in no order; somebody who is named twice may be there twice.
    pub people: Vec<DirectoryPerson>,
    /// Version of the tenant's directory and access policies.
    pub version: i64,
}

static BY_ID: LazyLock<PerLength> = LazyLock::new(|| people_by("person_id"));
static BY_UPN: LazyLock<PerLength> = LazyLock::new(|| people_by("upn_key"));
/// No index serves it: one look through the people of an organisation for each piece.
static BY_MAIL: LazyLock<PerLength> = LazyLock::new(|| people_by("lower(mail)"));

fn people_by(column: &str) -> PerLength {
    PerLength::new(|keys| {
        let marks = vec!["?"; keys].join(",");
        Text::same(format!(
            "SELECT person_id, upn, mail, given_name, surname, display_name, language, is_active
            FROM person WHERE tenant_id = ? AND {column} IN ({marks})"
        ))
    })
}

impl Store {
    /// The people of those object ids, and those whose user principal name or mail address is one of `addresses`, in
    /// any case of ASCII letters.
    pub async fn find_colleagues(
        &self,
        tenant: TenantId,
        ids: &[PersonId],
        addresses: &[String],
    ) -> Result<Colleagues, Fault> {
        Ok(read_tx!(self, |tx| {
            let version: Option<i64> =
                query(DIRECTORY_VERSION).bind(tenant.0).fetch_optional_value(&mut *tx).await?;
            let mut people = Vec::new();
            for piece in pieces(ids) {
                let find = query(BY_ID.text(piece.len())).bind(tenant.0);
                people.extend(find_all(piece.iter().fold(find, |find, id| find.bind(id.0)), tx).await?);
            }
            for piece in pieces(addresses) {
                let find = query(BY_UPN.text(piece.len())).bind(tenant.0);
                let keys = piece.iter().map(|address| address.to_lowercase());
                people.extend(find_all(keys.fold(find, |find, key| find.bind(key)), tx).await?);
                let find = query(BY_MAIL.text(piece.len())).bind(tenant.0);
                let keys = piece.iter().map(|address| address.to_ascii_lowercase());
                people.extend(find_all(keys.fold(find, |find, key| find.bind(key)), tx).await?);
            }
            Colleagues { people, version: version.unwrap_or_default() }
        }))
    }
}

async fn find_all(query: Query<'_>, tx: &mut Tx) -> Result<Vec<DirectoryPerson>, Fault> {
    let rows: Vec<PersonRow> = query.fetch_all(tx).await?;
    Ok(rows.into_iter().map(PersonRow::into_person).collect())
}
