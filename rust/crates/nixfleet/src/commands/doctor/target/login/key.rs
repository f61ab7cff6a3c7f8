//! A key, as `ssh -v` names it.

/// The file, or the comment of an agent's key, and the fingerprint.
pub fn described(key: &str) -> String {
    let (file, fingerprint) = split(key);
    if fingerprint.is_empty() { file.to_owned() } else { format!("{file} ({fingerprint})") }
}

pub fn file_of(key: &str) -> &str {
    split(key).0
}

/// `~/.ssh/id_ed25519 ED25519 SHA256:… explicit agent`, or the file alone. Both may have blanks.
fn split(key: &str) -> (&str, &str) {
    let Some(at) = key.rfind(" SHA256:") else { return (key, "") };
    let end = key[at + 1..].find(' ').map_or(key.len(), |length| at + 1 + length);
    let key = &key[..end];
    key[..at].rfind(' ').map_or((key, ""), |before| (&key[..before], &key[before + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_told_from_what_ssh_says_of_it() {
        for (key, file, fingerprint) in [
            ("/a b ED25519 SHA256:1", "/a b", "ED25519 SHA256:1"),
            ("/a ED25519 SHA256:1 explicit agent", "/a", "ED25519 SHA256:1"),
            ("/a ED25519-SK SHA256:1 explicit authenticator agent", "/a", "ED25519-SK SHA256:1"),
            ("my agent RSA SHA256:1 token", "my agent", "RSA SHA256:1"),
            ("~/.ssh/deploy-agent", "~/.ssh/deploy-agent", ""),
            // An agent's key without a comment.
            ("ED25519 SHA256:1 agent", "ED25519 SHA256:1", ""),
        ] {
            assert_eq!(split(key), (file, fingerprint));
        }
    }
}
