//! When something is missing or broken.

use askama::Template;

use crate::clean;
use crate::frame::{Frame, render};
use crate::language::Language;

/// What went wrong, and the number that finds it in the log.
#[derive(Clone, Copy, Debug)]
pub struct ProblemView<'a> {
    /// The reader's language.
    pub language: Language,
    /// What went wrong.
    pub problem: Problem,
    /// The request's id, as logged.
    pub request_id: &'a str,
}

/// What went wrong, as far as the reader can do something about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// It will pass; trying again soon is right (503).
    Unavailable,
    /// Too many tries from here (429).
    TooMany,
    /// A form we cannot accept: an old page, a foreign origin, a wrong shape (400, 403).
    Refused,
    /// Our fault (500).
    Fault,
}

/// The page for everything that is not there. It says the same whatever was asked for.
pub fn not_found_page(language: Language) -> String {
    let t = language.texts();
    render(&Notice {
        frame: Frame::new(language, t.say("not-found-title")),
        explain: t.say("not-found"),
        request: None,
    })
}

/// The page of a registration that the organizer has withdrawn, or whose meeting they have cancelled.
pub fn withdrawn_page(language: Language) -> String {
    let t = language.texts();
    render(&Notice {
        frame: Frame::new(language, t.say("withdrawn-title")),
        explain: t.say("withdrawn-explain"),
        request: None,
    })
}

/// The page after a sign-in that did not come to its end, with the way to begin again where it is known.
pub fn sign_in_failed_page(language: Language, again: Option<&str>) -> String {
    let t = language.texts();
    render(&SignInFailed {
        frame: Frame::new(language, t.say("sign-in-failed-title")),
        again: again.map(clean::href),
    })
}

#[derive(Template)]
#[template(path = "sign_in_failed.html")]
struct SignInFailed {
    frame: Frame,
    again: Option<String>,
}

/// The page when something went wrong.
pub fn problem_page(view: &ProblemView<'_>) -> String {
    let t = view.language.texts();
    let (title, explain) = match view.problem {
        Problem::Unavailable => ("problem-unavailable-title", "problem-unavailable"),
        Problem::TooMany => ("problem-too-many-title", "problem-too-many"),
        Problem::Refused => ("problem-refused-title", "problem-refused"),
        Problem::Fault => ("problem-fault-title", "problem-fault"),
    };
    render(&Notice {
        // No switch: looking at this address again may mean something else than what just failed.
        frame: Frame::alone(view.language, t.say(title)),
        explain: t.say(explain),
        request: Some(t.say_with("problem-request", &[("id", view.request_id)])),
    })
}

#[derive(Template)]
#[template(path = "notice.html")]
struct Notice {
    frame: Frame,
    explain: String,
    request: Option<String>,
}
