//! What is logged and how.

use std::marker::PhantomData;

use super::reading::{Choice, Kind, Named, Raw, default, quoted, section, wrong};

section! {
    /// What goes to standard error.
    Log {
        /// `text` for people, `json` for machines, one object a line.
        format: Format = default(Choice(PhantomData), "text");
        /// Lowest level that is logged, and with commas other levels for parts of the program, as in
        /// `info,server::mailroom=debug`.
        level: String = default(Levels, "info");
    }
}

/// How a line of the log looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// For machines.
    Json,
}

impl Named for Format {
    const NAMES: &'static [(Self, &'static str)] = &[(Self::Text, "text"), (Self::Json, "json")];
}

/// The part of the filter language that people use. The filter itself takes any word for the name of a module,
/// so that `inof` would silence everything without a complaint.
struct Levels;

impl Kind for Levels {
    type Value = String;

    fn expects(&self) -> String {
        "one of `error`, `warn`, `info`, `debug`, `trace`, `off`, then `module=level` with commas between"
            .into()
    }

    fn parse(&self, raw: &Raw) -> Result<String, String> {
        let (Raw::Text(text) | Raw::Words(text)) = raw else { return Err(wrong(self, raw)) };
        if text.split(',').all(is_directive) { Ok(text.clone()) } else { Err(wrong(self, raw)) }
    }

    fn show(&self, value: &String) -> String {
        quoted(value)
    }
}

fn is_directive(text: &str) -> bool {
    let is_level = |level: &str| matches!(level, "error" | "warn" | "info" | "debug" | "trace" | "off");
    let is_in_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':');
    match text.trim().split_once('=') {
        Some((module, level)) => !module.is_empty() && module.bytes().all(is_in_name) && is_level(level),
        None => is_level(text.trim()),
    }
}
