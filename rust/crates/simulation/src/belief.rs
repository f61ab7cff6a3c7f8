//! Which release a host takes: decided by the release's own crate, over the bytes that came.

use std::cell::RefCell;
use std::collections::HashMap;

use nixfleet_agent::core::Target;
use nixfleet_link::Known;
use nixfleet_release::{Admitted, HEAD_FILE, Hash, SIGNATURES_FILE, Seen, Trust, entry_file};

use crate::release::{FLEET, Release, signers};

/// What a host is handed: by one that keeps releases as they are, or by one that does not.
pub struct Handed<'a> {
    head: &'a [u8],
    hash: Hash,
    signatures: &'a [u8],
    entry: &'a [u8],
}

impl<'a> Handed<'a> {
    /// The head of one release with the signatures of another, and the entry that a third has for a
    /// host: all the same where nobody means harm.
    pub fn of(head: &'a Release, signatures: &'a Release, entry: (&'a Release, &str)) -> Self {
        let file = |of: &'a Release, name: &str| of.files.get(name).map_or(&[][..], AsRef::as_ref);
        Self {
            head: file(head, HEAD_FILE),
            hash: head.hash,
            signatures: file(signatures, SIGNATURES_FILE),
            entry: file(entry.0, &entry_file(entry.1)),
        }
    }
}

/// Judgements that were made: the same bytes by the same trust are judged once, and not by each of ten
/// thousand hosts.
#[derive(Default)]
pub struct Judged(RefCell<HashMap<Question, Result<Admitted, String>>>);

/// A head, its signatures, and the release that was seen before.
type Question = (Hash, Vec<u8>, Option<(u64, Hash)>);

/// Whom a host believes, which is on its disk, and the newest release, which is in memory.
pub struct Belief {
    trust: Trust,
    newest: Option<(Hash, Target)>,
}

impl Belief {
    pub fn new() -> Self {
        let trust = Trust { fleet: FLEET.into(), signers: signers(), floor: 0, seen: None };
        Self { trust, newest: None }
    }

    /// The agent is started.
    pub fn start(&mut self) {
        self.newest = None;
    }

    pub fn known(&self) -> Option<Known> {
        self.trust.seen.map(|it| Known { sequence: it.sequence, hash: it.hash })
    }

    pub fn newest(&self) -> Option<&(Hash, Target)> {
        self.newest.as_ref()
    }

    /// Takes what is handed, if it is to be obeyed.
    pub fn take(&mut self, name: &str, handed: &Handed, judged: &Judged) -> Result<(), String> {
        let seen = self.trust.seen.map(|Seen { sequence, hash }| (sequence, hash));
        let question = (handed.hash, handed.signatures.to_vec(), seen);
        let mut judged = judged.0.borrow_mut();
        let admitted = judged.entry(question).or_insert_with(|| {
            let admitted = self.trust.admit(handed.head.to_vec(), handed.signatures, &[]);
            admitted.map_err(|why| why.to_string())
        });
        let admitted = admitted.as_ref().map_err(Clone::clone)?;
        let entry = admitted.entry(name, &[], handed.entry.to_vec());
        let entry = entry.map_err(|why| why.to_string())?;
        self.trust = admitted.trust_after(&self.trust);
        let target = Target {
            sequence: admitted.head().value().sequence,
            system: entry.value().system.to_string(),
            closure: entry.value().closure.to_string(),
        };
        self.newest = Some((handed.hash, target));
        Ok(())
    }
}
