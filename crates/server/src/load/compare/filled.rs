//! A server with a long list, and what is asked about it.

use super::Bench;
use super::child::Child;
use super::programme::Load;
use crate::load::client::{Connection, Reply};
use crate::load::fill::{Filler, Landmarks};
use crate::load::reading::Reading;
use crate::load::target::{Asked, Target};
use crate::start::StartProblem;

/// How many different requests are sent in turn, where a question can be asked in different places.
const PLACES: u64 = 200;

/// A running server, one of whose meetings was filled.
pub(super) struct Filled {
    pub(super) child: Child,
    landmarks: Landmarks,
}

impl Filled {
    /// Starts a server and fills its meeting.
    pub(super) async fn start(bench: &Bench<'_>) -> Result<Self, StartProblem> {
        bench.clear().await?;
        let child = Child::start(Load::STORE, bench.database(), &bench.comparison.folder).await?;
        let mut filler = Filler::beside(&child, bench.database()).await?;
        filler.fill(bench.comparison.registrants).await?;
        let landmarks = filler.landmarks();
        filler.close().await;
        Ok(Self { child, landmarks })
    }

    /// The requests of a question, each of which was answered as it should be.
    pub(super) async fn target(&self, reading: Reading) -> Result<Target, StartProblem> {
        let target = &self.child.target;
        let request = |round| reading.request(target, &self.landmarks, round);
        let mut requests: Vec<Vec<u8>> = (0..PLACES).map(request).collect();
        requests.dedup();
        let mut connection = Connection::open(target.address).await?;
        for request in &requests {
            let broken = |why: String| StartProblem(format!("{}: {why}", reading.name()));
            let answer = connection.ask(request).await.map_err(|error| broken(error.to_string()))?;
            match answer {
                Reply { status: 200, body } => reading.check(body, &self.landmarks)?,
                Reply { status, .. } => return Err(broken(format!("status {status}"))),
            }
        }
        Ok(Target { asked: Asked::Answers(requests.into()), ..target.clone() })
    }
}
