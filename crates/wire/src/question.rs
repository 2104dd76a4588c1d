//! `meetingRegistrationQuestion`.

use domain::question::{AnswerInput, OptionsProblem};
use domain::text::limit;
use domain::{AnswerInputType, FieldProblem, MeetingId, ProblemCode, Question, QuestionId};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use crate::body::{Body, Given, Members};

/// A custom question.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "microsoft.graph.meetingRegistrationQuestion")]
pub struct MeetingRegistrationQuestion {
    /// Its id.
    #[schemars(extend("readOnly" = true))]
    pub id: String,
    /// The text of the question.
    pub display_name: Option<String>,
    /// Whether an answer must be given; false by default.
    pub is_required: bool,
    /// `text` or `radioButton`.
    #[schemars(extend("enum" = input_types(), "x-ms-enum" = json!({"name": "answerInputType"})))]
    pub answer_input_type: String,
    /// The options of a `radioButton`; empty for a text.
    pub answer_options: Vec<String>,
}

impl MeetingRegistrationQuestion {
    /// A question as it is shown.
    pub fn new(meeting: MeetingId, question: &Question) -> Self {
        Self {
            id: crate::ids::write_question(meeting, question.id),
            display_name: question.display_name.clone(),
            is_required: question.is_required,
            answer_input_type: question.input.kind().name().to_owned(),
            answer_options: question.input.options().to_vec(),
        }
    }
}

/// A question as it was sent to be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewQuestion {
    display_name: Option<String>,
    is_required: bool,
    input: AnswerInput,
}

impl NewQuestion {
    /// Reads a body.
    pub fn read(body: &Body) -> Result<Self, Vec<FieldProblem>> {
        let mut problems = Vec::new();
        let question = Self::read_members(&mut body.members(&mut problems));
        question.filter(|_| problems.is_empty()).ok_or(problems)
    }

    /// Reads an item of `customQuestions`; `None` after reporting what is at fault.
    pub(crate) fn read_members(members: &mut Members<'_>) -> Option<Self> {
        let display_name = read_text(members);
        if display_name == Given::Null || !members.has("displayName") {
            let message = "`displayName` is missing: give the text of the question";
            members.report("displayName", ProblemCode::Missing, message);
        }
        let is_required = members.boolean("isRequired").value().unwrap_or(false);
        let options = members.texts("answerOptions", limit::OPTIONS).value().unwrap_or_default();
        let kind = members.required_member("answerInputType", INPUT_TYPES, AnswerInputType::from_name)?;
        let input = assemble(members, kind, options)?;
        Some(Self { display_name: display_name.value(), is_required, input })
    }

    /// The question, under its id.
    pub fn into_question(self, id: QuestionId) -> Question {
        Question { id, display_name: self.display_name, is_required: self.is_required, input: self.input }
    }
}

/// Applies a PATCH to a question. Changing the type to `radioButton` needs options in the same request, or
/// ones that are there already.
pub fn patch(body: &Body, question: &Question) -> Result<Question, Vec<FieldProblem>> {
    let mut problems = Vec::new();
    let mut members = body.members(&mut problems);
    let mut changed = question.clone();
    if let Given::Is(text) = read_text(&mut members) {
        changed.display_name = Some(text);
    }
    members.boolean("isRequired").replace(&mut changed.is_required);
    let mut kind = question.input.kind();
    members.patched_member("answerInputType", INPUT_TYPES, AnswerInputType::from_name).replace(&mut kind);
    let mut options = question.input.options().to_vec();
    if let Given::Is(given) = members.texts("answerOptions", limit::OPTIONS) {
        options = given;
    }
    if let Some(input) = assemble(&mut members, kind, options) {
        changed.input = input;
    }
    if problems.is_empty() { Ok(changed) } else { Err(problems) }
}

fn input_types() -> [&'static str; 2] {
    [AnswerInputType::Text, AnswerInputType::RadioButton].map(AnswerInputType::name)
}

const INPUT_TYPES: &str = "`text` and `radioButton`";

/// The text of a question; a blank one counts as none.
fn read_text(members: &mut Members<'_>) -> Given<String> {
    match members.text("displayName", limit::SUBJECT) {
        Given::Is(text) if text.trim().is_empty() => Given::Null,
        other => other,
    }
}

fn assemble(members: &mut Members<'_>, kind: AnswerInputType, options: Vec<String>) -> Option<AnswerInput> {
    let problem = match AnswerInput::assemble(kind, options) {
        Ok(input) => return Some(input),
        Err(problem) => problem,
    };
    let name = "answerOptions";
    let (target, message) = match problem {
        OptionsProblem::Missing => {
            (name.to_owned(), "a `radioButton` question needs `answerOptions`: give at least one".to_owned())
        }
        OptionsProblem::TooMany => {
            (name.to_owned(), format!("`answerOptions` has more than {} items", limit::OPTIONS))
        }
        OptionsProblem::Blank(n) => (format!("{name}/{n}"), "the option is blank: give it a text".to_owned()),
        OptionsProblem::TooLong(n) => {
            (format!("{name}/{n}"), format!("the option is longer than {} characters", limit::SUBJECT))
        }
        OptionsProblem::Repeated(n) => {
            (format!("{name}/{n}"), "the option is there twice: give each once".to_owned())
        }
    };
    members.report(&target, ProblemCode::InvalidOptions, message);
    None
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn targets(value: &Value) -> Vec<String> {
        let body = Body::read(value.to_string().as_bytes()).unwrap();
        NewQuestion::read(&body).err().unwrap_or_default().into_iter().map(|problem| problem.target).collect()
    }

    #[test]
    fn a_question_says_what_is_missing_or_wrong() {
        let none: [&str; 0] = [];
        assert_eq!(targets(&json!({"displayName": "a", "answerInputType": "text"})), none);
        assert_eq!(
            targets(&json!({"displayName": "a", "answerInputType": "text", "answerOptions": ["x"]})),
            none
        );
        assert_eq!(targets(&json!({})), ["displayName", "answerInputType"]);
        assert_eq!(targets(&json!({"displayName": " ", "answerInputType": "text"})), ["displayName"]);
        assert_eq!(
            targets(&json!({"displayName": "a", "answerInputType": "radioButton"})),
            ["answerOptions"]
        );
        assert_eq!(targets(&json!({"displayName": "a", "answerInputType": "checkBox"})), ["answerInputType"]);
        assert_eq!(
            targets(
                &json!({"displayName": "a", "answerInputType": "radioButton", "answerOptions": ["x", "x"]})
            ),
            ["answerOptions/1"]
        );
        assert_eq!(
            targets(&json!({"displayName": 5, "answerInputType": "text", "isRequired": "no"})),
            ["displayName", "isRequired"]
        );
    }

    #[test]
    fn a_patch_keeps_what_it_does_not_name() {
        let question = Question {
            id: QuestionId(uuid::Uuid::nil()),
            display_name: Some("Role?".to_owned()),
            is_required: true,
            input: AnswerInput::Text,
        };
        let body = Body::read(br#"{"answerInputType":"radioButton","answerOptions":["A","B"]}"#).unwrap();

        let changed = patch(&body, &question).unwrap();

        assert_eq!(changed.display_name.as_deref(), Some("Role?"));
        assert!(changed.is_required);
        assert_eq!(changed.input.options(), ["A", "B"]);
    }
}
