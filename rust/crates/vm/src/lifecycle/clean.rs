//! `clean-vm`: the VM goes, with its disk and everything that was kept of it.

use crate::qemu;
use crate::state::{Folder, Lock, Role};
use crate::{Error, files};

/// Stops a host's VM and removes its folder; whether there was one. A folder that another version
/// made is removed as well.
///
/// # Errors
/// When another command works on it, or it cannot be removed.
pub fn clean(folder: &Folder) -> Result<bool, Error> {
    let _lock = Lock::take(folder)?;
    let there = folder.path().exists();
    for role in Role::ALL {
        // Nothing of the disk stays, so nothing is lost by ending QEMU at once.
        let _ = qemu::end_leftover(&folder.files(role).pid);
        folder.is_down(role)?;
        folder.remove_sockets(role)?;
    }
    files::remove(folder.path())?;
    Ok(there)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::qemu::holder;
    use crate::state::Fleet;

    /// As after a login elsewhere, where `XDG_RUNTIME_DIR` is another.
    #[test]
    fn a_vm_runs_whatever_folder_its_sockets_are_looked_for_in() {
        let root = tempfile::tempdir().unwrap();
        let with_sockets = |name: &str| {
            let sockets = root.path().join(name);
            Fleet::below(root.path(), &sockets, "f").unwrap().host("web-01").unwrap()
        };
        let (here, there) = (with_sockets("here"), with_sockets("there"));
        here.open().unwrap();
        files::private_folder(&here.role(Role::Vm)).unwrap();
        here.place_sockets(Role::Vm).unwrap();
        let mut qemu = holder::hold(&here.files(Role::Vm).pid);
        let pid = i32::try_from(qemu.id()).ok();
        assert_eq!((here.state().pid, there.state().pid), (pid, pid));
        assert_eq!(there.files(Role::Vm).qmp, here.files(Role::Vm).qmp);
        there.mend().unwrap();
        assert!(qemu.try_wait().unwrap().is_none() && here.files(Role::Vm).pid.exists());

        // Its parent, who is to hear of its end, is this test.
        let waiter = std::thread::spawn(move || qemu.wait());
        assert!(clean(&there).unwrap());
        waiter.join().unwrap().unwrap();
        assert!(!here.path().exists());
    }
}
