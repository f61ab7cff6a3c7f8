//! Any file has signatures or none, and none is by a key that did not sign: as it comes, and as what
//! base64 holds, where chance would not get to.

use base64ct::{Base64, Encoding};
use nixfleet_release::{Key, Signatures};

/// The keys of `seeds/signature`, which signed `the head`.
const KEYS: &str = include_str!("../../../fuzz/seeds/keys.pub");

/// A file of signatures.
pub fn any(bytes: &[u8]) {
    verified(bytes);
    // In front of what is fuzzed stands what every signature begins with.
    let blob = [b"SSHSIG\0\0\0\x01", bytes].concat();
    for body in [Base64::encode_string(bytes), Base64::encode_string(&blob)] {
        verified(
            format!("-----BEGIN SSH SIGNATURE-----\n{body}\n-----END SSH SIGNATURE-----")
                .as_bytes(),
        );
    }
}

fn verified(file: &[u8]) {
    let Ok(signatures) = Signatures::read(file) else { return };
    let keys: Vec<Key> = KEYS.lines().map(|it| it.parse().expect("a key")).collect();
    // The seeds are over `the head`: over other bytes nothing is signed, whatever the file says.
    let (signers, flaws) = signatures.by(&keys, b"another head");
    assert!(signers.is_empty() && flaws.len() == signatures.count());
    assert!(!flaws.iter().any(|it| it.to_string().chars().any(char::is_control)));
}
