//! The keys: SSH host keys of type ed25519, which every host has.

use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use nixfleet_release::Key;
use nixfleet_text::read_file;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::sign::SigningKey;
use thiserror::Error;

/// The most bytes of a private key's file: ed25519 takes 400, and a comment.
const FILE_BYTES: u64 = 16 * 1024;

/// What stands before the 32 bytes of a private key of ed25519 in PKCS #8 (RFC 8410, section 7).
const PKCS8: [u8; 16] = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];

/// What stands before the 32 bytes of a public key of ed25519 in a `SubjectPublicKeyInfo` (RFC 8410,
/// section 4).
const SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0];

/// A public key of type ed25519: who a host, or a control plane, is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PublicKey([u8; 32]);

/// A key of another type.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PublicKeyError {
    /// It is no SSH key at all.
    #[error(transparent)]
    Key(#[from] nixfleet_release::KeyError),
    /// It is of another type.
    #[error(
        "{0} is no key of type ed25519, by which a host and its control plane know each other: take `/etc/ssh/ssh_host_ed25519_key.pub`"
    )]
    Type(String),
}

impl PublicKey {
    /// The key of a `SubjectPublicKeyInfo`, as TLS shows it.
    #[must_use]
    pub fn of_spki(spki: &[u8]) -> Option<Self> {
        spki.strip_prefix(&SPKI)?.try_into().ok().map(Self)
    }

    /// The `SubjectPublicKeyInfo`.
    #[must_use]
    pub fn spki(&self) -> Vec<u8> {
        [SPKI.as_slice(), &self.0].concat()
    }

    /// The key of a `.pub` file's line.
    ///
    /// # Errors
    /// When it is of another type.
    pub fn read(line: &str) -> Result<Self, PublicKeyError> {
        Self::try_from(&line.trim().parse::<Key>()?)
    }

    /// The line as in a `.pub` file, without a comment.
    #[must_use]
    pub fn line(&self) -> String {
        let key = ssh_key::public::Ed25519PublicKey(self.0);
        ssh_key::PublicKey::from(key).to_openssh().unwrap_or_default()
    }
}

impl TryFrom<&Key> for PublicKey {
    type Error = PublicKeyError;

    fn try_from(key: &Key) -> Result<Self, PublicKeyError> {
        key.ed25519().map(Self).ok_or_else(|| PublicKeyError::Type(key.to_string()))
    }
}

/// The fingerprint, as `ssh-keygen -l` writes it.
impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = ssh_key::PublicKey::from(ssh_key::public::Ed25519PublicKey(self.0));
        key.fingerprint(ssh_key::HashAlg::Sha256).fmt(f)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A private key, ready to sign what TLS asks for.
#[derive(Debug, Clone)]
pub struct HostKey {
    pub(crate) signs: Arc<dyn SigningKey>,
    public: PublicKey,
}

/// Why a file has no key to be known by.
#[derive(Debug, Error)]
pub enum HostKeyError {
    /// It cannot be read.
    #[error("cannot read the key `{path}`: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why not.
        error: std::io::Error,
    },
    /// It is no private SSH key.
    #[error("`{0}` is no private SSH key, as `ssh-keygen -t ed25519` makes one")]
    Malformed(PathBuf),
    /// It has a passphrase.
    #[error(
        "the key `{0}` has a passphrase, and nobody is there to type it: take a host's own key"
    )]
    Encrypted(PathBuf),
    /// It is of another type.
    #[error("the key `{path}` is of type {found}, and it takes ed25519: `ssh-keygen -t ed25519`")]
    Type {
        /// The file.
        path: PathBuf,
        /// Its type.
        found: String,
    },
}

impl HostKey {
    /// Reads a private key's file as OpenSSH writes it.
    ///
    /// # Errors
    /// When it is no key of type ed25519 that can be used without a passphrase.
    pub fn read(path: &Path) -> Result<Self, HostKeyError> {
        let failed = |error| HostKeyError::Io { path: path.into(), error };
        let malformed = || HostKeyError::Malformed(path.into());
        let text = read_file(path, FILE_BYTES).map_err(|error| match error.kind() {
            ErrorKind::FileTooLarge => malformed(),
            _ => failed(error),
        })?;
        let key = ssh_key::PrivateKey::from_openssh(&text).map_err(|_| malformed())?;
        if key.is_encrypted() {
            return Err(HostKeyError::Encrypted(path.into()));
        }
        let pair = key.key_data().ed25519().ok_or_else(|| HostKeyError::Type {
            path: path.into(),
            found: key.algorithm().to_string(),
        })?;
        Self::of_seed(&pair.private.to_bytes()).ok_or_else(malformed)
    }

    /// The key of 32 bytes: what a key of ed25519 follows from (RFC 8032).
    #[must_use]
    pub fn of_seed(seed: &[u8; 32]) -> Option<Self> {
        let der = PrivatePkcs8KeyDer::from([PKCS8.as_slice(), seed].concat());
        let signs = rustls::crypto::ring::sign::any_eddsa_type(&der).ok()?;
        let public = PublicKey::of_spki(signs.public_key()?.as_ref())?;
        Some(Self { signs, public })
    }

    /// Its public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        self.public
    }
}
