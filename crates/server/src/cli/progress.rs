//! How far something long has come.

use std::io::{IsTerminal, Write, stderr};

/// A bar where somebody looks on; elsewhere a line whenever something new begins.
pub(super) struct Progress {
    is_terminal: bool,
    last: Option<String>,
}

impl Progress {
    pub(super) fn new() -> Self {
        Self { is_terminal: stderr().is_terminal(), last: None }
    }

    /// `word` says what is done, `what` to what; so much of it is.
    pub(super) fn show(&mut self, word: &str, what: &str, done: u64, of: u64) {
        let here = format!("{word} {what}");
        if self.is_terminal {
            let share = usize::try_from((done * 100).checked_div(of).unwrap_or(100)).unwrap_or(100).min(100);
            let bar = "#".repeat(share / 4);
            eprint!("\r{word:<9} [{bar:<25}] {share:>3} %  {what:<20}");
            // Nothing is lost when nobody sees it.
            let _ = stderr().flush();
        } else if self.last.as_ref() != Some(&here) {
            eprintln!("{word} `{what}`, {done} of {of} done");
        }
        self.last = Some(here);
    }

    /// Leaves the bar where it is.
    pub(super) fn end(&mut self) {
        if self.is_terminal && self.last.take().is_some() {
            eprintln!();
        }
    }
}
