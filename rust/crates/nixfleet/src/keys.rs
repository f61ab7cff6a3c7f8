//! `nixfleet keys`: which of the fleet's keys have their private half on this machine.

mod human;
mod model;

use std::path::PathBuf;

use clap::Args;
use nixfleet_inventory::keys::identities;

use crate::cli::{Format, Global};
use crate::error::Error;
use crate::exit::Exit;
use crate::output::print;
use crate::{fleet, json};
pub use model::Group;

/// The arguments of `keys`.
#[derive(Debug, Args)]
pub struct Keys {
    /// Only this host; may be given several times
    #[arg(short = 'h', long = "host", value_name = "HOST")]
    hosts: Vec<String>,

    /// A private key outside `~/.ssh`; may be given several times
    #[arg(short, long = "identity", value_name = "FILE")]
    identities: Vec<PathBuf>,
}

/// Writes the keys of the installer and of the hosts. Fails when none of the installer's keys is
/// here, or none of a host's that was asked for: who runs this would not get in.
pub fn run(global: &Global, args: &Keys) -> Result<Exit, Error> {
    let inventory = fleet::inventory(global)?;
    fleet::require(&inventory, &args.hosts)?;
    let here = identities(&args.identities);
    let mut groups = vec![Group::new(None, &inventory.iso_ssh_keys, &here)];
    let wanted = |name: &String| args.hosts.is_empty() || args.hosts.contains(name);
    for (name, host) in inventory.hosts.iter().filter(|(name, _)| wanted(name)) {
        let keys = host.value("hostSpec.sshAuthorizedKeys").unwrap_or(&serde_json::Value::Null);
        groups.push(Group::new(Some(name), keys, &here));
    }
    let asked = groups.iter().filter(|group| group.host.is_none() || !args.hosts.is_empty());
    let opened = asked.into_iter().all(|group| group.keys.is_empty() || group.is_usable());
    print(&match global.format {
        Format::Json => json::render("groups", &groups),
        _ => human::render(&groups, &here),
    });
    Ok(if opened { Exit::Fine } else { Exit::Faults })
}
