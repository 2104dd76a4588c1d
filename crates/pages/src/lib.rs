//! What people read: attendee pages, letters and calendar objects.
//!
//! Everything here is a pure function from a view (plain values) to strings. Nothing reads a clock, a file or a
//! socket, so a page can be rendered in a test exactly as it is served. Every human sentence lives in the Fluent
//! files under `texts/<language>/`; templates and Rust hold only their keys.
//!
//! Escaping happens once per output: HTML in the templates (`.html` escapes, `.txt` does not), iCalendar in
//! [`letter`]'s calendar part. Values arrive as people typed them.

mod attend;
mod calendar;
mod clean;
mod demo;
mod frame;
mod language;
mod letter;
mod texts;
mod when;

pub use attend::{
    CanceledView, EnrolledView, GateState, GateView, ManageNotice, ManageStatus, ManageView, Problem,
    ProblemView,
};
pub use attend::{
    EnrolmentForm, FieldProblem, Flaw, Question, QuestionKind, RegistrationState, RegistrationView,
    SessionView, Speaker, TurnedAway,
};
pub use attend::{
    canceled_page, enrolled_page, erased_page, gate_page, guest_name, manage_page, not_found_page,
    problem_page, registration_page, sign_in_failed_page, stop_reminders_page, withdrawn_page,
};
pub use demo::{
    ApiOperation, ApiView, HomeLabel, HomeLink, HomeView, MailboxLetterView, MailboxRow, MailboxView,
};
pub use demo::{api_page, home_page, mailbox_letter_page, mailbox_page, room_page};
pub use domain::{CanceledBy, LetterKind};
pub use language::{LANGUAGE_QUERY, Language};
pub use letter::{CalendarMethod, CalendarPart, Letter, LetterFacts, letter};

/// The one style sheet of all pages, to be served as [`STYLESHEET_PATH`] with `text/css; charset=utf-8`.
pub const STYLESHEET: &str = include_str!("../assets/usher.css");

/// Where every page expects [`STYLESHEET`].
pub const STYLESHEET_PATH: &str = "/assets/usher.css";
