//! The lock of a VM: two commands never work on one.

use std::fs::File;
use std::io::{Read, Seek, Write};
use std::path::PathBuf;

use rustix::fs::{FlockOperation, flock};

use super::Folder;
use crate::{Error, files};

/// A VM's lock, held until it is dropped or the process ends, however it ends: the kernel lets go
/// of it then.
///
/// The file lies beside the VM's folder and is never removed, as removing a file that another
/// process has just opened would give each a lock of its own.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

impl Lock {
    /// Takes the lock of a VM.
    ///
    /// # Errors
    /// When another process has it: the error says which.
    pub fn take(folder: &Folder) -> Result<Self, Error> {
        let path: PathBuf = folder.path().with_extension("lock");
        let failed = |error| Error::io("lock", &path, error);
        if let Some(parent) = path.parent() {
            files::private_folder(parent)?;
        }
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(failed)?;
        if let Err(error) = flock(&file, FlockOperation::NonBlockingLockExclusive) {
            if error != rustix::io::Errno::WOULDBLOCK {
                return Err(failed(error.into()));
            }
            let mut holder = String::new();
            let _ = file.read_to_string(&mut holder);
            let holder = holder.lines().next().unwrap_or("unknown").to_owned();
            return Err(Error::Locked { host: folder.host().to_owned(), holder: holder.into() });
        }
        // Who holds it, for the message of the other. The lock holds without it.
        let _ = file.rewind();
        let _ = file.set_len(0);
        let _ = writeln!(file, "pid {}", std::process::id());
        Ok(Self { file })
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing would not do: a program that another thread is about to start has a copy of the
        // file until it runs, and the lock with it (`flock(2)`).
        let _ = flock(&self.file, FlockOperation::Unlock);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::Fleet;

    #[test]
    fn a_second_run_is_told_who_holds_the_lock() {
        let root = tempfile::tempdir().unwrap();
        let folder = Fleet::below(root.path(), root.path(), "f").unwrap().host("web-01").unwrap();
        let lock = Lock::take(&folder).unwrap();
        let error = Lock::take(&folder).unwrap_err().to_string();
        assert!(error.contains(&format!("pid {}", std::process::id())), "{error}");
        // As a program has it between `fork` and `exec`.
        let copy = lock.file.try_clone().unwrap();
        drop(lock);
        Lock::take(&folder).unwrap();
        drop(copy);
    }
}
