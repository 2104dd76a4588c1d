//! Tenants and their people.

use domain::person::DirectoryPerson;
use domain::{Meeting, PersonId, TenantId};
use sqlx::FromRow;
use uuid::Uuid;

use crate::engine::{On, query};
use crate::{Fault, Store, read_tx, write_tx};

/// An organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    /// Its id.
    pub id: TenantId,
    /// Its name.
    pub name: String,
    /// Language tag used where nothing else is known.
    pub language: String,
}

/// What a decision about a person rests on: the person, and the version of the directory it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryView {
    /// The person, if the directory knows them.
    pub person: Option<DirectoryPerson>,
    /// Version of the tenant's directory and access policies.
    pub version: i64,
}

#[derive(FromRow)]
pub(crate) struct PersonRow {
    person_id: Uuid,
    upn: String,
    mail: Option<String>,
    given_name: Option<String>,
    surname: Option<String>,
    display_name: Option<String>,
    language: Option<String>,
    is_active: bool,
}

/// The first one from an id on, for the reason given at [`crate::registrant::FIND_FROM`].
const FIND_PERSON_FROM: &str =
    "SELECT person_id, upn, mail, given_name, surname, display_name, language, is_active
    FROM person WHERE tenant_id = $1 AND person_id >= $2 ORDER BY person_id LIMIT 1";
const FIND_PERSON_BY_UPN: &str =
    "SELECT person_id, upn, mail, given_name, surname, display_name, language, is_active
    FROM person WHERE tenant_id = $1 AND upn_key = $2";
const LIST_PEOPLE: &str =
    "SELECT person_id, upn, mail, given_name, surname, display_name, language, is_active
    FROM person WHERE tenant_id = $1 ORDER BY upn_key";
pub(crate) const DIRECTORY_VERSION: &str = "SELECT directory_version FROM tenant WHERE tenant_id = $1";
pub(crate) const RAISE_DIRECTORY_VERSION: &str =
    "UPDATE tenant SET directory_version = directory_version + 1 WHERE tenant_id = $1";
const PUT_TENANT: &str =
    "INSERT INTO tenant (tenant_id, name, language, directory_version) VALUES ($1, $2, $3, 1)
    ON CONFLICT (tenant_id) DO UPDATE SET name = excluded.name, language = excluded.language";
const PUT_PERSON: &str = "INSERT INTO person (tenant_id, person_id, upn, upn_key, mail, given_name, surname,
        display_name, language, is_active)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    ON CONFLICT (tenant_id, person_id) DO UPDATE SET upn = excluded.upn, upn_key = excluded.upn_key,
        mail = excluded.mail, given_name = excluded.given_name, surname = excluded.surname,
        display_name = excluded.display_name, language = excluded.language, is_active = excluded.is_active";

impl Store {
    /// Creates the tenant, or renames it.
    pub async fn put_tenant(&self, tenant: &Tenant) -> Result<(), Fault> {
        write_tx!(self, |tx| {
            query(PUT_TENANT)
                .bind(tenant.id.0)
                .bind(&tenant.name)
                .bind(&tenant.language)
                .execute(&mut *tx)
                .await?;
        });
        Ok(())
    }

    /// The tenants, by name.
    pub async fn list_tenants(&self) -> Result<Vec<Tenant>, Fault> {
        let rows: Vec<(Uuid, String, String)> =
            query("SELECT tenant_id, name, language FROM tenant ORDER BY name, tenant_id")
                .fetch_all(&self.readers)
                .await?;
        Ok(rows.into_iter().map(|(id, name, language)| Tenant { id: TenantId(id), name, language }).collect())
    }

    /// Creates or replaces people by object id, all or none. A user principal name belongs to one person:
    /// a fault otherwise, so check the list first.
    pub async fn put_people(
        &self,
        tenant: TenantId,
        people: &[(PersonId, DirectoryPerson)],
    ) -> Result<(), Fault> {
        write_tx!(self, |tx| {
            for (id, person) in people {
                query(PUT_PERSON)
                    .bind(tenant.0)
                    .bind(id.0)
                    .bind(&person.upn)
                    .bind(person.upn.to_lowercase())
                    .bind(&person.mail)
                    .bind(&person.given_name)
                    .bind(&person.surname)
                    .bind(&person.display_name)
                    .bind(&person.language)
                    .bind(person.is_active)
                    .execute(&mut *tx)
                    .await?;
            }
            query(RAISE_DIRECTORY_VERSION).bind(tenant.0).execute(&mut *tx).await?;
        });
        Ok(())
    }

    /// The people of a tenant, by user principal name.
    pub async fn list_people(&self, tenant: TenantId) -> Result<Vec<DirectoryPerson>, Fault> {
        let rows: Vec<PersonRow> = query(LIST_PEOPLE).bind(tenant.0).fetch_all(&self.readers).await?;
        Ok(rows.into_iter().map(PersonRow::into_person).collect())
    }

    /// The person of that object id.
    pub async fn find_person(&self, tenant: TenantId, person: PersonId) -> Result<DirectoryView, Fault> {
        Ok(read_tx!(self, |tx| {
            let person = read_person(&mut *tx, tenant, person).await?;
            let version: Option<i64> =
                query(DIRECTORY_VERSION).bind(tenant.0).fetch_optional_value(&mut *tx).await?;
            DirectoryView { person, version: version.unwrap_or_default() }
        }))
    }

    /// Who invites to a meeting, if the directory knows them: for those who tell it, and decide nothing by it. Without the
    /// directory's version it is one message to the database.
    pub async fn find_organizer(&self, meeting: &Meeting) -> Result<Option<DirectoryPerson>, Fault> {
        read_person(&self.readers, meeting.tenant, meeting.organizer).await
    }

    /// The person of that user principal name, in any case.
    pub async fn find_person_by_upn(
        &self,
        tenant: TenantId,
        upn: &str,
    ) -> Result<Option<DirectoryPerson>, Fault> {
        let row: Option<PersonRow> = query(FIND_PERSON_BY_UPN)
            .bind(tenant.0)
            .bind(upn.to_lowercase())
            .fetch_optional(&self.readers)
            .await?;
        Ok(row.map(PersonRow::into_person))
    }

    /// Sets the hash of the password with which the person signs in at the built-in issuer; `false` where
    /// there is no such person.
    pub async fn set_password(&self, tenant: TenantId, person: PersonId, hash: &str) -> Result<bool, Fault> {
        Ok(write_tx!(self, |tx| {
            query("UPDATE person SET password_hash = $3 WHERE tenant_id = $1 AND person_id = $2")
                .bind(tenant.0)
                .bind(person.0)
                .bind(hash)
                .execute(&mut *tx)
                .await?
                == 1
        }))
    }

    /// The hash of the person's password, if they have one.
    pub async fn find_password(&self, tenant: TenantId, person: PersonId) -> Result<Option<String>, Fault> {
        let hash: Option<Option<String>> =
            query("SELECT password_hash FROM person WHERE tenant_id = $1 AND person_id = $2")
                .bind(tenant.0)
                .bind(person.0)
                .fetch_optional_value(&self.readers)
                .await?;
        Ok(hash.flatten())
    }
}

async fn read_person(
    on: impl Into<On<'_>>,
    tenant: TenantId,
    person: PersonId,
) -> Result<Option<DirectoryPerson>, Fault> {
    let first: Option<PersonRow> =
        query(FIND_PERSON_FROM).bind(tenant.0).bind(person.0).fetch_optional(on).await?;
    Ok(first.filter(|found| found.person_id == person.0).map(PersonRow::into_person))
}

impl PersonRow {
    pub(crate) fn into_person(self) -> DirectoryPerson {
        DirectoryPerson {
            id: Some(PersonId(self.person_id)),
            upn: self.upn,
            mail: self.mail,
            given_name: self.given_name,
            surname: self.surname,
            display_name: self.display_name,
            language: self.language,
            is_active: self.is_active,
        }
    }
}
