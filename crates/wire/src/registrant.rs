//! `meetingRegistrant` and `externalMeetingRegistrant`.

use std::collections::HashMap;

use domain::enrolment::{Details, FilledForm, change_answers};
use domain::person::ForeignPerson;
use domain::standing::STATUSES;
use domain::text::limit;
use domain::{
    AllowedRegistrant, Consent, ConsentVersion, FieldProblem, Meeting, MeetingId, Person, PersonId,
    ProblemCode, Question, Refusal, Registrant, Registration, RegistrationKind, Standing, TenantId,
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::body::{Body, Members};
use crate::zone;

/// A registrant of either kind.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "microsoft.graph.meetingRegistrantBase")]
pub enum AnyRegistrant {
    /// Of a built-in registration.
    BuiltIn(Box<MeetingRegistrant>),
    /// Of an external registration.
    External(ExternalMeetingRegistrant),
}

/// A registrant of a built-in registration.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "microsoft.graph.meetingRegistrant")]
pub struct MeetingRegistrant {
    /// `#microsoft.graph.meetingRegistrant`
    #[serde(rename = "@odata.type")]
    pub odata_type: &'static str,
    /// Its id; blank in the answer to an anonymous enrolment.
    #[schemars(extend("readOnly" = true))]
    pub id: String,
    /// When they asked for a place.
    #[schemars(extend("readOnly" = true))]
    pub registration_date_time: Option<String>,
    /// The personal join link; blank in the answer to an anonymous enrolment, null before a place is theirs.
    #[schemars(extend("readOnly" = true))]
    pub join_web_url: Option<String>,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// `registered` or `canceled`; with approval or a waiting list also one of the successor API's
    /// `virtualEventAttendeeRegistrationStatus`.
    #[schemars(extend(
        "readOnly" = true,
        "enum" = status_schema(),
        "x-ms-enum" = json!({"name": "meetingRegistrantStatus"})
    ))]
    pub status: Option<&'static str>,
    /// Answers to the custom questions.
    pub custom_question_answers: Vec<CustomQuestionAnswer>,
    /// The IANA name of the zone that their letters tell the time in, where it is known. Named as the successor API names
    /// it; Windows' names are taken too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferred_timezone: Option<String>,
    /// Until when a place is held for them, where one is. An extension of Usher's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("readOnly" = true))]
    pub offer_expiration_date_time: Option<String>,
    /// When it was canceled, or rejected. Named as the successor API names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("readOnly" = true))]
    pub cancelation_date_time: Option<String>,
    /// By whom: `person:` or `app:` and an id, `registrant` for the person by their link, `waitlist` where the time of an
    /// offer was over. An extension of Usher's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("readOnly" = true))]
    pub canceled_by: Option<String>,
    /// Why, in the words of whoever did it. An extension of Usher's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("readOnly" = true))]
    pub cancelation_reason: Option<String>,
    /// What they agreed to on the sign-up page, where their organisation asks for it. An extension of Usher's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("readOnly" = true))]
    pub consent: Option<RegistrantConsent>,
}

/// The statuses of [`domain::standing::STATUSES`], or none.
pub(crate) fn status_schema() -> Value {
    STATUSES.iter().map(|status| json!(status)).chain([Value::Null]).collect()
}

/// What a registrant agreed to.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "usher.registrantConsent")]
pub struct RegistrantConsent {
    /// When.
    pub agreed_date_time: String,
    /// What the wording is called by; another wording has another.
    pub version: String,
    /// The wording.
    pub text: Option<String>,
    /// The privacy notice that it named.
    pub privacy_notice_url: Option<String>,
}

/// An answer.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "microsoft.graph.customQuestionAnswer")]
pub struct CustomQuestionAnswer {
    /// The question.
    pub question_id: Option<String>,
    /// Its text.
    #[schemars(extend("readOnly" = true))]
    pub display_name: Option<String>,
    /// The answer; blank where none was given.
    pub value: Option<String>,
}

/// A registrant of an external registration.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "microsoft.graph.externalMeetingRegistrant")]
pub struct ExternalMeetingRegistrant {
    /// `#microsoft.graph.externalMeetingRegistrant`
    #[serde(rename = "@odata.type")]
    pub odata_type: &'static str,
    /// Its id in the external system, any string.
    pub id: String,
    /// The personal join link.
    #[schemars(extend("readOnly" = true))]
    pub join_web_url: Option<String>,
    /// The person, under `organization`.
    pub user_id: Option<String>,
    /// The person's directory, under `organization`.
    pub tenant_id: Option<String>,
}

/// How lists are filled: configuration key `compat.lists`, decision 7 of docs/graph-compat.md.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ListEdition {
    /// With everything the organizer may see.
    #[default]
    Filled,
    /// With the nulls of 2021.
    Of2021,
}

impl AnyRegistrant {
    /// The answer to an anonymous enrolment: the empty object of seed 002.
    pub fn anonymous() -> Self {
        Self::BuiltIn(Box::new(MeetingRegistrant {
            join_web_url: Some(String::new()),
            ..nobody(String::new())
        }))
    }

    /// The answer to a signed-in enrolment: id and link, nothing else (seed 002).
    pub fn with_link(id: String, join_web_url: String) -> Self {
        Self::BuiltIn(Box::new(MeetingRegistrant { join_web_url: Some(join_web_url), ..nobody(id) }))
    }

    /// The answer to a signed-in enrolment without a place: there is no link yet.
    pub fn without_place(id: String, status: &'static str) -> Self {
        Self::BuiltIn(Box::new(MeetingRegistrant { status: Some(status), ..nobody(id) }))
    }

    /// The answer to an external enrolment.
    pub fn external(external_id: &str, user: Option<ForeignPerson>, join_web_url: Option<String>) -> Self {
        Self::External(ExternalMeetingRegistrant {
            odata_type: "#microsoft.graph.externalMeetingRegistrant",
            id: external_id.to_owned(),
            join_web_url,
            user_id: user.map(|user| user.person.to_string()),
            tenant_id: user.map(|user| user.tenant.to_string()),
        })
    }

    /// An item of a list, or one registrant by itself. No link is shown to whoever never had a place.
    pub fn item(
        meeting: &Meeting,
        registration: &Registration,
        registrant: &Registrant,
        join_web_url: String,
        consents: &HashMap<ConsentVersion, Consent>,
        edition: ListEdition,
    ) -> Self {
        let had_a_place = matches!(registrant.standing, Standing::Registered | Standing::Canceled(_));
        let join_web_url = Some(join_web_url).filter(|_| edition == ListEdition::Filled && had_a_place);
        let end = registrant.standing.end();
        let named = match &registrant.person {
            Some(Person::External { external_id, user }) => {
                return Self::external(external_id, *user, join_web_url);
            }
            Some(Person::Named { named, .. }) => Some(named),
            None => None,
        };
        let questions = match &registration.kind {
            RegistrationKind::BuiltIn(built_in) => built_in.questions.as_slice(),
            RegistrationKind::External => &[],
        };
        let key = crate::registration::key(meeting, registration);
        Self::BuiltIn(Box::new(MeetingRegistrant {
            registration_date_time: Some(crate::time::write(registrant.registered_at)),
            join_web_url,
            first_name: named.map(|named| named.first_name.clone()),
            last_name: named.map(|named| named.last_name.clone()),
            email: named.map(|named| named.email.as_typed().to_owned()),
            status: Some(registrant.status()),
            preferred_timezone: registrant.time_zone.clone(),
            offer_expiration_date_time: match registrant.standing {
                Standing::Offered { expires_at } => Some(crate::time::write(expires_at)),
                _ => None,
            },
            cancelation_date_time: end.map(|end| crate::time::write(end.at)),
            canceled_by: end.map(|end| end.by.clone()),
            cancelation_reason: end.and_then(|end| end.reason.clone()),
            custom_question_answers: show_answers(meeting.id, questions, registrant, edition),
            consent: show_consent(registrant, consents),
            ..nobody(crate::ids::write_registrant(&key, registrant.id))
        }))
    }
}

fn nobody(id: String) -> MeetingRegistrant {
    MeetingRegistrant {
        odata_type: "#microsoft.graph.meetingRegistrant",
        id,
        registration_date_time: None,
        join_web_url: None,
        first_name: None,
        last_name: None,
        email: None,
        status: None,
        custom_question_answers: Vec::new(),
        preferred_timezone: None,
        offer_expiration_date_time: None,
        cancelation_date_time: None,
        canceled_by: None,
        cancelation_reason: None,
        consent: None,
    }
}

fn show_consent(
    registrant: &Registrant,
    consents: &HashMap<ConsentVersion, Consent>,
) -> Option<RegistrantConsent> {
    let version = registrant.consent.as_ref()?;
    let consent = consents.get(version);
    Some(RegistrantConsent {
        agreed_date_time: crate::time::write(registrant.registered_at),
        version: version.to_string(),
        text: consent.map(|consent| consent.text.clone()),
        privacy_notice_url: consent.and_then(|consent| consent.notice_url.clone()),
    })
}

fn show_answers(
    meeting: MeetingId,
    questions: &[Question],
    registrant: &Registrant,
    edition: ListEdition,
) -> Vec<CustomQuestionAnswer> {
    let show = |answer: &domain::Answer| {
        let question = questions.iter().find(|question| question.id == answer.question);
        let id = crate::ids::write_question(meeting, answer.question);
        CustomQuestionAnswer {
            question_id: Some(id).filter(|_| edition == ListEdition::Filled),
            display_name: question.and_then(|question| question.display_name.clone()),
            value: Some(answer.value.clone()),
        }
    };
    registrant.answers.iter().map(show).collect()
}

/// Reads the body of an enrolment into a built-in registration. Only the JSON is judged here; the form's own
/// rules are [`domain::enrolment::read_form`]'s, whose faults come on top of the ones given back.
pub fn read_form(body: &Body, meeting: MeetingId) -> Result<(FilledForm, Vec<FieldProblem>), Refusal> {
    if body.odata_type().is_some_and(|name| !name.eq_ignore_ascii_case("meetingRegistrant")) {
        return Err(Refusal::RegistrantKind { needed: "#microsoft.graph.meetingRegistrant" });
    }
    let mut problems = Vec::new();
    let mut members = body.members(&mut problems);
    // Lengths are the form's own rules; a text of any length is read here.
    let form = FilledForm {
        first_name: members.text("firstName", usize::MAX).value(),
        last_name: members.text("lastName", usize::MAX).value(),
        email: members.text("email", usize::MAX).value(),
        answers: members
            .objects("customQuestionAnswers", limit::QUESTIONS, |answer| {
                let id = answer.text("questionId", usize::MAX).value().unwrap_or_default();
                let value = answer.text("value", usize::MAX).value().unwrap_or_default();
                (crate::ids::read_question(meeting, &id), value)
            })
            .value()
            .unwrap_or_default(),
    };
    Ok((form, problems))
}

/// Why somebody is turned down or canceled: the body of those actions.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "reason")]
pub struct Reason {
    /// For the organizer to read; the person is not told.
    pub reason: Option<String>,
}

/// Reads the reason of an action.
pub fn read_reason(body: &Body) -> Result<Option<String>, Refusal> {
    let mut problems = Vec::new();
    let reason = body.members(&mut problems).text("reason", limit::DESCRIPTION).value();
    if problems.is_empty() {
        Ok(reason.filter(|reason| !reason.trim().is_empty()))
    } else {
        Err(Refusal::Invalid(problems))
    }
}

/// Applies a PATCH to somebody's details. Answers that are sent take the place of all there were, as a list does in every
/// PATCH. The address cannot be changed, and names of the directory cannot: they may be sent back.
pub fn patch(
    body: &Body,
    meeting: &Meeting,
    registration: &Registration,
    registrant: &Registrant,
) -> Result<Details, Refusal> {
    let questions = &registration.built_in()?.questions;
    let Some(Person::Named { named, user }) = &registrant.person else { return Err(Refusal::NoRegistrant) };
    let (form, mut problems) = read_form(body, meeting.id)?;
    let mut time_zone = registrant.time_zone.clone();
    zone::read_preferred(body, &mut problems).change(&mut time_zone);
    let text = |name: &str, given: &Option<String>, now: &str| {
        let is_sent = body.0.contains_key(name);
        if is_sent { given.clone() } else { Some(now.to_owned()) }
    };
    let changed = FilledForm {
        first_name: text("firstName", &form.first_name, &named.first_name),
        last_name: text("lastName", &form.last_name, &named.last_name),
        email: Some(named.email.as_typed().to_owned()),
        answers: Vec::new(),
    };
    let mut fixed = |member: &str, message: &str| {
        problems.push(FieldProblem::new(member, ProblemCode::NotUpdatable, message));
    };
    if form.email.as_deref().is_some_and(|email| email != named.email.as_typed()) {
        fixed(
            "email",
            "`email` cannot be changed: the links went there; cancel, and enroll the other address",
        );
    }
    for (member, sent, now) in [
        ("firstName", &changed.first_name, &named.first_name),
        ("lastName", &changed.last_name, &named.last_name),
    ] {
        if user.is_some() && sent.as_deref().is_some_and(|sent| sent != now) {
            fixed(
                member,
                &format!("`{member}` cannot be changed: it comes from the organisation's directory"),
            );
        }
    }
    let answers = if body.0.contains_key("customQuestionAnswers") {
        change_answers(&registrant.answers, &form.answers, questions)
    } else {
        Ok(registrant.answers.clone())
    };
    let is_told = |problems: &[FieldProblem], target: &str| problems.iter().any(|told| told.target == target);
    match (domain::enrolment::read_form(&changed, &[]), answers) {
        (Ok((named, _)), Ok(answers)) if problems.is_empty() => Ok(Details { named, answers, time_zone }),
        (names, answers) => {
            let found = names.err().into_iter().chain(answers.err()).flatten();
            let more: Vec<_> = found.filter(|problem| !is_told(&problems, &problem.target)).collect();
            problems.extend(more);
            Err(Refusal::Invalid(problems))
        }
    }
}

/// Reads the body of an enrolment into an external registration. `@odata.type` must say so; `tenantId` and
/// `userId` are needed under `organization` and ignored under `everyone` (seed 004).
pub fn read_external(body: &Body, meeting: &Meeting, registration: &Registration) -> Result<Person, Refusal> {
    if !body.odata_type().is_some_and(|name| name.eq_ignore_ascii_case("externalMeetingRegistrant")) {
        return Err(Refusal::RegistrantKind { needed: "#microsoft.graph.externalMeetingRegistrant" });
    }
    let mut problems = Vec::new();
    let mut members = body.members(&mut problems);
    let external_id = members.text("id", limit::EXTERNAL_ID).value().filter(|id| !id.is_empty());
    if external_id.is_none() && body.0.get("id").is_none_or(|id| id.is_null() || id == &Value::from("")) {
        let message = "`id` is missing: give the registrant's id in the external registration system";
        members.report("id", ProblemCode::Missing, message);
    }
    let user = match registration.allowed_registrant {
        AllowedRegistrant::Everyone => None,
        AllowedRegistrant::Organization => read_user(&mut members, meeting.tenant),
    };
    match external_id {
        Some(external_id) if problems.is_empty() => Ok(Person::External { external_id, user }),
        _ => Err(Refusal::Invalid(problems)),
    }
}

fn read_user(members: &mut Members<'_>, tenant: TenantId) -> Option<ForeignPerson> {
    let given_tenant = read_guid(members, "tenantId").map(TenantId);
    let person = read_guid(members, "userId").map(PersonId);
    if given_tenant.is_some_and(|given| given != tenant) {
        let message = "`tenantId` is another organisation than the organizer's: only its people may enrol";
        members.report("tenantId", ProblemCode::InvalidValue, message);
    }
    Some(ForeignPerson { tenant: given_tenant?, person: person? })
}

fn read_guid(members: &mut Members<'_>, name: &str) -> Option<Uuid> {
    let given = members.text(name, 64).value();
    let id = given.as_deref().and_then(|text| Uuid::try_parse(text).ok());
    if id.is_none() {
        let (code, message) = match given {
            None => (ProblemCode::Missing, format!("`{name}` is missing: `organization` needs the person's")),
            Some(_) => (ProblemCode::InvalidValue, format!("`{name}` is a GUID")),
        };
        members.report(name, code, message);
    }
    id
}
