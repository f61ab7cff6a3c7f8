//! The folder that outlives the agent and the machine's start: one file a thing, each written whole
//! or not at all.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nixfleet_text::output::tell;
use rustix::fs::{FlockOperation, flock};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::core::State;

/// The format that this program reads and writes.
const FORMAT: u64 = 1;

/// The file with the try under way.
const STATE: &str = "state.json";

/// The most bytes of a file of ours.
pub const FILE_BYTES: u64 = 1024 * 1024;

/// The folder, held by this process alone.
pub struct Folder {
    path: PathBuf,
    lock: Option<File>,
    /// Whether what cannot be written is left: going back needs no paper.
    is_lenient: bool,
}

/// A file's content with the format that it is in.
#[derive(serde::Serialize, serde::Deserialize)]
struct Formatted<T> {
    format: u64,
    #[serde(flatten)]
    content: T,
}

/// Why the folder cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Another agent has it.
    #[error("another nixfleet-agent has `{0}`")]
    Held(PathBuf),
    /// A newer agent wrote it.
    #[error(
        "`{path}` is of format {format}, and this agent reads {FORMAT}: a newer one wrote it, which has to finish what it began"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        format: u64,
    },
    /// It cannot be read or written.
    #[error("cannot {what} `{path}`: {error}")]
    Io {
        /// What was to be done.
        what: &'static str,
        /// With which file.
        path: PathBuf,
        /// Why it cannot.
        error: std::io::Error,
    },
}

impl Folder {
    /// Takes the folder, and makes it where it is not there.
    ///
    /// # Errors
    /// When another agent has it, or it cannot be written.
    pub fn take(path: &Path) -> Result<Self, FolderError> {
        // Alone what is in it is the agent's: a Mac has no `/var/lib` before.
        let above = path.parent().map_or(Ok(()), fs::create_dir_all);
        let made = |()| fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
        above.and_then(made).map_err(io("make", path))?;
        let lock_path = path.join("lock");
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock_path)
            .map_err(io("write", &lock_path))?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive)
            .map_err(|_| FolderError::Held(path.to_owned()))?;
        let folder = Self { path: path.to_owned(), lock: Some(lock), is_lenient: false };
        // Whether anything can be written is found before anything is begun.
        folder.write_bytes("pid", std::process::id().to_string().as_bytes())?;
        Ok(folder)
    }

    /// Takes the folder to go back, which does not need it: it may be full, read-only or gone.
    ///
    /// # Errors
    /// When another agent has it.
    pub fn take_to_go_back(path: &Path) -> Result<Self, FolderError> {
        match Self::take(path) {
            Ok(folder) => Ok(Self { is_lenient: true, ..folder }),
            Err(held @ FolderError::Held(_)) => Err(held),
            Err(why) => {
                tell(format!("nixfleet-agent: {why}; going back all the same"));
                let lock = File::open(path.join("lock")).ok();
                if let Some(lock) = &lock {
                    flock(lock, FlockOperation::NonBlockingLockExclusive)
                        .map_err(|_| FolderError::Held(path.to_owned()))?;
                }
                Ok(Self { path: path.to_owned(), lock, is_lenient: true })
            }
        }
    }

    /// The folder as another agent has it: to be read, and nothing more.
    #[must_use]
    pub fn look(path: &Path) -> Self {
        Self { path: path.to_owned(), lock: None, is_lenient: true }
    }

    /// The path of something in it.
    #[must_use]
    pub fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// What was written down of the try under way. A file that says nothing is set aside, so that
    /// the next good release is taken; the guard and the boot default hold without it.
    ///
    /// # Errors
    /// When a newer agent wrote it.
    pub fn state(&self) -> Result<State, FolderError> {
        Ok(self.read(STATE)?.unwrap_or_default())
    }

    /// Sets aside the state of a newer agent that has nothing under way: this one was released after
    /// it, and begins anew.
    pub fn forget_state(&self) {
        self.set_aside(STATE);
    }

    /// Writes down where the host stands.
    ///
    /// # Errors
    /// When it cannot be written: then nothing may be begun.
    pub fn keep(&self, state: &State) -> Result<(), FolderError> {
        self.write(STATE, state)
    }

    /// A file's content; `None` when it is not there, or says nothing and was set aside.
    ///
    /// # Errors
    /// When a newer agent wrote it.
    pub fn read<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, FolderError> {
        let path = self.join(name);
        let Some(text) = read_bounded(&path) else { return Ok(None) };
        if let Ok(Formatted { format, content }) = serde_json::from_slice(&text) {
            // What a newer agent added, and this one need not know, is left.
            match serde_json::from_value::<T>(content) {
                Ok(content) => return Ok(Some(content)),
                Err(_) if format > FORMAT => return Err(FolderError::Newer { path, format }),
                Err(_) => {}
            }
        }
        if self.lock.is_some() {
            self.set_aside(name);
        }
        Ok(None)
    }

    fn set_aside(&self, name: &str) {
        let (path, aside) = (self.join(name), self.join(&format!("{name}.unreadable")));
        tell(format!(
            "nixfleet-agent: `{}` cannot be read and is set aside as `{}`",
            path.display(),
            aside.display()
        ));
        let _ = fs::rename(&path, &aside);
    }

    /// Writes a value, whole or not at all.
    ///
    /// # Errors
    /// When it cannot be written; the old content then stays.
    pub fn write(&self, name: &str, content: &impl Serialize) -> Result<(), FolderError> {
        let json = serde_json::to_vec_pretty(&Formatted { format: FORMAT, content })
            .map_err(|error| io("write", &self.join(name))(error.into()))?;
        self.write_bytes(name, &json)
    }

    fn write_bytes(&self, name: &str, bytes: &[u8]) -> Result<(), FolderError> {
        match write_whole(&self.join(name), bytes, 0o600) {
            Err(why) if self.is_lenient => {
                tell(format!("nixfleet-agent: {why}"));
                Ok(())
            }
            written => written,
        }
    }
}

/// Writes a file so that readers, and a start after a power cut, see the old content or the new one.
///
/// # Errors
/// When it cannot be written; the old content then stays.
pub fn write_whole(path: &Path, bytes: &[u8], mode: u32) -> Result<(), FolderError> {
    let failed = || io("write", path);
    let folder = path.parent().unwrap_or(Path::new("/"));
    let mut file = tempfile::NamedTempFile::with_prefix_in(".new-", folder).map_err(failed())?;
    file.write_all(bytes).map_err(failed())?;
    file.as_file().set_permissions(fs::Permissions::from_mode(mode)).map_err(failed())?;
    file.as_file().sync_all().map_err(failed())?;
    file.persist(path).map_err(|error| failed()(error.error))?;
    File::open(folder).and_then(|it| it.sync_all()).map_err(failed())
}

/// A file's bytes, if it is there and not too large.
fn read_bounded(path: &Path) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(FILE_BYTES).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

fn io(what: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> FolderError + use<> {
    let path = path.to_owned();
    move |error| FolderError::Io { what, path, error }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_again_and_what_says_nothing_is_set_aside() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::take(root.path()).unwrap();
        assert_eq!(folder.state().unwrap(), State::default());
        let state = State { hold: Some("a look first".into()), ..State::default() };
        folder.keep(&state).unwrap();
        assert_eq!(folder.state().unwrap(), state);
        for broken in ["", "{", "{\"format\":1}", "[]"] {
            fs::write(folder.join("state.json"), broken).unwrap();
            assert_eq!(folder.state().unwrap(), State::default(), "{broken}");
            assert!(!folder.join("state.json").exists());
        }
    }

    #[test]
    fn only_its_own_folder_is_closed_to_others() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("lib/nixfleet");
        let _folder = Folder::take(&path).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o700);
        fs::create_dir(root.path().join("usual")).unwrap();
        assert_eq!(mode(path.parent().unwrap()), mode(&root.path().join("usual")));
    }

    #[test]
    fn two_agents_and_a_newer_one_are_told() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::take(root.path()).unwrap();
        assert!(matches!(Folder::take(root.path()), Err(FolderError::Held(_))));
        fs::write(folder.join("state.json"), "{\"format\":2,\"step\":\"new\"}").unwrap();
        assert!(matches!(folder.state(), Err(FolderError::Newer { format: 2, .. })));
        assert!(folder.join("state.json").exists());
        folder.forget_state();
        assert_eq!(folder.state().unwrap(), State::default());
        // What a newer agent added, and an older one need not know, is no reason to begin anew.
        let text = "{\"format\":2,\"step\":{\"at\":\"idle\"},\"hold\":\"a look\",\"more\":1}";
        fs::write(folder.join("state.json"), text).unwrap();
        assert_eq!(folder.state().unwrap().hold.as_deref(), Some("a look"));
    }

    #[test]
    fn going_back_needs_no_folder_that_can_be_written() {
        let root = tempfile::tempdir().unwrap();
        // A file in the folder's place: root is kept out by no mode.
        let path = root.path().join("file");
        fs::write(&path, "").unwrap();
        assert!(Folder::take(&path).is_err());
        let folder = Folder::take_to_go_back(&path).unwrap();
        assert_eq!(folder.state().unwrap(), State::default());
        folder.keep(&State::default()).unwrap();
        let held = root.path().join("held");
        let _first = Folder::take(&held).unwrap();
        assert!(matches!(Folder::take_to_go_back(&held), Err(FolderError::Held(_))));
    }
}
