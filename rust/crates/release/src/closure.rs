//! One hash over a whole closure.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::str::FromStr;

use base64ct::{Base64, Encoding};
use nixfleet_nix::StorePath;
use thiserror::Error;

use crate::hash::Hash;

/// The letters of Nix's base 32.
const BASE32: &[u8; 32] = b"0123456789abcdfghijklmnpqrsvwxyz";

/// The SHA-256 of a store path's content, as Nix keeps it: its `narHash`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NarHash([u8; 32]);

/// A text that is no `narHash`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("it is no hash of Nix's, as `sha256-…=` or `sha256:…`")]
pub struct NarHashError;

/// Reads what `nix path-info --json` has, `sha256-` and base64, and what `nix-store --query --hash`
/// prints, `sha256:` and Nix's base 32.
impl FromStr for NarHash {
    type Err = NarHashError;

    fn from_str(text: &str) -> Result<Self, NarHashError> {
        let hash = if let Some(letters) = text.strip_prefix("sha256-") {
            Base64::decode_vec(letters).ok()
        } else {
            text.strip_prefix("sha256:").and_then(base32)
        };
        hash.and_then(|it| it.try_into().ok()).map(Self).ok_or(NarHashError)
    }
}

/// Nix's base 32: 5 bits a letter, the last letter first (`libutil/hash.cc`).
fn base32(letters: &str) -> Option<Vec<u8>> {
    let (letters, mut bytes) = (letters.as_bytes(), vec![0_u8; 32]);
    if letters.len() != 52 {
        return None;
    }
    for (at, letter) in letters.iter().rev().enumerate() {
        let digit = BASE32.iter().position(|it| it == letter)?;
        let (byte, bit) = (at * 5 / 8, at * 5 % 8);
        let shifted = digit << bit;
        bytes[byte] |= u8::try_from(shifted & 0xff).ok()?;
        let carry = u8::try_from(shifted >> 8).ok()?;
        match bytes.get_mut(byte + 1) {
            Some(next) => *next |= carry,
            None if carry == 0 => {}
            None => return None,
        }
    }
    Some(bytes)
}

/// The hash over a closure: over a line `<path> <narHash in hexadecimal digits>` for each of its
/// paths, by path. So it is the same whatever a store signs, compresses or calls its content.
///
/// `nix path-info --recursive --json SYSTEM` has what it is made of.
#[must_use]
pub fn closure_hash(paths: &BTreeMap<StorePath, NarHash>) -> Hash {
    let mut lines = String::with_capacity(paths.len() * 128);
    for (path, NarHash(hash)) in paths {
        lines.push_str(path.as_str());
        lines.push(' ');
        for byte in hash {
            let _ = write!(lines, "{byte:02x}");
        }
        lines.push('\n');
    }
    Hash::of(lines.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `nix hash convert` of the hash of nothing.
    #[test]
    fn a_nar_hash_is_read_in_either_way_that_nix_writes_it() {
        let empty = NarHash(*Hash::of(b"").as_bytes());
        assert_eq!("sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=".parse(), Ok(empty));
        assert_eq!(
            "sha256:0mdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73".parse(),
            Ok(empty)
        );
        for text in ["", "sha256:", "sha256-", "sha1-AA==", &format!("sha256:{}", "z".repeat(52))] {
            assert_eq!(text.parse::<NarHash>(), Err(NarHashError), "{text}");
        }
    }

    #[test]
    fn the_hash_of_a_closure_is_over_lines_of_paths_and_hashes() {
        let path = "/nix/store/00bgd045z0d4icpbc2yyz4gx48ak44la-net-tools-1.60";
        let paths = BTreeMap::from([(path.parse().unwrap(), NarHash([0xab; 32]))]);
        let line = format!("{path} {}\n", "ab".repeat(32));
        assert_eq!(closure_hash(&paths), Hash::of(line.as_bytes()));
    }
}
