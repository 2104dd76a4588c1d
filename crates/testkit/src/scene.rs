//! Meetings and registrations to act on, made over HTTP like everybody's.

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::people::TestPerson;

/// A meeting that is there.
#[derive(Clone, Debug)]
pub struct TestMeeting {
    /// Who organizes it.
    pub organizer: TestPerson,
    /// Its id.
    pub id: String,
    /// Its own join link.
    pub join_web_url: String,
}

/// What a meeting is created with. The default starts fifty minutes after the tests do and lasts an hour.
#[derive(Clone, Debug)]
pub struct NewMeeting<'a> {
    /// RFC 3339.
    pub start: &'a str,
    /// RFC 3339.
    pub end: &'a str,
    /// Where the join gate leads.
    pub join_url: Option<&'a str>,
}

impl Default for NewMeeting<'_> {
    fn default() -> Self {
        Self {
            start: "2027-02-01T10:00:00Z",
            end: "2027-02-01T11:00:00Z",
            join_url: Some("https://meet.riverbend.example/gauging"),
        }
    }
}

impl TestApp {
    /// A meeting of the organizer.
    pub async fn meeting(&self, organizer: &TestPerson) -> TestMeeting {
        self.meeting_with(organizer, NewMeeting::default()).await
    }

    /// A meeting of the organizer at another time or place.
    pub async fn meeting_with(&self, organizer: &TestPerson, new: NewMeeting<'_>) -> TestMeeting {
        let body = json!({
            "subject": "Reading a river",
            "startDateTime": new.start,
            "endDateTime": new.end,
            "joinUrl": new.join_url,
        });
        let created =
            self.post("/beta/me/onlineMeetings").token(&self.token(organizer)).json(&body).await.expect(201);
        let text = |name: &str| created.json()[name].as_str().unwrap().to_owned();
        TestMeeting { organizer: organizer.clone(), id: text("id"), join_web_url: text("joinWebUrl") }
    }

    /// Creates the meeting's registration and gives the answer.
    pub async fn register(&self, meeting: &TestMeeting, body: &Value) -> Value {
        let token = self.token(&meeting.organizer);
        self.post(meeting.registration()).token(&token).json(body).await.expect(201).json()
    }

    /// A meeting of Ines with a built-in registration for that audience, without questions.
    pub async fn built_in(&self, audience: &str) -> TestMeeting {
        let meeting = self.meeting(&self.people.ines).await;
        self.register(&meeting, &json!({"allowedRegistrant": audience, "subject": "Reading a river"})).await;
        meeting
    }

    /// A meeting of Ines with an external registration for that audience.
    pub async fn external(&self, audience: &str) -> TestMeeting {
        let meeting = self.meeting(&self.people.ines).await;
        let body = json!({
            "@odata.type": "#microsoft.graph.externalMeetingRegistration",
            "allowedRegistrant": audience,
        });
        self.register(&meeting, &body).await;
        meeting
    }

    /// The registrants as the organizer sees them, all on one page.
    pub async fn registrants(&self, meeting: &TestMeeting) -> Vec<Value> {
        let path = format!("{}?$top=1000", meeting.registrants());
        let list = self.get(path).token(&self.token(&meeting.organizer)).await.expect(200).json();
        list["value"].as_array().unwrap().clone()
    }
}

impl TestMeeting {
    /// The meeting's path below the organizer's.
    pub fn path(&self) -> String {
        format!("/beta/users/{}/onlineMeetings/{}", self.organizer.id, self.id)
    }

    /// The path of its registration.
    pub fn registration(&self) -> String {
        format!("{}/registration", self.path())
    }

    /// The path of its registrants.
    pub fn registrants(&self) -> String {
        format!("{}/registration/registrants", self.path())
    }

    /// The path of its custom questions.
    pub fn questions(&self) -> String {
        format!("{}/registration/customQuestions", self.path())
    }
}

impl TestPerson {
    /// The body with which this person enrolls into a built-in registration.
    pub fn enrolment(&self) -> Value {
        json!({"firstName": self.given_name, "lastName": self.surname, "email": self.mail})
    }
}
