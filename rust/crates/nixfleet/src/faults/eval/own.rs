//! What a host has as its own in the fleet's files: where it is written, and what that leads to.

use std::collections::HashSet;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use nixfleet_inventory::Host;
use nixfleet_nix::Position;

use crate::faults::source::{self, Text, Tree};
use crate::faults::survey::{DEFAULT, Survey};

/// What a host has as its own.
pub struct Own {
    /// Where it is written.
    file: PathBuf,
    lines: RangeInclusive<usize>,
    /// The files that this leads to, relative to the tree's root.
    files: HashSet<PathBuf>,
}

impl Own {
    /// What is between the brackets of a host, and what that leads to.
    pub fn of(host: &Host, tree: &Tree, survey: &Survey) -> Option<Self> {
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

    /// Whether a place in a file, which is named relative to the tree's root, is the host's.
    pub fn has(&self, file: &Path, position: &Position) -> bool {
        self.is_within(position) || self.leads_to(file)
    }

    fn leads_to(&self, file: &Path) -> bool {
        let folder = file.parent().filter(|_| file.ends_with(DEFAULT));
        self.files.contains(file) || folder.is_some_and(|it| self.files.contains(it))
    }

    /// Each file, with its text and the lines of it that are the host's.
    pub fn texts(
        &self,
        tree: &Tree,
        survey: &Survey,
    ) -> Vec<(PathBuf, Text, RangeInclusive<usize>)> {
        let root = tree.root().unwrap_or(Path::new(""));
        let own = survey.read.iter().filter(|it| self.leads_to(it)).map(|it| root.join(it));
        let all =
            own.map(|it| (it, 1..=usize::MAX)).chain([(self.file.clone(), self.lines.clone())]);
        let text =
            |(file, lines): (PathBuf, _)| source::read(&file).map(|text| (file, text, lines));
        all.filter_map(text).collect()
    }
}
