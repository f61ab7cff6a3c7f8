//! Where a host's disk is written: in the files that its modules are in.

use std::collections::HashSet;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use nixfleet_inventory::Host;
use nixfleet_nix::Position;

use crate::faults::source::{self, Tree};
use crate::faults::survey::{DEFAULT, Device, Survey};

/// The one place that names a device of the host's: in what the host has as its own, or in any file of
/// the fleet's.
pub fn place(path: &str, host: &Host, tree: &Tree, survey: &Survey) -> Option<Position> {
    let named: Vec<&Device> = survey.devices.iter().filter(|it| it.path == path).collect();
    let own = Own::of(host, tree, survey);
    let is_own = |it: &&Device| own.as_ref().is_some_and(|own| own.has(it));
    let theirs: Vec<&Device> = named.iter().copied().filter(is_own).collect();
    match (&theirs[..], &named[..]) {
        ([one], _) | ([], [one]) => Some(one.position.clone()),
        _ => None,
    }
}

/// What a host has as its own.
struct Own {
    /// Where it is written.
    file: PathBuf,
    lines: RangeInclusive<usize>,
    /// The files that this leads to, relative to the tree's root.
    files: HashSet<PathBuf>,
}

impl Own {
    fn of(host: &Host, tree: &Tree, survey: &Survey) -> Option<Self> {
        let begin = host.position("")?;
        let file = tree.locate(&begin.file).1;
        let lines = source::lines_of(&source::read(&file)?, begin)?;
        let mut own = Self { file, lines, files: HashSet::new() };
        let mut open: Vec<&Path> = Vec::new();
        for link in survey.links.iter().filter(|it| own.is_within(&it.position)) {
            open.push(&link.file);
        }
        while let Some(file) = open.pop() {
            if own.files.insert(file.to_owned()) {
                let is_of = |from: &Path| from == file || from == file.join(DEFAULT);
                let next = survey.links.iter().filter(|it| is_of(&it.source));
                open.extend(next.map(|it| it.file.as_path()));
            }
        }
        Some(own)
    }

    fn is_within(&self, position: &Position) -> bool {
        let line = usize::try_from(position.line).unwrap_or(usize::MAX);
        Path::new(&*position.file) == self.file && self.lines.contains(&line)
    }

    fn has(&self, device: &Device) -> bool {
        let folder = device.file.parent().filter(|_| device.file.ends_with(DEFAULT));
        self.is_within(&device.position)
            || self.files.contains(&device.file)
            || folder.is_some_and(|it| self.files.contains(it))
    }
}
