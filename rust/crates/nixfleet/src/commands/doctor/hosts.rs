//! Which hosts can be installed into VMs here, by the preflight of `test-vm` itself.

use nixfleet_inventory::Inventory;
use nixfleet_vm::preflight::ThisMachine;
use nixfleet_vm::state::Fleet;

use super::finding::Finding;
use crate::commands::fleet as fleets;
use crate::commands::preflight::{self, Refusal};
use crate::error::Error;
use crate::faults::Fault;
use crate::faults::report::{Located, Report};
use crate::faults::source::{Sources, Tree};
use crate::global::Global;

/// So many faults are told; `validate` and `test-vm` tell all.
const MOST: usize = 20;

/// What `doctor` says of this machine in lines of its own.
const OF_MACHINE: [&str; 3] = ["program-missing", "qemu-missing", "firmware-missing"];

/// What keeps hosts from being tested here; that nothing does, where it is so.
pub fn findings(
    global: &Global,
    inventory: &Inventory,
    host: Option<&String>,
    here: &ThisMachine,
) -> Vec<Finding> {
    // A fleet that calls `mkHost` by hand has no installer to boot; it need not have one.
    if inventory.by_hand {
        let error = Error::NoInstaller;
        let help = error.help().unwrap_or_default();
        return vec![Finding::note("test-vm", error.to_string(), help)];
    }
    if let Err(error) = Fleet::new(&fleets::flake(global)) {
        let help = "let `XDG_RUNTIME_DIR` name a folder of yours: the sockets of VMs go there";
        return vec![Finding::lacking("test-vm", error.to_string(), help)];
    }
    let hosts = host.map_or_else(|| preflight::installable(inventory), |it| vec![it.clone()]);
    // Macs alone are no lack.
    if hosts.is_empty() {
        return Vec::new();
    }
    match preflight::check(global, inventory, &hosts, here) {
        Ok(Ok(plans)) => {
            let count = plans.len();
            let hosts = if count == 1 { plans[0].host.clone() } else { format!("{count} hosts") };
            vec![Finding::fine("test-vm", format!("{hosts} can be installed and tested here"))]
        }
        Ok(Err(refusal)) => refused(refusal, Tree::new(&fleets::flake(global))),
        Err(error) => {
            vec![Finding::lacking("test-vm", error.to_string(), "see that the folder can be made")]
        }
    }
}

fn refused(refusal: Refusal, tree: Tree) -> Vec<Finding> {
    let is_of_machine = |it: &Fault| OF_MACHINE.contains(&it.problem.code());
    let faults = refusal.faults.into_iter().filter(|it| !is_of_machine(it)).collect();
    let report = Report::new(0, faults, &mut Sources::new(tree));
    let all: Vec<Finding> = report.faults.iter().map(finding).collect();
    let more = all.len().saturating_sub(MOST);
    let rest = (more > 0).then(|| {
        let text = format!("{more} more faults keep hosts from being tested");
        Finding::lacking("test-vm", text, "`nixfleet test-vm --all` tells them all")
    });
    all.into_iter().take(MOST).chain(rest).collect()
}

fn finding(Located { fault, also, place, .. }: &Located) -> Finding {
    let name = match fault.host().filter(|_| also.is_empty()) {
        Some(host) => format!("test-vm of {host}"),
        None => "test-vm".to_owned(),
    };
    let at = place.as_ref().map(|it| format!("; {}:{}", it.file, it.line)).unwrap_or_default();
    Finding::lacking(&name, format!("{}{at}", fault.problem), fault.problem.help())
}
