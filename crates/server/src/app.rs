//! The one concrete application: everything a request needs, made once.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use bytes::Bytes;
use domain::link::Purpose;
use domain::permission::Edition;
use domain::{
    AllowedRegistrant, AppId, Fact, Meeting, MeetingId, PersonId, RegistrantId, Registration, RegistrationId,
    RegistrationKind, TenantId,
};
use jiff::SignedDuration;
use pages::Language;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use store::{Fault, Hosted, Store, SubscriptionLimits};
use wire::registrant::ListEdition;

use crate::attend::room::Rooms;
use crate::auth::Verifier;
use crate::client_address::TrustedProxies;
use crate::clock::{Clock, Source};
use crate::config::Listen;
use crate::connections::Limits;
use crate::courier::Courier;
use crate::erasures::Erasures;
use crate::graph::{Budgets, Place};
use crate::guard::Guard;
use crate::house::Houses;
use crate::mailroom::{LetterLinks, Mailroom};
use crate::ops::Sample;
use crate::returning::ReturnDesk;
use crate::shares::Shares;
use crate::sign_in::SignIn;
use crate::turnstile::Turnstile;
use crate::visits::Visits;

/// The application. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// What the application is made of.
pub struct Parts {
    /// The database.
    pub store: Store,
    /// The time.
    pub clock: Clock,
    /// Ids and randomness.
    pub ids: Source,
    /// Who is asking.
    pub verifier: Verifier,
    /// How people sign in on pages.
    pub sign_in: Arc<SignIn>,
    /// Where enrolments queue.
    pub turnstile: Turnstile,
    /// Where letters leave.
    pub mailroom: Mailroom,
    /// Where change notifications leave.
    pub courier: Courier,
    /// Where whoever is registered and comes again is seen to.
    pub returning: ReturnDesk,
    /// Who asks too often.
    pub guard: Arc<Guard>,
    /// Behaviour that configuration decides.
    pub settings: Settings,
    /// What was learned for the enrol path.
    pub memory: Memory,
    /// The meetings that the first page of the demo leads to; nobody else has any.
    pub samples: OnceLock<Vec<Sample>>,
}

/// Behaviour that configuration decides.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Address of the service without a slash at its end.
    pub public_url: String,
    /// Address that Graph-shaped join links begin with.
    pub join_base: String,
    /// What contexts say instead of our own root.
    pub metadata_root: Option<String>,
    /// The permission table in force.
    pub permissions: Edition,
    /// How lists are filled.
    pub lists: ListEdition,
    /// How long before the start the join gate opens where the meeting does not say, in minutes.
    pub opens_minutes_before: i64,
    /// Whether a link lets one device in at a time where the meeting does not say.
    pub one_device: bool,
    /// How long such a device counts as being in after it passed the join gate.
    pub device: SignedDuration,
    /// Rooms that ask who is coming.
    pub rooms: Rooms,
    /// Where what comes back about letters is taken.
    pub lmtp: Option<Listen>,
    /// Longest request body, in bytes.
    pub max_body_bytes: usize,
    /// Who is believed about the addresses of clients.
    pub trusted_proxies: TrustedProxies,
    /// What clients may take of the listener.
    pub limits: Limits,
    /// How much each may ask in a minute.
    pub budgets: Budgets,
    /// How many subscriptions there may be.
    pub subscriptions: SubscriptionLimits,
    /// Each organisation's language, for where nobody asks for another.
    pub languages: HashMap<TenantId, Language>,
    /// What each organisation's pages and letters have of their own.
    pub houses: Houses,
    /// Whether a person unknown to the directory is taken from their own verified token.
    pub people_from_claims: bool,
    /// Where it is noted who had their data erased.
    pub erasures: Erasures,
}

/// What the enrol path remembers. Whatever is decided on it is held against the versions in the database
/// inside the transaction, so that stale memory costs a second look and never a wrong answer.
pub struct Memory {
    hosted: Cache<MeetingId, Arc<Hosted>, ByLength>,
    access: Cache<AccessKey, i64>,
    accounts: Cache<(TenantId, PersonId), i64>,
    views: Mutex<HashMap<(MeetingId, RegistrationId), i64>>,
    /// Who was counted among them today.
    pub(crate) visits: Visits,
    /// In which minute somebody was last let in.
    pub(crate) passes: Cache<RegistrantId, i64>,
    /// Exports that are being read.
    pub(crate) exports: Shares,
    /// Receivers that are being asked whether they want to be called.
    pub(crate) validations: Shares,
    /// The description of the service, once somebody asked for it.
    pub(crate) description: OnceLock<Bytes>,
}

type AccessKey = (TenantId, AppId, PersonId);

/// How many exports may be read at once, and how many of an organisation's: each holds some pages in memory.
const EXPORTS: usize = 16;
const EXPORTS_OF_A_TENANT: usize = 4;
/// How many receivers may be asked at once: each look-up of a name holds a thread until the system gives up.
const VALIDATIONS: usize = 32;
const VALIDATIONS_OF_A_TENANT: usize = 4;

/// How much memory remembered meetings may take, about.
const MEETINGS_BYTES: u64 = 32 << 20;

/// Weighs a meeting by the texts it holds: a registration with every question and option is several megabytes.
#[derive(Clone)]
struct ByLength;

impl Weighter<MeetingId, Arc<Hosted>> for ByLength {
    fn weight(&self, _: &MeetingId, hosted: &Arc<Hosted>) -> u64 {
        let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        let people = hosted.meeting.attendees.len() * 500;
        let texts = match hosted.registration.as_ref().map(|registration| &registration.kind) {
            Some(RegistrationKind::BuiltIn(built_in)) => {
                let speakers = built_in.speakers.iter().map(|speaker| length(&speaker.bio) + 500);
                let questions = built_in.questions.iter().map(|question| {
                    question.input.options().iter().map(|option| option.len() + 24).sum::<usize>() + 500
                });
                length(&built_in.description) + speakers.sum::<usize>() + questions.sum::<usize>()
            }
            Some(RegistrationKind::External) | None => 0,
        };
        (2_000 + people + texts) as u64
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            hosted: Cache::with_weighter(2_000, MEETINGS_BYTES, ByLength),
            access: Cache::new(10_000),
            accounts: Cache::new(10_000),
            views: Mutex::default(),
            visits: Visits::default(),
            passes: Cache::new(20_000),
            exports: Shares::new(EXPORTS, EXPORTS_OF_A_TENANT),
            validations: Shares::new(VALIDATIONS, VALIDATIONS_OF_A_TENANT),
            description: OnceLock::new(),
        }
    }
}

impl Memory {
    /// Counts a look at a sign-up page. The count waits here for [`App::store_views`]: showing a page never
    /// writes.
    pub fn count_view(&self, meeting: MeetingId, registration: RegistrationId) {
        *self.views().entry((meeting, registration)).or_default() += 1;
    }

    /// Looks that are counted and not stored yet.
    pub fn waiting_views(&self, meeting: MeetingId, registration: RegistrationId) -> i64 {
        self.views().get(&(meeting, registration)).copied().unwrap_or_default()
    }

    fn views(&self) -> MutexGuard<'_, HashMap<(MeetingId, RegistrationId), i64>> {
        self.views.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Settings {
    /// Whether browsers reach the service encrypted.
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

impl App {
    /// Puts the parts together.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// Marks a change made now.
    pub fn fact(&self, actor: String) -> Fact {
        let at = self.clock.now();
        Fact { id: self.ids.ordered_id(at), at, actor }
    }

    /// The meeting and its registration, possibly as they were a moment ago. Only meetings with a
    /// registration are remembered: that none is there could not be held against a version.
    ///
    /// What these three ask of the database they seldom ask, and so in a box: whoever waits for a place takes no room for it.
    pub async fn recall_hosted(&self, meeting: MeetingId) -> Result<Option<Arc<Hosted>>, Fault> {
        if let Some(hosted) = self.memory.hosted.get(&meeting) {
            return Ok(Some(hosted));
        }
        let hosted = Box::pin(self.store.find_hosted(meeting)).await?.map(Arc::new);
        if let Some(hosted) = hosted.as_ref().filter(|hosted| hosted.registration.is_some()) {
            self.memory.hosted.insert(meeting, Arc::clone(hosted));
        }
        Ok(hosted)
    }

    /// Forgets what was remembered of a meeting: after each change, and when a decision proved stale.
    pub fn forget(&self, meeting: MeetingId) {
        self.memory.hosted.remove(&meeting);
    }

    /// Stores the looks at sign-up pages that were counted since the last time. What cannot be stored waits on.
    pub async fn store_views(&self) -> Result<(), Fault> {
        let counted: Vec<_> = self.memory.views().drain().collect();
        if counted.is_empty() {
            return Ok(());
        }
        let stored = self.store.add_views(&counted).await;
        if stored.is_err() {
            let mut views = self.memory.views();
            for (page, looks) in counted {
                *views.entry(page).or_default() += looks;
            }
        }
        stored
    }

    /// The version of the directory by which the application may act for the organizer; `None` when it may
    /// not. A "yes" may be as old as its version says, a "no" is always fresh.
    pub async fn recall_access(
        &self,
        tenant: TenantId,
        app: &AppId,
        organizer: PersonId,
    ) -> Result<Option<i64>, Fault> {
        let key = (tenant, app.clone(), organizer);
        if let Some(version) = self.memory.access.get(&key) {
            return Ok(Some(version));
        }
        let (is_allowed, version) = Box::pin(self.store.may_act_for(tenant, app, organizer)).await?;
        if is_allowed {
            self.memory.access.insert(key, version);
        }
        Ok(is_allowed.then_some(version))
    }

    /// The version of the directory by which the person's account may be used: the directory does not know it as
    /// disabled. `None` when it does. A "yes" may be as old as its version says, a "no" is always fresh.
    pub async fn recall_account(&self, tenant: TenantId, person: PersonId) -> Result<Option<i64>, Fault> {
        if let Some(version) = self.memory.accounts.get(&(tenant, person)) {
            return Ok(Some(version));
        }
        let view = Box::pin(self.store.find_person(tenant, person)).await?;
        let is_disabled = view.person.is_some_and(|person| !person.is_active);
        if !is_disabled {
            self.memory.accounts.insert((tenant, person), view.version);
        }
        Ok((!is_disabled).then_some(view.version))
    }

    /// Forgets that the person's account may be used.
    pub fn forget_account(&self, tenant: TenantId, person: PersonId) {
        self.memory.accounts.remove(&(tenant, person));
    }

    /// The join link of a registrant in Graph's spelling. `prid` is the registrant's id as the caller knows it.
    pub fn graph_link(
        &self,
        meeting: &Meeting,
        registration: &Registration,
        prid: &str,
        place: Place,
    ) -> String {
        let seal = self.links().key.seal_beside(Purpose::Join, &place.link(meeting.id));
        let is_public = registration.allowed_registrant == AllowedRegistrant::Everyone;
        wire::links::personal_join(&self.settings.join_base, meeting, prid, is_public, &seal)
    }

    /// Wakes the mailroom: letters were queued.
    pub fn mail_waits(&self) {
        self.mailroom.nudge_for_everybody();
    }

    /// The links that mails carry.
    pub fn links(&self) -> &LetterLinks {
        self.mailroom.links()
    }

    /// Forgets that the application may act for the organizer.
    pub fn forget_access(&self, tenant: TenantId, app: &AppId, organizer: PersonId) {
        self.memory.access.remove(&(tenant, app.clone(), organizer));
    }
}
