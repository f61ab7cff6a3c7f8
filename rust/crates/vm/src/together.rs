//! Hosts that are tested in one private network: each boots with a second network card, gets an
//! address and its fellows' names, and none is checked before all are there, or stopped before all
//! have been checked.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use nixfleet_text::word;

use crate::launch::Lan;

/// The network: 10.78.0.10 is the first host.
const NETWORK: &str = "10.78.0";
const FIRST: usize = 10;

/// Hosts that meet in one network.
#[derive(Debug)]
pub struct Together {
    hosts: Vec<String>,
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

impl Together {
    /// A network of hosts, told from others by a port, which should be a free one.
    #[must_use]
    pub fn new(hosts: Vec<String>, port: u16) -> Self {
        Self { hosts, port, arrived: Default::default(), failed: AtomicBool::new(false) }
    }

    /// A host's network card.
    #[must_use]
    pub fn card(&self, host: &str) -> Option<Lan> {
        let member = u8::try_from(self.hosts.iter().position(|it| it == host)? + FIRST).ok()?;
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

    /// The script that gives a host its address and its fellows' names.
    ///
    /// `/etc/hosts` may be a link into a read-only store, so it is covered rather than changed.
    #[must_use]
    pub fn script(&self, card: Lan) -> String {
        let lines = self.hosts.iter().enumerate();
        let lines: Vec<String> =
            lines.map(|(index, host)| format!("{NETWORK}.{} {host}", index + FIRST)).collect();
        format!(
            "set -e\n\
             for path in /sys/class/net/*; do\n\
             if [ \"$(cat \"$path/address\")\" = {} ]; then card=${{path##*/}}; fi\n\
             done\n\
             ip link set \"$card\" up\n\
             ip address add {NETWORK}.{}/24 dev \"$card\"\n\
             hosts=$(readlink -f /etc/hosts || echo /etc/hosts)\n\
             [ -e \"$hosts\" ] || : > \"$hosts\"\n\
             {{ cat \"$hosts\"; printf '%s\\n' {}; }} > /run/nixfleet-hosts\n\
             chmod 644 /run/nixfleet-hosts\n\
             mount --bind /run/nixfleet-hosts \"$hosts\"",
            card.mac(),
            card.member,
            lines.iter().map(|it| word(it)).collect::<Vec<_>>().join(" "),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_host_has_its_own_address_and_all_names() {
        let together = Together::new(vec!["web-01".into(), "db-01".into()], 4000);
        let card = together.card("db-01").unwrap();
        assert_eq!((card.member, card.mac().as_str()), (11, "52:54:00:4e:46:0b"));
        let script = together.script(card);
        assert!(script.contains("ip address add 10.78.0.11/24"), "{script}");
        assert!(script.contains("'10.78.0.10 web-01' '10.78.0.11 db-01'"), "{script}");
        assert_eq!(together.card("other"), None);
    }
}
