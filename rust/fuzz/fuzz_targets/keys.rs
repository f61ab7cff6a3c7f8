//! Any line is a public key or an error, any file a private key or none.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nixfleet_inventory::keys::{PublicKey, read_public_half};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(line) = std::str::from_utf8(bytes) {
        if let Ok(key) = PublicKey::parse(line) {
            let _ = (key.fingerprint(), key.rsa_bits(), key.to_string());
        }
    }
    let mut file = bytes;
    let _ = read_public_half(&mut file);
    let _ = PublicKey::from_blob(bytes, "");
});
