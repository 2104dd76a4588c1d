//! Acts on a meeting whose organizer decides about each.

use domain::{BuiltIn, Registrant};
use store::{Fault, Store};

use super::{disable, enrol, resize, step_told};
use crate::life::id;
use crate::rig::{Rig, Stage, fact};

/// Two places: person 0 was let in to one; persons 1 and 2 have asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OnDesk {
    /// The organizer lets the person of that number in.
    Approve(usize),
    /// The organizer turns the person of that number down.
    Reject(usize),
    /// Person 1 is let in, if they are as they were when they were looked at.
    ApproveAsSeen,
    /// Person 1 is turned down on the same condition.
    RejectAsSeen,
    /// The person of that number leaves.
    Withdraw(usize),
    /// The person of that number asks.
    Ask(usize),
    /// So many places.
    Room(u32),
    /// The registration is deleted.
    Disable,
}

/// The meeting, and everybody as they stand there before an act.
pub struct DeskScene {
    pub stage: Stage,
    people: Vec<Registrant>,
}

impl DeskScene {
    pub async fn set(rig: &Rig) -> Self {
        let built_in = BuiltIn { capacity: Some(2), is_manual_approval_enabled: true, ..BuiltIn::default() };
        let stage = rig.stage_of(built_in).await;
        let came = rig.come(&stage, 0..3).await;
        rig.act(&stage, id(&came[0]), store::Act::Approve, 0).await;
        let mut people = Vec::new();
        for came in &came {
            people.push(rig.person(&stage, id(came)).await);
        }
        Self { stage, people }
    }
}

impl OnDesk {
    pub async fn run(self, store: &Store, scene: &DeskScene) -> Result<String, Fault> {
        let stage = &scene.stage;
        let step = async |person: usize, act: store::Act, is_conditional: bool| {
            let asking = store::Asking { act, reason: None, is_conditional };
            store.take_step(&scene.people[person], asking, &fact(1), None).await.map(step_told)
        };
        match self {
            Self::Approve(person) => step(person, store::Act::Approve, false).await,
            Self::Reject(person) => step(person, store::Act::Reject, false).await,
            Self::ApproveAsSeen => step(1, store::Act::Approve, true).await,
            Self::RejectAsSeen => step(1, store::Act::Reject, true).await,
            Self::Withdraw(person) => step(person, store::Act::Cancel, false).await,
            Self::Ask(person) => enrol(store, &[stage.ask(person)]).await,
            Self::Room(places) => resize(store, stage, places).await,
            Self::Disable => disable(store, stage).await,
        }
    }
}
