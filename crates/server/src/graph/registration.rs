//! `registration`: seeds 000, 001 and 003.

use domain::{
    Meeting, Operation, Question, QuestionId, Refusal, Registration, RegistrationId, RegistrationKind,
};
use store::Made;
use wire::path::Cast;
use wire::registration::{AnyRegistration, NewRegistration, Shown};
use wire::{Entity, etag};

use super::meeting::TRIES;
use super::once::{Key, find_answer};
use super::{Answer, Ask, Reply};
use crate::error::ApiError;

/// `POST …/registration`
pub async fn create(ask: &Ask<'_>) -> Answer {
    let hosted = ask.hosted_as_organizer().await?;
    store_new(ask, &hosted.meeting).await
}

/// `GET …/registration`, with `$expand=customQuestions` in both spellings.
pub async fn get(ask: &Ask<'_>) -> Answer {
    let (meeting, registration) = ask.registration_as_organizer().await?;
    let questions = ask.expanded.is_some();
    if questions {
        registration.built_in()?;
    }
    let root = ask.root();
    let context = if questions { root.expanded_registration(&meeting) } else { root.registration(&meeting) };
    let etag = Some(etag::of_registration(&registration));
    let entity = shown_by_get(ask, &meeting, registration, questions);
    Ok(Reply::entity(&Entity { context, etag, entity }))
}

/// A registration as `GET` shows it, by itself or with its meeting: the looks at its page are told, those that are not
/// stored yet as well. An external one has no questions to show.
pub(super) fn shown_by_get(
    ask: &Ask<'_>,
    meeting: &Meeting,
    mut registration: Registration,
    questions: bool,
) -> AnyRegistration {
    if let RegistrationKind::BuiltIn(built_in) = &mut registration.kind {
        built_in.view_count += ask.app.memory.waiting_views(meeting.id, registration.id);
    }
    let shown = Shown { views: true, questions };
    AnyRegistration::new(&ask.app.settings.public_url, meeting, &registration, shown)
}

/// `PATCH …/registration`: creates where there is none, because the generated SDKs have no POST here
/// (decision 10 of docs/graph-compat.md).
pub async fn update(ask: &Ask<'_>) -> Answer {
    for _ in 0..TRIES {
        let hosted = ask.hosted_as_organizer().await?;
        if hosted.registration.is_none() {
            return store_new(ask, &hosted.meeting).await;
        }
        let mut registration = ask.check_cast(hosted.registration.as_ref())?.clone();
        let built_in = registration.built_in()?;
        ask.conditions().allow_change(Some(&etag::of_registration(&registration)))?;
        let changed = wire::registration::patch(ask.body()?, &hosted.meeting, &registration, built_in)?;
        if ask.app.store.update_registration(&registration, &changed, &ask.fact()).await? {
            ask.app.forget(hosted.meeting.id);
            ask.app.mail_waits();
            registration.kind = RegistrationKind::BuiltIn(Box::new(changed));
            registration.version += 1;
            let context = ask.root().registration(&hosted.meeting);
            return Ok(Reply::entity(&show(ask, context, &hosted.meeting, &registration)));
        }
    }
    Err(ApiError::Busy)
}

/// `DELETE …/registration`: everybody registered is canceled and told.
pub async fn delete(ask: &Ask<'_>) -> Answer {
    for _ in 0..TRIES {
        let (meeting, registration) = ask.registration_as_organizer().await?;
        let conditions = ask.conditions();
        conditions.allow_change(Some(&etag::of_registration(&registration)))?;
        let store = &ask.app.store;
        let was_there = if conditions.is_empty() {
            store.delete_registration(meeting.id, registration.id, &ask.fact()).await?
        } else {
            store.delete_registration_unchanged(&registration, &ask.fact()).await?
        };
        ask.app.forget(meeting.id);
        if was_there {
            ask.app.mail_waits();
            return Ok(Reply::no_content());
        }
    }
    Err(ApiError::Busy)
}

async fn store_new(ask: &Ask<'_>, meeting: &Meeting) -> Answer {
    // A PATCH says the whole of what it wants each time, and needs no key.
    let key = match ask.operation {
        Operation::CreateRegistration => Key::about(ask, meeting.id, meeting.id.0)?,
        _ => None,
    };
    if let Some(reply) = find_answer(ask, key).await? {
        return Ok(reply);
    }
    ask.conditions().allow_change(None)?;
    let new = NewRegistration::read(ask.body()?, meeting)?;
    // A type-cast segment and the body must mean the same kind.
    let is_external = new.kind == RegistrationKind::External;
    if ask.path.cast.is_some_and(|cast| (cast == Cast::External) != is_external) {
        return Err(vec![wire::registration::type_problem()].into());
    }
    let now = ask.app.clock.now();
    let questions: Vec<Question> = new
        .questions
        .into_iter()
        .map(|question| question.into_question(QuestionId(ask.app.ids.ordered_id(now))))
        .collect();
    let mut kind = new.kind;
    if let RegistrationKind::BuiltIn(built_in) = &mut kind {
        built_in.questions = questions;
        built_in.language = Some(ask.language(None).tag().to_owned());
    }
    let registration = Registration {
        id: RegistrationId(ask.app.ids.random_id()),
        meeting: meeting.id,
        allowed_registrant: new.allowed_registrant,
        kind,
        version: 1,
    };
    let context = ask.root().registration(meeting);
    let reply = Reply::created(&show(ask, context, meeting, &registration));
    let once = key.map(|key| key.keep(&reply));
    match ask.app.store.create_registration_once(&registration, &ask.fact(), once.as_ref()).await? {
        Made::Now(true) => {
            ask.app.forget(meeting.id);
            Ok(reply)
        }
        Made::Now(false) => Err(Refusal::RegistrationExists.into()),
        Made::Before(kept) => Ok(Reply::kept(kept)),
        Made::KeyReused => Err(Refusal::IdempotencyKeyReused.into()),
    }
}

/// A registration as it is shown to whoever wrote it.
fn show(
    ask: &Ask<'_>,
    context: String,
    meeting: &Meeting,
    registration: &Registration,
) -> Entity<AnyRegistration> {
    let public_url = &ask.app.settings.public_url;
    let shown = Shown { views: false, questions: false };
    let etag = Some(etag::of_registration(registration));
    Entity { context, etag, entity: AnyRegistration::new(public_url, meeting, registration, shown) }
}
