//! Where a report is to go: a file that is replaced whole, or what stands there and is no file, such
//! as `/dev/stdout` or a pipe of the shell's.

use std::fs::{self, File, Metadata, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{Access, OFlags, access, fcntl_getfl, fcntl_setfl};
use tempfile::Builder;

use crate::Error;
use crate::files::parent;

/// The mode of a new file, of which the umask takes its share.
const MODE: u32 = 0o666;

/// What is at a path.
enum Place {
    /// A file, or nothing yet: its real path, and the mode that it has.
    File(PathBuf, u32),
    /// What this process writes to as it is.
    Stdout,
    /// Likewise.
    Stderr,
    /// A device, a pipe or a socket.
    Stream,
}

/// Makes sure that a report can be written there, before there is one; makes the folders above it.
///
/// # Errors
/// When it cannot be.
pub fn check(path: &Path) -> Result<(), Error> {
    let Place::File(file, _) = find(path)? else { return Ok(()) };
    let folder = parent(&file);
    fs::create_dir_all(folder).map_err(|error| failed("make the folder", folder, error))?;
    Builder::new().tempfile_in(folder).map_err(|error| failed("write", path, error))?;
    match access(&file, Access::WRITE_OK) {
        Err(error) if error != rustix::io::Errno::NOENT => Err(failed("write", path, error.into())),
        _ => Ok(()),
    }
}

/// Writes a report. A file is the old one or the new one to whoever reads it meanwhile, and two runs
/// that write at once leave that of one of them.
///
/// # Errors
/// When it cannot be written.
pub fn write(path: &Path, content: &[u8]) -> Result<(), Error> {
    let written = match find(path)? {
        Place::File(file, mode) => replace(&file, mode, content),
        Place::Stdout => io::stdout().write_all(content).and_then(|()| io::stdout().flush()),
        Place::Stderr => io::stderr().write_all(content),
        Place::Stream => stream(path).and_then(|mut it| it.write_all(content)),
    };
    match written {
        // Whoever was to read it wants no more.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(|error| failed("write", path, error)),
    }
}

fn find(path: &Path) -> Result<Place, Error> {
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Ok(Place::File(path.to_owned(), MODE));
        }
        Err(error) => return Err(failed("write", path, error)),
    };
    if metadata.is_dir() {
        return Err(failed("write", path, io::Error::other("it is a folder")));
    }
    // `/dev/stdout` leads to a file where the shell sends it to one.
    if is_same(&metadata, io::stdout()) {
        return Ok(Place::Stdout);
    }
    if is_same(&metadata, io::stderr()) {
        return Ok(Place::Stderr);
    }
    if metadata.is_file() {
        let real = fs::canonicalize(path).map_err(|error| failed("write", path, error))?;
        return Ok(Place::File(real, metadata.permissions().mode()));
    }
    Ok(Place::Stream)
}

fn is_same(metadata: &Metadata, stream: impl AsFd) -> bool {
    // As a file of the standard library's: rustix's numbers are the system's, of other widths on each.
    let stream = stream.as_fd().try_clone_to_owned().and_then(|it| File::from(it).metadata());
    stream.is_ok_and(|it| (it.dev(), it.ino()) == (metadata.dev(), metadata.ino()))
}

fn replace(file: &Path, mode: u32, content: &[u8]) -> io::Result<()> {
    let mut new =
        Builder::new().permissions(Permissions::from_mode(mode)).tempfile_in(parent(file))?;
    new.write_all(content)?;
    new.as_file().sync_all()?;
    new.persist(file)?;
    Ok(())
}

/// A pipe that nobody reads from is not waited for: to open it would (`fifo(7)`).
fn stream(path: &Path) -> io::Result<File> {
    let nonblock = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or_default();
    let file = File::options().write(true).custom_flags(nonblock).open(path).map_err(|error| {
        let is_pipe = fs::metadata(path).is_ok_and(|it| it.file_type().is_fifo());
        let unread = error.raw_os_error() == Some(rustix::io::Errno::NXIO.raw_os_error());
        if is_pipe && unread { io::Error::other("nobody reads from this pipe") } else { error }
    })?;
    fcntl_setfl(&file, fcntl_getfl(&file)? - OFlags::NONBLOCK)?;
    Ok(file)
}

fn failed(action: &'static str, path: &Path, source: io::Error) -> Error {
    Error::Io { action, path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn folders_are_made_and_a_file_is_replaced_whole() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("a/b/results.xml");
        check(&path).unwrap();
        assert!(!path.exists(), "a check leaves nothing");
        write(&path, b"one").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        write(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o640);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn the_umask_has_its_share_in_a_new_file() {
        let root = tempfile::tempdir().unwrap();
        let [ours, usual] = ["ours", "usual"].map(|it| root.path().join(it));
        write(&ours, b"").unwrap();
        fs::write(&usual, b"").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().mode();
        assert_eq!(mode(&ours), mode(&usual));
    }

    #[test]
    fn a_link_stays_one_and_a_device_stays_a_device() {
        let root = tempfile::tempdir().unwrap();
        let [file, link] = ["file", "link"].map(|it| root.path().join(it));
        fs::write(&file, "old").unwrap();
        symlink(&file, &link).unwrap();
        write(&link, b"new").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&file).unwrap(), b"new");
        let null = root.path().join("null");
        symlink("/dev/null", &null).unwrap();
        write(&null, b"x").unwrap();
        assert!(fs::metadata(&null).unwrap().file_type().is_char_device());
        assert!(write(Path::new("/dev/full"), b"x").is_err());
    }

    #[test]
    fn what_cannot_be_written_is_told_before() {
        let root = tempfile::tempdir().unwrap();
        assert!(check(root.path()).unwrap_err().to_string().contains("it is a folder"));
        let file = root.path().join("file");
        fs::write(&file, "").unwrap();
        assert!(check(&file.join("below")).is_err());
        let pipe = root.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        let error = write(&pipe, b"x").unwrap_err();
        assert!(error.to_string().contains("nobody reads"), "{error}");
    }
}
