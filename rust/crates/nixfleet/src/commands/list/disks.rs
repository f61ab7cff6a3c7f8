//! The disks of a host. They are what its modules say, so only an evaluation tells them.

use std::collections::BTreeMap;

use nixfleet_inventory::{Flake, Host};
use nixfleet_nix::{Nix, NixError};
use serde::{Deserialize, Serialize};

use crate::faults::eval::ask;
use crate::side_by_side::each;

/// What is asked of a host's configuration.
const QUESTION: &str = concat!(
    "(",
    include_str!("disks.nix"),
    ") (",
    include_str!("../../faults/eval/disks.nix"),
    ")"
);

/// A disk, or the root's device where no disk is described.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disk {
    /// Its path; null when the configuration has none.
    pub device: Option<String>,
    /// What its parts are formatted with.
    pub formats: Vec<String>,
}

/// Disks by the names that the configuration gives them.
pub type Disks = BTreeMap<String, Disk>;

/// `ext4 on /dev/vda`, without what every layout has: the boot loader's partition, and swap.
pub fn describe(disks: &Disks) -> String {
    let describe = |disk: &Disk| {
        let usual = |format: &&String| !format.starts_with("vfat") && !format.starts_with("swap");
        let mut formats: Vec<&str> =
            disk.formats.iter().filter(usual).map(String::as_str).collect();
        formats.dedup();
        let device = disk.device.as_deref().unwrap_or("a disk without a name");
        if formats.is_empty() {
            device.to_owned()
        } else {
            format!("{} on {device}", formats.join(", "))
        }
    };
    let all: Vec<String> = disks.values().map(describe).collect();
    if all.is_empty() { "none".to_owned() } else { all.join("; ") }
}

/// Evaluates hosts, several at a time; the answers are in the order of the hosts. A Mac has none.
pub fn of_hosts(
    nix: &dyn Nix,
    flake: &Flake,
    hosts: &[(&str, &Host)],
    jobs: usize,
) -> Vec<Result<Option<Disks>, NixError>> {
    each(hosts, jobs, |(name, host)| {
        host.is_nixos().then(|| ask(nix, flake, name, host, QUESTION)).transpose()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layout_is_told_by_what_lies_where() {
        let describe = |json: &str| describe(&serde_json::from_str(json).unwrap());
        let plain = r#"{ "main": { "device": "/dev/vda", "formats": ["vfat", "ext4", "swap"] } }"#;
        assert_eq!(describe(plain), "ext4 on /dev/vda");
        let two = r#"{ "a": { "device": "/dev/a", "formats": ["vfat", "btrfs in LUKS"] },
                       "b": { "device": "/dev/b", "formats": ["RAID", "RAID"] },
                       "c": { "device": "/dev/c", "formats": [] } }"#;
        assert_eq!(describe(two), "btrfs in LUKS on /dev/a; RAID on /dev/b; /dev/c");
        assert_eq!(describe("{ }"), "none");
    }
}
