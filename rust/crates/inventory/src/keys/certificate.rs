//! Certificates of `OpenSSH` (`PROTOCOL.certkeys` in its sources), as far as the key in them. The
//! crate `ssh-key` refuses those that are valid forever, which `ssh-keygen -s` makes unless told.

use base64ct::{Base64, Encoding};

use super::private::field;

/// What the name of a certificate's type has beside the name of its key's.
const MARK: &str = "-cert-v01";

/// Whether a type is that of a certificate.
pub fn is_certificate(algorithm: &str) -> bool {
    algorithm.ends_with("-cert-v01@openssh.com")
}

/// The wire form of the key that a certificate is for; `None` when the certificate is not whole.
pub fn certified_key(algorithm: &str, data: &str) -> Option<Vec<u8>> {
    let data = Base64::decode_vec(data).ok()?;
    let mut rest = data.as_slice();
    let named = field(&mut rest)?;
    let _nonce = field(&mut rest)?;
    let (kind, count) = plain(algorithm)?;
    let mut key = Vec::new();
    push(&mut key, kind.as_bytes());
    for _ in 0..count {
        push(&mut key, field(&mut rest)?);
    }
    let (_serial_and_type, mut rest) = rest.split_at_checked(12)?;
    let (_id, _principals) = (field(&mut rest)?, field(&mut rest)?);
    let (_from_and_until, mut rest) = rest.split_at_checked(16)?;
    for _ in ["critical options", "extensions", "reserved", "the authority's key", "signature"] {
        field(&mut rest)?;
    }
    (named == algorithm.as_bytes() && rest.is_empty()).then_some(key)
}

/// The type of the key, and how many fields it has.
fn plain(algorithm: &str) -> Option<(String, usize)> {
    let name = algorithm.replace(MARK, "");
    let name = if name.starts_with("sk-") { name } else { name.replace("@openssh.com", "") };
    let count = match name.as_str() {
        "ssh-ed25519" => 1,
        "ssh-rsa" | "sk-ssh-ed25519@openssh.com" => 2,
        "ssh-dss" => 4,
        "sk-ecdsa-sha2-nistp256@openssh.com" => 3,
        _ if name.starts_with("ecdsa-sha2-") => 2,
        _ => return None,
    };
    Some((name, count))
}

fn push(key: &mut Vec<u8>, field: &[u8]) {
    // It was read with a length of 32 bits.
    key.extend(u32::try_from(field.len()).unwrap_or_default().to_be_bytes());
    key.extend(field);
}
