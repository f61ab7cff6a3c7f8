//! Files that others wrote, or whose place others named.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use crate::size;

/// Reads a file of so many bytes at most. What is no file is refused and not waited for: a pipe may
/// never be written to, a device may never end.
///
/// # Errors
/// When it cannot be read, is no file, or is larger ([`ErrorKind::FileTooLarge`]).
pub fn read_file(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        return Err(io::Error::new(ErrorKind::InvalidInput, "it is no file"));
    }
    if metadata.len() > most {
        return Err(too_large(most));
    }
    // A file that grows meanwhile is read to its end as well.
    let room = usize::try_from(metadata.len()).unwrap_or_default().saturating_add(1);
    read_into(Vec::with_capacity(room), File::open(path)?, most)
}

/// Reads so many bytes at most of what may be no file, such as a pipe that the user names.
///
/// # Errors
/// When it cannot be read, or brings more ([`ErrorKind::FileTooLarge`]).
pub fn read_stream(stream: impl Read, most: u64) -> io::Result<Vec<u8>> {
    read_into(Vec::new(), stream, most)
}

fn read_into(mut bytes: Vec<u8>, stream: impl Read, most: u64) -> io::Result<Vec<u8>> {
    stream.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most { Err(too_large(most)) } else { Ok(bytes) }
}

fn too_large(most: u64) -> io::Error {
    io::Error::new(ErrorKind::FileTooLarge, format!("it is larger than {}", size(most)))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn what_has_no_end_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("file"), "12345").unwrap();
        assert_eq!(read_file(&path("file"), 5).unwrap(), b"12345");
        assert_eq!(read_file(&path("file"), 4).unwrap_err().kind(), ErrorKind::FileTooLarge);
        File::create(path("sparse")).unwrap().set_len(4 << 30).unwrap();
        let large = read_file(&path("sparse"), 1 << 20).unwrap_err();
        assert_eq!(large.to_string(), "it is larger than 1 MiB");
        std::os::unix::fs::symlink("/dev/zero", path("zero")).unwrap();
        assert!(Command::new("mkfifo").arg(path("pipe")).status().unwrap().success());
        for name in ["zero", "pipe", "."] {
            assert_eq!(read_file(&path(name), 9).unwrap_err().to_string(), "it is no file");
        }
        let zero = File::open("/dev/zero").unwrap();
        assert_eq!(read_stream(zero, 9).unwrap_err().kind(), ErrorKind::FileTooLarge);
    }
}
