//! What VMs need.

use std::collections::BTreeSet;

use nixfleet_inventory::Inventory;
use nixfleet_nix::NixCli;
use nixfleet_vm::preflight::Surroundings;
use nixfleet_vm::state::data_folder;
use nixfleet_vm::{Firmware, Platform};

use super::finding::Finding;
use super::local;
use crate::commands::builders;

/// What a VM and its install take at most, about.
const ROOM: u64 = 10 << 30;

/// QEMU, firmware and accelerator of each platform of the fleet, and room on the disk.
pub fn findings(inventory: Option<&Inventory>, machine: &dyn Surroundings) -> Vec<Finding> {
    let systems: BTreeSet<&str> = match inventory {
        Some(inventory) => inventory.hosts.values().filter_map(|it| it.text("platform")).collect(),
        None => [native_system()].into(),
    };
    let platforms: Vec<Platform> = systems.into_iter().filter_map(Platform::parse).collect();
    let image_tool = (!platforms.is_empty())
        .then(|| local::program("qemu-img", "the disks of VMs are made with it"));
    let mut findings: Vec<Finding> = image_tool.into_iter().collect();
    findings.extend(platforms.into_iter().flat_map(|platform| of_platform(machine, platform)));
    if !findings.is_empty() {
        findings.push(network());
    }
    findings.extend(room(machine));
    findings
}

/// How far guests reach, which is how QEMU's user network works.
fn network() -> Finding {
    let text = "guests reach outside, and at 10.0.2.2 what listens on this machine's loopback; \
                `--offline` keeps them from both";
    Finding::fine("network of VMs", text)
}

/// The platforms of the fleet's VMs for which Nix can build nothing here.
pub fn without_builder(inventory: &Inventory, nix: &NixCli) -> Vec<Finding> {
    let platforms = inventory.hosts.values().filter_map(|it| Platform::parse(it.text("platform")?));
    let lacking = builders::without(nix, &platforms.map(Platform::system).collect());
    let finding = |(platform, reason)| {
        let name = format!("builder for {platform}");
        Finding::note(&name, format!("{reason}; what is in a cache needs none"), builders::HELP)
    };
    lacking.into_iter().map(finding).collect()
}

/// The Linux platform of this machine's processor.
fn native_system() -> &'static str {
    if cfg!(target_arch = "aarch64") { "aarch64-linux" } else { "x86_64-linux" }
}

fn of_platform(machine: &dyn Surroundings, platform: Platform) -> Vec<Finding> {
    let program = platform.program();
    let Some(qemu) = machine.program(program) else {
        if local::is_brought(program) {
            return vec![local::brought(program)];
        }
        return vec![Finding::lacking(
            program,
            format!("not on PATH, so hosts of {platform} cannot be tested here"),
            "install `qemu` with the system's packages, or run the tool by `nix run`, which has it",
        )];
    };
    let firmware = match machine.firmware(platform, &qemu) {
        Some(firmware) => {
            Finding::fine(format!("firmware for {platform}"), firmware.code.display().to_string())
        }
        None => Finding::lacking(
            &format!("firmware for {platform}"),
            "not found",
            format!("install {}", Firmware::package(platform)),
        ),
    };
    let name = format!("accelerator for {platform}");
    let choice = machine.accelerator(platform, &qemu);
    let accelerator = match choice.reason {
        None => Finding::fine(name, format!("{}, tried and working", choice.accelerator)),
        Some(reason) => Finding::note(
            &name,
            format!("{}: {reason}", choice.accelerator),
            "VMs work, about ten times slower; on a machine with KVM they are quick",
        ),
    };
    vec![Finding::fine(program, qemu.display().to_string()), firmware, accelerator]
}

fn room(machine: &dyn Surroundings) -> Option<Finding> {
    let folder = data_folder().ok()?;
    let free = machine.free_space(&folder)?;
    let text = format!("{} GiB free in {}", free >> 30, folder.display());
    Some(if free < ROOM {
        Finding::note(
            "disk space",
            text,
            "a host takes up to 10 GiB: `nixfleet clean-vm --all` and `nix store gc` make room",
        )
    } else {
        Finding::fine("disk space", text)
    })
}
