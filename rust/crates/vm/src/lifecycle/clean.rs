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
        let files = folder.files(role);
        let _ = qemu::end_leftover(&files.pid, &files.qmp);
        folder.remove_sockets(role)?;
    }
    files::remove(folder.path())?;
    Ok(there)
}
