//! The service under torture: its folder, its commands and its process.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
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

/// A data folder that outlives the processes on it.
pub(super) struct Service {
    pub(super) address: SocketAddr,
    pub(super) token: String,
    /// Path of the list of registrants.
    pub(super) registrants: String,
    folder: PathBuf,
    program: PathBuf,
    process: Option<Child>,
}

fn trouble(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Failure {
    let what = what.into();
    move |error| Failure(format!("{what}: {error}"))
}

impl Service {
    /// Makes the folder, the directory and a token. `program` is the binary, built.
    pub(super) fn furnish(program: PathBuf, mail_port: u16) -> Result<Self, Failure> {
        let folder = root().join(format!("target/tmp/torture-{}", std::process::id()));
        fs::create_dir_all(&folder).map_err(trouble(format!("cannot make `{}`", folder.display())))?;
        // The port is free now and on loopback; whoever takes it meanwhile makes the start fail with a clear word.
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let address = free.map_err(trouble("cannot find a free port"))?;
        let mut service = Self {
            address,
            token: String::new(),
            registrants: String::new(),
            folder,
            program,
            process: None,
        };
        service.write("usher.toml", &configuration(address, &service.folder.join("data"), mail_port))?;
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
        service.token = service.usher(&["token"], &["--app", APP, "--minutes", "480"])?.trim().to_owned();
        Ok(service)
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

    /// Starts the process and waits for its first good answer; how long that took.
    pub(super) fn start(&mut self) -> Result<Duration, Failure> {
        let log = fs::OpenOptions::new().create(true).append(true).open(self.folder.join("log"));
        let log = log.map_err(trouble("cannot open the log"))?;
        let start = Instant::now();
        let process = self.command(&["serve"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn();
        self.process = Some(process.map_err(trouble("cannot start `usher serve`"))?);
        let mut client = Client::new(self.address, "");
        while start.elapsed() < SLOWEST_START {
            if client.get("/health/live").is_ok_and(|answer| answer.status == 200) {
                return Ok(start.elapsed());
            }
            if let Some(status) = self.ended()? {
                return Err(Failure(format!("`usher serve` ended with {status}; see {}", self.log())));
            }
            thread::sleep(LOOK);
        }
        Err(Failure(format!("`usher serve` gave no answer in {SLOWEST_START:?}; see {}", self.log())))
    }

    fn ended(&mut self) -> Result<Option<ExitStatus>, Failure> {
        match &mut self.process {
            Some(process) => process.try_wait().map_err(trouble("cannot ask for the process")),
            None => Ok(None),
        }
    }

    /// `kill -9`: the process learns nothing of it.
    pub(super) fn kill(&mut self) -> Result<(), Failure> {
        let Some(mut process) = self.process.take() else { return Ok(()) };
        process.kill().and_then(|()| process.wait()).map(drop).map_err(trouble("cannot kill `usher serve`"))
    }

    /// Copies the database, while no process is on it.
    pub(super) fn copy(&self) -> Result<(), Failure> {
        let data = self.folder.join("data");
        let copied = fs::copy(data.join("usher.db"), data.join("copy.db"));
        copied.map(drop).map_err(trouble("cannot copy the database"))
    }

    /// Puts the copy back, as a disk does that acknowledged every write and kept none.
    pub(super) fn go_back(&self) -> Result<(), Failure> {
        let data = self.folder.join("data");
        let removed = fs::remove_file(data.join("usher.db-wal"));
        let put_back = removed.and_then(|()| fs::rename(data.join("copy.db"), data.join("usher.db")));
        put_back.map_err(trouble("cannot put the copy of the database back"))
    }

    /// Sends SIGTERM and waits for the end; how long it took.
    pub(super) fn terminate(&mut self) -> Result<Duration, Failure> {
        let Some(pid) = self.process.as_ref().map(Child::id) else { return Ok(Duration::ZERO) };
        let start = Instant::now();
        output(Command::new("kill").args(["-TERM", &pid.to_string()]))?;
        loop {
            match self.ended()? {
                Some(status) if status.success() => break,
                Some(status) => {
                    return Err(Failure(format!("after SIGTERM `usher serve` ended with {status}")));
                }
                None if start.elapsed() > SLOWEST_END => {
                    return Err(Failure(format!("`usher serve` runs on {SLOWEST_END:?} after SIGTERM")));
                }
                None => thread::sleep(LOOK),
            }
        }
        self.process = None;
        Ok(start.elapsed())
    }

    /// Creates the meeting that people sign up for.
    pub(super) fn create_meeting(&mut self) -> Result<(), Failure> {
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
        let answer = Client::new(self.address, &self.token).post(path, body).map_err(trouble(path))?;
        let created = Json::read(&answer.body).filter(|_| answer.status == 201);
        created.ok_or_else(|| Failure(format!("POST {path} gave {}: {}", answer.status, answer.body)))
    }

    /// Where the process wrote to.
    pub(super) fn log(&self) -> String {
        self.folder.join("log").display().to_string()
    }

    /// Removes the folder. Kept after a failure, to be looked at.
    pub(super) fn clear(mut self) -> Result<(), Failure> {
        self.kill()?;
        fs::remove_dir_all(&self.folder)
            .map_err(trouble(format!("cannot remove `{}`", self.folder.display())))
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // Nothing is left to be told about it.
        let _ = self.kill();
    }
}

fn configuration(address: SocketAddr, data: &std::path::Path, mail_port: u16) -> String {
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
        "#
    )
}
