//! How much of something that takes long may go on at once: in all, and for one organisation, so that none keeps the
//! others from it. Whoever finds no share is told at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::TenantId;

/// The shares of one kind of work. Cheap to clone; clones are the same.
#[derive(Clone, Debug)]
pub struct Shares(Arc<Work>);

#[derive(Debug)]
struct Work {
    in_all: usize,
    of_one: usize,
    taken: Mutex<HashMap<TenantId, usize>>,
}

/// A share, until it is dropped.
#[derive(Debug)]
pub struct Share {
    of: Shares,
    tenant: TenantId,
}

impl Shares {
    /// So many in all, and so many for an organisation.
    pub fn new(in_all: usize, of_one: usize) -> Self {
        Self(Arc::new(Work { in_all, of_one, taken: Mutex::default() }))
    }

    /// A share for an organisation; `None` where too many are taken.
    pub fn take(&self, tenant: TenantId) -> Option<Share> {
        let mut taken = self.taken();
        let own = taken.get(&tenant).copied().unwrap_or_default();
        let is_free = own < self.0.of_one && taken.values().sum::<usize>() < self.0.in_all;
        is_free.then(|| {
            taken.insert(tenant, own + 1);
            Share { of: self.clone(), tenant }
        })
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<TenantId, usize>> {
        self.0.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut taken = self.of.taken();
        match taken.get_mut(&self.tenant) {
            Some(own) if *own > 1 => *own -= 1,
            _ => drop(taken.remove(&self.tenant)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn an_organisation_takes_its_part_and_leaves_the_rest_to_others() {
        let shares = Shares::new(3, 2);
        let [one, other, third] = [1, 2, 3].map(|number| TenantId(Uuid::from_u128(number)));

        let first = shares.take(one).expect("nobody else is there");
        let second = shares.take(one).expect("its second");
        assert!(shares.take(one).is_none(), "it has its part");
        let last = shares.take(other).expect("the last of all");
        assert!(shares.take(third).is_none(), "none is left");

        drop(first);
        assert!(shares.take(third).is_some(), "the one that was given back, and that one again");
        drop((second, last));
        assert!(shares.taken().is_empty(), "nobody is remembered");
    }
}
