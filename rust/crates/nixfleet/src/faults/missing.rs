//! Files that a flake's Nix files name and that are not there. Nix finds out when it comes to use
//! one, a host's module long after the fleet was read.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use nixfleet_nix::{Cause, Position};
use thiserror::Error;

use crate::faults::source::Tree;
use crate::faults::survey::{DEFAULT, Link, Survey, Use};
use crate::faults::{Fault, Problem, Severity};
use crate::text::quote::quote_path;
use nixfleet_text::{nearest, word};

#[derive(Debug, Error)]
#[error("{} {lack}", quote_path(.file))]
struct Missing {
    file: String,
    lack: Lack,
    severity: Severity,
}

/// Why Nix finds no file where a path leads.
#[derive(Debug, Error)]
enum Lack {
    /// Nothing is there; when a file beside it has nearly that name, the path as it is to be written.
    #[error("does not exist")]
    Absent { nearest: Option<String> },
    /// It is what Nix reads of a folder, and the folder has none.
    #[error("does not exist")]
    Default,
    #[error("is a link to {}, where there is no file", quote_path(.0))]
    Broken(String),
    #[error("is where a link leads out of the flake, and Nix sees nothing there")]
    Outside,
    #[error("is neither a file nor a folder")]
    Special,
}

impl Problem for Missing {
    fn code(&self) -> &'static str {
        "file-missing"
    }

    fn severity(&self) -> Severity {
        self.severity
    }

    fn help(&self) -> String {
        let text = match &self.lack {
            Lack::Absent { nearest: Some(path) } => return format!("write {}", quote_path(path)),
            Lack::Absent { nearest: None } => return self.help_to_make(),
            Lack::Default => {
                "of a folder Nix reads its `default.nix`: write one, or name the files in the folder"
            }
            Lack::Broken(_) | Lack::Outside => "put the file itself in place of the link",
            Lack::Special => "put a file there, or take the path out",
        };
        text.to_owned()
    }
}

impl Missing {
    fn help_to_make(&self) -> String {
        // Written down before the install that makes them, as nixos-anywhere's documentation does.
        let generator = match Path::new(&self.file).file_name().and_then(|name| name.to_str()) {
            Some("hardware-configuration.nix") => "nixos-generate-config",
            Some("facter.json") => "nixos-facter",
            _ => return "make the file, or take the path out".to_owned(),
        };
        format!(
            "make the file: `nixos-anywhere --generate-hardware-config {generator} {}` does while \
             it installs",
            word(&self.file)
        )
    }
}

/// Whether Nix finds what a path leads to, were it told of every file.
pub fn is_there(tree: &Tree, link: &Link) -> bool {
    lack(tree, link).is_none()
}

/// Why it does not. What is no code may be a link to anywhere: nothing need read it while a host is
/// made.
fn lack(tree: &Tree, link: &Link) -> Option<Lack> {
    let path = tree.root()?.join(&link.file);
    if path.symlink_metadata().is_err() {
        return Some(Lack::Absent { nearest: None });
    }
    if !link.is_code() {
        return None;
    }
    let Ok(target) = fs::metadata(&path) else {
        let target = fs::read_link(&path).unwrap_or_default();
        return Some(Lack::Broken(target.to_string_lossy().into_owned()));
    };
    if !tree.is_source(&path) {
        return Some(Lack::Outside);
    }
    if target.is_dir() {
        let is_read = link.reads_folders || path.join(DEFAULT).exists();
        return (!is_read).then_some(Lack::Default);
    }
    (!target.is_file()).then_some(Lack::Special)
}

/// The fault behind a failure of Nix to find a file that one of the flake's own names.
pub fn explain(cause: &Cause, tree: &Tree, survey: &Survey) -> Option<Fault> {
    let file = cause.missing_file()?;
    let mut of_file = survey.links.iter().filter(|link| link.names(Path::new(&file)));
    let (link, lack) = of_file.find_map(|it| Some((it, lack(tree, it)?)))?;
    Some(Beside::new(tree, survey).fault(link, lack, Severity::Error))
}

/// Where a file that Nix does not find is named, and how.
pub fn named(cause: &Cause, survey: &Survey) -> Option<(Position, String)> {
    let file = cause.missing_file()?;
    let link = survey.links.iter().find(|it| it.names(Path::new(&file)))?;
    Some((link.position.clone(), link.literal.clone()))
}

/// The paths that lead to no file, each where it is first named. A module has to be there; of another
/// path Nix may never come to use, there is a warning, and of one that a file asks for with
/// `pathExists` nothing is said. What is left out of the working tree is asked for when something is
/// missing.
pub fn missing(
    tree: &Tree,
    survey: &Survey,
    left_out: impl FnOnce() -> HashSet<PathBuf>,
) -> Vec<Fault> {
    let optional = survey.links.iter().filter(|link| link.is_optional);
    // What is said of a path once, or never.
    let mut seen: HashSet<&Path> = optional.map(|link| link.file.as_path()).collect();
    // Where a path is sure to be used, it is told there.
    let (sure, others): (Vec<_>, Vec<_>) = survey.links.iter().partition(|link| is_needed(link));
    let mut beside = Beside::new(tree, survey);
    let news = sure.into_iter().chain(others);
    let news = news.filter(|link| seen.insert(&link.file) && !survey.read.contains(&link.file));
    let lacking: Vec<_> = news.filter_map(|link| Some((link, lack(tree, link)?))).collect();
    let left_out = if lacking.is_empty() { HashSet::new() } else { left_out() };
    let is_left_out = |link: &Link| link.file.ancestors().any(|it| left_out.contains(it));
    let lacking = lacking.into_iter().filter(|(link, _)| !is_left_out(link));
    lacking.map(|(link, lack)| beside.fault(link, lack, severity(link))).collect()
}

/// How bad it is that Nix does not find what a path leads to.
pub fn severity(link: &Link) -> Severity {
    if is_needed(link) { Severity::Error } else { Severity::Warning }
}

fn is_needed(link: &Link) -> bool {
    link.is_sure && link.used == Use::Module
}

/// The files that lie beside missing ones, and that nobody names yet.
struct Beside<'a> {
    tree: &'a Tree,
    named: HashSet<&'a Path>,
    /// The names in each folder.
    folders: HashMap<PathBuf, Vec<String>>,
}

impl<'a> Beside<'a> {
    fn new(tree: &'a Tree, survey: &'a Survey) -> Self {
        let named = survey.links.iter().map(|it| it.file.as_path()).collect();
        Self { tree, named, folders: HashMap::new() }
    }

    fn fault(&mut self, link: &Link, lack: Lack, severity: Severity) -> Fault {
        let (file, lack) = match lack {
            Lack::Absent { .. } => (link.file.clone(), Lack::Absent { nearest: self.near(link) }),
            Lack::Default => (link.file.join(DEFAULT), lack),
            _ => (link.file.clone(), lack),
        };
        Fault {
            hosts: Vec::new(),
            field: String::new(),
            position: Some(link.position.clone()),
            text: Some(link.literal.clone()),
            problem: Box::new(Missing { file: file.display().to_string(), lack, severity }),
        }
    }

    /// The path with the name of a file that lies beside the missing one.
    fn near(&mut self, link: &Link) -> Option<String> {
        let (folder, name) = link.literal.trim_end_matches('/').rsplit_once('/')?;
        let parent = link.file.parent()?;
        if self.tree.root().is_some_and(|root| !root.join(parent).exists()) {
            return self.near_folder(link);
        }
        let names = self.names(parent);
        let name = nearest(name, names.iter().map(String::as_str))?;
        Some(format!("{folder}/{name}"))
    }

    /// The path by way of folders that have nearly the names that are written, as where a Mac makes no
    /// difference between letters of both cases.
    fn near_folder(&self, link: &Link) -> Option<String> {
        let root = self.tree.root()?;
        let (mut found, mut literal) = (PathBuf::new(), PathBuf::from(&link.literal));
        for part in &link.file {
            let next = found.join(part);
            found = if root.join(&next).exists() {
                next
            } else {
                let entries = fs::read_dir(root.join(&found)).ok()?.flatten();
                let names: Vec<String> =
                    entries.filter_map(|it| it.file_name().into_string().ok()).collect();
                found.join(nearest(part.to_str()?, names.iter().map(String::as_str))?)
            };
        }
        // As much of it as is written: it may begin by going up.
        let is_name = |it: &Component| matches!(it, Component::Normal(_));
        let written = literal.components().filter(is_name).count();
        (0..written).for_each(|_| {
            literal.pop();
        });
        let parts: Vec<_> = found.iter().collect();
        let start = parts.len().checked_sub(written)?;
        literal.extend(&parts[start..]);
        let literal = literal.to_str()?;
        let is_relative = literal.starts_with('.') || !link.literal.starts_with('.');
        Some(if is_relative { literal.to_owned() } else { format!("./{literal}") })
    }

    fn names(&mut self, folder: &Path) -> &[String] {
        let Self { tree, named, folders } = self;
        folders.entry(folder.to_owned()).or_insert_with(|| {
            let path = tree.root().map(|root| root.join(folder));
            let entries = path.and_then(|it| fs::read_dir(it).ok()).into_iter().flatten().flatten();
            let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
            let is_free = |name: &String| {
                let file = folder.join(name);
                Some(&file) != tree.flake_file().as_ref() && !named.contains(file.as_path())
            };
            let mut names: Vec<String> = names.filter(is_free).collect();
            names.sort();
            names
        })
    }
}
