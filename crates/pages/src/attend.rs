//! Pages attendees see, from the form to the door of the meeting.

mod delivery;
mod field;
mod gate;
mod manage;
mod problem;
mod registration;

pub use delivery::{calendar_way_page, stop_reminders_page};
pub use gate::{GateState, GateView, gate_page, guest_name};
pub use manage::{
    CanceledView, EnrolledView, ManageNotice, ManageStatus, ManageView, canceled_page, enrolled_page,
    erased_page, manage_page,
};
pub use problem::{
    CalledOffView, Problem, ProblemView, called_off_page, not_found_page, problem_page, sign_in_failed_page,
    withdrawn_page,
};
pub use registration::{
    ConsentBox, EnrolmentForm, FieldProblem, Flaw, ProofView, Question, QuestionKind, RegistrationState,
    RegistrationView, SessionView, Speaker, TurnedAway, registration_page,
};
