//! The keys of the installer.

use nixfleet_inventory::Inventory;
use nixfleet_inventory::keys::{PublicKey, key_lines};
use serde_json::Value;
use thiserror::Error;

use super::{of_fleet, of_host, ssh_keys};
use crate::faults::{Fault, Problem, Severity};
use crate::text::quote::describe;

const FIELD: &str = "isoSshKeys";

#[derive(Debug, Error)]
enum IsoProblem {
    #[error("the fleet has no `isoSshKeys`, so nobody can log in to its installer")]
    NoKeys,
    #[error("`isoSshKeys` is {0}, and has to be a list of strings")]
    Type(String),
    #[error("none of the `isoSshKeys` is among the host's `sshAuthorizedKeys`")]
    Mismatch,
}

impl Problem for IsoProblem {
    fn code(&self) -> &'static str {
        match self {
            Self::NoKeys => "iso-keys-missing",
            Self::Type(_) => "field-type-wrong",
            Self::Mismatch => "host-key-mismatch",
        }
    }

    fn severity(&self) -> Severity {
        match self {
            // A fleet may never be installed from its ISO, or by someone who leaves afterwards.
            Self::NoKeys | Self::Mismatch => Severity::Warning,
            Self::Type(_) => Severity::Error,
        }
    }

    fn is_of_text(&self) -> bool {
        !matches!(self, Self::Type(_))
    }

    fn kind_of_text(&self) -> Option<&'static str> {
        matches!(self, Self::Type(_)).then(|| self.code())
    }

    fn lacks(&self) -> Option<&str> {
        matches!(self, Self::NoKeys).then_some(FIELD)
    }

    fn help(&self) -> String {
        match self {
            Self::NoKeys | Self::Type(_) => {
                "write `isoSshKeys = [ \"ssh-ed25519 AAAA… me@laptop\" ];` in the fleet".to_owned()
            }
            Self::Mismatch => "who installs the host does not get in afterwards, and `test-vm` \
                               cannot verify it: add one of the `isoSshKeys` to the host's keys"
                .to_owned(),
        }
    }
}

/// Looks at the installer's keys, and whether they open the hosts that it installs.
pub fn check_fleet(inventory: &Inventory, faults: &mut Vec<Fault>) {
    let keys = match &inventory.iso_ssh_keys {
        Value::Null => &[][..],
        Value::Array(keys) => keys,
        other => {
            faults.push(of_fleet(inventory, FIELD, None, IsoProblem::Type(describe(other))));
            return;
        }
    };
    if let Some(key) = keys.iter().find(|key| !key.is_string()) {
        let found = format!("a list with {} in it", describe(key));
        faults.push(of_fleet(inventory, FIELD, None, IsoProblem::Type(found)));
    }
    for (line, problem) in
        ssh_keys::problems(Some(&inventory.iso_ssh_keys), &mut ssh_keys::Known::default())
    {
        faults.push(of_fleet(inventory, FIELD, Some(line.to_owned()), problem));
    }
    let has_nixos = inventory.hosts.values().any(nixfleet_inventory::Host::is_nixos);
    // Hosts that are made by hand come without an installer.
    let has_key = key_lines(Some(&inventory.iso_ssh_keys)).next().is_some();
    // What is no text may be meant for one, and is told above.
    let is_told = keys.iter().any(|key| !key.is_string());
    if !has_key && has_nixos && !inventory.by_hand && !is_told {
        faults.push(of_fleet(inventory, FIELD, None, IsoProblem::NoKeys));
    }
    check_hosts(inventory, keys, faults);
}

fn check_hosts(inventory: &Inventory, keys: &[Value], faults: &mut Vec<Fault>) {
    const KEYS: &str = "hostSpec.sshAuthorizedKeys";
    let parse = |line: &Value| PublicKey::parse(line.as_str()?).ok();
    let iso: Vec<PublicKey> = keys.iter().filter_map(parse).collect();
    if iso.is_empty() {
        return;
    }
    for (name, host) in inventory.hosts.iter().filter(|(_, host)| host.is_nixos()) {
        let lines = host.value(KEYS).and_then(Value::as_array).into_iter().flatten();
        // The same line is the same key: most fleets need no more reading than this.
        if lines.clone().any(|line| keys.contains(line)) {
            continue;
        }
        let own: Vec<PublicKey> = lines.filter_map(parse).collect();
        // Of a host without keys or with unreadable ones more is said elsewhere.
        if !own.is_empty() && !own.iter().any(|key| iso.contains(key)) {
            faults.push(of_host(name, host, KEYS, None, IsoProblem::Mismatch));
        }
    }
}
