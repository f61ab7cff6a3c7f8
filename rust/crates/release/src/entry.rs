//! `hosts/<name>.json`: what a release says of one host.

use serde::{Deserialize, Serialize};

use crate::bounded;
use crate::document::Kind;
use crate::hash::Hash;
use crate::key::Key;
use crate::plan::TAGS;
use nixfleet_nix::StorePath;
use nixfleet_text::is_label;

/// The most bytes of an entry: it takes about 600.
pub const ENTRY_BYTES: usize = 32 * 1024;

/// What a host runs, and when it goes. Its hash is in the head, so it needs no signature of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// [`crate::FORMAT`].
    pub format: u64,
    /// The host's name.
    pub name: String,
    /// The host's own SSH key: who it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host_key: Option<Key>,
    /// Its platform, as Nix writes it.
    pub platform: String,
    /// The path of its system.
    #[serde(with = "store_path")]
    pub system: StorePath,
    /// The hash of the system's closure, [`crate::closure_hash`]: what a cache gives under the
    /// system's path is what was built.
    pub closure: Hash,
    /// The bytes of the closure, for a host that looks whether there is room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closure_size: Option<u64>,
    /// The wave that it goes with; none where the plan has no waves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wave: Option<String>,
    /// Its tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[serde(deserialize_with = "bounded::list::<_, _, TAGS>")]
    pub tags: Vec<String>,
    /// 16 random bytes: nobody finds an entry by hashing what it may say, as a host's name and a
    /// system of nixpkgs.
    pub salt: String,
}

impl Kind for Entry {
    const NAME: &'static str = "the host's entry";
    const BYTES: usize = ENTRY_BYTES;

    fn check(&self) -> Result<(), String> {
        if is_label(&self.name) {
            Ok(())
        } else {
            Err(format!("`{}` is no name of a host", self.name))
        }
    }
}

/// A store path is a text in JSON.
mod store_path {
    use nixfleet_nix::StorePath;
    use serde::de::{Deserialize, Deserializer, Error};
    use serde::ser::Serializer;

    pub fn serialize<S: Serializer>(path: &StorePath, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(path.as_str())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<StorePath, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}
