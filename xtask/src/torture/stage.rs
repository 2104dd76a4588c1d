//! The service with what it stands on, and what befalls the two.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use testpg::Server;

use super::disk::Disk;
use super::full;
use super::load::{Crowd, Recovery};
use super::plan::{Engine, Fault, Plan};
use super::relay::Relay;
use super::service::{self, Service, Watcher, trouble};
use super::sink::Sink;
use crate::run::{Failure, output};

/// The service's database on a server of PostgreSQL.
const DATABASE: &str = "usher";
/// Room for the schema of PostgreSQL, or for SQLite and its log, and then some; or for what a minute of load writes into
/// PostgreSQL's log of transactions.
const DISK_MEBIBYTES: u64 = 192;
/// How long the standby has been cut off when the server that writes dies.
const CUT_OFF: Duration = Duration::from_millis(500);

/// Lets a server read its settings again.
const RELOAD: &str = "SELECT pg_reload_conf()";

/// What stands, in the order in which it is to be ended.
pub(super) struct Stage {
    fault: Fault,
    pub(super) service: Service,
    ground: Ground,
    pub(super) sink: Sink,
}

/// What the service stands on.
enum Ground {
    File,
    Server(Server),
    Pair(Box<Pair>),
    Disk(Option<Server>, Disk),
}

/// A server that writes, one that follows, and the address that leads to the one that writes.
struct Pair {
    writing: Server,
    following: Option<Server>,
    relay: Relay,
}

/// A stage, or the reason why this machine cannot have it.
pub(super) type Opened = Result<Stage, String>;

impl Stage {
    pub(super) fn open(plan: &Plan) -> Result<Opened, Failure> {
        let sink = Sink::open().map_err(trouble("cannot open the mail server"))?;
        let disk = match plan.fault {
            Fault::FullDisk | Fault::FullWal => match Disk::mount(DISK_MEBIBYTES)? {
                Ok(disk) => Some(disk),
                Err(reason) => return Ok(Err(reason)),
            },
            _ => None,
        };
        let shared = disk.as_ref().filter(|_| plan.fault == Fault::FullDisk);
        let folder = shared.map(|disk| disk.folder().join("usher"));
        let server = match plan.engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(make_server(plan.fault, disk.as_ref())?),
        };
        let ground = match (server, disk) {
            (server, Some(disk)) => Ground::Disk(server, disk),
            (Some(server), None) if plan.fault == Fault::FailOver => {
                let relay = Relay::open(server.port()).map_err(trouble("cannot open the relay"))?;
                Ground::Pair(Box::new(Pair { writing: server, following: None, relay }))
            }
            (Some(server), None) => Ground::Server(server),
            (None, None) => Ground::File,
        };
        let database = ground.server().map(|server| match &ground {
            Ground::Pair(pair) => server
                .url(DATABASE)
                .replace(&format!(":{}/", server.port()), &format!(":{}/", pair.relay.port())),
            _ => server.url(DATABASE),
        });
        let service = Service::furnish(service::Plan {
            program: plan.program.clone(),
            mail_port: sink.port(),
            nodes: if plan.fault == Fault::KillOneOfTwo { 2 } else { 1 },
            database: database.as_deref(),
            data: folder.as_deref(),
        })?;
        Ok(Ok(Self { fault: plan.fault, service, ground, sink }))
    }

    /// Sets up what the next round breaks, before there is any load.
    pub(super) fn prepare(&mut self, is_control: bool) -> Result<(), Failure> {
        match &mut self.ground {
            Ground::Pair(pair) => pair.follow(!is_control),
            Ground::Server(server) if is_control => careless(server),
            _ => Ok(()),
        }
    }

    /// Somebody who looks at the database while the rounds go on, where nothing befalls the server it is on.
    pub(super) fn watch(&self) -> Result<Option<Watcher>, Failure> {
        match self.ground {
            Ground::Server(_) if self.fault != Fault::KillPostgres => self.service.watch().map(Some),
            _ => Ok(None),
        }
    }

    /// Runs the crowd; after `pause` breaks something, and mends what nobody in the service can mend: a process that
    /// ended is started, a standby promoted, a full disk gets room. How long it took until somebody got a place again.
    pub(super) fn strike(&mut self, crowd: &Crowd, round: u64, pause: Duration) -> Result<Recovery, Failure> {
        let (ground, fault, nodes) = (&mut self.ground, self.fault, self.service.addresses().len());
        crowd.press(&mut self.service, &self.sink, |service| {
            thread::sleep(pause);
            match ground {
                Ground::Pair(pair) => pair.fail_over(crowd, round.is_multiple_of(2)),
                Ground::Disk(Some(server), disk) if fault == Fault::FullWal => {
                    full::wal(service, server, disk, crowd)
                }
                Ground::Disk(server, disk) => full::disk(service, server.as_mut(), disk, crowd),
                Ground::Server(server) if fault == Fault::KillPostgres => {
                    server.kill();
                    crowd.watch();
                    server.start().map_err(Failure)?;
                    crowd.recovered(Instant::now())
                }
                Ground::Server(_) | Ground::File => kill(service, crowd, round as usize % nodes),
            }
        })
    }

    /// What a query gives that both engines understand.
    pub(super) fn ask(&self, text: &str) -> Result<String, Failure> {
        match self.ground.server() {
            Some(server) => server.sql(DATABASE, &[text]).map_err(Failure),
            None => sqlite(&self.service, text),
        }
    }

    /// Bytes of the database that come and go with the letters: on PostgreSQL the table that they wait in, with its
    /// indexes and its dead rows; on SQLite the pages of the file that nothing is in.
    pub(super) fn churned(&self) -> Result<u64, Failure> {
        let counted = self.ask(match self.ground.server() {
            Some(_) => "SELECT pg_total_relation_size('outbox')",
            None => "SELECT freelist_count * page_size FROM pragma_freelist_count, pragma_page_size",
        })?;
        counted.parse().map_err(|_| Failure(format!("the database says that `{counted}` bytes are churned")))
    }

    /// Reads the whole database, holds what is counted against what is there, and compares its tables with their indexes.
    pub(super) fn check(&self) -> Result<(), Failure> {
        self.service.verify()?;
        match self.ground.server() {
            Some(server) => server.check(DATABASE).map_err(Failure),
            None => match sqlite(&self.service, "PRAGMA integrity_check; PRAGMA foreign_key_check")?.as_str()
            {
                "ok" => Ok(()),
                broken => Err(Failure(format!("the database is broken: {broken}"))),
            },
        }
    }
}

impl Ground {
    fn server(&self) -> Option<&Server> {
        match self {
            Self::File => None,
            Self::Server(server) => Some(server),
            Self::Pair(pair) => Some(&pair.writing),
            Self::Disk(server, _) => server.as_ref(),
        }
    }
}

fn make_server(fault: Fault, disk: Option<&Disk>) -> Result<Server, Failure> {
    let folder = disk.map(|disk| disk.folder().join("postgres"));
    let server = match &folder {
        Some(wal) if fault == Fault::FullWal => Server::create_with_wal(&full::GROWING, wal),
        data => Server::create(&[], data.as_deref()),
    };
    let server = server.map_err(Failure)?;
    server
        .sql("postgres", &[&format!("CREATE DATABASE {DATABASE} ENCODING 'UTF8' TEMPLATE template0")])
        .map_err(Failure)?;
    Ok(server)
}

/// What `sqlite3` gives for a query.
pub(super) fn sqlite(service: &Service, text: &str) -> Result<String, Failure> {
    let mut command = Command::new("sqlite3");
    Ok(output(command.args(["-cmd", ".timeout 5000"]).arg(service.data.join("usher.db")).arg(text))?
        .trim()
        .to_owned())
}

/// Makes the server acknowledge what only its memory holds: nobody waits for the log of transactions, and whoever would
/// write it after a while is held up.
fn careless(server: &Server) -> Result<(), Failure> {
    server.sql("postgres", &["ALTER SYSTEM SET synchronous_commit = off", RELOAD]).map_err(Failure)?;
    let writer = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'";
    let writer = server.sql("postgres", &[writer]).map_err(Failure)?;
    output(Command::new("kill").args(["-STOP", &writer])).map(drop)
}

fn kill(service: &mut Service, crowd: &Crowd, number: usize) -> Result<Recovery, Failure> {
    service.kill(number)?;
    let since = crowd.watch();
    let is_alone = service.addresses().len() == 1;
    if is_alone {
        service.start(number)?;
        return crowd.recovered(since);
    }
    // The others have to do without it.
    let recovery = crowd.recovered(since)?;
    service.start(number)?;
    Ok(recovery)
}

impl Pair {
    /// Gives the server that writes a standby; in the control one that nobody waits for and that hears nothing.
    fn follow(&mut self, is_waited_for: bool) -> Result<(), Failure> {
        let names = if is_waited_for { "'*'" } else { "''" };
        let following = self.writing.standby().map_err(Failure)?;
        // It copied the setting, and would wait for a standby of its own.
        let alone = "ALTER SYSTEM RESET synchronous_standby_names";
        following.sql("postgres", &[alone, RELOAD]).map_err(Failure)?;
        let wait = format!("ALTER SYSTEM SET synchronous_standby_names = {names}");
        self.writing.sql("postgres", &[&wait, RELOAD]).map_err(Failure)?;
        let state = if is_waited_for { "sync" } else { "async" };
        let states = "SELECT coalesce(string_agg(sync_state, ','), '') FROM pg_stat_replication WHERE state = 'streaming'";
        until(&self.writing, states, state)?;
        if !is_waited_for {
            cut_off(&following)?;
        }
        self.following = Some(following);
        Ok(())
    }

    /// The server that writes dies, and the one that follows takes its place and its address.
    fn fail_over(&mut self, crowd: &Crowd, is_cut_off: bool) -> Result<Recovery, Failure> {
        let following = self.following.take().ok_or_else(|| Failure("there is no standby".to_owned()))?;
        if is_cut_off {
            // What the standby does not hear must not be acknowledged.
            cut_off(&following)?;
            thread::sleep(CUT_OFF);
        }
        self.writing.kill();
        crowd.watch();
        self.relay.point(None);
        following.promote().map_err(Failure)?;
        self.relay.point(Some(following.port()));
        let ready = Instant::now();
        self.writing = following;
        crowd.recovered(ready)
    }
}

/// Stops a standby from hearing of what is written.
fn cut_off(following: &Server) -> Result<(), Failure> {
    following.sql("postgres", &["ALTER SYSTEM SET primary_conninfo = ''", RELOAD]).map_err(Failure)?;
    until(following, "SELECT count(*) FROM pg_stat_wal_receiver", "0")
}

/// Waits until a query gives this.
fn until(server: &Server, text: &str, wanted: &str) -> Result<(), Failure> {
    for _ in 0..3_000 {
        if server.sql("postgres", &[text]).map_err(Failure)? == wanted {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(10));
    }
    Err(Failure(format!("`{text}` does not come to be `{wanted}`")))
}
