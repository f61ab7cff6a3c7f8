//! Which key opens the installer and the host that it installs.

use std::path::PathBuf;

use nixfleet_inventory::keys::{Identity, PublicKey, Refusal, Source, key_lines};
use nixfleet_inventory::{Host, Inventory};

use super::Surroundings;
use crate::Fault;

/// A key whose private half this machine has and can use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The private key's file; `None` when the agent has it.
    pub file: Option<PathBuf>,
    /// The public half, a line as in `authorized_keys`.
    pub line: String,
    /// For messages: type and fingerprint.
    pub name: String,
}

/// A key of the installer, and its private half.
#[derive(Debug, Clone)]
pub struct InstallerKey {
    public: PublicKey,
    line: String,
    source: Source,
}

/// The keys that the installer admits and that can be used here; a fault when there are none.
pub fn of_installer(
    inventory: &Inventory,
    here: &dyn Surroundings,
    faults: &mut Vec<Fault>,
) -> Vec<InstallerKey> {
    let lines: Vec<&str> = key_lines(Some(&inventory.iso_ssh_keys)).collect();
    let position = inventory.positions.as_ref().and_then(|it| it.get("isoSshKeys").cloned());
    let mut fault = |code, message, help| {
        faults.push(Fault {
            code,
            host: None,
            field: "isoSshKeys",
            position: position.clone(),
            message,
            help,
            lacking: false,
        });
    };
    let admitted: Vec<(PublicKey, &str)> =
        lines.iter().filter_map(|it| Some((PublicKey::parse(it).ok()?, *it))).collect();
    if admitted.is_empty() {
        fault(
            "iso-keys-missing",
            "the fleet has no `isoSshKeys`, so nobody can log in to the installer".into(),
            "write your public key: `isoSshKeys = [ \"ssh-ed25519 …\" ];`, as in `~/.ssh/id_ed25519.pub`".into(),
        );
        return Vec::new();
    }
    let here_too = |identity: Identity| {
        let (public, line) = admitted.iter().find(|(public, _)| *public == identity.public)?;
        Some((
            identity.clone(),
            InstallerKey {
                public: public.clone(),
                line: (*line).to_owned(),
                source: identity.source,
            },
        ))
    };
    let found: Vec<(Identity, InstallerKey)> =
        here.identities().into_iter().filter_map(here_too).collect();
    let usable: Vec<InstallerKey> = found
        .iter()
        .filter(|(identity, _)| !identity.encrypted && identity.refusal.is_none())
        .map(|(_, key)| key.clone())
        .collect();
    if usable.is_empty() {
        let names: Vec<String> = admitted.iter().map(|(it, _)| it.to_string()).collect();
        match found.first() {
            Some((Identity { source: Source::File(path), encrypted: true, .. }, _)) => fault(
                "iso-key-encrypted",
                format!("the ISO key `{}` has a passphrase, which nobody can type here", path.display()),
                format!("let the SSH agent have it: `ssh-add {}`", path.display()),
            ),
            Some((Identity { source: Source::File(path), refusal: Some(Refusal::Mode), .. }, _)) => fault(
                "iso-key-mode",
                format!("the ISO key `{}` can be read by others, so `ssh` refuses it", path.display()),
                format!("`chmod 600 {}`", path.display()),
            ),
            Some((Identity { source: Source::File(path), refusal: Some(refusal), .. }, _)) => fault(
                "iso-key-not-local",
                format!("`ssh` refuses the ISO key `{}`, since {}", path.display(), refusal.reason()),
                format!("`{}`", refusal.command(&path.display().to_string())),
            ),
            _ => fault(
                "iso-key-not-local",
                format!(
                    "no ISO key has its private half here: {} of `isoSshKeys`; looked at {}",
                    names.join(", "),
                    here.looked_at().join(", ")
                ),
                "name its file with `--identity FILE`, load it into the SSH agent, or add a key of yours to `isoSshKeys`".into(),
            ),
        }
    }
    usable
}

/// The key that opens the installer and the host alike; a fault when there is none.
pub fn admitted(
    name: &str,
    host: &Host,
    installer: &[InstallerKey],
    faults: &mut Vec<Fault>,
) -> Option<Key> {
    let first = installer.first()?;
    let of_host: Vec<PublicKey> =
        host.ssh_keys().iter().filter_map(|it| PublicKey::parse(it).ok()).collect();
    let both = installer.iter().find(|it| of_host.contains(&it.public));
    // Keys that its modules bring are not to be seen before it is built.
    let both = both.or_else(|| (of_host.is_empty() && host.has_modules()).then_some(first));
    if both.is_none() {
        faults.push(Fault {
            code: "host-key-mismatch",
            host: Some(name.to_owned()),
            field: "hostSpec.sshAuthorizedKeys",
            position: host.position("hostSpec.sshAuthorizedKeys").cloned(),
            message: format!(
                "`{name}` does not admit the key that installs it, {}: after the install nobody could log in from here",
                first.public
            ),
            help: format!("add it to `sshAuthorizedKeys`: \"{}\"", first.line),
            lacking: false,
        });
    }
    both.map(|it| Key {
        file: match &it.source {
            // A relative path would mean another file to a later command.
            Source::File(path) => Some(path.canonicalize().unwrap_or_else(|_| path.clone())),
            Source::Agent => None,
        },
        line: it.line.clone(),
        name: it.public.to_string(),
    })
}
