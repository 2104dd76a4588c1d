//! The links in letters.

use domain::link::{Link, LinkKey, Purpose};
use url::Url;

/// What a registrant's links are made from.
#[derive(Clone, Debug)]
pub struct LetterLinks {
    /// The key that makes links good.
    pub key: LinkKey,
    /// Where people reach this service, such as `https://usher.example.org`.
    pub public_url: String,
}

impl LetterLinks {
    /// The link to the meeting: `{public_url}/j/{token}`.
    pub fn join(&self, link: &Link) -> String {
        self.write('j', Purpose::Join, link)
    }

    /// The link to the own registration: `{public_url}/m/{token}`.
    pub fn manage(&self, link: &Link) -> String {
        self.write('m', Purpose::Manage, link)
    }

    /// The link that switches the reminders of this meeting off: `{public_url}/u/{token}`.
    pub fn stop_reminders(&self, link: &Link) -> String {
        self.write('u', Purpose::StopReminders, link)
    }

    /// The host of `public_url`: our name in Message-IDs and calendar UIDs, and to the mail server.
    pub fn host(&self) -> String {
        let url = Url::parse(&self.public_url).ok();
        url.as_ref().and_then(Url::host_str).unwrap_or("usher.invalid").to_owned()
    }

    fn write(&self, door: char, purpose: Purpose, link: &Link) -> String {
        let base = self.public_url.trim_end_matches('/');
        format!("{base}/{door}/{}", self.key.seal(purpose, link))
    }
}
