//! What hosts need of this machine: programs, firmware, and a folder with room.

use std::path::{Path, PathBuf};

use super::Surroundings;
use crate::{Fault, Firmware, Platform};

/// What an install and a test need at least: the system and its growth. Images are sparse.
const SPACE: u64 = 2 << 30;

/// What every host needs of this machine.
pub fn check(state: &Path, here: &dyn Surroundings, faults: &mut Vec<Fault>) {
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
    if let Some(reason) = here.unwritable(state) {
        faults.push(lacking(
            "folder-unwritable",
            format!("VMs cannot be kept below `{}`: {reason}", state.display()),
            "make it a folder of yours, or let `XDG_DATA_HOME` name another".to_owned(),
        ));
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

/// QEMU and its firmware for a platform.
pub fn programs(
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
