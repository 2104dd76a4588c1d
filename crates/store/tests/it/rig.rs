//! A database of its own for every case, and the furniture that cases need.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::enrolment::{IdempotencyKey, Named};
use domain::{
    AllowedRegistrant, BuiltIn, Email, Enrolment, Fact, Meeting, MeetingId, MeetingSettings, Person,
    PersonId, RegistrantId, Registration, RegistrationId, RegistrationKind, TenantId,
};
use jiff::{SignedDuration, Timestamp};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, PgPool, Postgres, SqlitePool, Transaction, query, query_scalar, raw_sql};
use store::{Store, Tenant, Verdict};
use tempfile::TempDir;
use testpg::{Cluster, Scratch};
use uuid::Uuid;

/// A migrated database that nobody else uses.
pub struct Rig {
    pub store: Store,
    /// Past the store, for what no operation tells and for the controls.
    pub raw: Raw,
    home: Home,
}

/// The database itself.
#[derive(Clone, Debug)]
pub enum Raw {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

const FILE: &str = "case.db";

impl Raw {
    /// The number that a query about a meeting gives: `$1` is its slot, `$2` its id.
    pub async fn count(&self, text: &str, meeting: MeetingId) -> i64 {
        let (text, slot) = (AssertSqlSafe(text.to_owned()), meeting.slot().number());
        match self {
            Self::Sqlite(pool) => query_scalar(text).bind(slot).bind(meeting.0).fetch_one(pool).await,
            Self::Postgres(pool) => query_scalar(text).bind(slot).bind(meeting.0).fetch_one(pool).await,
        }
        .unwrap()
    }

    /// Changes the schema.
    pub async fn execute_text(&self, text: &'static str) {
        match self {
            Self::Sqlite(pool) => query(text).execute(pool).await.map(drop).unwrap(),
            Self::Postgres(pool) => query(text).execute(pool).await.map(drop).unwrap(),
        }
    }

    /// Lets the engine count what its tables hold, from which it plans.
    pub async fn analyze(&self) {
        match self {
            Self::Sqlite(pool) => query("ANALYZE").execute(pool).await.map(drop).unwrap(),
            Self::Postgres(pool) => query("ANALYZE").execute(pool).await.map(drop).unwrap(),
        }
    }

    /// Changes something of a meeting: `$1` is its slot, `$2` its id, `$3` an id that nothing else bears.
    pub async fn execute(&self, text: &str, meeting: MeetingId) {
        let (text, slot, fresh) = (AssertSqlSafe(text.to_owned()), meeting.slot().number(), fresh_id());
        match self {
            Self::Sqlite(pool) => {
                query(text).bind(slot).bind(meeting.0).bind(fresh).execute(pool).await.map(drop).unwrap();
            }
            Self::Postgres(pool) => {
                query(text).bind(slot).bind(meeting.0).bind(fresh).execute(pool).await.map(drop).unwrap();
            }
        }
    }
}

enum Home {
    File(TempDir),
    Server(Scratch),
    /// One that stays, by its address.
    Elsewhere(String),
}

/// A meeting with a live registration.
#[derive(Clone, Debug)]
pub struct Stage {
    pub meeting: Meeting,
    pub registration: Registration,
}

/// What is stored about a meeting, counted in the tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub rows: i64,
    pub live: i64,
    pub seats_taken: i64,
    pub registrant_count: i64,
    pub confirmations: i64,
    pub cancellations: i64,
    pub enrolled: i64,
    pub canceled: i64,
}

pub const TENANT: TenantId = TenantId(Uuid::from_u128(0x0a11_ce00));
pub const ORGANIZER: PersonId = PersonId(Uuid::from_u128(0x0b0b_0000));

/// Ids that nothing else in this process bears, in the order in which they were asked for.
pub fn fresh_id() -> Uuid {
    static LAST: AtomicU64 = AtomicU64::new(1);
    let number = LAST.fetch_add(1, Ordering::Relaxed);
    uuid::Builder::from_unix_timestamp_millis(number, &[0x5a; 10]).into_uuid()
}

/// So many seconds after the moment at which every case begins.
pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_803_000_000 + seconds).unwrap()
}

pub fn fact(seconds: i64) -> Fact {
    Fact { id: fresh_id(), at: at(seconds), actor: "person:case".to_owned() }
}

/// The person of that number, by name and address.
pub fn named(number: usize) -> Person {
    let email = Email::parse(&format!("p{number}@pinewater.example")).unwrap();
    let named = Named { first_name: format!("First{number}"), last_name: format!("Last{number}"), email };
    Person::Named { named, user: None }
}

/// The person of that number, as another system knows them.
pub fn external(number: usize) -> Person {
    Person::External { external_id: format!("crm/{number}"), user: None }
}

/// A key for retries and the request it stands for.
pub fn key(key: u8, request: u8, expires_at: Timestamp) -> Option<IdempotencyKey> {
    Some(IdempotencyKey { key: [key; 32], request: [request; 32], expires_at })
}

pub fn meeting() -> Meeting {
    let id = fresh_id();
    // Folded over, so that meetings are spread over the slots.
    let random = (id.as_u128().wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)).to_be_bytes();
    Meeting {
        id: MeetingId::from_random(random),
        tenant: TENANT,
        organizer: ORGANIZER,
        created_at: at(-600),
        start_at: at(3_600),
        end_at: at(7_200),
        subject: Some("Reading a river".to_owned()),
        join_url: Some("https://meet.example/river".to_owned()),
        join_meeting_id: format!("4{:010}", id.as_u128() >> 80),
        passcode: None,
        external_id: None,
        attendees: Vec::new(),
        settings: MeetingSettings::default(),
        version: 1,
    }
}

/// A built-in registration for everyone.
pub fn registration(meeting: MeetingId, capacity: Option<u32>) -> Registration {
    let built_in = BuiltIn { capacity, ..BuiltIn::default() };
    Registration {
        id: RegistrationId(fresh_id()),
        meeting,
        allowed_registrant: AllowedRegistrant::Everyone,
        kind: RegistrationKind::BuiltIn(Box::new(built_in)),
        version: 1,
    }
}

/// The ids of those who got a place.
pub fn seated(verdicts: &[Verdict]) -> Vec<RegistrantId> {
    verdicts
        .iter()
        .filter_map(|verdict| match verdict {
            Verdict::Seated(id) => Some(*id),
            _ => None,
        })
        .collect()
}

impl Rig {
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(FILE);
        let store = Store::open_sqlite(&file).await.unwrap();
        store.put_tenant(&tenant(TENANT, "Pinewater")).await.unwrap();
        let options = SqliteConnectOptions::new().filename(&file).pragma("automatic_index", "OFF");
        let raw = SqlitePool::connect_lazy_with(options);
        Self { store, raw: Raw::Sqlite(raw), home: Home::File(folder) }
    }

    pub async fn postgres() -> Self {
        let scratch = Cluster::shared().create();
        let store = Store::open_postgres(&scratch.url(), None, 10).await.unwrap();
        store.put_tenant(&tenant(TENANT, "Pinewater")).await.unwrap();
        let raw = PgPool::connect_lazy(&scratch.url()).unwrap();
        Self { store, raw: Raw::Postgres(raw), home: Home::Server(scratch) }
    }

    /// The database under this store while the next version is brought in: it has taken a step, and this store goes on.
    pub async fn one_step_ahead(self) -> Self {
        let tables = match &self.raw {
            Raw::Sqlite(pool) => {
                let text = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_sqlx%' ESCAPE '\\'";
                query_scalar::<_, String>(text).fetch_all(pool).await
            }
            Raw::Postgres(pool) => {
                let text = "SELECT CAST(table_name AS TEXT) FROM information_schema.tables
                    WHERE table_schema = 'public' AND table_name NOT LIKE '\\_sqlx%'";
                query_scalar::<_, String>(text).fetch_all(pool).await
            }
        }
        .unwrap();
        assert!(tables.len() > 10, "{tables:?}");
        let mut step = "CREATE TABLE later (later_id BIGINT NOT NULL PRIMARY KEY);".to_owned();
        for table in tables {
            step += &format!("ALTER TABLE {table} ADD COLUMN later_note TEXT;");
            step += &format!("ALTER TABLE {table} ADD COLUMN later_count BIGINT NOT NULL DEFAULT 0;");
        }
        match &self.raw {
            Raw::Sqlite(pool) => raw_sql(AssertSqlSafe(step)).execute(pool).await.map(drop).unwrap(),
            Raw::Postgres(pool) => raw_sql(AssertSqlSafe(step)).execute(pool).await.map(drop).unwrap(),
        }
        self.take_unknown_step(9_999, "later").await;
        self
    }

    /// Remembers a step that this version does not know.
    pub async fn take_unknown_step(&self, version: i64, name: &str) {
        let text = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
            VALUES ($1, $2, TRUE, $3, 0)";
        let sum = vec![0_u8];
        match &self.raw {
            Raw::Sqlite(pool) => {
                query(text).bind(version).bind(name).bind(sum).execute(pool).await.map(drop).unwrap();
            }
            Raw::Postgres(pool) => {
                query(text).bind(version).bind(name).bind(sum).execute(pool).await.map(drop).unwrap();
            }
        }
    }

    /// A database that was opened otherwise.
    pub async fn on(store: Store, raw: PgPool, scratch: Scratch) -> Self {
        store.put_tenant(&tenant(TENANT, "Pinewater")).await.unwrap();
        Self { store, raw: Raw::Postgres(raw), home: Home::Server(scratch) }
    }

    /// A database that was there before.
    pub async fn of(store: Store, raw: PgPool, url: String) -> Self {
        store.put_tenant(&tenant(TENANT, "Pinewater")).await.unwrap();
        Self { store, raw: Raw::Postgres(raw), home: Home::Elsewhere(url) }
    }

    /// A second store on the same database, as another process has it.
    pub async fn another(&self) -> Store {
        self.try_another().await.unwrap()
    }

    pub async fn try_another(&self) -> Result<Store, store::Fault> {
        match &self.home {
            Home::File(folder) => Store::open_sqlite(&folder.path().join(FILE)).await,
            Home::Server(scratch) => Store::open_postgres(&scratch.url(), None, 10).await,
            Home::Elsewhere(url) => Store::open_postgres(url, None, 10).await,
        }
    }

    /// The server's database, for what is asked of PostgreSQL alone.
    pub fn scratch(&self) -> &Scratch {
        match &self.home {
            Home::File(_) | Home::Elsewhere(_) => panic!("this is asked of PostgreSQL alone"),
            Home::Server(scratch) => scratch,
        }
    }

    pub fn file(&self) -> PathBuf {
        match &self.home {
            Home::File(folder) => folder.path().join(FILE),
            Home::Server(_) | Home::Elsewhere(_) => panic!("a server's database is no file"),
        }
    }

    /// A transaction past the store.
    pub async fn begin_postgres(&self) -> Transaction<'static, Postgres> {
        match &self.raw {
            Raw::Sqlite(_) => panic!("this is asked of PostgreSQL alone"),
            Raw::Postgres(pool) => pool.begin().await.unwrap(),
        }
    }

    /// The SQLite database, for what is asked of this engine alone.
    pub fn sqlite_pool(&self) -> &SqlitePool {
        match &self.raw {
            Raw::Sqlite(pool) => pool,
            Raw::Postgres(_) => panic!("this is asked of SQLite alone"),
        }
    }

    /// Whether it is on PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        matches!(self.raw, Raw::Postgres(_))
    }

    /// A meeting whose registration has so many places.
    pub async fn stage(&self, capacity: Option<u32>) -> Stage {
        let meeting = meeting();
        self.stage_with(&registration(meeting.id, capacity), meeting).await
    }

    pub async fn external_stage(&self) -> Stage {
        let meeting = meeting();
        let registration =
            Registration { kind: RegistrationKind::External, ..registration(meeting.id, None) };
        self.stage_with(&registration, meeting).await
    }

    pub async fn stage_with(&self, registration: &Registration, meeting: Meeting) -> Stage {
        assert_eq!(self.store.create_meeting(&meeting, &fact(0)).await.unwrap(), None);
        assert!(self.store.create_registration(registration, &fact(0)).await.unwrap());
        self.read(meeting.id).await
    }

    /// The meeting and its registration as they are now.
    pub async fn read(&self, meeting: MeetingId) -> Stage {
        let hosted = self.store.find_hosted(meeting).await.unwrap().unwrap();
        Stage { meeting: hosted.meeting, registration: hosted.registration.unwrap() }
    }

    pub async fn tally(&self, meeting: MeetingId) -> Tally {
        let registrant = |filter: &str| {
            format!("SELECT COUNT(*) FROM registrant WHERE slot = $1 AND meeting_id = $2{filter}")
        };
        let letters = |kind: &str| {
            format!("SELECT COUNT(*) FROM outbox WHERE slot = $1 AND meeting_id = $2 AND kind = '{kind}'")
        };
        let events = |kind: &str| {
            format!("SELECT COUNT(*) FROM event WHERE slot = $1 AND meeting_id = $2 AND kind = '{kind}'")
        };
        // Of all registrations the meeting ever had: a closed one has given all its seats back.
        let sum = |column: &str| {
            format!(
                "SELECT CAST(COALESCE(SUM({column}), 0) AS BIGINT) FROM roster WHERE slot = $1 AND meeting_id = $2"
            )
        };
        Tally {
            rows: self.raw.count(&registrant(""), meeting).await,
            live: self.raw.count(&registrant(" AND live_key IS NOT NULL"), meeting).await,
            seats_taken: self.raw.count(&sum("seats_taken"), meeting).await,
            registrant_count: self.raw.count(&sum("registrant_count"), meeting).await,
            confirmations: self.raw.count(&letters("confirmation"), meeting).await,
            cancellations: self.raw.count(&letters("cancellation"), meeting).await,
            enrolled: self.raw.count(&events("registrantEnrolled"), meeting).await,
            canceled: self.raw.count(&events("registrantCanceled"), meeting).await,
        }
    }
}

pub fn tenant(id: TenantId, name: &str) -> Tenant {
    Tenant { id, name: name.to_owned(), language: "en".to_owned() }
}

impl Stage {
    /// A request for a place for the person of that number, checked against what the stage holds.
    pub fn ask(&self, number: usize) -> Enrolment {
        self.ask_for(named(number))
    }

    pub fn ask_for(&self, person: Person) -> Enrolment {
        Enrolment {
            id: RegistrantId(fresh_id()),
            meeting: self.meeting.id,
            registration: self.registration.id,
            seen_version: self.registration.version,
            seen_directory: None,
            person,
            answers: Vec::new(),
            consent: None,
            language: None,
            time_zone: None,
            sees_list: true,
            at: at(0),
            actor: "page".to_owned(),
            idempotency: None,
        }
    }

    pub fn asks(&self, numbers: impl IntoIterator<Item = usize>) -> Vec<Enrolment> {
        numbers.into_iter().map(|number| self.ask(number)).collect()
    }

    /// The built-in part, to be changed.
    pub fn built_in(&self) -> BuiltIn {
        self.registration.built_in().unwrap().clone()
    }
}

/// Far enough for any lease of a case.
pub const MINUTE: SignedDuration = SignedDuration::from_secs(60);
