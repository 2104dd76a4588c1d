//! Where the load goes and what for: meetings on a server on this machine.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use url::{Host, Url};

use crate::start::StartProblem;

/// Meetings of a running server, one as a rule, and who asks for places in them.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// Where to connect.
    pub(crate) address: SocketAddr,
    /// Paths of the meetings' registrations; at least one.
    pub(crate) registrations: Vec<String>,
    /// Bearer token of the caller.
    pub(crate) token: String,
    /// Whether people come in the order of their addresses. They do not.
    pub(crate) in_order: bool,
    /// What for.
    pub(crate) asked: Asked,
}

/// What the requests ask for.
#[derive(Clone, Debug)]
pub(crate) enum Asked {
    /// Places for new people.
    Places(Sent),
    /// Something about those who are there: these requests, in turn.
    Answers(Arc<[Vec<u8>]>),
}

/// How people come who are to be enrolled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    /// Each in a request of their own.
    Alone,
    /// So many in one request: docs/bulk.md.
    Rows(u16),
    /// Each in a request of their own, of which a batch has so many.
    Batch(u16),
}

/// What the load needs of the line that `usher demo --json` prints.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DemoLine {
    base_url: String,
    organizer: Organizer,
    app: Application,
    meeting_id: String,
}

#[derive(Debug, Deserialize)]
struct Organizer {
    id: String,
}

#[derive(Debug, Deserialize)]
struct Application {
    token: String,
}

impl DemoLine {
    /// Reads the line.
    pub(crate) fn read(line: &str) -> Result<Self, StartProblem> {
        serde_json::from_str(line)
            .map_err(|error| StartProblem(format!("that is no line of `usher demo --json`: {error}")))
    }

    /// The demo's meeting, asked by the demo's application.
    pub(crate) fn target(&self) -> Result<Target, StartProblem> {
        self.target_of(std::slice::from_ref(&self.meeting_id))
    }

    /// Other meetings of the demo's organizer, asked by the demo's application.
    pub(crate) fn target_of(&self, meetings: &[String]) -> Result<Target, StartProblem> {
        let to = |meeting: &String| Target::new(&self.base_url, &self.app.token, &self.organizer.id, meeting);
        let mut targets = meetings.iter().map(to);
        let first = targets.next().ok_or_else(|| StartProblem("the load needs a meeting".to_owned()))??;
        targets.try_fold(first, |mut all, another| {
            all.registrations.extend(another?.registrations);
            Ok(all)
        })
    }
}

impl Target {
    /// Refuses whatever is not on this machine.
    pub(crate) fn new(url: &str, token: &str, organizer: &str, meeting: &str) -> Result<Self, StartProblem> {
        let url = Url::parse(url).map_err(|error| StartProblem(format!("`{url}` is no address: {error}")))?;
        let version = match url.path().trim_end_matches('/') {
            "" => "/beta",
            version @ ("/beta" | "/v1.0") => version,
            other => return Err(StartProblem(format!("leave `{other}` out of the address of the server"))),
        };
        // A line break here would write headers of its own.
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(StartProblem("the token has characters that no token has".to_owned()));
        }
        let [organizer, meeting] = [organizer, meeting].map(|id| utf8_percent_encode(id, NON_ALPHANUMERIC));
        Ok(Self {
            address: loopback(&url)?,
            registrations: vec![format!("{version}/users/{organizer}/onlineMeetings/{meeting}/registration")],
            token: token.to_owned(),
            in_order: false,
            asked: Asked::Places(Sent::Alone),
        })
    }
}

/// The address of a server on this machine. Names other than `localhost` are not even looked up.
fn loopback(url: &Url) -> Result<SocketAddr, StartProblem> {
    if url.scheme() != "http" {
        return Err(StartProblem(format!("`{url}` is not a plain `http` address")));
    }
    let ip = match url.host() {
        Some(Host::Ipv4(ip)) => Some(IpAddr::V4(ip)),
        Some(Host::Ipv6(ip)) => Some(IpAddr::V6(ip)),
        Some(Host::Domain("localhost")) => Some(IpAddr::from([127, 0, 0, 1])),
        Some(Host::Domain(_)) | None => None,
    };
    match ip.filter(IpAddr::is_loopback) {
        Some(ip) => Ok(SocketAddr::new(ip, url.port_or_known_default().unwrap_or(80))),
        None => Err(StartProblem(format!(
            "`{url}` is not on this machine: load goes to 127.0.0.1, [::1] or localhost alone"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(url: &str) -> Result<Target, StartProblem> {
        Target::new(url, "token", "organizer", "meeting")
    }

    #[test]
    fn load_goes_to_this_machine_alone() {
        for url in
            ["http://127.0.0.1:8080", "http://127.9.9.9/", "http://[::1]:81/v1.0", "http://localhost/beta/"]
        {
            target(url).unwrap_or_else(|problem| panic!("{url}: {problem}"));
        }
        for url in [
            "http://10.0.0.1:8080",
            "http://0.0.0.0:8080",
            "http://192.168.1.20",
            "http://[::ffff:10.0.0.1]",
            "http://[2001:db8::1]/",
            "http://usher.example.org",
            "http://localhost.example.org",
            "http://127.0.0.1.example.org",
        ] {
            let problem = target(url).expect_err(url).0;
            assert!(problem.contains("is not on this machine"), "{url}: {problem}");
        }
    }

    #[test]
    fn what_is_no_plain_address_of_a_server_is_refused() {
        for url in ["https://127.0.0.1", "127.0.0.1:8080", "ftp://127.0.0.1", "http://127.0.0.1/mailbox", ""]
        {
            target(url).expect_err(url);
        }
    }

    #[test]
    fn ids_and_tokens_cannot_write_lines_of_their_own() {
        let target = Target::new("http://127.0.0.1", "token", "a b", "c/d\r\ne").unwrap();

        assert_eq!(target.registrations, ["/beta/users/a%20b/onlineMeetings/c%2Fd%0D%0Ae/registration"]);
        Target::new("http://127.0.0.1", "to\r\nken", "a", "b").expect_err("a token of two lines");
    }
}
