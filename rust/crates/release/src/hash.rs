//! A SHA-256 hash, as a release writes it.

use std::fmt;
use std::str::FromStr;

use base64ct::{Base64Unpadded, Encoding};
use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

/// A SHA-256 hash. As text: base64 without padding, 43 letters; a fleet of ten thousand hosts has as
/// many in its head, and as hexadecimal digits they would take half as much again.
///
/// `openssl dgst -sha256 -binary FILE | base64` prints it, with a `=` behind it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(into = "String")]
pub struct Hash([u8; 32]);

/// A text that is no hash.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("a hash is 43 letters of base64: SHA-256 without padding")]
pub struct HashError;

impl Hash {
    /// The hash of some bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The hash's 32 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl FromStr for Hash {
    type Err = HashError;

    fn from_str(text: &str) -> Result<Self, HashError> {
        let mut hash = [0; 32];
        match Base64Unpadded::decode(text, &mut hash) {
            Ok(decoded) if decoded.len() == 32 => Ok(Self(hash)),
            _ => Err(HashError),
        }
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        /// There are as many as hosts, so none becomes a string of its own first.
        struct Letters;
        impl Visitor<'_> for Letters {
            type Value = Hash;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{HashError}")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Hash, E> {
                text.parse().map_err(E::custom)
            }
        }
        from.deserialize_str(Letters)
    }
}

impl From<Hash> for String {
    fn from(hash: Hash) -> Self {
        Base64Unpadded::encode_string(&hash.0)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from(*self))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
