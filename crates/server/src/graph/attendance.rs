//! `attendanceReports`: who came through the join gate, and who did not. docs/graph-compat.md#attendance.

use domain::query::Position;
use domain::{Meeting, Refusal, Registrant, RegistrantId, Registration};
use jiff::Timestamp;
use wire::attendance::{AttendanceRecord, MeetingAttendanceReport};
use wire::query::{choose, list};
use wire::{Collection, Entity};

use super::paging::{PAGE, answer_from, next_link, start};
use super::prefer::page_size;
use super::registrant::public_id;
use super::{Answer, Ask, Reply};
use crate::error::ApiError;

/// `GET …/attendanceReports`: one, from when the door of a meeting with a registration has opened.
pub async fn list_reports(ask: &Ask<'_>) -> Answer {
    let hosted = ask.hosted_as_organizer().await?;
    let open =
        hosted.registration.as_ref().filter(|registration| has_opened(ask, &hosted.meeting, registration));
    let value = match open {
        Some(registration) => vec![report(ask, &hosted.meeting, registration).await?],
        None => Vec::new(),
    };
    let context = ask.root().attendance_reports(&hosted.meeting, false);
    answer_from(ask, context, value, &list::REPORTS)
}

/// `GET …/attendanceReports/{id}`
pub async fn get_report(ask: &Ask<'_>) -> Answer {
    let (meeting, registration) = find(ask).await?;
    let context = ask.root().attendance_reports(&meeting, true);
    Ok(Reply::entity(&Entity { context, etag: None, entity: report(ask, &meeting, &registration).await? }))
}

/// `GET …/attendanceReports/{id}/attendanceRecords`: everybody who is registered or came, in order of arrival in the
/// list, page by page. A filter is asked of those on a page, which may leave none of them.
pub async fn list_records(ask: &Ask<'_>) -> Answer {
    let (meeting, registration) = find(ask).await?;
    let asked = ask.query.asked(&list::RECORDS, &|_, _| None)?;
    let after = start(ask, registration.id.0)?.map(|position| RegistrantId(position.id));
    let limit = page_size(ask, PAGE);
    let page = ask.app.store.list_registrants(meeting.id, registration.id, after, limit, false).await?;
    let passes = match (page.registrants.first(), page.registrants.last()) {
        (Some(first), Some(last)) => ask.app.store.list_attendance(meeting.id, first.id, last.id).await?,
        _ => Vec::new(),
    };
    let joined_by = |registrant: &Registrant| -> Vec<Timestamp> {
        let from = passes.partition_point(|(id, _)| *id < registrant.id);
        passes[from..].iter().take_while(|(id, _)| *id == registrant.id).map(|(_, at)| *at).collect()
    };
    // Whoever gave the place back and never came was not expected.
    let counts = |(registrant, joined): &(&Registrant, Vec<Timestamp>)| {
        registrant.is_registered() || !joined.is_empty()
    };
    let shown = page.registrants.iter().map(|registrant| (registrant, joined_by(registrant))).filter(counts);
    let records = shown
        .map(|(registrant, joined)| {
            let id = public_id(&meeting, &registration, registrant);
            AttendanceRecord::new(registrant, id, &joined)
        })
        .collect();
    let value = choose(records, &list::RECORDS, &asked);
    let next = page.next.map(|next| Position { keys: Vec::new(), id: next.0 });
    let next_link = next_link(ask, registration.id.0, next.as_ref())?;
    let context = ask.root().attendance_records(&meeting, &registration.id.to_string());
    Ok(Reply::list(&Collection { context, count: None, next_link, value }))
}

async fn find(ask: &Ask<'_>) -> Result<(Meeting, Registration), ApiError> {
    let hosted = ask.hosted_as_organizer().await?;
    let id = ask.path.key.as_deref().unwrap_or_default();
    let registration = hosted.registration.filter(|registration| {
        registration.id.to_string().eq_ignore_ascii_case(id) && has_opened(ask, &hosted.meeting, registration)
    });
    registration.map(|registration| (hosted.meeting, registration)).ok_or(Refusal::NoAttendanceReport.into())
}

/// Before the door opens everybody would be missing.
fn has_opened(ask: &Ask<'_>, meeting: &Meeting, registration: &Registration) -> bool {
    let start_at = registration.start_at(meeting);
    ask.app.clock.now() >= meeting.opens_at(start_at, ask.app.settings.opens_minutes_before)
}

async fn report(
    ask: &Ask<'_>,
    meeting: &Meeting,
    registration: &Registration,
) -> Result<MeetingAttendanceReport, ApiError> {
    let attendees = ask.app.store.count_attendees(meeting.id, registration.id).await?;
    Ok(MeetingAttendanceReport::new(meeting, registration, attendees))
}
