//! What a host does not evaluate for and that the fleet's files show already.

use std::collections::{BTreeSet, HashMap};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use nixfleet_nix::Cause;

use super::own::{Files, HostFiles, Own, WHOLE, line_of};
use crate::faults::Fault;
use crate::faults::survey::is_met_at;

/// The faults that the files show, by whose they are: a host does not fail for another's, though Nix may
/// say the same of it.
pub struct Shown<'a> {
    /// All of them.
    faults: &'a [Fault],
    /// Which are in a file, with their lines. Its name is relative to the tree's root.
    in_file: HashMap<PathBuf, Vec<(usize, usize)>>,
    /// Those that are in nothing that a host has as its own.
    of_nobody: Vec<usize>,
}

impl<'a> Shown<'a> {
    /// The faults of a fleet's files.
    pub fn new(files: &Files<'a>) -> Self {
        let faults: &[Fault] = &files.survey.faults;
        let mut in_file: HashMap<PathBuf, Vec<(usize, usize)>> = HashMap::new();
        for (index, fault) in faults.iter().enumerate() {
            if let Some(at) = &fault.position {
                in_file.entry(files.relative(&at.file)).or_default().push((line_of(at), index));
            }
        }
        for there in in_file.values_mut() {
            there.sort_unstable();
        }
        let mut shown = Self { faults, in_file, of_nobody: Vec::new() };
        if !faults.is_empty() {
            let hosts = files.inventory.hosts.values();
            let theirs: BTreeSet<usize> =
                hosts.flat_map(|host| shown.of(&files.of(host)).collect::<Vec<_>>()).collect();
            shown.of_nobody = (0..faults.len()).filter(|it| !theirs.contains(it)).collect();
        }
        shown
    }

    /// Whether one of them is what Nix stumbled over: at the line of the author's that it names, or in its
    /// words.
    pub fn tell(&self, cause: &Cause, own: &HostFiles) -> bool {
        let tree = own.files.tree;
        let place = cause.places.iter().rev().find(|place| tree.is_own(&place.file));
        let is_met = place.is_some_and(|at| {
            let file = own.files.relative(&at.file);
            let there = self.at(&file, &WHOLE);
            there.iter().any(|(_, index)| is_met_at(&self.faults[*index], at.line))
        });
        let mut theirs = self.of(own).chain(self.of_nobody.iter().copied());
        is_met || theirs.any(|index| self.faults[index].problem.is_meant_by(&cause.message))
    }

    /// Those in what a host has as its own.
    fn of(&self, own: &HostFiles) -> impl Iterator<Item = usize> {
        let parts = own.own().iter().flat_map(Own::parts);
        parts.flat_map(|(file, lines)| self.at(&file, &lines).to_vec()).map(|(_, index)| index)
    }

    fn at(&self, file: &Path, lines: &RangeInclusive<usize>) -> &[(usize, usize)] {
        let all = self.in_file.get(file).map_or(&[][..], Vec::as_slice);
        let first = all.partition_point(|(line, _)| line < lines.start());
        let last = all.partition_point(|(line, _)| line <= lines.end());
        &all[first..last]
    }
}
