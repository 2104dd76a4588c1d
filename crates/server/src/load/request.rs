//! The requests: the questions are fetched once, and the enrolment is written once but for one number.

use serde::Deserialize;
use serde_json::json;

use super::client::{Connection, Reply};
use super::target::Target;
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

/// One request, ready to be sent, with room for the number of its person, or of each of its people.
#[derive(Clone, Debug)]
pub(super) struct Enrolment {
    bytes: Vec<u8>,
    /// Where the numbers begin.
    numbers: Vec<usize>,
    in_order: bool,
}

/// Prepares an enrolment into each meeting, and tells how many questions the first one asks.
pub(super) async fn prepare(
    connection: &mut Connection,
    target: &Target,
    run: u64,
) -> Result<(Vec<Enrolment>, usize), StartProblem> {
    let mut enrolments = Vec::with_capacity(target.registrations.len());
    let mut asked = None;
    for registration in &target.registrations {
        let questions = fetch_questions(connection, target, registration).await?;
        asked.get_or_insert(questions.len());
        enrolments.push(Enrolment::new(target, registration, &questions, run));
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

impl Enrolment {
    /// Answers every question, so that required ones are among them. Two runs with a different `run` register
    /// different people.
    fn new(target: &Target, registration: &str, questions: &[Question], run: u64) -> Self {
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
        let (path, body) = match target.rows {
            None => ("registrants", body),
            Some(rows) => ("enrollRegistrants", json!({ "registrants": vec![body; usize::from(rows)] })),
        };
        let body = body.to_string();
        let Target { address, token, .. } = target;
        let text = format!(
            "POST {registration}/{path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
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
        let mut enrolment = Enrolment::new(&target, &target.registrations[0], &questions, 7);

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
    fn scattered_numbers_are_as_many_as_before() {
        let numbers: std::collections::HashSet<u64> = (0..100_000).map(scattered).collect();

        assert_eq!(numbers.len(), 100_000);
        assert!(numbers.iter().all(|number| *number < 1_000_000_000));
    }
}
