//! `stop-vm`: the VM that stays powers down; if it does not, QEMU is ended.

use std::time::Duration;

use crate::hypervisor::{Machine, Status};
use crate::qemu::QemuMachine;
use crate::state::{Folder, Lock, Role};
use crate::{Cancel, Clock, Error};

/// How a VM came to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// It did not run.
    Already,
    /// The guest powered down.
    PoweredOff,
    /// It did not power down in time, and QEMU was ended.
    Killed,
}

/// Stops a host's VM, and the VM of a test that was kept.
///
/// # Errors
/// When another command works on it.
pub fn stop(
    folder: &Folder,
    clock: &dyn Clock,
    cancel: &Cancel,
    limit: Duration,
) -> Result<Stopped, Error> {
    let _lock = Lock::take(folder)?;
    stop_locked(folder, clock, cancel, limit)
}

pub(super) fn stop_locked(
    folder: &Folder,
    clock: &dyn Clock,
    cancel: &Cancel,
    limit: Duration,
) -> Result<Stopped, Error> {
    if folder.path().exists() {
        folder.mend()?;
    }
    let files = folder.files(Role::Vm);
    let Some(mut machine) = QemuMachine::attach(&files.pid, &files.qmp, &files.log) else {
        return Ok(Stopped::Already);
    };
    machine.press_power();
    let begun = clock.now();
    let mut pressed = begun;
    while machine.status() == Status::Running || machine.pid_runs() {
        let now = clock.now();
        if now.saturating_sub(begun) > limit || cancel.requested() {
            machine.kill();
            return Ok(Stopped::Killed);
        }
        // A guest that is still booting does not heed the button.
        if now.saturating_sub(pressed) > Duration::from_secs(10) {
            machine.press_power();
            pressed = now;
        }
        clock.sleep(Duration::from_millis(50));
    }
    Ok(Stopped::PoweredOff)
}
