//! The requests: the questions are fetched once, and the enrolment is written once but for one number.
//! Also what came of them.

use serde::Deserialize;
use serde_json::json;

use super::client::{Connection, Reply};
use super::target::{Asked, Sent, Target};
use crate::start::StartProblem;

/// How many digits tell one person from the next.
const DIGITS: usize = 9;

/// A question as the service shows it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Question {
    id: String,
    answer_options: Vec<String>,
}

#[derive(Deserialize)]
struct Questions {
    value: Vec<Question>,
}

/// One request, ready to be sent, with room for the number of each person whom it enrols, if any.
#[derive(Clone, Debug)]
pub(super) struct Request {
    bytes: Vec<u8>,
    /// Where the numbers begin.
    numbers: Vec<usize>,
    in_order: bool,
}

/// Prepares an enrolment into each meeting, or whatever else is asked for, and tells how many questions the first
/// enrolment answers.
pub(super) async fn prepare(
    connection: &mut Connection,
    target: &Target,
    run: u64,
) -> Result<(Vec<Request>, usize), StartProblem> {
    let sent = match &target.asked {
        Asked::Places(sent) => *sent,
        Asked::Answers(requests) => {
            let ready =
                |bytes: &Vec<u8>| Request { bytes: bytes.clone(), numbers: Vec::new(), in_order: false };
            return Ok((requests.iter().map(ready).collect(), 0));
        }
    };
    let mut enrolments = Vec::with_capacity(target.registrations.len());
    let mut asked = None;
    for registration in &target.registrations {
        let questions = fetch_questions(connection, target, registration).await?;
        asked.get_or_insert(questions.len());
        enrolments.push(Request::new(target, sent, registration, &questions, run));
    }
    Ok((enrolments, asked.unwrap_or_default()))
}

/// Asks which questions a registration has. Whoever may not read them answers none, and hears from the
/// enrolments themselves what is missing.
async fn fetch_questions(
    connection: &mut Connection,
    target: &Target,
    registration: &str,
) -> Result<Vec<Question>, StartProblem> {
    let Target { address, token, .. } = target;
    let request = format!(
        "GET {registration}/customQuestions HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\r\n"
    );
    let reply = connection.ask(request.as_bytes()).await;
    match reply.map_err(|error| StartProblem(format!("cannot ask `{address}` for the questions: {error}")))? {
        Reply { status: 200, body } => serde_json::from_slice(body)
            .map(|questions: Questions| questions.value)
            .map_err(|error| StartProblem(format!("cannot read the questions: {error}"))),
        Reply { .. } => Ok(Vec::new()),
    }
}

impl Request {
    /// Answers every question, so that required ones are among them. Two runs with a different `run` register
    /// different people.
    fn new(target: &Target, sent: Sent, registration: &str, questions: &[Question], run: u64) -> Self {
        let answers: Vec<_> = questions
            .iter()
            .map(|question| {
                let value = question.answer_options.first().map_or("The upper Ardle", String::as_str);
                json!({ "questionId": question.id, "value": value })
            })
            .collect();
        let body = json!({
            "firstName": "Odile",
            "lastName": "Marchetti",
            "email": format!("p{:0DIGITS$}.{run:016x}@load.example", 0),
            "customQuestionAnswers": answers,
        });
        let alone = format!("{registration}/registrants");
        let (path, body) = match sent {
            Sent::Alone => (alone, body),
            Sent::Rows(rows) => {
                let rows = vec![body; usize::from(rows)];
                (format!("{registration}/enrollRegistrants"), json!({ "registrants": rows }))
            }
            Sent::Batch(size) => {
                let item = |id: u16| {
                    let headers = json!({ "Content-Type": "application/json" });
                    json!({ "id": id.to_string(), "method": "POST", "url": alone, "headers": headers, "body": body })
                };
                let items: Vec<_> = (0..size).map(item).collect();
                let version = registration.split('/').nth(1).unwrap_or_default();
                (format!("/{version}/$batch"), json!({ "requests": items }))
            }
        };
        let body = body.to_string();
        let Target { address, token, .. } = target;
        let text = format!(
            "POST {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let behind = format!(".{run:016x}@load");
        let numbers = text.match_indices(&behind).map(|(end, _)| end - DIGITS).collect();
        Self { bytes: text.into_bytes(), numbers, in_order: target.in_order }
    }

    /// The request with this number, for people of whom no two requests share one; numbers repeat after a thousand
    /// million.
    pub(super) fn of(&mut self, number: u64) -> &[u8] {
        let first = number * self.numbers.len() as u64;
        for (person, start) in (first..).zip(&self.numbers) {
            let mut number = if self.in_order { person } else { scattered(person) };
            for digit in self.bytes[*start..start + DIGITS].iter_mut().rev() {
                *digit = b'0' + (number % 10) as u8;
                number /= 10;
            }
        }
        &self.bytes
    }
}

impl Asked {
    /// How many people an answer with 200 gives a place, or questions it answers, and how many it refuses: rows and
    /// batches are answered with 200 whatever became of each of theirs.
    pub(super) fn count(&self, body: &[u8]) -> (u64, u64) {
        let (all, done) = match self {
            Self::Places(Sent::Rows(rows)) => (*rows, occurrences(body, b"\"status\":\"registered\"")),
            Self::Places(Sent::Batch(size)) => (*size, occurrences(body, b"\"status\":200,")),
            Self::Places(Sent::Alone) | Self::Answers(_) => (1, 1),
        };
        (done, u64::from(all).saturating_sub(done))
    }
}

fn occurrences(text: &[u8], what: &[u8]) -> u64 {
    text.windows(what.len()).filter(|window| *window == what).count() as u64
}

/// Another number of nine digits for each: people do not arrive in the order of their addresses, and an index
/// that only grew at its end would flatter the database.
pub(super) fn scattered(number: u64) -> u64 {
    // A power of three has no factor in common with a power of ten, so that no two numbers meet.
    number % 1_000_000_000 * 387_420_489 % 1_000_000_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_differ_in_the_address_alone_and_keep_their_length() {
        let target = Target::new("http://127.0.0.1:1", "token", "organizer", "meeting").unwrap();
        let questions = [
            Question { id: "q1".to_owned(), answer_options: vec!["Yes".to_owned(), "No".to_owned()] },
            Question { id: "q2".to_owned(), answer_options: Vec::new() },
        ];
        let mut enrolment = Request::new(&target, Sent::Alone, &target.registrations[0], &questions, 7);

        let first = String::from_utf8(enrolment.of(1).to_vec()).unwrap();
        let later = String::from_utf8(enrolment.of(1_234_567).to_vec()).unwrap();

        assert_eq!(first.replace("p387420489.", "p550843263."), later);
        let (head, body) = later.split_once("\r\n\r\n").unwrap();
        assert!(head.ends_with(&format!("Content-Length: {}", body.len())), "{head}");
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(body["email"], "p550843263.0000000000000007@load.example");
        assert_eq!(body["customQuestionAnswers"][0], json!({ "questionId": "q1", "value": "Yes" }));
        assert_eq!(body["customQuestionAnswers"].as_array().unwrap().len(), 2);
    }

    #[test]
    fn people_in_one_request_have_addresses_of_their_own() {
        let target = Target::new("http://127.0.0.1:1/v1.0", "token", "organizer", "meeting").unwrap();
        let registration = &target.registrations[0];
        let check = |sent: Sent, path: &str, list: &str, address: &str| {
            let mut request = Request::new(&target, sent, registration, &[], 7);
            let mut addresses = std::collections::HashSet::new();
            for number in 0..2 {
                let text = String::from_utf8(request.of(number).to_vec()).unwrap();
                assert!(text.starts_with(&format!("POST {path} HTTP/1.1")), "{text}");
                let (_, body) = text.split_once("\r\n\r\n").unwrap();
                let body: serde_json::Value = serde_json::from_str(body).unwrap();
                let items = body[list].as_array().unwrap();
                addresses.extend(items.iter().map(|item| item.pointer(address).unwrap().to_string()));
            }
            assert_eq!(addresses.len(), 6, "{addresses:?}");
        };

        check(Sent::Rows(3), &format!("{registration}/enrollRegistrants"), "registrants", "/email");
        check(Sent::Batch(3), "/v1.0/$batch", "requests", "/body/email");
    }

    #[test]
    fn whoever_is_refused_in_an_answer_of_200_is_counted_as_that() {
        let check = |sent: Sent, items: &[&str], expected: (u64, u64)| {
            let body = format!("{{\"value\":[{}]}}", items.join(","));
            assert_eq!(Asked::Places(sent).count(body.as_bytes()), expected, "{body}");
        };

        check(Sent::Alone, &[], (1, 0));
        let rows = [
            r#"{"index":0,"status":"registered","id":"a"}"#,
            r#"{"index":1,"status":"waitlisted","id":"b"}"#,
            r#"{"index":2,"status":null,"id":null,"error":{"code":"BadRequest"}}"#,
        ];
        check(Sent::Rows(3), &rows, (1, 2));
        check(Sent::Rows(2), &[], (0, 2));
        let requests = [
            r#"{"id":"0","status":200,"headers":{},"body":{"firstName":"\"status\":200,"}}"#,
            r#"{"id":"1","status":409,"headers":{},"body":{}}"#,
            r#"{"id":"2","status":424,"headers":{}}"#,
        ];
        check(Sent::Batch(3), &requests, (1, 2));
        check(Sent::Batch(20), &[], (0, 20));
    }

    #[test]
    fn scattered_numbers_are_as_many_as_before() {
        let numbers: std::collections::HashSet<u64> = (0..100_000).map(scattered).collect();

        assert_eq!(numbers.len(), 100_000);
        assert!(numbers.iter().all(|number| *number < 1_000_000_000));
    }
}
