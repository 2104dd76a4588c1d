//! Letters: the subject, the text part, the HTML part and the calendar part of one mail.

use askama::Template;
use domain::{CanceledBy, LetterKind};
use jiff::Timestamp;

use crate::add_to_calendar::{Way, ways_of_letter};
use crate::colour::{Accent, Colour};
use crate::frame::render;
use crate::language::Language;
use crate::own_page::OwnPage;
use crate::texts::Texts;
use crate::when::Span;
use crate::zones::Zones;
use crate::{calendar, clean};

/// What a letter is made from, as people typed it; every value is made safe here.
#[derive(Clone, Copy, Debug)]
pub struct LetterFacts<'a> {
    /// What it is about.
    pub kind: LetterKind,
    /// Who canceled, where it is about a cancellation.
    pub canceled_by: CanceledBy,
    /// Whether the recipient had a place, where the letter is about a cancellation.
    pub had_a_place: bool,
    /// Until when a place is held for them, where one is.
    pub offer_expires_at: Option<Timestamp>,
    /// The recipient's language.
    pub language: Language,
    /// The recipient's first name.
    pub first_name: &'a str,
    /// The recipient's last name.
    pub last_name: &'a str,
    /// The recipient's address.
    pub email: &'a str,
    /// What the meeting is called.
    pub subject: &'a str,
    /// The organizer's words; line breaks are kept.
    pub description: Option<&'a str>,
    /// The start of the meeting.
    pub start_at: Timestamp,
    /// Its end.
    pub end_at: Timestamp,
    /// Zones to write times in: the recipient's before the organizer's, the organizer's before UTC.
    pub zones: Zones<'a>,
    /// The organisation's colour, for the button; our own where it has none.
    pub accent: Option<Accent>,
    /// The organizer's name.
    pub organizer_name: &'a str,
    /// The organizer's address, if the recipient may know it.
    pub organizer_mail: Option<&'a str>,
    /// The address the mail is sent from: the calendar's organizer where there is no other.
    pub sender_mail: &'a str,
    /// The address that takes the answers of calendars: the calendar's organizer, where there is one.
    pub reply_mail: Option<&'a str>,
    /// The link that switches reminders off, in a reminder.
    pub stop_url: Option<&'a str>,
    /// The recipient's personal link to the meeting.
    pub join_url: &'a str,
    /// The recipient's link to see and cancel the registration.
    pub manage_url: &'a str,
    /// The calendar entry's UID, the same in every letter about this place.
    pub uid: &'a str,
    /// Rises with every change of what the entry tells, the cancellation included.
    pub sequence: u32,
    /// When the registration came to be as the letter says (DTSTAMP and LAST-MODIFIED).
    pub stamped_at: Timestamp,
}

/// One mail, without its headers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The subject line: one line, no control characters, at most 200 characters.
    pub subject: String,
    /// The text part, lines ended by `\n`.
    pub text: String,
    /// The HTML part, a whole document.
    pub html: String,
    /// The calendar part; a reminder and an offer have none, because nothing in the calendar changes.
    pub calendar: Option<CalendarPart>,
}

/// The calendar part of a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarPart {
    /// As RFC 5545 wants it, lines ended by `\r\n`.
    pub text: String,
    /// Its METHOD, which the part's content type repeats.
    pub method: CalendarMethod,
}

/// What a calendar part asks the recipient's calendar to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CalendarMethod {
    /// Enter or update.
    Request,
    /// Take out.
    Cancel,
    /// Keep a copy: a file that somebody fetched, with nobody to answer it.
    Publish,
}

impl CalendarMethod {
    /// The value of METHOD and of the content type's `method` parameter.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Request => "REQUEST",
            Self::Cancel => "CANCEL",
            Self::Publish => "PUBLISH",
        }
    }
}

/// Nothing is entered before there is a place, nor taken out that never was in.
fn method(facts: &LetterFacts<'_>) -> Option<CalendarMethod> {
    match facts.kind {
        LetterKind::Confirmation | LetterKind::Update => Some(CalendarMethod::Request),
        LetterKind::Cancellation => facts.had_a_place.then_some(CalendarMethod::Cancel),
        LetterKind::Reminder
        | LetterKind::Offer
        | LetterKind::Waitlisted
        | LetterKind::PlaceOffered
        | LetterKind::OfferExpired
        | LetterKind::PendingApproval
        | LetterKind::Rejected => None,
    }
}

/// That of the style sheet, in the light.
const ACCENT: Accent = Accent { colour: Colour([0x1f, 0x5f, 0x5b]), ink: Colour([0xff; 3]) };

/// The longest meeting subject a subject line repeats whole.
const LONGEST_SUBJECT: usize = 160;

/// Writes the letter. The same facts give the same letter, to the byte.
pub fn letter(facts: &LetterFacts<'_>) -> Letter {
    let t = facts.language.texts();
    let words = Words::new(facts);
    let parts = Parts::new(t, facts, &words);
    let subject_key = match facts.kind {
        LetterKind::Confirmation => "letter-confirmation-subject",
        LetterKind::Update => "letter-update-subject",
        LetterKind::Reminder => "letter-reminder-subject",
        LetterKind::Cancellation => "letter-cancellation-subject",
        LetterKind::Offer => "letter-offer-subject",
        LetterKind::Waitlisted => "waiting-listed-subject",
        LetterKind::PlaceOffered => "waiting-offered-subject",
        LetterKind::OfferExpired => "waiting-expired-subject",
        LetterKind::PendingApproval => "waiting-pending-subject",
        LetterKind::Rejected => "waiting-rejected-subject",
    };
    let subject = t.plain(subject_key, &[("subject", &clean::clip(&words.subject, LONGEST_SUBJECT))]);

    Letter {
        html: render(&HtmlPart { parts: &parts, subject: &subject }),
        text: render(&TextPart { parts: &parts }),
        calendar: method(facts)
            .map(|method| CalendarPart { text: calendar::write(facts, &words, method), method }),
        subject,
    }
}

/// The entry of an invitation as a file to fetch: the same, but that it asks nobody for an answer.
///
/// It is published and names no attendee (RFC 5546, section 3.2.1). As a request, calendar programs take it for somebody
/// else's invitation where the address is not that of their own account, and offer no way to keep it.
pub fn calendar_file(facts: &LetterFacts<'_>) -> String {
    calendar::write(facts, &Words::new(facts), CalendarMethod::Publish)
}

/// The facts with nothing in them that ends a line or a property.
pub(crate) struct Words {
    pub(crate) full_name: String,
    pub(crate) subject: String,
    pub(crate) description: Option<String>,
    pub(crate) organizer: String,
    pub(crate) organizer_mail: Option<String>,
    pub(crate) join_url: String,
    pub(crate) manage_url: String,
    pub(crate) stop_url: Option<String>,
}

impl Words {
    fn new(facts: &LetterFacts<'_>) -> Self {
        Self {
            full_name: clean::full_name(facts.first_name, facts.last_name),
            subject: facts.language.texts().subject(&clean::one_line(facts.subject)),
            description: facts.description.map(clean::paragraphs).filter(|text| !text.is_empty()),
            organizer: clean::one_line(facts.organizer_name),
            organizer_mail: facts.organizer_mail.map(clean::one_line).filter(|mail| !mail.is_empty()),
            join_url: clean::url(facts.join_url),
            manage_url: clean::url(facts.manage_url),
            stop_url: facts.stop_url.map(clean::url),
        }
    }
}

/// What both readable parts say.
struct Parts<'a> {
    t: &'static Texts,
    lang: &'static str,
    dir: &'static str,
    /// Whether the recipient has a place.
    has_place: bool,
    /// The way to their own registration, where that is what the letter is for.
    own_page: Option<OwnPage>,
    /// Whether somebody else may have caused it, by typing the address.
    may_be_unasked: bool,
    greeting: String,
    opening: String,
    /// What to make of the calendar part, if there is one.
    calendar: Option<String>,
    /// Calendars on the web to put the meeting into, where there is a calendar part.
    ways: Vec<Way>,
    /// What a cancellation means and what to do about it.
    canceled: Vec<String>,
    when: Span,
    organizer: String,
    /// Colour of the button, and the ink on it.
    accent: Accent,
    /// The description's lines. The text part indents them: a line that starts at the margin is ours.
    about: Vec<&'a str>,
    join_href: String,
    manage_href: String,
    stop_href: Option<String>,
    words: &'a Words,
}

impl<'a> Parts<'a> {
    fn new(t: &'static Texts, facts: &LetterFacts<'_>, words: &'a Words) -> Self {
        let (opening, calendar) = match facts.kind {
            LetterKind::Confirmation => ("letter-confirmation-opening", Some("letter-calendar")),
            LetterKind::Update => ("letter-update-opening", Some("letter-update-calendar")),
            LetterKind::Reminder => ("letter-reminder-opening", None),
            LetterKind::Offer => ("letter-offer-opening", None),
            LetterKind::Cancellation if facts.had_a_place => {
                (canceled_opening(facts.canceled_by), Some("letter-canceled-calendar"))
            }
            LetterKind::Cancellation => match facts.canceled_by {
                CanceledBy::Registrant => ("waiting-withdrawn-opening", None),
                by => (canceled_opening(by), None),
            },
            LetterKind::Waitlisted => ("waiting-listed-opening", None),
            LetterKind::PlaceOffered => ("waiting-offered-opening", None),
            LetterKind::OfferExpired => ("waiting-expired-opening", None),
            LetterKind::PendingApproval => ("waiting-pending-opening", None),
            LetterKind::Rejected => ("waiting-rejected-opening", None),
        };
        let has_place = facts.kind.is_with_a_place();
        let mail = words.organizer_mail.as_deref().unwrap_or_default();
        Self {
            t,
            lang: facts.language.tag(),
            dir: facts.language.direction(),
            has_place,
            own_page: OwnPage::of(t, facts),
            may_be_unasked: has_place
                || matches!(facts.kind, LetterKind::Waitlisted | LetterKind::PendingApproval),
            greeting: match clean::greeting_name(&words.full_name) {
                Some(name) => t.say_with("letter-greeting", &[("name", name)]),
                None => t.say("letter-greeting-nameless"),
            },
            opening: t.say(opening),
            ways: calendar.map(|_| ways_of_letter(t, &words.manage_url)).unwrap_or_default(),
            calendar: calendar.map(|key| t.say(key)),
            canceled: advice(facts).iter().map(|key| t.say(key)).collect(),
            when: Span::beside(t, (facts.start_at, facts.end_at), facts.zones.first(), facts.zones.second()),
            organizer: match (&*words.organizer, mail) {
                ("", one) | (one, "") => t.beside(one).into_owned(),
                (name, mail) => t.say_with("letter-organizer-address", &[("name", name), ("mail", mail)]),
            },
            accent: facts.accent.unwrap_or(ACCENT),
            about: words.description.as_deref().map(|text| text.lines().collect()).unwrap_or_default(),
            join_href: clean::href(&words.join_url),
            manage_href: clean::href(&words.manage_url),
            stop_href: words.stop_url.as_deref().map(clean::href),
            words,
        }
    }
}

fn canceled_opening(by: CanceledBy) -> &'static str {
    match by {
        CanceledBy::Registrant => "letter-canceled-themself-opening",
        CanceledBy::Organizer => "letter-canceled-by-organizer-opening",
        CanceledBy::OrganizerForAll => "letter-canceled-for-all-opening",
    }
}

/// What a letter to somebody without a place goes on with.
fn advice(facts: &LetterFacts<'_>) -> &'static [&'static str] {
    match facts.kind {
        LetterKind::Cancellation if facts.had_a_place => canceled_advice(facts.canceled_by),
        // The first line is about the link, which they never had.
        LetterKind::Cancellation => &canceled_advice(facts.canceled_by)[1..],
        LetterKind::OfferExpired => &["waiting-expired-advice"],
        LetterKind::Rejected => &["letter-canceled-by-organizer-advice"],
        _ => &[],
    }
}

fn canceled_advice(by: CanceledBy) -> &'static [&'static str] {
    match by {
        CanceledBy::Registrant => &["letter-canceled-link", "letter-canceled-themself-advice"],
        CanceledBy::Organizer => &["letter-canceled-link", "letter-canceled-by-organizer-advice"],
        CanceledBy::OrganizerForAll => &["letter-canceled-for-all-link", "letter-canceled-for-all-advice"],
    }
}

#[derive(Template)]
#[template(path = "letter.txt")]
struct TextPart<'a> {
    parts: &'a Parts<'a>,
}

#[derive(Template)]
#[template(path = "letter.html")]
struct HtmlPart<'a> {
    parts: &'a Parts<'a>,
    subject: &'a str,
}
