//! A file of `SQLite` is for one control plane: two would each let hosts go, and know nothing of each other.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use super::StoreError;

/// Takes a database's file for this program, until it ends, however it ends. The lock is a file beside it:
/// closing the database's own would end the locks that `SQLite` has there
/// (<https://www.sqlite.org/howtocorrupt.html>, 2.2).
///
/// # Errors
/// When another has it, or the file beside it can't be made.
pub(super) fn take(database: &Path) -> Result<File, StoreError> {
    let path = PathBuf::from(format!("{}.lock", database.display()));
    let lock = open(&path).map_err(|error| StoreError::Io { what: "lock", path, error })?;
    match flock(&lock, FlockOperation::NonBlockingLockExclusive) {
        Err(Errno::WOULDBLOCK) => Err(StoreError::Taken(database.into())),
        // A file system without locks has one control plane as well.
        Ok(()) | Err(_) => Ok(lock),
    }
}

/// One that another user made, as root that moved the file to a server, is locked as well, and so is one on a
/// file system that is read-only.
fn open(path: &Path) -> io::Result<File> {
    let made = OpenOptions::new().create(true).append(true).mode(0o644).open(path);
    match made {
        Err(error)
            if [ErrorKind::PermissionDenied, ErrorKind::ReadOnlyFilesystem]
                .contains(&error.kind()) =>
        {
            File::open(path)
        }
        made => made,
    }
}
