//! Whatever comes in whatever batches, the store and a model that anybody can read agree.

use std::collections::HashMap;

use domain::RegistrantId;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use store::{Canceled, Verdict};

use crate::rig::{Rig, Stage, Tally, fact};

/// What may happen to a meeting; people are numbers.
#[derive(Clone, Debug)]
enum Act {
    Enroll(Vec<usize>),
    Cancel(usize),
    Resize(Option<u32>),
}

/// One meeting as a list of people who have a place.
#[derive(Default)]
struct Model {
    capacity: Option<u32>,
    live: HashMap<usize, RegistrantId>,
    ever: i64,
    canceled: i64,
}

impl Model {
    fn enroll(&mut self, person: usize, id: RegistrantId) -> Verdict {
        if let Some(registrant) = self.live.get(&person) {
            return Verdict::Known { registrant: *registrant, generation: 0 };
        }
        if self.capacity.is_some_and(|capacity| self.live.len() >= capacity as usize) {
            return Verdict::Full { known: None };
        }
        self.live.insert(person, id);
        self.ever += 1;
        Verdict::Seated(id)
    }

    fn tally(&self) -> Tally {
        Tally {
            rows: self.ever,
            live: self.live.len() as i64,
            seats_taken: self.live.len() as i64,
            registrant_count: self.ever,
            confirmations: self.ever,
            cancellations: self.canceled,
            enrolled: self.ever,
            canceled: self.canceled,
        }
    }
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => vec(0_usize..30, 1..90).prop_map(Act::Enroll),
        3 => (0_usize..30).prop_map(Act::Cancel),
        1 => prop::option::of(0_u32..30).prop_map(Act::Resize),
    ]
}

pub async fn any_run_of_batches_and_cancellations_agrees_with_a_naive_model(rig: &Rig) {
    let runtime = tokio::runtime::Handle::current();
    // Nothing is written beside the sources: a failure prints its smallest run.
    let config = Config { cases: 64, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new(config);
    let run = (prop::option::of(0_u32..30), vec(act(), 1..8));

    let outcome = tokio::task::block_in_place(|| {
        runner.run(&run, |(capacity, acts)| {
            runtime.block_on(replay(rig, capacity, &acts));
            Ok(())
        })
    });

    outcome.unwrap();
}

async fn replay(rig: &Rig, capacity: Option<u32>, acts: &[Act]) {
    let mut stage = rig.stage(capacity).await;
    let mut model = Model { capacity, ..Model::default() };
    for act in acts {
        match act {
            Act::Enroll(people) => {
                let batch = stage.asks(people.iter().copied());
                let expected: Vec<Verdict> = people
                    .iter()
                    .zip(&batch)
                    .map(|(person, asked)| model.enroll(*person, asked.id))
                    .collect();
                assert_eq!(rig.store.enroll(&batch).await.unwrap(), expected);
            }
            Act::Cancel(person) => cancel(rig, &stage, &mut model, *person).await,
            Act::Resize(capacity) => {
                let mut built_in = stage.built_in();
                built_in.capacity = *capacity;
                model.capacity = *capacity;
                assert!(
                    rig.store.update_registration(&stage.registration, &built_in, &fact(1)).await.unwrap()
                );
                stage = rig.read(stage.meeting.id).await;
            }
        }
        assert_eq!(rig.tally(stage.meeting.id).await, model.tally(), "after {act:?}");
    }
}

async fn cancel(rig: &Rig, stage: &Stage, model: &mut Model, person: usize) {
    let Some(registrant) = model.live.remove(&person) else { return };
    model.canceled += 1;
    let outcome = rig.store.cancel_registrant(stage.meeting.id, registrant, &fact(1)).await.unwrap();
    assert_eq!(outcome, Canceled::Now);
}
