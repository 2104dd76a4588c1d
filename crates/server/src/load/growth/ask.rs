//! The requests of a size, one after the other on one connection.

use std::time::Instant;

use serde_json::Value;

use crate::clock::Source;
use crate::load::client::{Connection, Reply};
use crate::load::fill::Landmarks;
use crate::load::reading::Reading;
use crate::load::request::{Request, prepare};
use crate::load::stats::Latencies;
use crate::load::target::Target;
use crate::start::StartProblem;

/// How often everything is asked, and its answer looked into, before it counts.
const WARM_UP: u64 = 20;

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// About those who are there.
    Reading(Reading),
    /// A place for somebody new.
    Enrolment,
}

impl What {
    /// Everything, in the order in which it is asked and told.
    pub(super) const ALL: [Self; 7] = [
        Self::Reading(Reading::Reference),
        Self::Reading(Reading::Start),
        Self::Reading(Reading::Middle),
        Self::Reading(Reading::End),
        Self::Reading(Reading::One),
        Self::Reading(Reading::Count),
        Self::Enrolment,
    ];

    /// In words.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Reading(reading) => reading.name(),
            Self::Enrolment => "an enrolment",
        }
    }
}

/// Asks one meeting.
pub(super) struct Asker {
    target: Target,
    connection: Connection,
    enrolment: Request,
    /// How many were enrolled.
    enrolled: u64,
}

impl Asker {
    /// Connects.
    pub(super) async fn new(target: &Target) -> Result<Self, StartProblem> {
        let mut connection = Connection::open(target.address).await?;
        let run = u64::from_be_bytes(Source::from_system().bytes());
        let (requests, _) = prepare(&mut connection, target, run).await?;
        Ok(Self { target: target.clone(), connection, enrolment: requests[0].clone(), enrolled: 0 })
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
        let request = match what {
            What::Reading(reading) => reading.request(&self.target, landmarks, round),
            What::Enrolment => {
                self.enrolled += 1;
                self.enrolment.of(self.enrolled).to_vec()
            }
        };
        let broken = |why: String| StartProblem(format!("{}: {why}", what.name()));
        let asked_at = Instant::now();
        let Reply { status, body } =
            self.connection.ask(&request).await.map_err(|error| broken(error.to_string()))?;
        let micros = u32::try_from(asked_at.elapsed().as_micros()).unwrap_or(u32::MAX);
        if status == 200 { Ok((body.to_vec(), micros)) } else { Err(broken(format!("status {status}"))) }
    }
}

fn check(what: What, body: &[u8], landmarks: &Landmarks) -> Result<(), StartProblem> {
    match what {
        What::Reading(reading) => reading.check(body, landmarks),
        What::Enrolment if serde_json::from_slice::<Value>(body).is_ok_and(|body| body.is_object()) => Ok(()),
        What::Enrolment => Err(StartProblem(format!("{}: another answer", what.name()))),
    }
}
