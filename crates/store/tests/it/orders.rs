//! Operations beside each other on PostgreSQL, statement by statement, in an order that is chosen: each has a store
//! with one connection of its own, through a relay that lets one statement through at a time.

use std::sync::Arc;
use std::time::Duration;

use sqlx::PgPool;
use store::Store;
use testpg::{Relay, Standing};
use tokio::task::JoinHandle;

use crate::interleavings::{Act, Scene};
use crate::rig::{Raw, Rig};

/// Between two looks at where everybody is.
const LOOK: Duration = Duration::from_millis(1);

/// Who runs operations, and whom the database is asked about it.
pub struct Orders {
    sides: Vec<Side>,
    observer: PgPool,
    /// A `BEGIN` at `READ COMMITTED` looks at nothing and locks nothing: it is a step of its own only on request.
    steps_begin: bool,
}

struct Side {
    relay: Relay,
    store: Store,
}

/// What happened in one order.
#[derive(Debug)]
pub struct Played {
    /// At each step: which of the open sides went on, as its place among them, and how many were open.
    pub choices: Vec<(usize, usize)>,
    /// The steps, side and statement, for whoever has to understand a failure.
    pub steps: Vec<String>,
    /// The sides that were not sent away, by their last commits. Those in one group had all waited for the same lock, and
    /// nobody saw which of them got it first.
    pub commits: Vec<Vec<usize>>,
    /// What each side was told.
    pub said: Vec<String>,
    /// How often a side stood waiting for another's lock when the next step was chosen.
    pub blocked: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Blocked,
    Over,
}

impl Orders {
    /// So many sides on the rig's database.
    pub async fn open(rig: &Rig, sides: usize, steps_begin: bool) -> Self {
        let Raw::Postgres(observer) = rig.raw.clone() else { panic!("only PostgreSQL has several writers") };
        let mut opened = Vec::new();
        for _ in 0..sides {
            let relay = Relay::open(rig.scratch());
            let store = Store::open_postgres(relay.url(), None, 1).await.unwrap();
            // Connected before anything is stepped.
            store.ping().await.unwrap();
            relay.step(true);
            opened.push(Side { relay, store });
        }
        Self { sides: opened, observer, steps_begin }
    }

    /// Runs one act on each side. `choose` is told how many sides are open and says which of them goes on.
    pub async fn play(
        &self,
        acts: &[Act],
        scene: &Arc<Scene>,
        mut choose: impl FnMut(usize) -> usize,
    ) -> Played {
        let tasks: Vec<JoinHandle<String>> = acts
            .iter()
            .zip(&self.sides)
            .map(|(act, side)| {
                let (act, store, scene) = (*act, side.store.clone(), Arc::clone(scene));
                tokio::spawn(async move { act.run(&store, &scene).await })
            })
            .collect();
        let (mut choices, mut steps, mut blocked) = (Vec::new(), Vec::new(), 0);
        let counts = || self.sides.iter().map(|side| side.relay.commits());
        let (mut counted, mut committed) = (counts().collect::<Vec<_>>(), vec![None; acts.len()]);
        let mut by_word = None;
        loop {
            let states = self.settle(&tasks).await;
            for (side, count) in counts().enumerate().take(acts.len()) {
                if count > counted[side] {
                    counted[side] = count;
                    // Whoever waited for a lock got it after the commit that gave it free.
                    committed[side] = Some((steps.len(), by_word != Some(side)));
                }
            }
            let open: Vec<usize> = (0..states.len()).filter(|n| states[*n] == State::Open).collect();
            if open.is_empty() {
                break;
            }
            blocked += states.iter().filter(|state| **state == State::Blocked).count();
            let choice = choose(open.len()).min(open.len() - 1);
            choices.push((choice, open.len()));
            let side = open[choice];
            let Standing::Waiting(statement) = self.sides[side].relay.standing() else {
                panic!("an open side waits for its step")
            };
            by_word = (statement == "COMMIT").then_some(side);
            steps.push(format!("{side}: {:.60}", statement.split_whitespace().collect::<Vec<_>>().join(" ")));
            self.sides[side].relay.let_through();
        }
        let mut said = Vec::new();
        for task in tasks {
            said.push(task.await.unwrap());
        }
        let mut commits: Vec<usize> =
            (0..acts.len()).filter(|n| committed[*n].is_some() && said[*n] != "fault").collect();
        commits.sort_by_key(|n| committed[*n]);
        let commits =
            commits.chunk_by(|a, b| committed[*a] == committed[*b]).map(<[usize]>::to_vec).collect();
        Played { choices, steps, commits, said, blocked }
    }

    /// Waits until every side is over, waits for its step, or waits for a lock that another side holds. While nobody is
    /// open and somebody is blocked, a lock is just being handed over, or PostgreSQL has a deadlock to end.
    async fn settle(&self, tasks: &[JoinHandle<String>]) -> Vec<State> {
        loop {
            let mut states = Vec::new();
            for (task, side) in tasks.iter().zip(&self.sides) {
                let state = match side.relay.standing() {
                    Standing::Waiting(statement) if !self.steps_begin && statement.starts_with("BEGIN") => {
                        side.relay.let_through();
                        break;
                    }
                    Standing::Waiting(_) => State::Open,
                    Standing::Running if self.is_blocked(side).await => State::Blocked,
                    _ if task.is_finished() => State::Over,
                    _ => break,
                };
                states.push(state);
            }
            let is_settled = states.len() == tasks.len();
            let is_anybody = |wanted| states.contains(&wanted);
            if is_settled && (is_anybody(State::Open) || !is_anybody(State::Blocked)) {
                return states;
            }
            // Nobody can be waited for here: the client's next word, the server's answer or a lock may come first.
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Whether PostgreSQL says that it waits for one of the others.
    async fn is_blocked(&self, side: &Side) -> bool {
        let others: Vec<i32> = self.sides.iter().map(|side| side.relay.backend()).collect();
        sqlx::query_scalar("SELECT pg_blocking_pids($1) && $2")
            .bind(side.relay.backend())
            .bind(others)
            .fetch_one(&self.observer)
            .await
            .unwrap()
    }
}

/// The choices of the order after this one, as a walk through the tree of all orders; `None` after the last.
pub fn next(mut choices: Vec<(usize, usize)>) -> Option<Vec<usize>> {
    while let Some((taken, open)) = choices.pop() {
        if taken + 1 < open {
            return Some(choices.into_iter().map(|(taken, _)| taken).chain([taken + 1]).collect());
        }
    }
    None
}

#[test]
fn every_order_of_two_and_three_steps_is_walked_once() {
    let (mut chosen, mut orders) = (Vec::new(), Vec::new());
    loop {
        let (mut left, mut order, mut choices) = ([2, 3], String::new(), Vec::new());
        while left != [0, 0] {
            let open: Vec<usize> = (0..2).filter(|side| left[*side] > 0).collect();
            let choice: usize = chosen.get(choices.len()).copied().unwrap_or_default();
            choices.push((choice, open.len()));
            left[open[choice]] -= 1;
            order.push_str(&open[choice].to_string());
        }
        orders.push(order);
        match next(choices) {
            Some(choices) => chosen = choices,
            None => break,
        }
    }

    orders.sort();
    orders.dedup();
    assert_eq!(orders.len(), 10, "five steps, of which two are the first side's: {orders:?}");
}
