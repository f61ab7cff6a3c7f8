//! Any line is a public key or an error, any file a private key or none: as it comes, and as what
//! base64 holds, where chance would not get to.

use base64ct::{Base64, Encoding};
use nixfleet_inventory::keys::{PublicKey, read_public_half};

/// Reading a key file ends where its public half must have ended.
const LIMIT: usize = 16 * 1024;

/// A line of a key, or a key file.
pub fn any(bytes: &[u8]) {
    if let Ok(line) = std::str::from_utf8(bytes) {
        public(line);
    }
    let body = Base64::encode_string(bytes);
    for algorithm in ["ssh-ed25519", "ssh-rsa", "ssh-ed25519-cert-v01@openssh.com"] {
        public(&format!("command=\"true \\\" x\" {algorithm} {body} me"));
    }
    private(bytes);
    private(format!("-----BEGIN OPENSSH PRIVATE KEY-----\n{body}\n").as_bytes());
    let _ = PublicKey::from_blob(bytes, "");
}

fn public(line: &str) {
    match PublicKey::parse(line) {
        Ok(key) => {
            assert!(key.fingerprint().starts_with("SHA256:"));
            let _ = (key.rsa_bits(), key.to_string());
        }
        // The line may be a private key that was pasted: no message may have a part of it.
        Err(error) => assert!(!error.to_string().contains("BEGIN")),
    }
}

fn private(file: &[u8]) {
    let mut rest = file;
    let _ = read_public_half(&mut rest);
    assert!(file.len() - rest.len() <= LIMIT);
}
