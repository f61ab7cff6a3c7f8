//! An address with its prefix, such as `192.168.1.10/24`.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use thiserror::Error;

/// A host's address and the length of its network's prefix.
#[derive(Debug, PartialEq, Eq)]
pub struct Subnet {
    /// The host's own address.
    pub address: IpAddr,
    prefix: u8,
}

/// Why a text is no address of a host.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum AddressError {
    /// No `/24`.
    #[error("the prefix is missing")]
    NoPrefix,
    /// Not an address before the slash.
    #[error("{} is no IP address", crate::text::quote::quote(.0))]
    NoAddress(String),
    /// Not a number after the slash, or too great a one.
    #[error("the prefix of such an address is a number from 1 to {0}")]
    Prefix(u8),
    /// The address of the network or of all its hosts.
    #[error("it is the address of {0}, not of a host")]
    NotAHost(&'static str),
}

impl AddressError {
    /// What to write instead.
    pub fn help(&self, given: &str) -> String {
        match self {
            Self::NoPrefix if given.parse::<Ipv4Addr>().is_ok() => {
                format!("write `{given}/24`, if the network's mask is 255.255.255.0")
            }
            Self::NoPrefix if given.parse::<Ipv6Addr>().is_ok() => {
                format!("write `{given}/64`, if the network has the usual size")
            }
            _ => "write address and prefix, such as `192.168.1.10/24`".to_owned(),
        }
    }
}

impl Subnet {
    /// Reads address and prefix.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr =
            address.parse().map_err(|_| AddressError::NoAddress(address.to_owned()))?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.ok_or(AddressError::NoPrefix)?;
        let prefix = prefix.parse().ok().filter(|it| (1..=longest).contains(it));
        let subnet = Self { address, prefix: prefix.ok_or(AddressError::Prefix(longest))? };
        subnet.is_host()?;
        Ok(subnet)
    }

    /// Whether an address is in the same network. A network of one address has its gateway outside
    /// by design, on the link; a link-local gateway is reached from any.
    pub fn reaches(&self, other: IpAddr) -> bool {
        match (self.address, other) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                self.prefix == 32 || self.network4(own) == self.network4(other)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                self.prefix == 128
                    || other.is_unicast_link_local()
                    || self.network6(own) == self.network6(other)
            }
            _ => false,
        }
    }

    /// The first and the last address of an IPv4 network are not a host's, but in the networks of
    /// two and of one (RFC 3021).
    fn is_host(&self) -> Result<(), AddressError> {
        if self.address.is_unspecified() || self.address.is_multicast() {
            return Err(AddressError::NotAHost("no single machine"));
        }
        let IpAddr::V4(own) = self.address else { return Ok(()) };
        if self.prefix >= 31 {
            return Ok(());
        }
        if own.to_bits() == self.network4(own) {
            return Err(AddressError::NotAHost("the network"));
        }
        if own.to_bits() == self.network4(own) | (u32::MAX >> self.prefix) {
            return Err(AddressError::NotAHost("all the network's hosts"));
        }
        Ok(())
    }

    fn network4(&self, address: Ipv4Addr) -> u32 {
        address.to_bits() & !(u32::MAX.checked_shr(self.prefix.into()).unwrap_or(0))
    }

    fn network6(&self, address: Ipv6Addr) -> u128 {
        address.to_bits() & !(u128::MAX.checked_shr(self.prefix.into()).unwrap_or(0))
    }
}

impl fmt::Display for Subnet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let network = match self.address {
            IpAddr::V4(own) => IpAddr::V4(Ipv4Addr::from_bits(self.network4(own))),
            IpAddr::V6(own) => IpAddr::V6(Ipv6Addr::from_bits(self.network6(own))),
        };
        write!(f, "{network}/{}", self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reaches(own: &str, other: &str) -> bool {
        Subnet::parse(own).unwrap().reaches(other.parse().unwrap())
    }

    #[test]
    fn a_network_reaches_its_own() {
        assert!(reaches("192.168.1.10/24", "192.168.1.1"));
        assert!(!reaches("192.168.1.10/24", "192.168.2.1"));
        assert!(reaches("10.0.0.1/31", "10.0.0.0"));
        assert!(reaches("10.0.0.1/32", "172.31.1.1"));
        assert!(reaches("2001:db8::2/64", "2001:db8::1"));
        assert!(reaches("2001:db8::2/128", "fe80::1"));
        assert!(!reaches("2001:db8::2/64", "2001:db9::1"));
        assert!(!reaches("10.0.0.1/24", "::1"));
    }

    #[test]
    fn what_is_no_hosts_address_is_refused() {
        let error = |text| Subnet::parse(text).unwrap_err();
        assert_eq!(error("10.0.0.1"), AddressError::NoPrefix);
        assert_eq!(error("10.0.0.1/33"), AddressError::Prefix(32));
        assert_eq!(error("10.0.0.1/0"), AddressError::Prefix(32));
        assert_eq!(error("::1/129"), AddressError::Prefix(128));
        assert_eq!(error("10.0.0.0/24"), AddressError::NotAHost("the network"));
        assert_eq!(error("10.0.0.255/24"), AddressError::NotAHost("all the network's hosts"));
        assert_eq!(error("10.0.0/24"), AddressError::NoAddress("10.0.0".to_owned()));
    }
}
