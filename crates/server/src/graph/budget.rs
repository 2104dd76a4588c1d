//! How much each application, organisation and address may ask in a minute. Counted before anything is done for a request,
//! in memory that does not grow; configuration section `[limits]`.

use std::fmt;
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use domain::{AppId, Caller, FieldProblem, Operation, PersonId, ProblemCode, TenantId};
use governor::clock::Clock as _;
use governor::middleware::StateInformationMiddleware;
use governor::{Quota, RateLimiter};
use http::{HeaderMap, HeaderName, HeaderValue, header};

use wire::many::ROWS;

use crate::cells::Cells;
use crate::client::{Client, Prefix};
use crate::clock::{Clock, Ticks};
use crate::config::Limits;
use crate::error::ApiError;

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// Graph's own: how much of the budget is used, from four fifths on; and whose is used up.
const PERCENTAGE: HeaderName = HeaderName::from_static("x-ms-throttle-limit-percentage");
const SCOPE: HeaderName = HeaderName::from_static("x-ms-throttle-scope");

/// The budgets of everybody, and what was used of them. Cheap to clone.
#[derive(Clone)]
pub struct Budgets(Arc<Parts>);

struct Parts {
    apps: Option<Keyed<AppKey>>,
    tenants: Option<Keyed<TenantId>>,
    addresses: Option<Keyed<Prefix>>,
    policy: HeaderValue,
}

/// The budgets of one kind, and how large each is.
struct Keyed<K: Hash + Eq + Clone> {
    limiter: RateLimiter<K, Cells<K>, Ticks, StateInformationMiddleware>,
    per_minute: u32,
}

/// Whom an application's budget belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum AppKey {
    App(TenantId, AppId),
    Person(TenantId, PersonId),
}

/// Whose budget it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// An application's.
    App,
    /// An organisation's.
    Tenant,
    /// A client address's.
    Address,
}

impl Scope {
    fn name(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Tenant => "tenant",
            Self::Address => "address",
        }
    }

    /// Graph's word for it.
    fn graph_name(self) -> &'static str {
        match self {
            Self::App => "Tenant_Application",
            Self::Tenant => "Tenant",
            Self::Address => "Address",
        }
    }
}

impl Excess {
    /// What is left: nothing.
    pub fn left(self) -> Left {
        Left { scope: self.scope, per_minute: self.per_minute, left: 0 }
    }
}

/// A budget that is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Excess {
    /// Whose.
    pub scope: Scope,
    /// How many requests a minute it is.
    pub per_minute: u32,
    /// How long until there is one again.
    pub wait: Duration,
}

/// What is left of the scarcest budget of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    scope: Scope,
    per_minute: u32,
    left: u32,
}

impl Budgets {
    /// The budgets of a configuration, by that clock.
    pub fn new(limits: &Limits, clock: &Clock) -> Self {
        let told = [
            (Scope::App, limits.app_per_minute),
            (Scope::Tenant, limits.tenant_per_minute),
            (Scope::Address, limits.address_per_minute),
        ];
        let told = told.iter().filter(|(_, quota)| *quota > 0);
        let policy: Vec<String> =
            told.map(|(scope, quota)| format!("\"{}\";q={quota};w=60", scope.name())).collect();
        Self(Arc::new(Parts {
            apps: keyed(limits.app_per_minute, clock),
            tenants: keyed(limits.tenant_per_minute, clock),
            addresses: keyed(limits.address_per_minute, clock),
            policy: HeaderValue::from_str(&policy.join(", ")).expect("names and numbers make a header"),
        }))
    }

    /// Counts a request from that address.
    pub fn take_address(&self, address: IpAddr) -> Result<Option<Left>, ApiError> {
        take(Scope::Address, self.0.addresses.as_ref(), &Client::of(address).address)
    }

    /// Counts a request of that caller.
    pub fn take_caller(&self, caller: &Caller) -> Result<Option<Left>, ApiError> {
        let of_app = take(Scope::App, self.0.apps.as_ref(), &app_key(caller))?;
        let of_tenant = take(Scope::Tenant, self.0.tenants.as_ref(), &caller.tenant())?;
        Ok(scarcest([of_app, of_tenant]))
    }

    /// Counts an operation that weighs more than one request, at most as a minute's budget. What is left.
    pub fn take_weight(&self, caller: &Caller, operation: Operation) -> Result<Option<Left>, ApiError> {
        let Some(more) = NonZeroU32::new(operation.weight() - 1) else { return Ok(None) };
        let of_app = take_more(Scope::App, self.0.apps.as_ref(), &app_key(caller), more)?;
        let of_tenant = take_more(Scope::Tenant, self.0.tenants.as_ref(), &caller.tenant(), more)?;
        Ok(scarcest([of_app, of_tenant]))
    }

    /// Counts what a request holds beyond itself: so many more of that caller. A refusal where a minute's budget could
    /// never hold as many.
    pub fn take_rows(&self, caller: &Caller, rows: usize) -> Result<(), ApiError> {
        let Some(rows) = u32::try_from(rows).ok().and_then(NonZeroU32::new) else { return Ok(()) };
        take_many(Scope::App, self.0.apps.as_ref(), &app_key(caller), rows)?;
        take_many(Scope::Tenant, self.0.tenants.as_ref(), &caller.tenant(), rows)
    }

    /// Tells what the budgets are, and what is left.
    pub fn tell(&self, left: Option<Left>, headers: &mut HeaderMap) {
        let Some(Left { scope, per_minute, left }) = left else { return };
        headers.insert(RATE_LIMIT_POLICY, self.0.policy.clone());
        let used = per_minute - left.min(per_minute);
        let until_full = (u64::from(used) * 60).div_ceil(u64::from(per_minute));
        if let Ok(value) = HeaderValue::from_maybe_shared(write(scope, left, until_full)) {
            headers.insert(RATE_LIMIT, value);
        }
        let share = f64::from(used) / f64::from(per_minute);
        if share >= 0.8
            && let Ok(value) = HeaderValue::from_str(&format!("{share:.2}"))
        {
            headers.insert(PERCENTAGE, value);
        }
        if headers.contains_key(header::RETRY_AFTER) {
            headers.insert(SCOPE, HeaderValue::from_static(scope.graph_name()));
        }
    }
}

impl fmt::Debug for Budgets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Budgets").field(&self.0.policy).finish()
    }
}

/// `"app";r=299000;t=1`. Every answer has it, so it is put together in one piece of memory.
fn write(scope: Scope, left: u32, until_full: u64) -> Bytes {
    let (mut room_of_left, mut room_of_wait) = (itoa::Buffer::new(), itoa::Buffer::new());
    let parts =
        ["\"", scope.name(), "\";r=", room_of_left.format(left), ";t=", room_of_wait.format(until_full)];
    Bytes::from(parts.concat())
}

/// The one of which the least is left.
pub fn scarcest<const N: usize>(left: [Option<Left>; N]) -> Option<Left> {
    let share = |left: &Left| u64::from(left.left) * 1_000_000 / u64::from(left.per_minute);
    left.into_iter().flatten().min_by_key(share)
}

fn keyed<K: Hash + Eq + Clone>(per_minute: u32, clock: &Clock) -> Option<Keyed<K>> {
    let quota = Quota::per_minute(NonZeroU32::new(per_minute)?);
    Some(Keyed { limiter: RateLimiter::new(quota, Cells::new(), Ticks(clock.clone())), per_minute })
}

fn app_key(caller: &Caller) -> AppKey {
    let tenant = caller.tenant();
    match caller {
        Caller::Application(caller) => AppKey::App(tenant, caller.app.clone()),
        Caller::Delegated(caller) => match &caller.app {
            Some(app) => AppKey::App(tenant, app.clone()),
            None => AppKey::Person(tenant, caller.person),
        },
    }
}

fn take_many<K: Hash + Eq + Clone>(
    scope: Scope,
    budget: Option<&Keyed<K>>,
    key: &K,
    rows: NonZeroU32,
) -> Result<(), ApiError> {
    let Some(Keyed { limiter, per_minute }) = budget else { return Ok(()) };
    match limiter.check_key_n(key, rows) {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(until)) => {
            let wait = until.wait_time_from(limiter.clock().now());
            Err(ApiError::Throttled(Excess { scope, per_minute: *per_minute, wait }))
        }
        Err(most) => Err(ApiError::from(vec![FieldProblem::new(
            ROWS,
            ProblemCode::TooLong,
            format!("`{ROWS}` has more rows than the budget of a minute, which is {}", most.0),
        )])),
    }
}

/// What a request weighs beyond itself, which is counted already.
fn take_more<K: Hash + Eq + Clone>(
    scope: Scope,
    budget: Option<&Keyed<K>>,
    key: &K,
    more: NonZeroU32,
) -> Result<Option<Left>, ApiError> {
    let Some(Keyed { limiter, per_minute }) = budget else { return Ok(None) };
    let Some(more) = NonZeroU32::new(more.get().min(per_minute - 1)) else { return Ok(None) };
    match limiter.check_key_n(key, more) {
        Ok(Ok(state)) => {
            Ok(Some(Left { scope, per_minute: *per_minute, left: state.remaining_burst_capacity() }))
        }
        Ok(Err(until)) => {
            let wait = until.wait_time_from(limiter.clock().now());
            Err(ApiError::Throttled(Excess { scope, per_minute: *per_minute, wait }))
        }
        // No more is asked than a budget can hold.
        Err(_) => Ok(None),
    }
}

fn take<K: Hash + Eq + Clone>(
    scope: Scope,
    budget: Option<&Keyed<K>>,
    key: &K,
) -> Result<Option<Left>, ApiError> {
    let Some(Keyed { limiter, per_minute }) = budget else { return Ok(None) };
    match limiter.check_key(key) {
        Ok(state) => {
            Ok(Some(Left { scope, per_minute: *per_minute, left: state.remaining_burst_capacity() }))
        }
        Err(until) => {
            let wait = until.wait_time_from(limiter.clock().now());
            Err(ApiError::Throttled(Excess { scope, per_minute: *per_minute, wait }))
        }
    }
}
