//! When something is missing or broken.

use askama::Template;
use jiff::Timestamp;

use crate::brand::Brand;
use crate::clean;
use crate::frame::{Frame, render};
use crate::language::Language;
use crate::zones::{Times, Zones};

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

/// The page of a registration that the organizer has withdrawn.
pub fn withdrawn_page(language: Language) -> String {
    let t = language.texts();
    render(&Notice {
        frame: Frame::new(language, t.say("withdrawn-title")),
        explain: t.say("withdrawn-explain"),
        request: None,
    })
}

/// A meeting that will not take place.
#[derive(Clone, Copy, Debug)]
pub struct CalledOffView<'a> {
    /// The reader's language.
    pub language: Language,
    /// Zones to write times in.
    pub zones: Zones<'a>,
    /// Whose page it is.
    pub brand: Option<&'a Brand>,
    /// What the meeting was called.
    pub subject: &'a str,
    /// When it was to be.
    pub span: (Timestamp, Timestamp),
    /// The query of the page's address, empty without one: the switch of languages keeps it.
    pub query: &'a str,
}

/// The page of a registration whose meeting the organizer has cancelled.
pub fn called_off_page(view: &CalledOffView<'_>) -> String {
    let t = view.language.texts();
    render(&CalledOff {
        frame: Frame::keeping(view.query, view.language, t.say("called-off-title"))
            .of(view.brand)
            .with_times(),
        subject: t.subject(view.subject),
        when: Times::new(t, view.span, view.zones, view.query),
    })
}

#[derive(Template)]
#[template(path = "called_off.html")]
struct CalledOff {
    frame: Frame,
    subject: String,
    when: Times,
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
