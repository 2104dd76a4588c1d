//! `registration/registrants`: list, get, cancel, and their letters. docs/graph-compat.md#what-is-served.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::enrolment::external_key;
use domain::permission::may_cancel;
use domain::{
    Consent, ConsentVersion, Fate, FieldProblem, LetterState, Meeting, Person, ProblemCode, Refusal,
    Registrant, RegistrantId, Registration, RegistrationKind,
};
use uuid::Uuid;
use wire::letter::{LetterStatus, RegistrantLetter};
use wire::registrant::AnyRegistrant;
use wire::{Collection, Entity, Tagged, etag};

use super::enroll::Place;
use super::meeting::TRIES;
use super::prefer::page_size;
use super::{Answer, Ask, Reply};
use crate::error::ApiError;

/// Items of a page when `$top` is absent.
pub(super) const PAGE: u32 = 100;
/// The most `$top` gives; a larger one is cut, as Graph allows. Long answers cut it further, in the store.
pub(super) const LARGEST_PAGE: u32 = 1_000;

/// `GET …/registrants`, in order of arrival, page by page.
pub async fn list(ask: &Ask<'_>) -> Answer {
    let (meeting, registration) = ask.registration_as_organizer().await?;
    let after = ask.query.skip_token.as_deref().map(read_skip_token).transpose()?;
    let limit = page_size(ask);
    let is_external = registration.kind == RegistrationKind::External;
    let page = ask.app.store.list_registrants(meeting.id, registration.id, after, limit, is_external).await?;
    let count = if ask.query.count {
        Some(ask.app.store.count_registrants(meeting.id, registration.id, is_external).await?)
    } else {
        None
    };
    let consents = consents(ask, &meeting, &page.registrants).await?;
    let tagged = |registrant: &Registrant| Tagged {
        etag: etag::of_registrant(&registration, registrant),
        entity: show(ask, &meeting, &registration, registrant, &consents),
    };
    let value = page.registrants.iter().map(tagged).collect();
    let next_link = page.next.map(|next| ask.address_with(&next_query(ask.raw_query(), next)));
    Ok(Reply::list(&Collection { context: ask.root().registrants(&meeting), count, next_link, value }))
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
    let value = letters.into_iter().map(show_letter).collect();
    Ok(Reply::list(&Collection { context, count: None, next_link: None, value }))
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
    let id = ask.path.key.as_deref().unwrap_or_default();
    let found = if registration.kind == RegistrationKind::External {
        ask.app.store.find_live_registrant(meeting.id, &external_key(id)).await?
    } else {
        match wire::ids::read_registrant(id) {
            Some((key, registrant)) if key == wire::registration::key(meeting, registration) => {
                ask.app.store.find_registrant(meeting.id, registrant).await?
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
pub(super) fn public_id(meeting: &Meeting, registration: &Registration, registrant: &Registrant) -> String {
    match &registrant.person {
        Some(Person::External { external_id, .. }) => external_id.clone(),
        Some(Person::Named { .. }) | None => {
            wire::ids::write_registrant(&wire::registration::key(meeting, registration), registrant.id)
        }
    }
}

pub(super) fn read_skip_token(token: &str) -> Result<RegistrantId, ApiError> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok();
    let id = bytes.and_then(|bytes| Uuid::from_slice(&bytes).ok());
    id.map(RegistrantId).ok_or_else(|| {
        ApiError::from(vec![FieldProblem::new(
            "$skiptoken",
            ProblemCode::UnsupportedQuery,
            "`$skiptoken` is none of ours: follow `@odata.nextLink` as it is",
        )])
    })
}

/// The client's own options, with the place where the next page starts.
pub(super) fn next_query(raw: &str, next: RegistrantId) -> String {
    let is_old_token = |pair: &&str| {
        let name = pair.split('=').next().unwrap_or_default();
        let name = name.trim_start_matches("%24").trim_start_matches('$');
        name.eq_ignore_ascii_case("skiptoken")
    };
    let token = format!("$skiptoken={}", URL_SAFE_NO_PAD.encode(next.0));
    let kept = raw.split('&').filter(|pair| !pair.is_empty()).filter(|pair| !is_old_token(pair));
    kept.chain([token.as_str()]).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_next_link_keeps_the_options_and_replaces_the_token() {
        let next = RegistrantId(Uuid::nil());

        for (raw, expected) in [
            ("", "$skiptoken=AAAAAAAAAAAAAAAAAAAAAA"),
            ("$top=1", "$top=1&$skiptoken=AAAAAAAAAAAAAAAAAAAAAA"),
            ("%24top=1&%24skiptoken=x", "%24top=1&$skiptoken=AAAAAAAAAAAAAAAAAAAAAA"),
            ("skipToken=x&top=1", "top=1&$skiptoken=AAAAAAAAAAAAAAAAAAAAAA"),
        ] {
            assert_eq!(next_query(raw, next), expected, "{raw}");
        }
    }
}
