//! What people agree to when they register.

use std::fmt;

use sha2::{Digest, Sha256};

/// A text that people agree to, as an organisation shows it in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// The text, which stands beside a box to tick.
    pub text: String,
    /// Where the organisation tells more: its privacy notice.
    pub notice_url: Option<String>,
}

/// What one wording of a consent is called by: whoever agreed is kept with it, and another wording has another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ConsentVersion(String);

impl Consent {
    /// Its version: a hash of all that it says.
    pub fn version(&self) -> ConsentVersion {
        let notice = self.notice_url.as_deref().unwrap_or_default();
        let hash = Sha256::new().chain_update(&self.text).chain_update([0]).chain_update(notice).finalize();
        ConsentVersion(hash[..16].iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

impl ConsentVersion {
    /// One as it is stored; `None` for what is none.
    pub fn parse(text: &str) -> Option<Self> {
        let is_one = text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        is_one.then(|| Self(text.to_owned()))
    }

    /// 32 hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ConsentVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wording_has_a_version_of_its_own() {
        let consent = |text: &str, notice: Option<&str>| Consent {
            text: text.to_owned(),
            notice_url: notice.map(str::to_owned),
        };
        let all = [
            consent("I agree.", None),
            consent("I agree!", None),
            consent("I agree.", Some("https://example.org/privacy")),
            consent("I agree.", Some("https://example.org/private")),
        ];

        for (n, one) in all.iter().enumerate() {
            assert_eq!(ConsentVersion::parse(one.version().as_str()), Some(one.version()));
            for other in &all[..n] {
                assert_ne!(one.version(), other.version());
            }
        }
        for text in ["", "A", &"A".repeat(32), &"a".repeat(33), &"g".repeat(32)] {
            assert_eq!(ConsentVersion::parse(text), None, "{text}");
        }
    }
}
