//! Systems of the flake that something else than `mkHost` makes.

use nixfleet_inventory::Inventory;
use nixfleet_nix::Position;

use crate::commands::fleet;
use crate::faults::survey::Survey;
use crate::faults::{Fault, Problem, Severity};
use crate::global::Global;

#[derive(Debug, thiserror::Error)]
#[error("the host is not made by `mkHost`, so it is not looked at")]
struct Stranger;

impl Problem for Stranger {
    fn code(&self) -> &'static str {
        "host-foreign"
    }

    fn severity(&self) -> Severity {
        Severity::Warning
    }

    fn help(&self) -> String {
        "make it with `nixfleet.lib.mkHost { hostName = …; platform = …; modules = [ … ]; }`, which \
         takes the modules that it has"
            .to_owned()
    }
}

/// The hosts that nothing is known of.
pub fn strangers(
    global: &Global,
    inventory: &Inventory,
    survey: &Survey,
    wanted: &dyn Fn(&str) -> bool,
) -> Vec<Fault> {
    let mut all = inventory.strangers.clone();
    // To ask Nix for them takes as long as to read the fleet.
    if !inventory.by_hand && global.inventory.is_none() {
        let (nix, flake) = (fleet::nix_for_data(global), fleet::flake(global));
        for output in &survey.outputs {
            all.extend(inventory.beside(&nix, &flake, output));
        }
    }
    let fault = |(name, position): (String, Option<Position>)| Fault {
        hosts: vec![name],
        field: String::new(),
        position,
        text: None,
        problem: Box::new(Stranger),
    };
    all.into_iter().filter(|(name, _)| wanted(name)).map(fault).collect()
}
