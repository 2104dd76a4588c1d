//! `onlineMeeting`.

use domain::host::Disguise;
use domain::text::limit;
use domain::{FieldProblem, Meeting, MeetingSettings, Participant, PersonId, ProblemCode, Registration};
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::body::{Body, Given, Members};
use crate::registration::{AnyRegistration, check_order};

/// An online meeting.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "microsoft.graph.onlineMeeting")]
#[expect(missing_docs, reason = "Graph's own names for the room's settings")]
pub struct OnlineMeeting {
    /// Its id.
    #[schemars(extend("readOnly" = true))]
    pub id: String,
    #[schemars(extend("readOnly" = true))]
    pub creation_date_time: String,
    pub start_date_time: String,
    pub end_date_time: String,
    /// The meeting's own link, through the join gate.
    #[schemars(extend("readOnly" = true))]
    pub join_web_url: String,
    /// Where the join gate sends people: the address of the meeting at its provider, any `https` address.
    /// An extension of Usher's.
    pub join_url: Option<String>,
    /// How many minutes before the start the join gate opens; null as the service does. An extension of Usher's.
    pub join_opens_minutes_before_start: Option<u32>,
    /// Whether a personal link lets one device in at a time; null as the service does. An extension of Usher's.
    pub join_one_device_at_a_time: Option<bool>,
    pub subject: Option<String>,
    pub is_entry_exit_announced: bool,
    #[schemars(extend("enum" = PRESENTERS, "x-ms-enum" = json!({"name": "onlineMeetingPresenters"})))]
    pub allowed_presenters: String,
    #[schemars(extend("enum" = CHAT_MODES, "x-ms-enum" = json!({"name": "meetingChatMode"})))]
    pub allow_meeting_chat: String,
    pub allow_teamwork_reactions: bool,
    pub record_automatically: bool,
    #[schemars(extend("readOnly" = true))]
    pub video_teleconference_id: Option<String>,
    /// The caller's key given to `createOrGet`.
    pub external_id: Option<String>,
    pub participants: MeetingParticipants,
    pub lobby_bypass_settings: LobbyBypassSettings,
    pub join_meeting_id_settings: JoinMeetingIdSettings,
    /// Its registration of either kind, with `$expand=registration`; null where it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("readOnly" = true))]
    pub registration: Option<Option<AnyRegistration>>,
}

/// Who takes part.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "microsoft.graph.meetingParticipants")]
pub struct MeetingParticipants {
    /// The organizer; cannot be changed.
    #[schemars(extend("readOnly" = true))]
    pub organizer: MeetingParticipantInfo,
    /// People invited by name; a PATCH replaces the whole list.
    pub attendees: Vec<MeetingParticipantInfo>,
}

/// One who takes part.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "microsoft.graph.meetingParticipantInfo")]
pub struct MeetingParticipantInfo {
    /// User principal name.
    pub upn: Option<String>,
    /// `attendee`, `presenter`, `producer` or `coorganizer`.
    #[schemars(extend("enum" = ROLES, "x-ms-enum" = json!({"name": "onlineMeetingRole"})))]
    pub role: String,
    /// Who it is.
    pub identity: Option<IdentitySet>,
}

/// An identity set.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "microsoft.graph.identitySet")]
pub struct IdentitySet {
    /// The person.
    pub user: Identity,
}

/// An identity.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "microsoft.graph.identity")]
pub struct Identity {
    /// Object id.
    pub id: Option<String>,
    /// Name.
    pub display_name: Option<String>,
    /// Directory.
    #[schemars(extend("readOnly" = true))]
    pub tenant_id: Option<String>,
    /// `AAD` for people of the directory.
    #[schemars(extend("readOnly" = true))]
    pub identity_provider: Option<String>,
}

/// Who may pass the lobby.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "microsoft.graph.lobbyBypassSettings")]
pub struct LobbyBypassSettings {
    /// Graph's `lobbyBypassScope`.
    #[schemars(extend("enum" = LOBBY_SCOPES, "x-ms-enum" = json!({"name": "lobbyBypassScope"})))]
    pub scope: String,
    /// Whether callers by phone pass.
    pub is_dial_in_bypass_enabled: bool,
}

/// The meeting's number.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "microsoft.graph.joinMeetingIdSettings")]
pub struct JoinMeetingIdSettings {
    /// Whether a passcode goes with the number; fixed when the meeting is created.
    pub is_passcode_required: bool,
    /// The number.
    #[schemars(extend("readOnly" = true))]
    pub join_meeting_id: String,
    /// The passcode.
    #[schemars(extend("readOnly" = true))]
    pub passcode: Option<String>,
}

impl OnlineMeeting {
    /// A meeting as it is shown, without its registration. `organizer_upn` where the directory knows the organizer.
    pub fn new(join_base: &str, meeting: &Meeting, organizer_upn: Option<String>) -> Self {
        let settings = &meeting.settings;
        Self {
            id: crate::ids::write_meeting(meeting.organizer, meeting.id),
            creation_date_time: crate::time::write(meeting.created_at),
            start_date_time: crate::time::write(meeting.start_at),
            end_date_time: crate::time::write(meeting.end_at),
            join_web_url: crate::links::meeting_join(join_base, meeting),
            join_url: meeting.join_url.clone(),
            join_opens_minutes_before_start: settings.opens_minutes_before,
            join_one_device_at_a_time: settings.one_device,
            subject: meeting.subject.clone(),
            is_entry_exit_announced: settings.is_entry_exit_announced,
            allowed_presenters: settings.allowed_presenters.clone(),
            allow_meeting_chat: settings.allow_meeting_chat.clone(),
            allow_teamwork_reactions: settings.allow_teamwork_reactions,
            record_automatically: settings.record_automatically,
            video_teleconference_id: None,
            external_id: meeting.external_id.clone(),
            participants: MeetingParticipants {
                organizer: organizer(meeting, organizer_upn),
                attendees: meeting.attendees.iter().map(attendee).collect(),
            },
            lobby_bypass_settings: LobbyBypassSettings {
                scope: settings.lobby_scope.clone(),
                is_dial_in_bypass_enabled: settings.is_dial_in_bypass_enabled,
            },
            join_meeting_id_settings: JoinMeetingIdSettings {
                is_passcode_required: meeting.passcode.is_some(),
                join_meeting_id: meeting.join_meeting_id.clone(),
                passcode: meeting.passcode.clone(),
            },
            registration: None,
        }
    }
}

fn organizer(meeting: &Meeting, upn: Option<String>) -> MeetingParticipantInfo {
    let user = Identity {
        id: Some(meeting.organizer.to_string()),
        display_name: None,
        tenant_id: Some(meeting.tenant.to_string()),
        identity_provider: Some("AAD".to_owned()),
    };
    MeetingParticipantInfo { upn, role: "presenter".to_owned(), identity: Some(IdentitySet { user }) }
}

fn attendee(participant: &Participant) -> MeetingParticipantInfo {
    let identity =
        (participant.person.is_some() || participant.display_name.is_some()).then(|| IdentitySet {
            user: Identity {
                id: participant.person.map(|person| person.to_string()),
                display_name: participant.display_name.clone(),
                tenant_id: None,
                identity_provider: None,
            },
        });
    let role = participant.role.clone().unwrap_or_else(|| "attendee".to_owned());
    MeetingParticipantInfo { upn: participant.upn.clone(), role, identity }
}

/// What a caller may say of a meeting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeetingFields {
    /// Title.
    pub subject: Option<String>,
    /// Start.
    pub start_at: Timestamp,
    /// End.
    pub end_at: Timestamp,
    /// Where the join gate sends people.
    pub join_url: Option<String>,
    /// People invited by name.
    pub attendees: Vec<Participant>,
    /// Room settings.
    pub settings: MeetingSettings,
}

/// A meeting as it was sent to be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMeeting {
    /// Its members.
    pub fields: MeetingFields,
    /// Whether a passcode is to be made.
    pub is_passcode_required: bool,
    /// The caller's own key.
    pub external_id: Option<String>,
}

impl NewMeeting {
    /// Reads a body. Without times the meeting is from now for an hour, with a start alone for an hour from
    /// it; an end alone is a fault. `createOrGet` needs `externalId`.
    pub fn read(body: &Body, needs_external_id: bool, now: Timestamp) -> Result<Self, Vec<FieldProblem>> {
        let mut problems = Vec::new();
        let mut members = body.members(&mut problems);
        let start = members.instant("startDateTime").value();
        let end = members.instant("endDateTime").value();
        if start.is_none() && end.is_some() && !members.has("startDateTime") {
            members.report("startDateTime", ProblemCode::Missing, "`endDateTime` needs a `startDateTime`");
        }
        let start_at = start.unwrap_or(now);
        let hour = SignedDuration::from_hours(1);
        let mut fields = MeetingFields {
            subject: None,
            start_at,
            end_at: end.or_else(|| start_at.checked_add(hour).ok()).unwrap_or(start_at),
            join_url: None,
            attendees: Vec::new(),
            settings: MeetingSettings::default(),
        };
        read_fields(&mut members, &mut fields);
        let (external_id, is_passcode_required) = read_fixed(&mut members);
        if needs_external_id && external_id.is_none() {
            let message = "`externalId` is missing: give your own key for the meeting";
            members.report("externalId", ProblemCode::Missing, message);
        }
        let external_id = external_id.filter(|_| needs_external_id);
        if problems.is_empty() {
            Ok(Self { fields, is_passcode_required, external_id })
        } else {
            Err(problems)
        }
    }
}

/// Applies a PATCH to a meeting. Where its registration sets one of the times itself, the two must still be in
/// order.
pub fn patch(
    body: &Body,
    meeting: &Meeting,
    registration: Option<&Registration>,
) -> Result<Meeting, Vec<FieldProblem>> {
    let mut problems = Vec::new();
    let mut members = body.members(&mut problems);
    let mut fields = MeetingFields {
        subject: meeting.subject.clone(),
        start_at: meeting.start_at,
        end_at: meeting.end_at,
        join_url: meeting.join_url.clone(),
        attendees: meeting.attendees.clone(),
        settings: meeting.settings.clone(),
    };
    members.instant("startDateTime").replace(&mut fields.start_at);
    members.instant("endDateTime").replace(&mut fields.end_at);
    read_fields(&mut members, &mut fields);
    // Comes back in whole objects and changes nothing; of a wrong type it is a slip all the same.
    let _ = read_fixed(&mut members);
    let MeetingFields { subject, start_at, end_at, join_url, attendees, settings } = fields;
    let changed = Meeting { subject, start_at, end_at, join_url, attendees, settings, ..meeting.clone() };
    if let Some(registration) = registration {
        let told = (registration.start_at(&changed), registration.end_at(&changed));
        if told != (changed.start_at, changed.end_at) {
            check_order(&mut body.members(&mut problems), told.0, told.1);
        }
    }
    if problems.is_empty() { Ok(changed) } else { Err(problems) }
}

/// What is fixed when a meeting is created: the caller's own key, and whether there is to be a passcode.
fn read_fixed(members: &mut Members<'_>) -> (Option<String>, bool) {
    let external_id = members.text("externalId", limit::EXTERNAL_ID).value().filter(|id| !id.is_empty());
    let is_passcode_required = match members.object("joinMeetingIdSettings") {
        Given::Is(mut settings) => settings.boolean("isPasscodeRequired").value().unwrap_or(false),
        Given::Absent | Given::Null => false,
    };
    (external_id, is_passcode_required)
}

fn read_fields(members: &mut Members<'_>, fields: &mut MeetingFields) {
    check_order(members, fields.start_at, fields.end_at);
    members.text("subject", limit::SUBJECT).change(&mut fields.subject);
    read_join_url(members).change(&mut fields.join_url);
    if let Given::Is(mut participants) = members.object("participants")
        && let Given::Is(attendees) = participants.objects("attendees", limit::ATTENDEES, read_attendee)
    {
        fields.attendees = attendees;
    }
    let settings = &mut fields.settings;
    members.whole("joinOpensMinutesBeforeStart", 0..=1_440).change(&mut settings.opens_minutes_before);
    members.boolean("joinOneDeviceAtATime").change(&mut settings.one_device);
    members.boolean("isEntryExitAnnounced").replace(&mut settings.is_entry_exit_announced);
    members.boolean("allowTeamworkReactions").replace(&mut settings.allow_teamwork_reactions);
    members.boolean("recordAutomatically").replace(&mut settings.record_automatically);
    setting(members, "allowedPresenters", PRESENTERS).replace(&mut settings.allowed_presenters);
    setting(members, "allowMeetingChat", CHAT_MODES).replace(&mut settings.allow_meeting_chat);
    if let Given::Is(mut lobby) = members.object("lobbyBypassSettings") {
        setting(&mut lobby, "scope", LOBBY_SCOPES).replace(&mut settings.lobby_scope);
        lobby.boolean("isDialInBypassEnabled").replace(&mut settings.is_dial_in_bypass_enabled);
    }
}

const PRESENTERS: &[&str] = &["everyone", "organization", "roleIsPresenter", "organizer"];
const CHAT_MODES: &[&str] = &["enabled", "disabled", "limited"];
const LOBBY_SCOPES: &[&str] = &[
    "organizer",
    "organization",
    "organizationAndFederated",
    "everyone",
    "invited",
    "organizationExcludingGuests",
];
const ROLES: &[&str] = &["attendee", "presenter", "producer", "coorganizer"];

fn setting(members: &mut Members<'_>, name: &str, known: &[&str]) -> Given<String> {
    let names = format!("`{}`", known.join("`, `"));
    members.patched_member(name, &names, |text| known.contains(&text).then(|| text.to_owned()))
}

fn read_attendee(members: &mut Members<'_>) -> Participant {
    let mut participant = Participant {
        upn: members.text("upn", limit::EMAIL).value(),
        role: setting(members, "role", ROLES).value(),
        ..Participant::default()
    };
    if let Given::Is(mut identity) = members.object("identity")
        && let Given::Is(mut user) = identity.object("user")
    {
        participant.display_name = user.text("displayName", limit::SUBJECT).value();
        let id = user.text("id", 64).value();
        participant.person = id.and_then(|id| Uuid::try_parse(&id).ok()).map(PersonId);
    }
    participant
}

/// The address people are sent to: `https` alone, without user or password, so that a link of ours never
/// hides where it leads.
fn read_join_url(members: &mut Members<'_>) -> Given<String> {
    match members.text("joinUrl", limit::URL) {
        Given::Is(text) => {
            let message = match read_https(&text) {
                Some(url) => match unmask(&url) {
                    Some(message) => message,
                    None => return Given::Is(url.into()),
                },
                None => "`joinUrl` is an absolute `https` address without user name, such as \
                    `https://meet.example.org/room`"
                    .to_owned(),
            };
            members.report("joinUrl", ProblemCode::InvalidValue, message);
            Given::Absent
        }
        given => given,
    }
}

/// The address as browsers read it, so that what is stored is where people are sent.
fn read_https(text: &str) -> Option<url::Url> {
    let url = url::Url::parse(text).ok().filter(|_| !domain::text::has_control(text))?;
    let has_no_user = url.username().is_empty() && url.password().is_none();
    (url.scheme() == "https" && url.has_host() && has_no_user).then_some(url)
}

/// What to say of a host that people would take for another one.
fn unmask(url: &url::Url) -> Option<String> {
    let host = url.host_str()?;
    let why = match domain::host::disguise(host)? {
        Disguise::MixedScripts => "mixes letters of several scripts".to_owned(),
        Disguise::LooksLike(name) => format!("has letters that look like `{name}` and are others"),
        Disguise::UnusualLetters => "has letters that no language writes names with".to_owned(),
    };
    Some(format!(
        "`joinUrl` leads to the host `{host}`, whose name {why}, so that people could take it for another: give an address \
         whose host is written in one script"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<NewMeeting, Vec<FieldProblem>> {
        let now = crate::time::read("2027-01-01T00:00:00Z").unwrap();
        NewMeeting::read(&Body::read(text.as_bytes()).unwrap(), false, now)
    }

    #[test]
    fn times_left_out_are_filled_in() {
        let times = |text: &str| {
            let fields = read(text).unwrap().fields;
            (crate::time::write(fields.start_at), crate::time::write(fields.end_at))
        };

        assert_eq!(times("{}"), ("2027-01-01T00:00:00Z".to_owned(), "2027-01-01T01:00:00Z".to_owned()));
        assert_eq!(
            times(r#"{"startDateTime":"2027-02-01T00:00:00Z"}"#),
            ("2027-02-01T00:00:00Z".to_owned(), "2027-02-01T01:00:00Z".to_owned())
        );
        assert_eq!(read(r#"{"endDateTime":"2027-02-01T00:00:00Z"}"#).unwrap_err()[0].target, "startDateTime");
    }

    #[test]
    fn people_are_sent_to_https_addresses_only() {
        for (url, is_good) in [
            ("https://teams.microsoft.com/l/meetup-join/19%3ameeting", true),
            ("https://meet.example.org/room#config.prejoin=false", true),
            ("http://meet.example.org/room", false),
            ("javascript:alert(1)", false),
            ("data:text/html,x", false),
            ("//meet.example.org", false),
            ("https://user:pw@meet.example.org", false),
            ("https://bank.example@evil.example/", false),
            ("https:///nohost", true),
            ("", false),
        ] {
            let read = read(&serde_json::json!({"joinUrl": url}).to_string());
            // The URL standard reads `https:///nohost` as the host `nohost`.
            assert_eq!(read.is_ok(), is_good, "{url}");
        }
    }

    #[test]
    fn a_host_that_looks_like_another_is_refused_by_its_name_on_the_wire() {
        for (url, said) in [
            (
                "https://meet.p\u{430}ypal.example/room",
                "`meet.xn--pypal-4ve.example`, whose name mixes letters",
            ),
            (
                "https://\u{441}\u{43e}\u{441}\u{43e}.example",
                "`xn--n1aahb.example`, whose name has letters that look like `coco`",
            ),
        ] {
            let problems = read(&serde_json::json!({"joinUrl": url}).to_string()).unwrap_err();
            assert_eq!((&*problems[0].target, problems[0].code), ("joinUrl", ProblemCode::InvalidValue));
            assert!(problems[0].message.contains(said), "{}", problems[0].message);
        }
        let whole = read(&serde_json::json!({"joinUrl": "https://会議.example/room"}).to_string()).unwrap();
        assert_eq!(whole.fields.join_url.as_deref(), Some("https://xn--6oqw48l.example/room"));
    }
}
