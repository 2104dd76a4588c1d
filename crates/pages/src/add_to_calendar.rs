//! Putting a meeting into a calendar: on the web by an address that people press, or by a file. No page and no letter asks
//! any of these addresses for anything by itself.

use jiff::Timestamp;

use crate::clean;
use crate::language::Language;
use crate::texts::Texts;

/// Where a page or a letter offers to put the meeting: the word behind the personal link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddTo {
    /// A file, for every calendar program.
    File,
    /// A calendar on the web.
    Web(WebCalendar),
}

/// A calendar on the web that takes an entry by an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebCalendar {
    /// Google's.
    Google,
    /// Microsoft's for private accounts, Outlook.com.
    Outlook,
    /// Microsoft's for accounts of an organisation.
    Office365,
}

impl AddTo {
    /// In the order in which they are offered.
    pub const ALL: [Self; 4] = [
        Self::File,
        Self::Web(WebCalendar::Google),
        Self::Web(WebCalendar::Outlook),
        Self::Web(WebCalendar::Office365),
    ];

    /// What stands behind the personal link and a slash.
    pub fn word(self) -> &'static str {
        match self {
            Self::File => "meeting.ics",
            Self::Web(WebCalendar::Google) => "google",
            Self::Web(WebCalendar::Outlook) => "outlook",
            Self::Web(WebCalendar::Office365) => "office365",
        }
    }

    /// The one of that word.
    pub fn with_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.word() == word)
    }

    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::File => "calendar-file",
            Self::Web(WebCalendar::Google) => "calendar-google",
            Self::Web(WebCalendar::Outlook) => "calendar-outlook",
            Self::Web(WebCalendar::Office365) => "calendar-office365",
        }
    }
}

/// What an entry in a calendar tells, as people typed it.
#[derive(Clone, Copy, Debug)]
pub struct CalendarEntry<'a> {
    /// The language of its sentences.
    pub language: Language,
    /// What the meeting is called.
    pub subject: &'a str,
    /// The organizer's words.
    pub description: Option<&'a str>,
    /// The start of the meeting.
    pub start_at: Timestamp,
    /// Its end.
    pub end_at: Timestamp,
    /// The personal link: where the meeting takes place.
    pub join_url: &'a str,
}

/// The longest address, in bytes: what every browser, mail program and gateway takes.
const LONGEST_ADDRESS: usize = 2_000;

/// The most bytes of it that the title takes.
const LONGEST_SUBJECT: usize = 600;

/// The address that opens a new entry there, filled in. Nothing is stored before the person says so.
///
/// The link to the own registration is not in there: whoever runs that calendar need not be able to cancel.
pub fn calendar_address(calendar: WebCalendar, entry: &CalendarEntry<'_>) -> String {
    let t = entry.language.texts();
    let subject = t.subject(&clean::one_line(entry.subject));
    let join_url = clean::url(entry.join_url);
    let text = format!("{}\n{join_url}\n{}", t.say("invite-join"), t.say("invite-personal"));
    let write = |text: &str| match calendar {
        WebCalendar::Google => escape(text),
        // Theirs is HTML.
        WebCalendar::Outlook | WebCalendar::Office365 => escape(&html(text)),
    };
    let (start, end) = (entry.start_at, entry.end_at);
    let subject = fit(&subject, LONGEST_SUBJECT, escape);
    let mut address = match calendar {
        WebCalendar::Google => format!(
            "https://calendar.google.com/calendar/render?action=TEMPLATE&text={subject}&dates={}/{}&location={}&details=",
            start.strftime("%Y%m%dT%H%M%SZ"),
            end.strftime("%Y%m%dT%H%M%SZ"),
            escape(&join_url),
        ),
        WebCalendar::Outlook | WebCalendar::Office365 => format!(
            "https://{}/calendar/0/deeplink/compose?path=/calendar/action/compose&rru=addevent&subject={subject}\
             &startdt={}&enddt={}&location={}&body=",
            if calendar == WebCalendar::Outlook { "outlook.live.com" } else { "outlook.office.com" },
            start.strftime("%Y-%m-%dT%H:%M:%SZ"),
            end.strftime("%Y-%m-%dT%H:%M:%SZ"),
            escape(&join_url),
        ),
    };
    address.push_str(&write(&text));
    if let Some(description) = entry.description.map(clean::paragraphs).filter(|text| !text.is_empty()) {
        let room = LONGEST_ADDRESS.saturating_sub(address.len());
        address.push_str(&fit(&format!("\n\n{description}"), room, write));
    }
    address
}

/// As much of `text` as takes at most `room` bytes once it is written, with an ellipsis where something was cut.
fn fit(text: &str, room: usize, write: impl Fn(&str) -> String) -> String {
    let whole = write(text);
    if whole.len() <= room {
        return whole;
    }
    let room = room.saturating_sub(write("…").len());
    let mut length = 0;
    let kept: String = text
        .chars()
        .take_while(|letter| {
            length += write(letter.encode_utf8(&mut [0; 4])).len();
            length <= room
        })
        .collect();
    if kept.trim().is_empty() { String::new() } else { write(&format!("{}…", kept.trim_end())) }
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\n', "<br>")
}

/// All but RFC 3986's unreserved characters; a blank is `%20`, because not every reader takes `+` for one.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// The entry as a page offers it.
#[derive(Clone, Copy, Debug)]
pub struct CalendarOffer<'a> {
    /// What it tells.
    pub entry: CalendarEntry<'a>,
    /// The link to the own registration, below which the file is.
    pub manage_url: &'a str,
}

/// One way to add it: where it leads, and what it is called.
pub(crate) struct Way {
    pub(crate) href: String,
    pub(crate) label: String,
}

/// The ways that a page offers, each leading straight there.
pub(crate) fn ways_of_page(offer: &CalendarOffer<'_>) -> Vec<Way> {
    let t = offer.entry.language.texts();
    let way = |to: AddTo| Way {
        href: match to {
            AddTo::File => clean::href(&below(offer.manage_url, to)),
            AddTo::Web(calendar) => clean::href(&calendar_address(calendar, &offer.entry)),
        },
        label: t.say(to.label()),
    };
    AddTo::ALL.into_iter().map(way).collect()
}

/// The ways that a letter offers beside the file it carries. They lead there by way of a page of ours: a letter is
/// read later, when the time may be another one, and what scans mail follows every link in it.
pub(crate) fn ways_of_letter(t: &Texts, manage_url: &str) -> Vec<Way> {
    let on_the_web = AddTo::ALL.into_iter().filter(|to| *to != AddTo::File);
    on_the_web.map(|to| Way { href: clean::href(&below(manage_url, to)), label: t.say(to.label()) }).collect()
}

fn below(manage_url: &str, to: AddTo) -> String {
    format!("{manage_url}/{}", to.word())
}
