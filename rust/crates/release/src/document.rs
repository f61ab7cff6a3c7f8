//! A file of a release: its bytes, which are what is signed and hashed, and what they say.

use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::hash::Hash;

/// The format that this program reads and writes. A later one may drop or change fields; fields that
/// are only added keep the number, and are ignored by who doesn't know them.
pub const FORMAT: u64 = 1;

/// The deepest nesting of a file: ours have 4, and the rest is for fields that are yet to come.
pub const DEPTH: usize = 16;

/// A kind of file.
pub trait Kind: Serialize + DeserializeOwned {
    /// What people call it.
    const NAME: &'static str;
    /// The most bytes that it may have.
    const BYTES: usize;

    /// What must hold beyond the fields' own types.
    ///
    /// # Errors
    /// When it does not, in words.
    fn check(&self) -> Result<(), String>;
}

/// A file of a release as it was received or will be published, and what it says.
///
/// There is no canonical form: nobody writes the file anew, so nobody needs to write it alike.
#[derive(Clone)]
pub struct Document<T> {
    bytes: Vec<u8>,
    hash: Hash,
    value: T,
}

/// Why a file says nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReadError {
    /// It is too large.
    #[error("{name} has {bytes} bytes, and {limit} are the most")]
    Large {
        /// What it should have been.
        name: &'static str,
        /// How large it is.
        bytes: usize,
        /// How large it may be.
        limit: usize,
    },
    /// It is nested too deeply.
    #[error("{0} is nested deeper than {DEPTH} levels")]
    Deep(&'static str),
    /// It is of a format to come.
    #[error(
        "{name} is of format {format}, and this program reads {FORMAT}: a newer nixfleet wrote it"
    )]
    Format {
        /// What it should have been.
        name: &'static str,
        /// Its format.
        format: u64,
    },
    /// It is no such file.
    #[error("{name} can't be read: {problem}")]
    Malformed {
        /// What it should have been.
        name: &'static str,
        /// What is wrong.
        problem: String,
    },
}

/// What every format has.
#[derive(Deserialize)]
struct Formatted {
    format: u64,
}

impl<T: Kind> Document<T> {
    /// Reads a file. Its size is looked at first, then its depth, then its format.
    ///
    /// # Errors
    /// When it is no such file, in a sentence.
    pub fn read(bytes: Vec<u8>) -> Result<Self, ReadError> {
        let value = Self::said(&bytes)?;
        Ok(Self { hash: Hash::of(&bytes), bytes, value })
    }

    /// What a file says, by the same rules: for who has looked at its hash, and needs it no more.
    ///
    /// # Errors
    /// When it is no such file, in a sentence.
    pub fn said(bytes: &[u8]) -> Result<T, ReadError> {
        let name = T::NAME;
        if bytes.len() > T::BYTES {
            return Err(ReadError::Large { name, bytes: bytes.len(), limit: T::BYTES });
        }
        if depth(bytes) > DEPTH {
            return Err(ReadError::Deep(name));
        }
        let malformed = |problem: String| ReadError::Malformed {
            name,
            problem: nixfleet_nix::visible(&problem).into_owned(),
        };
        let json = |error: serde_json::Error| malformed(error.to_string());
        let Formatted { format } = serde_json::from_slice(bytes).map_err(json)?;
        if format != FORMAT {
            return Err(ReadError::Format { name, format });
        }
        let value: T = serde_json::from_slice(bytes).map_err(json)?;
        value.check().map_err(malformed)?;
        Ok(value)
    }

    /// Writes a file: on one line, since ten thousand hosts have to fetch it, and `jq` is there for
    /// people. What is written can be read.
    ///
    /// # Errors
    /// When it would break a limit, in a sentence.
    pub fn write(value: &T) -> Result<Self, ReadError> {
        let json = serde_json::to_vec(value);
        let mut bytes = json
            .map_err(|error| ReadError::Malformed { name: T::NAME, problem: error.to_string() })?;
        bytes.push(b'\n');
        Self::read(bytes)
    }

    /// The bytes, as they are signed and published.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The hash of the bytes.
    #[must_use]
    pub fn hash(&self) -> Hash {
        self.hash
    }

    /// What the file says.
    #[must_use]
    pub fn value(&self) -> &T {
        &self.value
    }
}

impl<T: fmt::Debug> fmt::Debug for Document<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Document").field(&self.value).finish_non_exhaustive()
    }
}

/// How deeply brackets are nested, those in strings apart. JSON that is broken may give any number:
/// reading it fails later.
fn depth(json: &[u8]) -> usize {
    let (mut depth, mut deepest, mut quoted, mut escaped) = (0_usize, 0, false, false);
    for &byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}
