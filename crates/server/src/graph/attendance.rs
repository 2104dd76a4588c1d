//! `attendanceReports`: who came through the join gate, and who did not. docs/graph-compat.md#attendance.

use domain::{Meeting, Refusal, Registrant, Registration};
use jiff::Timestamp;
use wire::attendance::{AttendanceRecord, MeetingAttendanceReport};
use wire::{Collection, Entity};

use super::prefer::page_size;
use super::registrant::{next_query, public_id, read_skip_token};
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
    Ok(Reply::list(&Collection { context, count: None, next_link: None, value }))
}

/// `GET …/attendanceReports/{id}`
pub async fn get_report(ask: &Ask<'_>) -> Answer {
    let (meeting, registration) = find(ask).await?;
    let context = ask.root().attendance_reports(&meeting, true);
    Ok(Reply::entity(&Entity { context, etag: None, entity: report(ask, &meeting, &registration).await? }))
}

/// `GET …/attendanceReports/{id}/attendanceRecords`: everybody who is registered or came, in order of arrival in the
/// list, page by page.
pub async fn list_records(ask: &Ask<'_>) -> Answer {
    let (meeting, registration) = find(ask).await?;
    let after = ask.query.skip_token.as_deref().map(read_skip_token).transpose()?;
    let limit = page_size(ask);
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
    let value = shown
        .map(|(registrant, joined)| {
            let id = public_id(&meeting, &registration, registrant);
            AttendanceRecord::new(registrant, id, &joined)
        })
        .collect();
    let next_link = page.next.map(|next| ask.address_with(&next_query(ask.raw_query(), next)));
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
