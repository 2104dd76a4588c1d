//! Pages of `usher demo`, and the reference of the programming interface, in English alone.

mod api;
mod home;
mod mailbox;

pub use api::{ApiOperation, ApiView, api_page};
pub use home::{Accounts, HomeLabel, HomeLink, HomeSample, HomeView, SampleState, home_page, room_page};
pub use mailbox::{MailboxLetterView, MailboxRow, MailboxView, mailbox_letter_page, mailbox_page};
