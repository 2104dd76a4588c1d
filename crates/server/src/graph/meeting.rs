//! `onlineMeetings`: create, find, get, update, delete. docs/graph-compat.md#what-is-served.

use domain::refusal::Denial;
use domain::{FieldProblem, Meeting, MeetingId, PersonId, ProblemCode, Refusal};
use store::{Hosted, Made, MeetingKey};
use wire::meeting::{NewMeeting, OnlineMeeting};
use wire::{Collection, Entity, Tagged, etag};

use super::once::{Key, find_answer};
use super::registration::shown_by_get;
use super::{Answer, Ask, Reply};
use crate::error::ApiError;

/// How often a change is tried again when somebody else's came between.
pub(super) const TRIES: usize = 5;

/// `POST …/onlineMeetings`
pub async fn create(ask: &Ask<'_>) -> Answer {
    store_new(ask, false).await
}

/// `POST …/onlineMeetings/createOrGet`: 201 for a new meeting, 200 for the one with the same `externalId`.
pub async fn create_or_get(ask: &Ask<'_>) -> Answer {
    store_new(ask, true).await
}

/// `GET …/onlineMeetings?$filter=…`: by join link, by meeting number, or by conference id, which no meeting
/// here has. With its registration, if that is expanded.
pub async fn find(ask: &Ask<'_>) -> Answer {
    let organizer = ask.acting_organizer().await?;
    let filter = ask.query.filter.as_deref().and_then(read_filter).ok_or_else(|| {
        vec![FieldProblem::new(
            "$filter",
            ProblemCode::UnsupportedQuery,
            "meetings are found by `$filter=JoinWebUrl eq '…'`, `joinMeetingIdSettings/joinMeetingId eq '…'` \
             or `VideoTeleconferenceId eq '…'`",
        )]
    })?;
    let id = match filter {
        Filter::JoinWebUrl(link) => wire::links::read_join(&link),
        Filter::JoinMeetingId(number) => {
            let key = MeetingKey::JoinMeetingId(&number);
            ask.app.store.find_meeting_id(ask.caller.tenant(), organizer, key).await?
        }
        Filter::VideoTeleconferenceId => None,
    };
    let mut value = Vec::new();
    if let Some(hosted) = find_own(ask, id).await? {
        if hosted.meeting.organizer != organizer {
            return Err(Denial::NotOrganizer.into());
        }
        let entity = shown_with_registration(ask, &hosted).await?;
        value.push(Tagged { etag: etag::of_meeting(&hosted.meeting), entity });
    }
    let context = context(ask, organizer, false);
    Ok(Reply::list(&Collection { context, count: None, next_link: None, value }))
}

/// `GET …/onlineMeetings/{id}`: for the organizer and for people invited by name; with its registration, if that is
/// expanded, for the organizer alone.
pub async fn get(ask: &Ask<'_>) -> Answer {
    let hosted = ask.app.store.find_hosted(ask.meeting_id()?).await?;
    let hosted = ask.own(hosted.as_ref())?;
    let meeting = &hosted.meeting;
    if let Some(person) = ask.caller.person()
        && person != meeting.organizer
    {
        let view = ask.app.store.find_person(meeting.tenant, person).await?;
        let upn = view.person.map(|person| person.upn);
        if ask.expanded.is_some() || !meeting.invites(person, upn.as_deref()) {
            return Err(Denial::NotOrganizer.into());
        }
    }
    ask.check_policy(meeting.organizer).await?;
    let entity = shown_with_registration(ask, hosted).await?;
    let (context, etag) = (context(ask, meeting.organizer, true), Some(etag::of_meeting(meeting)));
    let reply = Reply::entity(&Entity { context, etag, entity });
    // A registration changes, comes and goes without its meeting.
    Ok(if ask.expanded.is_some() { reply.with_more() } else { reply })
}

/// `PATCH …/onlineMeetings/{id}`
pub async fn update(ask: &Ask<'_>) -> Answer {
    for _ in 0..TRIES {
        let hosted = ask.hosted_as_organizer().await?;
        ask.conditions().allow_change(Some(&etag::of_meeting(&hosted.meeting)))?;
        let mut changed = wire::meeting::patch(ask.body()?, &hosted.meeting, hosted.registration.as_ref())?;
        if ask.app.store.update_meeting(&changed, &ask.fact()).await? {
            ask.app.forget(changed.id);
            ask.app.mail_waits();
            changed.version += 1;
            return Ok(Reply::entity(&show(ask, &changed).await?));
        }
    }
    Err(ApiError::Busy)
}

/// `DELETE …/onlineMeetings/{id}`: the registration goes with it, and everybody registered is told.
pub async fn delete(ask: &Ask<'_>) -> Answer {
    for _ in 0..TRIES {
        let hosted = ask.hosted_as_organizer().await?;
        ask.conditions().allow_change(Some(&etag::of_meeting(&hosted.meeting)))?;
        let is_done = ask.app.store.delete_meeting(&hosted.meeting, &ask.fact()).await?;
        ask.app.forget(hosted.meeting.id);
        if is_done {
            ask.app.mail_waits();
            return Ok(Reply::no_content());
        }
    }
    Err(ApiError::Busy)
}

/// Stores the meeting the body describes, or finds the organizer's meeting with the same external id.
async fn store_new(ask: &Ask<'_>, needs_external_id: bool) -> Answer {
    let organizer = ask.acting_organizer().await?;
    let key = Key::of_a_new_meeting(ask, organizer)?;
    if let Some(reply) = find_answer(ask, key).await? {
        return Ok(reply);
    }
    let now = ask.app.clock.now();
    let new = NewMeeting::read(ask.body()?, needs_external_id, now)?;
    let meeting = Meeting {
        id: MeetingId::from_random(ask.app.ids.bytes()),
        tenant: ask.caller.tenant(),
        organizer,
        created_at: now,
        start_at: new.fields.start_at,
        end_at: new.fields.end_at,
        subject: new.fields.subject,
        join_url: new.fields.join_url,
        join_meeting_id: digits(u64::from_be_bytes(ask.app.ids.bytes())),
        passcode: new.is_passcode_required.then(|| passcode(ask.app.ids.bytes())),
        external_id: new.external_id,
        attendees: new.fields.attendees,
        settings: new.fields.settings,
        version: 1,
    };
    let reply = Reply::created(&show(ask, &meeting).await?);
    let once = key.map(|key| key.keep(&reply));
    for _ in 0..TRIES {
        let known = match &once {
            None => ask.app.store.create_meeting(&meeting, &ask.fact()).await?,
            Some(once) => match ask.app.store.create_meeting_once(&meeting, &ask.fact(), once).await? {
                Made::Now(known) => known,
                Made::Before(kept) => return Ok(Reply::kept(kept)),
                Made::KeyReused => return Err(Refusal::IdempotencyKeyReused.into()),
            },
        };
        let Some(known) = known else { return Ok(reply) };
        // Whoever deletes it between the two looks leaves its external id to a new one.
        if let Some(known) = ask.app.store.find_hosted(known).await? {
            return Ok(Reply::entity(&show(ask, &known.meeting).await?));
        }
    }
    Err(ApiError::Busy)
}

/// Eleven digits, none of them a leading zero: the form people know from phones.
fn digits(random: u64) -> String {
    (10_000_000_000 + random % 90_000_000_000).to_string()
}

/// Six letters and digits without those that are mistaken for each other.
fn passcode(random: [u8; 6]) -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789A";
    random.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect()
}

async fn find_own(ask: &Ask<'_>, id: Option<MeetingId>) -> Result<Option<Hosted>, ApiError> {
    let Some(id) = id else { return Ok(None) };
    let hosted = ask.app.store.find_hosted(id).await?;
    Ok(hosted.filter(|hosted| hosted.meeting.tenant == ask.caller.tenant()))
}

fn context(ask: &Ask<'_>, organizer: PersonId, is_entity: bool) -> String {
    match &ask.expanded {
        None => ask.root().meetings(organizer, is_entity),
        Some(registration) => {
            let with_questions = registration.within.is_some();
            ask.root().expanded_meetings(organizer, is_entity, with_questions)
        }
    }
}

/// With its registration, if that is expanded; there may be none.
async fn shown_with_registration(ask: &Ask<'_>, hosted: &Hosted) -> Result<OnlineMeeting, ApiError> {
    let mut entity = shown(ask, &hosted.meeting).await?;
    entity.registration = ask.expanded.as_ref().map(|expanded| {
        let questions = expanded.within.is_some();
        let show = |registration| shown_by_get(ask, &hosted.meeting, registration, questions);
        hosted.registration.clone().map(show)
    });
    Ok(entity)
}

async fn show(ask: &Ask<'_>, meeting: &Meeting) -> Result<Entity<OnlineMeeting>, ApiError> {
    let context = ask.root().meetings(meeting.organizer, true);
    let etag = Some(etag::of_meeting(meeting));
    Ok(Entity { context, etag, entity: shown(ask, meeting).await? })
}

async fn shown(ask: &Ask<'_>, meeting: &Meeting) -> Result<OnlineMeeting, ApiError> {
    let organizer = ask.app.store.find_organizer(meeting).await?;
    let upn = organizer.map(|person| person.upn);
    Ok(OnlineMeeting::new(&ask.app.settings.join_base, meeting, upn))
}

#[derive(Debug, PartialEq)]
enum Filter {
    JoinWebUrl(String),
    JoinMeetingId(String),
    VideoTeleconferenceId,
}

/// The three filters of `onlineMeeting-find` (docs/graph-compat.md#query-options); names of properties in any case.
fn read_filter(text: &str) -> Option<Filter> {
    let (property, rest) = text.trim().split_once(char::is_whitespace)?;
    let (operator, literal) = rest.trim_start().split_once(char::is_whitespace)?;
    let value = literal.trim().strip_prefix('\'')?.strip_suffix('\'')?.replace("''", "'");
    if !operator.eq_ignore_ascii_case("eq") || value.contains('\0') {
        return None;
    }
    match property.to_ascii_lowercase().as_str() {
        "joinweburl" => Some(Filter::JoinWebUrl(value)),
        "joinmeetingidsettings/joinmeetingid" => Some(Filter::JoinMeetingId(value)),
        "videoteleconferenceid" => Some(Filter::VideoTeleconferenceId),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_filters_are_read() {
        let link = |text: &str| Some(Filter::JoinWebUrl(text.to_owned()));

        for (text, expected) in [
            ("JoinWebUrl eq 'https://x/y'", link("https://x/y")),
            ("joinWebUrl  EQ  'it''s'", link("it's")),
            ("joinMeetingIdSettings/joinMeetingId eq '123'", Some(Filter::JoinMeetingId("123".to_owned()))),
            ("VideoTeleconferenceId eq '5'", Some(Filter::VideoTeleconferenceId)),
            ("subject eq 'x'", None),
            ("JoinWebUrl ne 'x'", None),
            ("JoinWebUrl eq x", None),
            ("JoinWebUrl", None),
        ] {
            assert_eq!(read_filter(text), expected, "{text}");
        }
    }

    #[test]
    fn numbers_and_passcodes_have_one_length() {
        assert_eq!(digits(u64::MAX).len(), 11);
        assert_eq!(digits(0), "10000000000");
        assert_eq!(passcode([0, 31, 32, 63, 200, 255]).len(), 6);
    }
}
