//! Files that a flake's Nix files name and that are not there. Nix finds out when it comes to use
//! one, a host's module long after the fleet was read.

mod links;

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use nixfleet_nix::{Cause, Position};
use thiserror::Error;

use crate::faults::source::Tree;
use crate::faults::{Fault, Problem, Severity};
use crate::text::nearest::nearest;
use crate::text::quote::{quote_path, word};
use links::{Link, links};

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
pub fn explain(cause: &Cause, tree: &Tree) -> Option<Fault> {
    let file = cause.missing_file()?;
    let all = links(tree);
    let is_it = |link: &&Link| link.file == Path::new(&file) && !link.is_there(tree);
    Some(fault(tree, all.iter().find(is_it)?, &all, Severity::Error))
}

/// Where a file that Nix does not find is named, and how.
pub fn named(cause: &Cause, tree: &Tree) -> Option<(Position, String)> {
    let file = cause.missing_file()?;
    let link = links(tree).into_iter().find(|it| it.file == Path::new(&file))?;
    Some((link.position, link.literal))
}

/// The paths that lead to no file, each where it is first named. Nix may never come to use such a
/// path, so they are warnings; of one that a file asks for with `pathExists` nothing is said.
pub fn missing(tree: &Tree) -> Vec<Fault> {
    let all = links(tree);
    let optional = all.iter().filter(|link| link.is_optional);
    // What is said of a path once, or never.
    let mut seen: HashSet<&Path> = optional.map(|link| link.file.as_path()).collect();
    let news = all.iter().filter(|link| seen.insert(&link.file) && !link.is_there(tree));
    news.map(|link| fault(tree, link, &all, Severity::Warning)).collect()
}

fn fault(tree: &Tree, link: &Link, all: &[Link], severity: Severity) -> Fault {
    let file = link.file.display().to_string();
    let nearest = near(tree, link, all);
    Fault {
        hosts: Vec::new(),
        field: String::new(),
        position: Some(link.position.clone()),
        text: Some(link.literal.clone()),
        problem: Box::new(Missing { file, nearest, severity }),
    }
}

/// The path with the name of a file that lies beside the missing one, and that nobody names yet.
fn near(tree: &Tree, link: &Link, all: &[Link]) -> Option<String> {
    let (folder, name) = link.literal.trim_end_matches('/').rsplit_once('/')?;
    let parent = link.file.parent()?;
    let beside = fs::read_dir(tree.root()?.join(parent)).ok()?;
    let mut names: Vec<String> =
        beside.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    let is_named = |name: &String| {
        let file = parent.join(name);
        Some(&file) == tree.flake_file().as_ref() || all.iter().any(|it| it.file == file)
    };
    names.retain(|name| !is_named(name));
    names.sort();
    let name = nearest(name, names.iter().map(String::as_str))?;
    Some(format!("{folder}/{name}"))
}
