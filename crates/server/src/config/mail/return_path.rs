//! The address that return addresses are made from.

use std::fmt;

use domain::Email;
use domain::return_address::LONGEST_RETURN_NAME;

use crate::config::reading::{Kind, Raw, from_text, quoted};

/// An address with room for a token behind its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnPath {
    /// What stands before `+` and the token.
    pub name: String,
    /// The domain, in ASCII.
    pub domain: String,
}

impl fmt::Display for ReturnPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.name, self.domain)
    }
}

pub(super) struct ReturnAddress;

impl Kind for ReturnAddress {
    type Value = ReturnPath;

    fn expects(&self) -> String {
        format!("a mail address whose name has {LONGEST_RETURN_NAME} characters at most and no `+`")
    }

    fn parse(&self, raw: &Raw) -> Result<ReturnPath, String> {
        from_text(self, raw, |text| {
            let address = Email::parse(text).ok()?.to_ascii();
            let (name, domain) = address.rsplit_once('@')?;
            let fits = name.len() <= LONGEST_RETURN_NAME && !name.contains('+');
            fits.then(|| ReturnPath { name: name.to_owned(), domain: domain.to_owned() })
        })
    }

    fn show(&self, value: &ReturnPath) -> String {
        quoted(&value.to_string())
    }
}
