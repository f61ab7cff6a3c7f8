//! What a host has as its own in the fleet's files: where it is written, and what that leads to. What the
//! fleet's defaults lead to it has as well.

use std::collections::HashSet;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use nixfleet_inventory::{Host, Inventory};
use nixfleet_nix::Position;

use crate::faults::source::{self, Text, Tree};
use crate::faults::survey::{DEFAULT, Survey};

/// A fleet's files.
#[derive(Clone, Copy)]
pub struct Files<'a> {
    /// Where they are.
    pub tree: &'a Tree,
    /// What they tell.
    pub survey: &'a Survey,
    /// What is written in them, as data.
    pub inventory: &'a Inventory,
}

/// A file with its text, and the lines of it that are meant.
pub type Part = (PathBuf, Text, RangeInclusive<usize>);

impl<'a> Files<'a> {
    /// What a host has as its own, then what it has with others.
    pub fn of(self, host: &'a Host) -> impl Iterator<Item = Own> {
        let defaults = self.inventory.positions.as_ref().and_then(|it| it.get("defaults"));
        let begins = [host.position(""), defaults].into_iter().flatten();
        begins.filter_map(move |begin| Own::of(begin, self))
    }

    /// Whether one of the hosts has a place as its own.
    pub fn is_of_some(self, position: &Position) -> bool {
        let begins = self.inventory.hosts.values().filter_map(|it| it.position(""));
        let mut all = begins.filter_map(|begin| Own::of(begin, self));
        all.any(|own| own.has_position(position, self.tree))
    }

    /// The texts of each.
    pub fn texts(self, host: &'a Host) -> impl Iterator<Item = Vec<Part>> {
        self.of(host).map(move |own| own.texts(self))
    }
}

/// What is between the brackets that begin somewhere, and what that leads to.
pub struct Own {
    /// Where it is written.
    file: PathBuf,
    lines: RangeInclusive<usize>,
    /// The files that this leads to, relative to the tree's root.
    files: HashSet<PathBuf>,
}

impl Own {
    fn of(begin: &Position, Files { tree, survey, .. }: Files) -> Option<Self> {
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

    /// Whether a place is of it.
    pub fn has_position(&self, position: &Position, tree: &Tree) -> bool {
        let root = tree.root().unwrap_or(Path::new(""));
        let file = tree.locate(&position.file).1;
        let file = file.strip_prefix(root).unwrap_or(&file);
        self.has(file, position)
    }

    /// Whether a place in a file, which is named relative to the tree's root, is of it.
    pub fn has(&self, file: &Path, position: &Position) -> bool {
        self.is_within(position) || self.leads_to(file)
    }

    fn leads_to(&self, file: &Path) -> bool {
        let folder = file.parent().filter(|_| file.ends_with(DEFAULT));
        self.files.contains(file) || folder.is_some_and(|it| self.files.contains(it))
    }

    /// Each file, with its text and the lines of it that it has.
    fn texts(&self, Files { tree, survey, .. }: Files) -> Vec<Part> {
        let root = tree.root().unwrap_or(Path::new(""));
        let own = survey.read.iter().filter(|it| self.leads_to(it)).map(|it| root.join(it));
        let all =
            own.map(|it| (it, 1..=usize::MAX)).chain([(self.file.clone(), self.lines.clone())]);
        let text =
            |(file, lines): (PathBuf, _)| source::read(&file).map(|text| (file, text, lines));
        all.filter_map(text).collect()
    }
}
