//! Forms as browsers send them, and the organizer's questions in them.

use axum::extract::Form;
use axum::extract::rejection::FormRejection;
use domain::enrolment::FilledForm;
use domain::question::AnswerInput;
use domain::text::limit;
use domain::{BuiltIn, FieldProblem, Meeting, ProblemCode};
use http::StatusCode;
use pages::{Flaw, QuestionKind};

use crate::app::App;
use crate::connections::is_too_slow;
use crate::error::ApiError;

/// A form as the browser sends it: names and values.
pub type Fields = Vec<(String, String)>;

/// The form, or why there is none that can be read.
pub fn read(app: &App, form: Result<Form<Fields>, FormRejection>) -> Result<Fields, ApiError> {
    match form {
        Ok(Form(fields)) => Ok(fields),
        Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            Err(ApiError::TooLarge(app.settings.max_body_bytes))
        }
        Err(rejection) if is_too_slow(&rejection) => Err(ApiError::Slow),
        Err(_) => Err(ApiError::NotJson),
    }
}

/// What was filled in.
pub fn filled_form(meeting: &Meeting, fields: &Fields) -> FilledForm {
    let text = |name: &str| value(fields, name).map(str::to_owned);
    let answers = fields.iter().filter_map(|(name, value)| {
        let id = name.strip_prefix("answer-")?;
        Some((wire::ids::read_question(meeting.id, id), value.clone()))
    });
    FilledForm {
        first_name: text("firstName"),
        last_name: text("lastName"),
        email: text("email"),
        answers: answers.collect(),
    }
}

/// The first value of that name.
pub fn value<'f>(fields: &'f Fields, name: &str) -> Option<&'f str> {
    fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// The questions' ids as the page and Graph write them.
pub fn question_ids(built_in: &BuiltIn, meeting: &Meeting) -> Vec<String> {
    let write = |question: &domain::Question| wire::ids::write_question(meeting.id, question.id);
    built_in.questions.iter().map(write).collect()
}

/// The questions with what was answered so far.
pub fn questions<'v>(
    built_in: &'v BuiltIn,
    ids: &'v [String],
    fields: &'v Fields,
) -> Vec<pages::Question<'v>> {
    let view = |(question, id): (&'v domain::Question, &'v String)| pages::Question {
        id,
        text: question.display_name.as_deref().unwrap_or_default(),
        lang: built_in.language.as_deref(),
        required: question.is_required,
        kind: match &question.input {
            AnswerInput::Text => QuestionKind::Text,
            AnswerInput::RadioButton(options) => {
                QuestionKind::Choice(options.iter().map(String::as_str).collect())
            }
        },
        value: value(fields, &format!("answer-{id}")).unwrap_or_default(),
    };
    built_in.questions.iter().zip(ids).map(view).collect()
}

/// The domain's faults beside the fields they belong to.
pub fn field_problems(
    problems: &[FieldProblem],
    built_in: &BuiltIn,
    ids: &[String],
    meeting: &Meeting,
    fields: &Fields,
) -> Vec<(String, Flaw)> {
    let mut flaws: Vec<(String, Flaw)> = problems
        .iter()
        .filter(|problem| !problem.target.contains('/') && problem.target != "customQuestionAnswers")
        .map(|problem| match &*problem.target {
            "consent" => ("consent".to_owned(), Flaw::NotAgreed),
            target => (target.to_owned(), flaw(problem.code)),
        })
        .collect();
    let answers = filled_form(meeting, fields).answers;
    for (question, id) in built_in.questions.iter().zip(ids).filter(|_| !problems.is_empty()) {
        let given = answers.iter().find(|(known, _)| *known == Some(question.id));
        let given = given.map(|(_, value)| value.as_str()).unwrap_or_default();
        if let Some(code) = question.problem_with(given) {
            flaws.push((format!("answer-{id}"), flaw(code)));
        }
    }
    flaws
}

fn flaw(code: ProblemCode) -> Flaw {
    match code {
        ProblemCode::Missing | ProblemCode::RequiredAnswerMissing => Flaw::Missing,
        ProblemCode::TooLong => Flaw::TooLong { limit: None },
        ProblemCode::AnswerTooLong => Flaw::TooLong { limit: Some(limit::ANSWER) },
        ProblemCode::InvalidEmail => Flaw::NotAnEmail,
        ProblemCode::AnswerNotAllowed => Flaw::NotAChoice,
        _ => Flaw::Unreadable,
    }
}
