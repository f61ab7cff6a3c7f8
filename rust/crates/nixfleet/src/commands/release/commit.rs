//! The commit that a fleet is released from.

use std::path::Path;

use crate::error::Trouble;
use crate::faults::git::asking;

/// The commit that is checked out, `-dirty` behind it where there are changes that it lacks; `None`
/// where there is no git. Files that git does not track are no changes: Nix does not see them.
pub fn revision(repository: Option<&Path>, allow_dirty: bool) -> Result<Option<String>, Trouble> {
    let Some(root) = repository else { return Ok(None) };
    let Some(changes) = git(root, &["status", "--porcelain", "--untracked-files=no"]) else {
        return Ok(None);
    };
    let first = changes.lines().next().map(|it| it.get(3..).unwrap_or(it).to_owned());
    if let Some(first) = first.clone().filter(|_| !allow_dirty) {
        return Err(Trouble::Dirty(first));
    }
    // A repository without a commit has none.
    let commit = git(root, &["rev-parse", "--verify", "--quiet", "HEAD"]);
    let commit = commit.map(|it| it.trim().to_owned()).filter(|it| !it.is_empty());
    Ok(commit.map(|it| if first.is_some() { format!("{it}-dirty") } else { it }))
}

fn git(root: &Path, arguments: &[&str]) -> Option<String> {
    let output = asking(root).args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}
