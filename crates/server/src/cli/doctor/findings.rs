//! What was found, a line each.

use std::fmt;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) verdict: Verdict,
    what: String,
    words: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Good,
    /// Nothing to mend, something to know.
    Note,
    Wrong,
}

impl Finding {
    pub(super) fn good(what: impl Into<String>, words: impl Into<String>) -> Self {
        Self { verdict: Verdict::Good, what: what.into(), words: words.into() }
    }

    pub(super) fn note(what: impl Into<String>, words: impl Into<String>) -> Self {
        Self { verdict: Verdict::Note, what: what.into(), words: words.into() }
    }

    pub(super) fn wrong(what: impl Into<String>, words: impl Into<String>) -> Self {
        Self { verdict: Verdict::Wrong, what: what.into(), words: words.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = match self.verdict {
            Verdict::Good => "good",
            Verdict::Note => "note",
            Verdict::Wrong => "WRONG",
        };
        // What another machine said may hold line breaks, and this is one line.
        let words = self.words.split_whitespace().collect::<Vec<_>>().join(" ");
        writeln!(f, "{verdict:<6}{}: {words}", self.what)
    }
}
