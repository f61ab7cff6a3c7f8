//! What is written for a host's network by the words of other libraries, or a level too high.

use std::net::IpAddr;

use serde_json::Value;

const NETWORKING: &str = "hostSpec.networking";
const FAMILIES: [&str; 2] = ["ipv4", "ipv6"];
const INTERFACES: &str = "hostSpec.networking.interfaces";

/// What a field of this set is called that NixOS, netplan and others call so.
pub fn other_name(set: &str, field: &str) -> Option<&'static str> {
    if set == NETWORKING {
        return match field {
            "ip" | "ipAddress" | "addresses" | "ipv4" | "ipv6" => Some("address"),
            "defaultGateway" | "defaultGateway6" | "router" => Some("gateway"),
            "device" | "nic" => Some("interface"),
            "nameserver" | "nameservers" | "dnsServers" => Some("dns"),
            _ => None,
        };
    }
    let is_interface =
        set.strip_prefix(INTERFACES)?.strip_prefix('.').is_some_and(|it| !it.contains('.'));
    match field {
        _ if !is_interface => None,
        "dhcp" | "dhcp4" | "useDHCP" => Some("ipv4.dhcp"),
        "dhcp6" => Some("ipv6.dhcp"),
        "address" | "addresses" | "ip" | "ipAddress" => Some("ipv4.addresses"),
        "gateway" | "defaultGateway" => Some("ipv4.gateway"),
        _ => None,
    }
}

/// What to write where one of its sets is something else.
pub fn set(field: &str, value: &Value) -> Option<String> {
    let rest = field.strip_prefix(NETWORKING)?;
    let settings = |family: &str, path: &str| match value {
        Value::String(text) if is_address(text) => {
            format!("{path}.addresses = [ \"{text}\" ];")
        }
        Value::Array(list) if list.iter().all(|it| it.as_str().is_some_and(is_address)) => {
            format!("{path}.addresses = [ … ];")
        }
        Value::Bool(false) => format!("{path}.dhcp = false;"),
        _ if family == "ipv6" => format!("{path}.addresses = [ \"2001:db8::10/64\" ];"),
        _ => format!("{path}.dhcp = true;"),
    };
    let family = |value: &Value| match value {
        Value::String(text) if text.contains(':') => "ipv6",
        _ => "ipv4",
    };
    let Some(name) = rest.strip_prefix(".interfaces") else {
        return rest.is_empty().then(|| "networking.interface = \"enp1s0\";".to_owned());
    };
    Some(match name.strip_prefix('.') {
        None => format!("interfaces.enp1s0.{}", settings("ipv4", "ipv4")),
        Some(name) => match name.rsplit_once('.').filter(|it| FAMILIES.contains(&it.1)) {
            Some((_, family)) => settings(family, family),
            None => settings(family(value), &format!("{name}.{}", family(value))),
        },
    })
}

/// Whether it is an address, with its prefix or without.
fn is_address(text: &str) -> bool {
    text.split('/').next().is_some_and(|it| it.parse::<IpAddr>().is_ok())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_stands_a_level_too_high_is_written_in_its_set() {
        let written = |field: &str, value: Value| set(field, &value).unwrap();
        let interface = "hostSpec.networking.interfaces.eth0";
        let address = written(&format!("{interface}.ipv4"), json!("192.0.2.1/24"));
        assert_eq!(address, "ipv4.addresses = [ \"192.0.2.1/24\" ];");
        assert_eq!(written(&format!("{interface}.ipv4"), json!("dhcp")), "ipv4.dhcp = true;");
        assert_eq!(
            written(interface, json!("2001:db8::1/64")),
            "eth0.ipv6.addresses = [ \"2001:db8::1/64\" ];"
        );
        assert_eq!(written(interface, json!(true)), "eth0.ipv4.dhcp = true;");
        assert_eq!(written(INTERFACES, json!(["eth0"])), "interfaces.enp1s0.ipv4.dhcp = true;");
        assert_eq!(written(NETWORKING, json!("dhcp")), "networking.interface = \"enp1s0\";");
        assert_eq!(set("hostSpec", &json!(1)), None);
    }

    #[test]
    fn a_word_of_others_is_the_field_of_its_set_alone() {
        assert_eq!(other_name(NETWORKING, "nameservers"), Some("dns"));
        assert_eq!(other_name(&format!("{INTERFACES}.eth0"), "dhcp"), Some("ipv4.dhcp"));
        assert_eq!(other_name(&format!("{INTERFACES}.eth0.ipv4"), "address"), None);
        assert_eq!(other_name("hostSpec", "ip"), None);
    }
}
