//! The message as mail servers carry it.

use domain::enrolment::Named;
use domain::{LetterKind, RegistrantId, ReturnKind};
use lettre::Address;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, Message, MultiPart, SinglePart};
use pages::{CalendarPart, Letter};
use store::DueLetter;

use super::{Letterhead, Mailroom};

/// The most characters of a name that a header repeats.
const LONGEST_NAME: usize = 100;

/// A letter ready to be handed over.
pub(super) struct SealedLetter {
    pub(super) kind: LetterKind,
    pub(super) letter: Letter,
    pub(super) sender: Address,
    pub(super) recipient: Address,
    pub(super) join_url: String,
    pub(super) manage_url: String,
    /// Pure ASCII, lines ended by `\r\n`.
    pub(super) message: String,
}

/// The links in a letter.
pub(super) struct Links {
    pub(super) join_url: String,
    pub(super) manage_url: String,
    /// In a reminder.
    pub(super) stop_url: Option<String>,
}

/// Puts a written letter into its envelope.
pub(super) fn seal(
    mailroom: &Mailroom,
    due: &DueLetter,
    named: &Named,
    letter: Letter,
    links: Links,
) -> SealedLetter {
    let head = &mailroom.0.letterhead;
    let recipient: Address = named
        .email
        .to_ascii()
        .parse()
        .expect("what `Email` lets in is an address to lettre, tests try every kind");
    let name = one_line(&format!("{} {}", named.first_name, named.last_name));
    let name = Some(name).filter(|name| !name.is_empty());
    let to = Mailbox::new(name, recipient.clone());
    let message = message(mailroom, due, to, &letter, links.stop_url.as_deref());
    let message = match &head.dkim {
        Some(dkim) => dkim.sign(&message, mailroom.0.clock.now()),
        None => message,
    };
    let comes_back_to = head.return_address(ReturnKind::Bounce, &due.registrant);
    let sender = comes_back_to.and_then(|address| address.parse().ok());
    SealedLetter {
        kind: due.kind,
        letter,
        sender: sender.unwrap_or_else(|| head.sender.email.clone()),
        recipient,
        join_url: links.join_url,
        manage_url: links.manage_url,
        message,
    }
}

fn message(
    mailroom: &Mailroom,
    due: &DueLetter,
    to: Mailbox,
    letter: &Letter,
    stop_url: Option<&str>,
) -> String {
    let room = &*mailroom.0;
    let Letterhead { links, sender, reply_to, .. } = &room.letterhead;
    let host = links.host();
    let mut builder = Message::builder()
        .from(Mailbox::new(sender.name.as_deref().map(one_line), sender.email.clone()))
        .to(to)
        .subject(&letter.subject)
        .date(room.clock.now().into())
        .message_id(Some(message_id(due.registrant.id, due.kind, due.about, &host)))
        // Nobody's holiday notice answers us (RFC 3834; the second is Exchange's word for it).
        .raw_header(constant("Auto-Submitted", "auto-generated"))
        .raw_header(constant("X-Auto-Response-Suppress", "All"));
    if let Some(reply_to) = reply_to {
        let name = reply_to.name.as_deref().map(one_line);
        builder = builder.reply_to(Mailbox::new(name, reply_to.email.clone()));
    }
    if let Some(stop_url) = stop_url {
        // Mail programs show a button that posts there (RFC 8058).
        builder = builder
            .raw_header(constant("List-Unsubscribe", &format!("<{stop_url}>")))
            .raw_header(constant("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"));
    }
    let follows_confirmation = due.kind.is_with_a_place() || due.kind == LetterKind::Cancellation;
    if follows_confirmation && due.kind != LetterKind::Confirmation {
        let first = message_id(due.registrant.id, LetterKind::Confirmation, 0, &host);
        builder = builder.in_reply_to(first.clone()).references(first);
    }
    let message = builder.multipart(body(mailroom, letter)).expect("a letter has a sender and a recipient");
    String::from_utf8(message.formatted()).expect("headers and parts are encoded in ASCII")
}

/// Text and HTML as alternatives, and with them what the calendar is to do, if anything.
fn body(mailroom: &Mailroom, letter: &Letter) -> MultiPart {
    // Drawn anew for every message: whoever could guess it might write parts of their own into our letter.
    let boundary = |prefix: &str| format!("{prefix}{}", mailroom.0.source.random_id().simple());
    let readable = MultiPart::alternative()
        .boundary(boundary("a-"))
        .singlepart(SinglePart::plain(letter.text.clone()))
        .singlepart(SinglePart::html(letter.html.clone()));
    match &letter.calendar {
        Some(calendar) => with_calendar(readable, calendar, boundary("m-")),
        None => readable,
    }
}

/// Text, HTML and invitation as alternatives, which is where Outlook and Gmail look for an invitation, and beside
/// them the same invitation as a file, for whoever's program does not. Google's calendar sends the same shape.
fn with_calendar(readable: MultiPart, part: &CalendarPart, boundary: String) -> MultiPart {
    let method = part.method.as_str();
    let calendar = content_type(&format!("text/calendar; method={method}; charset=UTF-8"));
    let file = content_type("application/ics; name=\"invite.ics\"");
    MultiPart::mixed()
        .boundary(boundary)
        .multipart(readable.singlepart(SinglePart::builder().header(calendar).body(part.text.clone())))
        .singlepart(Attachment::new("invite.ics".to_owned()).body(part.text.clone(), file))
}

/// The same however often the letter is tried: by it a mail server knows a letter that it has already. A registrant has
/// one of most, but an update and an offer for each version, a reminder for each moment and an offered place for each
/// time.
pub(super) fn message_id(id: RegistrantId, kind: LetterKind, about: i64, host: &str) -> String {
    match kind {
        LetterKind::Confirmation
        | LetterKind::Cancellation
        | LetterKind::Waitlisted
        | LetterKind::OfferExpired
        | LetterKind::PendingApproval
        | LetterKind::Rejected => format!("<{id}.{}@{host}>", kind.name()),
        LetterKind::Update | LetterKind::Reminder | LetterKind::Offer | LetterKind::PlaceOffered => {
            format!("<{id}.{}.{about}@{host}>", kind.name())
        }
    }
}

fn content_type(text: &str) -> ContentType {
    ContentType::parse(text).expect("a constant content type is valid")
}

fn constant(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// `text` without anything that could end a header line, on one line and not too long.
fn one_line(text: &str) -> String {
    let ends_line = |letter: char| letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}');
    let flat: String = text.chars().map(|letter| if ends_line(letter) { ' ' } else { letter }).collect();
    let words: Vec<&str> = flat.split_whitespace().collect();
    words.join(" ").chars().take(LONGEST_NAME).collect()
}
