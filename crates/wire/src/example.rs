//! A body that can be sent, for each operation that takes one. A test sends them all.

use domain::Operation;
use serde_json::{Value, json};

/// The body; `None` where an operation takes none.
pub fn body(operation: Operation) -> Option<Value> {
    let question = json!({
        "displayName": "Deck or engine?",
        "answerInputType": "radioButton",
        "answerOptions": ["Deck", "Engine"],
        "isRequired": true
    });
    let meeting = json!({
        "subject": "Ferry safety talk",
        "startDateTime": "2035-03-09T13:00:00+01:00",
        "endDateTime": "2035-03-09T14:00:00+01:00",
        "joinUrl": "https://meet.example.org/ferry"
    });
    Some(match operation {
        Operation::CreateMeeting => meeting,
        Operation::CreateOrGetMeeting => {
            let mut meeting = meeting;
            meeting["externalId"] = json!("crm-4711");
            meeting
        }
        Operation::UpdateMeeting => json!({"joinUrl": "https://meet.example.org/harbour"}),
        Operation::CreateRegistration => json!({
            "@odata.type": "#microsoft.graph.meetingRegistration",
            "subject": "Ferry safety talk",
            "description": "What everybody on board has to know.",
            "allowedRegistrant": "everyone",
            "capacity": 40,
            "speakers": [{"displayName": "Mirja Dossou", "bio": "Chief mate"}],
            "customQuestions": [question]
        }),
        Operation::UpdateRegistration => {
            json!({"subject": "Ferry safety talk, second edition", "capacity": 60})
        }
        Operation::CreateQuestion => question,
        Operation::UpdateQuestion => json!({"isRequired": false}),
        Operation::EnrollRegistrant => json!({
            "@odata.type": "#microsoft.graph.meetingRegistrant",
            "firstName": "Mirja",
            "lastName": "Dossou",
            "email": "mirja@harbour.example"
        }),
        Operation::UpdateRegistrant => json!({"customQuestionAnswers": []}),
        Operation::RejectRegistrant => json!({"reason": "The boat is for the crew."}),
        Operation::CancelForReason => json!({"reason": "Asked for it on the phone."}),
        Operation::CreateSubscription => json!({
            "resource": "me/onlineMeetings",
            "changeType": "created,updated,deleted",
            "notificationUrl": "https://crm.example.org/usher",
            "clientState": "a text that you know the notification by",
            "expirationDateTime": "2035-03-09T13:00:00Z"
        }),
        Operation::UpdateSubscription => json!({"expirationDateTime": "2035-03-09T13:00:00Z"}),
        Operation::ReplayDeliveries => {
            json!({"fromDeliveryId": "5d0a7c3e-1f24-4b6d-8e90-2a41c7d30a6b.1"})
        }
        Operation::EnrollRegistrants => json!({"registrants": [
            {
                "firstName": "Mirja",
                "lastName": "Dossou",
                "email": "mirja@harbour.example",
                "idempotencyKey": "list 12, line 2"
            },
            {"firstName": "Odile", "lastName": "Marchetti", "email": "odile@pinewater.example"}
        ]}),
        Operation::CancelRegistrants => json!({"registrants": [{"id": "none of ours"}]}),
        Operation::GetMe
        | Operation::GetUser
        | Operation::GetMeeting
        | Operation::FindMeetings
        | Operation::DeleteMeeting
        | Operation::GetRegistration
        | Operation::DeleteRegistration
        | Operation::ListQuestions
        | Operation::GetQuestion
        | Operation::DeleteQuestion
        | Operation::ExportRegistrants
        | Operation::ListRegistrants
        | Operation::GetRegistrant
        | Operation::ApproveRegistrant
        | Operation::AcceptOffer
        | Operation::ListLetters
        | Operation::CancelRegistrant
        | Operation::ListAttendanceReports
        | Operation::GetAttendanceReport
        | Operation::ListAttendanceRecords
        | Operation::DeltaMeetings
        | Operation::DeltaRegistrants
        | Operation::ListSubscriptions
        | Operation::GetSubscription
        | Operation::DeleteSubscription
        | Operation::ReauthorizeSubscription
        | Operation::RotateSigningSecret
        | Operation::ListDeliveries => return None,
    })
}

/// A batch.
pub fn batch() -> Value {
    json!({"requests": [
        {"id": "1", "method": "GET", "url": "/me"},
        {
            "id": "2", "method": "POST", "url": "/me/onlineMeetings", "dependsOn": ["1"],
            "headers": {"Content-Type": "application/json"}, "body": body(Operation::CreateMeeting)
        }
    ]})
}
