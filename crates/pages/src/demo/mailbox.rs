//! The built-in mailbox: what would have gone out by mail.

use askama::Template;
use domain::LetterKind;
use jiff::Timestamp;

use crate::clean;
use crate::frame::{Frame, render};
use crate::language::Language;
use crate::texts::Texts;
use crate::when::Moment;

/// The letters in the mailbox.
#[derive(Clone, Debug)]
pub struct MailboxView<'a> {
    /// An IANA zone to write times in, else UTC.
    pub zone: Option<&'a str>,
    /// The letters, newest first.
    pub rows: Vec<MailboxRow<'a>>,
}

/// One letter in the list.
#[derive(Clone, Copy, Debug)]
pub struct MailboxRow<'a> {
    /// The page of this letter.
    pub url: &'a str,
    /// Whom it went to.
    pub to: &'a str,
    /// Its subject line.
    pub subject: &'a str,
    /// When it went out.
    pub sent_at: Timestamp,
    /// What it is about.
    pub kind: LetterKind,
}

/// The list of letters.
pub fn mailbox_page(view: &MailboxView<'_>) -> String {
    let t = Language::English.texts();

    render(&Mailbox {
        frame: Frame::alone(Language::English, t.say("mailbox-title")),
        rows: view.rows.iter().map(|row| Row::new(t, row, view.zone)).collect(),
    })
}

struct Row<'a> {
    href: String,
    to: &'a str,
    subject: &'a str,
    sent: Moment,
    kind: String,
}

impl<'a> Row<'a> {
    fn new(t: &Texts, row: &MailboxRow<'a>, zone: Option<&str>) -> Self {
        let kind = match row.kind {
            LetterKind::Confirmation => "mailbox-kind-confirmation",
            LetterKind::Update => "mailbox-kind-update",
            LetterKind::Reminder => "mailbox-kind-reminder",
            LetterKind::Cancellation => "mailbox-kind-cancellation",
            LetterKind::Offer => "mailbox-kind-offer",
            LetterKind::Waitlisted => "mailbox-kind-waitlisted",
            LetterKind::PlaceOffered => "mailbox-kind-place-offered",
            LetterKind::OfferExpired => "mailbox-kind-offer-expired",
            LetterKind::PendingApproval => "mailbox-kind-pending",
            LetterKind::Rejected => "mailbox-kind-rejected",
        };
        Self {
            href: clean::href(row.url),
            to: row.to,
            subject: row.subject,
            sent: Moment::new(t, row.sent_at, zone),
            kind: t.say(kind),
        }
    }
}

#[derive(Template)]
#[template(path = "mailbox.html")]
struct Mailbox<'a> {
    frame: Frame,
    rows: Vec<Row<'a>>,
}

/// One letter, with all its parts.
#[derive(Clone, Copy, Debug)]
pub struct MailboxLetterView<'a> {
    /// An IANA zone to write times in, else UTC.
    pub zone: Option<&'a str>,
    /// Whom it went to.
    pub to: &'a str,
    /// Its subject line.
    pub subject: &'a str,
    /// When it went out.
    pub sent_at: Timestamp,
    /// The text part.
    pub text: &'a str,
    /// The HTML part, shown in a frame that may do nothing.
    pub html: &'a str,
    /// The calendar part, if there is one.
    pub calendar: Option<&'a str>,
    /// The join link, clickable where it stands alone on a line of the text part.
    pub join_url: Option<&'a str>,
    /// The manage link, likewise.
    pub manage_url: Option<&'a str>,
    /// The list of letters.
    pub mailbox_url: &'a str,
}

/// One letter.
///
/// The frame inherits the page's content security policy. Where that forbids inline styles the HTML part shows
/// without its colours, and still reads well.
pub fn mailbox_letter_page(view: &MailboxLetterView<'_>) -> String {
    let t = Language::English.texts();
    let links: Vec<&str> = view.join_url.into_iter().chain(view.manage_url).collect();

    render(&MailboxLetter {
        frame: Frame::alone(Language::English, view.subject),
        sent: Moment::new(t, view.sent_at, view.zone),
        lines: view.text.lines().map(|line| Line::new(line, &links)).collect(),
        back: clean::href(view.mailbox_url),
        view,
    })
}

struct Line<'a> {
    text: &'a str,
    href: Option<String>,
}

impl<'a> Line<'a> {
    fn new(text: &'a str, links: &[&str]) -> Self {
        // Only what we were told is a link becomes one; anything else in the letter may be a stranger's.
        let href = links.contains(&text).then(|| clean::href(text));
        Self { text, href }
    }
}

#[derive(Template)]
#[template(path = "mailbox_letter.html")]
struct MailboxLetter<'a> {
    frame: Frame,
    sent: Moment,
    lines: Vec<Line<'a>>,
    back: String,
    view: &'a MailboxLetterView<'a>,
}
