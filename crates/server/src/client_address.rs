//! Which address a request came from, behind however many proxies: the one place that decides it.

use std::convert::Infallible;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRef, FromRequestParts};
use http::HeaderMap;
use http::request::Parts;

use crate::app::App;

/// Where proxies tell whom they speak for, each adding the address it was called from at the end.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// The address of the client. An extractor wherever the state knows the proxies to believe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl<S: Sync> FromRequestParts<S> for ClientAddress
where
    TrustedProxies: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        Ok(TrustedProxies::from_ref(state).client_of(parts))
    }
}

impl FromRef<App> for TrustedProxies {
    fn from_ref(app: &App) -> Self {
        app.settings.trusted_proxies.clone()
    }
}

/// The proxies that are believed when they tell whom they speak for. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Arc<[Network]>);

impl TrustedProxies {
    /// Every machine in these networks.
    pub fn new(networks: &[Network]) -> Self {
        Self(networks.into())
    }

    /// Whom a request came from.
    pub fn client_of(&self, request: &Parts) -> ClientAddress {
        let peer = request.extensions.get::<ConnectInfo<SocketAddr>>().map(|connection| connection.0.ip());
        // Without a connection everybody has one address, which for counting is the safe side.
        let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        ClientAddress(self.client(peer, &request.headers))
    }

    /// The last address that is no trusted proxy's. Whatever stands before it was written by a stranger.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        let told = headers.get_all(FORWARDED_FOR).iter().map(|value| value.to_str().unwrap_or_default());
        let mut told = told.rev().flat_map(|hops| hops.rsplit(','));
        while self.trusts(client) {
            // What is no address hides what stands before it: the proxy that wrote it is the last one known.
            let Some(hop) = told.next().and_then(read_hop) else { break };
            client = hop;
        }
        client
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }
}

/// An address, with a port where the proxy adds one.
fn read_hop(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let address: IpAddr =
        text.parse().ok().or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip())).or_else(bare)?;
    Some(address.to_canonical())
}

/// An IP network: all addresses that begin with the same bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u32,
}

impl Network {
    /// Whether the address begins with its bits.
    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                (own.to_bits() ^ other.to_bits()).leading_zeros() >= self.prefix
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                (own.to_bits() ^ other.to_bits()).leading_zeros() >= self.prefix
            }
            _ => false,
        }
    }

    fn has_bits_behind_the_prefix(&self) -> bool {
        match self.address {
            IpAddr::V4(address) => address.to_bits().checked_shl(self.prefix).is_some_and(|rest| rest != 0),
            IpAddr::V6(address) => address.to_bits().checked_shl(self.prefix).is_some_and(|rest| rest != 0),
        }
    }
}

/// `10.0.0.0/8`, or an address alone. Bits behind the prefix are a mistake: they could be meant as either.
impl FromStr for Network {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (address, prefix) =
            text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.parse().map_err(drop)?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(longest), |prefix| prefix.parse().map_err(drop))?;
        let network = Self { address, prefix };
        if prefix > longest || network.has_bits_behind_the_prefix() { Err(()) } else { Ok(network) }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(trusted: &[&str], peer: &str, headers: &[&str]) -> String {
        let networks: Vec<Network> = trusted.iter().map(|network| network.parse().unwrap()).collect();
        let mut told = HeaderMap::new();
        for value in headers {
            told.append(FORWARDED_FOR, value.parse().unwrap());
        }
        TrustedProxies::new(&networks).client(peer.parse().unwrap(), &told).to_string()
    }

    #[test]
    fn the_client_is_the_last_address_that_is_no_trusted_proxys() {
        let proxies: &[&str] = &["10.0.0.0/8", "2001:db8::/32"];
        let rows: &[(&[&str], &str, &[&str], &str)] = &[
            (&[], "10.0.0.1", &["192.0.2.1"], "10.0.0.1"),
            (proxies, "192.0.2.9", &["192.0.2.1"], "192.0.2.9"),
            (proxies, "10.0.0.1", &[], "10.0.0.1"),
            (proxies, "10.0.0.1", &["192.0.2.1"], "192.0.2.1"),
            (proxies, "::ffff:10.0.0.1", &["::ffff:192.0.2.1"], "192.0.2.1"),
            (proxies, "2001:db8::1", &["2a00::1"], "2a00::1"),
            (proxies, "10.0.0.1", &["198.51.100.7, 192.0.2.1 ,10.0.0.2"], "192.0.2.1"),
            (proxies, "10.0.0.1", &["198.51.100.7", "192.0.2.1", "10.0.0.2"], "192.0.2.1"),
            (proxies, "10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            (proxies, "10.0.0.1", &["192.0.2.1:4711"], "192.0.2.1"),
            (proxies, "10.0.0.1", &["[2a00::1]:4711"], "2a00::1"),
            (proxies, "10.0.0.1", &["[2a00::1]"], "2a00::1"),
            (proxies, "10.0.0.1", &["192.0.2.1, unknown"], "10.0.0.1"),
            (proxies, "10.0.0.1", &["192.0.2.1, , 10.0.0.2"], "10.0.0.2"),
            (proxies, "10.0.0.1", &["192.0.2.1, é"], "10.0.0.1"),
        ];

        for (trusted, peer, headers, expected) in rows {
            assert_eq!(client(trusted, peer, headers), *expected, "{peer} with {headers:?}");
        }
    }

    #[test]
    fn a_network_holds_the_addresses_that_begin_like_it() {
        let rows = [
            ("10.0.0.0/8", "10.255.0.1", true),
            ("10.0.0.0/8", "11.0.0.0", false),
            ("192.0.2.1", "192.0.2.1", true),
            ("192.0.2.1", "192.0.2.0", false),
            ("0.0.0.0/0", "203.0.113.9", true),
            ("0.0.0.0/0", "::1", false),
            ("::/0", "::1", true),
            ("2001:db8::/33", "2001:db8:7fff::1", true),
            ("2001:db8::/33", "2001:db8:8000::1", false),
            ("::1", "::1", true),
        ];

        for (network, address, expected) in rows {
            let network: Network = network.parse().unwrap();
            assert_eq!(network.contains(address.parse().unwrap()), expected, "{address} in {network}");
        }
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in
            ["", "10", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.1/8", "::1/64", "::/129", "proxy"]
        {
            assert_eq!(text.parse::<Network>(), Err(()), "{text}");
        }
    }
}
