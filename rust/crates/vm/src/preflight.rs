//! What can be found out before anything is built: all that would make a later phase hang or fail
//! for want of a key, a program or space. All faults are reported together.

mod keys;
mod surroundings;

use std::path::{Path, PathBuf};

use nixfleet_inventory::{Host, Inventory};
use nixfleet_text::{nearest, visible};

pub use keys::Key;
pub use surroundings::{Surroundings, ThisMachine};

use crate::accelerator::Choice;
use crate::{Error, Fault, Firmware, Platform};
use nixfleet_assertion::host::Expected;

/// What an install and a test need at least: the system and its growth. Images are sparse.
const SPACE: u64 = 2 << 30;

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
    machine(state, here, &mut faults);
    let installer_keys = keys::of_installer(inventory, here, &mut faults);
    for name in hosts {
        let Some(host) = inventory.hosts.get(name) else {
            faults.push(unknown(name, inventory));
            continue;
        };
        let Some(platform) = platform(name, host, &mut faults) else { continue };
        let key = keys::admitted(name, host, &installer_keys, &mut faults);
        let programs = programs(platform, here, &mut faults);
        if let (Some(key), Some((qemu, firmware))) = (key, programs) {
            let accelerator = here.accelerator(platform, &qemu);
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

/// What every host needs of this machine.
fn machine(state: &Path, here: &dyn Surroundings, faults: &mut Vec<Fault>) {
    let needed = [
        ("ssh", "install `openssh-client` (Debian, Ubuntu) or `openssh` (others)"),
        (
            "qemu-img",
            "install `qemu-utils` (Debian, Ubuntu), `qemu-img` (Fedora) or `qemu` (others)",
        ),
        ("nixos-anywhere", "run `nix profile install nixpkgs#nixos-anywhere`"),
    ];
    for (program, help) in needed {
        if here.program(program).is_none() {
            faults.push(lacking(
                "program-missing",
                format!("`{program}` is not on PATH"),
                help.to_owned(),
            ));
        }
    }
    if let Some(free) = here.free_space(state).filter(|it| *it < SPACE) {
        faults.push(lacking(
            "space-missing",
            format!("only {} MiB are free for VMs below `{}`", free >> 20, state.display()),
            format!(
                "free {} MiB, or let `XDG_DATA_HOME` name a folder with more",
                (SPACE - free) >> 20
            ),
        ));
    }
}

fn lacking(code: &'static str, message: String, help: String) -> Fault {
    Fault { code, host: None, field: "", position: None, message, help, lacking: true }
}

/// The fault of a host that the fleet does not have.
#[must_use]
pub fn unknown(name: &str, inventory: &Inventory) -> Fault {
    let near = nearest(name, inventory.hosts.keys().map(String::as_str));
    let all: Vec<String> = inventory.hosts.keys().take(10).map(|it| format!("`{it}`")).collect();
    Fault {
        code: "host-unknown",
        host: None,
        field: "",
        position: None,
        message: format!("the fleet has no host `{}`", visible(name)),
        help: match near {
            Some(near) => format!("did you mean `{near}`?"),
            None if all.is_empty() => "the fleet has no hosts".into(),
            None => format!("it has {}", all.join(", ")),
        },
        lacking: false,
    }
}

fn platform(name: &str, host: &Host, faults: &mut Vec<Fault>) -> Option<Platform> {
    let system = host.text("platform").unwrap_or_default();
    let platform = Platform::parse(system);
    if platform.is_none() {
        let (message, help) = if system.ends_with("-darwin") {
            (
                format!(
                    "`{name}` is a Mac ({system}), and macOS cannot be installed into a VM from here"
                ),
                "VMs are for hosts with a Linux platform; `--all` passes over Macs".to_owned(),
            )
        } else {
            (
                format!("`{name}` has the platform `{}`", visible(system)),
                "write `x86_64-linux` or `aarch64-linux`".to_owned(),
            )
        };
        faults.push(Fault {
            code: "platform-not-linux",
            host: Some(name.to_owned()),
            field: "platform",
            position: host.position("platform").cloned(),
            message,
            help,
            lacking: false,
        });
    }
    platform
}

/// QEMU and its firmware for a platform.
fn programs(
    platform: Platform,
    here: &dyn Surroundings,
    faults: &mut Vec<Fault>,
) -> Option<(PathBuf, Firmware)> {
    let Some(qemu) = here.program(platform.program()) else {
        let package = match platform {
            Platform::X86_64 => "`qemu-system-x86` (Debian, Ubuntu, Fedora) or `qemu` (others)",
            Platform::Aarch64 => {
                "`qemu-system-arm` (Debian, Ubuntu), `qemu-system-aarch64` (Fedora) or `qemu` (others)"
            }
        };
        faults.push(lacking(
            "qemu-missing",
            format!("`{}` is not on PATH", platform.program()),
            format!("install {package}"),
        ));
        return None;
    };
    let Some(firmware) = here.firmware(platform, &qemu) else {
        faults.push(lacking(
            "firmware-missing",
            format!("there is no UEFI firmware for {platform}"),
            format!(
                "install {}, or let `NIXFLEET_FIRMWARE_CODE` and `NIXFLEET_FIRMWARE_VARS` name its two images",
                Firmware::package(platform)
            ),
        ));
        return None;
    };
    Some((qemu, firmware))
}

#[cfg(test)]
mod tests;
