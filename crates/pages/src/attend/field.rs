//! The fields of the form, ready for the template.

use std::borrow::Cow;

use domain::seats::Admission;

use super::registration::{ConsentBox, EnrolmentForm, FieldProblem, Flaw, Question, QuestionKind};
use crate::clean;
use crate::texts::Texts;

pub(super) struct Field<'a> {
    /// Unlike the name this is ours alone, so it is safe in `href="#…"` whatever a question's id holds.
    pub(super) html_id: Cow<'static, str>,
    pub(super) name: Cow<'static, str>,
    pub(super) label: Cow<'a, str>,
    /// The language of the label, where it is not ours.
    pub(super) lang: Option<&'a str>,
    pub(super) hint: Option<String>,
    pub(super) kind: &'static str,
    pub(super) autocomplete: &'static str,
    pub(super) required: bool,
    pub(super) value: &'a str,
    /// Empty for a line of text.
    pub(super) options: Vec<Choice<'a>>,
    /// A link below it.
    pub(super) more: Option<(String, String)>,
    pub(super) problem: Option<String>,
}

pub(super) struct Choice<'a> {
    pub(super) html_id: String,
    pub(super) value: &'a str,
    pub(super) label: &'a str,
    /// The language of the label, where it is known.
    pub(super) lang: Option<&'a str>,
    pub(super) checked: bool,
}

impl Field<'_> {
    /// Where a link to this field leads: something that can be typed into or ticked.
    pub(super) fn target(&self) -> &str {
        self.options.first().map_or(&self.html_id, |choice| &choice.html_id)
    }

    /// The ids for `aria-describedby`, empty if nothing describes the field.
    pub(super) fn described_by(&self) -> String {
        let hint = self.hint.as_ref().map(|_| format!("{}-hint", self.html_id));
        let problem = self.problem.as_ref().map(|_| format!("{}-problem", self.html_id));
        hint.into_iter().chain(problem).collect::<Vec<_>>().join(" ")
    }
}

pub(super) fn fields<'a>(t: &'static Texts, form: &'a EnrolmentForm<'a>) -> Vec<Field<'a>> {
    let asked = form.questions.iter().zip(1..).map(|(question, number)| asked(t, question, number));
    let asked = asked.chain(form.consent.map(|consent| agreed(t, consent)));
    if form.session.is_some() {
        return flawed(t, asked.collect(), &form.problems);
    }
    let known = [
        known("firstName", t.say("form-first-name"), "text", "given-name", form.first_name),
        known("lastName", t.say("form-last-name"), "text", "family-name", form.last_name),
        Field {
            hint: Some(t.say(match form.finds {
                Admission::Seat | Admission::Full => "form-email-hint",
                Admission::Wait | Admission::Ask => "waiting-email-hint",
            })),
            ..known("email", t.say("form-email"), "email", "email", form.email)
        },
    ];
    flawed(t, known.into_iter().chain(asked).collect(), &form.problems)
}

/// The organizer's questions alone.
pub(super) fn questions<'a>(
    t: &'static Texts,
    questions: &'a [Question<'a>],
    problems: &[FieldProblem<'_>],
) -> Vec<Field<'a>> {
    let asked = questions.iter().zip(1..).map(|(question, number)| asked(t, question, number));
    flawed(t, asked.collect(), problems)
}

fn flawed<'a>(t: &Texts, mut fields: Vec<Field<'a>>, problems: &[FieldProblem<'_>]) -> Vec<Field<'a>> {
    for field in &mut fields {
        let problem = problems.iter().find(|problem| problem.field == field.name);
        field.problem = problem.map(|problem| sentence(t, problem.flaw, field.kind));
    }
    fields
}

fn known<'a>(
    name: &'static str,
    label: String,
    kind: &'static str,
    autocomplete: &'static str,
    value: &'a str,
) -> Field<'a> {
    Field {
        html_id: Cow::Borrowed(name),
        name: Cow::Borrowed(name),
        label: Cow::Owned(label),
        lang: None,
        hint: None,
        kind,
        autocomplete,
        required: true,
        value,
        options: Vec::new(),
        more: None,
        problem: None,
    }
}

fn asked<'a>(t: &'static Texts, question: &'a Question<'a>, number: usize) -> Field<'a> {
    let options = match &question.kind {
        QuestionKind::Text => Vec::new(),
        QuestionKind::Choice(options) => options
            .iter()
            .zip(1..)
            .map(|(option, place)| Choice {
                html_id: format!("question-{number}-{place}"),
                value: option,
                label: option,
                lang: question.lang,
                checked: *option == question.value,
            })
            .collect(),
    };
    Field {
        html_id: Cow::Owned(format!("question-{number}")),
        name: Cow::Owned(format!("answer-{}", question.id)),
        label: Cow::Borrowed(question.text),
        lang: question.lang,
        hint: (!options.is_empty()).then(|| t.say("form-question-choose")),
        kind: if options.is_empty() { "text" } else { "radio" },
        autocomplete: "off",
        required: question.required,
        value: question.value,
        options,
        more: None,
        problem: None,
    }
}

/// The box to tick.
fn agreed<'a>(t: &'static Texts, consent: ConsentBox<'a>) -> Field<'a> {
    let tick = Choice {
        html_id: "agreed".to_owned(),
        value: consent.version,
        label: consent.text,
        lang: consent.lang,
        checked: consent.is_ticked,
    };
    Field {
        options: vec![tick],
        more: consent.notice_url.map(|url| (clean::href(url), t.say("consent-notice"))),
        ..known("consent", t.say("consent-heading"), "checkbox", "off", "")
    }
}

fn sentence(t: &Texts, flaw: Flaw, kind: &str) -> String {
    match flaw {
        // Nothing is filled in there.
        Flaw::Missing if kind == "radio" => t.say("flaw-not-a-choice"),
        Flaw::Missing => t.say("flaw-missing"),
        Flaw::TooLong { limit: None } => t.say("flaw-too-long"),
        Flaw::TooLong { limit: Some(limit) } => t.say_count("flaw-longer-than", "limit", limit),
        Flaw::NotAnEmail => t.say("flaw-not-an-email"),
        Flaw::NotAgreed => t.say("flaw-not-agreed"),
        Flaw::NotAChoice => t.say("flaw-not-a-choice"),
        Flaw::Unreadable => t.say("flaw-unreadable"),
    }
}
