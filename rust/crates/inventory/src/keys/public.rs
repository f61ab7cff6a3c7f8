//! A line of an `authorized_keys` file.

use std::fmt;
use std::hash::{Hash, Hasher};

use nixfleet_text::is_private;
use ssh_key::HashAlg;
use thiserror::Error;

use super::certificate::{certified_key, is_certificate};
use super::options;

/// A public key, with the options before it and the comment after it. Two keys are equal when the
/// key itself is, whatever options and comments they carry.
#[derive(Debug, Clone)]
pub struct PublicKey {
    key: ssh_key::public::KeyData,
    algorithm: String,
    comment: String,
    certificate: bool,
}

/// Why a line is no public key.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KeyError {
    /// The line is empty.
    #[error("it is empty")]
    Empty,
    /// The line is, or begins, a private key.
    #[error("it is a private key")]
    Private,
    /// There is more than one line, as in a file of several keys.
    #[error("it has several lines, and a key is one")]
    Lines,
    /// The line has no key type that is known.
    #[error("it does not begin with a key type such as `ssh-ed25519`")]
    NoType,
    /// The line is data alone, and no public key's: whoever pastes a private key has such lines.
    #[error("data without a key type, as a line within a private key is")]
    Stray,
    /// The key's data are whole, and nothing says of which type they are.
    #[error("its type is missing before its data")]
    Untyped(&'static str),
    /// The key's data are whole, and of another type than the line says.
    #[error("its data are those of a key of the type `{0}`")]
    OtherType(&'static str),
    /// The key's type is followed by a key's type.
    #[error("its type is there twice")]
    TypeTwice(String),
    /// What is before the key is no option of `OpenSSH`'s, which takes no such line.
    #[error("what it begins with is no option of OpenSSH's")]
    Option(String),
    /// The key's data is missing or damaged.
    #[error("its data is damaged or cut off")]
    Damaged,
}

impl PublicKey {
    /// Reads a line as in `authorized_keys`: options if any, type, data, comment if any.
    /// Certificates are read too, and stand for the key that they certify.
    ///
    /// # Errors
    /// When the line is no public key.
    pub fn parse(line: &str) -> Result<Self, KeyError> {
        let line = line.trim();
        if line.is_empty() {
            return Err(KeyError::Empty);
        }
        if is_private(line) {
            return Err(KeyError::Private);
        }
        if line.bytes().any(|it| matches!(it, b'\n' | b'\r')) {
            return Err(KeyError::Lines);
        }
        let (options, key) = parts(line).ok_or_else(|| without_type(line))?;
        if let Some(unknown) = options.and_then(options::unknown) {
            return Err(KeyError::Option(unknown.to_owned()));
        }
        let algorithm = key.split_whitespace().next().unwrap_or_default().to_owned();
        let comment = key.splitn(3, char::is_whitespace).nth(2).unwrap_or_default().trim();
        let certificate = is_certificate(&algorithm);
        let data = if certificate {
            let data = key.split_whitespace().nth(1).unwrap_or_default();
            let key = certified_key(&algorithm, data);
            key.and_then(|it| ssh_key::PublicKey::from_bytes(&it).ok())
        } else {
            ssh_key::PublicKey::from_openssh(key).ok()
        };
        let data = data.ok_or_else(|| what_is_wrong(key))?.key_data().clone();
        Ok(Self { key: data, algorithm, comment: comment.to_owned(), certificate })
    }

    /// Reads a key from the wire form that private key files and agents carry.
    #[must_use]
    pub fn from_blob(blob: &[u8], comment: &str) -> Option<Self> {
        let key = ssh_key::PublicKey::from_bytes(blob).ok()?;
        Some(Self {
            algorithm: key.algorithm().to_string(),
            key: key.key_data().clone(),
            comment: comment.to_owned(),
            certificate: false,
        })
    }

    /// The fingerprint as `ssh-keygen -l` writes it: `SHA256:…`.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        self.key.fingerprint(HashAlg::Sha256).to_string()
    }

    /// The type, such as `ssh-ed25519`.
    #[must_use]
    pub fn algorithm(&self) -> &str {
        &self.algorithm
    }

    /// The comment, often `user@machine`; empty when there is none.
    #[must_use]
    pub fn comment(&self) -> &str {
        &self.comment
    }

    /// Whether the line is a certificate.
    #[must_use]
    pub fn is_certificate(&self) -> bool {
        self.certificate
    }

    /// The number of bits of an RSA key's modulus.
    #[must_use]
    pub fn rsa_bits(&self) -> Option<usize> {
        let modulus = self.key.rsa()?.n.as_positive_bytes()?;
        let first = modulus.first()?;
        Some(modulus.len() * 8 - first.leading_zeros() as usize)
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for PublicKey {}

impl Hash for PublicKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.algorithm, self.fingerprint())
    }
}

/// The types that keys of today have.
const TYPES: [&str; 7] = [
    "ssh-ed25519",
    "ssh-rsa",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
];

/// The options of a line, where it has some, and the line from its key's type on.
fn parts(line: &str) -> Option<(Option<&str>, &str)> {
    if is_type(line) {
        return Some((None, line));
    }
    let (options, key) = options::split(line)?;
    is_type(key).then_some((Some(options), key))
}

/// Why a line that has no type is no key.
fn without_type(line: &str) -> KeyError {
    let data = line.split_whitespace().next().unwrap_or_default();
    let other = if is_stray(line) { KeyError::Stray } else { KeyError::NoType };
    type_of(data).map_or(other, KeyError::Untyped)
}

/// The shortest that is taken to be a line of a private key: they have 64 or 70 characters, and the last
/// may have fewer.
const SHORTEST_STRAY: usize = 44;

fn is_stray(line: &str) -> bool {
    line.len() >= SHORTEST_STRAY
        && line.bytes().all(|it| it.is_ascii_alphanumeric() || b"+/=".contains(&it))
}

/// Why a line that has a type is no key.
fn what_is_wrong(key: &str) -> KeyError {
    let mut words = key.split_whitespace();
    let (kind, data) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    if is_type(data) {
        return KeyError::TypeTwice(kind.to_owned());
    }
    type_of(data).filter(|it| *it != kind).map_or(KeyError::Damaged, KeyError::OtherType)
}

/// The type that data are of.
fn type_of(data: &str) -> Option<&'static str> {
    let is_of = |kind: &&str| ssh_key::PublicKey::from_openssh(&format!("{kind} {data}")).is_ok();
    TYPES.into_iter().find(is_of)
}

fn is_type(text: &str) -> bool {
    let word = text.split_whitespace().next().unwrap_or_default();
    ["ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-"].iter().any(|start| word.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines of `ssh-keygen`, each after the fingerprint that `ssh-keygen -l` gives.
    const OF_EACH_TYPE: &str = include_str!("../../tests/keys/of-each-type");

    #[test]
    fn keys_and_certificates_of_every_type_are_read() {
        let mut certificates = 0;
        for line in OF_EACH_TYPE.lines() {
            let (fingerprint, line) = line.split_once(' ').unwrap();
            let key = PublicKey::parse(line).unwrap_or_else(|error| panic!("{error}: {line}"));
            assert_eq!(key.fingerprint(), fingerprint, "{line}");
            assert!(line.starts_with(key.algorithm()));
            assert_eq!(key.is_certificate(), line.contains("-cert-v01@"));
            certificates += usize::from(key.is_certificate());
        }
        assert_eq!((OF_EACH_TYPE.lines().count(), certificates), (16, 8));
    }

    #[test]
    fn what_is_pasted_beside_its_place_is_told_apart() {
        const DATA: &str = "AAAAC3NzaC1lZDI1NTE5AAAAIOBPSIa8L8NpRXgujB+h2+gHgrDgNCk4RbeQRATmwAmh";
        let error = |line: String| PublicKey::parse(&line).unwrap_err();
        let twice = error(format!("ssh-ed25519 ssh-ed25519 {DATA} me"));
        assert_eq!(twice, KeyError::TypeTwice("ssh-ed25519".to_owned()));
        assert_eq!(error(format!("ssh-rsa {DATA} me")), KeyError::OtherType("ssh-ed25519"));
        assert_eq!(error(format!("{DATA} me")), KeyError::Untyped("ssh-ed25519"));
        assert_eq!(error(format!("QyNTUxOQ{}", &DATA[..50])), KeyError::Stray);
        let host = error(format!("192.0.2.1 ssh-ed25519 {DATA}"));
        assert_eq!(host, KeyError::Option("192.0.2.1".to_owned()));
        assert!(PublicKey::parse(&format!("restrict ssh-ed25519 {DATA}")).is_ok());
    }

    #[test]
    fn what_is_cut_off_is_no_key_and_no_certificate() {
        for line in OF_EACH_TYPE.lines() {
            let line = line.split_once(' ').unwrap().1;
            let end = line.splitn(3, ' ').take(2).map(str::len).sum::<usize>() + 1;
            for cut in [4, 8, 40] {
                assert_eq!(PublicKey::parse(&line[..end - cut]), Err(KeyError::Damaged), "{line}");
            }
        }
    }
}
