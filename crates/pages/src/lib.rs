//! What people read: attendee pages, letters and calendar objects.
//!
//! Everything here is a pure function from a view (plain values) to strings. Nothing reads a clock, a file or a
//! socket, so a page can be rendered in a test exactly as it is served. Every human sentence lives in the Fluent
//! files under `texts/<language>/`; templates and Rust hold only their keys.
//!
//! Escaping happens once per output: HTML in the templates (`.html` escapes, `.txt` does not), iCalendar in
//! [`letter`]'s calendar part. Values arrive as people typed them.

mod add_to_calendar;
mod attend;
mod brand;
mod calendar;
mod clean;
mod colour;
mod demo;
mod frame;
mod language;
mod letter;
mod own_page;
mod sign_in;
mod texts;
mod when;
mod zones;

pub use add_to_calendar::{AddTo, CalendarEntry, CalendarOffer, WebCalendar, calendar_address};
pub use attend::{
    CalledOffView, CanceledView, EnrolledView, GateState, GateView, ManageNotice, ManageStatus, ManageView,
    Problem, ProblemView,
};
pub use attend::{
    ConsentBox, EnrolmentForm, FieldProblem, Flaw, ProofView, Question, QuestionKind, RegistrationState,
    RegistrationView, SessionView, Speaker, TurnedAway,
};
pub use attend::{
    calendar_way_page, called_off_page, canceled_page, enrolled_page, erased_page, gate_page, guest_name,
    manage_page, not_found_page, problem_page, registration_page, sign_in_failed_page, stop_reminders_page,
    withdrawn_page,
};
pub use brand::{Brand, Logo};
pub use colour::{Accent, Accents, Colour};
pub use demo::{
    ApiOperation, ApiView, HomeLabel, HomeLink, HomeView, MailboxLetterView, MailboxRow, MailboxView,
};
pub use demo::{api_page, home_page, mailbox_letter_page, mailbox_page, room_page};
pub use domain::{CanceledBy, LetterKind};
pub use language::{LANGUAGE_QUERY, Language};
pub use letter::{CalendarMethod, CalendarPart, Letter, LetterFacts, calendar_file, letter};
pub use sign_in::{
    NoSignIn, SignInProblem, SignInView, SignedOutView, no_sign_in_page, sign_in_page, signed_out_page,
};

pub use zones::{ZONE_QUERY, Zones};

/// The one style sheet of all pages, to be served as [`STYLESHEET_PATH`] with `text/css; charset=utf-8`.
pub const STYLESHEET: &str = include_str!("../assets/usher.css");

/// Where every page expects [`STYLESHEET`].
pub const STYLESHEET_PATH: &str = "/assets/usher.css";

/// The picture of every page in a browser's tabs, to be served as [`ICON_PATH`] with `image/png`.
pub const ICON: &[u8] = include_bytes!("../assets/usher.png");

/// Where browsers look for [`ICON`] of themselves.
pub const ICON_PATH: &str = "/favicon.ico";

/// The script of pages with times, to be served as [`SCRIPT_PATH`] with `text/javascript; charset=utf-8`. No page needs
/// it.
pub const SCRIPT: &str = include_str!("../assets/usher.js");

/// Where pages with times expect [`SCRIPT`].
pub const SCRIPT_PATH: &str = "/assets/usher.js";

/// The script of forms with a [`ProofView`], to be served as [`PROOF_SCRIPT_PATH`] with `text/javascript; charset=utf-8`.
/// Such a form needs it, or a little patience.
pub const PROOF_SCRIPT: &str = include_str!("../assets/proof.js");

/// Where those forms expect [`PROOF_SCRIPT`].
pub const PROOF_SCRIPT_PATH: &str = "/assets/proof.js";
