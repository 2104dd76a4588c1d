//! Delta queries: what changed since the last time. docs/change-notifications.md#delta-queries.
//!
//! A first round lists what is there, page by page, and remembers how far the feed of changes was when it began. So
//! whoever follows the links sees every change at least once, whatever happens meanwhile.

use std::collections::HashSet;

use domain::change::{Change, Subject};
use domain::subscription::KEPT_FOR;
use domain::{
    Meeting, MeetingId, PersonId, Refusal, Registrant, RegistrantId, Registration, RegistrationKind,
};
use serde::{Deserialize, Serialize};
use store::{Feed, FeedOf};
use uuid::Uuid;
use wire::delta::{Changed, Delta, Gone};
use wire::meeting::OnlineMeeting;
use wire::registrant::AnyRegistrant;
use wire::{Tagged, etag};

use super::paging::{DELTA_TOKEN, PAGE, SKIP_TOKEN, foreign, link};
use super::prefer::page_size;
use super::registrant::{consents, public_id, show};
use super::{Answer, Ask, Reply};
use crate::error::ApiError;

/// How far whoever follows the links is. Sealed, and bound to what it is about.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Progress {
    /// Organisation and resource.
    of: String,
    /// Of which feed the number is.
    epoch: Uuid,
    /// The last change that was seen.
    number: i64,
    /// Behind which item of the list the next page of the first round begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<Uuid>,
}

/// What is asked for.
enum Round {
    /// The list, from the beginning or behind an item.
    Listing(Progress),
    /// What changed.
    Changes(Progress),
    /// Nothing but where changes begin from now on.
    Latest(Progress),
}

/// `GET …/registrants/delta`
pub async fn registrants(ask: &Ask<'_>) -> Answer {
    let (meeting, registration) = ask.registration_as_organizer().await?;
    let of = FeedOf { tenant: meeting.tenant, organizer: meeting.organizer, meeting: Some(meeting.id) };
    let what = format!("{}/registrants/{}", meeting.tenant, registration.id);
    open(ask, &of).await?;
    ask.app.store.gather_meeting(meeting.id, ask.app.clock.now()).await?;
    // As far as it is now, and no further than what is listed below.
    let feed = open(ask, &of).await?;
    let context = ask.root().registrants_delta(&meeting);
    let (found, link) = match read_round(ask, &what, feed)? {
        Round::Latest(progress) => (Vec::new(), delta_link(ask, &progress)?),
        Round::Listing(progress) => {
            let after = progress.after.map(RegistrantId);
            let limit = page_size(ask, PAGE);
            let page =
                ask.app.store.list_registrants(meeting.id, registration.id, after, limit, true).await?;
            let link = match page.next {
                Some(next) => next_link(ask, &Progress { after: Some(next.0), ..progress })?,
                None => delta_link(ask, &Progress { after: None, ..progress })?,
            };
            (page.registrants, link)
        }
        Round::Changes(progress) => {
            let (changes, link) = changes(ask, &of, progress).await?;
            let ids = latest(&changes, |change| change.registrant);
            let found = ask.app.store.find_registrants(meeting.id, &ids).await?;
            let of_this = |registrant: &Registrant| registrant.registration == registration.id;
            (found.into_iter().filter(of_this).collect(), link)
        }
    };
    let consents = consents(ask, &meeting, &found).await?;
    let value = found
        .iter()
        .map(|registrant| match gone(&meeting, &registration, registrant) {
            Some(gone) => Changed::Gone(gone),
            None => Changed::Is(Tagged {
                etag: etag::of_registrant(&registration, registrant),
                entity: show(ask, &meeting, &registration, registrant, &consents),
            }),
        })
        .collect::<Vec<Changed<Tagged<AnyRegistrant>>>>();
    Ok(Reply::delta(&write(context, link, value)))
}

/// `GET …/onlineMeetings/delta`
pub async fn meetings(ask: &Ask<'_>) -> Answer {
    let organizer = ask.acting_organizer().await?;
    let tenant = ask.caller.tenant();
    let of = FeedOf { tenant, organizer, meeting: None };
    let feed = open(ask, &of).await?;
    let context = ask.root().meetings_delta(organizer);
    let (found, missing, link) = match read_round(ask, &format!("{tenant}/meetings/{organizer}"), feed)? {
        Round::Latest(progress) => (Vec::new(), Vec::new(), delta_link(ask, &progress)?),
        Round::Listing(progress) => {
            let after = progress.after.map(MeetingId);
            let limit = page_size(ask, PAGE);
            let mut ids = ask.app.store.list_meeting_ids(tenant, organizer, after, limit + 1).await?;
            let goes_on = ids.len() > limit as usize;
            ids.truncate(limit as usize);
            let link = match ids.last().filter(|_| goes_on) {
                Some(last) => next_link(ask, &Progress { after: Some(last.0), ..progress })?,
                None => delta_link(ask, &Progress { after: None, ..progress })?,
            };
            (ask.app.store.find_meetings(&ids).await?, Vec::new(), link)
        }
        Round::Changes(progress) => {
            let (changes, link) = changes(ask, &of, progress).await?;
            let ids = latest(&changes, |change| {
                Some(change.meeting).filter(|_| change.subject == Subject::Meeting)
            });
            let found = ask.app.store.find_meetings(&ids).await?;
            let missing = ids.into_iter().filter(|id| found.iter().all(|found| found.id != *id)).collect();
            (found, missing, link)
        }
    };
    let value = show_meetings(ask, tenant, organizer, &found, &missing).await?;
    Ok(Reply::delta(&write(context, link, value)))
}

async fn show_meetings(
    ask: &Ask<'_>,
    tenant: domain::TenantId,
    organizer: PersonId,
    found: &[Meeting],
    missing: &[MeetingId],
) -> Result<Vec<Changed<Tagged<OnlineMeeting>>>, ApiError> {
    let upn = ask.app.store.find_person(tenant, organizer).await?.person.map(|person| person.upn);
    let is = |meeting: &Meeting| {
        let entity = OnlineMeeting::new(&ask.app.settings.join_base, meeting, upn.clone());
        Changed::Is(Tagged { etag: etag::of_meeting(meeting), entity })
    };
    let own = found.iter().filter(|meeting| meeting.organizer == organizer).map(is);
    let gone = missing
        .iter()
        .map(|meeting| Changed::Gone(Gone::deleted(wire::ids::write_meeting(organizer, *meeting))));
    Ok(own.chain(gone).collect())
}

/// Who is no longer on the list: whoever gave the place back can still be read by their id, unless they were erased or an
/// external system knows them by a name that may come back.
fn gone(meeting: &Meeting, registration: &Registration, registrant: &Registrant) -> Option<Gone> {
    registrant.standing.end()?;
    let id = public_id(meeting, registration, registrant);
    let is_readable = registration.kind != RegistrationKind::External && registrant.person.is_some();
    Some(if is_readable { Gone::changed(id) } else { Gone::deleted(id) })
}

async fn open(ask: &Ask<'_>, of: &FeedOf) -> Result<Feed, ApiError> {
    let until = ask.app.clock.now().saturating_add(KEPT_FOR).unwrap_or(jiff::Timestamp::MAX);
    Ok(ask.app.store.open_feed(of, ask.app.ids.random_id(), until).await?)
}

/// The next changes, and where to go on.
async fn changes(ask: &Ask<'_>, of: &FeedOf, progress: Progress) -> Result<(Vec<Change>, Link), ApiError> {
    let limit = page_size(ask, PAGE);
    let changes = ask.app.store.list_changes(of.key(), progress.number, limit).await?;
    let number = changes.last().map_or(progress.number, |last| last.number);
    let goes_on = changes.len() == limit as usize;
    let progress = Progress { number, after: None, ..progress };
    let link = if goes_on { next_link(ask, &progress)? } else { delta_link(ask, &progress)? };
    Ok((changes, link))
}

/// What the changes are about, each once and where it changed last.
fn latest<T: Copy + Eq + std::hash::Hash>(
    changes: &[Change],
    about: impl Fn(&Change) -> Option<T>,
) -> Vec<T> {
    let mut seen = HashSet::new();
    let mut ids: Vec<T> = changes.iter().rev().filter_map(about).filter(|id| seen.insert(*id)).collect();
    ids.reverse();
    ids
}

fn read_round(ask: &Ask<'_>, what: &str, feed: Feed) -> Result<Round, ApiError> {
    let begin = Progress { of: what.to_owned(), epoch: feed.epoch, number: feed.last, after: None };
    let (option, token) = match (&ask.query.delta_token, &ask.query.skip_token) {
        (None, None) => return Ok(Round::Listing(begin)),
        (Some(token), _) if token == "latest" => return Ok(Round::Latest(begin)),
        (Some(token), None) => (DELTA_TOKEN, token),
        (None, Some(token)) => (SKIP_TOKEN, token),
        (Some(_), Some(_)) => return Err(foreign(DELTA_TOKEN)),
    };
    let progress: Progress = ask.app.courier.delta_seal().open(token).ok_or_else(|| foreign(option))?;
    let tenant_of = |what: &str| what.split('/').next().map(str::to_owned);
    if tenant_of(&progress.of) != tenant_of(what) {
        return Err(foreign(option));
    }
    // Another registration on the same meeting, a feed that was closed meanwhile, or changes that are no longer kept.
    if progress.of != what || progress.epoch != feed.epoch || progress.number < feed.dropped {
        return Err(Refusal::SyncStateNotFound.into());
    }
    Ok(if progress.after.is_some() { Round::Listing(progress) } else { Round::Changes(progress) })
}

enum Link {
    Next(String),
    Delta(String),
}

fn next_link(ask: &Ask<'_>, progress: &Progress) -> Result<Link, ApiError> {
    Ok(Link::Next(link(ask, SKIP_TOKEN, ask.app.courier.delta_seal().close(progress))?))
}

fn delta_link(ask: &Ask<'_>, progress: &Progress) -> Result<Link, ApiError> {
    Ok(Link::Delta(link(ask, DELTA_TOKEN, ask.app.courier.delta_seal().close(progress))?))
}

fn write<T>(context: String, link: Link, value: Vec<Changed<T>>) -> Delta<T> {
    let (next_link, delta_link) = match link {
        Link::Next(link) => (Some(link), None),
        Link::Delta(link) => (None, Some(link)),
    };
    Delta { context, next_link, delta_link, value }
}
