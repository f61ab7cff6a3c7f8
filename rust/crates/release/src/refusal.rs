//! Why a host does not take a release, in sentences.

use jiff::Timestamp;
use thiserror::Error;

use crate::document::ReadError;
use crate::hash::Hash;
use crate::signature::SignaturesError;
use crate::signers::TooFew;

/// Why a release is not taken. Nothing has changed by it: the next is judged anew.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// Its signatures can't be read.
    #[error(transparent)]
    Signatures(#[from] SignaturesError),
    /// The head or the entry can't be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Too few of the trusted keys signed it.
    #[error("the release is not signed by enough of the keys that are trusted: {0}")]
    NotSigned(TooFew),
    /// It changes the keys, and too few of the new ones signed it.
    #[error("the release changes the keys, and not enough of the new ones signed it: {0}")]
    NewKeysDisagree(TooFew),
    /// It is of another fleet.
    #[error("the release is of the fleet `{theirs}`, and not of `{ours}`")]
    OtherFleet {
        /// The release's fleet.
        theirs: String,
        /// The host's fleet.
        ours: String,
    },
    /// It is older than one that was seen.
    #[error(
        "release {sequence} is older than {seen}, which this host has seen: to go back, make a new release with older systems"
    )]
    Older {
        /// Its number.
        sequence: u64,
        /// The highest number that was seen.
        seen: u64,
    },
    /// It is below what the host's configuration allows.
    #[error("release {sequence} is below {floor}, the lowest that this host's configuration takes")]
    BelowFloor {
        /// Its number.
        sequence: u64,
        /// The lowest number that is taken.
        floor: u64,
    },
    /// There are two releases of one number: an attack, or two people who released at once.
    #[error(
        "ATTACK? there are two different releases {sequence}: this host has seen {seen}, and now is offered {offered}. Whoever holds the fleet's keys signed both; find out who, and make release {}",
        sequence + 1
    )]
    TwoOfOneNumber {
        /// Their number.
        sequence: u64,
        /// The hash of the head that was seen.
        seen: Hash,
        /// The hash of the head that is offered.
        offered: Hash,
    },
    /// It has expired.
    #[error(
        "release {sequence} expired on {expires}, and it is {now}: make a new one, or set this host's clock"
    )]
    Expired {
        /// Its number.
        sequence: u64,
        /// When it expired.
        expires: Timestamp,
        /// What the time is held to be.
        now: Timestamp,
    },
    /// The host is not in it.
    #[error("release {sequence} has no host `{name}`")]
    NotAHost {
        /// The host.
        name: String,
        /// The release's number.
        sequence: u64,
    },
    /// The entry is not the one whose hash was signed.
    #[error(
        "the entry of `{name}` is not the one of release {sequence}: it was changed, cut off, or belongs to another release"
    )]
    OtherEntry {
        /// The host.
        name: String,
        /// The release's number.
        sequence: u64,
    },
    /// The entry is of a host of another name.
    #[error("the entry is of the host `{theirs}`, and this is `{ours}`")]
    OtherName {
        /// The entry's host.
        theirs: String,
        /// This host.
        ours: String,
    },
    /// The host has another key.
    #[error(
        "the release knows `{name}` by the host key {key}, and this machine has another: it was installed anew, or is another machine. Write its key to `hostKey`"
    )]
    OtherKey {
        /// The host.
        name: String,
        /// The key that the release has for it, as people know it.
        key: String,
    },
}

impl Refusal {
    /// Whether it is the sign of an attack, and no mishap.
    #[must_use]
    pub fn is_attack(&self) -> bool {
        matches!(self, Self::TwoOfOneNumber { .. })
    }
}
