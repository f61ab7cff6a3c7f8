//! Where a host's disk is written: in the files that its modules are in.

use nixfleet_nix::Position;

use super::own::HostFiles;
use crate::faults::survey::Device;

/// The one place that names a device of the host's: in what the host has as its own, or in any file of
/// the fleet's.
pub fn place(path: &str, own: &HostFiles) -> Option<Position> {
    let named: Vec<&Device> =
        own.files.survey.devices.iter().filter(|it| it.path == path).collect();
    let is_own = |it: &&Device| own.own().iter().any(|own| own.has(&it.file, &it.position));
    let theirs: Vec<&Device> = named.iter().copied().filter(is_own).collect();
    match (&theirs[..], &named[..]) {
        ([one], _) | ([], [one]) => Some(one.position.clone()),
        _ => None,
    }
}
