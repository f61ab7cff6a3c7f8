//! The keys that the SSH agent holds (draft-ietf-sshm-ssh-agent, "Requesting a list of keys").

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use super::PublicKey;
use super::private::field;

const REQUEST_IDENTITIES: u8 = 11;
const IDENTITIES_ANSWER: u8 = 12;
const LONGEST_ANSWER: u32 = 256 * 1024;
/// An agent that does not answer within this is none.
const PATIENCE: Duration = Duration::from_millis(500);

/// The agent's public keys; none when there is no agent.
pub fn public_keys() -> Vec<PublicKey> {
    ask().map(|answer| parse(&answer)).unwrap_or_default()
}

fn ask() -> Option<Vec<u8>> {
    let mut agent = UnixStream::connect(std::env::var_os("SSH_AUTH_SOCK")?).ok()?;
    agent.set_read_timeout(Some(PATIENCE)).ok()?;
    agent.set_write_timeout(Some(PATIENCE)).ok()?;
    agent.write_all(&[0, 0, 0, 1, REQUEST_IDENTITIES]).ok()?;
    let mut length = [0; 4];
    agent.read_exact(&mut length).ok()?;
    let length = u32::from_be_bytes(length);
    let mut answer = vec![0; usize::try_from(length.min(LONGEST_ANSWER)).ok()?];
    agent.read_exact(&mut answer).ok()?;
    Some(answer)
}

fn parse(answer: &[u8]) -> Vec<PublicKey> {
    let Some((&[IDENTITIES_ANSWER, _, _, _, _], mut rest)) = answer.split_first_chunk::<5>() else {
        return Vec::new();
    };
    let mut keys = Vec::new();
    while let (Some(blob), Some(comment)) = (field(&mut rest), field(&mut rest)) {
        keys.extend(PublicKey::from_blob(blob, &String::from_utf8_lossy(comment)));
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_lists_keys_with_their_comments() {
        let key = ssh_key::PublicKey::from_openssh(include_str!("../../tests/keys/ed25519.pub"));
        let blob = key.unwrap().to_bytes().unwrap();
        let mut answer = vec![IDENTITIES_ANSWER, 0, 0, 0, 1];
        for field in [&blob[..], b"me"] {
            answer.extend(u32::try_from(field.len()).unwrap().to_be_bytes());
            answer.extend(field);
        }
        let keys = parse(&answer);
        assert_eq!(keys.len(), 1);
        assert_eq!(keys[0].comment(), "me");
        assert!(parse(&answer[..20]).is_empty());
        assert!(parse(&[5]).is_empty());
    }
}
