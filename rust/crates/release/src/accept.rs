//! Whether a host takes a release. This decides, and nothing else does; it asks nobody and keeps
//! nothing.
//!
//! A host downloads the head and its signatures and asks [`Trust::admit`]; then its own entry, and
//! asks [`Admitted::entry`]. Only what comes out of that may run.

use jiff::{SignedDuration, Timestamp};

use crate::document::{Document, Kind};
use crate::entry::Entry;
use crate::hash::Hash;
use crate::head::Head;
use crate::key::Key;
use crate::refusal::Refusal;
use crate::rotation_file;
use crate::signature::{SIGNATURES_BYTES, Signatures};
use crate::signers::Signers;

/// From when on a clock that is ahead is held for wrong: no release is kept unused for ten years.
const BELIEVED: SignedDuration = SignedDuration::from_hours(10 * 365 * 24);

/// What a host knows before it sees a release.
#[derive(Debug, Clone)]
pub struct Trust {
    /// The fleet that it belongs to.
    pub fleet: String,
    /// Who may make a release: those of the last one that it took, of its configuration at first.
    pub signers: Signers,
    /// The lowest number that it takes, from its configuration: what holds when it has lost what it
    /// had seen.
    pub floor: u64,
    /// The release with the highest number that it has taken.
    pub seen: Option<Seen>,
}

/// A release that a host has taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// Its number.
    pub sequence: u64,
    /// The hash of its head.
    pub hash: Hash,
}

/// A head that a host may act on.
#[derive(Debug, Clone)]
pub struct Admitted {
    head: Document<Head>,
    signed_by: Vec<Key>,
    news: bool,
}

impl Trust {
    /// Whether a head is one to act on: signed by enough of the keys that are trusted, of this
    /// fleet, not older than what was seen, and not expired.
    ///
    /// `clocks` are the system's and any moment that has surely passed, as when the running system
    /// was built: the latest counts, so that a clock that begins at 1970 makes no old release young.
    /// The last release's own `created` adds nothing, since this one's is later. A clock that is ten
    /// years ahead of the release is wrong, and is left out. An expired release changes nothing: the
    /// next is judged anew, so no clock locks a host out.
    ///
    /// # Errors
    /// When it is not, in a sentence.
    pub fn admit(
        &self,
        head: Vec<u8>,
        signatures: &[u8],
        clocks: &[Timestamp],
    ) -> Result<Admitted, Refusal> {
        let (head, signed_by) = self.signed(head, signatures)?;
        let news = self.is_news(&head)?;
        let it = head.value();
        if let Some(expires) = it.expires {
            let believed = clocks.iter().filter(|now| now.duration_since(it.created) < BELIEVED);
            if let Some(&now) = believed.max().filter(|now| **now >= expires && news) {
                return Err(Refusal::Expired { sequence: it.sequence, expires, now });
            }
        }
        Ok(Admitted { head, signed_by, news })
    }

    /// Follows a change of keys that was missed: what is trusted after a release between the one
    /// that was seen and the one that is offered. Only the keys are taken from it, so it may have
    /// expired.
    ///
    /// # Errors
    /// When it is no release that comes after what was seen.
    pub fn follow(&self, head: Vec<u8>, signatures: &[u8]) -> Result<Self, Refusal> {
        let (head, _) = self.signed(head, signatures)?;
        self.is_news(&head)?;
        let seen = Some(Seen { sequence: head.value().sequence, hash: head.hash() });
        Ok(Self { signers: head.value().signers.clone(), seen, ..self.clone() })
    }

    /// Follows all changes of keys that were missed, in their order, of which `file` has what was read,
    /// by its name and of so many bytes at most; none if one is missing, or none was missed.
    #[must_use]
    pub fn follow_all(
        &self,
        head: &[u8],
        file: impl Fn(&str, usize) -> Option<Vec<u8>>,
    ) -> Option<Self> {
        let head = Document::<Head>::read(head.to_owned()).ok()?;
        let seen = self.seen.map_or(0, |it| it.sequence);
        let mut missed = head.value().rotations.iter().filter(|it| **it > seen).peekable();
        missed.peek()?;
        missed.try_fold(self.clone(), |trust, sequence| {
            let name = rotation_file(*sequence);
            let change = file(&name, Head::BYTES)?;
            trust.follow(change, &file(&format!("{name}.sig"), SIGNATURES_BYTES)?).ok()
        })
    }

    /// The head, when enough of the keys signed it: of those that are trusted, and, where it changes
    /// them, of the new ones too. Signatures are looked at before anything is read.
    fn signed(
        &self,
        head: Vec<u8>,
        signatures: &[u8],
    ) -> Result<(Document<Head>, Vec<Key>), Refusal> {
        if head.len() > Head::BYTES {
            // Not even hashed; reading says how large it may be.
            return Ok((Document::read(head)?, Vec::new()));
        }
        let signatures = Signatures::read(signatures)?;
        let mut signed_by = self.signers.agree(&head, &signatures).map_err(Refusal::NotSigned)?;
        let head = Document::<Head>::read(head)?;
        let next = &head.value().signers;
        if *next != self.signers {
            let agreed = next.agree(head.bytes(), &signatures).map_err(Refusal::NewKeysDisagree)?;
            signed_by.extend(agreed.into_iter().filter(|it| !self.signers.keys.contains(it)));
        }
        let fleet = &head.value().fleet;
        if *fleet != self.fleet {
            let (theirs, ours) = (fleet.clone(), self.fleet.clone());
            return Err(Refusal::OtherFleet { theirs, ours });
        }
        Ok((head, signed_by))
    }

    /// Whether a head is later than what was seen; it is not when it is the same.
    fn is_news(&self, head: &Document<Head>) -> Result<bool, Refusal> {
        let sequence = head.value().sequence;
        if sequence < self.floor {
            return Err(Refusal::BelowFloor { sequence, floor: self.floor });
        }
        match self.seen {
            Some(seen) if sequence < seen.sequence => {
                Err(Refusal::Older { sequence, seen: seen.sequence })
            }
            Some(seen) if sequence == seen.sequence && head.hash() != seen.hash => {
                Err(Refusal::TwoOfOneNumber { sequence, seen: seen.hash, offered: head.hash() })
            }
            Some(seen) => Ok(sequence > seen.sequence),
            None => Ok(true),
        }
    }
}

impl Admitted {
    /// What the release says of all hosts.
    #[must_use]
    pub fn head(&self) -> &Document<Head> {
        &self.head
    }

    /// Whose signatures counted.
    #[must_use]
    pub fn signed_by(&self) -> &[Key] {
        &self.signed_by
    }

    /// Whether it is another release than the one that was seen last.
    #[must_use]
    pub fn is_news(&self) -> bool {
        self.news
    }

    /// What is trusted once the release was taken.
    #[must_use]
    pub fn trust_after(&self, before: &Trust) -> Trust {
        let Head { sequence, signers, .. } = self.head.value();
        let seen = Seen { sequence: *sequence, hash: self.head.hash() };
        Trust { signers: signers.clone(), seen: Some(seen), ..before.clone() }
    }

    /// What the release says of the host of this name, whose own SSH keys these are.
    ///
    /// # Errors
    /// When the entry is not the one that was signed, or is of another host.
    pub fn entry(
        &self,
        name: &str,
        host_keys: &[Key],
        entry: Vec<u8>,
    ) -> Result<Document<Entry>, Refusal> {
        let sequence = self.head.value().sequence;
        let signed = self.head.value().hosts.get(name);
        let signed =
            *signed.ok_or_else(|| Refusal::NotAHost { name: name.to_owned(), sequence })?;
        // Bounded, and of the signed hash, before anything of it is read.
        if entry.len() > Entry::BYTES || Hash::of(&entry) != signed {
            return Err(Refusal::OtherEntry { name: name.to_owned(), sequence });
        }
        let entry = Document::<Entry>::read(entry)?;
        let it = entry.value();
        if it.name != name {
            let (theirs, ours) = (it.name.clone(), name.to_owned());
            return Err(Refusal::OtherName { theirs, ours });
        }
        match &it.host_key {
            Some(key) if !host_keys.contains(key) => {
                Err(Refusal::OtherKey { name: name.to_owned(), key: key.to_string() })
            }
            _ => Ok(entry),
        }
    }
}
