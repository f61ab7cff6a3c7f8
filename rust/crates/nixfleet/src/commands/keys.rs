//! `nixfleet keys`: which of the fleet's keys have their private half on this machine.

mod human;
mod model;

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use clap::Args;
use nixfleet_inventory::keys::{Identity, Source, identities, read_public_half};
use nixfleet_nix::visible;

use crate::commands::{failure, fleet};
use crate::error::Error;
use crate::exit::Exit;
use crate::global::{Format, Global};
use crate::text::page::page;
pub use model::Group;
use nixfleet_text::json;
use nixfleet_text::output::print;
use nixfleet_text::word;

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
    let here = identities_here(&args.identities);
    let mut groups = vec![Group::new(None, &inventory.iso_ssh_keys, &here)];
    for (name, host) in fleet::wanted(&inventory, &args.hosts) {
        groups.push(Group::of_host(name, host, &here));
    }
    let asked = groups.iter().filter(|group| group.host.is_none() || !args.hosts.is_empty());
    let opened = asked.into_iter().all(|group| group.keys.is_empty() || group.is_usable());
    print(match global.format {
        Format::Json => json::render_list("groups", &groups),
        _ => page(human::render(&groups, &here)),
    });
    Ok(if opened { Exit::Fine } else { Exit::Faults })
}

/// The private halves of this machine; a file that the user named and that is none is warned of.
pub fn identities_here(named: &[PathBuf]) -> Vec<Identity> {
    let here = identities(named);
    let is_read =
        |path: &&PathBuf| here.iter().any(|it| it.source == Source::File((*path).clone()));
    for path in named.iter().filter(|path| !is_read(path)) {
        let shown = path.display().to_string();
        failure::warn(format!("`{shown}` is not used: {}", trouble(path)));
    }
    here
}

/// Why a file is no private key that can be compared with a public one.
fn trouble(path: &Path) -> String {
    let shown = path.display().to_string();
    match fs::metadata(path) {
        Err(error) => error.to_string(),
        Ok(metadata) if !metadata.is_file() => "it is no file".to_owned(),
        Ok(_) => match File::open(path).map(|mut file| read_public_half(&mut file)) {
            Err(error) => error.to_string(),
            Ok(Some(_)) => format!(
                "its format hides the public half, and there is none beside it: `ssh-keygen -y -f {} \
                 > {}`",
                visible(&word(&shown)),
                visible(&word(&format!("{shown}.pub")))
            ),
            Ok(None) if path.extension().is_some_and(|it| it == "pub") => {
                "it is a public key; name the file beside it, without `.pub`".to_owned()
            }
            Ok(None) => "it is no private key".to_owned(),
        },
    }
}
