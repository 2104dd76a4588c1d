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

use super::programme::Load;
use crate::load::database::Database;
use crate::load::target::{DemoLine, Target};
use crate::start::StartProblem;

/// How long a server may take to start, with a thousand meetings to make on a slow disk.
const PATIENCE: Duration = Duration::from_secs(120);

/// A running server. Dropping it ends the process, whatever happened, and removes its database.
pub(in crate::load) struct Child {
    // Before the folder: the process is gone before its files are.
    process: Process,
    folder: TempDir,
    /// The meetings to load.
    pub(in crate::load) target: Target,
    /// From the start of the process to its first answer.
    pub(in crate::load) first_answer: Duration,
}

impl Child {
    /// Starts a server with a new folder below `parent`, and with its database in there unless one is given.
    pub(in crate::load) async fn start(
        load: Load,
        database: Option<&Database>,
        parent: &Path,
    ) -> Result<Self, StartProblem> {
        let folder = new_folder(parent)?;
        let program = std::env::current_exe().map_err(failed("find the program"))?;
        let mode = load.mode.to_possible_value().expect("no mode is skipped");
        let mut command = Command::new(program);
        command.args(["bench-server", "--mode", mode.get_name(), "--data"]).arg(folder.path());
        if let Some(database) = database {
            command.args(["--database", database.url()]);
            database.introduce(&mut command);
        }
        if load.verify_each {
            command.arg("--verify-each");
        }
        if let Some(count) = load.meetings {
            command.args(["--meetings", &count.to_string()]);
        }
        let started_at = Instant::now();
        let mut process = command
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
pub(in crate::load) fn new_folder(parent: &Path) -> Result<TempDir, StartProblem> {
    tempfile::Builder::new().prefix("usher-load-").tempdir_in(parent).map_err(failed("make a folder"))
}

async fn read_target(process: &mut Process) -> Result<Target, StartProblem> {
    let output = process.stdout.take().ok_or_else(|| StartProblem("the server has no output".to_owned()))?;
    let mut lines = BufReader::new(output).lines();
    let mut line = async || {
        let line = lines.next_line().await.map_err(failed("hear from a server"))?;
        line.ok_or_else(|| StartProblem("the server ended before it was ready".to_owned()))
    };
    let demo = DemoLine::read(&line().await?)?;
    let meetings =
        serde_json::from_str::<Vec<String>>(&line().await?).map_err(failed("read the meetings"))?;
    demo.target_of(&meetings)
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
