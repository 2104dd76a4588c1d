//! A server that may die: killed, frozen, started again, followed by a standby.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::{as_server_user, free_port, programs};

/// From its start to its first answer, crash recovery included, at the worst: on a busy machine that has taken more than
/// a minute.
const SLOWEST_START: Duration = Duration::from_secs(180);
const LOOK: Duration = Duration::from_millis(10);

/// Makes the data, and removes it as soon as nobody holds the other end of its input.
const KEEPER: &str = r#"
trap '' INT TERM HUP
FOLDER=$(mktemp --directory --tmpdir usher-pg-XXXXXX) && cd "$FOLDER" && chmod 755 . || exit
DATA=${DATA:-$FOLDER/data}
if [ "$SOURCE" ]; then
    "$PROGRAMS/pg_basebackup" --pgdata "$DATA" --waldir "$FOLDER/wal" --dbname "$SOURCE" \
        --write-recovery-conf --checkpoint fast --no-sync > log 2>&1
else
    "$PROGRAMS/initdb" --pgdata "$DATA" --waldir "${WAL:-$FOLDER/wal}" ${WAL:+--wal-segsize=1} \
        --username usher --auth trust --encoding UTF8 --locale C --no-sync > log 2>&1
fi && echo "ready $FOLDER" || { echo failed; cat log; }
cat > /dev/null
"$PROGRAMS/pg_ctl" --pgdata "$DATA" --mode immediate --silent stop > /dev/null 2>&1
cd / && rm -rf "$FOLDER"
"#;

/// A server of one's own, on a port of loopback that stays its own.
#[derive(Debug)]
pub struct Server {
    programs: PathBuf,
    folder: PathBuf,
    data: PathBuf,
    port: u16,
    /// `name=value`, each.
    settings: Vec<String>,
    process: Option<Child>,
    keeper: Child,
}

impl Server {
    /// A new server, running, with these settings (`name=value`). Its data stand in a folder that must not be there
    /// yet, or in one of its own; its log of transactions always in one of its own.
    pub fn create(settings: &[&str], data: Option<&Path>) -> Result<Self, String> {
        Self::make(settings, data, None, None)
    }

    /// The same with its log of transactions in a folder that must not be there yet, in files of 1 MiB: the one at work has
    /// its whole room from the start, so a full disk is felt when it ends.
    pub fn create_with_wal(settings: &[&str], wal: &Path) -> Result<Self, String> {
        Self::make(settings, None, Some(wal), None)
    }

    /// A standby of this server, running and following it.
    pub fn standby(&self) -> Result<Self, String> {
        let settings: Vec<&str> = self.settings.iter().map(String::as_str).collect();
        Self::make(&settings, None, None, Some(self))
    }

    fn make(
        settings: &[&str],
        data: Option<&Path>,
        wal: Option<&Path>,
        source: Option<&Self>,
    ) -> Result<Self, String> {
        let programs = programs().ok_or("PostgreSQL is not installed: `cargo xtask setup` does that")?;
        let port = free_port().map_err(|error| format!("cannot find a free port: {error}"))?;
        let mut command = as_server_user();
        command.args(["sh", "-c", KEEPER]).env("PROGRAMS", &programs);
        for name in ["DATA", "WAL", "SOURCE"] {
            command.env_remove(name);
        }
        if let Some(data) = data {
            command.env("DATA", data);
        }
        if let Some(wal) = wal {
            command.env("WAL", wal);
        }
        if let Some(source) = source {
            command.env("SOURCE", source.conninfo("postgres"));
        }
        let (stdin, stdout) = (Stdio::piped(), Stdio::piped());
        let keeper = command.current_dir("/").stdin(stdin).stdout(stdout).process_group(0).spawn();
        let mut keeper = keeper.map_err(|error| format!("cannot start a shell: {error}"))?;
        let output = keeper.stdout.take().ok_or("the shell has no output")?;
        let mut lines = BufReader::new(output).lines().map_while(Result::ok);
        let said = lines.next().unwrap_or_default();
        let Some(folder) = said.strip_prefix("ready ").map(PathBuf::from) else {
            return Err(format!(
                "PostgreSQL's data cannot be made: {}",
                lines.collect::<Vec<_>>().join("\n")
            ));
        };
        let data = data.map_or_else(|| folder.join("data"), Path::to_owned);
        let settings = settings.iter().map(|setting| (*setting).to_owned()).collect();
        let mut server = Self { programs, folder, data, port, settings, process: None, keeper };
        server.start()?;
        Ok(server)
    }

    /// Starts it and waits until it answers; nothing where it runs.
    pub fn start(&mut self) -> Result<(), String> {
        if self.is_running() {
            return Ok(());
        }
        let log = File::options().create(true).append(true).open(self.log());
        let log = log.map_err(|error| format!("cannot open PostgreSQL's log: {error}"))?;
        let mut command = as_server_user();
        command.arg(self.programs.join("postgres")).arg("-D").arg(&self.data).arg("-k").arg(&self.folder);
        command.args(["-p", &self.port.to_string(), "-c", "listen_addresses=127.0.0.1"]);
        for setting in &self.settings {
            command.args(["-c", setting]);
        }
        let copy = log.try_clone().map_err(|error| error.to_string())?;
        // Beside our own group: what interrupts us goes through the keeper.
        let spawned = command.stdin(Stdio::null()).stdout(copy).stderr(log).process_group(0).spawn();
        self.process = Some(spawned.map_err(|error| format!("cannot start PostgreSQL: {error}"))?);
        let start = Instant::now();
        while self.is_running() && start.elapsed() < SLOWEST_START {
            if self.sql("postgres", &["SELECT 1"]).is_ok() {
                return Ok(());
            }
            thread::sleep(LOOK);
        }
        let log = fs::read_to_string(self.log()).unwrap_or_default();
        let tail: Vec<_> = log.lines().rev().take(10).collect();
        Err(format!("PostgreSQL does not start: {}", tail.into_iter().rev().collect::<Vec<_>>().join("\n")))
    }

    /// Whether its first process is there; it may be about to end.
    pub fn is_running(&mut self) -> bool {
        let ended = self.process.as_mut().is_none_or(|process| !matches!(process.try_wait(), Ok(None)));
        if ended {
            self.process = None;
        }
        !ended
    }

    /// Ends all of its processes with SIGKILL: nothing is finished, and what only its memory held is gone.
    pub fn kill(&mut self) {
        let children = self.signal("KILL");
        if let Some(mut process) = self.process.take() {
            // It has been told; a process that cannot be waited for is gone.
            let _ = process.wait();
        }
        while children.iter().any(|child| is_alive(*child)) {
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Stops all of its processes where they are: connections stay open, and nothing is answered.
    pub fn freeze(&self) {
        self.signal("STOP");
    }

    /// Lets them go on.
    pub fn thaw(&self) {
        self.signal("CONT");
    }

    /// Sends a signal to all of its processes; the ids of all but the first.
    fn signal(&self, signal: &str) -> Vec<u32> {
        let Some(first) = self.process.as_ref().map(Child::id) else { return Vec::new() };
        let send = |id: u32| {
            // A process that is gone already cannot be told, and need not be.
            let _ = Command::new("kill").args([&format!("-{signal}"), &id.to_string()]).output();
        };
        // The first one alone makes others: once it has heard, the list is complete.
        let before = children(first);
        send(first);
        let mut all = children(first);
        all.extend(before);
        all.sort_unstable();
        all.dedup();
        all.iter().copied().for_each(send);
        all
    }

    /// Makes a standby the server that writes, and waits until it is.
    pub fn promote(&self) -> Result<(), String> {
        let done = self.sql("postgres", &["SELECT pg_promote(true, 60)"])?;
        if done == "t" { Ok(()) } else { Err("the standby is not promoted within a minute".to_owned()) }
    }

    /// Runs SQL, each statement in a transaction of its own; what they give, without headings.
    pub fn sql(&self, database: &str, statements: &[&str]) -> Result<String, String> {
        let words = ["--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--dbname"];
        let words = words.into_iter().map(str::to_owned).chain([self.conninfo(database)]);
        let statements = statements.iter().flat_map(|statement| ["--command", statement]).map(str::to_owned);
        self.run("psql", &words.chain(statements).collect::<Vec<_>>())
    }

    /// Reads every table and index of a database, compares them and says what is broken; an error where something is.
    pub fn check(&self, database: &str) -> Result<(), String> {
        let words = ["--install-missing", "--heapallindexed", "--host"].map(str::to_owned);
        let words = words.into_iter().chain([self.folder.display().to_string()]);
        let port = ["--port".to_owned(), self.port.to_string()];
        let database = ["--username", "usher", "--database", database].map(str::to_owned);
        self.run("pg_amcheck", &words.chain(port).chain(database).collect::<Vec<_>>()).map(drop)
    }

    fn run(&self, program: &str, words: &[String]) -> Result<String, String> {
        let done = Command::new(self.programs.join(program)).args(words).output();
        let done = done.map_err(|error| format!("cannot start {program}: {error}"))?;
        let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        if done.status.success() {
            return Ok(said(&done.stdout));
        }
        Err(format!("{program}: {} {}", said(&done.stderr), said(&done.stdout)))
    }

    fn conninfo(&self, database: &str) -> String {
        format!("host={} port={} user=usher dbname={database}", self.folder.display(), self.port)
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The address of a database, as `database.url` takes it.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://usher@127.0.0.1:{}/{database}", self.port)
    }

    /// Where it writes what happens.
    pub fn log(&self) -> PathBuf {
        self.folder.join("log")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
        drop(self.keeper.stdin.take());
        // It ends by itself; somebody else has to look where it does not.
        let _ = self.keeper.wait();
    }
}

/// The processes that one has begun, as Linux tells.
fn children(id: u32) -> Vec<u32> {
    let listed = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
    listed.split_whitespace().filter_map(|id| id.parse().ok()).collect()
}

/// Whether a process is there and not merely unburied.
fn is_alive(id: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    // What stands before is the program's name, which may hold anything.
    stat.rsplit(") ").next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with('Z'))
}
