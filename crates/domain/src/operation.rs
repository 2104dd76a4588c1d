//! The operations of the Graph surface, and the routes they are served on: one list, walked by the router,
//! the permission matrix, the OpenAPI document and the tests.

/// An enumeration and the list of its members, from one text: a member cannot be left out of the list.
macro_rules! listed {
    ($(#[$meta:meta])* $name:ident { $($member:ident,)+ }) => {
        $(#[$meta])*
        pub enum $name { $($member,)+ }

        impl $name {
            /// Every member.
            pub const ALL: [Self; [$(stringify!($member)),+].len()] = [$(Self::$member,)+];
        }
    };
}

listed! {
/// One operation. Adding a variant does not compile until it has a route, a permission row and a handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it; `Operation::summary` is the text for readers")]
Operation {
    GetMe,
    GetUser,
    CreateMeeting,
    CreateOrGetMeeting,
    FindMeetings,
    GetMeeting,
    UpdateMeeting,
    DeleteMeeting,
    CreateRegistration,
    GetRegistration,
    UpdateRegistration,
    DeleteRegistration,
    ListQuestions,
    CreateQuestion,
    GetQuestion,
    UpdateQuestion,
    DeleteQuestion,
    EnrollRegistrant,
    EnrollRegistrants,
    CancelRegistrants,
    ExportRegistrants,
    ListRegistrants,
    GetRegistrant,
    CancelRegistrant,
    UpdateRegistrant,
    ApproveRegistrant,
    RejectRegistrant,
    AcceptOffer,
    CancelForReason,
    ListLetters,
    ListAttendanceReports,
    GetAttendanceReport,
    ListAttendanceRecords,
    DeltaMeetings,
    DeltaRegistrants,
    CreateSubscription,
    ListSubscriptions,
    GetSubscription,
    UpdateSubscription,
    DeleteSubscription,
    ReauthorizeSubscription,
    RotateSigningSecret,
    ListDeliveries,
    ReplayDeliveries,
}
}

/// An HTTP method the Graph surface uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "these are the methods of RFC 9110 and RFC 5789")]
pub enum Method {
    Get,
    Post,
    Patch,
    Delete,
}

listed! {
/// What a path names, below `/me` or `/users/{id}`; subscriptions stand beside those.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "`Resource::template` spells each path")]
Resource {
    User,
    Meetings,
    CreateOrGet,
    Meeting,
    Registration,
    Questions,
    Question,
    EnrollMany,
    CancelMany,
    Export,
    Registrants,
    Registrant,
    Approve,
    Reject,
    Accept,
    Cancel,
    Letters,
    AttendanceReports,
    AttendanceReport,
    AttendanceRecords,
    MeetingsDelta,
    RegistrantsDelta,
    Subscriptions,
    Subscription,
    Reauthorize,
    RotateSigningSecret,
    Deliveries,
    Replay,
}
}

/// An OData query option that some operations serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "these are OData's")]
pub enum QueryOption {
    Count,
    DeltaToken,
    Expand,
    Filter,
    OrderBy,
    Search,
    Select,
    Skip,
    SkipToken,
    Top,
}

impl QueryOption {
    /// The name, with its `$`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Count => "$count",
            Self::DeltaToken => "$deltatoken",
            Self::Expand => "$expand",
            Self::Filter => "$filter",
            Self::OrderBy => "$orderby",
            Self::Search => "$search",
            Self::Select => "$select",
            Self::Skip => "$skip",
            Self::SkipToken => "$skiptoken",
            Self::Top => "$top",
        }
    }
}

impl Resource {
    /// The path below `/me` or `/users/{userId}`, or below the version where it [is beside them](Self::is_at_root), as a
    /// template.
    pub fn template(self) -> &'static str {
        match self {
            Self::User => "",
            Self::Meetings => "/onlineMeetings",
            Self::CreateOrGet => "/onlineMeetings/createOrGet",
            Self::Meeting => "/onlineMeetings/{meetingId}",
            Self::Registration => "/onlineMeetings/{meetingId}/registration",
            Self::Questions => "/onlineMeetings/{meetingId}/registration/customQuestions",
            Self::Question => "/onlineMeetings/{meetingId}/registration/customQuestions/{questionId}",
            Self::EnrollMany => "/onlineMeetings/{meetingId}/registration/enrollRegistrants",
            Self::CancelMany => "/onlineMeetings/{meetingId}/registration/cancelRegistrants",
            Self::Export => "/onlineMeetings/{meetingId}/registration/exportRegistrants(format='{format}')",
            Self::Registrants => "/onlineMeetings/{meetingId}/registration/registrants",
            Self::Registrant => "/onlineMeetings/{meetingId}/registration/registrants/{registrantId}",
            Self::Approve => "/onlineMeetings/{meetingId}/registration/registrants/{registrantId}/approve",
            Self::Reject => "/onlineMeetings/{meetingId}/registration/registrants/{registrantId}/reject",
            Self::Accept => "/onlineMeetings/{meetingId}/registration/registrants/{registrantId}/accept",
            Self::Cancel => "/onlineMeetings/{meetingId}/registration/registrants/{registrantId}/cancel",
            Self::Letters => "/onlineMeetings/{meetingId}/registration/registrants/{registrantId}/letters",
            Self::AttendanceReports => "/onlineMeetings/{meetingId}/attendanceReports",
            Self::AttendanceReport => "/onlineMeetings/{meetingId}/attendanceReports/{reportId}",
            Self::AttendanceRecords => {
                "/onlineMeetings/{meetingId}/attendanceReports/{reportId}/attendanceRecords"
            }
            Self::MeetingsDelta => "/onlineMeetings/delta",
            Self::RegistrantsDelta => "/onlineMeetings/{meetingId}/registration/registrants/delta",
            Self::Subscriptions => "/subscriptions",
            Self::Subscription => "/subscriptions/{subscriptionId}",
            Self::Reauthorize => "/subscriptions/{subscriptionId}/reauthorize",
            Self::RotateSigningSecret => "/subscriptions/{subscriptionId}/rotateSigningSecret",
            Self::Deliveries => "/subscriptions/{subscriptionId}/deliveries",
            Self::Replay => "/subscriptions/{subscriptionId}/replay",
        }
    }

    /// Whether it is something that is done to a registrant: its body may be left out.
    pub fn is_action_on_registrant(self) -> bool {
        matches!(self, Self::Approve | Self::Reject | Self::Accept | Self::Cancel)
    }

    /// Whether it stands beside `/me` and `/users`: subscriptions belong to an application, not to a person.
    pub fn is_at_root(self) -> bool {
        matches!(
            self,
            Self::Subscriptions
                | Self::Subscription
                | Self::Reauthorize
                | Self::RotateSigningSecret
                | Self::Deliveries
                | Self::Replay
        )
    }

    /// Whether it is something to be done, and nothing that is there.
    pub fn is_action(self) -> bool {
        self.is_action_on_registrant()
            || matches!(
                self,
                Self::CreateOrGet
                    | Self::EnrollMany
                    | Self::CancelMany
                    | Self::Reauthorize
                    | Self::RotateSigningSecret
                    | Self::Replay
            )
    }

    /// Whether it is what changed of a list.
    pub fn is_delta(self) -> bool {
        matches!(self, Self::MeetingsDelta | Self::RegistrantsDelta)
    }

    /// The operation a method means on this resource; `None` where the method is not offered.
    /// `for_me` tells `/me` from `/users/{id}`, which differ for the user resource alone.
    pub fn operation(self, method: Method, for_me: bool) -> Option<Operation> {
        let is_it = |operation: &Operation| {
            operation.resource() == self
                && operation.method() == method
                && (self != Self::User || for_me == (*operation == Operation::GetMe))
        };
        Operation::ALL.into_iter().find(is_it)
    }

    /// Whether its items are counted by `/$count` behind its path.
    pub fn is_counted(self) -> bool {
        let counts = |operation: Operation| !operation.counting_options().is_empty();
        self.operation(Method::Get, false).is_some_and(counts)
    }

    /// The methods offered on this resource, in the order of [`Operation::ALL`].
    pub fn methods(self) -> Vec<Method> {
        let mut methods: Vec<Method> = Vec::new();
        for operation in Operation::ALL.into_iter().filter(|operation| operation.resource() == self) {
            if !methods.contains(&operation.method()) {
                methods.push(operation.method());
            }
        }
        methods
    }
}

impl Method {
    /// The name as it stands in a request line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// The method of that name; `None` for one that no operation uses.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Get, Self::Post, Self::Patch, Self::Delete].into_iter().find(|method| method.name() == name)
    }
}

impl Operation {
    /// The method it is called by.
    pub fn method(self) -> Method {
        match self {
            Self::GetMe
            | Self::GetUser
            | Self::FindMeetings
            | Self::GetMeeting
            | Self::GetRegistration
            | Self::ListQuestions
            | Self::GetQuestion
            | Self::ExportRegistrants
            | Self::ListRegistrants
            | Self::GetRegistrant
            | Self::ListLetters
            | Self::ListAttendanceReports
            | Self::GetAttendanceReport
            | Self::ListAttendanceRecords
            | Self::DeltaMeetings
            | Self::DeltaRegistrants
            | Self::ListSubscriptions
            | Self::GetSubscription
            | Self::ListDeliveries => Method::Get,
            Self::CreateMeeting
            | Self::CreateOrGetMeeting
            | Self::CreateRegistration
            | Self::CreateQuestion
            | Self::EnrollRegistrant
            | Self::EnrollRegistrants
            | Self::CancelRegistrants
            | Self::ApproveRegistrant
            | Self::RejectRegistrant
            | Self::AcceptOffer
            | Self::CancelForReason
            | Self::CreateSubscription
            | Self::ReauthorizeSubscription
            | Self::RotateSigningSecret
            | Self::ReplayDeliveries => Method::Post,
            Self::UpdateMeeting
            | Self::UpdateRegistration
            | Self::UpdateQuestion
            | Self::UpdateRegistrant
            | Self::UpdateSubscription => Method::Patch,
            Self::DeleteMeeting
            | Self::DeleteRegistration
            | Self::DeleteQuestion
            | Self::CancelRegistrant
            | Self::DeleteSubscription => Method::Delete,
        }
    }

    /// The resource it is called on.
    pub fn resource(self) -> Resource {
        match self {
            Self::GetMe | Self::GetUser => Resource::User,
            Self::CreateMeeting | Self::FindMeetings => Resource::Meetings,
            Self::CreateOrGetMeeting => Resource::CreateOrGet,
            Self::GetMeeting | Self::UpdateMeeting | Self::DeleteMeeting => Resource::Meeting,
            Self::CreateRegistration
            | Self::GetRegistration
            | Self::UpdateRegistration
            | Self::DeleteRegistration => Resource::Registration,
            Self::ListQuestions | Self::CreateQuestion => Resource::Questions,
            Self::GetQuestion | Self::UpdateQuestion | Self::DeleteQuestion => Resource::Question,
            Self::EnrollRegistrants => Resource::EnrollMany,
            Self::CancelRegistrants => Resource::CancelMany,
            Self::ExportRegistrants => Resource::Export,
            Self::EnrollRegistrant | Self::ListRegistrants => Resource::Registrants,
            Self::GetRegistrant | Self::CancelRegistrant | Self::UpdateRegistrant => Resource::Registrant,
            Self::ApproveRegistrant => Resource::Approve,
            Self::RejectRegistrant => Resource::Reject,
            Self::AcceptOffer => Resource::Accept,
            Self::CancelForReason => Resource::Cancel,
            Self::ListLetters => Resource::Letters,
            Self::ListAttendanceReports => Resource::AttendanceReports,
            Self::GetAttendanceReport => Resource::AttendanceReport,
            Self::ListAttendanceRecords => Resource::AttendanceRecords,
            Self::DeltaMeetings => Resource::MeetingsDelta,
            Self::DeltaRegistrants => Resource::RegistrantsDelta,
            Self::CreateSubscription | Self::ListSubscriptions => Resource::Subscriptions,
            Self::GetSubscription | Self::UpdateSubscription | Self::DeleteSubscription => {
                Resource::Subscription
            }
            Self::ReauthorizeSubscription => Resource::Reauthorize,
            Self::RotateSigningSecret => Resource::RotateSigningSecret,
            Self::ListDeliveries => Resource::Deliveries,
            Self::ReplayDeliveries => Resource::Replay,
        }
    }

    /// Whether it is served below `/me`.
    pub fn on_me(self) -> bool {
        self != Self::GetUser && !self.on_root()
    }

    /// Whether it is served below `/users/{userId}`.
    pub fn on_users(self) -> bool {
        self != Self::GetMe && !self.on_root()
    }

    /// Whether it is served directly below the version.
    pub fn on_root(self) -> bool {
        self.resource().is_at_root()
    }

    /// Whether a request for it has a body.
    pub fn takes_body(self) -> bool {
        matches!(self.method(), Method::Post | Method::Patch)
            && !matches!(self, Self::ReauthorizeSubscription | Self::RotateSigningSecret)
    }

    /// The status of success.
    pub fn success(self) -> u16 {
        match self {
            Self::CreateMeeting
            | Self::CreateOrGetMeeting
            | Self::CreateRegistration
            | Self::CreateQuestion
            | Self::CreateSubscription => 201,
            Self::ReplayDeliveries => 202,
            Self::DeleteMeeting
            | Self::DeleteRegistration
            | Self::DeleteQuestion
            | Self::CancelRegistrant
            | Self::CancelForReason
            | Self::DeleteSubscription
            | Self::ReauthorizeSubscription => 204,
            _ => 200,
        }
    }

    /// Whether a request is about many people, each a row with a result of its own.
    pub fn has_rows(self) -> bool {
        matches!(self, Self::EnrollRegistrants | Self::CancelRegistrants)
    }

    /// The query options it serves beside `$select`, which every GET does; any other is refused, because
    /// leaving it out would answer another question than was asked.
    pub fn query_options(self) -> &'static [QueryOption] {
        use QueryOption::{Count, DeltaToken, Expand, Filter, OrderBy, Search, Skip, SkipToken, Top};
        match self {
            Self::FindMeetings => &[Expand, Filter],
            Self::GetMeeting | Self::GetRegistration | Self::GetAttendanceReport => &[Expand],
            Self::ListRegistrants => &[Filter, Search, OrderBy, Top, Skip, SkipToken, Count],
            Self::ListQuestions | Self::ListLetters => &[Filter, Search, OrderBy, Top, Skip, Count],
            Self::ListAttendanceReports => &[Expand, Filter, OrderBy, Top, Skip, Count],
            Self::ListSubscriptions => &[Filter, OrderBy, Top, Skip, Count],
            Self::ListAttendanceRecords | Self::ListDeliveries => {
                &[Filter, OrderBy, Top, Skip, SkipToken, Count]
            }
            Self::DeltaMeetings | Self::DeltaRegistrants => &[Top, SkipToken, DeltaToken],
            _ => &[],
        }
    }

    /// The query options with `/$count` behind its path; none where that is not served.
    pub fn counting_options(self) -> &'static [QueryOption] {
        match self {
            Self::ListRegistrants | Self::ListQuestions | Self::ListLetters => {
                &[QueryOption::Filter, QueryOption::Search]
            }
            Self::ListAttendanceReports
            | Self::ListAttendanceRecords
            | Self::ListSubscriptions
            | Self::ListDeliveries => &[QueryOption::Filter],
            _ => &[],
        }
    }

    /// As how many requests it counts (docs/graph-compat.md#budgets): whatever looks through a list takes the machine longer
    /// than an enrolment does, and an export reads all of it.
    pub fn weight(self) -> u32 {
        match self {
            Self::FindMeetings
            | Self::ListRegistrants
            | Self::ListAttendanceReports
            | Self::GetAttendanceReport
            | Self::ListAttendanceRecords
            | Self::ListDeliveries
            | Self::DeltaMeetings
            | Self::DeltaRegistrants => 25,
            Self::ExportRegistrants => 1_000,
            _ => 1,
        }
    }

    /// The id of the operation in the OpenAPI document and in logs and metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::GetMe => "me-get",
            Self::GetUser => "user-get",
            Self::CreateMeeting => "onlineMeeting-create",
            Self::CreateOrGetMeeting => "onlineMeeting-createOrGet",
            Self::FindMeetings => "onlineMeeting-find",
            Self::GetMeeting => "onlineMeeting-get",
            Self::UpdateMeeting => "onlineMeeting-update",
            Self::DeleteMeeting => "onlineMeeting-delete",
            Self::CreateRegistration => "registration-create",
            Self::GetRegistration => "registration-get",
            Self::UpdateRegistration => "registration-update",
            Self::DeleteRegistration => "registration-delete",
            Self::ListQuestions => "customQuestion-list",
            Self::CreateQuestion => "customQuestion-create",
            Self::GetQuestion => "customQuestion-get",
            Self::UpdateQuestion => "customQuestion-update",
            Self::DeleteQuestion => "customQuestion-delete",
            Self::EnrollRegistrant => "registrant-enroll",
            Self::EnrollRegistrants => "registrant-enrollMany",
            Self::CancelRegistrants => "registrant-cancelMany",
            Self::ExportRegistrants => "registrant-export",
            Self::ListRegistrants => "registrant-list",
            Self::GetRegistrant => "registrant-get",
            Self::CancelRegistrant => "registrant-cancel",
            Self::UpdateRegistrant => "registrant-update",
            Self::ApproveRegistrant => "registrant-approve",
            Self::RejectRegistrant => "registrant-reject",
            Self::AcceptOffer => "registrant-accept",
            Self::CancelForReason => "registrant-cancelForReason",
            Self::ListLetters => "registrantLetter-list",
            Self::ListAttendanceReports => "attendanceReport-list",
            Self::GetAttendanceReport => "attendanceReport-get",
            Self::ListAttendanceRecords => "attendanceRecord-list",
            Self::DeltaMeetings => "onlineMeeting-delta",
            Self::DeltaRegistrants => "registrant-delta",
            Self::CreateSubscription => "subscription-create",
            Self::ListSubscriptions => "subscription-list",
            Self::GetSubscription => "subscription-get",
            Self::UpdateSubscription => "subscription-update",
            Self::DeleteSubscription => "subscription-delete",
            Self::ReauthorizeSubscription => "subscription-reauthorize",
            Self::RotateSigningSecret => "subscription-rotateSigningSecret",
            Self::ListDeliveries => "delivery-list",
            Self::ReplayDeliveries => "delivery-replay",
        }
    }

    /// One line for a reader of the reference.
    pub fn summary(self) -> &'static str {
        match self {
            Self::GetMe => "Get the signed-in person",
            Self::GetUser => "Get a person of the organisation",
            Self::CreateMeeting => "Create an online meeting",
            Self::CreateOrGetMeeting => "Create an online meeting, or get the one with the same externalId",
            Self::FindMeetings => "Find a meeting by its join link, meeting number or conference id",
            Self::GetMeeting => "Get an online meeting",
            Self::UpdateMeeting => "Update an online meeting",
            Self::DeleteMeeting => "Delete an online meeting and its registration",
            Self::CreateRegistration => "Enable registration for a meeting, built-in or external",
            Self::GetRegistration => "Get the registration of a meeting",
            Self::UpdateRegistration => "Update a built-in registration; creates one where there is none",
            Self::DeleteRegistration => "Disable registration for a meeting and cancel its registrants",
            Self::ListQuestions => "List the custom questions",
            Self::CreateQuestion => "Add a custom question",
            Self::GetQuestion => "Get a custom question",
            Self::UpdateQuestion => "Update a custom question",
            Self::DeleteQuestion => "Delete a custom question",
            Self::EnrollRegistrant => "Enroll a registrant",
            Self::EnrollRegistrants => "Enroll many registrants, with a result for each",
            Self::CancelRegistrants => "Cancel many registrants, with a result for each",
            Self::ExportRegistrants => "Export the registrants as CSV or XLSX",
            Self::ListRegistrants => "List the registrants",
            Self::GetRegistrant => "Get a registrant",
            Self::CancelRegistrant => "Cancel a registrant's registration",
            Self::UpdateRegistrant => "Update a registrant's answers or names",
            Self::ApproveRegistrant => "Approve a registrant who waits for the organizer's decision",
            Self::RejectRegistrant => "Reject a registrant, with or without a reason",
            Self::AcceptOffer => "Accept the place that is offered to a registrant",
            Self::CancelForReason => "Cancel a registrant's registration, with or without a reason",
            Self::ListLetters => "List what became of a registrant's letters",
            Self::ListAttendanceReports => "List the attendance reports of a meeting",
            Self::GetAttendanceReport => "Get an attendance report",
            Self::ListAttendanceRecords => "List who came and who did not",
            Self::DeltaMeetings => "List the meetings that changed since the last time",
            Self::DeltaRegistrants => "List the registrants that changed since the last time",
            Self::CreateSubscription => "Subscribe to change notifications",
            Self::ListSubscriptions => "List one's subscriptions",
            Self::GetSubscription => "Get a subscription",
            Self::UpdateSubscription => "Renew a subscription",
            Self::DeleteSubscription => "End a subscription",
            Self::ReauthorizeSubscription => "Confirm a subscription that is about to end",
            Self::RotateSigningSecret => "Sign the notifications of a subscription by another secret",
            Self::ListDeliveries => "List what was sent to a subscription and waits to be",
            Self::ReplayDeliveries => "Send notifications again, from one of them on",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_reached_by_exactly_its_own_route() {
        for operation in Operation::ALL {
            if operation.on_root() {
                let found = operation.resource().operation(operation.method(), false);
                assert_eq!(found, Some(operation));
                continue;
            }
            for for_me in [true, false] {
                let is_served = if for_me { operation.on_me() } else { operation.on_users() };
                let found = operation.resource().operation(operation.method(), for_me);
                assert_eq!(found == Some(operation), is_served, "{operation:?} for_me={for_me}");
            }
        }
    }
}
