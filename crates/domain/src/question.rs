//! Custom questions and the answers they take.

use crate::ids::QuestionId;
use crate::refusal::ProblemCode;
use crate::text::limit;

/// A custom question of a built-in registration. First name, last name and e-mail are never questions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Its id, kept for life.
    pub id: QuestionId,
    /// The text of the question.
    pub display_name: Option<String>,
    /// Whether an answer must be given.
    pub is_required: bool,
    /// How the answer is given.
    pub input: AnswerInput,
}

/// How an answer is given. Only a choice has options, so a text question with options cannot exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnswerInput {
    /// A line of text.
    Text,
    /// One of these.
    RadioButton(Vec<String>),
}

/// Graph's `answerInputType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerInputType {
    /// `text`
    Text,
    /// `radioButton`
    RadioButton,
}

impl AnswerInputType {
    /// Graph's name, which is also how it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::RadioButton => "radioButton",
        }
    }

    /// The member of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Text, Self::RadioButton].into_iter().find(|kind| kind.name() == name)
    }
}

impl AnswerInput {
    /// Its Graph type.
    pub fn kind(&self) -> AnswerInputType {
        match self {
            Self::Text => AnswerInputType::Text,
            Self::RadioButton(_) => AnswerInputType::RadioButton,
        }
    }

    /// The options, in order; none for a text question.
    pub fn options(&self) -> &[String] {
        match self {
            Self::Text => &[],
            Self::RadioButton(options) => options,
        }
    }

    /// Puts a type and options together. A text question drops options; a choice
    /// needs at least one, each given once, none blank.
    pub fn assemble(kind: AnswerInputType, options: Vec<String>) -> Result<Self, OptionsProblem> {
        if kind == AnswerInputType::Text {
            return Ok(Self::Text);
        }
        if options.is_empty() {
            return Err(OptionsProblem::Missing);
        }
        if options.len() > limit::OPTIONS {
            return Err(OptionsProblem::TooMany);
        }
        for (n, option) in options.iter().enumerate() {
            if option.trim().is_empty() {
                return Err(OptionsProblem::Blank(n));
            }
            if option.chars().count() > limit::SUBJECT {
                return Err(OptionsProblem::TooLong(n));
            }
            if options[..n].contains(option) {
                return Err(OptionsProblem::Repeated(n));
            }
        }
        Ok(Self::RadioButton(options))
    }
}

/// Why options do not make a choice; the number is the position of the option at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum OptionsProblem {
    Missing,
    TooMany,
    Blank(usize),
    TooLong(usize),
    Repeated(usize),
}

impl Question {
    /// Why `answer` cannot stand, or `None` when it can. A blank answer counts as no answer.
    pub fn problem_with(&self, answer: &str) -> Option<ProblemCode> {
        if answer.trim().is_empty() {
            return self.is_required.then_some(ProblemCode::RequiredAnswerMissing);
        }
        // No database of ours keeps a NUL in a text, and no person types one.
        if answer.contains('\0') {
            return Some(ProblemCode::InvalidValue);
        }
        match &self.input {
            AnswerInput::Text if answer.chars().count() > limit::ANSWER => Some(ProblemCode::AnswerTooLong),
            AnswerInput::RadioButton(options) if !options.iter().any(|option| option == answer) => {
                Some(ProblemCode::AnswerNotAllowed)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_needs_options_each_given_once() {
        use AnswerInputType::*;
        let options = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let check = |kind, texts: &[&str], expected: Result<AnswerInput, OptionsProblem>| {
            assert_eq!(AnswerInput::assemble(kind, options(texts)), expected, "{texts:?}");
        };

        check(RadioButton, &["Yes", "No"], Ok(AnswerInput::RadioButton(options(&["Yes", "No"]))));
        check(RadioButton, &[], Err(OptionsProblem::Missing));
        check(RadioButton, &["Yes", "Yes"], Err(OptionsProblem::Repeated(1)));
        check(RadioButton, &["Yes", " "], Err(OptionsProblem::Blank(1)));
        check(Text, &["Yes"], Ok(AnswerInput::Text));
        check(Text, &[], Ok(AnswerInput::Text));
    }

    #[test]
    fn answers_are_held_against_their_question() {
        use ProblemCode::*;
        let question = |is_required, input| Question {
            id: QuestionId(uuid::Uuid::nil()),
            display_name: None,
            is_required,
            input,
        };
        let yes_no = AnswerInput::RadioButton(vec!["Yes".into(), "No".into()]);
        let long = "x".repeat(limit::ANSWER + 1);

        for (question, answer, expected) in [
            (question(true, yes_no.clone()), "Yes", None),
            (question(true, yes_no.clone()), "yes", Some(AnswerNotAllowed)),
            (question(true, yes_no.clone()), "", Some(RequiredAnswerMissing)),
            (question(false, yes_no), "", None),
            (question(true, AnswerInput::Text), " \t", Some(RequiredAnswerMissing)),
            (question(false, AnswerInput::Text), &long, Some(AnswerTooLong)),
            (question(false, AnswerInput::Text), "a\0b", Some(InvalidValue)),
        ] {
            assert_eq!(question.problem_with(answer), expected, "{answer:.10}");
        }
    }
}
