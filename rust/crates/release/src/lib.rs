//! A signed release: what each host of a fleet runs. Reading, verifying and writing it.
//!
//! A release is a few files: [`HEAD_FILE`], [`Head`], says what all hosts share and has the hash of
//! each host's [`Entry`], [`entry_file`]; [`SIGNATURES_FILE`] has SSH signatures over the head's
//! bytes. So a host reads the head and its own entry and learns nothing of the others, and any SSH
//! key signs, `ssh-keygen -Y sign` as well as we do.
//!
//! Whether a host takes one is decided by [`Trust::admit`] and [`Admitted::entry`], and nowhere else.

mod accept;
mod bounded;
mod closure;
mod document;
mod entry;
mod hash;
mod head;
mod key;
pub mod plan;
mod refusal;
mod signature;
mod signers;

pub use self::signature::{
    Flaw, NAMESPACE, SIGNATURES, SIGNATURES_BYTES, Signatures, SignaturesError,
};
pub use accept::{Admitted, Seen, Trust};
pub use closure::{NarHash, NarHashError, closure_hash};
pub use document::{DEPTH, Document, FORMAT, Kind, ReadError};
pub use entry::{ENTRY_BYTES, Entry};
pub use hash::{Hash, HashError};
pub use head::{CACHES, Cache, HEAD_BYTES, HOSTS, Head, LAST_SEQUENCE, ROTATIONS, is_fleet};
pub use key::{Key, KeyError};
pub use refusal::Refusal;
pub use signers::{Signers, TooFew};

/// The file of the head.
pub const HEAD_FILE: &str = "release.json";

/// The file of the signatures.
pub const SIGNATURES_FILE: &str = "release.json.sig";

/// The file of a host's entry. A name that was read from a head is one of a file, too.
#[must_use]
pub fn entry_file(name: &str) -> String {
    format!("hosts/{name}.json")
}

/// The file of the head of a release that changed the keys; its signatures are beside it, with
/// `.sig`.
#[must_use]
pub fn rotation_file(sequence: u64) -> String {
    format!("rotations/{sequence}.json")
}
