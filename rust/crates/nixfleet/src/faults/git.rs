//! Files that a flake needs and git does not track. Nix reads a flake in a git repository through
//! git, so such a file is not there for it (NixOS/nix#7107).

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::str;

use nixfleet_nix::{Cause, Position};
use thiserror::Error;

use crate::faults::source::Tree;
use crate::faults::survey::{DEFAULT, Link, Survey};
use crate::faults::{Fault, Problem, Severity, missing};
use crate::text::quote::quote_path;
use nixfleet_text::word;

#[derive(Debug, Error)]
enum Unseen {
    #[error("{} is not tracked by git, so Nix does not see it", quote_path(.file))]
    Untracked { file: String, command: String, severity: Severity },
    #[error(
        "git ignores {}, so Nix does not see it; what Nix sees lands in its store, for everyone on \
         the machine to read",
        quote_path(.file)
    )]
    Ignored { file: String, severity: Severity },
    #[error("{} is in the submodule {}, which Nix leaves out", quote_path(.file), quote_path(.module))]
    Submodule { file: String, module: String, severity: Severity },
}

impl Problem for Unseen {
    fn code(&self) -> &'static str {
        match self {
            Self::Ignored { .. } => "file-ignored",
            _ => "file-untracked",
        }
    }

    fn severity(&self) -> Severity {
        match self {
            Self::Untracked { severity, .. }
            | Self::Ignored { severity, .. }
            | Self::Submodule { severity, .. } => *severity,
        }
    }

    fn help(&self) -> String {
        match self {
            Self::Untracked { command, .. } => format!("run `{command}`"),
            Self::Ignored { .. } => "a secret is read when the host runs: take it out of the Nix \
                                     code, and give its path as a text, `\"/persist/…\"`; a file \
                                     without secrets comes out of `.gitignore`"
                .to_owned(),
            Self::Submodule { .. } => "name the flake with its submodules, here and for every \
                                       command of Nix: `--flake '.?submodules=1'`"
                .to_owned(),
        }
    }
}

/// The fault behind a failure of Nix to find a file that is there.
pub fn explain(cause: &Cause, tree: &Tree) -> Option<Fault> {
    let root = tree.repository()?;
    let file = cause.missing_file()?;
    // What is tracked and there is missing for another reason.
    if !root.join(&file).exists() || tracked(tree, root)?.contains(Path::new(&file)) {
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
    let Some(tracked) = tracked(tree, root) else { return Vec::new() };
    // The file that is lacking: of a folder that git knows, its `default.nix` may be.
    let lacks = |link: &Link| {
        if !tracked.contains(&link.file) {
            return missing::is_there(tree, link).then(|| link.file.clone());
        }
        let is_folder = link.is_code() && !link.reads_folders && !survey.read.contains(&link.file);
        let default = is_folder.then(|| link.file.join(DEFAULT))?;
        (!tracked.contains(&default) && root.join(&default).is_file()).then_some(default)
    };
    let lacking = survey.links.iter().filter_map(|link| Some((link, lacks(link)?)));
    let (sure, others): (Vec<_>, Vec<_>) =
        lacking.partition(|(link, _)| missing::severity(link) == Severity::Error);
    let mut seen = HashSet::new();
    let news = sure.into_iter().chain(others).filter(|(_, file)| seen.insert(file.clone()));
    news.map(|(link, file)| {
        let severity = missing::severity(link);
        let (position, text) = (link.position.clone(), link.literal.clone());
        fault(tree, &file, Some(position), Some(text), severity)
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
    let problem = unseen(tree, file, severity);
    Fault { hosts: Vec::new(), field: String::new(), position, text, problem: Box::new(problem) }
}

/// Why Nix does not see a file that is there.
fn unseen(tree: &Tree, path: &Path, severity: Severity) -> Unseen {
    let root = tree.repository().unwrap_or(Path::new("."));
    let file = path.display().to_string();
    if let Some(module) = submodule(root, path).filter(|_| !tree.has_submodules()) {
        return Unseen::Submodule { file, module: module.display().to_string(), severity };
    }
    if is_ignored(root, path) {
        return Unseen::Ignored { file, severity };
    }
    let shown = tree.show(&root.join(path));
    // A name from the disk may be anything, so the command is quoted as the shell reads it.
    let command = if Path::new(&shown).is_absolute() {
        format!("git -C {} add {}", word(&root.to_string_lossy()), operand(&file))
    } else {
        format!("git add {}", operand(&shown))
    };
    Unseen::Untracked { file, command, severity }
}

/// A path as a word of a command of git's, which takes one that begins with a hyphen for an option.
pub fn operand(path: &str) -> String {
    if path.starts_with('-') { word(&format!("./{path}")) } else { word(path) }
}

/// The submodule that a file is in: a folder within the repository that is one itself.
fn submodule<'a>(root: &Path, file: &'a Path) -> Option<&'a Path> {
    let folders = file.ancestors().skip(1).filter(|it| !it.as_os_str().is_empty());
    folders.into_iter().find(|it| root.join(it).join(".git").exists())
}

/// The files that git tracks and the folders that they are in; `None` where there is no git or no
/// repository.
fn tracked(tree: &Tree, root: &Path) -> Option<HashSet<PathBuf>> {
    let submodules = tree.has_submodules().then_some("--recurse-submodules");
    let arguments: Vec<&str> = ["ls-files", "-z"].into_iter().chain(submodules).collect();
    let names = git(root, &arguments)?;
    let names = names.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    let paths = names.filter_map(|name| str::from_utf8(name).ok()).map(Path::new);
    Some(paths.flat_map(Path::ancestors).map(Path::to_owned).collect())
}

/// The files that git has and keeps out of the working tree, as of a sparse checkout, each or with
/// its folder. Nix reads a tree that nobody changed as it was committed, with all of it.
pub fn left_out(tree: &Tree) -> HashSet<PathBuf> {
    let names = tree.repository().and_then(|root| git(root, &["ls-files", "-t", "-z"]));
    let names = names.unwrap_or_default();
    let names = names.split(|byte| *byte == 0).filter_map(|it| it.strip_prefix(b"S "));
    names.filter_map(|name| str::from_utf8(name).ok()).map(PathBuf::from).collect()
}

fn is_ignored(root: &Path, file: &Path) -> bool {
    git(root, &["check-ignore", "--quiet", "--", &file.to_string_lossy()]).is_some()
}

fn git(root: &Path, arguments: &[&str]) -> Option<Vec<u8>> {
    let output = asking(root).args(arguments).output().ok()?;
    output.status.success().then_some(output.stdout)
}

/// What makes git speak of another repository, as within its hooks, where Nix knows of none
/// (git-rev-parse(1), `--local-env-vars`, without those for settings).
const LOCAL: [&str; 11] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
];

/// git, to ask a repository something: what its configuration says is to be run is not run
/// (git-config(1), `core.fsmonitor`, `core.hooksPath`).
pub fn asking(root: &Path) -> Command {
    let mut git = Command::new("git");
    git.args(["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-C"]).arg(root);
    for name in LOCAL {
        git.env_remove(name);
    }
    git.stdin(Stdio::null()).stderr(Stdio::null());
    git
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn what_a_repository_wants_to_run_is_not_run() {
        let folder = tempfile::tempdir().unwrap();
        let (root, ran) = (folder.path().join("repository"), folder.path().join("ran"));
        let monitor = folder.path().join("monitor");
        fs::write(&monitor, format!("#!/bin/sh\ntouch '{}'\n", ran.display())).unwrap();
        fs::set_permissions(&monitor, fs::Permissions::from_mode(0o755)).unwrap();
        fs::create_dir(&root).unwrap();
        fs::write(root.join("flake.nix"), "{ }").unwrap();
        let git = |arguments: &[&str]| {
            let status = Command::new("git").arg("-C").arg(&root).args(arguments).status();
            assert!(status.unwrap().success(), "{arguments:?}");
        };
        git(&["init", "--quiet"]);
        git(&["add", "flake.nix"]);
        git(&["config", "core.fsmonitor", &monitor.display().to_string()]);
        git(&["status", "--porcelain"]);
        assert!(ran.exists(), "git alone runs it");
        fs::remove_file(&ran).unwrap();
        assert!(asking(&root).args(["status", "--porcelain"]).status().unwrap().success());
        assert!(!ran.exists());
    }
}
