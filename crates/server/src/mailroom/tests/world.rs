//! A database with one meeting in it, and mailrooms to work on it.

use std::sync::Arc;
use std::time::Duration;

use domain::enrolment::Named;
use domain::link::LinkKey;
use domain::person::DirectoryPerson;
use domain::{
    AllowedRegistrant, BuiltIn, Email, Enrolment, Fact, Meeting, MeetingId, MeetingSettings, Person,
    PersonId, RegistrantId, Registration, RegistrationId, RegistrationKind, Reminders, TenantId,
};
use jiff::{SignedDuration, Timestamp};
use lettre::transport::smtp::client::Certificate;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};
use store::{DueLetter, Store, Tenant, Verdict};
use tempfile::TempDir;
use uuid::Uuid;

use super::scripted::MailServer;
use crate::clock::{Clock, Source};
use crate::config::Security;
use crate::house::Houses;
use crate::mailroom::{
    LetterLinks, Letterhead, LogIn, MailLimits, Mailbox, Mailroom, Postman, SmtpServer, SmtpTransport,
};

pub(super) const MAX_ATTEMPTS: u32 = 3;
const TENANT: TenantId = TenantId(Uuid::from_u128(1));
const ORGANIZER: PersonId = PersonId(Uuid::from_u128(2));

pub(super) struct World {
    pub(super) store: Store,
    pub(super) clock: Clock,
    source: Source,
    pub(super) meeting: Meeting,
    registration: RegistrationId,
    folder: TempDir,
}

impl World {
    pub(super) async fn new() -> Self {
        Self::about("Quarterly review").await
    }

    pub(super) async fn about(subject: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let store = Store::open_sqlite(&folder.path().join("usher.db")).await.unwrap();
        let clock = Clock::frozen("2027-03-01T08:00:00Z".parse().unwrap());
        let meeting = meeting(clock.now(), subject);
        let registration = RegistrationId(Uuid::from_u128(3));
        let world = Self { store, clock, source: Source::seeded(7), meeting, registration, folder };
        world.prepare().await;
        world
    }

    async fn prepare(&self) {
        let tenant = Tenant { id: TENANT, name: "Pinewater".into(), language: "en".into() };
        self.store.put_tenant(&tenant).await.unwrap();
        let organizer = DirectoryPerson {
            upn: "mara@pinewater.example".into(),
            display_name: Some("Mara Lindqvist".into()),
            is_active: true,
            ..DirectoryPerson::default()
        };
        self.store.put_people(TENANT, &[(ORGANIZER, organizer)]).await.unwrap();
        assert_eq!(self.store.create_meeting(&self.meeting, &self.fact()).await.unwrap(), None);
        let registration = Registration {
            id: self.registration,
            meeting: self.meeting.id,
            allowed_registrant: AllowedRegistrant::Everyone,
            kind: RegistrationKind::BuiltIn(Box::<BuiltIn>::default()),
            version: 1,
        };
        assert!(self.store.create_registration(&registration, &self.fact()).await.unwrap());
    }

    fn fact(&self) -> Fact {
        Fact { id: self.source.ordered_id(self.clock.now()), at: self.clock.now(), actor: "test".into() }
    }

    pub(super) async fn enroll(&self, first_name: &str, last_name: &str, email: &str) -> RegistrantId {
        let version = self.store.find_hosted(self.meeting.id).await.unwrap();
        let version = version.and_then(|hosted| hosted.registration).map_or(1, |live| live.version);
        let enrolment = Enrolment {
            id: RegistrantId(self.source.ordered_id(self.clock.now())),
            meeting: self.meeting.id,
            registration: self.registration,
            seen_version: version,
            seen_directory: None,
            person: Person::Named {
                named: Named {
                    first_name: first_name.into(),
                    last_name: last_name.into(),
                    email: Email::parse(email).unwrap(),
                },
                user: None,
            },
            answers: Vec::new(),
            consent: None,
            language: None,
            time_zone: None,
            sees_list: true,
            at: self.clock.now(),
            actor: "page".into(),
            idempotency: None,
        };
        let verdicts = self.store.enroll(std::slice::from_ref(&enrolment)).await.unwrap();
        assert_eq!(verdicts, [Verdict::Seated(enrolment.id)]);
        enrolment.id
    }

    pub(super) async fn enroll_odile(&self) -> RegistrantId {
        self.enroll("Odile", "Marchetti", "odile@pinewater.example").await
    }

    pub(super) async fn enroll_many(&self, count: usize) {
        for n in 0..count {
            self.enroll("Person", &n.to_string(), &format!("person{n}@example.org")).await;
        }
    }

    pub(super) async fn cancel(&self, registrant: RegistrantId) {
        self.store.cancel_registrant(self.meeting.id, registrant, &self.fact()).await.unwrap();
    }

    /// The organizer changes the title, which raises the meeting's version.
    pub(super) async fn rename_meeting(&mut self, subject: &str) {
        let changed = Meeting { subject: Some(subject.into()), ..self.meeting.clone() };
        assert!(self.store.update_meeting(&changed, &self.fact()).await.unwrap());
        self.meeting = Meeting { version: self.meeting.version + 1, ..changed };
    }

    /// Changes the database behind the mailroom's back.
    pub(super) async fn execute(&self, text: &'static str) {
        let options = SqliteConnectOptions::new().filename(self.folder.path().join("usher.db"));
        let mut connection = options.connect().await.unwrap();
        sqlx::query(text).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }

    pub(super) fn pass(&self, time: SignedDuration) {
        self.clock.set(self.clock.now() + time);
    }

    /// What the event log knows of that registrant's letters.
    pub(super) async fn fates(&self, registrant: RegistrantId) -> Vec<String> {
        let events = self.store.list_events(self.meeting.id, registrant).await.unwrap();
        events.into_iter().filter(|kind| kind.starts_with("letter")).collect()
    }

    pub(super) async fn waiting(&self) -> i64 {
        self.store.backlog().await.unwrap().0
    }

    /// Leases what is due, as a worker does that dies at once. It counts as a try.
    pub(super) async fn lease(&self, until: SignedDuration) -> Vec<DueLetter> {
        let (now, slot) = (self.clock.now(), self.meeting.id.slot().number());
        self.store.lease_letters(slot, now, now + until, 100).await.unwrap()
    }

    pub(super) fn letterhead(&self) -> Letterhead {
        let links = LetterLinks {
            key: LinkKey::new([7; 32]),
            public_url: "https://usher.pinewater.example:8443/".into(),
        };
        Letterhead {
            links,
            sender: "\"Usher, at \\\"Pinewater\\\"\" <no-reply@pinewater.example>".parse().unwrap(),
            reply_to: Some("Événements <events@pinewater.example>".parse().unwrap()),
            houses: Houses::default(),
            return_path: None,
            takes_answers: false,
            dkim: None,
        }
    }

    pub(super) fn mailroom(&self, postman: Postman) -> Mailroom {
        self.mailroom_with(self.letterhead(), postman)
    }

    fn mailroom_with(&self, letterhead: Letterhead, postman: Postman) -> Mailroom {
        let (store, clock, source) = (self.store.clone(), self.clock.clone(), self.source.clone());
        let limits = MailLimits { attempts: MAX_ATTEMPTS, letters_per_hour: 10 };
        Mailroom::new(store, clock, source, postman, letterhead, Reminders::new([1_440, 60]), limits)
    }

    /// To an unencrypted server, with a letterhead of its own.
    pub(super) fn with_letterhead(&self, letterhead: Letterhead, settings: SmtpServer) -> Mailroom {
        let transport = SmtpTransport::new(settings, Vec::new()).unwrap();
        self.mailroom_with(letterhead, Postman::Smtp(Arc::new(transport)))
    }

    pub(super) fn with_mailbox(&self) -> (Mailroom, Arc<Mailbox>) {
        let mailbox = Arc::<Mailbox>::default();
        (self.mailroom(Postman::Mailbox(mailbox.clone())), mailbox)
    }

    pub(super) fn with_server(&self, server: &MailServer) -> Mailroom {
        self.with_settings(settings(server.port), Vec::new())
    }

    pub(super) fn with_settings(&self, settings: SmtpServer, roots: Vec<Certificate>) -> Mailroom {
        self.mailroom(Postman::Smtp(Arc::new(SmtpTransport::new(settings, roots).unwrap())))
    }
}

/// A mail server on this machine, unencrypted.
pub(super) fn settings(port: u16) -> SmtpServer {
    SmtpServer {
        host: "localhost".into(),
        port,
        security: Security::None,
        log_in: LogIn::None,
        timeout: Duration::from_secs(2),
        connections: 4,
        hello_name: "usher.pinewater.example".into(),
    }
}

fn meeting(now: Timestamp, subject: &str) -> Meeting {
    Meeting {
        id: MeetingId::from_random([9; 16]),
        tenant: TENANT,
        organizer: ORGANIZER,
        created_at: now,
        start_at: "2027-03-09T11:00:00Z".parse().unwrap(),
        end_at: "2027-03-09T12:00:00Z".parse().unwrap(),
        subject: Some(subject.into()),
        join_url: None,
        join_meeting_id: "123456789012".into(),
        passcode: None,
        external_id: None,
        attendees: Vec::new(),
        settings: MeetingSettings::default(),
        version: 1,
    }
}
