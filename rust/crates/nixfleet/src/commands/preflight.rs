//! What keeps hosts from being installed into VMs here, known before anything is built: what
//! `validate` calls an error of theirs, and what this machine lacks for them.

use nixfleet_inventory::Inventory;
use nixfleet_vm::preflight::{self, Plan, Surroundings};
use nixfleet_vm::{Error as VmError, Fault as VmFault, state};
use thiserror::Error;

use crate::commands::{fleet, validate};
use crate::exit::Exit;
use crate::faults::source::{Sources, Tree};
use crate::faults::{Fault, Problem, Severity};
use crate::global::Global;

/// Why hosts cannot be installed.
pub struct Refusal {
    /// All faults, those of the fleet first.
    pub faults: Vec<Fault>,
    /// How a command that stops for them ends.
    pub exit: Exit,
}

/// With what the hosts can be installed here, or why they cannot.
///
/// # Errors
/// When there is no folder for VMs.
pub fn check(
    global: &Global,
    inventory: &Inventory,
    hosts: &[String],
    here: &dyn Surroundings,
) -> Result<Result<Vec<Plan>, Refusal>, VmError> {
    let data = state::data_folder()?;
    let mut faults = of_fleet(global, inventory, hosts);
    let (of_vms, status) = match preflight::check(inventory, hosts, &data, here) {
        Ok(plans) if faults.is_empty() => return Ok(Ok(plans)),
        Ok(_) => (Vec::new(), Exit::Faults as u8),
        Err(error) => {
            let status = error.exit_status();
            let VmError::Preflight { faults } = error else { return Err(error) };
            (faults, status)
        }
    };
    // Faults of the fleet go before what the machine lacks: the user can mend them first.
    let exit = if faults.is_empty() { Exit::of(status) } else { Exit::Faults };
    let told = faults.len();
    for fault in of_vms {
        // That a platform is missing, or all hosts are, and by which name they are there, `validate` says.
        let host = fault.host.as_ref().and_then(|it| inventory.hosts.get(it));
        let is_missing = fault.field == "platform" && host.is_some_and(|it| it.platform.is_null());
        let mut told = faults[..told].iter();
        let is_empty = fault.code == "host-unknown" && inventory.hosts.is_empty();
        if !told.any(|it| is_missing || is_empty || explains(it, &fault)) {
            faults.push(fault.into());
        }
    }
    Ok(Err(Refusal { faults, exit }))
}

/// The hosts that can be installed into VMs: all but the Macs. One with a wrong platform is among
/// them, and told.
pub fn installable(inventory: &Inventory) -> Vec<String> {
    let is_mac = |it: &str| it.ends_with("-darwin");
    let hosts = inventory.hosts.iter();
    let linux = hosts.filter(|(_, it)| !it.text("platform").is_some_and(is_mac));
    linux.map(|(name, _)| name.clone()).collect()
}

/// What `validate` calls an error in what the hosts are made of. A release that is wrong keeps no
/// host from being tested.
fn of_fleet(global: &Global, inventory: &Inventory, hosts: &[String]) -> Vec<Fault> {
    let mut sources = Sources::new(Tree::new(&fleet::flake(global)));
    let wanted = |name: &str| hosts.iter().any(|it| it == name);
    let mut faults = validate::inventoried(global, inventory, &wanted, &mut sources);
    faults.retain(|it| {
        let is_ours = !it.hosts.is_empty() || !it.field.starts_with("release");
        is_ours && it.problem.severity() == Severity::Error
    });
    faults
}

/// Whether the one is why there is the other: it is told of the same field, in better words.
fn explains(known: &Fault, other: &VmFault) -> bool {
    let of_host = other.host.as_ref().is_some_and(|host| known.hosts.contains(host));
    let of_fleet = other.host.is_none() && known.hosts.is_empty();
    !other.field.is_empty() && known.field == other.field && (of_host || of_fleet)
}

#[derive(Debug, Error)]
#[error("{}", .0.message)]
struct Preflight(VmFault);

impl Problem for Preflight {
    fn code(&self) -> &'static str {
        self.0.code
    }

    fn help(&self) -> String {
        self.0.help.clone()
    }
}

impl From<VmFault> for Fault {
    fn from(fault: VmFault) -> Self {
        Self {
            hosts: fault.host.iter().cloned().collect(),
            field: fault.field.to_owned(),
            position: fault.position.clone(),
            text: None,
            problem: Box::new(Preflight(fault)),
        }
    }
}
