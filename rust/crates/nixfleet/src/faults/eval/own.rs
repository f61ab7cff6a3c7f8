//! What a host has as its own in the fleet's files: where it is written, and what that leads to. What the
//! fleet's defaults lead to it has as well.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use nixfleet_inventory::{Host, Inventory};
use nixfleet_nix::Position;

use crate::faults::source::{self, Text, Tree};
use crate::faults::survey::{DEFAULT, Link, Survey};

/// A fleet's files, each read once.
pub struct Files<'a> {
    /// Where they are.
    pub tree: &'a Tree,
    /// What they tell.
    pub survey: &'a Survey,
    /// What is written in them, as data.
    pub inventory: &'a Inventory,
    /// Which of the survey's links are in a file.
    links: OnceCell<HashMap<PathBuf, Vec<usize>>>,
    texts: RefCell<HashMap<PathBuf, Option<Rc<Text>>>>,
}

/// A file with its text, and the lines of it that are meant.
pub type Part = (PathBuf, Rc<Text>, RangeInclusive<usize>);

/// Where something is found in the lines of a part, at its column from zero: each line once.
pub fn found_in<'p>(
    (file, text, lines): &'p Part,
    find: impl Fn(&str) -> Option<usize> + 'p,
) -> impl Iterator<Item = Position> + 'p {
    let all = lines.clone().map_while(|line| Some((line, text.line(line - 1)?)));
    all.filter_map(move |(line, text)| {
        let (line, column) = (u32::try_from(line).ok()?, u32::try_from(find(text)? + 1).ok()?);
        Some(Position { file: file.to_str()?.into(), line, column })
    })
}

impl<'a> Files<'a> {
    /// The files of a tree.
    pub fn new(tree: &'a Tree, survey: &'a Survey, inventory: &'a Inventory) -> Self {
        let (links, texts) = (OnceCell::new(), RefCell::default());
        Self { tree, survey, inventory, links, texts }
    }

    /// Those of a host.
    pub fn of<'f>(&'f self, host: &'f Host) -> HostFiles<'f> {
        HostFiles { host, files: self, own: OnceCell::new(), texts: OnceCell::new() }
    }

    /// A file's name relative to the tree's root.
    pub fn relative(&self, file: &str) -> PathBuf {
        let file = self.tree.locate(file).1;
        let root = self.tree.root().unwrap_or(Path::new(""));
        file.strip_prefix(root).map(Path::to_owned).unwrap_or(file)
    }

    fn path(&self, relative: &Path) -> PathBuf {
        self.tree.root().unwrap_or(Path::new("")).join(relative)
    }

    fn text(&self, relative: &Path) -> Option<Rc<Text>> {
        let mut texts = self.texts.borrow_mut();
        let read = || source::read(&self.path(relative)).map(Rc::new);
        texts.entry(relative.to_owned()).or_insert_with(read).clone()
    }

    /// What some lines of a file lead to.
    fn links_of(&self, file: &Path, lines: &RangeInclusive<usize>) -> impl Iterator<Item = &Link> {
        let known = self.links.get_or_init(|| {
            let mut known: HashMap<PathBuf, Vec<usize>> = HashMap::new();
            for (index, link) in self.survey.links.iter().enumerate() {
                known.entry(link.source.clone()).or_default().push(index);
            }
            known
        });
        let all = known.get(file).map_or(&[][..], Vec::as_slice);
        // The survey has them in the order of their lines.
        let line = |index: &usize| line_of(&self.survey.links[*index].position);
        let first = all.partition_point(|it| line(it) < *lines.start());
        let last = all.partition_point(|it| line(it) <= *lines.end());
        all[first..last].iter().map(|index| &self.survey.links[*index])
    }
}

/// All lines of a file.
pub const WHOLE: RangeInclusive<usize> = 1..=usize::MAX;

/// The line of a position.
pub fn line_of(position: &Position) -> usize {
    usize::try_from(position.line).unwrap_or(usize::MAX)
}

/// A host's files, looked for and read when they are first asked for.
pub struct HostFiles<'f> {
    /// The host.
    pub host: &'f Host,
    /// The fleet's.
    pub files: &'f Files<'f>,
    own: OnceCell<Vec<Own>>,
    texts: OnceCell<Vec<Vec<Part>>>,
}

impl HostFiles<'_> {
    /// What the host has as its own, then what it has with others.
    pub fn own(&self) -> &[Own] {
        self.own.get_or_init(|| {
            let defaults = self.files.inventory.positions.as_ref();
            let defaults = defaults.and_then(|it| it.get("defaults"));
            let begins = [self.host.position(""), defaults].into_iter().flatten();
            begins.filter_map(|begin| Own::of(begin, self.files)).collect()
        })
    }

    /// The texts of each.
    pub fn texts(&self) -> &[Vec<Part>] {
        let read = || self.own().iter().map(|own| own.texts(self.files)).collect();
        self.texts.get_or_init(read)
    }
}

/// What is between the brackets that begin somewhere, and what that leads to. Files are named relative to
/// the tree's root.
pub struct Own {
    /// Where it is written.
    file: PathBuf,
    lines: RangeInclusive<usize>,
    /// What this leads to.
    led: HashSet<PathBuf>,
}

impl Own {
    fn of(begin: &Position, files: &Files) -> Option<Self> {
        let file = files.relative(&begin.file);
        let lines = source::lines_of(&*files.text(&file)?, begin)?;
        let mut led = HashSet::new();
        let mut open: Vec<&Path> =
            files.links_of(&file, &lines).map(|it| it.file.as_path()).collect();
        while let Some(file) = open.pop() {
            if led.insert(file.to_owned()) {
                for file in [file, &file.join(DEFAULT)] {
                    open.extend(files.links_of(file, &WHOLE).map(|it| it.file.as_path()));
                }
            }
        }
        Some(Self { file, lines, led })
    }

    /// Whether a place in a file, which is named relative to the tree's root, is of it.
    pub fn has(&self, file: &Path, position: &Position) -> bool {
        file == self.file && self.lines.contains(&line_of(position)) || self.leads_to(file)
    }

    fn leads_to(&self, file: &Path) -> bool {
        let folder = file.parent().filter(|_| file.ends_with(DEFAULT));
        self.led.contains(file) || folder.is_some_and(|it| self.led.contains(it))
    }

    /// Each file that may be of it, of a folder the one that Nix reads as well, with the lines that are.
    pub fn parts(&self) -> impl Iterator<Item = (PathBuf, RangeInclusive<usize>)> {
        let led = self.led.iter().flat_map(|it| [it.clone(), it.join(DEFAULT)]);
        let all: BTreeSet<PathBuf> = led.chain([self.file.clone()]).collect();
        all.into_iter().map(|file| {
            let lines = if self.leads_to(&file) { WHOLE } else { self.lines.clone() };
            (file, lines)
        })
    }

    /// Each of them that is Nix, with its text.
    fn texts(&self, files: &Files) -> Vec<Part> {
        let is_nix = |it: &Path| it == self.file || files.survey.read.contains(it);
        let parts = self.parts().filter(|(file, _)| is_nix(file));
        parts
            .filter_map(|(file, lines)| Some((files.path(&file), files.text(&file)?, lines)))
            .collect()
    }
}
