//! The service under torture: its folder, its commands and its processes.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::http::Client;
use super::json::Json;
use crate::run::{Failure, output, root};

const ORGANIZER: &str = "7d1f0a52-9a53-4f0e-8f55-3f6f0c1f9a01";
const APP: &str = "torture";
/// From its start to its first answer, at the worst.
const SLOWEST_START: Duration = Duration::from_secs(20);
/// From SIGTERM to its end, at the worst.
pub(super) const SLOWEST_END: Duration = Duration::from_secs(30);
/// Between two looks at something that is about to happen.
const LOOK: Duration = Duration::from_millis(5);
/// Milliseconds between two looks of a watcher: each reads the whole database, and those who press the service are to
/// have the machine.
const WATCH: &str = "2000";

/// One or several processes on one database.
pub(super) struct Service {
    pub(super) token: String,
    /// Path of the list of registrants.
    pub(super) registrants: String,
    /// The database, the keys and the log.
    pub(super) data: PathBuf,
    folder: PathBuf,
    program: PathBuf,
    nodes: Vec<Node>,
}

struct Node {
    address: SocketAddr,
    process: Option<Child>,
}

/// `usher verify`, which looks at the database again and again, beside the service. It ends with its input, and so with
/// this.
pub(super) struct Watcher(Child);

/// What a service is made of.
pub(super) struct Plan<'a> {
    pub(super) program: PathBuf,
    pub(super) mail_port: u16,
    pub(super) nodes: usize,
    /// `database.url`; a file of SQLite where it says nothing.
    pub(super) database: Option<&'a str>,
    /// Where the database, the keys and the log are; in a folder of its own where it says nothing.
    pub(super) data: Option<&'a Path>,
}

pub(super) fn trouble(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Failure {
    let what = what.into();
    move |error| Failure(format!("{what}: {error}"))
}

/// A folder that no other run uses.
pub(super) fn fresh_folder() -> Result<PathBuf, Failure> {
    let parent = root().join("target/tmp");
    fs::create_dir_all(&parent).map_err(trouble(format!("cannot make `{}`", parent.display())))?;
    let names = (0..).map(|number| parent.join(format!("torture-{}-{number}", std::process::id())));
    for folder in names {
        match fs::create_dir(&folder) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            made => return made.map(|()| folder).map_err(trouble("cannot make a folder under target/tmp")),
        }
    }
    Err(Failure("there are no free names under target/tmp".to_owned()))
}

impl Service {
    /// Makes the folder, the directory and a token.
    pub(super) fn furnish(plan: Plan<'_>) -> Result<Self, Failure> {
        let folder = fresh_folder()?;
        let data = plan.data.map_or_else(|| folder.join("data"), Path::to_owned);
        fs::create_dir_all(&data).map_err(trouble(format!("cannot make `{}`", data.display())))?;
        let mut nodes = Vec::new();
        for _ in 0..plan.nodes {
            // The port is free now and on loopback; whoever takes it meanwhile makes the start fail with a clear word.
            let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
            nodes.push(Node { address: free.map_err(trouble("cannot find a free port"))?, process: None });
        }
        let (token, registrants) = (String::new(), String::new());
        let mut service = Self { token, registrants, data, folder, program: plan.program, nodes };
        let address = service.address();
        service.write("usher.toml", &configuration(address, &service.data, plan.mail_port, plan.database))?;
        service.write(
            "people.csv",
            &format!(
                "id,userPrincipalName,displayName,givenName,surname,mail,accountEnabled\n\
                 {ORGANIZER},odile@torture.example,Odile Marchetti,Odile,Marchetti,odile@torture.example,true\n"
            ),
        )?;
        let people = service.folder.join("people.csv").display().to_string();
        service.usher(&["users", "import"], &[&people])?;
        service.usher(&["policy", "create"], &[APP, "--app", APP])?;
        service.usher(&["policy", "grant"], &[APP, "--organizer", ORGANIZER])?;
        service.renew_token()?;
        for number in 0..service.nodes.len() {
            service.start(number)?;
        }
        service.create_meeting()?;
        Ok(service)
    }

    /// A token is good for eight hours at most.
    pub(super) fn renew_token(&mut self) -> Result<(), Failure> {
        self.token = self.usher(&["token"], &["--app", APP, "--minutes", "480"])?.trim().to_owned();
        Ok(())
    }

    fn write(&self, name: &str, text: &str) -> Result<(), Failure> {
        fs::write(self.folder.join(name), text).map_err(trouble(format!("cannot write `{name}`")))
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.current_dir(&self.folder).args(words).arg("--config").arg(self.folder.join("usher.toml"));
        command
    }

    fn usher(&self, words: &[&str], rest: &[&str]) -> Result<String, Failure> {
        output(self.command(words).args(rest))
    }

    /// Where the first process listens; links lead there.
    pub(super) fn address(&self) -> SocketAddr {
        self.nodes[0].address
    }

    /// Where all of them listen.
    pub(super) fn addresses(&self) -> Vec<SocketAddr> {
        self.nodes.iter().map(|node| node.address).collect()
    }

    /// Starts the process of that number and waits for its first good answer; how long that took.
    pub(super) fn start(&mut self, number: usize) -> Result<Duration, Failure> {
        let log = self.open_log()?;
        let start = Instant::now();
        let address = self.nodes[number].address;
        let mut command = self.command(&["serve"]);
        command.env("USHER_SERVER__LISTEN", address.to_string());
        let process = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn();
        self.nodes[number].process = Some(process.map_err(trouble("cannot start `usher serve`"))?);
        let mut client = Client::new(address, "");
        while start.elapsed() < SLOWEST_START {
            if client.get("/health/live").is_ok_and(|answer| answer.status == 200) {
                return Ok(start.elapsed());
            }
            if let Some(status) = self.ended(number)? {
                return Err(Failure(format!("`usher serve` ended with {status}; see {}", self.log())));
            }
            thread::sleep(LOOK);
        }
        Err(Failure(format!("`usher serve` gave no answer in {SLOWEST_START:?}; see {}", self.log())))
    }

    fn open_log(&self) -> Result<fs::File, Failure> {
        let log = fs::OpenOptions::new().create(true).append(true).open(self.data.join("log"));
        log.map_err(trouble("cannot open the log"))
    }

    /// Holds what is counted in the database against what is there; an error where the two differ.
    pub(super) fn verify(&self) -> Result<(), Failure> {
        let done = self.command(&["verify"]).output();
        verified(&done.map_err(trouble("cannot start `usher verify`"))?)
    }

    /// Begins to do so again and again. The database has to stay where it is.
    pub(super) fn watch(&self) -> Result<Watcher, Failure> {
        let mut command = self.command(&["verify", "--every", WATCH]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(self.open_log()?);
        command.spawn().map(Watcher).map_err(trouble("cannot start `usher verify`"))
    }

    fn ended(&mut self, number: usize) -> Result<Option<ExitStatus>, Failure> {
        match &mut self.nodes[number].process {
            Some(process) => process.try_wait().map_err(trouble("cannot ask for the process")),
            None => Ok(None),
        }
    }

    /// The id of the first process, where it runs.
    pub(super) fn process_id(&self) -> Option<u32> {
        self.nodes[0].process.as_ref().map(Child::id)
    }

    /// `kill -9`: the process of that number learns nothing of it.
    pub(super) fn kill(&mut self, number: usize) -> Result<(), Failure> {
        let Some(mut process) = self.nodes[number].process.take() else { return Ok(()) };
        process.kill().and_then(|()| process.wait()).map(drop).map_err(trouble("cannot kill `usher serve`"))
    }

    fn kill_all(&mut self) -> Result<(), Failure> {
        (0..self.nodes.len()).try_for_each(|number| self.kill(number))
    }

    /// Copies the database, while no process is on it.
    pub(super) fn copy(&self) -> Result<(), Failure> {
        let copied = fs::copy(self.data.join("usher.db"), self.data.join("copy.db"));
        copied.map(drop).map_err(trouble("cannot copy the database"))
    }

    /// Puts the copy back, as a disk does that acknowledged every write and kept none.
    pub(super) fn go_back(&self) -> Result<(), Failure> {
        let data = &self.data;
        let removed = fs::remove_file(data.join("usher.db-wal"));
        let put_back = removed.and_then(|()| fs::rename(data.join("copy.db"), data.join("usher.db")));
        put_back.map_err(trouble("cannot put the copy of the database back"))
    }

    /// Sends SIGTERM to all processes and waits for the end; how long the slowest took.
    pub(super) fn terminate(&mut self) -> Result<Duration, Failure> {
        let start = Instant::now();
        for pid in self.nodes.iter().filter_map(|node| node.process.as_ref().map(Child::id)) {
            output(Command::new("kill").args(["-TERM", &pid.to_string()]))?;
        }
        for number in 0..self.nodes.len() {
            while self.nodes[number].process.is_some() {
                match self.ended(number)? {
                    Some(status) if status.success() => self.nodes[number].process = None,
                    Some(status) => {
                        return Err(Failure(format!("after SIGTERM `usher serve` ended with {status}")));
                    }
                    None if start.elapsed() > SLOWEST_END => {
                        return Err(Failure(format!("`usher serve` runs on {SLOWEST_END:?} after SIGTERM")));
                    }
                    None => thread::sleep(LOOK),
                }
            }
        }
        Ok(start.elapsed())
    }

    /// Starts whatever does not run.
    pub(super) fn start_all(&mut self) -> Result<(), Failure> {
        for number in 0..self.nodes.len() {
            if self.nodes[number].process.is_none() {
                self.start(number)?;
            }
        }
        Ok(())
    }

    /// Creates the meeting that people sign up for.
    fn create_meeting(&mut self) -> Result<(), Failure> {
        let meetings = format!("/beta/users/{ORGANIZER}/onlineMeetings");
        let times = r#""startDateTime":"2099-03-09T10:00:00Z","endDateTime":"2099-03-09T11:00:00Z""#;
        let meeting = self.create(&meetings, &format!(r#"{{"subject":"Reading a river",{times}}}"#))?;
        let id = meeting.text("id").ok_or_else(|| Failure("the meeting has no id".to_owned()))?;
        let registration = format!("{meetings}/{}/registration", id.replace('/', "%2F"));
        let body = format!(r#"{{"subject":"Reading a river","allowedRegistrant":"everyone",{times}}}"#);
        self.create(&registration, &body)?;
        self.registrants = format!("{registration}/registrants");
        Ok(())
    }

    fn create(&self, path: &str, body: &str) -> Result<Json, Failure> {
        let answer = Client::new(self.address(), &self.token).post(path, body).map_err(trouble(path))?;
        let created = Json::read(&answer.body).filter(|_| answer.status == 201);
        created.ok_or_else(|| Failure(format!("POST {path} gave {}: {}", answer.status, answer.body)))
    }

    /// Where the process wrote to.
    pub(super) fn log(&self) -> String {
        self.data.join("log").display().to_string()
    }

    /// Removes the folder. Kept after a failure, to be looked at.
    pub(super) fn clear(mut self) -> Result<(), Failure> {
        self.kill_all()?;
        fs::remove_dir_all(&self.folder)
            .map_err(trouble(format!("cannot remove `{}`", self.folder.display())))
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // Nothing is left to be told about it.
        let _ = self.kill_all();
    }
}

impl Watcher {
    /// Lets it look once more, and ends it; an error where it ever found a difference.
    pub(super) fn end(self) -> Result<(), Failure> {
        verified(&self.0.wait_with_output().map_err(trouble("cannot wait for `usher verify`"))?)
    }
}

/// What `usher verify` had to say.
fn verified(done: &Output) -> Result<(), Failure> {
    let said = String::from_utf8_lossy(&done.stdout);
    println!("usher verify: {}", said.trim());
    if done.status.success() {
        return Ok(());
    }
    let why = String::from_utf8_lossy(&done.stderr);
    Err(Failure(format!("`usher verify` ended with {}: {} {}", done.status, said.trim(), why.trim())))
}

fn configuration(address: SocketAddr, data: &Path, mail_port: u16, database: Option<&str>) -> String {
    let database = database.map(|url| format!("[database]\nurl = {url:?}")).unwrap_or_default();
    format!(
        r#"
        [server]
        listen = "{address}"
        public_url = "http://{address}"
        data_dir = {data:?}
        [identity.builtin]
        enabled = true
        [[identity.tenant]]
        id = "2f1d0c5e-7a57-4b5e-9d0b-6c1f0a6f7d11"
        name = "Torture"
        [mail]
        host = "127.0.0.1"
        port = {mail_port}
        security = "none"
        from = "Usher <no-reply@torture.example>"
        timeout_seconds = 2
        [log]
        level = "warn"
        {database}
        "#
    )
}
