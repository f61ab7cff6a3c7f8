//! The public half of a private key file. OpenSSH's format has it in clear at the front, also when
//! a passphrase guards the rest (PROTOCOL.key in its sources), so reading stops there.

use std::io::Read;

use base64ct::{Base64Unpadded, Encoding};
use zeroize::Zeroizing;

use super::PublicKey;

/// What a private key file tells without its private part.
#[derive(Debug)]
pub struct Half {
    /// The public half; `None` in formats that do not have it in clear.
    pub public: Option<PublicKey>,
    /// Whether a passphrase guards the private half.
    pub encrypted: bool,
    /// Whether its lines end with a carriage return as well, as on Windows.
    pub has_carriage_returns: bool,
}

/// What is read at a time: about a line.
const STEP: usize = 64;
/// Where reading ends in any case: twice the longest RSA key that OpenSSH makes.
const LIMIT: usize = 8 * 1024;

const OPENSSH: &[u8] = b"-----BEGIN OPENSSH PRIVATE KEY-----";
const MAGIC: &[u8] = b"openssh-key-v1\0";

/// Reads as much of a key file as tells its public half; `None` when it is no private key.
#[must_use]
pub fn read_public_half(file: &mut dyn Read) -> Option<Half> {
    let mut text = Zeroizing::new(Vec::with_capacity(LIMIT));
    let mut step = Zeroizing::new([0; STEP]);
    while text.len() + STEP <= LIMIT {
        let count = file.read(&mut *step).ok()?;
        text.extend_from_slice(&step[..count]);
        if !text.starts_with(&b"-----BEGIN "[..text.len().min(11)]) {
            return None;
        }
        if text.len() >= OPENSSH.len() && !text.starts_with(OPENSSH) {
            return older_format(file, &text);
        }
        if let Some(half) = openssh_format(&text) {
            return Some(half);
        }
        if count == 0 {
            return None;
        }
    }
    None
}

/// PEM and PKCS 8: all is within the encrypted part, but for the fact that it is encrypted.
fn older_format(file: &mut dyn Read, start: &[u8]) -> Option<Half> {
    let mut more = Zeroizing::new([0; STEP]);
    let count = file.read(&mut *more).ok()?;
    let text = Zeroizing::new([start, &more[..count]].concat());
    let text = Zeroizing::new(String::from_utf8_lossy(&text).into_owned());
    let is_key = text.lines().next()?.contains("PRIVATE KEY-----");
    let encrypted = text.contains("ENCRYPTED");
    is_key.then(|| Half { public: None, encrypted, has_carriage_returns: text.contains('\r') })
}

/// `None` also when the text does not reach to the end of the public half yet.
fn openssh_format(text: &[u8]) -> Option<Half> {
    let body = text.get(OPENSSH.len()..)?;
    let letters = body.iter().copied().filter(|byte| !byte.is_ascii_whitespace());
    let mut letters = Zeroizing::new(letters.take_while(|byte| *byte != b'-').collect::<Vec<_>>());
    let whole = letters.len() / 4 * 4;
    letters.truncate(whole);
    let letters = std::str::from_utf8(&letters).ok()?.trim_end_matches('=');
    let data = Zeroizing::new(Base64Unpadded::decode_vec(letters).ok()?);
    let mut rest = data.strip_prefix(MAGIC)?;
    let cipher = field(&mut rest)?;
    let (_kdf, _kdf_options) = (field(&mut rest)?, field(&mut rest)?);
    let (_count, mut rest) = rest.split_at_checked(4)?;
    let public = PublicKey::from_blob(field(&mut rest)?, "")?;
    let has_carriage_returns = body.starts_with(b"\r");
    Some(Half { public: Some(public), encrypted: cipher != b"none", has_carriage_returns })
}

/// The next field of SSH's wire form: its length, then itself.
pub(super) fn field<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, after) = rest.split_first_chunk::<4>()?;
    let (field, after) =
        after.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
    *rest = after;
    Some(field)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(mut text: &[u8]) -> Option<(Half, usize)> {
        let half = read_public_half(&mut text)?;
        Some((half, text.len()))
    }

    #[test]
    fn the_public_half_is_read_and_no_more() {
        let text = include_bytes!("../../tests/keys/ed25519");
        let (half, unread) = read(text).unwrap();
        let public = PublicKey::parse(include_str!("../../tests/keys/ed25519.pub")).unwrap();
        assert_eq!(half.public, Some(public));
        assert!(!half.encrypted);
        assert!(unread > 150, "{unread} bytes left");
    }

    #[test]
    fn a_passphrase_is_seen() {
        let (half, _) = read(include_bytes!("../../tests/keys/encrypted")).unwrap();
        assert!(half.encrypted && half.public.is_some());
        let pem = b"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: x\n\nAAAA\n";
        let (half, _) = read(pem).unwrap();
        assert!(half.encrypted && half.public.is_none());
    }

    #[test]
    fn other_files_are_no_keys() {
        for text in [
            "",
            "Host *\n",
            "-----BEGIN CERTIFICATE-----\nAAAA\n",
            "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl",
        ] {
            assert!(read(text.as_bytes()).is_none(), "{text}");
        }
    }
}
