//! What the callers of the matrix meet: a meeting with all that can hang on one, and a good request for each
//! operation.

use domain::Role;
use domain::operation::Operation;
use http::Method;
use serde_json::{Value, json};
use testkit::{APP, Call, TestApp, TestMeeting};

use super::table::{Audience, Caller, Path};

/// An application that no policy lists.
const OTHER_APP: &str = "91c2f6d8-0b4e-4c7d-a3e5-6f8d1b2c9e07";

/// A meeting of Ines with a registration, a question and a registrant.
pub struct Stage {
    pub meeting: TestMeeting,
    audience: Audience,
    tenant: String,
    colleague: (String, Value),
    question: String,
    registrant: String,
    report: String,
}

impl Stage {
    pub async fn set(app: &TestApp, audience: Audience) -> Self {
        let (ines, tomas) = (&app.people.ines, &app.people.tomas);
        // The door is open: before, there is no report.
        app.set_clock("2027-02-01T09:45:00Z");
        let meeting = match audience {
            Audience::Everyone => app.built_in("everyone").await,
            Audience::Organization => app.built_in("organization").await,
            Audience::External => app.external("organization").await,
        };
        let mut stage = Self {
            meeting,
            audience,
            tenant: ines.tenant.to_string(),
            colleague: (tomas.id.to_string(), tomas.enrolment()),
            question: "none".to_owned(),
            registrant: String::new(),
            report: String::new(),
        };
        let token = app.token(ines);
        if audience != Audience::External {
            let question = json!({"displayName": "Which river?", "answerInputType": "text"});
            let question =
                app.post(stage.meeting.questions()).token(&token).json(&question).await.expect(201);
            stage.question = question.json()["id"].as_str().unwrap().to_owned();
        }
        let enroller = if audience == Audience::External { &token } else { &app.token(tomas) };
        let body = stage.body(Operation::EnrollRegistrant);
        app.post(stage.meeting.registrants()).token(enroller).json(&body).await.expect(200);
        stage.registrant =
            app.registrants(&stage.meeting).await[0]["id"].as_str().unwrap().replace('/', "%2F");
        let reports = app.get(stage.path(Operation::ListAttendanceReports)).token(&token).await.expect(200);
        stage.report = reports.json()["value"][0]["id"].as_str().unwrap().to_owned();
        stage
    }

    /// The path of an operation below Ines.
    pub fn path(&self, operation: Operation) -> String {
        use Operation::*;
        let (meeting, user) = (&self.meeting, format!("/beta/users/{}", self.meeting.organizer.id));
        match operation {
            GetMe | GetUser => user,
            CreateMeeting => format!("{user}/onlineMeetings"),
            CreateOrGetMeeting => format!("{user}/onlineMeetings/createOrGet"),
            FindMeetings => {
                let link = meeting.join_web_url.replace('%', "%25").replace('&', "%26");
                format!("{user}/onlineMeetings?$filter=JoinWebUrl%20eq%20'{link}'")
            }
            GetMeeting | UpdateMeeting | DeleteMeeting => meeting.path(),
            CreateRegistration | GetRegistration | UpdateRegistration | DeleteRegistration => {
                meeting.registration()
            }
            ListQuestions | CreateQuestion => meeting.questions(),
            GetQuestion | UpdateQuestion | DeleteQuestion => {
                format!("{}/{}", meeting.questions(), self.question)
            }
            EnrollRegistrants => format!("{}/enrollRegistrants", meeting.registration()),
            CancelRegistrants => format!("{}/cancelRegistrants", meeting.registration()),
            ExportRegistrants => format!("{}/exportRegistrants(format='csv')", meeting.registration()),
            EnrollRegistrant | ListRegistrants => meeting.registrants(),
            GetRegistrant | CancelRegistrant | UpdateRegistrant => {
                format!("{}/{}", meeting.registrants(), self.registrant)
            }
            ApproveRegistrant => format!("{}/{}/approve", meeting.registrants(), self.registrant),
            RejectRegistrant => format!("{}/{}/reject", meeting.registrants(), self.registrant),
            AcceptOffer => format!("{}/{}/accept", meeting.registrants(), self.registrant),
            CancelForReason => format!("{}/{}/cancel", meeting.registrants(), self.registrant),
            ListLetters => format!("{}/{}/letters", meeting.registrants(), self.registrant),
            DeltaMeetings => format!("{user}/onlineMeetings/delta"),
            DeltaRegistrants => format!("{}/delta", meeting.registrants()),
            CreateSubscription | ListSubscriptions => "/beta/subscriptions".to_owned(),
            GetSubscription
            | UpdateSubscription
            | DeleteSubscription
            | ReauthorizeSubscription
            | RotateSigningSecret
            | ListDeliveries
            | ReplayDeliveries => "/beta/subscriptions/none".to_owned(),
            ListAttendanceReports => format!("{}/attendanceReports", meeting.path()),
            GetAttendanceReport => format!("{}/attendanceReports/{}", meeting.path(), self.report),
            ListAttendanceRecords => {
                format!("{}/attendanceReports/{}/attendanceRecords", meeting.path(), self.report)
            }
        }
    }

    /// A good body for the operation: it enrolls Tomas.
    pub fn body(&self, operation: Operation) -> Value {
        use Operation::*;
        match operation {
            CreateMeeting => json!({"subject": "Another"}),
            // A key that no other request of the walk uses: the meeting's own.
            CreateOrGetMeeting => {
                json!({"subject": "Another", "externalId": format!("key {}", self.meeting.id)})
            }
            UpdateMeeting | UpdateRegistration => json!({"subject": "Another"}),
            CreateRegistration => json!({"allowedRegistrant": "everyone"}),
            CreateQuestion => json!({"displayName": "Which lake?", "answerInputType": "text"}),
            UpdateQuestion => json!({"isRequired": false}),
            EnrollRegistrant if self.audience == Audience::External => json!({
                "@odata.type": "#microsoft.graph.externalMeetingRegistrant",
                "id": "crm/7731",
                "tenantId": self.tenant,
                "userId": self.colleague.0,
            }),
            EnrollRegistrant => self.colleague.1.clone(),
            EnrollRegistrants => json!({"registrants": [self.body(EnrollRegistrant)]}),
            CancelRegistrants => json!({"registrants": [{"id": self.registrant.replace("%2F", "/")}]}),
            UpdateRegistrant => json!({"customQuestionAnswers": []}),
            RejectRegistrant | CancelForReason => json!({"reason": "They rang."}),
            ApproveRegistrant | AcceptOffer => json!({}),
            GetMe
            | GetUser
            | FindMeetings
            | GetMeeting
            | DeleteMeeting
            | GetRegistration
            | DeleteRegistration
            | ListQuestions
            | GetQuestion
            | DeleteQuestion
            | ExportRegistrants
            | ListRegistrants
            | GetRegistrant
            | CancelRegistrant
            | ListLetters
            | ListAttendanceReports
            | GetAttendanceReport
            | ListAttendanceRecords
            | DeltaMeetings
            | DeltaRegistrants
            | CreateSubscription
            | ListSubscriptions
            | GetSubscription
            | UpdateSubscription
            | DeleteSubscription
            | ReauthorizeSubscription
            | RotateSigningSecret
            | ListDeliveries
            | ReplayDeliveries => Value::Null,
        }
    }
}

/// The request of one cell; `None` where there is no such path, or the cell would be another one again.
pub fn request(
    app: &TestApp,
    stage: &Stage,
    operation: Operation,
    path: Path,
    caller: Caller,
) -> Option<Call> {
    let people = &app.people;
    let (own, token) = match caller {
        Caller::Nobody => (&people.ines, None),
        Caller::EmptyBearer => (&people.ines, Some(String::new())),
        Caller::Garbled => (&people.ines, Some(app.token(&people.ines).chars().rev().collect())),
        Caller::Organizer(scope) => (&people.ines, Some(app.delegated(&people.ines, &[scope]))),
        Caller::Colleague(scope) => (&people.tomas, Some(app.delegated(&people.tomas, &[scope]))),
        Caller::Foreigner(scope) => (&people.sanna, Some(app.delegated(&people.sanna, &[scope]))),
        Caller::App(role) => (&people.ines, Some(app.application(APP, &[role]))),
        Caller::AppWithoutPolicy(role) => (&people.ines, Some(app.application(OTHER_APP, &[role]))),
        Caller::ForeignApp(role) => (&people.ines, Some(foreign(app, role))),
    };
    let is_app = matches!(caller, Caller::App(_) | Caller::AppWithoutPolicy(_) | Caller::ForeignApp(_));
    let is_served = if path == Path::Me { operation.on_me() } else { operation.on_users() };
    // An application is nobody and has no id of its own to put into a path.
    if !is_served || is_app && path == Path::UsersOwn {
        return None;
    }
    let below_ines = format!("/beta/users/{}", people.ines.id);
    let user = match path {
        Path::Me => "/beta/me".to_owned(),
        Path::UsersOwn => format!("/beta/users/{}", own.id),
        Path::UsersOther if matches!(caller, Caller::Organizer(_)) => {
            format!("/beta/users/{}", people.tomas.id)
        }
        Path::UsersOther => below_ines.clone(),
    };
    let mut body = stage.body(operation);
    // Under `organization` everybody enrolls as themselves; the organizer too.
    if operation == Operation::EnrollRegistrant
        && stage.audience == Audience::Organization
        && matches!(caller, Caller::Organizer(_))
    {
        body = people.ines.enrolment();
    }
    let method: Method = operation.method().name().parse().unwrap();
    let call = app.call(method, stage.path(operation).replacen(&below_ines, &user, 1)).json(&body);
    Some(match token {
        Some(token) => call.token(&token),
        None => call,
    })
}

fn foreign(app: &TestApp, role: Role) -> String {
    app.application_of(app.people.sanna.tenant, APP, &[role])
}
