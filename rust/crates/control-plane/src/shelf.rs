//! The newest release: its files as they were signed, for hosts to fetch, and who its hosts are.
//!
//! Whoever brings a release may: what counts is who signed it. Whether it is taken decides the
//! release's own crate, by the same rules as on a host.

mod entries;

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;
use std::sync::Arc;

use axum::body::Bytes;
use jiff::Timestamp;
use nixfleet_link::{Known, PublicKey};
use nixfleet_release::{
    Document, Entry, HEAD_FILE, Hash, Head, Refusal, SIGNATURES_FILE, Seen, Signers, Trust,
    entry_file, rotation_file,
};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The most bytes of all files of a release: 50,000 hosts take half of it.
pub const RELEASE_BYTES: usize = 64 * 1024 * 1024;

/// The most names of hosts that a sentence lists.
const NAMES: usize = 5;

/// The files of a release, by their names. Whoever is handed one has the same bytes: a fleet that fetches
/// at once has one copy in memory.
pub type Files = BTreeMap<String, Bytes>;

/// A release that was taken. What is written down of it and what is known are one copy in memory, however
/// many hosts it has.
#[derive(Debug, Clone)]
pub struct Shelf {
    /// What it says of all hosts.
    pub head: Arc<Head>,
    /// Its number, and the hash of its head.
    pub known: Known,
    /// What it says of each host, by name.
    pub entries: Arc<BTreeMap<String, Entry>>,
    /// Its files, as they were brought.
    pub files: Files,
    /// Who signed it.
    pub signed_by: Vec<String>,
    /// When it was brought.
    pub at: Timestamp,
    /// Whose key is whose.
    names: Arc<HashMap<PublicKey, String>>,
}

/// What is trusted, as it is written down.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Trusted {
    /// The number of the newest release.
    pub sequence: u64,
    /// The hash of its head.
    pub hash: Hash,
    /// Who may make the next.
    pub signers: Signers,
    /// The configuration's own signers at that time: a change of these is the owner's word.
    pub configured: Signers,
}

/// Why a release is not taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NotTaken {
    /// It is not one to obey.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A file is not there.
    #[error("`{0}` is missing: bring all files of the release")]
    Missing(String),
    /// Files of hosts are not there, or not those that were signed.
    #[error("{0}")]
    Entries(String),
}

/// What came of a release that was brought.
#[derive(Debug)]
pub enum Brought {
    /// It is the newest now.
    Taken(Box<Shelf>, Trusted),
    /// It was there already.
    Same,
}

/// Judges a release that somebody brought. `trusted` is what was written down of the one before.
///
/// # Errors
/// When it is not taken, in a sentence.
pub fn bring(
    fleet: &str,
    configured: &Signers,
    trusted: Option<&Trusted>,
    files: Files,
    now: Timestamp,
) -> Result<Brought, NotTaken> {
    let file = |name: &str| files.get(name).cloned().ok_or_else(|| NotTaken::Missing(name.into()));
    let (head, signatures) = (file(HEAD_FILE)?.to_vec(), file(SIGNATURES_FILE)?);
    let trust = Trust {
        fleet: fleet.to_owned(),
        signers: trusted
            .filter(|it| it.configured == *configured)
            .map_or_else(|| configured.clone(), |it| it.signers.clone()),
        floor: 0,
        seen: trusted.map(|it| Seen { sequence: it.sequence, hash: it.hash }),
    };
    let admitted = match trust.admit(head.clone(), &signatures, &[now]) {
        Ok(admitted) => admitted,
        Err(why) => trust
            .follow_all(&head, |name, _| files.get(name).map(|it| it.to_vec()))
            .and_then(|it| it.admit(head, &signatures, &[now]).ok())
            .ok_or(why)?,
    };
    if !admitted.is_news() {
        return Ok(Brought::Same);
    }
    let signed_by = admitted.signed_by().iter().map(ToString::to_string).collect();
    let (value, hash) = (admitted.head().value().clone(), admitted.head().hash());
    let trusted = Trusted {
        sequence: value.sequence,
        hash,
        signers: value.signers.clone(),
        configured: configured.clone(),
    };
    Ok(Brought::Taken(Box::new(shelve(value, hash, files, signed_by, now)?), trusted))
}

/// A release that was taken before, from its files.
///
/// # Errors
/// When they are damaged.
pub fn again(files: Files, signed_by: Vec<String>, at: Timestamp) -> Result<Shelf, NotTaken> {
    let head = files.get(HEAD_FILE).ok_or_else(|| NotTaken::Missing(HEAD_FILE.into()))?;
    let head = Document::<Head>::read(head.to_vec()).map_err(Refusal::from)?;
    shelve(head.value().clone(), head.hash(), files, signed_by, at)
}

fn shelve(
    head: Head,
    hash: Hash,
    mut files: Files,
    signed_by: Vec<String>,
    at: Timestamp,
) -> Result<Shelf, NotTaken> {
    let mut faults = Vec::new();
    let read = entries::read(&head, &files).into_iter();
    let sound = read.filter_map(|(name, entry)| match entry {
        Ok(entry) => Some((name.clone(), entry)),
        Err(why) => {
            faults.push(why);
            None
        }
    });
    let entries: BTreeMap<String, Entry> = sound.collect();
    if !faults.is_empty() {
        let more = faults.len().saturating_sub(NAMES);
        let mut text = faults[..faults.len().min(NAMES)].join("; ");
        if more > 0 {
            let _ = write!(text, "; and {more} more");
        }
        return Err(NotTaken::Entries(text));
    }
    // What the release does not name is not handed out.
    let is_its_own = |name: &str| {
        name == HEAD_FILE
            || name == SIGNATURES_FILE
            || name
                .strip_prefix("hosts/")
                .and_then(|it| it.strip_suffix(".json"))
                .is_some_and(|it| head.hosts.contains_key(it))
            || head.rotations.iter().chain([&head.sequence]).any(|it| {
                let rotation = rotation_file(*it);
                name == rotation || name.strip_suffix(".sig") == Some(&rotation)
            })
    };
    files.retain(|name, _| is_its_own(name));
    Ok(Shelf {
        known: Known { sequence: head.sequence, hash },
        head: Arc::new(head),
        names: Arc::new(
            entries.iter().filter_map(|it| Some((key_of(it.1)?, it.0.clone()))).collect(),
        ),
        entries: Arc::new(entries),
        files,
        signed_by,
        at,
    })
}

fn key_of(entry: &Entry) -> Option<PublicKey> {
    entry.host_key.as_ref().and_then(|it| PublicKey::try_from(it).ok())
}

impl Shelf {
    /// The key of a host, if it can ask.
    #[must_use]
    pub fn key_of(&self, host: &str) -> Option<PublicKey> {
        self.entries.get(host).and_then(key_of)
    }

    /// Who may ask: each host's key, and its name.
    pub fn hosts(&self) -> impl Iterator<Item = (PublicKey, &str)> {
        self.names.iter().map(|(key, name)| (*key, name.as_str()))
    }

    /// The hosts that cannot ask, since the release has no key of type ed25519 for them.
    pub fn without_key(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str).filter(|it| !self.can_ask(it))
    }

    /// Whether a host is the one that its key is taken for.
    #[must_use]
    pub fn can_ask(&self, host: &str) -> bool {
        self.key_of(host).and_then(|it| self.names.get(&it)).is_some_and(|it| it == host)
    }

    /// A file that this host may have: what all share, and its own entry. A host learns nothing of
    /// the others.
    #[must_use]
    pub fn file(&self, name: &str, host: &str) -> Option<&Bytes> {
        if name.starts_with("hosts/") && name != entry_file(host) {
            return None;
        }
        self.files.get(name)
    }
}
