//! A fleet of as many hosts as somebody likes: host keys by number, and releases.

use std::collections::BTreeMap;

use nixfleet_release::{Document, Entry, FORMAT, Hash, Head, Key, NAMESPACE, Signers, entry_file};
use ssh_key::private::{Ed25519Keypair, KeypairData};
use ssh_key::{HashAlg, LineEnding, PrivateKey};

use crate::Failure;

pub fn seed(number: usize) -> [u8; 32] {
    let mut seed = [7; 32];
    seed[..8].copy_from_slice(&(number as u64).to_le_bytes());
    seed
}

pub fn private(number: usize) -> Result<PrivateKey, ssh_key::Error> {
    PrivateKey::new(KeypairData::Ed25519(Ed25519Keypair::from_seed(&seed(number))), "")
}

pub fn public(number: usize) -> Result<Key, Failure> {
    Ok(private(number)?.public_key().to_openssh()?.parse()?)
}

pub fn name(number: usize) -> String {
    format!("web-{number:05}")
}

/// A release: the keys of people and of the control plane are those behind the hosts'.
pub fn release(hosts: usize, sequence: u64) -> Result<Vec<u8>, Failure> {
    let (mut files, mut hashes) = (BTreeMap::new(), BTreeMap::new());
    for number in 0..hosts {
        let entry = Document::write(&Entry {
            format: FORMAT,
            name: name(number),
            host_key: Some(public(number)?),
            platform: "x86_64-linux".into(),
            system: format!("/nix/store/0123456789abcdfghijklmnpqrsvwxyz-nixos-{sequence}")
                .parse()?,
            closure: Hash::of(b"closure"),
            closure_size: None,
            wave: Some(if number == 0 { "canary" } else { "rest" }.into()),
            tags: vec!["web".into()],
            salt: "salt".into(),
        })?;
        hashes.insert(name(number), entry.hash());
        files.insert(entry_file(&name(number)), String::from_utf8(entry.bytes().to_vec())?);
    }
    let head = Document::write(&Head {
        format: FORMAT,
        fleet: "load".into(),
        sequence,
        created: jiff::Timestamp::now(),
        expires: None,
        previous: None,
        revision: None,
        signers: Signers { keys: vec![public(hosts)?], threshold: 1 },
        rotations: vec![],
        caches: vec![],
        waves: serde_json::from_value(
            serde_json::json!([{ "name": "canary" }, { "name": "rest" }]),
        )?,
        budgets: vec![],
        on_failure: nixfleet_release::plan::OnFailure::Halt,
        hosts: hashes,
    })?;
    let signature = private(hosts)?.sign(NAMESPACE, HashAlg::Sha512, head.bytes())?;
    files.insert("release.json.sig".into(), signature.to_pem(LineEnding::LF)?);
    files.insert("release.json".into(), String::from_utf8(head.bytes().to_vec())?);
    Ok(serde_json::to_vec(&files)?)
}
