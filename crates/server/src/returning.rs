//! Whoever is registered and asks for a place again gets their letter again, by mail and not on the page: the page says the
//! same to everybody (docs/protection.md#who-is-registered). It is seen to behind the answer, so that this takes no
//! longer than another.

use domain::{Fact, MeetingId, Person};
use store::{Fault, Store};
use tokio::sync::{mpsc, oneshot};

use crate::clock::Clock;
use crate::mailroom::Mailroom;

/// So many may wait to be seen to. Beyond that somebody may have to ask once more.
const WAITING: usize = 4_096;

/// Somebody who asked for a place and got none: they may have one.
#[derive(Debug)]
pub struct Returning {
    meeting: MeetingId,
    /// [`Person::key`].
    person: String,
    /// Who asked, for the audit trail.
    actor: String,
}

impl Returning {
    /// Somebody whose letter goes to an address that whoever asks need not own.
    pub fn of(meeting: MeetingId, person: &Person, actor: &str) -> Option<Self> {
        let is_typed = matches!(person, Person::Named { user: None, .. });
        is_typed.then(|| Self { meeting, person: person.key(), actor: actor.to_owned() })
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

    /// Never waits.
    pub fn see_to(&self, somebody: Returning) {
        let _ = self.0.try_send(Errand::Letter(somebody));
    }

    /// Until everybody who came before is seen to.
    pub async fn is_empty(&self) {
        let (tell, told) = oneshot::channel();
        if self.0.send(Errand::Tell(tell)).await.is_ok() {
            let _ = told.await;
        }
    }
}

/// Queues the letter of somebody registered, once in ten minutes; whether there was anybody. Whoever registered within the
/// last ten minutes has merely sent their form twice.
async fn send_again(store: &Store, clock: &Clock, somebody: &Returning) -> Result<bool, Fault> {
    let now = clock.now();
    let found = store.find_live_registrant(somebody.meeting, &somebody.person).await?;
    let Some(registrant) = found.filter(|found| found.came_long_ago(now)) else { return Ok(false) };
    let fact = Fact { id: registrant.letter_request(now), at: now, actor: somebody.actor.clone() };
    store.ask_for_letter(&registrant, &fact).await?;
    Ok(true)
}
