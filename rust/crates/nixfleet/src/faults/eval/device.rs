//! Where a host's disk is written: in the files that its modules are in.

use nixfleet_inventory::Host;
use nixfleet_nix::Position;

use super::own::{Files, Own};
use crate::faults::survey::Device;

/// The one place that names a device of the host's: in what the host has as its own, or in any file of
/// the fleet's.
pub fn place(path: &str, host: &Host, files: Files) -> Option<Position> {
    let named: Vec<&Device> = files.survey.devices.iter().filter(|it| it.path == path).collect();
    let own: Vec<Own> = files.of(host).collect();
    let is_own = |it: &&Device| own.iter().any(|own| own.has(&it.file, &it.position));
    let theirs: Vec<&Device> = named.iter().copied().filter(is_own).collect();
    match (&theirs[..], &named[..]) {
        ([one], _) | ([], [one]) => Some(one.position.clone()),
        _ => None,
    }
}
