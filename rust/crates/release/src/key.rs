//! The SSH keys of a release: who signs it, and who its hosts are.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use ssh_key::public::KeyData;
use ssh_key::{Algorithm, HashAlg};
use thiserror::Error;

/// The bits of an RSA key: from what `ssh-keygen` still takes to what can be checked in a
/// millisecond. NIST SP 800-57 holds 3072 for enough beyond 2030.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=4096;

/// The longest line of a key that is read: RSA of 4096 bits takes 724 letters, and a comment follows.
const LINE: usize = 2048;

/// What a private key's file has in its first line or in its second (PROTOCOL.key of OpenSSH).
const PRIVATE: [&str; 2] = ["PRIVATE KEY", "b3BlbnNzaC1rZXktdjEA"];

/// A public SSH key, `ssh-ed25519 AAAA… comment`. Two keys are equal when the key itself is,
/// whatever the comment says: a key that is listed twice counts once.
#[derive(Clone, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Key {
    data: KeyData,
    line: String,
}

/// Why a line is no key that signs releases, or names a host.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KeyError {
    /// It is a private key.
    #[error("it is a private key: write the line of its `.pub` file")]
    Private,
    /// It is not a line as in `id_ed25519.pub`.
    #[error("it is no public SSH key: write the line of a `.pub` file, `ssh-ed25519 AAAA… me`")]
    Malformed,
    /// It is of a type that no release is signed with.
    #[error(
        "a key of type `{0}` signs no release: take `ssh-ed25519`, `ecdsa-sha2-nistp256`, `ssh-rsa`, or one of a security key"
    )]
    Type(String),
    /// It is an RSA key that is too short, or too long to be checked by every host.
    #[error("an RSA key has 2048 to 4096 bits here, and this one has {0}")]
    RsaBits(usize),
}

impl Key {
    /// What the key is as bytes on the wire, for equality.
    pub(crate) fn data(&self) -> &KeyData {
        &self.data
    }

    /// The 32 bytes of a key of type ed25519.
    #[must_use]
    pub fn ed25519(&self) -> Option<[u8; 32]> {
        self.data.ed25519().map(|it| it.0)
    }

    /// The fingerprint as `ssh-keygen -l` writes it: `SHA256:…`.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        self.data.fingerprint(HashAlg::Sha256).to_string()
    }

    /// The comment, often `user@machine`; empty when there is none.
    #[must_use]
    pub fn comment(&self) -> &str {
        self.line.splitn(3, ' ').nth(2).unwrap_or_default()
    }

    /// The line as it is in a `.pub` file.
    #[must_use]
    pub fn line(&self) -> &str {
        &self.line
    }

    /// Whether the private half is in a security key, which wants to be touched.
    #[must_use]
    pub fn is_hardware(&self) -> bool {
        matches!(self.data, KeyData::SkEd25519(_) | KeyData::SkEcdsaSha2NistP256(_))
    }
}

impl FromStr for Key {
    type Err = KeyError;

    fn from_str(line: &str) -> Result<Self, KeyError> {
        if PRIVATE.iter().any(|it| line.contains(it)) {
            return Err(KeyError::Private);
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        if line.len() > LINE || line.trim().contains(['\n', '\r']) || words.len() < 2 {
            return Err(KeyError::Malformed);
        }
        let line = words.join(" ");
        if words[0].ends_with("-cert-v01@openssh.com") {
            return Err(KeyError::Type(words[0].to_owned()));
        }
        let key = ssh_key::PublicKey::from_openssh(&line).map_err(|_| KeyError::Malformed)?;
        match key.algorithm() {
            Algorithm::Ed25519
            | Algorithm::Ecdsa { .. }
            | Algorithm::SkEd25519
            | Algorithm::SkEcdsaSha2NistP256 => {}
            Algorithm::Rsa { .. } => {
                let bits = key.key_data().rsa().map_or(0, |it| bits(it.n.as_bytes()));
                if !RSA_BITS.contains(&bits) {
                    return Err(KeyError::RsaBits(bits));
                }
            }
            other => return Err(KeyError::Type(other.to_string())),
        }
        Ok(Self { data: key.key_data().clone(), line })
    }
}

/// The bits of a number, without the zeros before it.
fn bits(number: &[u8]) -> usize {
    let number: Vec<u8> = number.iter().copied().skip_while(|&it| it == 0).collect();
    number.first().map_or(0, |it| number.len() * 8 - it.leading_zeros() as usize)
}

impl TryFrom<String> for Key {
    type Error = KeyError;

    fn try_from(line: String) -> Result<Self, KeyError> {
        line.parse()
    }
}

impl From<Key> for String {
    fn from(key: Key) -> Self {
        key.line
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.data == other.data
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.data.fingerprint(HashAlg::Sha256).as_bytes().hash(state);
    }
}

/// The comment, by which people know a key, and its fingerprint.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let comment = nixfleet_nix::visible(self.comment());
        if comment.is_empty() {
            f.write_str(&self.fingerprint())
        } else {
            write!(f, "{comment} ({})", self.fingerprint())
        }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
