//! What limits remember of whom they count, in memory that does not grow with the number of those who ask.

use std::convert::Infallible;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use governor::nanos::Nanos;
use governor::state::StateStore;
use quick_cache::sync::Cache;

/// So many are remembered by each limit. Beyond that those that were quiet longest start anew.
const CAPACITY: usize = 20_000;

/// The state of each.
pub(crate) struct Cells<K>(Cache<K, Arc<Mutex<Option<Nanos>>>>);

impl<K: Hash + Eq + Clone> Cells<K> {
    /// Of nobody yet.
    pub(crate) fn new() -> Self {
        Self(Cache::new(CAPACITY))
    }
}

impl<K: Hash + Eq + Clone> StateStore for Cells<K> {
    type Key = K;

    fn measure_and_replace<T, F, E>(&self, key: &K, measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let Ok(cell) = self.0.get_or_insert_with(key, || Ok::<_, Infallible>(Arc::default()));
        let mut cell = cell.lock().unwrap_or_else(PoisonError::into_inner);
        let (outcome, next) = measure(*cell)?;
        *cell = Some(next);
        Ok(outcome)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_stays_bounded_however_many_there_are() {
        let cells = Cells::new();
        for n in 0..3 * CAPACITY {
            cells.measure_and_replace(&n, |_| Ok::<_, Infallible>(((), Nanos::new(1)))).unwrap();
        }

        assert!((CAPACITY / 2..=CAPACITY).contains(&cells.0.len()), "{}", cells.0.len());
    }
}
