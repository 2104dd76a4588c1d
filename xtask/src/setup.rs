//! Installs what the check needs beyond the Rust toolchain, each thing only where it is missing.

use std::env;
use std::fs;
use std::path::PathBuf;

use crate::run::{Failure, cargo, command, output, root, run, version};

/// Raised by hand: a newer one may know new rules, and the check must not change by itself.
const CARGO_DENY: &str = "0.20.2";

/// `cargo xtask setup`
pub(crate) fn install(_: &[&str]) -> Result<(), Failure> {
    install_cargo_deny()?;
    if root().join("tests/js/package.json").exists() {
        install_programs()?;
        install_packages()?;
        install_python()?;
    }
    Ok(())
}

/// Where our own copy of cargo-deny is.
pub(crate) fn cargo_deny() -> PathBuf {
    tools().join("bin/cargo-deny")
}

fn tools() -> PathBuf {
    root().join("target/tools")
}

fn install_cargo_deny() -> Result<(), Failure> {
    let wanted = format!("cargo-deny {CARGO_DENY}");
    if version(cargo_deny()).as_deref() == Some(&wanted) {
        println!("{wanted} is there");
        return Ok(());
    }
    let tools = tools();
    // Unoptimised it is built in a fifth of the time and still checks the tree in two seconds.
    let arguments =
        ["install", "--locked", "cargo-deny", "--version", CARGO_DENY, "--profile", "dev", "--root"];
    run(cargo(&arguments).arg(tools).env("CARGO_PROFILE_DEV_DEBUG", "0").env_remove("CARGO_TARGET_DIR"))
}

/// Programs the tests call, each with the Debian package that brings it: curl runs the samples of the documents,
/// openssl makes the mail server's certificate, sqlite3 looks into the torture's database, Node.js runs the official
/// Graph client against us and drives Chromium, which shows the pages. PostgreSQL, whose server is in no search path, is
/// looked for where Debian puts it, and Python has to have what makes an environment, which Debian packs on its own.
const PROGRAMS: [(&str, &str); 6] = [
    ("curl", "curl"),
    ("openssl", "openssl"),
    ("sqlite3", "sqlite3"),
    ("node", "nodejs"),
    ("npm", "npm"),
    // Chromium without what it needs to open windows.
    ("chromium-headless-shell", "chromium-headless-shell"),
];

fn install_programs() -> Result<(), Failure> {
    let missing = PROGRAMS.into_iter().filter(|(program, _)| !is_there(program)).map(|(_, package)| package);
    let postgres = Some("postgresql").filter(|_| !is_postgres_there());
    let python = Some("python3-venv").filter(|_| !is_python_there());
    let packages: Vec<_> = missing.chain(postgres).chain(python).collect();
    if packages.is_empty() {
        println!("curl, openssl, sqlite3, node, npm, Chromium, PostgreSQL and Python are there");
        return Ok(());
    }
    if !is_there("apt-get") {
        return Err(Failure(format!("install first what is missing: {}", packages.join(", "))));
    }
    as_root(&["apt-get", "update"])?;
    as_root(&[&["apt-get", "install", "--yes", "--no-install-recommends"], packages.as_slice()].concat())
}

fn is_there(program: &str) -> bool {
    env::var_os("PATH")
        .is_some_and(|path| env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}

fn is_postgres_there() -> bool {
    fs::read_dir("/usr/lib/postgresql").is_ok_and(|versions| {
        versions.filter_map(Result::ok).any(|version| version.path().join("bin/postgres").is_file())
    })
}

fn is_python_there() -> bool {
    output(&mut command("python3", &["-c", "import ensurepip, venv"])).is_ok()
}

fn as_root(words: &[&str]) -> Result<(), Failure> {
    let is_root = output(&mut command("id", &["-u"]))?.trim() == "0";
    let mut installer = if is_root { command(words[0], &words[1..]) } else { command("sudo", words) };
    run(installer.env("DEBIAN_FRONTEND", "noninteractive"))
}

/// The packages of tests/js, exactly as locked. Done again only when the lock has changed.
fn install_packages() -> Result<(), Failure> {
    let folder = root().join("tests/js");
    let done_for = folder.join("node_modules/.installed-lock");
    let lock = fs::read(folder.join("package-lock.json"))
        .map_err(|error| Failure(format!("cannot read tests/js/package-lock.json: {error}")))?;
    if fs::read(&done_for).is_ok_and(|done| done == lock) {
        println!("the packages of tests/js are there");
        return Ok(());
    }
    run(command("npm", &["ci", "--no-audit", "--no-fund"]).current_dir(&folder))?;
    // With nothing to install npm makes no folder.
    fs::create_dir_all(folder.join("node_modules"))
        .and_then(|()| fs::write(&done_for, lock))
        .map_err(|error| Failure(format!("cannot write `{}`: {error}", done_for.display())))
}

/// The packages of tests/python, exactly as locked, in an environment of their own. Done again only when the lock has
/// changed, or when the Python that it was made with is gone.
fn install_python() -> Result<(), Failure> {
    let folder = tools().join("python");
    let (python, done_for) = (folder.join("bin/python"), folder.join(".installed-lock"));
    let lock = root().join("tests/python/requirements.txt");
    let wanted = fs::read(&lock)
        .map_err(|error| Failure(format!("cannot read tests/python/requirements.txt: {error}")))?;
    if version(python.clone()).is_some() && fs::read(&done_for).is_ok_and(|done| done == wanted) {
        println!("the packages of tests/python are there");
        return Ok(());
    }
    run(command("python3", &["-m", "venv", "--clear"]).arg(&folder))?;
    // Thirty thousand modules, of which the tests import six hundred: those are compiled when they are used.
    let arguments =
        ["-m", "pip", "install", "--quiet", "--require-hashes", "--only-binary=:all:", "--no-compile"];
    run(command(python, &arguments).arg("--requirement").arg(&lock))?;
    fs::write(&done_for, wanted)
        .map_err(|error| Failure(format!("cannot write `{}`: {error}", done_for.display())))
}
