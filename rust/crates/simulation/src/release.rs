//! Releases, signed as real ones are.

use std::collections::BTreeMap;

use fastrand::Rng;
use jiff::Timestamp;
use nixfleet_control_plane::shelf::Files;
use nixfleet_release::plan::{Budget, OnFailure, Wave};
use nixfleet_release::{
    Document, Entry, FORMAT, HEAD_FILE, Hash, Head, Key, NAMESPACE, SIGNATURES_FILE, Signers,
    entry_file,
};
use serde_json::json;
use ssh_key::private::{Ed25519Keypair, KeypairData};
use ssh_key::{HashAlg, LineEnding, PrivateKey};

/// The fleet's name.
pub const FLEET: &str = "simulated";

/// The plan of a fleet, alike in all its releases: which host is in which wave, and how many may go.
#[derive(Debug, Clone)]
pub struct Shape {
    pub waves: Vec<Wave>,
    pub budgets: Vec<Budget>,
    pub hosts: Vec<(String, Option<String>, Vec<String>)>,
}

/// A release that was made.
#[derive(Debug, Clone)]
pub struct Release {
    pub sequence: u64,
    pub hash: Hash,
    pub files: Files,
    pub systems: BTreeMap<String, String>,
}

/// Whose keys there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    Fleet = 7,
    Stranger = 9,
}

fn private(owner: Owner) -> PrivateKey {
    let pair = Ed25519Keypair::from_seed(&[owner as u8; 32]);
    PrivateKey::new(KeypairData::Ed25519(pair), "releases").expect("a key pair of one seed")
}

/// Who may release.
pub fn signers() -> Signers {
    signed_by(Owner::Fleet)
}

fn signed_by(owner: Owner) -> Signers {
    let key = private(owner).public_key().to_openssh().expect("a key is written");
    Signers { keys: vec![key.parse::<Key>().expect("a key is read")], threshold: 1 }
}

impl Shape {
    pub fn of(rng: &mut Rng, hosts: usize) -> Self {
        let count = rng.usize(0..4);
        // One after the other, ten thousand would take weeks.
        let some = hosts.div_ceil(50);
        let share = |rng: &mut Rng| match rng.u8(0..3) {
            0 => json!(null),
            1 => json!(rng.usize(1..4) * some),
            _ => json!(format!("{}%", rng.u32(1..=100))),
        };
        let waves = (0..count).map(|at| {
            let (at_most, need) = (share(rng), share(rng));
            let soak = format!("{}m", rng.u32(0..60));
            let wave =
                json!({ "name": format!("w{at}"), "atMost": at_most, "need": need, "soak": soak });
            serde_json::from_value(wave).expect("a wave")
        });
        let waves: Vec<Wave> = waves.collect();
        let budgets = (0..rng.usize(0..3)).map(|at| {
            let budget = json!({ "tags": [format!("t{at}")], "atMost": rng.usize(1..3) * some });
            serde_json::from_value(budget).expect("a budget")
        });
        let budgets = budgets.collect();
        let hosts = (0..hosts).map(|at| {
            // Few are canaries.
            let wave = if at < hosts.div_ceil(20) { 0 } else { rng.usize(0..count.max(1)) };
            let wave = (count > 0).then(|| format!("w{wave}"));
            (format!("h{at:05}"), wave, vec![format!("t{}", rng.u8(0..4))])
        });
        let hosts = hosts.collect();
        Self { waves, budgets, hosts }
    }

    pub fn release(&self, sequence: u64, created: Timestamp, back: bool) -> Release {
        self.made_by(Owner::Fleet, sequence, created, back)
    }

    /// One that somebody made who may not, newer than all others.
    pub fn forged(&self, created: Timestamp) -> Release {
        self.made_by(Owner::Stranger, 1_000, created, false)
    }

    fn made_by(&self, owner: Owner, sequence: u64, created: Timestamp, back: bool) -> Release {
        let (mut files, mut hashes) = (Files::new(), BTreeMap::new());
        let mut systems = BTreeMap::new();
        for (name, wave, tags) in &self.hosts {
            let system = system(name, sequence);
            let entry = Entry {
                format: FORMAT,
                name: name.clone(),
                host_key: None,
                platform: "x86_64-linux".into(),
                system: system.parse().expect("a store path"),
                closure: Hash::of(b"closure"),
                closure_size: None,
                wave: wave.clone(),
                tags: tags.clone(),
                salt: "salt".into(),
            };
            let document = Document::write(&entry).expect("an entry is written");
            hashes.insert(name.clone(), document.hash());
            files.insert(entry_file(name), document.bytes().to_vec().into());
            systems.insert(name.clone(), system);
        }
        let head = Head {
            format: FORMAT,
            fleet: FLEET.into(),
            sequence,
            created,
            expires: None,
            previous: None,
            revision: None,
            signers: signed_by(owner),
            rotations: vec![],
            caches: vec![],
            waves: self.waves.clone(),
            budgets: self.budgets.clone(),
            on_failure: if back { OnFailure::Rollback } else { OnFailure::Halt },
            hosts: hashes,
        };
        let head = Document::write(&head).expect("a head is written");
        let signature = private(owner).sign(NAMESPACE, HashAlg::Sha512, head.bytes());
        let signature = signature.and_then(|it| it.to_pem(LineEnding::LF)).expect("a signature");
        files.insert(SIGNATURES_FILE.into(), signature.into_bytes().into());
        files.insert(HEAD_FILE.into(), head.bytes().to_vec().into());
        Release { sequence, hash: head.hash(), files, systems }
    }
}

/// The store path that a release has for a host.
pub fn system(host: &str, sequence: u64) -> String {
    const LETTERS: &str = "0123456789abcdfghijklmnpqrsvwxyz";
    let at = usize::try_from(sequence % 32).unwrap_or(0);
    let hash: String = LETTERS.chars().cycle().skip(at).take(32).collect();
    format!("/nix/store/{hash}-nixos-system-{host}-{sequence}")
}
