//! Where documents are run, and what that says.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

use super::USHER;
use super::text::root;

/// A folder in which the lines of a document are run.
pub struct Place(tempfile::TempDir);

impl Place {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let (tools, samples) = (folder.path().join("tools"), folder.path().join("docs/samples"));
        fs::create_dir_all(&tools).and_then(|()| fs::create_dir_all(&samples)).expect("folders can be made");
        for sample in fs::read_dir(root().join("docs/samples")).expect("there are samples") {
            let sample = sample.expect("a sample can be read").path();
            let name = sample.file_name().expect("a file has a name");
            fs::copy(&sample, samples.join(name)).expect("a sample can be copied");
        }
        std::os::unix::fs::symlink(USHER, tools.join("usher")).expect("a link can be made");
        // Stands in for the real one, which would build what is built.
        let cargo = "#!/bin/sh\n[ \"$1 $2 $3\" = 'run -- demo' ] || exit 64\nshift 2\nexec usher \"$@\"\n";
        let file = tools.join("cargo");
        fs::write(&file, cargo).expect("a file can be written");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("it may be made to run");
        Self(folder)
    }

    /// A shell at this place, in a process group of its own, without our own configuration.
    pub fn shell(&self, script: &str) -> Command {
        let path = std::env::var("PATH").unwrap_or_default();
        let mut command = Command::new("sh");
        command
            .arg("-c")
            .arg(script)
            .current_dir(self.0.path())
            .env("PATH", format!("{}:{path}", self.0.path().join("tools").display()))
            .process_group(0);
        for (name, _) in
            std::env::vars().filter(|(name, _)| name.starts_with("USHER_") || name.ends_with("_proxy"))
        {
            command.env_remove(name);
        }
        command
    }

    /// Runs to the end, for a minute at most.
    pub fn run(&self, script: &str) -> Output {
        for tool in ["curl", "timeout"] {
            let is_there =
                self.shell(&format!("command -v {tool}")).output().is_ok_and(|found| found.status.success());
            assert!(is_there, "these tests need `{tool}`: on Debian `apt-get install curl coreutils`");
        }
        let file = self.0.path().join("script.sh");
        fs::write(&file, script).expect("a file can be written");
        self.shell("exec timeout 60 sh script.sh").stdin(Stdio::null()).output().expect("a shell starts")
    }
}

/// A demo that ends with its test.
pub struct Demo {
    process: Child,
    out: BufReader<std::process::ChildStdout>,
    pub first_line: String,
}

impl Demo {
    pub fn start(mut shell: Command) -> Self {
        let mut process = shell.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("a shell starts");
        let out = BufReader::new(process.stdout.take().expect("it is piped"));
        let mut demo = Self { process, out, first_line: String::new() };
        demo.first_line = demo.next_line();
        demo
    }

    pub fn next_line(&mut self) -> String {
        let mut line = String::new();
        self.out.read_line(&mut line).expect("the demo prints text");
        assert!(!line.is_empty(), "the demo ended");
        line
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let group = format!("kill -s TERM -- -{}", self.process.id());
        let _ = Command::new("sh").args(["-c", &group]).status();
        let _ = self.process.wait();
    }
}

pub fn succeeded(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}\n{said}\n{complaint}", output.status);
    said
}

/// The first JSON object in the output whose context ends as given.
pub fn answer(said: &str, context_end: &str) -> Value {
    let mut rest = said;
    while let Some(start) = rest.find("{\"@odata.context\"") {
        rest = &rest[start..];
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        let value = values.next().and_then(Result::ok).expect("an answer is JSON");
        if format!("{}\"", value["@odata.context"].as_str().unwrap_or_default()).contains(context_end) {
            return value;
        }
        rest = &rest[1..];
    }
    panic!("no answer with a context of `{context_end}` in:\n{said}")
}
