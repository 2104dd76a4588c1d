//! What docs/graph-compat.md says: its table of operations with decisions 2, 3, 4, 15 and 17. Nothing here may be
//! taken from `domain::permission`, which is what is tested.

use domain::operation::Operation;
use domain::{Role, Scope};

/// What kind of registration the meeting has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Built in, anyone.
    Everyone,
    /// Built in, people of the organisation.
    Organization,
    /// External; its audience makes no difference to who may call.
    External,
}

/// Which table is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edition {
    /// A permission to read writes nothing.
    Strict,
    /// As the first seed prints it.
    Seed,
}

/// Below which path the request is made. The meeting is always Ines's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Path {
    /// `/me`
    Me,
    /// `/users/` and the caller's own id.
    UsersOwn,
    /// `/users/` and somebody else's id: Ines's, or for Ines herself her colleague's.
    UsersOther,
}

/// Who calls, with one permission each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// No token.
    Nobody,
    /// A bearer of nothing.
    EmptyBearer,
    /// What once was a token of Ines's.
    Garbled,
    /// Ines, whose meeting it is.
    Organizer(Scope),
    /// Tomas, of the same organisation. The registrant of the stage is his, where it is anybody's.
    Colleague(Scope),
    /// Sanna, of another organisation.
    Foreigner(Scope),
    /// An application with an access policy for Ines.
    App(Role),
    /// An application without one.
    AppWithoutPolicy(Role),
    /// An application of the other organisation.
    ForeignApp(Role),
}

/// Delegated permissions of an operation; any one is enough.
fn scopes(operation: Operation, edition: Edition) -> &'static [Scope] {
    use Operation::*;
    const READ: &[Scope] = &[Scope::MeetingsRead, Scope::MeetingsReadWrite];
    const WRITE: &[Scope] = &[Scope::MeetingsReadWrite];
    match operation {
        // Graph's own row for the signed-in person, and ours: whoever may read meetings may know for whom.
        GetMe | GetUser => &[
            Scope::UserRead,
            Scope::UserReadBasicAll,
            Scope::UserReadAll,
            Scope::MeetingsRead,
            Scope::MeetingsReadWrite,
        ],
        GetMeeting | FindMeetings | ListAttendanceReports | GetAttendanceReport | ListAttendanceRecords => {
            &[Scope::ArtifactReadAll, Scope::MeetingsRead, Scope::MeetingsReadWrite]
        }
        CreateMeeting | CreateOrGetMeeting | UpdateMeeting | DeleteMeeting => WRITE,
        CreateRegistration if edition == Edition::Seed => READ,
        CreateRegistration | UpdateRegistration | DeleteRegistration => WRITE,
        GetRegistration | ListQuestions | GetQuestion | ListRegistrants | GetRegistrant | ListLetters
        | ExportRegistrants | DeltaMeetings | DeltaRegistrants => READ,
        // Whoever may list registrants may be told of them: see `notifications/access.rs`.
        CreateSubscription
        | ListSubscriptions
        | GetSubscription
        | UpdateSubscription
        | DeleteSubscription
        | ReauthorizeSubscription
        | RotateSigningSecret
        | ListDeliveries
        | ReplayDeliveries => READ,
        CreateQuestion | UpdateQuestion | DeleteQuestion => WRITE,
        EnrollRegistrant | CancelRegistrant | EnrollRegistrants | CancelRegistrants => WRITE,
        UpdateRegistrant | ApproveRegistrant | RejectRegistrant | AcceptOffer | CancelForReason => WRITE,
    }
}

/// Application permissions of an operation on `/users/{id}`; any one is enough.
fn roles(operation: Operation, audience: Audience, edition: Edition) -> &'static [Role] {
    use Operation::*;
    const READ: &[Role] = &[Role::MeetingsReadAll, Role::MeetingsReadWriteAll];
    const WRITE: &[Role] = &[Role::MeetingsReadWriteAll];
    match operation {
        GetMe => &[],
        GetUser => &[Role::UserReadAll, Role::MeetingsReadAll, Role::MeetingsReadWriteAll],
        GetMeeting | FindMeetings => {
            &[Role::ArtifactReadAll, Role::MeetingsReadAll, Role::MeetingsReadWriteAll]
        }
        CreateMeeting | CreateOrGetMeeting | UpdateMeeting | DeleteMeeting => WRITE,
        CreateRegistration if edition == Edition::Seed => READ,
        CreateRegistration | UpdateRegistration | DeleteRegistration => WRITE,
        // Decision 3 opens the questions to applications. Reading them takes no more than reading the
        // registration, whose `$expand` shows the same.
        GetRegistration | ListQuestions | GetQuestion | DeltaMeetings => READ,
        CreateQuestion | UpdateQuestion | DeleteQuestion => WRITE,
        // Section 6.3: a list is more than `Read.All` opens.
        // What became of somebody's letters is of the list.
        ListRegistrants | GetRegistrant | ListLetters | ExportRegistrants | DeltaRegistrants => WRITE,
        CreateSubscription
        | ListSubscriptions
        | GetSubscription
        | UpdateSubscription
        | DeleteSubscription
        | ReauthorizeSubscription
        | RotateSigningSecret
        | ListDeliveries
        | ReplayDeliveries => WRITE,
        // Section 2.3: Graph's own row, which knows no other.
        ListAttendanceReports | GetAttendanceReport | ListAttendanceRecords => &[Role::ArtifactReadAll],
        EnrollRegistrant | CancelRegistrant if audience == Audience::External => WRITE,
        EnrollRegistrant | CancelRegistrant => READ,
        // docs/bulk.md: strangers as by themselves; colleagues, whom nobody else enrolls, as an external system's.
        EnrollRegistrants | CancelRegistrants if audience == Audience::Everyone => READ,
        EnrollRegistrants | CancelRegistrants => WRITE,
        UpdateRegistrant | ApproveRegistrant | RejectRegistrant | AcceptOffer | CancelForReason => WRITE,
    }
}

/// What the operation answers when it may be done.
fn done(operation: Operation, audience: Audience) -> u16 {
    use Operation::*;
    let is_external = audience == Audience::External;
    match operation {
        // External registrations have no questions and no update.
        ListQuestions | CreateQuestion | GetQuestion | UpdateQuestion | DeleteQuestion if is_external => 400,
        UpdateRegistration if is_external => 400,
        // The organizer of an external registration knows nobody who could be changed or let in.
        UpdateRegistrant | ApproveRegistrant | RejectRegistrant | AcceptOffer if is_external => 400,
        // The stage's registrant has a place already.
        RejectRegistrant => 409,
        UpdateRegistrant | ApproveRegistrant | AcceptOffer => 200,
        GetMe
        | GetUser
        | FindMeetings
        | GetMeeting
        | UpdateMeeting
        | GetRegistration
        | UpdateRegistration
        | ListQuestions
        | GetQuestion
        | UpdateQuestion
        | EnrollRegistrant
        | EnrollRegistrants
        | CancelRegistrants
        | ExportRegistrants
        | ListRegistrants
        | GetRegistrant
        | ListLetters
        | ListAttendanceReports
        | GetAttendanceReport
        | ListAttendanceRecords
        | DeltaMeetings
        | DeltaRegistrants
        | ListSubscriptions
        | GetSubscription
        | UpdateSubscription
        | RotateSigningSecret
        | ListDeliveries => 200,
        CreateSubscription => 201,
        ReplayDeliveries => 202,
        CreateMeeting | CreateOrGetMeeting | CreateQuestion => 201,
        // The stage's meeting has a registration already.
        CreateRegistration => 409,
        DeleteMeeting
        | DeleteRegistration
        | DeleteQuestion
        | CancelRegistrant
        | CancelForReason
        | DeleteSubscription
        | ReauthorizeSubscription => 204,
    }
}

/// The status that a request must be answered with.
pub fn expected(
    operation: Operation,
    path: Path,
    caller: Caller,
    audience: Audience,
    edition: Edition,
) -> u16 {
    match caller {
        Caller::Nobody | Caller::EmptyBearer | Caller::Garbled => 401,
        Caller::Organizer(scope) | Caller::Colleague(scope) | Caller::Foreigner(scope)
            if !scopes(operation, edition).contains(&scope) =>
        {
            403
        }
        Caller::Organizer(scope) => by_organizer(operation, path, scope, audience),
        Caller::Colleague(scope) => by_colleague(operation, path, scope, audience),
        Caller::Foreigner(scope) => by_foreigner(operation, path, scope),
        _ if path == Path::Me => 403,
        Caller::App(role) | Caller::AppWithoutPolicy(role) | Caller::ForeignApp(role)
            if !roles(operation, audience, edition).contains(&role) =>
        {
            // An external registration of another organisation is no different from none, whatever the role.
            let opens_built_in = roles(operation, Audience::Everyone, edition).contains(&role);
            if matches!(caller, Caller::ForeignApp(_)) && opens_built_in { 404 } else { 403 }
        }
        Caller::App(_) => by_app(operation, audience),
        // Another permission than the policy's: the directory itself.
        Caller::AppWithoutPolicy(Role::UserReadAll) => done(operation, audience),
        Caller::AppWithoutPolicy(_) => 403,
        // The directory is for who may read it, and for the rest of organizers covered by a policy.
        Caller::ForeignApp(role) if operation == Operation::GetUser && role != Role::UserReadAll => 403,
        Caller::ForeignApp(_) => 404,
    }
}

fn by_organizer(operation: Operation, path: Path, scope: Scope, audience: Audience) -> u16 {
    use Operation::*;
    if path == Path::UsersOther {
        return match operation {
            GetUser => by_reader_of_others(scope, 200),
            // Meetings of somebody else.
            CreateMeeting | CreateOrGetMeeting | FindMeetings | DeltaMeetings => 403,
            // The path names a meeting that the colleague does not have.
            _ => 404,
        };
    }
    match (operation, audience) {
        // Nobody but the registrant cancels a place of a built-in registration.
        (CancelRegistrant, Audience::Everyone | Audience::Organization) => 403,
        _ => done(operation, audience),
    }
}

fn by_colleague(operation: Operation, path: Path, scope: Scope, audience: Audience) -> u16 {
    use Operation::*;
    match (operation, path) {
        (GetMe, _) | (GetUser, Path::UsersOwn) => 200,
        (GetUser, _) => by_reader_of_others(scope, 200),
        (CreateMeeting | CreateOrGetMeeting, Path::Me | Path::UsersOwn) => 201,
        (DeltaMeetings, Path::Me | Path::UsersOwn) => 200,
        // His own look-up finds a meeting of Ines's, and only organizers look up.
        (FindMeetings, _) => 403,
        (_, Path::Me | Path::UsersOwn) => 404,
        (EnrollRegistrant, _) if audience != Audience::External => 200,
        (CancelRegistrant, _) if audience == Audience::Organization => 204,
        // His own row.
        (UpdateRegistrant | AcceptOffer, _) if audience == Audience::Organization => 200,
        (CancelForReason, _) if audience == Audience::Organization => 204,
        _ => 403,
    }
}

fn by_foreigner(operation: Operation, path: Path, scope: Scope) -> u16 {
    use Operation::*;
    match (operation, path) {
        (GetMe, _) | (GetUser, Path::UsersOwn) => 200,
        (GetUser, _) => by_reader_of_others(scope, 404),
        (CreateMeeting | CreateOrGetMeeting, Path::Me | Path::UsersOwn) => 201,
        // Her own look-up finds nothing, as for any link that is none.
        (FindMeetings | DeltaMeetings, Path::Me | Path::UsersOwn) => 200,
        _ => 404,
    }
}

fn by_app(operation: Operation, audience: Audience) -> u16 {
    match operation {
        Operation::EnrollRegistrant if audience == Audience::Organization => 403,
        _ => done(operation, audience),
    }
}

/// A look at somebody else takes a permission for the directory, whoever it is and wherever they belong.
fn by_reader_of_others(scope: Scope, found: u16) -> u16 {
    if matches!(scope, Scope::UserReadBasicAll | Scope::UserReadAll) { found } else { 403 }
}
