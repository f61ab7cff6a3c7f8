//! `stop-vm`: the VM that stays powers down; if it does not, QEMU is ended.

use std::time::Duration;

use crate::hypervisor::{Machine, Status};
use crate::qemu::QemuMachine;
use crate::ssh::Target;
use crate::state::{Folder, Lock, Role};
use crate::{Cancel, Error, World};

/// How long the power button is given before the guest is asked over SSH. A guest without logind,
/// or one that is still booting, does not heed the button.
const BUTTON: Duration = Duration::from_secs(8);

/// How a VM came to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// It did not run.
    Already,
    /// It did not run, and the VM of a test that was kept was ended.
    TestEnded,
    /// The guest powered down.
    PoweredOff,
    /// It did not power down in time, and QEMU was ended.
    Killed,
}

/// Stops a host's VM, and ends the VM of a test that was kept.
///
/// # Errors
/// When another command works on it.
pub fn stop(folder: &Folder, world: &World, limit: Duration) -> Result<Stopped, Error> {
    let _lock = Lock::take(folder)?;
    let tested = folder.running(Role::Test).is_some();
    if folder.path().exists() {
        folder.mend()?;
    }
    let files = folder.files(Role::Vm);
    let Some(mut machine) = QemuMachine::attach(&files.pid, &files.qmp, &files.log) else {
        return Ok(if tested { Stopped::TestEnded } else { Stopped::Already });
    };
    let clock = &world.clock;
    let begun = clock.now();
    let mut ask = begun + BUTTON;
    machine.press_power();
    while machine.status() == Status::Running || machine.pid_runs() {
        let now = clock.now();
        if now.saturating_sub(begun) > limit || world.cancel.requested() {
            machine.kill();
            folder.remove_sockets(Role::Vm)?;
            return Ok(Stopped::Killed);
        }
        if now > ask {
            machine.press_power();
            if let Some(root) = root(folder) {
                let _ = world.remote.run(&root, "systemctl poweroff", Duration::from_secs(10));
            }
            ask = clock.now() + BUTTON;
        }
        clock.sleep(Duration::from_millis(50));
    }
    folder.remove_sockets(Role::Vm)?;
    Ok(Stopped::PoweredOff)
}

/// How root of the VM is reached, by the VM's record.
fn root(folder: &Folder) -> Option<Target> {
    let record = folder.vm()?;
    Some(Target {
        port: record.port,
        user: "root".into(),
        identity: record.key_file.unwrap_or_else(|| folder.path().join("agent-key.pub")),
        known_hosts: folder.role(Role::Vm).join("known_hosts"),
        shared: None,
        lost: Cancel::default(),
    })
}
