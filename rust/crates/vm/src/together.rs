//! Hosts that are tested in one private network: each boots with a second network card, gets an
//! address and its fellows' names, and none is checked before all are there, or stopped before all
//! have been checked.

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use nixfleet_inventory::Inventory;
use nixfleet_text::{is_label, word};

use crate::launch::Lan;

/// The network: 10.78.0.10 is the first host.
const NETWORK: &str = "10.78.0";
const FIRST: usize = 10;

/// A host of the network, and by what else than its name the others look for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The host.
    pub host: String,
    /// The name or address at which the fleet's hosts ask it, where it is their control plane.
    pub asked_at: Option<String>,
}

/// Hosts that meet in one network.
#[derive(Debug)]
pub struct Together {
    hosts: Vec<Member>,
    port: u16,
    arrived: [AtomicUsize; 2],
    failed: AtomicBool,
}

/// Where the hosts wait for each other.
#[derive(Debug, Clone, Copy)]
pub enum Meeting {
    /// All are up and know each other's names.
    Up,
    /// All have been checked.
    Checked,
}

impl Member {
    /// A host as its fleet has it: the control plane is the one that has its key.
    #[must_use]
    pub fn of(inventory: &Inventory, host: &str) -> Self {
        let plane = &inventory.release["controlPlane"];
        let blob = |key: &str| key.split_whitespace().nth(1).map(str::to_owned);
        let own = inventory.hosts.get(host).and_then(|it| it.text("hostKey")).and_then(blob);
        let is_plane = own.is_some() && own == plane["key"].as_str().and_then(blob);
        let asked_at = plane["address"].as_str().filter(|_| is_plane).and_then(named);
        Self { host: host.to_owned(), asked_at }
    }

    /// All names of the host.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let other = self.asked_at.iter().filter(|it| it.parse::<IpAddr>().is_err());
        [&self.host].into_iter().chain(other.filter(|it| **it != self.host)).cloned().collect()
    }

    fn address(&self) -> Option<IpAddr> {
        self.asked_at.as_ref()?.parse().ok()
    }
}

/// The name or address in `HOST:PORT`, where it is one.
fn named(address: &str) -> Option<String> {
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let is_name = host.len() <= 253 && host.split('.').all(is_label);
    (is_name || host.parse::<IpAddr>().is_ok()).then(|| host.to_owned())
}

impl Together {
    /// A network of hosts, told from others by a port, which should be a free one.
    #[must_use]
    pub fn new(hosts: Vec<Member>, port: u16) -> Self {
        Self { hosts, port, arrived: Default::default(), failed: AtomicBool::new(false) }
    }

    /// A host's network card.
    #[must_use]
    pub fn card(&self, host: &str) -> Option<Lan> {
        let member =
            u8::try_from(self.hosts.iter().position(|it| it.host == host)? + FIRST).ok()?;
        Some(Lan { port: self.port, member })
    }

    /// A host failed: the others need not wait for it.
    pub fn fail(&self) {
        self.failed.store(true, Ordering::SeqCst);
    }

    /// One more host has come so far.
    pub fn arrive(&self, meeting: Meeting) {
        self.arrived[meeting as usize].fetch_add(1, Ordering::SeqCst);
    }

    /// Whether all hosts have come so far.
    #[must_use]
    pub fn is_complete(&self, meeting: Meeting) -> bool {
        self.arrived[meeting as usize].load(Ordering::SeqCst) >= self.hosts.len()
    }

    /// Whether a host has failed.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.failed.load(Ordering::SeqCst)
    }

    /// All names that a host has there.
    #[must_use]
    pub fn names(&self, host: &str) -> Vec<String> {
        let member = self.hosts.iter().find(|it| it.host == host);
        member.map_or_else(|| vec![host.to_owned()], Member::names)
    }

    /// The script that gives a host its address and its fellows' names. A control plane that is asked
    /// by its address, which the network has not, has that as well, and the others a way to it.
    ///
    /// `/etc/hosts` may be a link into a read-only store, so it is covered rather than changed.
    #[must_use]
    pub fn script(&self, card: Lan) -> String {
        let lines = self.hosts.iter().enumerate();
        let lines: Vec<String> = lines
            .map(|(index, it)| format!("{NETWORK}.{} {}", index + FIRST, it.names().join(" ")))
            .collect();
        let ways = self.hosts.iter().enumerate().filter_map(|(index, it)| {
            let (address, is_own) = (it.address()?, index + FIRST == usize::from(card.member));
            let bits = if address.is_ipv4() { 32 } else { 128 };
            let what = if is_own { "address" } else { "route" };
            Some(format!("ip {what} replace {address}/{bits} dev \"$card\"\n"))
        });
        format!(
            "set -e\n\
             for path in /sys/class/net/*; do\n\
             if [ \"$(cat \"$path/address\")\" = {} ]; then card=${{path##*/}}; fi\n\
             done\n\
             ip link set \"$card\" up\n\
             ip address add {NETWORK}.{}/24 dev \"$card\"\n\
             {}\
             hosts=$(readlink -f /etc/hosts || echo /etc/hosts)\n\
             [ -e \"$hosts\" ] || : > \"$hosts\"\n\
             {{ cat \"$hosts\"; printf '%s\\n' {}; }} > /run/nixfleet-hosts\n\
             chmod 644 /run/nixfleet-hosts\n\
             mount --bind /run/nixfleet-hosts \"$hosts\"",
            card.mac(),
            card.member,
            ways.collect::<String>(),
            lines.iter().map(|it| word(it)).collect::<Vec<_>>().join(" "),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(host: &str, asked_at: Option<&str>) -> Member {
        Member { host: host.into(), asked_at: asked_at.map(Into::into) }
    }

    #[test]
    fn every_host_has_its_own_address_and_all_names() {
        let hosts = vec![member("web-01", None), member("db-01", Some("fleet.example.org"))];
        let together = Together::new(hosts, 4000);
        let card = together.card("db-01").unwrap();
        assert_eq!((card.member, card.mac().as_str()), (11, "52:54:00:4e:46:0b"));
        let script = together.script(card);
        assert!(script.contains("ip address add 10.78.0.11/24"), "{script}");
        assert!(
            script.contains("'10.78.0.10 web-01' '10.78.0.11 db-01 fleet.example.org'"),
            "{script}"
        );
        assert_eq!(together.card("other"), None);
        assert_eq!(together.names("db-01"), ["db-01", "fleet.example.org"]);
    }

    #[test]
    fn a_control_plane_that_is_asked_by_its_address_has_it_there() {
        let hosts = vec![member("fleet", Some("192.0.2.7")), member("web-01", None)];
        let together = Together::new(hosts, 4000);
        let script = |host: &str| together.script(together.card(host).unwrap());
        assert!(script("fleet").contains("ip address replace 192.0.2.7/32 dev \"$card\"\n"));
        assert!(script("web-01").contains("ip route replace 192.0.2.7/32 dev \"$card\"\n"));
        assert_eq!(together.names("fleet"), ["fleet"]);
    }

    #[test]
    fn the_control_plane_is_who_has_its_key() {
        let at = |address: &str| {
            let inventory: Inventory = serde_json::from_value(serde_json::json!({
                "apiVersion": 1,
                "release": { "controlPlane": { "address": address, "key": "ssh-ed25519 AAAA root@fleet" } },
                "hosts": {
                    "fleet": { "hostKey": "ssh-ed25519 AAAA" },
                    "web-01": { "hostKey": "ssh-ed25519 AAAB" },
                    "web-02": {},
                },
            }))
            .unwrap();
            ["fleet", "web-01", "web-02"].map(|host| Member::of(&inventory, host).asked_at)
        };
        assert_eq!(at("fleet.example.org:7250"), [Some("fleet.example.org".into()), None, None]);
        assert_eq!(at("[2001:db8::7]:7250"), [Some("2001:db8::7".into()), None, None]);
        for wrong in ["a b:7250", "$(id):7250", "", ":7250", "-x:7250"] {
            assert_eq!(at(wrong), [None, None, None], "{wrong}");
        }
    }
}
