//! A connection to a file, also where nothing can be written.

use std::fs;
use std::path::Path;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use rusqlite::{Connection, OpenFlags};
use rustix::fs::{StatVfsMountFlags, statvfs};

/// What a path has in an address as it is.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/');

/// Opens a file to be read and written. Where its file system is read-only it is read as it is, if no journal
/// was left beside it: to look for one, `SQLite` would write (<https://www.sqlite.org/wal.html#readonly>).
pub(super) fn connect(path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    if !is_fixed(path) || has_journal(path) {
        return Connection::open_with_flags(path, flags);
    }
    let path = percent_encode(path.as_os_str().as_encoded_bytes(), KEPT);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(format!("file:{path}?immutable=1"), flags)
}

/// Whether a file is there whose file system is read-only.
pub(super) fn is_fixed(path: &Path) -> bool {
    statvfs(path).is_ok_and(|it| it.f_flag.contains(StatVfsMountFlags::RDONLY))
}

fn has_journal(path: &Path) -> bool {
    fs::metadata(format!("{}-wal", path.display())).is_ok_and(|it| it.len() > 0)
}
