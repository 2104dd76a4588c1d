//! `user`: a person of the directory.

use domain::person::DirectoryPerson;
use schemars::JsonSchema;
use serde::Serialize;

/// A person.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "microsoft.graph.user")]
pub struct User {
    /// Full name.
    pub display_name: Option<String>,
    /// First name.
    pub given_name: Option<String>,
    /// Mail address.
    pub mail: Option<String>,
    /// Preferred language tag.
    pub preferred_language: Option<String>,
    /// Last name.
    pub surname: Option<String>,
    /// User principal name.
    pub user_principal_name: String,
    /// Object id.
    pub id: String,
}

impl User {
    /// A person as they are shown.
    pub fn new(person: &DirectoryPerson) -> Self {
        Self {
            display_name: person.display_name.clone(),
            given_name: person.given_name.clone(),
            mail: person.mail.clone(),
            preferred_language: person.language.clone(),
            surname: person.surname.clone(),
            user_principal_name: person.upn.clone(),
            id: person.id.map(|id| id.to_string()).unwrap_or_default(),
        }
    }
}
