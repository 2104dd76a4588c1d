//! The online meeting that hosts a registration.

use jiff::{SignedDuration, Timestamp};

use crate::ids::{MeetingId, PersonId, TenantId};

/// An online meeting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meeting {
    /// Its id.
    pub id: MeetingId,
    /// The organisation it belongs to.
    pub tenant: TenantId,
    /// Who organizes it; never changes.
    pub organizer: PersonId,
    /// When it was created.
    pub created_at: Timestamp,
    /// Start.
    pub start_at: Timestamp,
    /// End, after the start.
    pub end_at: Timestamp,
    /// Title.
    pub subject: Option<String>,
    /// Where the join gate sends people: any `https` address. `None` until the organizer has set it.
    pub join_url: Option<String>,
    /// The number people may dial or type, digits only.
    pub join_meeting_id: String,
    /// The passcode that goes with the number, when one is required.
    pub passcode: Option<String>,
    /// The caller's own key for `createOrGet`, unique for one organizer.
    pub external_id: Option<String>,
    /// People invited by name.
    pub attendees: Vec<Participant>,
    /// Room settings, kept and echoed; the room itself is the provider's.
    pub settings: MeetingSettings,
    /// Counts changes; the calendar's SEQUENCE follows it.
    pub version: i64,
}

/// A person invited to a meeting by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Participant {
    /// User principal name, usually an address.
    pub upn: Option<String>,
    /// The person, when the directory knows them.
    pub person: Option<PersonId>,
    /// Display name.
    pub display_name: Option<String>,
    /// Graph's `onlineMeetingRole`; `attendee` where nothing was said.
    pub role: Option<String>,
}

/// Settings of the meeting room, where strings hold members of Graph's enumerations, and of the join gate before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeetingSettings {
    /// `isEntryExitAnnounced`
    pub is_entry_exit_announced: bool,
    /// `allowedPresenters`
    pub allowed_presenters: String,
    /// `allowMeetingChat`
    pub allow_meeting_chat: String,
    /// `allowTeamworkReactions`
    pub allow_teamwork_reactions: bool,
    /// `recordAutomatically`
    pub record_automatically: bool,
    /// `lobbyBypassSettings.scope`
    pub lobby_scope: String,
    /// `lobbyBypassSettings.isDialInBypassEnabled`
    pub is_dial_in_bypass_enabled: bool,
    /// How many minutes before the start the join gate opens; the service's own number where it is absent.
    pub opens_minutes_before: Option<u32>,
    /// Whether a personal link lets one device in at a time; as the service does where it is absent.
    pub one_device: Option<bool>,
}

impl Default for MeetingSettings {
    /// The defaults that Graph's examples print.
    fn default() -> Self {
        Self {
            is_entry_exit_announced: true,
            allowed_presenters: "everyone".to_owned(),
            allow_meeting_chat: "enabled".to_owned(),
            allow_teamwork_reactions: true,
            record_automatically: false,
            lobby_scope: "organization".to_owned(),
            is_dial_in_bypass_enabled: false,
            opens_minutes_before: None,
            one_device: None,
        }
    }
}

/// What the join gate says to somebody whose link is good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gate {
    /// Come in: the meeting's own address.
    Open(String),
    /// Come back at this moment.
    Early(Timestamp),
    /// The meeting is over.
    Over,
    /// The organizer has not said yet where the meeting takes place.
    NoAddress,
}

impl Meeting {
    /// When the join gate opens: so many minutes before the start as the meeting says, or else `minutes_before`.
    pub fn opens_at(&self, start_at: Timestamp, minutes_before: i64) -> Timestamp {
        let minutes = self.settings.opens_minutes_before.map_or(minutes_before, i64::from);
        start_at.checked_sub(SignedDuration::from_mins(minutes)).unwrap_or(Timestamp::MIN)
    }

    /// What the join gate says at `now`, when doors open `minutes_before` the start unless the meeting says otherwise.
    /// The times are the ones people were told, which a registration may set itself.
    pub fn gate(&self, start_at: Timestamp, end_at: Timestamp, minutes_before: i64, now: Timestamp) -> Gate {
        let opens_at = self.opens_at(start_at, minutes_before);
        if now >= end_at {
            return Gate::Over;
        }
        if now < opens_at {
            return Gate::Early(opens_at);
        }
        self.join_url.clone().map_or(Gate::NoAddress, Gate::Open)
    }

    /// Whether that person was invited by name.
    pub fn invites(&self, person: PersonId, upn: Option<&str>) -> bool {
        self.attendees.iter().any(|attendee| {
            let same_upn = |a: &str| upn.is_some_and(|b| a.eq_ignore_ascii_case(b));
            attendee.person == Some(person) || attendee.upn.as_deref().is_some_and(same_upn)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gate_opens_before_the_start_and_closes_at_the_end() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let (start, end) = (at("2027-03-09T11:00:00Z"), at("2027-03-09T12:00:00Z"));
        let mut meeting = Meeting {
            id: MeetingId(uuid::Uuid::nil()),
            tenant: TenantId(uuid::Uuid::nil()),
            organizer: PersonId(uuid::Uuid::nil()),
            created_at: start,
            start_at: start,
            end_at: end,
            subject: None,
            join_url: Some("https://meet.example/room".to_owned()),
            join_meeting_id: String::new(),
            passcode: None,
            external_id: None,
            attendees: Vec::new(),
            settings: MeetingSettings::default(),
            version: 1,
        };
        let open = Gate::Open("https://meet.example/room".to_owned());

        for (now, expected) in [
            ("2027-03-09T10:44:59.999999Z", Gate::Early(at("2027-03-09T10:45:00Z"))),
            ("2027-03-09T10:45:00Z", open.clone()),
            ("2027-03-09T11:59:59Z", open),
            ("2027-03-09T12:00:00Z", Gate::Over),
        ] {
            assert_eq!(meeting.gate(start, end, 15, at(now)), expected, "{now}");
        }
        meeting.join_url = None;
        assert_eq!(meeting.gate(start, end, 15, start), Gate::NoAddress);
    }
}
