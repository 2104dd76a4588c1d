//! BigBlueButton's signed calls: <https://docs.bigbluebutton.org/development/api/>.

use percent_encoding::percent_decode_str;
use sha2::{Digest, Sha256};
use url::{Url, form_urlencoded};

use super::Visitor;
use crate::config::{self, Secret};

/// A BigBlueButton server.
#[derive(Clone, Debug)]
pub struct BigBlueButton {
    url: Url,
    secret: Secret,
}

impl BigBlueButton {
    /// As configured.
    pub fn from_config(bigbluebutton: &config::BigBlueButton) -> Self {
        Self { url: bigbluebutton.url.clone(), secret: bigbluebutton.secret.clone() }
    }

    /// What stands before a meeting's id.
    pub fn base(&self) -> &Url {
        &self.url
    }

    /// The call by which one person joins a meeting that has been created, as a viewer. `role` in place of a password
    /// is understood since version 2.4.
    pub fn entry(&self, meeting: &str, visitor: &Visitor<'_>) -> Option<String> {
        let meeting = percent_decode_str(meeting).decode_utf8().ok()?;
        let parameters = [
            ("fullName", visitor.name),
            ("meetingID", &meeting),
            ("role", "VIEWER"),
            ("userID", visitor.id),
            ("redirect", "true"),
        ];
        Some(self.call("join", &parameters))
    }

    /// The address of a call: its checksum is the SHA-256 of its name, its parameters as they are sent and the secret.
    pub fn call(&self, name: &str, parameters: &[(&str, &str)]) -> String {
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
        let digest = Sha256::digest(format!("{name}{query}{}", self.secret.reveal()));
        let checksum: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        let base = self.url.as_str().trim_end_matches('/');
        let separator = if query.is_empty() { "" } else { "&" };
        format!("{base}/api/{name}?{query}{separator}checksum={checksum}")
    }
}
