//! Files that Nix does not find, there and not tracked by git or not there at all.

use std::collections::HashSet;

use nixfleet_nix::Cause;

use crate::faults::source::Tree;
use crate::faults::survey::Survey;
use crate::faults::{Fault, git, missing};

/// The fault behind a failure of Nix to find a file.
pub fn explain(cause: &Cause, tree: &Tree) -> Option<Fault> {
    cause.missing_file()?;
    explain_by(cause, tree, &Survey::of(tree))
}

/// The same, by a survey that was made already.
pub fn explain_by(cause: &Cause, tree: &Tree, survey: &Survey) -> Option<Fault> {
    let Some(fault) = git::explain(cause, tree) else {
        return missing::explain(cause, tree, survey);
    };
    // The place that Nix names is at best the word `import`.
    Some(match missing::named(cause, survey) {
        Some((position, text)) => Fault { position: Some(position), text: Some(text), ..fault },
        None => fault,
    })
}

/// The files that Nix would not find, but for those that are told already.
pub fn lacking(tree: &Tree, survey: &Survey, told: &[Fault]) -> Vec<Fault> {
    let key = |fault: &Fault| (fault.problem.code(), fault.problem.to_string());
    let told: HashSet<_> = told.iter().map(key).collect();
    let all = git::untracked(tree, survey).into_iter().chain(missing::missing(tree, survey));
    all.filter(|fault| !told.contains(&key(fault))).collect()
}
