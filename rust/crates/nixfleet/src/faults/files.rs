//! Files that Nix does not find, there and not tracked by git or not there at all.

use std::collections::HashSet;

use nixfleet_nix::Cause;

use crate::faults::Fault;
use crate::faults::source::Tree;
use crate::faults::{git, missing};

/// The fault behind a failure of Nix to find a file.
pub fn explain(cause: &Cause, tree: &Tree) -> Option<Fault> {
    let Some(fault) = git::explain(cause, tree) else { return missing::explain(cause, tree) };
    // The place that Nix names is at best the word `import`.
    Some(match missing::named(cause, tree) {
        Some((position, text)) => Fault { position: Some(position), text: Some(text), ..fault },
        None => fault,
    })
}

/// The files that Nix would not find, but for those that are told already.
pub fn lacking(tree: &Tree, told: &[Fault]) -> Vec<Fault> {
    let key = |fault: &Fault| (fault.problem.code(), fault.problem.to_string());
    let told: HashSet<_> = told.iter().map(key).collect();
    let all = git::untracked(tree).into_iter().chain(missing::missing(tree));
    all.filter(|fault| !told.contains(&key(fault))).collect()
}
