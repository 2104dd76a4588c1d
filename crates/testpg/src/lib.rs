//! A PostgreSQL of a test run's own: made in a temporary folder at its first use, reached through a socket there, and
//! gone when the process that asked for it is, however that ends. One that figures are taken on listens on loopback
//! too.
//!
//! The server's programs are Debian's (`postgresql`); `cargo xtask setup` installs them.

mod off;
mod relay;
mod server;

use std::fs::{self, Permissions};
use std::io::{self, BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

pub use off::Protection;
pub use relay::{Relay, Standing};
pub use server::Server;

/// Settings of a server whose data nobody will miss: nothing waits for the disk.
const CARELESS: &[&str] = &["fsync=off", "full_page_writes=off", "synchronous_commit=off"];
/// The port of a server, where nobody needs another.
const STANDARD_PORT: u16 = 5432;
/// The name of a server's socket, without the port.
const SOCKET: &str = ".s.PGSQL.";

/// A running server.
#[derive(Debug)]
pub struct Cluster {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
    /// It stops the server and removes the folder as soon as nobody holds the other end of its input.
    _keeper: Child,
}

/// A database that nobody else uses; dropped with this.
#[derive(Debug)]
pub struct Scratch {
    cluster: &'static Cluster,
    name: String,
}

/// Starts the server, says where, and stops it when its input ends. The socket's path has to be short, so it may stand
/// apart from the data.
const KEEPER: &str = r#"
trap '' INT TERM HUP
FOLDER=$(mktemp --directory --tmpdir usher-pg-XXXXXX) && cd "$FOLDER" && chmod 755 . || exit
DATA=$(mktemp --directory --tmpdir="${PARENT:-$FOLDER}" usher-data-XXXXXX) || exit
"$PROGRAMS/initdb" --pgdata "$DATA" --username usher --auth trust --encoding UTF8 --locale C --no-sync > log 2>&1 &&
"$PROGRAMS/pg_ctl" --pgdata "$DATA" --log log --wait --silent start -o "$OPTIONS -k $FOLDER" >> log 2>&1 &&
echo "ready $FOLDER" || { echo failed; cat log; }
cat > /dev/null
"$PROGRAMS/pg_ctl" --pgdata "$DATA" --mode immediate --silent stop
cd / && rm -rf "$FOLDER" "$DATA"
"#;

impl Cluster {
    /// The server that all tests of this process share; it does not wait for the disk.
    pub fn shared() -> &'static Self {
        static SHARED: LazyLock<Cluster> = LazyLock::new(|| Cluster::start(CARELESS, STANDARD_PORT, None));
        &SHARED
    }

    /// A server as durable as it is out of the box, its data in a folder of its own below `parent`. It listens on a port of
    /// 127.0.0.1 besides, to anybody on this machine.
    pub fn durable(parent: &Path) -> &'static Self {
        // Whoever the server runs as makes its folder there.
        fs::create_dir_all(parent)
            .and_then(|()| fs::set_permissions(parent, Permissions::from_mode(0o1777)))
            .expect("a folder that anybody may write to");
        let port = free_port().expect("a free port");
        Box::leak(Box::new(Self::start(&["listen_addresses=127.0.0.1"], port, Some(parent))))
    }

    /// A test without its database has failed: where PostgreSQL is not installed or does not start this panics.
    fn start(settings: &[&str], port: u16, parent: Option<&Path>) -> Self {
        let programs = programs().expect("PostgreSQL is installed: `cargo xtask setup` does that");
        let mut options = format!("-p {port} -c listen_addresses='' -c max_connections=300");
        for setting in settings {
            options.push_str(&format!(" -c {setting}"));
        }
        let mut keeper = as_server_user()
            .args(["sh", "-c", KEEPER])
            .env("PROGRAMS", &programs)
            .env("OPTIONS", options)
            .env("PARENT", parent.unwrap_or(Path::new("")))
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .expect("a shell");
        let mut lines = BufReader::new(keeper.stdout.take().expect("its output is a pipe")).lines();
        let said = lines.next().and_then(Result::ok).unwrap_or_default();
        let Some(folder) = said.strip_prefix("ready ") else {
            let log: Vec<_> = lines.map_while(Result::ok).take(50).collect();
            panic!("PostgreSQL does not start: {}", log.join("\n"));
        };
        Self { programs, folder: folder.into(), port, _keeper: keeper }
    }

    /// An empty database.
    pub fn create(&'static self) -> Scratch {
        self.create_in("UTF8")
    }

    /// An empty database for texts in another encoding.
    pub fn create_in(&'static self, encoding: &str) -> Scratch {
        static LAST: AtomicU64 = AtomicU64::new(0);
        let name = format!("case_{}", LAST.fetch_add(1, Ordering::Relaxed));
        self.run("createdb", &["--encoding", encoding, "--template", "template0", &name]);
        Scratch { cluster: self, name }
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Vec<u8> {
        let done = Command::new(self.programs.join(program))
            .args(["--username", "usher", "--port", &self.port.to_string(), "--host"])
            .arg(&self.folder)
            .args(arguments)
            .output()
            .expect("one of PostgreSQL's programs");
        assert!(done.status.success(), "{program}: {}", String::from_utf8_lossy(&done.stderr));
        done.stdout
    }
}

impl Scratch {
    /// All that is in it, as SQL.
    pub fn dump(&self) -> Vec<u8> {
        self.cluster.run("pg_dump", &[&self.name])
    }

    /// Runs SQL, several statements if need be.
    pub fn execute(&self, sql: &str) {
        self.cluster.run("psql", &["--quiet", "--set", "ON_ERROR_STOP=1", "--command", sql, &self.name]);
    }

    /// Backs it up into a file of `pg_dump`'s own format.
    pub fn back_up(&self, file: &Path) {
        self.cluster.run("pg_dump", &["--format", "custom", "--file", &file.to_string_lossy(), &self.name]);
    }

    /// Fills it, empty as it is, from such a file.
    pub fn restore(&self, file: &Path) {
        let options = ["--exit-on-error", "--single-transaction", "--no-owner", "--dbname", &self.name];
        self.cluster.run("pg_restore", &[&options[..], &[&file.to_string_lossy()]].concat());
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The socket of its server.
    pub fn socket(&self) -> PathBuf {
        self.cluster.folder.join(format!("{SOCKET}{}", self.cluster.port))
    }

    /// Its address, as `database.url` takes it: the socket.
    pub fn url(&self) -> String {
        let Cluster { folder, port, .. } = self.cluster;
        format!("postgres://usher@localhost:{port}/{}?host={}", self.name, folder.display())
    }

    /// The same by TCP; only a [durable](Cluster::durable) one listens.
    pub fn url_by_tcp(&self) -> String {
        format!("postgres://usher@127.0.0.1:{}/{}", self.cluster.port, self.name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        self.cluster.run("dropdb", &["--force", &self.name]);
    }
}

/// A port of 127.0.0.1 that is free now; whoever takes it meanwhile makes a start fail with a clear word.
fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// The programs of the newest server that Debian's packages have installed.
fn programs() -> Option<PathBuf> {
    let programs = |version: &u32| PathBuf::from(format!("/usr/lib/postgresql/{version}/bin"));
    fs::read_dir(Path::new("/usr/lib/postgresql"))
        .ok()?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok())
        .filter(|version| programs(version).join("postgres").exists())
        .max()
        .as_ref()
        .map(programs)
}

/// PostgreSQL refuses to run as root, so root runs it as the user that the package made.
fn as_server_user() -> Command {
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
    if is_root {
        let mut command = Command::new("setpriv");
        command.args(["--reuid", "postgres", "--regid", "postgres", "--clear-groups"]);
        command
    } else {
        Command::new("env")
    }
}
