//! Files that a flake's Nix files name and that are not there. Nix finds out when it comes to use
//! one, a host's module long after the fleet was read.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use nixfleet_nix::{Cause, Position};
use thiserror::Error;

use crate::faults::source::Tree;
use crate::faults::survey::{Link, Survey, Use};
use crate::faults::{Fault, Problem, Severity};
use crate::text::quote::quote_path;
use nixfleet_text::{nearest, word};

#[derive(Debug, Error)]
#[error("{} does not exist", quote_path(.file))]
struct Missing {
    file: String,
    /// The path as it is to be written, when a file there has nearly that name.
    nearest: Option<String>,
    severity: Severity,
}

impl Problem for Missing {
    fn code(&self) -> &'static str {
        "file-missing"
    }

    fn severity(&self) -> Severity {
        self.severity
    }

    fn help(&self) -> String {
        if let Some(path) = &self.nearest {
            return format!("write {}", quote_path(path));
        }
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

/// The fault behind a failure of Nix to find a file that one of the flake's own names.
pub fn explain(cause: &Cause, tree: &Tree, survey: &Survey) -> Option<Fault> {
    let file = cause.missing_file()?;
    let is_it = |link: &&Link| link.file == Path::new(&file) && !link.is_there(tree);
    let link = survey.links.iter().find(is_it)?;
    Some(Beside::new(tree, survey).fault(link, Severity::Error))
}

/// Where a file that Nix does not find is named, and how.
pub fn named(cause: &Cause, survey: &Survey) -> Option<(Position, String)> {
    let file = cause.missing_file()?;
    let link = survey.links.iter().find(|it| it.file == Path::new(&file))?;
    Some((link.position.clone(), link.literal.clone()))
}

/// The paths that lead to no file, each where it is first named. A module has to be there; of another
/// path Nix may never come to use, there is a warning, and of one that a file asks for with
/// `pathExists` nothing is said.
pub fn missing(tree: &Tree, survey: &Survey) -> Vec<Fault> {
    let optional = survey.links.iter().filter(|link| link.is_optional);
    // What is said of a path once, or never.
    let mut seen: HashSet<&Path> = optional.map(|link| link.file.as_path()).collect();
    // Where a path is sure to be used, it is told there.
    let (sure, others): (Vec<_>, Vec<_>) = survey.links.iter().partition(|link| is_needed(link));
    let mut beside = Beside::new(tree, survey);
    let news = sure.into_iter().chain(others);
    let news = news.filter(|link| {
        seen.insert(&link.file) && !survey.read.contains(&link.file) && !link.is_there(tree)
    });
    news.map(|link| beside.fault(link, severity(link))).collect()
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

    fn fault(&mut self, link: &Link, severity: Severity) -> Fault {
        let file = link.file.display().to_string();
        let nearest = self.near(link);
        Fault {
            hosts: Vec::new(),
            field: String::new(),
            position: Some(link.position.clone()),
            text: Some(link.literal.clone()),
            problem: Box::new(Missing { file, nearest, severity }),
        }
    }

    /// The path with the name of a file that lies beside the missing one.
    fn near(&mut self, link: &Link) -> Option<String> {
        let (folder, name) = link.literal.trim_end_matches('/').rsplit_once('/')?;
        let names = self.names(link.file.parent()?);
        let name = nearest(name, names.iter().map(String::as_str))?;
        Some(format!("{folder}/{name}"))
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
