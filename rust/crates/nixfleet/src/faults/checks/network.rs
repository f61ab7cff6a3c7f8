//! Addresses.

mod fields;
mod given;
mod name_server;
mod subnet;

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};

use nixfleet_inventory::Inventory;
use thiserror::Error;

use super::{Scope, of_host};
use crate::faults::{Fault, Problem, Severity};
use crate::text::quote::quote;
use given::{Family, Given, Written};
use subnet::{AddressError, Subnet};

const INTERFACE: &str = "hostSpec.networking.interface";
const ADDRESS: &str = "hostSpec.networking.address";
const GATEWAY: &str = "hostSpec.networking.gateway";
const DNS: &str = "hostSpec.networking.dns";
const INTERFACES: &str = "hostSpec.networking.interfaces";

#[derive(Debug, Error)]
enum NetworkProblem {
    #[error("{} is not a network interface's name", quote(.0))]
    Interface(String),
    #[error("the host has an address or a gateway, and no interface for it")]
    InterfaceMissing,
    #[error("{} is not an address with its prefix: {reason}", quote(.given))]
    Address { given: String, reason: AddressError },
    #[error("{} is no {family} address", quote(.given))]
    Family { given: String, family: Family },
    #[error("{} is not an IP address", quote(.0))]
    Gateway(String),
    #[error("{} is no {family} address", quote(.given))]
    GatewayFamily { given: String, family: Family },
    #[error("the gateway `{gateway}` is outside the host's network `{subnet}`")]
    GatewayOutside { gateway: IpAddr, subnet: String },
    #[error("the gateway `{0}` is the host's own address")]
    GatewayIsSelf(IpAddr),
    #[error("the host has a default gateway for {family} already, on {}", quote(.other))]
    SecondGateway { family: Family, other: String },
    #[error("{} is not the address of a name server", quote(.0))]
    Dns(String),
    #[error("the address `{address}` is also that of the host {}", quote(.other))]
    Duplicate { address: IpAddr, other: String },
}

impl Problem for NetworkProblem {
    fn code(&self) -> &'static str {
        match self {
            Self::Interface(_) => "interface-invalid",
            Self::InterfaceMissing => "interface-missing",
            Self::Address { .. } | Self::Family { .. } => "address-invalid",
            Self::Gateway(_)
            | Self::GatewayFamily { .. }
            | Self::GatewayIsSelf(_)
            | Self::SecondGateway { .. } => "gateway-invalid",
            Self::GatewayOutside { .. } => "gateway-outside-subnet",
            Self::Dns(_) => "dns-invalid",
            Self::Duplicate { .. } => "address-duplicate",
        }
    }

    fn severity(&self) -> Severity {
        match self {
            // A module of the host's may set it, the one of its hardware for instance; and a gateway
            // outside is reached over the link.
            Self::InterfaceMissing | Self::GatewayOutside { .. } => Severity::Warning,
            _ => Severity::Error,
        }
    }

    fn lacks(&self) -> Option<&str> {
        matches!(self, Self::InterfaceMissing).then_some("interface")
    }

    fn help(&self) -> String {
        match self {
            Self::InterfaceMissing => "write `interface`, the name that `ip link` shows there, \
                                       such as `enp1s0`; NixOS refuses the host without it"
                .to_owned(),
            Self::Interface(_) => "write the name that `ip link` shows, of at most 15 characters, \
                                   such as `enp1s0`"
                .to_owned(),
            Self::Address { given, reason } => reason.help(given),
            Self::Family { family, .. } | Self::GatewayFamily { family, .. } => {
                format!("write it into `{}`", family.other().field())
            }
            Self::Gateway(_) => {
                "write an address without a prefix, such as `192.168.1.1`".to_owned()
            }
            Self::GatewayOutside { .. } => "write an address of that network, or mend the prefix \
                                            of the host's address"
                .to_owned(),
            Self::GatewayIsSelf(_) => "write the router's address".to_owned(),
            Self::SecondGateway { .. } => "keep one, and write the other's routes in a module, as \
                 `networking.interfaces.<name>.ipv4.routes`"
                .to_owned(),
            Self::Dns(_) => "write its IP address, such as `9.9.9.9`, or with the name in its \
                             certificate, such as `9.9.9.9#dns.quad9.net`"
                .to_owned(),
            Self::Duplicate { .. } => "give each host an address of its own".to_owned(),
        }
    }
}

/// Looks at a host's network.
pub fn check(scope: &mut Scope) {
    fields::check(scope);
    if let Some(name) = scope.text(INTERFACE).filter(|name| !is_interface(name)) {
        scope.report(INTERFACE, NetworkProblem::Interface(name.to_owned()));
    }
    let fixed = [ADDRESS, GATEWAY].into_iter().find(|field| scope.host.value(field).is_some());
    if let Some(field) = fixed.filter(|_| scope.host.is_nixos())
        && scope.host.value(INTERFACE).is_none()
    {
        scope.report(field, NetworkProblem::InterfaceMissing);
    }
    let mut gateways: HashMap<Family, String> = HashMap::new();
    for interface in given::interfaces(scope.host) {
        let short = scope.text(INTERFACE);
        let name = interface.name.filter(|it| !is_interface(it) && short != Some(it));
        if let Some(name) = name {
            let field = format!("{INTERFACES}.{name}");
            scope.report_element(&field, name, NetworkProblem::Interface(name.to_owned()));
        }
        check_interface(scope, &interface, &mut gateways);
    }
    for server in given::texts(scope.host.value(DNS)) {
        if !name_server::is_valid(server) {
            scope.report_element(DNS, server, NetworkProblem::Dns(server.to_owned()));
        }
    }
}

fn check_interface(scope: &mut Scope, interface: &Given, gateways: &mut HashMap<Family, String>) {
    let mut subnets = Vec::new();
    for address in &interface.addresses {
        let given = address.text.to_owned();
        match Subnet::parse(address.text) {
            Err(reason) => report(scope, address, NetworkProblem::Address { given, reason }),
            Ok(subnet) => {
                if let Some(family) = address.family.filter(|it| *it != Family::of(subnet.address))
                {
                    report(scope, address, NetworkProblem::Family { given, family });
                }
                subnets.push(subnet);
            }
        }
    }
    for gateway in &interface.gateways {
        let Ok(ip) = gateway.text.parse::<IpAddr>() else {
            report(scope, gateway, NetworkProblem::Gateway(gateway.text.to_owned()));
            continue;
        };
        if let Some(family) = gateway.family.filter(|it| *it != Family::of(ip)) {
            let given = gateway.text.to_owned();
            report(scope, gateway, NetworkProblem::GatewayFamily { given, family });
            continue;
        }
        check_gateway(scope, gateway, ip, &subnets);
        let family = Family::of(ip);
        let name = interface.name.unwrap_or_default().to_owned();
        if let Some(other) = gateways.insert(family, name) {
            report(scope, gateway, NetworkProblem::SecondGateway { family, other });
        }
    }
}

/// NixOS looks for a gateway on its interface, so one outside the host's network is legal, and some
/// providers have it so. In private networks it is a slip more often than not.
fn check_gateway(scope: &mut Scope, given: &Written, gateway: IpAddr, subnets: &[Subnet]) {
    if subnets.iter().any(|subnet| subnet.address == gateway) {
        report(scope, given, NetworkProblem::GatewayIsSelf(gateway));
        return;
    }
    let is_private = |ip: IpAddr| matches!(ip, IpAddr::V4(ip) if Ipv4Addr::is_private(&ip));
    let of_family = || subnets.iter().filter(|it| it.address.is_ipv4() == gateway.is_ipv4());
    if !of_family().any(|subnet| subnet.reaches(gateway))
        && let Some(subnet) = of_family().find(|it| is_private(it.address) && is_private(gateway))
    {
        let subnet = subnet.to_string();
        report(scope, given, NetworkProblem::GatewayOutside { gateway, subnet });
    }
}

fn report(scope: &mut Scope, given: &Written, problem: NetworkProblem) {
    scope.report_element(&given.field, given.text, problem);
}

/// Looks for two hosts of the same address.
pub fn check_fleet(inventory: &Inventory, faults: &mut Vec<Fault>) {
    let mut first: HashMap<IpAddr, &str> = HashMap::with_capacity(inventory.hosts.len());
    for (name, host) in &inventory.hosts {
        for given in given::interfaces(host).iter().flat_map(|it| &it.addresses) {
            let Ok(Subnet { address, .. }) = Subnet::parse(given.text) else { continue };
            match first.get(&address) {
                Some(other) if *other != name => {
                    let problem = NetworkProblem::Duplicate { address, other: (*other).to_owned() };
                    let text = Some(given.text.to_owned());
                    faults.push(of_host(name, host, &given.field, text, problem));
                }
                _ => {
                    first.insert(address, name);
                }
            }
        }
    }
}

/// A name as Linux takes it (`dev_valid_name` in its net/core/dev.c).
fn is_interface(name: &str) -> bool {
    (1..=15).contains(&name.len())
        && name != "."
        && name != ".."
        && !name.contains(|c: char| c == '/' || c == ':' || c.is_whitespace() || c.is_control())
}
