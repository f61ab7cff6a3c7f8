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
    /// The network that it is plugged into: without a name one of its own, and with an empty one
    /// none at all.
    pub network: Option<String>,
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
    /// QEMU's options for its networks and cards. The forwards lead to the card that has the way out;
    /// the other networks lead nowhere.
    #[must_use]
    pub fn network(&self, forwards: &[Forward], offline: bool) -> Vec<(&'static str, String)> {
        let alone = [Card::default()];
        let cards = if self.cards.is_empty() { &alone } else { &self.cards[..] };
        let out = way_out(cards);
        let mut all = Vec::new();
        for Segment { around, plugged } in segments(cards, out) {
            let id = if around == out { "net".to_owned() } else { format!("net{around}") };
            let first = &cards[around];
            // What one says into a hub of QEMU's all others hear.
            let hub = format!("hubport,hubid={around}");
            if first.is_unplugged() {
                all.push(("-netdev", format!("{hub},id={id}")));
            } else {
                let forwards = (around == out).then_some(forwards);
                all.push(("-netdev", first.user_network(&id, around, forwards, offline)));
            }
            if let [only] = plugged[..] {
                all.push(("-device", cards[only].device(&id)));
                continue;
            }
            all.push(("-netdev", format!("{hub},id={id}-hub,netdev={id}")));
            for plug in plugged {
                all.push(("-netdev", format!("{hub},id={id}-{plug}")));
                all.push(("-device", cards[plug].device(&format!("{id}-{plug}"))));
            }
        }
        all
    }
}

/// A network with its cards, by their indices, and the one of them whose address it is made for.
struct Segment {
    around: usize,
    plugged: Vec<usize>,
}

fn segments(cards: &[Card], out: usize) -> Vec<Segment> {
    let mut all: Vec<Segment> = Vec::new();
    for (index, card) in cards.iter().enumerate() {
        let shares = |it: &&mut Segment| {
            card.network.is_some()
                && !card.is_unplugged()
                && card.network == cards[it.around].network
        };
        match all.iter_mut().find(shares) {
            None => all.push(Segment { around: index, plugged: vec![index] }),
            Some(segment) => {
                segment.plugged.push(index);
                if index == out {
                    segment.around = index;
                }
            }
        }
    }
    all
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
    /// A network of QEMU's own for its address. One that does not lead out has no forwards.
    fn user_network(
        &self,
        id: &str,
        index: usize,
        forwards: Option<&[Forward]>,
        offline: bool,
    ) -> String {
        let mut netdev = format!("user,id={id}");
        if offline || forwards.is_none() {
            netdev += ",restrict=on";
        }
        let address = self.address();
        if let Some(address) = address {
            netdev += &self.around(address);
        } else if forwards.is_none() {
            // QEMU's own network is that of the card with the way out.
            let _ = write!(netdev, ",net=10.0.{}.0/24", index % 200 + 3);
        }
        let to = address.map(|it| it.to_string()).unwrap_or_default();
        for Forward { host, guest } in forwards.unwrap_or_default() {
            let _ = write!(netdev, ",hostfwd=tcp:127.0.0.1:{host}-{to}:{guest}");
        }
        netdev
    }

    fn device(&self, netdev: &str) -> String {
        // No `romfile`: there is nothing to boot from the network.
        let mut device = format!("virtio-net-pci,netdev={netdev},romfile=");
        if self.has_mac() {
            let _ = write!(device, ",mac={}", self.mac);
        }
        device
    }

    fn is_unplugged(&self) -> bool {
        self.network.as_deref() == Some("")
    }

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
            network: Some(interface.into()),
            mac: "52:54:00:01:02:03".into(),
            address: address.map(Into::into),
            gateway: gateway.map(Into::into),
            dhcp: address.is_none(),
        }
    }

    fn netdevs(cards: Vec<Card>) -> Vec<String> {
        let guest = Guest { bios: false, cards };
        let forwards = [Forward { host: 2222, guest: 22 }];
        let options = guest.network(&forwards, false).into_iter();
        options.filter(|it| it.0 == "-netdev").map(|it| it.1).collect()
    }

    #[test]
    fn a_host_without_names_has_one_card() {
        assert_eq!(netdevs(Vec::new()), ["user,id=net,hostfwd=tcp:127.0.0.1:2222-:22"]);
        let named = Guest { bios: false, cards: vec![card("lan0", None, None)] };
        assert_eq!(
            named.network(&[], true),
            [
                ("-netdev", "user,id=net,restrict=on".into()),
                ("-device", "virtio-net-pci,netdev=net,romfile=,mac=52:54:00:01:02:03".into())
            ]
        );
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
    fn cards_of_a_bond_hear_each_other_and_those_of_a_bridge_nothing() {
        let mut cards = vec![card("a", None, None), card("b", Some("192.0.2.2/24"), None)];
        cards.extend([card("c", None, None), card("d", None, None)]);
        for (card, network) in cards.iter_mut().zip(["a", "b", "b", ""]) {
            card.network = Some(network.into());
            card.dhcp = false;
        }
        let guest = Guest { bios: false, cards };
        let options = guest.network(&[], false);
        let line: Vec<_> = options.iter().map(|(name, value)| format!("{name} {value}")).collect();
        let device = |netdev| {
            format!("-device virtio-net-pci,netdev={netdev},romfile=,mac=52:54:00:01:02:03")
        };
        let expected = [
            "-netdev user,id=net0,restrict=on,net=10.0.3.0/24".into(),
            device("net0"),
            "-netdev user,id=net,net=192.0.2.0/24,host=192.0.2.1,dns=192.0.2.254,dhcpstart=192.0.2.253".into(),
            "-netdev hubport,hubid=1,id=net-hub,netdev=net".into(),
            "-netdev hubport,hubid=1,id=net-1".into(),
            device("net-1"),
            "-netdev hubport,hubid=1,id=net-2".into(),
            device("net-2"),
            "-netdev hubport,hubid=3,id=net3".into(),
            device("net3"),
        ];
        assert_eq!(line, expected);
    }

    #[test]
    fn text_that_is_no_address_stays_out_of_the_line() {
        let mut strange = card("a", Some("1.2.3.4,restrict=off/24"), Some("x"));
        strange.mac = "52:54,hostfwd=tcp".into();
        let guest = Guest { bios: false, cards: vec![strange] };
        assert_eq!(
            guest.network(&[], true),
            [
                ("-netdev", "user,id=net,restrict=on".into()),
                ("-device", "virtio-net-pci,netdev=net,romfile=".into())
            ]
        );
    }
}
