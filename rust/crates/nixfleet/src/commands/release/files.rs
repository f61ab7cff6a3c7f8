//! A release as files: read whole, checked to belong together, written whole or not at all.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Error, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use nixfleet_release::{
    Document, ENTRY_BYTES, Entry, HEAD_BYTES, HEAD_FILE, Head, Kind, ReadError, Refusal,
    SIGNATURES_BYTES, SIGNATURES_FILE, entry_file,
};

use crate::error::Trouble;

/// A release: its head, its signatures and each host's entry.
#[derive(Debug, Clone)]
pub struct Release {
    /// The head.
    pub head: Document<Head>,
    /// The signatures; empty when nobody signed yet.
    pub signatures: Vec<u8>,
    /// The entries by host.
    pub entries: BTreeMap<String, Document<Entry>>,
}

impl Release {
    /// The release's number.
    pub fn number(&self) -> u64 {
        self.head.value().sequence
    }

    /// Reads a release from a folder: every entry that the head names, and that it is the one.
    pub fn read(folder: &Path) -> Result<Self, Trouble> {
        Self::read_of(folder, &[])
    }

    /// Reads a release from a folder, of these hosts alone when any are named.
    pub fn read_of(folder: &Path, hosts: &[String]) -> Result<Self, Trouble> {
        let empty = || Trouble::Empty { place: folder.display().to_string(), number: None };
        let head = head(folder)?.ok_or_else(empty)?;
        let sequence = head.value().sequence;
        if let Some(name) = hosts.iter().find(|it| !head.value().hosts.contains_key(*it)) {
            return Err(Refusal::NotAHost { name: name.clone(), sequence }.into());
        }
        let mut entries = BTreeMap::new();
        let wanted = |name: &String| hosts.is_empty() || hosts.contains(name);
        for (name, hash) in head.value().hosts.iter().filter(|(name, _)| wanted(name)) {
            let file = folder.join(entry_file(name));
            let other = || Refusal::OtherEntry { name: name.clone(), sequence };
            let bytes = bounded(&file, ENTRY_BYTES)?.ok_or_else(other)?;
            let entry: Document<Entry> = document(&file, bytes)?;
            if entry.hash() != *hash {
                return Err(other().into());
            }
            if entry.value().name != *name {
                let theirs = entry.value().name.clone();
                return Err(Refusal::OtherName { theirs, ours: name.clone() }.into());
            }
            entries.insert(name.clone(), entry);
        }
        Ok(Self { head, signatures: signatures(folder)?, entries })
    }

    /// Writes the release into a folder that is made for it: whole, or not at all.
    pub fn write(&self, folder: &Path) -> Result<(), Trouble> {
        let write = |name: String, bytes: &[u8]| save(&folder.join(name), bytes);
        make_folder(&folder.join("hosts"))?;
        for (name, entry) in &self.entries {
            write(entry_file(name), entry.bytes())?;
        }
        write(SIGNATURES_FILE.to_owned(), &self.signatures)?;
        write(HEAD_FILE.to_owned(), self.head.bytes())
    }
}

/// The head in a folder, when there is one.
pub fn head(folder: &Path) -> Result<Option<Document<Head>>, Trouble> {
    let file = folder.join(HEAD_FILE);
    bounded(&file, HEAD_BYTES)?.map(|bytes| document(&file, bytes)).transpose()
}

/// The signatures in a folder; empty when there are none.
pub fn signatures(folder: &Path) -> Result<Vec<u8>, Trouble> {
    Ok(bounded(&folder.join(SIGNATURES_FILE), SIGNATURES_BYTES)?.unwrap_or_default())
}

/// What is in a file, up to one byte more than there may be, which the reader refuses; `None` when
/// there is no file.
fn bounded(path: &Path, limit: usize) -> Result<Option<Vec<u8>>, Trouble> {
    let io = |error| Trouble::io(path, "read", error);
    // Opening a pipe would wait for its writer.
    match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Ok(it) if !it.is_file() => {
            return Err(io(Error::new(ErrorKind::InvalidInput, "it is no file")));
        }
        _ => {}
    }
    let file = File::open(path).map_err(io)?;
    let expected = file.metadata().map_or(0, |it| usize::try_from(it.len()).unwrap_or(limit));
    let mut bytes = Vec::with_capacity(expected.min(limit) + 1);
    file.take(limit as u64 + 1).read_to_end(&mut bytes).map_err(io)?;
    Ok(Some(bytes))
}

fn document<T: Kind>(file: &Path, bytes: Vec<u8>) -> Result<Document<T>, Trouble> {
    Document::read(bytes).map_err(|error: ReadError| Trouble::Read {
        origin: format!("`{}`", nixfleet_nix::visible(&file.display().to_string())),
        error,
    })
}

/// Makes a folder and those above it.
pub fn make_folder(path: &Path) -> Result<(), Trouble> {
    fs::create_dir_all(path).map_err(|error| Trouble::Io {
        path: path.to_owned(),
        done: "made",
        error,
    })
}

/// Writes a file whole or not at all: beside it first, then under its name.
pub fn save(path: &Path, bytes: &[u8]) -> Result<(), Trouble> {
    let io = |error| Trouble::io(path, "written", error);
    let folder = nixfleet_vm::files::parent(path);
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(io)?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(io)?;
    // Others are to read it, as a web server does; a temporary file is its maker's alone.
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    fs::set_permissions(file.path(), mode).map_err(io)?;
    file.persist(path).map_err(|error| io(error.error))?;
    Ok(())
}

/// Renames, with the words of a failure.
pub fn rename(from: &Path, to: &Path) -> Result<(), Trouble> {
    fs::rename(from, to).map_err(|error| Trouble::Io {
        path: PathBuf::from(to),
        done: "written",
        error,
    })
}
