//! What a registration *is*: words, rules and refusals.
//!
//! Nothing here reads a clock, draws a random number or performs I/O: time, ids and keys come in as
//! arguments, so every rule is a function that a table of rows can test.

pub mod address_hash;
pub mod allowance;
pub mod caller;
pub mod change;
pub mod consent;
pub mod email;
pub mod enrolment;
pub mod fact;
pub mod host;
pub mod ids;
pub mod letter;
pub mod letter_state;
pub mod link;
pub mod mail_quota;
pub mod meeting;
pub mod operation;
pub mod origin;
pub mod permission;
pub mod person;
pub mod query;
pub mod question;
pub mod refusal;
pub mod registrant;
pub mod registration;
pub mod return_address;
pub mod seats;
pub mod standing;
pub mod subscription;
pub mod suppression;
pub mod text;

pub use address_hash::{AddressHash, AddressUse};
pub use allowance::Allowance;
pub use caller::{Application, Caller, Delegated, Role, Scope};
pub use consent::{Consent, ConsentVersion};
pub use email::Email;
pub use enrolment::{Answer, Enrolment, Person};
pub use fact::Fact;
pub use ids::{
    AppId, MeetingId, OutboxId, PersonId, PolicyId, QuestionId, RegistrantId, RegistrationId, Slot, TenantId,
};
pub use letter::{CanceledBy, LetterKind, Reminders, WithheldReason};
pub use letter_state::{Fate, LetterState};
pub use mail_quota::MailQuota;
pub use meeting::{Meeting, MeetingSettings, Participant};
pub use operation::Operation;
pub use origin::Origin;
pub use question::{AnswerInputType, Question};
pub use refusal::{FieldProblem, ProblemCode, Refusal};
pub use registrant::Registrant;
pub use registration::{AllowedRegistrant, BuiltIn, Registration, RegistrationKind, Speaker};
pub use return_address::{ReturnKind, ReturnToken};
pub use standing::{Cancellation, Standing};
pub use suppression::Returned;
