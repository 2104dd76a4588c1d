//! Acts on people whose letters are under way.

use domain::RegistrantId;
use store::{DueLetter, Fault, Settlement, Store};

use super::disable;
use crate::rig::{MINUTE, Rig, Stage, at, fact, fresh_id, seated};

/// Two people have a place, and the mail server has just taken their confirmations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OnMail {
    /// What the mail server said of both is stored.
    Settle,
    /// The person of that number has their data erased.
    Erase(usize),
    /// The person of that number gives the place back.
    Return(usize),
    /// The registration is deleted.
    End,
}

/// The meeting, who is there, and their letters.
pub struct MailScene {
    pub stage: Stage,
    people: Vec<RegistrantId>,
    letters: Vec<DueLetter>,
}

impl MailScene {
    pub async fn set(rig: &Rig) -> Self {
        let stage = rig.stage(None).await;
        let people = seated(&rig.store.enroll(&stage.asks(0..2)).await.unwrap());
        let slot = stage.meeting.id.slot().number();
        // Those of scenes before this one may wait in the same slot.
        let letters = rig.store.lease_letters(slot, at(1), at(1) + MINUTE, 10_000).await.unwrap();
        let letters: Vec<_> =
            letters.into_iter().filter(|letter| letter.meeting.id == stage.meeting.id).collect();
        assert_eq!(letters.len(), 2);
        Self { stage, people, letters }
    }
}

impl OnMail {
    pub async fn run(self, store: &Store, scene: &MailScene) -> Result<String, Fault> {
        let MailScene { stage, people, letters } = scene;
        let meeting = stage.meeting.id;
        match self {
            Self::Settle => {
                let sent = |letter: &DueLetter| {
                    (letter.clone(), Settlement::Sent("250 for this person".to_owned()), fresh_id())
                };
                let settled: Vec<_> = letters.iter().map(sent).collect();
                store.settle_letters(&settled, at(2)).await.map(|()| "settled".to_owned())
            }
            Self::Erase(person) => {
                let erased = store.erase_registrant(meeting, people[person], &fact(3), &fact(4)).await;
                erased.map(|done| format!("{done:?}"))
            }
            Self::Return(person) => {
                let canceled = store.cancel_registrant(meeting, people[person], &fact(3)).await;
                canceled.map(|done| format!("{done:?}"))
            }
            Self::End => disable(store, stage).await,
        }
    }
}
