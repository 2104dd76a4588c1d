//! A server of our own in a process of its own.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use clap::ValueEnum;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child as Process, Command};
use tokio::time::timeout;
use url::Url;

use crate::load::bench_server::Mode;
use crate::load::target::{DemoLine, Target};
use crate::start::StartProblem;

/// How long a server may take to start.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running server. Dropping it ends the process, whatever happened, and removes its database.
pub(in crate::load) struct Child {
    // Before the folder: the process is gone before its files are.
    process: Process,
    folder: TempDir,
    /// The meeting to load.
    pub(in crate::load) target: Target,
    /// From the start of the process to its first answer.
    pub(in crate::load) first_answer: Duration,
}

impl Child {
    /// Starts a server in a new folder below `parent`, with its database there unless one is named.
    pub(in crate::load) async fn start(
        mode: Mode,
        parent: &Path,
        database: Option<&Url>,
    ) -> Result<Self, StartProblem> {
        let folder = new_folder(parent)?;
        let program = std::env::current_exe().map_err(failed("find the program"))?;
        let mode = mode.to_possible_value().expect("no mode is skipped");
        let started_at = Instant::now();
        let mut process = Command::new(program)
            .args(["bench-server", "--mode", mode.get_name(), "--data"])
            .arg(folder.path())
            .args(database.into_iter().flat_map(|url| ["--database", url.as_str()]))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(failed("start a server"))?;
        let target =
            timeout(PATIENCE, read_target(&mut process)).await.map_err(failed("wait for a server"))??;
        timeout(PATIENCE, first_answer(&target)).await.map_err(failed("wait for an answer"))??;
        Ok(Self { process, folder, target, first_answer: started_at.elapsed() })
    }

    /// The id of the process; `None` when it has ended.
    pub(in crate::load) fn id(&self) -> Option<u32> {
        self.process.id()
    }

    /// Where its files are.
    pub(in crate::load) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Ends the process and waits until it is gone, so that the next measurement has the machine to itself.
    pub(in crate::load) async fn end(mut self) -> Result<(), StartProblem> {
        self.process.kill().await.map_err(failed("end a server"))
    }
}

/// A folder that is removed when it is dropped.
pub(super) fn new_folder(parent: &Path) -> Result<TempDir, StartProblem> {
    tempfile::Builder::new().prefix("usher-load-").tempdir_in(parent).map_err(failed("make a folder"))
}

async fn read_target(process: &mut Process) -> Result<Target, StartProblem> {
    let output = process.stdout.take().ok_or_else(|| StartProblem("the server has no output".to_owned()))?;
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line).await.map_err(failed("hear from a server"))?;
    DemoLine::read(&line)?.target()
}

/// The port was taken before the line was printed, so the first connection already waits for an answer.
async fn first_answer(target: &Target) -> Result<(), StartProblem> {
    let ask = async {
        let mut stream = TcpStream::connect(target.address).await?;
        stream
            .write_all(b"GET /health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            .await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok(answer)
    };
    let answer = ask.await.map_err(failed::<std::io::Error>("ask a server"))?;
    if answer.starts_with("HTTP/1.1 200") {
        Ok(())
    } else {
        Err(StartProblem("the server is not ready".to_owned()))
    }
}

fn failed<E: std::fmt::Display>(what: &str) -> impl FnOnce(E) -> StartProblem {
    move |error| StartProblem(format!("cannot {what}: {error}"))
}
