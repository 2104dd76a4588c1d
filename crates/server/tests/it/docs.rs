//! The documents, held against the program: what is marked to be run is run, tables are compared with the code, and
//! whatever a reader may paste is understood.
//!
//! A shell block of README.md, docs/*.md or docs/recipes/*.md is executed when `<!-- run -->` stands on the line before it. All marked
//! blocks of a file are one script, run in an empty folder beside a copy of docs/samples, with `usher` being the binary
//! under test and `cargo run -- demo` a demo of it on a free port.

mod errors;
mod moved;
mod pasted;
mod recipes;
mod run;
mod shell;
mod text;
mod told;

const USHER: &str = env!("CARGO_BIN_EXE_usher");
