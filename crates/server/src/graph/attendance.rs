//! `attendanceReports`: who came through the join gate, and who did not. docs/graph-compat.md#attendance.

use domain::query::{Position, Property};
use domain::{Meeting, Operation, Refusal, Registrant, RegistrantId, Registration, RegistrationKind};
use jiff::Timestamp;
use store::{AttendancePage, Listing};
use uuid::Uuid;
use wire::attendance::{AttendanceRecord, MeetingAttendanceReport};
use wire::query::list;
use wire::{Collection, Entity, Query};

use super::paging::{PAGE, PageTokens, Question, SKIP_TOKEN, answer_from, next_link, start};
use super::prefer::page_size;
use super::registrant::{public_id, read_id};
use super::{Answer, Ask, Reply};
use crate::error::ApiError;

/// `GET …/attendanceReports`: one, from when the door of a meeting with a registration has opened; with its records, if they
/// are expanded.
pub async fn list_reports(ask: &Ask<'_>) -> Answer {
    let hosted = ask.hosted_as_organizer().await?;
    let open =
        hosted.registration.as_ref().filter(|registration| has_opened(ask, &hosted.meeting, registration));
    let value = match open {
        Some(registration) => {
            let records = format!("{}/{}/attendanceRecords", ask.address(), registration.id);
            vec![report(ask, &hosted.meeting, registration, records).await?]
        }
        None => Vec::new(),
    };
    let context = ask.root().attendance_reports(&hosted.meeting, false);
    answer_from(ask, context, value, &list::REPORTS)
}

/// `GET …/attendanceReports/{id}`
pub async fn get_report(ask: &Ask<'_>) -> Answer {
    let (meeting, registration) = find(ask).await?;
    let context = ask.root().attendance_reports(&meeting, true);
    let records = format!("{}/attendanceRecords", ask.address());
    let entity = report(ask, &meeting, &registration, records).await?;
    Ok(Reply::entity(&Entity { context, etag: None, entity }))
}

/// `GET …/attendanceReports/{id}/attendanceRecords`: everybody who is registered or came, in order of arrival in the
/// list or as it is asked for, page by page; and `/$count` of it.
pub async fn list_records(ask: &Ask<'_>) -> Answer {
    let (meeting, registration) = find(ask).await?;
    let list = match registration.kind {
        RegistrationKind::BuiltIn(_) => &list::RECORDS,
        RegistrationKind::External => &list::EXTERNAL_RECORDS,
    };
    let asked = ask.query.asked(list, &|property, text| match property {
        Property::RegistrantId => read_id(&meeting, &registration, Property::Id, text),
        _ => Uuid::try_parse(text).ok(),
    })?;
    let listing = Listing {
        tenant: meeting.tenant,
        registration: &registration,
        filter: asked.filter.as_ref(),
        orders: &asked.orders,
    };
    if ask.path.counts {
        return Ok(Reply::count(ask.app.store.count_attended(listing).await?));
    }
    let (start, limit) = (start(ask, registration.id.0)?, page_size(ask, PAGE));
    let page = read_page(ask, listing, start.as_ref(), limit).await?;
    let count = if ask.query.count { Some(ask.app.store.count_attended(listing).await?) } else { None };
    let value = records(&meeting, &registration, &page);
    let next_link = next_link(ask, registration.id.0, page.next.as_ref())?;
    let context = ask.root().attendance_records(&meeting, &registration.id.to_string());
    Ok(Reply::list(&Collection { context, count, next_link, value }))
}

/// A page. The list as it is comes by its key, whatever its length, and may be shorter where people canceled; what is asked
/// of it is looked for.
async fn read_page(
    ask: &Ask<'_>,
    listing: Listing<'_>,
    start: Option<&Position>,
    limit: u32,
) -> Result<AttendancePage, ApiError> {
    let (store, registration) = (&ask.app.store, listing.registration);
    let (None, [], None) = (listing.filter, listing.orders, ask.query.skip) else {
        let skip = ask.query.skip.unwrap_or_default();
        return Ok(store.list_attended(listing, start, skip, limit).await?);
    };
    let (meeting, after) = (registration.meeting, start.map(|position| RegistrantId(position.id)));
    let page = store.list_registrants(meeting, registration.id, after, limit, false).await?;
    let passes = match (page.registrants.first(), page.registrants.last()) {
        (Some(first), Some(last)) => store.list_attendance(meeting, first.id, last.id).await?,
        _ => Vec::new(),
    };
    let joined_by = |registrant: Registrant| {
        let from = passes.partition_point(|(id, _)| *id < registrant.id);
        let own = passes[from..].iter().take_while(|(id, _)| *id == registrant.id);
        let joined: Vec<Timestamp> = own.map(|(_, at)| *at).collect();
        (registrant, joined)
    };
    // Whoever gave the place back and never came was not expected.
    let counts = |(registrant, joined): &(Registrant, Vec<Timestamp>)| {
        registrant.is_registered() || !joined.is_empty()
    };
    let next = page.next.map(|next| Position { keys: Vec::new(), id: next.0 });
    let attended = page.registrants.into_iter().map(joined_by).filter(counts).collect();
    Ok(AttendancePage { attended, next })
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

/// A report; with the first of its records where they are expanded. `address` is where all of them are.
async fn report(
    ask: &Ask<'_>,
    meeting: &Meeting,
    registration: &Registration,
    address: String,
) -> Result<MeetingAttendanceReport, ApiError> {
    let attendees = ask.app.store.count_attendees(meeting.id, registration.id).await?;
    let mut report = MeetingAttendanceReport::new(meeting, registration, attendees);
    if ask.expanded.is_some() {
        let everybody = Listing { tenant: meeting.tenant, registration, filter: None, orders: &[] };
        let page = read_page(ask, everybody, None, PAGE).await?;
        report.attendance_records = Some(records(meeting, registration, &page));
        let token = page.next.map(|next| token_of(ask, registration.id.0, &next)).transpose()?;
        report.attendance_records_next_link = token.map(|token| format!("{address}?{SKIP_TOKEN}={token}"));
    }
    Ok(report)
}

/// Where the records go on behind a place, for whoever asks for them as they are.
fn token_of(ask: &Ask<'_>, registration: Uuid, next: &Position) -> Result<String, ApiError> {
    let question = Question::new(Operation::ListAttendanceRecords, registration, &Query::default());
    PageTokens::new(&ask.app.mailroom.links().key).write(&question, next).ok_or(ApiError::NoToken)
}

fn records(meeting: &Meeting, registration: &Registration, page: &AttendancePage) -> Vec<AttendanceRecord> {
    let record = |(registrant, joined): &(Registrant, Vec<Timestamp>)| {
        AttendanceRecord::new(registrant, public_id(meeting, registration, registrant), joined)
    };
    page.attended.iter().map(record).collect()
}
