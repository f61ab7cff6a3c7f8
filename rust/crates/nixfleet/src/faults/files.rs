//! Files that Nix does not find, there and not tracked by git or not there at all.

use std::collections::HashSet;

use nixfleet_nix::Cause;

use crate::faults::source::Tree;
use crate::faults::survey::Survey;
use crate::faults::{Fault, Severity, git, missing};

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
    let mut all = git::untracked(tree, survey);
    all.extend(missing::missing(tree, survey, || git::left_out(tree)));
    let codes: HashSet<_> = all.iter().map(|it| it.problem.code()).collect();
    let of_files = told.iter().filter(|it| codes.contains(it.problem.code()));
    let is_no_path = |it: &&Fault| {
        ["password-file-in-repository", "field-type-wrong"].contains(&it.problem.code())
    };
    let others = told.iter().filter(is_no_path);
    let told: HashSet<_> = of_files.map(key).collect();
    all.retain(|fault| !told.contains(&key(fault)));
    // A password that lies in the flake has to go elsewhere, and what is no path is none, whether a file
    // is there or not.
    let line = |it: &Fault| it.position.as_ref().map(|at| (tree.locate(&at.file).1, at.line));
    let kept: HashSet<_> = others.filter_map(line).collect();
    all.retain(|fault| {
        fault.problem.severity() == Severity::Error
            || !line(fault).is_some_and(|it| kept.contains(&it))
    });
    all
}
