//! What the Nix files of a flake tell without evaluation: `flake.nix`, the files that it leads to, and
//! so on. Each is parsed, and told of where Nix would refuse it.

mod called;
mod circles;
mod declared;
mod devices;
mod digits;
mod inputs;
mod links;
mod module;
mod names;
mod no_module;
mod problem;
mod shape;
mod special;
mod syntax;
mod unapplied;
mod unbound;
mod unread;
mod walk;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use nixfleet_nix::{Cause, Position};

use crate::faults::source::{Parsed, STACK, Tree};
use crate::faults::{Fault, Severity};
use circles::{Circle, DEEP, ROUND};
pub use devices::Device;
pub use inputs::urls as urls_of_inputs;
pub use links::{DEFAULT, Link, Use, last_word};
use unread::Why;
use walk::Walk;

/// How long the files are read; they may lie on a disk that does not answer.
const LIMIT: Duration = Duration::from_secs(10);

/// What the Nix files tell.
#[derive(Debug, Default)]
pub struct Survey {
    /// The relative paths in them, in the order of files and lines.
    pub links: Vec<Link>,
    /// Files that import each other in a circle, which is a fault where something asks for it.
    circles: Vec<Circle>,
    /// The fields of hostSpec that they declare.
    declared: HashSet<String>,
    /// The devices that they name.
    pub devices: Vec<Device>,
    /// What Nix would refuse, whatever it evaluates, and what was not read.
    pub faults: Vec<Fault>,
    /// The flake's outputs for systems that `flake.nix` itself speaks of: it may make some of them
    /// without the library.
    pub outputs: Vec<&'static str>,
    /// `flake.nix`, which others read as well.
    pub flake: Option<Parsed>,
    /// The files that were read, relative to the tree's root.
    pub read: HashSet<PathBuf>,
    /// The file that is being read.
    current: Option<PathBuf>,
}

impl Survey {
    /// Reads the files of a fleet that Nix has read.
    pub fn of(tree: &Tree) -> Self {
        Begun::new(tree).finish()
    }

    /// Which of the faults is what Nix stumbled over: at the line of the author's that it names, or in
    /// its words.
    pub fn telling(&self, cause: &Cause, tree: &Tree) -> Option<usize> {
        let own = cause.places.iter().rev().find(|place| tree.is_own(&place.file));
        let file = |at: &Position| tree.locate(&at.file).1;
        let is_at = |fault: &Fault, place: &Position| {
            let position = fault.position.as_ref();
            position.is_some_and(|at| file(at) == file(place)) && is_met_at(fault, place.line)
        };
        self.faults.iter().position(|fault| {
            own.is_some_and(|place| is_at(fault, place))
                || fault.problem.is_meant_by(&cause.message)
        })
    }

    /// Whether a fault is of a field that a module declares.
    pub fn declares(&self, fault: &Fault) -> bool {
        let field = fault.field.strip_prefix("hostSpec.");
        fault.problem.code() == "field-unknown"
            && field.is_some_and(|it| self.declared.contains(it))
    }

    /// The circle of imports for which Nix did not come to an end.
    pub fn circle(&self, cause: &Cause, tree: &Tree) -> Option<Fault> {
        let own = cause.places.iter().rev().find(|place| tree.is_own(&place.file));
        let file = own.map(|it| tree.locate(&it.file).1);
        let is_at = |link: &Link| file.as_deref() == Some(Path::new(&*link.position.file));
        let mut there = self.circles.iter().filter(|it| it.iter().any(is_at));
        let found = match &cause.message {
            message if message.starts_with(ROUND) => there.next(),
            // Of modules that Nix reads alone it tells no place.
            message if message.starts_with(DEEP) => there.next().or(self.circles.first()),
            _ => None,
        };
        found.map(|it| circles::fault(it))
    }

    /// Reads the files of a fleet that Nix could not read: what it refuses in `flake.nix` may be why.
    pub fn of_broken(tree: &Tree) -> Self {
        Begun::with(tree, false).finish()
    }
}

/// Whether Nix that stumbles in a line of a fault's file does so for the fault: a file that it cannot read
/// fails wherever it came to see it. One that was not looked into explains nothing.
pub fn is_met_at(fault: &Fault, line: u32) -> bool {
    let is_unread = matches!(fault.problem.code(), "syntax-invalid" | "attribute-duplicate");
    let is_there = || fault.position.as_ref().is_some_and(|at| at.line == line);
    fault.problem.severity() == Severity::Error && (is_unread || is_there())
}

/// A survey that goes on beside other work.
pub struct Begun {
    found: Arc<Mutex<Survey>>,
    /// Ends with the work.
    working: Receiver<()>,
    end: Instant,
}

impl Begun {
    /// Begins to read the files of a fleet that Nix reads as well. Where there are none on this
    /// machine, there is nothing to tell.
    pub fn new(tree: &Tree) -> Self {
        Self::with(tree, true)
    }

    fn with(tree: &Tree, is_read: bool) -> Self {
        let found = Arc::new(Mutex::new(Survey::default()));
        let (sender, working) = mpsc::channel();
        if let Some(walk) = Walk::new(tree, found.clone(), is_read) {
            let work = move || {
                walk.run();
                drop(sender);
            };
            // Who cannot have a thread goes without.
            let _ = thread::Builder::new().stack_size(STACK).spawn(work);
        }
        Self { found, working, end: Instant::now() + LIMIT }
    }

    /// What the files tell, as far as they were read in time.
    pub fn finish(self) -> Survey {
        let left = self.end.saturating_duration_since(Instant::now());
        let is_late = self.working.recv_timeout(left) == Err(mpsc::RecvTimeoutError::Timeout);
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let mut survey = std::mem::take(&mut *found);
        drop(found);
        if let Some(file) = survey.current.take().filter(|_| is_late) {
            survey.faults.push(unread::fault(&file, Why::Late(LIMIT)));
        }
        survey.links.sort_by(|a, b| {
            let key = |it: &Link| (it.position.line, it.position.column);
            a.position.file.cmp(&b.position.file).then_with(|| key(a).cmp(&key(b)))
        });
        let circles = circles::circles(&survey.links);
        survey.faults.extend(circles.sure.iter().map(|it| circles::fault(it)));
        survey.circles = circles.others;
        survey
    }
}

/// Looks for the fault of a source, whatever it is.
#[cfg(test)]
pub fn find(source: &str) {
    use crate::faults::source::{Text, parse, position_of};

    let path = Path::new("x");
    let text = Text::new(source.to_owned());
    for (at, problem) in walk::faults_of(&text, walk::Role::Module, 0).1 {
        position_of(path, &text, at);
        let _ = (problem.to_string(), crate::faults::Problem::help(&problem));
    }
    if let Ok(all) = parse(&text) {
        links::links(path, path, &text, &all, true);
    }
}
