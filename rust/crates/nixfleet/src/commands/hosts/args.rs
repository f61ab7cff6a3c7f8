//! Which hosts are meant, and how they are reached.

use std::path::PathBuf;

use clap::Args;
use nixfleet_inventory::Inventory;
use nixfleet_text::nearest;

use super::Address;
use crate::commands::fleet;
use crate::error::{Error, Trouble};

/// Which hosts a command is for; none named: all.
#[derive(Debug, Args)]
pub struct Chosen {
    /// The host; may be given several times
    #[arg(short = 'h', long = "host", value_name = "HOST")]
    pub hosts: Vec<String>,

    /// The hosts that have this tag; may be given several times
    #[arg(long = "tag", value_name = "TAG")]
    pub tags: Vec<String>,

    /// Every host, as where none is named
    #[arg(long, conflicts_with_all = ["hosts", "tags"])]
    pub all: bool,
}

impl Chosen {
    /// Whether no host is named, so that all are meant.
    pub fn is_every(&self) -> bool {
        self.hosts.is_empty() && self.tags.is_empty()
    }

    /// The names of those that are meant, in order.
    pub fn names(&self, inventory: &Inventory) -> Result<Vec<String>, Error> {
        fleet::require(inventory, &self.hosts)?;
        let known = || inventory.hosts.values().flat_map(nixfleet_inventory::Host::tags);
        if let Some(tag) = self.tags.iter().find(|tag| !known().any(|it| it == tag.as_str())) {
            let nearest = nearest(tag, known()).map(str::to_owned);
            return Err(Trouble::UnknownTag { tag: tag.clone(), nearest }.into());
        }
        let every = self.is_every();
        let is_meant = |name: &String, host: &nixfleet_inventory::Host| {
            every
                || self.hosts.contains(name)
                || host.tags().any(|tag| self.tags.iter().any(|it| it == tag))
        };
        let meant = inventory.hosts.iter().filter(|(name, host)| is_meant(name, host));
        Ok(meant.map(|(name, _)| name.clone()).collect())
    }
}

/// How hosts are reached.
#[derive(Debug, Args)]
pub struct Reach {
    /// Where a host is, in place of its name, which ssh's own configuration may explain; may be
    /// given several times
    #[arg(long, value_name = "HOST=[USER@]ADDRESS[:PORT]", value_parser = of_host)]
    pub address: Vec<(String, Address)>,

    /// Log in as this user, who is root or may use `sudo` without a password [default: what ssh's
    /// configuration says, the host's primary user, or root, whichever is let in]
    #[arg(long, value_name = "USER")]
    pub user: Option<String>,

    /// Log in with this private key as well; may be given several times
    #[arg(long, value_name = "FILE")]
    pub identity: Vec<PathBuf>,
}

impl Reach {
    /// Refuses addresses of hosts that there are not.
    pub fn check(&self, inventory: &Inventory) -> Result<(), Error> {
        let names: Vec<String> = self.address.iter().map(|(name, _)| name.clone()).collect();
        fleet::require(inventory, &names)
    }

    /// Whether the command line says anything of it.
    pub fn is_said(&self) -> bool {
        !self.address.is_empty() || self.user.is_some() || !self.identity.is_empty()
    }

    /// Where a host is; what is said last counts.
    pub fn address(&self, host: &str) -> Address {
        let said = self.address.iter().rev().find(|(name, _)| name == host);
        said.map_or_else(|| Address::of_name(host), |(_, address)| address.clone())
    }
}

fn of_host(text: &str) -> Result<(String, Address), String> {
    let (host, address) =
        text.split_once('=').ok_or("it is `HOST=ADDRESS`, as `web-01=192.0.2.7`")?;
    Ok((host.to_owned(), address.parse()?))
}
