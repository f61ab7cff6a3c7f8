//! Who may make a release.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::bounded;
use crate::key::Key;
use crate::signature::{Flaw, SIGNATURES, Signatures};

/// Keys, and how many of them it takes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Signers {
    /// The keys.
    #[serde(deserialize_with = "bounded::list::<_, _, SIGNATURES>")]
    pub keys: Vec<Key>,
    /// How many of them it takes, at least 1.
    pub threshold: usize,
}

/// Too few of the keys signed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("it takes {} of {}, and {} signed it{}", .threshold, counted(*.of), people(.signers), because(.flaws))]
pub struct TooFew {
    /// How many it takes.
    pub threshold: usize,
    /// Of how many keys.
    pub of: usize,
    /// Whose signatures count.
    pub signers: Vec<Key>,
    /// Why other signatures don't.
    pub flaws: Vec<Flaw>,
}

impl Signers {
    /// Those who signed the bytes, each once.
    ///
    /// # Errors
    /// When they are fewer than it takes.
    pub fn agree(&self, bytes: &[u8], signatures: &Signatures) -> Result<Vec<Key>, TooFew> {
        let (signers, flaws) = signatures.by(&self.keys, bytes);
        let signers: Vec<Key> = signers.into_iter().cloned().collect();
        // A threshold of none would take anything.
        if signers.len() >= self.threshold.max(1) {
            return Ok(signers);
        }
        Err(TooFew { threshold: self.threshold.max(1), of: self.distinct(), signers, flaws })
    }

    /// How many different keys there are.
    #[must_use]
    pub fn distinct(&self) -> usize {
        let first = |(at, key): &(usize, &Key)| !self.keys[..*at].contains(key);
        self.keys.iter().enumerate().filter(first).count()
    }

    /// What must hold of them.
    ///
    /// # Errors
    /// When nobody could sign a next release, in words.
    pub fn check(&self) -> Result<(), String> {
        let keys = self.distinct();
        match self.threshold {
            0 => Err("`threshold` is 0, and it takes at least one key".to_owned()),
            it if it > keys => Err(format!("`threshold` is {it}, and there are {}", counted(keys))),
            _ => Ok(()),
        }
    }
}

/// The same keys in any order, and as many of them.
impl PartialEq for Signers {
    fn eq(&self, other: &Self) -> bool {
        self.threshold == other.threshold
            && self.keys.iter().all(|it| other.keys.contains(it))
            && other.keys.iter().all(|it| self.keys.contains(it))
    }
}

fn counted(keys: usize) -> String {
    if keys == 1 { "1 key".to_owned() } else { format!("{keys} different keys") }
}

fn people(signers: &[Key]) -> String {
    if signers.is_empty() {
        return "none of them".to_owned();
    }
    signers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn because(flaws: &[Flaw]) -> String {
    flaws.iter().flat_map(|flaw| ["; ".to_owned(), flaw.to_string()]).collect()
}
