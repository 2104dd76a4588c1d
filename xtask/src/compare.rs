//! The comparisons of docs/performance.md, on both engines.

use std::env;
use std::path::Path;
use std::process::Command;

use testpg::Cluster;

use crate::run::{Failure, cargo, command, output, root};

const USAGE: &str = "usage: cargo xtask compare [many] [--socket] [--rounds N] [--seconds N]";

/// `cargo xtask compare`. PostgreSQL is reached by TCP, as it is from another machine, or over a socket of this one.
pub(crate) fn compare(words: &[&str]) -> Result<(), Failure> {
    let (subject, words) = match words {
        ["many", words @ ..] => ("many", words),
        words => ("enrolments", words),
    };
    let (is_by_socket, words) = match words {
        ["--socket", words @ ..] => (true, words),
        words => (false, words),
    };
    let is_read = words.chunks(2).all(|pair| match pair {
        ["--rounds" | "--seconds", value] => value.parse::<u16>().is_ok(),
        _ => false,
    });
    if !is_read {
        return Err(Failure(USAGE.to_owned()));
    }
    output(&mut cargo(&["build", "--release", "--locked", "--package", "server", "--bin", "usher"]))?;
    // Ours is a debug build, whose folder stands beside that of the release.
    let here = env::current_exe().map_err(|error| Failure(format!("cannot find myself: {error}")))?;
    let target =
        here.parent().and_then(Path::parent).ok_or_else(|| Failure("nothing is built".to_owned()))?;
    // Beside what was built, because a temporary folder is often in memory.
    let folder = target.join("compare");
    let cluster = Cluster::durable(&folder);
    let database = cluster.create();
    let load = || {
        let mut load: Command =
            command(target.join("release/usher"), &["load", "--compare", subject, "--markdown", "--data"]);
        load.arg(folder.strip_prefix(root()).unwrap_or(&folder)).args(words);
        load
    };

    let figures = output(&mut load())?;
    println!("## SQLite\n\n{}", figures.trim_end());
    let url = if is_by_socket { database.url() } else { database.url_by_tcp() };
    let figures = output(load().arg("--database").arg(url))?;
    println!("\n## PostgreSQL\n\n{}", figures.trim_end());
    Ok(())
}
