//! Where mail comes in.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::config::reading::{Kind, Raw, from_text, optional, quoted, section};

section! {
    /// Take what comes back about letters from the mail server of the domain of `mail.return_path`: reports of letters that
    /// did not arrive, and the answers of calendars. [letters.md](letters.md#what-comes-back) says how.
    Lmtp {
        /// Where to listen, an address with a port or a socket `unix:/path`. Whoever reaches it can hand mail over: keep it
        /// to this machine, or to a network of your own.
        listen: Option<Listen> = optional(Place, "nothing is taken", "unix:/run/usher/lmtp.sock");
    }
}

/// Where to listen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listen {
    /// An address with a port.
    Tcp(SocketAddr),
    /// A socket in the file system.
    Unix(PathBuf),
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

struct Place;

impl Kind for Place {
    type Value = Listen;

    fn expects(&self) -> String {
        "an address with a port such as `127.0.0.1:2424`, or a socket such as `unix:/run/usher/lmtp.sock`"
            .into()
    }

    fn parse(&self, raw: &Raw) -> Result<Listen, String> {
        from_text(self, raw, |text| match text.strip_prefix("unix:") {
            Some(path) => path.starts_with('/').then(|| Listen::Unix(path.into())),
            None => text.parse().ok().map(Listen::Tcp),
        })
    }

    fn show(&self, value: &Listen) -> String {
        quoted(&value.to_string())
    }
}
