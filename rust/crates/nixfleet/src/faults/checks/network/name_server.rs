//! A DNS server as resolved.conf(5) takes it in `DNS=`: its address, for a link-local one the
//! interface, and the name in its certificate.

use std::net::IpAddr;

/// Whether the text names a server.
pub fn is_valid(text: &str) -> bool {
    let (server, certificate) = match text.split_once('#') {
        Some((server, name)) => (server, Some(name)),
        None => (text, None),
    };
    let (address, interface) = match server.split_once('%') {
        Some((address, interface)) => (address, Some(interface)),
        None => (server, None),
    };
    address.parse::<IpAddr>().is_ok()
        && interface.is_none_or(super::is_interface)
        && certificate.is_none_or(is_name)
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::is_valid;

    #[test]
    fn a_server_may_have_an_interface_and_a_name() {
        for right in
            ["9.9.9.9", "2620:fe::fe", "9.9.9.9#dns.quad9.net", "fe80::1%eth0#a", "fe80::1%eth0"]
        {
            assert!(is_valid(right), "{right}");
        }
        for wrong in
            ["", "dns.quad9.net", "9.9.9.9#", "#a", "9.9.9.9#a b", "9.9.9.9%", "9.9.9.9:53"]
        {
            assert!(!is_valid(wrong), "{wrong}");
        }
    }
}
