//! What is asked of a filled meeting.

use domain::query::Position;
use domain::{Operation, RegistrantId};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use wire::Query;

use super::fill::Landmarks;
use super::request::scattered;
use super::target::Target;
use crate::graph::Question;
use crate::start::StartProblem;

/// How many items a page holds when nothing else is said.
const PAGE: usize = 100;

/// One question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// The registration's questions: nothing that grows.
    Reference,
    /// The first page of the list.
    Start,
    /// A page somewhere in the middle half of the list.
    Middle,
    /// The last page.
    End,
    /// A registrant, anywhere in the list.
    One,
    /// How many there are, with the list's first item.
    Count,
    /// Whoever has an address, anywhere in the list.
    Address,
    /// The first page of those whose last name begins with a letter.
    Name,
}

impl Reading {
    /// In words.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Reference => "reference: the questions",
            Self::Start => "a page of 100, at the start",
            Self::Middle => "a page of 100, in the middle",
            Self::End => "a page of 100, at the end",
            Self::One => "one registrant",
            Self::Count => "the count",
            Self::Address => "`$filter=email eq '…'`",
            Self::Name => "`$filter=startswith(lastName,'A')`, a page of 100",
        }
    }

    /// The request. Another `round` asks elsewhere in the list, so that no page of the database is read for its own
    /// sake.
    pub(super) fn request(self, target: &Target, landmarks: &Landmarks, round: u64) -> Vec<u8> {
        let marks = &landmarks.marks;
        let number = scattered(round);
        let anywhere = number as usize;
        let path = match self {
            Self::Reference => "customQuestions".to_owned(),
            Self::Start => "registrants".to_owned(),
            Self::Middle => page_behind(landmarks, marks[marks.len() / 4 + anywhere % (marks.len() / 2)]),
            Self::End => page_behind(landmarks, marks[marks.len() - 2]),
            Self::One => {
                let id = wire::ids::write_registrant(&landmarks.key, marks[anywhere % marks.len()]);
                format!("registrants/{}", encoded(&id))
            }
            Self::Count => "registrants?$top=1&$count=true".to_owned(),
            Self::Address => {
                let address = landmarks.address(number % landmarks.size);
                format!("registrants?$filter={}", encoded(&format!("email eq '{address}'")))
            }
            Self::Name => {
                format!("registrants?$top={PAGE}&$filter={}", encoded("startswith(lastName,'A')"))
            }
        };
        let Target { address, registrations, token, .. } = target;
        let registration = &registrations[0];
        let head = format!("GET {registration}/{path} HTTP/1.1\r\nHost: {address}\r\n");
        format!("{head}Authorization: Bearer {token}\r\n\r\n").into_bytes()
    }

    /// Refuses an answer that does not hold what was asked for: a quick one without it would be no good news.
    pub(super) fn check(self, body: &[u8], landmarks: &Landmarks) -> Result<(), StartProblem> {
        let body: Value = serde_json::from_slice(body)
            .map_err(|error| StartProblem(format!("{}: cannot read the answer: {error}", self.name())))?;
        let items = body["value"].as_array().map(Vec::as_slice).unwrap_or_default();
        let begins = |item: &Value| item["lastName"].as_str().is_some_and(|name| name.starts_with('A'));
        let is_right = match self {
            Self::Reference => !items.is_empty(),
            Self::Start | Self::Middle | Self::End => items.len() == PAGE,
            Self::One => body["id"].is_string(),
            Self::Count => body["@odata.count"].as_u64() >= Some(landmarks.size),
            Self::Address => items.len() == 1,
            Self::Name => items.len() == PAGE && items.iter().all(begins),
        };
        if is_right { Ok(()) } else { Err(StartProblem(format!("{}: another answer: {body}", self.name()))) }
    }
}

/// The page that the service itself would send a reader to.
fn page_behind(landmarks: &Landmarks, registrant: RegistrantId) -> String {
    let question = Question::new(Operation::ListRegistrants, landmarks.key.registration.0, &Query::default());
    let position = Position { keys: Vec::new(), id: registrant.0 };
    let token = landmarks.tokens.write(&question, &position).unwrap_or_default();
    format!("registrants?$skiptoken={token}")
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}
