//! Reading what a calendar answers to an invitation (RFC 5546, sent as RFC 6047 says).

use calcard::icalendar::{
    ICalendar, ICalendarEntry, ICalendarMethod, ICalendarParameterName, ICalendarParameterValue,
    ICalendarParticipationStatus, ICalendarProperty, ICalendarValue,
};
use calcard::{Entry, Parser};
use domain::{Email, RegistrantId};
use mail_parser::{Message, MimeHeaders, PartType};
use store::CalendarAnswer;

use super::open::open;

/// What the registrant's calendar answers; `None` where the message holds no answer to their invitation, or comes from
/// somebody else.
pub(super) fn read(message: &[u8], registrant: RegistrantId, email: &Email) -> Option<CalendarAnswer> {
    let parsed = open(message)?;
    let from = parsed.from()?.first()?.address()?;
    if !is_theirs(from, email) {
        return None;
    }
    calendars(&parsed).find_map(|text| read_calendar(&text, registrant, email))
}

/// The calendar objects in a message.
fn calendars(message: &Message<'_>) -> impl Iterator<Item = String> {
    message.parts.iter().filter_map(|part| {
        if !part.is_content_type("text", "calendar") && !part.is_content_type("application", "ics") {
            return None;
        }
        match &part.body {
            PartType::Text(text) | PartType::Html(text) => Some(text.to_string()),
            PartType::Binary(bytes) | PartType::InlineBinary(bytes) => String::from_utf8(bytes.to_vec()).ok(),
            PartType::Message(_) | PartType::Multipart(_) => None,
        }
    })
}

fn read_calendar(text: &str, registrant: RegistrantId, email: &Email) -> Option<CalendarAnswer> {
    let Entry::ICalendar(calendar) = Parser::new(text).entry() else { return None };
    if !is_reply(&calendar) {
        return None;
    }
    let event = calendar.components.iter().find(|component| {
        let uid = component.uid().unwrap_or_default();
        component.component_type.is_event() && uid.split('@').next() == Some(&registrant.to_string())
    })?;
    let attendee = event
        .properties(&ICalendarProperty::Attendee)
        .find(|attendee| attendee.calendar_address().is_some_and(|address| is_theirs(address, email)))?;
    answer_of(attendee)
}

fn is_reply(calendar: &ICalendar) -> bool {
    let method = calendar.components.first().and_then(|root| root.property(&ICalendarProperty::Method));
    let is_it = |value: &ICalendarValue| {
        matches!(value, ICalendarValue::Method(ICalendarMethod::Reply))
            || value.as_text().is_some_and(|text| text.eq_ignore_ascii_case("REPLY"))
    };
    method.is_some_and(|method| method.values.iter().any(is_it))
}

fn answer_of(attendee: &ICalendarEntry) -> Option<CalendarAnswer> {
    match attendee.parameter(&ICalendarParameterName::Partstat)? {
        ICalendarParameterValue::Partstat(ICalendarParticipationStatus::Accepted) => {
            Some(CalendarAnswer::Accepted)
        }
        ICalendarParameterValue::Partstat(ICalendarParticipationStatus::Tentative) => {
            Some(CalendarAnswer::Tentative)
        }
        ICalendarParameterValue::Partstat(ICalendarParticipationStatus::Declined) => {
            Some(CalendarAnswer::Declined)
        }
        _ => None,
    }
}

fn is_theirs(address: &str, email: &Email) -> bool {
    let address = match address.get(..7) {
        Some(scheme) if scheme.eq_ignore_ascii_case("mailto:") => &address[7..],
        _ => address,
    };
    Email::parse(address).is_ok_and(|address| address.key() == email.key())
}
