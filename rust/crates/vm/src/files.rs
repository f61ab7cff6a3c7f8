//! Files that are written whole or not at all.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::Path;

use nixfleet_nix::Foreign;
use nixfleet_text::read_file;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tempfile::NamedTempFile;

use crate::Error;

/// The most that a file of ours has: records of a few lines.
const RECORD: u64 = 1 << 20;

/// Writes a file: readers see the old content or the new one, also after a power cut.
///
/// # Errors
/// When the file cannot be written; the old one then stays.
pub fn write(path: &Path, content: &[u8]) -> Result<(), Error> {
    let failed = |error| Error::io("write", path, error);
    let folder = parent(path);
    let mut file = NamedTempFile::with_prefix_in(".new-", folder).map_err(failed)?;
    file.write_all(content).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    sync(folder)
}

/// The folder of a file; that of a bare name is the current one.
#[must_use]
pub fn parent(file: &Path) -> &Path {
    file.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Writes a value as JSON, whole or not at all.
///
/// # Errors
/// When the file cannot be written.
pub fn write_json(path: &Path, value: &impl Serialize) -> Result<(), Error> {
    let json = serde_json::to_vec_pretty(value)
        .map_err(|error| Error::io("write", path, std::io::Error::other(error)))?;
    write(path, &json)
}

/// Reads a value from JSON; `None` when the file is not there or is none of ours.
#[must_use]
pub fn read_json<T: DeserializeOwned>(path: &Path) -> Option<T> {
    serde_json::from_slice(&read_file(path, RECORD).ok()?).ok()
}

/// Makes a folder, and those above it, that only its owner can look into.
///
/// # Errors
/// When it cannot be made, or belongs to somebody else.
pub fn private_folder(path: &Path) -> Result<(), Error> {
    let failed = |error| Error::io("make the folder", path, error);
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(failed)?;
    let metadata = fs::symlink_metadata(path).map_err(failed)?;
    if !metadata.is_dir() || metadata.uid() != rustix::process::getuid().as_raw() {
        return Err(failed(std::io::Error::other("it is not a folder of yours")));
    }
    if metadata.mode() & 0o077 != 0 {
        fs::set_permissions(path, fs::Permissions::from_mode(0o700)).map_err(failed)?;
    }
    Ok(())
}

/// Removes a folder with all that is in it, or a file; fine when it is not there.
///
/// # Errors
/// When it cannot be removed.
pub fn remove(path: &Path) -> Result<(), Error> {
    let result = match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match result {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::io("remove", path, error))
        }
        _ => Ok(()),
    }
}

/// Makes the names in a folder, or a file's content, last through a power cut.
///
/// # Errors
/// When it cannot be synchronised.
pub fn sync(path: &Path) -> Result<(), Error> {
    File::open(path).and_then(|it| it.sync_all()).map_err(|error| Error::io("save", path, error))
}

/// How many bytes a file has; none when it is not there.
#[must_use]
pub fn length(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |it| it.len())
}

/// The end of a text file, at most so many bytes, read without the rest; empty when it is not
/// there.
#[must_use]
pub fn tail(path: &Path, bytes: u64) -> Foreign {
    use std::io::{Read, Seek, SeekFrom};

    let read = || {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(bytes)))?;
        let mut end = Vec::new();
        // It may grow meanwhile.
        file.take(bytes).read_to_end(&mut end)?;
        Ok::<_, std::io::Error>(Foreign::of_bytes(end))
    };
    read().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_written_keeps_its_content() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        write_json(&path, &[1, 2]).unwrap();
        assert_eq!(read_json::<Vec<u8>>(&path), Some(vec![1, 2]));
        // A folder of that name cannot be replaced by a file, as root can write everywhere.
        let taken = folder.path().join("b");
        fs::create_dir_all(taken.join("c")).unwrap();
        assert!(write(&taken, b"x").is_err());
        let left: Vec<_> = fs::read_dir(folder.path()).unwrap().flatten().collect();
        assert_eq!(left.len(), 2, "no temporary file is left: {left:?}");
    }

    #[test]
    fn a_private_folder_is_closed_to_others() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b");
        private_folder(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        private_folder(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o700);
    }

    #[test]
    fn the_tail_is_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        fs::write(&path, "one two").unwrap();
        assert_eq!(tail(&path, 3).raw(), "two");
        assert_eq!(tail(&path, 30).raw(), "one two");
        assert_eq!(tail(&folder.path().join("none"), 30).raw(), "");
    }
}
