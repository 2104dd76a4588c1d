//! Acts on a meeting with a waiting list.

use domain::RegistrantId;
use store::{Fault, Store, Verdict};

use super::{disable, enrol, resize, step_told};
use crate::rig::{Rig, Stage, at, fact};

/// Two places: person 0 has one, the other is held for person 1; persons 2 and 3 wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OnList {
    /// Person 1 takes the place.
    Accept,
    /// Person 1 does not want it.
    Decline,
    /// The offer is over.
    Expire,
    /// Person 0 gives the place back.
    GiveBack,
    /// Person 2 leaves.
    Leave,
    /// The person of that number comes.
    Come(usize),
    /// So many places.
    Places(u32),
    /// The registration is deleted.
    Delete,
}

/// The meeting.
pub struct ListScene {
    pub stage: Stage,
    people: [RegistrantId; 4],
}

/// When person 1's offer is over.
const LATE: i64 = 4_000;

impl ListScene {
    pub async fn set(rig: &Rig) -> Self {
        let stage = rig.waiting_stage(2).await;
        let came = rig.store.enroll(&stage.asks([0, 9, 1, 2, 3])).await.unwrap();
        let [holder, gone, people @ ..] = came.as_slice() else { panic!("five came") };
        let id = |verdict: &Verdict| match verdict {
            Verdict::Seated(id) | Verdict::Waits { registrant: id, .. } => *id,
            other => panic!("{other:?}"),
        };
        rig.store.cancel_registrant(stage.meeting.id, id(gone), &fact(0)).await.unwrap();
        let people = [id(holder), id(&people[0]), id(&people[1]), id(&people[2])];
        Self { stage, people }
    }
}

impl OnList {
    pub async fn run(self, store: &Store, scene: &ListScene) -> Result<String, Fault> {
        let (stage, meeting) = (&scene.stage, scene.stage.meeting.id);
        let step = async |person: usize, act: store::Act| {
            let seen = store.find_registrant(meeting, scene.people[person]).await?.unwrap();
            let asking = store::Asking { act, reason: None, is_conditional: false };
            store.take_step(&seen, asking, &fact(1), None).await.map(step_told)
        };
        match self {
            Self::Accept => step(1, store::Act::Accept).await,
            Self::Decline => step(1, store::Act::Cancel).await,
            Self::GiveBack => step(0, store::Act::Cancel).await,
            Self::Leave => step(2, store::Act::Cancel).await,
            Self::Expire => store.work_waiting(meeting, at(LATE)).await.map(|steps| steps.to_string()),
            Self::Come(person) => enrol(store, &[stage.ask(person)]).await,
            Self::Places(places) => resize(store, stage, places).await,
            Self::Delete => disable(store, stage).await,
        }
    }
}
