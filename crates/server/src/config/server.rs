//! Listening, the public address and the data folder.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use url::{Host, Url};

use super::reading::{
    Flag, Folder, IpNetwork, ListOf, Listener, Scope, Seconds, Web, Whole, default, optional, required,
    section,
};
use crate::client_address::Network;

const DATA_DIR: &str = "usher-data";

section! {
    /// Where Usher listens, what it is called from outside and where it keeps its files.
    Server, check encrypted_unless_allowed {
        /// Address and port of the HTTP listener. Port 0 takes any free one.
        listen: SocketAddr = default(Listener, "127.0.0.1:8080");
        /// How the world reaches Usher: the start of every link and context. Plain `http` is for
        /// this machine only, unless `allow_http` says otherwise.
        public_url: Url = required(Web::Root, "https://usher.example.org");
        /// Accept plain `http` in `public_url` and in issuers on other machines. Tokens and links are then
        /// readable on the way; for closed test networks.
        allow_http: bool = default(Flag, "false");
        /// Folder for the SQLite database, the link key and the built-in issuer's key, relative to the working directory. Made at start.
        data_dir: PathBuf = default(Folder, DATA_DIR);
        /// Longest request body; a longer one is answered 413.
        max_body_bytes: usize = default(Whole::new(1024..=16 << 20, "bytes"), "1048576");
        /// How many connections may be open at once; further ones wait until one ends. Each is an open file: the
        /// limit of the process, 1024 unless raised, has to leave about 100 for the rest.
        max_connections: u32 = default(Whole::new(1..=1 << 20, "connections"), "900");
        /// How long a connection may go without a request: silent, sending the head of one, or taking an answer. It
        /// is closed after that time, at the latest after twice of it. Longer than a proxy in front keeps idle
        /// connections open.
        idle as "idle_seconds": Duration = default(Seconds(1..=3600), "75");
        /// How long the body of a request may take to arrive; a slower one is answered 408.
        body as "body_seconds": Duration = default(Seconds(1..=3600), "30");
        /// Proxies that are believed when they tell in `X-Forwarded-For` whom they speak for. Failed
        /// sign-ins, `[limits]` and `[protection]` count by that address; behind a proxy that is not listed all clients are one. Name single machines: whoever is
        /// in a network that is trusted can pretend to be any address, and guess as often as they like.
        trusted_proxies: Option<Vec<Network>> = optional(ListOf(IpNetwork), "no header is believed", "127.0.0.1,192.0.2.10");
        /// How many enrolments may wait for a place at once; beyond that the answer is 503 with `Retry-After`.
        queue: usize = default(Whole::new(1..=1 << 20, "enrolments"), "4096");
        /// How long requests in flight may take to finish after SIGTERM.
        drain as "drain_seconds": Duration = default(Seconds(0..=600), "25");
    }
}

fn encrypted_unless_allowed(scope: &mut Scope<'_, '_>) {
    if scope.here(&Web::Root, "public_url").is_some_and(|url| is_readable_on_the_way(&url))
        && !allows_http(scope)
    {
        scope.complain(
            "public_url",
            "wants `https`; plain `http` to other machines needs `server.allow_http = true`",
        );
    }
}

/// What `server.allow_http` says, from inside any section.
pub(super) fn allows_http(scope: &Scope<'_, '_>) -> bool {
    scope.elsewhere(&Flag, "server", "allow_http").unwrap_or(false)
}

/// What `server.data_dir` says, from inside any section.
pub(super) fn data_dir(scope: &Scope<'_, '_>) -> PathBuf {
    scope.elsewhere(&Folder, "server", "data_dir").unwrap_or_else(|| DATA_DIR.into())
}

/// Whether what goes to this address leaves the machine unencrypted.
pub(super) fn is_readable_on_the_way(url: &Url) -> bool {
    let is_loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "http" && !is_loopback
}
