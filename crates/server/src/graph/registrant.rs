//! `registration/registrants`: list, get, cancel, and their letters. docs/graph-compat.md#what-is-served.

use std::collections::HashMap;

use domain::enrolment::external_key;
use domain::permission::may_cancel;
use domain::query::{Position, Property};
use domain::{
    Consent, ConsentVersion, Fate, LetterState, Meeting, Person, Refusal, Registrant, RegistrantId,
    Registration, RegistrationKind,
};
use store::{ListedPage, Listing};
use uuid::Uuid;
use wire::letter::{LetterStatus, RegistrantLetter};
use wire::query::list;
use wire::registrant::AnyRegistrant;
use wire::{Collection, Entity, Tagged, etag};

use super::enroll::Place;
use super::meeting::TRIES;
use super::paging::{PAGE, answer_from, next_link, start};
use super::prefer::page_size;
use super::{Answer, Ask, Reply};
use crate::app::App;
use crate::error::ApiError;

/// `GET …/registrants`, page by page, in order of arrival or as it is asked for; and `/$count` of it.
pub async fn list(ask: &Ask<'_>) -> Answer {
    let (meeting, registration) = ask.registration_as_organizer().await?;
    let list = match registration.kind {
        RegistrationKind::BuiltIn(_) => &list::REGISTRANTS,
        RegistrationKind::External => &list::EXTERNAL_REGISTRANTS,
    };
    let asked = ask.query.asked(list, &|property, text| read_id(&meeting, &registration, property, text))?;
    let listing = Listing {
        tenant: meeting.tenant,
        registration: &registration,
        filter: asked.filter.as_ref(),
        orders: &asked.orders,
    };
    if ask.path.counts {
        return Ok(Reply::count(count(ask, listing).await?));
    }
    let page = read_page(ask, listing).await?;
    let count = if ask.query.count { Some(count(ask, listing).await?) } else { None };
    let consents = consents(ask, &meeting, &page.registrants).await?;
    let tagged = |registrant: &Registrant| Tagged {
        etag: etag::of_registrant(&registration, registrant),
        entity: show(ask, &meeting, &registration, registrant, &consents),
    };
    let value = page.registrants.iter().map(tagged).collect();
    let next_link = next_link(ask, registration.id.0, page.next.as_ref())?;
    Ok(Reply::list(&Collection { context: ask.root().registrants(&meeting), count, next_link, value }))
}

/// A page. The list as it is comes by its key, whatever its length; what is asked of it is looked for.
async fn read_page(ask: &Ask<'_>, listing: Listing<'_>) -> Result<ListedPage, ApiError> {
    let registration = listing.registration;
    let (start, limit) = (start(ask, registration.id.0)?, page_size(ask, PAGE));
    let store = &ask.app.store;
    let (None, [], None) = (listing.filter, listing.orders, ask.query.skip) else {
        let skip = ask.query.skip.unwrap_or_default();
        return Ok(store.list_registrants_by(listing, start.as_ref(), skip, limit).await?);
    };
    let after = start.map(|position| RegistrantId(position.id));
    let is_external = registration.kind == RegistrationKind::External;
    let page =
        store.list_registrants(registration.meeting, registration.id, after, limit, is_external).await?;
    let next = page.next.map(|next| Position { keys: Vec::new(), id: next.0 });
    Ok(ListedPage { registrants: page.registrants, next })
}

async fn count(ask: &Ask<'_>, listing: Listing<'_>) -> Result<i64, ApiError> {
    let registration = listing.registration;
    if listing.filter.is_some() {
        return Ok(ask.app.store.count_registrants_by(listing).await?);
    }
    let is_external = registration.kind == RegistrationKind::External;
    Ok(ask.app.store.count_registrants(registration.meeting, registration.id, is_external).await?)
}

/// An id as clients know it, of a registrant or a question; `None` for one that is nobody's here.
pub(super) fn read_id(
    meeting: &Meeting,
    registration: &Registration,
    property: Property,
    text: &str,
) -> Option<Uuid> {
    match property {
        Property::Id => {
            let (key, id) = wire::ids::read_registrant(text)?;
            (key == wire::registration::key(meeting, registration)).then_some(id.0)
        }
        Property::QuestionId => wire::ids::read_question(meeting.id, text).map(|question| question.0),
        _ => Uuid::try_parse(text).ok(),
    }
}

/// `GET …/registrants/{id}`
pub async fn get(ask: &Ask<'_>) -> Answer {
    let (meeting, registration) = ask.registration_as_organizer().await?;
    let registrant = find(ask, &meeting, &registration).await?;
    let consents = consents(ask, &meeting, std::slice::from_ref(&registrant)).await?;
    let context = ask.root().registrant(&meeting);
    let etag = Some(etag::of_registrant(&registration, &registrant));
    let entity = show(ask, &meeting, &registration, &registrant, &consents);
    Ok(Reply::entity(&Entity { context, etag, entity }))
}

/// `GET …/registrants/{id}/letters`: what became of their letters, newest first.
pub async fn list_letters(ask: &Ask<'_>) -> Answer {
    let (meeting, registration) = ask.registration_as_organizer().await?;
    let registrant = find(ask, &meeting, &registration).await?;
    let letters = ask.app.store.list_letters(meeting.id, registrant.id).await?;
    let context = ask.root().registrant_letters(&meeting, &public_id(&meeting, &registration, &registrant));
    let letters: Vec<_> = letters.into_iter().map(show_letter).collect();
    answer_from(ask, context, letters, &list::LETTERS)
}

fn show_letter(letter: LetterState) -> RegistrantLetter {
    let status = match letter.fate {
        Fate::Queued => LetterStatus::Queued,
        Fate::Sent => LetterStatus::Sent,
        Fate::Failed => LetterStatus::Failed,
        Fate::Withheld(_) => LetterStatus::Withheld,
        Fate::Dropped => LetterStatus::Dropped,
        Fate::Bounced => LetterStatus::Bounced,
        Fate::Delayed => LetterStatus::Delayed,
        Fate::Returned => LetterStatus::Returned,
    };
    RegistrantLetter {
        id: letter.id.to_string(),
        kind: letter.kind.map(domain::LetterKind::name),
        status,
        status_date_time: wire::time::write(letter.at),
        answer: letter.answer,
        withheld_reason: match letter.fate {
            Fate::Withheld(reason) => reason.map(domain::WithheldReason::name),
            _ => None,
        },
    }
}

/// `DELETE …/registrants/{id}`: by the person themselves, or by the organizer of an external registration.
/// Canceling again changes nothing and is no error, so that a retry is safe.
pub async fn cancel(ask: &Ask<'_>) -> Answer {
    for _ in 0..TRIES {
        if try_cancel(ask).await? {
            ask.app.mail_waits();
            return Ok(Reply::no_content());
        }
    }
    Err(ApiError::Busy)
}

/// `false` where the registrant changed between the two looks that a condition takes.
async fn try_cancel(ask: &Ask<'_>) -> Result<bool, ApiError> {
    let hosted = ask.app.store.find_hosted(ask.meeting_id()?).await?;
    let hosted = ask.own(hosted.as_ref())?;
    ask.check_policy(hosted.meeting.organizer).await?;
    let registration = ask.check_cast(hosted.registration.as_ref())?;
    if registration.kind == RegistrationKind::External {
        may_cancel(&ask.caller, hosted.meeting.organizer, registration, None)?;
    }
    let registrant = find(ask, &hosted.meeting, registration).await?;
    may_cancel(&ask.caller, hosted.meeting.organizer, registration, registrant.user())?;
    let conditions = ask.conditions();
    if conditions.is_empty() {
        ask.app.store.cancel_registrant(hosted.meeting.id, registrant.id, &ask.fact()).await?;
        return Ok(true);
    }
    conditions.allow_change(Some(&etag::of_registrant(registration, &registrant)))?;
    Ok(ask.app.store.cancel_registrant_unchanged(&registrant, &ask.fact()).await?.is_some())
}

/// The registrant the path names: by Graph's id, or by the external system's own.
pub(super) async fn find(
    ask: &Ask<'_>,
    meeting: &Meeting,
    registration: &Registration,
) -> Result<Registrant, ApiError> {
    find_named(ask.app, meeting, registration, ask.path.key.as_deref().unwrap_or_default()).await
}

/// The registrant of an id as callers know it.
pub(super) async fn find_named(
    app: &App,
    meeting: &Meeting,
    registration: &Registration,
    id: &str,
) -> Result<Registrant, ApiError> {
    let found = if registration.kind == RegistrationKind::External {
        app.store.find_live_registrant(meeting.id, &external_key(id)).await?
    } else {
        match wire::ids::read_registrant(id) {
            Some((key, registrant)) if key == wire::registration::key(meeting, registration) => {
                app.store.find_registrant(meeting.id, registrant).await?
            }
            _ => None,
        }
    };
    let of_this = |registrant: &Registrant| registrant.registration == registration.id;
    found.filter(of_this).ok_or(Refusal::NoRegistrant.into())
}

pub(super) type Consents = HashMap<ConsentVersion, Consent>;

/// Every wording of the organisation, where one of them agreed to any.
pub(super) async fn consents(
    ask: &Ask<'_>,
    meeting: &Meeting,
    shown: &[Registrant],
) -> Result<Consents, ApiError> {
    if shown.iter().all(|registrant| registrant.consent.is_none()) {
        return Ok(Consents::new());
    }
    Ok(ask.app.store.list_consents(meeting.tenant).await?)
}

pub(super) fn show(
    ask: &Ask<'_>,
    meeting: &Meeting,
    registration: &Registration,
    registrant: &Registrant,
    consents: &Consents,
) -> AnyRegistrant {
    let id = public_id(meeting, registration, registrant);
    let place = Place::held_by(registrant);
    let link = ask.app.graph_link(meeting, registration, &id, place);
    AnyRegistrant::item(meeting, registration, registrant, link, consents, ask.app.settings.lists)
}

/// The id by which callers know the registrant: Graph's, or the external system's own.
pub(crate) fn public_id(meeting: &Meeting, registration: &Registration, registrant: &Registrant) -> String {
    let external_id = registrant.person.as_ref().and_then(Person::external_id);
    id_as_shown(meeting, registration, external_id, registrant.id)
}

/// The same of a registrant who is not at hand.
pub(super) fn id_as_shown(
    meeting: &Meeting,
    registration: &Registration,
    external_id: Option<&str>,
    id: RegistrantId,
) -> String {
    external_id.map_or_else(
        || wire::ids::write_registrant(&wire::registration::key(meeting, registration), id),
        str::to_owned,
    )
}
