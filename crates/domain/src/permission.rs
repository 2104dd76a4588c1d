//! Who may do what: one table. docs/graph-compat.md#what-is-served, decisions 2, 3, 4, 15 and 17.

use crate::caller::{Application, Caller, Delegated, Role, Scope};
use crate::ids::PersonId;
use crate::operation::Operation;
use crate::refusal::Denial;
use crate::registration::{AllowedRegistrant, Registration, RegistrationKind};

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permission {
    /// Delegated permissions, any of which opens the operation.
    pub delegated: &'static [Scope],
    /// Application permissions, any of which opens the operation on `/users/{userId}`, given an application
    /// access policy for that organizer.
    pub application: &'static [Role],
    /// Which people it is open to, once the permission is there.
    pub who: Who,
}

/// Which people an operation is open to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Anybody of the organisation, about themselves or, with the wider permissions, about others.
    Directory,
    /// The organizer.
    Organizer,
    /// The organizer and the people invited by name.
    OrganizerOrInvited,
    /// Depends on the registration: [`may_enroll`].
    Enrolling,
    /// Depends on the registration and the registrant: [`may_cancel`].
    OwnRow,
    /// The organizer, and the person themselves where the row is of somebody of the directory: [`may_change`].
    OrganizerOrOwnRow,
}

/// Which edition of the permission table is in force: configuration key `compat.permissions`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Edition {
    /// A Read permission cannot write.
    #[default]
    Strict,
    /// The first seed's table: the Read permissions may create a registration too.
    Seed,
}

// Whoever may read everybody may read themselves.
const READ_PEOPLE: &[Scope] = &[
    Scope::UserReadBasicAll,
    Scope::UserReadAll,
    Scope::UserRead,
    Scope::MeetingsRead,
    Scope::MeetingsReadWrite,
];
const READ: &[Scope] = &[Scope::MeetingsRead, Scope::MeetingsReadWrite];
const READ_OR_ARTIFACT: &[Scope] = &[Scope::ArtifactReadAll, Scope::MeetingsRead, Scope::MeetingsReadWrite];
const WRITE: &[Scope] = &[Scope::MeetingsReadWrite];
const APP_READ: &[Role] = &[Role::MeetingsReadAll, Role::MeetingsReadWriteAll];
const APP_READ_OR_ARTIFACT: &[Role] =
    &[Role::ArtifactReadAll, Role::MeetingsReadAll, Role::MeetingsReadWriteAll];
const APP_ARTIFACT: &[Role] = &[Role::ArtifactReadAll];
const APP_WRITE: &[Role] = &[Role::MeetingsReadWriteAll];

/// The row of an operation.
pub fn permission(operation: Operation, edition: Edition) -> Permission {
    use Operation::*;
    let row = |delegated, application, who| Permission { delegated, application, who };
    match operation {
        GetMe => row(READ_PEOPLE, &[], Who::Directory),
        GetUser => row(
            READ_PEOPLE,
            &[Role::UserReadAll, Role::MeetingsReadAll, Role::MeetingsReadWriteAll],
            Who::Directory,
        ),
        CreateMeeting | CreateOrGetMeeting | UpdateMeeting | DeleteMeeting => {
            row(WRITE, APP_WRITE, Who::Organizer)
        }
        FindMeetings => row(READ_OR_ARTIFACT, APP_READ_OR_ARTIFACT, Who::Organizer),
        GetMeeting => row(READ_OR_ARTIFACT, APP_READ_OR_ARTIFACT, Who::OrganizerOrInvited),
        CreateRegistration if edition == Edition::Seed => row(READ, APP_READ, Who::Organizer),
        CreateRegistration | UpdateRegistration | DeleteRegistration => row(WRITE, APP_WRITE, Who::Organizer),
        GetRegistration | ListQuestions | GetQuestion => row(READ, APP_READ, Who::Organizer),
        CreateQuestion | UpdateQuestion | DeleteQuestion => row(WRITE, APP_WRITE, Who::Organizer),
        ListRegistrants | GetRegistrant | ListLetters | ExportRegistrants | DeltaRegistrants => {
            row(READ, APP_WRITE, Who::Organizer)
        }
        DeltaMeetings => row(READ, APP_READ, Who::Organizer),
        // Whoever may list registrants may be told of them.
        CreateSubscription
        | ListSubscriptions
        | GetSubscription
        | UpdateSubscription
        | DeleteSubscription
        | ReauthorizeSubscription
        | RotateSigningSecret
        | ListDeliveries
        | ReplayDeliveries => row(READ, APP_WRITE, Who::Organizer),
        // Names and addresses: to applications a permission of their own opens them, as in Graph.
        ListAttendanceReports | GetAttendanceReport | ListAttendanceRecords => {
            row(READ_OR_ARTIFACT, APP_ARTIFACT, Who::Organizer)
        }
        // A Read permission that writes is no slip here: it is what the old service asked of an application that
        // enrols or removes anonymous people (seed 002, row d of its contradictions in docs/graph-compat.md).
        EnrollRegistrant => row(WRITE, APP_READ, Who::Enrolling),
        EnrollRegistrants | CancelRegistrants => row(WRITE, APP_READ, Who::Organizer),
        CancelRegistrant => row(WRITE, APP_READ, Who::OwnRow),
        ApproveRegistrant | RejectRegistrant => row(WRITE, APP_WRITE, Who::Organizer),
        UpdateRegistrant | AcceptOffer | CancelForReason => row(WRITE, APP_WRITE, Who::OrganizerOrOwnRow),
    }
}

/// Whether the token opens the operation at all. `for_me` tells `/me` from `/users/{id}`.
pub fn opens(operation: Operation, edition: Edition, caller: &Caller, for_me: bool) -> Result<(), Denial> {
    let row = permission(operation, edition);
    let is_granted = match caller {
        Caller::Application(_) if for_me => return Err(Denial::MeNeedsPerson),
        Caller::Application(Application { roles, .. }) => {
            roles.iter().any(|role| row.application.contains(role))
        }
        Caller::Delegated(Delegated { scopes, .. }) => {
            scopes.iter().any(|scope| row.delegated.contains(scope))
        }
    };
    if is_granted { Ok(()) } else { Err(lacking(row)) }
}

/// Whether a caller whose token opens the operation may act as the organizer. Applications may: their access
/// policy is asked elsewhere.
pub fn acts_as_organizer(caller: &Caller, organizer: PersonId) -> Result<(), Denial> {
    match caller.person() {
        Some(person) if person != organizer => Err(Denial::NotOrganizer),
        _ => Ok(()),
    }
}

/// Whether a caller whose token opens the enrol operation may enrol into this registration.
pub fn may_enroll(caller: &Caller, organizer: PersonId, registration: &Registration) -> Result<(), Denial> {
    match (&registration.kind, registration.allowed_registrant, caller) {
        (RegistrationKind::External, _, _) => acts_on_external(caller, organizer),
        (RegistrationKind::BuiltIn(_), AllowedRegistrant::Organization, Caller::Application(_)) => {
            Err(Denial::OnlyMembersThemselves)
        }
        (RegistrationKind::BuiltIn(_), _, _) => Ok(()),
    }
}

/// Whether a caller whose token opens the operation may enrol or cancel many people of this registration at once: the
/// organizer, or an application for them. As for one at a time, an external registration takes the permission to write;
/// so do colleagues, whom nobody but themselves enrols one by one.
pub fn may_change_many(
    caller: &Caller,
    organizer: PersonId,
    registration: &Registration,
) -> Result<(), Denial> {
    match (&registration.kind, registration.allowed_registrant) {
        (RegistrationKind::BuiltIn(_), AllowedRegistrant::Everyone) => acts_as_organizer(caller, organizer),
        (RegistrationKind::BuiltIn(_), AllowedRegistrant::Organization) | (RegistrationKind::External, _) => {
            acts_on_external(caller, organizer)
        }
    }
}

/// Whether a caller may learn who is registered with that organizer: whoever can read the list.
pub fn sees_registrants(caller: &Caller, edition: Edition, organizer: PersonId) -> bool {
    let opens_list = opens(Operation::ListRegistrants, edition, caller, false);
    opens_list.and_then(|()| acts_as_organizer(caller, organizer)).is_ok()
}

/// Whether a caller whose token opens the cancel operation may cancel this registrant. `user` is the person
/// the row belongs to, if the row knows one.
pub fn may_cancel(
    caller: &Caller,
    organizer: PersonId,
    registration: &Registration,
    user: Option<PersonId>,
) -> Result<(), Denial> {
    match (&registration.kind, caller.person()) {
        (RegistrationKind::External, _) => acts_on_external(caller, organizer),
        (RegistrationKind::BuiltIn(_), Some(person)) if user != Some(person) => Err(Denial::NotOwnRow),
        (RegistrationKind::BuiltIn(_), _) => Ok(()),
    }
}

/// Whether a caller whose token opens the operation may change this registrant: the organizer, an application for them, and
/// the person themselves. `user` as above.
pub fn may_change(caller: &Caller, organizer: PersonId, user: Option<PersonId>) -> Result<(), Denial> {
    match caller.person() {
        Some(person) if person != organizer && user != Some(person) => Err(Denial::NotOwnRow),
        _ => Ok(()),
    }
}

/// External registrants are the organizer's own business, and need the permission to write.
fn acts_on_external(caller: &Caller, organizer: PersonId) -> Result<(), Denial> {
    match caller {
        Caller::Application(Application { roles, .. }) if !roles.contains(&Role::MeetingsReadWriteAll) => {
            Err(lacking(Permission { delegated: WRITE, application: APP_WRITE, who: Who::Organizer }))
        }
        _ => acts_as_organizer(caller, organizer),
    }
}

fn lacking(row: Permission) -> Denial {
    Denial::Permission { delegated: row.delegated.to_vec(), application: row.application.to_vec() }
}
