//! What a host's configuration says of the machine that it runs on: the firmware, and the cards.

use std::fmt::Write;
use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use super::Forward;

/// The machine that a host is made for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Guest {
    /// Whether it starts by BIOS. Without, it does by UEFI.
    pub bios: bool,
    /// The cards of a host that names its interfaces. Without any there is one that asks by DHCP.
    pub cards: Vec<Card>,
}

/// A card, which the guest knows by its hardware address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Card {
    /// The name that the guest gives it.
    pub interface: String,
    /// The hardware address.
    pub mac: String,
    /// The first static IPv4 address, with its prefix.
    pub address: Option<String>,
    /// The IPv4 gateway.
    pub gateway: Option<String>,
    /// Whether IPv4 asks by DHCP.
    pub dhcp: bool,
}

impl Guest {
    /// The values of `-netdev` and `-device` of its cards. The forwards lead to the card that has the
    /// way out; the others are networks of their own that lead nowhere.
    #[must_use]
    pub fn network(&self, forwards: &[Forward], offline: bool) -> Vec<(String, String)> {
        let alone = [Card::default()];
        let cards = if self.cards.is_empty() { &alone } else { &self.cards[..] };
        let way_out = way_out(cards);
        let number = |(index, card): (usize, &Card)| {
            let id = if index == way_out { "net".to_owned() } else { format!("net{index}") };
            let mut netdev = format!("user,id={id}");
            if offline || index != way_out {
                netdev += ",restrict=on";
            }
            let address = card.address();
            if let Some(address) = address {
                netdev += &card.around(address);
            } else if index != way_out {
                // QEMU's own network is that of the card with the way out.
                let _ = write!(netdev, ",net=10.0.{}.0/24", index % 200 + 3);
            }
            if index == way_out {
                let to = address.map(|it| it.to_string()).unwrap_or_default();
                for Forward { host, guest } in forwards {
                    let _ = write!(netdev, ",hostfwd=tcp:127.0.0.1:{host}-{to}:{guest}");
                }
            }
            // No `romfile`: there is nothing to boot from the network.
            let mut device = format!("virtio-net-pci,netdev={id},romfile=");
            if card.has_mac() {
                let _ = write!(device, ",mac={}", card.mac);
            }
            (netdev, device)
        };
        cards.iter().enumerate().map(number).collect()
    }
}

/// The card that leads out: with a gateway, else with DHCP, else the first with an address.
fn way_out(cards: &[Card]) -> usize {
    let find = |wanted: &dyn Fn(&Card) -> bool| cards.iter().position(wanted);
    find(&|it| it.address().is_some() && it.gateway().is_some())
        .or_else(|| find(&|it| it.dhcp))
        .or_else(|| find(&|it| it.address().is_some()))
        .unwrap_or(0)
}

impl Card {
    fn address(&self) -> Option<Ipv4Addr> {
        self.address.as_deref()?.split('/').next()?.parse().ok()
    }

    fn gateway(&self) -> Option<Ipv4Addr> {
        self.gateway.as_deref()?.parse().ok()
    }

    /// Text of the host's, which goes into a value of QEMU's.
    fn has_mac(&self) -> bool {
        self.mac.len() == 17 && self.mac.bytes().all(|it| it.is_ascii_hexdigit() || it == b':')
    }

    /// The network around a static address: QEMU is the gateway, wherever that lies. What the guest's
    /// prefix says does not matter, since all that it is to reach is the gateway.
    fn around(&self, address: Ipv4Addr) -> String {
        let [a, b, c, own] = address.octets();
        let ([a, b, c], host) = match self.gateway() {
            Some(gateway) => {
                let [a, b, c, host] = gateway.octets();
                ([a, b, c], host)
            }
            None => ([a, b, c], if own == 1 { 2 } else { 1 }),
        };
        // QEMU wants three addresses that differ, in the network (net/slirp.c, net_slirp_init).
        let mut free = (2..=254u8).rev().filter(|it| ![own, host].contains(it));
        let (dns, dhcp) = (free.next().unwrap_or(3), free.next().unwrap_or(15));
        format!(
            ",net={a}.{b}.{c}.0/24,host={a}.{b}.{c}.{host},dns={a}.{b}.{c}.{dns},dhcpstart={a}.{b}.{c}.{dhcp}"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(interface: &str, address: Option<&str>, gateway: Option<&str>) -> Card {
        Card {
            interface: interface.into(),
            mac: "52:54:00:01:02:03".into(),
            address: address.map(Into::into),
            gateway: gateway.map(Into::into),
            dhcp: address.is_none(),
        }
    }

    fn netdevs(cards: Vec<Card>) -> Vec<String> {
        let guest = Guest { bios: false, cards };
        let forwards = [Forward { host: 2222, guest: 22 }];
        guest.network(&forwards, false).into_iter().map(|it| it.0).collect()
    }

    #[test]
    fn a_host_without_names_has_one_card() {
        assert_eq!(netdevs(Vec::new()), ["user,id=net,hostfwd=tcp:127.0.0.1:2222-:22"]);
        let named = Guest { bios: false, cards: vec![card("lan0", None, None)] };
        let [(netdev, device)] = &named.network(&[], true)[..] else { panic!("one card") };
        assert_eq!(netdev, "user,id=net,restrict=on");
        assert_eq!(device, "virtio-net-pci,netdev=net,romfile=,mac=52:54:00:01:02:03");
    }

    #[test]
    fn a_static_address_is_reached_and_finds_its_gateway() {
        assert_eq!(
            netdevs(vec![card("eth0", Some("192.168.1.10/24"), Some("192.168.1.1"))]),
            ["user,id=net,net=192.168.1.0/24,host=192.168.1.1,dns=192.168.1.254,\
              dhcpstart=192.168.1.253,hostfwd=tcp:127.0.0.1:2222-192.168.1.10:22"]
        );
        // On the link, outside the address's network.
        assert_eq!(
            netdevs(vec![card("eth0", Some("203.0.113.254/32"), Some("172.31.1.1"))]),
            ["user,id=net,net=172.31.1.0/24,host=172.31.1.1,dns=172.31.1.253,\
              dhcpstart=172.31.1.252,hostfwd=tcp:127.0.0.1:2222-203.0.113.254:22"]
        );
        assert_eq!(
            netdevs(vec![card("eth0", Some("10.0.0.1/30"), None)]),
            ["user,id=net,net=10.0.0.0/24,host=10.0.0.2,dns=10.0.0.254,dhcpstart=10.0.0.253,\
              hostfwd=tcp:127.0.0.1:2222-10.0.0.1:22"]
        );
    }

    #[test]
    fn one_card_leads_out() {
        let inner = card("a", Some("10.1.0.2/24"), None);
        let outer = card("b", Some("192.0.2.2/24"), Some("192.0.2.1"));
        let all = netdevs(vec![inner.clone(), card("c", None, None), outer]);
        assert!(all[0].starts_with("user,id=net0,restrict=on,net=10.1.0.0/24"), "{all:?}");
        assert_eq!(all[1], "user,id=net1,restrict=on,net=10.0.4.0/24");
        assert!(all[2].ends_with(",hostfwd=tcp:127.0.0.1:2222-192.0.2.2:22"), "{all:?}");
        let all = netdevs(vec![inner, card("c", None, None)]);
        assert_eq!(all[1], "user,id=net,hostfwd=tcp:127.0.0.1:2222-:22");
    }

    #[test]
    fn text_that_is_no_address_stays_out_of_the_line() {
        let mut strange = card("a", Some("1.2.3.4,restrict=off/24"), Some("x"));
        strange.mac = "52:54,hostfwd=tcp".into();
        let guest = Guest { bios: false, cards: vec![strange] };
        assert_eq!(
            guest.network(&[], true),
            [("user,id=net,restrict=on".into(), "virtio-net-pci,netdev=net,romfile=".into())]
        );
    }
}
