//! `meetingRegistration` and `externalMeetingRegistration`.

use std::ops::RangeInclusive;

use domain::text::limit;
use domain::{
    AllowedRegistrant, BuiltIn, FieldProblem, Meeting, Origin, ProblemCode, Registration, RegistrationKind,
    Reminders, Speaker,
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use crate::body::{Body, Given, Members};
use crate::ids::{RegistrationKey, write_registration};
use crate::question::{MeetingRegistrationQuestion, NewQuestion};

/// What the observed service said to a body whose type it did not know.
pub const TYPE_MESSAGE: &str = "Invalid request. Provide microsoft.graph.meetingRegistration or \
    microsoft.graph.externalMeetingRegistration in request body.";

/// The names of `allowedRegistrant`.
fn audiences() -> [&'static str; 2] {
    [AllowedRegistrant::Everyone, AllowedRegistrant::Organization].map(AllowedRegistrant::name)
}

/// A registration of either kind.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "microsoft.graph.meetingRegistrationBase")]
pub enum AnyRegistration {
    /// Built-in.
    BuiltIn(Box<MeetingRegistration>),
    /// External.
    External(ExternalMeetingRegistration),
}

/// A built-in registration.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "microsoft.graph.meetingRegistration")]
pub struct MeetingRegistration {
    /// `#microsoft.graph.meetingRegistration`
    #[serde(rename = "@odata.type")]
    pub odata_type: &'static str,
    /// Its id.
    #[schemars(extend("readOnly" = true))]
    pub id: String,
    /// The sign-up page.
    #[schemars(extend("readOnly" = true))]
    pub registration_page_web_url: String,
    /// `everyone` or `organization`; cannot be changed.
    #[schemars(extend("enum" = audiences(), "x-ms-enum" = json!({"name": "meetingAudience"})))]
    pub allowed_registrant: &'static str,
    /// Title.
    pub subject: Option<String>,
    /// Description.
    pub description: Option<String>,
    /// Start.
    pub start_date_time: Option<String>,
    /// End: nobody can enrol after it.
    pub end_date_time: Option<String>,
    /// How many people looked at the sign-up page, each once a day; only a GET tells.
    #[schemars(extend("readOnly" = true))]
    pub registration_page_view_count: Option<i64>,
    /// Speakers; a PATCH replaces the whole list.
    pub speakers: Vec<MeetingSpeaker>,
    /// How many people may be registered at once; null for no limit. An extension of Usher's.
    pub capacity: Option<u32>,
    /// Whether people may wait where every place is taken. Named as the successor API names it; an extension of Usher's
    /// here.
    pub is_waitlist_enabled: bool,
    /// Whether the organizer decides about each. Named as the successor API names it; an extension of Usher's here.
    pub is_manual_approval_enabled: bool,
    /// For how many minutes a place that becomes free is held for whoever waits; null for a day. An extension of Usher's.
    pub waitlist_offer_minutes: Option<u32>,
    /// From when on people can register; null for at once. An extension of Usher's.
    pub opens_date_time: Option<String>,
    /// From when on they can no more; null for until the end. An extension of Usher's.
    pub closes_date_time: Option<String>,
    /// Origins of sites that may show the sign-up page in a frame. An extension of Usher's.
    pub embedding_origins: Vec<String>,
    /// How many minutes before the start people are reminded; null as the service does, empty for never. An extension of
    /// Usher's.
    pub reminder_minutes_before_start: Option<Vec<i64>>,
    /// The questions, with `$expand=customQuestions`; may be given when the registration is created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_questions: Option<Vec<MeetingRegistrationQuestion>>,
}

/// A speaker.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "microsoft.graph.meetingSpeaker")]
pub struct MeetingSpeaker {
    /// Name.
    pub display_name: Option<String>,
    /// Biography.
    pub bio: Option<String>,
}

/// An external registration.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "microsoft.graph.externalMeetingRegistration")]
pub struct ExternalMeetingRegistration {
    /// `#microsoft.graph.externalMeetingRegistration`
    #[serde(rename = "@odata.type")]
    pub odata_type: &'static str,
    /// Its id.
    #[schemars(extend("readOnly" = true))]
    pub id: String,
    /// `everyone` or `organization`; cannot be changed.
    #[schemars(extend("enum" = audiences(), "x-ms-enum" = json!({"name": "meetingAudience"})))]
    pub allowed_registrant: &'static str,
}

/// What an answer shows beside the plain members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The number of views: only a GET shows it.
    pub views: bool,
    /// The questions: only with `$expand`.
    pub questions: bool,
}

impl AnyRegistration {
    /// A registration as it is shown.
    pub fn new(public_url: &str, meeting: &Meeting, registration: &Registration, shown: Shown) -> Self {
        let allowed_registrant = registration.allowed_registrant.name();
        let built_in = match &registration.kind {
            RegistrationKind::BuiltIn(built_in) => built_in,
            RegistrationKind::External => {
                return Self::External(ExternalMeetingRegistration {
                    odata_type: "#microsoft.graph.externalMeetingRegistration",
                    id: registration.id.to_string(),
                    allowed_registrant,
                });
            }
        };
        let id = write_registration(&key(meeting, registration));
        let questions = || {
            let show = |question| MeetingRegistrationQuestion::new(meeting.id, question);
            built_in.questions.iter().map(show).collect()
        };
        Self::BuiltIn(Box::new(MeetingRegistration {
            odata_type: "#microsoft.graph.meetingRegistration",
            registration_page_web_url: crate::links::registration_page(public_url, &id, meeting),
            id,
            allowed_registrant,
            subject: built_in.subject.clone(),
            description: built_in.description.clone(),
            start_date_time: built_in.start_at.map(crate::time::write),
            end_date_time: built_in.end_at.map(crate::time::write),
            registration_page_view_count: shown.views.then_some(built_in.view_count),
            speakers: built_in.speakers.iter().map(MeetingSpeaker::new).collect(),
            capacity: built_in.capacity,
            is_waitlist_enabled: built_in.is_waitlist_enabled,
            is_manual_approval_enabled: built_in.is_manual_approval_enabled,
            waitlist_offer_minutes: built_in.offer_minutes,
            opens_date_time: built_in.opens_at.map(crate::time::write),
            closes_date_time: built_in.closes_at.map(crate::time::write),
            embedding_origins: built_in.embedding_origins.iter().map(Origin::to_string).collect(),
            reminder_minutes_before_start: built_in
                .reminders
                .as_ref()
                .map(|reminders| reminders.minutes().collect()),
            custom_questions: shown.questions.then(questions),
        }))
    }
}

/// What the ids of a registration and its registrants carry.
pub fn key(meeting: &Meeting, registration: &Registration) -> RegistrationKey {
    RegistrationKey {
        tenant: meeting.tenant,
        meeting: meeting.id,
        organizer: meeting.organizer,
        registration: registration.id,
    }
}

impl MeetingSpeaker {
    fn new(speaker: &Speaker) -> Self {
        Self { display_name: speaker.display_name.clone(), bio: speaker.bio.clone() }
    }
}

/// A registration as it was sent to be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRegistration {
    /// Who may enrol.
    pub allowed_registrant: AllowedRegistrant,
    /// Its kind; the questions stand apart, because they get their ids later.
    pub kind: RegistrationKind,
    /// The questions, in order.
    pub questions: Vec<NewQuestion>,
}

impl NewRegistration {
    /// Reads a body. One without `@odata.type` is a built-in registration (decision 1 of docs/graph-compat.md). Where
    /// only one of the two times is given, it is held against the meeting's other.
    pub fn read(body: &Body, meeting: &Meeting) -> Result<Self, Vec<FieldProblem>> {
        let mut problems = Vec::new();
        let is_external = match body.odata_type().map(str::to_ascii_lowercase).as_deref() {
            None | Some("meetingregistration") => false,
            Some("externalmeetingregistration") => true,
            Some(_) => return Err(vec![type_problem()]),
        };
        let mut members = body.members(&mut problems);
        let allowed = members.required_member("allowedRegistrant", AUDIENCES, AllowedRegistrant::from_name);
        let mut questions = Vec::new();
        let kind = if is_external {
            RegistrationKind::External
        } else {
            let mut built_in = BuiltIn::default();
            read_built_in(&mut members, &mut built_in, meeting);
            questions = members
                .objects("customQuestions", limit::QUESTIONS, NewQuestion::read_members)
                .value()
                .unwrap_or_default();
            RegistrationKind::BuiltIn(Box::new(built_in))
        };
        match (allowed, questions.into_iter().collect::<Option<Vec<_>>>()) {
            (Some(allowed_registrant), Some(questions)) if problems.is_empty() => {
                Ok(Self { allowed_registrant, kind, questions })
            }
            _ => Err(problems),
        }
    }
}

/// Applies a PATCH to a built-in registration. The audience cannot be changed, but sent back unchanged.
pub fn patch(
    body: &Body,
    meeting: &Meeting,
    registration: &Registration,
    built_in: &BuiltIn,
) -> Result<BuiltIn, Vec<FieldProblem>> {
    if body.odata_type().is_some_and(|name| !name.eq_ignore_ascii_case("meetingRegistration")) {
        return Err(vec![type_problem()]);
    }
    let mut problems = Vec::new();
    let mut members = body.members(&mut problems);
    let allowed =
        members.patched_member("allowedRegistrant", AUDIENCES, AllowedRegistrant::from_name).value();
    if allowed.is_some_and(|allowed| allowed != registration.allowed_registrant) {
        let message = "`allowedRegistrant` cannot be changed: delete the registration and create another";
        members.report("allowedRegistrant", ProblemCode::NotUpdatable, message);
    }
    let mut changed = built_in.clone();
    read_built_in(&mut members, &mut changed, meeting);
    if problems.is_empty() { Ok(changed) } else { Err(problems) }
}

/// From five minutes to thirty days.
const OFFER_MINUTES: RangeInclusive<u32> = 5..=43_200;
const AUDIENCES: &str = "`everyone` and `organization`";

/// The fault of a body whose type is unknown, abstract or of the wrong kind.
pub fn type_problem() -> FieldProblem {
    FieldProblem::new("@odata.type", ProblemCode::RegistrationType, TYPE_MESSAGE)
}

fn read_built_in(members: &mut Members<'_>, built_in: &mut BuiltIn, meeting: &Meeting) {
    members.text("subject", limit::SUBJECT).change(&mut built_in.subject);
    members.text("description", limit::DESCRIPTION).change(&mut built_in.description);
    let start = members.instant("startDateTime");
    let end = members.instant("endDateTime");
    let is_asked = !matches!((&start, &end), (Given::Absent, Given::Absent));
    start.change(&mut built_in.start_at);
    end.change(&mut built_in.end_at);
    if is_asked {
        let start_at = built_in.start_at.unwrap_or(meeting.start_at);
        check_order(members, start_at, built_in.end_at.unwrap_or(meeting.end_at));
    }
    read_window(members, built_in, meeting, is_asked);
    match members.objects("speakers", limit::SPEAKERS, read_speaker) {
        Given::Absent => {}
        Given::Null => built_in.speakers = Vec::new(),
        Given::Is(speakers) => built_in.speakers = speakers,
    }
    members.count("capacity").change(&mut built_in.capacity);
    members.boolean("isWaitlistEnabled").replace(&mut built_in.is_waitlist_enabled);
    members.boolean("isManualApprovalEnabled").replace(&mut built_in.is_manual_approval_enabled);
    members.whole("waitlistOfferMinutes", OFFER_MINUTES).change(&mut built_in.offer_minutes);
    read_origins(members, built_in);
    match members.wholes("reminderMinutesBeforeStart", limit::REMINDERS, 1..=Reminders::LONGEST) {
        Given::Absent => {}
        Given::Null => built_in.reminders = None,
        Given::Is(minutes) => built_in.reminders = Some(Reminders::new(minutes)),
    }
}

/// From when until when people can register. Where an end is sent, it is held against the opening there is.
fn read_window(members: &mut Members<'_>, built_in: &mut BuiltIn, meeting: &Meeting, end_is_sent: bool) {
    let (opens, closes) = (members.instant("opensDateTime"), members.instant("closesDateTime"));
    let is_asked = end_is_sent || !matches!((&opens, &closes), (Given::Absent, Given::Absent));
    opens.change(&mut built_in.opens_at);
    closes.change(&mut built_in.closes_at);
    let Some(opens_at) = built_in.opens_at.filter(|_| is_asked) else { return };
    let opening = crate::time::write(opens_at);
    if let Some(closes_at) = built_in.closes_at.filter(|closes_at| *closes_at <= opens_at) {
        let close = crate::time::write(closes_at);
        let message =
            format!("`closesDateTime` `{close}` is not after the opening, `{opening}`: give a later close");
        members.report("closesDateTime", ProblemCode::CloseNotAfterOpening, message);
    }
    let end_at = built_in.end_at.unwrap_or(meeting.end_at);
    if opens_at >= end_at {
        let end = crate::time::write(end_at);
        let message = format!(
            "`opensDateTime` `{opening}` is not before the end, `{end}`: nobody could register, give an earlier one"
        );
        members.report("opensDateTime", ProblemCode::OpeningNotBeforeEnd, message);
    }
}

/// A list of origins; each is kept once.
fn read_origins(members: &mut Members<'_>, built_in: &mut BuiltIn) {
    let texts = match members.texts("embeddingOrigins", limit::ORIGINS) {
        Given::Absent => return,
        Given::Null => Vec::new(),
        Given::Is(texts) => texts,
    };
    built_in.embedding_origins.clear();
    for (n, text) in texts.iter().enumerate() {
        match Origin::parse(text) {
            Some(origin) if built_in.embedding_origins.contains(&origin) => {}
            Some(origin) => built_in.embedding_origins.push(origin),
            None => members.report(
                &format!("embeddingOrigins/{n}"),
                ProblemCode::InvalidOrigin,
                "the item is no origin: it has the form `https://www.example.org`, in lower case and without a path",
            ),
        }
    }
}

/// Decision 12 of docs/graph-compat.md.
pub(crate) fn check_order(members: &mut Members<'_>, start_at: Timestamp, end_at: Timestamp) {
    if end_at <= start_at {
        let message = format!(
            "`endDateTime` `{}` is not after the start, `{}`: give a later end",
            crate::time::write(end_at),
            crate::time::write(start_at)
        );
        members.report("endDateTime", ProblemCode::EndNotAfterStart, message);
    }
}

fn read_speaker(members: &mut Members<'_>) -> Speaker {
    Speaker {
        display_name: members.text("displayName", limit::NAME).value(),
        bio: members.text("bio", limit::DESCRIPTION).value(),
    }
}
