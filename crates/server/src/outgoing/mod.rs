//! Calls to addresses that somebody else wrote down. Whoever names an address must not make this service knock at doors
//! that stand open to it alone: its own machine, its neighbours, the metadata of a cloud.
//!
//! A name is looked up anew for each call, every address it has is judged, and the connection is made to one of the
//! addresses that were judged: another answer a moment later changes nothing. Nothing is followed, no proxy is asked, no
//! connection is kept, and neither a slow answer nor a long one holds up more than its own call.

mod address;
#[cfg(test)]
mod tests;

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use http::{HeaderMap, StatusCode};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use url::{Host, Url};

use self::address::is_public;
use crate::client_address::Network;
use crate::config::Subscriptions;

/// The most bytes of an answer that are read; more is nothing that anybody was asked for.
const LONGEST_ANSWER: usize = 8 * 1024;

/// What looks names up.
pub(crate) type LookUp = Arc<dyn Fn(String) -> Looking + Send + Sync>;
/// A look-up under way.
pub(crate) type Looking = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// The client for such calls. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Outgoing(Arc<Parts>);

struct Parts {
    rules: Arc<Rules>,
    patience: Duration,
    /// By `https`, and to this very machine by `http` where that is allowed: which addresses are right differs. Made
    /// when one is first needed, since the authorities of the system are read for it.
    encrypted: OnceLock<reqwest::Client>,
    plain: OnceLock<reqwest::Client>,
}

struct Rules {
    allowed: Vec<Network>,
    http_to_loopback: bool,
    look_up: LookUp,
}

/// What was answered.
#[derive(Clone, Debug)]
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) content_type: Option<String>,
    /// The beginning of the body, if it was asked for.
    pub(crate) text: Vec<u8>,
}

/// Why a call was not made, or not answered. Its words are for whoever named the address, and tell nothing of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CallProblem {
    /// The address is none that may be called.
    Address(&'static str),
    /// The name leads to a machine that may not be called.
    NotPublic,
    /// Nobody has the name.
    NoSuchName,
    /// The answer took too long.
    TooSlow,
    /// No connection, or one that broke or was not trusted.
    Unreachable,
}

impl fmt::Display for CallProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Address(why) => why,
            Self::NotPublic => "the address is not public",
            Self::NoSuchName => "the host cannot be found",
            Self::TooSlow => "no answer in time",
            Self::Unreachable => "no connection, or no trusted one",
        })
    }
}

impl std::error::Error for CallProblem {}

impl Outgoing {
    /// The client of a configuration.
    pub(crate) fn from_config(config: &Subscriptions) -> Self {
        let allowed = config.allowed_networks.clone().unwrap_or_default();
        Self::new(
            allowed,
            config.http_to_loopback,
            config.timeout,
            Arc::new(|name| Box::pin(ask_system(name))),
        )
    }

    /// The same with another way to look names up.
    pub(crate) fn new(
        allowed: Vec<Network>,
        http_to_loopback: bool,
        patience: Duration,
        look_up: LookUp,
    ) -> Self {
        let rules = Arc::new(Rules { allowed, http_to_loopback, look_up });
        Self(Arc::new(Parts { rules, patience, encrypted: OnceLock::new(), plain: OnceLock::new() }))
    }

    fn client(&self, is_plain: bool) -> Result<&reqwest::Client, reqwest::Error> {
        let place = if is_plain { &self.0.plain } else { &self.0.encrypted };
        if let Some(client) = place.get() {
            return Ok(client);
        }
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            // Whoever is faster has installed the same.
            let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        }
        let client = reqwest::Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .timeout(self.0.patience)
            .pool_max_idle_per_host(0)
            .user_agent("Usher")
            .dns_resolver(Arc::new(Judge { rules: Arc::clone(&self.0.rules), is_plain }))
            .build()?;
        Ok(place.get_or_init(|| client))
    }

    /// Reads an address that may be called, as far as can be told without looking its name up.
    pub(crate) fn read(&self, address: &str) -> Result<Url, CallProblem> {
        let url = Url::parse(address).map_err(|_| CallProblem::Address("the address is no absolute URL"))?;
        match url.scheme() {
            "https" => {}
            "http" if self.0.rules.http_to_loopback => {}
            _ => return Err(CallProblem::Address("the address does not begin with `https://`")),
        }
        if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
            return Err(CallProblem::Address("the address holds a user, a password or a fragment"));
        }
        // What stands there as an address is never looked up, so it is judged here.
        let literal = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            Some(Host::Domain(_)) => None,
            None => return Err(CallProblem::Address("the address names no host")),
        };
        match literal {
            Some(literal) if !self.0.rules.allow(literal, url.scheme() == "http") => {
                Err(CallProblem::NotPublic)
            }
            _ => Ok(url),
        }
    }

    /// Sends a body there. Of the answer `wanted` bytes are read at most.
    pub(crate) async fn post(
        &self,
        url: &Url,
        headers: HeaderMap,
        body: Vec<u8>,
        wanted: usize,
    ) -> Result<Answered, CallProblem> {
        self.read(url.as_str())?;
        let client = self.client(url.scheme() == "http").map_err(|fault| {
            tracing::error!(%fault, "nobody can be called: TLS cannot be set up");
            CallProblem::Unreachable
        })?;
        let sent = client.post(url.clone()).headers(headers).body(body).send().await;
        let mut answer = sent.map_err(|fault| problem_of(&fault))?;
        let mut text = Vec::new();
        while text.len() < wanted.min(LONGEST_ANSWER) {
            match answer.chunk().await {
                Ok(Some(piece)) => text.extend_from_slice(&piece),
                Ok(None) => break,
                Err(fault) => return Err(problem_of(&fault)),
            }
        }
        let content_type = answer.headers().get(http::header::CONTENT_TYPE);
        let content_type = content_type.and_then(|value| value.to_str().ok()).map(str::to_owned);
        Ok(Answered { status: answer.status(), content_type, text })
    }
}

impl Rules {
    fn allow(&self, address: IpAddr, is_plain: bool) -> bool {
        if is_plain {
            return self.http_to_loopback && address.is_loopback();
        }
        is_public(address) || self.allowed.iter().any(|network| network.contains(address))
    }
}

/// Looks names up for a client, and gives it no address that may not be called.
struct Judge {
    rules: Arc<Rules>,
    is_plain: bool,
}

impl Resolve for Judge {
    fn resolve(&self, name: Name) -> Resolving {
        let (rules, is_plain) = (Arc::clone(&self.rules), self.is_plain);
        Box::pin(async move {
            let found = (rules.look_up)(name.as_str().to_owned()).await;
            let found = found.ok().filter(|found| !found.is_empty()).ok_or(CallProblem::NoSuchName)?;
            // One that may not be called among others is a trap, not a choice.
            if !found.iter().all(|address| rules.allow(*address, is_plain)) {
                return Err(CallProblem::NotPublic.into());
            }
            let addresses: Addrs = Box::new(found.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(addresses)
        })
    }
}

async fn ask_system(name: String) -> io::Result<Vec<IpAddr>> {
    Ok(tokio::net::lookup_host((name, 0)).await?.map(|found| found.ip()).collect())
}

fn problem_of(fault: &reqwest::Error) -> CallProblem {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(fault);
    while let Some(error) = cause {
        if let Some(problem) = error.downcast_ref::<CallProblem>() {
            return *problem;
        }
        cause = error.source();
    }
    if fault.is_timeout() { CallProblem::TooSlow } else { CallProblem::Unreachable }
}
