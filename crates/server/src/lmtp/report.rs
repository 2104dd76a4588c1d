//! Reading what mail servers report of a letter (RFC 3464).

use domain::Returned;
use mail_parser::{Message, MessageParser, MimeHeaders, PartType};

use super::open::open;
use crate::mailroom::tidy;

/// Reports lie within reports where a server forwards one.
const DEPTH: u8 = 4;

/// What a report says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Report {
    pub(super) returned: Returned,
    /// A status code such as `5.1.1`; empty where there is none.
    pub(super) status: String,
    /// Status code and the mail server's words, without addresses.
    pub(super) words: String,
    /// The Message-ID of the letter, where the report repeats it.
    pub(super) about: Option<String>,
}

impl Report {
    /// Of something that cannot be read.
    pub(super) fn unread() -> Self {
        Self { returned: Returned::Unread, status: String::new(), words: String::new(), about: None }
    }
}

/// What a message to the sender of a letter says; `None` where it says nothing about the letter: it arrived, somebody is
/// on holiday, or somebody writes to an address that is not for writing to. `is_report` where its own envelope has no
/// sender, which is how reports come.
pub(super) fn read(message: &[u8], is_report: bool) -> Option<Report> {
    let Some(parsed) = open(message) else {
        return is_report.then(Report::unread);
    };
    let mut found = Found::default();
    look(&parsed, &mut found, DEPTH);
    if found.is_report {
        let about = found.about;
        return found.worst.map(|(returned, status, words)| Report { returned, status, words, about });
    }
    // Mail servers call their reports automatic answers as well.
    let says_report = parsed.is_content_type("multipart", "report");
    (is_report && (says_report || !is_automatic_answer(&parsed))).then(Report::unread)
}

#[derive(Default)]
struct Found {
    is_report: bool,
    worst: Option<(Returned, String, String)>,
    about: Option<String>,
}

fn look(message: &Message<'_>, found: &mut Found, depth: u8) {
    for part in &message.parts {
        let kind = part.content_type().map(|kind| {
            format!("{}/{}", kind.c_type, kind.c_subtype.as_deref().unwrap_or_default()).to_ascii_lowercase()
        });
        let contents: &[u8] = match &part.body {
            PartType::Text(text) | PartType::Html(text) => text.as_bytes(),
            PartType::Binary(bytes) | PartType::InlineBinary(bytes) => bytes,
            PartType::Message(inner) => {
                let is_letter = kind.as_deref() == Some("message/rfc822");
                if let Some(id) = inner.message_id().filter(|_| found.is_report && is_letter) {
                    found.about.get_or_insert_with(|| id.to_owned());
                }
                if depth > 0 {
                    look(inner, found, depth - 1);
                }
                inner.raw_message()
            }
            PartType::Multipart(_) => continue,
        };
        match kind.as_deref() {
            Some("message/delivery-status" | "message/global-delivery-status") => {
                found.is_report = true;
                read_fields(contents, found);
            }
            Some("text/rfc822-headers" | "message/global-headers") => {
                let headers = MessageParser::default().parse_headers(contents);
                let id = headers.as_ref().and_then(|headers| headers.message_id());
                found.about = found.about.take().or_else(|| id.map(str::to_owned));
            }
            _ => {}
        }
    }
}

/// Groups of fields, one for each recipient behind the first; the worst of them counts.
fn read_fields(contents: &[u8], found: &mut Found) {
    let text = String::from_utf8_lossy(contents).replace("\r\n", "\n");
    for group in text.replace("\n ", " ").replace("\n\t", " ").split("\n\n") {
        let field = |name: &str| {
            let mut fields = group.lines().filter_map(|line| line.split_once(':'));
            fields.find(|(given, _)| given.trim().eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
        };
        let Some(action) = field("Action") else { continue };
        let status = field("Status").unwrap_or_default();
        let status: String =
            status.chars().take_while(|c| c.is_ascii_digit() || *c == '.').take(12).collect();
        let Some(returned) = Returned::by(action, &status) else { continue };
        // `smtp; 550 5.1.1 …`
        let said = field("Diagnostic-Code").unwrap_or_default();
        let said = said.split_once(';').map_or(said, |(_, words)| words);
        let words = tidy(&format!("{status} {said}"));
        if found.worst.as_ref().is_none_or(|(worst, ..)| rank(returned) > rank(*worst)) {
            found.worst = Some((returned, status, words));
        }
    }
}

fn rank(returned: Returned) -> u8 {
    match returned {
        Returned::Unread => 0,
        Returned::Delayed => 1,
        Returned::Failed { for_good: false } => 2,
        Returned::Failed { for_good: true } => 3,
    }
}

/// Holiday notices and the like (RFC 3834, and what came before it).
fn is_automatic_answer(message: &Message<'_>) -> bool {
    let header = |name: &'static str| {
        message.header_raw(name).map(|value| value.trim().to_ascii_lowercase()).unwrap_or_default()
    };
    let precedence = header("Precedence");
    header("Auto-Submitted").starts_with("auto-replied")
        || ["X-Autoreply", "X-Autorespond", "X-Auto-Response"]
            .into_iter()
            .any(|name| !header(name).is_empty())
        || ["auto_reply", "bulk", "junk", "list"].contains(&precedence.as_str())
}
