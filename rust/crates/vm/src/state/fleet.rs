//! The folder of a fleet's VMs.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use nixfleet_inventory::Flake;
use nixfleet_text::is_label;
use sha2::{Digest, Sha256};

use super::Folder;
use crate::{Error, files};

/// Where the VMs of a fleet are kept: fleets with hosts of the same name don't meet.
#[derive(Debug, Clone)]
pub struct Fleet {
    path: PathBuf,
    sockets: PathBuf,
}

impl Fleet {
    /// The folder of a flake's VMs.
    ///
    /// # Errors
    /// When there is no home folder, or the folder for sockets is somebody else's.
    pub fn new(flake: &Flake) -> Result<Self, Error> {
        let name = match flake.folder().and_then(|it| it.canonicalize().ok()) {
            Some(path) => named(&path.to_string_lossy(), path.file_name()),
            None => named(flake.reference(), Path::new(flake.reference()).file_name()),
        };
        Self::below(&data_folder()?, &runtime_folder(), &name)
    }

    /// The folder of the VMs of a fleet of that name, for tests.
    ///
    /// # Errors
    /// When the folder for sockets is somebody else's.
    pub fn below(data: &Path, sockets: &Path, name: &str) -> Result<Self, Error> {
        let sockets = sockets.to_owned();
        files::private_folder(&sockets)?;
        Ok(Self { path: data.join("nixfleet/vms").join(name), sockets })
    }

    /// The folder of one host's VM. The name is checked first: it becomes part of paths.
    ///
    /// # Errors
    /// When the name is none.
    pub fn host(&self, name: &str) -> Result<Folder, Error> {
        if !is_label(name) {
            return Err(Error::BadName { name: name.into() });
        }
        let path = self.path.join(name);
        let id = short_hash(&*path.to_string_lossy(), 12);
        Ok(Folder { host: name.to_owned(), path, sockets: self.sockets.clone(), id })
    }

    /// The file for `ssh -F` that knows VMs by their names. Its path, like a socket's, has no blanks unless
    /// the runtime folder's has: programs split their options at them.
    #[must_use]
    pub fn ssh_config(&self) -> PathBuf {
        self.sockets.join(format!("{}.ssh", short_hash(&*self.path.to_string_lossy(), 12)))
    }

    /// The hosts that have a folder, sorted, whether or not the fleet still has them.
    #[must_use]
    pub fn hosts(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.path).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries
            .filter(|it| it.path().is_dir())
            .map(|it| it.file_name().to_string_lossy().into_owned())
            .filter(|it| is_label(it))
            .collect();
        names.sort();
        names
    }
}

/// The first letters of the SHA-256 of a text or a file's content.
#[must_use]
pub fn short_hash(content: impl AsRef<[u8]>, letters: usize) -> String {
    let hash = format!("{:x}", Sha256::digest(content));
    hash.chars().take(letters).collect()
}

/// A folder name that a person recognises and that no other fleet has.
fn named(whole: &str, last: Option<&std::ffi::OsStr>) -> String {
    let last = last.map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
    let mut plain: String =
        last.chars().filter(|it| it.is_ascii_alphanumeric() || *it == '-').take(40).collect();
    if plain.is_empty() {
        plain = "fleet".into();
    }
    format!("{plain}-{}", short_hash(whole, 8))
}

/// `$XDG_DATA_HOME`, or where the XDG Base Directory Specification puts it.
///
/// # Errors
/// When there is no home folder.
pub fn data_folder() -> Result<PathBuf, Error> {
    let given = env::var_os("XDG_DATA_HOME").map(PathBuf::from).filter(|it| it.is_absolute());
    given.or_else(|| Some(env::home_dir()?.join(".local/share"))).ok_or_else(|| {
        Error::io(
            "find",
            Path::new("~"),
            std::io::Error::other("neither `HOME` nor `XDG_DATA_HOME` is set"),
        )
    })
}

/// The folder for sockets. That in `/tmp` has a name that others can take first, so who owns it
/// is checked when it is opened.
fn runtime_folder() -> PathBuf {
    let given = env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    match given.filter(|it| it.is_dir() && it.as_os_str().len() < 60) {
        Some(folder) => folder.join("nixfleet"),
        None => PathBuf::from(format!("/tmp/nixfleet-{}", rustix::process::getuid().as_raw())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_the_folder_or_reach_a_shell() {
        let root = tempfile::tempdir().unwrap();
        let fleet = Fleet::below(root.path(), root.path(), "f").unwrap();
        for name in [
            "",
            "..",
            "../x",
            "a/b",
            "a.b",
            "-a",
            "a-",
            "$(id)",
            "a b",
            "a\nb",
            "ä",
            &"a".repeat(64),
        ] {
            assert!(matches!(fleet.host(name), Err(Error::BadName { .. })), "{name}");
        }
        assert_eq!(fleet.host("web-01").unwrap().path(), root.path().join("nixfleet/vms/f/web-01"));
    }

    #[test]
    fn fleets_of_the_same_name_are_told_apart() {
        let name = |path: &str| named(path, Path::new(path).file_name());
        assert_ne!(name("/a/fleet"), name("/b/fleet"));
        assert!(name("/a/fleet").starts_with("fleet-"));
        assert!(name("github:x/..").starts_with("fleet-"));
    }

    #[test]
    fn sockets_have_short_paths() {
        let fleet = Fleet::below(Path::new("/x"), &runtime_folder(), "f").unwrap();
        let folder = fleet.host(&"a".repeat(63)).unwrap();
        let socket = folder.socket(super::super::Role::Installing, "qmp");
        assert!(socket.as_os_str().len() < 100, "{}", socket.display());
    }
}
