//! The pictures of the README, and the figures of docs/performance.md about the pages.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

use crate::run::{Failure, cargo, command, output, root, run};

/// Where the pictures are, from the root.
const PICTURES: &str = "docs/images";

/// A demo that ends with the chore.
struct Demo(Child);

impl Drop for Demo {
    fn drop(&mut self) {
        // One that ended already cannot be ended, and need not be.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// `cargo xtask pages`
pub(crate) fn show(_: &[&str]) -> Result<(), Failure> {
    run(&mut cargo(&["build", "--locked", "--package", "server", "--bin", "usher"]))?;
    fs::create_dir_all(root().join(PICTURES))
        .map_err(|error| Failure(format!("cannot make `{PICTURES}`: {error}")))?;
    let (_demo, printed) = demo()?;
    output(&mut command("node", &["tests/js/screenshots.mjs", &printed, PICTURES]))?;
    let figures = output(&mut command("node", &["tests/js/measure.mjs", &printed]))?;
    println!("\n{}", figures.trim_end());
    Ok(())
}

/// The program that was built beside us, and the line of JSON it printed.
fn demo() -> Result<(Demo, String), Failure> {
    let here = env::current_exe().map_err(|error| Failure(format!("cannot find myself: {error}")))?;
    let usher = here.parent().unwrap_or(Path::new(".")).join("usher");
    let mut child = command(usher, &["demo", "--json", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| Failure(format!("cannot start the demo: {error}")))?;
    let stdout = child.stdout.take();
    let demo = Demo(child);
    let mut printed = String::new();
    let read = stdout.map(|stdout| BufReader::new(stdout).read_line(&mut printed));
    match read {
        Some(Ok(length)) if length > 0 => Ok((demo, printed)),
        _ => Err(Failure("the demo ended before it said where it listens".to_owned())),
    }
}
