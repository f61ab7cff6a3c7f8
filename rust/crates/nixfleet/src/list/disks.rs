//! The disks of a host. They are what its modules say, so only an evaluation tells them.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use nixfleet_inventory::{Flake, Host, Nix, NixError};
use serde::{Deserialize, Serialize};

/// What is asked of a host's configuration.
const QUESTION: &str = include_str!("disks.nix");

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
    let (next, answers) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    thread::scope(|scope| {
        for _ in 0..jobs.clamp(1, hosts.len().max(1)) {
            scope.spawn(|| {
                while let Some((index, (name, host))) = take(&next, hosts) {
                    let answer = host.is_nixos().then(|| ask(nix, flake, name)).transpose();
                    answers.lock().unwrap_or_else(PoisonError::into_inner).insert(index, answer);
                }
            });
        }
    });
    answers.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().collect()
}

fn take<'a, T>(next: &AtomicUsize, list: &'a [T]) -> Option<(usize, &'a T)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    Some((index, list.get(index)?))
}

fn ask(nix: &dyn Nix, flake: &Flake, name: &str) -> Result<Disks, NixError> {
    let installable = flake.attr(&format!("nixosConfigurations.\"{name}\""));
    let json = nix.eval_json(&installable, Some(QUESTION))?;
    serde_json::from_slice(&json).map_err(|error| NixError::Answer {
        command: format!("nix eval --json {installable}"),
        reason: error.to_string(),
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
