//! Addresses.

mod subnet;

use std::collections::HashMap;
use std::net::IpAddr;

use nixfleet_inventory::Inventory;
use serde_json::Value;
use thiserror::Error;

use super::{Scope, of_host};
use crate::faults::{Fault, Problem, Severity};
use crate::text::quote::quote;
use subnet::{AddressError, Subnet};

const INTERFACE: &str = "hostSpec.networking.interface";
const ADDRESS: &str = "hostSpec.networking.address";
const GATEWAY: &str = "hostSpec.networking.gateway";
const DNS: &str = "hostSpec.networking.dns";

#[derive(Debug, Error)]
enum NetworkProblem {
    #[error("{} is not a network interface's name", quote(.0))]
    Interface(String),
    #[error("the host has an address or a gateway, and no interface for it")]
    InterfaceMissing,
    #[error("{} is not an address with its prefix: {reason}", quote(.given))]
    Address { given: String, reason: AddressError },
    #[error("{} is not an IP address", quote(.0))]
    Gateway(String),
    #[error("the gateway `{gateway}` is outside the host's network `{subnet}`")]
    GatewayOutside { gateway: IpAddr, subnet: String },
    #[error("the gateway `{0}` is the host's own address")]
    GatewayIsSelf(IpAddr),
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
            Self::Address { .. } => "address-invalid",
            Self::Gateway(_) | Self::GatewayIsSelf(_) => "gateway-invalid",
            Self::GatewayOutside { .. } => "gateway-outside-subnet",
            Self::Dns(_) => "dns-invalid",
            Self::Duplicate { .. } => "address-duplicate",
        }
    }

    fn severity(&self) -> Severity {
        match self {
            // A module of the host's may set it, the one of its hardware for instance.
            Self::InterfaceMissing => Severity::Warning,
            _ => Severity::Error,
        }
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
            Self::Gateway(_) => {
                "write an address without a prefix, such as `192.168.1.1`".to_owned()
            }
            Self::GatewayOutside { .. } => {
                "write an address of that network, or mend the prefix of `address`".to_owned()
            }
            Self::GatewayIsSelf(_) => "write the router's address".to_owned(),
            Self::Dns(_) => "write its IP address, such as `9.9.9.9`".to_owned(),
            Self::Duplicate { .. } => "give each host an address of its own".to_owned(),
        }
    }
}

/// Looks at a host's network.
pub fn check(scope: &mut Scope) {
    if let Some(name) = scope.text(INTERFACE).filter(|name| !is_interface(name)) {
        scope.report(INTERFACE, NetworkProblem::Interface(name.to_owned()));
    }
    let fixed = [ADDRESS, GATEWAY].into_iter().find(|field| scope.host.value(field).is_some());
    if let Some(field) = fixed.filter(|_| scope.host.is_nixos())
        && scope.host.value(INTERFACE).is_none()
    {
        scope.report(field, NetworkProblem::InterfaceMissing);
    }
    let subnet = match scope.text(ADDRESS).map(Subnet::parse) {
        Some(Err(reason)) => {
            let given = scope.text(ADDRESS).unwrap_or_default().to_owned();
            scope.report(ADDRESS, NetworkProblem::Address { given, reason });
            None
        }
        other => other.and_then(Result::ok),
    };
    if let Some(text) = scope.text(GATEWAY) {
        check_gateway(scope, text, subnet.as_ref());
    }
    let servers = scope.host.value(DNS).and_then(Value::as_array).into_iter().flatten();
    for server in servers.filter_map(Value::as_str) {
        if server.parse::<IpAddr>().is_err() {
            scope.report_element(DNS, server, NetworkProblem::Dns(server.to_owned()));
        }
    }
}

fn check_gateway(scope: &mut Scope, text: &str, subnet: Option<&Subnet>) {
    match (text.parse::<IpAddr>(), subnet) {
        (Err(_), _) => scope.report(GATEWAY, NetworkProblem::Gateway(text.to_owned())),
        (Ok(gateway), Some(subnet)) if gateway == subnet.address => {
            scope.report(GATEWAY, NetworkProblem::GatewayIsSelf(gateway));
        }
        (Ok(gateway), Some(subnet)) if !subnet.reaches(gateway) => {
            let subnet = subnet.to_string();
            scope.report(GATEWAY, NetworkProblem::GatewayOutside { gateway, subnet });
        }
        _ => {}
    }
}

/// Looks for two hosts of the same address.
pub fn check_fleet(inventory: &Inventory, faults: &mut Vec<Fault>) {
    let mut first: HashMap<IpAddr, &str> = HashMap::with_capacity(inventory.hosts.len());
    for (name, host) in &inventory.hosts {
        let Some(Ok(subnet)) = host.text(ADDRESS).map(Subnet::parse) else { continue };
        if let Some(other) = first.get(&subnet.address) {
            let other = (*other).to_owned();
            let problem = NetworkProblem::Duplicate { address: subnet.address, other };
            let text = host.text(ADDRESS).map(str::to_owned);
            faults.push(of_host(name, host, ADDRESS, text, problem));
        } else {
            first.insert(subnet.address, name);
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
