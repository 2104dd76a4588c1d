//! After the form: the mailbox notice, one's own registration, and giving the place back.

use askama::Template;
use jiff::Timestamp;

use crate::clean;
use crate::frame::{Frame, render};
use crate::language::Language;
use crate::when::Span;

/// What the page after the form shows.
#[derive(Clone, Copy, Debug)]
pub struct EnrolledView<'a> {
    /// The reader's language.
    pub language: Language,
    /// What the meeting is called.
    pub subject: &'a str,
    /// The address as typed, so that a slip is seen; `None` when it is no longer known.
    pub email: Option<&'a str>,
    /// The query of the page's address, empty without one: the switch of languages keeps it.
    pub query: &'a str,
}

/// The page after the form. It reads the same whether the address had a place before or not.
pub fn enrolled_page(view: &EnrolledView<'_>) -> String {
    let t = view.language.texts();
    let subject = t.subject(view.subject);
    let sent = match view.email {
        Some(email) => t.say_with("enrolled-sent-to", &[("subject", &subject), ("email", email)]),
        None => t.say_with("enrolled-sent", &[("subject", &subject)]),
    };

    render(&Enrolled { frame: Frame::keeping(view.query, view.language, t.say("enrolled-title")), sent })
}

#[derive(Template)]
#[template(path = "enrolled.html")]
struct Enrolled {
    frame: Frame,
    sent: String,
}

/// What somebody sees of their own registration.
#[derive(Clone, Copy, Debug)]
pub struct ManageView<'a> {
    /// The reader's language.
    pub language: Language,
    /// An IANA zone to write times in; UTC stands beside it.
    pub zone: Option<&'a str>,
    /// What the meeting is called.
    pub subject: &'a str,
    /// The start of the meeting.
    pub start_at: Timestamp,
    /// Its end.
    pub end_at: Timestamp,
    /// Whose registration it is.
    pub first_name: &'a str,
    /// Whose registration it is.
    pub last_name: &'a str,
    /// Where the registration stands. Only a live one has a button, which posts to the page's own address.
    pub status: ManageStatus,
    /// Where to register again after cancelling, if that is possible.
    pub registration_page_url: Option<&'a str>,
}

/// Where a registration stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ManageStatus {
    /// The place is theirs.
    Registered,
    /// They or the organizer gave it back.
    Canceled,
    /// The meeting is over.
    Over,
    /// The meeting will not take place.
    MeetingCanceled,
}

/// Somebody's own registration, with the button that gives the place back.
pub fn manage_page(view: &ManageView<'_>) -> String {
    let t = view.language.texts();

    render(&Manage {
        frame: Frame::new(view.language, t.say("manage-title")),
        when: Span::new(t, view.start_at, view.end_at, view.zone),
        status: t.say(match view.status {
            ManageStatus::Registered => "manage-status-registered",
            ManageStatus::Canceled => "manage-status-canceled",
            ManageStatus::Over => "manage-status-over",
            ManageStatus::MeetingCanceled => "manage-status-meeting-canceled",
        }),
        live: view.status == ManageStatus::Registered,
        canceled: view.status == ManageStatus::Canceled,
        again: view.registration_page_url.map(clean::href),
        subject: t.subject(view.subject),
        name: clean::full_name(view.first_name, view.last_name),
    })
}

#[derive(Template)]
#[template(path = "manage.html")]
struct Manage {
    frame: Frame,
    when: Span,
    status: String,
    live: bool,
    canceled: bool,
    again: Option<String>,
    subject: String,
    name: String,
}

/// What is left to say after cancelling.
#[derive(Clone, Copy, Debug)]
pub struct CanceledView<'a> {
    /// The reader's language.
    pub language: Language,
    /// What the meeting is called.
    pub subject: &'a str,
    /// Where to register again, if that is possible.
    pub registration_page_url: Option<&'a str>,
}

/// The page after the cancel button.
pub fn canceled_page(view: &CanceledView<'_>) -> String {
    let t = view.language.texts();

    render(&Canceled {
        frame: Frame::new(view.language, t.say("canceled-title")),
        explain: t.say_with("canceled-explain", &[("subject", &t.subject(view.subject))]),
        again: view.registration_page_url.map(clean::href),
    })
}

#[derive(Template)]
#[template(path = "canceled.html")]
struct Canceled {
    frame: Frame,
    explain: String,
    again: Option<String>,
}
