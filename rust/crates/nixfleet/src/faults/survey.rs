//! What the Nix files of a flake tell without evaluation: `flake.nix`, the files that it leads to, and
//! so on. Each is parsed, and told of where Nix would refuse it.

mod links;
mod module;
mod names;
mod problem;
mod syntax;

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::{Duration, Instant};

use crate::faults::Fault;
use crate::faults::source::{Text, Tree, position_of};
use links::links;
pub use links::{Link, Use};
use problem::SourceProblem;

/// More Nix files than this are no fleet of one's own, and reading them takes its time.
const MOST_FILES: usize = 10_000;

/// Sources are written by hand; what is longer a program wrote, with paths that are there.
const LONGEST: u64 = 256 << 10;

/// What is nested is read by calls within calls: the longest source, nested with every letter, has
/// room in this.
const STACK: usize = 512 << 20;

/// How long the files are read; a source may be written so that a parser never ends.
const LIMIT: Duration = Duration::from_secs(10);

/// What the Nix files tell.
#[derive(Debug, Default)]
pub struct Survey {
    /// The relative paths in them, in the order of files and lines.
    pub links: Vec<Link>,
    /// What Nix would refuse, whatever it evaluates.
    pub faults: Vec<Fault>,
}

impl Survey {
    /// Reads the files.
    pub fn of(tree: &Tree) -> Self {
        Begun::new(tree).finish()
    }
}

/// A survey that goes on beside other work.
pub struct Begun {
    files: Receiver<Survey>,
    end: Instant,
}

impl Begun {
    /// Begins to read the files. Where there are none on this machine, there is nothing to tell.
    pub fn new(tree: &Tree) -> Self {
        let (sender, files) = mpsc::channel();
        if let (Some(root), Some(file)) = (tree.root().map(Path::to_owned), tree.flake_file()) {
            let first = Visit { file, is_sure: true, is_module: false };
            let walk = Walk { root, seen: HashSet::new(), queue: vec![first], sender };
            // Who cannot have a thread goes without.
            let _ = thread::Builder::new().stack_size(STACK).spawn(move || walk.run());
        }
        Self { files, end: Instant::now() + LIMIT }
    }

    /// What the files tell, as far as they were read in time.
    pub fn finish(self) -> Survey {
        let mut survey = Survey::default();
        let left = || self.end.saturating_duration_since(Instant::now());
        while let Ok(file) = self.files.recv_timeout(left()) {
            survey.links.extend(file.links);
            survey.faults.extend(file.faults);
        }
        survey.links.sort_by(|a, b| {
            let key = |it: &Link| (it.position.file.clone(), it.position.line, it.position.column);
            key(a).cmp(&key(b))
        });
        survey
    }
}

/// A file to be read.
struct Visit {
    /// Relative to the root.
    file: PathBuf,
    /// Whether Nix comes to read it, whatever else holds.
    is_sure: bool,
    /// Whether it is read as a module.
    is_module: bool,
}

struct Walk {
    root: PathBuf,
    seen: HashSet<PathBuf>,
    queue: Vec<Visit>,
    /// Who is told of each file.
    sender: Sender<Survey>,
}

impl Walk {
    fn run(mut self) {
        while let Some(visit) = self.queue.pop() {
            let is_new = self.seen.len() < MOST_FILES && self.seen.insert(visit.file.clone());
            let survey = is_new.then(|| self.read(&visit)).flatten();
            // Nobody may wait any more.
            if survey.is_some_and(|it| self.sender.send(it).is_err()) {
                return;
            }
        }
    }

    fn read(&mut self, visit: &Visit) -> Option<Survey> {
        let path = self.root.join(&visit.file);
        let is_short = fs::metadata(&path).is_ok_and(|it| it.is_file() && it.len() <= LONGEST);
        let text = is_short.then(|| fs::read_to_string(&path).ok()).flatten();
        let text = Text::new(text?);
        let parsed = rnix::Root::parse(&text);
        let links = links(&path, &visit.file, &text, &parsed.syntax(), visit.is_sure);
        for link in &links {
            self.follow(link);
        }
        let found = SourceProblem::find(&text, &parsed, visit.is_module);
        let faults = found.map(|(at, problem)| Fault {
            hosts: Vec::new(),
            field: String::new(),
            position: Some(position_of(&path, &text, at)),
            text: None,
            problem: Box::new(problem),
        });
        Some(Survey { links, faults: faults.into_iter().collect() })
    }

    /// A folder is its `default.nix`, as Nix imports it; one without is each Nix file in it, when
    /// it is named where folders are read.
    fn follow(&mut self, link: &Link) {
        if let Some(file) = self.file(&link.file) {
            self.queue.push(Visit {
                file,
                is_sure: link.is_sure,
                is_module: link.used == Use::Module,
            });
        } else if link.reads_folders {
            self.enter(&link.file);
        }
    }

    fn enter(&mut self, folder: &Path) {
        let path = self.root.join(folder);
        // Another flake, a template perhaps.
        if path.join("flake.nix").exists() || !self.is_new(folder) {
            return;
        }
        for entry in fs::read_dir(path).into_iter().flatten().flatten() {
            let below = folder.join(entry.file_name());
            if let Some(file) = self.file(&below) {
                self.queue.push(Visit { file, is_sure: false, is_module: false });
            } else if entry.file_type().is_ok_and(|it| it.is_dir()) {
                self.enter(&below);
            }
        }
    }

    /// The Nix file that a path stands for.
    fn file(&self, path: &Path) -> Option<PathBuf> {
        let is_nix = path.extension().is_some_and(|extension| extension == "nix");
        let candidates = [is_nix.then(|| path.to_owned()), Some(path.join("default.nix"))];
        candidates.into_iter().flatten().find(|it| self.root.join(it).is_file())
    }

    /// Whether a folder is new, and there are not too many.
    fn is_new(&mut self, folder: &Path) -> bool {
        self.seen.len() < MOST_FILES && self.seen.insert(folder.to_owned())
    }
}

/// Looks for the fault of a source, whatever it is.
#[cfg(test)]
pub fn find(source: &str) {
    let text = Text::new(source.to_owned());
    let parsed = rnix::Root::parse(&text);
    if let Some((at, problem)) = SourceProblem::find(&text, &parsed, true) {
        position_of(Path::new("x"), &text, at);
        let _ = (problem.to_string(), crate::faults::Problem::help(&problem));
    }
    links(Path::new("/x"), Path::new("x"), &text, &parsed.syntax(), true);
}
