//! The application under test.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use domain::{AppId, PolicyId, Role, Scope, TenantId};
use http::Method;
use jiff::{SignedDuration, Timestamp};
use server::app::App;
use server::clock::{Clock, Source};
use server::config::{Config, Listen};
use server::http::Surface;
use server::issuer::{Grant, IssuerService};
use server::lmtp::Lmtp;
use server::mailroom::MailboxLetter;
use server::start::{Service, build};
use store::{Grantee, RegisteredApplication, Store};
use tempfile::TempDir;
use testpg::{Cluster, Scratch};
use tokio::task::JoinHandle;

use crate::call::Call;
use crate::people::{People, TestPerson};
use crate::stopped::{Stopped, write_config};

/// Where the application believes the world reaches it.
pub const PUBLIC_URL: &str = "https://usher.example";

/// When every test begins.
const START: &str = "2027-02-01T09:10:00Z";

/// The application, its clock and its people.
pub struct TestApp {
    /// Who is in the directory.
    pub people: People,
    pub(crate) app: App,
    pub(crate) folder: Arc<TempDir>,
    /// The database, where it is not the file in the folder.
    pub(crate) scratch: Option<Arc<Scratch>>,
    issuer: Arc<IssuerService>,
    pub(crate) surface: Surface,
    clock: Clock,
    config: String,
    /// The next seed: each application on the folder draws its ids from one of its own, as two processes would.
    seeds: Arc<AtomicU64>,
}

/// How the application is to be configured.
#[derive(Default)]
pub struct TestAppBuilder {
    extra: String,
    server: String,
    tenant: String,
    mail: String,
    database: String,
    seed: u64,
    engine: Option<Engine>,
    language: Option<&'static str>,
}

/// What the application runs on, whatever the tests run on.
enum Engine {
    Sqlite,
    Postgres,
    /// The database of that address.
    At(String),
}

impl TestAppBuilder {
    /// Adds TOML to the end of the configuration: whole sections, such as `[compat]`.
    #[must_use]
    pub fn config(mut self, toml: &str) -> Self {
        self.extra.push_str(toml);
        self.extra.push('\n');
        self
    }

    /// Adds a line to the section `[server]`.
    #[must_use]
    pub fn server(mut self, line: &str) -> Self {
        self.server.push_str(line);
        self.server.push('\n');
        self
    }

    /// Adds lines to the section of the first organisation.
    #[must_use]
    pub fn tenant(mut self, lines: &str) -> Self {
        self.tenant.push_str(lines);
        self.tenant.push('\n');
        self
    }

    /// Adds a line to the section `[mail]`.
    #[must_use]
    pub fn mail(mut self, line: &str) -> Self {
        self.mail.push_str(line);
        self.mail.push('\n');
        self
    }

    /// Adds a line to the section `[database]`.
    #[must_use]
    pub fn database(mut self, line: &str) -> Self {
        self.database.push_str(line);
        self.database.push('\n');
        self
    }

    /// Runs on the database of that address, whose server the test has to itself; `db_…` does not reach it.
    #[must_use]
    pub fn postgres_at(mut self, url: &str) -> Self {
        self.engine = Some(Engine::At(url.to_owned()));
        self
    }

    /// Runs on PostgreSQL, whatever the tests run on.
    #[must_use]
    pub fn postgres(mut self) -> Self {
        self.engine = Some(Engine::Postgres);
        self
    }

    /// Runs on SQLite, whatever the tests run on.
    #[must_use]
    pub fn sqlite(mut self) -> Self {
        self.engine = Some(Engine::Sqlite);
        self
    }

    /// Draws ids, keys and links from another seed: two applications of one seed are the same to the byte.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Sets the language of the first organisation.
    #[must_use]
    pub fn language(mut self, tag: &'static str) -> Self {
        self.language = Some(tag);
        self
    }

    /// Builds the application, with the people of [`People`] in its directory.
    pub async fn build(self) -> TestApp {
        let folder = Arc::new(TempDir::new().unwrap());
        let scratch = match &self.engine {
            Some(Engine::Postgres) => Some(Cluster::shared().create()),
            Some(Engine::Sqlite | Engine::At(_)) => None,
            None => scratch(),
        };
        let scratch = scratch.map(Arc::new);
        let url = match self.engine {
            Some(Engine::At(url)) => Some(url),
            _ => scratch.as_ref().map(|scratch| scratch.url()),
        };
        let url = url.map(|url| format!("url = {url:?}")).unwrap_or_default();
        let people = People::default();
        let config = format!(
            r#"
            [server]
            public_url = "{PUBLIC_URL}"
            data_dir = {:?}
            {}
            [identity.builtin]
            enabled = true
            [[identity.tenant]]
            id = "{}"
            name = "Riverbend Hydrology Institute"
            language = "{}"
            {}
            [[identity.tenant]]
            id = "{}"
            name = "Northgate Museums"
            [mail]
            mailbox = true
            from = "Riverbend events <events@riverbend.example>"
            {}
            [database]
            {url}
            {}
            {}
            "#,
            folder.path(),
            self.server,
            people.ines.tenant,
            self.language.unwrap_or("en"),
            self.tenant,
            people.sanna.tenant,
            self.mail,
            self.database,
            self.extra,
        );
        let clock = Clock::frozen(START.parse().unwrap());
        let seeds = Arc::new(AtomicU64::new(self.seed));
        let app = TestApp::open(folder, scratch, config, clock, seeds).await;
        for person in app.people.all() {
            app.put_person(person).await;
        }
        app
    }
}

/// A database of its own on PostgreSQL where `USHER_TEST_DATABASE` is `postgres`; otherwise SQLite is tested.
pub fn scratch() -> Option<Scratch> {
    match std::env::var("USHER_TEST_DATABASE").as_deref() {
        Err(_) | Ok("sqlite") => None,
        Ok("postgres") => Some(Cluster::shared().create()),
        Ok(other) => panic!("USHER_TEST_DATABASE is `sqlite` or `postgres`, not `{other}`"),
    }
}

impl TestApp {
    /// An application as the defaults have it.
    pub async fn new() -> Self {
        Self::builder().build().await
    }

    /// An application with another configuration.
    pub fn builder() -> TestAppBuilder {
        TestAppBuilder::default()
    }

    pub(crate) async fn open(
        folder: Arc<TempDir>,
        scratch: Option<Arc<Scratch>>,
        config: String,
        clock: Clock,
        seeds: Arc<AtomicU64>,
    ) -> Self {
        let parsed = Config::from_toml_str(&config).unwrap_or_else(|problems| panic!("{problems}"));
        let source = Source::seeded(seeds.fetch_add(1, Ordering::Relaxed));
        let Service { app, issuer } =
            build(&parsed, clock.clone(), source).await.unwrap_or_else(|problem| panic!("{problem}"));
        let issuer = issuer.expect("the built-in issuer is enabled above");
        let surface = Surface::new(app.clone(), Some(Arc::clone(&issuer)));
        Self { people: People::default(), app, folder, scratch, issuer, surface, clock, config, seeds }
    }

    /// A second application on the same data folder, with nothing in memory: another process.
    pub async fn beside(&self) -> Self {
        let (folder, seeds) = (Arc::clone(&self.folder), Arc::clone(&self.seeds));
        Self::open(folder, self.scratch.clone(), self.config.clone(), self.clock.clone(), seeds).await
    }

    /// Ends this application and opens the data folder again.
    pub async fn restart(self) -> Self {
        self.app.store.close().await;
        Self::open(self.folder, self.scratch, self.config, self.clock, self.seeds).await
    }

    /// The same with other words in the configuration.
    pub async fn restart_with(mut self, words: &str, others: &str) -> Self {
        assert!(self.config.contains(words), "`{words}` is not in the configuration");
        self.config = self.config.replace(words, others);
        self.restart().await
    }

    /// Ends this application and leaves what it kept.
    pub async fn stop(self) -> Stopped {
        self.app.store.close().await;
        Stopped {
            folder: self.folder,
            scratch: self.scratch,
            config: self.config,
            clock: self.clock,
            seeds: self.seeds,
        }
    }

    /// The configuration as a file, for programs beside this application.
    pub fn config_file(&self) -> PathBuf {
        write_config(&self.folder, &self.config)
    }

    /// A file of the data folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    // Time.

    /// The time, which stands still.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Sets the clock; `at` is RFC 3339.
    pub fn set_clock(&self, at: &str) {
        self.clock.set(at.parse().unwrap());
    }

    /// Moves the clock on.
    pub fn advance(&self, by: SignedDuration) {
        self.clock.set(self.clock.now() + by);
    }

    // Requests.

    /// A request by any method. `path` begins with a slash and may hold a query.
    pub fn call(&self, method: Method, path: impl Into<String>) -> Call {
        Call::new(self.surface.clone(), method, path.into())
    }

    /// A GET.
    pub fn get(&self, path: impl Into<String>) -> Call {
        self.call(Method::GET, path)
    }

    /// A POST.
    pub fn post(&self, path: impl Into<String>) -> Call {
        self.call(Method::POST, path)
    }

    /// A PATCH.
    pub fn patch(&self, path: impl Into<String>) -> Call {
        self.call(Method::PATCH, path)
    }

    /// A DELETE.
    pub fn delete(&self, path: impl Into<String>) -> Call {
        self.call(Method::DELETE, path)
    }

    /// What `/metrics` gives out, of all applications of this process: counting begins with the first look.
    pub async fn metrics(&self) -> String {
        self.get("/metrics").await.expect(200).text()
    }

    // Tokens.

    /// A token of the person with what an ordinary application asks for: `OnlineMeetings.ReadWrite` and
    /// `User.Read`, for an hour.
    pub fn token(&self, person: &TestPerson) -> String {
        self.delegated(person, &[Scope::MeetingsReadWrite, Scope::UserRead])
    }

    /// A token of the person with these permissions, for an hour.
    pub fn delegated(&self, person: &TestPerson, scopes: &[Scope]) -> String {
        let grant = Grant::Delegated {
            tenant: person.tenant,
            person: person.id,
            app: AppId("a-desk-app".to_owned()),
            scopes: scopes.to_vec(),
            profile: person.profile(),
        };
        self.mint(&grant, Duration::from_secs(3600))
    }

    /// A token of an application of the first tenant with these permissions, for an hour.
    pub fn application(&self, app: &str, roles: &[Role]) -> String {
        self.application_of(self.people.ines.tenant, app, roles)
    }

    /// A token of an application of any tenant.
    pub fn application_of(&self, tenant: TenantId, app: &str, roles: &[Role]) -> String {
        let grant = Grant::Application { tenant, app: AppId(app.to_owned()), roles: roles.to_vec() };
        self.mint(&grant, Duration::from_secs(3600))
    }

    /// Any token, valid from now.
    pub fn mint(&self, grant: &Grant, lifetime: Duration) -> String {
        self.issuer.issuer().mint(grant, self.now(), lifetime, self.app.ids.random_id()).unwrap()
    }

    // The directory and its policies, as `usher users` and `usher policy` change them.

    /// Puts a person into the directory, or changes them.
    pub async fn put_person(&self, person: &TestPerson) {
        let people = [(person.id, person.directory_entry())];
        self.app.store.put_people(person.tenant, &people).await.unwrap();
    }

    /// Grants the organizer a policy that lists the application.
    pub async fn allow(&self, app: &str, organizer: &TestPerson) {
        let store = &self.app.store;
        let (tenant, id) = (organizer.tenant, PolicyId(self.app.ids.random_id()));
        let name = format!("policy {id}");
        assert!(store.create_policy(tenant, id, &name, None, &[AppId(app.to_owned())]).await.unwrap());
        assert!(store.grant_policy(tenant, &name, Grantee::Organizer(organizer.id)).await.unwrap());
    }

    /// Takes the organizer's policy away.
    pub async fn disallow(&self, organizer: &TestPerson) {
        let grantee = Grantee::Organizer(organizer.id);
        assert!(self.app.store.revoke_policy(organizer.tenant, grantee).await.unwrap());
    }

    /// Gives the person a password for the built-in issuer, as `usher users` does.
    pub async fn set_password(&self, person: &TestPerson, password: &str) {
        let hash = server::issuer::hash_password(password, self.app.ids.bytes()).unwrap();
        assert!(self.app.store.set_password(person.tenant, person.id, &hash).await.unwrap());
    }

    /// Registers an application of the first tenant with the built-in issuer, as `usher apps` does. People come
    /// back from signing in to `https://app.example/back`.
    pub async fn put_application(&self, app: &str, secret: &str) {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let registered = RegisteredApplication {
            tenant: self.people.ines.tenant,
            id: AppId(app.to_owned()),
            name: "An application".to_owned(),
            secret_hash: Some(server::issuer::hash_password(secret, self.app.ids.bytes()).unwrap()),
            redirect_uris: names(&["https://app.example/back"]),
            scopes: names(&["OnlineMeetings.ReadWrite"]),
            roles: names(&["OnlineMeetings.ReadWrite.All"]),
        };
        self.app.store.put_application(&registered).await.unwrap();
    }

    // Change notifications.

    /// Gathers what changed and tells whoever subscribed; how many deliveries were taken.
    pub async fn notify(&self) -> usize {
        self.app.courier.deliver_due().await.unwrap()
    }

    /// Does so as the service does, until `stop` is ready.
    pub fn notify_until(&self, stop: impl Future<Output = ()> + Send + 'static) -> JoinHandle<()> {
        let courier = self.app.courier.clone();
        tokio::spawn(async move { courier.run(stop).await })
    }

    /// The store itself, to do half of what a node does that dies.
    pub fn store(&self) -> &Store {
        &self.app.store
    }

    /// Forgets changes and deliveries that were kept long enough.
    pub async fn forget_changes(&self) -> u64 {
        self.app.store.forget_changes(self.now()).await.unwrap()
    }

    // Letters.

    /// Takes mail as the mail server of the return path hands it over, until the test ends; at which port.
    pub async fn take_mail(&self) -> u16 {
        self.take_mail_until(std::future::pending()).await.0
    }

    /// The same until `stop` is ready, and what ends when mail is taken no longer.
    pub async fn take_mail_until(
        &self,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> (u16, JoinHandle<()>) {
        let lmtp = Lmtp::bind(&Listen::Tcp(([127, 0, 0, 1], 0).into())).await.unwrap();
        let port = lmtp.port().expect("it listens at a port");
        (port, tokio::spawn(lmtp.run(self.app.clone(), stop)))
    }

    /// Sends letters as the service does, until `stop` is ready.
    pub fn send_mail_until(&self, stop: impl Future<Output = ()> + Send + 'static) -> JoinHandle<()> {
        let mailroom = self.app.mailroom.clone();
        tokio::spawn(async move { mailroom.run(stop).await })
    }

    /// Sends what is due and gives the letters that arrived since this was last asked, oldest first.
    pub async fn mail(&self) -> Vec<Arc<MailboxLetter>> {
        self.app.returning.settled().await;
        self.app.mailroom.deliver_due().await.unwrap();
        let mailbox = self.app.mailroom.mailbox().expect("the mailbox is configured above");
        let mut letters = mailbox.list();
        mailbox.clear();
        letters.sort_by_key(|letter| letter.id);
        letters
    }
}
