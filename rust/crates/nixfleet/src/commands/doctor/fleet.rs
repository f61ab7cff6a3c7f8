//! The fleet of the current folder: whether it can be read, and which of its files Nix does not find.

use nixfleet_inventory::{Inventory, InventoryError};
use nixfleet_nix::NixError;

use super::finding::Finding;
use crate::error::Error;
use crate::faults::Fault;
use crate::faults::files;
use crate::faults::source::Tree;
use crate::faults::survey::Survey;

/// The fleet, and the files that Nix will not find.
pub fn findings(inventory: Result<Inventory, Error>, tree: &Tree) -> Vec<Finding> {
    let lacking = match &inventory {
        Ok(_) => files::lacking(tree, &Survey::of(tree), &[]),
        Err(error) => error.cause().and_then(|it| files::explain(it, tree)).into_iter().collect(),
    };
    let fleet = match inventory {
        Ok(inventory) => {
            let count = inventory.hosts.len();
            Finding::fine("fleet", format!("{count} host{}", if count == 1 { "" } else { "s" }))
        }
        // There need not be a fleet where one asks what a machine lacks.
        Err(error @ Error::NoFlake(_)) => {
            Finding::note("fleet", error.to_string(), error.help().unwrap_or_default())
        }
        Err(error) => Finding::lacking("fleet", error.to_string(), cure(&error)),
    };
    let mut findings = vec![fleet];
    findings.extend(lacking.into_iter().map(|fault| of_file(&fault, tree)));
    findings
}

/// What to do about a fleet that cannot be read.
fn cure(error: &Error) -> String {
    let by_hand = "run `nix eval --json .#nixfleet` by hand, to see what it";
    match error {
        Error::Inventory(InventoryError::Nix(NixError::TimedOut { .. })) => {
            format!("{by_hand} waits for")
        }
        Error::Inventory(
            InventoryError::Malformed { .. } | InventoryError::Nix(NixError::Answer { .. }),
        ) => {
            format!("{by_hand} writes: `nix` on PATH may be something else")
        }
        Error::Inventory(InventoryError::Nix(error @ NixError::Died { .. })) => {
            error.help().unwrap_or_default()
        }
        _ => "`nixfleet validate` shows where".to_owned(),
    }
}

/// A file that Nix does not find, and the line that names it.
fn of_file(fault: &Fault, tree: &Tree) -> Finding {
    let name = match fault.problem.code() {
        "file-missing" => "missing file",
        "file-ignored" => "ignored file",
        _ => "untracked file",
    };
    let place = place(fault, tree).map(|it| format!("; {it} names it"));
    let text = format!("{}{}", fault.problem, place.unwrap_or_default());
    Finding::lacking(name, text, fault.problem.help())
}

/// `hosts/web.nix:8`, where a fault is written.
fn place(fault: &Fault, tree: &Tree) -> Option<String> {
    let position = fault.position.as_ref()?;
    let (_, path) = tree.locate(&position.file);
    Some(format!("{}:{}", tree.show(&path), position.line))
}
