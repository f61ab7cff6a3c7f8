//! Files that a flake needs and git does not track. Nix reads a flake in a git repository through
//! git, so such a file is not there for it (NixOS/nix#7107).

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::str;

use nixfleet_nix::{Cause, Position};
use thiserror::Error;

use crate::faults::source::Tree;
use crate::faults::survey::{Link, Survey};
use crate::faults::{Fault, Problem, Severity, missing};
use crate::text::quote::{quote_path, word};

#[derive(Debug, Error)]
#[error("{} is not tracked by git, so Nix does not see it", quote_path(.file))]
struct Untracked {
    file: String,
    command: String,
    severity: Severity,
}

impl Problem for Untracked {
    fn code(&self) -> &'static str {
        "file-untracked"
    }

    fn severity(&self) -> Severity {
        self.severity
    }

    fn help(&self) -> String {
        format!("run `{}`", self.command)
    }
}

/// The fault behind a failure of Nix to find a file that is there.
pub fn explain(cause: &Cause, tree: &Tree) -> Option<Fault> {
    let root = tree.repository()?;
    let file = cause.missing_file()?;
    // What is tracked and there is missing for another reason.
    if !root.join(&file).exists() || tracked(root)?.contains(Path::new(&file)) {
        return None;
    }
    let position = cause.places.iter().rev().find(|place| tree.is_own(&place.file)).cloned();
    let literal = format!("./{file}");
    Some(fault(tree, Path::new(&file), position, Some(literal), Severity::Error))
}

/// The paths in a flake's Nix files that are there and that git does not track. A module has to be
/// there for Nix; another path it may never come to use.
pub fn untracked(tree: &Tree, survey: &Survey) -> Vec<Fault> {
    let Some(root) = tree.repository() else { return Vec::new() };
    let Some(tracked) = tracked(root) else { return Vec::new() };
    let lacks = |link: &&Link| !tracked.contains(&link.file) && root.join(&link.file).exists();
    let (sure, others): (Vec<_>, Vec<_>) = survey
        .links
        .iter()
        .filter(lacks)
        .partition(|link| missing::severity(link) == Severity::Error);
    let mut seen = HashSet::new();
    let news = sure.into_iter().chain(others).filter(|link| seen.insert(&link.file));
    news.map(|link| {
        let severity = missing::severity(link);
        let (position, text) = (link.position.clone(), link.literal.clone());
        fault(tree, &link.file, Some(position), Some(text), severity)
    })
    .collect()
}

fn fault(
    tree: &Tree,
    file: &Path,
    position: Option<Position>,
    text: Option<String>,
    severity: Severity,
) -> Fault {
    let root = tree.repository().unwrap_or(Path::new("."));
    let shown = tree.show(&root.join(file));
    // A name from the disk may be anything, so the command is quoted as the shell reads it.
    let force = if is_ignored(root, file) { "--force " } else { "" };
    let command = if Path::new(&shown).is_absolute() {
        let (root, file) = (root.to_string_lossy(), file.to_string_lossy());
        format!("git -C {} add {force}{}", word(&root), word(&file))
    } else {
        format!("git add {force}{}", word(&shown))
    };
    Fault {
        hosts: Vec::new(),
        field: String::new(),
        position,
        text,
        problem: Box::new(Untracked { file: file.display().to_string(), command, severity }),
    }
}

/// The files that git tracks and the folders that they are in; `None` where there is no git or no
/// repository.
fn tracked(root: &Path) -> Option<HashSet<PathBuf>> {
    let names = git(root, &["ls-files", "-z"])?;
    let names = names.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    let paths = names.filter_map(|name| str::from_utf8(name).ok()).map(Path::new);
    Some(paths.flat_map(Path::ancestors).map(Path::to_owned).collect())
}

fn is_ignored(root: &Path, file: &Path) -> bool {
    git(root, &["check-ignore", "--quiet", "--", &file.to_string_lossy()]).is_some()
}

fn git(root: &Path, arguments: &[&str]) -> Option<Vec<u8>> {
    let output = Command::new("git")
        .arg("-C")
        .arg(root)
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    output.status.success().then_some(output.stdout)
}
