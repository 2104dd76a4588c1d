//! Who is meant by rows of a registration for the organisation: people of its directory, by id or address.

use std::collections::HashMap;

use domain::person::DirectoryPerson;
use domain::{Email, FieldProblem, PersonId, ProblemCode, TenantId};
use uuid::Uuid;
use wire::Body;

use crate::app::App;
use crate::error::ApiError;

/// The people that some rows name, as the directory knew them at one moment.
#[derive(Debug, Default)]
pub(super) struct Colleagues {
    by_id: HashMap<PersonId, DirectoryPerson>,
    by_address: HashMap<String, PersonId>,
    /// The version of the directory.
    pub(super) version: i64,
}

impl Colleagues {
    /// Looks all of them up at once.
    pub(super) async fn find<'b>(
        app: &App,
        tenant: TenantId,
        rows: impl Iterator<Item = &'b Body>,
    ) -> Result<Self, ApiError> {
        let (mut ids, mut addresses) = (Vec::new(), Vec::new());
        for row in rows {
            match (text(row, "userId"), text(row, "email")) {
                (Some(id), _) => ids.extend(Uuid::try_parse(id).ok().map(PersonId)),
                (None, Some(address)) => addresses.push(address.trim().to_owned()),
                (None, None) => {}
            }
        }
        ids.sort_unstable();
        ids.dedup();
        addresses.sort_unstable();
        addresses.dedup();
        let found = app.store.find_colleagues(tenant, &ids, &addresses).await?;
        let mut colleagues = Self { version: found.version, ..Self::default() };
        for person in found.people.into_iter().filter(|person| person.is_active) {
            let Some(id) = person.id else { continue };
            // A user principal name belongs to one person, and goes before somebody's mail address.
            if let Some(key) = address_key(&person.upn) {
                colleagues.by_address.insert(key, id);
            }
            colleagues.by_id.insert(id, person);
        }
        for (id, person) in &colleagues.by_id {
            if let Some(key) = person.mail.as_deref().and_then(address_key) {
                colleagues.by_address.entry(key).or_insert(*id);
            }
        }
        Ok(colleagues)
    }

    /// The one that a row names: by `userId`, else by `email`.
    pub(super) fn of(&self, row: &Body) -> Result<&DirectoryPerson, ApiError> {
        let (member, found) = match (text(row, "userId"), text(row, "email")) {
            (Some(id), _) => ("userId", Uuid::try_parse(id).ok().map(PersonId)),
            (None, Some(address)) => {
                ("email", address_key(address.trim()).and_then(|key| self.by_address.get(&key).copied()))
            }
            (None, None) => {
                let message = "`userId` is missing: name the person by it, or by `email`";
                return Err(vec![FieldProblem::new("userId", ProblemCode::Missing, message)].into());
            }
        };
        found.and_then(|id| self.by_id.get(&id)).ok_or_else(|| {
            let message = format!("`{member}` names no active person of the organisation's directory");
            vec![FieldProblem::new(member, ProblemCode::InvalidValue, message)].into()
        })
    }
}

fn text<'b>(row: &'b Body, member: &str) -> Option<&'b str> {
    row.0.get(member)?.as_str().filter(|text| !text.trim().is_empty())
}

fn address_key(address: &str) -> Option<String> {
    Email::parse(address).ok().map(|email| email.key())
}
