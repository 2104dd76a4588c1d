//! Turns for looking through lists. What they all take is a part of the connections, so that nobody else waits for a search;
//! and a tenant has one at a time, so that nobody waits for all the searches of another.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::TenantId;
use tokio::sync::{Semaphore, SemaphorePermit};

/// The turns of a process. Whoever waits has a place; a tenant who has none takes no memory.
#[derive(Debug)]
pub(crate) struct Turns {
    /// Those who are first of their tenant stand here in order of arrival, and so there is one of each tenant at most.
    all: Semaphore,
    /// The others of each stand here.
    lines: Mutex<HashMap<TenantId, Arc<Semaphore>>>,
}

/// A place in the line of a tenant. It is given up by dropping it, at any time.
#[derive(Debug)]
pub(crate) struct Place<'t> {
    turns: &'t Turns,
    tenant: TenantId,
    line: Arc<Semaphore>,
}

/// A turn, until it is dropped: first for everybody, then for whoever is next of the tenant.
#[derive(Debug)]
pub(crate) struct Turn<'p> {
    _of_all: SemaphorePermit<'p>,
    _of_tenant: SemaphorePermit<'p>,
}

impl Turns {
    /// As many as half of so many connections.
    pub(crate) fn among(connections: u32) -> Arc<Self> {
        let all = Semaphore::new((connections as usize / 2).max(1));
        Arc::new(Self { all, lines: Mutex::default() })
    }

    /// A place behind whoever else of the tenant has one.
    pub(crate) fn place(&self, tenant: TenantId) -> Place<'_> {
        let line = Arc::clone(self.lines().entry(tenant).or_insert_with(|| Arc::new(Semaphore::new(1))));
        Place { turns: self, tenant, line }
    }

    fn lines(&self) -> MutexGuard<'_, HashMap<TenantId, Arc<Semaphore>>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place<'_> {
    /// Waits for the turn. `None` is never given: turns come to no end.
    pub(crate) async fn turn(&self) -> Option<Turn<'_>> {
        let of_tenant = self.line.acquire().await.ok()?;
        let of_all = self.turns.all.acquire().await.ok()?;
        Some(Turn { _of_all: of_all, _of_tenant: of_tenant })
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut lines = self.turns.lines();
        // The other one is the map's own: places are given under the same lock.
        if Arc::strong_count(&self.line) == 2 {
            lines.remove(&self.tenant);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::{Pin, pin};
    use std::task::{Context, Poll, Waker};

    use domain::query::{Comparison, Filter, Literal, Property};
    use domain::{AllowedRegistrant, MeetingId, Registration, RegistrationId, RegistrationKind};
    use uuid::Uuid;

    use super::*;
    use crate::{Listing, Store};

    /// The turn, if it has come.
    fn now<'p>(waiting: Pin<&mut impl Future<Output = Option<Turn<'p>>>>) -> Option<Turn<'p>> {
        match waiting.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(turn) => turn,
            Poll::Pending => None,
        }
    }

    #[test]
    fn a_tenant_has_one_turn_at_a_time_and_whoever_waits_for_them_is_next() {
        let turns = Turns::among(4);
        let [busy, other, third] = [1, 2, 3].map(|number| TenantId(Uuid::from_u128(number)));
        let places = [busy, busy, busy, other, third].map(|tenant| turns.place(tenant));
        let [first, second, last, of_other, of_third] = &places;
        let (mut second, mut last) = (pin!(second.turn()), pin!(last.turn()));
        let mut of_third = pin!(of_third.turn());

        let first = now(pin!(first.turn())).expect("nobody else is there");
        assert!(now(second.as_mut()).is_none() && now(last.as_mut()).is_none(), "one of each");
        let of_other = now(pin!(of_other.turn())).expect("the control: there was a second turn");
        assert!(now(of_third.as_mut()).is_none(), "and no other");

        drop(first);
        assert!(now(second.as_mut()).is_none(), "others came before");
        let of_third = now(of_third.as_mut()).expect("the one that was given back");
        drop(of_other);
        let second = now(second.as_mut()).expect("the next of the tenant");
        drop(of_third);
        assert!(now(last.as_mut()).is_none(), "still one of each");
        drop(second);
        assert!(now(last.as_mut()).is_some());
    }

    #[test]
    fn who_went_away_leaves_nothing() {
        let turns = Turns::among(4);
        let tenant = TenantId(Uuid::nil());
        let (stays, goes) = (turns.place(tenant), turns.place(tenant));
        let turn = now(pin!(stays.turn()));
        assert!(now(pin!(goes.turn())).is_none());

        drop(goes);
        assert_eq!(turns.lines().len(), 1, "somebody is there");
        assert!(now(pin!(turns.place(tenant).turn())).is_none(), "the control: it is the same line");
        drop(turn);
        drop(stays);
        assert!(turns.lines().is_empty());
    }

    #[tokio::test]
    async fn a_search_waits_for_its_own_tenant_alone() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_sqlite(&folder.path().join("turns.db")).await.unwrap();
        let registration = Registration {
            id: RegistrationId(Uuid::nil()),
            meeting: MeetingId(Uuid::nil()),
            allowed_registrant: AllowedRegistrant::Everyone,
            kind: RegistrationKind::BuiltIn(Box::default()),
            version: 1,
        };
        let filter = Filter::Compare(Property::LastName, Comparison::Ne, Literal::Null);
        let search = |tenant| {
            let (registration, filter) = (&registration, Some(&filter));
            store.count_registrants_by(Listing { tenant, registration, filter, orders: &[] })
        };
        let [busy, other] = [1, 2].map(|number| TenantId(Uuid::from_u128(number)));
        let place = store.searches.place(busy);
        let turn = now(pin!(place.turn())).expect("nobody else is there");
        let mut waits = pin!(search(busy));

        for _ in 0..3 {
            tokio::select! {
                biased;
                found = &mut waits => panic!("it is not its turn: {found:?}"),
                found = search(other) => assert_eq!(found.unwrap(), 0),
            }
        }
        drop(turn);
        assert_eq!(waits.await.unwrap(), 0);
    }
}
