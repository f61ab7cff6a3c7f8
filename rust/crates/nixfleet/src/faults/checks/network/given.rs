//! The addresses that a host was given, by the short way and by `interfaces`, in one shape.

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;

use nixfleet_inventory::Host;
use serde_json::Value;

use super::{ADDRESS, GATEWAY, INTERFACE, INTERFACES};

/// IPv4 or IPv6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    V4,
    V6,
}

impl Family {
    /// The family of an address.
    pub fn of(ip: IpAddr) -> Self {
        if ip.is_ipv4() { Self::V4 } else { Self::V6 }
    }

    /// The other of the two.
    pub fn other(self) -> Self {
        if self == Self::V4 { Self::V6 } else { Self::V4 }
    }

    /// Its name in `interfaces.<name>`.
    pub fn field(self) -> &'static str {
        if self == Self::V4 { "ipv4" } else { "ipv6" }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self == Self::V4 { "IPv4" } else { "IPv6" })
    }
}

/// An address or a gateway as it was written, and the family that its field is for.
#[derive(Debug)]
pub struct Written<'a> {
    pub field: Cow<'static, str>,
    pub text: &'a str,
    pub family: Option<Family>,
}

/// What was given of one interface.
#[derive(Debug, Default)]
pub struct Given<'a> {
    /// `None` where the short way lacks it.
    pub name: Option<&'a str>,
    pub addresses: Vec<Written<'a>>,
    pub gateways: Vec<Written<'a>>,
}

/// What was given of each interface, in the order of their names, behind that of the short way. What
/// is of a wrong type is left out: another check tells it.
pub fn interfaces(host: &Host) -> Vec<Given<'_>> {
    let networking = host.value("hostSpec.networking");
    let value = |field: &str| networking?.get(field.rsplit('.').next()?);
    let text = |field| value(field).and_then(Value::as_str);
    let short = |field: &'static str| {
        let written = |text| Written { field: field.into(), text, family: None };
        text(field).map(written).into_iter().collect::<Vec<_>>()
    };
    let short =
        Given { name: text(INTERFACE), addresses: short(ADDRESS), gateways: short(GATEWAY) };
    let named = value(INTERFACES).and_then(Value::as_object).into_iter().flatten();
    let named = named.map(|(name, value)| {
        let mut given = Given { name: Some(name), ..Given::default() };
        for family in [Family::V4, Family::V6] {
            let Some(settings) = value.get(family.field()) else { continue };
            let of = |name_of_field: &str, text| Written {
                field: format!("{INTERFACES}.{name}.{}.{name_of_field}", family.field()).into(),
                text,
                family: Some(family),
            };
            let addresses = texts(settings.get("addresses"));
            given.addresses.extend(addresses.map(|text| of("addresses", text)));
            let gateway = settings.get("gateway").and_then(Value::as_str);
            given.gateways.extend(gateway.map(|text| of("gateway", text)));
        }
        given
    });
    std::iter::once(short).chain(named).collect()
}

/// The strings of a list.
pub fn texts(list: Option<&Value>) -> impl Iterator<Item = &str> {
    list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}
