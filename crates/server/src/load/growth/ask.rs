//! The requests of a size, one after the other on one connection.

use std::time::Instant;

use domain::link::LinkKey;
use domain::query::Position;
use domain::{Operation, RegistrantId};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use wire::Query;

use super::fill::Landmarks;
use crate::clock::Source;
use crate::graph::{PageTokens, Question};
use crate::load::client::{Connection, Reply};
use crate::load::request::{Enrolment, prepare, scattered};
use crate::load::stats::Latencies;
use crate::load::target::Target;
use crate::start::StartProblem;

/// How many items a page holds when nothing else is said.
const PAGE: usize = 100;
/// How often everything is asked, and its answer looked into, before it counts.
const WARM_UP: u64 = 20;

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
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
    /// A place for somebody new.
    Enrolment,
}

impl What {
    /// Everything, in the order in which it is asked and told.
    pub(super) const ALL: [Self; 7] =
        [Self::Reference, Self::Start, Self::Middle, Self::End, Self::One, Self::Count, Self::Enrolment];

    /// In words.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Reference => "reference: the questions",
            Self::Start => "a page of 100, at the start",
            Self::Middle => "a page of 100, in the middle",
            Self::End => "a page of 100, at the end",
            Self::One => "one registrant",
            Self::Count => "the count",
            Self::Enrolment => "an enrolment",
        }
    }
}

/// Asks one meeting.
pub(super) struct Asker {
    target: Target,
    connection: Connection,
    /// Those of the server that is asked.
    tokens: PageTokens,
    enrolment: Enrolment,
    /// How many were enrolled.
    enrolled: u64,
}

impl Asker {
    /// Connects to a server whose links are made with that key.
    pub(super) async fn new(target: &Target, key: &LinkKey) -> Result<Self, StartProblem> {
        let mut connection = Connection::open(target.address)
            .await
            .map_err(|error| StartProblem(format!("cannot connect to `{}`: {error}", target.address)))?;
        let run = u64::from_be_bytes(Source::from_system().bytes());
        let (enrolments, _) = prepare(&mut connection, target, run).await?;
        let (target, tokens) = (target.clone(), PageTokens::new(key));
        Ok(Self { target, connection, tokens, enrolment: enrolments[0].clone(), enrolled: 0 })
    }

    /// Asks everything in turn, `asks` times, after a warm-up in which the answers are looked into.
    pub(super) async fn measure(
        &mut self,
        landmarks: &Landmarks,
        asks: u64,
    ) -> Result<Vec<Latencies>, StartProblem> {
        for round in 0..WARM_UP {
            for what in What::ALL {
                self.ask(what, landmarks, round).await.and_then(|(body, _)| check(what, &body, landmarks))?;
            }
        }
        let mut micros = What::ALL.map(|_| Vec::new());
        for round in 0..asks {
            for (what, micros) in What::ALL.into_iter().zip(&mut micros) {
                micros.push(self.ask(what, landmarks, WARM_UP + round).await?.1);
            }
        }
        Ok(micros.map(Latencies::of).into())
    }

    /// Asks once; the answer and how long it took, in microseconds.
    async fn ask(
        &mut self,
        what: What,
        landmarks: &Landmarks,
        round: u64,
    ) -> Result<(Vec<u8>, u32), StartProblem> {
        let request = if what == What::Enrolment {
            self.enrolled += 1;
            self.enrolment.of(self.enrolled).to_vec()
        } else {
            self.reading(what, landmarks, round)
        };
        let broken = |why: String| StartProblem(format!("{}: {why}", what.name()));
        let asked_at = Instant::now();
        let Reply { status, body } =
            self.connection.ask(&request).await.map_err(|error| broken(error.to_string()))?;
        let micros = u32::try_from(asked_at.elapsed().as_micros()).unwrap_or(u32::MAX);
        if status == 200 { Ok((body.to_vec(), micros)) } else { Err(broken(format!("status {status}"))) }
    }

    fn reading(&self, what: What, landmarks: &Landmarks, round: u64) -> Vec<u8> {
        let marks = &landmarks.marks;
        // All over the list, so that no page of the database is read for its own sake.
        let anywhere = scattered(round) as usize;
        let page_behind = |registrant: RegistrantId| self.page_behind(landmarks, registrant);
        let path = match what {
            What::Reference => "customQuestions".to_owned(),
            What::Start | What::Enrolment => "registrants".to_owned(),
            What::Middle => page_behind(marks[marks.len() / 4 + anywhere % (marks.len() / 2)]),
            What::End => page_behind(marks[marks.len() - 2]),
            What::One => {
                let id = wire::ids::write_registrant(&landmarks.key, marks[anywhere % marks.len()]);
                format!("registrants/{}", utf8_percent_encode(&id, NON_ALPHANUMERIC))
            }
            What::Count => "registrants?$top=1&$count=true".to_owned(),
        };
        let Target { address, registrations, token, .. } = &self.target;
        let registration = &registrations[0];
        let head = format!("GET {registration}/{path} HTTP/1.1\r\nHost: {address}\r\n");
        format!("{head}Authorization: Bearer {token}\r\n\r\n").into_bytes()
    }

    /// The page that the service itself would send a reader to.
    fn page_behind(&self, landmarks: &Landmarks, registrant: RegistrantId) -> String {
        let question =
            Question::new(Operation::ListRegistrants, landmarks.key.registration.0, &Query::default());
        let position = Position { keys: Vec::new(), id: registrant.0 };
        let token = self.tokens.write(&question, &position).unwrap_or_default();
        format!("registrants?$skiptoken={token}")
    }
}

/// Whether an answer holds what was asked for: a quick answer without it would be no good news.
fn check(what: What, body: &[u8], landmarks: &Landmarks) -> Result<(), StartProblem> {
    let body: Value = serde_json::from_slice(body)
        .map_err(|error| StartProblem(format!("{}: cannot read the answer: {error}", what.name())))?;
    let items = body["value"].as_array().map_or(0, Vec::len);
    let is_right = match what {
        What::Reference => items > 0,
        What::Start | What::Middle | What::End => items == PAGE,
        What::One => body["id"].is_string(),
        What::Enrolment => body.is_object(),
        What::Count => body["@odata.count"].as_u64() >= Some(landmarks.size),
    };
    if is_right { Ok(()) } else { Err(StartProblem(format!("{}: another answer: {body}", what.name()))) }
}
