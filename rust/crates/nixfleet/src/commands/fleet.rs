//! The fleet that a command works on.

use std::path::Path;

use nixfleet_inventory::{Flake, Host, Inventory};
use nixfleet_nix::NixCli;

use crate::commands::app;
use crate::error::Error;
use crate::global::Global;
use crate::interrupt;
use nixfleet_text::nearest;

/// The flake that the command line names, else that of the app which runs this, else the folder's.
pub fn flake(global: &Global) -> Flake {
    let flake = global.flake.clone().or_else(app::flake);
    Flake::new(flake.as_deref().unwrap_or("."))
}

/// Nix, with what the command line hands on to it. It always tells the whole trace: the innermost
/// place is often left out without it.
pub fn nix(global: &Global) -> NixCli {
    let nix = NixCli::new().argument("--show-trace").stop(interrupt::is_wanted);
    global.for_nix().into_iter().fold(nix, NixCli::argument)
}

/// Nix for what is read of a fleet as data: it builds nothing.
pub fn nix_for_data(global: &Global) -> NixCli {
    reading(global, &nix(global))
}

/// Nix for what it does with stores, where arguments for a flake would be refused.
pub fn nix_of_stores(global: &Global) -> NixCli {
    let nix = NixCli::new().stop(interrupt::is_wanted);
    global.settings().into_iter().fold(nix, NixCli::argument)
}

/// The fleet's inventory.
pub fn inventory(global: &Global) -> Result<Inventory, Error> {
    inventory_by(global, &nix(global))
}

/// The fleet's inventory, as a certain Nix reads it.
pub fn inventory_by(global: &Global, nix: &NixCli) -> Result<Inventory, Error> {
    if let Some(path) = &global.inventory {
        return Ok(Inventory::load(path)?);
    }
    let flake = flake(global);
    require_flake(&flake)?;
    let inventory = Inventory::read(&reading(global, nix), &flake)?;
    let host = named_host(global.flake.as_deref().unwrap_or_default());
    require(&inventory, host.as_slice())?;
    Ok(inventory)
}

/// The host that a reference names, as `nixos-rebuild` and `nixos-anywhere` take it: `.#web-01`, or
/// the attribute that these make of it.
pub fn named_host(reference: &str) -> Option<String> {
    let (_, attribute) = reference.split_once('#')?;
    let outputs = ["nixosConfigurations.", "darwinConfigurations."];
    let inner = outputs.iter().find_map(|it| attribute.strip_prefix(it));
    let name = match inner {
        // What comes after the host is no part of its name.
        Some(inner) => match inner.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next()?,
            None => inner.split('.').next()?,
        },
        None => attribute.trim_matches('"'),
    };
    let is_host = !name.is_empty()
        && !["nixfleet", "nixosConfigurations", "darwinConfigurations"].contains(&name);
    is_host.then(|| name.to_owned())
}

/// Nix that reads a fleet as data and builds nothing for it, unless the user says that it may.
fn reading(global: &Global, nix: &NixCli) -> NixCli {
    const OPTION: &str = "allow-import-from-derivation";
    let nix = nix.clone();
    if global.for_nix().iter().any(|word| word == OPTION) {
        return nix;
    }
    nix.argument("--option").argument(OPTION).argument("false")
}

/// Refuses a host that the fleet does not have, and proposes the nearest that it has.
pub fn require(inventory: &Inventory, hosts: &[String]) -> Result<(), Error> {
    match hosts.iter().find(|host| !inventory.hosts.contains_key(*host)) {
        Some(name) => Err(unknown(name, inventory.hosts.keys())),
        None => Ok(()),
    }
}

/// Whether a host is one of those that were asked for: all are where none is named.
pub fn is_wanted(hosts: &[String], name: &str) -> bool {
    hosts.is_empty() || hosts.iter().any(|it| it == name)
}

/// The hosts of a fleet that were asked for.
pub fn wanted<'a>(inventory: &'a Inventory, hosts: &[String]) -> Vec<(&'a str, &'a Host)> {
    let all = inventory.hosts.iter().map(|(name, host)| (name.as_str(), host));
    all.filter(|(name, _)| is_wanted(hosts, name)).collect()
}

/// Refuses a host that is none of these.
pub fn require_one_of(names: &[String], hosts: &[String]) -> Result<(), Error> {
    match hosts.iter().find(|host| !names.contains(host)) {
        Some(name) => Err(unknown(name, names.iter())),
        None => Ok(()),
    }
}

fn unknown<'a>(name: &str, names: impl Iterator<Item = &'a String>) -> Error {
    let nearest = nearest(name, names.map(String::as_str)).map(str::to_owned);
    Error::UnknownHost { name: name.to_owned(), nearest }
}

/// Refuses a folder without a flake before Nix does, which takes its time and more words.
fn require_flake(flake: &Flake) -> Result<(), Error> {
    let Some(folder) = flake.folder().filter(|_| flake.has_work_tree()) else { return Ok(()) };
    let real = folder.canonicalize().ok();
    let above = || real.iter().flat_map(|it| it.ancestors());
    let file = above().map(|it| it.join("flake.nix")).find(|it| it.symlink_metadata().is_ok());
    let Some(file) = file else {
        let is_folder = flake.reference().contains('?') && Path::new(flake.reference()).is_dir();
        return Err(if is_folder {
            Error::NoFlakeBefore(flake.reference().to_owned())
        } else {
            Error::NoFlake(folder.display().to_string())
        });
    };
    // Nix copies the repository, or the folder, and follows a link within that alone.
    let repository = || above().find(|it| it.join(".git").exists()).map(Path::to_owned);
    let copied = flake.copied_folder().and_then(|it| it.canonicalize().ok());
    let top = copied.or_else(repository).or_else(|| file.parent().map(Path::to_owned));
    let is_read = file.canonicalize().is_ok_and(|it| top.is_none_or(|top| it.starts_with(top)));
    if is_read { Ok(()) } else { Err(Error::FlakeIsLink(file.display().to_string())) }
}

#[cfg(test)]
mod tests {
    use super::named_host;

    #[test]
    fn a_reference_names_a_host_as_the_standard_tools_take_it() {
        for (reference, host) in [
            (".#web-01", Some("web-01")),
            ("github:a/b#\"a.b\"", Some("a.b")),
            (".#nixosConfigurations.web.config.system", Some("web")),
            (".#darwinConfigurations.\"a.b\".system", Some("a.b")),
            (".#nixfleet", None),
            (".#", None),
            (".", None),
        ] {
            assert_eq!(named_host(reference).as_deref(), host, "{reference}");
        }
    }
}
