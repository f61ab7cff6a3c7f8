//! What can be found out before anything is built: all that would make a later phase hang or fail
//! for want of a key, a program or space. All faults are reported together.

mod host;
mod keys;
mod machine;
mod surroundings;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use nixfleet_inventory::{Host, Inventory};

pub use host::unknown;
pub use keys::Key;
pub use surroundings::{Surroundings, ThisMachine};

use crate::accelerator::Choice;
use crate::{Error, Firmware, Platform};
use nixfleet_assertion::host::Expected;

/// A host that can be installed here, and with what.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The host.
    pub host: String,
    /// Its platform.
    pub platform: Platform,
    /// The QEMU program.
    pub qemu: PathBuf,
    /// The firmware.
    pub firmware: Firmware,
    /// What runs the guest's instructions.
    pub accelerator: Choice,
    /// The key that installs it.
    pub key: Key,
    /// What must hold on it; the system is known once it is built.
    pub expected: Expected,
}

/// Checks that the hosts can be installed, and finds out with what.
///
/// # Errors
/// [`Error::Preflight`] with all faults.
pub fn check(
    inventory: &Inventory,
    hosts: &[String],
    state: &Path,
    here: &dyn Surroundings,
) -> Result<Vec<Plan>, Error> {
    let mut faults = Vec::new();
    let mut plans = Vec::new();
    machine::check(state, here, &mut faults);
    if hosts.is_empty() {
        faults.push(host::none(inventory));
    }
    let installer_keys = keys::of_installer(inventory, here, &mut faults);
    // Of each platform this machine is asked once, however many hosts have it.
    let (mut programs, mut accelerators) = (HashMap::new(), HashMap::new());
    for name in hosts {
        let Some(host) = inventory.hosts.get(name) else {
            faults.push(unknown(name, inventory));
            continue;
        };
        let Some(platform) = host::platform(name, host, &mut faults) else { continue };
        host::disks(name, host, &mut faults);
        let key = keys::admitted(name, host, &installer_keys, &mut faults);
        let programs = programs
            .entry(platform)
            .or_insert_with(|| machine::programs(platform, here, &mut faults))
            .clone();
        if let (Some(key), Some((qemu, firmware))) = (key, programs) {
            let choice = || here.accelerator(platform, &qemu);
            let accelerator = accelerators.entry(platform).or_insert_with(choice).clone();
            let expected = expected(name, host);
            plans.push(Plan {
                host: name.clone(),
                platform,
                qemu,
                firmware,
                accelerator,
                key,
                expected,
            });
        }
    }
    faults.dedup();
    if faults.is_empty() { Ok(plans) } else { Err(Error::Preflight { faults }) }
}

fn expected(name: &str, host: &Host) -> Expected {
    Expected {
        host: name.to_owned(),
        system: String::new(),
        time_zone: host.text("hostSpec.timeZone").unwrap_or("UTC").to_owned(),
        user: host.text("hostSpec.userName").map(str::to_owned),
        keys: host.ssh_keys(),
    }
}

#[cfg(test)]
mod tests;
