//! Who is asking, proven by a token.

use crate::ids::{AppId, PersonId, TenantId};

/// A proven caller. Delegated and application callers hold different powers and are never confused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    /// An application acting for a signed-in person.
    Delegated(Delegated),
    /// An application acting as itself.
    Application(Application),
}

/// A signed-in person and what the application may do on their behalf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delegated {
    /// The person's organisation.
    pub tenant: TenantId,
    /// The person.
    pub person: PersonId,
    /// The application, when its issuer names it.
    pub app: Option<AppId>,
    /// The permissions granted, `scp`.
    pub scopes: Vec<Scope>,
    /// What the token itself says of the person; empty members where it says nothing.
    pub profile: Profile,
}

/// What a token says of the person it was made for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// `given_name`.
    pub given_name: Option<String>,
    /// `family_name`.
    pub surname: Option<String>,
    /// `email`, or else `preferred_username` or `upn` when it is an address. None that the token calls unverified.
    pub mail: Option<String>,
    /// `name`.
    pub display_name: Option<String>,
    /// `preferred_username` or `upn`.
    pub upn: Option<String>,
}

/// An application acting as itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// The organisation that granted the permissions.
    pub tenant: TenantId,
    /// The application.
    pub app: AppId,
    /// The permissions granted, `roles`.
    pub roles: Vec<Role>,
}

/// A delegated permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// `OnlineMeetings.Read`
    MeetingsRead,
    /// `OnlineMeetings.ReadWrite`
    MeetingsReadWrite,
    /// `OnlineMeetingArtifact.Read.All`
    ArtifactReadAll,
    /// `User.Read`
    UserRead,
    /// `User.ReadBasic.All`
    UserReadBasicAll,
    /// `User.Read.All`
    UserReadAll,
}

/// An application permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// `OnlineMeetings.Read.All`
    MeetingsReadAll,
    /// `OnlineMeetings.ReadWrite.All`
    MeetingsReadWriteAll,
    /// `OnlineMeetingArtifact.Read.All`
    ArtifactReadAll,
    /// `User.Read.All`
    UserReadAll,
}

impl Scope {
    /// Every scope this service knows.
    pub const ALL: [Self; 6] = [
        Self::MeetingsRead,
        Self::MeetingsReadWrite,
        Self::ArtifactReadAll,
        Self::UserRead,
        Self::UserReadBasicAll,
        Self::UserReadAll,
    ];

    /// Graph's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::MeetingsRead => "OnlineMeetings.Read",
            Self::MeetingsReadWrite => "OnlineMeetings.ReadWrite",
            Self::ArtifactReadAll => "OnlineMeetingArtifact.Read.All",
            Self::UserRead => "User.Read",
            Self::UserReadBasicAll => "User.ReadBasic.All",
            Self::UserReadAll => "User.Read.All",
        }
    }

    /// The scope of that name; `None` for one that opens nothing here.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}

impl Role {
    /// Every role this service knows.
    pub const ALL: [Self; 4] =
        [Self::MeetingsReadAll, Self::MeetingsReadWriteAll, Self::ArtifactReadAll, Self::UserReadAll];

    /// Graph's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::MeetingsReadAll => "OnlineMeetings.Read.All",
            Self::MeetingsReadWriteAll => "OnlineMeetings.ReadWrite.All",
            Self::ArtifactReadAll => "OnlineMeetingArtifact.Read.All",
            Self::UserReadAll => "User.Read.All",
        }
    }

    /// The role of that name; `None` for one that opens nothing here.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

impl Caller {
    /// The organisation the caller belongs to: nothing of another one is visible.
    pub fn tenant(&self) -> TenantId {
        match self {
            Self::Delegated(caller) => caller.tenant,
            Self::Application(caller) => caller.tenant,
        }
    }

    /// The signed-in person, if there is one.
    pub fn person(&self) -> Option<PersonId> {
        match self {
            Self::Delegated(caller) => Some(caller.person),
            Self::Application(_) => None,
        }
    }

    /// Who did it, for the audit trail: `person:` or `app:` and the id.
    pub fn actor(&self) -> String {
        match self {
            Self::Delegated(caller) => format!("person:{}", caller.person),
            Self::Application(caller) => format!("app:{}", caller.app),
        }
    }
}
