//! The trial: a machine without devices runs a few instructions and ends.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::time::Duration;

use rustix::process::Signal;

use super::Accelerator;
use crate::Platform;
use nixfleet_nix::process;

/// How long the few instructions may take: a working accelerator needs a tenth of it.
const LIMIT: Duration = Duration::from_secs(2);

/// The last bytes of a ROM of 64 KiB; its source is beside it.
const X86_64: &[u8] = include_bytes!("probe-x86_64.bin");

/// The start of a ROM: asks PSCI, through `hvc`, for `SYSTEM_OFF` (Arm DEN 0022, section 5.9).
const AARCH64: [u32; 4] = [
    0x5280_0100, // movz w0, #0x0008
    0x72b0_8000, // movk w0, #0x8400, lsl #16
    0xd400_0002, // hvc  #0
    0x1400_0000, // b    .
];

/// Why a trial failed.
#[derive(Debug, PartialEq, Eq)]
pub enum Trouble {
    /// For the accelerator, as far as one can tell.
    Own(String),
    /// For something else, which may be over the next time: memory, space, processes.
    Outside(String),
}

/// What QEMU and the C library say where a machine is short of something (`strerror(3)`).
const SHORT_OF: [&str; 4] = [
    "annot allocate memory",
    "No space left",
    "Resource temporarily unavailable",
    "Too many open files",
];

/// Runs the trial, with the processor model that the VMs get.
pub fn run(platform: Platform, qemu: &Path, accelerator: Accelerator) -> Result<(), Trouble> {
    run_within(LIMIT, platform, qemu, accelerator)
}

fn run_within(
    limit: Duration,
    platform: Platform,
    qemu: &Path,
    accelerator: Accelerator,
) -> Result<(), Trouble> {
    let failed =
        |error: std::io::Error| Trouble::Outside(format!("the trial could not be made: {error}"));
    let mut rom = tempfile::NamedTempFile::new().map_err(failed)?;
    std::io::Write::write_all(&mut rom, &image(platform)).map_err(failed)?;

    let mut command = process::bound(qemu);
    command
        .args(["-machine", platform.machine(), "-accel", accelerator.name()])
        .args(["-cpu", if accelerator.is_software() { "max" } else { "host" }])
        .args(["-nodefaults", "-display", "none", "-no-reboot", "-m", "32", "-bios"])
        .arg(rom.path());
    if platform == Platform::X86_64 {
        command.args(["-device", "isa-debug-exit,iobase=0xf4,iosize=1"]);
    }
    let output = process::output(&mut command, limit).map_err(failed)?;
    let Some(status) = output.status else {
        return Err(Trouble::Own(format!("a guest hung for {} s", limit.as_secs())));
    };
    if status.code() == Some(good_status(platform)) {
        return Ok(());
    }
    // What it says tells more than a plain status, and less than the signal of a crash.
    let said = output.stderr.last_line();
    let reason = if status.code().is_some() && !said.is_empty() {
        format!("QEMU ended with {status}: {said}")
    } else {
        format!("QEMU ended with {status}")
    };
    // Nobody kills a QEMU for what it is, but the kernel for want of memory, and users.
    let killed = [Signal::KILL, Signal::TERM].map(|it| Some(it.as_raw()));
    let is_outside = killed.contains(&status.signal())
        || SHORT_OF.iter().any(|words| output.stderr.contains(words));
    Err(if is_outside { Trouble::Outside(reason) } else { Trouble::Own(reason) })
}

fn image(platform: Platform) -> Vec<u8> {
    const SIZE: usize = 64 * 1024;
    match platform {
        Platform::X86_64 => {
            let mut rom = vec![0xf4; SIZE - X86_64.len()];
            rom.extend(X86_64);
            rom
        }
        Platform::Aarch64 => {
            let mut rom: Vec<u8> = AARCH64.iter().flat_map(|it| it.to_le_bytes()).collect();
            rom.resize(SIZE, 0);
            rom
        }
    }
}

/// isa-debug-exit turns the byte written to it, 0x10, into `(0x10 << 1) | 1`.
fn good_status(platform: Platform) -> i32 {
    match platform {
        Platform::X86_64 => 33,
        Platform::Aarch64 => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The trial itself must be sound: emulation, which always works, passes it.
    #[test]
    fn the_trial_passes_under_emulation() {
        for platform in [Platform::X86_64, Platform::Aarch64] {
            if let Some(qemu) = process::find(platform.program()) {
                // A busy machine emulates slowly; what is tried is the trial, not its limit.
                let limit = Duration::from_secs(60);
                let passed = run_within(limit, platform, &qemu, Accelerator::Tcg);
                assert_eq!(passed, Ok(()), "{platform}");
            }
        }
    }

    #[test]
    fn a_qemu_that_ends_at_once_or_hangs_fails_the_trial() {
        let ended = run(Platform::X86_64, Path::new("/bin/false"), Accelerator::Kvm);
        assert_eq!(ended, Err(Trouble::Own("QEMU ended with exit status: 1".into())));
        let folder = tempfile::tempdir().unwrap();
        let hanging = folder.path().join("qemu");
        std::fs::write(&hanging, "#!/bin/sh\nexec sleep 60\n").unwrap();
        std::fs::set_permissions(&hanging, std::os::unix::fs::PermissionsExt::from_mode(0o755))
            .unwrap();
        let hung = run(Platform::X86_64, &hanging, Accelerator::Kvm);
        assert_eq!(hung, Err(Trouble::Own("a guest hung for 2 s".into())));
    }
}
