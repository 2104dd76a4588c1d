//! The members of an organisation, as its directory knows them now: who may take a place under `organization`, over
//! the API and on the sign-up page.

use domain::enrolment::Named;
use domain::person::DirectoryPerson;
use domain::refusal::Denial;
use domain::{Delegated, Meeting, Refusal};

use crate::app::App;
use crate::error::ApiError;

/// A person whose account may be used.
#[derive(Clone, Debug)]
pub struct Member {
    /// What the directory says, or their own token where it knows nothing and that counts.
    pub person: DirectoryPerson,
    /// The version of the directory that was asked.
    pub seen_directory: i64,
}

impl Member {
    /// The signed-in person; [`Refusal::UnknownPerson`] when the directory does not know or no longer trusts them.
    pub async fn find(app: &App, caller: &Delegated) -> Result<Self, ApiError> {
        let view = app.store.find_person(caller.tenant, caller.person).await?;
        let from_token = || app.settings.people_from_claims.then(|| DirectoryPerson::from_token(caller));
        let person = view.person.or_else(from_token).filter(|person| person.is_active);
        let person = person.ok_or(Refusal::UnknownPerson)?;
        Ok(Self { person, seen_directory: view.version })
    }

    /// Holds the names and the address against the directory (seed 002).
    pub fn check(&self, caller: &Delegated, meeting: &Meeting, named: &Named) -> Result<(), ApiError> {
        if caller.person == meeting.organizer && !self.person.has_address(&named.email) {
            return Err(Denial::Colleague.into());
        }
        Ok(self.person.matches(named)?)
    }
}
