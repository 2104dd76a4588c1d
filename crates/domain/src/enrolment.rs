//! One request for a place, parsed: past [`read_form`] every value in it is valid.

use jiff::Timestamp;

use crate::consent::ConsentVersion;
use crate::email::{Email, EmailProblem};
use crate::ids::{MeetingId, PersonId, QuestionId, RegistrantId, RegistrationId};
use crate::person::ForeignPerson;
use crate::question::Question;
use crate::refusal::{FieldProblem, ProblemCode};
use crate::text::{has_control, limit, tidy};

/// One parsed request for a place, ready for the turnstile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enrolment {
    /// Id the registrant gets if a place is given.
    pub id: RegistrantId,
    /// The meeting.
    pub meeting: MeetingId,
    /// The registration the request was checked against.
    pub registration: RegistrationId,
    /// The version of it. An older one than the store holds means: check again.
    pub seen_version: i64,
    /// The version of the organisation's directory and access policies that the request was checked against;
    /// `None` where neither was asked.
    pub seen_directory: Option<i64>,
    /// Who asks for the place.
    pub person: Person,
    /// Answers, one for each question in order; blank where nothing was answered.
    pub answers: Vec<Answer>,
    /// What they agreed to, where their organisation asks for it.
    pub consent: Option<ConsentVersion>,
    /// Language tag for letters.
    pub language: Option<String>,
    /// The zone they read times in, by its IANA name; `None` where it is not known.
    pub time_zone: Option<String>,
    /// Whether whoever asks may learn if the person is registered: the list is theirs to read, or the place their own.
    /// Anybody else is told the same as of somebody new.
    pub sees_list: bool,
    /// When it was decided: the turnstile says.
    pub at: Timestamp,
    /// Who asked: [`crate::Caller::actor`], or `page` for the sign-up page.
    pub actor: String,
    /// The caller's key for retries, if one was sent.
    pub idempotency: Option<IdempotencyKey>,
}

/// Who a place is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Person {
    /// A registrant of a built-in registration.
    Named {
        /// Names and address.
        named: Named,
        /// The person in the organizer's directory, under `organization`.
        user: Option<PersonId>,
    },
    /// A registrant of an external registration.
    External {
        /// Id in the external system: any string.
        external_id: String,
        /// The person, under `organization`.
        user: Option<ForeignPerson>,
    },
}

/// Names and address of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// First name, in normal form C.
    pub first_name: String,
    /// Last name, in normal form C.
    pub last_name: String,
    /// Address.
    pub email: Email,
}

/// What may be changed of somebody who is registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    /// Names, and the address as it is.
    pub named: Named,
    /// Answers.
    pub answers: Vec<Answer>,
    /// See [`Enrolment::time_zone`].
    pub time_zone: Option<String>,
}

/// An answer to a custom question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The question.
    pub question: QuestionId,
    /// The text, or the option chosen; blank where nothing was answered.
    pub value: String,
}

/// A caller's key for safe retries: hashes, so that nothing of the request is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// Hash of who sent it and the key itself.
    pub key: [u8; 32],
    /// Hash of the request it was sent with.
    pub request: [u8; 32],
    /// Until when it is remembered.
    pub expires_at: Timestamp,
}

impl Person {
    /// What an external registration system calls them; `None` of anybody else.
    pub fn external_id(&self) -> Option<&str> {
        match self {
            Self::External { external_id, .. } => Some(external_id),
            Self::Named { .. } => None,
        }
    }

    /// Equal for the same person: a meeting has at most one live registrant of each key.
    pub fn key(&self) -> String {
        match self {
            Self::Named { user: Some(user), .. } => format!("u:{user}"),
            Self::Named { named, user: None } => address_key(&named.email),
            Self::External { external_id, .. } => external_key(external_id),
        }
    }
}

/// The key of whoever registers by an address, without being signed in.
pub fn address_key(email: &Email) -> String {
    ["e:", &email.key()].concat()
}

/// The key of an external registrant, byte for byte as the external system spells its id.
pub fn external_key(external_id: &str) -> String {
    ["x:", external_id].concat()
}

/// A form as it was filled in, before any rule was applied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilledForm {
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Answers in the order they were given; `None` as the question stands for an id of no question.
    pub answers: Vec<(Option<QuestionId>, String)>,
}

/// Applies every rule to a form and finds every fault at once. docs/graph-compat.md#errors.
pub fn read_form(
    form: &FilledForm,
    questions: &[Question],
) -> Result<(Named, Vec<Answer>), Vec<FieldProblem>> {
    let mut problems = Vec::new();
    let first_name = read_name(form.first_name.as_deref(), "firstName", &mut problems);
    let last_name = read_name(form.last_name.as_deref(), "lastName", &mut problems);
    let email = read_email(form.email.as_deref(), &mut problems);
    let answers = read_answers(&form.answers, questions, &mut problems);
    match (first_name, last_name, email) {
        (Some(first_name), Some(last_name), Some(email)) if problems.is_empty() => {
            Ok((Named { first_name, last_name, email }, answers))
        }
        _ => Err(problems),
    }
}

/// Applies the rules of answers to those that somebody registered gives instead of theirs, and finds every fault at once.
/// Answers to questions that are gone meanwhile stay.
pub fn change_answers(
    former: &[Answer],
    given: &[(Option<QuestionId>, String)],
    questions: &[Question],
) -> Result<Vec<Answer>, Vec<FieldProblem>> {
    let mut problems = Vec::new();
    let mut answers = read_answers(given, questions, &mut problems);
    let is_asked = |answer: &&Answer| questions.iter().any(|question| question.id == answer.question);
    answers.extend(former.iter().filter(|answer| !is_asked(answer)).cloned());
    if problems.is_empty() { Ok(answers) } else { Err(problems) }
}

fn read_name(text: Option<&str>, member: &str, problems: &mut Vec<FieldProblem>) -> Option<String> {
    let name = tidy(text.unwrap_or_default());
    let problem = if name.is_empty() {
        FieldProblem::new(
            member,
            ProblemCode::Missing,
            format!("`{member}` is missing: give the person's name"),
        )
    } else if name.chars().count() > limit::NAME {
        FieldProblem::new(
            member,
            ProblemCode::TooLong,
            format!("`{member}` is longer than {} characters", limit::NAME),
        )
    } else if has_control(&name) {
        FieldProblem::new(
            member,
            ProblemCode::InvalidValue,
            format!("`{member}` holds a line break or another control character: leave it out"),
        )
    } else {
        return Some(name);
    };
    problems.push(problem);
    None
}

fn read_email(text: Option<&str>, problems: &mut Vec<FieldProblem>) -> Option<Email> {
    let text = text.unwrap_or_default();
    if text.trim().is_empty() {
        problems.push(FieldProblem::new(
            "email",
            ProblemCode::Missing,
            "`email` is missing: give the address that the personal link is sent to",
        ));
        return None;
    }
    let (code, message) = match Email::parse(text) {
        Ok(email) => return Some(email),
        Err(EmailProblem::Malformed) => (
            ProblemCode::InvalidEmail,
            "`email` is no e-mail address: it has the form `name@example.org`".to_owned(),
        ),
        Err(EmailProblem::NonAsciiLocalPart) => (
            ProblemCode::InvalidEmail,
            "`email` has letters beyond ASCII before the `@`, which not every mail server can carry: \
             give an address without them"
                .to_owned(),
        ),
        Err(EmailProblem::TooLong) => (
            ProblemCode::TooLong,
            format!("`email` is longer than {} characters, or than 64 before the `@`", limit::EMAIL),
        ),
    };
    problems.push(FieldProblem::new("email", code, message));
    None
}

fn read_answers(
    given: &[(Option<QuestionId>, String)],
    questions: &[Question],
    problems: &mut Vec<FieldProblem>,
) -> Vec<Answer> {
    let mut answers: Vec<Answer> =
        questions.iter().map(|question| Answer { question: question.id, value: String::new() }).collect();
    let mut answered = vec![false; questions.len()];
    for (n, (id, value)) in given.iter().enumerate() {
        let Some(at) = questions.iter().position(|question| Some(question.id) == *id) else {
            problems.push(FieldProblem::new(
                format!("customQuestionAnswers/{n}/questionId"),
                ProblemCode::UnknownQuestion,
                "the registration has no such question: read its `customQuestions` for the ids",
            ));
            continue;
        };
        if answered[at] {
            problems.push(FieldProblem::new(
                format!("customQuestionAnswers/{n}/questionId"),
                ProblemCode::RepeatedAnswer,
                "the question is answered twice: give one answer to each question",
            ));
        }
        answered[at] = true;
        // A blank text is stored as no answer at all.
        answers[at].value = if value.trim().is_empty() { String::new() } else { value.clone() };
    }
    for (n, (question, answer)) in questions.iter().zip(&answers).enumerate() {
        if let Some(code) = question.problem_with(&answer.value) {
            let at = given.iter().position(|(id, _)| *id == Some(question.id));
            problems.push(answer_problem(question, code, at, n));
        }
    }
    answers
}

fn answer_problem(question: &Question, code: ProblemCode, given_at: Option<usize>, n: usize) -> FieldProblem {
    let title = question.display_name.clone().unwrap_or_else(|| format!("number {}", n + 1));
    let message = match code {
        ProblemCode::RequiredAnswerMissing => format!("the question `{title}` needs an answer"),
        ProblemCode::AnswerNotAllowed => {
            let options = question.input.options().join("`, `");
            format!("the answer to `{title}` is not among its options: `{options}`")
        }
        ProblemCode::InvalidValue => format!("the answer to `{title}` holds a NUL character: leave it out"),
        _ => format!("the answer to `{title}` is longer than {} characters", limit::ANSWER),
    };
    let target =
        given_at.map_or("customQuestionAnswers".to_owned(), |n| format!("customQuestionAnswers/{n}/value"));
    FieldProblem::new(target, code, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::question::AnswerInput;

    fn question(n: u128, is_required: bool, input: AnswerInput) -> Question {
        Question {
            id: QuestionId(uuid::Uuid::from_u128(n)),
            display_name: Some(format!("Q{n}")),
            is_required,
            input,
        }
    }

    fn questions() -> Vec<Question> {
        let yes_no = AnswerInput::RadioButton(vec!["Yes".into(), "No".into()]);
        vec![question(1, true, yes_no), question(2, false, AnswerInput::Text)]
    }

    fn form() -> FilledForm {
        FilledForm {
            first_name: Some("Odile".into()),
            last_name: Some("Marchetti".into()),
            email: Some("odile@pinewater.example".into()),
            answers: vec![(Some(questions()[0].id), "No".into())],
        }
    }

    #[test]
    fn a_form_gets_one_answer_for_each_question_in_order() {
        let (named, answers) = read_form(&form(), &questions()).unwrap();

        assert_eq!(named.first_name, "Odile");
        assert_eq!(answers.iter().map(|answer| answer.value.as_str()).collect::<Vec<_>>(), ["No", ""]);
    }

    #[test]
    fn changed_answers_follow_the_rules_and_leave_those_to_questions_that_are_gone() {
        let gone = Answer { question: QuestionId(uuid::Uuid::from_u128(9)), value: "before".into() };
        let former = [Answer { question: questions()[0].id, value: "No".into() }, gone.clone()];
        let given = |value: &str| [(Some(questions()[0].id), value.to_owned())];

        let changed = change_answers(&former, &given("Yes"), &questions()).unwrap();
        let refused = change_answers(&former, &given("Perhaps"), &questions()).unwrap_err();

        assert_eq!(
            changed.iter().map(|answer| answer.value.as_str()).collect::<Vec<_>>(),
            ["Yes", "", "before"]
        );
        assert_eq!(changed[2], gone);
        assert_eq!(refused[0].code, ProblemCode::AnswerNotAllowed);
    }

    #[test]
    fn every_fault_is_found_at_once() {
        let broken = FilledForm {
            first_name: None,
            last_name: Some("a\nb".into()),
            email: Some("nobody".into()),
            answers: vec![
                (Some(questions()[0].id), "Perhaps".into()),
                (None, "x".into()),
                (Some(questions()[1].id), "y".repeat(2_001)),
                (Some(questions()[1].id), "z".into()),
            ],
        };

        let problems = read_form(&broken, &questions()).unwrap_err();

        let found: Vec<(&str, ProblemCode)> =
            problems.iter().map(|problem| (problem.target.as_str(), problem.code)).collect();
        assert_eq!(
            found,
            [
                ("firstName", ProblemCode::Missing),
                ("lastName", ProblemCode::InvalidValue),
                ("email", ProblemCode::InvalidEmail),
                ("customQuestionAnswers/1/questionId", ProblemCode::UnknownQuestion),
                ("customQuestionAnswers/3/questionId", ProblemCode::RepeatedAnswer),
                ("customQuestionAnswers/0/value", ProblemCode::AnswerNotAllowed),
            ]
        );
    }

    #[test]
    fn a_required_question_left_out_is_named() {
        let problems = read_form(&FilledForm { answers: Vec::new(), ..form() }, &questions()).unwrap_err();

        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].target, "customQuestionAnswers");
        assert_eq!(problems[0].message, "the question `Q1` needs an answer");
    }

    #[test]
    fn a_person_has_one_key_in_whatever_spelling() {
        let named = |email: &str| Named {
            first_name: String::new(),
            last_name: String::new(),
            email: Email::parse(email).unwrap(),
        };
        let key = |email: &str| Person::Named { named: named(email), user: None }.key();

        assert_eq!(key("A@Example.org"), key("a@example.ORG"));
        assert_ne!(key("a@example.org"), key("b@example.org"));
    }
}
