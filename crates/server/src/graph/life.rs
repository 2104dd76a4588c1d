//! What is done to a registrant: update, approve, reject, accept, cancel for a reason. docs/registrant-life.md.

use domain::enrolment::Details;
use domain::permission::{acts_as_organizer, may_change};
use domain::{Meeting, Person, PersonId, Refusal, Registrant, Registration};
use store::{Act, Asking, Changed, Made, OnceOf, Stepped};
use wire::registrant::{patch, read_reason};
use wire::{Entity, etag};

use super::meeting::TRIES;
use super::once::{Key, find_answer, kept};
use super::registrant::{Consents, consents, find, show};
use super::{Answer, Ask, Reply};
use crate::error::ApiError;

/// `PATCH …/registrants/{id}`: answers, the time zone, and names where they are not the directory's.
pub async fn update(ask: &Ask<'_>) -> Answer {
    for _ in 0..TRIES {
        let Found { meeting, registration, registrant } = find_own(ask).await?;
        registration.built_in()?;
        ask.conditions().allow_change(Some(&etag::of_registrant(&registration, &registrant)))?;
        may_still_change(ask, &meeting, &registration, &registrant)?;
        let details = patch(ask.body()?, &meeting, &registration, &registrant)?;
        match ask.app.store.update_registrant(&registrant, &registration, &details, &ask.fact()).await? {
            Changed::Now => {
                let Details { named, answers, time_zone } = details;
                let person = Some(Person::Named { named, user: registrant.user() });
                let now = Registrant { person, answers, time_zone, ..registrant };
                let consents = consents(ask, &meeting, std::slice::from_ref(&now)).await?;
                return Ok(reply(ask, &meeting, &registration, &now, &consents));
            }
            Changed::Stale | Changed::Canceled => {}
        }
    }
    Err(ApiError::Busy)
}

/// Nobody changes what is over; the person themselves, as on their page, nothing once the meeting has begun.
fn may_still_change(
    ask: &Ask<'_>,
    meeting: &Meeting,
    registration: &Registration,
    registrant: &Registrant,
) -> Result<(), Refusal> {
    if !registrant.standing.is_live() {
        let needed = "registered`, `waitlisted` or `pendingApproval";
        return Err(Refusal::RegistrantStatus { status: registrant.status(), needed });
    }
    let start_at = registration.start_at(meeting);
    if !is_organizer(ask, meeting.organizer) && ask.app.clock.now() >= start_at {
        return Err(Refusal::RegistrationEnded { end_at: start_at });
    }
    Ok(())
}

/// `POST …/registrants/{id}/approve`
pub async fn approve(ask: &Ask<'_>) -> Answer {
    act(ask, Act::Approve).await
}

/// `POST …/registrants/{id}/reject`
pub async fn reject(ask: &Ask<'_>) -> Answer {
    act(ask, Act::Reject).await
}

/// `POST …/registrants/{id}/accept`
pub async fn accept(ask: &Ask<'_>) -> Answer {
    act(ask, Act::Accept).await
}

/// `POST …/registrants/{id}/cancel`
pub async fn cancel(ask: &Ask<'_>) -> Answer {
    act(ask, Act::Cancel).await
}

/// Doing the same again changes nothing and is no error, so that a retry is safe.
async fn act(ask: &Ask<'_>, act: Act) -> Answer {
    for _ in 0..TRIES {
        let Found { meeting, registration, registrant } = match act {
            Act::Approve | Act::Reject => find_as_organizer(ask).await?,
            Act::Accept | Act::Cancel => find_own(ask).await?,
        };
        let key = Key::about(ask, meeting.id, registrant.id.0)?;
        let consents = consents(ask, &meeting, std::slice::from_ref(&registrant)).await?;
        let answer = |now: &Registrant| match act {
            Act::Cancel => Reply::no_content(),
            Act::Approve | Act::Reject | Act::Accept => reply(ask, &meeting, &registration, now, &consents),
        };
        // Nothing of the person is kept with a key: a retry is shown what there is of them now.
        if find_answer(ask, key).await?.is_some() {
            return Ok(answer(&registrant));
        }
        if act != Act::Cancel {
            registration.built_in()?;
        }
        let reason = read_reason(ask.body()?)?;
        let conditions = ask.conditions();
        conditions.allow_change(Some(&etag::of_registrant(&registration, &registrant)))?;
        let asking = Asking { act, reason: reason.as_deref(), is_conditional: !conditions.is_empty() };
        let to_keep = |_: &Registrant| kept(&Reply::no_content());
        let once = key.map(|key| OnceOf { once: key.of_what_becomes(), answer: &to_keep });
        match ask.app.store.take_step(&registrant, asking, &ask.fact(), once.as_ref()).await? {
            Made::Now(Stepped::Done(now)) => {
                ask.app.mail_waits();
                return Ok(answer(&now));
            }
            Made::Now(Stepped::Unchanged(now)) => return Ok(answer(&now)),
            Made::Now(Stepped::Stale) => {}
            Made::Now(Stepped::Refused(refusal)) => return Err(refusal.into()),
            Made::Before(_) => return Ok(answer(&registrant)),
            Made::KeyReused => return Err(Refusal::IdempotencyKeyReused.into()),
        }
    }
    Err(ApiError::Busy)
}

struct Found {
    meeting: Meeting,
    registration: Registration,
    registrant: Registrant,
}

async fn find_as_organizer(ask: &Ask<'_>) -> Result<Found, ApiError> {
    let (meeting, registration) = ask.registration_as_organizer().await?;
    let registrant = find(ask, &meeting, &registration).await?;
    Ok(Found { meeting, registration, registrant })
}

/// For the organizer, and for the person themselves. External registrants are the organizer's own business.
async fn find_own(ask: &Ask<'_>) -> Result<Found, ApiError> {
    let hosted = ask.app.store.find_hosted(ask.meeting_id()?).await?;
    let hosted = ask.own(hosted.as_ref())?;
    ask.check_policy(hosted.meeting.organizer).await?;
    let registration = ask.check_cast(hosted.registration.as_ref())?.clone();
    if registration.built_in().is_err() {
        acts_as_organizer(&ask.caller, hosted.meeting.organizer)?;
    }
    let registrant = find(ask, &hosted.meeting, &registration).await?;
    if registration.built_in().is_ok() {
        may_change(&ask.caller, hosted.meeting.organizer, registrant.user())?;
    }
    Ok(Found { meeting: hosted.meeting.clone(), registration, registrant })
}

fn is_organizer(ask: &Ask<'_>, organizer: PersonId) -> bool {
    acts_as_organizer(&ask.caller, organizer).is_ok()
}

fn reply(
    ask: &Ask<'_>,
    meeting: &Meeting,
    registration: &Registration,
    registrant: &Registrant,
    consents: &Consents,
) -> Reply {
    let context = ask.root().registrant(meeting);
    let etag = Some(etag::of_registrant(registration, registrant));
    let entity = show(ask, meeting, registration, registrant, consents);
    Reply::entity(&Entity { context, etag, entity })
}
