//! Many requests at the same time.

use std::collections::HashMap;

use testkit::{Call, TestResponse};

/// Sends all of them at the same time; the answers come in the order of the calls.
pub async fn all_at_once(calls: Vec<Call>) -> Vec<TestResponse> {
    let sent: Vec<_> = calls.into_iter().map(|call| tokio::spawn(call.send())).collect();
    let mut answers = Vec::with_capacity(sent.len());
    for answer in sent {
        answers.push(answer.await.unwrap());
    }
    answers
}

/// How often each status was answered.
pub fn tally(answers: &[TestResponse]) -> HashMap<u16, usize> {
    answers.iter().fold(HashMap::new(), |mut tally, answer| {
        *tally.entry(answer.status.as_u16()).or_default() += 1;
        tally
    })
}
