//! Keys, heads, entries and signatures for tests, made from seeds: the same every time.
#![allow(dead_code, reason = "each test takes what it needs")]

use std::collections::BTreeMap;

use jiff::Timestamp;
use nixfleet_release::plan::OnFailure;
use nixfleet_release::{
    Document, Entry, FORMAT, Hash, Head, Key, NAMESPACE, Seen, Signers, Trust, entry_file,
};
use sha2::{Digest, Sha256};
use ssh_key::private::Ed25519Keypair;
use ssh_key::public::{KeyData, SkEd25519};
use ssh_key::{Algorithm, HashAlg, LineEnding, PrivateKey, PublicKey, Signature, SshSig};

/// A person who signs: their key is made from a number.
pub struct Signer(PrivateKey);

impl Signer {
    pub fn new(seed: u8) -> Self {
        Self(PrivateKey::from(Ed25519Keypair::from_seed(&[seed; 32])))
    }

    pub fn key(&self) -> Key {
        self.0.public_key().to_openssh().unwrap().parse().unwrap()
    }

    pub fn sign(&self, bytes: &[u8]) -> String {
        self.sign_for(NAMESPACE, bytes)
    }

    pub fn sign_for(&self, namespace: &str, bytes: &[u8]) -> String {
        let signature = self.0.sign(namespace, HashAlg::Sha512, bytes).unwrap();
        signature.to_pem(LineEnding::LF).unwrap()
    }
}

/// A security key, of the same kind: PROTOCOL.u2f of OpenSSH says what it signs.
pub struct Hardware(Ed25519Keypair);

impl Hardware {
    pub fn new(seed: u8) -> Self {
        Self(Ed25519Keypair::from_seed(&[seed; 32]))
    }

    fn public(&self) -> KeyData {
        KeyData::SkEd25519(SkEd25519::new(self.0.public, "ssh:"))
    }

    pub fn line(&self) -> String {
        PublicKey::from(self.public()).to_openssh().unwrap()
    }

    pub fn key(&self) -> Key {
        self.line().parse().unwrap()
    }

    pub fn sign(&self, bytes: &[u8], flags: u8) -> String {
        let message = SshSig::signed_data(NAMESPACE, HashAlg::Sha512, bytes).unwrap();
        let trailer = [flags, 0, 0, 0, 7];
        let signed =
            [&Sha256::digest("ssh:")[..], &trailer[..], &Sha256::digest(&message)[..]].concat();
        let plain: Signature = signature::Signer::try_sign(&self.0, &signed).unwrap();
        let all = [plain.as_bytes(), &trailer[..]].concat();
        let signature = Signature::new(Algorithm::SkEd25519, all).unwrap();
        let signature = SshSig::new(self.public(), NAMESPACE, HashAlg::Sha512, signature).unwrap();
        signature.to_pem(LineEnding::LF).unwrap()
    }
}

pub const SYSTEM: &str = "/nix/store/00bgd045z0d4icpbc2yyz4gx48ak44la-nixos-system-web-01-26.05";

pub fn entry(name: &str) -> Entry {
    Entry {
        format: FORMAT,
        name: name.to_owned(),
        host_key: Some(Signer::new(100).key()),
        platform: "x86_64-linux".to_owned(),
        system: SYSTEM.parse().unwrap(),
        closure: Hash::of(b"closure"),
        closure_size: Some(1 << 30),
        wave: None,
        tags: Vec::new(),
        salt: "c2FsdHNhbHRzYWx0c2FsdA".to_owned(),
    }
}

pub fn head(sequence: u64, signers: &Signers) -> Head {
    let web = Document::write(&entry("web-01")).unwrap();
    assert_eq!(entry_file("web-01"), "hosts/web-01.json");
    Head {
        format: FORMAT,
        fleet: "demo".to_owned(),
        sequence,
        created: at("2026-01-10T00:00:00Z"),
        expires: None,
        previous: None,
        revision: None,
        signers: signers.clone(),
        rotations: Vec::new(),
        caches: Vec::new(),
        waves: Vec::new(),
        budgets: Vec::new(),
        on_failure: OnFailure::Halt,
        hosts: BTreeMap::from([("web-01".to_owned(), web.hash())]),
    }
}

pub fn bytes(head: &Head) -> Vec<u8> {
    Document::write(head).unwrap().bytes().to_vec()
}

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn signers(threshold: usize, seeds: &[u8]) -> Signers {
    Signers { keys: seeds.iter().map(|it| Signer::new(*it).key()).collect(), threshold }
}

/// What a host of the fleet knows: the signers, and that it has seen the release of this number.
pub fn trust(signers: Signers, seen: Option<u64>) -> Trust {
    let seen = seen.map(|sequence| Seen { sequence, hash: Hash::of(b"seen") });
    Trust { fleet: "demo".to_owned(), signers, floor: 0, seen }
}

pub fn signed(bytes: &[u8], seeds: &[u8]) -> Vec<u8> {
    seeds.iter().map(|it| Signer::new(*it).sign(bytes)).collect::<String>().into_bytes()
}
