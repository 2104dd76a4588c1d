//! `registration/customQuestions`, with and without the type-cast segment. CONTRACT section 2.1, rows 5 to 9.

use domain::text::limit;
use domain::{Meeting, Question, QuestionId, Refusal, Registration};
use wire::question::{MeetingRegistrationQuestion, NewQuestion};
use wire::{Collection, Entity};

use super::meeting::TRIES;
use super::{Answer, Ask, Reply};
use crate::error::ApiError;

/// `GET …/customQuestions`
pub async fn list(ask: &Ask<'_>) -> Answer {
    let (meeting, registration) = ask.registration_as_organizer().await?;
    let value: Vec<MeetingRegistrationQuestion> = registration
        .built_in()?
        .questions
        .iter()
        .map(|question| MeetingRegistrationQuestion::new(meeting.id, question))
        .collect();
    let count = ask.query.count.then_some(value.len() as i64);
    Ok(Reply::ok(&Collection { context: ask.root().questions(&meeting), count, next_link: None, value }))
}

/// `POST …/customQuestions`
pub async fn create(ask: &Ask<'_>) -> Answer {
    for _ in 0..TRIES {
        let (meeting, registration) = ask.registration_as_organizer().await?;
        if registration.built_in()?.questions.len() >= limit::QUESTIONS {
            return Err(Refusal::TooManyQuestions.into());
        }
        let id = QuestionId(ask.app.ids.ordered_id(ask.app.clock.now()));
        let question = NewQuestion::read(ask.body()?)?.into_question(id);
        if ask.app.store.create_question(&registration, &question, &ask.fact()).await? {
            ask.app.forget(meeting.id);
            let context = ask.root().new_question(&meeting);
            return Ok(Reply::created(&show(context, &meeting, &question)));
        }
    }
    Err(ApiError::Busy)
}

/// `GET …/customQuestions/{id}`
pub async fn get(ask: &Ask<'_>) -> Answer {
    let (meeting, registration) = ask.registration_as_organizer().await?;
    let question = find(ask, &meeting, &registration)?;
    Ok(Reply::ok(&show(ask.root().question(&meeting), &meeting, question)))
}

/// `PATCH …/customQuestions/{id}`
pub async fn update(ask: &Ask<'_>) -> Answer {
    for _ in 0..TRIES {
        let (meeting, registration) = ask.registration_as_organizer().await?;
        let changed = wire::question::patch(ask.body()?, find(ask, &meeting, &registration)?)?;
        if ask.app.store.update_question(&registration, &changed, &ask.fact()).await? {
            ask.app.forget(meeting.id);
            return Ok(Reply::ok(&show(ask.root().question(&meeting), &meeting, &changed)));
        }
    }
    Err(ApiError::Busy)
}

/// `DELETE …/customQuestions/{id}`
pub async fn delete(ask: &Ask<'_>) -> Answer {
    for _ in 0..TRIES {
        let (meeting, registration) = ask.registration_as_organizer().await?;
        let question = find(ask, &meeting, &registration)?.id;
        if ask.app.store.delete_question(&registration, question, &ask.fact()).await? {
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
    Entity { context, entity: MeetingRegistrationQuestion::new(meeting.id, question) }
}
