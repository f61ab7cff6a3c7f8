//! The faults of the author's behind a failure of Nix, for every command that Nix fails.

use nixfleet_nix::Cause;

use super::source::Tree;
use super::survey::Survey;
use super::{Fault, Severity, eval, files};

/// What the files of a fleet show that Nix cannot read: one that it does not find, and what it refuses
/// in those that are there. Warnings, as of a file that nobody reads, explain nothing.
pub fn unread(cause: &Cause, tree: &Tree) -> Vec<Fault> {
    // What is outside keeps Nix from a flake only where it says so.
    let is_outside = cause.message.starts_with("access to absolute path '");
    let mut survey = if is_outside { Survey::of(tree) } else { Survey::of_broken(tree) };
    let circle = survey.circle(cause, tree);
    survey.faults.extend(circle);
    let missing = files::explain_by(cause, tree, &survey);
    let faults: Vec<Fault> = missing.into_iter().chain(survey.faults).collect();
    let is_error = |it: &Fault| it.problem.severity() == Severity::Error;
    if faults.iter().any(is_error) { faults } else { Vec::new() }
}

/// Why a host of a fleet that Nix can read does not evaluate, where that is its author's to mend and
/// it is known how.
pub fn of_host(cause: &Cause, tree: &Tree) -> Option<Fault> {
    let mut survey = Survey::of(tree);
    if let Some(fault) = files::explain_by(cause, tree, &survey) {
        return Some(fault);
    }
    if let Some(index) = survey.telling(cause, tree) {
        return Some(survey.faults.swap_remove(index));
    }
    if let Some(fault) = survey.circle(cause, tree) {
        return Some(fault);
    }
    eval::cure_of(cause, tree).map(|_| eval::unreadable(cause, tree))
}
