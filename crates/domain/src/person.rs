//! The directory: the people an organisation knows, so that `organization` enrolments can be checked.

use crate::caller::{Delegated, Profile};
use crate::email::Email;
use crate::enrolment::Named;
use crate::ids::{PersonId, TenantId};
use crate::refusal::Refusal;
use crate::text::same_name;

/// A person of a tenant's directory. Graph's names for the members.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DirectoryPerson {
    /// Object id.
    pub id: Option<PersonId>,
    /// User principal name.
    pub upn: String,
    /// Mail address.
    pub mail: Option<String>,
    /// First name.
    pub given_name: Option<String>,
    /// Last name.
    pub surname: Option<String>,
    /// Full name as shown.
    pub display_name: Option<String>,
    /// Preferred language tag.
    pub language: Option<String>,
    /// Whether the account may be used.
    pub is_active: bool,
}

impl DirectoryPerson {
    /// A person as their own verified token describes them.
    pub fn from_token(caller: &Delegated) -> Self {
        let profile = caller.profile.clone();
        Self {
            id: Some(caller.person),
            upn: profile.upn.or(profile.mail.clone()).unwrap_or_default(),
            mail: profile.mail,
            given_name: profile.given_name,
            surname: profile.surname,
            display_name: profile.display_name,
            language: None,
            is_active: true,
        }
    }

    /// The person as a token describes them.
    pub fn profile(&self) -> Profile {
        Profile {
            given_name: self.given_name.clone(),
            surname: self.surname.clone(),
            mail: self.mail.clone(),
            display_name: self.display_name.clone(),
            upn: Some(self.upn.clone()),
        }
    }

    /// Whether an enrolment names this person as the directory knows them (seed 002; CONTRACT decision 16).
    /// The e-mail may be the mail address or the user principal name.
    pub fn matches(&self, asked: &Named) -> Result<(), Refusal> {
        let same = |known: &Option<String>, asked: &str| {
            known.as_deref().is_some_and(|known| same_name(known, asked))
        };
        if !self.has_address(&asked.email) {
            return Err(Refusal::DirectoryMismatch { member: "email" });
        }
        if !same(&self.given_name, &asked.first_name) {
            return Err(Refusal::DirectoryMismatch { member: "firstName" });
        }
        if !same(&self.surname, &asked.last_name) {
            return Err(Refusal::DirectoryMismatch { member: "lastName" });
        }
        Ok(())
    }

    /// First name, last name and an address: what an enrolment of this person has to say. `None` where one of them is
    /// not known.
    pub fn own_words(&self) -> Option<[&str; 3]> {
        let is_address = |text: &&str| Email::parse(text).is_ok();
        let mail = self.mail.as_deref().filter(is_address).or(Some(&*self.upn).filter(is_address))?;
        let known = |name: &Option<String>| name.as_deref().is_some_and(|name| !name.trim().is_empty());
        let both = known(&self.given_name) && known(&self.surname);
        both.then_some([self.given_name.as_deref()?, self.surname.as_deref()?, mail])
    }

    /// Whether the address reaches this person.
    pub fn has_address(&self, email: &Email) -> bool {
        let is_it = |known: &str| Email::parse(known).is_ok_and(|known| known.key() == email.key());
        self.mail.as_deref().is_some_and(is_it) || is_it(&self.upn)
    }
}

/// A person and the organisation they belong to: what an external registration may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ForeignPerson {
    /// Directory of the person.
    pub tenant: TenantId,
    /// The person in that directory.
    pub person: PersonId,
}
