//! Signatures by `ssh-keygen -Y sign`: it knows key files and their passphrases, the agent, and
//! security keys, and whoever has one of them has it.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use nixfleet_inventory::keys::{Identity, Source, identities};
use nixfleet_release::{Key, NAMESPACE, Signatures};

use crate::error::Trouble;

/// A key that can sign, and where `ssh-keygen` finds it.
pub struct Signer {
    key: Key,
    place: Place,
}

enum Place {
    /// A private key, or the public half of one in the agent.
    File(PathBuf),
    /// The agent.
    Agent,
}

/// Those of the keys that are to sign: the ones that were named, else the first that is here.
pub fn signers(allowed: &[Key], named: &[PathBuf]) -> Result<Vec<Signer>, Trouble> {
    if named.is_empty() {
        let here = identities(&[]);
        let found = allowed.iter().find_map(|key| Some(signer(key, here.iter().find(is(key))?)));
        let lacking = || Trouble::NoKey(allowed.iter().map(ToString::to_string).collect());
        return Ok(vec![found.ok_or_else(lacking)?]);
    }
    let here = identities(named);
    let signer = |path: &PathBuf| {
        let key = known(allowed, &here, path)?;
        let key = key.ok_or_else(|| Trouble::NotASigner(path.display().to_string()))?;
        Ok(Signer { key, place: Place::File(path.clone()) })
    };
    named.iter().map(signer).collect()
}

/// As [`signers`], and a key that is named may be of nobody that is known: who changes the keys asks
/// those who had them, and their machine may never have seen this release.
pub fn anyone(allowed: &[Key], named: &[PathBuf]) -> Result<Vec<Signer>, Trouble> {
    let beside = |path: &PathBuf| {
        let named = [path.with_extension("pub"), path.clone()];
        named.iter().find_map(|it| fs::read_to_string(it).ok()?.parse::<Key>().ok())
    };
    let mut all = allowed.to_vec();
    all.extend(named.iter().filter_map(beside));
    signers(&all, named)
}

/// The key whose private half, or whose public half, is in a file.
fn known(allowed: &[Key], here: &[Identity], path: &Path) -> Result<Option<Key>, Trouble> {
    let of_file = |it: &&Identity| it.source == Source::File(path.to_owned());
    let fingerprint = if let Some(identity) = here.iter().find(of_file) {
        Some(identity.public.fingerprint())
    } else {
        // The public half says which key of the agent is meant.
        let line = fs::read_to_string(path);
        let io = |error| Trouble::Io { path: path.to_owned(), done: "read", error };
        line.map_err(io)?.parse::<Key>().ok().map(|it| it.fingerprint())
    };
    Ok(allowed.iter().find(|it| Some(it.fingerprint()) == fingerprint).cloned())
}

fn is(key: &Key) -> impl Fn(&&Identity) -> bool {
    let fingerprint = key.fingerprint();
    move |it| it.public.fingerprint() == fingerprint && it.refusal.is_none()
}

fn signer(key: &Key, identity: &Identity) -> Signer {
    let place = match &identity.source {
        Source::File(path) => Place::File(path.clone()),
        Source::Agent => Place::Agent,
    };
    Signer { key: key.clone(), place }
}

impl Signer {
    /// The key.
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// The signature of some bytes. `ssh-keygen` asks for a passphrase or a touch at the terminal,
    /// and says there what it lacks.
    pub fn sign(&self, bytes: &[u8]) -> Result<Vec<u8>, Trouble> {
        let failed = |error: io::Error| Trouble::Sign(error.to_string());
        let mut public = tempfile::Builder::new().suffix(".pub").tempfile().map_err(failed)?;
        let file = match &self.place {
            Place::File(file) => file.as_path(),
            Place::Agent => {
                writeln!(public, "{}", self.key.line()).map_err(failed)?;
                public.path()
            }
        };
        let mut command = Command::new("ssh-keygen");
        command.args(["-q", "-Y", "sign", "-n", NAMESPACE, "-f"]).arg(file);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(failed)?;
        let written = child.stdin.take().map_or(Ok(()), |mut it| it.write_all(bytes));
        let output = child.wait_with_output().map_err(failed)?;
        if !output.status.success() {
            return Err(Trouble::Sign(format!("{} ({})", output.status, self.key)));
        }
        written.map_err(failed)?;
        // What nobody would take is not kept.
        let keys = [self.key.clone()];
        let flaw = match Signatures::read(&output.stdout) {
            Ok(signature) => signature.by(&keys, bytes).1.first().map(ToString::to_string),
            Err(error) => Some(error.to_string()),
        };
        flaw.map_or(Ok(output.stdout), |flaw| Err(Trouble::NotTaken(flaw)))
    }
}

/// Adds the signatures of those who have not signed yet; who did.
pub fn add(
    signatures: &mut Vec<u8>,
    bytes: &[u8],
    signers: &[Signer],
) -> Result<Vec<Key>, Trouble> {
    let mut added = Vec::new();
    for signer in signers {
        let keys = [signer.key.clone()];
        let has = Signatures::read(signatures).is_ok_and(|it| !it.by(&keys, bytes).0.is_empty());
        if !has {
            signatures.extend(signer.sign(bytes)?);
            added.push(signer.key.clone());
        }
    }
    Ok(added)
}
