//! Who signs: the keys that were named, or the first that is here; judged before anything is built.

use std::env;
use std::fs::File;
use std::path::{Path, PathBuf};

use nixfleet_inventory::keys::{Identity, Source, identities};
use nixfleet_release::{Key, Signatures};
use nixfleet_text::read_file;

pub use super::signer::Signer;
use crate::error::Trouble;

/// The most that a file with a public key has: a line.
const LINE: u64 = 64 << 10;

/// Those of the keys that are to sign: the ones that were named, else the first that is here.
///
/// # Errors
/// When one may not sign, or `ssh-keygen` would not sign with it.
pub fn signers(allowed: &[Key], named: &[PathBuf]) -> Result<Vec<Signer>, Trouble> {
    if named.is_empty() {
        return first(allowed).map(|it| vec![it]);
    }
    let here = identities(named);
    named.iter().map(|path| of_file(allowed, &here, path)).collect()
}

/// As [`signers`], and a key that is named may be of nobody that is known: who changes the keys asks
/// those who had them, and their machine may never have seen this release.
///
/// # Errors
/// As of [`signers`].
pub fn anyone(allowed: &[Key], named: &[PathBuf]) -> Result<Vec<Signer>, Trouble> {
    let beside = |path: &PathBuf| {
        let named = [path.with_extension("pub"), path.clone()];
        named.iter().find_map(|it| public(it).ok()?)
    };
    let mut all = allowed.to_vec();
    all.extend(named.iter().filter_map(beside));
    signers(&all, named)
}

/// The first of the keys that can sign here; why the first that is here can't, where none can.
fn first(allowed: &[Key]) -> Result<Signer, Trouble> {
    let here = identities(&[]);
    let mut trouble = None;
    for key in allowed {
        for identity in here.iter().filter(|it| it.public.fingerprint() == key.fingerprint()) {
            match unusable(identity, &here) {
                None => return Ok(Signer::of(key, identity)),
                Some(why) => trouble = trouble.or(Some(why)),
            }
        }
    }
    Err(trouble
        .unwrap_or_else(|| Trouble::NoKey(allowed.iter().map(ToString::to_string).collect())))
}

/// The key whose private half, or whose public half, is in a file.
fn of_file(allowed: &[Key], here: &[Identity], path: &Path) -> Result<Signer, Trouble> {
    let name = || path.display().to_string();
    let known = |fingerprint: &str| {
        let key = allowed.iter().find(|it| it.fingerprint() == fingerprint).cloned();
        key.ok_or_else(|| Trouble::NotASigner(name()))
    };
    let at = |path: &Path| here.iter().find(|it| it.source == Source::File(path.to_owned()));
    if let Some(identity) = at(path) {
        let key = known(&identity.public.fingerprint())?;
        return unusable(identity, here).map_or(Ok(Signer::of_file(key, path)), Err);
    }
    // The public half says which key of the agent is meant, or of the file beside it.
    let public = public(path)?.ok_or_else(|| Trouble::NoSshKey(name()))?;
    let fingerprint = public.fingerprint();
    let key = known(&fingerprint)?;
    let is_pub = path.extension().is_some_and(|it| it == "pub");
    let beside = if is_pub { path.with_extension("") } else { path.to_owned() };
    let half = identities(std::slice::from_ref(&beside)).into_iter().find(|it| {
        it.public.fingerprint() == fingerprint
            && [Source::Agent, Source::File(beside.clone())].contains(&it.source)
    });
    match half {
        Some(identity) => unusable(&identity, here).map_or(Ok(Signer::of_file(key, path)), Err),
        None => Err(Trouble::NoKey(vec![key.to_string()])),
    }
}

/// The public key in a file, where it has one.
fn public(path: &Path) -> Result<Option<Key>, Trouble> {
    let io = |error| Trouble::Io { path: path.to_owned(), done: "read", error };
    let line = read_file(path, LINE).map_err(io)?;
    Ok(String::from_utf8(line).ok().and_then(|it| it.trim().parse().ok()))
}

/// Why `ssh-keygen` will not sign with what is here; none where it will. It asks the agent before it
/// opens a file.
fn unusable(identity: &Identity, here: &[Identity]) -> Option<Trouble> {
    let Source::File(path) = &identity.source else { return None };
    let in_agent = |it: &Identity| {
        it.source == Source::Agent && it.public.fingerprint() == identity.public.fingerprint()
    };
    if here.iter().any(in_agent) {
        return None;
    }
    let path = path.display().to_string();
    match identity.refusal {
        Some(refusal) => Some(Trouble::KeyRefused { path, refusal }),
        None if identity.encrypted && !can_ask() => Some(Trouble::Locked(path)),
        None => None,
    }
}

/// Whether OpenSSH can ask for a passphrase: at a terminal, or by a window (`read_passphrase` in its
/// `readpass.c`).
fn can_ask() -> bool {
    let is_set = |name: &str| env::var_os(name).is_some_and(|it| !it.is_empty());
    let window = ["DISPLAY", "WAYLAND_DISPLAY", "SSH_ASKPASS_REQUIRE"].into_iter().any(is_set);
    window || File::options().read(true).write(true).open("/dev/tty").is_ok()
}

/// Adds the signatures of those who have not signed yet; who did.
pub fn add(
    signatures: &mut Vec<u8>,
    bytes: &[u8],
    signers: &[Signer],
) -> Result<Vec<Key>, Trouble> {
    let mut added = Vec::new();
    for signer in signers {
        let keys = [signer.key().clone()];
        let has = Signatures::read(signatures).is_ok_and(|it| !it.by(&keys, bytes).0.is_empty());
        if !has {
            signatures.extend(signer.sign(bytes)?);
            added.push(signer.key().clone());
        }
    }
    Ok(added)
}
