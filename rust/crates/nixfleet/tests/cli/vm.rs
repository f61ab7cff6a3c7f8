//! The VM commands with programs on PATH that behave as badly as can be.

mod documents;
mod hanging;
mod names;
mod persistent;
mod reports;
mod untracked;

use std::fs;
use std::path::Path;
use std::time::Duration;

use nixfleet_nix::process;
use rustix::process::{Pid, test_kill_process};

use crate::Fleet;

/// The answers of a Nix for which all goes well.
const BUILT: &str = r#"[{ "outputs": { "out": "/nix/store/00000000000000000000000000000001-iso" } },
{ "outputs": { "out": "/nix/store/00000000000000000000000000000002-system" } },
{ "outputs": { "out": "/nix/store/00000000000000000000000000000003-disko" } }]"#;

/// A fleet on a machine that has all that the preflight looks for, a working QEMU aside.
fn fleet() -> Fleet {
    let fleet = Fleet::new("UTC");
    fleet.private_half();
    for program in ["ssh", "qemu-img", "nixos-anywhere", "qemu-system-x86_64"] {
        fleet.program(program, "exit 1");
    }
    fs::write(fleet.path().join("firmware"), "").unwrap();
    fleet
}

/// The environment in which the preflight finds its firmware.
fn firmware(fleet: &Fleet) -> [(&'static str, std::path::PathBuf); 2] {
    ["NIXFLEET_FIRMWARE_CODE", "NIXFLEET_FIRMWARE_VARS"]
        .map(|it| (it, fleet.path().join("firmware")))
}

/// Waits until something is so, which may take a while on a busy machine.
fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    assert!(process::wait_until(Duration::from_secs(60), is_so), "{what}");
}

/// Whether a process is gone, or a zombie that nobody has asked after.
pub fn is_gone(pid: i32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    test_kill_process(Pid::from_raw(pid).unwrap()).is_err() || stat.contains(") Z ")
}

/// Nothing that a run makes is left but what it keeps on purpose.
fn nothing_half_made_is_left(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_left = name.starts_with(".new-") || ["installing", "test"].contains(&&*name);
        assert!(!is_left, "{} is left", entry.path().display());
        nothing_half_made_is_left(&entry.path());
    }
}
