//! A release for one host.

use std::collections::BTreeMap;

use nixfleet_release::plan::OnFailure;
use nixfleet_release::{Document, Entry, FORMAT, Hash, Head, Key, NAMESPACE, Signers};
use serde_json::json;
use ssh_key::private::{Ed25519Keypair, KeypairData};
use ssh_key::{HashAlg, LineEnding, PrivateKey};

pub fn private(seed: u8) -> PrivateKey {
    let pair = Ed25519Keypair::from_seed(&[seed; 32]);
    PrivateKey::new(KeypairData::Ed25519(pair), "test").unwrap()
}

pub fn public(seed: u8) -> Key {
    private(seed).public_key().to_openssh().unwrap().parse().unwrap()
}

/// A release for the host `web-01`, whose key is of seed 3: the signer's seed, and its name in it.
pub fn release(sequence: u64, signer: u8, name: &str) -> BTreeMap<String, Vec<u8>> {
    let entry = Document::write(&Entry {
        format: FORMAT,
        name: name.into(),
        host_key: Some(public(3)),
        platform: "x86_64-linux".into(),
        system: "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-nixos".parse().unwrap(),
        closure: Hash::of(b"closure"),
        closure_size: None,
        wave: Some("rest".into()),
        tags: vec![],
        salt: "salt".into(),
    })
    .unwrap();
    let wave = |name| json!({ "name": name, "soak": "10d" });
    let head = Document::write(&Head {
        format: FORMAT,
        fleet: "home".into(),
        sequence,
        created: "2100-01-01T00:00:00Z".parse().unwrap(),
        expires: None,
        previous: None,
        revision: None,
        signers: Signers { keys: vec![public(1)], threshold: 1 },
        rotations: vec![],
        caches: vec![],
        waves: serde_json::from_value(json!([wave("canary"), wave("rest")])).unwrap(),
        budgets: vec![],
        on_failure: OnFailure::Halt,
        hosts: [("web-01".to_owned(), entry.hash())].into(),
    })
    .unwrap();
    let signature = private(signer).sign(NAMESPACE, HashAlg::Sha512, head.bytes()).unwrap();
    [
        ("release.json".to_owned(), head.bytes().to_vec()),
        ("release.json.sig".to_owned(), signature.to_pem(LineEnding::LF).unwrap().into_bytes()),
        ("hosts/web-01.json".to_owned(), entry.bytes().to_vec()),
    ]
    .into()
}
