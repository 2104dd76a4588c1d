//! Whoever is registered and asks for a place again gets their letter again, by mail and not on the page: the page says the
//! same to everybody (docs/protection.md#who-is-registered). It is seen to behind the answer, so that this takes no
//! longer than another.

use domain::{Enrolment, Fact, MeetingId, Person, Registrant, RegistrantId};
use store::{Fault, Store, Verdict};
use tokio::sync::{mpsc, oneshot};

use crate::clock::Clock;
use crate::mailroom::Mailroom;

/// So many may wait to be seen to. Beyond that somebody may have to ask once more.
const WAITING: usize = 4_096;

/// Somebody who has a place and asked for one.
#[derive(Debug)]
pub struct Returning {
    meeting: MeetingId,
    registrant: RegistrantId,
    /// Who asked, for the audit trail.
    actor: String,
}

impl Returning {
    /// Somebody whose letter goes to an address that whoever asks need not own.
    pub fn of(enrolment: &Enrolment, verdict: Verdict) -> Option<Self> {
        let registrant = match verdict {
            Verdict::Known { registrant, .. } => registrant,
            Verdict::Waits { registrant, is_new: false, .. } => registrant,
            Verdict::Full { known } => known?,
            Verdict::Seated(_)
            | Verdict::Waits { is_new: true, .. }
            | Verdict::Stale
            | Verdict::KeyReused => return None,
        };
        let is_typed = matches!(enrolment.person, Person::Named { user: None, .. });
        is_typed.then(|| Self { meeting: enrolment.meeting, registrant, actor: enrolment.actor.clone() })
    }
}

enum Errand {
    Letter(Returning),
    Tell(oneshot::Sender<()>),
}

/// Where those who return are seen to, one after the other. Cheap to clone.
#[derive(Clone)]
pub struct ReturnDesk(mpsc::Sender<Errand>);

impl ReturnDesk {
    /// Opens it. Inside a runtime.
    pub fn open(store: Store, clock: Clock, mailroom: Mailroom) -> Self {
        let (sender, mut errands) = mpsc::channel(WAITING);
        tokio::spawn(async move {
            while let Some(errand) = errands.recv().await {
                match errand {
                    Errand::Letter(somebody) => match send_again(&store, &clock, &somebody).await {
                        Ok(true) => mailroom.nudge(),
                        Ok(false) => {}
                        Err(fault) => {
                            tracing::warn!(%fault, "somebody who is registered got no letter again")
                        }
                    },
                    Errand::Tell(whom) => drop(whom.send(())),
                }
            }
        });
        Self(sender)
    }

    /// Never waits: of too many at once, the last are only counted.
    pub fn see_to(&self, somebody: Returning) {
        if self.0.try_send(Errand::Letter(somebody)).is_err() {
            metrics::counter!("usher_returning_dropped_total").increment(1);
        }
    }

    /// Until everybody who came before is seen to.
    pub async fn settled(&self) {
        let (tell, told) = oneshot::channel();
        if self.0.send(Errand::Tell(tell)).await.is_ok() {
            let _ = told.await;
        }
    }
}

/// Queues the letter that tells somebody how they stand, once in ten minutes; whether there was anybody. Whoever registered within the
/// last ten minutes has merely sent their form twice.
async fn send_again(store: &Store, clock: &Clock, somebody: &Returning) -> Result<bool, Fault> {
    let now = clock.now();
    let found = store.find_registrant(somebody.meeting, somebody.registrant).await?;
    let returns = |found: &Registrant| found.standing.is_live() && found.came_long_ago(now);
    let Some(registrant) = found.filter(returns) else { return Ok(false) };
    let fact = Fact { id: registrant.letter_request(now), at: now, actor: somebody.actor.clone() };
    store.ask_for_letter(&registrant, &fact).await?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use metrics_exporter_prometheus::PrometheusBuilder;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn who_comes_when_too_many_wait_is_counted() {
        let (sender, _nobody_sees_to_it) = mpsc::channel(2);
        let desk = ReturnDesk(sender);
        let recorder = PrometheusBuilder::new().build_recorder();

        metrics::with_local_recorder(&recorder, || {
            for n in 0..5 {
                let registrant = RegistrantId(Uuid::from_u128(n));
                let meeting = MeetingId(Uuid::from_u128(7));
                desk.see_to(Returning { meeting, registrant, actor: "page".to_owned() });
            }
        });

        let told = recorder.handle().render();
        assert!(told.contains("\nusher_returning_dropped_total 3\n"), "{told}");
    }
}
