//! What a token grants, and how it says so.

use domain::caller::{Profile, Role, Scope};
use domain::ids::{AppId, PersonId, TenantId};
use serde_json::{Value, json};

/// What a token grants, and to whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grant {
    /// To an application, on behalf of a signed-in person.
    Delegated {
        /// The person's organisation.
        tenant: TenantId,
        /// The person.
        person: PersonId,
        /// The application.
        app: AppId,
        /// The permissions, `scp`.
        scopes: Vec<Scope>,
        /// What the token says of the person.
        profile: Profile,
    },
    /// To an application itself.
    Application {
        /// The organisation that granted it.
        tenant: TenantId,
        /// The application.
        app: AppId,
        /// The permissions, `roles`.
        roles: Vec<Role>,
    },
}

impl Grant {
    pub(super) fn app(&self) -> &AppId {
        match self {
            Self::Delegated { app, .. } | Self::Application { app, .. } => app,
        }
    }

    /// The permissions by name, separated by blanks.
    pub(super) fn permissions(&self) -> String {
        let names: Vec<_> = match self {
            Self::Delegated { scopes, .. } => scopes.iter().map(|scope| scope.name()).collect(),
            Self::Application { roles, .. } => roles.iter().map(|role| role.name()).collect(),
        };
        names.join(" ")
    }

    /// The claims of an access token, in the words of Entra's version 2.0 and of its Graph tokens (`appid`).
    pub(crate) fn claims(&self) -> Value {
        let mut claims = self.identity();
        let app = &self.app().0;
        claims["azp"] = json!(app);
        claims["appid"] = json!(app);
        match self {
            Self::Delegated { .. } => {
                claims["idtyp"] = json!("user");
                claims["scp"] = json!(self.permissions());
            }
            Self::Application { roles, .. } => {
                claims["idtyp"] = json!("app");
                claims["roles"] = roles.iter().map(|role| role.name()).collect();
            }
        }
        claims
    }

    /// Who it is, without what is granted.
    pub(super) fn identity(&self) -> Value {
        match self {
            Self::Delegated { tenant, person, profile, .. } => {
                let mut claims = json!({ "ver": "2.0", "tid": tenant.0, "oid": person.0, "sub": person.0 });
                let told = [
                    ("name", &profile.display_name),
                    ("preferred_username", &profile.upn),
                    ("given_name", &profile.given_name),
                    ("family_name", &profile.surname),
                    ("email", &profile.mail),
                ];
                for (name, value) in told {
                    if let Some(value) = value {
                        claims[name] = json!(value);
                    }
                }
                claims
            }
            Self::Application { tenant, app, .. } => json!({ "ver": "2.0", "tid": tenant.0, "sub": app.0 }),
        }
    }
}
