//! The private halves that this machine has: key files and the agent. Only the public part of a
//! key file is looked at.

use std::collections::HashSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use nixfleet_text::read_file;

use super::{PublicKey, Refusal, agent, config, read_public_half};

/// Where a private half is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// A key file.
    File(PathBuf),
    /// The SSH agent.
    Agent,
}

/// A private half that this machine has.
#[derive(Debug, Clone)]
pub struct Identity {
    /// Its public half.
    pub public: PublicKey,
    /// Where it is.
    pub source: Source,
    /// Whether a passphrase guards it.
    pub encrypted: bool,
    /// Why ssh refuses it, if it does.
    pub refusal: Option<Refusal>,
}

/// The private halves in the `extra` files, in `~/.ssh`, in the files that the SSH configuration
/// names, and in the agent, in that order.
#[must_use]
pub fn identities(extra: &[PathBuf]) -> Vec<Identity> {
    let mut files = extra.to_vec();
    if let Some(home) = std::env::home_dir() {
        files.extend(key_files(&home.join(".ssh")));
        files.extend(config::identity_files(&home));
    }
    let mut seen = HashSet::new();
    files.retain(|file| seen.insert(file.clone()));
    let mut found: Vec<Identity> = files.iter().filter_map(|file| from_file(file)).collect();
    found.extend(agent::public_keys().into_iter().map(|public| Identity {
        public,
        source: Source::Agent,
        encrypted: false,
        refusal: None,
    }));
    found
}

/// The files of a folder that may be private keys, sorted.
fn key_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_none_or(|extension| extension != "pub"))
        .collect();
    files.sort();
    files
}

/// The most that a `.pub` file has: a line, which holds a key of RSA at most.
const LINE: u64 = 64 << 10;

fn from_file(path: &Path) -> Option<Identity> {
    // Opening a pipe would wait for its writer.
    let metadata = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    let mut file = File::open(path).ok()?;
    let half = read_public_half(&mut file)?;
    let refusal = Refusal::find(&metadata, &mut file, &half);
    let beside = || {
        let mut name = path.as_os_str().to_owned();
        name.push(".pub");
        let line = read_file(Path::new(&name), LINE).ok()?;
        PublicKey::parse(&String::from_utf8(line).ok()?).ok()
    };
    // The comment is in the private part: the file beside it says it, and for the older formats
    // the whole public half.
    let public = match (half.public, beside()) {
        (Some(key), Some(named)) if key == named => named,
        (Some(key), _) => key,
        (None, named) => named?,
    };
    Some(Identity {
        public,
        source: Source::File(path.to_owned()),
        encrypted: half.encrypted,
        refusal,
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    const KEY: &str = include_str!("../../tests/keys/ed25519");
    const PUBLIC: &str = include_str!("../../tests/keys/ed25519.pub");

    #[test]
    fn a_key_file_is_known_by_its_public_half_and_judged_by_its_mode() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("id");
        fs::write(&path, KEY).unwrap();
        fs::write(folder.path().join("id.pub"), PUBLIC).unwrap();
        let read = |text: &str, mode| {
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            from_file(&path).unwrap()
        };
        let identity = read(KEY, 0o600);
        assert_eq!(identity.public, PublicKey::parse(PUBLIC).unwrap());
        assert_eq!(identity.public.comment(), "nobody@example");
        assert!(identity.refusal.is_none() && !identity.encrypted);
        assert_eq!(read(KEY, 0o644).refusal, Some(Refusal::Mode));
        let windows = KEY.replace('\n', "\r\n");
        assert_eq!(read(&windows, 0o600).refusal, Some(Refusal::CarriageReturns));
        assert_eq!(read(KEY.trim_end(), 0o600).refusal, Some(Refusal::NoLastEnd));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(key_files(folder.path()), [path]);
    }
}
