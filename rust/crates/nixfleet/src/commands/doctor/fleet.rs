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
        // Said of Nix itself already.
        Err(Error::Inventory(InventoryError::Nix(NixError::Missing))) => return Vec::new(),
        // There need not be a fleet where one asks what a machine lacks.
        Err(error @ Error::NoFlake(_)) => {
            Finding::note("fleet", error.to_string(), error.help().unwrap_or_default())
        }
        Err(error) => {
            Finding::lacking("fleet", error.to_string(), "`nixfleet validate` shows where")
        }
    };
    let mut findings = vec![fleet];
    findings.extend(lacking.into_iter().map(|fault| of_file(&fault, tree)));
    findings
}

/// A file that Nix does not find, and the line that names it.
fn of_file(fault: &Fault, tree: &Tree) -> Finding {
    let name = match fault.problem.code() {
        "file-missing" => "missing file",
        "file-ignored" => "ignored file",
        _ => "untracked file",
    };
    let place = fault.position.as_ref().map(|it| {
        let (_, path) = tree.locate(&it.file);
        format!("; {}:{} names it", tree.show(&path), it.line)
    });
    let text = format!("{}{}", fault.problem, place.unwrap_or_default());
    Finding::lacking(name, text, fault.problem.help())
}
