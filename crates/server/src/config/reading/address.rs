use std::net::{IpAddr, SocketAddr};

use lettre::message::Mailbox;
use url::{Host, Url};

use super::kind::{from_text, quoted};
use super::{Kind, Raw};
use crate::client_address::Network;

/// Where to listen.
pub(crate) struct Listener;

impl Kind for Listener {
    type Value = SocketAddr;

    fn expects(&self) -> String {
        "an IP address and a port such as `127.0.0.1:8080` or `[::]:8080`".into()
    }

    fn parse(&self, raw: &Raw) -> Result<SocketAddr, String> {
        from_text(self, raw, |text| text.parse().ok())
    }

    fn show(&self, value: &SocketAddr) -> String {
        quoted(&value.to_string())
    }
}

/// Machines of one network.
pub(crate) struct IpNetwork;

impl Kind for IpNetwork {
    type Value = Network;

    fn expects(&self) -> String {
        "an IP address such as `192.0.2.10`, or a network without bits behind the prefix".into()
    }

    fn parse(&self, raw: &Raw) -> Result<Network, String> {
        from_text(self, raw, |text| text.parse().ok())
    }

    fn show(&self, value: &Network) -> String {
        quoted(&value.to_string())
    }
}

/// A machine.
pub(crate) struct Machine;

impl Kind for Machine {
    type Value = String;

    fn expects(&self) -> String {
        "the name or address of a machine, without a port".into()
    }

    fn parse(&self, raw: &Raw) -> Result<String, String> {
        let fits = |text: &str| text.parse::<IpAddr>().is_ok() || Host::parse(text).is_ok();
        from_text(self, raw, |text| fits(text).then(|| text.to_owned()))
    }

    fn show(&self, value: &String) -> String {
        quoted(value)
    }
}

/// A mail address with or without a name before it.
pub(crate) struct Person;

impl Kind for Person {
    type Value = Mailbox;

    fn expects(&self) -> String {
        "a mail address such as `Usher <no-reply@example.org>`".into()
    }

    fn parse(&self, raw: &Raw) -> Result<Mailbox, String> {
        from_text(self, raw, |text| text.parse().ok())
    }

    fn show(&self, value: &Mailbox) -> String {
        quoted(&value.to_string())
    }
}

/// An address on the web, `http` or `https`, without name, password, query or fragment.
pub(crate) enum Web {
    /// Nothing after the host and port.
    Root,
    /// A path may follow.
    Base,
}

impl Kind for Web {
    type Value = Url;

    fn expects(&self) -> String {
        match self {
            Self::Root => {
                "an address such as `https://usher.example.org`, nothing after the host and port".into()
            }
            Self::Base => {
                "an address such as `https://usher.example.org/path`, without query and credentials".into()
            }
        }
    }

    fn parse(&self, raw: &Raw) -> Result<Url, String> {
        let plain = |url: &Url| {
            matches!(url.scheme(), "http" | "https")
                && url.has_host()
                && url.username().is_empty()
                && url.password().is_none()
                && url.query().is_none()
                && url.fragment().is_none()
        };
        let fits = |url: &Url| matches!(self, Self::Base) || url.path() == "/";
        from_text(self, raw, |text| Url::parse(text).ok().filter(|url| plain(url) && fits(url)))
    }

    fn show(&self, value: &Url) -> String {
        let text = value.as_str();
        quoted(if value.path() == "/" { text.trim_end_matches('/') } else { text })
    }
}
