//! `release.json.sig`: SSH signatures as `ssh-keygen -Y sign` makes them, one below the other.
//!
//! The format is OpenSSH's PROTOCOL.sshsig; that of security keys PROTOCOL.u2f.

use base64ct::{Base64, Encoding};
use signature::Verifier;
use ssh_encoding::{Decode, Encode};
use ssh_key::{Algorithm, HashAlg, PublicKey, SshSig};
use thiserror::Error;

use crate::key::Key;

/// What a signature of a release is for, `ssh-keygen -Y sign -n`: one that was made for a file or a
/// commit of git is none of a release.
pub const NAMESPACE: &str = "nixfleet-release@1";

/// The most that the file of signatures may have: 16 of RSA with 4096 bits take 37 kB.
pub const SIGNATURES_BYTES: usize = 64 * 1024;

/// The most signatures that are read.
pub const SIGNATURES: usize = 16;

/// What all that is signed begins with, so that no signature of a login is one of a file.
const PREAMBLE: &[u8] = b"SSHSIG";

const BEGIN: &str = "-----BEGIN SSH SIGNATURE-----";
const END: &str = "-----END SSH SIGNATURE-----";

/// The flag of a security key that says that someone touched it (PROTOCOL.u2f: bit 0).
const TOUCHED: u8 = 1;

/// A security key's flags and counter, behind its signature.
const FLAGS_AND_COUNTER: usize = 5;

/// The signatures of a release, read and not yet verified.
#[derive(Debug, Clone)]
pub struct Signatures(Vec<SshSig>);

/// Why a file has no signatures that could be verified.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SignaturesError {
    /// The file is too large.
    #[error("`release.json.sig` has {0} bytes, and {SIGNATURES_BYTES} are the most")]
    Large(usize),
    /// There are too many signatures.
    #[error("`release.json.sig` has more than {SIGNATURES} signatures")]
    Many,
    /// Nobody has signed it, or there is no file.
    #[error("nobody has signed the release")]
    Nobody,
    /// The file has no signature.
    #[error("`release.json.sig` has no SSH signature: it begins with `{BEGIN}`")]
    None,
    /// A signature is damaged.
    #[error("signature {0} in `release.json.sig` is damaged or cut off")]
    Damaged(usize),
}

/// Why a signature does not count.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Flaw {
    /// It is by a key that is not asked for.
    #[error("one is by {0}, which is not among them")]
    Stranger(String),
    /// It was made for something else.
    #[error("the one by {key} is for `{namespace}`, not `{NAMESPACE}`")]
    Namespace {
        /// The key, as people know it.
        key: String,
        /// What it was made for.
        namespace: String,
    },
    /// The security key was not touched.
    #[error("the one by {0} was made without a touch of the security key")]
    NoTouch(String),
    /// It is of other bytes, or damaged.
    #[error("the one by {0} is not over these bytes: the release was changed after it was signed")]
    Wrong(String),
}

impl Signatures {
    /// Reads signatures, one below the other; what stands between them is ignored, as blank lines.
    ///
    /// # Errors
    /// When the file is too large, has none, or one is damaged.
    pub fn read(file: &[u8]) -> Result<Self, SignaturesError> {
        if file.len() > SIGNATURES_BYTES {
            return Err(SignaturesError::Large(file.len()));
        }
        if file.trim_ascii().is_empty() {
            return Err(SignaturesError::Nobody);
        }
        let text = std::str::from_utf8(file).map_err(|_| SignaturesError::None)?;
        let mut found = Vec::new();
        for block in text.split(BEGIN).skip(1) {
            if found.len() == SIGNATURES {
                return Err(SignaturesError::Many);
            }
            let signature = block.split_once(END).and_then(|(body, _)| decode(body));
            found.push(signature.ok_or(SignaturesError::Damaged(found.len() + 1))?);
        }
        if found.is_empty() { Err(SignaturesError::None) } else { Ok(Self(found)) }
    }

    /// Those of the keys that signed the bytes, each once, and why the other signatures don't count.
    #[must_use]
    pub fn by<'a>(&self, keys: &'a [Key], bytes: &[u8]) -> (Vec<&'a Key>, Vec<Flaw>) {
        self.by_hash(keys, |hash| hash.digest(bytes))
    }

    /// A signature is over a hash of the bytes. Of each kind it is made once: a head is large, and who
    /// brings a release may write as many signatures as are read under the name of a key that counts.
    fn by_hash<'a>(
        &self,
        keys: &'a [Key],
        hash: impl Fn(HashAlg) -> Vec<u8>,
    ) -> (Vec<&'a Key>, Vec<Flaw>) {
        let (mut signers, mut flaws) = (Vec::new(), Vec::new());
        let mut hashes: Vec<(HashAlg, Vec<u8>)> = Vec::new();
        for signature in &self.0 {
            let Some(key) = keys.iter().find(|it| it.data() == signature.public_key()) else {
                let key = PublicKey::from(signature.public_key().clone());
                flaws.push(Flaw::Stranger(key.fingerprint(HashAlg::Sha256).to_string()));
                continue;
            };
            if signers.contains(&key) {
                continue;
            }
            let kind = signature.hash_alg();
            let verified = may_count(signature, key).and_then(|()| {
                if !hashes.iter().any(|it| it.0 == kind) {
                    hashes.push((kind, hash(kind)));
                }
                let hash = hashes.iter().find(|it| it.0 == kind).map(|it| it.1.as_slice());
                verify(signature, key, hash.unwrap_or_default())
            });
            match verified {
                Ok(()) => signers.push(key),
                Err(flaw) => flaws.push(flaw),
            }
        }
        (signers, flaws)
    }

    /// How many signatures there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }
}

fn decode(body: &str) -> Option<SshSig> {
    let letters: String = body.split_ascii_whitespace().collect();
    let bytes = Base64::decode_vec(&letters).ok()?;
    let mut rest = bytes.as_slice();
    let signature = SshSig::decode(&mut rest).ok()?;
    rest.is_empty().then_some(signature)
}

/// Whether a signature is one of a release, and of a kind that its key makes.
fn may_count(signature: &SshSig, key: &Key) -> Result<(), Flaw> {
    if signature.namespace() != NAMESPACE {
        let namespace = nixfleet_nix::visible(signature.namespace()).into_owned();
        return Err(Flaw::Namespace { key: key.to_string(), namespace });
    }
    let of_its_type = match (key.data().algorithm(), signature.algorithm()) {
        // `ssh-rsa` of old is over SHA-1.
        (Algorithm::Rsa { .. }, Algorithm::Rsa { hash }) => hash.is_some(),
        (key, signature) => key == signature,
    };
    if of_its_type { Ok(()) } else { Err(Flaw::Wrong(key.to_string())) }
}

fn verify(signature: &SshSig, key: &Key, hash: &[u8]) -> Result<(), Flaw> {
    let signed = signed_data(signature, hash);
    let verified = signed.is_some_and(|it| key.data().verify(&it, signature.signature()).is_ok());
    if !verified {
        return Err(Flaw::Wrong(key.to_string()));
    }
    // Verified, so the flags are the security key's own words.
    let flags = signature.signature_bytes().iter().rev().nth(FLAGS_AND_COUNTER - 1);
    if key.is_hardware() && flags.is_none_or(|it| it & TOUCHED == 0) {
        return Err(Flaw::NoTouch(key.to_string()));
    }
    Ok(())
}

/// What a signature of bytes with this hash is over.
fn signed_data(signature: &SshSig, hash: &[u8]) -> Option<Vec<u8>> {
    let mut data = PREAMBLE.to_vec();
    let kind = signature.hash_alg();
    for part in
        [signature.namespace().as_bytes(), signature.reserved(), kind.as_str().as_bytes(), hash]
    {
        part.encode(&mut data).ok()?;
    }
    Some(data)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use ssh_key::private::{Ed25519Keypair, KeypairData};
    use ssh_key::{LineEnding, PrivateKey};

    use super::*;

    #[test]
    fn however_many_signatures_are_wrong_the_bytes_are_hashed_once_for_each_kind() {
        let pair = Ed25519Keypair::from_seed(&[1; 32]);
        let private = PrivateKey::new(KeypairData::Ed25519(pair), "test").unwrap();
        let key: Key = private.public_key().to_openssh().unwrap().parse().unwrap();
        let signed = |hash, bytes: &[u8]| {
            private.sign(NAMESPACE, hash, bytes).unwrap().to_pem(LineEnding::LF).unwrap()
        };
        let wrong = |it: u8| {
            signed(if it.is_multiple_of(2) { HashAlg::Sha256 } else { HashAlg::Sha512 }, &[it])
        };
        let mut file: String = (1..16).map(wrong).collect();
        file += &signed(HashAlg::Sha512, b"the head");
        let signatures = Signatures::read(file.as_bytes()).unwrap();
        assert_eq!(signatures.count(), SIGNATURES);
        let hashed = Cell::new(0);
        let keys = [key];
        let (signers, flaws) = signatures.by_hash(&keys, |it| {
            hashed.set(hashed.get() + 1);
            it.digest(b"the head")
        });
        assert_eq!((signers.len(), flaws.len(), hashed.get()), (1, 15, 2));
    }
}
