//! Whom a request is counted against: what is one client, however many addresses they have.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// All addresses that begin with the same bits, counted as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Prefix {
    address: IpAddr,
    bits: u8,
}

impl Prefix {
    /// Everybody.
    pub(crate) const ALL: Self = Self { address: IpAddr::V4(Ipv4Addr::UNSPECIFIED), bits: 0 };

    fn of(address: IpAddr, bits: u8) -> Self {
        let address = match address {
            IpAddr::V4(v4) => {
                let kept = u32::MAX.checked_shl(32 - u32::from(bits)).unwrap_or(0);
                IpAddr::V4(Ipv4Addr::from_bits(v4.to_bits() & kept))
            }
            IpAddr::V6(v6) => {
                let kept = u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or(0);
                IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & kept))
            }
        };
        Self { address, bits }
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}

/// Where a request comes from, near and far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client {
    /// An address of IPv4. Whoever has one of IPv6 has all of its /64.
    pub(crate) address: Prefix,
    /// What one customer of a provider may have as a whole: a /24 of IPv4, a /48 of IPv6.
    pub(crate) network: Prefix,
}

impl Client {
    /// The client of a request from that address.
    pub fn of(address: IpAddr) -> Self {
        let address = address.to_canonical();
        let (near, far) = if address.is_ipv4() { (32, 24) } else { (64, 48) };
        Self { address: Prefix::of(address, near), network: Prefix::of(address, far) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_counted_by_itself_and_by_its_network() {
        for (address, near, far) in [
            ("192.0.2.77", "192.0.2.77/32", "192.0.2.0/24"),
            ("::ffff:192.0.2.77", "192.0.2.77/32", "192.0.2.0/24"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", "2001:db8:1::/48"),
        ] {
            let Client { address: own, network } = Client::of(address.parse().unwrap());
            assert_eq!((own.to_string(), network.to_string()), (near.to_owned(), far.to_owned()));
        }
        assert_eq!(Prefix::of("203.0.113.9".parse().unwrap(), 0), Prefix::ALL);
    }
}
