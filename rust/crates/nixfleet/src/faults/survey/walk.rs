//! From `flake.nix` to the files that it leads to, and on from those.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::declared::declared;
use super::devices::devices;
use super::links::{DEFAULT, Link, Use, links};
use super::problem::SourceProblem;
use super::unread::{self, Why};
use super::{Survey, syntax};
use crate::faults::Fault;
use crate::faults::source::{self, Expressions, LONGEST, Parsed, Refused, parse};
use crate::faults::source::{Text, Tree, position_of, resolve};

/// More Nix files than this are no fleet of one's own, and reading them takes its time.
const MOST_FILES: usize = 50_000;

/// A file to be read.
struct Visit {
    /// Relative to the root.
    file: PathBuf,
    /// Whether Nix comes to read it, whatever else holds.
    is_sure: bool,
    /// Whether it is read as a module.
    is_module: bool,
    /// Whether it is a folder for what is in it, if it is one.
    reads_folders: bool,
}

/// A walk over the files.
pub struct Walk {
    root: PathBuf,
    /// `flake.nix`, and what it is read as.
    flake: PathBuf,
    role: Role,
    seen: HashSet<PathBuf>,
    /// The folders that files were looked for in, and what they are once links are followed, within the
    /// root.
    folders: HashMap<PathBuf, Option<PathBuf>>,
    queue: Vec<Visit>,
    /// What is found, for who no longer waits for more.
    found: Arc<Mutex<Survey>>,
}

impl Walk {
    /// From a tree's flake on, where it is on this machine; `is_read` says that Nix has read it.
    pub fn new(tree: &Tree, found: Arc<Mutex<Survey>>, is_read: bool) -> Option<Self> {
        let (root, file) = (tree.root()?.to_owned(), tree.flake_file()?);
        let first = Visit { file, is_sure: true, is_module: false, reads_folders: false };
        let flake = first.file.clone();
        let role = if is_read { Role::ReadFlake } else { Role::Flake };
        let (seen, folders) = (HashSet::new(), HashMap::new());
        Some(Self { root, flake, role, seen, folders, queue: vec![first], found })
    }

    /// Reads all files.
    pub fn run(mut self) {
        while let Some(visit) = self.queue.pop() {
            if self.seen.contains(&visit.file) {
                continue;
            }
            if self.seen.len() >= MOST_FILES {
                self.found()
                    .faults
                    .push(unread::fault(&self.root.join(&visit.file), Why::Many(MOST_FILES)));
                break;
            }
            self.seen.insert(visit.file.clone());
            self.visit(visit);
        }
        self.found().current = None;
    }

    fn found(&self) -> MutexGuard<'_, Survey> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A folder is its `default.nix`, as Nix imports it; one without is each Nix file in it, when it
    /// is named where folders are read.
    fn visit(&mut self, visit: Visit) {
        let path = self.root.join(&visit.file);
        let Ok(metadata) = fs::metadata(&path) else { return };
        // Nix reads nothing that is not in the tree, and a line of it, shown, may be a secret.
        let Some(target) = self.target(&visit.file) else { return };
        // The paths in what a link leads to go from there.
        if target != visit.file {
            self.found().read.insert(visit.file);
            self.queue.push(Visit { file: target, ..visit });
            return;
        }
        if metadata.is_dir() {
            let default = visit.file.join(DEFAULT);
            if self.root.join(&default).is_file() {
                self.queue.push(Visit { file: default, ..visit });
            } else if visit.reads_folders {
                self.enter(&visit.file);
            }
        } else if metadata.is_file() && is_nix(&visit.file) {
            self.found().current = Some(path.clone());
            if metadata.len() > LONGEST {
                self.found().faults.push(unread::fault(&path, Why::Long(LONGEST)));
            } else {
                self.read(&path, visit);
            }
        }
    }

    /// A file once every link on the way to it is followed; none where one leads out of the root.
    fn target(&mut self, file: &Path) -> Option<PathBuf> {
        let within = |it: &Path| {
            let target = self.root.join(it).canonicalize().ok()?;
            target.strip_prefix(&self.root).map(Path::to_owned).ok()
        };
        if self.root.join(file).is_symlink() {
            return within(file);
        }
        let Some((folder, name)) = file.parent().zip(file.file_name()) else {
            return Some(file.to_owned());
        };
        let known = self.folders.get(folder).cloned();
        let target = known.unwrap_or_else(|| within(folder));
        self.folders.insert(folder.to_owned(), target.clone());
        Some(target?.join(name))
    }

    fn read(&mut self, path: &Path, visit: Visit) {
        let Some(text) = source::read(path) else { return };
        let role = match visit.is_module {
            _ if visit.file == self.flake => self.role,
            true => Role::Module,
            false => Role::Other,
        };
        if visit.file == self.flake {
            self.found().outputs = outputs(&text);
        }
        let depth = visit.file.iter().count().saturating_sub(1);
        let (all, faults) = faults_of(&text, role, depth);
        let links = match &all {
            Ok(all) => links(path, &visit.file, &text, all, visit.is_sure),
            Err(_) => Vec::new(),
        };
        let devices = all.as_ref().map(|all| devices(path, &visit.file, &text, all));
        let devices = devices.unwrap_or_default();
        let declared = all.as_ref().map(|all| declared(&text, all)).unwrap_or_default();
        // What a broken file names is looked at, and nothing is said of how it is named.
        let named = all.is_err().then(|| syntax::paths(&text)).into_iter().flatten();
        let named = named.filter_map(|path| resolve(&visit.file, path));
        let mut follow = |file: PathBuf, link: Option<&Link>| {
            self.queue.push(Visit {
                file,
                is_sure: link.is_some_and(|it| it.is_sure),
                is_module: link.is_some_and(|it| it.used == Use::Module),
                reads_folders: link.is_some_and(|it| it.reads_folders),
            });
        };
        named.for_each(|file| follow(file, None));
        for link in &links {
            follow(link.file.clone(), Some(link));
        }
        let faults = faults.into_iter().map(|(at, problem)| Fault {
            hosts: Vec::new(),
            field: String::new(),
            position: Some(position_of(path, &text, at)),
            text: None,
            problem: Box::new(problem),
        });
        let mut faults: Vec<_> = faults.collect();
        let is_deep = matches!(all, Err(Refused::TooDeep));
        faults.extend(is_deep.then(|| unread::fault(path, Why::Deep)));
        let is_flake = visit.file == self.flake;
        let nodes = all.ok().filter(|_| is_flake).map(Expressions::into_nodes);
        let mut found = self.found();
        found.flake = found.flake.take().or(nodes.map(|it| Parsed::new(path.to_owned(), text, it)));
        found.links.extend(links);
        found.devices.extend(devices);
        found.declared.extend(declared);
        found.faults.extend(faults);
        found.read.insert(visit.file);
    }

    fn enter(&mut self, folder: &Path) {
        let path = self.root.join(folder);
        // Another flake, a template perhaps.
        if path.join("flake.nix").exists() {
            return;
        }
        for entry in fs::read_dir(path).into_iter().flatten().flatten() {
            let file = folder.join(entry.file_name());
            let is_folder = entry.file_type().is_ok_and(|it| it.is_dir());
            if is_folder || is_nix(&file) {
                self.queue.push(Visit {
                    file,
                    is_sure: false,
                    is_module: false,
                    reads_folders: is_folder,
                });
            }
        }
    }
}

/// What a file is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// `flake.nix`, which Nix has read, and refused nothing then.
    ReadFlake,
    /// `flake.nix`.
    Flake,
    /// A module.
    Module,
    /// Anything.
    Other,
}

/// A source as a tree, and what Nix would refuse of it, where it lies so many folders deep.
pub fn faults_of(
    text: &Text,
    role: Role,
    depth: usize,
) -> (Result<Expressions<'_>, Refused>, Vec<(usize, SourceProblem)>) {
    let all = parse(text);
    let faults = match &all {
        Ok(all) if role == Role::Flake => of_unread_flake(text, all),
        Ok(all) => {
            let found = match role {
                Role::ReadFlake => SourceProblem::of_use(all, false),
                _ => SourceProblem::find(text, all, role == Role::Module),
            };
            let of_inputs = SourceProblem::of_inputs(all).filter(|_| role == Role::ReadFlake);
            let of_purity = SourceProblem::of_purity(text, all, depth);
            found.into_iter().chain(of_inputs).chain(of_purity).collect()
        }
        Err(Refused::At(at)) => vec![SourceProblem::of_syntax(text, *at)],
        Err(Refused::TooDeep) => Vec::new(),
    };
    (all, faults)
}

/// Why Nix could not read a flake: the one that it comes to first, in kind. That it is impure is not why.
fn of_unread_flake(text: &Text, all: &Expressions) -> Vec<(usize, SourceProblem)> {
    let found = SourceProblem::find(text, all, false);
    if !found.is_empty() {
        return found;
    }
    let other = SourceProblem::of_shape(all).or_else(|| SourceProblem::of_inputs(all));
    other.into_iter().collect()
}

/// The outputs for systems that a flake speaks of, by what makes them.
fn outputs(flake: &Text) -> Vec<&'static str> {
    let outputs =
        [("nixosConfigurations", "nixosSystem"), ("darwinConfigurations", "darwinSystem")];
    let named = outputs.iter().filter(|(output, maker)| flake.says(output) || flake.says(maker));
    named.map(|(output, _)| *output).collect()
}

fn is_nix(file: &Path) -> bool {
    file.extension().is_some_and(|it| it == "nix")
}
