//! `@odata.context`. docs/graph-compat.md#ids-links-and-dates has the table.

use domain::Meeting;

/// The questions, inside what is expanded.
const QUESTIONS: &str = "microsoft.graph.meetingRegistration/customQuestions()";

/// Where the metadata is said to be: `{public URL}/beta`, or what `compat.metadata_root` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root(pub String);

impl Root {
    /// A person.
    pub fn user(&self) -> String {
        format!("{}/$metadata#users/$entity", self.0)
    }

    /// The meetings of an organizer, or one of them when `entity`.
    pub fn meetings(&self, organizer: domain::PersonId, is_entity: bool) -> String {
        let tail = if is_entity { "/$entity" } else { "" };
        format!("{}/$metadata#users('{organizer}')/onlineMeetings{tail}", self.0)
    }

    /// The same with the registration expanded, and its questions where `with_questions`.
    pub fn expanded_meetings(
        &self,
        organizer: domain::PersonId,
        is_entity: bool,
        with_questions: bool,
    ) -> String {
        let plain = self.meetings(organizer, false);
        let questions = if with_questions { QUESTIONS } else { "" };
        let tail = if is_entity { "/$entity" } else { "" };
        format!("{plain}(registration({questions})){tail}")
    }

    /// A registration.
    pub fn registration(&self, meeting: &Meeting) -> String {
        self.below(meeting, "registration/$entity")
    }

    /// A registration with its questions expanded.
    pub fn expanded_registration(&self, meeting: &Meeting) -> String {
        self.below(meeting, &format!("registration({QUESTIONS})/$entity"))
    }

    /// The questions of a registration.
    pub fn questions(&self, meeting: &Meeting) -> String {
        self.below(meeting, "registration/microsoft.graph.meetingRegistration/customQuestions")
    }

    /// A question just created.
    pub fn new_question(&self, meeting: &Meeting) -> String {
        self.below(meeting, "registration/microsoft.graph.meetingRegistration/customQuestions/$entity")
    }

    /// A question.
    pub fn question(&self, meeting: &Meeting) -> String {
        self.below(meeting, "registration/customQuestions/$entity")
    }

    /// The registrants of a registration.
    pub fn registrants(&self, meeting: &Meeting) -> String {
        self.below(meeting, "registration/registrants")
    }

    /// What became of the rows of a request.
    pub fn registrant_results(&self) -> String {
        format!("{}/$metadata#Collection(microsoft.graph.registrantResult)", self.0)
    }

    /// A registrant.
    pub fn registrant(&self, meeting: &Meeting) -> String {
        self.below(meeting, "registration/registrants/$entity")
    }

    /// The letters of a registrant.
    pub fn registrant_letters(&self, meeting: &Meeting, registrant: &str) -> String {
        self.below(meeting, &format!("registration/registrants('{registrant}')/letters"))
    }

    /// The attendance reports of a meeting, or one of them.
    pub fn attendance_reports(&self, meeting: &Meeting, is_entity: bool) -> String {
        self.below(meeting, if is_entity { "attendanceReports/$entity" } else { "attendanceReports" })
    }

    /// The records of a report.
    pub fn attendance_records(&self, meeting: &Meeting, report: &str) -> String {
        self.below(meeting, &format!("attendanceReports('{report}')/attendanceRecords"))
    }

    /// What changed among the meetings of an organizer.
    pub fn meetings_delta(&self, organizer: domain::PersonId) -> String {
        format!("{}/$delta", self.meetings(organizer, false))
    }

    /// What changed among the registrants of a registration.
    pub fn registrants_delta(&self, meeting: &Meeting) -> String {
        self.below(meeting, "registration/registrants/$delta")
    }

    /// Subscriptions, or one of them.
    pub fn subscriptions(&self, is_entity: bool) -> String {
        format!("{}/$metadata#subscriptions{}", self.0, if is_entity { "/$entity" } else { "" })
    }

    /// What was sent to a subscription.
    pub fn deliveries(&self, subscription: &str) -> String {
        format!("{}/$metadata#subscriptions('{subscription}')/deliveries", self.0)
    }

    fn below(&self, meeting: &Meeting, tail: &str) -> String {
        let id = crate::ids::write_meeting(meeting.organizer, meeting.id);
        let organizer = meeting.organizer.to_string();
        let parts = [&self.0, "/$metadata#users('", &organizer, "')/onlineMeetings('", &id, "')/", tail];
        parts.concat()
    }
}
