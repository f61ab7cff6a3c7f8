//! The files of a release, out of one JSON object: so many at most, so that small ones are no way to
//! fill the memory.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

use nixfleet_release::{HOSTS, ROTATIONS};
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use crate::shelf::Files;

/// The most files of a release: its head, the signatures, each host's entry, and each change of keys with
/// its signatures.
const FILES: usize = 50_130;
const _: () = assert!(FILES == 2 + HOSTS + 2 * ROTATIONS, "as many as a release can have");

/// # Errors
/// When it is no object of texts, or has too many.
pub(super) fn read(bytes: &[u8]) -> serde_json::Result<Files> {
    serde_json::from_slice::<Bounded>(bytes).map(|it| it.0)
}

struct Bounded(Files);

impl<'de> Deserialize<'de> for Bounded {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(OfFiles).map(Self)
    }
}

struct OfFiles;

impl<'de> Visitor<'de> for OfFiles {
    type Value = Files;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("an object of files, each a text")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Files, A::Error> {
        let mut files = BTreeMap::new();
        while let Some((name, text)) = map.next_entry::<String, String>()? {
            if files.len() == FILES {
                return Err(A::Error::custom(format_args!("it has at most {FILES} files")));
            }
            match files.entry(name) {
                Entry::Vacant(place) => place.insert(text.into()),
                Entry::Occupied(place) => {
                    let name = nixfleet_text::visible(place.key());
                    return Err(A::Error::custom(format_args!("`{name}` is there twice")));
                }
            };
        }
        Ok(files)
    }
}
