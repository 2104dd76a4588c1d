//! `meetingAttendanceReport` and `attendanceRecord`. docs/graph-compat.md#attendance.

use domain::query::ATTENDEE;
use domain::{Meeting, Person, Registrant, Registration};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// The attendance of a meeting, as far as the join gate saw it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "microsoft.graph.meetingAttendanceReport")]
pub struct MeetingAttendanceReport {
    /// Its id: the registration's, as a GUID.
    pub id: String,
    /// How many people came in.
    pub total_participant_count: i64,
    /// When the meeting was to start; when somebody opened the room is not known.
    pub meeting_start_date_time: String,
    /// When the meeting was to end.
    pub meeting_end_date_time: String,
    /// Who came and who did not, with `$expand=attendanceRecords`: the first page of the records.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attendance_records: Option<Vec<AttendanceRecord>>,
    /// Where the next page of them is.
    #[serde(rename = "attendanceRecords@odata.nextLink", skip_serializing_if = "Option::is_none")]
    #[schemars(skip)]
    pub attendance_records_next_link: Option<String>,
}

/// One person's attendance.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "microsoft.graph.attendanceRecord")]
pub struct AttendanceRecord {
    /// Its id, a GUID.
    pub id: String,
    /// E-mail address; null of an external registrant.
    pub email_address: Option<String>,
    /// Who it is.
    pub identity: Identity,
    /// The registrant, by the id that lists of registrants show.
    pub registrant_id: String,
    /// `Attendee`
    pub role: &'static str,
    /// 0 for somebody who did not come; null for somebody who did, since only the room knows who left when.
    pub total_attendance_in_seconds: Option<i32>,
    /// Each time that they came in; empty for somebody who did not.
    pub attendance_intervals: Vec<AttendanceInterval>,
}

/// Who somebody is.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "microsoft.graph.attendeeIdentity")]
pub struct Identity {
    /// Object id in the directory, where it is known.
    pub id: Option<String>,
    /// First and last name; null of an external registrant.
    pub display_name: Option<String>,
}

/// From coming in to leaving.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "microsoft.graph.attendanceInterval")]
pub struct AttendanceInterval {
    /// When the join gate let them in.
    pub join_date_time: String,
    /// Null: the gate does not see anybody leave.
    pub leave_date_time: Option<String>,
    /// Null, for the same reason.
    pub duration_in_seconds: Option<i32>,
}

impl MeetingAttendanceReport {
    /// The report of a registration that so many people of came in.
    pub fn new(meeting: &Meeting, registration: &Registration, attendees: i64) -> Self {
        Self {
            id: registration.id.to_string(),
            total_participant_count: attendees,
            meeting_start_date_time: crate::time::write(registration.start_at(meeting)),
            meeting_end_date_time: crate::time::write(registration.end_at(meeting)),
            attendance_records: None,
            attendance_records_next_link: None,
        }
    }
}

impl AttendanceRecord {
    /// The record of a registrant who came in at these times. `registrant_id` is the id that lists show.
    pub fn new(registrant: &Registrant, registrant_id: String, joined: &[Timestamp]) -> Self {
        let (email_address, display_name) = match &registrant.person {
            Some(Person::Named { named, .. }) => (
                Some(named.email.as_typed().to_owned()),
                Some(format!("{} {}", named.first_name, named.last_name)),
            ),
            Some(Person::External { .. }) | None => (None, None),
        };
        let interval = |at: &Timestamp| AttendanceInterval {
            join_date_time: crate::time::write(*at),
            leave_date_time: None,
            duration_in_seconds: None,
        };
        Self {
            id: registrant.id.to_string(),
            email_address,
            identity: Identity { id: registrant.user().map(|user| user.to_string()), display_name },
            registrant_id,
            role: ATTENDEE,
            total_attendance_in_seconds: joined.is_empty().then_some(0),
            attendance_intervals: joined.iter().map(interval).collect(),
        }
    }
}
