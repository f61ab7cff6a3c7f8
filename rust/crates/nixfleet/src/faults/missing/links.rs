//! The relative paths in the Nix files that `flake.nix` leads to.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use nixfleet_nix::Position;

use crate::faults::source::{Text, Tree, path_literals, position_of, resolve};

/// More Nix files than this are no fleet of one's own, and reading them takes its time.
const MOST_FILES: usize = 1000;

/// Sources are written by hand; what is longer a program wrote, with paths that are there.
const LONGEST: u64 = 256 << 10;

/// A path that a Nix file names.
pub struct Link {
    /// Where it leads, relative to the tree's root.
    pub file: PathBuf,
    /// What is written.
    pub literal: String,
    /// Where that is.
    pub position: Position,
    /// Whether the Nix file asks if such paths exist.
    pub is_optional: bool,
    /// Whether the Nix file takes folders for what is in them.
    reads_folders: bool,
}

impl Link {
    /// Whether something is where it leads.
    pub fn is_there(&self, tree: &Tree) -> bool {
        tree.root().is_some_and(|root| root.join(&self.file).symlink_metadata().is_ok())
    }
}

/// The paths in `flake.nix`, in the files that they lead to, and so on.
pub fn links(tree: &Tree) -> Vec<Link> {
    let mut walk = Walk { root: tree.root(), seen: HashSet::new(), queue: Vec::new() };
    walk.queue.extend(tree.flake_file());
    let mut links = Vec::new();
    while let Some(source) = walk.queue.pop() {
        if !walk.seen.insert(source.clone()) || walk.seen.len() > MOST_FILES {
            continue;
        }
        for link in links_of(tree, &source) {
            walk.follow(&link);
            links.push(link);
        }
    }
    links.sort_by(|a, b| {
        let key = |it: &Link| (it.position.file.clone(), it.position.line, it.position.column);
        key(a).cmp(&key(b))
    });
    links
}

struct Walk<'a> {
    root: Option<&'a Path>,
    seen: HashSet<PathBuf>,
    queue: Vec<PathBuf>,
}

impl Walk<'_> {
    /// A folder is its `default.nix`, as Nix imports it; one without is each Nix file in it, when
    /// it is named where folders are read.
    fn follow(&mut self, link: &Link) {
        if let Some(file) = self.file(&link.file) {
            self.queue.push(file);
        } else if link.reads_folders {
            self.enter(&link.file);
        }
    }

    fn enter(&mut self, folder: &Path) {
        let Some(path) = self.root.map(|root| root.join(folder)) else { return };
        // Another flake, a template perhaps.
        if path.join("flake.nix").exists() || !self.is_new(folder) {
            return;
        }
        for entry in fs::read_dir(path).into_iter().flatten().flatten() {
            let below = folder.join(entry.file_name());
            if let Some(file) = self.file(&below) {
                self.queue.push(file);
            } else if entry.file_type().is_ok_and(|it| it.is_dir()) {
                self.enter(&below);
            }
        }
    }

    /// The Nix file that a path stands for.
    fn file(&self, path: &Path) -> Option<PathBuf> {
        let is_nix = path.extension().is_some_and(|extension| extension == "nix");
        let candidates = [is_nix.then(|| path.to_owned()), Some(path.join("default.nix"))];
        let is_there = |it: &PathBuf| self.root.is_some_and(|root| root.join(it).is_file());
        candidates.into_iter().flatten().find(is_there)
    }

    /// Whether a folder is new, and there are not too many.
    fn is_new(&mut self, folder: &Path) -> bool {
        self.seen.len() <= MOST_FILES && self.seen.insert(folder.to_owned())
    }
}

fn links_of(tree: &Tree, source: &Path) -> Vec<Link> {
    let Some(path) = tree.root().map(|root| root.join(source)) else { return Vec::new() };
    let is_short = fs::metadata(&path).is_ok_and(|it| it.is_file() && it.len() <= LONGEST);
    let text = is_short.then(|| fs::read_to_string(&path).ok()).flatten();
    let Some(text) = text.map(Text::new) else { return Vec::new() };
    let says = |words: &[&str]| words.iter().any(|it| text.contains(it));
    let is_optional = says(&["pathExists", "maybeMissing"]);
    let reads_folders = says(&["readDir", "listFilesRecursive", "import-tree", "haumea"]);
    let link = |(offset, literal): (usize, &str)| {
        let rest = text[offset + literal.len()..].trim_start();
        // `./web + ".nix"` leads elsewhere.
        let goes_on = rest.starts_with('+') && !rest.starts_with("++");
        let file = resolve(source, literal).filter(|_| !goes_on)?;
        let position = position_of(&path, &text, offset);
        Some(Link { file, literal: literal.to_owned(), position, is_optional, reads_folders })
    };
    path_literals(&text).into_iter().filter_map(link).collect()
}
