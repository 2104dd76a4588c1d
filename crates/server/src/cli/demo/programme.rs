//! The demo's programme: beside the first meeting one for each state in which people find a registration. All of it is
//! made as its users make it: by the application over the Graph API, passwords as `usher users password` sets them.

use axum::body::{Body, to_bytes};
use domain::person::DirectoryPerson;
use domain::{Meeting, PersonId, TenantId};
use http::{Method, Request, header};
use jiff::{SignedDuration, Timestamp, Unit};
use pages::{Accounts, Language, SampleState};
use serde_json::{Value, json};

use super::{Printed, SUBJECT};
use crate::app::App;
use crate::cli::failed;
use crate::cli::users::hash_password;
use crate::graph;
use crate::ops::{ROOM_PATH, Sample};
use crate::start::StartProblem;

/// Who can sign in. It is a sample: whoever reaches the demo may know it.
const ACCOUNTS: Accounts<'static> = Accounts {
    member: "tomas.virtanen@riverbend.example",
    nameless: "front.desk@riverbend.example",
    password: "rain on the upper Loire",
};

/// A meeting of the programme, and what becomes of it.
struct Entry {
    state: SampleState<'static>,
    /// What its organizer writes in, and its registrants read.
    language: Language,
    subject: &'static str,
    description: &'static str,
    time: Time,
    /// Members of the meeting beside those that all have.
    meeting: Value,
    /// The same of the registration.
    registration: Value,
    /// First name, last name and address of who is registered before anybody looks.
    registrant: Option<[&'static str; 3]>,
}

/// When a meeting is in the end.
#[derive(Clone, Copy)]
enum Time {
    /// In a week.
    Coming,
    /// Since half an hour, for as long as the tokens of the demo are good.
    Running,
    /// Yesterday. It was to be in a week when people registered.
    Past,
    /// Never: it was to be in a week.
    Never,
}

/// Makes the programme. Gives what the first page shows of it, the demo's first meeting before all others.
pub(super) async fn put_on(
    app: &App,
    tenant: TenantId,
    printed: &Printed,
) -> Result<Vec<Sample>, StartProblem> {
    let_sign_in(app, tenant).await?;
    let organizer = Organizer { app, printed, now: app.clock.now() };
    let sample = |state, language, subject, url| Sample { state, language, subject, url };
    let first = printed.registration_page_web_url.clone();
    let mut samples = vec![sample(SampleState::Open, Language::English, SUBJECT, first)];
    let mut made = Vec::new();
    for entry in programme(organizer.now)? {
        let (meeting, url) = organizer.open(&entry).await?;
        samples.push(sample(entry.state, entry.language, entry.subject, url));
        made.push((entry, meeting));
    }
    // Letters of before tell of a meeting what was true then, and hold the links that lead to what it is now.
    app.mailroom.deliver_due().await.map_err(failed)?;
    for (entry, meeting) in made {
        organizer.turn(&entry, &meeting).await?;
    }
    app.mailroom.deliver_due().await.map_err(failed)?;
    Ok(samples)
}

/// Gives passwords to a member, and to an account of which the directory has no name: it is turned away.
async fn let_sign_in(app: &App, tenant: TenantId) -> Result<(), StartProblem> {
    let store = &app.store;
    let id = PersonId(app.ids.random_id());
    let nameless = DirectoryPerson {
        id: Some(id),
        upn: ACCOUNTS.nameless.to_owned(),
        mail: Some(ACCOUNTS.nameless.to_owned()),
        given_name: None,
        surname: None,
        display_name: Some("Front desk".to_owned()),
        language: None,
        is_active: true,
    };
    store.put_people(tenant, &[(id, nameless)]).await.map_err(failed)?;
    let hash = hash_password(ACCOUNTS.password)?;
    for upn in [ACCOUNTS.member, ACCOUNTS.nameless] {
        let person = store.find_person_by_upn(tenant, upn).await.map_err(failed)?;
        if let Some(id) = person.and_then(|person| person.id) {
            store.set_password(tenant, id, &hash).await.map_err(failed)?;
        }
    }
    Ok(())
}

/// The application that acts for the organizer.
struct Organizer<'a> {
    app: &'a App,
    printed: &'a Printed,
    now: Timestamp,
}

impl Organizer<'_> {
    /// Creates a meeting with its registration and whoever is registered. Gives the meeting's id and its sign-up page.
    async fn open(&self, entry: &Entry) -> Result<(String, String), StartProblem> {
        let (start, end) = match entry.time {
            Time::Running => (self.minutes(-30)?, self.minutes(450)?),
            Time::Coming | Time::Past | Time::Never => (self.hours(7 * 24)?, self.hours(7 * 24 + 2)?),
        };
        let meeting = json!({
            "subject": entry.subject,
            "startDateTime": start.to_string(),
            "endDateTime": end.to_string(),
        });
        let meeting = self.ask(Method::POST, "", entry.language, &with(meeting, &entry.meeting)).await?;
        let id = text(&meeting, "id")?;
        self.give_room(&id).await?;
        let registration = json!({
            "@odata.type": "#microsoft.graph.meetingRegistration",
            "allowedRegistrant": "everyone",
            "description": entry.description,
            "speakers": [{"displayName": "Bram Oyelaran"}],
        });
        let registration = with(registration, &entry.registration);
        let path = format!("/{id}/registration");
        let registration = self.ask(Method::POST, &path, entry.language, &registration).await?;
        if let Some([first_name, last_name, email]) = entry.registrant {
            let registrant = json!({"firstName": first_name, "lastName": last_name, "email": email});
            self.ask(Method::POST, &format!("{path}/registrants"), entry.language, &registrant).await?;
        }
        Ok((id, text(&registration, "registrationPageWebUrl")?))
    }

    /// Says where the meeting is. The API takes `https` alone, and the demo's own room has none.
    async fn give_room(&self, meeting: &str) -> Result<(), StartProblem> {
        let Some((_, id)) = wire::ids::read_meeting(meeting) else { return Ok(()) };
        let Some(hosted) = self.app.store.find_hosted(id).await.map_err(failed)? else { return Ok(()) };
        let room = format!("{}{ROOM_PATH}", self.app.settings.public_url);
        let meeting = Meeting { join_url: Some(room), ..hosted.meeting };
        self.app.store.update_meeting(&meeting, &self.app.fact("demo".to_owned())).await.map_err(failed)?;
        self.app.forget(id);
        Ok(())
    }

    /// Does with the meeting what is to be seen of it.
    async fn turn(&self, entry: &Entry, meeting: &str) -> Result<(), StartProblem> {
        let path = format!("/{meeting}");
        match entry.time {
            Time::Coming | Time::Running => {}
            Time::Past => {
                let (start, end) = (self.hours(-24)?.to_string(), self.hours(-22)?.to_string());
                let times = json!({"startDateTime": start, "endDateTime": end});
                self.ask(Method::PATCH, &path, entry.language, &times).await?;
            }
            Time::Never => {
                self.ask(Method::DELETE, &path, entry.language, &Value::Null).await?;
            }
        }
        Ok(())
    }

    /// Asks the API, `path` below the organizer's meetings.
    async fn ask(
        &self,
        method: Method,
        path: &str,
        language: Language,
        body: &Value,
    ) -> Result<Value, StartProblem> {
        let cannot = |why: String| StartProblem(format!("the demo cannot make its programme: {why}"));
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        let request = Request::builder()
            .method(method)
            .uri(format!("/beta/users/{}/onlineMeetings{path}", self.printed.organizer.id))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.printed.app.token))
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT_LANGUAGE, language.tag())
            .body(body)
            .map_err(|error| cannot(error.to_string()))?;
        let (parts, mut body) = request.into_parts();
        let response = graph::serve(self.app, &parts, &mut body).await;
        let status = response.status();
        let answer = to_bytes(response.into_body(), usize::MAX).await;
        let answer = answer.map_err(|error| cannot(error.to_string()))?;
        if !status.is_success() {
            return Err(cannot(format!("{status}: {}", String::from_utf8_lossy(&answer))));
        }
        if answer.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&answer).map_err(|error| cannot(error.to_string()))
    }

    fn minutes(&self, count: i64) -> Result<Timestamp, StartProblem> {
        after(self.now, SignedDuration::from_mins(count), Unit::Minute)
    }

    fn hours(&self, count: i64) -> Result<Timestamp, StartProblem> {
        after(self.now, SignedDuration::from_hours(count), Unit::Hour)
    }
}

fn after(now: Timestamp, time: SignedDuration, unit: Unit) -> Result<Timestamp, StartProblem> {
    let moment = now.checked_add(time).and_then(|at| at.round(unit));
    moment.map_err(|error| StartProblem(format!("the clock is beyond reason: {error}")))
}

/// An object with the members of another.
fn with(mut object: Value, more: &Value) -> Value {
    if let (Some(members), Some(more)) = (object.as_object_mut(), more.as_object()) {
        members.extend(more.clone());
    }
    object
}

fn text(answer: &Value, member: &str) -> Result<String, StartProblem> {
    let text = answer[member].as_str().map(str::to_owned);
    text.ok_or_else(|| StartProblem(format!("the demo's programme has no `{member}`: {answer}")))
}

/// What is on.
fn programme(now: Timestamp) -> Result<Vec<Entry>, StartProblem> {
    let tomorrow = after(now, SignedDuration::from_hours(24), Unit::Hour)?.to_string();
    let an_hour_ago = after(now, SignedDuration::from_hours(-1), Unit::Minute)?.to_string();
    let hanne = Some(["Hanne", "Lindqvist", "hanne.lindqvist@lakeside.example"]);
    let yusuf = Some(["Yusuf", "Demirel", "yusuf.demirel@lakeside.example"]);
    let entry = |state, subject, description| Entry {
        state,
        language: Language::English,
        subject,
        description,
        time: Time::Coming,
        meeting: Value::Null,
        registration: Value::Null,
        registrant: None,
    };
    Ok(vec![
        Entry {
            registration: json!({"capacity": 1, "isWaitlistEnabled": true}),
            registrant: hanne,
            ..entry(
                SampleState::WaitingList,
                "Sediment under the microscope",
                "Grain by grain through a year of samples. There is one microscope.",
            )
        },
        Entry {
            registration: json!({"capacity": 1}),
            registrant: yusuf,
            ..entry(
                SampleState::Full,
                "A seat in the survey boat",
                "Live from the boat, with one guest on the line.",
            )
        },
        Entry {
            registration: json!({"opensDateTime": tomorrow}),
            ..entry(
                SampleState::NotOpen,
                "Winter school: ice on rivers",
                "Four evenings on ice and its jams.",
            )
        },
        Entry {
            language: Language::German,
            registration: json!({"closesDateTime": an_hour_ago}),
            ..entry(
                SampleState::Closed,
                "Pegel lesen: was der Fluss verrät",
                "Wie aus Wasserständen Abflüsse werden, und wie sicher das ist.",
            )
        },
        Entry {
            language: Language::Arabic,
            registration: json!({"isManualApprovalEnabled": true}),
            registrant: Some(["سلمى", "الحداد", "salma.alhaddad@lakeside.example"]),
            ..entry(
                SampleState::Approval,
                "قراءة النهر: ورشة للمبتدئين",
                "ورشة عبر الإنترنت عن منسوب المياه والتصريف.",
            )
        },
        Entry {
            registration: json!({"allowedRegistrant": "organization"}),
            ..entry(
                SampleState::Members(ACCOUNTS),
                "Staff meeting: next year's gauges",
                "Which stations move, and which are given up.",
            )
        },
        Entry {
            time: Time::Running,
            registrant: hanne,
            ..entry(SampleState::Running, "Open office: ask a hydrologist", "Come and go as you like.")
        },
        Entry {
            time: Time::Running,
            meeting: json!({"joinOneDeviceAtATime": true}),
            registrant: yusuf,
            ..entry(
                SampleState::OneDevice,
                "Exam: discharge by hand",
                "Bring a calculator. Each link is good for one device at a time.",
            )
        },
        Entry {
            time: Time::Past,
            registrant: hanne,
            ..entry(
                SampleState::Over,
                "What the last flood taught us",
                "Ten stations, one night, many lessons.",
            )
        },
        Entry {
            time: Time::Never,
            registrant: yusuf,
            ..entry(SampleState::Canceled, "Night gauging at the weir", "With lamps and warm clothes.")
        },
    ])
}
