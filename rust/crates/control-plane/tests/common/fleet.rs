//! A fleet whose releases are signed.

use std::collections::BTreeMap;

use nixfleet_release::{Document, Entry, FORMAT, Hash, Head, Key, NAMESPACE, Signers, entry_file};
use serde_json::Value;
use ssh_key::private::{Ed25519Keypair, KeypairData};
use ssh_key::{HashAlg, LineEnding, PrivateKey};

pub fn private(seed: u8) -> PrivateKey {
    let pair = Ed25519Keypair::from_seed(&[seed; 32]);
    PrivateKey::new(KeypairData::Ed25519(pair), "test").unwrap()
}

pub fn public(seed: u8) -> Key {
    private(seed).public_key().to_openssh().unwrap().parse().unwrap()
}

/// The path of what a release has for a host.
pub fn system(host: &str, sequence: u64) -> String {
    format!(
        "/nix/store/{}-nixos-system-{host}-26.05.{sequence}",
        "0123456789abcdfghijklmnpqrsvwxyz"
            .chars()
            .cycle()
            .skip(usize::try_from(sequence % 32).unwrap())
            .take(32)
            .collect::<String>()
    )
}

/// A fleet: its hosts with their waves, in which each host's key follows from its place.
pub struct Fleet {
    pub hosts: Vec<(String, String)>,
    pub waves: Value,
    pub salt: String,
    /// The keys of hosts that have another.
    pub keys: BTreeMap<String, u8>,
    /// The hosts that have none.
    pub without_key: Vec<String>,
    /// Who may make the next release, and the releases that changed that.
    pub signers: Vec<u8>,
    pub rotations: Vec<u64>,
}

impl Fleet {
    pub fn of(hosts: &[(&str, &str)], waves: Value) -> Self {
        let hosts = hosts.iter().map(|(name, wave)| ((*name).into(), (*wave).into())).collect();
        Self {
            hosts,
            waves,
            salt: "salt".into(),
            keys: BTreeMap::new(),
            without_key: vec![],
            signers: vec![1],
            rotations: vec![],
        }
    }

    pub fn seed(&self, host: &str) -> u8 {
        if let Some(key) = self.keys.get(host) {
            return *key;
        }
        100 + u8::try_from(self.hosts.iter().position(|it| it.0 == host).unwrap()).unwrap()
    }

    /// A release, signed by the key of seed 1.
    pub fn release(&self, sequence: u64) -> BTreeMap<String, String> {
        self.release_by(sequence, "home", 1)
    }

    pub fn release_by(&self, sequence: u64, fleet: &str, signer: u8) -> BTreeMap<String, String> {
        self.signed(sequence, fleet, &[signer])
    }

    pub fn signed(&self, sequence: u64, fleet: &str, by: &[u8]) -> BTreeMap<String, String> {
        let mut files = BTreeMap::new();
        let mut hashes = BTreeMap::new();
        for (name, wave) in &self.hosts {
            let entry = Entry {
                format: FORMAT,
                name: name.clone(),
                host_key: (!self.without_key.contains(name)).then(|| public(self.seed(name))),
                platform: "x86_64-linux".into(),
                system: system(name, sequence).parse().unwrap(),
                closure: Hash::of(b"closure"),
                closure_size: None,
                wave: Some(wave.clone()),
                tags: vec![name.split('-').next().unwrap_or_default().to_owned()],
                salt: self.salt.clone(),
            };
            let document = Document::write(&entry).unwrap();
            hashes.insert(name.clone(), document.hash());
            files.insert(entry_file(name), String::from_utf8(document.bytes().to_vec()).unwrap());
        }
        let head = Head {
            format: FORMAT,
            fleet: fleet.into(),
            sequence,
            created: "2026-11-25T12:00:00Z".parse().unwrap(),
            expires: None,
            previous: None,
            revision: None,
            signers: Signers {
                keys: self.signers.iter().map(|it| public(*it)).collect(),
                threshold: 1,
            },
            rotations: self.rotations.clone(),
            caches: vec![],
            waves: serde_json::from_value(self.waves.clone()).unwrap(),
            budgets: vec![],
            on_failure: nixfleet_release::plan::OnFailure::default(),
            hosts: hashes,
        };
        let head = Document::write(&head).unwrap();
        let sign = |by: &u8| {
            let signature = private(*by).sign(NAMESPACE, HashAlg::Sha512, head.bytes()).unwrap();
            signature.to_pem(LineEnding::LF).unwrap()
        };
        files.insert("release.json.sig".into(), by.iter().map(sign).collect());
        files.insert("release.json".into(), String::from_utf8(head.bytes().to_vec()).unwrap());
        files
    }
}
