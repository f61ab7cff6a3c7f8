//! The files that go onto the new system besides what it is made of: a folder for all hosts, or one for
//! each.

use std::fs::{FileType, OpenOptions};
use std::io::Read;
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use sha2::{Digest, Sha256};
use walkdir::WalkDir;

use crate::{Cancel, Error};

/// What stands for the host's name in the path of a folder.
pub const HOST: &str = "{host}";

/// The folder of a host.
#[must_use]
pub fn of(path: &Path, host: &str) -> PathBuf {
    match path.to_str() {
        Some(text) => text.replace(HOST, host).into(),
        None => path.to_owned(),
    }
}

/// What is read of a file at a time.
const PIECE: usize = 1 << 20;

/// Why a folder cannot be copied: it is not there, or of its entries the first that is at fault, as
/// reading a pipe or a device may never end.
#[must_use]
pub fn trouble(folder: &Path) -> Option<String> {
    if !folder.is_dir() {
        return Some("there is no such folder".to_owned());
    }
    WalkDir::new(folder).follow_root_links(true).into_iter().find_map(|entry| match entry {
        Ok(entry) => {
            let what = special(entry.file_type())?;
            let path = entry.path().display();
            Some(format!("`{path}` is {what}; only files, folders and links can be copied"))
        }
        Err(error) => Some(error.to_string()),
    })
}

fn special(file: FileType) -> Option<&'static str> {
    match file {
        it if it.is_fifo() => Some("a pipe"),
        it if it.is_socket() => Some("a socket"),
        it if it.is_block_device() || it.is_char_device() => Some("a device"),
        _ => None,
    }
}

/// A line for each of a folder's entries, by which a change is known: names, modes and contents, in
/// a fixed order.
///
/// # Errors
/// When something cannot be read, and when the user wants the end.
pub fn digest(folder: &Path, cancel: &Cancel) -> Result<Vec<String>, Error> {
    let walk = WalkDir::new(folder).follow_root_links(true).sort_by_file_name();
    let line = |entry: walkdir::Result<walkdir::DirEntry>| {
        let entry = entry.map_err(|error| {
            let path = error.path().unwrap_or(folder).to_owned();
            Error::io("read", &path, error.into())
        })?;
        let path = entry.path();
        let name = path.strip_prefix(folder).unwrap_or(path).display();
        let failed = |error| Error::io("read", path, error);
        let kind = entry.file_type();
        if kind.is_symlink() {
            return Ok(format!("link {name} {}", path.read_link().map_err(failed)?.display()));
        }
        let mode = path.metadata().map_err(failed)?.mode();
        if kind.is_dir() {
            return Ok(format!("folder {name} {mode:o}"));
        }
        Ok(format!("file {name} {mode:o} {}", content(path, cancel)?))
    };
    walk.into_iter().map(line).collect()
}

/// The hash of a file's content.
fn content(path: &Path, cancel: &Cancel) -> Result<String, Error> {
    let failed = |error| Error::io("read", path, error);
    // A pipe that took the file's place meanwhile is opened without waiting, and not read.
    let nonblocking = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or_default();
    let options = OpenOptions::new().read(true).custom_flags(nonblocking).open(path);
    let mut file = options.map_err(failed)?;
    if !file.metadata().map_err(failed)?.is_file() {
        return Err(failed(std::io::Error::other("it is no file")));
    }
    let (mut hash, mut piece) = (Sha256::new(), vec![0; PIECE]);
    loop {
        cancel.check()?;
        match file.read(&mut piece).map_err(failed)? {
            0 => return Ok(format!("{:x}", hash.finalize())),
            count => hash.update(&piece[..count]),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;
    use std::process::Command;
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn what_may_never_end_is_told_and_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir_all(path("etc/ssh")).unwrap();
        fs::write(path("etc/ssh/key"), "secret").unwrap();
        symlink("/dev/zero", path("link")).unwrap();
        assert_eq!(trouble(folder.path()), None);
        let begun = Instant::now();
        let made = Command::new("mkfifo").arg(path("etc/pipe")).status();
        assert!(made.unwrap().success());
        assert!(trouble(folder.path()).unwrap().contains("etc/pipe` is a pipe"));
        let error = digest(folder.path(), &Cancel::default()).unwrap_err().to_string();
        assert!(error.contains("etc/pipe`: it is no file"), "{error}");
        fs::remove_file(path("etc/pipe")).unwrap();
        let _socket = UnixListener::bind(path("socket")).unwrap();
        assert!(trouble(folder.path()).unwrap().contains("is a socket"));
        assert!(digest(folder.path(), &Cancel::default()).is_err());
        assert!(begun.elapsed() < Duration::from_secs(20));
    }

    #[test]
    fn every_change_is_one_of_the_digest_and_ctrl_c_ends_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("b"), "1").unwrap();
        symlink("b", path("a")).unwrap();
        let lines = || digest(folder.path(), &Cancel::default()).unwrap();
        let before = lines();
        assert!(before[1] == "link a b" && before[2].starts_with("file b "), "{before:?}");
        fs::write(path("b"), "2").unwrap();
        assert_ne!(before, lines());
        let cancel = Cancel::default();
        cancel.request();
        assert!(matches!(digest(folder.path(), &cancel), Err(Error::Interrupted)));
    }
}
