//! A release from what was built: pure, so that the same fleet gives the same files.

use std::collections::BTreeMap;

use jiff::Timestamp;
use nixfleet_inventory::Inventory;
use nixfleet_nix::{Closures, StorePath, closure};
use nixfleet_release::{Document, Entry, FORMAT, Hash, Head, NarHash, ROTATIONS, closure_hash};

use super::before::Before;
use super::files::Release;
use super::plan::Plan;
use crate::error::Trouble;

/// A system, and what a host can tell its closure by.
#[derive(Debug, Clone)]
pub struct System {
    /// Its path.
    pub path: StorePath,
    /// The hash of its closure.
    pub closure: Hash,
    /// The bytes of its closure.
    pub size: Option<u64>,
}

impl System {
    /// A system that was built.
    pub fn built(path: &StorePath, closures: &Closures) -> Result<Self, Trouble> {
        let closure = closure(closures, path);
        let mut hashes = BTreeMap::new();
        for (path, info) in &closure {
            let hash: NarHash = info.nar_hash.parse().map_err(|error| Trouble::Program {
                program: "`nix path-info`".to_owned(),
                problem: format!("gave no hash for `{path}`: {error}"),
            })?;
            hashes.insert((*path).clone(), hash);
        }
        let size = closure.values().map(|it| it.nar_size).sum();
        Ok(Self { path: path.clone(), closure: closure_hash(&hashes), size: Some(size) })
    }

    /// The system of an older release, which need not be on this machine any more.
    pub fn released(entry: &Entry) -> Self {
        Self { path: entry.system.clone(), closure: entry.closure, size: entry.closure_size }
    }
}

/// What a release is made of.
pub struct Parts<'a> {
    /// The fleet.
    pub inventory: &'a Inventory,
    /// What it says of releases.
    pub plan: Plan,
    /// Each host's system.
    pub systems: BTreeMap<String, System>,
    /// The release before.
    pub before: Option<&'a Before>,
    /// The commit.
    pub revision: Option<String>,
    /// Now.
    pub now: Timestamp,
    /// From when on nobody takes it.
    pub expires: Option<Timestamp>,
    /// New random bytes for each entry.
    pub salt: &'a dyn Fn() -> std::io::Result<String>,
}

/// Makes the release after the one before. An entry that says what it said before stays as it is, so
/// that a host sees by its hash that nothing changed for it.
pub fn release(parts: Parts) -> Result<Release, Trouble> {
    let Parts { plan, before, .. } = &parts;
    let last = before.map(|it| it.head.value());
    let sequence = last.map_or(1, |it| it.sequence + 1);
    let mut rotations = last.map(|it| it.rotations.clone()).unwrap_or_default();
    if last.is_some_and(|it| it.signers != plan.signers) {
        rotations.push(sequence);
        rotations.drain(..rotations.len().saturating_sub(ROTATIONS));
    }
    let mut entries = BTreeMap::new();
    for (name, system) in &parts.systems {
        entries.insert(name.clone(), entry(&parts, name, system)?);
    }
    let head = Head {
        format: FORMAT,
        fleet: plan.fleet.clone(),
        sequence,
        // A clock that is behind makes no release older than the one before it.
        created: last.map_or(parts.now, |it| it.created.max(parts.now)),
        expires: parts.expires,
        previous: before.map(|it| it.head.hash()),
        revision: parts.revision,
        signers: parts.plan.signers,
        rotations,
        caches: parts.plan.caches,
        waves: parts.plan.waves,
        budgets: parts.plan.budgets,
        on_failure: parts.plan.on_failure,
        hosts: entries.iter().map(|(name, it)| (name.clone(), it.hash())).collect(),
    };
    let head = written(Document::write(&head))?;
    Ok(Release { head, signatures: Vec::new(), entries })
}

fn entry(parts: &Parts, name: &str, system: &System) -> Result<Document<Entry>, Trouble> {
    let host = &parts.inventory.hosts[name];
    let before = parts.before.and_then(|it| it.entries.get(name));
    let mut entry = Entry {
        format: FORMAT,
        name: name.to_owned(),
        host_key: host.text("hostKey").and_then(|it| it.parse().ok()),
        platform: host.text("platform").unwrap_or_default().to_owned(),
        system: system.path.clone(),
        closure: system.closure,
        closure_size: system.size,
        wave: parts.plan.wave_of.get(name).cloned(),
        tags: host.tags().map(str::to_owned).collect(),
        salt: before.map(|it| it.value().salt.clone()).unwrap_or_default(),
    };
    match before {
        Some(before) if *before.value() == entry => Ok(before.clone()),
        _ => {
            entry.salt = (parts.salt)().map_err(|error| Trouble::Io {
                path: "/dev/urandom".into(),
                done: "read",
                error,
            })?;
            written(Document::write(&entry))
        }
    }
}

fn written<T>(
    document: Result<Document<T>, nixfleet_release::ReadError>,
) -> Result<Document<T>, Trouble> {
    document.map_err(|error| Trouble::Read { origin: "the release".to_owned(), error })
}
