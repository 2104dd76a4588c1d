//! The directory: the people an organisation knows, so that `organization` enrolments can be checked.

use crate::caller::{Delegated, Profile};
use crate::email::Email;
use crate::enrolment::{FilledForm, Named};
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

    /// Whether an enrolment names this person as the directory knows them (decision 16 of docs/graph-compat.md).
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

    /// What the person is called in full, as far as the directory says.
    pub fn full_name(&self) -> Option<String> {
        let parts = [self.given_name.as_deref(), self.surname.as_deref()];
        let joined = || parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
        Some(self.display_name.clone().unwrap_or_else(joined)).filter(|name| !name.trim().is_empty())
    }

    /// The form of an enrolment as this person fills it in, without answers. Nothing says yet that the directory knows
    /// enough for it: `read_form` does.
    pub fn own_form(&self) -> FilledForm {
        let is_address = |text: &&str| Email::parse(text).is_ok();
        let address = self.mail.as_deref().filter(is_address).or(Some(&*self.upn).filter(is_address));
        FilledForm {
            first_name: self.given_name.clone(),
            last_name: self.surname.clone(),
            email: address.map(str::to_owned),
            answers: Vec::new(),
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enrolment::read_form;

    #[test]
    fn what_a_person_fills_in_is_what_the_directory_holds_them_to() {
        let ada = DirectoryPerson {
            upn: "ada@home.example".to_owned(),
            mail: Some("ada@mail.example".to_owned()),
            given_name: Some("Ada".to_owned()),
            surname: Some("Lovelace".to_owned()),
            ..DirectoryPerson::default()
        };
        let text = |text: &str| Some(text.to_owned());
        for (person, address) in [
            (ada.clone(), Some("ada@mail.example")),
            (DirectoryPerson { mail: None, ..ada.clone() }, Some("ada@home.example")),
            (DirectoryPerson { mail: text("not an address"), ..ada.clone() }, Some("ada@home.example")),
            (DirectoryPerson { mail: None, upn: "ada".to_owned(), ..ada.clone() }, None),
            (DirectoryPerson { given_name: None, ..ada.clone() }, None),
            (DirectoryPerson { surname: text(" "), ..ada.clone() }, None),
            (DirectoryPerson { surname: text(&"x".repeat(10_000)), ..ada.clone() }, None),
        ] {
            let form = person.own_form();
            let named = read_form(&form, &[]).ok().map(|(named, _)| named);

            assert_eq!(named.as_ref().and(form.email.as_deref()), address, "{person:?}");
            assert!(named.is_none_or(|named| person.matches(&named).is_ok()), "{person:?}");
        }
    }
}
