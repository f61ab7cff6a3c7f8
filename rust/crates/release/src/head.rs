//! `release.json`: the head of a release, which is what is signed.

use std::collections::BTreeMap;

use jiff::Timestamp;
use nixfleet_text::is_label;
use serde::{Deserialize, Serialize};

use crate::bounded;
use crate::document::Kind;
use crate::hash::Hash;
use crate::plan::{BUDGETS, Budget, OnFailure, WAVES, Wave};
use crate::signers::Signers;

/// The most hosts of a fleet. A host's row takes 60 bytes: they are below [`HEAD_BYTES`].
pub const HOSTS: usize = 50_000;

/// The most bytes of a head: it is in memory as a whole, on the smallest host too.
pub const HEAD_BYTES: usize = 4 * 1024 * 1024;

/// The most caches.
pub const CACHES: usize = 16;

/// The most changes of keys that a head remembers.
pub const ROTATIONS: usize = 64;

/// The highest number of a release: what JSON's readers still tell apart (RFC 8259, section 6).
pub const LAST_SEQUENCE: u64 = (1 << 53) - 1;

/// The longest name of a fleet or host: a label of DNS, RFC 1123.
const NAME: usize = 63;

/// What all hosts of a release share, and the hash of what each has of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Head {
    /// [`crate::FORMAT`].
    pub format: u64,
    /// The fleet's name.
    pub fleet: String,
    /// The release's number: higher than that of the release before it, and never used twice.
    pub sequence: u64,
    /// When it was made.
    pub created: Timestamp,
    /// From when on no host takes it any more. Those that run it go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
    /// The hash of the head before it; the first release has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Hash>,
    /// The commit that it was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// Who may make the next release.
    pub signers: Signers,
    /// The releases that changed [`Self::signers`]: a host that missed one fetches it,
    /// [`crate::rotation_file`], and follows. Newest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[serde(deserialize_with = "bounded::list::<_, _, ROTATIONS>")]
    pub rotations: Vec<u64>,
    /// Where the hosts' systems are.
    #[serde(default, deserialize_with = "bounded::list::<_, _, CACHES>")]
    pub caches: Vec<Cache>,
    /// Which hosts go when, in this order. None: all at once.
    #[serde(default, deserialize_with = "bounded::list::<_, _, WAVES>")]
    pub waves: Vec<Wave>,
    /// Limits across waves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[serde(deserialize_with = "bounded::list::<_, _, BUDGETS>")]
    pub budgets: Vec<Budget>,
    /// What becomes of it when too many hosts failed.
    #[serde(default)]
    pub on_failure: OnFailure,
    /// The hash of each host's entry, [`crate::entry_file`].
    #[serde(deserialize_with = "bounded::table::<_, _, HOSTS>")]
    pub hosts: BTreeMap<String, Hash>,
}

/// A store of Nix's, and the key that it signs with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cache {
    /// Where it is, as Nix writes stores.
    pub url: String,
    /// The public key, `cache.example.org-1:…`, as `nix key convert-secret-to-public` prints it.
    pub key: String,
}

impl Kind for Head {
    const NAME: &'static str = "`release.json`";
    const BYTES: usize = HEAD_BYTES;

    fn check(&self) -> Result<(), String> {
        if !is_fleet(&self.fleet) {
            return Err(format!("`{}` is no name of a fleet", self.fleet));
        }
        if !(1..=LAST_SEQUENCE).contains(&self.sequence) {
            return Err(format!("`sequence` is {}, and it counts from 1", self.sequence));
        }
        self.signers.check()?;
        // Names become names of files.
        match self.hosts.keys().find(|name| !is_label(name)) {
            Some(name) => Err(format!("`{name}` is no name of a host")),
            None => Ok(()),
        }
    }
}

/// Whether a name is one of a fleet, as `mkFleet` takes it; it becomes the name of a folder.
#[must_use]
pub fn is_fleet(name: &str) -> bool {
    (1..=NAME).contains(&name.len())
        && name.starts_with(|it: char| it.is_ascii_alphanumeric())
        && name.bytes().all(|it| it.is_ascii_alphanumeric() || b"+._-".contains(&it))
}
