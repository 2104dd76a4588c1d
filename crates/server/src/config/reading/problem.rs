use std::fmt;
use std::sync::Arc;

/// Where a value was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// On this line of the file (from 1). No name when the text did not come from a file.
    Line(Option<Arc<str>>, usize),
    /// In this environment variable.
    Variable(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(Some(name), line) => write!(f, "{name}:{line}"),
            Self::Line(None, line) => write!(f, "line {line}"),
            Self::Variable(name) => f.write_str(name),
        }
    }
}

/// One thing to put right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Dotted, list items by index from 0: `identity.issuer[0].url`. Empty when the file as a whole is at fault.
    pub key: String,
    /// `None` for a key that is written nowhere.
    pub origin: Option<Origin>,
    /// What is wrong and what would be right. Never shows a secret.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.key.as_str(), &self.origin) {
            ("", None) => f.write_str(&self.message),
            ("", Some(origin)) => write!(f, "{origin}: {}", self.message),
            (key, None) => write!(f, "`{key}`: {}", self.message),
            (key, Some(origin)) => write!(f, "`{key}` ({origin}): {}", self.message),
        }
    }
}

/// Everything that is wrong with a configuration, never empty, one line each when printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.0.iter().map(Problem::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for Problems {}
