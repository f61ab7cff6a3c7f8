//! The devices in a Nix file, such as disks.

use std::path::{Path, PathBuf};

use nixfleet_nix::Position;

use crate::faults::source::{Expressions, Kind, Text, position_of};

/// The path of a device, as a Nix file has it in quotes.
#[derive(Debug, Clone)]
pub struct Device {
    /// `/dev/sda`
    pub path: String,
    /// The file, relative to the tree's root.
    pub file: PathBuf,
    /// Where it stands.
    pub position: Position,
}

/// The devices in a file.
pub fn devices(path: &Path, file: &Path, text: &Text, all: &Expressions) -> Vec<Device> {
    if !text.says("\"/dev/") {
        return Vec::new();
    }
    let texts = all.all().filter(|it| it.kind() == Kind::Text);
    let named = texts.filter_map(|it| Some((it.plain_name()?, it.span().start)));
    let device = |(name, at): (&str, usize)| Device {
        path: name.to_owned(),
        file: file.to_owned(),
        position: position_of(path, text, at),
    };
    named.filter(|(name, _)| name.starts_with("/dev/")).map(device).collect()
}
