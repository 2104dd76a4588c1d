//! The built program as a process of its own, and the programs of tests/js and tests/python.

use std::fs;
use std::io::{BufRead, BufReader, Lines, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use testpg::Scratch;

/// The program under test.
pub const USHER: &str = env!("CARGO_BIN_EXE_usher");

/// An address of loopback where nobody listens now; whoever takes it meanwhile makes a start there fail.
pub fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port is free")
}

/// A program that is ended when the test is.
pub struct Running {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    /// The database that it fills, where that is not a file of its own.
    scratch: Option<Scratch>,
}

impl Running {
    /// Starts a program whose standard output is read line by line.
    pub fn start(command: &mut Command) -> Self {
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the program can be started");
        let stdout = child.stdout.take().expect("standard output is piped");
        Self { child, lines: BufReader::new(stdout).lines(), scratch: None }
    }

    /// Reads its standard output up to a line with that text.
    pub fn wait_for(&mut self, text: &str) {
        while !self.lines.next().expect("the program goes on").expect("the line is text").contains(text) {}
    }

    /// The next line of its standard output, as JSON.
    pub fn json_line(&mut self) -> Value {
        let line = self.lines.next().expect("the program prints a line").expect("the line is text");
        serde_json::from_str(&line).expect("the line is JSON")
    }

    /// The id of its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// How long it has kept a processor busy.
    pub fn busy(&self) -> Duration {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).expect("Linux tells");
        // What stands before is the program's name, which may hold anything.
        let figures = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
        let ticks: u64 = figures.skip(11).take(2).map(|ticks| ticks.parse::<u64>().expect("ticks")).sum();
        Duration::from_millis(10 * ticks)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // A program that ended already cannot be killed, and need not be.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `usher demo --json` on a free port, and what it printed; on the engine that the tests run on.
pub fn demo() -> (Running, Value) {
    let scratch = testkit::scratch();
    let database = scratch.as_ref().map(|scratch| format!("--database={}", scratch.url()));
    let mut demo = Running::start(
        Command::new(USHER).args(["demo", "--json", "--listen", "127.0.0.1:0"]).args(database),
    );
    demo.scratch = scratch;
    let printed = demo.json_line();
    (demo, printed)
}

/// A program of tests/js, ready to be run by node.
pub fn javascript(program: &str) -> Command {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/js"));
    assert!(
        folder.join("node_modules").is_dir(),
        "the packages of tests/js are missing: run `cargo xtask setup`"
    );
    let mut command = Command::new("node");
    command.arg(folder.join(program));
    command
}

/// A program of tests/python, ready to be run by the Python that `cargo xtask setup` prepared.
pub fn python(program: &str) -> Command {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let environment = root.join("target/tools/python");
    let python = environment.join("bin/python");
    assert!(python.is_file(), "the packages of tests/python are missing: run `cargo xtask setup`");
    let mut command = Command::new(python);
    // Compiled modules are kept, but not beside the sources.
    command.env("PYTHONPYCACHEPREFIX", environment.join("compiled"));
    command.arg(root.join("tests/python").join(program));
    command
}

/// Runs a command to its end with `input`, and gives its standard output. Fails the test with everything the
/// command said when it fails.
pub fn run(command: &mut Command, input: &[u8]) -> String {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program can be started");
    child
        .stdin
        .take()
        .expect("standard input is piped")
        .write_all(input)
        .expect("the program reads its input");
    let output = child.wait_with_output().expect("the program ends");
    let (said, complained) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?} failed:\n{said}\n{complained}");
    said.into_owned()
}

/// The last line counts what passed: a program that checked nothing has not passed.
pub fn assert_passed(said: &str) {
    let passed =
        said.lines().last().and_then(|line| line.split(' ').next()).and_then(|n| n.parse::<u32>().ok());
    assert!(passed.is_some_and(|passed| passed > 30), "{said}");
}

/// Runs a command that must fail, and gives what it complained.
pub fn fail(command: &mut Command) -> String {
    let output = command.output().expect("the program can be started");
    assert!(!output.status.success(), "{command:?} succeeded");
    String::from_utf8_lossy(&output.stderr).into_owned()
}
