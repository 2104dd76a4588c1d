//! `registration/customQuestions`, with and without the type-cast segment (decision 8 of docs/graph-compat.md).

use domain::text::limit;
use domain::{Meeting, Question, QuestionId, Refusal, Registration};
use store::Made;
use wire::query::list;
use wire::question::{MeetingRegistrationQuestion, NewQuestion};
use wire::{Entity, Tagged, etag};

use super::meeting::TRIES;
use super::once::{Key, find_answer};
use super::paging::answer_from;
use super::{Answer, Ask, Reply};
use crate::error::ApiError;

/// `GET …/customQuestions`
pub async fn list(ask: &Ask<'_>) -> Answer {
    let (meeting, registration) = ask.registration_as_organizer().await?;
    let tagged = |question| Tagged {
        etag: etag::of_question(question),
        entity: MeetingRegistrationQuestion::new(meeting.id, question),
    };
    let questions: Vec<_> = registration.built_in()?.questions.iter().map(tagged).collect();
    answer_from(ask, ask.root().questions(&meeting), questions, &list::QUESTIONS)
}

/// `POST …/customQuestions`
pub async fn create(ask: &Ask<'_>) -> Answer {
    for _ in 0..TRIES {
        let (meeting, registration) = ask.registration_as_organizer().await?;
        let key = Key::about(ask, meeting.id, registration.id.0)?;
        if let Some(reply) = find_answer(ask, key).await? {
            return Ok(reply);
        }
        if registration.built_in()?.questions.len() >= limit::QUESTIONS {
            return Err(Refusal::TooManyQuestions.into());
        }
        let id = QuestionId(ask.app.ids.ordered_id(ask.app.clock.now()));
        let question = NewQuestion::read(ask.body()?)?.into_question(id);
        let reply = Reply::created(&show(ask.root().new_question(&meeting), &meeting, &question));
        let once = key.map(|key| key.keep(&reply));
        let made =
            ask.app.store.create_question(&registration, &question, &ask.fact(), once.as_ref()).await?;
        match made {
            Made::Now(true) => {
                ask.app.forget(meeting.id);
                return Ok(reply);
            }
            Made::Now(false) => {}
            Made::Before(kept) => return Ok(Reply::kept(kept)),
            Made::KeyReused => return Err(Refusal::IdempotencyKeyReused.into()),
        }
    }
    Err(ApiError::Busy)
}

/// `GET …/customQuestions/{id}`
pub async fn get(ask: &Ask<'_>) -> Answer {
    let (meeting, registration) = ask.registration_as_organizer().await?;
    let question = find(ask, &meeting, &registration)?;
    Ok(Reply::entity(&show(ask.root().question(&meeting), &meeting, question)))
}

/// `PATCH …/customQuestions/{id}`
pub async fn update(ask: &Ask<'_>) -> Answer {
    for _ in 0..TRIES {
        let (meeting, registration) = ask.registration_as_organizer().await?;
        let question = find(ask, &meeting, &registration)?;
        ask.conditions().allow_change(Some(&etag::of_question(question)))?;
        let changed = wire::question::patch(ask.body()?, question)?;
        if ask.app.store.update_question(&registration, &changed, &ask.fact()).await? {
            ask.app.forget(meeting.id);
            return Ok(Reply::entity(&show(ask.root().question(&meeting), &meeting, &changed)));
        }
    }
    Err(ApiError::Busy)
}

/// `DELETE …/customQuestions/{id}`
pub async fn delete(ask: &Ask<'_>) -> Answer {
    for _ in 0..TRIES {
        let (meeting, registration) = ask.registration_as_organizer().await?;
        let question = find(ask, &meeting, &registration)?;
        ask.conditions().allow_change(Some(&etag::of_question(question)))?;
        if ask.app.store.delete_question(&registration, question.id, &ask.fact()).await? {
            ask.app.forget(meeting.id);
            return Ok(Reply::no_content());
        }
    }
    Err(ApiError::Busy)
}

fn find<'r>(
    ask: &Ask<'_>,
    meeting: &Meeting,
    registration: &'r Registration,
) -> Result<&'r Question, ApiError> {
    let id = wire::ids::read_question(meeting.id, ask.path.key.as_deref().unwrap_or_default());
    let questions = &registration.built_in()?.questions;
    questions.iter().find(|question| Some(question.id) == id).ok_or(Refusal::NoQuestion.into())
}

fn show(context: String, meeting: &Meeting, question: &Question) -> Entity<MeetingRegistrationQuestion> {
    let etag = Some(etag::of_question(question));
    Entity { context, etag, entity: MeetingRegistrationQuestion::new(meeting.id, question) }
}
