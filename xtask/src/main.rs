//! Repository chores, run as `cargo xtask <chore>`. Standard library only, as is the one crate of ours it uses:
//! it is compiled before anything can be checked.

mod ci;
mod compare;
mod docs;
mod pages;
mod run;
mod setup;
mod torture;

use std::env;
use std::process::ExitCode;

use run::Failure;

/// What a chore gets is what stands after its name.
type Chore = fn(&[&str]) -> Result<(), Failure>;

/// Name, what it does, and the function. A new chore is a file of its own and a line here.
const CHORES: &[(&str, &str, Chore)] = &[
    ("ci", "the whole check, as CI runs it", ci::check),
    ("setup", "install what the check needs and this machine lacks", setup::install),
    ("torture", "kill, fail over, fill the disk, under load: no place may be lost", torture::torture),
    ("compare", "how fast it is, on SQLite and on a PostgreSQL of its own, as Markdown", compare::compare),
    ("pages", "photograph the pages for the README, and say what a first visit costs", pages::show),
    ("docs", "renew the generated documents; with --check, only compare", docs::renew),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let chore = words.first().and_then(|name| CHORES.iter().find(|chore| chore.0 == *name));
    let Some((_, _, chore)) = chore else {
        eprintln!("usage: cargo xtask <chore>\n");
        for (name, about, _) in CHORES {
            eprintln!("  {name:8} {about}");
        }
        return ExitCode::from(2);
    };

    match chore(&words[1..]) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\n{failure}");
            ExitCode::FAILURE
        }
    }
}
