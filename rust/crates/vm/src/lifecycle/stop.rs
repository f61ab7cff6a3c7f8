//! `stop-vm`: the VM that stays powers down; if it does not, QEMU is ended. Who no longer wants to wait
//! for that loses nothing: the guest goes on powering down by itself.

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
    /// There is none.
    NoVm,
    /// It did not run.
    Already,
    /// It did not run, and the VM of a test that was kept was ended.
    TestEnded,
    /// The guest powered down.
    PoweredOff,
    /// The user did not wait until it has powered down.
    Asked,
    /// It did not power down in time, and QEMU was ended.
    Killed,
}

/// Stops a host's VM, and ends the VM of a test that was kept.
///
/// # Errors
/// When another command works on it.
pub fn stop(folder: &Folder, world: &World, limit: Duration) -> Result<Stopped, Error> {
    if !folder.path().exists() {
        return Ok(Stopped::NoVm);
    }
    let _lock = Lock::take(folder)?;
    let tested = folder.running(Role::Test).is_some();
    folder.mend()?;
    let files = folder.files(Role::Vm);
    let Some(mut machine) = QemuMachine::attach(&files.pid, &files.qmp, &files.log, &world.cancel)
    else {
        return Ok(if tested { Stopped::TestEnded } else { Stopped::Already });
    };
    // A guest that QEMU has stopped powers down no more before it goes on.
    if machine.status() != Status::Running && machine.pid_runs() && !machine.resume() {
        return Err(stuck(folder, machine.status()));
    }
    let clock = &world.clock;
    let begun = clock.now();
    let mut ask = begun + BUTTON;
    machine.press_power();
    while machine.status() == Status::Running || machine.pid_runs() {
        if world.cancel.requested() {
            return Ok(Stopped::Asked);
        }
        let now = clock.now();
        if now.saturating_sub(begun) > limit {
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

/// Why a guest that QEMU has stopped does not go on.
pub(super) fn stuck(folder: &Folder, status: Status) -> Error {
    let host = folder.host().to_owned();
    match status {
        Status::DiskFull => Error::DiskFull { folder: folder.path().to_owned() },
        Status::Failed(reason) => Error::Stuck { host, reason },
        other => Error::Stuck { host, reason: format!("it is {other:?}").into() },
    }
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

#[cfg(test)]
mod tests {
    use std::fs;
    use std::process::Child;

    use super::*;
    use crate::fake::{Behaviour, Fake};
    use crate::qemu::holder;
    use crate::state::Fleet;

    /// A process that is taken for the VM's QEMU, and heeds no power button.
    fn qemu(folder: &Folder) -> Child {
        fs::create_dir_all(folder.role(Role::Vm)).unwrap();
        holder::hold(&folder.files(Role::Vm).pid)
    }

    #[test]
    fn who_does_not_wait_leaves_the_guest_to_power_down() {
        let root = tempfile::tempdir().unwrap();
        let folder = Fleet::below(root.path(), root.path(), "f").unwrap().host("web-01").unwrap();
        let world = Fake::new(Behaviour::default()).world(root.path());
        let limit = Duration::from_secs(90);
        assert_eq!(stop(&folder, &world, limit).unwrap(), Stopped::NoVm);

        let mut child = qemu(&folder);
        world.cancel.request();
        assert_eq!(stop(&folder, &world, limit).unwrap(), Stopped::Asked);
        assert!(child.try_wait().unwrap().is_none(), "it was ended");

        let world = Fake::new(Behaviour::default()).world(root.path());
        // Its parent, who is to hear of its end, is this test.
        let waiter = std::thread::spawn(move || child.wait());
        assert_eq!(stop(&folder, &world, limit).unwrap(), Stopped::Killed);
        waiter.join().unwrap().unwrap();
        assert_eq!(stop(&folder, &world, limit).unwrap(), Stopped::Already);
    }
}
