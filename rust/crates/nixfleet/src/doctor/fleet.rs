//! The fleet of the current folder: whether it can be read, and what git does not track.

use nixfleet_inventory::{Inventory, InventoryError, NixError};

use super::finding::Finding;
use crate::error::Error;
use crate::git;
use crate::source::Tree;

/// The fleet, and the files that Nix will not find.
pub fn findings(inventory: Result<Inventory, Error>, tree: &Tree) -> Vec<Finding> {
    let untracked = match &inventory {
        Ok(_) => git::untracked(tree),
        Err(error) => error.cause().and_then(|it| git::explain(it, tree)).into_iter().collect(),
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
    findings.extend(untracked.into_iter().map(|fault| {
        Finding::lacking("untracked file", fault.problem.to_string(), fault.problem.help())
    }));
    findings
}
